"""How one page lies over another, and whether they look alike there. Pure arithmetic."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from intranet.records.page_record import Box, PageRecord, Tones

#: Points by which the same place may differ between two renderings of one page.
NEAR = 0.5
#: Difference of brightness (0 to 255) that drawing the same thing twice may make.
SAME_TONE = 6
#: Brightness from which a cell is bare paper.
PAPER = 248
#: Likeness of a few lines of cells below which two pages are not looked at closer.
OTHER_PAGE = 0.15


@dataclass(frozen=True)
class Motion:
    """A turn by quarter circles, counter-clockwise about the origin, then a shift in points."""

    turn: int = 0
    dx: float = 0.0
    dy: float = 0.0

    @property
    def is_rest(self) -> bool:
        """Whether it leaves everything where it is, to a twentieth of a point."""
        return self.turn == 0 and abs(self.dx) < 0.05 and abs(self.dy) < 0.05

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point comes to lie."""
        x, y = {0: (x, y), 90: (-y, x), 180: (-x, -y), 270: (y, -x)}[self.turn]
        return x + self.dx, y + self.dy

    def box(self, box: Box) -> Box:
        """Where a box comes to lie."""
        (a, b), (c, d) = self.point(box[0], box[1]), self.point(box[2], box[3])
        return (min(a, c), min(b, d), max(a, c), max(b, d))


REST = Motion()


class Look(StrEnum):
    """What a comparison of two pictures found."""

    EQUAL = "equal"
    #: The cells of the two do not lie over each other: alike as far as can be seen.
    ALIKE = "alike"
    OTHER = "other"


def turned_about(old: PageRecord, new: PageRecord, turn: int) -> Motion:
    """The motion by which the middle of one page comes over that of the other."""
    cx, cy = (old.crop[0] + old.crop[2]) / 2, (old.crop[1] + old.crop[3]) / 2
    nx, ny = (new.crop[0] + new.crop[2]) / 2, (new.crop[1] + new.crop[3]) / 2
    mx, my = Motion(turn).point(cx, cy)
    return Motion(turn, nx - mx, ny - my)


def guesses(old: PageRecord, new: PageRecord) -> list[Motion]:
    """Ways in which a page is likely to lie over its later version, the plainest first."""
    turns = dict.fromkeys((0, (new.turn - old.turn) % 360))
    return list(dict.fromkeys([REST, *(turned_about(old, new, turn) for turn in turns)]))


def fits_in_cells(old: Tones, new: Tones, motion: Motion) -> bool:
    """Whether cells come to lie upon cells, to a fiftieth of a cell."""
    if old.cell != new.cell:
        return False
    x, y = motion.point(old.x, old.y)
    parts = ((x - new.x) / new.cell % 1, (y - new.y) / new.cell % 1)
    return all(min(part, 1 - part) < 0.02 for part in parts)


