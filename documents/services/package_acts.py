"""What was done with an agency's documents, for its whole package: in words, and as the tables have it.

Each list is there twice: a table that spreadsheets open, with names instead of keys, and JSON with both.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, or_, select

from documents.models.catalogue import DocKind, Party, Phrase, WorkField
from documents.models.dispatch import Dispatch
from documents.models.document import Directive, DocumentLink
from documents.models.draft import DraftOpinion, DraftVersion
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.dialect import table_of
from intranet.core.labels import has_label, label
from intranet.people.models import Unit, User
from intranet.records.package import Package
from intranet.tasks import permissions as tasks
from intranet.tasks.models import Task, TaskExtension, TaskParty, TaskReport


@dataclass
class Names:
    """What keys stand for, read once for a whole package; of what is not in it there is no name."""

    known: dict[str, dict[int, str]] = field(default_factory=dict)

    def named(self, table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row with the name beside each key: ``author`` beside ``author_id``."""
        found = dict(row)
        for column in table.c:
            if not column.name.endswith("_id") or row.get(column.name) is None:
                continue
            above = {key.column.table.name for key in column.foreign_keys} & set(self.known)
            if column.name == "origin_id" and row.get("origin_kind") == "document":
                above = {"document"}
            for name in above:
                shown = "document" if column.name == "origin_id" else column.name.removesuffix("_id")
                found[shown] = self.known[name].get(row[column.name], "")
        return found


@dataclass(frozen=True)
class _List:
    """One list: its entry, its table, the key that says of which document (or task) each row is."""

    entry: str
    table: Table
    of: str
    #: What the table for people has, by key; the word of each column is ``package.column.<key>``.
    shown: tuple[str, ...]
    #: Where the words for a code are, by key.
    words: Mapping[str, str] = field(default_factory=dict)


_STATES = {"state": "task.state", "outcome": "task.outcome", "role": "task.role", "kind": "task.report"}
_DOCUMENTS = (
    _List(
        "van-ban/y-kien-chi-dao",
        table_of(Directive),
        "document_id",
        ("document", "created_at", "author", "acting_for", "text", "due_date"),
    ),
    _List(
        "van-ban/lien-quan",
        table_of(DocumentLink),
        "from_id",
        ("from", "relation", "to"),
        {"relation": "document.relation"},
    ),
    _List(
        "van-ban/noi-nhan",
        table_of(Dispatch),
        "document_id",
        ("document", "receiver_name", "purpose", "channel", "state", "sent_at", "received_at", "answered_at"),
        {"purpose": "dispatch.purpose", "channel": "document.channel", "state": "dispatch.state"},
    ),
    _List(
        "van-ban/ban-du-thao",
        table_of(DraftVersion),
        "document_id",
        ("document", "seq", "at", "author", "note"),
    ),
    _List(
        "van-ban/y-kien-du-thao",
        table_of(DraftOpinion),
        "document_id",
        ("document", "seq", "at", "author", "acting_for", "act", "text"),
        {"act": "act.document"},
    ),
)
_TASK_COLUMNS = ("code", "title", "document", "assigner", "directive", "due_date", "state", "progress")
_TASKS = _List(
    "nhiem-vu/nhiem-vu",
    table_of(Task),
    "id",
    (*_TASK_COLUMNS, "finished_at", "outcome", "late_days"),
    _STATES,
)
_OF_TASKS = (
    _List(
        "nhiem-vu/don-vi",
        table_of(TaskParty),
        "task_id",
        ("task", "role", "unit", "user", "due_date", "finished_at", "outcome"),
        _STATES,
    ),
    _List(
        "nhiem-vu/bao-cao",
        table_of(TaskReport),
        "task_id",
        ("task", "at", "author", "kind", "progress", "text", "waiting_for"),
        _STATES,
    ),
    _List(
        "nhiem-vu/gia-han",
        table_of(TaskExtension),
        "task_id",
        ("task", "asked_at", "asked_by", "old_due_date", "new_due_date", "reason", "state", "note"),
        {"state": "task.extension"},
    ),
)
_CATALOGUES = (
    ("loai-van-ban", table_of(DocKind)),
    ("co-quan-ngoai", table_of(Party)),
    ("linh-vuc", table_of(WorkField)),
    ("cau-chi-dao", table_of(Phrase)),
)


