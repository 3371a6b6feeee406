"""Lines of old registers enter the ledger with the numbers they have, all or none (rule N8, ADR 12)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from documents.formats.old_lines import OldLine, Problem
from documents.formats.symbols import compose, symbol_key
from documents.models.catalogue import Channel, DocKind, Party
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
from documents.services import catalogue, indexing, numbering
from documents.services.capturing import set_code
from documents.services.composing import number_words
from documents.services.registering import uid_head, uid_of
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import table_of
from intranet.core.errors import BadState
from intranet.core.refs import Ref
from intranet.core.text import fold
from intranet.records import audit

#: Rows of one INSERT.
_EVERY = 500
_document = table_of(Document)
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


def write(actor: Actor, register: Register, year: int, lines: Sequence[OldLine], source: int) -> int:
    """Enter the lines in the order of their numbers, in the open unit of work; returns how many.

    :param source: the import, for the log.
    :raises BadState: ``import.changed``: the register is no longer what the lines were compared with.
    """
    counter = numbering.lock_year(register, year)
    compared = compare(register, year, lines)
    if compared.problems:
        raise BadState("import.changed")
    fresh = sorted(compared.fresh, key=lambda one: (one.number, one.suffix))
    if not fresh:
        return 0
    writing = _Writing(actor, register, counter, source)
    for start in range(0, len(fresh), _EVERY):
        writing.enter(fresh[start : start + _EVERY])
    _move_counter(actor, counter, fresh)
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
        self.is_incoming = register.direction is RegisterKind.IN
        self.kinds: dict[str, DocKind] = {fold(k.name): k for k in catalogue.kinds(register.org_id)}
        self.parties = _parties(register.org_id)
        self.head = uid_head(register.org_id)
        self.now = clock.now()

    def enter(self, lines: Sequence[OldLine]) -> None:
        """Write documents, lines and events of some lines."""
        opened = db.session()
        if self.is_incoming:
            self._meet(lines)
        keys = self._made([self._document(line) for line in lines])
        entries = [self._entry(line, key) for line, key in zip(lines, keys, strict=True)]
        opened.add_all(entries)
        opened.flush()
        tied: list[dict[str, int]] = []
        events: list[dict[str, Any]] = []
        for line, key, entry in zip(lines, keys, entries, strict=True):
            if key is not None:
                tied.append({"key": key, "entry": entry.id})
                of = Ref("document", key)
                org_id = self.register.org_id
                audit.record(
                    self.actor, "document.imported", of, org_id=org_id, source=self.source, row=line.row
                )
            events += self._events(line, entry)
        opened.flush()
        numbering.write_events(events)
        if tied:
            opened.connection().execute(_TIE, tied)
            indexing.put_anew(opened.connection(), [one["key"] for one in tied])

    def _made(self, documents: Sequence[Document | None]) -> list[int | None]:
        """Write documents all at once, past what listens to each of them; returns their ids."""
        rows = [
            {name: value for name, value in vars(one).items() if name in _document.c}
            for one in documents
            if one is not None
        ]
        if not rows:
            return [None] * len(documents)
        # Rows of one statement name the same columns: those that some lack are empty in them.
        names = {name for row in rows for name in row}
        full = [{name: row.get(name) for name in names} for row in rows]
        made = insert(_document).returning(_document.c.id, sort_by_parameter_order=True)
        ids = iter(db.session().connection().execute(made, full).scalars().all())
        return [None if one is None else next(ids) for one in documents]

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
        self.parties |= {party.name_key: party for party in made}

    def _document(self, line: OldLine) -> Document | None:
        if line.is_struck and not line.subject:
            return None
        kind = self.kinds.get(fold(line.kind))
        document = Document(
            org_id=self.register.org_id,
            direction=Direction.IN if self.is_incoming else Direction.OUT,
            state=self._state(line),
            register_date=line.entry_date,
            kind_id=kind.id if kind is not None else None,
            doc_date=line.doc_date,
            subject=line.subject,
            signer_name=line.signer,
            page_count=line.pages,
            note=line.note,
            created_by_id=self.actor.id,
            created_at=self.now,
            uid=uid_of(self.head, self.counter.year, self.register.code, line.number),
            origin_meta={"import": self.source, "row": line.row, "code": line.code, "below": line.below},
        )
        document.copies = min(line.copies, 99_999) if line.copies is not None else 1
        if self.is_incoming:
            set_code(document, line.doc_number.lower(), line.symbol)
            party = self.parties.get(fold(line.issuer))
            document.issuer_id, document.issuer_text = (
                (party.id, line.issuer) if party is not None else (None, line.issuer)
            )
            document.arrival_date, document.arrival_channel = line.entry_date, Channel.HAND
            document.forwarded_at = _noon(line.forwarded)
        else:
            document.number, document.suffix = number_words(line.number), line.suffix
            document.symbol = line.symbol
            code = compose(f"{document.number}{document.suffix}", line.symbol)
            document.symbol_key = symbol_key(code)[:80]
            document.recipients, document.kept_by = list(line.recipients), line.kept_by
            document.issued_at = _noon(line.forwarded)
        return document

    def _state(self, line: OldLine) -> DocState:
        if line.is_recalled:
            return DocState.RECALLED
        if self.is_incoming:
            return DocState.RETURNED if line.is_struck else DocState.DONE
        return DocState.CANCELLED if line.is_struck else DocState.ISSUED

    def _entry(self, line: OldLine, document_id: int | None) -> RegisterEntry:
        return RegisterEntry(
            org_id=self.register.org_id,
            register_id=self.register.id,
            year=self.counter.year,
            number=line.number,
            suffix=line.suffix,
            entry_date=line.entry_date,
            state=_entry_state(line),
            document_id=document_id,
            snapshot=self._columns(line),
            note=line.note,
            created_at=self.now,
        )

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

    def _events(self, line: OldLine, entry: RegisterEntry) -> Iterator[dict[str, Any]]:
        """The taking over, and what the old register says was done to the line since."""
        last, entry.state = entry.state, EntryState.USED
        source = f"sổ cũ, dòng {line.row} của tệp nhập {self.source}"
        yield numbering.chained(self.actor, self.counter, entry, LedgerAct.IMPORT, before=None, reason=source)
        if last is EntryState.USED:
            return
        before = numbering.line_of(entry)
        entry.state = last
        act = LedgerAct.CANCEL if last is EntryState.CANCELLED else LedgerAct.RECALL
        told = "; ".join(line.below) or line.note or line.subject
        reason = f"theo sổ cũ: {told}"[:500]
        yield numbering.chained(self.actor, self.counter, entry, act, before=before, reason=reason)


def _entry_state(line: OldLine) -> EntryState:
    if line.is_struck:
        return EntryState.CANCELLED
    return EntryState.RECALLED if line.is_recalled else EntryState.USED


def _parties(org_id: int) -> dict[str, Party]:
    """Every agency by each of its names."""
    found: dict[str, Party] = {}
    for party in catalogue.parties(org_id):
        for name in (party.short_name, *party.aliases):
            if name:
                found.setdefault(fold(name), party)
    named = db.session().scalars(select(Party).where(Party.org_id == org_id))
    return found | {party.name_key: catalogue.lasting(party) for party in named}


def _noon(day: date | None) -> Any:
    return clock.at_office(day, _NOON) if day is not None else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
