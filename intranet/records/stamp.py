"""Copies of PDFs with a framed stamp on page 1, where nothing is written. The original is not touched.

The pages are foreign, so they are opened in a child with the limits of every other parse.
"""

import io
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from intranet.records.child import answer
from intranet.records.pagetext import PageText, Unreadable
from intranet.records.parsing import Limits, ask_child
from intranet.records.pdf import damage
from intranet.records.typeset import MM, RED, Face, drawable, load_fonts, width_of

LIMITS = Limits(cpu_seconds=60, wall_seconds=75.0, output=256 * 1024**2)
#: Decree 30/2020/NĐ-CP, appendix IV: 35 by 50 millimetres.
HIGH, WIDE = 35 * MM, 50 * MM
_EDGE = 12 * MM
_STEP = 4 * MM


@dataclass(frozen=True)
class Stamp:
    """What stands in the frame: who keeps it, its word, and lines of a name and a value."""

    above: str
    word: str
    lines: tuple[tuple[str, str], ...]


def stamped_copy(source: Path, stamp: Stamp, page: PageText | None, *, limits: Limits = LIMITS) -> bytes:
    """The PDF with the stamp on its first page.

    :param page: what is written on that page, where it was read: the stamp keeps clear of it.
    :raises Unreadable: ``file.encrypted``, ``file.damaged``, ``file.truncated``, or ``file.too_hard``.
    """
    taken = [(line.x0, line.y0, line.x1, line.y1) for line in page.lines] if page is not None else []
    with tempfile.TemporaryDirectory(prefix="stamp-") as folder:
        made = Path(folder) / "copy.pdf"
        told = json.dumps({"stamp": asdict(stamp), "taken": taken})
        said = ask_child("intranet.records.stamp", limits, str(source.resolve()), str(made), told)
        if "code" in said or not made.is_file():
            raise Unreadable(str(said.get("code", "file.too_hard")))
        return made.read_bytes()


def place(wide: float, high: float, taken: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Lower left corner of the stamp: the first place from the top, left before right, that covers least."""
    x_last, y_last = max(wide - _EDGE - WIDE, 0.0), max(high - _EDGE - HIGH, 0.0)
    best, least = (min(_EDGE, x_last), y_last), float("inf")
    y = y_last
    while y >= 0:
        x = min(_EDGE, x_last)
        while x <= x_last:
            covered = sum(_covered(x, y, box) for box in taken)
            if covered < least:
                best, least = (x, y), covered
            if not covered:
                return best
            x += _STEP
        y -= _STEP
    return best


def _covered(x: float, y: float, box: Sequence[float]) -> float:
    """Area of a written line, with a little air round it, that the stamp would cover."""
    x0, y0, x1, y1 = box[0] - 3, box[1] - 3, box[2] + 3, box[3] + 3
    return max(min(x + WIDE, x1) - max(x, x0), 0) * max(min(y + HIGH, y1) - max(y, y0), 0)


def put(source: Path, made: Path, told: str) -> int:
    """Write the copy in this very process: for the child. Returns the number of pages.

    :raises Unreadable: as :func:`stamped_copy`.
    """
    asked = json.loads(told)
    given = asked["stamp"]
    stamp = Stamp(given["above"], given["word"], tuple((name, value) for name, value in given["lines"]))
    try:
        with pikepdf.open(source, suppress_warnings=True) as document:
            page = document.pages[0]
            x0, y0, x1, y1 = (float(page.cropbox[n]) for n in range(4))
            wide, high = abs(x1 - x0), abs(y1 - y0)
            if int(page.obj.get("/Rotate", 0)) % 180:
                wide, high = high, wide
            with pikepdf.open(io.BytesIO(_sheet(wide, high, stamp, asked["taken"]))) as sheet:
                rect = pikepdf.Rectangle(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
                page.add_overlay(sheet.pages[0], rect)
                document.save(made, encryption=False)
            return len(document.pages)
    except pikepdf.PasswordError as wrong:
        raise Unreadable("file.encrypted") from wrong
    except (pikepdf.PdfError, IndexError, ValueError, RecursionError) as wrong:
        raise Unreadable(damage(source)) from wrong


def _sheet(wide: float, high: float, stamp: Stamp, taken: Sequence[Sequence[float]]) -> bytes:
    """A clear page with the frame on it, in the red of stamps; what is filled in is black."""
    load_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(wide, high), invariant=1)
    x, y = place(wide, high, taken)
    canvas.setStrokeColorRGB(*RED)
    canvas.setFillColorRGB(*RED)
    canvas.setLineWidth(1.2)
    canvas.rect(x, y, WIDE, HIGH)
    above = drawable(stamp.above)
    size = min(8.5, 8.5 * (WIDE - 8) / max(width_of(above, Face.BOLD, 8.5), 1))
    canvas.setFont(Face.BOLD.value, size)
    canvas.drawCentredString(x + WIDE / 2, y + HIGH - 12, above)
    canvas.setFont(Face.BOLD.value, 13)
    canvas.drawCentredString(x + WIDE / 2, y + HIGH - 27, drawable(stamp.word))
    step = (HIGH - 36) / max(len(stamp.lines), 1)
    for number, (name, value) in enumerate(stamp.lines):
        base = y + HIGH - 30 - step * (number + 0.75)
        canvas.setFillColorRGB(*RED)
        canvas.setFont(Face.REGULAR.value, 9)
        lead = drawable(f"{name}: ")
        canvas.drawString(x + 6, base, lead)
        start = x + 6 + width_of(lead, Face.REGULAR, 9)
        room = x + WIDE - 5 - start
        if value:
            canvas.setFillGray(0)
            canvas.drawString(start, base, _cut(drawable(value), room))
        else:
            canvas.setDash(0.6, 2)
            canvas.line(start, base - 1, start + room, base - 1)
            canvas.setDash()
    canvas.save()
    return out.getvalue()


def _cut(text: str, room: float) -> str:
    """As much of a text as fits."""
    while text and width_of(text, Face.REGULAR, 9) > room:
        text = text[:-2] + "…" if len(text) > 2 else ""
    return text


def main(arguments: list[str]) -> int:
    """``stamp MEMORY SECONDS OUTPUT SOURCE MADE TOLD``; prints a line of JSON, 0 when it could."""

    def look(source: str, made: str, told: str) -> dict[str, Any]:
        return {"pages": put(Path(source), Path(made), told)}

    return answer(arguments, look)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
