"""Registering incoming documents: fields checked, then the next arrival number in the last act."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from documents.formats.symbols import compose, symbol_key
from documents.models.catalogue import Channel, DocKind, WorkField
from documents.models.dispatch import DispatchState
from documents.models.document import (
    ISSUER_MAX,
    PLACE_MAX,
    REPLY_MAX,
    SUBJECT_MAX,
    CirculationMark,
    Document,
    DocumentLink,
    DueSource,
    Relation,
    Urgency,
)
from documents.models.lifecycle import Direction, DocEvent, DocState
from documents.models.register import Register, RegisterKind, RegisterYear
from documents.permissions import To, access_document
from documents.services import catalogue, fields, numbering, replying, statuses
from documents.services.capturing import set_code
from documents.services.doubles import duplicates_of, is_original, main_of
from documents.services.moving import REASON_MIN, move, need_reason, need_version, require, touch
from documents.services.naming import set_term
from documents.services.secrecy import refuse_marks
from documents.services.spelling import settle_issuer
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid
from intranet.notices.workdays import add_working_days, next_working_day, working_days_between
from intranet.people import directory
from intranet.records import audit, files, signatures
from intranet.records.models import SignatureState

#: What a draft keeps as it is.
_PLAIN = (
    "doc_date",
    "due_date",
    "reply_due_date",
    "arrival_date",
    "urgency",
    "circulation_mark",
    "kind_id",
    "field_id",
    "page_count",
    "copies",
    "language",
)
#: A document dated further back than this is asked about once more.
OLD = timedelta(days=730)


@dataclass(frozen=True)
class Incoming:
    """The fields of an incoming document, tidy, as a form gives them.

    :param number: digits with a letter behind them, as printed.
    """

    kind_id: int
    number: str
    symbol: str
    doc_date: date
    issuer: str
    subject: str
    arrival_date: date
    register_id: int | None = None
    signer_name: str = ""
    signer_title: str = ""
    #: As it was read, where it is ``None``; so the next two.
    signer_authority: str | None = None
    place: str | None = None
    reply_to: str | None = None
    urgency: Urgency = Urgency.NORMAL
    urgent_at: datetime | None = None
    circulation_mark: CirculationMark = CirculationMark.NONE
    page_count: int | None = None
    field_id: int | None = None
    copies: int = 1
    #: ``None`` leaves what is known; so the next one.
    language: str | None = None
    envelope_note: str | None = None
    due_date: date | None = None
    reply_due_date: date | None = None
    #: ``None`` leaves what is known of the way it came.
    arrival_channel: Channel | None = None
    paper_received: bool | None = None
    note: str = ""
    not_duplicate_reason: str = ""
    #: Why it is taken in although a signature in it is not valid.
    signature_reason: str = ""
    is_old_confirmed: bool = False


def register_incoming(actor: Actor, document_id: int, given: Incoming, *, version: int | None = None) -> int:
    """Enter a received document in the register; returns the arrival number granted.

    The number is granted last, in the transaction of the change; a refusal consumes nothing.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``document.wrong_state``, ``register.year_closed``.
    :raises Invalid: a date, the issuer, the hour of a timed flash, ``field_of_work.unknown``,
        ``document.maybe_duplicate``, ``document.maybe_hidden_duplicate``,
        ``document.signature_invalid``, or ``document.secret_mark``.
    :raises Stale: ``document.changed``.
    """
    check(given)
    refuse_marks(
        actor,
        subject=given.subject,
        note=given.note,
        envelope_note=given.envelope_note or "",
        issuer=given.issuer,
        not_duplicate_reason=given.not_duplicate_reason,
        signature_reason=given.signature_reason,
    )
    with db.unit_of_work():
        document = access_document(actor, document_id, To.REGISTER, lock=True)
        require(document, DocEvent.REGISTER)
        need_version(document, version)
        kind = _fill(actor, document, given)
        _refuse_duplicate(actor, document, given.not_duplicate_reason)
        reason = _reason_of_signature(document, given.signature_reason)
        register = _register(document.org_id, given.register_id, kind)
        year, note = _year_of(register, given)
        _link_answered(document)
        move(actor, document, DocEvent.REGISTER, reason=reason, kind=document.kind_id)
        statuses.answer_sender(actor, document, DispatchState.RECEIVED)
        entry = numbering.grant(
            actor,
            register,
            year=year,
            entry_date=clock.today(),
            document_id=document.id,
            snapshot=_columns(document, kind),
            note=note,
            late_reason=given.note,
        )
        document.register_entry_id = entry.id
        document.register_date = entry.entry_date
        document.uid = make_uid(document.org_id, entry.year, register.code, entry.number)
        return entry.number


def save_draft(actor: Actor, document_id: int, changes: dict[str, Any], *, version: int | None = None) -> int:
    """Keep what the clerk has typed so far; unknown fields are ignored, nothing is registered.

    :returns: the document's version after it: what another clerk has typed meanwhile is not overwritten.
    :raises NotFound: ``document.missing``.
    :raises BadState: ``document.wrong_state``.
    :raises Invalid: ``document.secret_mark``.
    :raises Stale: ``document.changed``.
    """
    refuse_marks(actor, **{name: str(changes.get(name) or "") for name in _TEXTS})
    with db.unit_of_work():
        document = access_document(actor, document_id, To.REGISTER, lock=True)
        require(document, DocEvent.REGISTER)
        need_version(document, version)
        for name in _PLAIN:
            if name in changes:
                setattr(document, name, changes[name])
        for name, most in _TEXTS.items():
            if name in changes:
                setattr(document, name, str(changes[name] or "")[:most])
        if "number" in changes or "symbol" in changes:
            set_code(document, str(changes.get("number", ""))[:14], str(changes.get("symbol", ""))[:30])
        touch(document)
        return document.version


def return_document(actor: Actor, document_id: int, reason: str) -> None:
    """Send a received document back; no number is used.

    :raises Invalid: ``document.reason_too_short``.
    :raises BadState: ``document.wrong_state``.
    """
    said = need_reason(reason)
    refuse_marks(actor, reason=said)
    with db.unit_of_work():
        document = access_document(actor, document_id, To.REGISTER, lock=True)
        move(actor, document, DocEvent.RETURN, reason=said)
        document.note = said[:500]
        statuses.answer_sender(actor, document, DispatchState.REFUSED)


def answered_by(document: Document) -> list[Document]:
    """Documents that the agency issued and this one says it answers."""
    keys = [symbol_key(code)[:80] for code in document.reply_to.split(";") if code.strip()]
    if not keys:
        return []
    query = select(Document).where(
        Document.org_id == document.org_id,
        Document.direction == Direction.OUT,
        Document.state == DocState.ISSUED,
        Document.symbol_key.in_(keys),
    )
    return list(db.session().scalars(query.order_by(Document.id).limit(10)))


def merge_duplicate(actor: Actor, document_id: int, first_id: int) -> None:
    """Point a received document to the earlier one that it is; its file is kept with the earlier one.

    The electronic original of what was scanned, or typed off a paper, becomes the main file there.

    :raises NotFound: ``document.missing``, either of the two.
    :raises Invalid: ``document.merge_with_itself``.
    :raises BadState: ``document.wrong_state``.
    """
    if document_id == first_id:
        raise Invalid("document.merge_with_itself")
    with db.unit_of_work():
        document = access_document(actor, document_id, To.REGISTER, lock=True)
        first = access_document(actor, first_id, To.REGISTER)
        if first.register_entry_id is None:
            raise BadState("document.wrong_state", state=first.state.value)
        move(actor, document, DocEvent.MERGE, first=first.id)
        document.duplicate_of_id = first.id
        _hand_over_files(actor, document, first)
        audit.record(actor, "document.got_duplicate", first, duplicate=document.id)
        statuses.answer_sender(actor, document, DispatchState.RECEIVED)


def _hand_over_files(actor: Actor, document: Document, first: Document) -> None:
    """Give the earlier document what files of the later one it lacks; an original takes the first place."""
    known = {file.sha256 for file in files.of(first.ref)}
    main = main_of(document) if is_original(document, first) else None
    place = main_of(first)
    for file in files.of(document.ref):
        if file.sha256 in known:
            continue
        is_main = main is not None and file.id == main.id
        role = file.role if is_main and place is None else "scan"
        added = files.attach_copy(actor, file, first.ref, org_id=first.org_id, role=role)
        if is_main and place is not None:
            files.exchange(place, added)
        if is_main:
            first.main_sha256, first.page_count = file.sha256, file.pages
            touch(first)
            audit.record(actor, "document.got_original", first, duplicate=document.id, sha256=file.sha256)


def check(given: Incoming) -> None:
    """Rules that one field breaks by itself.

    :raises Invalid: naming the field.
    """
    today = clock.today()
    if given.doc_date > today:
        raise Invalid("document.date_in_future", field="doc_date")
    if given.doc_date < today - OLD and not given.is_old_confirmed:
        raise Invalid("document.date_very_old", field="doc_date", years=2)
    if given.arrival_date > today:
        raise Invalid("document.arrival_in_future", field="arrival_date")
    if given.urgency is Urgency.FLASH_TIMED and given.urgent_at is None:
        raise Invalid("document.hour_missing", field="urgent_time")
    if not given.issuer:
        raise Invalid("document.issuer_missing", field="issuer")


#: Longest texts of a draft, characters.
_TEXTS = {
    "issuer_text": ISSUER_MAX,
    "subject": SUBJECT_MAX,
    "signer_name": 50,
    "signer_title": 100,
    "signer_authority": 200,
    "place": PLACE_MAX,
    "reply_to": REPLY_MAX,
    "note": 500,
    "envelope_note": 300,
}


def _fill(actor: Actor, document: Document, given: Incoming) -> DocKind:
    kind = db.session().get(DocKind, given.kind_id)
    if kind is None or kind.org_id != document.org_id:
        raise Invalid("document.kind_unknown", field="kind_id")
    document.field = fields.chosen(document.org_id, given.field_id, document.field_id)
    party = settle_issuer(actor, document, given.issuer)
    document.kind_id = kind.id
    set_code(document, given.number, given.symbol)
    document.issuer_id, document.issuer_text = party.id, party.name
    for name in (
        "doc_date",
        "subject",
        "signer_name",
        "signer_title",
        "signer_authority",
        "place",
        "reply_to",
        "urgency",
        "urgent_at",
        "circulation_mark",
        "page_count",
        "copies",
        "language",
        "envelope_note",
        "arrival_date",
        "arrival_channel",
        "paper_received",
        "note",
        "not_duplicate_reason",
    ):
        if (value := getattr(given, name)) is not None or name in ("urgent_at", "page_count"):
            setattr(document, name, value)
    _set_due(document, given.due_date, kind, document.field)
    replying.ask(document, given.reply_due_date)
    touch(document)
    db.session().flush()
    return kind


def _set_due(document: Document, due_date: date | None, kind: DocKind, field: WorkField | None) -> None:
    """The term stated, else the one usual for what it is about, else the one of its kind."""
    if due_date is not None:
        set_term(document, next_working_day(due_date), DueSource.STATED)
    elif field is not None and field.default_deadline_days:
        set_term(document, add_working_days(clock.today(), field.default_deadline_days), DueSource.FIELD)
    elif kind.default_deadline_days:
        set_term(document, add_working_days(clock.today(), kind.default_deadline_days), DueSource.KIND)
    else:
        set_term(document, None, None)


def _refuse_duplicate(actor: Actor, document: Document, reason: str) -> None:
    if reason.strip():
        return
    doubles = duplicates_of(actor, document)
    found = [one for one in doubles.seen if one.document.register_entry_id is not None]
    if doubles.is_hidden and not found:
        raise Invalid("document.maybe_hidden_duplicate", field="not_duplicate_reason")
    if found:
        first = found[0].document
        entry = first.entry
        raise Invalid(
            "document.maybe_duplicate",
            field="not_duplicate_reason",
            number=entry.number if entry else "…",
            date=f"{first.register_date:%d/%m/%Y}" if first.register_date else "…",
            document=first.id,
        )


def _reason_of_signature(document: Document, reason: str) -> str | None:
    """Why a document with a signature that is not valid is taken in; ``None`` where none is needed."""
    bad = [one for one in signatures.of(files.of(document.ref)) if one.state is SignatureState.INVALID]
    if not bad:
        return None
    if len(reason.strip()) < REASON_MIN:
        raise Invalid(
            "document.signature_invalid", field="signature_reason", name=bad[0].file.name, least=REASON_MIN
        )
    return reason.strip()


def _link_answered(document: Document) -> None:
    """Tie the document to those of our own that it says it answers, as far as they are found."""
    opened = db.session()
    known = set(opened.scalars(select(DocumentLink.to_id).where(DocumentLink.from_id == document.id)))
    for answered in answered_by(document):
        if answered.id in known:
            continue
        link = DocumentLink(from_id=document.id, to_id=answered.id, relation=Relation.REPLY)
        link.org_id = document.org_id
        opened.add(link)


def _register(org_id: int, register_id: int | None, kind: DocKind) -> Register:
    """The register that the clerk chose, else the one that takes the kind."""
    if register_id is None:
        return catalogue.register_for(org_id, RegisterKind.IN, kind)
    register = numbering.register_of(register_id)
    if register.org_id != org_id or register.direction is not RegisterKind.IN or not register.is_active:
        raise Invalid("register.wrong_one", field="register_id")
    return register


def _year_of(register: Register, given: Incoming) -> tuple[int, str]:
    """The year of arrival while it is not closed, else this one; with the note that lateness asks for."""
    today, notes = clock.today(), [given.note] if given.note else []
    year = given.arrival_date.year
    if year != today.year:
        row = db.session().scalar(
            select(RegisterYear).where(RegisterYear.register_id == register.id, RegisterYear.year == year)
        )
        if row is None or not numbering.is_open(row):
            year = today.year
            notes.append("đến năm trước")
    if working_days_between(given.arrival_date, today) > 1:
        notes.append("đăng ký chậm")
    return year, "; ".join(notes)[:300]


def _columns(document: Document, kind: DocKind) -> dict[str, Any]:
    """Columns of the register of incoming documents (Decree 30/2020/NĐ-CP, appendix IV)."""
    code = compose(f"{document.number}{document.suffix}", document.symbol)
    return {
        "arrival_date": document.arrival_date.isoformat() if document.arrival_date else None,
        "issuer": document.issuer_text,
        "code": code,
        "doc_date": document.doc_date.isoformat() if document.doc_date else None,
        "kind": kind.name,
        "subject": document.subject,
        "signer": document.signer_name,
        "receiver": "",
        "forwarded": None,
    }


def make_uid(org_id: int, year: int, series: str, number: int) -> str:
    """An identifier of a document that no other has: agency, year, series, number and a random part."""
    return uid_of(uid_head(org_id), year, series, number)


def uid_head(org_id: int) -> str:
    """The agency's part of an identifier."""
    org = directory.org(org_id)
    return (org.code if org is not None and org.code else f"org{org_id}").replace(".", "-")


def uid_of(head: str, year: int, series: str, number: int) -> str:
    """As :func:`make_uid`, for many documents of one agency."""
    return f"{head}-{year}-{series}-{number}-{secrets.token_hex(6)}"
