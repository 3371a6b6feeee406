"""How long the worker takes to print a register of 12,000 lines, asked for as the page asks; both engines."""

import time
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import insert, select

from bench import engines
from bench.figures import Figure
from documents.models.document import Document, Urgency
from documents.models.lifecycle import Direction, DocState
from documents.models.register import (
    EntryState,
    LedgerAct,
    LedgerEvent,
    RegisterEntry,
    RegisterKind,
    RegisterYear,
)
from documents.services import books
from documents.services.books import Book, Wish
from intranet.core import clock, db, events, jobs
from intranet.exports.events import ExportMoved
from intranet.exports.models import Export, ExportState
from intranet.people.models import User
from intranet.records.tables import Format

_LINES = 12_000
#: Seconds that any of the three files may take.
_MOST = 60
_SUBJECT = (
    "đề nghị bổ sung kinh phí diễn tập phòng thủ dân sự, phòng chống thiên tai và tìm kiếm cứu nạn lần {n}"
)


def measure() -> Iterator[Figure]:
    """Seconds from asking to the file, by engine and format, and how often the page was told."""
    for place in engines.each(RegisterKind.IN):
        yield from _printing(place)


def _printing(place: engines.Place) -> Iterator[Figure]:
    with db.scope({place.org_id}):
        _fill(place)
    told: list[ExportMoved] = []
    events.subscribe(ExportMoved)(told.append)
    for format_ in (Format.PDF, Format.DOCX, Format.XLSX):
        told.clear()
        began = time.perf_counter()
        with db.scope({place.org_id}):
            clerk = db.session().get_one(User, place.clerk_id)
            books.ask_book(clerk, place.register_id, Wish(Book.INCOMING, clock.today().year, format_))
        jobs.run_due()
        taken = time.perf_counter() - began
        with db.scope({place.org_id}):
            row = db.session().scalars(select(Export).order_by(Export.id.desc())).first()
            if row is None or row.state is not ExportState.DONE or row.lines != _LINES:
                raise RuntimeError(f"{format_} was not made")
        yield Figure(f"{place.engine}: {_LINES} lines as {format_.value}", taken, "s", _MOST)
        yield Figure(f"{place.engine}: tellings of {format_.value}", len(told), "")


def _fill(place: engines.Place) -> None:
    """A year of lines, every tenth struck out, every fifth corrected."""
    now, today = clock.now(), clock.today()
    with db.unit_of_work() as session:
        numbers = range(1, _LINES + 1)
        shared = {"org_id": place.org_id, "created_at": now}
        columns = {"issuer": "Sở Nông nghiệp và Môi trường", "code": "2051/SNNMT-KHTC", "kind": "Công văn"}
        days = {"arrival_date": today.isoformat(), "doc_date": (today - timedelta(days=2)).isoformat()}
        line = {"register_id": place.register_id, "year": today.year, "suffix": "", "note": ""}
        line["entry_date"] = today
        session.execute(
            insert(Document),
            [
                shared
                | {
                    "id": n,
                    "direction": Direction.IN,
                    "state": DocState.PROCESSING,
                    "register_date": today,
                    "subject": _SUBJECT.format(n=n),
                    "urgency": Urgency(n % 4),
                    "created_by_id": place.clerk_id,
                    "presented_to_id": place.leader_id,
                    "lead_unit_id": place.unit_id if n % 2 else None,
                    "forwarded_at": now,
                }
                for n in numbers
            ],
        )
        session.execute(
            insert(RegisterEntry),
            [
                shared
                | line
                | {
                    "id": n,
                    "number": n,
                    "state": EntryState.USED if n % 10 else EntryState.CANCELLED,
                    "document_id": n,
                    "snapshot": columns | days | {"subject": _SUBJECT.format(n=n)},
                }
                for n in numbers
            ],
        )
        session.execute(
            Document.__table__.update().values(register_entry_id=Document.__table__.c.id)  # type: ignore[attr-defined]
        )
        session.execute(
            insert(LedgerEvent),
            [
                {
                    "org_id": place.org_id,
                    "register_id": place.register_id,
                    "year": today.year,
                    "entry_id": n,
                    "act": LedgerAct.AMEND if n % 10 else LedgerAct.CANCEL,
                    "before": {"columns": columns | {"issuer": "Sở Nông nghiệp"}},
                    "after": {"columns": columns},
                    "reason": "nhận dạng sai tên cơ quan ban hành",
                    "actor_id": place.clerk_id,
                    "at": now,
                    "prev_hash": "0" * 64,
                    "hash": "0" * 64,
                }
                for n in numbers
                if n % 5 == 0
            ],
        )
        year = RegisterYear(org_id=place.org_id, register_id=place.register_id, year=today.year)
        year.last_number, year.last_date, year.head_hash = _LINES, today, "7f3a91c2e05d" + "0" * 52
        session.add(year)
