"""Lines of a register as they are read, leafed through and corrected; amendments stand below their line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select

from documents.models.catalogue import DocKind
from documents.models.document import AccessLevel, Document
from documents.models.register import (
    EntryState,
    LedgerAct,
    LedgerEvent,
    RegisterEntry,
    RegisterKind,
    RegisterYear,
)
from documents.permissions import AMEND, READ_LINES, READ_REGISTER, nearest_to, readable, visible_to
from documents.services import catalogue, numbering, years
from documents.services.asking import line_of
from documents.services.capturing import set_code
from documents.services.moving import tell, touch
from documents.services.secrecy import refuse_marks
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.text import one_line
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit

PAGE = 50
_SENT = ("kind", "signer", "subject", "recipients", "kept_by", "copies")
#: Columns that may be corrected: number, date and state never.
COLUMNS = {
    RegisterKind.IN: (
        "arrival_date", "code", "issuer", "doc_date", "kind", "subject", "signer", "receiver",
    ),
    RegisterKind.OUT: _SENT,
    RegisterKind.COPY: _SENT,
    RegisterKind.INTERNAL: _SENT,
}  # fmt: skip
_SIZES = {"subject": 500, "issuer": 200, "code": 45, "signer": 50}
#: Those of them that are days.
DAYS = ("arrival_date", "doc_date")
#: What a line has of these it does not lose.
_NEEDED = ("arrival_date", "code", "issuer", "doc_date", "kind", "subject", "copies")
MOST_COPIES = 99_999


@dataclass(frozen=True)
class Change:
    """One correction of a line: which columns, from what to what, by whom and why."""

    event: LedgerEvent
    columns: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Line:
    """A line with what was done to it."""

    entry: RegisterEntry
    #: Its document, where the reader may open it.
    document: Document | None
    #: A restricted document of which the reader is no party: the line stands, its words do not.
    is_hidden: bool
    #: Corrections and what struck it out, oldest first.
    changes: Sequence[Change] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """A leaf of the register, newest line on top."""

    lines: list[Line]
    people: dict[int, User]
    newer: int | None
    older: int | None


def page_of(
    actor: Actor,
    register_id: int,
    year: int,
    *,
    before: int | None = None,
    after: int | None = None,
    only_exceptions: bool = False,
    first: date | None = None,
    last: date | None = None,
) -> Page:
    """A leaf of a register's year; ``before`` and ``after`` are numbers.

    :param only_exceptions: lines held, struck out or recalled, with a letter, with a note, or corrected.
    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``register.missing``.
    """
    _need_reader(actor)
    register = numbering.register_of(register_id)
    query = select(RegisterEntry).where(RegisterEntry.register_id == register.id, RegisterEntry.year == year)
    if only_exceptions:
        query = query.where(_is_exception())
    if first is not None:
        query = query.where(RegisterEntry.entry_date >= first)
    if last is not None:
        query = query.where(RegisterEntry.entry_date <= last)
    near = nearest_to(actor)
    if not reads_all(actor) and near is not None:
        mine = select(Document.id).where(Document.id.in_(near), visible_to(actor))
        query = query.where(RegisterEntry.document_id.in_(mine))
    opened = db.session()
    if after is not None:
        query = query.where(RegisterEntry.number > after)
        query = query.order_by(RegisterEntry.number, RegisterEntry.suffix)
    else:
        if before is not None:
            query = query.where(RegisterEntry.number < before)
        query = query.order_by(RegisterEntry.number.desc(), RegisterEntry.suffix.desc())
    found = list(opened.scalars(query.limit(PAGE + 1)))
    more = len(found) > PAGE
    if more:
        # A number and its letters stay on one leaf: leaves are told apart by numbers.
        beyond = found[PAGE].number
        found = [entry for entry in found if entry.number != beyond] or found[:PAGE]
    if after is not None:
        found.reverse()
    lines = _lines(actor, found)
    has_newer = more if after is not None else before is not None
    has_older = after is not None or more
    people = {change.event.actor_id for line in lines for change in line.changes}
    return Page(
        lines,
        directory.people(people),
        found[0].number if found and has_newer else None,
        found[-1].number if found and has_older else None,
    )


def one(actor: Actor, entry_id: int) -> tuple[Line, list[LedgerEvent], dict[int, User]]:
    """A line with its whole ledger, oldest event first, and the people in it.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``register.line_missing``.
    """
    _need_reader(actor)
    entry = line_of(entry_id)
    (line,) = _lines(actor, [entry])
    if line.document is None and not reads_all(actor):
        raise NotFound("register.line_missing")
    events = list(
        db.session().scalars(
            select(LedgerEvent).where(LedgerEvent.entry_id == entry.id).order_by(LedgerEvent.id)
        )
    )
    people = {event.actor_id for event in events} | {
        event.acting_for_id for event in events if event.acting_for_id
    }
    return line, events, directory.people(people)


def amend(actor: Actor, entry_id: int, columns: dict[str, str], reason: str) -> None:
    """Correct columns of a line; what stood there stays in the ledger and is printed below the line.

    An incoming document's own fields follow, so that it is found under the right words.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``register.line_missing``.
    :raises Invalid: ``register.not_a_column``, ``register.nothing_changed``, ``register.reason_too_short``,
        ``register.column_empty``, ``register.arrival_after_line``, ``document.date_in_future``,
        ``document.arrival_in_future``, ``document.kind_unknown``, ``register.kind_elsewhere``,
        ``register.copies_wrong``, ``document.secret_mark``.
    :raises BadState: ``register.entry_not_used``, ``register.year_closed``.
    """
    if not actor.holds(AMEND):
        raise Forbidden("auth.no_permit")
    said = numbering.need_reason(reason)
    with db.unit_of_work() as session:
        entry = line_of(entry_id)
        counter = numbering.lock_year(entry.register, entry.year)
        session.refresh(entry)
        if entry.state is not EntryState.USED:
            raise BadState("register.entry_not_used")
        changed = _changed(entry, columns, is_old=entry.number <= counter.imported_to)
        if (line := _lines(actor, [entry])[0]).is_hidden:
            raise NotFound("register.line_missing")
        refuse_marks(actor, **{name: shown(value) for name, value in changed.items()})
        was = {name: entry.snapshot.get(name) for name in changed}
        numbering.amend(actor, entry, changed, said)
        if line.document is not None:
            told = {name: [shown(was[name]), shown(value)] for name, value in changed.items()}
            audit.record(actor, "document.amended", line.document, reason=said, columns=told)
        if line.document is not None and entry.register.direction is RegisterKind.IN:
            _follow(line.document, changed)
        audit.record(
            actor,
            "register.amended",
            entry.register,
            reason=said,
            year=entry.year,
            number=entry.number,
            columns=sorted(changed),
        )


def years_of(register_id: int) -> list[RegisterYear]:
    """The years of a register, newest first."""
    query = select(RegisterYear).where(RegisterYear.register_id == register_id)
    return list(db.session().scalars(query.order_by(RegisterYear.year.desc())))


def shown(value: Any) -> str:
    """A column's value in words: days as days, lists in one line."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(str(part) for part in value)
    text = str(value)
    if len(text) == 10 and text[4] == text[7] == "-":
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    return text


