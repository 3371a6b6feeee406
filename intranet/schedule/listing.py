"""Entries as others name them: titles and addresses."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from intranet.core import db
from intranet.core.actor import Actor
from intranet.schedule.models import Entry
from intranet.schedule.permissions import visible_to


def title_of(entry_id: int) -> str:
    """An entry's title (``refs``)."""
    return db.session().scalar(select(Entry.title).where(Entry.id == entry_id)) or ""


def url_of(entry_id: int) -> str:
    """The path of an entry's page (``refs``)."""
    return f"/schedule/entries/{entry_id}"


def titles_for(actor: Actor, ids: Collection[int]) -> Mapping[int, str]:
    """Titles of those entries that the actor may read."""
    query = select(Entry.id, Entry.title).where(
        Entry.id.in_(ids), Entry.org_id.in_(actor.org_ids), visible_to(actor)
    )
    return {row.id: row.title for row in db.session().execute(query)}
