"""Copies of a document by the agency: sao y, sao lục, trích sao (Decree 30/2020/NĐ-CP, articles 25 to 27)."""

from documents.models.catalogue import DocKind, KindGroup
from documents.models.document import AccessLevel, Document
from documents.models.lifecycle import DocState
from documents.permissions import DRAFT, To, access_document
from documents.services import catalogue
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid
from intranet.records import files
from intranet.records.models import File

#: Files of a document, the signed one first; of several in one role the newest counts.
_ROLES = ("signed_pdf", "main_pdf", "view_pdf", "scan", "main_docx")
#: States in which a document stands in force before whoever would copy it.
_IN_FORCE = frozenset(
    {
        DocState.ISSUED,
        DocState.REGISTERED,
        DocState.PRESENTED,
        DocState.ASSIGNED,
        DocState.PROCESSING,
        DocState.NOTED,
        DocState.DONE,
    }
)


def may_copy(actor: Actor, document: Document) -> bool:
    """True when the actor may begin a copy of a document that they read.

    A restricted one is not copied: whoever may read the copy would read it.
    """
    is_own = document.org_id == actor.org_id
    is_open = document.access_level is AccessLevel.NORMAL and document.state in _IN_FORCE
    return is_own and is_open and actor.holds(DRAFT)


def source_of(actor: Actor, document_id: int) -> Document:
    """The document to be copied.

    :raises NotFound: ``document.missing``.
    :raises BadState: ``document.not_copied``.
    """
    document = access_document(actor, document_id, To.READ)
    if not may_copy(actor, document):
        raise BadState("document.not_copied")
    return document


def forms(org_id: int) -> list[DocKind]:
    """The forms of a copy, as kinds of the agency."""
    return [kind for kind in catalogue.kinds(org_id) if kind.group is KindGroup.COPY]


def need_form(kind: DocKind) -> None:
    """Refuse a kind that is no copy.

    :raises Invalid: ``document.not_a_copy``.
    """
    if kind.group is not KindGroup.COPY:
        raise Invalid("document.not_a_copy", field="kind_id")


def file_of(document: Document) -> File | None:
    """What is copied: the file that went out or came in."""
    found = files.of(document.ref)
    return next((file for role in _ROLES for file in reversed(found) if file.role == role), None)
