"""Number, seal, issue: the clerk's last acts on an outgoing document, and its arrival at other agencies."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from documents.events import DocumentIssued
from documents.formats.symbols import compose, symbol_key
from documents.models.catalogue import Channel, Party
from documents.models.dispatch import STATUS_CODES, Dispatch, DispatchState, Purpose
from documents.models.document import Document, DocumentLink, Relation
from documents.models.lifecycle import Direction, DocEvent, DocState
from documents.models.register import Register, RegisterEntry, RegisterKind
from documents.permissions import To, access_document, give_access
from documents.services import catalogue, closing, composing, fields, numbering, stamping
from documents.services.moving import move, require, tell, touch
from documents.services.registering import make_uid
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid
from intranet.core.jobs import enqueue
from intranet.notices import services as notices
from intranet.people import directory
from intranet.people.models import Organisation, Role
from intranet.records import audit, files
from intranet.records.models import File

_ROLE_THERE = {stamping.SENT[0]: "main_pdf", "view_pdf": "main_pdf", "main_docx": "main_docx"}


@dataclass(frozen=True)
class Target:
    """One receiver: an agency of this installation, an agency outside, or a unit of one's own."""

    organisation_id: int | None = None
    party_id: int | None = None
    unit_id: int | None = None
    purpose: Purpose = Purpose.ACT


def register_of(document: Document, year: int) -> Register:
    """The register from which an outgoing document takes a number of that year.

    :raises BadState: ``register.none_for_kind``.
    :raises Invalid: ``register.not_choosable``, the one chosen for it takes nothing that year.
    """
    return catalogue.register_for(
        document.org_id, RegisterKind.OUT, document.kind, year, chosen_id=document.series_id
    )


def give_number(actor: Actor, document_id: int, day: date, *, late_reason: str = "") -> int:
    """Grant number and date to a signed document; returns the number.

    The file that carries them is made after the commit (:mod:`documents.services.stamping`).

    :param late_reason: why it comes only now, for a day of a year that is closing.
    :raises BadState: ``document.wrong_state``, ``register.year_closed``, ``register.none_for_kind``.
    :raises Invalid: ``register.date_before_last``, ``register.date_in_future``, ``register.late_reason``.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.NUMBER, lock=True)
        require(document, DocEvent.NUMBER)
        register = register_of(document, day.year)
        _settle_symbol(document, register, day.year)
        move(actor, document, DocEvent.NUMBER)
        enqueue(stamping.JOB, str(document.id), {"document": document.id})
        try:
            entry = numbering.grant(
                actor,
                register,
                year=day.year,
                entry_date=day,
                document_id=document.id,
                snapshot=_columns(document),
                late_reason=late_reason,
            )
        except BadState as closed:
            fix = f"{_first_day(register):%d/%m/%Y}"
            raise BadState(closed.code, **closed.data, field="doc_date", fix=fix) from closed
        _take(document, register, entry)
        return entry.number


def give_held_number(actor: Actor, document_id: int, entry_id: int) -> int:
    """Fill a number that was held with a signed document; it carries the date of that line.

    :raises BadState: ``document.wrong_state``, ``register.year_closed``, ``register.entry_not_held``.
    :raises Invalid: ``register.other_series``, held in a register that takes no document of this kind.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.NUMBER, lock=True)
        require(document, DocEvent.NUMBER)
        entry = db.session().get(RegisterEntry, entry_id)
        if entry is None:
            raise BadState("register.entry_not_held")
        register = register_of(document, entry.year)
        if entry.register_id != register.id:
            raise Invalid("register.other_series", field="entry_id")
        _settle_symbol(document, register, entry.year)
        move(actor, document, DocEvent.NUMBER)
        enqueue(stamping.JOB, str(document.id), {"document": document.id})
        counter = numbering.lock_year(register, entry.year)
        db.session().refresh(entry)
        numbering.fill(actor, counter, entry, document.id, _columns(document))
        _take(document, register, entry)
        return entry.number


def take_sub_number(actor: Actor, document: Document, base: RegisterEntry, reason: str) -> None:
    """Give a signed document the next letter behind a number, in the open unit of work; a leader consented.

    :raises BadState: ``document.wrong_state``, ``register.year_closed``, ``register.no_letter_left``.
    """
    move(actor, document, DocEvent.NUMBER, reason=reason)
    enqueue(stamping.JOB, str(document.id), {"document": document.id})
    counter = numbering.lock_year(base.register, base.year)
    entry = numbering.add_sub_number(
        actor, counter, base, document_id=document.id, snapshot=_columns(document), reason=reason
    )
    _take(document, base.register, entry)


def _first_day(register: Register) -> date:
    """The first day that the register takes this year, offered where a year is closed (rule N5)."""
    this_year = clock.today().year
    return max(date(this_year, 1, 1), numbering.expected(register, this_year)[1] or date.min)


def _settle_symbol(document: Document, register: Register, year: int) -> None:
    """A symbol with the year in it has that of its number, though it was drafted in the year before."""
    org = directory.org(document.org_id)
    if document.kind is not None and org is not None and "{year}" in register.symbol_pattern:
        unit = directory.unit(document.unit_id) if document.unit_id else None
        document.symbol = composing.symbol_of(register, document.kind, org, unit, year)


