"""What the worker does for files: read uploads, sweep what nobody refers to, read the store over and over."""

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, exists, or_, select, union

from intranet.core import clock, db
from intranet.core.db import publish, unit_of_work
from intranet.core.dialect import insert_once
from intranet.core.events import subscribe
from intranet.core.jobs import JobFinished, JobState, enqueue, every, job
from intranet.records import (
    audit,
    looking,
    media,
    parsing,
    reading_copy,
    rereading,
    scans,
    signatures,
    staging,
    store,
)
from intranet.records.events import BlobDamaged, FileReadAgain
from intranet.records.media import Verdict
from intranet.records.models import Blob, File, Reading, SignatureCheck, StagedFile, StagedState
from intranet.records.parsing import Parsed
from intranet.records.staging import READ_JOB

log = logging.getLogger("intranet.files")

#: An upload that nobody attached is thrown away after this.
KEEP_STAGED = timedelta(hours=48)
_NIGHT_HOUR = 1
#: Files of our own that one child reads.
_KEPT_AT_ONCE = 8
#: Within this many nights every stored byte is read once.
_NIGHTS = 28
#: Recognising takes seconds: what only has to be parsed does not wait behind it.
LOOK_JOB = "file.look"
_SIGNATURES = "file.signatures"


@job(READ_JOB)
def read_staged(payload: Any) -> None:
    """Parse an upload in a child process and give it its verdict; one without a fault enters the store."""
    _read(str(payload["staged"]), looks=False)


@job(LOOK_JOB, is_slow=True)
def look_at_scan(payload: Any) -> None:
    """Recognise page 1 of a scan, and give it its verdict."""
    _read(str(payload["staged"]), looks=True)


def _read(public_id: str, *, looks: bool) -> None:
    row = _waiting(public_id)
    if row is None:
        return
    waiting = staging.waiting_path(public_id)
    source = waiting if waiting.exists() else store.path_of(row.sha256)
    if not source.exists():
        _conclude(public_id, StagedState.REFUSED, Verdict("file.lost"))
        return
    parsed = parsing.parse(source, row.name)
    if looking.is_wanted(parsed):
        if not looks:
            with unit_of_work():
                enqueue(LOOK_JOB, public_id, {"staged": public_id})
            return
        parsed = looking.looked_at(source, parsed)
    verdict = parsed.verdict
    if verdict is not None and verdict.code == "file.secret_mark" and row.is_cleared:
        verdict = None
    if verdict is not None and verdict.is_refused:
        waiting.unlink(missing_ok=True)
        _conclude(public_id, StagedState.REFUSED, verdict)
        return
    if waiting.exists():
        try:
            store.adopt(waiting, row.sha256)
        except ValueError:
            waiting.unlink()
            _conclude(public_id, StagedState.REFUSED, Verdict("file.lost"))
            return
    if verdict is not None:
        _conclude(public_id, StagedState.UNREADABLE, verdict)
        return
    _take_over(public_id, row.sha256, parsed)


@job(rereading.JOB, is_slow=True)
def read_again(payload: Any) -> dict[str, bool]:
    """Read stored bytes once more whose content could not be read; what was read of them is replaced."""
    sha256 = str(payload["sha256"])
    source = store.path_of(sha256)
    if not source.exists():
        return {"read": False}
    parsed = parsing.parse(source, str(payload["name"]))
    if looking.is_wanted(parsed):
        parsed = looking.looked_at(source, parsed)
    picture, signed, sheet = (None, None, None) if parsed.verdict else _put_renditions(parsed)
    with unit_of_work() as session:
        row = session.get(Blob, sha256, with_for_update=True)
        if row is None:
            return {"read": False}
        if parsed.verdict is None:
            session.execute(delete(Reading).where(Reading.sha256 == sha256))
            _note_reading(sha256, parsed, signed)
            row.pages, row.problem = parsed.pages or row.pages, None
            row.picture_sha256, row.sheet_sha256 = picture or row.picture_sha256, sheet or row.sheet_sha256
        elif row.problem is not None:
            row.problem = parsed.verdict.code
        publish(FileReadAgain(sha256))
    return {"read": parsed.verdict is None}


