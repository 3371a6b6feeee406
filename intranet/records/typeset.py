"""Pages we set ourselves: A4, Tinos, a real text layer. The only door to reportlab."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from intranet.core.text import nfc

FONTS = Path(__file__).resolve().parents[1] / "static" / "dist" / "fonts"
# Streams as they are, not as text: a quarter smaller, and sooner made.
rl_config.useA85 = 0
#: One millimetre in PDF points.
MM = 72 / 25.4
BLACK = (0.0, 0.0, 0.0)
RED = (0.85, 0.0, 0.0)

_SWAPS = str.maketrans({"\u00a0": " ", "\u2011": "-", "\u2012": "-", "\u2212": "-", "\t": " ", "\u2007": " "})


class FontsMissing(RuntimeError):
    """The fonts of the built assets are not there: the build of ``frontend/`` has not run."""


class Face(StrEnum):
    """The four cuts of the one typeface."""

    REGULAR = "Tinos-Regular"
    BOLD = "Tinos-Bold"
    ITALIC = "Tinos-Italic"
    BOLD_ITALIC = "Tinos-BoldItalic"


@dataclass(frozen=True)
class Run:
    """A stretch of text in one face."""

    text: str
    face: Face = Face.REGULAR


@lru_cache(maxsize=1)
def load_fonts() -> frozenset[int]:
    """Make the four faces known to the typesetter, once a process.

    :returns: the code points that all four can draw.
    :raises FontsMissing: a file is absent.
    """
    known: frozenset[int] | None = None
    for face in Face:
        path = FONTS / f"{face.value}.ttf"
        if not path.is_file():
            raise FontsMissing(f"{path.name} is missing: build the assets first (make assets)")
        font = TTFont(face.value, str(path))
        pdfmetrics.registerFont(font)
        drawn = frozenset(font.face.charToGlyph)
        known = drawn if known is None else known & drawn
    return known or frozenset()


def drawable(text: str) -> str:
    """The text in a form that the fonts can draw: NFC, special blanks made plain, unknown signs a box."""
    known = load_fonts()
    plain = nfc(text).translate(_SWAPS)
    return "".join(c if ord(c) in known or c == "\n" else "?" for c in plain)


def width_of(text: str, face: Face, size: float) -> float:
    """Width of one line in points."""
    load_fonts()
    return float(pdfmetrics.stringWidth(text, face.value, size))


def wrap(text: str, face: Face, size: float, width: float) -> list[str]:
    """Break a text into lines no wider than ``width`` points; line breaks inside it are kept."""
    lines: list[str] = []
    for part in drawable(text).split("\n"):
        line = ""
        for word in _short_words(part.split(), face, size, width):
            longer = f"{line} {word}".strip()
            if line and width_of(longer, face, size) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def wrap_even(text: str, face: Face, size: float, width: float) -> list[str]:
    """As :func:`wrap`, with lines of about one length: for centred headings."""
    best = wrap(text, face, size, width)
    low, high = width / max(len(best), 1), width
    while len(best) > 1 and high - low > 2:
        middle = (low + high) / 2
        tried = wrap(text, face, size, middle)
        fits = len(tried) <= len(best) and all(width_of(line, face, size) <= middle for line in tried)
        best, low, high = (tried, low, middle) if fits else (best, middle, high)
    return best


class Sheet:
    """A document being typeset from the top down; ``y`` is the baseline of the next line, in points.

    :param margins: top, right, bottom, left in millimetres.
    :param page_numbers: centred in the top margin from the second page on.
    """

    def __init__(
        self,
        *,
        title: str,
        author: str = "",
        margins: tuple[float, float, float, float] = (20, 20, 20, 30),
        page_numbers: bool = True,
    ) -> None:
        load_fonts()
        self._out = io.BytesIO()
        self._canvas = Canvas(self._out, pagesize=A4, invariant=1, lang="vi")
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setCreator("")
        top, right, bottom, left = (side * MM for side in margins)
        self.width, self.height = A4
        self.left, self.right = left, self.width - right
        self.top, self.bottom = self.height - top, bottom
        self.y = self.top
        self.page = 1
        self._numbered = page_numbers

    def text(
        self,
        line: str,
        x: float,
        y: float,
        size: float,
        face: Face = Face.REGULAR,
        *,
        align: str = "left",
        colour: tuple[float, float, float] = BLACK,
    ) -> None:
        """Put one line down; ``x`` is its left end, middle or right end as ``align`` says."""
        line = drawable(line)
        width = width_of(line, face, size)
        start = {"left": x, "center": x - width / 2, "right": x - width}[align]
        self._canvas.setFillColorRGB(*colour)
        self._canvas.setFont(face.value, size)
        self._canvas.drawString(start, y, line)

    def rule(self, x0: float, x1: float, y: float, *, weight: float = 0.7) -> None:
        """Draw a level line."""
        self._canvas.setStrokeColorRGB(*BLACK)
        self._canvas.setLineWidth(weight)
        self._canvas.line(x0, y, x1, y)

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: tuple[float, float, float]) -> None:
        """Draw an empty rectangle."""
        self._canvas.setStrokeColorRGB(*colour)
        self._canvas.setLineWidth(1)
        self._canvas.rect(x0, y0, x1 - x0, y1 - y0)

    def need(self, height: float) -> None:
        """Begin a new page unless ``height`` points are left on this one."""
        if self.y - height < self.bottom:
            self.new_page()

    def new_page(self) -> None:
        """Close the page and begin the next."""
        self._canvas.showPage()
        self.page += 1
        self.y = self.top
        if self._numbered:
            self.text(str(self.page), self.width / 2, self.height - 12 * MM, 13, align="center")
        self.y -= 14

    def paragraph(
        self,
        runs: Sequence[Run],
        size: float,
        *,
        first_indent: float = 0,
        left: float | None = None,
        right: float | None = None,
        spacing: float = 1.2,
        after: float = 6,
        align: str = "justify",
    ) -> None:
        """Set a paragraph of mixed faces, over as many pages as it takes.

        :param spacing: height of a line as a multiple of its size.
        :param after: points below it.
        :param align: ``justify``, ``left`` or ``center``.
        """
        x0 = self.left if left is None else left
        x1 = self.right if right is None else right
        lines = _break_runs(runs, size, x1 - x0, first_indent)
        for number, line in enumerate(lines):
            self.need(size * spacing)
            indent = first_indent if number == 0 else 0.0
            last = number == len(lines) - 1
            room = x1 - x0 - indent
            self._set_line(line, x0 + indent, room, size, "left" if last and align == "justify" else align)
            self.y -= size * spacing
        self.y -= after

    def height_of(
        self, runs: Sequence[Run], size: float, *, first_indent: float = 0, spacing: float = 1.2
    ) -> float:
        """Points that :meth:`paragraph` would take between the margins."""
        return len(_break_runs(runs, size, self.right - self.left, first_indent)) * size * spacing

    def finish(self) -> bytes:
        """Close the document; equal input gives equal bytes."""
        self._canvas.save()
        return self._out.getvalue()

    def _set_line(self, line: list[Run], x: float, room: float, size: float, align: str) -> None:
        natural = sum(width_of(run.text, run.face, size) for run in line)
        gaps = sum(run.text.count(" ") for run in line)
        spread = (room - natural) / gaps if align == "justify" and gaps else 0.0
        start = x + (room - natural) / 2 if align == "center" else x
        pen = self._canvas.beginText(start, self.y)
        pen.setFillColorRGB(*BLACK)
        pen.setWordSpace(spread)
        for run in line:
            pen.setFont(run.face.value, size)
            pen.textOut(run.text)
        self._canvas.drawText(pen)


def blocks(wanted: Sequence[tuple[Sequence[str], float, float, float, tuple[float, float, float]]]) -> bytes:
    """A PDF with a page for each block of lines: lines, width, height and size in points, colour.

    Lines begin at the upper left, three points from the edges; their faces are shared by all pages.
    """
    load_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for lines, width, height, size, colour in wanted:
        canvas.setPageSize((width, height))
        canvas.setFillColorRGB(*colour)
        canvas.setFont(Face.REGULAR.value, size)
        for number, line in enumerate(lines):
            canvas.drawString(3, height - 3 - size * (0.9 + number * 1.25), drawable(line))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _break_runs(runs: Sequence[Run], size: float, width: float, first_indent: float) -> list[list[Run]]:
    """Break runs into lines; the blank between two words belongs to the run of the first."""
    words: list[tuple[str, Face]] = []
    for run in runs:
        pieces = re.findall(r"\S+\s*|\s+", drawable(run.text).replace("\n", " "))
        words += [(word, run.face) for word in _short_words(pieces, run.face, size, width - first_indent)]
    lines: list[list[tuple[str, Face]]] = [[]]
    used = first_indent
    for word, face in words:
        bare = width_of(word.rstrip(), face, size)
        if lines[-1] and used + bare > width:
            lines.append([])
            used = 0.0
        piece = re.sub(r"\s+", " ", word)
        lines[-1].append((piece, face))
        used += width_of(piece, face, size)
    return [_joined(line) for line in lines]


def _short_words(words: Iterable[str], face: Face, size: float, width: float) -> Iterator[str]:
    """The words, those wider than a line cut into pieces that are not."""
    for word in words:
        rest = word
        while len(rest) > 8 and width_of(rest.rstrip(), face, size) > width:
            end = 8
            while end < len(rest) and width_of(rest[: end + 1], face, size) <= width:
                end += 1
            yield rest[:end]
            rest = rest[end:]
        if rest:
            yield rest


def _joined(line: list[tuple[str, Face]]) -> list[Run]:
    if not line:
        return []
    line[-1] = (line[-1][0].rstrip(), line[-1][1])
    runs = [Run(*line[0])]
    for (_, before), (word, face) in pairwise(line):
        if face is before:
            runs[-1] = Run(runs[-1].text + word, face)
        else:
            runs.append(Run(word, face))
    return runs
