"""Page records from a PDF: its text with the place of every sign, and how each page looks.

Foreign bytes are read in a child with the limits of every other parse; :func:`read` does it there,
:func:`records_of` is what a job calls.
"""

import math
import statistics
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from intranet.core.text import nfc
from intranet.records.child import answer
from intranet.records.page_record import Box, PageRecord, TextRow, Tones
from intranet.records.pagetext import Unreadable
from intranet.records.parsing import Limits, ask_child
from intranet.records.pdf import MAX_SIGNS, open_page, open_pdf

#: Pages of one paper that are recorded.
MAX_PAGES = 2000
#: Side of a cell in points, and the cells of one page at most: a larger page has larger cells.
CELL = 5.0
MAX_CELLS = 40_000
#: Pixels a point at which a page is drawn before its cells are measured.
SCALE = 1.6
MAX_SIDE = 2400
#: More time than for the first look at a file: each page is read and drawn.
LIMITS = Limits(cpu_seconds=240, wall_seconds=300.0, output=256 * 1024**2)

_SKIPPED = "\u00ad\u200b\ufeff"


@dataclass
class _Sign:
    """One letter with its marks."""

    char: str
    box: Box
    spaced: bool


def records_of(path: Path, *, limits: Limits = LIMITS) -> tuple[PageRecord, ...]:
    """Read a PDF's pages in a child process with limits of memory and time.

    :raises Unreadable: ``file.too_hard`` or what :func:`intranet.records.pdf.page_count` raises.
    """
    said = ask_child("intranet.records.page_facts", limits, str(path.resolve()))
    try:
        if "code" in said:
            raise Unreadable(str(said["code"]), **dict(said.get("data") or {}))
        return tuple(PageRecord.from_json(one) for one in said["pages"])
    except (ValueError, TypeError, KeyError) as wrong:
        raise Unreadable("file.too_hard") from wrong


def records_of_bytes(data: bytes, *, limits: Limits = LIMITS) -> tuple[PageRecord, ...]:
    """As :func:`records_of`, for bytes that lie in no file of their own."""
    with tempfile.TemporaryDirectory(prefix="pages-") as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(data)
        return records_of(path, limits=limits)


def read(path: Path) -> list[PageRecord]:
    """Read the pages in this very process: for the child, and for files of our own making.

    :raises Unreadable: as :func:`intranet.records.pdf.page_count`.
    """
    found = []
    with open_pdf(path) as document:
        for number in range(1, min(len(document), MAX_PAGES) + 1):
            with open_page(document, number) as page:
                found.append(_record(page))
    return found


def _record(page: Any) -> PageRecord:
    crop = _crop(page)
    turn = int(page.get_rotation()) % 360
    reader = page.get_textpage()
    try:
        rows = tuple(_in_reading_order(list(_rows(_signs(reader)))))
    finally:
        reader.close()
    picture = _picture(page, crop, turn)
    return PageRecord(crop, turn, rows, picture_hash(picture), _tones(picture, crop))


def _crop(page: Any) -> Box:
    """The visible part: the crop box as far as it lies on the page."""
    boxes = [page.get_cropbox(fallback_ok=True), page.get_mediabox(fallback_ok=True)]
    (a, b, c, d), (e, f, g, h) = ((min(x, z), min(y, w), max(x, z), max(y, w)) for x, y, z, w in boxes)
    inner = (max(a, e), max(b, f), min(c, g), min(d, h))
    return inner if inner[0] < inner[2] and inner[1] < inner[3] else (e, f, g, h)


def _signs(reader: Any) -> Iterator[_Sign]:
    """The letters in the order of the file, marks joined to theirs."""
    count = min(int(reader.count_chars()), MAX_SIGNS)
    if count == 0:
        return
    whole = reader.get_text_range(0, count)
    is_plain = len(whole) == count
    held: _Sign | None = None
    spaced = False
    for index in range(count):
        char = whole[index] if is_plain else reader.get_text_range(index, 1)
        if not char or char.isspace() or char in _SKIPPED or ord(char[0]) < 32:
            spaced = True
            continue
        if held is not None and unicodedata.combining(char[0]):
            held.char += char
            continue
        left, bottom, right, top = reader.get_charbox(index, loose=True)
        if right - left <= 0 or top - bottom <= 0:
            continue
        if held is not None:
            yield held
        held = _Sign(char, (left, bottom, right, top), spaced)
        spaced = False
    if held is not None:
        yield held


def _rows(signs: Iterator[_Sign]) -> Iterator[TextRow]:
    """Letters that follow each other on one line; which way they run is seen from the first two."""
    part: list[_Sign] = []
    way: int | None = None
    for sign in signs:
        step = _step(part[-1], sign) if part else None
        if part and (step is None or (way is not None and step != way)):
            yield _row(part, way or 0)
            part, way = [], None
        elif part:
            way = step
        part.append(sign)
    if part:
        yield _row(part, way or 0)


def _step(before: _Sign, after: _Sign) -> int | None:
    """Which way the second letter follows the first on one line, ``None`` when it does not."""
    a, b = before.box, after.box
    height, width = max(a[3] - a[1], b[3] - b[1]), max(a[2] - a[0], b[2] - b[0])
    is_level = (
        a[3] - a[1] + b[3] - b[1] >= a[2] - a[0] + b[2] - b[0]
    )  # boxes are taller than letters are wide
    if is_level and _shared(a[1], a[3], b[1], b[3]) > 0.4:
        if -0.45 * height < b[0] - a[2] < 1.6 * height and b[2] > a[2] - 0.2 * height:
            return 0
        if -0.45 * height < a[0] - b[2] < 0.8 * height and _shared(a[0], a[2], b[0], b[2]) < 0.3:
            return 180
    elif not is_level and _shared(a[0], a[2], b[0], b[2]) > 0.4:
        if -0.45 * width < b[1] - a[3] < 1.6 * width:
            return 90
        if -0.45 * width < a[1] - b[3] < 1.6 * width:
            return 270
    return None


