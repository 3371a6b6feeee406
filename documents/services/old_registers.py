"""Lines of old registers enter the ledger with the numbers they have, all or none (rule N8, ADR 12)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update

from documents.formats.old_lines import OldLine, Problem
from documents.formats.symbols import compose, symbol_key
from documents.models.catalogue import Channel, Party
from documents.models.document import Document
from documents.models.lifecycle import Direction, DocState
from documents.models.register import (
    EntryState,
    LedgerAct,
    Register,
    RegisterEntry,
    RegisterKind,
    RegisterYear,
    YearState,
)
from documents.services import catalogue, numbering
from documents.services.capturing import code_columns
from documents.services.chaining import line_of
from documents.services.composing import number_words
from documents.services.registering import uid_head, uid_of
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import table_of
from intranet.core.errors import BadState
from intranet.core.jobs import enqueue
from intranet.core.refs import Ref
from intranet.core.text import fold
from intranet.records import audit

#: Job that puts words of what was entered into the index.
WORDS = "register.words"
#: Rows of one INSERT.
_EVERY = 1000
_document, _entry = table_of(Document), table_of(RegisterEntry)
_TIE = (
    update(_document).where(_document.c.id == bindparam("key")).values(register_entry_id=bindparam("entry"))
)
_NOON = 12


@dataclass(frozen=True)
class Compared:
    """How the lines of a file stand to a register's year."""

    fresh: list[OldLine]
    known: list[OldLine]
    problems: list[Problem]


@dataclass(frozen=True)
class Prepared:
    """A line with the rows that it becomes: of its document, if it has one, and of the register."""

    line: OldLine
    document: dict[str, Any] | None
    entry: dict[str, Any]


def compare(register: Register, year: int, lines: Sequence[OldLine]) -> Compared:
    """Which lines the register has already, and why others cannot enter it."""
    opened = db.session()
    counter = opened.scalar(
        select(RegisterYear).where(RegisterYear.register_id == register.id, RegisterYear.year == year)
    )
    rows = opened.execute(
        select(
            RegisterEntry.number,
            RegisterEntry.suffix,
            RegisterEntry.entry_date,
            RegisterEntry.state,
            RegisterEntry.snapshot,
        ).where(RegisterEntry.register_id == register.id, RegisterEntry.year == year)
    )
    there = {(row.number, row.suffix): row for row in rows}
    found = Compared([], [], [])
    for line in lines:
        row = there.get((line.number, line.suffix))
        if row is None:
            found.fresh.append(line)
        elif _is_same(register, line, row):
            found.known.append(line)
        else:
            found.problems.append(Problem(line.row, "taken", {"number": line.shown}))
    found.problems.extend(_closed_to(found.fresh, counter, year))
    return found


def _closed_to(fresh: Sequence[OldLine], counter: RegisterYear | None, year: int) -> list[Problem]:
    """Why no line of an old register may enter the year, said at the first one."""
    if not fresh:
        return []
    if year > clock.today().year:
        return [Problem(fresh[0].row, "year_ahead", {"year": year})]
    if counter is None:
        return []
    if counter.last_number > counter.imported_to:
        return [Problem(fresh[0].row, "year_in_use", {"year": year, "n": len(fresh)})]
    if counter.state is not YearState.OPEN and not counter.imported_to:
        return [Problem(fresh[0].row, "year_closed", {"year": year})]
    return []


def _is_same(register: Register, line: OldLine, row: Any) -> bool:
    said = row.snapshot or {}
    if line.is_struck and not line.subject:
        return EntryState(row.state) is EntryState.CANCELLED
    day = line.entry_date == row.entry_date
    subject = fold(line.subject) == fold(str(said.get("subject") or ""))
    if register.direction is RegisterKind.IN:
        code = symbol_key(line.code) == symbol_key(str(said.get("code") or ""))
    else:
        code = fold(line.symbol) == fold(str(said.get("symbol") or ""))
    return day and (subject or (code and bool(line.code)))


def prepare(
    actor: Actor, register: Register, year: int, lines: Sequence[OldLine], source: int
) -> list[Prepared]:
    """Work out all that is to be written, before anybody has to wait for it; in the order of the numbers.

    :param source: the import, for the log.
    """
    making = _Making(actor, register, year, source)
    ordered = sorted(lines, key=lambda one: (one.number, one.suffix))
    return [Prepared(line, making.document(line), making.entry(line)) for line in ordered]


