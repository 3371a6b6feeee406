"""Bytes on disk, named by their SHA-256, so that nothing acknowledged is lost and nothing lies there twice.

A file is streamed to ``tmp``, hashed on the way, made durable, and renamed into place; only then may a
transaction refer to it. A crash leaves an orphan, never a row without its file.
"""

import errno
import hashlib
import io
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from intranet.core import db
from intranet.core.errors import Unavailable

#: Bytes read or written at a time.
PIECE = 1024 * 1024
#: Free bytes of the disk under which nothing more is taken; of a small disk a twentieth.
RESERVE = 1024**3
#: Orphans younger than this may belong to a transaction under way.
ORPHAN_SECONDS = 24 * 3600
#: What was taken out comes back within this time if somebody finds it missing.
TRASH_SECONDS = 7 * 24 * 3600


class Incoming(io.RawIOBase):
    """Bytes arriving in ``tmp``: counted, hashed, and gone again when nobody takes them over."""

    def __init__(self, limit: int | None = None) -> None:
        super().__init__()
        self.limit = limit
        #: Bytes that arrived; those beyond the limit are counted, not kept.
        self.size = 0
        self.path = folder("tmp") / secrets.token_hex(16)
        self._hash = hashlib.sha256()
        self._file = self.path.open("xb+")
        self._is_taken = False

    @property
    def sha256(self) -> str:
        """Hash of what arrived."""
        return self._hash.hexdigest()

    @property
    def is_too_large(self) -> bool:
        """True when more arrived than the limit allows."""
        return self.limit is not None and self.size > self.limit

    def writable(self) -> bool:
        """It takes bytes."""
        return True

    def readable(self) -> bool:
        """It gives them back."""
        return True

    def seekable(self) -> bool:
        """Reading may start anywhere."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # bytes-like values are all we get
        """Keep a piece.

        :raises Unavailable: ``file.disk_full``.
        """
        self.size += len(data)
        if self.is_too_large:
            self._file.truncate(0)
            return len(data)
        self._hash.update(data)
        with _full_disk_said():
            return self._file.write(data)

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # as above
        """Read from the present place."""
        return self._file.readinto(buffer)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a place."""
        with _full_disk_said():
            return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The present place."""
        return self._file.tell()

    def take(self) -> Path:
        """Leave the bytes where they are when this is closed; returns where."""
        with _full_disk_said():
            self._file.flush()
        self._is_taken = True
        return self.path

    def close(self) -> None:
        """Close, and remove what nobody took."""
        if not self.closed:
            self._file.close()
            if not self._is_taken:
                self.path.unlink(missing_ok=True)
        super().close()


def folder(name: str = "") -> Path:
    """The store's folder, or one in it, made when missing."""
    path = db.database().settings.file_dir / name
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def path_of(sha256: str) -> Path:
    """Where the bytes with this hash lie, if they do."""
    return db.database().settings.file_dir / sha256[:2] / sha256


def exists(sha256: str) -> bool:
    """True when the bytes are there."""
    return path_of(sha256).is_file()


def is_there(sha256: str) -> bool:
    """True when the bytes are there, if need be brought back from the trash."""
    return exists(sha256) or restore(sha256)


def put(stream: IO[bytes]) -> tuple[str, int]:
    """Store the rest of a stream durably; returns hash and number of bytes.

    :raises Unavailable: ``file.disk_full``.
    """
    require_room()
    with Incoming() as incoming:
        while piece := stream.read(PIECE):
            incoming.write(piece)
        adopt(incoming.take(), incoming.sha256)
        return incoming.sha256, incoming.size


def put_bytes(data: bytes) -> str:
    """Store bytes durably; returns their hash."""
    return put(io.BytesIO(data))[0]


def adopt(path: Path, sha256: str) -> None:
    """Make a file of ``tmp`` durable and give it its place; known bytes are kept once.

    :raises ValueError: its bytes are not those of the hash.
    :raises Unavailable: ``file.disk_full``.
    """
    if hash_of(path) != sha256:
        raise ValueError("the bytes changed on their way into the store")
    place = path_of(sha256)
    with _full_disk_said():
        shelf = folder(sha256[:2])
        if place.exists():
            os.utime(place)
            path.unlink()
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.chmod(0o400)
            path.rename(place)
        _sync_folder(shelf)


def hash_of(path: Path) -> str:
    """SHA-256 of a file, read whole."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_room(coming: int = 0) -> None:
    """Refuse to take more when the disk is nearly full.

    :param coming: bytes about to arrive.
    :raises Unavailable: ``file.disk_full``.
    """
    usage = shutil.disk_usage(folder())
    if usage.free - coming < min(RESERVE, usage.total // 20):
        raise Unavailable("file.disk_full")


def stored() -> Iterator[tuple[str, Path]]:
    """Hash and path of all that is in place, shelf by shelf."""
    for shelf in sorted(folder().iterdir()):
        if len(shelf.name) == 2:
            yield from ((path.name, path) for path in sorted(shelf.iterdir()))


def leftovers(older_than: float) -> Iterator[Path]:
    """Files in ``tmp`` older than so many seconds."""
    limit = time.time() - older_than
    yield from (path for path in folder("tmp").iterdir() if _modified(path) < limit)


def discard(sha256: str) -> Path:
    """Move an orphan to the trash; returns where it lies now."""
    trashed = folder("trash") / sha256
    path_of(sha256).rename(trashed)
    os.utime(trashed)
    return trashed


def restore(sha256: str) -> bool:
    """Bring bytes back from the trash; returns whether they were there."""
    trashed = folder("trash") / sha256
    if not trashed.is_file():
        return False
    shelf = folder(sha256[:2])
    trashed.rename(path_of(sha256))
    _sync_folder(shelf)
    return True


def is_old(path: Path) -> bool:
    """True when an orphan may be taken out."""
    return _modified(path) < time.time() - ORPHAN_SECONDS


def empty_trash() -> int:
    """Delete for good what was taken out a week ago; returns how many."""
    old = [path for path in folder("trash").iterdir() if _modified(path) < time.time() - TRASH_SECONDS]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _full_disk_said() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Unavailable("file.disk_full") from problem
        raise
