"""Agencies and their units: two trees of any depth, changed by administrators only."""

from dataclasses import dataclass, fields

from sqlalchemy import ColumnExpressionArgument, literal, select

from intranet.core import db
from intranet.core.db import unit_of_work
from intranet.core.errors import BadState, Invalid, NotFound, Stale
from intranet.people.models import Organisation, Post, RoleGrant, Unit, User
from intranet.people.services.accounts import require_admin
from intranet.records import audit


@dataclass(frozen=True)
class OrgData:
    """What a form says about an agency."""

    name: str
    short_name: str
    letters: str
    code: str | None
    place: str
    address: str
    parent_id: int | None


@dataclass(frozen=True)
class UnitData:
    """What a form says about a unit."""

    name: str
    short_name: str
    letters: str
    parent_id: int | None
    represents_id: int | None
    position: int


def get_org(actor: User | None, org_id: int, *, lock: bool = False) -> Organisation:
    """An agency, for whoever administers the installation.

    :raises NotFound: ``agency.unknown``.
    """
    require_admin(actor)
    found = db.session().get(Organisation, org_id, with_for_update=lock or None)
    if found is None:
        raise NotFound("agency.unknown")
    return found


def get_unit(actor: User | None, unit_id: int, org_id: int | None = None, *, lock: bool = False) -> Unit:
    """A unit, of the given agency if one is named, for whoever administers the installation.

    :raises NotFound: ``unit.unknown``.
    """
    require_admin(actor)
    found = db.session().get(Unit, unit_id, with_for_update=lock or None)
    if found is None or (org_id is not None and found.org_id != org_id):
        raise NotFound("unit.unknown")
    return found


def create_org(actor: User, data: OrgData) -> int:
    """Add an agency; returns its id.

    :raises Invalid: ``agency.code_taken``, ``agency.name_taken``, ``agency.unknown_parent``.
    """
    require_admin(actor)
    with unit_of_work() as session:
        _require_free_org(data, None)
        _require_org_parent(data.parent_id, None)
        org = Organisation(**_values(data))
        session.add(org)
        session.flush()
        audit.record(actor, "agency.created", org, org_id=org.id, parent=org.parent_id)
        return org.id


def edit_org(actor: User, org_id: int, data: OrgData, *, expect: int) -> None:
    """Change an agency, its place in the tree too.

    :raises Stale: ``agency.changed``, somebody else was faster.
    :raises Invalid: ``agency.cycle``: below itself; as :func:`create_org`.
    """
    with unit_of_work():
        org = get_org(actor, org_id, lock=True)
        if org.version != expect:
            raise Stale("agency.changed")
        _require_free_org(data, org.id)
        _require_org_parent(data.parent_id, org.id)
        changed = _take(org, data)
        org.version += 1
        audit.record(actor, "agency.edited", org, org_id=org.id, fields=changed)


def set_org_active(actor: User, org_id: int, is_active: bool) -> None:
    """Close an agency, once nobody works in it and none works below it; or open it again.

    :raises BadState: ``agency.has_people``, ``agency.has_children``, ``agency.parent_closed``.
    """
    with unit_of_work():
        org = get_org(actor, org_id, lock=True)
        if org.is_active == is_active:
            return
        if not is_active:
            if _any(User.org_id == org_id, User.is_active):
                raise BadState("agency.has_people")
            if _any(Organisation.parent_id == org_id, Organisation.is_active):
                raise BadState("agency.has_children")
        elif org.parent is not None and not org.parent.is_active:
            raise BadState("agency.parent_closed")
        org.is_active = is_active
        org.version += 1
        audit.record(actor, "agency.opened" if is_active else "agency.closed", org, org_id=org.id)


def create_unit(actor: User, org_id: int, data: UnitData) -> int:
    """Add a unit to an agency; returns its id.

    :raises Invalid: ``unit.name_taken``, ``unit.unknown_parent``, ``unit.represents_own``.
    """
    with unit_of_work() as session:
        org = get_org(actor, org_id)
        if not org.is_active:
            raise BadState("agency.is_closed")
        _require_unit(data, org_id, None)
        unit = Unit(org_id=org_id, **_values(data))
        session.add(unit)
        session.flush()
        audit.record(actor, "unit.created", unit, parent=unit.parent_id)
        return unit.id