def names_of(org_id: int) -> Names:
    """The names of people, units, kinds, agencies and fields of work."""
    columns = {
        "user": (User.id, User.full_name, None),
        "unit": (Unit.id, Unit.name, None),
        "doc_kind": (DocKind.id, DocKind.name, DocKind.org_id),
        "party": (Party.id, Party.name, Party.org_id),
        "work_field": (WorkField.id, WorkField.name, WorkField.org_id),
    }
    known: dict[str, dict[int, str]] = {}
    for name, (key, words, org) in columns.items():
        query = select(key, words) if org is None else select(key, words).where(org == org_id)
        known[name] = dict(db.session().execute(query).all())
    return Names(known)


def write_catalogues(package: Package, org_id: int, actor: Actor | None, names: Names) -> None:
    """Put kinds, agencies outside, fields of work and sentences of direction in; sentences of others not."""
    for name, table in _CATALOGUES:
        query = select(*table.c).where(table.c.org_id == org_id)
        if "owner_id" in table.c and actor is not None:
            query = query.where(or_(table.c.owner_id.is_(None), table.c.owner_id == actor.id))
        package.add_lines(f"danh-muc/{name}.jsonl", (names.named(table, row) for row in _rows(query)))


def write_acts(
    package: Package, org_id: int, actor: Actor | None, names: Names, visible: Collection[int]
) -> dict[str, int]:
    """Put directions, ties, receivers, opinions and tasks of the documents in; returns how many tasks.

    :param actor: ``None`` sees all of them.
    """
    for one in _DOCUMENTS:
        query = select(*one.table.c).where(one.table.c.org_id == org_id).order_by(one.table.c.id)
        if one.table.name == "directive" and actor is not None:
            # What was taken back was never given; what still can be, only its author sees.
            given = or_(Directive.release_at <= clock.now(), Directive.author_id == actor.id)
            query = query.where(Directive.undone_at.is_(None), given)
        _write(package, one, query, names, visible)
    of_documents = and_(Task.org_id == org_id, Task.origin_kind == "document")
    query = select(*_TASKS.table.c).where(of_documents).order_by(Task.id)
    seen = _tasks_seen(of_documents, actor, visible)
    names.known["task"] = seen
    _write(package, _TASKS, query, names, seen)
    for one in _OF_TASKS:
        hangs = one.table.c.task_id.in_(select(Task.id).where(of_documents))
        _write(package, one, select(*one.table.c).where(hangs).order_by(one.table.c.id), names, seen)
    return {"tasks": len(seen)}


def _tasks_seen(
    of_documents: ColumnElement[bool], actor: Actor | None, visible: Collection[int]
) -> dict[int, str]:
    """Codes of the tasks on documents in the package; of restricted ones those that the actor may see."""
    query = select(Task.id, Task.code, Task.origin_id).where(of_documents)
    if actor is not None:
        is_open = and_(tasks.released(), Task.is_restricted.is_(False))
        query = query.where(or_(is_open, tasks.visible_to(actor)))
    return {key: code for key, code, document in db.session().execute(query) if document in visible}


def _write(package: Package, one: _List, query: Select[Any], names: Names, visible: Collection[int]) -> None:
    def rows() -> Iterator[dict[str, Any]]:
        for row in _rows(query):
            # A tie says something of two documents.
            if row[one.of] in visible and row.get("to_id", row[one.of]) in visible:
                yield names.named(one.table, row)

    package.add_lines(f"{one.entry}.jsonl", rows())
    heads = [label(f"package.column.{key}") for key in one.shown]
    package.add_csv(
        f"{one.entry}.csv", heads, ([_cell(one, row, key) for key in one.shown] for row in rows())
    )


def _rows(query: Select[Any]) -> Iterator[Mapping[str, Any]]:
    for row in db.session().execute(query.execution_options(yield_per=1000)):
        yield dict(row._mapping)


def _cell(one: _List, row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if isinstance(value, Enum):
        value = value.value
    if key in one.words and has_label(f"{one.words[key]}.{value}"):
        return label(f"{one.words[key]}.{value}")
    return plain(value)


def plain(value: Any) -> str:
    """A value as a table for people has it."""
    if isinstance(value, datetime):
        return f"{clock.local(value):%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value)
