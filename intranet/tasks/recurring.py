"""Tasks that come again by themselves: entered once, made for each of their days exactly once."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select, update

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import changed_one
from intranet.core.errors import BadState, DomainError, Forbidden, Invalid, NotFound
from intranet.core.jobs import every
from intranet.notices import services as notices
from intranet.notices import workdays
from intranet.notices.workdays import Calendar
from intranet.people.models import User
from intranet.records import audit
from intranet.tasks.assigning import assign_task, check_given
from intranet.tasks.models import Every, Priority, Source, Task, TaskRecurrence
from intranet.tasks.parties import Party
from intranet.tasks.permissions import ASSIGN, person_of

#: At this hour of the office the day's tasks are made.
HOUR = 7
MOST_DUE_DAYS = 250
_MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}
_AT_ONCE = 200


def recur(
    actor: Actor,
    *,
    title: str,
    text: str,
    lead: Party,
    co: Sequence[Party] = (),
    info: Sequence[Party] = (),
    often: Every,
    first_date: date,
    last_date: date | None = None,
    due_days: int,
    priority: Priority = Priority.NORMAL,
    source: Source = Source.DIRECT,
    is_restricted: bool = False,
) -> int:
    """A task comes again from a day on, each time in the name of whoever enters it.

    :param due_days: working days that each may take, 0 for the day itself.
    :returns: its id.
    :raises Invalid: ``task.due_days_range``, ``task.first_past``, ``task.last_before_first``, and those of
        :func:`assign_task`.
    :raises Forbidden: ``task.may_not_assign``, ``task.out_of_reach``.
    """
    if not 0 <= due_days <= MOST_DUE_DAYS:
        raise Invalid("task.due_days_range", field="due_days", most=MOST_DUE_DAYS)
    if first_date < clock.today():
        raise Invalid("task.first_past", field="start_date")
    if last_date is not None and last_date < first_date:
        raise Invalid("task.last_before_first", field="last_date")
    with db.unit_of_work() as session:
        if not actor.holds(ASSIGN):
            raise Forbidden("task.may_not_assign")
        check_given(actor, title, lead, co, info)
        assigner = person_of(actor).standing
        row = TaskRecurrence(
            org_id=assigner.org_id,
            assigner_id=assigner.id,
            title=title,
            text=text,
            lead=str(lead),
            co=[str(one) for one in co],
            info=[str(one) for one in info],
            every=often,
            due_days=due_days,
            priority=priority,
            source=source,
            is_restricted=is_restricted,
            first_date=first_date,
            next_date=first_date,
            last_date=last_date,
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        audit.record(actor, "task.recurrence_made", row, every=often.value, first=first_date)
        return row.id


def stop(actor: Actor, recurrence_id: int) -> None:
    """It comes no more; tasks that were made stay.

    :raises NotFound: ``task.recurrence_missing``, or somebody else's.
    """
    with db.unit_of_work() as session:
        row = session.get(TaskRecurrence, recurrence_id, with_for_update=True)
        if row is None or row.stopped_at is not None or row.assigner_id != person_of(actor).standing.id:
            raise NotFound("task.recurrence_missing")
        row.stopped_at = clock.now()
        audit.record(actor, "task.recurrence_stopped", row)


def of(actor: Actor) -> list[TaskRecurrence]:
    """What the actor lets come again, the next one first."""
    mine = TaskRecurrence.assigner_id == person_of(actor).standing.id
    query = select(TaskRecurrence).where(mine, TaskRecurrence.stopped_at.is_(None))
    return list(
        db.session().scalars(query.order_by(TaskRecurrence.next_date, TaskRecurrence.id).limit(_AT_ONCE))
    )


@every(30, "tasks.recur")
def make_due() -> int:
    """Make the tasks whose day has come; how many were made.

    Exactly once, however many processes do this: the row's next day is claimed in the transaction of the
    task. A day off gives the next working day; after a standstill a task whose deadline has passed already is
    left out, and that is noted.
    """
    today = clock.today()
    if clock.local(clock.now()).hour < HOUR:
        return 0
    with db.scope():
        due = TaskRecurrence.stopped_at.is_(None) & (TaskRecurrence.next_date <= today)
        query = select(TaskRecurrence.id).where(due).order_by(TaskRecurrence.next_date, TaskRecurrence.id)
        ids = db.session().scalars(query.limit(_AT_ONCE)).all()
    return sum(_make_all(key, today) for key in ids)


def _make_all(recurrence_id: int, today: date) -> int:
    """Every missed day of one, oldest first."""
    made = 0
    while True:
        try:
            with db.scope(), db.unit_of_work():
                step = _make_next(recurrence_id, today)
        except (Invalid, Forbidden, NotFound, BadState) as refusal:
            _stop_for(recurrence_id, refusal)
            return made
        if step is None:
            return made
        made += step


def _make_next(recurrence_id: int, today: date) -> int | None:
    """Claim the next day and make its task; 0 when it was left out, ``None`` when none is due."""
    session = db.session()
    row = session.get(TaskRecurrence, recurrence_id, populate_existing=True)
    if row is None or row.stopped_at is not None:
        return None
    on, day = workdays.calendar(), row.next_date
    begins = on.next_working_day(day)
    if begins > today:
        return None
    following = after(row, day, on)
    is_last = row.last_date is not None and following > row.last_date
    claim = update(TaskRecurrence).where(
        TaskRecurrence.id == row.id, TaskRecurrence.next_date == day, TaskRecurrence.stopped_at.is_(None)
    )
    if not changed_one(
        session, claim.values(next_date=following, stopped_at=clock.now() if is_last else None)
    ):
        return None
    due = on.add_working_days(begins, row.due_days)
    assigner = session.get_one(User, row.assigner_id)
    if due < workdays.late_from():
        audit.record(None, "task.recurrence_skipped", row, org_id=row.org_id, day=day, due=due)
        return 0
    if not assigner.is_active:
        raise Invalid("task.party_gone", name=assigner.full_name)
    assign_task(
        assigner,
        title=row.title,
        origin=None,
        text=row.text,
        lead=Party.parse(row.lead),
        co=[Party.parse(one) for one in row.co],
        info=[Party.parse(one) for one in row.info],
        due_date=due,
        org_id=row.org_id,
        priority=row.priority,
        source=row.source,
        is_restricted=row.is_restricted,
        recurrence=(row.id, day),
    )
    return 1


def due_of(task: Task, on: Calendar) -> date | None:
    """When a task that was made by itself is due by a calendar, as long as nobody gave it another day.

    ``None`` for other tasks, and where that day is over.
    """
    if task.recurrence_id is None or task.recurrence_date is None or task.due_date != task.first_due_date:
        return None
    row = db.session().get_one(TaskRecurrence, task.recurrence_id)
    due = on.add_working_days(on.next_working_day(task.recurrence_date), row.due_days)
    return due if due >= workdays.late_from() else None


def after(row: TaskRecurrence, day: date, on: Calendar) -> date:
    """The day after a day of it: the next working day, the same weekday, or the same day of a later month."""
    if row.every is Every.WORKDAY:
        return on.next_working_day(on.next_working_day(day) + timedelta(days=1))
    if row.every is Every.WEEK:
        return day + timedelta(days=7)
    month = day.year * 12 + day.month - 1 + _MONTHS[row.every]
    year, month = divmod(month, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(row.first_date.day, last))


def _stop_for(recurrence_id: int, refusal: DomainError) -> None:
    """It cannot be made any more as it was entered: say so to whoever did, once."""
    with db.scope(), db.unit_of_work() as session:
        row = session.get_one(TaskRecurrence, recurrence_id, with_for_update=True)
        if row.stopped_at is not None:
            return
        row.stopped_at, row.problem = clock.now(), refusal.code[:60]
        audit.record(None, "task.recurrence_stopped", row, org_id=row.org_id, problem=refusal.code)
        notices.notify([row.assigner_id], "task.recurrence_stopped", row.ref)
