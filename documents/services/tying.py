"""Documents tied to each other by hand: one answers, replaces, amends or corrects another, or is about it."""

from sqlalchemy import ColumnElement, Select, and_, or_, select

from documents.formats.symbols import symbol_key
from documents.models.document import Document, DocumentLink, Relation
from documents.models.lifecycle import DocState
from documents.models.register import RegisterEntry
from documents.permissions import To, access_document, may, readable, visible_to
from documents.services.moving import tell, touch
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid, NotFound
from intranet.records import audit

#: What is said by hand; a recall is an act of its own.
BY_HAND = (Relation.RELATED, Relation.REPLY, Relation.REPLACES, Relation.AMENDS, Relation.CORRECTS)
_FROZEN = (DocState.RETURNED, DocState.MERGED, DocState.RECALLED, DocState.CANCELLED)
_MOST = 12


def takes_ties(actor: Actor, document: Document) -> bool:
    """True when the actor may tie the document to others as it stands."""
    return document.state not in _FROZEN and may(actor, To.TIE, document)


def open_to(actor: Actor, document_id: int, *, lock: bool = False) -> Document:
    """The document that the actor may tie to others now.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``document.wrong_state``.
    """
    document = access_document(actor, document_id, To.TIE, lock=lock)
    if document.state in _FROZEN:
        raise BadState("document.wrong_state", state=document.state.value)
    return document


def named(actor: Actor, document: Document, code: str) -> list[Document]:
    """Other documents of the agency with that code, or that number in a register, newest first.

    What the actor may not read is not there.
    """
    key = symbol_key(code)[:80]
    if not key:
        return []
    meant: ColumnElement[bool] = Document.symbol_key == key
    if code.strip().isdigit() and len(code.strip()) < 10:
        lines = select(RegisterEntry.document_id).where(RegisterEntry.number == int(code))
        meant = or_(meant, Document.id.in_(lines))
    query = select(Document).where(
        meant,
        Document.org_id == document.org_id,
        Document.id != document.id,
        Document.state.not_in((DocState.RETURNED, DocState.MERGED)),
        visible_to(actor),
    )
    return list(db.session().scalars(query.order_by(Document.id.desc()).limit(_MOST)))


def tie(actor: Actor, document_id: int, other_id: int, relation: Relation) -> None:
    """Say what the document is to another one; both pages show it.

    :raises NotFound: ``document.missing``, either of the two.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``document.wrong_state``.
    :raises Invalid: ``document.tie_known``, ``document.tie_turned``, ``document.tie_same_way``,
        ``document.tie_by_hand``, ``document.merge_with_itself``.
    """
    if relation not in BY_HAND:
        raise Invalid("document.tie_by_hand", field="relation")
    with db.unit_of_work() as session:
        document = open_to(actor, document_id, lock=True)
        other = access_document(actor, other_id, To.READ)
        if other.id == document.id or other.org_id != document.org_id:
            raise NotFound("document.missing")
        if relation is Relation.REPLY and other.direction is document.direction:
            raise Invalid("document.tie_same_way", field="relation")
        known = {(row[0], row[1]) for row in session.execute(_between(document.id, other.id, relation))}
        if (document.id, other.id) in known or (known and relation is Relation.RELATED):
            raise Invalid("document.tie_known", field="code")
        if known:
            raise Invalid("document.tie_turned", field="relation")
        link = DocumentLink(from_id=document.id, to_id=other.id, relation=relation)
        link.org_id = document.org_id
        session.add(link)
        _note(actor, "document.tied", document, other, relation)


def untie(actor: Actor, document_id: int, link_id: int) -> None:
    """Take back what was said of two documents.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``document.wrong_state``, ``document.tie_missing``.
    """
    with db.unit_of_work() as session:
        document = open_to(actor, document_id, lock=True)
        link = session.scalar(
            select(DocumentLink).where(DocumentLink.id == link_id, DocumentLink.from_id == document.id)
        )
        other = readable(actor, [link.to_id] if link is not None else [])
        if link is None or link.relation not in BY_HAND or not other:
            raise BadState("document.tie_missing")
        session.delete(link)
        _note(actor, "document.untied", document, other[0], link.relation)


def _between(one: int, other: int, relation: Relation) -> Select[int, int]:
    return select(DocumentLink.from_id, DocumentLink.to_id).where(
        DocumentLink.relation == relation,
        or_(
            and_(DocumentLink.from_id == one, DocumentLink.to_id == other),
            and_(DocumentLink.from_id == other, DocumentLink.to_id == one),
        ),
    )


def _note(actor: Actor, act: str, document: Document, other: Document, relation: Relation) -> None:
    """Log it with both; who reads one and not the other learns what it says, not of which document."""
    for one in (document, other):
        touch(one)
        audit.record(actor, act, one, relation=relation.value)
        tell(one)
