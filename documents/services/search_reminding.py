"""Kept searches that tell their owner when they find documents which they did not find before."""

from datetime import timedelta

from sqlalchemy import or_, select

from documents.models.search import SavedSearch
from documents.permissions import READ
from documents.services.searching import Search
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Invalid
from intranet.core.refs import Ref
from intranet.notices import services as notices
from intranet.people import directory

#: A search that finds more tells nobody: it is no question of what is new.
MOST = 500
#: How long nobody looks again.
EVERY = timedelta(minutes=15)
_AT_ONCE = 100
_KIND = "search.matched"


def begin(actor: Actor, row: SavedSearch) -> None:
    """From now on tell the owner of what the search finds anew, in the open unit of work.

    :raises Invalid: ``search.too_wide``.
    """
    ids = Search(actor, row.query, row.facets).newest(MOST + 1)
    if len(ids) > MOST:
        raise Invalid("search.too_wide", field="reminds", most=MOST)
    row.reminds, row.told, row.looked_at = True, ids, clock.now()


def end(row: SavedSearch) -> None:
    """Tell nobody any more, in the open unit of work."""
    row.reminds, row.told, row.looked_at = False, [], None
    notices.withdraw(row.ref, _KIND)


def look_due() -> int:
    """Look again at searches that remind; returns how many."""
    due = or_(SavedSearch.looked_at.is_(None), SavedSearch.looked_at <= clock.now() - EVERY)
    with db.scope(), db.across_orgs("kept searches of every agency that remind their owners"):
        query = select(SavedSearch.id, SavedSearch.owner_id).where(SavedSearch.reminds, due)
        rows = db.session().execute(query.order_by(SavedSearch.looked_at).limit(_AT_ONCE)).all()
    for search_id, owner_id in rows:
        _look(search_id, owner_id)
    return len(rows)


def title_of(search_id: int) -> str:
    """Its name (``refs``)."""
    row = db.session().get(SavedSearch, search_id)
    return "…" if row is None else row.name


def url_of(search_id: int) -> str:
    """Where it is opened (``refs``)."""
    return f"/documents/search/saved/{search_id}"


def may_read(actor: Actor, search_id: int) -> bool:
    """True for its owner (``refs``)."""
    row = db.session().get(SavedSearch, search_id)
    return row is not None and row.owner_id == actor.id


def _look(search_id: int, owner_id: int) -> None:
    """Look with the owner's rights as they are now, and tell of what is new, once."""
    with db.scope():
        owner = directory.receiver(owner_id)
        if owner is not None:
            db.set_agencies(owner.org_ids)
        row = None if owner is None else db.session().get(SavedSearch, search_id)
        found: list[int] = []
        if owner is not None and row is not None and owner.holds(READ):
            found = Search(owner, row.query, row.facets).newest(MOST)
        with db.unit_of_work() as session, db.across_orgs("kept searches of every agency that remind"):
            row = session.get(SavedSearch, search_id, with_for_update=True, populate_existing=True)
            if row is None or not row.reminds:
                return
            fresh = set(found) - set(row.told)
            row.told, row.looked_at = found, clock.now()
            if fresh and len(found) < MOST:
                notices.notify([owner_id], _KIND, Ref("saved_search", search_id), n=len(fresh))
