"""Words of scanned pages with their places, by tesseract where it is installed, shut in.

Places are PDF user space as in :mod:`intranet.records.page_record`: a word found is a box on the page.
"""

import csv
import shutil
import statistics
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from intranet.core.errors import BadState, Invalid
from intranet.core.text import nfc
from intranet.records import sandbox
from intranet.records.child import answer
from intranet.records.page_record import Box, TextRow
from intranet.records.pagetext import PageText, TextLine
from intranet.records.parsing import Limits, ask_child
from intranet.records.pdf import open_page, open_pdf
from intranet.records.sandbox import Bounds

#: Pages drawn and read in one go: what is lost when a process ends, and how often progress is seen.
BATCH = 6
#: Dots an inch; letters of 12 points are 40 high, which is what the recogniser was made for.
DPI = 200
MAX_SIDE = 4000
#: Words of which the recogniser is less sure (0 to 100) are left out.
LEAST_SURE = 30.0
_DRAWING = Limits(cpu_seconds=90, wall_seconds=120.0, output=256 * 1024**2)
_READING = Bounds(cpu_seconds=150, wall_seconds=170.0, file_bytes=64 * 1024**2)
_LANGUAGE = "vie"
#: Words further apart than this, in heights of their letters, stand in two columns.
_GAP = 2.0

#: A word of tesseract's table: its columns by name.
Word = dict[str, str]


@dataclass(frozen=True)
class Drawn:
    """How a page was drawn: its visible part, its turn in degrees clockwise, dots a point."""

    crop: Box
    turn: int
    scale: float


@lru_cache(maxsize=1)
def is_installed() -> bool:
    """Whether tesseract is there and knows Vietnamese."""
    program = shutil.which("tesseract")
    if program is None:
        return False
    words = [program, "--list-langs"]
    said = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 - no shell
    return _LANGUAGE in said.stdout.split()


def read_pages(source: Path, first: int, count: int) -> list[tuple[TextRow, ...]]:
    """The lines of some pages of a PDF, from page ``first`` on, counted from 1; seconds for each page.

    :raises BadState: ``ocr.not_installed``; ``sandbox.required``.
    :raises Invalid: ``ocr.failed``: the pages cannot be drawn or read within their limits.
    """
    return rows_of(*_seen(source, first, count))


def read_texts(source: Path, first: int, count: int) -> list[PageText]:
    """The same pages as they are seen: what stands side by side is told apart, as in a text layer.

    :raises DomainError: as :func:`read_pages`.
    """
    found = texts_of(*_seen(source, first, count))
    return [replace(page, number=number) for number, page in enumerate(found, first)]


def _seen(source: Path, first: int, count: int) -> tuple[list[str], list[Drawn]]:
    """Tesseract's table of words, and how the pages were drawn for it."""
    if not is_installed():
        raise BadState("ocr.not_installed")
    with sandbox.box() as folder:
        words = str(source.resolve()), str(folder), str(first), str(count)
        said = ask_child("intranet.records.ocr", _DRAWING, *words)
        if "code" in said:
            raise Invalid("ocr.failed", why=str(said["code"]))
        drawn = [Drawn(tuple(one["crop"]), int(one["turn"]), float(one["scale"])) for one in said["pages"]]
        names = "\n".join(f"{number}.png" for number in range(len(drawn)))
        (folder / "pages.txt").write_text(names, encoding="ascii")
        (folder / "home").mkdir()
        if sandbox.run(folder, _words, _READING) != 0:
            raise Invalid("ocr.failed", why="tesseract")
        return (folder / "out.tsv").read_text(encoding="utf-8").splitlines(), drawn


def read_some(source: Path, pages: Collection[int]) -> dict[int, tuple[TextRow, ...]]:
    """The lines of the given pages of a PDF, counted from 1.

    :raises DomainError: as :func:`read_pages`.
    """
    found: dict[int, tuple[TextRow, ...]] = {}
    for first in sorted(pages):
        if first not in found:
            count = next(n for n in range(1, BATCH + 1) if first + n not in pages or n == BATCH)
            found |= dict(enumerate(read_pages(source, first, count), first))
    return found


def rows_of(lines: Sequence[str], drawn: Sequence[Drawn]) -> list[tuple[TextRow, ...]]:
    """What a table of words says, as lines in the frame of each page."""
    return [tuple(_row(words, page) for words in said) for said, page in _by_page(lines, drawn)]


def texts_of(lines: Sequence[str], drawn: Sequence[Drawn]) -> list[PageText]:
    """What a table of words says, as pages seen upright: lines from the top down, left before right."""
    return [_text(said, page) for said, page in _by_page(lines, drawn)]