@every(2, "files.kept")
def read_kept() -> int:
    """Read some files of our own, the newest first, for picture and text; no upload waits behind them.

    :returns: how many were read, 0 when none is left.
    """
    with db.scope():
        unread = select(Blob.sha256, Blob.media_type).where(Blob.is_unread)
        newest = db.session().execute(unread.order_by(Blob.stored_at.desc()).limit(_KEPT_AT_ONCE)).all()
    there = [(sha256, media_type) for sha256, media_type in newest if store.exists(sha256)]
    read = parsing.parse_own([(store.path_of(sha256), media_type) for sha256, media_type in there])
    found = dict(zip(there, read, strict=True))
    for sha256, media_type in newest:
        _keep_reading(sha256, found.get((sha256, media_type)) or Parsed(media_type))
    return len(newest)


def _keep_reading(sha256: str, parsed: Parsed) -> None:
    picture, signed, sheet = _put_renditions(parsed)
    with unit_of_work() as session:
        row = session.get(Blob, sha256)
        if row is None:
            return
        _note_reading(sha256, parsed, signed)
        row.pages = parsed.pages or row.pages
        row.picture_sha256, row.sheet_sha256 = picture, sheet
        row.problem = parsed.verdict.code if parsed.verdict else None
        row.is_unread = False


@every(60, "files.unproved")
def ask_for_signatures() -> None:
    """Ask for another look at signatures that were not proved, once the operator trusts somebody else."""
    if signatures.unproved():
        with unit_of_work():
            enqueue(_SIGNATURES, clock.now().isoformat(timespec="minutes"), None)


@job(_SIGNATURES, is_slow=True)
def look_at_signatures_again(_payload: Any) -> dict[str, int]:
    """Look anew at some signatures that were not proved."""
    return {"looked_at": signatures.look_again()}


@subscribe(JobFinished)
def give_up(finished: JobFinished) -> None:
    """Call an upload unreadable whose reading failed time and again."""
    if finished.kind not in (READ_JOB, LOOK_JOB) or finished.state != JobState.FAILED:
        return
    row = _waiting(finished.key)
    if row is None:
        return
    waiting = staging.waiting_path(finished.key)
    if waiting.exists():
        store.adopt(waiting, row.sha256)
    _conclude(finished.key, StagedState.UNREADABLE, Verdict("file.too_hard"))


@every(600, "files.staged")
def sweep_staged() -> None:
    """Throw away uploads older than 48 hours, and pieces that an ended process left."""
    with unit_of_work() as session:
        old = session.scalars(select(StagedFile).where(StagedFile.at < clock.now() - KEEP_STAGED)).all()
        keys = [row.public_id for row in old]
        for row in old:
            session.delete(row)
    for key in keys:
        staging.waiting_path(key).unlink(missing_ok=True)
    for path in store.leftovers(KEEP_STAGED.total_seconds()):
        path.unlink(missing_ok=True)


@every(600, "files.nightly")
def plan_night() -> None:
    """Ask once a night, after one o'clock, for the sweep and for a part of the monthly reading."""
    now = clock.local(clock.now())
    if now.hour < _NIGHT_HOUR:
        return
    today = now.date()
    with unit_of_work():
        enqueue("files.sweep", today.isoformat(), None)
        for shelf in range(today.toordinal() % _NIGHTS, 256, _NIGHTS):
            enqueue("files.check", f"{today.isoformat()}-{shelf:02x}", {"shelf": f"{shelf:02x}"})


@job("files.sweep")
def sweep_orphans(_payload: Any) -> dict[str, int]:
    """Forget bytes nobody refers to, move them to the trash, and empty what lay there for a week."""
    _forget_blobs()
    moved = 0
    for sha256, path in store.stored():
        if store.is_old(path) and not _is_referred(sha256):
            store.discard(sha256)
            moved += 1
            if _is_referred(sha256):
                store.restore(sha256)
                moved -= 1
    return {"moved": moved, "deleted": store.empty_trash()}


