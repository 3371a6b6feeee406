"""Files of records: attach what was uploaded or made, list, take off. A file has exactly one owner."""

import io
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from intranet.core import clock, db, refs
from intranet.core.actor import Actor
from intranet.core.db import publish, unit_of_work
from intranet.core.dialect import insert_once
from intranet.core.errors import BadState, NotFound
from intranet.core.refs import Ref
from intranet.records import audit, counting, media, staging, store
from intranet.records.events import FileAttached
from intranet.records.models import Blob, File, Reading, StagedFile, StagedState
from intranet.records.names import clean_name
from intranet.records.staging import Staged, drop_staged, stage, staged, wait_for

__all__ = [
    "Kept",
    "Shown",
    "Staged",
    "attach",
    "attach_copy",
    "attach_kept",
    "drop_staged",
    "exchange",
    "get",
    "keep",
    "media_type_of",
    "of",
    "of_many",
    "path",
    "read",
    "reading",
    "remove",
    "rights",
    "shown",
    "stage",
    "staged",
    "text_of",
    "wait_for",
]


@dataclass(frozen=True)
class Kept:
    """Bytes of our own that are safely on disk and wait for a row."""

    sha256: str
    size: int
    name: str
    media_type: str
    pages: int | None = None


@dataclass(frozen=True)
class Shown:
    """Bytes of the store that are shown of a file."""

    sha256: str
    media_type: str
    size: int


def attach(actor: Actor, staged_public_id: str, owner: Ref, *, org_id: int, role: str) -> File:
    """Make an upload of the actor a file of a record, in the open unit of work.

    Its bytes are on disk already. Whoever calls has checked that the actor may change the owner.

    :raises NotFound: ``file.not_staged``, no such upload of this person, or it was attached already.
    :raises BadState: ``file.still_checking``, or the code for which it was refused.
    """
    with unit_of_work() as session:
        row = staging.own_row(actor, staged_public_id, lock=True)
        if row.attached_at is not None:
            raise NotFound("file.not_staged")
        if row.state is StagedState.CHECKING:
            raise BadState("file.still_checking", field="file", name=row.name)
        if row.state is StagedState.REFUSED:
            raise BadState(row.problem or "file.wrong_type", field="file", name=row.name)
        _note_blob(row)
        row.attached_at = clock.now()
        session.flush()
        return _add(actor, row.sha256, row.name, owner, org_id=org_id, role=role)


def keep(data: bytes, name: str, media_type: str, *, pages: int | None = None) -> Kept:
    """Put bytes that we made ourselves safely on disk; call it before the unit of work.

    :raises Unavailable: ``file.disk_full``.
    """
    sha256, size = store.put(io.BytesIO(data))
    return Kept(sha256, size, clean_name(name), media_type, pages)


def attach_kept(actor: Actor | None, kept: Kept, owner: Ref, *, org_id: int, role: str) -> File:
    """Make bytes of our own a file of a record, in the open unit of work.

    :param actor: ``None`` when the house itself made them (a job).
    """
    with unit_of_work() as session:
        insert_once(
            session,
            Blob,
            sha256=kept.sha256,
            size=kept.size,
            media_type=kept.media_type,
            pages=kept.pages,
            stored_at=clock.now(),
            is_unread=kept.media_type in media.BY_EXTENSION.values(),
            is_damaged=False,
        )
        return _add(actor, kept.sha256, kept.name, owner, org_id=org_id, role=role)


def attach_copy(actor: Actor, file: File, owner: Ref, *, org_id: int, role: str) -> File:
    """Give another record a file with the same bytes; the bytes are kept once.

    :raises NotFound: the actor may not read the file and keep a copy of it.
    """
    if "download" not in rights(actor, file):
        raise NotFound("file.none")
    return _add(actor, file.sha256, file.name, owner, org_id=org_id, role=role)


def exchange(file: File, other: File) -> None:
    """Give two files of one record each other's bytes and names, in the open unit of work.

    The first keeps its public id and place with the newer bytes, the other keeps the older ones readable.

    :raises ValueError: they belong to different records.
    """
    if file.owner != other.owner:
        raise ValueError("files of different records are not exchanged")
    file.sha256, other.sha256 = other.sha256, file.sha256
    file.name, other.name = other.name, file.name
    session = db.session()
    session.flush()
    session.expire(file, ["blob"])
    session.expire(other, ["blob"])


def remove(actor: Actor | None, file: File, *, reason: str | None = None) -> None:
    """Take a file off its record; its bytes go a week after nothing refers to them.

    :param actor: ``None`` when the house itself does (a job).
    """
    with unit_of_work() as session:
        row = session.get_one(File, file.id)
        audit.record(
            actor, "file.removed", row.owner, org_id=row.org_id, reason=reason, file=row.id, sha256=row.sha256
        )
        counting.forget_file(row.id)
        session.delete(row)