def _by_page(lines: Sequence[str], drawn: Sequence[Drawn]) -> Iterator[tuple[list[list[Word]], Drawn]]:
    """The words of each page, line by line as the recogniser joined them."""
    found: dict[tuple[int, ...], list[Word]] = {}
    for word in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        is_word = word.get("level") == "5" and (word.get("text") or "").strip()
        if is_word and float(word["conf"]) >= LEAST_SURE:
            line = tuple(int(word[name]) for name in ("page_num", "block_num", "par_num", "line_num"))
            found.setdefault(line, []).append(word)
    for number, page in enumerate(drawn, 1):
        yield [words for line, words in sorted(found.items()) if line[0] == number], page


def _text(said: Sequence[Sequence[Word]], page: Drawn) -> PageText:
    wide, high = page.crop[2] - page.crop[0], page.crop[3] - page.crop[1]
    width, height = (high, wide) if page.turn % 180 else (wide, high)
    found = []
    for words in said:
        tall = statistics.median(bottom - top for _, top, _, bottom in map(_box, words))
        for part in _parted(words, _GAP * tall):
            boxes = [_box(word) for word in part]
            text = " ".join(_said(word) for word in part)
            top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
            x0, x1 = boxes[0][0] / page.scale, boxes[-1][2] / page.scale
            y0, y1 = height - bottom / page.scale, height - top / page.scale
            found.append(TextLine(text, x0, y0, x1, y1, tall / page.scale))
    return PageText(width, height, tuple(sorted(found, key=lambda line: (-line.y1, line.x0))), is_seen=True)


def _parted(words: Sequence[Word], gap: float) -> Iterator[list[Word]]:
    """A line of the recogniser, cut where more than ``gap`` dots lie between two words."""
    part: list[Word] = []
    for word in words:
        if part and _box(word)[0] - _box(part[-1])[2] > gap:
            yield part
            part = []
        part.append(word)
    if part:
        yield part


def _row(words: Sequence[Word], page: Drawn) -> TextRow:
    """One line, as high as its words are on the whole; within a word its signs have equal widths."""
    boxes = [_box(word) for word in words]
    top, bottom = (statistics.median(box[side] for box in boxes) for side in (1, 3))
    text, stops, end = "", [], boxes[0][0]
    for word, (left, _, right, _) in zip(words, boxes, strict=True):
        said = _said(word)
        if text:
            text += " "
            stops.append(end)
        step = (right - left) / len(said)
        stops += [left + step * number for number in range(len(said))]
        text, end = text + said, right
    corners = [_in_page(x, y, page) for x, y in ((boxes[0][0], top), (end, bottom))]
    (xa, ya), (xb, yb) = corners
    along = [_in_page(stop, bottom, page)[page.turn % 180 // 90] for stop in (*stops, end)]
    box = (min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb))
    return TextRow(text, *box, page.turn, tuple(along))


def _said(word: Word) -> str:
    """The letters of a word; an Icelandic Ð, which looks the same, is a Đ, and one seen twice is one."""
    return nfc(word["text"].strip()).translate({0xD0: "Đ", 0xF0: "đ"}).replace("ĐĐ", "Đ")


def _box(word: Word) -> tuple[float, float, float, float]:
    left, top, wide, high = (float(word[name]) for name in ("left", "top", "width", "height"))
    return left, top, left + wide, top + high


def _in_page(dots_right: float, dots_down: float, page: Drawn) -> tuple[float, float]:
    """A place of the picture, which shows the page turned, in the page as it stands."""
    x0, y0, x1, y1 = page.crop
    right, down = dots_right / page.scale, dots_down / page.scale
    return {
        0: (x0 + right, y1 - down),
        90: (x0 + down, y0 + right),
        180: (x1 - right, y0 + down),
        270: (x1 - down, y1 - right),
    }[page.turn]


def _words(seen: str) -> list[str]:
    return ["tesseract", "pages.txt", f"{seen}/out", "-l", _LANGUAGE, "--dpi", str(DPI), "tsv"]


def draw(source: Path, folder: Path, first: int, count: int) -> Iterator[dict[str, Any]]:
    """Draw pages as they are shown, into ``0.png`` and so on: for the child.

    :raises Unreadable: as :func:`intranet.records.pdf.page_count`.
    """
    with open_pdf(source) as document:
        for place, number in enumerate(range(first, min(first + count, len(document) + 1))):
            with open_page(document, number) as page:
                width, height = page.get_size()
                scale = min(DPI / 72, MAX_SIDE / max(width, height, 1))
                picture = page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil()
                picture.convert("L").save(folder / f"{place}.png", compress_level=1)
                turn = int(page.get_rotation()) % 360
                left, bottom, *_ = page.get_cropbox(fallback_ok=True)
                wide, high = (height, width) if turn % 180 else (width, height)
                crop = [left, bottom, left + wide, bottom + high]
                yield {"crop": crop, "turn": turn, "scale": picture.width / width}


def main(arguments: list[str]) -> int:
    """``ocr MEMORY SECONDS OUTPUT SOURCE FOLDER FIRST COUNT``; prints a line of JSON, 0 when it could."""

    def look(source: str, folder: str, first: str, count: str) -> dict[str, Any]:
        return {"pages": list(draw(Path(source), Path(folder), int(first), int(count)))}

    return answer(arguments, look)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
