"""Everything of an agency in one ZIP that anybody can open, read and check without this system.

A list names every file with its SHA-256 and carries the office's seal; the same sums stand in a plain text
for the tools that every system has.
"""

import csv
import hashlib
import hmac
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, select
from sqlalchemy.orm import Session

from intranet.core.db import Base
from intranet.core.labels import label
from intranet.records import audit
from intranet.records.audit import Fault
from intranet.records.bundle import MANIFEST, SEAL, Bundle, Difference, seal_of

#: The slot that wings fill: ``(package, org_id, actor, progress) -> facts``; without an actor all is written.
PARTS = "agency.package"
SUMS, READ_ME = "SHA256SUMS", "DOC-TRUOC.txt"
#: The log of acts, one line each, as :func:`intranet.records.audit.plain` has it.
LOG = "nhat-ky/nhat-ky.jsonl"
#: No package of ours has more entries, or a longer list (bytes).
MOST_ENTRIES, MOST_LIST = 2_000_000, 1 << 30
#: What opens doors stays where it is.
_GUARDED = ("password", "token", "secret", "hash_of", "totp", "device_key")
_LEFT_OUT = frozenset({"session", "once", "signal", "job", "staged_file", "export", "sign_in_try"})
_CHUNK = 1 << 20


class Package(Bundle):
    """A package being written."""

    def add_lines(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Put rows in, one JSON object a line; returns how many."""
        count = 0

        def lines() -> Iterator[str]:
            nonlocal count
            for row in rows:
                count += 1
                yield json.dumps(dict(row), ensure_ascii=False, sort_keys=True, default=str) + "\n"

        self.add_parts(name, _parts(lines()))
        return count

    def add_csv(self, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Put a table in that spreadsheets open: UTF-8 with its mark, nothing in it computes."""

        def lines() -> Iterator[str]:
            out = io.StringIO()
            writer = csv.writer(out, lineterminator="\r\n")
            out.write("\ufeff")
            for row in chain((heads,), ([_harmless(cell) for cell in row] for row in rows)):
                writer.writerow(row)
                yield out.getvalue()
                out.seek(0)
                out.truncate()

        self.add_parts(name, _parts(lines()))

    def close(self, facts: Mapping[str, Any], read_me: str = "package.read_me") -> str:
        """Write what tells how to read and check it, then list and seal; returns the hash of the list.

        :param read_me: label of the words that tell.
        """
        self.add(READ_ME, label(read_me, **facts).encode())
        sums = "".join(f"{one['sha256']}  {one['name']}\n" for one in self.listed)
        self.add(SUMS, sums.encode())
        return self.finish(facts)


def add_tables(package: Package, session: Session, org_id: int) -> dict[str, int]:
    """Every row that is the agency's own, and what hangs on it, as JSON; returns how many of each table.

    What opens doors (sessions, passwords, tokens) is left out.
    """
    counts = {}
    own = {table.name: table for table in Base.metadata.sorted_tables if "org_id" in table.c}
    for table in Base.metadata.sorted_tables:
        if table.name in _LEFT_OUT:
            continue
        if table.name in own:
            condition = table.c.org_id == org_id
        else:
            parent = _parent(table, own)
            if parent is None:
                continue
            column, above = parent
            condition = column.in_(select(above.c.id).where(above.c.org_id == org_id))
        chosen = [c for c in table.c if not any(word in c.name for word in _GUARDED)]
        rows = session.connection().execute(
            select(*chosen).where(condition).order_by(*table.primary_key).execution_options(yield_per=1000)
        )
        found = package.add_lines(f"bang/{table.name}.jsonl", (dict(row._mapping) for row in rows))
        counts[table.name] = found
    return counts


def verify(path: Path) -> tuple[list[Difference], bool]:
    """What of a package, as ZIP or unpacked, is not as it was written; and whether the seal is ours."""
    try:
        if path.is_dir():
            return _compare({str(one.relative_to(path)): one for one in path.rglob("*") if one.is_file()})
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = [one.filename for one in entries]
            if len(entries) > MOST_ENTRIES or len(set(names)) < len(names):
                return [Difference("unreadable")], False
            return _compare({one.filename: (archive, one) for one in entries})
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError, OSError, KeyError):
        return [Difference("unreadable")], False


def prove_log(path: Path) -> Fault | None:
    """The first line of the log in a package that is not what it was; ``None`` also where there is no log."""
    if path.is_dir():
        place = path / LOG
        if not place.is_file():
            return None
        with place.open("rb") as lines:
            return audit.prove_rows(map(json.loads, lines))
    with zipfile.ZipFile(path) as archive:
        if LOG not in archive.namelist():
            return None
        with archive.open(LOG) as lines:
            return audit.prove_rows(map(json.loads, lines))


def _compare(there: Mapping[str, Any]) -> tuple[list[Difference], bool]:
    if MANIFEST not in there:
        return [Difference("missing", MANIFEST)], False
    manifest = b"".join(_pieces(there[MANIFEST], MOST_LIST))
    seal = b"".join(_pieces(there[SEAL], 1024)) if SEAL in there else b""
    is_ours = hmac.compare_digest(seal, seal_of(manifest).encode())
    listed = {str(one["name"]): str(one["sha256"]) for one in json.loads(manifest)["files"]}
    found = []
    for name, digest in listed.items():
        if name not in there:
            found.append(Difference("missing", name))
        elif _hash(there[name]) != digest:
            found.append(Difference("changed", name))
    beside = {MANIFEST, SEAL, *listed}
    return found + [Difference("added", name) for name in sorted(there) if name not in beside], is_ours


def _pieces(place: Any, most: int | None = None) -> Iterable[bytes]:
    opened = place.open("rb") if isinstance(place, Path) else place[0].open(place[1])
    read = 0
    with opened as source:
        while chunk := source.read(_CHUNK):
            read += len(chunk)
            if most is not None and read > most:
                raise ValueError("longer than any list of ours")
            yield chunk


def _hash(place: Any) -> str:
    digest = hashlib.sha256()
    try:
        for chunk in _pieces(place):
            digest.update(chunk)
    except zipfile.BadZipFile:
        return ""
    return digest.hexdigest()


def _parent(table: Table, own: Mapping[str, Table]) -> tuple[Column[Any], Table] | None:
    """The key by which rows hang on a row of the agency."""
    for key in table.foreign_keys:
        above = key.column.table
        is_required = not key.parent.nullable
        if above.name in own and above.name != "organisation" and is_required and key.column.name == "id":
            return key.parent, above
    return None


def _parts(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines in parts that are worth packing at once."""
    waiting, size = [], 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= _CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()


def _harmless(cell: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    words = "" if cell is None else str(cell)
    return f"'{words}" if words[:1] in ("=", "+", "-", "@", "\t", "\r") else words
