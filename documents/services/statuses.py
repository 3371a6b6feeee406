"""How far a document got, told to the agency of this installation that sent it."""

from sqlalchemy import select

from documents.events import DispatchChanged
from documents.models.dispatch import STATUS_CODES, Dispatch, DispatchState
from documents.models.document import Document
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.refs import Ref
from intranet.records import audit

#: An answer never goes back along this line.
_LINE = (
    DispatchState.QUEUED,
    DispatchState.SENT,
    DispatchState.ARRIVED,
    DispatchState.RECEIVED,
    DispatchState.ASSIGNED,
    DispatchState.PROCESSING,
    DispatchState.FINISHED,
)


def answer_sender(actor: Actor | None, document: Document, state: DispatchState) -> None:
    """Put the state of a received document on its sender's board, in the open unit of work.

    Nothing happens for a document that came from outside.
    """
    if document.source_document_id is None:
        return
    with db.across_orgs("telling the sender how far its document got"):
        # Sent twice to one agency it is one document there: both lines hear of it.
        lines = select(Dispatch).where(Dispatch.received_document_id == document.id).order_by(Dispatch.id)
        for line in db.session().scalars(lines.with_for_update()).all():
            if _goes_on(line.state, state):
                _answer(actor, line, state)


def _answer(actor: Actor | None, line: Dispatch, state: DispatchState) -> None:
    line.state = state
    line.status_code = STATUS_CODES.get(state, line.status_code)
    line.answered_at = clock.now()
    if state is DispatchState.RECEIVED:
        line.received_at = clock.now()
    db.session().flush()
    audit.record(
        actor,
        "dispatch.answered",
        Ref("document", line.document_id),
        org_id=line.org_id,
        dispatch=line.id,
        state=state.value,
    )
    db.publish(DispatchChanged(line.id, line.document_id, state.value))


def _goes_on(was: DispatchState, now: DispatchState) -> bool:
    if was in _LINE and now in _LINE:
        return _LINE.index(now) > _LINE.index(was)
    if now in (DispatchState.RECALL_AGREED, DispatchState.RECALL_REFUSED):
        return was is DispatchState.RECALL_ASKED
    return was in _LINE
