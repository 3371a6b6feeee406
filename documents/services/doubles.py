"""Doubles: documents that came to the agency before and may be the very one that arrives now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import selectinload

from documents.models.catalogue import Party
from documents.models.document import Document
from documents.models.lifecycle import Direction, DocEvent, DocState
from documents.permissions import To, access_document, give_access, visible_to
from documents.services import parties, restricting
from documents.services.moving import require
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import BadState
from intranet.core.text import toned
from intranet.notices import services as notices
from intranet.records import audit, files, scans
from intranet.records.models import File

MAIN_PDF, MAIN_DOCX = MAIN_ROLES = ("main_pdf", "main_docx")
#: Doubles that are told of; the registered ones come first.
_MOST = 5
_KIND = "document.double"
_GONE = (DocState.MERGED, DocState.RETURNED, DocState.CANCELLED)


@dataclass(frozen=True)
class Duplicate:
    """A document that may be the same one."""

    document: Document
    #: ``same_file``, ``same_code``, or ``original``: this one is electronic, and that was scanned or typed.
    why: str

    @property
    def is_original(self) -> bool:
        """Whether this one's file is to be the main one there."""
        return self.why == "original"


@dataclass(frozen=True)
class Doubles:
    """What may be the same document, as far as the actor may know of it."""

    seen: list[Duplicate]
    #: There is one that the actor may not read; nothing more is told of it.
    is_hidden: bool


def duplicates_of(actor: Actor, document: Document) -> Doubles:
    """Documents of the agency that may be this one: the same file, or the same code of the same issuer in
    the same year.
    """
    seen: dict[int, Duplicate] = {}
    files_, codes = _doubles(actor, document)
    originals = _originals(document, [one for one, is_seen in codes if is_seen])
    for one, is_seen in files_:
        if is_seen:
            seen[one.id] = Duplicate(one, "same_file")
    for one, is_seen in codes:
        if is_seen:
            seen.setdefault(one.id, Duplicate(one, "original" if one.id in originals else "same_code"))
    is_hidden = not all(is_seen for _, is_seen in (*files_, *codes))
    return Doubles(sorted(seen.values(), key=lambda duplicate: duplicate.document.id), is_hidden)


def ask_readers(actor: Actor, document_id: int) -> None:
    """Ask those who may read the restricted double to compare; who they are, the actor is not told.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``document.wrong_state``, ``document.nothing_hidden``, ``document.readers_asked``.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.REGISTER, lock=True)
        require(document, DocEvent.REGISTER)
        files_, codes = _doubles(actor, document)
        hidden = {one.id: one for one, is_seen in (*files_, *codes) if not is_seen}
        if not hidden:
            raise BadState("document.nothing_hidden")
        readers = {key for one in hidden.values() for key in restricting.readers_of(one)}
        readers -= notices.still_unread(_KIND, document.ref)
        if not readers:
            raise BadState("document.readers_asked")
        # They are to see what came, whatever else they may read.
        strangers = sorted(readers - restricting.readers_of(document))
        give_access(document, *(f"u:{key}" for key in strangers), reason=restricting.PART)
        audit.record(actor, "document.double_asked", document)
        notices.notify(readers, _KIND, document.ref, by=actor)


def main_of(document: Document) -> File | None:
    """The file that a received document was taken from."""
    return _main(files.of(document.ref))


def is_original(document: Document, first: Document) -> bool:
    """Whether a document is the electronic original of an earlier one that was only scanned or typed."""
    return first.id in _originals(document, [first])


_Found = Sequence[tuple[Document, bool]]


def _doubles(actor: Actor, document: Document) -> tuple[_Found, _Found]:
    """The same file, and the same code, each with whether the actor may read it."""
    same_file: _Found = ()
    same_code: _Found = ()
    if document.main_sha256:
        same_file = _others(actor, document, Document.main_sha256 == document.main_sha256)
    if document.symbol_key and document.doc_date:
        same_code = _others(actor, document, *_same_code(document, document.doc_date.year))
    return same_file, same_code


def _others(actor: Actor, document: Document, *where: ColumnElement[bool]) -> _Found:
    query = select(Document, visible_to(actor)).where(
        Document.org_id == document.org_id,
        Document.direction == Direction.IN,
        Document.id != document.id,
        Document.state.not_in(_GONE),
        *where,
    )
    query = query.options(selectinload(Document.entry))
    query = query.order_by(Document.register_entry_id.is_(None), Document.id).limit(_MOST)
    return [(one, bool(is_seen)) for one, is_seen in db.session().execute(query)]


def _same_code(document: Document, year: int) -> tuple[ColumnElement[bool], ...]:
    """The same number and symbol of that year, from the same agency, whichever of its names stands there."""
    code = and_(
        Document.org_id == document.org_id,
        Document.symbol_key == document.symbol_key,
        Document.doc_date.between(date(year, 1, 1), date(year, 12, 31)),
    )
    ids, forms = [], {toned(document.issuer_text)} - {""}
    opened = db.session()
    if document.issuer_id is not None:
        ids = parties.family(document.issuer_id)
        named = select(Party.name, Party.short_name, Party.aliases).where(Party.id.in_(ids))
        for name, short_name, aliases in opened.execute(named):
            forms |= {toned(form) for form in (name, short_name, *aliases) if form}
    # Capitals and the place of marks are told apart here, for no engine does it as the other.
    written = opened.scalars(select(Document.issuer_text).where(code).distinct())
    same = [text for text in written if toned(text) in forms]
    return code, or_(Document.issuer_id.in_(ids), Document.issuer_text.in_(same))


def _originals(document: Document, others: Sequence[Document]) -> set[int]:
    """Those of the others that were only scanned or typed, where this one is the electronic original."""
    main = main_of(document) if others else None
    if main is None or scans.is_scan(main) or main.problem is not None:
        return set()
    there = {key: _main(found) for key, found in files.of_many("document", [o.id for o in others]).items()}
    return {key for key, file in there.items() if file is None or scans.is_scan(file)}


def _main(found: Sequence[File]) -> File | None:
    return next((file for file in found if file.role in MAIN_ROLES), None)
