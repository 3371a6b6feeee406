"""What a list of people changes of somebody who is known already; every change is told before it is made."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from intranet.core.labels import label
from intranet.core.text import fold
from intranet.people.models import Role
from intranet.people.services.accounts import Place
from intranet.people.services.keeping_up import Change
from intranet.records.lists import Fate, Plan, Row


@dataclass(frozen=True)
class Said:
    """What a row says of a person; one with several posts has several rows."""

    row: Row
    name: str
    full_name: str
    email: str
    org_id: int
    unit_id: int
    title: str
    #: None where the sheet is silent.
    roles: frozenset[Role]


@dataclass
class Known:
    """Somebody who has an account."""

    id: int
    name: str
    full_name: str
    email: str | None
    org_id: int
    is_active: bool
    is_robot: bool
    #: Title by unit, the oldest post first; roles by unit, under ``None`` in the whole agency.
    posts: dict[int, str] = field(default_factory=dict)
    roles: dict[int | None, set[Role]] = field(default_factory=lambda: defaultdict(set))


def decide(found: Plan, known: Known, said: Sequence[Said], units: Mapping[int, str]) -> Change | None:
    """Find out what becomes of the rows of one person, and tell it; ``None`` where nothing does.

    :param units: names of working units by id.
    """
    first = said[0]
    found.fates |= {one.row.number: Fate.KNOWN for one in said}
    is_other = known.is_robot or fold(known.full_name) != fold(first.full_name)
    is_elsewhere = known.org_id != first.org_id
    if is_other:
        found.wrong(first.row, "name_other", name=known.name, of=known.full_name)
    if is_elsewhere:
        found.wrong(first.row, "person_elsewhere", name=known.name)
    if is_other or is_elsewhere:
        return None
    if not known.is_active:
        found.odd(first.row, "locked", name=known.name)
        return None
    facts = _facts(found, known, first)
    is_move = len(said) == len(known.posts) == 1 and first.unit_id not in known.posts
    places = _moved(found, known, first, units) if is_move else _places(found, known, said, units)
    return Change(known.id, facts, tuple(places)) if facts or places else None


def _facts(found: Plan, known: Known, one: Said) -> tuple[str, str | None] | None:
    email = one.email or known.email
    if known.full_name == one.full_name and (known.email or "").lower() == (email or "").lower():
        return None
    is_other = known.email is not None and known.email.lower() != (email or "").lower()
    if known.full_name != one.full_name:
        found.odd(one.row, "changes", field="full_name", old=known.full_name, new=one.full_name)
    if is_other:
        found.odd(one.row, "changes", field="email", old=known.email, new=email)
    is_change = is_other or known.full_name != one.full_name
    found.fates[one.row.number] = Fate.CHANGED if is_change else Fate.FILLED
    return one.full_name, email


def _moved(found: Plan, known: Known, one: Said, units: Mapping[int, str]) -> list[Place]:
    """The only post is in another unit now: that of before ends, with the roles there."""
    (old,) = known.posts
    lost, roles = known.roles[old], _wanted(known, one)
    if Role.ADMIN in lost:
        found.wrong(one.row, "admin_by_hand", name=known.name)
        return []
    before, after = units.get(old, "…"), units[one.unit_id]
    found.odd(one.row, "moves", old=f"{known.posts[old]}, {before}", new=f"{one.title}, {after}")
    if lost - roles:
        found.odd(one.row, "roles_end", names=_words(lost - roles), of=before)
    found.fates[one.row.number] = Fate.CHANGED
    return [Place(one.unit_id, one.title, tuple(sorted(roles))), Place(old, "", ())]


def _places(found: Plan, known: Known, said: Sequence[Said], units: Mapping[int, str]) -> list[Place]:
    """Posts that are otherwise now, or more; others that the person has stay."""
    changed = [place for one in said if (place := _place(found, known, one, units)) is not None]
    others = [units.get(key, "…") for key in known.posts if key not in {one.unit_id for one in said}]
    if others:
        found.odd(said[0].row, "posts_kept", names="; ".join(others))
    return changed


def _place(found: Plan, known: Known, one: Said, units: Mapping[int, str]) -> Place | None:
    held, roles = known.roles[one.unit_id], _wanted(known, one)
    title = known.posts.get(one.unit_id)
    if title is None:
        found.odd(one.row, "post_more", title=one.title, of=units[one.unit_id])
    elif title != one.title:
        found.odd(one.row, "changes", field="title", old=title, new=one.title)
    if roles != held:
        found.odd(one.row, "changes", field="roles", old=_words(held), new=_words(roles))
    if title == one.title and roles == held:
        return None
    found.fates[one.row.number] = Fate.CHANGED
    return Place(one.unit_id, one.title, tuple(sorted(roles)))


def _wanted(known: Known, one: Said) -> frozenset[Role]:
    """The roles in a unit from now on: a sheet that is silent changes none, and never an administrator's."""
    held = known.roles[one.unit_id]
    return one.roles | (held & {Role.ADMIN}) if one.roles else frozenset(held)


def _words(roles: frozenset[Role] | set[Role]) -> str:
    return "; ".join(label(f"role.{role}") for role in Role if role in roles) or "–"
