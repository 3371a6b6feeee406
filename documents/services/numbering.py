"""Numbers: granted by the server alone, in the last act, once; and the ledger that proves it.

One row per register and year is the lock. Granting does nothing slow: the row is locked, checked, a line
and its event are written, the counter rises, all in the transaction of the document's own change.
"""

from collections.abc import Sequence
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

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
from documents.services.chaining import chain_hash, line_of, payload_of
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import SPARE, at_once, in_line, insert_once, next_key, table_of
from intranet.core.errors import BadState, Invalid, NotFound

T = TypeVar("T", bound=db.Base)

#: A reason for cancelling a number has at least so many characters.
REASON_MIN = 10
#: Letters behind a number, in the order in which they are given.
SUFFIXES = "abcdeghiklmnopqrstuvxy"

# With every number, while others wait for it: made once, and of tables where no object is wanted.
_entries, _years, _documents = table_of(RegisterEntry), table_of(RegisterYear), table_of(Document)
_LOCK = (
    select(_years)
    .where(_years.c.register_id == bindparam("register"), _years.c.year == bindparam("of"))
    .with_for_update()
)
_REGISTER = select(Register).where(Register.id == bindparam("register")).execution_options(**{db.KEPT: True})
_APPEND = insert(table_of(LedgerEvent))
#: A new line, its event, its document and the counter behind it.
_SETTLE = (
    insert(_entries).values({one.name: bindparam(f"l_{one.name}") for one in _entries.columns}),
    _APPEND.values(
        {one.name: bindparam(f"e_{one.name}") for one in _APPEND.table.columns if one.name != "id"}
    ),
    update(_documents)
    .where(_documents.c.id == bindparam("l_document_id"))
    .values(register_entry_id=bindparam("e_entry_id")),
    update(_years)
    .where(_years.c.register_id == bindparam("e_register_id"), _years.c.year == bindparam("e_year"))
    .values(last_number=bindparam("to"), last_date=bindparam("day"), head_hash=bindparam("e_hash")),
)


def grant(
    actor: Actor,
    register: Register,
    *,
    year: int,
    entry_date: date,
    document_id: int,
    snapshot: dict[str, Any],
    note: str = "",
    late_reason: str = "",
) -> RegisterEntry:
    """Give the document the next number of the register's year, in the open unit of work.

    Call it last: the row stays locked until commit.

    :param entry_date: incoming: the day of registering; outgoing: the date the document will carry.
    :param late_reason: why it comes only now; asked for in a year that is closing.
    :raises BadState: ``register.year_closed``.
    :raises Invalid: ``register.date_before_last``, an earlier line carries a later date;
        ``register.date_in_future``; ``register.late_reason``.
    """
    counter = lock_year(register, year)
    need_open(counter)
    if counter.state is YearState.CLOSING:
        late = late_reason.strip()
        if len(late) < REASON_MIN:
            raise Invalid("register.late_reason", field="late_reason", year=year, least=REASON_MIN)
        note = "; ".join(part for part in (note, f"ghi muộn: {late}") if part)[:300]
    return add_line(
        actor,
        counter,
        entry_date=entry_date,
        act=LedgerAct.USE,
        document_id=document_id,
        snapshot=snapshot,
        note=note,
    )


def add_line(
    actor: Actor,
    counter: RegisterYear,
    *,
    entry_date: date,
    act: LedgerAct,
    snapshot: dict[str, Any],
    document_id: int | None = None,
    hold_id: int | None = None,
    note: str = "",
    reason: str | None = None,
) -> RegisterEntry:
    """Write the next line of a locked year.

    :raises BadState: ``register.year_closed``.
    :raises Invalid: ``register.date_before_last``, ``register.date_in_future``.
    """
    need_open(counter)
    check_date(counter, entry_date)
    opened = db.session()
    opened.flush()
    values: dict[str, Any] = {
        "id": counter.__dict__.pop(SPARE, None) or next_key(opened, RegisterEntry),
        "org_id": counter.org_id,
        "register_id": counter.register_id,
        "year": counter.year,
        "number": counter.last_number + 1,
        "suffix": "",
        "entry_date": entry_date,
        "state": EntryState.USED if act is LedgerAct.USE else EntryState.RESERVED,
        "document_id": document_id,
        "hold_id": hold_id,
        "snapshot": snapshot,
        "note": note,
        "created_at": clock.now(),
    }
    event = chained(actor, counter, SimpleNamespace(**values), act, before=None, reason=reason)
    # Others wait behind this line: one question for four tables.
    settled = {f"l_{name}": value for name, value in values.items()}
    settled |= {f"e_{name}": value for name, value in event.items()}
    at_once(opened, _SETTLE, settled | {"to": values["number"], "day": entry_date})
    _stands(counter, last_number=values["number"], last_date=entry_date, head_hash=event["hash"])
    known = None if document_id is None else opened.identity_key(Document, document_id)
    if known is not None and (document := opened.identity_map.get(known)) is not None:
        _stands(document, register_entry_id=values["id"])
    return _as_it_stands(RegisterEntry, values["id"], values)


