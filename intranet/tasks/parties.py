"""Parties of tasks: who they are, who works for them, and who is told."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, Invalid
from intranet.people import directory
from intranet.people.models import Role, Unit, User
from intranet.tasks.models import PartyRole, Source, Task, TaskParty
from intranet.tasks.permissions import Standing, standing_of

#: Keys are 32-bit numbers; longer ones are somebody's invention.
_MOST_DIGITS = 9


@dataclass(frozen=True)
class Party:
    """A unit or a person to take part: exactly one of the two is set."""

    unit_id: int | None = None
    user_id: int | None = None
    #: A co-operating party's own deadline.
    due_date: date | None = None

    def __post_init__(self) -> None:
        if (self.unit_id is None) == (self.user_id is None):
            raise ValueError("a party is a unit or a person")

    def __str__(self) -> str:
        return f"unit:{self.unit_id}" if self.unit_id is not None else f"user:{self.user_id}"

    @classmethod
    def parse(cls, text: str) -> "Party":
        """Read back ``unit:4`` or ``user:12``.

        :raises Invalid: ``task.party_unknown``.
        """
        kind, _, key = text.partition(":")
        if kind not in ("unit", "user") or not key.isdigit() or len(key) > _MOST_DIGITS:
            raise Invalid("task.party_unknown", field="lead")
        return cls(unit_id=int(key)) if kind == "unit" else cls(user_id=int(key))


@dataclass(frozen=True)
class Shown:
    """A party as pages and other packages show it."""

    task_id: int
    role: PartyRole
    name: str
    party: Party
    seen: bool
    finished: bool


def check_real(parties: Iterable[tuple[str, Party]]) -> None:
    """Refuse parties that are not there, or no longer.

    :param parties: each with the name of the form's field.
    :raises Invalid: ``task.party_unknown``, ``task.party_gone``.
    """
    given = list(parties)
    units = directory.units({p.unit_id for _, p in given if p.unit_id is not None})
    people = directory.people({p.user_id for _, p in given if p.user_id is not None})
    for field, party in given:
        found: Unit | User | None
        found = units.get(party.unit_id) if party.unit_id is not None else people.get(party.user_id or 0)
        if found is None:
            raise Invalid("task.party_unknown", field=field)
        if not found.is_active:
            name = found.full_name if isinstance(found, User) else found.name
            raise Invalid("task.party_gone", field=field, name=name)


def check_reach(actor: Actor, parties: Collection[tuple[str, Party]]) -> None:
    """Refuse parties that the actor has no right to give work to by the actor's own post.

    Leaders and office heads reach every unit and official of the agency, and the units that stand for
    others; a unit head the units headed and those below, and their officials; anybody else who splits
    a task reaches the colleagues of the own units.

    :raises Forbidden: ``task.out_of_reach``.
    """
    at = standing_of(actor)
    units = directory.units({p.unit_id for _, p in parties if p.unit_id is not None})
    people = directory.people({p.user_id for _, p in parties if p.user_id is not None})
    for _, party in parties:
        found = units[party.unit_id] if party.unit_id is not None else people[party.user_id or 0]
        if not reaches(at, found):
            raise Forbidden("task.out_of_reach")


def reaches(at: Standing, found: Unit | User) -> bool:
    """True when somebody who stands there may give work to the unit or the official by the own post."""
    if found.org_id != at.org_id:
        return False
    if at.judged_org is not None:
        return True
    if isinstance(found, Unit):
        return found.id in at.line and found.id not in at.received
    return any(post.unit_id in at.line | at.member for post in found.posts)


def reachable_units(actor: Actor) -> list[Unit]:
    """Units to which the actor may give work by the own post."""
    at = standing_of(actor)
    return [unit for unit in directory.units_of(at.org_id) if reaches(at, unit)]


def lead_people(task: Task) -> list[int]:
    """Who does the work now: the official it was handed to, the lead person, or who receives for the unit."""
    officer = task.officer
    if officer is not None and officer.user_id is not None:
        return [officer.user_id]
    return people_of(task.lead)


def lead_heads(task: Task) -> list[int]:
    """Who answers for the lead: the receivers of its unit, or the heads of the lead person's units."""
    if task.lead.unit_id is not None:
        return people_of(task.lead)
    person = directory.people([task.lead.user_id or 0]).get(task.lead.user_id or 0)
    if person is None:
        return []
    heads: list[int] = []
    for post in person.posts:
        heads += directory.ids_with_role(person.org_id, Role.UNIT_HEAD, unit_id=post.unit_id)
    return heads


def judges_of(task: Task) -> list[int]:
    """Who decides on the result: the assigner; of an own task whoever is above its owner."""
    if task.source is not Source.OWN:
        return [task.assigner_id]
    above = [key for key in lead_heads(task) if key != task.assigner_id]
    if above:
        return above
    directing = directory.ids_with_role(task.org_id, Role.LEADER, Role.OFFICE_HEAD)
    return [key for key in directing if key != task.assigner_id]


def people_of(party: TaskParty | Party) -> list[int]:
    """The person, or those who receive for the unit."""
    if party.user_id is not None:
        return [party.user_id]
    return directory.receivers_of(party.unit_id or 0)


def everybody(task: Task) -> set[int]:
    """Whoever has it on a list: the assigner and the people of every present party."""
    found = {task.assigner_id}
    for party in task.parties:
        if party.left_at is None:
            found.update(people_of(party))
    return found


def due_words(task: Task) -> str:
    """The deadline for a notice: ``, hạn 20/11/2026``; empty without one."""
    return "" if task.due_date is None else f", hạn {task.due_date:%d/%m/%Y}"


def parties_of(task_ids: Sequence[int]) -> dict[int, list[Shown]]:
    """Present parties of many tasks with their names, lead first: three queries for a whole list."""
    found: dict[int, list[Shown]] = {key: [] for key in task_ids}
    query = select(TaskParty).where(TaskParty.task_id.in_(task_ids), TaskParty.left_at.is_(None))
    rows = db.session().scalars(query.order_by(TaskParty.id)).all()
    units = directory.units({row.unit_id for row in rows if row.unit_id is not None})
    people = directory.people({row.user_id for row in rows if row.user_id is not None})
    order = list(PartyRole)
    for row in sorted(rows, key=lambda row: (order.index(row.role), row.id)):
        if row.unit_id is not None:
            name, party = units[row.unit_id].short_name, Party(unit_id=row.unit_id)
        else:
            name, party = people[row.user_id or 0].full_name, Party(user_id=row.user_id)
        shown = Shown(
            row.task_id, row.role, name, party, row.seen_at is not None, row.finished_at is not None
        )
        found[row.task_id].append(shown)
    return found


def unit_names(actor: Actor) -> dict[str, str]:
    """Units to which the actor may give work, by the party's value."""
    return {str(Party(unit_id=unit.id)): unit.name for unit in reachable_units(actor)}


def names_of(values: Sequence[str | None]) -> dict[str, str]:
    """Names of the people among parties that a form sent."""
    ids = set()
    for value in values:
        kind, _, key = (value or "").partition(":")
        if kind == "user" and key.isdigit() and len(key) < 10:
            ids.add(int(key))
    return {str(Party(user_id=key)): user.full_name for key, user in directory.people(ids).items()}
