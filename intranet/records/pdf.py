"""PDFs of others: how many pages, what they say and where, a picture, and what in them could act.

The only door to pypdfium2 and pikepdf. Foreign files are opened in the parsing child alone
(:mod:`intranet.records.parsing`): neither library is meant for several threads.
"""

import ctypes
import io
import math
import statistics
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from intranet.core.text import nfc
from intranet.records.pagetext import PageText, TextLine, Unreadable

#: Signs read from one page at most; a page of a book has 3000.
MAX_SIGNS = 30_000
#: Signs of text, at most, on a page that shows its words as pictures.
PICTURE_SIGNS = 20
#: Likewise on one that a picture covers: who signed and when is often written over a scan.
STAMP_SIGNS = 300
#: Part of a page from which on a picture covers it.
COVERED = 0.7
#: Objects looked through for acting parts.
MAX_OBJECTS = 300_000
#: Pixels of one picture, about 6000 x 8000.
MAX_PIXELS = 48_000_000

_ACTIONS = {
    "/JavaScript": "javascript",
    "/Rendition": "media",
    "/Launch": "launch",
    "/SubmitForm": "remote",
    "/ImportData": "remote",
    "/GoToR": "remote",
    "/GoToE": "embedded_files",
}


@dataclass(frozen=True)
class PdfFacts:
    """What is known of a PDF without looking at a page.

    :param encrypted: protected, though it opens without a password.
    :param has_text: one of the first three pages has a text layer.
    :param is_pictured: page 1 is a picture; of text it has no more than the stamp of a signature.
    :param active: what could act, sorted: ``embedded_files javascript launch media remote xfa``.
    """

    pages: int
    encrypted: bool
    has_text: bool
    is_pictured: bool
    active: tuple[str, ...]


@dataclass
class _Sign:
    """One letter with its place."""

    char: str
    x0: float
    x1: float
    base: float
    size: float
    bold: bool
    italic: bool
    spaced: bool


@contextmanager
def open_pdf(path: Path) -> Iterator[pdfium.PdfDocument]:
    """A PDF for as long as the block lasts.

    :raises Unreadable: ``file.empty``, ``file.encrypted``, ``file.damaged``, ``file.truncated``,
        ``file.no_pages``.
    """
    if path.stat().st_size == 0:
        raise Unreadable("file.empty")
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as wrong:
        code = "file.encrypted" if "password" in str(wrong).lower() else damage(path)
        raise Unreadable(code) from wrong
    try:
        if len(document) == 0:
            raise Unreadable("file.no_pages")
        yield document
    finally:
        document.close()


