"""Taking back: a number struck out with a leader's consent, an issued document recalled by order."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from documents.events import DispatchChanged
from documents.formats.symbols import symbol_key
from documents.models.dispatch import STATUS_CODES, Dispatch, DispatchState
from documents.models.document import Document, DocumentLink, Relation
from documents.models.lifecycle import Direction, DocEvent, DocState
from documents.models.register import EntryState
from documents.permissions import To, access_document, visible_to
from documents.services import numbering, statuses
from documents.services.moving import move, need_reason, require, tell, touch
from documents.services.secrecy import refuse_marks
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid
from intranet.core.labels import label
from intranet.core.text import one_line
from intranet.notices import services as notices
from intranet.people import directory
from intranet.people.models import Role
from intranet.records import audit

#: As many are offered as orders of a recall; longest code of one that is in no register here.
_OFFERED, _CODE_MAX = 12, 45
#: So much of a reason leaves room for the order in the note of a line.
_REASON_MAX = 420


@dataclass(frozen=True)
class Order:
    """The document by which another is recalled (văn bản thu hồi).

    :param day: needed only of one that is not in the system.
    """

    code: str = ""
    day: date | None = None


def ask_cancel(actor: Actor, document_id: int, reason: str) -> None:
    """The clerk asks a leader to let a number be struck out.

    :raises Invalid: ``document.reason_too_short``.
    :raises BadState: ``document.wrong_state``.
    """
    said = need_reason(reason)
    with db.unit_of_work():
        document = access_document(actor, document_id, To.CANCEL, lock=True)
        require(document, DocEvent.CANCEL)
        _ask(actor, document, "cancel", said)
        leaders = directory.ids_with_role(document.org_id, Role.LEADER)
        notices.notify(leaders, "document.cancel_asked", document.ref, by=actor)


def consent_cancel(actor: Actor, document_id: int) -> None:
    """The leader consents: the number stays in the register, struck out; the document is frozen.

    :raises BadState: ``document.nothing_asked``, ``document.wrong_state``.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.CONSENT, lock=True)
        asked = _asked(document, "cancel")
        if document.entry is None:
            raise BadState("document.nothing_asked")
        move(actor, document, DocEvent.CANCEL, reason=asked["reason"])
        document.request = None
        numbering.cancel(actor, document.entry, asked["reason"])
        notices.notify([asked["by"]], "document.cancelled", document.ref, by=actor)


def order_recall(actor: Actor, document_id: int, reason: str, order: Order | None = None) -> None:
    """The leader decides that an issued document is recalled; the clerk carries it out.

    :param order: the recalling document, where it is issued already; else the clerk names it.
    :raises Invalid: ``document.reason_too_short``, ``recall.order_unknown``, ``document.date_in_future``.
    :raises BadState: ``document.wrong_state``.
    """
    said = need_reason(reason)
    refuse_marks(actor, reason=said, order_code=order.code if order is not None else "")
    with db.unit_of_work():
        document = access_document(actor, document_id, To.DECIDE_RECALL, lock=True)
        require(document, DocEvent.RECALL)
        named = _named(actor, document, order) if order is not None and order.code.strip() else None
        _ask(actor, document, "recall", said, named)
        clerks = directory.ids_with_role(document.org_id, Role.CLERK)
        notices.notify(clerks, "document.recall_ordered", document.ref, by=actor)


def refuse_request(actor: Actor, document_id: int) -> None:
    """The leader withdraws an order, or does not consent to what the clerk asked.

    :raises BadState: ``document.nothing_asked``.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.CONSENT, lock=True)
        if not document.request:
            raise BadState("document.nothing_asked")
        document.request = None
        touch(document)
        audit.record(actor, "document.request_refused", document)
        tell(document)


def recall(actor: Actor, document_id: int, order: Order | None = None) -> None:
    """The clerk recalls a document on the leader's order; receivers of the installation are asked.

    :param order: the recalling document; that which the leader named, where it is left out.
    :raises Invalid: ``recall.no_order``, ``recall.order_unknown``, ``document.date_in_future``.
    :raises BadState: ``document.nothing_asked``, ``document.wrong_state``.
    """
    refuse_marks(actor, order_code=order.code if order is not None else "")
    with db.unit_of_work() as session:
        document = access_document(actor, document_id, To.RECALL, lock=True)
        asked = _asked(document, "recall")
        named = asked.get("order")
        if order is not None and order.code.strip():
            named = _named(actor, document, order)
        if not named:
            raise Invalid("recall.no_order", field="order_code")
        words = _words(named)
        move(actor, document, DocEvent.RECALL, reason=asked["reason"], order=words)
        document.request = None
        if named["id"] is not None:
            _tie(named["id"], document)
        lines = session.scalars(select(Dispatch).where(Dispatch.document_id == document.id))
        for line in lines.all():
            _ask_receiver(actor, line)
        if document.entry is not None:
            said = label("document.recalled_by", reason=asked["reason"][:_REASON_MAX], order=words)
            numbering.mark_recalled(actor, document.entry, said)


def orders_for(actor: Actor, document: Document) -> list[Document]:
    """The agency's documents issued last, of which one may order the recall, newest first."""
    query = _issued(actor, document).order_by(Document.register_entry_id.desc()).limit(_OFFERED)
    return list(db.session().scalars(query))