@job("files.check")
def check_shelf(payload: Any) -> dict[str, int]:
    """Read a part of the store whole; bytes that are not what they were raise an alarm."""
    shelf = str(payload["shelf"])
    with db.scope():
        keys = db.session().scalars(select(Blob.sha256).where(Blob.sha256.startswith(shelf))).all()
    damaged = 0
    for sha256 in keys:
        is_there = store.is_there(sha256)
        is_sound = is_there and store.hash_of(store.path_of(sha256)) == sha256
        with unit_of_work() as session:
            blob = session.get(Blob, sha256)
            if blob is None:
                continue
            if not is_sound and not blob.is_damaged:
                log.error("stored bytes are damaged", extra={"sha256": sha256})
                publish(BlobDamaged(sha256))
                _note_damage(sha256)
            blob.checked_at, blob.is_damaged = clock.now(), not is_sound
        damaged += not is_sound
    return {"checked": len(keys), "damaged": damaged}


def _waiting(public_id: str) -> StagedFile | None:
    with db.scope():
        row = db.session().scalar(
            select(StagedFile).where(
                StagedFile.public_id == public_id, StagedFile.state == StagedState.CHECKING
            )
        )
        if row is not None:
            db.session().expunge(row)
        return row


def _conclude(public_id: str, state: StagedState, verdict: Verdict) -> None:
    with unit_of_work() as session:
        row = session.scalar(select(StagedFile).where(StagedFile.public_id == public_id).with_for_update())
        if row is not None and row.state is StagedState.CHECKING:
            staging.conclude(row, state, verdict)


def _take_over(public_id: str, sha256: str, parsed: Parsed) -> None:
    picture, signed, sheet = _put_renditions(parsed)
    signed_by = None
    if parsed.media_type == media.PDF:
        sheet = reading_copy.make(store.path_of(sha256))
        signed_by = signatures.look(store.path_of(sha256))
    with unit_of_work() as session:
        row = session.scalar(select(StagedFile).where(StagedFile.public_id == public_id).with_for_update())
        if row is None or row.state is not StagedState.CHECKING:
            return
        _note_reading(sha256, parsed, signed)
        if signed_by is not None:
            signatures.note(sha256, signed_by)
        row.pages = parsed.pages or None
        row.picture_sha256, row.sheet_sha256 = picture, sheet
        staging.conclude(row, StagedState.READY)


def _put_renditions(parsed: Parsed) -> tuple[str | None, str | None, str | None]:
    """Put the pictures of page 1 and of the signed page, and the sheet, on disk."""
    made = parsed.preview, parsed.signed_preview, parsed.preview_pdf
    picture, signed, sheet = (store.put_bytes(data) if data else None for data in made)
    return picture, signed, sheet


def _note_reading(sha256: str, parsed: Parsed, signed: str | None) -> None:
    insert_once(
        db.session(),
        Reading,
        sha256=sha256,
        first_page=parsed.first_page.to_json() if parsed.first_page else None,
        signed_page=parsed.signed_page.to_json() if parsed.signed_page else None,
        signed_picture_sha256=signed,
        is_scan=scans.are_pictures(parsed),
        text=parsed.text,
        is_cut=parsed.text_cut,
        blocks=list(parsed.blocks),
        active=list(parsed.active),
    )


def _forget_blobs() -> None:
    """Take away rows of bytes that no file and no upload refers to."""
    used = union(select(File.sha256), select(StagedFile.sha256))
    old = clock.now() - timedelta(hours=24)
    with unit_of_work() as session:
        session.execute(
            delete(Blob)
            .where(Blob.sha256.not_in(used), Blob.stored_at < old)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            delete(Reading).where(Reading.sha256.not_in(used)).execution_options(synchronize_session=False)
        )
        gone = delete(SignatureCheck).where(SignatureCheck.sha256.not_in(used))
        session.execute(gone.execution_options(synchronize_session=False))


def _is_referred(sha256: str) -> bool:
    with db.scope():
        by_blob = or_(Blob.sha256 == sha256, Blob.picture_sha256 == sha256, Blob.sheet_sha256 == sha256)
        by_upload = or_(
            StagedFile.sha256 == sha256,
            StagedFile.picture_sha256 == sha256,
            StagedFile.sheet_sha256 == sha256,
        )
        by_reading = Reading.signed_picture_sha256 == sha256
        ways = [exists().where(way) for way in (by_blob, by_upload, by_reading)]
        found = db.session().scalar(select(or_(*ways)))
        return bool(found)


def _note_damage(sha256: str) -> None:
    for file in db.session().scalars(select(File).where(File.sha256 == sha256)):
        audit.record(None, "file.damaged", file, file=file.id, sha256=sha256)