def _shared(a0: float, a1: float, b0: float, b1: float) -> float:
    """What two stretches have in common, as a share of the shorter."""
    return max(0.0, min(a1, b1) - max(a0, b0)) / max(min(a1 - a0, b1 - b0), 0.01)


def _row(signs: list[_Sign], way: int) -> TextRow:
    near, far = {0: (0, 2), 90: (1, 3), 180: (2, 0), 270: (3, 1)}[way]
    sense = 1 if way in {0, 90} else -1
    text, stops = "", []
    end = signs[0].box[near]
    for number, sign in enumerate(signs):
        start = sign.box[near]
        height = sign.box[3] - sign.box[1] if way % 180 == 0 else sign.box[2] - sign.box[0]
        gap = (start - end) * sense
        if number and (gap > 0.15 * height or (sign.spaced and gap > 0.02 * height)):
            text += " "
            stops.append(end)
        char = nfc(sign.char)
        text += char
        stops += [start] * len(char)
        end = sign.box[far]
    x0, y0, x1, y1 = ([sign.box[side] for sign in signs] for side in range(4))
    if way % 180 == 0:  # a letter with marks above and below is taller than its row
        box = (min(x0), statistics.median_low(y0), max(x1), statistics.median_low(y1))
    else:
        box = (statistics.median_low(x0), min(y0), statistics.median_low(x1), max(y1))
    return TextRow(text, *box, way, (*stops, end))


def _in_reading_order(rows: list[TextRow]) -> list[TextRow]:
    """From the top down, left before right; the order of the parser is another one on a turned page."""
    found: list[TextRow] = []
    for way in (0, 90, 180, 270):
        ranked = sorted((_place_read(row), n) for n, row in enumerate(rows) if row.turn == way)
        line: list[tuple[float, int]] = []
        top, bottom = 0.0, 0.0
        for (down, lower, along), n in ranked:
            if line and (top + bottom) / 2 < down:
                found += [rows[number] for _, number in sorted(line)]
                line = []
            if not line:
                top, bottom = down, lower
            line.append((along, n))
        found += [rows[number] for _, number in sorted(line)]
    return found


def _place_read(row: TextRow) -> tuple[float, float, float]:
    """Upper edge and lower edge, growing downwards, and beginning, as one sees them who reads the row."""
    x0, y0, x1, y1 = row.box
    return {0: (-y1, -y0, x0), 90: (x0, x1, y0), 180: (y0, y1, -x1), 270: (-x1, -x0, -y1)}[row.turn]


def _picture(page: Any, crop: Box, turn: int) -> Image.Image:
    """The visible part in grey, as it stands before the page is turned."""
    width, height = page.get_size()
    scale = min(SCALE, MAX_SIDE / max(width, height, 1))
    drawn = page.render(scale=scale, rotation=(360 - turn) % 360, may_draw_forms=False, grayscale=True)
    picture: Image.Image = drawn.to_pil().convert("L")
    return picture


def _tones(picture: Image.Image, crop: Box) -> Tones:
    """The mean of each cell; beyond the edge of the page all is white."""
    width, height = crop[2] - crop[0], crop[3] - crop[1]
    cell = CELL
    while (width / cell + 2) * (height / cell + 2) > MAX_CELLS:
        cell *= 2
    columns, rows = 2 * math.ceil(width / cell / 2), 2 * math.ceil(height / cell / 2)
    across, up = picture.width / width, picture.height / height
    wide, high = columns * cell * across, rows * cell * up
    left, top = (wide - picture.width) / 2, (high - picture.height) / 2
    sheet = Image.new("L", (math.ceil(wide) + 4, math.ceil(high) + 4), 255)
    sheet.paste(picture, (round(left) + 2, round(top) + 2))
    x, y = round(left) + 2 - left, round(top) + 2 - top
    small = sheet.resize((columns, rows), Image.Resampling.BOX, (x, y, x + wide, y + high))
    data = small.transpose(Image.Transpose.FLIP_TOP_BOTTOM).tobytes()
    middle = ((crop[0] + crop[2]) / 2, (crop[1] + crop[3]) / 2)
    return Tones(cell, middle[0] - columns * cell / 2, middle[1] - rows * cell / 2, columns, rows, data)


def picture_hash(picture: Image.Image) -> int:
    """64 bits, one for each low frequency of the picture: above or below the median of them all."""
    small = picture.convert("L").resize((32, 32), Image.Resampling.BOX).tobytes()
    lines = [_waves(small[32 * r : 32 * r + 32]) for r in range(32)]
    found = [value for c in range(8) for value in _waves([line[c] for line in lines])]
    middle = sorted(found[1:])[len(found) // 2]
    return sum(1 << n for n, value in enumerate(found) if value > middle)


_COSINES = [[math.cos(math.pi * (2 * x + 1) * u / 64) for x in range(32)] for u in range(8)]


def _waves(values: Any) -> list[float]:
    """The first eight coefficients of the discrete cosine transform of 32 values."""
    return [sum(map(float.__mul__, map(float, values), wave)) for wave in _COSINES]


def main(arguments: list[str]) -> int:
    """``page_facts MEMORY SECONDS OUTPUT PATH``; prints one line of JSON, returns 0 when it could."""
    return answer(arguments, lambda path: {"pages": [one.to_json() for one in read(Path(path))]})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
