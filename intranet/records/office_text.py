"""Words of sheets, slides and OpenDocument texts: enough to find them again, no more."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from intranet.core.text import nfc
from intranet.records.docx import check_package
from intranet.records.media import ODT, PPTX, XLSX
from intranet.records.pagetext import Unreadable

#: Which parts carry words, and the ends of the names of the elements that do.
_PARTS = {
    ODT: (("content.xml",), ("}p", "}h")),
    PPTX: (("ppt/slides/slide",), ("}p",)),
    XLSX: (("xl/sharedStrings.xml",), ("}si",)),
}


def words_of(path: Path, media_type: str, *, limit: int = 200_000) -> tuple[str, bool]:
    """Read the words, a line for each paragraph or cell, and whether they were cut at ``limit`` characters.

    :raises Unreadable: as :func:`intranet.records.docx.check_package`.
    """
    check_package(path)
    lines: list[str] = []
    used = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for line in _lines(archive, media_type):
                lines.append(line)
                used += len(line) + 1
                if used > limit:
                    return "\n".join(lines)[:limit], True
    except (zipfile.BadZipFile, KeyError, EOFError, RuntimeError, etree.LxmlError) as wrong:
        raise Unreadable("file.damaged") from wrong
    return "\n".join(lines), False


def _lines(archive: zipfile.ZipFile, media_type: str) -> Iterator[str]:
    starts, ends = _PARTS[media_type]
    for name in sorted(archive.namelist(), key=lambda n: (len(n), n)):
        if not name.startswith(starts) or not name.endswith(".xml"):
            continue
        with archive.open(name) as part:
            for _, element in etree.iterparse(
                part,
                events=("end",),
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
            ):
                yield from _words(element, ends)


def _words(element: Any, ends: tuple[str, ...]) -> Iterator[str]:
    if str(element.tag).endswith(ends):
        words = nfc("".join(element.itertext())).strip()
        element.clear()
        if words:
            yield words
