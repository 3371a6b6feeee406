"""Two processes that look at due rows at the same instant tell everybody once."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from intranet.core import clock, db
from intranet.core.refs import Ref
from intranet.notices import reminders
from intranet.notices.models import Notice, Reminder
from tests.factories import Office
from tests.tasks.making import give

ROOT = Path(__file__).resolve().parents[2]

#: One worker: opens the database, waits until both are there, then looks at due rows many times.
WORKER = """
import sys, time
from datetime import datetime
from pathlib import Path
from intranet.core import clock, config, db
from intranet.records import feature as records
from intranet.people import models as people
from intranet.notices import jobs
from intranet.tasks import kinds

url, data, instant, mine, other = sys.argv[1:]
db.open_database(config.load(data_dir=Path(data), database_url=url, public_url="http://localhost"))
kinds.register()
clock.freeze(datetime.fromisoformat(instant))
Path(mine).touch()
while not Path(other).exists():
    time.sleep(0.002)
for _ in range(5):
    jobs.release_notices()
    jobs.send_reminders()
db.close_database()
"""


def run_two(url: str, folder: Path) -> None:
    """Let two processes tick at the test's instant."""
    marks = [str(folder / "first"), str(folder / "second")]
    arguments = [url, str(folder / "data"), clock.now().isoformat()]
    both = [
        subprocess.Popen([sys.executable, "-c", WORKER, *arguments, mine, other], cwd=ROOT)
        for mine, other in (marks, marks[::-1])
    ]
    assert [process.wait(timeout=60) for process in both] == [0, 0]


@pytest.mark.own_db
@pytest.mark.slow
def test_two_workers_at_once_release_and_remind_once(
    office: Office, database_url: str, tmp_path: Path
) -> None:
    tasks = [give(office, title=f"Việc {n}", release_after=10) for n in range(12)]
    clock.freeze(clock.at_office(date(2026, 11, 17), 8) + timedelta(minutes=1))
    run_two(database_url, tmp_path)

    db.session().expire_all()
    released = select(func.count()).where(Notice.kind == "task.assigned", Notice.released_at.is_not(None))
    assert db.session().scalar(released) == len(tasks)
    reminded = select(Notice.ref_id, func.count()).where(Notice.kind == "reminder.minus3")
    assert dict(db.session().execute(reminded.group_by(Notice.ref_id)).all()) == dict.fromkeys(tasks, 1)
    results = db.session().scalars(select(Reminder.result).where(Reminder.rule == "minus3")).all()
    assert results == ["sent"] * len(tasks)
    assert all(row.sent_at == clock.now() for row in reminders.planned_for(Ref("task", tasks[0]))[:1])


@pytest.mark.own_db
@pytest.mark.slow
def test_two_workers_after_a_standstill_send_one_digest(
    office: Office, database_url: str, tmp_path: Path
) -> None:
    for n in range(6):
        give(office, title=f"Việc {n}")
    clock.freeze(clock.at_office(date(2026, 11, 19), 10))
    run_two(database_url, tmp_path)

    db.session().expire_all()
    digests = select(Notice).where(Notice.kind == "reminder.digest", Notice.user_id == office.head.id)
    assert [row.data for row in db.session().scalars(digests)] == [{"n": 6}]
