"""Which notices of documents belong together for those who choose, and which titles may leave the house."""

from sqlalchemy import Select, select

from documents.models.document import AccessLevel, Document, Urgency
from intranet.core import db
from intranet.notices import channels, quiet

_EVENTS = {
    "document": (
        "presented",
        "presented_urgent",
        "made_urgent",
        "to_know",
        "given_back",
        "arrived",
        "unseen",
        "double",
        "due_moved",
    ),
    "signing": ("submitted", "to_check_layout", "to_sign", "signed", "issued"),
    "returned": ("draft_returned",),
    "recall": ("cancel_asked", "cancelled", "recall_ordered", "recall_asked", "recall_noted"),
}


def classify() -> None:
    """Make it known."""
    for event, kinds in _EVENTS.items():
        channels.classify(event, *(f"document.{kind}" for kind in kinds))
    channels.classify("access", "access.*")
    channels.classify("document", "search.*")
    channels.classify("register", "number.*", "copy.*", "register.*")
    channels.let_leave("document", _may_leave)
    quiet.let_through("document", _flash)


def _flash() -> Select[int]:
    """Documents that were sent as flash ("hỏa tốc")."""
    return select(Document.id).where(Document.urgency >= Urgency.FLASH)


def _may_leave(document_id: int) -> bool:
    """Of a restricted document nothing leaves but its kind and number."""
    document = db.session().get(Document, document_id)
    return document is not None and document.access_level is not AccessLevel.NAMED