def add_sub_number(
    actor: Actor,
    counter: RegisterYear,
    base: RegisterEntry,
    *,
    document_id: int,
    snapshot: dict[str, Any],
    reason: str,
) -> RegisterEntry:
    """Write a line under the number of another, with the next letter behind it and the same date.

    :raises BadState: ``register.year_closed``, ``register.no_letter_left``.
    """
    need_open(counter)
    opened = db.session()
    taken = set(
        opened.scalars(
            select(RegisterEntry.suffix).where(
                RegisterEntry.register_id == base.register_id,
                RegisterEntry.year == base.year,
                RegisterEntry.number == base.number,
            )
        )
    )
    suffix = next((letter for letter in SUFFIXES if letter not in taken), None)
    if suffix is None:
        raise BadState("register.no_letter_left", number=base.number)
    entry = RegisterEntry(
        org_id=base.org_id,
        register_id=base.register_id,
        year=base.year,
        number=base.number,
        suffix=suffix,
        entry_date=base.entry_date,
        state=EntryState.USED,
        document_id=document_id,
        snapshot=snapshot,
        note=f"số phụ: {reason}"[:300],
        created_at=clock.now(),
    )
    opened.add(entry)
    opened.flush()
    append_event(actor, counter, entry, LedgerAct.USE, before=None, reason=reason)
    return entry


def fill(
    actor: Actor, counter: RegisterYear, entry: RegisterEntry, document_id: int, snapshot: dict[str, Any]
) -> None:
    """Give a held number to a document; the date stays the one under which it was held.

    :raises BadState: ``register.year_closed``, ``register.entry_not_held``.
    """
    need_open(counter)
    if entry.state is not EntryState.RESERVED:
        raise BadState("register.entry_not_held")
    before = line_of(entry)
    entry.state, entry.document_id, entry.snapshot = EntryState.USED, document_id, snapshot
    append_event(actor, counter, entry, LedgerAct.USE, before=before)


def need_open(counter: RegisterYear) -> None:
    """Refuse to write into a year that is closed, or whose days for late lines are over.

    :raises BadState: ``register.year_closed``.
    """
    if not is_open(counter):
        raise BadState("register.year_closed", year=counter.year)


def is_open(counter: RegisterYear) -> bool:
    """True while lines may still be written into the year."""
    if counter.state is YearState.CLOSING:
        return counter.closing_until is None or clock.today() <= counter.closing_until
    return counter.state is YearState.OPEN


def lock_year(register: Register, year: int) -> RegisterYear:
    """The counter row of a register's year, made if new, locked until commit."""
    opened = db.session()
    # Whatever else is to be written goes out before others have to wait.
    opened.flush()
    which = {"register": register.id, "of": year}
    connection, lock = opened.connection(), in_line(opened, _LOCK, "register", "of", RegisterEntry)
    row = connection.execute(lock, which).one_or_none()
    if row is None:
        insert_once(
            opened,
            RegisterYear,
            register_id=register.id,
            year=year,
            org_id=register.org_id,
            last_number=0,
            state=YearState.OPEN,
            head_hash=NO_HASH,
        )
        row = connection.execute(lock, which).one()
    values = row._asdict()
    spare = values.pop(SPARE)
    counter = _as_it_stands(RegisterYear, (register.id, year), values)
    # A locked year knows the key of its next line, where that is given beforehand.
    counter.__dict__[SPARE] = spare
    return counter


def _as_it_stands(model: type[T], key: Any, values: dict[str, Any]) -> T:
    """The session's object of a row read or written by a statement; the net let its register through."""
    opened = db.session()
    found = opened.identity_map.get(opened.identity_key(model, key))
    if found is None:
        found = model(**values)
        make_transient_to_detached(found)
        opened.add(found)
        return found
    _stands(found, **values)
    return cast("T", found)


def _stands(found: db.Base, **values: Any) -> None:
    """Let an object of the session say what stands in its row by now."""
    for name, value in values.items():
        set_committed_value(found, name, value)


def check_date(counter: RegisterYear, day: date) -> None:
    """Refuse a date that would go back along the series, or lies ahead (rule N4).

    :raises Invalid: ``register.date_before_last``, ``register.date_in_future``.
    """
    if day > clock.today():
        today = f"{clock.today():%d/%m/%Y}"
        raise Invalid("register.date_in_future", field="doc_date", given=f"{day:%d/%m/%Y}", fix=today)
    if counter.last_date is not None and day < counter.last_date:
        raise Invalid(
            "register.date_before_last",
            field="doc_date",
            last=f"{counter.last_date:%d/%m/%Y}",
            fix=f"{counter.last_date:%d/%m/%Y}",
            given=f"{day:%d/%m/%Y}",
            number=counter.last_number,
        )


