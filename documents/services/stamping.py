"""Writing the granted number and date into the Word file, after the grant has been committed."""

from sqlalchemy import select

from documents.formats.layout_docx import put_number
from documents.models.document import Document
from documents.models.draft import DraftVersion
from documents.models.lifecycle import DocState
from documents.services.moving import tell
from documents.services.reviewing import SIGNED_SCAN
from intranet.core import db
from intranet.people.models import User
from intranet.records import files, parsing, store
from intranet.records.media import DOCX, PDF
from intranet.records.models import File

MAIN_DOCX, VIEW_PDF = "main_docx", "view_pdf"
JOB = "document.stamp"
#: Which file is shown first, and which goes out as the document.
SHOWN = (SIGNED_SCAN, "main_pdf", VIEW_PDF, "scan", MAIN_DOCX, "draft_docx", "draft_pdf")
SENT = (SIGNED_SCAN, MAIN_DOCX, VIEW_PDF, "annex")
_STAMPED = (DocState.NUMBERED, DocState.SEALED, DocState.ISSUED)


def stamp(document_id: int) -> bool:
    """Make the file that carries the number, once; returns whether this call made it.

    The bytes are built before the transaction that refers to them.
    """
    with db.scope(), db.across_orgs("writing a granted number into its own document"):
        document = db.session().get(Document, document_id)
        if document is None or document.state not in _STAMPED or document.doc_date is None:
            return False
        if files.of(document.ref, MAIN_DOCX):
            return False
        file = _last_version(document)
        if file is None:
            return False
        data, _missing = put_number(
            files.path(file),
            number=f"{document.number}{document.suffix}",
            symbol=document.symbol,
            place=document.place,
            day=document.doc_date,
        )
        name = f"{document.code.replace('/', '-')}"
        docx = files.keep(data, f"{name}.docx", DOCX)
        sheet = parsing.parse(store.path_of(docx.sha256), f"{name}.docx").preview_pdf
        pdf = files.keep(sheet, f"{name}.pdf", PDF) if sheet else None
        drafter_id, org_id, ref = document.drafter_id, document.org_id, document.ref
    with db.unit_of_work() as session, db.across_orgs("writing a granted number into its own document"):
        document = session.get_one(Document, document_id, with_for_update={"of": Document})
        if files.of(ref, MAIN_DOCX):
            return False
        actor = session.get_one(User, drafter_id)
        files.attach_kept(actor, docx, ref, org_id=org_id, role=MAIN_DOCX)
        if pdf is not None:
            files.attach_kept(actor, pdf, ref, org_id=org_id, role=VIEW_PDF)
        tell(document)
    return True


def main_file(found: list[File], roles: tuple[str, ...] = SHOWN) -> File | None:
    """The first file by rank; of several in one role the newest."""
    for role in roles:
        of_role = [file for file in found if file.role == role]
        if of_role:
            return of_role[-1]
    return None


def shown_file(found: list[File]) -> File | None:
    """The file that the page's reader opens, ``None`` when none of them can be shown."""
    return main_file([file for file in found if file.can_view])


def _last_version(document: Document) -> File | None:
    return db.session().scalar(
        select(File)
        .join(DraftVersion, DraftVersion.file_id == File.id)
        .where(DraftVersion.document_id == document.id)
        .order_by(DraftVersion.seq.desc())
        .limit(1)
    )
