"""Proof of a register: no gap and no double, dates that never go back, a whole ledger."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from documents.models.document import Document
from documents.models.register import (
    NO_HASH,
    EntryState,
    LedgerAct,
    LedgerEvent,
    Register,
    RegisterEntry,
    RegisterYear,
    YearState,
)
from documents.permissions import VERIFY
from documents.services.chaining import canonical, chain_hash, line_of, payload_of
from documents.services.numbering import register_of
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.dialect import hold_still
from intranet.core.errors import Forbidden
from intranet.core.labels import label
from intranet.people import directory
from intranet.records.ledgers import Head, Proof

#: Rows fetched at a time: a register-year of a million events is never in memory as a whole.
_BATCH = 2000

_STATE_AFTER = {
    LedgerAct.RESERVE: EntryState.RESERVED,
    LedgerAct.USE: EntryState.USED,
    LedgerAct.IMPORT: EntryState.USED,
    LedgerAct.CANCEL: EntryState.CANCELLED,
    LedgerAct.RECALL: EntryState.RECALLED,
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a register; its word is the label ``register.fault.<problem>``."""

    register_id: int
    year: int
    problem: str
    #: The number concerned, 0 for the year as a whole.
    number: int = 0


def verify_register(actor: Actor, register_id: int, year: int | None = None) -> list[Fault]:
    """Prove one year of a register, or all of them; an empty list is the proof.

    :raises NotFound: ``register.missing``.
    :raises Forbidden: ``auth.no_permit``.
    """
    if not actor.holds(VERIFY):
        raise Forbidden("auth.no_permit")
    register = register_of(register_id)
    query = select(RegisterYear.year).where(RegisterYear.register_id == register.id)
    if year is not None:
        query = query.where(RegisterYear.year == year)
    years = db.session().scalars(query.order_by(RegisterYear.year)).all()
    return [fault for one in years for fault in prove(register.id, one)]


def prove(register_id: int, year: int) -> list[Fault]:
    """Every fault of one year as it stands at one instant; rows are read as they are needed.

    Call it outside a unit of work: it may take long, and writers must not wait for it.
    """
    db.read_from_now()
    opened = db.session()
    hold_still(opened)
    counter = opened.get_one(RegisterYear, (register_id, year), populate_existing=True)
    found = [*_numbers(counter), *_documents(counter)]
    told, broken = _ledger(counter)
    found += broken
    found += _replay(counter, told)
    return [Fault(counter.register_id, counter.year, problem, number) for problem, number in found]


def prove_all() -> Iterator[Proof]:
    """Prove every year of every register of the installation, for the operator of the machine."""
    with db.scope(), db.across_orgs("the operator proves every register"):
        counters = db.session().scalars(
            select(RegisterYear).order_by(RegisterYear.org_id, RegisterYear.register_id, RegisterYear.year)
        )
        for counter in counters.all():
            began = time.monotonic()
            register = db.session().get_one(Register, counter.register_id)
            org = directory.org(counter.org_id)
            yield Proof(
                title=f"{org.short_name if org else ''}: {register.name}, {counter.year}",
                numbers=counter.last_number,
                events=_events_of(counter),
                faults=tuple(
                    f"{fault.number}: {label(f'register.fault.{fault.problem}')}"
                    for fault in prove(counter.register_id, counter.year)
                ),
                seconds=time.monotonic() - began,
            )


def _events_of(counter: RegisterYear) -> int:
    return db.session().scalar(_of_year(select(func.count(LedgerEvent.id)), LedgerEvent, counter)) or 0


def _of_year(query: Any, table: type[RegisterEntry | LedgerEvent], counter: RegisterYear) -> Any:
    return query.where(table.register_id == counter.register_id, table.year == counter.year)


def _rows(query: Any) -> Iterator[Any]:
    yield from db.session().execute(query.execution_options(yield_per=_BATCH))


