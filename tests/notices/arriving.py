"""Documents for tests of what is told about them."""

from datetime import datetime

from documents.models.document import Document, Urgency
from documents.models.lifecycle import Direction, DocState
from intranet.core import db
from tests.factories import Office


def arrive(office: Office, at: datetime, urgency: Urgency = Urgency.NORMAL) -> int:
    """A document that came in and nobody presented."""
    with db.unit_of_work() as session:
        row = Document(
            org_id=office.org.id,
            direction=Direction.IN,
            state=DocState.REGISTERED,
            subject="Về việc báo cáo",
            urgency=urgency,
            created_by_id=office.clerk.id,
            created_at=at,
        )
        session.add(row)
        session.flush()
        return row.id