def _changed(entry: RegisterEntry, columns: dict[str, str], *, is_old: bool) -> dict[str, Any]:
    allowed = COLUMNS.get(entry.register.direction, ())
    changed: dict[str, Any] = {}
    for name, text in columns.items():
        if name not in allowed:
            raise Invalid("register.not_a_column", field=name)
        value: Any = one_line(text)[: _SIZES.get(name, 300)]
        if name == "recipients":
            value = [part.strip() for part in value.split(";") if part.strip()]
        if not value and name in _NEEDED and entry.snapshot.get(name):
            raise Invalid("register.column_empty", field=name)
        if value and name in DAYS:
            value = _day(entry, name, value)
        if value and name == "kind" and value != entry.snapshot.get(name):
            value = _kind(entry, value, is_old=is_old).name
        if value and name == "copies":
            value = _copies(value)
        if value != (entry.snapshot.get(name) or ([] if name == "recipients" else "")):
            changed[name] = value
    if not changed:
        raise Invalid("register.nothing_changed", field="reason")
    return changed


def _day(entry: RegisterEntry, name: str, written: str) -> str:
    """A day as a line keeps it; a document arrived no later than it was registered."""
    try:
        day = date.fromisoformat(written)
    except ValueError as wrong:
        raise Invalid("register.not_a_column", field=name) from wrong
    if day > clock.today():
        code = "document.arrival_in_future" if name == "arrival_date" else "document.date_in_future"
        raise Invalid(code, field=name)
    if name == "arrival_date" and day > entry.entry_date:
        raise Invalid("register.arrival_after_line", field=name, date=f"{entry.entry_date:%d/%m/%Y}")
    return day.isoformat()


