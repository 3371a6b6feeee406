"""Lines of the printed registers in the columns of Decree 30/2020/NĐ-CP, appendix IV.

Everything is read at one instant and as plain values before the first line is composed; what the actor may
not read keeps its number and says no more.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from documents.formats.symbols import compose
from documents.models.catalogue import Channel
from documents.models.dispatch import Dispatch
from documents.models.document import AccessLevel, Document, DocumentLink, Relation, Urgency
from documents.models.lifecycle import DocState
from documents.models.register import EntryState, LedgerAct, LedgerEvent, RegisterEntry, RegisterYear
from documents.permissions import visible_to
from documents.services.composing import number_words
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import hold_still
from intranet.core.labels import has_label, label
from intranet.core.text import one_line
from intranet.people.models import Unit, User
from intranet.records.tables import Line

_TOLD = (LedgerAct.AMEND, LedgerAct.CANCEL, LedgerAct.RECALL)
#: From then on the receiver has taken it over in the system.
_TAKEN = (DocState.PROCESSING, DocState.DONE)


@dataclass(frozen=True)
class Span:
    """Which lines of a register's year are printed; the days count, both ends with them."""

    register_id: int
    year: int
    first: date | None = None
    last: date | None = None
    #: Restricted documents say no more than their numbers, even to those named.
    is_for_all: bool = False


@dataclass
class Found:
    """What one printing needs, as plain values of one instant."""

    year: int
    head_hash: str = ""
    entries: Sequence[Any] = ()
    documents: dict[int, Any] = field(default_factory=dict)
    visible: set[int] = field(default_factory=set)
    events: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    people: dict[int, str] = field(default_factory=dict)
    replies: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    sent: Sequence[Any] = ()
    uses: Sequence[Any] = ()


def find(actor: Actor, span: Span, *, replies: bool = False, post: bool = False) -> Found:
    """Read the lines of a span with what is known of their documents."""
    db.read_from_now()
    opened = db.session()
    hold_still(opened)
    year = opened.get(RegisterYear, (span.register_id, span.year), populate_existing=True)
    found = Found(span.year, year.head_hash if year is not None else "")
    within = _within(span)
    found.entries = opened.execute(
        select(
            RegisterEntry.id,
            RegisterEntry.number,
            RegisterEntry.suffix,
            RegisterEntry.entry_date,
            RegisterEntry.state,
            RegisterEntry.document_id,
            RegisterEntry.snapshot,
            RegisterEntry.note,
        )
        .where(*within)
        .order_by(RegisterEntry.number, RegisterEntry.suffix)
    ).all()
    leader = aliased(User)
    rows = opened.execute(
        select(
            Document.id,
            Document.state,
            Document.urgency,
            Document.forwarded_at,
            Document.receiver_ack,
            Document.issued_at,
            Document.due_date,
            Unit.short_name,
            leader.full_name,
        )
        .join(RegisterEntry, RegisterEntry.id == Document.register_entry_id)
        .outerjoin(Unit, Unit.id == Document.lead_unit_id)
        .outerjoin(leader, leader.id == Document.presented_to_id)
        .where(*within)
    )
    found.documents = {row.id: row for row in rows}
    shown = (
        select(Document.id)
        .join(RegisterEntry, RegisterEntry.id == Document.register_entry_id)
        .where(*within, visible_to(actor))
    )
    if span.is_for_all:
        shown = shown.where(Document.access_level == AccessLevel.NORMAL)
    found.visible = set(opened.scalars(shown))
    _find_events(found, within)
    if replies:
        _find_replies(actor, found, within)
    if post:
        _find_sent(found, within)
    return found


def incoming(found: Found) -> Iterator[Line]:
    """Sổ đăng ký văn bản đến."""
    for entry in found.entries:
        said, known, is_shown = _known(found, entry)
        cells = (
            _day(said.get("arrival_date"), found.year) or short(entry.entry_date, found.year),
            _number(entry),
            secret(is_shown, said.get("issuer")),
            secret(is_shown, said.get("code")),
            _day(said.get("doc_date"), found.year),
            secret(is_shown, _subject(said)),
            secret(is_shown, said.get("receiver") or _holder(known)),
            short(_office_day(known.forwarded_at), found.year) if known else "",
            _taken(said, known, found.year),
            _note(entry, known),
        )
        yield _line(found, entry, cells, is_shown)


