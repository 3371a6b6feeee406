"""Parts that helpers owe, each by its own deadline, until it is given or the whole is reported."""

from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select

from intranet.core import db
from intranet.tasks import deadlines
from intranet.tasks.models import PartyRole, Task, TaskParty
from intranet.tasks.permissions import Standing, released


def own_part(at: Standing) -> ColumnElement[bool]:
    """SQL: a part that the person, or a unit the person receives for, still has to give."""
    return and_(
        TaskParty.is_open.in_((True,)),
        TaskParty.role == PartyRole.CO,
        TaskParty.left_at.is_(None),
        TaskParty.finished_at.is_(None),
        or_(TaskParty.user_id == at.user_id, TaskParty.unit_id.in_(at.received)),
    )


def part_of(task: Task, at: Standing) -> TaskParty | None:
    """The same of one task: the part that is due first."""
    mine = [
        p
        for p in task.parties
        if p.role is PartyRole.CO
        and p.left_at is None
        and p.finished_at is None
        and (p.user_id == at.user_id or p.unit_id in at.received)
    ]
    return min(mine, key=lambda p: p.due_date or date.max, default=None)


def is_late(at: Standing, late_from: date) -> ColumnElement[bool]:
    """SQL: an own part of the task is late."""
    late = select(TaskParty.task_id).where(own_part(at), TaskParty.due_date < late_from)
    return and_(deadlines.is_running(), Task.id.in_(late))


def late_of(at: Standing, late_from: date) -> int:
    """In how many tasks an own part is late."""
    found = select(func.count()).select_from(Task).where(released(), is_late(at, late_from))
    return db.session().scalar(found) or 0


def parts_due(at: Standing, first: date, last: date, limit: int) -> list[tuple[Task, date]]:
    """Tasks with an own part due in these days, and when, nearest deadline first."""
    due = func.min(TaskParty.due_date)
    owed = (
        select(TaskParty.task_id, due.label(name="due"))
        .where(own_part(at))
        .group_by(TaskParty.task_id)
        .having(due.between(first, last))
        .subquery()
    )
    query = select(Task, owed.c.due).join(owed, owed.c.task_id == Task.id)
    query = query.where(released(), deadlines.is_running()).order_by(owed.c.due, Task.id).limit(limit)
    return [(row[0], row[1]) for row in db.session().execute(query)]
