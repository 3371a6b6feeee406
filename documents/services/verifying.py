"""Proof of a register: no gap and no double, dates that never go back, a whole ledger."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from documents.models.document import Document
from documents.models.register import (
    NO_HASH,
    EntryState,
    LedgerAct,
    LedgerEvent,
    RegisterEntry,
    RegisterYear,
)
from documents.permissions import VERIFY
from documents.services.numbering import chain_hash, line_of, payload_of, register_of
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden

_STATE_AFTER = {
    LedgerAct.RESERVE: EntryState.RESERVED,
    LedgerAct.USE: EntryState.USED,
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
    query = select(RegisterYear).where(RegisterYear.register_id == register.id)
    if year is not None:
        query = query.where(RegisterYear.year == year)
    counters = db.session().scalars(query.order_by(RegisterYear.year)).all()
    return [fault for counter in counters for fault in prove(counter)]


def prove(counter: RegisterYear) -> list[Fault]:
    """Every fault of one year."""
    opened = db.session()
    entries = opened.scalars(
        select(RegisterEntry)
        .where(RegisterEntry.register_id == counter.register_id, RegisterEntry.year == counter.year)
        .order_by(RegisterEntry.number, RegisterEntry.suffix)
    ).all()
    events = opened.scalars(
        select(LedgerEvent)
        .where(LedgerEvent.register_id == counter.register_id, LedgerEvent.year == counter.year)
        .order_by(LedgerEvent.id)
    ).all()
    found = [*_numbers(counter, entries), *_dates(counter, entries), *_chain(counter, events)]
    found += _replay(entries, events)
    found += _documents(entries)
    return [Fault(counter.register_id, counter.year, problem, number) for problem, number in found]


def _numbers(counter: RegisterYear, entries: Sequence[RegisterEntry]) -> list[tuple[str, int]]:
    counted = Counter(entry.number for entry in entries if entry.suffix == "")
    found = [("missing", number) for number in range(1, counter.last_number + 1) if number not in counted]
    found += [("double", number) for number, times in counted.items() if times > 1]
    found += [("beyond", number) for number in counted if number > counter.last_number]
    return found


def _dates(counter: RegisterYear, entries: Sequence[RegisterEntry]) -> list[tuple[str, int]]:
    main = [entry for entry in entries if entry.suffix == ""]
    found = [
        ("date_went_back", later.number)
        for earlier, later in pairwise(main)
        if later.entry_date < earlier.entry_date
    ]
    if main and main[-1].entry_date != counter.last_date:
        found.append(("last_date", main[-1].number))
    return found


def _chain(counter: RegisterYear, events: Sequence[LedgerEvent]) -> list[tuple[str, int]]:
    head = NO_HASH
    for line in events:
        if line.prev_hash != head or line.hash != chain_hash(line.prev_hash, payload_of(line)):
            return [("chain_broken", int(line.after.get("number", 0)))]
        head = line.hash
    return [] if head == counter.head_hash else [("head_differs", 0)]


def _replay(entries: Sequence[RegisterEntry], events: Sequence[LedgerEvent]) -> list[tuple[str, int]]:
    last: dict[int, dict[str, Any]] = {}
    states: dict[int, EntryState] = {}
    for line in events:
        last[line.entry_id] = line.after
        if line.act in _STATE_AFTER:
            states[line.entry_id] = _STATE_AFTER[line.act]
    found = [
        ("differs_from_ledger", entry.number)
        for entry in entries
        if last.get(entry.id) != line_of(entry) or states.get(entry.id) is not entry.state
    ]
    known = {entry.id for entry in entries}
    return found + [
        ("line_missing", int(after.get("number", 0)))
        for entry_id, after in last.items()
        if entry_id not in known
    ]


def _documents(entries: Sequence[RegisterEntry]) -> list[tuple[str, int]]:
    if not entries:
        return []
    pairs = db.session().execute(
        select(Document.register_entry_id, Document.id)
        .join(RegisterEntry, RegisterEntry.id == Document.register_entry_id)
        .where(RegisterEntry.register_id == entries[0].register_id, RegisterEntry.year == entries[0].year)
    )
    owner = {row.register_entry_id: row.id for row in pairs}
    return [
        ("document_missing", entry.number)
        for entry in entries
        if entry.state is not EntryState.RESERVED
        and (entry.document_id is None or owner.get(entry.id) != entry.document_id)
    ]
