"""The report on tasks given: done in time or late, open within the term or overdue."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, true
from sqlalchemy.orm import aliased

from intranet.boards import figures as boards
from intranet.boards import reports
from intranet.boards.figures import Listing
from intranet.boards.periods import Period
from intranet.boards.reports import TALLY, Part, Report, Tally, cells_of, tallied, written
from intranet.core import clock, db, slots
from intranet.core.actor import Actor
from intranet.core.labels import label
from intranet.notices import workdays
from intranet.people import directory
from intranet.tasks import deadlines, figures, lists
from intranet.tasks.board import row_of
from intranet.tasks.models import (
    ExtensionState,
    Outcome,
    PartyRole,
    Source,
    Task,
    TaskExtension,
    TaskParty,
    TaskState,
)
from intranet.tasks.permissions import OVERSEE, led_in, standing_of

_PARTS = ("on_time", "late", "within", "overdue", "no_due")
#: More time granted of what was asked for in time: beside what adds up to the total.
EXTENDED = "extended"
COLUMNS = (*TALLY, EXTENDED)
_NONE = (0,) * (len(_PARTS) + 1)


#: Slot ``() -> Grouping``: by what else a package tells tasks apart that come from its records.
GROUPINGS = "tasks.report.by"


@dataclass(frozen=True)
class Grouping:
    """Rows of tasks by something that their origin knows: ``report.by.<code>``."""

    code: str
    #: Adds to a query of tasks what the key needs.
    join: Callable[[Select[Any]], Select[Any]]
    #: Of which row a task is, ``None`` for the last one.
    key: Any
    #: Names of rows by their keys.
    names: Callable[[Sequence[Any]], dict[Any, str]]
    #: What the last row is called.
    nothing: str
    #: The tasks of the row with that key, of the last one for ``-``.
    row: Callable[[str], ColumnElement[bool]]


@dataclass(frozen=True)
class Moments:
    """A span as instants, and from which day on a task was not late when it ended or, if later, now."""

    since: datetime
    until: datetime
    late_from: date
    seen_at: datetime


def fill() -> None:
    """Fill the slot of the reports."""
    slots.fill(reports.REPORTS, offer)


def offer(actor: Actor) -> Report | None:
    """The report, for those who oversee tasks."""
    if not actor.holds(OVERSEE):
        return None
    by = ("unit", "leader", *_groupings(), "source")
    return Report("tasks", 30, by, COLUMNS, rows, listing)


def rows(actor: Actor, period: Period, by: str) -> list[Part]:
    """Rows by unit, by leader, by source or by what a package knows of, and their sum."""
    whole = _tallies(actor, period, [])
    other = _groupings().get(by)
    if other is not None:
        named = _by_origin(actor, period, other)
    else:
        named = _by_unit(actor, period) if by == "unit" else _by_column(actor, period, by)
    total = whole[0][1] if whole else _NONE
    return [*named, _part("", label("report.sum"), total)]


def listing(actor: Actor, period: Period, by: str, key: str, column: str, after: str | None) -> Listing:
    """The tasks that one cell counts."""
    at = standing_of(actor)
    cell = _cells(_moments(period))[column if column in COLUMNS else TALLY[0]]
    where = and_(_base(actor, period), cell, _row(by, key))
    total, tasks, more = boards.page_of(Task, where, after, Task.due_date)
    shown = lists.rows(tasks, at, workdays.calendar())
    return Listing(total, [row_of(row) for row in shown], more)


def _by_unit(actor: Actor, period: Period) -> list[Part]:
    lead = aliased(TaskParty)
    joined = and_(lead.task_id == Task.id, lead.role == PartyRole.LEAD, lead.left_at.is_(None))
    query = (
        select(lead.unit_id, lead.user_id, *_sums(period))
        .select_from(Task)
        .join(lead, joined)
        .where(_base(actor, period))
        .group_by(lead.unit_id, lead.user_id)
    )
    units = figures.units_overseen(actor)
    sums = figures.sum_by_unit(units, db.session().execute(query).all())
    return [_part(str(unit.id), unit.name, sums[unit.id]) for unit in units if any(sums[unit.id])]


def _by_column(actor: Actor, period: Period, by: str) -> list[Part]:
    column: Any = Task.assigner_id if by == "leader" else Task.source
    found = [(key, sums) for key, sums in _tallies(actor, period, [column]) if any(sums)]
    if by == "leader":
        names = {str(key): user.full_name for key, user in directory.people([k for k, _ in found]).items()}
    else:
        names = {str(key): label(f"task.source.{key}") for key, _ in found}
    made = [_part(str(key), names[str(key)], sums) for key, sums in found]
    return sorted(made, key=lambda part: (-(part.counts[0] or 0), part.name))


def _groupings() -> dict[str, Grouping]:
    found: list[Grouping] = slots.ask(GROUPINGS)
    return {one.code: one for one in found}


def _by_origin(actor: Actor, period: Period, by: Grouping) -> list[Part]:
    query = by.join(select(by.key, *_sums(period)).select_from(Task)).where(_base(actor, period))
    found = [(row[0], [int(n or 0) for n in row[1:]]) for row in db.session().execute(query.group_by(by.key))]
    names = by.names([key for key, _ in found if key is not None])
    made = [
        _part("-" if key is None else str(key), names.get(key, by.nothing), sums)
        for key, sums in found
        if any(sums)
    ]
    return sorted(made, key=lambda part: (part.key == "-", -(part.counts[0] or 0), part.name))


def _part(key: str, name: str, sums: Sequence[int]) -> Part:
    """A row: what the tally says, and how many were given more time."""
    *tally, extended = sums
    part = tallied(key, name, Tally(*tally))
    return Part(key, name, (*part.shown, written(extended)), (*part.counts, extended))


def _tallies(actor: Actor, period: Period, by: Sequence[Any]) -> list[tuple[Any, list[int]]]:
    key: list[Any] = list(by) or [true()]
    query = select(*key, *_sums(period)).select_from(Task).where(_base(actor, period)).group_by(*by)
    return [(row[0], [int(n or 0) for n in row[1:]]) for row in db.session().execute(query)]


def _sums(period: Period) -> list[ColumnElement[int]]:
    cells = _cells(_moments(period))
    return [func.coalesce(func.sum(case((cells[name], 1), else_=0)), 0) for name in (*_PARTS, EXTENDED)]


def _base(actor: Actor, period: Period) -> ColumnElement[bool]:
    """Tasks that there were in the span: given before its end, not ended before its beginning."""
    at = _moments(period)
    ended = or_(Task.accepted_at.is_(None), Task.accepted_at >= at.since)
    seen = figures.overseen(standing_of(actor))
    return and_(seen, Task.state != TaskState.CANCELLED, Task.created_at < at.until, ended)


def _cells(at: Moments) -> dict[str, ColumnElement[bool]]:
    """What each column counts, of the tasks of the span."""
    is_done = and_(Task.state == TaskState.DONE, Task.accepted_at < at.until)
    has_due = Task.due_date.is_not(None)
    is_done = func.coalesce(is_done, False)
    is_late = and_(Task.outcome.is_not(None), Task.outcome == Outcome.LATE)
    runs = or_(Task.finished_at.is_(None), Task.finished_at >= at.until)
    is_overdue = func.coalesce(and_(deadlines.is_past(at.late_from, at.seen_at), runs), False)
    more_time = select(TaskExtension.task_id).where(
        TaskExtension.state == ExtensionState.GRANTED,
        TaskExtension.is_after_due.is_(False),
        TaskExtension.decided_at < at.until,
    )
    return {**cells_of(has_due, is_done, is_late, is_overdue), EXTENDED: Task.id.in_(more_time)}


def _row(by: str, key: str) -> ColumnElement[bool]:
    if not key:
        return true()
    if by in (others := _groupings()):
        return others[by].row(key)
    if by == "source":
        return Task.source == key if key in set(Source) else false()
    number = int(key) if key.isdigit() and len(key) < 10 else 0
    return Task.assigner_id == number if by == "leader" else led_in(frozenset(directory.units_below(number)))


def _moments(period: Period) -> Moments:
    until = clock.at_office(period.last + timedelta(days=1), 0)
    seen_at = min(clock.now(), until - timedelta(seconds=1))
    return Moments(clock.at_office(period.first, 0), until, workdays.late_from(seen_at), seen_at)
