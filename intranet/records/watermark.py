"""Copies of PDFs that carry words over every page: who took them and when. The original is not touched.

The pages are foreign, so they are opened in a child with the limits of every other parse.
"""

import io
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from intranet.records.child import answer
from intranet.records.pagetext import Unreadable
from intranet.records.parsing import Limits, ask_child
from intranet.records.pdf import damage
from intranet.records.typeset import Face, drawable, load_fonts, width_of

#: A paper of a thousand pages takes seconds, not minutes.
LIMITS = Limits(cpu_seconds=60, wall_seconds=75.0, output=256 * 1024**2)
_GREY = 0.45
_FAINT = 0.16


def marked_copy(source: Path, words: str, *, limits: Limits = LIMITS) -> bytes:
    """The PDF with these words aslant over each page, and small at its foot.

    :raises Unreadable: ``file.encrypted``, ``file.damaged``, ``file.truncated``, or ``file.too_hard``.
    """
    with tempfile.TemporaryDirectory(prefix="copy-") as folder:
        made = Path(folder) / "copy.pdf"
        said = ask_child("intranet.records.watermark", limits, str(source.resolve()), str(made), words)
        if "code" in said or not made.is_file():
            raise Unreadable(str(said.get("code", "file.too_hard")))
        return made.read_bytes()


def mark(source: Path, made: Path, words: str) -> int:
    """Write the marked copy in this very process: for the child. Returns the number of pages.

    :raises Unreadable: as :func:`marked_copy`.
    """
    try:
        with pikepdf.open(source, suppress_warnings=True) as document:
            sheets: dict[tuple[int, int], pikepdf.Pdf] = {}
            for page in document.pages:
                box = page.cropbox
                x0, y0, x1, y1 = (float(box[n]) for n in range(4))
                wide, high = abs(x1 - x0), abs(y1 - y0)
                if int(page.obj.get("/Rotate", 0)) % 180:
                    wide, high = high, wide
                size = (max(round(wide), 1), max(round(high), 1))
                if size not in sheets:
                    sheets[size] = pikepdf.open(io.BytesIO(_sheet(*size, words)))
                rect = pikepdf.Rectangle(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
                page.add_overlay(sheets[size].pages[0], rect)
            document.save(made, encryption=False)
            return len(document.pages)
    except pikepdf.PasswordError as wrong:
        raise Unreadable("file.encrypted") from wrong
    except (pikepdf.PdfError, ValueError, RecursionError) as wrong:
        raise Unreadable(damage(source)) from wrong


def _sheet(wide: int, high: int, words: str) -> bytes:
    """One clear page with the words; so faint over the text that it reads as before."""
    load_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(wide, high), invariant=1)
    line = drawable(words)
    size = max(6.0, min(wide, high) / 24)
    across = width_of(line, Face.REGULAR, size)
    if across > 0.9 * math.hypot(wide, high):
        size *= 0.9 * math.hypot(wide, high) / across
        across = 0.9 * math.hypot(wide, high)
    canvas.setFillGray(_GREY, _FAINT)
    canvas.setFont(Face.REGULAR.value, size)
    for share in (0.25, 0.5, 0.75):
        canvas.saveState()
        canvas.translate(wide / 2, high * share)
        canvas.rotate(math.degrees(math.atan2(high, wide)) / 2)
        canvas.drawCentredString(0, 0, line)
        canvas.restoreState()
    canvas.setFillGray(0.3, 1)
    canvas.setFont(Face.REGULAR.value, min(8.0, 8.0 * 0.9 * wide / max(width_of(line, Face.REGULAR, 8.0), 1)))
    canvas.drawCentredString(wide / 2, 6, line)
    canvas.save()
    return out.getvalue()


def main(arguments: list[str]) -> int:
    """``watermark MEMORY SECONDS OUTPUT SOURCE MADE WORDS``; prints a line of JSON, 0 when it could."""

    def look(source: str, made: str, words: str) -> dict[str, Any]:
        return {"pages": mark(Path(source), Path(made), words)}

    return answer(arguments, look)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
