"""What a search found, taken along with the columns that were chosen."""

from collections.abc import Mapping, Sequence
from typing import Any

from documents.permissions import READ
from documents.services import facets as faceting
from documents.services import list_export, listing, searching, watching
from documents.services.searching import Counted, Search
from intranet.core import clock
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, Invalid
from intranet.core.labels import label
from intranet.exports import services as exports
from intranet.records.tables import Format, Progress, Table

#: Under this name the ground floor asks for their tables.
KIND = "document.search"
COLUMNS = list_export.OF_BOTH
#: What is ticked from the start.
USUAL = frozenset(("code", "doc_date", "issuer", "subject", "urgency", "state", "holder"))
_AT_ONCE = 500


def ask(actor: Actor, typed: str, facets: Mapping[str, str], columns: Sequence[str], format_: Format) -> int:
    """Have what is found made as a file, with these columns; returns the number of the file to come.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``list.no_column``, ``search.nothing``.
    :raises BadState: ``export.too_many``.
    """
    _need(actor)
    chosen = [one.code for one in list_export.in_order(COLUMNS, columns)]
    if not chosen:
        raise Invalid("list.no_column", field="column")
    if Search(actor, typed, facets).is_empty:
        raise Invalid("search.nothing", field="q")
    asked = {"typed": typed, "facets": dict(facets), "columns": chosen}
    return exports.ask(actor, KIND, asked, format_, f"{label('search.list')} {clock.today():%d-%m-%Y}")


def table_of(actor: Actor, asked: dict[str, Any], progress: Progress) -> Table:
    """What the search finds now, newest first, of what the actor may read (``exports``).

    :raises Forbidden: ``auth.no_permit``.
    """
    _need(actor)
    found = Search(actor, asked["typed"], asked["facets"])
    ids = found.newest(searching.MOST_COUNTED + 1)
    is_cut, ids = len(ids) > searching.MOST_COUNTED, ids[: searching.MOST_COUNTED]
    rows: list[Any] = []
    for start in range(0, len(ids), _AT_ONCE):
        rows += listing.of_ids(actor, ids[start : start + _AT_ONCE])
        progress(start / len(ids) / 2)
    watching.note_taken(actor, watching.EXPORTED, ids, "search")
    told = [f"“{asked['typed']}”"] if asked["typed"] else []
    for facet in faceting.in_words(Counted(0, False, {}), asked["facets"]):
        told += [f"{facet.label}: {facet.chosen.label}"] if facet.chosen else []
    chosen = list_export.in_order(COLUMNS, asked["columns"])
    return list_export.written(
        actor,
        label("search.list"),
        ", ".join(told),
        chosen,
        rows,
        lambda share: progress(0.5 + share / 2),
        is_cut=is_cut,
    )


def _need(actor: Actor) -> None:
    if not actor.holds(READ):
        raise Forbidden("auth.no_permit")
