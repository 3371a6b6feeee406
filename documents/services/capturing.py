"""Receiving: dropped files become received documents, each for itself; no number is involved."""

import secrets
from dataclasses import replace
from typing import IO, BinaryIO, cast

from sqlalchemy import func, or_, select

from documents.events import IntakeChanged
from documents.formats.symbols import compose, symbol_key
from documents.models.catalogue import Channel
from documents.models.document import Document
from documents.models.intake import IntakeFile, IntakeState
from documents.models.lifecycle import Direction, DocState
from documents.permissions import REGISTER, visible_to
from documents.services import catalogue, spelling
from documents.services.doubles import MAIN_DOCX, MAIN_PDF
from documents.services.moving import tell
from documents.services.prefilling import Prefill, prefill
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, Invalid, NotFound
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.people.models import User
from intranet.records import audit, files, scans
from intranet.records.files import Staged
from intranet.records.media import DOCX
from intranet.records.models import StagedState
from intranet.records.names import clean_name


def receive(actor: Actor, stream: IO[bytes], name: str, key: str | None = None) -> Staged:
    """Take one dropped file in; it becomes a received document when the worker has read it.

    :param key: under it a file is taken once, though it is sent again because the answer was lost.
    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: the file is refused; of it the desk keeps its name, and why, until that was read.
    """
    _need_clerk(actor)
    try:
        staged = files.stage(actor, cast(BinaryIO, stream), name)
    except Invalid as refusal:
        code = refusal.code
        done_once(actor, key, [name], lambda: _note(actor, f"refused-{secrets.token_hex(16)}", name, code))
        raise
    first = done_once(actor, key, [name], lambda: _note(actor, staged.public_id, staged.name))
    if first != staged.public_id:
        files.drop_staged(actor, staged.public_id)
        return replace(staged, public_id=first, state=StagedState.READY)
    capture_ready(actor)
    return staged


def _note(actor: Actor, staged_id: str, name: str, problem: str | None = None) -> str:
    """Put a file on the desk, a refused one too: the clerk is at the first form before the last is sent."""
    db.session().add(
        IntakeFile(
            org_id=actor.org_id,
            staged_id=staged_id,
            name=clean_name(name),
            by_id=actor.id,
            at=clock.now(),
            state=IntakeState.REFUSED if problem else IntakeState.CHECKING,
            problem=problem,
        )
    )
    return staged_id


def capture_ready(actor: Actor) -> int:
    """Make received documents of the actor's uploads that were read by now; returns how many."""
    waiting = db.session().scalars(
        select(IntakeFile.staged_id)
        .where(IntakeFile.by_id == actor.id, IntakeFile.state == IntakeState.CHECKING)
        .order_by(IntakeFile.id)
    )
    return sum(capture(actor, staged_id) is not None for staged_id in waiting.all())


def capture(actor: Actor, staged_id: str) -> int | None:
    """Make a received document of one upload that was read; returns its id, ``None`` if there is none now.

    Doing it twice, or in two places at once, makes one document.
    """
    try:
        staged = files.staged(actor, staged_id)
    except NotFound:
        _close(staged_id, IntakeState.REFUSED, "file.lost")
        return None
    if staged.state is StagedState.CHECKING:
        return None
    if staged.state is StagedState.REFUSED:
        _close(staged_id, IntakeState.REFUSED, staged.problem)
        return None
    read = prefill(
        staged,
        catalogue.kinds(actor.org_id),
        catalogue.known_issuers(actor.org_id),
        spelling.spellings(actor.org_id),
    )
    with db.unit_of_work() as session:
        row = session.scalar(select(IntakeFile).where(IntakeFile.staged_id == staged_id).with_for_update())
        if row is None or row.state is not IntakeState.CHECKING:
            return None if row is None else row.document_id
        document = document_of(actor, read)
        document.page_count, document.main_sha256 = staged.pages, staged.sha256
        session.add(document)
        session.flush()
        role = MAIN_DOCX if staged.media_type == DOCX else MAIN_PDF
        scans.ask_for(files.attach(actor, staged_id, document.ref, org_id=document.org_id, role=role))
        row.state, row.document_id = IntakeState.CAPTURED, document.id
        audit.record(actor, "document.received", document, channel="file")
        tell(document)
        db.publish(IntakeChanged(staged_id, actor.id, document.org_id))
        return document.id


def capture_left_over() -> int:
    """Capture uploads whose reader was told and died before it was done; returns how many."""
    with db.scope(), db.across_orgs("finishing uploads of every agency after a crash"):
        rows = db.session().execute(
            select(IntakeFile.staged_id, IntakeFile.by_id).where(IntakeFile.state == IntakeState.CHECKING)
        )
        waiting = [(staged_id, user_id) for staged_id, user_id in rows]
    done = 0
    for staged_id, user_id in waiting:
        done += capture_for(staged_id, user_id) is not None
    return done


