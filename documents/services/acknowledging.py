"""Who signed for an incoming document that was handed on (ký nhận): by opening its task, or on paper."""

from datetime import date
from typing import Any

from documents.models.document import Document
from documents.models.lifecycle import Direction, DocState
from documents.permissions import To, access_document
from documents.services.moving import need_version, tell, touch
from documents.services.secrecy import refuse_marks
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid
from intranet.people import directory
from intranet.records import audit
from intranet.tasks.models import Task

_GONE = (DocState.MERGED, DocState.RETURNED, DocState.RECALLED, DocState.CANCELLED)


def may_be_signed_for(document: Document) -> bool:
    """True for what came, was handed on and is still here."""
    is_handed_on = document.direction is Direction.IN and document.forwarded_at is not None
    return is_handed_on and document.state not in _GONE


def sign_for(actor: Actor, document_id: int, name: str, on: date, *, version: int | None = None) -> None:
    """Write down who signed for the paper, and when; what stood there before is in the log.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``document.wrong_state``.
    :raises Stale: ``document.changed``.
    :raises Invalid: ``document.receipt_day``, ``document.secret_mark``.
    """
    refuse_marks(actor, name=name)
    with db.unit_of_work():
        document = access_document(actor, document_id, To.TRANSFER, lock=True)
        need_version(document, version)
        if document.forwarded_at is None or not may_be_signed_for(document):
            raise BadState("document.wrong_state", state=document.state.value)
        first = clock.local(document.forwarded_at).date()
        if not first <= on <= clock.today():
            raise Invalid("document.receipt_day", field="on", first=f"{first:%d/%m/%Y}")
        was = document.receiver_ack
        document.receiver_ack = _ack(name, on)
        touch(document)
        audit.record(actor, "document.receipt_signed", document, name=name, on=on.isoformat(), was=was)
        tell(document, actor)


def note_opened(document: Document, task: Task) -> None:
    """Whoever of the lead opened its task first has received it, where nobody signed on paper."""
    lead = task.lead
    if document.receiver_ack or lead.seen_by_id is None or lead.seen_at is None:
        return
    name = directory.people([lead.seen_by_id])[lead.seen_by_id].full_name
    document.receiver_ack = _ack(name, clock.local(lead.seen_at).date())


def _ack(name: str, on: date) -> dict[str, Any]:
    return {"name": name, "on": on.isoformat()}
