"""A ZIP of PDFs beside the lines of a register: each is looked through like any upload, then put to its line.

What belongs to no line is kept with the ZIP and listed; whoever knows better puts it to its line by hand.
"""

import secrets
import zipfile
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import IO, cast

from sqlalchemy import func, select

from documents.events import ImportMoved
from documents.formats.file_names import Target, Targets, is_junk, true_name
from documents.formats.symbols import compose, symbol_key
from documents.models.document import Document
from documents.models.importing import BundleState, FileBundle, FilePiece, PieceState
from documents.models.register import RegisterEntry, RegisterKind, RegisterYear
from documents.permissions import IMPORT, visible_to
from documents.services import numbering
from documents.services.composing import number_words
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import DomainError, Forbidden, Invalid, NotFound, TooMany
from intranet.core.jobs import enqueue
from intranet.exports import services as exports
from intranet.people.models import User
from intranet.records import audit, files, media, scans, store
from intranet.records.models import File, StagedState
from intranet.records.names import clean_name

UNPACK = "bundle.unpack"
#: What files are to their document, and to the ZIP while they belong to no line.
MAIN, ANNEX, LEFT = "main_pdf", "annex", "unmatched"
#: Files of one ZIP that are looked through at once; and how long the next wait for them.
_AT_ONCE, _LATER = 40, timedelta(seconds=2)
SHOWN, MOST_LISTED = 20, 500
_FIGURES = {"file.encrypted": "bundle.encrypted", "file.damaged": "bundle.damaged"}


def receive(actor: Actor, register_id: int, year: int, stream: IO[bytes], name: str) -> int:
    """Take in a ZIP for a register's year and have it unpacked; returns its number.

    :raises NotFound: ``register.missing``.
    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``bundle.not_a_zip``, ``bundle.no_year``, or why the ZIP is refused.
    """
    _need_permit(actor)
    register = numbering.register_of(register_id)
    if db.session().get(RegisterYear, (register.id, year)) is None:
        raise Invalid("bundle.no_year", field="year", year=year)
    shown = clean_name(name)
    if media.extension_of(shown) != "zip":
        raise Invalid("bundle.not_a_zip", field="file")
    waiting = secrets.token_hex(16)
    sha256, total = _arrived(stream, shown, waiting_path(waiting))
    with db.unit_of_work() as session:
        row = FileBundle(
            org_id=register.org_id,
            register_id=register.id,
            year=year,
            name=shown,
            sha256=sha256,
            waiting=waiting,
            total=total,
            by_id=actor.id,
            acting_for_id=actor.acting_for,
            at=clock.now(),
        )
        session.add(row)
        session.flush()
        audit.record(actor, "bundle.given", row, register=register.id, year=year, sha256=sha256, files=total)
        enqueue(UNPACK, f"{row.id}-0", {"bundle": row.id, "taken": 0})
        return row.id


