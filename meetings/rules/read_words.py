"""Where a mark belongs on a page whose words were read from its picture. Pure arithmetic.

Words are read wrongly now and then, and two readings of one page never lie quite alike. So nothing is
concluded from the text as a whole: a mark goes along only where every word it lies on, and every word at
the height it stands at, was read as the same word on both pages, at the place to which the sheet moved.
"""

import difflib
import statistics
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from intranet.core.text import fold
from intranet.records.page_record import Box, PageRecord, TextRow, letters
from meetings.rules import mark_shapes
from meetings.rules.passages import Doubt

#: Points by which the middle of a word, and its width, may differ between two readings.
NEAR = 1.2
#: Points by which a mark may lie elsewhere before it is moved at all.
AT_REST = 0.5
#: Points around a mark in which every word must have been read alike.
AROUND = 4.0
#: Words that say how the sheet moved beside a mark; so many of them, and this share, must agree.
BESIDE, LEAST, AGREE = 24, 6, 0.7
#: Letters from which a marked passage is told without the rest of its line, as in ``passages``.
LONG = 40
#: A gap beyond so many heights of the line parts the cells of a table.
WIDE_GAP = 2.0
#: Brightness (0 to 255) of a cell that letters darken, and how far a word reaches beyond its box, points.
INKED, REACH = 205, 4.0
#: Tone marks (hook above, acute) are a dot or two in a scan: one is taken for the other.
_MARKS = str.maketrans({"\u0309": "\u0301"})
#: Least distance, points, of two words of one line that tell how the sheet was turned and sized.
APART = 80.0


@dataclass(frozen=True)
class Word:
    """A word that was read, its box in user space, and the numbers of its line and of its cell there."""

    text: str
    box: Box
    line: int
    cell: int = 0

    @cached_property
    def shape(self) -> str:
        """Its letters as far as a scan tells them apart."""
        return unicodedata.normalize("NFD", self.text).translate(_MARKS)

    @property
    def run(self) -> tuple[int, int]:
        """What it stands in: words of one line without a wide gap."""
        return self.line, self.cell

    @property
    def middle(self) -> complex:
        """The middle of its box."""
        return complex(self.box[0] + self.box[2], self.box[1] + self.box[3]) / 2


