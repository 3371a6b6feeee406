"""One door through which a document changes its state: the table says whether, the log says that it did."""

from typing import Any

from documents.events import DocumentMoved
from documents.models.document import Document
from documents.models.draft import DraftOpinion
from documents.models.lifecycle import DocEvent, leads_to
from documents.services import stays
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid, Stale
from intranet.records import audit

#: Reasons for returning, giving back, cancelling and recalling have at least so many characters.
REASON_MIN = 10


def move(
    actor: Actor | None, document: Document, event: DocEvent, *, reason: str | None = None, **data: Any
) -> None:
    """Let an event happen to the document, in the open unit of work.

    :raises BadState: ``document.wrong_state``, not from where it stands.
    """
    target = leads_to(document.direction, document.state, event)
    if target is None:
        raise BadState("document.wrong_state", state=document.state.value)
    was = document.state
    document.state = target
    if event in (DocEvent.GIVE_BACK, DocEvent.TAKE_BACK):
        document.receiver_ack = None
    touch(document)
    audit.record(actor, f"document.{event.value}", document, reason=reason, was=was.value, **data)
    tell(document, actor)


def require(document: Document, event: DocEvent) -> None:
    """Refuse early what :func:`move` would refuse.

    :raises BadState: ``document.wrong_state``.
    """
    if leads_to(document.direction, document.state, event) is None:
        raise BadState("document.wrong_state", state=document.state.value)


def touch(document: Document) -> None:
    """Note that the document changed: forms made before are out of date."""
    document.version += 1


def tell(document: Document, by: Actor | None = None) -> None:
    """Tell after commit that lists with this document are out of date, and note where it stands."""
    db.session().flush()
    stays.follow(document, by)
    db.publish(DocumentMoved(document.id, document.org_id, document.state.value))


def need_version(document: Document, version: int | None) -> None:
    """Refuse a form that was made from an older state of the document.

    :raises Stale: ``document.changed``.
    """
    if version is not None and document.version != version:
        raise Stale("document.changed", version=document.version)


def need_reason(reason: str, field: str = "reason") -> str:
    """The reason, tidy.

    :raises Invalid: ``document.reason_too_short``.
    """
    if len(reason.strip()) < REASON_MIN:
        raise Invalid("document.reason_too_short", field=field, least=REASON_MIN)
    return reason.strip()


def note_opinion(actor: Actor, document: Document, act: str, text: str, seq: int) -> None:
    """Keep what was said of a version of a draft, in the open unit of work."""
    db.session().add(
        DraftOpinion(
            org_id=document.org_id,
            document_id=document.id,
            seq=seq,
            act=act,
            author_id=actor.id,
            acting_for_id=actor.acting_for,
            at=clock.now(),
            text=text.strip(),
        )
    )
