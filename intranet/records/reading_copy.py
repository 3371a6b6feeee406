"""A copy of a large PDF for readers that fetch parts of it: what is said of its pages lies together.

The page reader asks for every page's entry before it draws the first. Where these lie among the pictures,
as in most files older than PDF 1.5, that is nearly all of the file. The copy packs them into few streams of
objects; the pages are the same, and the file that was given stays what is kept, signed, fetched and printed.
"""

import hashlib
import mmap
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from intranet.records import media, store
from intranet.records.child import answer
from intranet.records.pagetext import Unreadable
from intranet.records.parsing import Limits, ask_child

#: Smaller files are soon there whole: 4 MB take 1.7 s over 20 Mbit/s.
LEAST_BYTES = 4 * 1024**2
#: A reader asks for so many bytes at least, and for so many in all before the copy is worth it.
PART = 2**16
MOST_ASKED = 2**20
_LIMITS = Limits(cpu_seconds=90, wall_seconds=120.0, output=media.MAX_BYTES + 32 * 1024**2)
_OBJECT = re.compile(rb"(?<![0-9])(\d{1,10}) (\d{1,5}) obj\b")
_SAME = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit")


def make(source: Path) -> str | None:
    """Store the copy of a PDF that needs one, made in a child process; returns its SHA-256.

    :returns: ``None`` where the file is soon there, or its pages lie together already, or no true copy can
        be made: then the file itself is read.
    :raises Unavailable: ``file.disk_full``.
    """
    if source.stat().st_size < LEAST_BYTES:
        return None
    with tempfile.TemporaryDirectory(prefix="reading-") as folder:
        copy = Path(folder) / "copy.pdf"
        said = ask_child("intranet.records.reading_copy", _LIMITS, str(source.resolve()), str(copy))
        if said.get("is_made") is not True or not copy.is_file():
            return None
        with copy.open("rb") as made:
            return store.put(made)[0]


def write(source: Path, copy: Path) -> bool:
    """Write the copy if it is worth it; returns whether it was written and its pages are the same.

    :raises Unreadable: ``file.encrypted``, ``file.damaged``.
    """
    try:
        with pikepdf.open(source, suppress_warnings=True) as document:
            pages: set[Any] = {page.objgen for page in document.pages}
            if document.is_encrypted or _asked_for(source, pages) <= MOST_ASKED:
                return False
            before = list(_told(document))
            document.save(copy, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        with pikepdf.open(copy, suppress_warnings=True) as made:
            return list(_told(made)) == before
    except pikepdf.PasswordError as wrong:
        raise Unreadable("file.encrypted") from wrong
    except (pikepdf.PdfError, ValueError, RecursionError) as wrong:
        raise Unreadable("file.damaged") from wrong


def _asked_for(source: Path, pages: set[tuple[int, int]]) -> int:
    """Bytes that are fetched to read the entries of all pages; those in streams of objects count as none."""
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = {one.start() // PART for one in _OBJECT.finditer(data) if (int(one[1]), int(one[2])) in pages}
    return len(found) * PART


def _told(document: pikepdf.Pdf) -> Iterator[tuple[Any, ...]]:
    """What a page is: its boxes, its turn, and what is drawn, by hash."""
    for page in document.pages:
        drawn = hashlib.sha256()
        contents = page.obj.get("/Contents")
        for part in contents if isinstance(contents, pikepdf.Array) else [contents]:
            if isinstance(part, pikepdf.Stream):
                drawn.update(part.read_bytes() + b"\n")
        yield (*(repr(page.obj.get(name)) for name in _SAME), drawn.hexdigest())


def main(arguments: list[str]) -> int:
    """``reading_copy MEMORY SECONDS OUTPUT PDF COPY``; prints a line of JSON, returns 0 when it could."""

    def look(source: str, copy: str) -> dict[str, Any]:
        return {"is_made": write(Path(source), Path(copy))}

    return answer(arguments, look)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
