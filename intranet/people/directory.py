"""Who is who: units, members, receivers and names, for the packages above. Reads only; asks no rights."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, or_, select
from sqlalchemy.orm import contains_eager, joinedload, lazyload, selectinload

from intranet.core import clock, db
from intranet.core.text import fold
from intranet.people.models import (
    RECEIVING_ROLES,
    Delegation,
    Organisation,
    Post,
    Role,
    RoleGrant,
    Unit,
    User,
)

_NAMED = (
    select(User)
    .where(User.id.in_(bindparam("ids", expanding=True)))
    .options(lazyload(User.grants), selectinload(User.posts).lazyload(Post.unit))
    .execution_options(**{db.KEPT: True})
)


@dataclass(frozen=True)
class Absence:
    """Days in which an official is away, and who stands in, if anybody does."""

    principal_id: int
    first_date: date
    last_date: date
    substitute: User | None

    @property
    def instead(self) -> str:
        """The name of whoever stands in; empty where nobody does."""
        return "" if self.substitute is None else self.substitute.full_name


def org(org_id: int) -> Organisation | None:
    """An agency, ``None`` when there is none of that id."""
    return db.session().get(Organisation, org_id)


def orgs(only_active: bool = True) -> list[Organisation]:
    """Every agency of the installation, by name."""
    query = select(Organisation).order_by(Organisation.name, Organisation.id)
    if only_active:
        query = query.where(Organisation.is_active)
    return list(db.session().scalars(query))


def unit(unit_id: int) -> Unit | None:
    """A unit, ``None`` when there is none of that id."""
    return db.session().get(Unit, unit_id)


def units(ids: Collection[int]) -> dict[int, Unit]:
    """Units by id; an unknown id is left out."""
    if not ids:
        return {}
    found = db.session().scalars(select(Unit).where(Unit.id.in_(set(ids))))
    return {one.id: one for one in found}


def units_named(name: str, org_name: str | None = None) -> list[Unit]:
    """Working units of that name or short name, in the agency so named (or of that code) if one is given."""
    wanted = fold(name)
    found = db.session().scalars(
        select(Unit).options(joinedload(Unit.org)).where(Unit.is_active).order_by(Unit.id)
    )
    return [
        one
        for one in found
        if wanted in {fold(one.name), fold(one.short_name)}
        and (
            not org_name
            or fold(org_name) in {fold(one.org.name), fold(one.org.short_name), fold(one.org.code or "")}
        )
    ]


def all_units() -> list[Unit]:
    """Working units of every working agency with their agencies, in tree order, agency by agency."""
    query = (
        select(Unit)
        .join(Unit.org)
        .options(contains_eager(Unit.org))
        .where(Unit.is_active, Organisation.is_active)
        .order_by(Organisation.name, Organisation.id, Unit.position, Unit.name, Unit.id)
    )
    return in_tree_order(db.session().scalars(query))


def units_of(org_id: int) -> list[Unit]:
    """Working units of an agency, in the office's own order; a part comes after the whole."""
    query = (
        select(Unit).where(Unit.org_id == org_id, Unit.is_active).order_by(Unit.position, Unit.name, Unit.id)
    )
    return in_tree_order(db.session().scalars(query))


def in_tree_order(found: Iterable[Unit]) -> list[Unit]:
    """The same units, each followed by its parts; the order among brothers is kept."""
    given = list(found)
    ids = {one.id for one in given}
    below: dict[int | None, list[Unit]] = {}
    for one in given:
        below.setdefault(one.parent_id if one.parent_id in ids else None, []).append(one)
    ordered: list[Unit] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        one = waiting.pop()
        ordered.append(one)
        waiting.extend(reversed(below.get(one.id, [])))
    return ordered


def units_below(unit_id: int) -> set[int]:
    """Ids of a unit and of every unit below it."""
    found, edge = {unit_id}, {unit_id}
    while edge:
        edge = set(db.session().scalars(select(Unit.id).where(Unit.parent_id.in_(edge)))) - found
        found |= edge
    return found


def units_for(org_id: int) -> list[Unit]:
    """Units of superior agencies that stand for this agency."""
    query = select(Unit).where(Unit.represents_id == org_id, Unit.is_active).order_by(Unit.id)
    return list(db.session().scalars(query))


