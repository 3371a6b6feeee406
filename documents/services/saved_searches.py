"""Searches kept under a name: one's own, and those that colleagues share with a unit."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from documents.models.search import SavedSearch
from documents.permissions import READ, headed_units
from documents.services import list_export, search_reminding
from documents.services.listing import MOST_COUNTED
from documents.services.searching import Search
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.db import unit_of_work
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.text import fold
from intranet.notices import services as notices
from intranet.people.models import Unit
from intranet.records import audit
from intranet.tasks.permissions import person_of

#: A person keeps no more; a page shows no more.
MOST = 30


def save(
    actor: Actor,
    name: str,
    query: str,
    facets: Mapping[str, str],
    order: str,
    unit_id: int | None,
    *,
    columns: Collection[str] = (),
    reminds: bool = False,
) -> int:
    """Keep a search; with a unit its people see it too, each finding what he or she may read.

    :param columns: with which it is taken along, the usual ones where none is named.
    :param reminds: the owner, and nobody else, is told of what it finds anew.
    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``search.nothing``, ``search.same_name``, ``search.other_unit``, ``search.too_wide``.
    :raises BadState: ``search.too_many``.
    """
    if not actor.holds(READ):
        raise Forbidden("auth.no_permit")
    if Search(actor, query, facets).is_empty:
        raise Invalid("search.nothing", field="name")
    with unit_of_work() as session:
        own = session.execute(select(SavedSearch.name).where(SavedSearch.owner_id == actor.id)).all()
        if len(own) >= MOST:
            raise BadState("search.too_many", n=MOST)
        _require(actor, name, [row.name for row in own], unit_id)
        row = SavedSearch(
            org_id=person_of(actor).org_id,
            owner_id=actor.id,
            unit_id=unit_id,
            name=name,
            query=query,
            facets=dict(facets),
            order=order,
            created_at=clock.now(),
            columns=_known_columns(columns),
        )
        if reminds:
            search_reminding.begin(actor, row)
        session.add(row)
        session.flush()
        audit.record(actor, "search.saved", row.ref, org_id=row.org_id, unit=unit_id)
        return row.id


def change(
    actor: Actor,
    search_id: int,
    name: str,
    unit_id: int | None,
    *,
    columns: Collection[str] = (),
    reminds: bool = False,
) -> None:
    """Give one's own search another name, other people or columns, let it remind or no more.

    :raises NotFound: ``search.missing``.
    :raises Invalid: ``search.same_name``, ``search.other_unit``, ``search.too_wide``.
    """
    with unit_of_work() as session:
        row = own(actor, search_id)
        others = select(SavedSearch.name).where(SavedSearch.owner_id == actor.id, SavedSearch.id != search_id)
        _require(actor, name, list(session.scalars(others)), unit_id)
        row.name, row.unit_id, row.columns = name, unit_id, _known_columns(columns)
        if reminds and not row.reminds:
            search_reminding.begin(actor, row)
        elif row.reminds and not reminds:
            search_reminding.end(row)
        audit.record(actor, "search.changed", row.ref, org_id=row.org_id, unit=unit_id)


def delete(actor: Actor, search_id: int) -> None:
    """Forget one's own search.

    :raises NotFound: ``search.missing``.
    """
    with unit_of_work() as session:
        row = own(actor, search_id)
        audit.record(actor, "search.deleted", row.ref, org_id=row.org_id)
        notices.withdraw(row.ref)
        session.delete(row)


def own(actor: Actor, search_id: int) -> SavedSearch:
    """A search of the actor's own.

    :raises NotFound: ``search.missing``, none, or somebody else's.
    """
    row = db.session().get(SavedSearch, search_id)
    if row is None or row.owner_id != actor.id:
        raise NotFound("search.missing")
    return row


def seen_by(actor: Actor) -> list[SavedSearch]:
    """The actor's own searches and those shared with the actor's units, own ones first, by name."""
    mine = SavedSearch.owner_id == actor.id
    shared = SavedSearch.unit_id.in_(person_of(actor).unit_ids)
    query = select(SavedSearch).where(or_(mine, shared)).order_by(mine.desc(), SavedSearch.name)
    query = query.options(selectinload(SavedSearch.owner), selectinload(SavedSearch.unit))
    return list(db.session().scalars(query.limit(MOST)))


def counts(actor: Actor, rows: Sequence[SavedSearch]) -> dict[int, int]:
    """How many documents each finds for the actor, none counted beyond a hundred."""
    return {row.id: Search(actor, row.query, row.facets).count(MOST_COUNTED) for row in rows}


def units_of(actor: Actor) -> list[Unit]:
    """Units with which the actor may share: those one works in or heads."""
    keys = person_of(actor).unit_ids | headed_units(actor)
    return list(db.session().scalars(select(Unit).where(Unit.id.in_(keys)).order_by(Unit.name)))


def _known_columns(codes: Collection[str]) -> list[str]:
    return [one.code for one in list_export.in_order(list_export.OF_BOTH, codes)]


def _require(actor: Actor, name: str, others: Sequence[str], unit_id: int | None) -> None:
    if fold(name) in {fold(one) for one in others}:
        raise Invalid("search.same_name", field="name")
    if unit_id is not None and unit_id not in {unit.id for unit in units_of(actor)}:
        raise Invalid("search.other_unit", field="unit_id")
