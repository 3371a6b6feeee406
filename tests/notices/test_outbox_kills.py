"""Two workers that die between taking a letter and sending it: each letter leaves once."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from intranet.core import clock, db
from intranet.notices import outbox
from intranet.notices.outbox_models import Outbox, OutboxState
from tests.factories import Office
from tests.notices.letters import write

ROOT = Path(__file__).resolve().parents[2]
LETTERS = 24

#: One worker: sends until it dies with a letter in its hand, or until nothing is due.
WORKER = """
import os, sys
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from intranet.core import clock, config, db, slots
from intranet.notices import outbox_sending, outbox_watch
from intranet.notices.outbox_models import Channel
from intranet.people import models as people
from intranet.records import feature as records

url, data, instant, carried, dies_after = sys.argv[1:]
db.open_database(config.load(data_dir=Path(data), database_url=url, public_url="http://localhost"))
clock.freeze(datetime.fromisoformat(instant))
left = int(dies_after)

@contextmanager
def post():
    def carry(letter):
        global left
        left -= 1
        if left == 0:
            os._exit(9)
        with open(carried, "a") as out:
            out.write(letter.message_id + chr(10))
    yield carry

slots.fill("outbox.email", lambda settings: post)
with db.scope():
    outbox_watch.sweep()
while outbox_sending.send_due(Channel.EMAIL):
    pass
db.close_database()
"""


def run(url: str, folder: Path, *dying_after: int) -> list[int]:
    """Workers at once, each dying with so many letters behind it; how each ended."""
    carried = str(folder / "carried")
    command = [sys.executable, "-c", WORKER, url, str(folder / "data"), clock.now().isoformat(), carried]
    all_ = [subprocess.Popen([*command, str(n)], cwd=ROOT) for n in dying_after]
    return [process.wait(timeout=60) for process in all_]


@pytest.mark.own_db
@pytest.mark.slow
def test_letters_of_workers_that_die_leave_once_each(
    office: Office, database_url: str, tmp_path: Path
) -> None:
    with db.unit_of_work():
        for n in range(LETTERS):
            write(office.head, key=f"letter {n}")
    assert run(database_url, tmp_path, 5, 6) == [9, 9]
    db.read_anew()
    sending = select(func.count()).where(Outbox.state == OutboxState.SENDING)
    assert db.session().scalar(sending) == 2
    clock.advance(outbox.LEASE * 2)
    assert run(database_url, tmp_path, 1000) == [0]
    db.read_anew()
    states = db.session().execute(select(Outbox.state, func.count()).group_by(Outbox.state)).all()
    assert [tuple(one) for one in states] == [(OutboxState.SENT, LETTERS)]
    carried = Counter((tmp_path / "carried").read_text().split())
    assert len(carried) == LETTERS
    assert set(carried.values()) == {1}
