"""What both lists share: the columns a person chose, and acts on several rows with their outcome."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms import BulkForm, PresentManyForm
from documents.forms_bulk import FieldManyForm, TransferManyForm, UrgencyManyForm
from documents.forms_directing import DirectManyForm
from documents.models.document import Document, Urgency
from documents.models.lifecycle import Direction
from documents.models.register import RegisterKind
from documents.models.search import SavedSearch
from documents.permissions import DIRECT, PRESENT, SET_FIELD, SET_URGENCY, TRANSFER
from documents.services import (
    bulk,
    catalogue,
    directing,
    fields,
    list_columns,
    list_export,
    listing,
    saved_searches,
    transferring,
    watching,
)
from documents.services.bulk import Told
from documents.services.list_columns import ListColumn
from documents.services.list_tabs import TABS
from documents.services.listing import Filters
from documents.views.base import without
from intranet.core.errors import BadState, DomainError, Invalid
from intranet.core.labels import label
from intranet.core.web import me, sentence
from intranet.people import directory
from intranet.people.views.recent import ask_for_proof, is_recent
from intranet.records.tables import Format

#: Kept searches beside the tabs of a list; the others are one tap further, on the page of searching.
_MOST_KEPT = 4
_LISTS = {Direction.IN: "documents.incoming", Direction.OUT: "documents.outgoing"}
#: Filters that have another name in the address.
_FILTERS = {"q": "words"}
#: Kinds of register by the direction of their documents.
_KINDS = {
    Direction.IN: (RegisterKind.IN,),
    Direction.OUT: (RegisterKind.OUT, RegisterKind.COPY, RegisterKind.INTERNAL),
}


def columns_of(direction: Direction) -> dict[str, Any]:
    """What a list needs of its columns: those shown, all of them, and those ticked for a file."""
    shown = list_columns.shown(me(), direction)
    ticked = list_columns.exported(shown)
    registers: dict[int, str] = {}
    if any(column.code == "register" for column in shown):
        registers = {row.id: row.name for row in catalogue.registers(me().org_id, *_KINDS[direction])}
    names: dict[int, str] = {}
    if any(column.code == "field" for column in shown):
        names = {row.id: row.name for row in fields.fields(me().org_id, all_=True)}
    return {
        "columns": shown,
        "heads": [_head(column, is_sorted=at == 0) for at, column in enumerate(shown)],
        "is_usual": shown == list_columns.usual(direction),
        "every_column": list_columns.offered(direction, shown),
        "choices": list_export.offered(list_export.COLUMNS[direction], ticked),
        "ticked": ticked,
        "registers": registers,
        "field_names": names,
    }


def conditions_of(
    direction: Direction, filters: Filters, **choices: Sequence[tuple[str, str]]
) -> list[dict[str, str]]:
    """What a list is narrowed to, in words, each with the address of the list without it and what that has.

    :param choices: what may be chosen, by the name of its filter.
    """
    told = {
        "q": f"“{filters.words}”" if filters.words else "",
        "first": f"{filters.first:%d/%m/%Y}" if filters.first else "",
        "last": f"{filters.last:%d/%m/%Y}" if filters.last else "",
        **{name: dict(known).get(getattr(filters, name), "") for name, known in choices.items()},
    }
    kept = without(request.args, "before", "after", "bulk", "id", "moved")
    return [
        {
            "words": label(f"list.condition.{name}", value=words),
            "url": url_for(_LISTS[direction], **{key: one for key, one in kept.items() if key != name}),
            "n": shown_count(listing.count_of(me(), direction, filters.without(_FILTERS.get(name, name)))),
        }
        for name, words in told.items()
        if words
    ]


def shown_count(count: int) -> str:
    """A number of documents beside what leads to them."""
    return str(count) if count <= listing.MOST_COUNTED else f"{listing.MOST_COUNTED}+"


def address_of(row: SavedSearch) -> str:
    """Where what a kept search finds now is shown."""
    kept: dict[str, Any] = {**row.facets, "q": row.query, "sort": row.order, "saved": row.id}
    return url_for("documents.search", **{name: value for name, value in kept.items() if value})


def keep_url(direction: Direction, filters: Filters) -> str | None:
    """Where what a list is narrowed to can be kept; the tab and days stand in the box, as they are typed."""
    if not filters.is_narrowed():
        return None
    words = filters.words if filters.words.count('"') % 2 == 0 else filters.words.replace('"', " ")
    typed = " ".join(filter(None, (words, _tab_words(filters.tab), _days_words(filters))))
    chosen = {name: getattr(filters, name) for name in ("state", "urgency", "issuer", "field")}
    asked = {"q": typed, "direction": direction.value, **chosen}
    return url_for("documents.search", **{name: value for name, value in asked.items() if value})


def _tab_words(tab: str) -> str:
    if tab == "this_month":
        return 'vaoso:"tháng này"'
    return f'trangthai:"{label(f"document.tab.{tab}")}"' if tab in TABS else ""


def _days_words(filters: Filters) -> str:
    first, last = (f"{day:%d/%m/%Y}" if day else "" for day in (filters.first, filters.last))
    if not first and not last:
        return ""
    return f"vaoso:{first}" if first == last else f"vaoso:{first}..{last}"


def kept_tabs(direction: Direction) -> list[dict[str, Any]]:
    """Searches kept by the actor or shared with the actor, as tabs of the list of that direction."""
    of_it = [row for row in saved_searches.seen_by(me()) if row.facets.get("direction") == direction.value]
    counts = saved_searches.counts(me(), of_it[:_MOST_KEPT])
    return [
        {"label": row.name, "url": address_of(row), "current": False, "n": shown_count(counts[row.id])}
        for row in of_it[:_MOST_KEPT]
    ]


def _head(column: ListColumn, *, is_sorted: bool) -> dict[str, str]:
    return {
        "label": label(f"list.head.{column.code}"),
        "css": column.head,
        "width": f"{column.width} {column.head}".strip(),
        "sort": "descending" if is_sorted else "",
    }


def take_along(ask: Callable[[list[str], Format], Any], back: str) -> ResponseReturnValue:
    """Ask for what is listed as a file, with the columns ticked; what is refused is said above the list."""
    if watching.may_take_restricted(me()) and not is_recent():
        return ask_for_proof()
    format_ = request.form.get("format", "")
    try:
        ask(request.form.getlist("column"), Format(format_) if format_ in set(Format) else Format.XLSX)
    except (BadState, Invalid) as refusal:
        flash(sentence(refusal), "bad")
        return redirect(url_for(back, **without(request.args)))
    flash(label("export.asked"), "ok")
    return redirect(url_for("exports.index"))


def bulk_forms(given: dict[str, BulkForm]) -> dict[str, BulkForm]:
    """The forms for several rows that the reader may send, by name; those given were refused."""
    found: dict[str, BulkForm] = {}
    if me().holds(PRESENT) and (leaders := directing.leaders_of(me().org_id)):
        found["present"] = given.get("present") or PresentManyForm(formdata=None, leader=leaders[0].id)
        found["present"].leader.choices = [(one.id, f"{one.full_name}, {one.title}") for one in leaders]
    if me().holds(TRANSFER) and (rules := transferring.rules(me().org_id)):
        found["transfer"] = given.get("transfer") or TransferManyForm(formdata=None)
        found["transfer"].rules = rules
    if me().holds(SET_URGENCY):
        found["urgency"] = given.get("urgency") or UrgencyManyForm(formdata=None, urgency=Urgency.URGENT)
    if me().holds(SET_FIELD) and ("field" in given or fields.fields(me().org_id)):
        found["field"] = given.get("field") or FieldManyForm(formdata=None)
        found["field"].offer(fields.fields(me().org_id))
    if me().holds(DIRECT):
        found["direct"] = given.get("direct") or DirectManyForm(formdata=None)
        found["direct"].offer(directory.units_of(me().org_id))
        found["know"] = given.get("know") or BulkForm(formdata=None)
    return found


def result_of(act_id: int | None) -> dict[str, Any] | None:
    """How an act on several rows went, in words; ``None`` for none, or somebody else's."""
    found = bulk.outcome(me(), act_id) if act_id is not None else None
    if found is None:
        return None
    words = label(f"bulk.done.{found.act.kind}", n=found.done) if found.done else ""
    if found.act.undone_at is not None:
        words = label("bulk.undone", n=found.undone) if found.undone else ""
    return {
        "id": found.act.id,
        "seconds": found.seconds,
        "words": words,
        "refused": _grouped(found.refused),
        "refused_n": len(found.refused),
        "kept": _grouped(found.kept),
        "kept_n": len(found.kept),
        "unseen": found.act.unseen,
    }


def _grouped(rows: Sequence[Told]) -> list[dict[str, str]]:
    """Rows with the same reason in one line, each named by its number."""
    found: dict[str, list[str]] = {}
    for told in rows:
        found.setdefault(_reason(told), []).append(_name(told.document))
    return [{"names": ", ".join(names), "words": words} for words, names in found.items()]


def _reason(told: Told) -> str:
    if told.code == "document.wrong_state" and "state" in told.data:
        return label("bulk.other_step", state=label(f"document.state.{told.data['state']}"))
    return sentence(DomainError(told.code, **told.data))


def _name(document: Document) -> str:
    if document.entry is None:
        return document.code or document.subject
    return f"{document.entry.number:,}".replace(",", ".")
