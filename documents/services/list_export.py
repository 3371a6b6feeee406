"""Lists of documents taken along: the columns that were chosen, of every document the list would show."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from documents.formats.symbols import compose
from documents.models.catalogue import WorkField
from documents.models.document import Urgency
from documents.models.lifecycle import Direction
from documents.permissions import READ
from documents.services import listing, watching
from documents.services.listing import Filters
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, Invalid
from intranet.core.labels import label
from intranet.exports import services as exports
from intranet.people.models import User
from intranet.records.tables import Column, Format, Line, Progress, Table

#: Under this name the ground floor asks for their tables.
KIND = "document.list"
_EVERY = 500
#: Filters that are written as they are.
_WORDS = ("tab", "state", "urgency", "issuer", "field", "words")


@dataclass(frozen=True)
class Choice:
    """A column that can be chosen; those of the list on the screen are ticked from the start."""

    code: str
    width: float
    value: Callable[[Any], str]
    is_centered: bool = False


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day is not None else ""


def _number(row: Any) -> str:
    is_in = row.direction is Direction.IN and row.entry_number
    return f"{row.entry_number}{row.entry_suffix}" if is_in else ""


def _code(row: Any) -> str:
    return compose(f"{row.number}{row.suffix}", row.symbol) if row.number or row.symbol else ""


def _urgency(row: Any) -> str:
    return "" if row.urgency is Urgency.NORMAL else label(f"document.urgency.{int(row.urgency)}")


_SUBJECT = Choice("subject", 90, lambda row: row.subject)
_STATE = Choice("state", 26, lambda row: label(f"document.state.{row.state.value}"))
_KIND = Choice("kind", 26, lambda row: row.kind or "")
_FIELD = Choice("field", 32, lambda row: row.field or "")
_DOC_DATE = Choice("doc_date", 22, lambda row: _day(row.doc_date), is_centered=True)
_URGENCY = Choice("urgency", 20, _urgency)
_SIGNER = Choice("signer", 32, lambda row: row.signer_name)
_REGISTER = Choice("register", 34, lambda row: row.register)
_REGISTER_DATE = Choice("register_date", 22, lambda row: _day(row.register_date), is_centered=True)
_DUE = Choice("due", 22, lambda row: _day(row.due_date), is_centered=True)
_NOTE = Choice("note", 30, lambda row: row.note)
COLUMNS: dict[Direction, tuple[Choice, ...]] = {
    Direction.IN: (
        Choice("number_in", 16, _number, is_centered=True),
        _REGISTER_DATE,
        Choice("issuer", 40, lambda row: row.issuer_text),
        Choice("code", 38, _code),
        _DOC_DATE,
        _KIND,
        _SUBJECT,
        _URGENCY,
        _STATE,
        Choice("holder", 32, lambda row: row.lead or row.leader or ""),
        _DUE,
        _REGISTER,
        _SIGNER,
        _FIELD,
        _NOTE,
    ),
    Direction.OUT: (
        Choice("code", 38, _code),
        _DOC_DATE,
        _KIND,
        _SUBJECT,
        _URGENCY,
        _SIGNER,
        Choice("unit", 34, lambda row: row.unit or ""),
        _STATE,
        _REGISTER_DATE,
        _REGISTER,
        _DUE,
        _FIELD,
        _NOTE,
    ),
}
#: Of documents of both directions.
OF_BOTH = (
    Choice("direction", 24, lambda row: label(f"search.direction.{row.direction.value}")),
    *COLUMNS[Direction.IN],
    Choice("unit", 34, lambda row: row.unit or ""),
)


def in_order(choices: Sequence[Choice], codes: Iterable[str]) -> list[Choice]:
    """Those of the columns that are named, in the order in which they are."""
    known = {one.code: one for one in choices}
    return [known[code] for code in dict.fromkeys(codes) if code in known]


def offered(choices: Sequence[Choice], codes: Iterable[str]) -> list[Choice]:
    """All columns: those named in their order, then the others."""
    first = in_order(choices, codes)
    return [*first, *(one for one in choices if one not in first)]


def ask_list(
    actor: Actor, direction: Direction, filters: Filters, columns: Sequence[str], format_: Format
) -> int:
    """Have a list made as it is narrowed, with these columns; returns the number of the file to come.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``list.no_column``.
    :raises BadState: ``export.too_many``.
    """
    if not actor.holds(READ):
        raise Forbidden("auth.no_permit")
    chosen = [one.code for one in in_order(COLUMNS[direction], columns)]
    if not chosen:
        raise Invalid("list.no_column", field="column")
    asked = {"direction": direction.value, "columns": chosen, "filters": _written(filters)}
    title = f"{label(f'list.title.{direction.value}')} {clock.today():%d-%m-%Y}"
    return exports.ask(actor, KIND, asked, format_, title)


def table_of(actor: Actor, asked: dict[str, Any], progress: Progress) -> Table:
    """The list as it stands now, of what the actor may read (``exports``).

    :raises Forbidden: ``auth.no_permit``.
    """
    if not actor.holds(READ):
        raise Forbidden("auth.no_permit")
    direction, filters = Direction(asked["direction"]), _read(asked["filters"])
    chosen = in_order(COLUMNS[direction], asked["columns"])
    rows = listing.every(actor, direction, filters)
    title = label(f"list.title.{direction.value}")
    is_cut = len(rows) > listing.MOST_EXPORTED
    taken = [row.id for row in rows[: listing.MOST_EXPORTED]]
    watching.note_taken(actor, watching.EXPORTED, taken, "list")
    return written(
        actor, title, _narrowed(filters), chosen, rows[: listing.MOST_EXPORTED], progress, is_cut=is_cut
    )


def written(
    actor: Actor,
    title: str,
    narrowed: str,
    chosen: Sequence[Choice],
    rows: Sequence[Any],
    progress: Progress,
    *,
    is_cut: bool,
) -> Table:
    """Rows as a table with these columns, which says to what it is narrowed, when and by whom it was made.

    :param is_cut: there are more than these.
    """
    lines = []
    for number, row in enumerate(rows):
        lines.append(Line(tuple(one.value(row) for one in chosen)))
        if number % _EVERY == 0:
            progress(number / len(rows))
    now = clock.local(clock.now())
    closing = label("list.cut" if is_cut else "list.count", n=f"{len(lines):,}".replace(",", "."))
    return Table(
        title=title.upper(),
        period=narrowed,
        columns=tuple(Column(label(f"list.column.{one.code}"), one.width, one.is_centered) for one in chosen),
        lines=lines,
        foot=(
            title,
            label("list.foot", at=f"{now:%H:%M}", day=f"{now:%d/%m/%Y}", by=cast(User, actor).full_name),
            closing,
        ),
        closing=closing,
        is_numbered=False,
    )


def _written(filters: Filters) -> dict[str, str]:
    days = {name: day.isoformat() for name in ("first", "last") if (day := getattr(filters, name))}
    words = {name: getattr(filters, name) for name in _WORDS}
    return words | days


def _read(written: dict[str, str]) -> Filters:
    first, last = (
        date.fromisoformat(written[name]) if name in written else None for name in ("first", "last")
    )
    words = {name: written[name] for name in _WORDS if name in written}
    return Filters(first=first, last=last, **words)


def _narrowed(filters: Filters) -> str:
    """To what the list was narrowed, in words."""
    told = [label(f"document.tab.{filters.tab}")]
    if filters.state:
        told.append(label(f"document.state.{filters.state}"))
    if filters.urgency:
        told.append(label(f"document.urgency.{filters.urgency}"))
    field = db.session().get(WorkField, int(filters.field)) if filters.field else None
    told += [field.name] if field is not None else []
    told += [text for text in (filters.issuer, f"“{filters.words}”" if filters.words else "") if text]
    for name, day in (("first", filters.first), ("last", filters.last)):
        if day is not None:
            told.append(label(f"list.day.{name}", day=_day(day)))
    return ", ".join(told)