def unpack(bundle_id: int, taken: int) -> dict[str, int]:
    """Take files out of a ZIP, as many as may be looked through at once; asks for itself again."""
    actor, row = _claim(bundle_id)
    with db.agencies(actor.org_ids):
        if row.state is not BundleState.UNPACKING or row.taken != taken or row.waiting is None:
            return {"taken": 0}
        at = taken
        with zipfile.ZipFile(waiting_path(row.waiting)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            while at < len(entries) and at - taken < _AT_ONCE and _checking(bundle_id) < _AT_ONCE:
                if not _take(actor, bundle_id, archive, entries[at], at):
                    break
                at += 1
        with db.unit_of_work():
            if at < row.total:
                again = {"bundle": bundle_id, "taken": at}
                # A try that got nowhere is another one all the same.
                key = f"{bundle_id}-{at}-{secrets.token_hex(4)}"
                enqueue(UNPACK, key, again, run_at=clock.now() + _LATER)
            else:
                _finish(bundle_id)
    return {"taken": at - taken}


def settle_for(staged_id: str, user_id: int) -> None:
    """A file was looked through: put it to its line, in the name of whoever gave the ZIP."""
    with db.scope():
        user = db.session().get(User, user_id)
        if user is None:
            return
        with db.agencies(user.org_ids):
            known = db.session().scalar(select(FilePiece.id).where(FilePiece.staged_id == staged_id))
            if known is not None:
                _settle(user, known)


def settle_left_over() -> int:
    """Settle files that were read while nobody listened; returns how many were looked at."""
    with db.scope(), db.across_orgs("finishing the files of every agency's imports"):
        waiting = (
            db.session()
            .execute(
                select(FilePiece.staged_id, FileBundle.by_id)
                .join(FileBundle, FileBundle.id == FilePiece.bundle_id)
                .where(FilePiece.state == PieceState.CHECKING)
                .limit(200)
            )
            .all()
        )
    for staged_id, user_id in waiting:
        if staged_id is not None:
            settle_for(staged_id, user_id)
    return len(waiting)


def place(actor: Actor, piece_id: int, number: int, suffix: str = "") -> str:
    """Put a file that belongs to no line to the document of a number; returns the document's code.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``bundle.no_piece``.
    :raises Invalid: ``bundle.no_line``.
    """
    _need_permit(actor)
    with db.unit_of_work() as session:
        piece = session.scalar(
            select(FilePiece)
            .where(FilePiece.id == piece_id, FilePiece.state == PieceState.UNMATCHED)
            .with_for_update()
        )
        file = session.get(File, piece.file_id) if piece is not None and piece.file_id is not None else None
        if piece is None or file is None:
            raise NotFound("bundle.no_piece")
        bundle = session.get_one(FileBundle, piece.bundle_id)
        document = session.scalar(
            select(Document)
            .join(RegisterEntry, RegisterEntry.id == Document.register_entry_id)
            .where(
                RegisterEntry.register_id == bundle.register_id,
                RegisterEntry.year == bundle.year,
                RegisterEntry.number == number,
                RegisterEntry.suffix == suffix,
                visible_to(actor),
            )
        )
        if document is None:
            raise Invalid("bundle.no_line", field="number", number=f"{number}{suffix}")
        there = files.of(document.ref)
        if not any(one.sha256 == file.sha256 for one in there):
            copy = files.attach_copy(
                actor, file, document.ref, org_id=document.org_id, role=ANNEX if there else MAIN
            )
            _note_main(document, copy)
        files.remove(actor, file)
        piece.state, piece.document_id, piece.problem, piece.file_id = (
            PieceState.MATCHED,
            document.id,
            None,
            None,
        )
        audit.record(actor, "bundle.placed", document, bundle=bundle.id)
        return document.code


def recent(actor: Actor) -> list[FileBundle]:
    """The newest ZIPs of the agency.

    :raises Forbidden: ``auth.no_permit``.
    """
    _need_permit(actor)
    return list(db.session().scalars(select(FileBundle).order_by(FileBundle.id.desc()).limit(SHOWN)))


def one(actor: Actor, bundle_id: int) -> FileBundle:
    """A ZIP of the actor's agencies.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``bundle.missing``.
    """
    _need_permit(actor)
    row = db.session().get(FileBundle, bundle_id)
    if row is None:
        raise NotFound("bundle.missing")
    return row


def counts(bundle: FileBundle) -> dict[PieceState, int]:
    """How many files of a ZIP came to what."""
    query = select(FilePiece.state, func.count()).where(FilePiece.bundle_id == bundle.id)
    rows = db.session().execute(query.group_by(FilePiece.state))
    return {row[0]: row[1] for row in rows}


def left(bundle: FileBundle) -> list[tuple[FilePiece, File | None]]:
    """Files that belong to no line or were refused, with the kept ones."""
    query = (
        select(FilePiece)
        .where(
            FilePiece.bundle_id == bundle.id,
            FilePiece.state.in_((PieceState.UNMATCHED, PieceState.REFUSED)),
        )
        .order_by(FilePiece.state.desc(), FilePiece.id)
        .limit(MOST_LISTED)
    )
    pieces = db.session().scalars(query).all()
    kept = {file.id: file for file in files.of(bundle.ref, LEFT)}
    return [(piece, kept.get(piece.file_id or 0)) for piece in pieces]


def may_read(actor: Actor, bundle_id: int) -> bool:
    """True for whoever may import into registers of the agency (``refs``)."""
    row = db.session().get(FileBundle, bundle_id)
    return row is not None and row.org_id in actor.org_ids and actor.holds(IMPORT)


def title_of(bundle_id: int) -> str:
    """The name of the ZIP (``refs``)."""
    return db.session().get_one(FileBundle, bundle_id).name


def give_up(bundle_id: int) -> None:
    """Say that a ZIP could not be unpacked to its end."""
    with db.unit_of_work() as opened, db.across_orgs("telling the clerk that an import was given up"):
        row = opened.get(FileBundle, bundle_id, with_for_update=True)
        if row is not None and row.state is BundleState.UNPACKING:
            row.state, row.problem = BundleState.FAILED, "bundle.failed"
            db.publish(ImportMoved(row.by_id, row.org_id))


def waiting_path(waiting: str) -> Path:
    """Where a ZIP lies until all of it is unpacked."""
    return store.folder("tmp") / f"bundle-{waiting}"


def _arrived(stream: IO[bytes], name: str, place: Path) -> tuple[str, int]:
    limit = db.database().settings.max_file_bytes
    store.require_room()
    with store.Incoming(limit) as incoming:
        while piece := stream.read(store.PIECE):
            incoming.write(piece)
        if incoming.is_too_large:
            raise Invalid("file.too_large", field="file", name=name, limit_mb=limit // 2**20)
        path = incoming.take()
        verdict = media.check_zip(path, is_collection=True)
        if verdict is not None:
            path.unlink()
            code = {"file.truncated": "bundle.damaged"} | _FIGURES
            raise Invalid(code.get(verdict.code, verdict.code), field="file", name=name)
        with zipfile.ZipFile(path) as archive:
            total = sum(not entry.is_dir() for entry in archive.infolist())
        path.rename(place)
        return incoming.sha256, total


def _take(actor: User, bundle_id: int, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, at: int) -> bool:
    """Take one file out; False when too many wait already."""
    name = true_name(entry.filename, is_utf8=bool(entry.flag_bits & 0x800))
    staged_id, problem = None, None
    if not is_junk(name):
        try:
            staged_id = _staged(actor, archive, entry, name)
        except TooMany:
            return False
        except DomainError as refusal:
            if refusal.status >= 500:
                raise
            problem = refusal.code
    with db.unit_of_work() as opened:
        row = opened.get_one(FileBundle, bundle_id, with_for_update=True, populate_existing=True)
        row.taken = at + 1
        if not is_junk(name):
            piece = FilePiece(
                org_id=row.org_id, bundle_id=row.id, name=name[-250:], staged_id=staged_id, problem=problem
            )
            piece.state = PieceState.REFUSED if staged_id is None else PieceState.CHECKING
            if problem == "file.secret_mark":
                piece.name = ""
            opened.add(piece)
        db.publish(ImportMoved(row.by_id, row.org_id))
    return True


def _staged(actor: User, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> str:
    """Stage one file; its bytes are counted again while they come out.

    :raises Invalid: it is refused.
    """
    if media.extension_of(name) != "pdf":
        raise Invalid("bundle.not_pdf")
    incoming = store.Incoming(min(entry.file_size, db.database().settings.max_file_bytes))
    try:
        with archive.open(entry) as source:
            while piece := source.read(store.PIECE):
                incoming.write(piece)
                if incoming.is_too_large:
                    raise Invalid("file.zip_bomb")
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as wrong:
        incoming.close()
        raise Invalid("bundle.damaged") from wrong
    except BaseException:
        incoming.close()
        raise
    return files.stage(actor, cast(IO[bytes], incoming), PurePosixPath(name).name).public_id


def _settle(actor: User, piece_id: int) -> None:
    with db.unit_of_work() as opened:
        piece = opened.scalar(select(FilePiece).where(FilePiece.id == piece_id).with_for_update())
        if piece is None or piece.state is not PieceState.CHECKING or piece.staged_id is None:
            return
        bundle = opened.get_one(FileBundle, piece.bundle_id)
        try:
            staged = files.staged(actor, piece.staged_id)
        except NotFound:
            staged = None
        if staged is not None and staged.state is StagedState.CHECKING:
            return
        if staged is None or staged.state is StagedState.REFUSED:
            piece.state = PieceState.REFUSED
            piece.problem = staged.problem if staged is not None else "file.lost"
            if piece.problem == "file.secret_mark":
                piece.name = ""
        else:
            _put(actor, bundle, piece, staged.sha256)
        db.publish(ImportMoved(bundle.by_id, bundle.org_id))
        opened.flush()
        if bundle.taken >= bundle.total:
            _finish(bundle.id)


def _put(actor: User, bundle: FileBundle, piece: FilePiece, sha256: str) -> None:
    """Attach one file to its document, or to the ZIP when there is none."""
    staged_id = piece.staged_id or ""
    found = _targets(actor, bundle).find(piece.name)
    if len(found) != 1:
        piece.state = PieceState.UNMATCHED
        piece.problem = "bundle.many_match" if found else "bundle.no_match"
        kept = files.attach(actor, staged_id, bundle.ref, org_id=bundle.org_id, role=LEFT)
        piece.file_id = kept.id
        return
    document = db.session().get_one(Document, found[0])
    piece.document_id = document.id
    there = files.of(document.ref)
    if any(one.sha256 == sha256 for one in there):
        piece.state = PieceState.KNOWN
        return
    file = files.attach(actor, staged_id, document.ref, org_id=document.org_id, role=ANNEX if there else MAIN)
    scans.ask_for(file)
    _note_main(document, file)
    piece.state = PieceState.MATCHED


def _note_main(document: Document, file: File) -> None:
    if document.main_sha256 is None:
        document.main_sha256 = file.sha256
        document.page_count = document.page_count or file.pages


def _targets(actor: User, bundle: FileBundle) -> Targets:
    """The lines of the ZIP's register and year; read once for all files that are settled together."""
    kept = db.session().info.setdefault("bundle.targets", {})
    if bundle.id not in kept:
        kept[bundle.id] = Targets(_read_targets(actor, bundle))
    found: Targets = kept[bundle.id]
    return found


def _read_targets(actor: User, bundle: FileBundle) -> list[Target]:
    is_incoming = bundle.register.direction is RegisterKind.IN
    query = (
        select(
            RegisterEntry.number,
            RegisterEntry.suffix,
            RegisterEntry.snapshot,
            Document.id,
            Document.symbol,
        )
        .join(Document, Document.register_entry_id == RegisterEntry.id)
        .where(
            RegisterEntry.register_id == bundle.register_id,
            RegisterEntry.year == bundle.year,
            visible_to(actor),
        )
    )
    found = []
    for row in db.session().execute(query):
        own = compose(f"{number_words(row.number)}{row.suffix}", row.symbol)
        code = str((row.snapshot or {}).get("code") or "") if is_incoming else own
        found.append(Target(row.id, row.number, row.suffix, symbol_key(code)))
    return found


def _checking(bundle_id: int) -> int:
    query = select(func.count()).where(
        FilePiece.bundle_id == bundle_id, FilePiece.state == PieceState.CHECKING
    )
    return db.session().scalar(query) or 0


def _finish(bundle_id: int) -> None:
    """End a ZIP of which every file came to something, in the open unit of work."""
    row = db.session().get_one(FileBundle, bundle_id, with_for_update=True)
    if row.state is not BundleState.UNPACKING or _checking(bundle_id):
        return
    if row.waiting is not None:
        waiting_path(row.waiting).unlink(missing_ok=True)
    row.state, row.waiting = BundleState.DONE, None
    db.publish(ImportMoved(row.by_id, row.org_id))


def _claim(bundle_id: int) -> tuple[User, FileBundle]:
    row = db.session().get_one(FileBundle, bundle_id)
    return exports.whoever_asked(row.by_id, row.acting_for_id), row


def _need_permit(actor: Actor) -> None:
    if not actor.holds(IMPORT):
        raise Forbidden("auth.no_permit")