def write(actor: Actor, register: Register, year: int, prepared: Sequence[Prepared], source: int) -> int:
    """Enter what was worked out, in the open unit of work; returns how many lines.

    Their words are found soon after.

    :raises BadState: ``import.changed``: the register is no longer what the lines were compared with.
    """
    counter = numbering.lock_year(register, year)
    compared = compare(register, year, [one.line for one in prepared])
    if compared.problems:
        raise BadState("import.changed")
    known = {(line.number, line.suffix) for line in compared.known}
    fresh = [one for one in prepared if (one.line.number, one.line.suffix) not in known]
    if not fresh:
        return 0
    writing = _Writing(actor, register, counter, source)
    for start in range(0, len(fresh), _EVERY):
        writing.enter(fresh[start : start + _EVERY])
    _move_counter(actor, counter, [one.line for one in fresh])
    if writing.documents:
        enqueue(WORDS, str(source), {"after": writing.documents[0] - 1, "last": writing.documents[-1]})
    return len(fresh)


def _move_counter(actor: Actor, counter: RegisterYear, fresh: Sequence[OldLine]) -> None:
    whole = [line for line in fresh if not line.suffix]
    if whole and whole[-1].number > counter.last_number:
        counter.last_date = whole[-1].entry_date
    counter.last_number = max(counter.last_number, fresh[-1].number)
    counter.imported_to = counter.last_number
    if counter.year < clock.today().year and counter.state is not YearState.CLOSED:
        counter.state, counter.closing_until = YearState.CLOSED, None
        counter.closed_by_id, counter.closed_at = actor.id, clock.now()


class _Writing:
    """One file on its way into a locked year."""

    def __init__(self, actor: Actor, register: Register, counter: RegisterYear, source: int) -> None:
        self.actor, self.register, self.counter, self.source = actor, register, counter, source
        self.parties = _parties(register.org_id)
        #: Ids of the documents made, rising.
        self.documents: list[int] = []

    def enter(self, some: Sequence[Prepared]) -> None:
        """Write documents, lines and events of some lines."""
        connection, org_id = db.session().connection(), self.register.org_id
        if self.register.direction is RegisterKind.IN:
            self._meet([one.line for one in some])
        made = iter(_inserted(_document, [self._known(one) for one in some if one.document is not None]))
        keys = [None if one.document is None else next(made) for one in some]
        rows = [one.entry | {"document_id": key} for one, key in zip(some, keys, strict=True)]
        events: list[dict[str, Any]] = []
        tied: list[dict[str, int]] = []
        for one, row, entry_id in zip(some, rows, _inserted(_entry, rows), strict=True):
            events += self._events(one.line, SimpleNamespace(id=entry_id, **row))
            if row["document_id"] is None:
                continue
            of = Ref("document", row["document_id"])
            tied.append({"key": of.id, "entry": entry_id})
            audit.record(
                self.actor, "document.imported", of, org_id=org_id, source=self.source, row=one.line.row
            )
        numbering.write_events(events)
        if tied:
            connection.execute(_TIE, tied)
            self.documents += [one["key"] for one in tied]

    def _meet(self, lines: Sequence[OldLine]) -> None:
        """Make parties of issuers not met before."""
        fresh = {fold(line.issuer): line.issuer for line in lines if line.issuer}
        made = [
            Party(
                org_id=self.register.org_id,
                name=name,
                organisation_id=(own := catalogue.organisation_named(name)),
                channel=Channel.INTERNAL if own is not None else Channel.POST,
            )
            for key, name in fresh.items()
            if key and key not in self.parties
        ]
        db.session().add_all(made)
        db.session().flush()
        self.parties |= {party.name_key: party.id for party in made}

    def _known(self, one: Prepared) -> dict[str, Any]:
        """Its document with the issuer as the catalogue has it by now."""
        row = one.document or {}
        return row | {"issuer_id": self.parties.get(fold(one.line.issuer)) if one.line.issuer else None}

    def _events(self, line: OldLine, entry: SimpleNamespace) -> Iterator[dict[str, Any]]:
        """The taking over, and what the old register says was done to the line since."""
        last, entry.state = entry.state, EntryState.USED
        source = f"sổ cũ, dòng {line.row} của tệp nhập {self.source}"
        yield self._chained(entry, LedgerAct.IMPORT, before=None, reason=source)
        if last is EntryState.USED:
            return
        before = line_of(entry)
        entry.state = last
        act = LedgerAct.CANCEL if last is EntryState.CANCELLED else LedgerAct.RECALL
        told = "; ".join(line.below) or line.note or line.subject
        reason = f"theo sổ cũ: {told}"[:500]
        yield self._chained(entry, act, before=before, reason=reason)

    def _chained(self, entry: SimpleNamespace, act: LedgerAct, **of: Any) -> dict[str, Any]:
        line = numbering.chained(self.actor, self.counter, entry, act, **of)
        self.counter.head_hash = line["hash"]
        return line