def _numbers(counter: RegisterYear) -> Iterator[tuple[str, int]]:
    """Numbers without a gap or a double, dates that never go back; a sub-number leans on its number.

    What came from an old register has the gaps and days that it had; its ledger says which lines there are.
    """
    columns = select(RegisterEntry.number, RegisterEntry.suffix, RegisterEntry.entry_date)
    last, day, last_day, old = 0, date.min, None, counter.imported_to
    for number, suffix, entry_date in _rows(
        _of_year(columns, RegisterEntry, counter).order_by(RegisterEntry.number, RegisterEntry.suffix)
    ):
        if suffix:
            if number != last and number > old:
                yield "missing", number
        elif number == last:
            yield "double", number
        else:
            upto = min(number, counter.last_number + 1)
            yield from (("missing", lost) for lost in range(max(last, old) + 1, upto))
            if number > counter.last_number:
                yield "beyond", number
            last, last_day = number, entry_date
        if entry_date < day and number > old:
            yield "date_went_back", number
        day = (last_day or entry_date) if number <= old else entry_date
    yield from (("missing", lost) for lost in range(max(last, old) + 1, counter.last_number + 1))
    if last and last_day != counter.last_date:
        yield "last_date", last


def open_heads(org_id: int) -> list[Head]:
    """Where the register-years of an agency stand that are not closed (``ledgers.HEADS``)."""
    query = (
        select(Register.name, RegisterYear)
        .join(Register, Register.id == RegisterYear.register_id)
        .where(RegisterYear.org_id == org_id, RegisterYear.state != YearState.CLOSED)
        .order_by(RegisterYear.year.desc(), Register.id)
    )
    found = db.session().execute(query)
    return [
        Head(label("register.head", name=name, year=year.year), year.last_number, year.head_hash)
        for name, year in found
    ]


@dataclass(frozen=True, slots=True)
class _Told:
    """What the ledger says last of a line."""

    digest: bytes
    state: EntryState | None
    number: int


def _ledger(counter: RegisterYear) -> tuple[dict[int, _Told], list[tuple[str, int]]]:
    """Walk the chain; what it says last of each line, and where it is first broken."""
    head, told, imported = NO_HASH, dict[int, _Told](), 0
    broken: list[tuple[str, int]] = []
    columns = select(*LedgerEvent.__table__.columns)
    for line in _rows(_of_year(columns, LedgerEvent, counter).order_by(LedgerEvent.id)):
        act = LedgerAct(line.act)
        number = int(line.after.get("number", 0))
        is_sound = line.prev_hash == head and line.hash == chain_hash(line.prev_hash, payload_of(line))
        if not is_sound and not broken:
            broken.append(("chain_broken", number))
        head = line.hash
        imported = max(imported, number) if act is LedgerAct.IMPORT else imported
        earlier = told.get(line.entry_id)
        state = _STATE_AFTER.get(act, earlier.state if earlier else None)
        told[line.entry_id] = _Told(_digest(line.after), state, number)
    if not broken and head != counter.head_hash:
        broken.append(("head_differs", 0))
    if not broken and imported != counter.imported_to:
        broken.append(("imported_to", imported))
    return told, broken


def _replay(counter: RegisterYear, told: dict[int, _Told]) -> Iterator[tuple[str, int]]:
    columns = select(*RegisterEntry.__table__.columns)
    for entry in _rows(_of_year(columns, RegisterEntry, counter).order_by(RegisterEntry.id)):
        said = told.pop(entry.id, None)
        if (
            said is None
            or said.digest != _digest(line_of(entry))
            or said.state is not EntryState(entry.state)
        ):
            yield "differs_from_ledger", entry.number
    yield from (("line_missing", said.number) for said in told.values())


def _documents(counter: RegisterYear) -> Iterator[tuple[str, int]]:
    """Lines in use whose document is gone, or has another line."""
    owner = select(RegisterEntry.number).outerjoin(Document, Document.register_entry_id == RegisterEntry.id)
    bad = or_(
        RegisterEntry.document_id.is_(None),
        Document.id.is_(None),
        Document.id != RegisterEntry.document_id,
    )
    used = RegisterEntry.state.in_((EntryState.USED, EntryState.RECALLED))
    struck = (RegisterEntry.state == EntryState.CANCELLED) & RegisterEntry.document_id.is_not(None)
    query = _of_year(owner, RegisterEntry, counter).where((used | struck) & bad)
    for (number,) in _rows(query.order_by(RegisterEntry.number)):
        yield "document_missing", number


def _digest(line: dict[str, Any]) -> bytes:
    return hashlib.sha256(canonical(line).encode()).digest()
