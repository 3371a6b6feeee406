"""Ten thousand reminders that are due at the same minute, handed over by one worker, on both engines."""

import time
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import func, insert, select

from bench.engines import Place, each
from bench.figures import Figure
from documents.models.register import RegisterKind
from intranet.core import clock, db
from intranet.notices import jobs
from intranet.notices.models import Notice, Reminder
from intranet.tasks import services as tasks
from intranet.tasks.models import PartyRole, Task, TaskParty
from intranet.tasks.services import Party
from tests.factories import find_office

COUNT = 10_000
#: Seconds in which all of them are handed over.
MOST = 60
_DUE = date(2026, 11, 20)


def measure() -> Iterator[Figure]:
    """Seconds until every one of them is told, and how long the longest transaction of a round may be."""
    for place in each(RegisterKind.IN):
        clock.freeze(clock.at_office(date(2026, 11, 13), 9))
        try:
            _fill(place)
            clock.freeze(clock.at_office(date(2026, 11, 17), 8))
            began = time.perf_counter()
            jobs.send_reminders()
            seconds = time.perf_counter() - began
            with db.scope():
                told = db.session().scalar(select(func.count()).where(Notice.kind == "reminder.minus3"))
        finally:
            clock.reset()
        if told != COUNT:
            raise SystemExit(f"{told} of {COUNT} reminders were told")
        yield Figure(f"reminders, {place.engine}: {COUNT} handed over", seconds, "s", most=MOST)


def _fill(place: Place) -> None:
    """Tasks of three units and ten officials, each with the reminder of a morning."""
    with db.scope():
        office = find_office()
        leads = [
            Party(unit_id=office.stc.id),
            Party(unit_id=office.sxd.id),
            Party(unit_id=office.vp.id),
            Party(user_id=office.officer.id),
        ]
        for n in range(len(leads)):
            tasks.assign_task(
                office.leader, title="Việc mẫu", origin=None, text="", lead=leads[n], due_date=_DUE
            )
        with db.unit_of_work() as session:
            task = session.scalars(select(Task).limit(1)).one()
            shared = {c.key: getattr(task, c.key) for c in task.__mapper__.column_attrs if c.key != "id"}
            made = COUNT - len(leads)
            values = [shared | {"code": f"NV-2026-9{n:05d}"} for n in range(made)]
            ids = session.scalars(insert(Task).returning(Task.id), values).all()
            session.execute(
                insert(TaskParty),
                [
                    {
                        "task_id": key,
                        "unit_id": leads[n % len(leads)].unit_id,
                        "user_id": leads[n % len(leads)].user_id,
                        "role": PartyRole.LEAD,
                    }
                    for n, key in enumerate(ids)
                ],
            )
            planned = {
                "ref_kind": "task",
                "rule": "minus3",
                "due_date": _DUE,
                "planned_at": clock.at_office(date(2026, 11, 17), 8) - timedelta(seconds=1),
                "topic": "task",
                "to_whom": "lead",
            }
            session.execute(insert(Reminder), [planned | {"ref_id": key} for key in ids])