def members_of(unit_id: int) -> list[User]:
    """Active people who hold a post or a role in the unit, by name."""
    return _people(_in_unit(unit_id))


def with_role(org_id: int, *roles: Role, unit_id: int | None = None) -> list[User]:
    """Active people of the agency who hold one of the roles, in the given unit if one is named."""
    return _people(*_holds(org_id, roles, unit_id))


def ids_with_role(org_id: int, *roles: Role, unit_id: int | None = None) -> list[int]:
    """Their ids, for those who only tell or compare them: without posts and roles."""
    return _ids(*_holds(org_id, roles, unit_id))


def receivers_of(unit_id: int) -> list[int]:
    """Ids of those who take what is given to a unit: its heads, or all its members where it has none.

    For a unit that stands for an agency: that agency's leaders, office heads and clerks.
    """
    found = unit(unit_id)
    if found is None:
        return []
    if found.represents_id is not None:
        return ids_with_role(found.represents_id, *RECEIVING_ROLES)
    return ids_with_role(found.org_id, Role.UNIT_HEAD, unit_id=unit_id) or _ids(_in_unit(unit_id))


def people(ids: Collection[int]) -> dict[int, User]:
    """People by id, whether they still work here or not; an unknown id is left out."""
    if not ids:
        return {}
    found = db.session().scalars(select(User).where(User.id.in_(set(ids))))
    return {one.id: one for one in found}


def receiver(user_id: int) -> User | None:
    """Whoever is told something, in the own name, with the units that stand for the own agency.

    ``None`` where there is no such person or the account is closed.
    """
    user = people([user_id]).get(user_id)
    if user is None or not user.is_active:
        return None
    if user.has_role(*RECEIVING_ROLES):
        user.receive_for(lambda: [unit.id for unit in units_for(user.org_id)])
    return user


def named(ids: Collection[int]) -> dict[int, User]:
    """People by id for those who only name them with post and agency: their roles are not read."""
    if not ids:
        return {}
    found = db.session().scalars(_NAMED, {"ids": sorted(set(ids))})
    return {one.id: one for one in found}


def find_people(org_ids: Collection[int], text: str, limit: int = 20) -> list[User]:
    """Active people of these agencies in whose name, post or unit every word of ``text`` is, marks or none.

    Those whom the name alone answers come first, then the others, both by name.
    """
    words = fold(text).split()
    named = [User.name_key.contains(word, autoescape=True) for word in words]
    if not words:
        return _people(User.org_id.in_(set(org_ids)), limit=limit)
    query = (
        select(User)
        .where(
            User.is_active,
            User.org_id.in_(set(org_ids)),
            *(or_(name, post) for name, post in zip(named, _posts_with(org_ids, words), strict=True)),
        )
        .order_by(case((and_(*named), 0), else_=1), User.name_key, User.id)
        .limit(limit)
    )
    return list(db.session().scalars(query))


def place_of(person: User, near: Collection[int]) -> str:
    """Post and unit of a person in one line, for a reader of the agencies ``near``.

    Who leads an agency stands for the whole of it, not for the unit in which the post is kept; of somebody in
    another agency that agency is told too.
    """
    agency = person.org.short_name
    if not person.posts:
        return agency
    is_own_unit_enough = person.org_id in near and not _leads(person)
    return ", ".join(filter(None, [post_of(person), "" if is_own_unit_enough else agency]))


def post_of(person: User) -> str:
    """Post and unit of a person, to be told beside the agency; of whoever leads the agency the post alone."""
    if not person.posts:
        return ""
    post = person.posts[0]
    return ", ".join(filter(None, [post.title, "" if _leads(person) else post.unit.name]))


def _leads(person: User) -> bool:
    return any(grant.role is Role.LEADER for grant in person.grants)


def substitutes(user_ids: Collection[int], day: date | None = None) -> dict[int, list[User]]:
    """Who stands in for each of these people on an office day (today): principal's id to people."""
    day = day or clock.today()
    away = absences(user_ids, day, day)
    found = {key: [one.substitute for one in ones if one.substitute] for key, ones in away.items()}
    return {
        key: sorted(users, key=lambda user: (user.name_key, user.id)) for key, users in found.items() if users
    }


