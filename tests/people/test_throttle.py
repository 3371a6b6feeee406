"""The counters of tries, when several tries end at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from intranet.core import db
from intranet.people import throttle


@pytest.mark.own_db
def test_a_try_counts_also_while_another_clears_its_counter(app: Flask) -> None:
    key = throttle.name_key("thanh.ta")

    def try_and_clear(_: int) -> None:
        for _ in range(40):
            with db.scope():
                throttle.claim(key, free=1000)
                with db.unit_of_work():
                    throttle.clear(key)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(try_and_clear, range(4)))
    with db.scope():
        assert db.session().get(throttle.SignInTry, key) is None
