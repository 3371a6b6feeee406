"""An archive of very many documents on either engine, for benches that search and list it.

They came evenly on the working days of five years up to today. Nearly all are dealt with, one in five of
them only noted. Open are two in three of the newest 3 %, and one in 400 of the older ones, left lying:
2.2 % in all, of which one in eleven is only registered and one presented. 5 % are urgent, 1 % very urgent,
none is a timed flash. Two in seven have a term, thirty days after they came, which one in twenty of the open
ones has passed; 3 % are to be answered. Six agencies issue a sixth each; a seventh wrote forty. The officer
is concerned by one per cent, evenly.
"""

import itertools
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, text

from bench.figures import Figure
from documents.models.document import Document, DocumentAccess
from documents.models.lifecycle import Direction, DocState
from documents.models.register import Register, RegisterEntry, RegisterKind
from documents.models.search import INDEX
from documents.services import catalogue, indexing
from intranet.app import create_app
from intranet.core import clock, config, db
from intranet.core.dialect import table_of, word_index
from intranet.core.fulltext import Fts5
from intranet.core.text import fold
from tests import databases, postgres
from tests.factories import Office, find_office, make_office

#: A folder in which the documents stay, for runs to come; without it they are made and go with each run.
KEPT = "OFFICE_BENCH_KEPT"
#: Documents written out; all others are copies of them with numbers, dates and states of their own.
WRITTEN = 5_000
#: One in so many concerns the officer.
_SHARE = 100
#: Which wrote few.
SELDOM = "Viện Nghiên cứu phát triển An Bình"
_SELDOM = 40
_YEARS, _TERM = 5, timedelta(days=30)
_PHRASES = """báo cáo,kế hoạch,triển khai,thực hiện,quyết định,đề nghị,phê duyệt,công tác,
năm 2026,tỉnh An Bình,ủy ban nhân dân,tăng cường,hướng dẫn,tổ chức,kiểm tra,đầu tư công,ngân sách,dự toán,
giải ngân,chuyển đổi số,cải cách hành chính,
phòng chống thiên tai,an toàn giao thông,giáo dục,y tế,môi trường,đất đai,xây dựng,
nông thôn mới,thủ tục hành chính,quy hoạch,cán bộ công chức,khen thưởng,thanh tra,khiếu nại tố cáo"""
COMMON = [phrase.strip() for phrase in _PHRASES.split(",")]
_SOUNDS = (
    "b c ch d đ g h kh l m n ng nh ph r s t th tr v x",
    "a ă â ê i o ô ơ ư á ả ạ ấ ầ ế ệ í ố ộ ớ ợ ú ự",
    "c ch m n ng nh p t",
)
_FIRST, _VOWELS, _LAST = (sounds.split() for sounds in _SOUNDS)
_ISSUERS = ["Bộ Tài chính", "Sở Y tế", "Sở Xây dựng", "Thanh tra tỉnh", "Bộ Nội vụ", "Sở Giáo dục và Đào tạo"]
SYMBOLS = ["BTC-NSNN", "SYT-NVY", "QĐ-UBND", "TB-UBND", "SXD-QLN", "KH-UBND", "BNV-CCVC"]


@dataclass(frozen=True)
class Filled:
    """An agency with very many documents: what its figures are called, and who looks at them."""

    name: str
    engine: str
    #: Where its files and secrets are, and its database.
    folder: Path
    url: str
    org_id: int
    clerk: int
    leader: int
    #: Sees one per cent of it.
    officer: int
    #: Sees none of it.
    nobody: int


Measured = Callable[[Filled], Iterator[Figure]]


def on_both(measured: Measured, documents: int) -> Iterator[Figure]:
    """The figures of the same documents on either engine; they are made first where none are kept."""
    if kept := os.environ.get(KEPT):
        data = Path(kept, "data")
        data.mkdir(parents=True, mode=0o700, exist_ok=True)
        yield from _both(measured, data, documents, Path(kept, "pg"))
        return
    with tempfile.TemporaryDirectory(prefix="office-search-") as folder:
        yield from _both(measured, Path(folder), documents)


def share_of(times: list[float], share: float) -> float:
    """The time that so many of them do not exceed."""
    return times[min(len(times) - 1, int(len(times) * share))]


def rare_words() -> list[str]:
    """Words of few documents."""
    chance = random.Random(5)
    syllables = ["".join(one) for one in itertools.product(_FIRST, _VOWELS, _LAST)]
    return sorted({f"{chance.choice(syllables)} {chance.choice(syllables)}" for _ in range(6_000)})


def _both(measured: Measured, folder: Path, documents: int, kept: Path | None = None) -> Iterator[Figure]:
    url = f"sqlite:///{folder}/office.sqlite3"
    databases.migrate(url)
    yield from _filled(measured, folder, url, "SQLite", documents)
    db.close_database()
    if kept is None:
        (folder / "office.sqlite3").unlink()
    postgres.SETTINGS.update(maintenance_work_mem="512MB", shared_buffers="512MB", random_page_cost="1.1")
    postgres.SETTINGS.update(max_wal_size="4GB", effective_cache_size="2GB")
    postgres.PLACES = (Path("/tmp"), Path("/tmp"))
    cluster = postgres.start(kept)
    try:
        url = cluster.url("search") if cluster.has("search") else cluster.create("search")
        databases.migrate(url)
        yield from _filled(measured, folder, url, "PostgreSQL", documents)
    finally:
        db.close_database()
        cluster.stop()


