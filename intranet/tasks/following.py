"""Work that follows the record from which it comes: its hour (hỏa tốc hẹn giờ), and how urgent it is."""

from collections.abc import Collection
from datetime import datetime

from intranet.core import clock, db
from intranet.core.refs import Ref
from intranet.notices import services as notices
from intranet.notices import workdays
from intranet.notices.workdays import Calendar
from intranet.records import audit
from intranet.tasks import deadlines
from intranet.tasks.events import TaskMoved
from intranet.tasks.models import OPEN, RUNNING, Priority, Task
from intranet.tasks.parties import lead_people
from intranet.tasks.reminding import plan, warn_of_absence
from intranet.tasks.tree import for_origin

TOLD = "task.due_follows"


def follow_hour(
    origin: Ref,
    was: datetime | None,
    hour: datetime | None,
    *,
    told_at: datetime | None = None,
    is_told: bool = True,
) -> None:
    """The record has another hour: work that was due at the old one is due at the new one.

    Of work that is due on its day the hour is that day's; a day that somebody set otherwise stays. In the
    open unit of work; the package that owns the record has judged the right.

    :param told_at: when those who do it hear, now unless the change can still be taken back.
    :param is_told: false where it is taken back before they heard.
    """
    if was == hour:
        return
    on = workdays.calendar()
    for task in for_origin(origin):
        if task.state in RUNNING and task.due_date is not None:
            words = _follow(task, was, hour, on)
            if words:
                notices.withdraw(task.ref, TOLD)
            if words and is_told:
                notices.notify(lead_people(task), TOLD, task.ref, at=told_at, kept=words)


def follow_urgency(origin: Ref, *, is_urgent: bool, but: Collection[int] = ()) -> None:
    """The record has become urgent, or is no longer: so has the open work that was given on it.

    In the open unit of work; the package that owns the record has judged the right.

    :param but: ids of tasks that stay as urgent as they are.
    """
    for task in for_origin(origin):
        is_other = (task.priority is Priority.URGENT) != is_urgent
        if is_other and task.parent_id is None and task.state in OPEN and task.id not in but:
            before, task.priority = task.priority, Priority.URGENT if is_urgent else Priority.NORMAL
            task.version += 1
            audit.record(None, "task.priority_follows", task, before=before.value, to=task.priority.value)
            db.publish(TaskMoved(task.id))


def _follow(task: Task, was: datetime | None, hour: datetime | None, on: Calendar) -> str:
    """The task keeps the new hour; returns when it is due now in words, nothing where that is as before."""
    before = (task.due_date, task.due_at)
    is_from_it = was is not None and task.due_at == was
    if hour is not None and is_from_it:
        kept = deadlines.settle(clock.local(hour).date(), on).day
        if kept != task.due_date:
            deadlines.move_due(task, kept, on)
    if is_from_it:
        task.due_at = None
    if hour is not None and task.due_at is None and clock.local(hour).date() == task.due_date:
        task.due_at = hour
    if (task.due_date, task.due_at) == before:
        return ""
    plan(task, on)
    if task.due_date != before[0]:
        warn_of_absence(task)
    task.version += 1
    audit.record(None, "task.due_follows", task, old_due=before[0], due=task.due_date, hour=task.due_at)
    db.publish(TaskMoved(task.id))
    day = f"{task.due_date:%d/%m/%Y}"
    return day if task.due_at is None else f"{clock.local(task.due_at):%H:%M} {day}"
