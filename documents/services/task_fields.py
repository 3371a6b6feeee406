"""The report on tasks by field of work: a task is about what the document behind it is about."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, not_, select

from documents.models.catalogue import WorkField
from documents.models.document import Document
from intranet.core import db
from intranet.core.labels import label
from intranet.tasks.models import Task
from intranet.tasks.report import Grouping


def by_field() -> Grouping:
    """Rows by field; tasks from elsewhere, and those whose document has none, stand in the last one."""
    return Grouping("field", _join, Document.field_id, names, label("report.no_field"), _row)


def names(keys: Sequence[int]) -> dict[int, str]:
    """Names of fields by their ids."""
    rows = db.session().execute(select(WorkField.id, WorkField.name).where(WorkField.id.in_(keys)))
    return {row[0]: row[1] for row in rows}


def _join(query: Select[Any]) -> Select[Any]:
    behind = and_(Task.origin_kind == "document", Document.id == Task.origin_id)
    return query.outerjoin(Document, behind)


def _row(key: str) -> ColumnElement[bool]:
    if key == "-":
        return not_(_about(Document.field_id.is_not(None)))
    return _about(Document.field_id == (int(key) if key.isdigit() and len(key) < 10 else 0))


def _about(what: ColumnElement[bool]) -> ColumnElement[bool]:
    behind = select(Document.id).where(Document.id == Task.origin_id, Task.origin_kind == "document", what)
    return behind.exists()