def _kind(entry: RegisterEntry, name: str, *, is_old: bool) -> DocKind:
    """A kind of the agency; one whose numbers another register gives stands in no line of this one.

    :param is_old: the line was taken over from a register whose rules nobody knows.
    """
    found = catalogue.kind_named(entry.org_id, name)
    if found is None:
        raise Invalid("document.kind_unknown", field="kind")
    is_chosen = not years.takes_by_kind(entry.register, years.rule_of(entry.register, entry.year)[0])
    if entry.register.direction is not RegisterKind.IN and not is_old and not is_chosen:
        there = catalogue.register_for(entry.org_id, RegisterKind.OUT, found, entry.year)
        if there.id != entry.register_id:
            raise Invalid("register.kind_elsewhere", field="kind", kind=found.name, register=there.name)
    return found


def _copies(written: str) -> int:
    number = int(written) if written.isdecimal() and len(written) <= 5 else 0
    if not 0 < number <= MOST_COPIES:
        raise Invalid("register.copies_wrong", field="copies")
    return number


def _follow(document: Document, changed: dict[str, Any]) -> None:
    if "code" in changed:
        number, _, symbol = str(changed["code"]).partition("/")
        set_code(document, number[:14], symbol[:30])
    if "doc_date" in changed:
        document.doc_date = date.fromisoformat(changed["doc_date"])
    if "arrival_date" in changed:
        document.arrival_date = date.fromisoformat(changed["arrival_date"])
    if "subject" in changed:
        document.subject = changed["subject"]
    if "signer" in changed:
        document.signer_name = changed["signer"]
    if "kind" in changed and (kind := catalogue.kind_named(document.org_id, changed["kind"])) is not None:
        document.kind_id = kind.id
    if "issuer" in changed:
        party = catalogue.party_named(document.org_id, changed["issuer"])
        document.issuer_text, document.issuer_id = changed["issuer"], None if party is None else party.id
    touch(document)
    tell(document)


def _lines(actor: Actor, entries: Sequence[RegisterEntry]) -> list[Line]:
    ids = [entry.document_id for entry in entries if entry.document_id is not None]
    mine = {document.id: document for document in readable(actor, ids)}
    opened = db.session()
    closed = set(
        opened.scalars(
            select(Document.id).where(Document.id.in_(ids), Document.access_level != AccessLevel.NORMAL)
        )
    )
    changes: dict[int, list[Change]] = {}
    query = select(LedgerEvent).where(
        LedgerEvent.entry_id.in_([entry.id for entry in entries]),
        LedgerEvent.act.in_((LedgerAct.AMEND, LedgerAct.CANCEL, LedgerAct.RECALL)),
    )
    for event in opened.scalars(query.order_by(LedgerEvent.id)):
        changes.setdefault(event.entry_id, []).append(_change(event))
    return [
        Line(
            entry,
            mine.get(entry.document_id or 0),
            entry.document_id in closed and entry.document_id not in mine,
            changes.get(entry.id, []),
        )
        for entry in entries
    ]


def _change(event: LedgerEvent) -> Change:
    before = (event.before or {}).get("columns") or {}
    after = event.after.get("columns") or {}
    return Change(
        event,
        tuple(
            (name, shown(before.get(name)), shown(value))
            for name, value in after.items()
            if before.get(name) != value
        ),
    )


def _is_exception() -> Any:
    amended = select(LedgerEvent.id).where(
        LedgerEvent.entry_id == RegisterEntry.id, LedgerEvent.act == LedgerAct.AMEND
    )
    return or_(
        RegisterEntry.state != EntryState.USED,
        RegisterEntry.suffix != "",
        and_(RegisterEntry.note != "", RegisterEntry.note.is_not(None)),
        RegisterEntry.hold_id.is_not(None),
        amended.exists(),
    )


def _need_reader(actor: Actor) -> None:
    if not actor.holds(READ_LINES):
        raise Forbidden("auth.no_permit")


def reads_all(actor: Actor) -> bool:
    """True for who sees every line; others see those of documents that they may read."""
    return actor.holds(READ_REGISTER)