def likeness(old: PageRecord, new: PageRecord, motion: Motion) -> float:
    """Share of the cells with ink on either page that are equal on both, 0 to 1; 1 for two bare pages."""
    a, b = old.tones, new.tones
    if not fits_in_cells(a, b, motion):
        return 0.0
    shape = (a.columns, a.rows) == (b.columns, b.rows)
    if not (shape and motion.turn in {0, 180} and motion == turned_about(old, new, motion.turn)):
        return _share(_over(a, b, motion))
    mine, theirs = a.data, b.data if motion.turn == 0 else b.data[::-1]
    if mine == theirs:
        return 1.0
    lines = [slice(r * a.columns, (r + 1) * a.columns) for r in range(a.rows)]
    if (first := _share(_paired(mine, theirs, lines[:: a.rows // 20 or 1]))) < OTHER_PAGE:
        return first
    return _share(_paired(mine, theirs, lines))


def _paired(a: bytes, b: bytes, lines: Sequence[slice]) -> Iterator[tuple[int, int]]:
    return chain.from_iterable(zip(a[line], b[line], strict=True) for line in lines)


def _share(pairs: Iterable[tuple[int, int]]) -> float:
    inked = equal = 0
    for one, other in pairs:
        if one < PAPER or other < PAPER:
            inked += 1
            equal += abs(one - other) <= SAME_TONE
    return equal / inked if inked else 1.0


def _over(a: Tones, b: Tones, motion: Motion) -> list[tuple[int, int]]:
    """Cells of both pages that lie over each other; nothing of the ones beyond the edge."""
    found = []
    for row in range(a.rows):
        for column in range(a.columns):
            other = _cell_under(a, b, motion, column, row)
            if other is not None:
                found.append((a.data[row * a.columns + column], other))
    return found if len(found) >= 0.5 * a.columns * a.rows else [(0, 255)]


def _cell_under(a: Tones, b: Tones, motion: Motion, column: int, row: int) -> int | None:
    x, y = motion.point(a.x + (column + 0.5) * a.cell, a.y + (row + 0.5) * a.cell)
    c, r = int((x - b.x) // b.cell), int((y - b.y) // b.cell)
    return b.data[r * b.columns + c] if 0 <= c < b.columns and 0 <= r < b.rows else None


def look(old: PageRecord, new: PageRecord, motion: Motion, box: Box) -> Look:
    """Compare what lies in a box of the old page with what lies where it would come to lie.

    Where cells do not lie upon cells, only letters and bare paper can be compared, and the letters are
    compared elsewhere: any other ink makes it ``OTHER``.
    """
    a, b = old.tones, new.tones
    if a.cell != b.cell:
        return Look.OTHER
    if not fits_in_cells(a, b, motion):
        moved = motion.box(box)
        plain = _is_text_alone(old, box) and _is_text_alone(new, moved)
        return Look.ALIKE if plain else Look.OTHER
    left, right = int((box[0] - a.x) // a.cell), int((box[2] - a.x) // a.cell)
    low, high = int((box[1] - a.y) // a.cell), int((box[3] - a.y) // a.cell)
    columns = range(max(left, 0), min(right + 1, a.columns))
    for row in range(max(low, 0), min(high + 1, a.rows)):
        if _is_equal_strip(a, b, motion, row, columns):
            continue
        for column in columns:
            mine = a.data[row * a.columns + column]
            other = _cell_under(a, b, motion, column, row)
            if abs(mine - (255 if other is None else other)) > SAME_TONE:
                return Look.OTHER
    return Look.EQUAL


def _is_equal_strip(a: Tones, b: Tones, motion: Motion, row: int, columns: range) -> bool:
    """Whether some cells of a row are byte for byte those they come to lie upon."""
    if motion.turn or not columns:
        return not columns
    c = columns.start + round((a.x + motion.dx - b.x) / a.cell)
    r = row + round((a.y + motion.dy - b.y) / a.cell)
    if c < 0 or c + len(columns) > b.columns or not 0 <= r < b.rows:
        return False
    mine, theirs = row * a.columns + columns.start, r * b.columns + c
    return a.data[mine : mine + len(columns)] == b.data[theirs : theirs + len(columns)]


def _is_text_alone(page: PageRecord, box: Box) -> bool:
    """Whether every cell with ink in the box lies on a row of text."""
    tones = page.tones
    near = [  # letters with marks reach beyond their row
        (row.x0 - 3, row.y0 - 3, row.x1 + 3, row.y1 + 3)
        for row in page.rows
        if row.x1 > box[0] - 20 and row.x0 < box[2] + 20 and row.y1 > box[1] - 20 and row.y0 < box[3] + 20
    ]
    for row in range(
        max(int((box[1] - tones.y) // tones.cell), 0),
        min(int((box[3] - tones.y) // tones.cell) + 1, tones.rows),
    ):
        for column in range(
            max(int((box[0] - tones.x) // tones.cell), 0),
            min(int((box[2] - tones.x) // tones.cell) + 1, tones.columns),
        ):
            if tones.data[row * tones.columns + column] >= PAPER:
                continue
            x0, y0 = tones.x + column * tones.cell, tones.y + row * tones.cell
            x1, y1 = x0 + tones.cell, y0 + tones.cell
            if not any(r[0] < x1 and r[2] > x0 and r[1] < y1 and r[3] > y0 for r in near):
                return False
    return True