def outgoing(found: Found) -> Iterator[Line]:
    """Sổ đăng ký văn bản đi; also of copies."""
    for entry in found.entries:
        said, known, is_shown = _known(found, entry)
        cells = (
            _code(entry, said),
            short(entry.entry_date, found.year),
            secret(is_shown, _subject(said)),
            secret(is_shown, said.get("signer")),
            secret(is_shown, "; ".join(said.get("recipients") or ())),
            secret(is_shown, said.get("kept_by")),
            str(said.get("copies") or ""),
            short(_office_day(known.issued_at), found.year) if known else "",
            said.get("signed_for", "") if known else "",
            _note(entry, known),
        )
        yield _line(found, entry, cells, is_shown)


def follow_up(found: Found) -> Iterator[Line]:
    """Sổ theo dõi giải quyết văn bản đến."""
    for entry in found.entries:
        said, known, is_shown = _known(found, entry)
        day = _day(said.get("doc_date"), 0)
        told = (said.get("kind"), said.get("code"), label("book.of_day", day=day) if day else "")
        named = ", ".join(part for part in (" ".join(filter(None, told)), said.get("issuer")) if part)
        cells = (
            _number(entry),
            secret(is_shown, named),
            secret(is_shown, said.get("receiver") or _holder(known)),
            short(known.due_date, found.year) if known else "",
            label(f"document.state.{known.state.value}") if known else "",
            "; ".join(found.replies.get(entry.document_id or 0, ())),
            _note(entry, known),
        )
        yield _line(found, entry, cells, is_shown)


def post(found: Found) -> Iterator[Line]:
    """Sổ gửi văn bản đi bưu điện: one line for each receiver by post."""
    entries = {entry.document_id: entry for entry in found.entries}
    for row in found.sent:
        entry = entries[row.document_id]
        said, _, is_shown = _known(found, entry)
        cells = (
            short(_office_day(row.sent_at), found.year),
            _code(entry, said),
            secret(is_shown, row.receiver_name),
            str(row.envelopes),
            "",
            label(f"dispatch.state.{row.state.value}"),
        )
        yield Line(cells, is_struck=entry.state is EntryState.CANCELLED)


def _within(span: Span) -> list[ColumnElement[bool]]:
    where = [RegisterEntry.register_id == span.register_id, RegisterEntry.year == span.year]
    if span.first is not None:
        where.append(RegisterEntry.entry_date >= span.first)
    if span.last is not None:
        where.append(RegisterEntry.entry_date <= span.last)
    return where


def _find_events(found: Found, within: list[ColumnElement[bool]]) -> None:
    opened = db.session()
    rows = opened.execute(
        select(
            LedgerEvent.entry_id,
            LedgerEvent.act,
            LedgerEvent.before,
            LedgerEvent.after,
            LedgerEvent.reason,
            LedgerEvent.at,
            LedgerEvent.actor_id,
        )
        .join(RegisterEntry, RegisterEntry.id == LedgerEvent.entry_id)
        .where(*within, LedgerEvent.act.in_(_TOLD))
        .order_by(LedgerEvent.id)
    ).all()
    for row in rows:
        found.events[row.entry_id].append(row)
    names = select(User.id, User.full_name).where(User.id.in_({row.actor_id for row in rows}))
    found.people = {row.id: row.full_name for row in opened.execute(names)} if rows else {}


def _find_replies(actor: Actor, found: Found, within: list[ColumnElement[bool]]) -> None:
    asked = aliased(Document)
    query = (
        select(DocumentLink.to_id, Document.number, Document.suffix, Document.symbol)
        .join(Document, Document.id == DocumentLink.from_id)
        .join(asked, asked.id == DocumentLink.to_id)
        .join(RegisterEntry, RegisterEntry.id == asked.register_entry_id)
        .where(
            *within,
            DocumentLink.relation == Relation.REPLY,
            Document.register_entry_id.is_not(None),
            visible_to(actor),
        )
        .order_by(DocumentLink.id)
    )
    for row in db.session().execute(query):
        found.replies[row.to_id].append(compose(f"{row.number}{row.suffix}", row.symbol))


