"""How long searching takes over very many documents, on both engines, and a plain LIKE beside it.

What is timed is finding the fifty documents of a page, by words and by rights, as the page does; the whole
page with its texts, and the total with the facets, apart. Half of the words are common, half are rare.
"""

import itertools
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, text

from bench.figures import Figure
from documents.models.document import Document, DocumentAccess
from documents.models.lifecycle import Direction, DocState
from documents.models.register import Register, RegisterEntry, RegisterKind
from documents.models.search import INDEX, DocumentText
from documents.permissions import visible_to
from documents.services import catalogue, indexing
from documents.services.searching import FITTING, NEWEST, Search
from intranet.app import create_app
from intranet.core import clock, config, db
from intranet.core.dialect import table_of, word_index
from intranet.core.fulltext import Fts5
from intranet.core.text import fold
from intranet.people.models import User
from tests import databases, postgres
from tests.factories import Office, find_office, make_office

#: A folder in which the documents stay, for runs to come; without it they are made and go with each run.
KEPT = "OFFICE_BENCH_KEPT"
#: Documents written out; all others are copies of them with numbers and dates of their own.
_WRITTEN = 5_000
ROUNDS = 24
#: Milliseconds: a clerk's p95, of who sees one per cent, of who sees nothing, by relevance, a clerk's p50.
BUDGETS: dict[str, tuple[float, float, float, float, float | None]] = {
    "SQLite": (50, 100, 400, 300, None),
    "PostgreSQL": (1200, 150, 400, 600, 20),
}
#: One in so many concerns the officer.
_SHARE = 100
_PHRASES = """báo cáo,kế hoạch,triển khai,thực hiện,quyết định,đề nghị,phê duyệt,công tác,
năm 2026,tỉnh An Bình,ủy ban nhân dân,tăng cường,hướng dẫn,tổ chức,kiểm tra,đầu tư công,ngân sách,dự toán,
giải ngân,chuyển đổi số,cải cách hành chính,
phòng chống thiên tai,an toàn giao thông,giáo dục,y tế,môi trường,đất đai,xây dựng,
nông thôn mới,thủ tục hành chính,quy hoạch,cán bộ công chức,khen thưởng,thanh tra,khiếu nại tố cáo"""
_COMMON = [phrase.strip() for phrase in _PHRASES.split(",")]
_SOUNDS = (
    "b c ch d đ g h kh l m n ng nh ph r s t th tr v x",
    "a ă â ê i o ô ơ ư á ả ạ ấ ầ ế ệ í ố ộ ớ ợ ú ự",
    "c ch m n ng nh p t",
)
_FIRST, _VOWELS, _LAST = (sounds.split() for sounds in _SOUNDS)
_ISSUERS = ["Bộ Tài chính", "Sở Y tế", "Sở Xây dựng", "Thanh tra tỉnh", "Bộ Nội vụ", "Sở Giáo dục và Đào tạo"]
_SYMBOLS = ["BTC-NSNN", "SYT-NVY", "QĐ-UBND", "TB-UBND", "SXD-QLN", "KH-UBND", "BNV-CCVC"]


def measure(documents: int = 1_000_000) -> Iterator[Figure]:
    """Milliseconds by engine, kind of words and person; and the share of the time that LIKE takes."""
    yield from on_both(_searching, documents)


@dataclass(frozen=True)
class Filled:
    """An agency with very many documents: what its figures are called, and who looks at them."""

    name: str
    engine: str
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
        if lie not in (0, documents):
            raise RuntimeError(f"{lie} documents are kept, not {documents}: remove {folder}")
        office = find_office() if lie else make_office()
        ids = (office.clerk.id, office.leader.id, office.officer.id, office.other_head.id)
        org_id = office.org.id
    if not lie:
        began = time.perf_counter()
        with db.scope({org_id}):
            catalogue.seed(org_id)
            _fill(office, catalogue.register_for(org_id, RegisterKind.IN, None), documents, rare_words())
        yield Figure(f"{name}: seeding", time.perf_counter() - began, "s")
    yield from measured(Filled(name, engine, org_id, *ids))


