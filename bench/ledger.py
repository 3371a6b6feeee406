"""How long a million events of the number ledger take to prove, and one incoming document to register.

Each event has the hash that the product would have written; what is proved is proved without a fault.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert

from bench import engines
from bench.archive import share_of
from bench.figures import Figure
from documents.models.document import Document
from documents.models.lifecycle import Direction, DocState
from documents.models.register import (
    EntryState,
    LedgerAct,
    LedgerEvent,
    RegisterEntry,
    RegisterKind,
    RegisterYear,
)
from documents.services import catalogue, chaining, registering, verifying
from documents.services.registering import Incoming
from intranet.core import clock, db
from intranet.core.dialect import table_of
from intranet.people.models import User

_YEARS, _LINES, _AT_ONCE = 5, 200_000, 20_000
#: Seconds for all events; milliseconds for one document; documents a second of eight writers.
_PROVED, _REGISTERED, _A_SECOND = 120, 15, 100
_ONE, _MANY, _WRITERS = 300, 800, 8
_NO_HASH = "0" * 64


def measure() -> Iterator[Figure]:
    """Seconds and milliseconds by engine."""
    for place in engines.each(RegisterKind.IN):
        yield from _registering(place)
        heads = [_fill(place, clock.today().year - 1 - n) for n in range(_YEARS)]
        began = time.perf_counter()
        for year in heads:
            with db.scope({place.org_id}):
                if faults := verifying.prove(place.register_id, year):
                    raise RuntimeError(f"not proved: {faults[:3]}")
        taken = time.perf_counter() - began
        yield Figure(f"{place.engine}: {_YEARS * _LINES} events proved", taken, "s", _PROVED)


def _registering(place: engines.Place) -> Iterator[Figure]:
    with db.scope({place.org_id}):
        kind = next(one for one in catalogue.kinds(place.org_id) if one.name == "Công văn").id
    keys = [_received(place) for _ in range(_ONE + _MANY)]

    def register(n: int) -> float:
        with db.scope({place.org_id}):
            clerk = db.session().get_one(User, place.clerk_id)
            fields = Incoming(
                kind_id=kind,
                number=str(n),
                symbol="BTC-ĐT",
                doc_date=clock.today() - timedelta(days=1),
                issuer="Bộ Tài chính",
                subject=f"Đẩy nhanh tiến độ giải ngân vốn đầu tư công đợt {n}",
                arrival_date=clock.today(),
            )
            began = time.perf_counter()
            registering.register_incoming(clerk, keys[n], fields)
            return (time.perf_counter() - began) * 1000

    alone = sorted(register(n) for n in range(_ONE))
    yield Figure(f"{place.engine}: one registered, p50", share_of(alone, 0.5), "ms", _REGISTERED)
    yield Figure(f"{place.engine}: one registered, p95", share_of(alone, 0.95), "ms")
    began = time.perf_counter()
    with ThreadPoolExecutor(_WRITERS) as pool:
        list(pool.map(register, range(_ONE, _ONE + _MANY)))
    each = (time.perf_counter() - began) / _MANY * 1000
    yield Figure(f"{place.engine}: {_WRITERS} writers, time of one", each, "ms", 1000 / _A_SECOND)


def _received(place: engines.Place) -> int:
    with db.unit_of_work() as session:
        document = Document(
            org_id=place.org_id,
            direction=Direction.IN,
            state=DocState.RECEIVED,
            subject="Văn bản",
            created_by_id=place.clerk_id,
            created_at=clock.now(),
            arrival_date=clock.today(),
        )
        session.add(document)
        session.flush()
        return document.id


def _fill(place: engines.Place, year: int) -> int:
    """A whole year of lines, each with its document and the event that granted it; returns the year."""
    head, first = _NO_HASH, (clock.today().year - year) * 10_000_000
    for start in range(1, _LINES + 1, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, _LINES + 1))
        lines = [_line(place, year, first, n) for n in numbers]
        events = []
        for line in lines:
            event = _event(place, line)
            event |= {"prev_hash": head}
            head = event["hash"] = chaining.chain_hash(head, chaining.payload_of(SimpleNamespace(**event)))
            events.append(event)
        with db.unit_of_work() as session:
            connection = session.connection()
            documents = [_document(place, line, register_entry_id=None) for line in lines]
            connection.execute(insert(table_of(Document)), documents)
            connection.execute(insert(table_of(RegisterEntry)), lines)
            connection.execute(insert(table_of(LedgerEvent)), events)
            mine = table_of(Document).c.id
            connection.execute(
                table_of(Document)
                .update()
                .where(mine.between(lines[0]["id"], lines[-1]["id"]))
                .values(register_entry_id=mine)
            )
    with db.unit_of_work() as session:
        counter = RegisterYear(org_id=place.org_id, register_id=place.register_id, year=year)
        counter.last_number, counter.last_date, counter.head_hash = _LINES, lines[-1]["entry_date"], head
        session.add(counter)
    return year


def _line(place: engines.Place, year: int, first: int, n: int) -> dict[str, Any]:
    return {
        "id": first + n,
        "org_id": place.org_id,
        "register_id": place.register_id,
        "year": year,
        "number": n,
        "suffix": "",
        "note": "",
        "entry_date": date(year, 1, 1) + timedelta(days=364 * n // _LINES),
        "state": EntryState.USED,
        "document_id": first + n,
        "snapshot": {
            "issuer": "Sở Tài chính",
            "code": f"{n}/STC",
            "subject": f"giải ngân vốn đầu tư công lần {n}",
        },
        "created_at": clock.now(),
    }


def _document(place: engines.Place, line: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": line["id"],
        "org_id": place.org_id,
        "direction": Direction.IN,
        "state": DocState.DONE,
        "register_date": line["entry_date"],
        "subject": line["snapshot"]["subject"],
        "created_by_id": place.clerk_id,
        "created_at": line["created_at"],
        **more,
    }


def _event(place: engines.Place, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "org_id": place.org_id,
        "register_id": place.register_id,
        "year": line["year"],
        "entry_id": line["id"],
        "act": LedgerAct.USE,
        "before": {},
        "after": chaining.line_of(SimpleNamespace(**line)),
        "reason": "",
        "actor_id": place.clerk_id,
        "acting_for_id": None,
        "at": clock.now(),
    }