def _take(document: Document, register: Register, entry: RegisterEntry) -> None:
    """Let the document carry number and date of its line."""
    document.register_entry_id, document.register_date = entry.id, entry.entry_date
    document.number, document.suffix = composing.number_words(entry.number), entry.suffix
    document.doc_date = entry.entry_date
    code = compose(f"{document.number}{document.suffix}", document.symbol)
    document.symbol_key = symbol_key(code)[:80]
    document.uid = make_uid(document.org_id, entry.year, register.code, entry.number)


def seal(actor: Actor, document_id: int, note: str = "") -> None:
    """Record the agency's seal on the signed paper.

    :raises BadState: ``document.wrong_state``, ``draft.not_signed``.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.SEAL, lock=True)
        require(document, DocEvent.SEAL)
        if not document.signature:
            raise BadState("draft.not_signed")
        document.seal = {
            "kind": "paper",
            "by": actor.id,
            "at": clock.now().isoformat(),
            "note": note.strip()[:300],
        }
        move(actor, document, DocEvent.SEAL)


def issue(actor: Actor, document_id: int, targets: Sequence[Target]) -> int:
    """Send a sealed document to its receivers; returns how many.

    Agencies of the installation find it among what they have received, with all fields and files.

    :raises Invalid: ``dispatch.no_receiver``, ``dispatch.unknown_receiver``, ``dispatch.own_agency``.
    :raises BadState: ``document.wrong_state``, ``document.not_stamped``.
    """
    wanted = list(dict.fromkeys(targets))
    if not wanted:
        raise Invalid("dispatch.no_receiver", field="organisations")
    with db.unit_of_work() as session:
        document = access_document(actor, document_id, To.ISSUE, lock=True)
        require(document, DocEvent.ISSUE)
        sent = [file for file in files.of(document.ref) if file.role in stamping.SENT]
        if not any(file.role == stamping.MAIN_DOCX for file in sent):
            raise BadState("document.not_stamped")
        for target in wanted:
            line = _line(document, target)
            session.add(line)
            session.flush()
            if target.organisation_id is not None:
                _deliver(actor, document, line, sent)
            elif target.unit_id is not None:
                give_access(document, f"d:{target.unit_id}", reason="recipient")
                told = directory.receivers_of(target.unit_id)
                notices.notify(told, "document.to_know", document.ref, by=actor)
        document.issued_at = clock.now()
        move(actor, document, DocEvent.ISSUE, receivers=len(wanted))
        closing.after_reply(actor, document)
        if document.drafter_id is not None:
            notices.notify([document.drafter_id], "document.issued", document.ref, by=actor)
        db.publish(DocumentIssued(document.id, document.org_id))
        return len(wanted)


def note_envelopes(actor: Actor, document_id: int, line_id: int, envelopes: int) -> None:
    """Note how many envelopes went to a receiver by post; the postal register prints it.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises Invalid: ``dispatch.unknown_receiver``, nothing went there by post.
    """
    with db.unit_of_work() as session:
        document = access_document(actor, document_id, To.ISSUE, lock=True)
        query = select(Dispatch).where(
            Dispatch.id == line_id, Dispatch.document_id == document.id, Dispatch.channel == Channel.POST
        )
        line = session.scalar(query)
        if line is None:
            raise Invalid("dispatch.unknown_receiver", field="line")
        was, line.envelopes = line.envelopes, envelopes
        if was != envelopes:
            touch(document)
            fields = {"envelopes": [was, envelopes]}
            audit.record(actor, "dispatch.envelopes", document, fields=fields, receiver=line.receiver_name)
            tell(document)


def dispatches_of(document_id: int) -> list[Dispatch]:
    """The board of receivers of a document, in order of sending."""
    query = select(Dispatch).where(Dispatch.document_id == document_id)
    return list(db.session().scalars(query.order_by(Dispatch.id)))


def suggested_targets(document: Document) -> list[Target]:
    """Receivers that the draft's own words name: the agencies answered, and those under "Kính gửi"."""
    names = [*document.addressees, *document.recipients]
    found: list[Target] = []
    for name in names:
        party = catalogue.party_named(document.org_id, name)
        org_id = party.organisation_id if party is not None else catalogue.organisation_named(name)
        if org_id is not None and org_id != document.org_id:
            found.append(Target(organisation_id=org_id))
        elif party is not None and org_id is None:
            found.append(Target(party_id=party.id))
    return list(dict.fromkeys(found))


