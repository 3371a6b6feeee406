"""A process of several writers that grant numbers, some of their tries failing on purpose.

Each try is told on a line of its own once it is over: the number (0 for a try that failed), the date of the
line and how long the writer waited for it, in milliseconds.
"""

# As in the web process, nothing is imported before the patching
import sys

from gevent import monkey

if sys.argv[-1] == "web":
    monkey.patch_all()

import random
import threading
import time
from dataclasses import replace
from pathlib import Path

from intranet.core import clock, config, db
from intranet.people.models import User
from tests.documents.granting import grant

#: How many of a hundred tries fail after the grant.
FAILING = 5


def main(*args: str) -> None:
    """Grant until the tries are used up: data folder, URL, register, clerk, seed, writers, tries, ``web``."""
    data_dir, url, register_id, clerk_id, seed, writers, tries, kind = args
    settings = config.load(data_dir=Path(data_dir), database_url=url, public_url="http://localhost")
    db.open_database(replace(settings, is_web=kind == "web"))
    with db.reading(), db.across_orgs("the writers' own clerk"):
        clerk = db.session().get_one(User, int(clerk_id))
    said = threading.Lock()

    def write(chance: random.Random, mine: int) -> None:
        for _ in range(mine):
            # From the wish on: whoever waits for the processor waits for the number too.
            began = time.perf_counter()
            time.sleep(0)
            number = _try(int(register_id), clerk, fail=chance.randrange(100) < FAILING)
            waited = (time.perf_counter() - began) * 1000
            with said:
                sys.stdout.write(f"{number} {clock.today().isoformat()} {waited:.2f}\n")
                sys.stdout.flush()

    count = int(writers)
    threads = [
        threading.Thread(
            target=write,
            args=(random.Random(f"{seed}-{n}"), int(tries) // count + (n < int(tries) % count)),
        )
        for n in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _try(register_id: int, clerk: User, *, fail: bool) -> int:
    with db.scope({clerk.org_id}):
        try:
            return grant(clerk, register_id, fail=fail)
        except RuntimeError:
            return 0


if __name__ == "__main__":
    main(*sys.argv[1:])
