"""A mail server for the tests of a process, and an office whose letters go there."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from intranet.core import clock, db
from intranet.core.config import Settings
from intranet.notices.channel_models import MailAddress
from intranet.people.models import User
from tests import postfix
from tests.postfix import Postfix

Configure = Callable[..., Settings]


@pytest.fixture(scope="session")
def post_office() -> Iterator[Postfix]:
    """A real Postfix; its folder is one that its own user may enter, as the others of the tests are not."""
    with tempfile.TemporaryDirectory(prefix="postfix-") as folder, postfix.running(Path(folder)) as server:
        yield server


@pytest.fixture
def configure(app: Flask) -> Configure:
    """Change how letters leave, for this test."""

    def change(**values: Any) -> Settings:
        basic = {"mail_from": f"vanphong@{postfix.DOMAIN}", "smtp_host": "127.0.0.1"}
        settings = replace(db.database().settings, **(basic | values))
        db.database().settings = settings
        return settings

    return change


def give_address(person: User, address: str) -> None:
    """A confirmed address, as if the code had been typed."""
    with db.unit_of_work() as session:
        session.merge(MailAddress(user_id=person.id, confirmed=address, confirmed_at=clock.now(), fails=0))
