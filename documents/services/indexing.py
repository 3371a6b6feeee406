"""Keeping the index of words: the head of a document with every change of it, its files soon after.

Numbers, symbols and subjects are found from the commit on. The texts of files, directions and
reports are long and come from the worker; it reads a document again when one of them has changed.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Connection, bindparam, event, insert, inspect, select, update
from sqlalchemy.orm import Session, object_session

from documents.formats.query import indexed_reports, indexed_symbol
from documents.models.document import AccessLevel, Directive, Document
from documents.models.register import RegisterEntry
from documents.models.search import INDEX, DocumentText
from documents.services import task_reports
from intranet.core import clock, db
from intranet.core.dialect import table_of, word_index
from intranet.core.fulltext import MOST_WORDS, Entry
from intranet.core.text import NORM_VERSION, fold, toned
from intranet.records.models import Blob, File, Reading, Scan
from intranet.tasks.models import Task, TaskReport

log = logging.getLogger("documents.indexing")

#: Characters of one document's files and directions.
MOST_TEXT = 200_000
#: Words of the reports on one document's tasks.
MOST_REPORTED = 4_000
_BATCH, _SOME = 2_000, 500
_WATCHED = (
    "number",
    "suffix",
    "symbol",
    "register_entry_id",
    "subject",
    "issuer_text",
    "signer_name",
    "signer_title",
    "addressees",
    "recipients",
    "note",
)
_LINE, _LETTER = "entry_number", "entry_suffix"
_HEAD = ("symbol", "subject", "facts")
_LONG = ("body", "reports")
#: What of a task says whether its reports may be read, and which of them hold.
_WATCHED_TASK = ("is_restricted", "undone_at", "finished_at", "origin_id")
#: What of a text stands from the first.
_BARE: dict[str, Any] = {
    "body": "",
    "parts": [],
    "changes": 0,
    "norm_version": NORM_VERSION,
    "reports": "",
}
#: Under which a session keeps what is due.
_DUE = "documents.index"
_WHY = "the index of words is kept for every agency"

_document, _entry = table_of(Document), table_of(RegisterEntry)
_text, _file = table_of(DocumentText), table_of(File)
_NEW = insert(_text).values({one.name: bindparam(f"t_{one.name}") for one in _text.columns})


def entry_of(symbol: str, subject: str, facts: str, body: str, reports: str = "") -> Entry:
    """The words of a document, as they are indexed."""
    long = fold(f"{facts}\n{body}"[: MOST_TEXT + 2_000]).split(" ", MOST_WORDS)
    told = indexed_reports(reports)[:MOST_REPORTED]
    return Entry(symbol, fold(subject), " ".join([*long[: MOST_WORDS - len(told)], *told]), toned(subject))


def index_changed(limit: int = 40) -> int:
    """Read the files, directions and reports of some documents again that have changed; returns how many."""
    with db.scope(), db.across_orgs(_WHY):
        waiting = select(DocumentText.document_id, DocumentText.changes).where(DocumentText.changes > 0)
        rows = db.session().execute(waiting.order_by(DocumentText.document_id.desc()).limit(limit)).all()
    for key, changes in rows:
        with db.scope(), db.across_orgs(_WHY):
            body, parts = _read(key)
            reports = task_reports.text_of(key)
        with db.unit_of_work() as opened, db.across_orgs(_WHY):
            connection = opened.connection()
            claim = update(_text).where(_text.c.document_id == key, _text.c.changes == changes)
            claim = claim.values(changes=0)
            if connection.execute(claim).rowcount == 1:
                _exchange(connection, key, body=body, parts=parts, reports=reports)
    return len(rows)


def rebuild() -> Iterator[int]:
    """Make the whole index anew, in batches; tells after each how many documents are in it."""
    with db.unit_of_work() as opened:
        word_index(opened, INDEX).clear(opened.connection())
        opened.connection().execute(update(_text).values(norm_version=0))
    last, count = 0, 0
    while True:
        with db.unit_of_work() as opened:
            connection = opened.connection()
            keys = select(_document.c.id).where(_document.c.id > last).order_by(_document.c.id)
            found = list(connection.scalars(keys.limit(_BATCH)))
            if not found:
                break
            put_anew(connection, found)
        last, count = found[-1], count + len(found)
        yield count
    with db.unit_of_work() as opened:
        reported = _text.c.document_id.in_(task_reports.documents())
        opened.connection().execute(update(_text).where(reported).values(changes=_text.c.changes + 1))
    while index_changed(_SOME):
        yield count
    refresh()


def put_missing(after: int, last: int) -> int:
    """Index those of a stretch of documents that are not in the index yet, some at a time; returns how many.

    Between two of the writes whoever waits has a turn.
    """
    lacking = (
        select(_document.c.id)
        .outerjoin(_text, _text.c.document_id == _document.c.id)
        .where(_document.c.id > after, _document.c.id <= last, _text.c.document_id.is_(None))
    )
    keys = list(db.session().scalars(lacking.order_by(_document.c.id)))
    for start in range(0, len(keys), _SOME):
        with db.unit_of_work() as opened:
            put_anew(opened.connection(), keys[start : start + _SOME])
    return len(keys)


def refresh() -> None:
    """Count anew what beginnings of words are looked up by."""
    with db.unit_of_work() as opened:
        word_index(opened, INDEX).refresh(opened.connection())


def put_anew(connection: Connection, keys: list[int]) -> None:
    """Index documents that are not in the index, heads and bodies."""
    known = {row.document_id: row for row in connection.execute(_texts(keys))}
    new = _heads(connection, [key for key in keys if key not in known])
    _put_new(connection, [(document["id"], _head(document, line)) for document, line in new])
    given, changed = [], []
    for document, line in _heads(connection, list(known)):
        key, values = document["id"], _head(document, line)
        if known[key].norm_version != NORM_VERSION:
            changed.append({"b_id": key} | {f"b_{name}": value for name, value in values.items()})
            given.append((key, entry_of(**values, body=known[key].body, reports=known[key].reports)))
    if changed:
        columns: dict[str, Any] = {name: bindparam(f"b_{name}") for name in _HEAD}
        again = update(_text).where(_text.c.document_id == bindparam("b_id"))
        connection.execute(again.values(**columns, norm_version=NORM_VERSION), changed)
    word_index(connection, INDEX).put(connection, given)


def _put_new(connection: Connection, heads: list[tuple[int, dict[str, str]]]) -> None:
    """Index documents of which the index has never heard."""
    if len(heads) == 1:
        ((key, values),) = heads
        row = {f"t_{name}": value for name, value in {**_BARE, "document_id": key, **values}.items()}
        word_index(connection, INDEX).put_beside(connection, _NEW, row, key, entry_of(**values, body=""))
    elif heads:
        rows = [{**_BARE, "document_id": key, **values} for key, values in heads]
        connection.execute(insert(_text), rows)
        given = [(key, entry_of(**values, body="")) for key, values in heads]
        word_index(connection, INDEX).put(connection, given)


def _read(key: int) -> tuple[str, list[dict[str, Any]]]:
    """Directions that hold, then the texts of the files, and where each begins."""
    opened = db.session()
    directions = select(Directive.text).where(
        Directive.document_id == key, Directive.undone_at.is_(None), Directive.release_at <= clock.now()
    )
    found = [text for text in opened.scalars(directions.order_by(Directive.id)) if text]
    length, parts = sum(len(text) + 1 for text in found), []
    files = (
        select(File.name, Reading.text, Scan.sha256)
        .join(Reading, Reading.sha256 == File.sha256)
        .outerjoin(Scan, Scan.sha256 == File.sha256)
        .where(File.ref_kind == "document", File.ref_id == key)
        .order_by(File.order, File.id)
    )
    seen_texts: set[str] = set()
    for name, text, scan in opened.execute(files):
        if length >= MOST_TEXT:
            break
        if not text.strip() or text in seen_texts:
            continue
        seen_texts.add(text)
        parts.append({"at": length, "name": name, "seen": scan is not None})
        found.append(text[: MOST_TEXT - length])
        length += len(found[-1]) + 1
    return "\n".join(found), parts


def _exchange(connection: Connection, key: int, **changes: Any) -> None:
    """Let the index say of a document what its row says with these changes."""
    old = connection.execute(_texts([key])).one_or_none()
    if old is None:
        return
    index = word_index(connection, INDEX)
    if old.norm_version not in (0, NORM_VERSION):
        log.warning("indexed with another normal form: rebuild the index", extra={"document_id": key})
        return
    if not old.norm_version and "symbol" not in changes:
        changes |= _head(*next(iter(_heads(connection, [key]))))
    before = {name: getattr(old, name) for name in (*_HEAD, *_LONG)}
    new = entry_of(**{name: changes.get(name, value) for name, value in before.items()})
    if old.norm_version:
        index.exchange(connection, key, lambda: entry_of(**before), new)
    else:
        index.put(connection, [(key, new)])
    where = _text.c.document_id == key
    connection.execute(update(_text).where(where).values(**changes, norm_version=NORM_VERSION))


def _texts(keys: list[int]) -> Any:
    return select(_text).where(_text.c.document_id.in_(keys)).order_by(_text.c.document_id)


def _heads(connection: Connection, keys: list[int]) -> Iterator[tuple[dict[str, Any], str]]:
    names = [_document.c[name] for name in ("id", *_WATCHED)]
    query = (
        select(*names, _entry.c.number.label(_LINE), _entry.c.suffix.label(_LETTER))
        .outerjoin_from(_document, _entry, _entry.c.id == _document.c.register_entry_id)
        .where(_document.c.id.in_(keys))
        .order_by(_document.c.id)
    )
    for row in connection.execute(query).mappings():
        yield dict(row), "" if row[_LINE] is None else f"{row[_LINE]}{row[_LETTER]}"


def _head_of(opened: Session, document: Document) -> dict[str, str]:
    values, line = {name: getattr(document, name) for name in _WATCHED}, ""
    if document.register_entry_id is not None:
        # Mostly made a moment ago; its document's own link may still say that there is none.
        entry = opened.identity_map.get(opened.identity_key(RegisterEntry, document.register_entry_id))
        line = entry.shown if entry is not None else _line_of(opened, document.register_entry_id)
    return _head(values, line)


def _line_of(opened: Session, entry_id: int) -> str:
    asked = select(_entry.c.number, _entry.c.suffix).where(_entry.c.id == entry_id)
    return "".join(map(str, opened.connection().execute(asked).one()))


def _head(document: dict[str, Any], line: str) -> dict[str, str]:
    number, symbol = f"{document['number'] or ''}{document['suffix'] or ''}", document["symbol"] or ""
    code = f"{number}/{symbol}" if number and symbol else number or symbol
    issuer, signer = document["issuer_text"] or "", document["signer_name"] or ""
    lines = (issuer, signer, document["signer_title"], document["note"])
    lists = (*(document["addressees"] or ()), *(document["recipients"] or ()))
    return {
        "symbol": indexed_symbol(code, line, issuer, signer),
        "subject": document["subject"] or "",
        "facts": "\n".join(one for one in (*lines, *lists) if one),
    }


@event.listens_for(Document, "after_insert")
def _document_made(_mapper: Any, _connection: Connection, document: Document) -> None:
    _due(document).made[document.id] = document


@event.listens_for(Document, "after_update")
def _document_changed(_mapper: Any, _connection: Connection, document: Document) -> None:
    state = inspect(document)
    is_closed = state.attrs.access_level.history.has_changes()
    if is_closed or any(state.attrs[name].history.has_changes() for name in _WATCHED):
        _due(document).changed[document.id] = document
    if is_closed:
        _due(document).to_read.add(document.id)


@event.listens_for(Task, "after_update")
def _task_changed(_mapper: Any, _connection: Connection, task: Task) -> None:
    state = inspect(task)
    if any(state.attrs[name].history.has_changes() for name in _WATCHED_TASK):
        _due(task).tasks.add(task.id)


@event.listens_for(TaskReport, "after_insert")
@event.listens_for(TaskReport, "after_update")
@event.listens_for(TaskReport, "after_delete")
def _report_changed(_mapper: Any, _connection: Connection, report: TaskReport) -> None:
    _due(report).tasks.add(report.task_id)


@event.listens_for(Directive, "after_insert")
@event.listens_for(Directive, "after_update")
def _direction_changed(_mapper: Any, _connection: Connection, directive: Directive) -> None:
    _due(directive).to_read.add(directive.document_id)


@event.listens_for(File, "after_insert")
@event.listens_for(File, "after_update")
@event.listens_for(File, "after_delete")
def _file_changed(_mapper: Any, _connection: Connection, file: File) -> None:
    if file.ref_kind == "document":
        _due(file).to_read.add(file.ref_id)
    elif file.ref_kind == task_reports.KIND:
        _due(file).reports.add(file.ref_id)


@event.listens_for(Blob, "after_update")
def _file_read(_mapper: Any, _connection: Connection, blob: Blob) -> None:
    if inspect(blob).attrs["is_unread"].history.has_changes():
        _due(blob).read_files.add(blob.sha256)


@event.listens_for(Reading, "after_update")
def _text_changed(_mapper: Any, _connection: Connection, reading: Reading) -> None:
    _due(reading).read_files.add(reading.sha256)


@dataclass
class _Due:
    """What a unit of work has yet to let the index know."""

    #: Documents that were made, those whose heads changed, those whose files or directions did.
    made: dict[int, Document] = field(default_factory=dict)
    changed: dict[int, Document] = field(default_factory=dict)
    to_read: set[int] = field(default_factory=set)
    #: Tasks, and reports on tasks, that changed.
    tasks: set[int] = field(default_factory=set)
    reports: set[int] = field(default_factory=set)
    #: Files by their hashes that are read now.
    read_files: set[str] = field(default_factory=set)


def _due(of: object) -> _Due:
    found: _Due = cast("Session", object_session(of)).info.setdefault(_DUE, _Due())
    return found


def _keep_up(opened: Session, _acts: list[Any]) -> None:
    """Index once what changed, however often it did: writers may wait behind this one."""
    due: _Due | None = opened.info.pop(_DUE, None)
    if due is None:
        return
    connection = opened.connection()
    _put_new(connection, [(key, _head_of(opened, one)) for key, one in due.made.items() if one in opened])
    for key, document in due.changed.items():
        if key not in due.made:
            # What was reported is hidden with its document, at once.
            hidden = {"reports": ""} if document.access_level is AccessLevel.NAMED else {}
            _exchange(connection, key, **_head_of(opened, document) | hidden)
    if due.read_files:
        kinds = {"document": due.to_read, task_reports.KIND: due.reports}
        of = select(_file.c.ref_kind, _file.c.ref_id).where(_file.c.sha256.in_(due.read_files))
        for kind, key in connection.execute(of.where(_file.c.ref_kind.in_(kinds))):
            kinds[kind].add(key)
    if due.tasks or due.reports:
        due.to_read.update(connection.scalars(task_reports.documents(due.tasks, due.reports)))
    if due.to_read:
        again = update(_text).where(_text.c.document_id.in_(due.to_read))
        connection.execute(again.values(changes=_text.c.changes + 1))


# Before the acts are chained: that holds up whoever else acts in the agency.
db.before_commit(_keep_up, is_first=True)