def answer_recall(actor: Actor, document_id: int, *, agree: bool) -> None:
    """The clerk of the receiving agency answers a recall; agreeing locks the content.

    :raises BadState: ``document.nothing_asked``, ``document.wrong_state``.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.RECALL, lock=True)
        if document.recall_asked_at is None:
            raise BadState("document.nothing_asked")
        document.recall_asked_at = None
        if agree:
            move(actor, document, DocEvent.RECALL)
            _strike(actor, document, label("document.recall_agreed"))
            statuses.answer_sender(actor, document, DispatchState.RECALL_AGREED)
        else:
            touch(document)
            audit.record(actor, "document.recall_refused", document)
            statuses.answer_sender(actor, document, DispatchState.RECALL_REFUSED)
            tell(document)


def note_recall(actor: Actor, document_id: int, reason: str, recall_code: str = "") -> None:
    """The clerk notes that the issuer of an incoming document recalled it: its content is locked.

    :param recall_code: number and symbol of the recalling document, where it was registered.
    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises Invalid: ``document.reason_too_short``, ``document.no_such_code``.
    :raises BadState: ``document.wrong_state``.
    """
    said = need_reason(reason)
    refuse_marks(actor, reason=said)
    with db.unit_of_work() as session:
        document = access_document(actor, document_id, To.RECALL, lock=True)
        if not document.is_incoming:
            raise BadState("document.wrong_state", state=document.state.value)
        require(document, DocEvent.RECALL)
        if recall_code.strip():
            order = session.scalar(
                select(Document)
                .where(
                    Document.org_id == document.org_id,
                    Document.direction == Direction.IN,
                    Document.id != document.id,
                    Document.symbol_key == symbol_key(recall_code)[:80],
                    visible_to(actor),
                )
                .order_by(Document.id.desc())
                .limit(1)
            )
            if order is None:
                raise Invalid("document.no_such_code", field="recall_code", given=recall_code.strip()[:45])
            _tie(order.id, document)
        move(actor, document, DocEvent.RECALL, reason=said)
        document.recall_asked_at = None
        _strike(actor, document, said)
        statuses.answer_sender(actor, document, DispatchState.RECALL_AGREED)
        if document.lead_unit_id is not None:
            told = directory.receivers_of(document.lead_unit_id)
            notices.notify(told, "document.recall_noted", document.ref, by=actor)


def _named(actor: Actor, document: Document, order: Order) -> dict[str, Any]:
    """The recalling document as the request keeps it: one of the agency's own, else its number and day."""
    code, day = one_line(order.code)[:_CODE_MAX], order.day
    query = _issued(actor, document).where(Document.symbol_key == symbol_key(code)[:80])
    if day is not None:
        query = query.where(Document.doc_date == day)
    found = db.session().scalar(query.order_by(Document.id.desc()).limit(1))
    if found is not None and found.doc_date is not None:
        return {"id": found.id, "code": found.code, "day": found.doc_date.isoformat()}
    if day is None:
        raise Invalid("recall.order_unknown", field="order_code", given=code)
    if day > clock.today():
        raise Invalid("document.date_in_future", field="order_day")
    return {"id": None, "code": code, "day": day.isoformat()}


def _words(order: dict[str, Any]) -> str:
    return label("document.order", number=order["code"], day=f"{date.fromisoformat(order['day']):%d/%m/%Y}")


def _issued(actor: Actor, document: Document) -> Select[Document]:
    return select(Document).where(
        Document.org_id == document.org_id,
        Document.direction == Direction.OUT,
        Document.state == DocState.ISSUED,
        Document.id != document.id,
        visible_to(actor),
    )


def _tie(order_id: int, document: Document) -> None:
    link = DocumentLink(from_id=order_id, to_id=document.id, relation=Relation.RECALLS)
    link.org_id = document.org_id
    db.session().add(link)


def _strike(actor: Actor, document: Document, reason: str) -> None:
    """Note on the line of a recalled document that it was recalled."""
    if document.entry is not None and document.entry.state is EntryState.USED:
        numbering.mark_recalled(actor, document.entry, reason)


def _ask(
    actor: Actor, document: Document, what: str, reason: str, order: dict[str, Any] | None = None
) -> None:
    document.request = {
        "kind": what,
        "reason": reason,
        "by": actor.id,
        "at": clock.now().isoformat(),
        "order": order,
    }
    touch(document)
    audit.record(
        actor, f"document.{what}_asked", document, reason=reason, order=_words(order) if order else None
    )
    tell(document)


def _asked(document: Document, what: str) -> dict[str, Any]:
    if not document.request or document.request.get("kind") != what:
        raise BadState("document.nothing_asked")
    return document.request


def _ask_receiver(actor: Actor, line: Dispatch) -> None:
    line.state = DispatchState.RECALL_ASKED
    line.status_code = STATUS_CODES[DispatchState.RECALL_ASKED]
    db.publish(DispatchChanged(line.id, line.document_id, line.state.value))
    if line.received_document_id is None:
        return
    with db.across_orgs("recalling a document from another agency"):
        there = db.session().get(Document, line.received_document_id)
        if there is None:
            return
        there.recall_asked_at = clock.now()
        touch(there)
        audit.record(actor, "document.recall_asked", there, org_id=there.org_id)
        clerks = directory.ids_with_role(there.org_id, Role.CLERK)
        notices.notify(clerks, "document.recall_asked", there.ref, by=actor)
        tell(there)