def _searching(lies: Filled) -> Iterator[Figure]:
    name, engine, org_id = lies.name, lies.engine, lies.org_id
    clerk, officer, nobody = lies.clerk, lies.officer, lies.nobody
    asked = asked_words()
    budgets = BUDGETS[engine]
    for kind, words in asked.items():
        times = _times(org_id, clerk, words, lambda found: found.keys())
        yield Figure(
            f"{name}: {kind}, clerk, p50", share_of(times, 0.5), "ms", 20 if engine != "SQLite" else None
        )
        yield Figure(f"{name}: {kind}, clerk, p95", share_of(times, 0.95), "ms", budgets[0])
    every = [one for words in asked.values() for one in words]
    for who, key, most in (("1 % of it", officer, budgets[1]), ("none of it", nobody, budgets[2])):
        times = _times(org_id, key, every, lambda found: found.keys())
        yield Figure(f"{name}: all kinds, {who}, p50", share_of(times, 0.5), "ms")
        yield Figure(f"{name}: all kinds, {who}, p95", share_of(times, 0.95), "ms", most)
    times = _times(org_id, clerk, every, lambda found: found.keys(), FITTING)
    yield Figure(f"{name}: by relevance, clerk, p95", share_of(times, 0.95), "ms", budgets[3])
    for who, key in (("clerk", clerk), ("1 % of it", officer)):
        times = _times(org_id, key, every, lambda found: found.counted())
        yield Figure(f"{name}: total and facets, {who}, p95", share_of(times, 0.95), "ms", 500)
    times = _times(org_id, clerk, every, lambda found: found.page())
    yield Figure(f"{name}: all kinds, rows and snippets too, clerk, p95", share_of(times, 0.95), "ms", 500)
    begun = [f"{word[:-1]}*" for word in asked["words"]]
    times = _times(org_id, clerk, begun, lambda found: found.suggested(8))
    yield Figure(f"{name}: suggestions, clerk, p95", share_of(times, 0.95), "ms", 150)
    dated = [f"{word} 03/2022" for word in asked["words"]]
    times = _times(org_id, clerk, dated, lambda found: found.keys())
    yield Figure(f"{name}: words of a month, clerk, p95", share_of(times, 0.95), "ms")
    plain = asked["words"][: ROUNDS // 2]
    times = _times(org_id, clerk, plain, lambda found: found.keys())
    naive = sorted(_like(org_id, clerk, words) for words in plain)
    yield Figure(f"{name}: LIKE for the same words, p50", share_of(naive, 0.5), "ms")
    yield Figure(f"{name}: LIKE for the same words, p95", share_of(naive, 0.95), "ms")
    yield Figure(f"{name}: index against LIKE, all the time", sum(times) / sum(naive), "", 0.2)


def asked_words() -> dict[str, list[str]]:
    """What is searched for, by kind: common words of many, and words of few documents."""
    rare = rare_words()
    chance = random.Random(11)
    half = ROUNDS // 2
    common = [" ".join(chance.sample(_COMMON, 2)) for _ in range(half)]
    mixed = [f"{chance.choice(_COMMON)} {word}" for word in chance.sample(rare, half)]
    return {
        "words": [fold(one) for one in (*mixed, *common)],
        "words with marks": [*mixed, *common],
        "phrases": [f'"{fold(chance.choice(_COMMON))}"' for _ in range(half)]
        + [f'"{fold(one)}"' for one in mixed],
        "numbers": [f"{chance.randrange(1, 9000)}/{chance.choice(_SYMBOLS)}" for _ in range(ROUNDS)],
    }


def _times(
    org_id: int, user_id: int, asked: list[str], do: Callable[[Search], Any], order: str = NEWEST
) -> list[float]:
    """Milliseconds of each, warm, sorted; each in a scope of its own, as a request is."""
    taken = []
    for typed in asked:
        for is_timed in (False, True):
            with db.scope({org_id}):
                actor = db.session().get_one(User, user_id)
                began = time.perf_counter()
                do(Search(actor, typed, {}, order))
                if is_timed:
                    taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def _like(org_id: int, user_id: int, typed: str) -> float:
    """Milliseconds of the same words by LIKE over folded subjects and texts."""
    text_ = table_of(DocumentText)
    with db.scope({org_id}):
        actor = db.session().get_one(User, user_id)
        query = select(Document.id).join(text_, text_.c.document_id == Document.id)
        for word in typed.split():
            query = query.where((Document.subject_key + text_.c.body).like(f"%{word}%"))
        query = query.where(visible_to(actor)).order_by(Document.id.desc()).limit(50)
        began = time.perf_counter()
        db.session().execute(query).all()
        return (time.perf_counter() - began) * 1000


def share_of(times: list[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))]


