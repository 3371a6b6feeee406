"""Figures about tasks, each defined once and shared by lists, desks and reports."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.people import directory
from intranet.people.models import Post, Unit
from intranet.tasks import deadlines
from intranet.tasks.models import Outcome, PartyRole, Task, TaskParty, TaskState
from intranet.tasks.permissions import Standing, led_in, released, standing_of, visible_to


@dataclass(frozen=True)
class Figures:
    """How many tasks there are of each sort."""

    open: int = 0
    late: int = 0
    near: int = 0
    due_this_week: int = 0
    waiting_accept: int = 0


@dataclass(frozen=True)
class Punctuality:
    """Tasks accepted in a span of days. ``done`` counts those with a deadline alone."""

    done: int
    in_time: int

    @property
    def percent(self) -> float | None:
        """Share finished in time, ``None`` while nothing was."""
        return round(100 * self.in_time / self.done, 1) if self.done else None


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday of a day's week."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def of(whose: ColumnElement[bool]) -> Figures:
    """Figures of the tasks that a condition names: one query."""
    query = select(*_sums()).select_from(Task).where(whose, deadlines.is_open())
    return Figures(*(int(n) for n in db.session().execute(query).one()))


def of_agency(actor: Actor) -> Figures:
    """Figures of all tasks that the actor oversees: the whole agency's, or those of the units headed."""
    return of(overseen(standing_of(actor), is_open=True))


def overseen(at: Standing, *, is_open: bool | None = None) -> ColumnElement[bool]:
    """Tasks that somebody oversees and may read: the whole agency's, or those of the units headed.

    The same as ``visible_to`` of what is released and the agency's or the units'; said so that of very many
    tasks only the few restricted ones are asked who takes part in them.

    :param is_open: whoever asks reads open tasks alone, or ended ones.
    """
    whose = led_in(at.line, is_open=is_open) if at.whole_org is None else Task.org_id == at.whole_org
    open_to = or_(Task.is_restricted.is_(False), Task.assigner_id == at.user_id, _takes_part(at))
    return and_(released(), whose, open_to)


def overseen_ended(at: Standing) -> Sequence[ColumnElement[bool]]:
    """Of ended tasks the same as :func:`overseen`, in parts that have none in common.

    What has ended was released. The part that is open to all is counted from an index alone.
    """
    if at.whole_org is None:
        return (overseen(at),)
    own = Task.org_id == at.whole_org
    open_to = or_(Task.assigner_id == at.user_id, _takes_part(at))
    return and_(own, Task.is_restricted.is_(False)), and_(own, Task.is_restricted.is_(True), open_to)


def by_unit(actor: Actor, units: Sequence[Unit]) -> dict[int, Figures]:
    """Figures of each unit with its parts as lead, or with one of its people, of what the actor may see.

    The same tasks that the list of the unit shows; a person of two units counts for both.
    """
    lead = aliased(TaskParty)
    query = (
        select(lead.unit_id, lead.user_id, *_sums())
        .select_from(Task)
        .join(lead, and_(lead.task_id == Task.id, lead.role == PartyRole.LEAD, lead.left_at.is_(None)))
        .where(lead.is_open.is_(True), deadlines.is_open())
        .where(visible_to(actor, is_open=True), released())
        .group_by(lead.unit_id, lead.user_id)
    )
    summed = sum_by_unit(units, db.session().execute(query).all())
    return {unit.id: Figures(*summed[unit.id]) for unit in units}


def sum_by_unit(units: Sequence[Unit], rows: Sequence[Any]) -> dict[int, list[int]]:
    """Sums of rows ``(lead's unit, lead's person, numbers …)`` for each unit with its parts.

    A person of two units counts for both; a unit without any has an empty list.
    """
    people = {row[1] for row in rows if row[1] is not None}
    posts = db.session().execute(select(Post.user_id, Post.unit_id).where(Post.user_id.in_(people))).all()
    works_in: dict[int, set[int]] = defaultdict(set)
    for user_id, unit_id in posts:
        works_in[user_id].add(unit_id)
    parts_of = _parts(directory.units_of(units[0].org_id)) if units else {}
    found = {}
    for unit in units:
        parts = parts_of[unit.id]
        counted = [row[2:] for row in rows if row[0] in parts or not parts.isdisjoint(works_in[row[1]])]
        found[unit.id] = [int(sum(column)) for column in zip(*counted, strict=True)]
    return found


def units_overseen(actor: Actor) -> list[Unit]:
    """Units whose figures the actor may compare: the agency's first level, or the units headed and below."""
    at = standing_of(actor)
    units = directory.units_of(at.org_id)
    if at.whole_org is not None:
        return [unit for unit in units if unit.parent_id is None]
    return [unit for unit in units if unit.id in at.line]


def punctuality(whose: ColumnElement[bool], first: date, last: date) -> Punctuality:
    """Tasks accepted from the first office day to the last one, and how many of them finished in time."""
    since, until = clock.at_office(first, 0), clock.at_office(last + timedelta(days=1), 0)
    query = (
        select(func.count(), func.coalesce(func.sum(case((Task.outcome != Outcome.LATE, 1), else_=0)), 0))
        .select_from(Task)
        .where(
            whose,
            Task.state == TaskState.DONE,
            Task.outcome.is_not(None),
            Task.accepted_at >= since,
            Task.accepted_at < until,
        )
    )
    done, in_time = db.session().execute(query).one()
    return Punctuality(int(done), int(in_time))


def _takes_part(at: Standing) -> ColumnElement[bool]:
    """SQL: asked of each task by itself, as few are asked; without the offset engines go through all of the
    units' parties first.
    """
    mine = or_(TaskParty.user_id == at.user_id, TaskParty.unit_id.in_(at.received))
    return select(TaskParty.id).where(TaskParty.task_id == Task.id, mine).correlate(Task).offset(0).exists()


def _sums() -> list[ColumnElement[int]]:
    first, last = week_of(clock.today())
    sorts = (
        deadlines.is_late(),
        deadlines.is_near(),
        deadlines.is_due_within(first, last),
        Task.state == TaskState.WAITING_ACCEPT,
    )
    return [func.count(), *(func.coalesce(func.sum(case((sort, 1), else_=0)), 0) for sort in sorts)]


def _parts(units: Iterable[Unit]) -> dict[int, set[int]]:
    """Each unit with every unit below it."""
    parents = {unit.id: unit.parent_id for unit in units}
    found: dict[int, set[int]] = defaultdict(set)
    for key in parents:
        above: int | None = key
        while above is not None and key not in found[above]:
            found[above].add(key)
            above = parents.get(above)
    return found