def of(ref: Ref, role: str | None = None) -> list[File]:
    """The files of a record in their order, of one role if named. Ask who may read the record first."""
    found = select(File).where(File.ref_kind == ref.kind, File.ref_id == ref.id)
    if role is not None:
        found = found.where(File.role == role)
    return list(db.session().scalars(found.order_by(File.order, File.id)))


def of_many(kind: str, ids: list[int], role: str | None = None) -> dict[int, list[File]]:
    """The files of many records of a kind by record id: one question for a whole list."""
    found = select(File).where(File.ref_kind == kind, File.ref_id.in_(ids))
    if role is not None:
        found = found.where(File.role == role)
    sorted_: dict[int, list[File]] = {key: [] for key in ids}
    for file in db.session().scalars(found.order_by(File.order, File.id)):
        sorted_[file.ref_id].append(file)
    return sorted_


def get(actor: Actor, public_id: str) -> File:
    """A file by its public id.

    :raises NotFound: ``file.none``: no such file, or it is not the actor's to read.
    """
    file = db.session().scalar(select(File).where(File.public_id == public_id))
    if file is None or "read" not in rights(actor, file):
        raise NotFound("file.none")
    return file


def rights(actor: Actor, file: File) -> Collection[str]:
    """What the actor may do with a file: of ``read``, ``download`` and ``print``."""
    return refs.file_rights(actor, file.owner, file.id)


def path(file: File) -> Path:
    """Where the bytes of a file lie; they are never to be changed there."""
    return store.path_of(file.sha256)


def read(file: File) -> bytes:
    """The bytes of a file."""
    return path(file).read_bytes()


def reading(file: File) -> Reading | None:
    """What was read from an uploaded file: first page and text; ``None`` for files of our own."""
    return db.session().get(Reading, file.sha256)


def shown(file: File, *, to_reader: bool = False) -> Shown | None:
    """What is shown of a file, ``None`` when nothing is: a PDF itself, a DOCX's words, a picture made anew.

    :param to_reader: to the page reader, which fetches parts: the copy made for it, where there is one.
    """
    if not file.can_view:
        return None
    blob = file.blob
    if file.is_pdf and not (to_reader and blob.sheet_sha256 and store.is_there(blob.sheet_sha256)):
        return Shown(blob.sha256, media.PDF, blob.size)
    sha256, kind = (blob.sheet_sha256, media.PDF) if blob.sheet_sha256 else (blob.picture_sha256, media.WEBP)
    if sha256 is None or not store.is_there(sha256):
        return None
    return Shown(sha256, kind, store.path_of(sha256).stat().st_size)


def text_of(file: File) -> str:
    """Text of an uploaded file, at most 200 000 characters, empty when none could be read."""
    found = reading(file)
    return found.text if found else ""


def _note_blob(row: StagedFile) -> None:
    session = db.session()
    is_new = insert_once(
        session,
        Blob,
        sha256=row.sha256,
        size=row.size,
        media_type=row.media_type,
        pages=row.pages,
        picture_sha256=row.picture_sha256,
        sheet_sha256=row.sheet_sha256,
        problem=row.problem if row.state is StagedState.UNREADABLE else None,
        stored_at=clock.now(),
        is_unread=False,
        is_damaged=False,
    )
    blob = session.get_one(Blob, row.sha256)
    if not is_new and blob.picture_sha256 is None:
        blob.pages, blob.picture_sha256, blob.sheet_sha256 = row.pages, row.picture_sha256, row.sheet_sha256
        blob.is_unread = False


def _add(actor: Actor | None, sha256: str, name: str, owner: Ref, *, org_id: int, role: str) -> File:
    with unit_of_work() as session:
        last = select(func.max(File.order)).where(File.ref_kind == owner.kind, File.ref_id == owner.id)
        place = session.scalar(last)
        file = File(
            public_id=secrets.token_hex(16),
            sha256=sha256,
            name=name,
            org_id=org_id,
            ref_kind=owner.kind,
            ref_id=owner.id,
            role=role,
            order=0 if place is None else place + 1,
            created_at=clock.now(),
            created_by_id=actor.id if actor else None,
        )
        session.add(file)
        session.flush()
        audit.record(actor, "file.attached", owner, org_id=org_id, file=file.id, sha256=sha256, role=role)
        publish(FileAttached(file.id, owner.kind, owner.id))
        return file


def media_type_of(name: str) -> str:
    """The media type that a name of ours speaks of."""
    return media.BY_EXTENSION[media.extension_of(name)]