def _filled(measured: Measured, folder: Path, url: str, engine: str, documents: int) -> Iterator[Figure]:
    settings = config.load(data_dir=folder, database_url=url, public_url="http://localhost")
    create_app(replace(settings, is_testing=True))
    db.open_database(settings)
    name = f"{engine} {documents // 1000}k"
    with db.scope(), db.across_orgs("the office that the bench makes"):
        lie = db.session().scalar(select(func.count()).select_from(Document)) or 0
        seldom = select(Document.id).where(Document.issuer_text == SELDOM).limit(1)
        if lie not in (0, documents) or (lie and db.session().scalar(seldom) is None):
            raise RuntimeError(f"other documents are kept, {lie}, not {documents}: remove {folder.parent}")
        office = find_office() if lie else make_office()
        ids = (office.clerk.id, office.leader.id, office.officer.id, office.other_head.id)
        org_id = office.org.id
    if not lie:
        began = time.perf_counter()
        with db.scope({org_id}):
            catalogue.seed(org_id)
            _fill(office, catalogue.register_for(org_id, RegisterKind.IN, None), documents, rare_words())
        yield Figure(f"{name}: seeding", time.perf_counter() - began, "s")
    yield from measured(Filled(name, engine, folder, url, org_id, *ids))


def _fill(office: Office, register: Register, documents: int, rare: list[str]) -> None:
    """Documents of five years, each with its line, its words and its rights."""
    written = _written(rare)
    with db.unit_of_work() as session:
        connection = session.connection()
        is_plain = isinstance(word_index(session, INDEX), Fts5)
        shared = {"org_id": office.org.id, "created_by_id": office.clerk.id, "created_at": clock.now()}
        shared |= {"direction": Direction.IN, "state": DocState.DONE, "lead_unit_id": office.stc.id}
        _stage(connection, written, is_plain=is_plain)
        per_day = _stage_days(connection, documents)
        rows = [
            shared
            | {"id": at, "number": "1", "symbol": one["sign"], "issuer_text": one["issuer"]}
            | {"subject": one["subject"], "subject_key": one["b"]}
            for at, one in enumerate(written, 1)
        ]
        connection.execute(insert(table_of(Document)), rows)
        if not is_plain:
            connection.exec_driver_sql("DROP INDEX document_search_fts")
    known = {"per_day": per_day, "recent": documents - documents * 3 // 100, "now": clock.now()}
    known |= {"register": register.id, "org": office.org.id, "seldom": SELDOM}
    known["few"] = max(2, documents // _SELDOM)
    for copy in range(max(1, documents // WRITTEN)):
        given = known | {"base": copy * WRITTEN}
        with db.unit_of_work() as session:
            for statement in _copies(copy, is_plain=is_plain):
                names = {name: value for name, value in given.items() if f":{name}" in str(statement)}
                session.connection().execute(statement, names)
    with db.unit_of_work() as session:
        keys = range(_SHARE, documents + 1, _SHARE)
        row = {"reason": "named", "since": clock.now()}
        mine = [row | {"principal": f"u:{office.officer.id}", "document_id": key} for key in keys]
        session.connection().execute(insert(table_of(DocumentAccess)), mine)
        if not is_plain:
            session.connection().exec_driver_sql(
                "CREATE INDEX document_search_fts ON document_search USING gin (fts)"
            )
    indexing.refresh()
    engine = db.database().writer
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as opened:
        opened.exec_driver_sql("ANALYZE" if is_plain else "VACUUM ANALYZE")


def _written(rare: list[str]) -> list[dict[str, str]]:
    """Documents of common and rare words, as a year of an office has them."""
    chance = random.Random(7)
    found = []
    for at in range(WRITTEN):
        subject = [*chance.sample(COMMON, 4), chance.choice(rare)]
        chance.shuffle(subject)
        body = [*chance.choices(COMMON, k=12), *chance.choices(rare, k=10)]
        chance.shuffle(body)
        issuer, sign = chance.choice(_ISSUERS), chance.choice(SYMBOLS)
        title, long = " ".join(subject).capitalize(), " ".join(body)
        entry = indexing.entry_of("", title, issuer, long)
        tail = f"{fold(sign)} 0e 0n{at} 0e {' '.join(f'0i{word}' for word in fold(issuer).split())} 0e"
        found.append(
            {"subject": title, "issuer": issuer, "sign": sign, "long": long, "a": tail}
            | {"b": entry.subject, "c": entry.body, "d": entry.toned}
        )
    return found


def _stage(connection: Connection, written: list[dict[str, str]], *, is_plain: bool) -> None:
    """The words of the documents written out, in a table from which all are copied."""
    connection.exec_driver_sql(
        "CREATE TABLE bench_words (id integer PRIMARY KEY, issuer text, long text,"
        " a text, b text, c text, d text)"
    )
    names = ("issuer", "long", "a", "b", "c", "d")
    columns = ", ".join(f":{name}" for name in names)
    rows = [{"id": at} | {name: one[name] for name in names} for at, one in enumerate(written, 1)]
    connection.execute(text(f"INSERT INTO bench_words VALUES (:id, {columns})"), rows)
    if not is_plain:
        connection.exec_driver_sql("ALTER TABLE bench_words ADD COLUMN rest tsvector")
        connection.exec_driver_sql(
            "UPDATE bench_words SET rest = setweight(to_tsvector('simple', b), 'B') || "
            "setweight(to_tsvector('simple', c), 'C') || setweight(to_tsvector('simple', d), 'D')"
        )


def _stage_days(connection: Connection, documents: int) -> int:
    """The working days in a table, each with the term of what came on it; returns how many came on each."""
    today = clock.today()
    every = [today - timedelta(days=back) for back in range(_YEARS * 365, -1, -1)]
    days = [day for day in every if day.weekday() < 5]
    per_day = ceil(documents / len(days))
    connection.exec_driver_sql("CREATE TABLE bench_days (n integer PRIMARY KEY, day date, term date)")
    columns = table_of(Document).c
    typed = [bindparam(name, type_=columns.doc_date.type) for name in ("day", "term")]
    statement = text("INSERT INTO bench_days VALUES (:n, :day, :term)").bindparams(*typed)
    connection.execute(statement, [{"n": n, "day": day, "term": day + _TERM} for n, day in enumerate(days)])
    return per_day


def _told(at: str) -> dict[str, str]:
    """Of a document at a place: what differs from the one it is a copy of, as SQL."""
    is_open = f"({at} > :recent AND {at} % 3 > 0 OR {at} % 401 = 7)"
    return {
        "register_entry_id": at,
        "number": f"CAST({at} * 7 % 9000 + 1 AS text)",
        "doc_date": "bench_days.day",
        "register_date": "bench_days.day",
        "due_date": f"CASE WHEN {at} % 7 < 2 THEN bench_days.term END",
        "reply_due_date": f"CASE WHEN {at} % 61 < 2 THEN bench_days.term END",
        "urgency": f"CASE WHEN {at} % 97 < 4 THEN 1 WHEN {at} % 97 = 4 THEN 2 ELSE 0 END",
        "issuer_text": f"CASE WHEN {at} % :few = 1 THEN :seldom ELSE bench_words.issuer END",
        "state": f"CASE WHEN {is_open} THEN CASE {at} % 11 WHEN 0 THEN 'registered' WHEN 1 THEN 'presented'"
        f" WHEN 2 THEN 'assigned' ELSE 'processing' END WHEN {at} % 5 = 0 THEN 'noted' ELSE 'done' END",
    }


def _copies(copy: int, *, is_plain: bool) -> Iterator[Any]:
    """Statements that make one more copy of all that was written out; number 0 is that itself."""
    table = table_of(Document)
    lines = table_of(RegisterEntry)
    day_of = "JOIN bench_days ON bench_days.n = (bench_words.id + :base - 1) / :per_day"
    yield text(
        "INSERT INTO register_entry (id, org_id, register_id, year, number, suffix, entry_date, state,"
        " document_id, snapshot, note, created_at) SELECT id + :base, :org, :register, 0, id + :base, '',"
        f" day, 'used', id + :base, '{{}}', '', :now FROM bench_words {day_of}"
    ).bindparams(bindparam("now", type_=lines.c.created_at.type))
    told = _told("(document.id + :base)")
    from_ = f"FROM document JOIN bench_words ON bench_words.id = document.id {day_of}"
    if copy:
        told |= {"id": "document.id + :base"}
        names = [column.name for column in table.columns if column.name != "uid"]
        taken = ", ".join(told.get(name, f"document.{name}") for name in names)
        yield text(f"INSERT INTO document ({', '.join(names)}) SELECT {taken} {from_}")
    else:
        told = _told("document.id")
        changes = ", ".join(f"{name} = {value}" for name, value in told.items())
        yield text(
            f"UPDATE document SET {changes} FROM bench_words {day_of} WHERE document.id = bench_words.id"
        )
    words = f"'0s' || {_told('(id + :base)')['number']} || ' ' || a"
    yield text(
        "INSERT INTO document_text (document_id, symbol, subject, facts, body, parts, norm_version, changes) "
        f"SELECT id + :base, {words}, b, issuer, long, '[]', 1, 0 FROM bench_words"
    )
    if is_plain:
        yield text(
            "INSERT INTO document_fts (rowid, symbol, subject, body, toned) "
            f"SELECT id + :base, {words}, b, c, d FROM bench_words"
        )
    else:
        yield text(
            "INSERT INTO document_search (document_id, fts) "
            f"SELECT id + :base, setweight(to_tsvector('simple', {words}), 'A') || rest FROM bench_words"
        )
