"""Lists of the administrator: people page by page, agencies as a tree with counts."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from intranet.core import db
from intranet.core.text import fold
from intranet.people.models import Delegation, Organisation, Post, Role, RoleGrant, Unit, User
from intranet.people.services.accounts import require_admin

PAGE = 50


@dataclass(frozen=True)
class PeopleFilter:
    """What the list of people is narrowed to; empty means all."""

    text: str = ""
    org_id: int | None = None
    role: Role | None = None
    is_active: bool | None = None


@dataclass(frozen=True)
class PeoplePage:
    """One page by name, and the ids from which the neighbouring pages start."""

    rows: list[User]
    before: int | None
    after: int | None


def list_people(
    actor: User, wanted: PeopleFilter, *, after: int | None = None, before: int | None = None
) -> PeoplePage:
    """People of all agencies by name, from behind or up to the person of an id.

    :raises Forbidden: the actor administers nothing.
    """
    require_admin(actor)
    session = db.session()
    query = select(User).where(*_where(wanted))
    edge = session.get(User, before or after or 0)
    backwards = before is not None and edge is not None
    if edge is not None:
        query = query.where(_beyond(edge, backwards))
    order = (User.name_key.desc(), User.id.desc()) if backwards else (User.name_key, User.id)
    rows = list(session.scalars(query.order_by(*order).limit(PAGE + 1)))
    is_more = len(rows) > PAGE
    rows = rows[:PAGE]
    if backwards:
        rows.reverse()
        has_before, has_after = is_more, True
    else:
        has_before, has_after = edge is not None, is_more
    return PeoplePage(
        rows,
        rows[0].id if rows and has_before else None,
        rows[-1].id if rows and has_after else None,
    )


def agency_nodes(actor: User) -> tuple[list[dict[str, Any]], dict[int, Organisation]]:
    """All agencies as a tree for the page's ``agency_tree``, and by id; notes count active people."""
    require_admin(actor)
    session = db.session()
    orgs = list(session.scalars(select(Organisation).order_by(Organisation.name, Organisation.id)))
    counted = session.execute(
        select(User.org_id, func.count()).where(User.is_active).group_by(User.org_id)
    ).all()
    people: dict[int, int] = dict(counted)
    nodes: dict[int, dict[str, Any]] = {
        org.id: {
            "id": org.id,
            "name": org.short_name,
            "note": people.get(org.id, 0),
            "active": org.is_active,
            "children": [],
        }
        for org in orgs
    }
    top: list[dict[str, Any]] = []
    for org in orgs:
        above = nodes.get(org.parent_id or 0)
        (top if above is None else above["children"]).append(nodes[org.id])
    return top, {org.id: org for org in orgs}


def units_with_counts(actor: User, org_id: int) -> list[tuple[Unit, int, int]]:
    """All units of an agency in tree order, closed ones too: the unit, its depth, its active people."""
    require_admin(actor)
    session = db.session()
    query = select(Unit).where(Unit.org_id == org_id).order_by(Unit.position, Unit.name, Unit.id)
    units = list(session.scalars(query))
    counted = session.execute(
        select(Post.unit_id, func.count())
        .join(User, User.id == Post.user_id)
        .where(Post.unit_id.in_([unit.id for unit in units]), User.is_active)
        .group_by(Post.unit_id)
    ).all()
    people: dict[int, int] = dict(counted)
    by_id = {unit.id: unit for unit in units}
    below: dict[int | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id if unit.parent_id in by_id else None, []).append(unit)
    rows: list[tuple[Unit, int, int]] = []
    waiting = [(unit, 0) for unit in reversed(below.get(None, []))]
    while waiting:
        unit, depth = waiting.pop()
        rows.append((unit, depth, people.get(unit.id, 0)))
        waiting.extend((child, depth + 1) for child in reversed(below.get(unit.id, [])))
    return rows


def list_stand_ins(actor: User, *, before: int | None = None) -> tuple[list[Delegation], int | None]:
    """Stand-ins of all agencies, last named first, and the id from which older ones start."""
    require_admin(actor)
    query = select(Delegation).order_by(Delegation.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(Delegation.id < before)
    rows = list(db.session().scalars(query))
    people = {one.principal_id for one in rows} | {one.substitute_id for one in rows}
    db.session().scalars(select(User).where(User.id.in_(people))).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def _where(wanted: PeopleFilter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [~User.is_robot]
    for word in fold(wanted.text).split():
        in_account = User.name.contains(word, autoescape=True)
        where.append(or_(User.name_key.contains(word, autoescape=True), in_account))
    if wanted.org_id is not None:
        where.append(User.org_id == wanted.org_id)
    if wanted.role is not None:
        where.append(exists().where(RoleGrant.user_id == User.id, RoleGrant.role == wanted.role))
    if wanted.is_active is not None:
        where.append(User.is_active.is_(wanted.is_active))
    return where


def _beyond(edge: User, backwards: bool) -> ColumnElement[bool]:
    same = User.name_key == edge.name_key
    if backwards:
        return or_(User.name_key < edge.name_key, and_(same, User.id < edge.id))
    return or_(User.name_key > edge.name_key, and_(same, User.id > edge.id))
