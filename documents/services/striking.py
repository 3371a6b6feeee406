"""Striking an arrival number out: the line stays with its reason, the document is closed (rule N7)."""

from documents.models.document import Document
from documents.models.lifecycle import DocEvent
from documents.models.register import EntryState, RegisterEntry, RegisterKind
from documents.permissions import To, access_document
from documents.services import numbering
from documents.services.moving import move, require
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import BadState
from intranet.notices import services as notices

_TOLD = ("document.presented", "document.presented_urgent", "document.made_urgent")


def strikable(actor: Actor, entry: RegisterEntry) -> Document:
    """The document of an incoming line that may be struck out: nobody works on it yet.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``register.entry_not_used``, ``register.struck_too_late``.
    """
    is_incoming = entry.register.direction is RegisterKind.IN
    if not is_incoming or entry.document_id is None or entry.state is not EntryState.USED:
        raise BadState("register.entry_not_used")
    document = access_document(actor, entry.document_id, To.CANCEL)
    _need_unworked(document)
    return document


def strike(actor: Actor, entry: RegisterEntry, reason: str) -> None:
    """Strike the line out and close its document, in the open unit of work; who may has been asked.

    :raises BadState: ``register.entry_not_used``, ``register.struck_too_late``.
    :raises Invalid: ``register.reason_too_short``.
    """
    document = db.session().get_one(Document, entry.document_id, with_for_update={"of": Document})
    _need_unworked(document)
    move(actor, document, DocEvent.STRIKE, reason=reason)
    for kind in _TOLD:
        notices.withdraw(document.ref, kind)
    numbering.cancel(actor, entry, reason)


def _need_unworked(document: Document) -> None:
    try:
        require(document, DocEvent.STRIKE)
    except BadState as refusal:
        raise BadState("register.struck_too_late", **refusal.data) from refusal
