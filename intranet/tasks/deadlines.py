"""How a task stands to its deadline: one definition for lists, figures, outcomes and reminders."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, literal_column

from intranet.core import clock
from intranet.core.errors import Invalid
from intranet.notices import workdays
from intranet.notices.workdays import Calendar
from intranet.tasks.models import RUNNING, Outcome, PartyRole, Task, TaskState

#: Near its deadline: so many working days are left, or this share of the whole span if that is longer.
NEAR_DAYS = 2
NEAR_SHARE = 0.2


class Standing(StrEnum):
    """How a task stands to its deadline; its word is ``task.standing.<value>``."""

    LATE = "late"
    NEAR = "near"
    IN_TIME = "in_time"
    NO_DUE = "no_due"
    ENDED = "ended"


@dataclass(frozen=True)
class Deadline:
    """A deadline as it will be kept."""

    day: date
    #: The day that was asked for, when it was a day off.
    moved_from: date | None


def settle(wanted: date, on: Calendar) -> Deadline:
    """The deadline for a wanted day: a day off gives the next working day."""
    kept = on.next_working_day(wanted)
    return Deadline(kept, wanted if kept != wanted else None)


def check_wanted(wanted: date, *, is_past_confirmed: bool) -> None:
    """Refuse a deadline that has passed, unless somebody confirmed it.

    :raises Invalid: ``task.due_past``.
    """
    if wanted < workdays.late_from() and not is_past_confirmed:
        raise Invalid("task.due_past", field="due_date", due=f"{wanted:%d/%m/%Y}")


def check_within(parent: Task | None, due: date | None, field: str) -> None:
    """Refuse a deadline of a part that lies after that of the whole.

    :raises Invalid: ``task.due_after_parent``.
    """
    if parent is not None and parent.due_date is not None and due is not None and due > parent.due_date:
        raise Invalid("task.due_after_parent", field=field, due=f"{parent.due_date:%d/%m/%Y}")


def near_date(start: date, due: date, on: Calendar) -> date:
    """The first day on which a task given on ``start`` is near its deadline."""
    by_days = on.add_working_days(due, -NEAR_DAYS)
    by_share = due - timedelta(days=int((due - start).days * NEAR_SHARE))
    return min(by_days, by_share)


def set_due(task: Task, due: date | None, on: Calendar, due_at: datetime | None = None) -> None:
    """Give the task a deadline; the first one stays for the reports.

    :param due_at: an hour of that day. The one it had stays as long as the day does.
    """
    hour = due_at or task.due_at
    task.due_at = hour if hour is not None and clock.local(hour).date() == due else None
    task.due_date = due
    task.due_calendar = None if due is None else on.version
    if task.first_due_date is None:
        task.first_due_date = due
    start = task.start_date or clock.local(task.created_at).date()
    task.near_date = None if due is None else near_date(min(start, due), due, on)


def move_due(task: Task, kept: date, on: Calendar) -> None:
    """Another deadline for the lead, and for helpers who were to keep the same one and still can."""
    before = task.due_date
    is_missed = has_passed(task)
    set_due(task, kept, on)
    task.lead.due_date = kept
    for party in task.parties:
        is_at_work = party.role is PartyRole.CO and not (party.left_at or party.finished_at)
        if is_at_work and party.due_date == before and not is_missed:
            party.due_date = kept
        elif is_at_work and party.due_date is not None:
            party.due_date = min(party.due_date, kept)


def own_terms(task: Task) -> list[date]:
    """Other days than the lead's on which helpers still at work owe their part."""
    at_work = (p for p in task.parties if p.role is PartyRole.CO and not (p.left_at or p.finished_at))
    return sorted({p.due_date for p in at_work if p.due_date is not None and p.due_date != task.due_date})


def has_passed(task: Task, late_from: date | None = None, now: datetime | None = None) -> bool:
    """The deadline is over: its hour where it has one, else the office hours of its day."""
    if task.due_at is not None:
        return task.due_at < (now or clock.now())
    return task.due_date is not None and task.due_date < (late_from or workdays.late_from(now))


def standing(task: Task, late_from: date | None = None) -> Standing:
    """How the task stands now; the clock stops while it waits for acceptance."""
    if task.state not in RUNNING:
        return Standing.ENDED
    if task.due_date is None:
        return Standing.NO_DUE
    if has_passed(task, late_from):
        return Standing.LATE
    return (
        Standing.NEAR if task.near_date is not None and task.near_date <= clock.today() else Standing.IN_TIME
    )


def is_open() -> ColumnElement[bool]:
    """SQL: not ended yet. Said so that engines see that the indexes of open tasks have them all."""
    ended: list[ColumnElement[str]] = [
        literal_column(f"'{state.value}'") for state in (TaskState.DONE, TaskState.CANCELLED)
    ]
    return Task.state.not_in(ended)


def is_running() -> ColumnElement[bool]:
    """SQL: the clock runs."""
    return and_(is_open(), Task.state.in_(RUNNING))


def is_past(late_from: date | None = None, now: datetime | None = None) -> ColumnElement[bool]:
    """SQL of :func:`has_passed`."""
    first = late_from or workdays.late_from(now)
    by_day = Task.due_date < first
    # The day bounds both, so that it is looked up by its index.
    by_hour = case((Task.due_at.is_not(None), Task.due_at < (now or clock.now())), else_=by_day)
    return and_(Task.due_date <= first, by_hour)


def is_late(late_from: date | None = None) -> ColumnElement[bool]:
    """SQL of :attr:`Standing.LATE`."""
    return and_(is_running(), is_past(late_from))


def is_near(late_from: date | None = None) -> ColumnElement[bool]:
    """SQL of :attr:`Standing.NEAR`."""
    return and_(
        is_running(),
        Task.due_date >= min(late_from or workdays.late_from(), clock.today()),
        ~is_past(late_from),
        Task.near_date <= clock.today(),
    )


def is_due_within(first: date, last: date) -> ColumnElement[bool]:
    """SQL: the clock runs and the deadline lies in these days."""
    return and_(is_running(), Task.due_date.between(first, last))


def outcome(task: Task, finished_at: datetime, on: Calendar) -> tuple[Outcome | None, int]:
    """Outcome of finishing at an instant, and the working days past the deadline (1 or more when late).

    After an extension that was asked for too late, lateness counts from the deadline that was missed.
    """
    if task.due_at is not None and task.missed_due_date is None:
        return outcome_of(task.due_date, finished_at, on, is_late=finished_at > task.due_at)
    return outcome_of(task.missed_due_date or task.due_date, finished_at, on)


def outcome_of(
    due: date | None, finished_at: datetime, on: Calendar, *, is_late: bool | None = None
) -> tuple[Outcome | None, int]:
    """How an instant stands to a deadline, and the working days past it (1 or more when late).

    :param is_late: told by its hour, where it has one.
    """
    if due is None:
        return None, 0
    finished = clock.local(finished_at).date()
    if due < workdays.late_from(finished_at) if is_late is None else is_late:
        return Outcome.LATE, max(1, on.working_days_between(due, finished))
    return (Outcome.EARLY if finished < due else Outcome.ON_TIME), 0