@dataclass(frozen=True)
class Fit:
    """How the sheet lies beside a mark: turned and sized by ``by``, then shifted."""

    by: complex
    shift: complex

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point comes to lie."""
        there = complex(x, y) * self.by + self.shift
        return there.real, there.imag

    def box(self, box: Box) -> Box:
        """Where a box comes to lie; the box around it if it was turned a little."""
        corners = [self.point(x, y) for x in box[::2] for y in box[1::2]]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), min(ys), max(xs), max(ys)


def words_of(rows: Sequence[TextRow]) -> list[Word]:
    """The words of lines, in their order."""
    return [word for line, row in enumerate(rows) for word in _words_of(row, line)]


def _words_of(row: TextRow, line: int) -> Iterator[Word]:
    at, cell, end = 0, 0, row.stops[0]
    for text in row.text.split(" "):
        if text:
            cell += abs(row.stops[at] - end) > WIDE_GAP * row.height
            yield Word(letters(text), row.part(at, at + len(text)), line, cell)
            end = row.stops[at + len(text)]
        at += len(text) + 1


class ReadPair:
    """A page and its later version, both as they were read from their pictures.

    :param old: its ``rows`` are the lines that were read; ``new`` likewise.
    """

    def __init__(self, old: PageRecord, new: PageRecord) -> None:
        self.old, self.new = old, new
        self._mine, self._theirs = words_of(old.rows), words_of(new.rows)
        self._is_level = not self._mine or old.rows[self._mine[0].line].turn % 180 == 0

    def place(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The mark on the new page.

        :raises Doubt: not every word around it is known to be what it was.
        :raises CannotRead: the mark has no coordinates.
        """
        box = mark_shapes.bounds(data)
        parts = mark_shapes.quads_of(data) if "quads" in data else [box]
        checked = self._of_text(data, parts) if "quads" in data else self._of_place(box)
        fit = self._fit(checked)
        for word in checked:
            if self._partner(word, fit) is None:
                raise Doubt("text_changed")
        for part in parts:
            self._check_nothing_else(_grown(part, 1), checked, fit)
        moved = max(abs(complex(*fit.point(x, y)) - complex(x, y)) for x in box[::2] for y in box[1::2])
        return dict(data) if moved <= AT_REST else mark_shapes.transformed(data, fit.point)

    # Which words must be what they were

    def _of_text(self, data: Mapping[str, Any], quads: Sequence[Box]) -> list[Word]:
        under = [word for word in self._mine if any(_share(word.box, quad) > 0.3 for quad in quads)]
        said, quote = "".join(word.text for word in under), letters(str(data.get("quote") or ""))
        if not under or (quote and difflib.SequenceMatcher(None, fold(said), fold(quote)).ratio() < 0.7):
            raise Doubt("text_unsure")
        figures = [word for word in under if any(sign.isdigit() for sign in word.text)]
        found = [*under, *self._with_neighbours(figures)]  # 500 is not the same before "triệu" and "tỷ"
        if len(said) < LONG:  # what stands in the other cells of its row tells a figure from its like
            own = {word.run for word in under}
            found += [word for word in self._at_height([one.box for one in under]) if word.run not in own]
        return found

    def _of_place(self, box: Box) -> list[Word]:
        touched = [word for word in self._mine if _is_over(word.box, _grown(box, AROUND))]
        if touched:
            return self._with_neighbours(touched)
        found = self._at_height([box])
        if not found:
            raise Doubt("too_different")
        return found

    def _with_neighbours(self, words: Sequence[Word]) -> list[Word]:
        """The words and, on each of their lines, the one before and the one after."""
        own = set(words)
        return [
            word
            for n, word in enumerate(self._mine)
            if word in own or any(near in own and near.line == word.line for near in self._beside(n))
        ]

    def _beside(self, place: int) -> list[Word]:
        return [*self._mine[max(place - 1, 0) : place], *self._mine[place + 1 : place + 2]]

    def _at_height(self, boxes: Sequence[Box]) -> list[Word]:
        """All words that stand at the height of boxes, across the whole page."""
        low, high = (1, 3) if self._is_level else (0, 2)

        def is_beside(word: Word) -> bool:
            a, b = word.box[low], word.box[high]
            return any(min(b, box[high]) - max(a, box[low]) > -0.5 for box in boxes)

        return [word for word in self._mine if is_beside(word)]

    # How the sheet lies there

    @cached_property
    def _pairs(self) -> list[tuple[Word, Word]]:
        """Words that follow each other alike on both pages."""
        mine, theirs = ([word.shape for word in side] for side in (self._mine, self._theirs))
        blocks = difflib.SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks()
        return [(self._mine[a + n], self._theirs[b + n]) for a, b, size in blocks for n in range(size)]

    @cached_property
    def _by(self) -> complex:
        """By how much the sheet was turned and sized: the middle of what its lines say."""
        lines: dict[tuple[int, int], list[tuple[Word, Word]]] = {}
        for mine, theirs in self._pairs:
            lines.setdefault((mine.line, theirs.line), []).append((mine, theirs))
        found = []
        for (a, b), *_, (c, d) in (pairs for pairs in lines.values() if len(pairs) > 2):
            if abs(c.middle - a.middle) >= APART:
                found.append((d.middle - b.middle) / (c.middle - a.middle))
        if len(found) < 3:
            raise Doubt("too_different")
        return _middle(found)

    def _height(self, word: Word) -> float:
        """Where the word stands across the lines."""
        return word.middle.imag if self._is_level else word.middle.real

    def _fit(self, words: Sequence[Word]) -> Fit:
        heights = [self._height(word) for word in words]
        low, high = min(heights), max(heights)

        def away(pair: tuple[Word, Word]) -> float:
            at = self._height(pair[0])
            return max(low - at, at - high, 0.0)

        near = sorted(self._pairs, key=away)[: max(BESIDE, len(words))]
        shifts = [theirs.middle - self._by * mine.middle for mine, theirs in near]
        if len(shifts) < LEAST:
            raise Doubt("too_different")
        shift = _middle(shifts)
        if sum(abs(one - shift) <= NEAR for one in shifts) < AGREE * len(shifts):
            raise Doubt("rows_changed")
        return Fit(self._by, shift)

    # Whether they are

    def _partner(self, word: Word, fit: Fit) -> Word | None:
        """The same word at the place it must have now."""
        there = complex(*fit.point(word.middle.real, word.middle.imag))
        size = (word.box[2] - word.box[0]) * abs(fit.by), (word.box[3] - word.box[1]) * abs(fit.by)
        across = size if abs(fit.by.real) > abs(fit.by.imag) else size[::-1]
        for other in self._theirs:
            if other.shape == word.shape and abs(other.middle - there) <= NEAR:
                wide, high = other.box[2] - other.box[0], other.box[3] - other.box[1]
                if abs(wide - across[0]) <= 2 * NEAR and abs(high - across[1]) <= 2 * NEAR:
                    return other
        return None

    def _check_nothing_else(self, box: Box, checked: Sequence[Word], fit: Fit) -> None:
        """Refuse where something stands beside the words that nobody could read, or that is new."""
        there = fit.box(box)
        known = {self._partner(word, fit) for word in checked}
        if any(other not in known and _is_over(other.box, there) for other in self._theirs):
            raise Doubt("text_changed")
        if _has_unread(self.old, box, self._mine) or _has_unread(self.new, there, self._theirs):
            raise Doubt("picture_changed")


def _has_unread(page: PageRecord, box: Box, words: Iterable[Word]) -> bool:
    """Whether a box holds a cell as dark as letters on which no word was read."""
    tones = page.tones
    near = [_grown(word.box, REACH) for word in words if _is_over(_grown(word.box, REACH + tones.cell), box)]
    columns = range(
        max(int((box[0] - tones.x) // tones.cell), 0),
        min(int((box[2] - tones.x) // tones.cell) + 1, tones.columns),
    )
    for row in range(
        max(int((box[1] - tones.y) // tones.cell), 0),
        min(int((box[3] - tones.y) // tones.cell) + 1, tones.rows),
    ):
        for column in columns:
            if tones.data[row * tones.columns + column] >= INKED:
                continue
            x, y = tones.x + (column + 0.5) * tones.cell, tones.y + (row + 0.5) * tones.cell
            if not any(one[0] <= x <= one[2] and one[1] <= y <= one[3] for one in near):
                return True
    return False


def _middle(values: Sequence[complex]) -> complex:
    return complex(
        statistics.median(one.real for one in values), statistics.median(one.imag for one in values)
    )


def _share(box: Box, quad: Box) -> float:
    """Share of a word that lies in a box."""
    wide = min(box[2], quad[2]) - max(box[0], quad[0])
    high = min(box[3], quad[3]) - max(box[1], quad[1])
    if wide <= 0 or high <= 0:
        return 0.0
    return wide * high / max((box[2] - box[0]) * (box[3] - box[1]), 0.1)


def _is_over(box: Box, other: Box) -> bool:
    return box[0] < other[2] and box[2] > other[0] and box[1] < other[3] and box[3] > other[1]


def _grown(box: Box, by: float) -> Box:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)
