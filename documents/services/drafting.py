"""Drafts: begun from a template, often as a reply; rewritten in a word processor; every version kept."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from documents.models.catalogue import DocKind, WorkField
from documents.models.document import Document, DocumentLink, DueSource, Relation, Urgency
from documents.models.draft import DraftOpinion, DraftVersion
from documents.models.lifecycle import Direction, DocEvent, DocState
from documents.models.register import Register, RegisterKind
from documents.permissions import DRAFT, To, access_document, give_access, headed_units
from documents.services import catalogue, composing, copying
from documents.services import fields as work_fields
from documents.services.composing import DraftFields, Sheets
from documents.services.moving import need_version, note_opinion, require, tell, touch
from documents.services.secrecy import refuse_marks
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.people import directory
from intranet.people.models import Role, Unit, User
from intranet.records import audit, files
from intranet.records.media import DOCX
from intranet.records.models import File
from intranet.tasks.permissions import person_of

#: Roles of a draft's files.
DRAFT_DOCX, DRAFT_PDF = "draft_docx", "draft_pdf"


@dataclass(frozen=True)
class Prepared:
    """A draft whose files are on disk and whose rows are not written yet."""

    fields: DraftFields
    sheets: Sheets
    symbol: str
    unit_id: int | None
    reply_to_id: int | None
    #: In whose name it is issued, where not in the agency's.
    body: str = ""
    copy_of_id: int | None = None


def prepare(
    actor: Actor, fields: DraftFields, reply_to_id: int | None = None, copy_of_id: int | None = None
) -> Prepared:
    """Build the files of a new draft in the prescribed layout, number and date open.

    Call it before the unit of work of :func:`create`.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``document.missing``, the document to answer or to copy.
    :raises BadState: ``document.not_copied``.
    :raises Invalid: ``document.kind_unknown``, ``document.no_such_signer``, ``field_of_work.unknown``,
        ``register.not_choosable``, ``document.hour_missing``, ``document.secret_mark``.
    """
    if not actor.holds(DRAFT):
        raise Forbidden("auth.no_permit")
    _check(actor, fields)
    answered = access_document(actor, reply_to_id, To.READ) if reply_to_id is not None else None
    kind, unit = _kind(actor.org_id, fields.kind_id), own_unit(actor)
    if copy_of_id is not None:
        copying.source_of(actor, copy_of_id)
        copying.need_form(kind)
    work_fields.chosen(actor.org_id, fields.field_id)
    signer = _signer(actor.org_id, fields.signer_id)
    org = directory.org(actor.org_id)
    if org is None:
        raise NotFound("document.missing")
    register = catalogue.register_for(actor.org_id, RegisterKind.OUT, kind, chosen_id=fields.series_id)
    symbol, body = composing.symbol_of(register, kind, org, unit, clock.today().year), register.issuer_name
    text = composing.official_text(
        fields, kind=kind, org=org, symbol=symbol, signer=signer, answered=answered, body=body
    )
    sheets = composing.build(text, "Nội dung")
    return Prepared(fields, sheets, symbol, None if unit is None else unit.id, reply_to_id, body, copy_of_id)


def create(actor: Actor, prepared: Prepared) -> int:
    """Keep a prepared draft as a document of the actor; returns its id."""
    fields = prepared.fields
    with db.unit_of_work() as session:
        person = person_of(actor).standing
        org = directory.org(actor.org_id)
        document = Document(
            org_id=actor.org_id,
            direction=Direction.OUT,
            state=DocState.DRAFT,
            subject=prepared.sheets.subject,
            symbol=prepared.symbol,
            place=org.place if org is not None else "",
            issuer_text=org.name if org is not None else "",
            drafter_id=person.id,
            unit_id=prepared.unit_id,
            created_by_id=actor.id,
            created_at=clock.now(),
        )
        _set(document, fields, prepared.body)
        document.subject = prepared.sheets.subject
        session.add(document)
        session.flush()
        give_access(document, f"u:{person.id}", reason="drafter")
        if prepared.unit_id is not None:
            give_access(document, f"h:{prepared.unit_id}", reason="unit")
        for to_id, relation in (
            (prepared.reply_to_id, Relation.REPLY),
            (prepared.copy_of_id, Relation.RELATED),
        ):
            if to_id is not None:
                link = DocumentLink(from_id=document.id, to_id=to_id, relation=relation)
                link.org_id = document.org_id
                session.add(link)
        if prepared.copy_of_id is not None:
            _attach_copied(actor, document, prepared.copy_of_id)
        _add_version(actor, document, _attach(actor, document, prepared.sheets), "")
        audit.record(
            actor, "document.drafted", document, reply_to=prepared.reply_to_id, copy_of=prepared.copy_of_id
        )
        tell(document)
        return document.id


def edit(actor: Actor, document_id: int, fields: DraftFields, *, version: int | None = None) -> None:
    """Change the fields of a draft; its Word file stays as it is.

    :raises Invalid: ``document.kind_unknown``, ``document.no_such_signer``, ``field_of_work.unknown``,
        ``register.not_choosable``.
    :raises BadState: ``document.wrong_state``.
    :raises Stale: ``document.changed``.
    """
    _check(actor, fields)
    with db.unit_of_work():
        document = access_document(actor, document_id, To.EDIT, lock=True)
        require(document, DocEvent.OPINION)
        need_version(document, version)
        kind = _kind(document.org_id, fields.kind_id, document.kind_id)
        work_fields.chosen(document.org_id, fields.field_id, document.field_id)
        _signer(document.org_id, fields.signer_id)
        org = directory.org(document.org_id)
        unit = directory.unit(document.unit_id) if document.unit_id else None
        register = catalogue.register_for(document.org_id, RegisterKind.OUT, kind, chosen_id=fields.series_id)
        if org is not None:
            document.symbol = composing.symbol_of(register, kind, org, unit, clock.today().year)
        was = _plain(document)
        _set(document, fields, register.issuer_name)
        now = _plain(document)
        touch(document)
        changed = {name: [was[name], now[name]] for name in was if was[name] != now[name]}
        audit.record(actor, "document.edited", document, fields=changed)
        tell(document)


def upload_version(actor: Actor, document_id: int, staged_id: str, note: str) -> int:
    """Keep an uploaded Word file as the next version; returns its number.

    :raises Invalid: ``draft.no_file``, ``draft.not_word``.
    :raises NotFound: ``document.missing``, ``file.not_staged``.
    :raises BadState: ``document.wrong_state``, or why the file is refused.
    """
    if not staged_id:
        raise Invalid("draft.no_file", field="file")
    staged = files.staged(actor, staged_id)
    if staged.media_type != DOCX:
        raise Invalid("draft.not_word", field="file", name=staged.name)
    with db.unit_of_work():
        document = access_document(actor, document_id, To.EDIT, lock=True)
        require(document, DocEvent.OPINION)
        if staged.state == "unreadable":
            raise BadState(staged.problem or "file.damaged", field="file", name=staged.name)
        file = files.attach(actor, staged_id, document.ref, org_id=document.org_id, role=DRAFT_DOCX)
        seq = _add_version(actor, document, file, note.strip()[:300])
        touch(document)
        audit.record(actor, "document.new_version", document, seq=seq)
        tell(document)
        return seq


def give_opinion(actor: Actor, document_id: int, text: str) -> None:
    """Note an opinion on the present version of a draft.

    :raises Invalid: ``draft.opinion_empty``, ``document.secret_mark``.
    """
    if not text.strip():
        raise Invalid("draft.opinion_empty", field="text")
    refuse_marks(actor, text=text)
    with db.unit_of_work():
        document = access_document(actor, document_id, To.READ, lock=True)
        if document.direction is not Direction.OUT:
            raise BadState("document.wrong_state", state=document.state.value)
        note_opinion(actor, document, "opinion", text[:1000], last_seq(document.id))
        audit.record(actor, "document.opinion", document)
        tell(document)


def versions_of(document_id: int) -> list[DraftVersion]:
    """Every version of a draft, newest first."""
    query = select(DraftVersion).where(DraftVersion.document_id == document_id)
    return list(db.session().scalars(query.order_by(DraftVersion.seq.desc())))


def opinions_of(document_id: int) -> list[DraftOpinion]:
    """What was said of a draft, newest first."""
    query = select(DraftOpinion).where(DraftOpinion.document_id == document_id)
    return list(db.session().scalars(query.order_by(DraftOpinion.id.desc())))


def last_seq(document_id: int) -> int:
    """Number of the newest version, 0 without any."""
    query = select(func.max(DraftVersion.seq)).where(DraftVersion.document_id == document_id)
    return db.session().scalar(query) or 0


def _check(actor: Actor, fields: DraftFields) -> None:
    if fields.urgency is Urgency.FLASH_TIMED and fields.urgent_at is None:
        raise Invalid("document.hour_missing", field="urgent_time")
    refuse_marks(actor, subject=fields.subject, body="\n".join(fields.body))


def own_unit(actor: Actor) -> Unit | None:
    """The unit in which the actor drafts: that of the first post."""
    posts = person_of(actor).standing.posts
    return posts[0].unit if posts else None


def reviewers_of(document: Document) -> set[int]:
    """Heads of the drafting unit, or of the nearest unit above that has one."""
    unit = directory.unit(document.unit_id) if document.unit_id is not None else None
    while unit is not None:
        heads = directory.ids_with_role(document.org_id, Role.UNIT_HEAD, unit_id=unit.id)
        if heads:
            return set(heads)
        unit = unit.parent
    return set()


def heads(actor: Actor, document: Document) -> bool:
    """True when the actor heads the unit that drafts the document."""
    return document.unit_id is not None and document.unit_id in headed_units(actor)


def _attach_copied(actor: Actor, document: Document, source_id: int) -> None:
    """Let what is copied go with its copy."""
    file = copying.file_of(copying.source_of(actor, source_id))
    if file is not None:
        files.attach_copy(actor, file, document.ref, org_id=document.org_id, role="annex")


def _attach(actor: Actor, document: Document, sheets: Sheets) -> File:
    file = files.attach_kept(actor, sheets.docx, document.ref, org_id=document.org_id, role=DRAFT_DOCX)
    files.attach_kept(actor, sheets.pdf, document.ref, org_id=document.org_id, role=DRAFT_PDF)
    return file


def _add_version(actor: Actor, document: Document, file: File, note: str) -> int:
    opened = db.session()
    opened.flush()
    seq = last_seq(document.id) + 1
    row = DraftVersion(document_id=document.id, seq=seq, file_id=file.id, author_id=actor.id, note=note)
    row.org_id, row.at = document.org_id, clock.now()
    opened.add(row)
    opened.flush()
    return seq


def _plain(document: Document) -> dict[str, Any]:
    """What may be edited of a draft, as plain values for the log."""
    kind = db.session().get(DocKind, document.kind_id) if document.kind_id is not None else None
    field = db.session().get(WorkField, document.field_id) if document.field_id is not None else None
    series = db.session().get(Register, document.series_id) if document.series_id is not None else None
    return {
        "kind": kind.name if kind is not None else "",
        "field": field.name if field is not None else "",
        "series": series.name if series is not None else "",
        "subject": document.subject,
        "addressees": "; ".join(document.addressees),
        "recipients": "; ".join(document.recipients),
        "signer": document.signer_id,
        "urgency": int(document.urgency),
        "urgent_at": document.urgent_at.isoformat() if document.urgent_at else "",
        "circulation": document.circulation_mark.value,
        "kept_by": document.kept_by,
        "copies": document.copies,
        "retained_copies": document.retained_copies,
        "language": document.language,
        "due": document.due_date.isoformat() if document.due_date else "",
    }


def _set(document: Document, fields: DraftFields, body: str) -> None:
    document.kind_id, document.field_id = fields.kind_id, fields.field_id
    document.series_id = fields.series_id
    document.subject = fields.subject
    document.addressees = list(fields.addressees)
    document.recipients = list(fields.recipients)
    document.signer_id = fields.signer_id
    document.urgency, document.urgent_at = fields.urgency, fields.urgent_at
    document.circulation_mark = fields.circulation_mark
    document.kept_by = fields.kept_by
    document.copies, document.retained_copies = fields.copies, fields.retained_copies
    document.language = fields.language
    document.due_date = fields.due_date
    document.due_source = DueSource.STATED if fields.due_date else None
    signer = directory.people([fields.signer_id]).get(fields.signer_id) if fields.signer_id else None
    org = directory.org(document.org_id)
    document.signer_name = signer.full_name if signer else ""
    document.signer_title = signer.title[:100] if signer else ""
    lines = composing.authority_lines(org, signer, body) if org is not None else ()
    document.signer_authority = "\n".join(lines)[:200]


def _kind(org_id: int, kind_id: int, keep: int | None = None) -> DocKind:
    kind = db.session().get(DocKind, kind_id)
    if kind is None or kind.org_id != org_id or not (kind.is_active or kind.id == keep):
        raise Invalid("document.kind_unknown", field="kind_id")
    return kind


def _signer(org_id: int, signer_id: int | None) -> User | None:
    if signer_id is None:
        return None
    leaders = {leader.id: leader for leader in directory.with_role(org_id, Role.LEADER)}
    if signer_id not in leaders:
        raise Invalid("document.no_such_signer", field="signer_id")
    return leaders[signer_id]
