"""Files of documents whose content could not be read: listed, read again, and what is then read filled in."""

from dataclasses import dataclass

from sqlalchemy import and_, select

from documents.models.document import Document
from documents.models.lifecycle import DocState
from documents.permissions import REGISTER, visible_to
from documents.services import catalogue, spelling
from documents.services.capturing import document_of
from documents.services.moving import tell, touch
from documents.services.prefilling import prefill
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden
from intranet.people.models import User
from intranet.records import audit, files, rereading, scans
from intranet.records.files import Staged
from intranet.records.models import File, StagedState
from intranet.records.rereading import Progress

#: Rows of the list.
MOST = 100
_FILLED = (
    "kind_id", "doc_date", "place", "issuer_id", "issuer_text", "subject", "signer_name", "signer_title",
    "signer_authority", "urgency", "circulation_mark", "reply_to", "due_date",
)  # fmt: skip


@dataclass(frozen=True)
class Unread:
    """A file that was not read, its document, and how a new reading stands."""

    file: File
    document: Document
    progress: Progress


def unread(actor: Actor) -> list[Unread]:
    """Files of the agency's documents that were not read, or are being read again, newest first.

    :raises Forbidden: ``auth.no_permit``.
    """
    if not actor.holds(REGISTER):
        raise Forbidden("auth.no_permit")
    query = (
        select(File, Document)
        .join(Document, and_(File.ref_kind == "document", File.ref_id == Document.id))
        .where(rereading.unread(), Document.org_id == actor.org_id, visible_to(actor))
        .order_by(File.id.desc())
        .limit(MOST)
    )
    rows = db.session().execute(query).all()
    known = rereading.progress([row.File for row in rows])
    return [Unread(row.File, row.Document, known[row.File.sha256]) for row in rows]


def read_again(actor: Actor, file_ids: list[int] | None = None) -> int:
    """Have files of that list read again, all of them where none is named; returns how many.

    :raises Forbidden: ``auth.no_permit``.
    """
    with db.unit_of_work():
        rows = [one for one in unread(actor) if file_ids is None or one.file.id in file_ids]
        for one in rows:
            if one.progress.state == "failed":
                audit.record(actor, "document.read_again", one.document, file=one.file.name)
        return rereading.ask([one.file for one in rows])


def take_over(sha256: str) -> None:
    """Fill what is still empty of received documents whose file could be read now."""
    with db.scope():
        query = select(File).where(File.sha256 == sha256, File.ref_kind == "document")
        rows = [(file.id, file.ref_id, file.org_id) for file in db.session().scalars(query)]
    for file_id, document_id, org_id in rows:
        with db.scope({org_id}):
            _take_over(file_id, document_id)


def _take_over(file_id: int, document_id: int) -> None:
    with db.unit_of_work() as session:
        file, document = session.get_one(File, file_id), session.get_one(Document, document_id)
        scans.ask_for(file)
        reading = files.reading(file)
        user = session.get(User, document.created_by_id)
        if reading is None or user is None or file.problem is not None:
            return
        document.page_count = document.page_count or file.pages
        if document.state is DocState.RECEIVED and document.main_sha256 == file.sha256:
            staged = Staged(
                "", file.name, file.size, file.sha256, file.media_type, StagedState.READY, pages=file.pages,
                reading={
                    "first_page": reading.first_page,
                    "signed_page": reading.signed_page,
                    "text": reading.text,
                    "is_cut": reading.is_cut,
                },
            )  # fmt: skip
            org_id = document.org_id
            read = prefill(
                staged,
                catalogue.kinds(org_id),
                catalogue.known_issuers(org_id),
                spelling.spellings(org_id),
            )
            found = document_of(user, read)
            for name in _FILLED:
                if not getattr(document, name):
                    setattr(document, name, getattr(found, name))
            if not document.symbol_key:
                document.number, document.suffix = found.number, found.suffix
                document.symbol, document.symbol_key = found.symbol, found.symbol_key
            document.prefill = found.prefill
        touch(document)
        tell(document)