def _line(document: Document, target: Target) -> Dispatch:
    now = clock.now()
    line = Dispatch(
        org_id=document.org_id,
        document_id=document.id,
        purpose=target.purpose,
        consignment_id=secrets.token_hex(16),
        sent_at=now,
        attempts=1,
        state=DispatchState.SENT,
    )
    if target.organisation_id is not None:
        org = directory.org(target.organisation_id)
        if org is None or not org.is_active:
            raise Invalid("dispatch.unknown_receiver", field="organisations")
        if org.id == document.org_id:
            raise Invalid("dispatch.own_agency", field="organisations")
        line.receiver_name, line.organisation_id, line.channel = org.name, org.id, Channel.INTERNAL
    elif target.party_id is not None:
        party = db.session().get(Party, target.party_id)
        if party is None or party.org_id != document.org_id:
            raise Invalid("dispatch.unknown_receiver", field="parties")
        party = catalogue.lasting(party)
        line.receiver_name, line.party_id, line.channel = party.name, party.id, party.channel
    else:
        unit = directory.unit(target.unit_id or 0)
        if unit is None or unit.org_id != document.org_id:
            raise Invalid("dispatch.unknown_receiver", field="units")
        line.receiver_name, line.unit_id, line.channel = unit.name, unit.id, Channel.INTERNAL
        line.state, line.received_at = DispatchState.RECEIVED, now
    return line


def _deliver(actor: Actor, document: Document, line: Dispatch, sent: list[File]) -> None:
    """Put the document before the clerks of another agency as one that they have received."""
    org = directory.org(document.org_id)
    there_id = line.organisation_id
    if org is None or there_id is None:
        raise Invalid("dispatch.unknown_receiver", field="organisations")
    with db.across_orgs("issuing into another agency"):
        opened = db.session()
        if (known := _delivered(document, there_id)) is not None:
            _take_status(line, known)
            return
        there = _received(actor, document, org, there_id)
        opened.add(there)
        opened.flush()
        for file in sent:
            role = _ROLE_THERE.get(file.role, file.role)
            files.attach_copy(actor, file, there.ref, org_id=there_id, role=role)
        _link_reply(document, there)
        line.received_document_id = there.id
        line.state, line.status_code = DispatchState.ARRIVED, STATUS_CODES[DispatchState.ARRIVED]
        audit.record(actor, "document.received", there, org_id=there_id, channel="internal")
        clerks = directory.ids_with_role(there_id, Role.CLERK)
        notices.notify(clerks, "document.arrived", there.ref, by=actor)
        tell(there)


def _delivered(document: Document, there_id: int) -> Document | None:
    """The document as that agency has it already: the same item is not stored twice."""
    query = select(Document).where(Document.source_document_id == document.id, Document.org_id == there_id)
    return db.session().scalar(query.order_by(Document.id).limit(1))


def _take_status(line: Dispatch, there: Document) -> None:
    """Put on another line to the same agency how far the document got there."""
    query = select(Dispatch).where(Dispatch.received_document_id == there.id)
    before = db.session().scalars(query.order_by(Dispatch.id.desc()).limit(1)).one()
    line.received_document_id = there.id
    line.state, line.status_code = before.state, before.status_code
    line.received_at, line.answered_at = before.received_at, before.answered_at


def _received(actor: Actor, document: Document, org: Organisation, there_id: int) -> Document:
    kind = catalogue.kind_named(there_id, document.kind.name) if document.kind is not None else None
    field = fields.field_named(there_id, document.field.name) if document.field is not None else None
    party = catalogue.party_named(there_id, org.name)
    main = stamping.main_file(files.of(document.ref), stamping.SENT)
    copied: dict[str, Any] = {
        name: getattr(document, name)
        for name in (
            "number",
            "suffix",
            "symbol",
            "symbol_key",
            "doc_date",
            "place",
            "subject",
            "signer_name",
            "signer_title",
            "urgency",
            "urgent_at",
            "circulation_mark",
            "language",
            "copies",
        )
    }
    return Document(
        org_id=there_id,
        direction=Direction.IN,
        state=DocState.RECEIVED,
        kind_id=None if kind is None else kind.id,
        field_id=None if field is None else field.id,
        issuer_id=None if party is None else party.id,
        issuer_text=org.name,
        page_count=None if main is None else main.pages,
        main_sha256=None if main is None else main.sha256,
        arrival_date=clock.today(),
        arrival_channel=Channel.INTERNAL,
        source_document_id=document.id,
        origin_meta={"organisation": org.id, "uid": document.uid},
        created_by_id=actor.id,
        created_at=clock.now(),
        **copied,
    )


def _link_reply(document: Document, there: Document) -> None:
    """What answers a document of the receiver is tied to it there."""
    answered = db.session().scalars(
        select(Document)
        .join(DocumentLink, DocumentLink.to_id == Document.id)
        .where(DocumentLink.from_id == document.id, DocumentLink.relation == Relation.REPLY)
    )
    for one in answered:
        source = db.session().get(Document, one.source_document_id) if one.source_document_id else None
        if source is not None and source.org_id == there.org_id:
            link = DocumentLink(from_id=there.id, to_id=source.id, relation=Relation.REPLY)
            link.org_id = there.org_id
            db.session().add(link)


def _columns(document: Document) -> dict[str, Any]:
    """Columns of the register of outgoing documents (Decree 30/2020/NĐ-CP, appendix IV)."""
    return {
        "symbol": document.symbol,
        "kind": document.kind.name if document.kind is not None else "",
        "subject": document.subject,
        "signer": document.signer_name,
        "recipients": [*document.addressees, *document.recipients],
        "kept_by": document.kept_by,
        "copies": document.copies,
    }
