"""Papers entered without a file, and files that come later: the scan of such a paper, and annexes."""

from sqlalchemy import select

from documents.models.catalogue import Channel
from documents.models.document import Document
from documents.models.lifecycle import INCOMING_STATES, Direction, DocState
from documents.permissions import REGISTER, To, access_document, may
from documents.services.doubles import MAIN_DOCX, MAIN_PDF, MAIN_ROLES
from documents.services.moving import tell, touch
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Forbidden, Invalid
from intranet.records import audit, files, scans
from intranet.records.media import DOCX

ANNEX = "annex"
#: States of an incoming document, and of a draft, in which files still come to it.
_ENDED = {DocState.RETURNED, DocState.MERGED, DocState.RECALLED, DocState.CANCELLED}
_OPEN = (INCOMING_STATES - _ENDED) | {DocState.DRAFT}


def enter_paper(actor: Actor) -> int:
    """A received document without a file, to be filled in from the paper (văn bản giấy); returns its id.

    Asked again before anything was typed, it is the same one.

    :raises Forbidden: ``auth.no_permit``.
    """
    if not actor.holds(REGISTER):
        raise Forbidden("auth.no_permit")
    with db.unit_of_work() as session:
        empty = select(Document.id).where(
            Document.org_id == actor.org_id,
            Document.direction == Direction.IN,
            Document.state == DocState.RECEIVED,
            Document.created_by_id == actor.id,
            Document.main_sha256.is_(None),
            Document.source_document_id.is_(None),
            Document.symbol_key == "",
            Document.issuer_text == "",
            Document.subject == "",
        )
        known = session.scalar(empty.limit(1))
        if known is not None:
            return known
        document = Document(
            org_id=actor.org_id,
            direction=Direction.IN,
            state=DocState.RECEIVED,
            issuer_text="",
            subject="",
            arrival_date=clock.today(),
            arrival_channel=Channel.POST,
            created_by_id=actor.id,
            created_at=clock.now(),
        )
        session.add(document)
        session.flush()
        audit.record(actor, "document.received", document, channel="paper")
        tell(document)
        return document.id


def takes_files(actor: Actor, document: Document) -> bool:
    """True when the actor may add a file to the document as it stands."""
    return document.state in _OPEN and may(actor, _right(document), document)


def open_to(actor: Actor, document_id: int, *, lock: bool = False) -> Document:
    """The document to which the actor may add files now.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``document.wrong_state``.
    """
    document = access_document(actor, document_id, To.READ)
    document = access_document(actor, document_id, _right(document), lock=lock)
    if document.state not in _OPEN:
        raise BadState("document.wrong_state", state=document.state.value)
    return document


def add_file(actor: Actor, document_id: int, staged_id: str) -> int:
    """Add an upload of the actor: the main file where an incoming document has none, else an annex.

    :returns: the file's id.
    :raises Invalid: ``file.none_given``, ``document.file_known`` (the document has it already).
    :raises NotFound: ``document.missing``, ``file.not_staged``.
    :raises BadState: ``document.wrong_state``, or why the file is refused.
    """
    if not staged_id:
        raise Invalid("file.none_given", field="file")
    with db.unit_of_work():
        document = open_to(actor, document_id, lock=True)
        staged = files.staged(actor, staged_id)
        there = files.of(document.ref)
        if staged.sha256 and any(one.sha256 == staged.sha256 for one in there):
            raise Invalid("document.file_known", field="file", name=staged.name)
        is_main = document.is_incoming and not any(one.role in MAIN_ROLES for one in there)
        main = MAIN_DOCX if staged.media_type == DOCX else MAIN_PDF
        role = main if is_main else ANNEX
        file = files.attach(actor, staged_id, document.ref, org_id=document.org_id, role=role)
        scans.ask_for(file)
        if is_main:
            document.main_sha256 = file.sha256
            document.page_count = document.page_count or file.pages
        touch(document)
        audit.record(actor, "document.file_added", document, file=file.name, role=role)
        tell(document)
        return file.id


def _right(document: Document) -> To:
    return To.REGISTER if document.is_incoming else To.EDIT