def _fill(office: Office, register: Register, documents: int, rare: list[str]) -> None:
    """Documents of five years, each with its line, its words and its rights."""
    written = _written(rare)
    with db.unit_of_work() as session:
        connection = session.connection()
        is_plain = isinstance(word_index(session, INDEX), Fts5)
        shared = {"org_id": office.org.id, "created_by_id": office.clerk.id, "created_at": clock.now()}
        shared |= {"direction": Direction.IN, "state": DocState.PROCESSING, "lead_unit_id": office.stc.id}
        _stage(connection, written, is_plain=is_plain)
        if not is_plain:
            connection.exec_driver_sql("DROP INDEX document_search_fts")
    step = timedelta(days=5 * 365) / max(1, documents // _WRITTEN)
    for copy in range(max(1, documents // _WRITTEN)):
        day = date(2021, 11, 1) + step * copy
        with db.unit_of_work() as session:
            connection = session.connection()
            if copy == 0:
                rows = [
                    shared
                    | {"id": at, "number": "1", "symbol": one["sign"], "issuer_text": one["issuer"]}
                    | {"subject": one["subject"], "subject_key": one["b"], "doc_date": day}
                    for at, one in enumerate(written, 1)
                ]
                connection.execute(insert(table_of(Document)), rows)
            for statement in _copies(copy, is_plain=is_plain):
                given = {"base": copy * _WRITTEN, "day": day, "year": day.year * 10_000 + copy}
                given |= {"register": register.id, "now": clock.now(), "org": office.org.id}
                names = {name: value for name, value in given.items() if f":{name}" in str(statement)}
                connection.execute(statement, names)
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


def rare_words() -> list[str]:
    """Words of few documents."""
    chance = random.Random(5)
    syllables = ["".join(one) for one in itertools.product(_FIRST, _VOWELS, _LAST)]
    return sorted({f"{chance.choice(syllables)} {chance.choice(syllables)}" for _ in range(6_000)})


def _written(rare: list[str]) -> list[dict[str, str]]:
    """Documents of common and rare words, as a year of an office has them."""
    chance = random.Random(7)
    found = []
    for at in range(_WRITTEN):
        subject = [*chance.sample(_COMMON, 4), chance.choice(rare)]
        chance.shuffle(subject)
        body = [*chance.choices(_COMMON, k=12), *chance.choices(rare, k=10)]
        chance.shuffle(body)
        issuer, sign = chance.choice(_ISSUERS), chance.choice(_SYMBOLS)
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


def _copies(copy: int, *, is_plain: bool) -> Iterator[Any]:
    """Statements that make one more copy of all that was written out."""
    number = "CAST((id + :base) * 7 % 9000 + 1 AS text)"
    table = table_of(Document)
    lines = table_of(RegisterEntry)
    yield text(
        "INSERT INTO register_entry (id, org_id, register_id, year, number, suffix, entry_date, state,"
        " document_id, snapshot, note, created_at) SELECT id + :base, :org, :register, :year, id, '', :day,"
        " 'used', id + :base, '{}', '', :now FROM bench_words"
    ).bindparams(
        bindparam("day", type_=lines.c.entry_date.type), bindparam("now", type_=lines.c.created_at.type)
    )
    if copy:
        changed = {"id": "id + :base", "register_entry_id": "id + :base", "number": number}
        changed |= {"doc_date": ":day", "register_date": ":day"}
        names = [column.name for column in table.columns if column.name != "uid"]
        taken = ", ".join(changed.get(name, name) for name in names)
        yield text(
            f"INSERT INTO document ({', '.join(names)}) SELECT {taken} FROM document WHERE id <= {_WRITTEN}"
        ).bindparams(bindparam("day", type_=table.c.doc_date.type))
    else:
        yield text(f"UPDATE document SET register_entry_id = id, number = {number}")
    words = f"'0s' || {number} || ' ' || a"
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