def expected(register: Register, year: int) -> tuple[int, date | None]:
    """The number that would come next and the date of the last one; shown as "dự kiến", never promised."""
    row = db.session().scalar(
        select(RegisterYear).where(RegisterYear.register_id == register.id, RegisterYear.year == year)
    )
    return (1, None) if row is None else (row.last_number + 1, row.last_date)


def takes_late(register: Register, year: int) -> bool:
    """True while late lines may be written into a past year."""
    row = db.session().scalar(
        select(RegisterYear).where(RegisterYear.register_id == register.id, RegisterYear.year == year)
    )
    return row is not None and row.state is YearState.CLOSING and is_open(row)


def cancel(actor: Actor, entry: RegisterEntry, reason: str) -> None:
    """Strike a line out, used or held; its number is never given again.

    :raises Invalid: ``register.reason_too_short``.
    :raises BadState: ``register.entry_not_used``.
    """
    _change(actor, entry, LedgerAct.CANCEL, EntryState.CANCELLED, reason)


def mark_recalled(actor: Actor, entry: RegisterEntry, reason: str) -> None:
    """Note on a line that its document was recalled.

    :raises Invalid: ``register.reason_too_short``.
    :raises BadState: ``register.entry_not_used``.
    """
    _change(actor, entry, LedgerAct.RECALL, EntryState.RECALLED, reason)


def amend(actor: Actor, entry: RegisterEntry, columns: dict[str, Any], reason: str) -> None:
    """Correct columns of a line; what stood there before stays in the ledger.

    :raises Invalid: ``register.reason_too_short``.
    :raises BadState: ``register.year_closed``.
    """
    need_reason(reason)
    counter = lock_year(entry.register, entry.year)
    # Nobody signed the close of an old register here: what was taken over wrong is corrected.
    if counter.state is YearState.CLOSED and entry.number > counter.imported_to:
        raise BadState("register.year_closed", year=entry.year)
    before = line_of(entry)
    entry.snapshot = {**entry.snapshot, **columns}
    append_event(actor, counter, entry, LedgerAct.AMEND, before=before, reason=reason)


def register_of(register_id: int) -> Register:
    """A register of the actor's own agencies.

    :raises NotFound: ``register.missing``.
    """
    found = db.session().scalars(_REGISTER, {"register": register_id}).one_or_none()
    if found is None:
        raise NotFound("register.missing")
    return found


def _change(actor: Actor, entry: RegisterEntry, act: LedgerAct, state: EntryState, reason: str) -> None:
    need_reason(reason)
    counter = lock_year(entry.register, entry.year)
    was = {EntryState.USED, EntryState.RESERVED} if act is LedgerAct.CANCEL else {EntryState.USED}
    if entry.state not in was:
        raise BadState("register.entry_not_used")
    before = line_of(entry)
    entry.state = state
    append_event(actor, counter, entry, act, before=before, reason=reason)


def need_reason(reason: str) -> str:
    """The reason, tidy.

    :raises Invalid: ``register.reason_too_short``.
    """
    if len(reason.strip()) < REASON_MIN:
        raise Invalid("register.reason_too_short", field="reason", least=REASON_MIN)
    return reason.strip()


def append_event(
    actor: Actor,
    counter: RegisterYear,
    entry: RegisterEntry,
    act: LedgerAct,
    *,
    before: dict[str, Any] | None,
    reason: str | None = None,
) -> None:
    """Chain one event of a line to the ledger of its locked year."""
    line = chained(actor, counter, entry, act, before=before, reason=reason)
    counter.head_hash = line["hash"]
    write_events([line])


def chained(
    actor: Actor,
    counter: RegisterYear,
    entry: RegisterEntry | SimpleNamespace,
    act: LedgerAct,
    *,
    before: dict[str, Any] | None,
    reason: str | None = None,
) -> dict[str, Any]:
    """One event after the ledger's head, still to be written; it is the new head then."""
    line = {
        "org_id": entry.org_id,
        "register_id": entry.register_id,
        "year": entry.year,
        "entry_id": entry.id,
        "act": act,
        "before": before,
        "after": line_of(entry),
        "reason": reason,
        "actor_id": actor.id,
        "acting_for_id": actor.acting_for,
        "at": _stored(clock.now()),
        "prev_hash": counter.head_hash,
    }
    line["hash"] = chain_hash(counter.head_hash, payload_of(SimpleNamespace(**line)))
    return line


def write_events(lines: Sequence[dict[str, Any]]) -> None:
    """Write chained events in their order."""
    # Of the connection, not of the session: nothing else need be written first.
    db.session().connection().execute(_APPEND, lines)


def _stored(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