class _Making:
    """Rows of one file, worked out before the year is locked."""

    def __init__(self, actor: Actor, register: Register, year: int, source: int) -> None:
        self.actor, self.register, self.year, self.source = actor, register, year, source
        self.is_incoming = register.direction is RegisterKind.IN
        self.kinds: dict[str, int] = {fold(k.name): k.id for k in catalogue.kinds(register.org_id)}
        self.head = uid_head(register.org_id)
        self.now = clock.now()

    def document(self, line: OldLine) -> dict[str, Any] | None:
        """A document by its columns, the same ones in all of a file; ``None`` for a bare struck number."""
        if line.is_struck and not line.subject:
            return None
        row: dict[str, Any] = {
            "org_id": self.register.org_id,
            "direction": Direction.IN if self.is_incoming else Direction.OUT,
            "state": self._state(line),
            "register_date": line.entry_date,
            "kind_id": self.kinds.get(fold(line.kind)),
            "doc_date": line.doc_date,
            "subject": line.subject,
            "signer_name": line.signer,
            "page_count": line.pages,
            "note": line.note,
            "created_by_id": self.actor.id,
            "created_at": self.now,
            "uid": uid_of(self.head, self.year, self.register.code, line.number),
            "origin_meta": {"import": self.source, "row": line.row, "code": line.code, "below": line.below},
            "copies": min(line.copies, 99_999) if line.copies is not None else 1,
        }
        if self.is_incoming:
            day, noon = line.entry_date, _noon(line.forwarded)
            came = {"arrival_date": day, "arrival_channel": Channel.HAND, "forwarded_at": noon}
            return (
                row | code_columns(line.doc_number.lower(), line.symbol) | came | {"issuer_text": line.issuer}
            )
        number = number_words(line.number)
        code = compose(f"{number}{line.suffix}", line.symbol)
        return row | {
            "number": number,
            "suffix": line.suffix,
            "symbol": line.symbol,
            "symbol_key": symbol_key(code)[:80],
            "recipients": list(line.recipients),
            "kept_by": line.kept_by,
            "issued_at": _noon(line.forwarded),
        }

    def _state(self, line: OldLine) -> DocState:
        if line.is_recalled:
            return DocState.RECALLED
        if self.is_incoming:
            return DocState.RETURNED if line.is_struck else DocState.DONE
        return DocState.CANCELLED if line.is_struck else DocState.ISSUED

    def entry(self, line: OldLine) -> dict[str, Any]:
        """A line of the register by its columns, without its document."""
        return {
            "org_id": self.register.org_id,
            "register_id": self.register.id,
            "year": self.year,
            "number": line.number,
            "suffix": line.suffix,
            "entry_date": line.entry_date,
            "state": _entry_state(line),
            "snapshot": self._columns(line),
            "note": line.note,
            "created_at": self.now,
        }

    def _columns(self, line: OldLine) -> dict[str, Any]:
        """The prescribed columns as the old register has them."""
        own: Mapping[str, Any]
        if self.is_incoming:
            own = {
                "arrival_date": _iso(line.entry_date),
                "issuer": line.issuer,
                "code": line.code,
                "doc_date": _iso(line.doc_date),
                "receiver": line.receiver,
                "forwarded": _iso(line.forwarded),
            }
        else:
            own = {
                "symbol": line.symbol,
                "signer": line.signer,
                "recipients": list(line.recipients),
                "kept_by": line.kept_by,
                "copies": line.copies,
            }
        return {"kind": line.kind, "subject": line.subject, "signed_for": line.signed_for, **own}


def _inserted(table: Table, rows: list[dict[str, Any]]) -> Sequence[int]:
    """Write rows all at once, past what listens to objects; returns their ids in their order."""
    if not rows:
        return []
    made = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return db.session().connection().execute(made, rows).scalars().all()


def _entry_state(line: OldLine) -> EntryState:
    if line.is_struck:
        return EntryState.CANCELLED
    return EntryState.RECALLED if line.is_recalled else EntryState.USED


def _parties(org_id: int) -> dict[str, int]:
    """The id of every agency by each of its names."""
    found: dict[str, int] = {}
    for party in catalogue.parties(org_id):
        for name in (party.short_name, *party.aliases):
            if name:
                found.setdefault(fold(name), party.id)
    named = db.session().scalars(select(Party).where(Party.org_id == org_id))
    return found | {party.name_key: catalogue.lasting(party).id for party in named}


def _noon(day: date | None) -> Any:
    return clock.at_office(day, _NOON) if day is not None else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
