"""Uploads on their way in: judged cheaply at once, read by the worker, and only then part of the store.

What carries the mark of a state secret never gets that far: its bytes are deleted, its name forgotten.
"""

import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, select

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.db import publish, scope, unit_of_work
from intranet.core.dialect import insert_once
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, TooMany
from intranet.core.jobs import enqueue
from intranet.records import audit, media, store
from intranet.records.events import FileRead
from intranet.records.media import Verdict
from intranet.records.models import Reading, SecretClearance, StagedFile, StagedState
from intranet.records.names import clean_name
from intranet.records.pagetext import PageText
from intranet.records.permissions import CLEAR_MARK
from intranet.records.secrecy import mark_in_title

READ_JOB = "file.read"
#: Uploads of one person that may wait for their check at once.
MAX_WAITING = 100
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Staged:
    """An upload as its owner sees it."""

    public_id: str
    name: str
    #: Bytes.
    size: int
    sha256: str
    media_type: str
    state: StagedState
    #: Code of why it is refused or unreadable; ``error.<problem>`` is its sentence, filled from the data.
    problem: str | None = None
    problem_data: dict[str, Any] = field(default_factory=dict, hash=False)
    pages: int | None = None
    has_picture: bool = False
    #: What was read: first_page, signed_page, text, is_cut, blocks, active; ``None`` when nothing could be.
    reading: dict[str, Any] | None = field(default=None, repr=False, hash=False)

    @property
    def first_page(self) -> PageText | None:
        """Text of page 1 with its places."""
        page = self.reading and self.reading.get("first_page")
        return PageText.from_json(page) if page else None

    @property
    def signed_page(self) -> PageText | None:
        """Likewise of the page that is signed, ``None`` when that is page 1."""
        page = self.reading and self.reading.get("signed_page")
        return PageText.from_json(page) if page else None

    @property
    def text(self) -> str:
        """Text of the whole file, cut at 200 000 characters."""
        return str(self.reading["text"]) if self.reading else ""


@dataclass(frozen=True)
class _Uploader:
    """The owner of an upload, as far as the log needs to know."""

    id: int
    org_id: int
    acting_for: int | None
    only: str | None = None

    @property
    def org_ids(self) -> Collection[int]:
        """Its agency alone."""
        return (self.org_id,)

    def holds(self, permit: str) -> bool:
        """Nothing: it only names who did it."""
        return False


