"""One grant of a number, as the tests of numbering and their processes do it."""

from datetime import date

from documents.models.document import Document
from documents.models.lifecycle import Direction, DocState
from documents.services import numbering
from intranet.core import clock, db
from intranet.people.models import User


def grant(actor: User, register_id: int, day: date | None = None, *, fail: bool = False) -> int:
    """Make a document and give it a number in one transaction; optionally fail after the grant."""
    with db.unit_of_work() as session:
        document = Document(
            org_id=actor.org_id,
            direction=Direction.OUT,
            state=DocState.NUMBERED,
            subject="Văn bản",
            created_by_id=actor.id,
            created_at=clock.now(),
        )
        session.add(document)
        session.flush()
        when = day or clock.today()
        entry = numbering.grant(
            actor,
            numbering.register_of(register_id),
            year=when.year,
            entry_date=when,
            document_id=document.id,
            snapshot={"subject": document.subject},
        )
        if fail:
            raise RuntimeError("after the grant")
        return entry.number
