"""How much somebody has to do already, and when they are away: what an assigner wants to know beforehand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import case, func, select

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Invalid
from intranet.core.labels import label
from intranet.people import directory
from intranet.people.directory import Absence
from intranet.people.models import Unit, User
from intranet.tasks import deadlines, figures
from intranet.tasks.models import PartyRole, Task, TaskParty, TaskState
from intranet.tasks.parties import Party, people_of
from intranet.tasks.permissions import released, visible_to

#: An absence is told when it begins within so many days, or before the deadline that is meant.
AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Away:
    """An absence of whoever would do or answer for the work."""

    user_id: int
    name: str
    post: str
    first_date: date
    last_date: date
    #: Whoever stands in; nobody may.
    substitute_id: int | None
    substitute: str

    def covers(self, day: date) -> bool:
        """True when that office day is one of it."""
        return self.first_date <= day <= self.last_date

    @property
    def days(self) -> str:
        """``16–18/11``, ``28/11–02/12``, or one day."""
        first, last = self.first_date, self.last_date
        if first == last:
            return f"{first:%d/%m}"
        return f"{first:%d}–{last:%d/%m}" if first.month == last.month else f"{first:%d/%m}–{last:%d/%m}"

    @property
    def brief(self) -> str:
        """``GĐ vắng 16–18/11``, for a chip."""
        return label("task.away.brief", who=_short(self.post) or self.name, days=self.days)

    @property
    def words(self) -> str:
        """The same with names, and who stands in."""
        if not self.substitute:
            return label("task.away.alone", name=self.name, days=self.days)
        return label("task.away.full", name=self.name, days=self.days, instead=self.substitute)


@dataclass(frozen=True)
class Load:
    """Open and late tasks of a candidate, and the absence to come."""

    open: int = 0
    late: int = 0
    away: Away | None = None
    near: int = 0
    waiting: int = 0

    @property
    def words(self) -> str:
        """``12 việc mở, 1 trễ, GĐ vắng 16–18/11``."""
        parts = [label("task.load.open", n=self.open)]
        if self.late:
            parts.append(label("task.load.late", n=self.late))
        if self.away is not None:
            parts.append(self.away.brief)
        return ", ".join(parts)


def of_people(actor: Actor, users: Collection[User], until: date | None = None) -> dict[int, Load]:
    """Load of each of these people, of what the actor may see: two queries for any number of them.

    Counted are the tasks that they lead or that were handed to them, as on the list of that person.

    :param until: the deadline that is meant; absences that begin later are not told.
    """
    ids = {user.id for user in users}
    counted = counts_of(actor, ids)
    absences = directory.absences(ids, clock.today(), _until(until))
    found = {}
    for user in users:
        open_, late, near, waiting = counted.get(user.id, (0, 0, 0, 0))
        away = _away(user, absences[user.id][0]) if user.id in absences else None
        found[user.id] = Load(open_, late, away, near, waiting)
    return found


def counts_of(actor: Actor, ids: Collection[int]) -> dict[int, tuple[int, int, int, int]]:
    """Open, late, near and waiting tasks of each of these people who has any: one query."""
    sorts = (deadlines.is_late(), deadlines.is_near(), Task.state == TaskState.WAITING_ACCEPT)
    sums = [func.coalesce(func.sum(case((sort, 1), else_=0)), 0) for sort in sorts]
    held = (
        select(TaskParty.user_id, TaskParty.task_id)
        .where(
            TaskParty.user_id.in_(ids),
            TaskParty.is_open.is_(True),
            TaskParty.role.in_((PartyRole.LEAD, PartyRole.OFFICER)),
            TaskParty.left_at.is_(None),
        )
        # So that the open work of these people leads, not all tasks that may be seen.
        .offset(0)
        .subquery()
    )
    query = (
        select(held.c.user_id, func.count(), *sums)
        .join(Task, Task.id == held.c.task_id)
        .where(deadlines.is_open(), released(), visible_to(actor, is_open=True))
        .group_by(held.c.user_id)
    )
    if not ids:
        return {}
    rows = db.session().execute(query)
    return {key: (int(open_), int(late), int(near), int(waiting)) for key, open_, late, near, waiting in rows}


def of_units(actor: Actor, units: Sequence[Unit], until: date | None = None) -> dict[int, Load]:
    """Load of each unit with its parts and people; away is a unit all of whose heads are."""
    counted = figures.by_unit(actor, units)
    away = of_heads([unit.id for unit in units], until)
    return {unit.id: Load(counted[unit.id].open, counted[unit.id].late, away.get(unit.id)) for unit in units}


def of_heads(unit_ids: Collection[int], until: date | None = None) -> dict[int, Away]:
    """Absences of the heads of units, by unit: the first one, where no head is there all the time."""
    heads = directory.heads_of(unit_ids)
    everybody = {user.id for users in heads.values() for user in users}
    away = directory.absences(everybody, clock.today(), _until(until))
    return {
        unit_id: _away(users[0], away[users[0].id][0])
        for unit_id, users in heads.items()
        if all(user.id in away for user in users)
    }


def away_on(party: Party, day: date) -> list[Away]:
    """Absences that leave nobody of the party at work on a day; none when anybody is there."""
    ids = people_of(party)
    away = directory.absences(ids, day, day)
    if not ids or any(key not in away for key in ids):
        return []
    people = directory.people(ids)
    return [_away(people[key], away[key][0]) for key in ids]


def check_there(party: Party, due_date: date | None, field: str = "lead") -> None:
    """Warn an assigner of a lead who is away on the day the task is due.

    :raises Invalid: ``task.lead_away``, with who stands in, or ``task.lead_away_alone``.
    """
    found = [] if due_date is None else away_on(party, due_date)
    if found:
        one = found[0]
        raise Invalid(
            "task.lead_away" if one.substitute else "task.lead_away_alone",
            field=field,
            name=one.name,
            days=one.days,
            due=f"{due_date:%d/%m}",
            instead=one.substitute,
        )


def _until(day: date | None) -> date:
    soon = clock.today() + AHEAD
    return soon if day is None else max(day, soon)


def _away(user: User, absence: Absence) -> Away:
    return Away(
        user.id,
        user.full_name,
        user.title,
        absence.first_date,
        absence.last_date,
        None if absence.substitute is None else absence.substitute.id,
        absence.instead,
    )


def _short(post: str) -> str:
    """First letters of a post up to the end of its first word of two: ``GĐ``, ``CVP``, ``PGĐ``."""
    letters = ""
    for word in post.split():
        letters += word[0].upper()
        if word[0].islower():
            break
    return letters if len(letters) > 1 else ""
