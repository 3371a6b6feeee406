"""What of documents lies on the clerk's desk: not presented, not numbered, not sent."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from documents.models.document import Document, Urgency
from documents.models.lifecycle import Direction, DocState
from documents.models.register import RegisterEntry
from intranet.core import db
from intranet.core.refs import Ref
from intranet.notices import duties
from intranet.notices.duties import Duty, Lying

#: An urgent document is put before a leader within these minutes.
URGENT_WITHIN = timedelta(minutes=30)


def register() -> None:
    """Let the clerk's office be reminded of them."""
    duties.register(Duty("unpresented", _unpresented))
    duties.register(Duty("urgent", _urgent, within=URGENT_WITHIN))
    duties.register(Duty("unnumbered", _unnumbered))
    duties.register(Duty("unsent", _unsent))


def _unpresented(first: datetime, until: datetime) -> Iterable[Lying]:
    return _incoming(first, until, Document.urgency == Urgency.NORMAL)


def _urgent(first: datetime, until: datetime) -> Iterable[Lying]:
    return _incoming(first, until, Document.urgency > Urgency.NORMAL)


def _incoming(first: datetime, until: datetime, which: ColumnElement[bool]) -> Iterable[Lying]:
    query = select(Document.id, Document.org_id, Document.created_at, Document.urgency).where(
        Document.direction == Direction.IN,
        Document.state.in_((DocState.RECEIVED, DocState.REGISTERED)),
        Document.created_at.between(first, until),
        which,
    )
    return [
        Lying(Ref("document", row.id), row.org_id, row.created_at, row.urgency >= Urgency.FLASH)
        for row in db.session().execute(query.order_by(Document.id))
    ]


def _unnumbered(first: datetime, until: datetime) -> Iterable[Lying]:
    query = select(Document.id, Document.org_id, Document.signature).where(
        Document.direction == Direction.OUT, Document.state == DocState.SIGNED
    )
    signed = [
        Lying(Ref("document", row.id), row.org_id, datetime.fromisoformat(row.signature["at"]))
        for row in db.session().execute(query.order_by(Document.id))
        if row.signature
    ]
    return [one for one in signed if first <= one.since < until]


def _unsent(first: datetime, until: datetime) -> Iterable[Lying]:
    query = (
        select(Document.id, Document.org_id, RegisterEntry.created_at)
        .join(RegisterEntry, RegisterEntry.id == Document.register_entry_id)
        .where(
            Document.direction == Direction.OUT,
            Document.state.in_((DocState.NUMBERED, DocState.SEALED)),
            RegisterEntry.created_at.between(first, until),
        )
    )
    return [
        Lying(Ref("document", row.id), row.org_id, row.created_at)
        for row in db.session().execute(query.order_by(Document.id))
    ]
