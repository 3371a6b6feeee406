"""Reminders are told exactly once while two workers run and are killed again and again.

In full with ``OFFICE_PROOFS=full`` (``make proofs``): 1,000 reminders, 30 kills; else a part of each.
"""

import os
import random
import select as io
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from intranet.core import clock, db
from intranet.notices.models import Notice, Reminder
from intranet.tasks.models import Task
from tests.factories import Office
from tests.tasks.making import give

ROOT = Path(__file__).resolve().parents[2]
_FULL = os.environ.get("OFFICE_PROOFS") == "full"
REMINDERS, KILLS = (1_000, 30) if _FULL else (90, 4)

#: One worker, as a fork of a process that has read all modules: it says that it begins, then ticks.
NURSERY = """
import os, sys, time
from datetime import datetime
from pathlib import Path
from intranet.core import clock, config, db
from intranet.records import feature as records
from intranet.people import models as people
from intranet.notices import jobs, reminding
from intranet.tasks import kinds

url, data, instant = sys.argv[1:]
kinds.register()
reminding.RECORDS_AT_ONCE = 3
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        db.open_database(config.load(data_dir=Path(data), database_url=url, public_url="http://localhost"))
        clock.freeze(datetime.fromisoformat(instant))
        print(os.getpid(), flush=True)
        while True:
            jobs.send_reminders()
            time.sleep(0.01)
"""


@pytest.mark.own_db
@pytest.mark.slow
def test_no_reminder_is_lost_or_doubled_by_workers_that_are_killed(
    office: Office, database_url: str, tmp_path: Path
) -> None:
    _give(office)
    clock.freeze(clock.at_office(date(2026, 11, 17), 8) + timedelta(minutes=1))
    arguments = [database_url, str(tmp_path / "data"), clock.now().isoformat()]
    nursery = subprocess.Popen(
        [sys.executable, "-c", NURSERY, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    chance, alive, cut = random.Random(6), [], 0
    try:
        alive = [_born(nursery), _born(nursery)]
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.02, 0.12))
            before = _left()
            victim = alive.pop(0)
            os.kill(victim, 9)
            cut += before > 0
            alive.append(_born(nursery))
        until = time.monotonic() + 120
        while _left() and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        for pid in alive:
            os.kill(pid, 9)
        nursery.kill()
        nursery.communicate()

    assert cut >= KILLS // 3, "the kills came after everything was sent: nothing was proved"
    assert _left() == 0
    told = select(Notice.ref_id, func.count()).where(Notice.kind == "reminder.minus3").group_by(Notice.ref_id)
    counted = dict(db.session().execute(told).all())
    assert len(counted) == REMINDERS, "lost"
    assert set(counted.values()) == {1}, "doubled"
    results = select(Reminder.result, func.count()).where(Reminder.rule == "minus3").group_by(Reminder.result)
    assert dict(db.session().execute(results).all()) == {"sent": REMINDERS}


def _give(office: Office) -> None:
    """So many tasks with their reminders: one as a leader gives it, its rows copied."""
    first = give(office)
    with db.unit_of_work() as session:
        rows = session.scalars(select(Reminder).where(Reminder.ref_id == first)).all()
        minus3 = next(row for row in rows if row.rule == "minus3")
        task = session.get_one(Task, first)
        for n in range(1, REMINDERS):
            values = {c.key: getattr(task, c.key) for c in task.__mapper__.column_attrs if c.key != "id"}
            copy = Task(**{**values, "code": f"NV-2026-9{n:05d}"})
            session.add(copy)
            session.flush()
            party = task.parties[0]
            session.add(type(party)(task_id=copy.id, unit_id=party.unit_id, role=party.role))
            session.add(
                Reminder(
                    ref_kind="task",
                    ref_id=copy.id,
                    rule="minus3",
                    due_date=minus3.due_date,
                    planned_at=minus3.planned_at,
                    topic="task",
                    to_whom="lead",
                )
            )


def _born(nursery: subprocess.Popen[str]) -> int:
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write("\n")
    ready, _, _ = io.select([nursery.stdout], [], [], 60)
    assert ready, "no worker began"
    return int(nursery.stdout.readline())


def _left() -> int:
    db.read_anew()
    query = select(func.count()).where(Reminder.rule == "minus3", Reminder.sent_at.is_(None))
    return db.session().scalar(query) or 0