def stage(actor: Actor, stream: IO[bytes], name: str) -> Staged:
    """Take an upload in and ask the worker to read it.

    :param stream: read from its present place to its end.
    :raises Invalid: a code of :data:`media.REFUSED`; nothing of the file is left.
    :raises TooMany: ``file.queue_full``.
    :raises Unavailable: ``file.disk_full``.
    """
    settings = db.database().settings
    shown = clean_name(name)
    _require_place(actor)
    with _arrived(stream, settings.max_file_bytes) as incoming:
        if incoming.is_too_large:
            raise _refusal(Verdict("file.too_large", {"limit_mb": settings.max_file_bytes // 2**20}), shown)
        path = incoming.take()
        try:
            verdict = media.check(path, shown, max_bytes=settings.max_file_bytes)
            if verdict is not None and verdict.is_refused:
                raise _refusal(verdict, shown)
            return _remember(actor, incoming, shown)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def staged(actor: Actor, public_id: str) -> Staged:
    """An upload of the actor.

    :raises NotFound: ``file.not_staged``.
    """
    return _shown(own_row(actor, public_id))


def wait_for(actor: Actor, public_id: str, seconds: float = 10) -> Staged:
    """An upload once it was read, or as it stands after so many seconds. Not for within a unit of work.

    :raises NotFound: ``file.not_staged``.
    """
    deadline = time.monotonic() + seconds
    while True:
        with scope():
            found = staged(actor, public_id)
        if found.state is not StagedState.CHECKING or time.monotonic() >= deadline:
            return found
        time.sleep(_POLL_SECONDS)


def drop_staged(actor: Actor, public_id: str) -> None:
    """Throw an upload away before it is attached.

    :raises NotFound: ``file.not_staged``.
    """
    with unit_of_work() as session:
        row = own_row(actor, public_id, lock=True)
        session.delete(row)
    waiting_path(public_id).unlink(missing_ok=True)


def override_secret_mark(actor: Actor, public_id: str, reason: str) -> None:
    """Let these bytes be uploaded again by an office head: what looks like a secret mark is none.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``file.reason_missing``.
    :raises NotFound: ``file.not_staged``.
    :raises BadState: ``file.no_secret_mark``, the upload was not refused for one.
    """
    if not actor.holds(CLEAR_MARK):
        raise Forbidden("auth.no_permit")
    if not reason.strip():
        raise Invalid("file.reason_missing", field="reason")
    with unit_of_work() as session:
        row = own_row(actor, public_id, lock=True)
        if row.problem != "file.secret_mark":
            raise BadState("file.no_secret_mark")
        insert_once(
            session,
            SecretClearance,
            org_id=row.org_id,
            sha256=row.sha256,
            by_id=actor.id,
            reason=reason[:500],
            at=clock.now(),
        )
        audit.record(actor, "file.mark_cleared", row, reason=reason[:500], sha256=row.sha256)


def own_row(actor: Actor, public_id: str, *, lock: bool = False) -> StagedFile:
    """The row of an upload of the actor.

    :raises NotFound: ``file.not_staged``.
    """
    found = select(StagedFile).where(StagedFile.public_id == public_id, StagedFile.owner_id == actor.id)
    row = db.session().scalar(found.with_for_update() if lock else found)
    if row is None:
        raise NotFound("file.not_staged")
    return row


def waiting_path(public_id: str) -> Path:
    """Where an upload lies while it is checked."""
    return store.folder("tmp") / f"staged-{public_id}"


def conclude(
    row: StagedFile,
    state: StagedState,
    verdict: Verdict | None = None,
) -> None:
    """Give an upload its verdict, in the open unit of work, and tell its owner."""
    row.state = state
    row.problem = verdict.code if verdict else None
    row.problem_data = dict(verdict.data) if verdict else None
    if row.problem == "file.secret_mark":
        row.name, row.problem_data = "", None
    if state is StagedState.REFUSED:
        uploader = _Uploader(row.owner_id, row.org_id, row.acting_for_id)
        audit.record(uploader, "file.refused", row, problem=row.problem)
    publish(FileRead(row.public_id, row.owner_id, state.value))


def _require_place(actor: Actor) -> None:
    waiting = select(func.count()).where(
        StagedFile.owner_id == actor.id, StagedFile.state == StagedState.CHECKING
    )
    if (db.session().scalar(waiting) or 0) >= MAX_WAITING:
        raise TooMany("file.queue_full", wait=30)


def _arrived(stream: IO[bytes], limit: int) -> store.Incoming:
    raw: object = stream
    if isinstance(raw, store.Incoming):
        return raw
    store.require_room()
    incoming = store.Incoming(limit)
    try:
        while piece := stream.read(store.PIECE):
            incoming.write(piece)
    except BaseException:
        incoming.close()
        raise
    return incoming


def _remember(actor: Actor, incoming: store.Incoming, name: str) -> Staged:
    public_id = secrets.token_hex(16)
    path = waiting_path(public_id)
    is_cleared = _is_cleared(actor, incoming.sha256)
    is_marked = mark_in_title(Path(name).stem) is not None and not is_cleared
    if is_marked:
        incoming.path.unlink()
    else:
        incoming.path.rename(path)
    try:
        with unit_of_work() as session:
            row = StagedFile(
                public_id=public_id,
                owner_id=actor.id,
                acting_for_id=actor.acting_for,
                org_id=actor.org_id,
                name=name,
                size=incoming.size,
                sha256=incoming.sha256,
                media_type=media.BY_EXTENSION[media.extension_of(name)],
                is_cleared=is_cleared,
                state=StagedState.CHECKING,
                at=clock.now(),
            )
            session.add(row)
            session.flush()
            if is_marked:
                conclude(row, StagedState.REFUSED, Verdict("file.secret_mark"))
            else:
                enqueue(READ_JOB, public_id, {"staged": public_id})
            return _shown(row)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _is_cleared(actor: Actor, sha256: str) -> bool:
    if not actor.holds(CLEAR_MARK):
        return False
    return db.session().get(SecretClearance, (actor.org_id, sha256)) is not None


def _refusal(verdict: Verdict, name: str) -> Invalid:
    data = {"field": "file", "name": name} | verdict.data
    return Invalid(verdict.code, **data)


def _shown(row: StagedFile) -> Staged:
    found = db.session().get(Reading, row.sha256) if row.state is StagedState.READY else None
    reading = found and {
        "first_page": found.first_page,
        "signed_page": found.signed_page,
        "text": found.text,
        "is_cut": found.is_cut,
        "blocks": found.blocks,
        "active": found.active,
    }
    return Staged(
        row.public_id,
        row.name,
        row.size,
        row.sha256,
        row.media_type,
        row.state,
        row.problem,
        dict(row.problem_data or {}),
        row.pages,
        row.picture_sha256 is not None,
        reading or None,
    )