def _find_sent(found: Found, within: list[ColumnElement[bool]]) -> None:
    query = (
        select(
            Dispatch.document_id,
            Dispatch.receiver_name,
            Dispatch.sent_at,
            Dispatch.state,
            Dispatch.envelopes,
        )
        .join(Document, Document.id == Dispatch.document_id)
        .join(RegisterEntry, RegisterEntry.id == Document.register_entry_id)
        .where(*within, Dispatch.channel == Channel.POST)
        .order_by(Dispatch.id)
    )
    found.sent = db.session().execute(query).all()


def _known(found: Found, entry: Any) -> tuple[dict[str, Any], Any, bool]:
    """Columns of a line as they were entered, what is known of its document, and whether it may be shown."""
    is_shown = entry.document_id is None or entry.document_id in found.visible
    known = found.documents.get(entry.document_id) if is_shown else None
    return entry.snapshot or {}, known, is_shown


def _line(found: Found, entry: Any, cells: tuple[str, ...], is_shown: bool) -> Line:
    notes = tuple(_event(found, event, is_shown) for event in found.events.get(entry.id, ()))
    return Line(cells, is_struck=entry.state is EntryState.CANCELLED, notes=notes)


def _event(found: Found, event: Any, is_shown: bool) -> str:
    """A sentence for what was done to a line later."""
    at = clock.local(event.at)
    words = {
        "at": f"{at:%d/%m/%Y, %H:%M}",
        "by": found.people.get(event.actor_id, ""),
        "reason": (event.reason if is_shown else label("book.restricted")) or "",
    }
    if event.act is not LedgerAct.AMEND:
        return label(f"book.event.{event.act.value}", **words)
    changed = _changes(event.before or {}, event.after, found.year) if is_shown else label("book.restricted")
    return label("book.event.amend", changed=changed, **words)


def _changes(before: dict[str, Any], after: dict[str, Any], year: int) -> str:
    old, new = dict(before.get("columns") or {}), dict(after.get("columns") or {})
    old["note"], new["note"] = before.get("note"), after.get("note")
    told = [
        label("book.changed", column=_column(name), old=_told(old.get(name)), new=_told(new.get(name)))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
    return "; ".join(told)


def _column(name: str) -> str:
    return label(f"book.column.{name}") if has_label(f"book.column.{name}") else name


def _told(value: Any) -> str:
    if value in (None, "", []):
        return label("book.nothing")
    return _day(value, 0) or ("; ".join(map(str, value)) if isinstance(value, list) else str(value))


def _subject(said: dict[str, Any]) -> str:
    return ": ".join(part for part in (said.get("kind"), one_line(said.get("subject") or "")) if part)


def _number(entry: Any) -> str:
    return f"{entry.number:,}{entry.suffix}".replace(",", ".")


def _code(entry: Any, said: dict[str, Any]) -> str:
    return compose(f"{number_words(entry.number)}{entry.suffix}", said.get("symbol") or "")


def _holder(known: Any) -> str:
    return (known.short_name or known.full_name or "") if known else ""


def _taken(said: dict[str, Any], known: Any, year: int) -> str:
    """Who signed for it and when, or what an old register said; else that it is being dealt with."""
    if not known or "signed_for" in said:
        return said["signed_for"] if known else ""
    if known.receiver_ack:
        return f"{known.receiver_ack['name']} {_day(known.receiver_ack['on'], year)}"
    return label("book.taken") if known.state in _TAKEN else ""


def _note(entry: Any, known: Any) -> str:
    told = [label(f"book.state.{entry.state.value}")] if entry.state is not EntryState.USED else []
    if known and known.urgency is not Urgency.NORMAL:
        told.append(label(f"document.urgency.{known.urgency.value}"))
    return "; ".join([*told, entry.note] if entry.note else told)


def secret(is_shown: bool, text: str | None) -> str:
    """A text, or the word for what the printer may not see."""
    return (text or "") if is_shown else label("book.restricted")


def _office_day(instant: datetime | None) -> date | None:
    return clock.local(instant).date() if instant is not None else None


def short(day: date | None, year: int) -> str:
    """A day as it is printed; the year of the register is left out."""
    return "" if day is None else f"{day:%d/%m}" if day.year == year else f"{day:%d/%m/%Y}"


def _day(written: Any, year: int) -> str:
    """As :func:`short`, of a day kept as ISO text; empty for anything else."""
    try:
        return short(date.fromisoformat(written), year) if isinstance(written, str) else ""
    except ValueError:
        return ""