def absences(user_ids: Collection[int], first: date, last: date) -> dict[int, list[Absence]]:
    """When each of these people is away in a span of days, earliest first; who is not is left out."""
    if not user_ids:
        return {}
    query = (
        select(Delegation, User)
        .outerjoin(User, User.id == Delegation.substitute_id)
        .where(
            Delegation.principal_id.in_(set(user_ids)),
            Delegation.ended_at.is_(None),
            Delegation.first_date <= last,
            Delegation.last_date >= first,
            or_(Delegation.substitute_id.is_(None), User.is_active),
        )
        .order_by(Delegation.first_date, Delegation.id)
    )
    found: dict[int, list[Absence]] = {}
    for row, user in db.session().execute(query):
        one = Absence(row.principal_id, row.first_date, row.last_date, user)
        found.setdefault(row.principal_id, []).append(one)
    return found


def heads_of(unit_ids: Collection[int]) -> dict[int, list[User]]:
    """Working heads of many units; a unit without one is left out."""
    query = (
        select(RoleGrant.unit_id, User)
        .join(User, User.id == RoleGrant.user_id)
        .join(Unit, Unit.id == RoleGrant.unit_id)
        .where(
            RoleGrant.unit_id.in_(set(unit_ids)),
            RoleGrant.role == Role.UNIT_HEAD,
            User.is_active,
            User.org_id == Unit.org_id,
        )
        .order_by(User.name_key, User.id)
    )
    found: dict[int, list[User]] = {}
    for unit_id, user in db.session().execute(query):
        if unit_id is not None:
            found.setdefault(unit_id, []).append(user)
    return found


def ids_anywhere_with_role(role: Role) -> list[int]:
    """Ids of active people of every agency who hold the role."""
    return _ids(exists().where(RoleGrant.user_id == User.id, RoleGrant.role == role))


def headed_by(user_id: int) -> list[int]:
    """Ids of the units that somebody heads."""
    query = select(RoleGrant.unit_id).where(
        RoleGrant.user_id == user_id, RoleGrant.role == Role.UNIT_HEAD, RoleGrant.unit_id.is_not(None)
    )
    return [unit_id for unit_id in db.session().scalars(query) if unit_id is not None]


def _holds(org_id: int, roles: Collection[Role], unit_id: int | None = None) -> list[ColumnElement[bool]]:
    held = [RoleGrant.user_id == User.id, RoleGrant.role.in_(roles)]
    if unit_id is not None:
        held.append(RoleGrant.unit_id == unit_id)
    return [User.org_id == org_id, exists().where(*held)]


def _in_unit(unit_id: int) -> ColumnElement[bool]:
    return or_(
        exists().where(Post.user_id == User.id, Post.unit_id == unit_id),
        exists().where(RoleGrant.user_id == User.id, RoleGrant.unit_id == unit_id),
    )


def _posts_with(org_ids: Collection[int], words: list[str]) -> list[ColumnElement[bool]]:
    """For each word: a post whose title, or whose unit's name, has a word that begins so, marks or none.

    The engines cannot compare without marks, so the few different titles and units are compared here.
    """
    session = db.session()
    of_orgs = User.org_id.in_(set(org_ids))
    titles = session.scalars(select(Post.title).join(Post.user).where(of_orgs).distinct()).all()
    places = session.execute(
        select(Unit.id, Unit.name, Unit.short_name)
        .join(Post, Post.unit_id == Unit.id)
        .join(Post.user)
        .where(of_orgs)
        .distinct()
    ).all()
    keyed_titles = [(title, f" {fold(title)}") for title in titles]
    keyed_units = [(unit_id, f" {fold(name)} {fold(short)}") for unit_id, name, short in places]
    return [
        exists().where(
            Post.user_id == User.id,
            or_(
                Post.title.in_([title for title, key in keyed_titles if f" {word}" in key]),
                Post.unit_id.in_([unit_id for unit_id, key in keyed_units if f" {word}" in key]),
            ),
        )
        for word in words
    ]


def _people(*where: ColumnElement[bool], limit: int | None = None) -> list[User]:
    query = select(User).where(User.is_active, *where).order_by(User.name_key, User.id).limit(limit)
    return list(db.session().scalars(query))


def _ids(*where: ColumnElement[bool]) -> list[int]:
    """As :func:`_people`, for those who only count or tell them: without posts and roles."""
    query = select(User.id).where(User.is_active, *where).order_by(User.name_key, User.id)
    return list(db.session().scalars(query))
