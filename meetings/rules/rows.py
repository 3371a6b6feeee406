"""Rows of text as fixed points: where what stands on or beside them belongs in the new version."""

from collections.abc import Callable
from dataclasses import dataclass

from intranet.records.page_record import Box, TextRow, letters
from meetings.rules.motion import NEAR
from meetings.rules.page_flow import Flow
from meetings.rules.passages import Doubt

Successor = Callable[[tuple[int, int]], tuple[int, int]]

#: Points from a mark to the rows it stands between.
REACH = 90.0
#: Letters that a stroke must mark for it to follow them.
LEAST_WORDS = 6


@dataclass(frozen=True)
class Shift:
    """Where all rows around a mark have gone alike.

    :param is_touching: the mark lies on one of them.
    """

    page: int
    dx: float
    dy: float
    is_touching: bool


class Rows:
    """The rows of a paper's two versions."""

    def __init__(self, old: Flow, new: Flow) -> None:
        self.old, self.new = old, new

    def shift(self, page: int, box: Box, successor: Successor, *, is_close: bool) -> Shift:
        """How a mark moves with the rows around it.

        :param successor: finds a stretch of the old text in the new, or doubts it.
        :param is_close: the page has become nearly the same one: then the mark may stand between rows.
        :raises Doubt: ``too_different``, ``rows_changed``, or what ``successor`` doubts.
        """
        touched, beside = self._around(page, box)
        rows = [*touched, *beside]
        if not rows:
            if not is_close:
                raise Doubt("too_different")
            rows = self._between(page, box)
        if not rows:
            raise Doubt("too_different")
        shifts = [self._shift_of(page, index, successor) for index in rows]
        first = shifts[0]
        for other in shifts:
            if other[0] != first[0] or abs(other[1] - first[1]) > NEAR or abs(other[2] - first[2]) > NEAR:
                raise Doubt("rows_changed")
        return Shift(*first, is_touching=bool(touched))

    def words_under(self, page: int, box: Box) -> tuple[int, int] | None:
        """The letters that a stroke marks on one row, ``None`` when they are few or on several rows."""
        counted: dict[int, list[int]] = {}
        wide = (box[0] - 1, box[1] - 1.5, box[2] + 1, box[3] + 1.5)
        for letter in self.old.letters_in(page, wide):
            if letter < 0:
                return None
            place = self.old.row_at(letter)
            row = self.old.row(place)
            a, b, c, d = (
                (row.y0, row.y1, box[1], box[3]) if row.turn % 180 == 0 else (row.x0, row.x1, box[0], box[2])
            )
            if (min(b, d + 1.5) - max(a, c - 1.5)) / (b - a) > 0.15:
                counted.setdefault(place, []).append(letter)
        if len(counted) != 1:
            return None
        found = sorted(next(iter(counted.values())))
        if len(found) < LEAST_WORDS or found[-1] - found[0] + 1 != len(found):
            return None
        return found[0], found[-1] + 1

    def _around(self, page: int, box: Box) -> tuple[list[int], list[int]]:
        """Rows a box touches, and those at its height elsewhere on the page."""
        touched, beside = [], []
        record = self.old.pages[page - 1]
        for index, row in enumerate(record.rows):
            crosses = row.x0 < box[2] and row.x1 > box[0], row.y0 < box[3] and row.y1 > box[1]
            if all(crosses):
                touched.append(index)
            elif crosses[1] if row.turn % 180 == 0 else crosses[0]:
                beside.append(index)
        return touched, beside

    def _between(self, page: int, box: Box) -> list[int]:
        """The nearest row above a box and the nearest below it; of those at the edge, the one."""
        record = self.old.pages[page - 1]
        level = [
            (n, row) for n, row in enumerate(record.rows) if row.turn % 180 == 0 and n not in record.folios
        ]
        above = min(((row.y0 - box[3], n) for n, row in level if row.y0 >= box[3]), default=None)
        below = min(((box[1] - row.y1, n) for n, row in level if row.y1 <= box[1]), default=None)
        found = [n for gap, n in (one for one in (above, below) if one is not None) if gap <= REACH]
        return found if len(found) == 2 or (len(found) == 1 and (above is None or below is None)) else []

    def _shift_of(self, page: int, index: int, successor: Successor) -> tuple[int, float, float]:
        place = self.old.place_of(page, index)
        if place is None:
            raise Doubt("rows_changed")
        row, start = self.old.row(place), self.old.rows[place][0]
        after = successor((start, start + len(letters(row.text))))
        other_place, first, last = next(self.new.pieces(*after))
        other = self.new.row(other_place)
        if (first, last) != (0, len(other.text)) or not _is_rigid(row, other):
            raise Doubt("rows_changed")
        return self.new.rows[other_place][1], other.x0 - row.x0, other.y0 - row.y0


def _is_rigid(row: TextRow, other: TextRow) -> bool:
    """Whether every sign stands where it stood on the row."""
    if row.turn != other.turn or len(row.stops) != len(other.stops):
        return False
    if abs(row.height - other.height) > 0.3:
        return False
    first, again = row.stops[0], other.stops[0]
    return all(abs((a - first) - (b - again)) <= NEAR for a, b in zip(row.stops, other.stops, strict=True))
