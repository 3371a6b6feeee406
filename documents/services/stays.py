"""Noting when a document enters a state and leaves it, within the unit of work that moves it."""

from datetime import timedelta

from sqlalchemy import select

from documents.models.document import Document
from documents.models.stay import DocumentStay
from intranet.boards.waiting import OfficeMinutes
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.notices import workdays

#: Who goes back within this time has taken the move back: the stay before goes on as if nothing had been.
TAKEN_BACK = timedelta(minutes=1)


def follow(document: Document, by: Actor | None = None) -> None:
    """Note where the document stands now, if it moved since the last note."""
    session = db.session()
    rows = session.scalars(
        select(DocumentStay)
        .where(DocumentStay.document_id == document.id)
        .order_by(DocumentStay.id.desc())
        .limit(2)
    ).all()
    now = clock.now()
    present = rows[0] if rows else None
    if present is not None and present.state is document.state:
        return
    if present is not None:
        before = rows[1] if len(rows) > 1 else None
        if before is not None and before.state is document.state and now - present.entered_at < TAKEN_BACK:
            before.left_at = before.minutes = None
            session.delete(present)
            return
        present.left_at = now
        present.minutes = OfficeMinutes(workdays.calendar()).between(present.entered_at, now)
    entered = document.created_at if present is None and _is_new(document) else now
    session.add(
        DocumentStay(
            org_id=document.org_id,
            document_id=document.id,
            state=document.state,
            entered_at=entered,
            late_from=workdays.late_from(entered),
            by_id=None if by is None else by.id,
        )
    )


def _is_new(document: Document) -> bool:
    return document.version <= 1
