"""What tasks do when something happens elsewhere."""

from datetime import date, timedelta

from sqlalchemy import and_, or_, select

from intranet.core import clock, db
from intranet.core.events import subscribe
from intranet.notices import services as notices
from intranet.notices import workdays
from intranet.notices.events import CalendarChanged
from intranet.notices.workdays import Calendar
from intranet.people.events import StandInNamed
from intranet.records import audit
from intranet.tasks import deadlines, recurring, reminding
from intranet.tasks.events import TaskMoved
from intranet.tasks.models import RUNNING, Task
from intranet.tasks.parties import lead_people

#: A day off bears on what is near its deadline so many days later at most: Tết is nine of them.
_BEARS_ON = timedelta(days=21)
_AT_ONCE = 50


@subscribe(CalendarChanged)
def count_anew(changed: CalendarChanged) -> None:
    """Days left are counted by the new calendar; whose deadline moved is told.

    A deadline on a new day off goes to the next working day, one of so many working days is counted again;
    others stay, and so does every outcome.
    """
    first, last = date.fromisoformat(changed.first), date.fromisoformat(changed.last)
    bears = or_(
        Task.due_date.between(first, last if date.max - last < _BEARS_ON else last + _BEARS_ON),
        and_(Task.recurrence_date <= last, Task.due_date >= first),
    )
    with db.scope():
        running = select(Task.id).where(Task.state.in_(RUNNING), bears).order_by(Task.id)
        waiting = list(db.session().scalars(running))
    for start in range(0, len(waiting), _AT_ONCE):
        with db.unit_of_work() as session:
            on = workdays.calendar()
            some = select(Task).where(Task.id.in_(waiting[start : start + _AT_ONCE]), Task.state.in_(RUNNING))
            for task in session.scalars(some.with_for_update().order_by(Task.id)):
                _count_anew(task, on)


@subscribe(StandInNamed)
def warn_of_absences(named: StandInNamed) -> None:
    """Assigners hear at once that somebody will be away when a task is due."""
    first, last = date.fromisoformat(named.first), date.fromisoformat(named.last)
    with db.unit_of_work():
        reminding.warn_of_absences(named.principal_id, max(first, clock.today()), last)


def _count_anew(task: Task, on: Calendar) -> None:
    """A deadline that fell on a new day off, or was so many working days, is kept on another one."""
    due = task.due_date
    if due is None:
        return
    is_off = not on.is_working_day(due)
    kept = recurring.due_of(task, on) or on.next_working_day(due)
    for party in task.parties:
        if party.left_at is None and party.finished_at is None and party.due_date is not None:
            party.due_date = on.next_working_day(party.due_date)
    if kept != due and task.first_due_date == due:
        task.first_due_date = kept
    deadlines.set_due(task, kept, on)
    reminding.plan(task, on)
    if kept == due:
        return
    task.version += 1
    audit.record(None, "task.due_moved", task, old_due=due, due=kept)
    told = {task.assigner_id, *lead_people(task)}
    kind = "task.due_day_off" if is_off else "task.due_recounted"
    notices.notify(told, kind, task.ref, due=f"{due:%d/%m/%Y}", kept=f"{kept:%d/%m/%Y}")
    db.publish(TaskMoved(task.id))
