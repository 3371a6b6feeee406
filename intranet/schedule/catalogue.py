"""The rooms and vehicles of an agency, kept by its administrator."""

from sqlalchemy import select

from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, Invalid, NotFound, Stale
from intranet.core.text import fold
from intranet.records import audit
from intranet.schedule.models import Resource, ResourceKind
from intranet.schedule.permissions import CATALOGUE

MOST_SEATS = 5000


def resources(org_id: int, kind: ResourceKind | None = None, *, all_: bool = False) -> list[Resource]:
    """Rooms, then vehicles, by name.

    :param all_: those that are out of use too.
    """
    query = select(Resource).where(Resource.org_id == org_id)
    if kind is not None:
        query = query.where(Resource.kind == kind)
    if not all_:
        query = query.where(Resource.is_active)
    return list(db.session().scalars(query.order_by(Resource.kind, Resource.name_key, Resource.id)))


def add_resource(
    actor: Actor, kind: ResourceKind, name: str, *, seats: int | None = None, note: str = ""
) -> int:
    """A room or vehicle more; returns its id.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``resource.name_taken``.
    """
    _may_keep(actor)
    with db.unit_of_work() as session:
        _require_new(actor.org_id, kind, name)
        one = Resource(org_id=actor.org_id, kind=kind, name=name, name_key=fold(name), seats=seats, note=note)
        session.add(one)
        session.flush()
        audit.record(actor, "resource.added", one, kind=kind.value)
        return one.id


def edit_resource(
    actor: Actor,
    resource_id: int,
    *,
    name: str,
    seats: int | None,
    note: str,
    is_active: bool,
    expect: int | None = None,
) -> None:
    """Another name, other facts, or out of use; what was booked stays booked.

    :param expect: the version that the actor saw.
    :raises NotFound: ``resource.missing``.
    :raises Forbidden: ``auth.no_permit``.
    :raises Stale: ``resource.changed``.
    :raises Invalid: ``resource.name_taken``.
    """
    with db.unit_of_work():
        one = resource_for(actor, resource_id)
        if expect is not None and one.version != expect:
            raise Stale("resource.changed")
        _require_new(one.org_id, one.kind, name, but=one.id)
        one.name, one.name_key, one.seats, one.note = name, fold(name), seats, note
        one.is_active = is_active
        one.version += 1
        audit.record(actor, "resource.edited", one, active=is_active)


def resource_for(actor: Actor, resource_id: int) -> Resource:
    """A room or vehicle of the actor's agency, to be changed.

    :raises NotFound: ``resource.missing``.
    :raises Forbidden: ``auth.no_permit``.
    """
    found = db.session().get(Resource, resource_id)
    if found is None or found.org_id not in actor.org_ids:
        raise NotFound("resource.missing")
    _may_keep(actor)
    return found


def _may_keep(actor: Actor) -> None:
    if not actor.holds(CATALOGUE):
        raise Forbidden("auth.no_permit")


def _require_new(org_id: int, kind: ResourceKind, name: str, but: int | None = None) -> None:
    query = select(Resource.id).where(
        Resource.org_id == org_id, Resource.kind == kind, Resource.name_key == fold(name)
    )
    found = db.session().scalar(query.where(Resource.id != but) if but is not None else query)
    if found is not None:
        raise Invalid("resource.name_taken", field="name", name=name)