def edit_unit(actor: User, unit_id: int, data: UnitData, *, expect: int) -> None:
    """Change a unit, its place in the tree too.

    :raises Stale: ``unit.changed``, somebody else was faster.
    :raises Invalid: ``unit.cycle``: below itself; as :func:`create_unit`.
    """
    with unit_of_work():
        unit = get_unit(actor, unit_id, lock=True)
        if unit.version != expect:
            raise Stale("unit.changed")
        _require_unit(data, unit.org_id, unit.id)
        changed = _take(unit, data)
        unit.version += 1
        audit.record(actor, "unit.edited", unit, fields=changed)


def set_unit_active(actor: User, unit_id: int, is_active: bool) -> None:
    """Close a unit, once nobody works in it and none works below it; or open it again.

    :raises BadState: ``unit.has_people``, ``unit.has_children``, ``unit.parent_closed``.
    """
    with unit_of_work():
        unit = get_unit(actor, unit_id, lock=True)
        if unit.is_active == is_active:
            return
        if not is_active:
            works = _any(User.id == Post.user_id, Post.unit_id == unit_id, User.is_active)
            if works or _any(User.id == RoleGrant.user_id, RoleGrant.unit_id == unit_id, User.is_active):
                raise BadState("unit.has_people")
            if _any(Unit.parent_id == unit_id, Unit.is_active):
                raise BadState("unit.has_children")
        elif unit.parent is not None and not unit.parent.is_active:
            raise BadState("unit.parent_closed")
        unit.is_active = is_active
        unit.version += 1
        audit.record(actor, "unit.opened" if is_active else "unit.closed", unit)


def _values(data: OrgData | UnitData) -> dict[str, object]:
    return {field.name: getattr(data, field.name) for field in fields(data)}


def _take(row: Organisation | Unit, data: OrgData | UnitData) -> list[str]:
    """Write the form's values to the row; returns the names of those that changed."""
    changed = [name for name, value in _values(data).items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, getattr(data, name))
    return changed


def _any(*where: ColumnExpressionArgument[bool]) -> bool:
    """True when some rows of the tables named in the conditions meet them all."""
    return bool(db.session().scalar(select(literal(1)).where(*where).limit(1)))


def _require_free_org(data: OrgData, org_id: int | None) -> None:
    session = db.session()
    other = Organisation.id != (org_id or 0)
    if data.code and session.scalar(select(Organisation.id).where(Organisation.code == data.code, other)):
        raise Invalid("agency.code_taken", field="code")
    same_name = select(Organisation.id).where(Organisation.name == data.name, other)
    if session.scalar(same_name.where(Organisation.parent_id.is_not_distinct_from(data.parent_id))):
        raise Invalid("agency.name_taken", field="name")


def _require_org_parent(parent_id: int | None, org_id: int | None) -> None:
    session = db.session()
    above = parent_id
    if above is not None and session.get(Organisation, above) is None:
        raise Invalid("agency.unknown_parent", field="parent_id")
    while above is not None:
        if above == org_id:
            raise Invalid("agency.cycle", field="parent_id")
        above = session.scalar(select(Organisation.parent_id).where(Organisation.id == above))


def _require_unit(data: UnitData, org_id: int, unit_id: int | None) -> None:
    session = db.session()
    same = select(Unit.id).where(
        Unit.org_id == org_id,
        Unit.name == data.name,
        Unit.parent_id.is_not_distinct_from(data.parent_id),
        Unit.id != (unit_id or 0),
    )
    if session.scalar(same) is not None:
        raise Invalid("unit.name_taken", field="name")
    above = data.parent_id
    if above is not None:
        parent = session.get(Unit, above)
        if parent is None or parent.org_id != org_id:
            raise Invalid("unit.unknown_parent", field="parent_id")
    while above is not None:
        if above == unit_id:
            raise Invalid("unit.cycle", field="parent_id")
        above = session.scalar(select(Unit.parent_id).where(Unit.id == above))
    if data.represents_id is not None:
        if data.represents_id == org_id:
            raise Invalid("unit.represents_own", field="represents_id")
        if session.get(Organisation, data.represents_id) is None:
            raise Invalid("agency.unknown_parent", field="represents_id")
