"""Stays of documents that moved before stays were noted, read out of the log of acts.

Asked for once, by the migration; a document of which all was noted is left alone.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from documents.models.document import Document
from documents.models.lifecycle import DocEvent, DocState, leads_to
from documents.models.stay import DocumentStay
from documents.services.stays import TAKEN_BACK
from intranet.boards.waiting import OfficeMinutes
from intranet.core import db
from intranet.core.jobs import enqueue
from intranet.notices import workdays
from intranet.records.models import AuditLine

JOB = "documents.old_stays"
#: Documents of one unit of work, and seconds of one job; the next one goes on from there.
_BATCH, _SECONDS = 200, 20.0
_ACTS = {f"document.{event.value}": event for event in DocEvent}


@dataclass
class Stay:
    """A stay as the log tells it."""

    state: DocState
    entered_at: datetime
    by_id: int | None = None
    left_at: datetime | None = None


def fill(after: int = 0) -> dict[str, int]:
    """Write the stays of documents from behind an id on; goes on in another job when it takes long.

    :returns: how many documents were looked at, and how many of them got other stays.
    """
    until, seen, written = time.monotonic() + _SECONDS, 0, 0
    while time.monotonic() < until:
        with db.unit_of_work():
            documents = _next_ones(after)
            written += _write(documents)
        seen += len(documents)
        if len(documents) < _BATCH:
            return {"seen": seen, "written": written}
        after = documents[-1].id
    enqueue(JOB, str(after), {"after": after})
    return {"seen": seen, "written": written}


def replay(document: Document, moves: Iterable[AuditLine]) -> list[Stay]:
    """The stays that the moves of a document tell, the present one last; none when they do not lead to it."""
    found: list[Stay] = []
    for line in moves:
        was = DocState(line.data["was"])
        target = leads_to(document.direction, was, _ACTS[line.act])
        if not found:
            found.append(Stay(was, document.created_at))
        if target is None or target is found[-1].state:
            continue
        present, before = found[-1], found[-2] if len(found) > 1 else None
        if before is not None and before.state is target and line.at - present.entered_at < TAKEN_BACK:
            before.left_at = None
            found.pop()
            continue
        present.left_at = line.at
        found.append(Stay(target, line.at, line.actor_id))
    return found if found and found[-1].state is document.state else []


def _next_ones(after: int) -> Sequence[Document]:
    query = select(Document).where(Document.id > after).order_by(Document.id).limit(_BATCH)
    return db.session().scalars(query.with_for_update(of=Document)).unique().all()


def _write(documents: Sequence[Document]) -> int:
    """Put right the stays of those documents whose log tells more of them; returns how many."""
    session, ids = db.session(), [document.id for document in documents]
    moves: dict[int, list[AuditLine]] = defaultdict(list)
    told = select(AuditLine).where(
        AuditLine.ref_kind == "document", AuditLine.ref_id.in_(ids), AuditLine.act.in_(_ACTS)
    )
    for line in session.scalars(told.order_by(AuditLine.id)):
        if "was" in line.data:
            moves[line.ref_id].append(line)
    noted: dict[int, list[DocumentStay]] = defaultdict(list)
    kept = select(DocumentStay).where(DocumentStay.document_id.in_(ids)).order_by(DocumentStay.id)
    for row in session.scalars(kept):
        noted[row.document_id].append(row)
    office, changed = OfficeMinutes(workdays.calendar()), 0
    for document in documents:
        stays, rows = replay(document, moves[document.id]), noted[document.id]
        if len(stays) <= len(rows):
            continue
        session.execute(delete(DocumentStay).where(DocumentStay.document_id == document.id))
        session.add_all(
            DocumentStay(
                org_id=document.org_id,
                document_id=document.id,
                state=stay.state,
                entered_at=stay.entered_at,
                late_from=workdays.late_from(stay.entered_at),
                left_at=stay.left_at,
                minutes=None if stay.left_at is None else office.between(stay.entered_at, stay.left_at),
                by_id=stay.by_id,
            )
            for stay in stays
        )
        # One after the other: the newest stay is the one with the highest number.
        session.flush()
        changed += 1
    return changed
