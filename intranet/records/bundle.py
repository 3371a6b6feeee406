"""One file that holds a whole record: a ZIP with a list of what is in it, by hash, under this office's seal.

Anybody can open it and compute the hashes; whoever has the office's signing key can tell whether the list is
ours.
"""

import hmac
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from intranet.core import db

#: Names of the list and of its seal, beside which nothing in the file is unlisted.
MANIFEST, SEAL = "manifest.json", "manifest.sig"
FORMAT = "office-bundle/1"
#: No file of ours has more entries or is longer when unpacked (bytes).
MOST_ENTRIES = 5000
MOST_BYTES = 8 << 30
#: Nor a longer list (bytes).
MOST_LIST = 8 << 20
_CHUNK = 1 << 20
_WHEN = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Difference:
    """What is not as it was written.

    :param problem: ``changed``, ``missing``, ``added``, ``twice``, ``seal`` (the list is not ours) or
        ``unreadable``.
    :param name: of the entry, empty for the whole file.
    """

    problem: str
    name: str = ""


class Bundle:
    """A bundle being written to a stream."""

    def __init__(self, into: IO[bytes]) -> None:
        self._archive = zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED)
        self._listed: list[dict[str, Any]] = []

    def add(self, name: str, data: bytes) -> None:
        """Put bytes in under a name."""
        self._archive.writestr(zipfile.ZipInfo(name, _WHEN), data, zipfile.ZIP_DEFLATED)
        self._listed.append({"name": name, "size": len(data), "sha256": sha256(data).hexdigest()})

    def add_parts(self, name: str, parts: Iterable[bytes]) -> None:
        """Put bytes in under a name, part by part as they are made: no more than one part is in memory."""
        entry = zipfile.ZipInfo(name, _WHEN)
        entry.compress_type = zipfile.ZIP_DEFLATED
        self._write(entry, parts, is_long=True)

    def add_file(self, name: str, path: Path) -> None:
        """Put a file in under a name, as it lies: packed files are not packed again."""
        entry = zipfile.ZipInfo(name, _WHEN)
        entry.file_size = path.stat().st_size
        with path.open("rb") as source:
            self._write(entry, iter(lambda: source.read(_CHUNK), b""))

    def _write(self, entry: zipfile.ZipInfo, parts: Iterable[bytes], *, is_long: bool = False) -> None:
        digest, size = sha256(), 0
        with self._archive.open(entry, "w", force_zip64=is_long) as target:
            for part in parts:
                digest.update(part)
                size += len(part)
                target.write(part)
        self._listed.append({"name": entry.filename, "size": size, "sha256": digest.hexdigest()})

    def add_json(self, name: str, value: Any) -> None:
        """Put plain values in, readable by people."""
        self.add(name, json.dumps(value, ensure_ascii=False, indent=1, default=str).encode())

    @property
    def listed(self) -> list[dict[str, Any]]:
        """Name, size and hash of what is in it so far."""
        return list(self._listed)

    def finish(self, facts: Mapping[str, Any]) -> str:
        """Write list and seal and close the file; returns the hash of the list."""
        told = {"format": FORMAT, **facts, "files": self._listed}
        data = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode()
        self._archive.writestr(zipfile.ZipInfo(MANIFEST, _WHEN), data)
        self._archive.writestr(zipfile.ZipInfo(SEAL, _WHEN), seal_of(data))
        self._archive.close()
        return sha256(data).hexdigest()


def seal_of(manifest: bytes) -> str:
    """The office's seal under a list."""
    key = bytes.fromhex(db.database().settings.keys["signing"])
    return hmac.new(key, b"bundle:" + manifest, sha256).hexdigest()


def verify(path: Path) -> list[Difference]:
    """What in a bundle is not as it was written; empty when all is. Nothing is unpacked to disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _compare(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError, OSError):
        return [Difference("unreadable")]


def _compare(archive: zipfile.ZipFile) -> list[Difference]:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > MOST_BYTES:
        return [Difference("unreadable")]
    names = [one.filename for one in entries]
    found = [Difference("twice", name) for name in sorted({one for one in names if names.count(one) > 1})]
    if MANIFEST not in names or SEAL not in names:
        return [*found, Difference("seal")]
    if archive.getinfo(MANIFEST).file_size > MOST_LIST or archive.getinfo(SEAL).file_size > 1024:
        return [*found, Difference("unreadable", MANIFEST)]
    manifest = archive.read(MANIFEST)
    if not hmac.compare_digest(archive.read(SEAL), seal_of(manifest).encode()):
        found.append(Difference("seal"))
    listed = {str(one["name"]): one for one in _listed(manifest)}
    for name, one in listed.items():
        if name not in names:
            found.append(Difference("missing", name))
        elif _hash(archive, name) != one["sha256"]:
            found.append(Difference("changed", name))
    beside = {MANIFEST, SEAL, *listed}
    return found + [Difference("added", name) for name in names if name not in beside]


def _listed(manifest: bytes) -> Iterable[Mapping[str, Any]]:
    told = json.loads(manifest)
    files = told.get("files") if isinstance(told, dict) else None
    if not isinstance(files, list) or not all(
        isinstance(one, dict) and {"name", "sha256"} <= set(one) for one in files
    ):
        raise ValueError("no list of files")
    return files


def _hash(archive: zipfile.ZipFile, name: str) -> str:
    digest = sha256()
    try:
        with archive.open(name) as entry:
            while chunk := entry.read(_CHUNK):
                digest.update(chunk)
    except zipfile.BadZipFile:
        return ""
    return digest.hexdigest()