def capture_for(staged_id: str, user_id: int) -> int | None:
    """Capture an upload in the name of the person who dropped it."""
    with db.scope():
        user = db.session().get(User, user_id)
        if user is None:
            return None
        with db.agencies(user.org_ids):
            known = db.session().scalar(select(IntakeFile.id).where(IntakeFile.staged_id == staged_id))
            return None if known is None else capture(user, staged_id)


def dismiss(actor: Actor, intake_id: int) -> None:
    """Take a refused file off the desk.

    :raises NotFound: ``intake.missing``.
    """
    _need_clerk(actor)
    with db.unit_of_work() as session:
        row = session.scalar(
            select(IntakeFile).where(IntakeFile.id == intake_id, IntakeFile.state == IntakeState.REFUSED)
        )
        if row is None:
            raise NotFound("intake.missing")
        row.state = IntakeState.DISMISSED


def why_refused(row: IntakeFile) -> str:
    """The sentence about a refused file."""
    most = db.database().settings.max_file_bytes // 2**20
    extension = row.name.rpartition(".")[2]
    problem = row.problem or "file.wrong_type"
    return label(f"error.{problem}", name=row.name, extension=extension, limit_mb=most)


def waiting_files(actor: Actor) -> list[IntakeFile]:
    """Dropped files that are being checked or were refused, oldest first."""
    query = select(IntakeFile).where(
        IntakeFile.org_id == actor.org_id,
        or_(
            IntakeFile.state == IntakeState.CHECKING,
            (IntakeFile.state == IntakeState.REFUSED) & (IntakeFile.by_id == actor.id),
        ),
    )
    return list(db.session().scalars(query.order_by(IntakeFile.id).limit(200)))


def received(actor: Actor, limit: int = 100) -> list[Document]:
    """Received documents not registered yet: by urgency, those from other agencies, in order of arrival."""
    query = (
        select(Document)
        .where(
            Document.org_id == actor.org_id,
            Document.direction == Direction.IN,
            Document.state == DocState.RECEIVED,
            visible_to(actor),
        )
        .order_by(Document.urgency.desc(), Document.source_document_id.is_(None), Document.id)
        .limit(limit)
    )
    return list(db.session().scalars(query))


def waiting_count(actor: Actor) -> int:
    """How many received documents wait to be registered, for the menu."""
    few = (
        select(Document.id)
        .where(
            Document.org_id == actor.org_id,
            Document.direction == Direction.IN,
            Document.state == DocState.RECEIVED,
            visible_to(actor),
        )
        .limit(100)
        .subquery()
    )
    return db.session().scalar(select(func.count()).select_from(few)) or 0


def set_code(document: Document, number: str, symbol: str) -> None:
    """Set what the paper says as number and symbol, and the key under which it is found."""
    for name, value in code_columns(number, symbol).items():
        setattr(document, name, value)


def code_columns(number: str, symbol: str) -> dict[str, str]:
    """What the paper says as number and symbol, as a document has it by column."""
    digits = number.rstrip("abcdefghijklmnopqrstuvwxyzđ")
    return {
        "number": digits,
        "suffix": number[len(digits) :][:3],
        "symbol": symbol,
        "symbol_key": symbol_key(compose(number, symbol))[:80] if number or symbol else "",
    }


def document_of(actor: Actor, read: Prefill) -> Document:
    """A received document of what was read, not yet in the database."""
    kind = catalogue.kind_named(actor.org_id, read.kind_name) if read.kind_name else None
    party = catalogue.party_named(actor.org_id, read.issuer) if read.issuer else None
    document = Document(
        org_id=actor.org_id,
        direction=Direction.IN,
        state=DocState.RECEIVED,
        kind_id=None if kind is None else kind.id,
        doc_date=read.doc_date,
        place=read.place,
        issuer_id=None if party is None else party.id,
        issuer_text=read.issuer,
        subject=read.subject,
        signer_name=read.signer_name,
        signer_title=read.signer_title,
        signer_authority=read.signer_authority,
        urgency=read.urgency,
        circulation_mark=read.circulation_mark,
        reply_to=read.reply_to,
        due_date=read.due_date,
        arrival_date=clock.today(),
        arrival_channel=Channel.HAND,
        prefill=read.evidence,
        created_by_id=actor.id,
        created_at=clock.now(),
    )
    set_code(document, read.number, read.symbol)
    return document


def _close(staged_id: str, state: IntakeState, problem: str | None) -> None:
    with db.unit_of_work() as session:
        row = session.scalar(select(IntakeFile).where(IntakeFile.staged_id == staged_id))
        if row is not None and row.state is IntakeState.CHECKING:
            row.state, row.problem = state, problem
            if problem == "file.secret_mark":
                row.name = ""
            db.publish(IntakeChanged(staged_id, row.by_id, row.org_id))


def _need_clerk(actor: Actor) -> None:
    if not actor.holds(REGISTER):
        raise Forbidden("auth.no_permit")
