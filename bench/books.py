"""How long the worker takes to print a register of 12,000 lines, asked for as the page asks; both engines."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from bench.figures import Figure
from documents.models.document import Document, Urgency
from documents.models.lifecycle import Direction, DocState
from documents.models.register import (
    EntryState,
    LedgerAct,
    LedgerEvent,
    Register,
    RegisterEntry,
    RegisterKind,
    RegisterYear,
)
from documents.services import books, catalogue
from documents.services.books import Book, Wish
from intranet.app import create_app
from intranet.core import clock, config, db, events, jobs
from intranet.exports.events import ExportMoved
from intranet.exports.models import Export, ExportState
from intranet.people.models import User
from intranet.records.tables import Format
from tests import databases, postgres
from tests.factories import Office, make_office

_LINES = 12_000
#: Seconds that any of the three files may take.
_MOST = 60
_SUBJECT = (
    "đề nghị bổ sung kinh phí diễn tập phòng thủ dân sự, phòng chống thiên tai và tìm kiếm cứu nạn lần {n}"
)


def measure() -> Iterator[Figure]:
    """Seconds from asking to the file, by engine and format, and how often the page was told."""
    with tempfile.TemporaryDirectory(prefix="office-books-") as folder:
        url = f"sqlite:///{folder}/office.sqlite3"
        databases.migrate(url)
        yield from _printing(Path(folder), url, "SQLite")
        cluster = postgres.start()
        try:
            url = cluster.create("books")
            databases.migrate(url)
            yield from _printing(Path(folder), url, "PostgreSQL")
        finally:
            db.close_database()
            cluster.stop()


def _printing(folder: Path, url: str, engine: str) -> Iterator[Figure]:
    settings = config.load(data_dir=folder, database_url=url, public_url="http://localhost")
    create_app(replace(settings, is_testing=True))
    db.open_database(settings)
    with db.scope():
        office = make_office()
        catalogue.seed(office.org.id)
        with db.agencies({office.org.id}):
            register = catalogue.register_for(office.org.id, RegisterKind.IN, None)
            org_id, clerk_id, register_id = office.org.id, office.clerk.id, register.id
            _fill(office, register)
    told: list[ExportMoved] = []
    events.subscribe(ExportMoved)(told.append)
    for format_ in Format:
        told.clear()
        began = time.perf_counter()
        with db.scope({org_id}):
            clerk = db.session().get_one(User, clerk_id)
            books.ask_book(clerk, register_id, Wish(Book.INCOMING, clock.today().year, format_))
        jobs.run_due()
        taken = time.perf_counter() - began
        with db.scope({org_id}):
            row = db.session().scalars(select(Export).order_by(Export.id.desc())).first()
            if row is None or row.state is not ExportState.DONE or row.lines != _LINES:
                raise RuntimeError(f"{format_} was not made")
        yield Figure(f"{engine}: {_LINES} lines as {format_.value}", taken, "s", _MOST)
        yield Figure(f"{engine}: tellings of {format_.value}", len(told), "")


def _fill(office: Office, register: Register) -> None:
    """A year of lines, every tenth struck out, every fifth corrected."""
    now, today = clock.now(), clock.today()
    with db.unit_of_work() as session:
        numbers = range(1, _LINES + 1)
        shared = {"org_id": office.org.id, "created_at": now}
        columns = {"issuer": "Sở Nông nghiệp và Môi trường", "code": "2051/SNNMT-KHTC", "kind": "Công văn"}
        days = {"arrival_date": today.isoformat(), "doc_date": (today - timedelta(days=2)).isoformat()}
        line = {"register_id": register.id, "year": today.year, "suffix": "", "entry_date": today, "note": ""}
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
                    "created_by_id": office.clerk.id,
                    "presented_to_id": office.leader.id,
                    "lead_unit_id": office.stc.id if n % 2 else None,
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
                    "org_id": office.org.id,
                    "register_id": register.id,
                    "year": today.year,
                    "entry_id": n,
                    "act": LedgerAct.AMEND if n % 10 else LedgerAct.CANCEL,
                    "before": {"columns": columns | {"issuer": "Sở Nông nghiệp"}},
                    "after": {"columns": columns},
                    "reason": "nhận dạng sai tên cơ quan ban hành",
                    "actor_id": office.clerk.id,
                    "at": now,
                    "prev_hash": "0" * 64,
                    "hash": "0" * 64,
                }
                for n in numbers
                if n % 5 == 0
            ],
        )
        year = RegisterYear(org_id=office.org.id, register_id=register.id, year=today.year)
        year.last_number, year.last_date, year.head_hash = _LINES, today, "7f3a91c2e05d" + "0" * 52
        session.add(year)
