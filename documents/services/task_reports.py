"""What is reported on the tasks of a document, as far as its index of words may have it.

Who reads a document does not read every task of it: the clerk does not, nor does a unit that was told. So
only reports on tasks of the document's own agency that are not restricted are here, and the search looks for
their words only for whoever reads all of these: all of the agency's
(:func:`documents.permissions.reads_reports`), or all on that document (``reported.py``).
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, and_, or_, select

from documents.models.document import AccessLevel, Document
from intranet.core import db
from intranet.core.dialect import table_of
from intranet.records.models import File, Reading
from intranet.tasks.models import ReportKind, Task, TaskReport
from intranet.tasks.permissions import released

#: Kind of the record that owns a report's files.
KIND = "task_report"
#: Characters of what is reported on one document.
_MOST = 40_000

_task, _report = table_of(Task), table_of(TaskReport)


def text_of(document_id: int) -> str:
    """The reports that hold, the newest first, each with the texts of its files; asks no rights."""
    opened = db.session()
    # A result that was taken back or returned no longer holds.
    holds = and_(Task.finished_at.is_not(None), TaskReport.at >= Task.finished_at)
    given = (
        select(TaskReport.id, TaskReport.text, TaskReport.waiting_for)
        .join(Task, Task.id == TaskReport.task_id)
        .join(Document, and_(Task.origin_kind == "document", Document.id == Task.origin_id))
        .where(
            Document.id == document_id,
            Document.access_level != AccessLevel.NAMED,
            Task.org_id == Document.org_id,
            Task.is_restricted.is_(False),
            released(),
            or_(TaskReport.kind != ReportKind.FINISHED, holds),
        )
    )
    rows = opened.execute(given.order_by(TaskReport.id.desc())).all()
    if not rows:
        return ""
    files = (
        select(File.ref_id, Reading.text)
        .join(Reading, Reading.sha256 == File.sha256)
        .where(File.ref_kind == KIND, File.ref_id.in_([row.id for row in rows]))
    )
    found: dict[int, list[str]] = {row.id: [row.text, row.waiting_for] for row in rows}
    for key, text in opened.execute(files.order_by(File.order, File.id)):
        found[key].append(text)
    return "\n".join(one for texts in found.values() for one in texts if one.strip())[:_MOST]


def documents(
    task_ids: Collection[int] | None = None, report_ids: Collection[int] = ()
) -> Select[tuple[Any]]:
    """Keys of the documents behind these tasks and reports; behind all reports when no tasks are given."""
    query = select(_task.c.origin_id).where(_task.c.origin_kind == "document")
    if task_ids is None:
        return query.where(_task.c.id.in_(select(_report.c.task_id)))
    of_reports = select(_report.c.task_id).where(_report.c.id.in_(report_ids))
    return query.where(or_(_task.c.id.in_(task_ids), _task.c.id.in_(of_reports)))