def damage(path: Path) -> str:
    """Name what is wrong with a PDF that does not open: cut off, or damaged inside."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2048))
        return "file.damaged" if b"%%EOF" in file.read() else "file.truncated"


def page_count(path: Path) -> int:
    """Count the pages.

    :raises Unreadable: ``file.empty``, ``file.encrypted``, ``file.truncated``, ``file.damaged``,
        ``file.no_pages``.
    """
    with open_pdf(path) as document:
        return len(document)


def page_text(path: Path, page: int) -> PageText:
    """Read the text layer of a page; a scan without one gives no lines.

    :param page: from 1.
    :raises Unreadable: as :func:`page_count`, and ``file.no_such_page``.
    """
    with open_pdf(path) as document, open_page(document, page) as opened:
        return replace(_text_of(opened), number=page)


def all_text(path: Path, *, limit: int = 200_000) -> tuple[str, bool]:
    """The text of all pages, form feeds between them, and whether it was cut at ``limit`` characters."""
    parts: list[str] = []
    used = 0
    with open_pdf(path) as document:
        for number in range(len(document)):
            with open_page(document, number + 1) as opened:
                reader = opened.get_textpage()
                try:
                    part = nfc(reader.get_text_bounded()).replace("\r\n", "\n")
                finally:
                    reader.close()
            parts.append(part)
            used += len(part) + 1
            if used > limit:
                return "\f".join(parts)[:limit], True
    return "\f".join(parts), False


def render_png(path: Path, page: int, width_px: int) -> bytes:
    """Draw a page as a PNG of the given width in pixels (64 to 4000).

    :raises Unreadable: as :func:`page_text`.
    """
    with open_pdf(path) as document, open_page(document, page) as opened:
        width, height = opened.get_size()
        wanted = min(max(width_px, 64), 4000)
        scale = wanted / max(width, 1)
        if wanted * height * scale > MAX_PIXELS:
            scale = math.sqrt(MAX_PIXELS / max(width * height, 1))
        picture = opened.render(scale=scale, may_draw_forms=False).to_pil()
        out = io.BytesIO()
        picture.convert("RGB").save(out, "PNG", optimize=False)
        return out.getvalue()


def inspect(path: Path) -> PdfFacts:
    """Look through the structure of a PDF, object streams included.

    :raises Unreadable: as :func:`page_count`.
    """
    if path.stat().st_size == 0:
        raise Unreadable("file.empty")
    try:
        with pikepdf.open(path, suppress_warnings=True) as document:
            pages = len(document.pages)
            encrypted = document.is_encrypted
            active = _active_parts(document)
    except pikepdf.PasswordError as wrong:
        raise Unreadable("file.encrypted") from wrong
    except (pikepdf.PdfError, ValueError, RecursionError) as wrong:
        raise Unreadable(damage(path)) from wrong
    if pages == 0:
        raise Unreadable("file.no_pages")
    with open_pdf(path) as opened:
        seen = (_has_text(opened, number) for number in range(1, min(len(opened), 3) + 1))
        return PdfFacts(pages, encrypted, any(seen), _is_pictured(opened), active)


def is_cut_off(path: Path) -> bool:
    """Tell whether the end of the file is missing, even where a parser could repair it."""
    if damage(path) == "file.damaged":
        return False
    try:
        with pikepdf.open(path, suppress_warnings=True, attempt_recovery=False):
            return False
    except (pikepdf.PdfError, pikepdf.PasswordError):
        return True


@contextmanager
def open_page(document: pdfium.PdfDocument, number: int) -> Iterator[pdfium.PdfPage]:
    """One page for as long as the block lasts, counted from 1.

    :raises Unreadable: ``file.no_such_page``, ``file.damaged``.
    """
    if not 1 <= number <= len(document):
        raise Unreadable("file.no_such_page", page=number)
    try:
        page = document[number - 1]
    except pdfium.PdfiumError as wrong:
        raise Unreadable("file.damaged", page=number) from wrong
    try:
        yield page
    finally:
        page.close()


def _is_pictured(document: pdfium.PdfDocument) -> bool:
    with open_page(document, 1) as page:
        signs = _count_signs(page)
        if signs > STAMP_SIGNS:
            return False
        pictures = list(page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))
        width, height = page.get_size()
        areas = [abs((x1 - x0) * (y1 - y0)) for x0, y0, x1, y1 in (one.get_bounds() for one in pictures)]
        return bool(areas) and (signs <= PICTURE_SIGNS or sum(areas) >= COVERED * width * height)


def _has_text(document: pdfium.PdfDocument, number: int) -> bool:
    with open_page(document, number) as page:
        return _count_signs(page) > PICTURE_SIGNS


def _count_signs(page: pdfium.PdfPage) -> int:
    reader = page.get_textpage()
    try:
        return int(reader.count_chars())
    finally:
        reader.close()


def _active_parts(document: pikepdf.Pdf) -> tuple[str, ...]:
    found: set[str] = set()
    waiting: list[tuple[Any, int]] = [(document.trailer, 0)]
    for number, item in enumerate(document.objects):
        if number > MAX_OBJECTS:
            break
        waiting.append((item, 0))
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, pikepdf.Array):
            children = list(item)
        elif isinstance(item, (pikepdf.Dictionary, pikepdf.Stream)):
            found |= _acting(item)
            children = [value for _, value in item.items()]
        else:
            continue
        if depth < 40:  # indirect children come by themselves
            waiting += [(child, depth + 1) for child in children if not getattr(child, "is_indirect", True)]
    return tuple(sorted(found))


def _acting(item: Any) -> set[str]:
    found = set()
    keys = set(item.keys())
    action = item.get("/S") if "/S" in keys else None
    if isinstance(action, pikepdf.Name) and str(action) in _ACTIONS:
        found.add(_ACTIONS[str(action)])
    if "/JS" in keys or "/JavaScript" in keys:
        found.add("javascript")
    if "/XFA" in keys:
        found.add("xfa")
    if "/EF" in keys or "/EmbeddedFiles" in keys:
        found.add("embedded_files")
    if "/RichMediaContent" in keys:
        found.add("media")
    return found


def _text_of(page: pdfium.PdfPage) -> PageText:
    width, height = page.get_size()
    reader = page.get_textpage()
    try:
        signs = list(_signs(page, reader))
    finally:
        reader.close()
    lines = [line for row in _rows(signs) for line in _fragments(row)]
    lines.sort(key=lambda line: (-round(line.y0 / 3), line.x0))
    return PageText(width, height, tuple(lines))


def _signs(page: pdfium.PdfPage, reader: pdfium.PdfTextPage) -> Iterator[_Sign]:
    """The letters in the order of the file, turned as the page is shown, marks joined to their letter."""
    left, bottom, right, top = page.get_cropbox(fallback_ok=True)
    turn = page.get_rotation()
    x, y = ctypes.c_double(), ctypes.c_double()
    box, matrix = pdfium_c.FS_RECTF(), pdfium_c.FS_MATRIX()
    faces: dict[tuple[str, int], tuple[bool, bool]] = {}
    held: _Sign | None = None
    spaced = False
    for index in range(min(reader.count_chars(), MAX_SIGNS)):
        code = pdfium_c.FPDFText_GetUnicode(reader, index)
        char = chr(code) if 32 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "
        if char.isspace() or char in "\u00ad\u200b\ufeff":
            spaced = True
            continue
        if held is not None and unicodedata.combining(char):
            held.char += char
            continue
        if not pdfium_c.FPDFText_GetLooseCharBox(reader, index, box):
            continue
        pdfium_c.FPDFText_GetCharOrigin(reader, index, x, y)
        pdfium_c.FPDFText_GetMatrix(reader, index, matrix)
        stretch = math.hypot(matrix.c, matrix.d) or 1.0
        size = abs(pdfium_c.FPDFText_GetFontSize(reader, index) * stretch) or abs(box.top - box.bottom)
        bold, italic = _face(reader, index, faces)
        if held is not None:
            yield held
        ends = [
            _turned(px, py, turn, left, bottom, right, top)
            for px, py in ((box.left, y.value), (box.right, y.value))
        ]
        held = _Sign(
            char,
            min(ends[0][0], ends[1][0]),
            max(ends[0][0], ends[1][0]),
            ends[0][1],
            size,
            bold,
            italic,
            spaced,
        )
        spaced = False
    if held is not None:
        yield held


def _turned(
    x: float, y: float, turn: int, left: float, bottom: float, right: float, top: float
) -> tuple[float, float]:
    if turn == 90:
        return y - bottom, right - x
    if turn == 180:
        return right - x, top - y
    if turn == 270:
        return top - y, x - left
    return x - left, y - bottom


def _face(
    reader: pdfium.PdfTextPage, index: int, known: dict[tuple[str, int], tuple[bool, bool]]
) -> tuple[bool, bool]:
    buffer = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    pdfium_c.FPDFText_GetFontInfo(reader, index, buffer, 128, flags)
    weight = pdfium_c.FPDFText_GetFontWeight(reader, index)
    name = buffer.value.decode("utf-8", "replace").lower()
    key = (name, flags.value)
    if key not in known:
        bold = any(word in name for word in ("bold", "black", "heavy")) or bool(flags.value & 1 << 18)
        italic = "italic" in name or "oblique" in name or bool(flags.value & 1 << 6)
        known[key] = (bold or weight >= 650, italic)
    return known[key]


def _rows(signs: list[_Sign]) -> list[list[_Sign]]:
    """Letters that stand on one baseline."""
    rows: list[list[_Sign]] = []
    for sign in sorted(signs, key=lambda s: -s.base):
        if rows and abs(rows[-1][0].base - sign.base) < 0.25 * max(sign.size, rows[-1][0].size):
            rows[-1].append(sign)
        else:
            rows.append([sign])
    return rows


def _fragments(row: list[_Sign]) -> Iterator[TextLine]:
    """Cut a row where the gap is a column's, not a word's."""
    row.sort(key=lambda s: s.x0)
    wide = _column_gap(row)
    part: list[_Sign] = []
    for sign in row:
        if part:
            gap = (sign.x0 - part[-1].x1) / max(sign.size, 1)
            changes = sign.italic is not part[-1].italic or abs(sign.size - part[-1].size) > 0.6
            if gap > wide or (gap > 0.45 and changes):
                yield _line(part)
                part = []
        part.append(sign)
    if part:
        yield _line(part)


def _column_gap(row: list[_Sign]) -> float:
    """The gap, in heights of letters, that no word gap of this row comes near."""
    gaps = sorted(
        gap / max(b.size, 1) for a, b in pairwise(row) if (gap := b.x0 - a.x1) > 0.12 * max(b.size, 1)
    )
    usual = gaps[len(gaps) // 3] if len(gaps) > 2 else 0.65
    return min(max(0.5, 2 * usual), 1.25)


def _line(signs: list[_Sign]) -> TextLine:
    text = ""
    for number, sign in enumerate(signs):
        gap = sign.x0 - signs[number - 1].x1 if number else 0.0
        if number and (gap > 0.18 * sign.size or (sign.spaced and gap > 0.02 * sign.size)):
            text += " "
        text += sign.char
    size = statistics.median(sign.size for sign in signs)
    base = signs[0].base
    half = len(signs) / 2
    return TextLine(
        nfc(text)[:2000],
        signs[0].x0,
        base - 0.22 * size,
        max(sign.x1 for sign in signs),
        base + 0.80 * size,
        size,
        sum(sign.bold for sign in signs) > half,
        sum(sign.italic for sign in signs) > half,
    )
