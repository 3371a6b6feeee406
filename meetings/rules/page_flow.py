"""The text of a paper as one string of letters that knows where each of them stands."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from intranet.records.page_record import Box, PageRecord, TextRow, letters

_SENTENCE_MARKS = '.,;:!?)]}"”’»…'
_OPENING_MARKS = '([{"“‘«'


class Flow:
    """A paper's letters without blanks and without the pages' own numbers, in the order of reading."""

    def __init__(self, pages: Sequence[PageRecord]) -> None:
        self.pages = pages
        parts: list[str] = []
        #: For each row: first letter in the text, page from 1, row on the page.
        self.rows: list[tuple[int, int, int]] = []
        self._signs: list[list[int]] = []
        at = 0
        for number, page in enumerate(pages, 1):
            for index, row in enumerate(page.rows):
                if index in page.folios or not row.text.strip():
                    continue
                signs = [n for n, sign in enumerate(row.text) if not sign.isspace()]
                self.rows.append((at, number, index))
                self._signs.append(signs)
                parts.append("".join(row.text[n] for n in signs))
                at += len(signs)
        self.text = "".join(parts)
        self._starts = [start for start, _, _ in self.rows]
        self._of = {(page, row): place for place, (_, page, row) in enumerate(self.rows)}
        self._bounds: dict[int, tuple[int, int]] = {}
        for place, (start, page_no, _) in enumerate(self.rows):
            end = start + len(self._signs[place])
            self._bounds[page_no] = (self._bounds.get(page_no, (start, end))[0], end)

    def row(self, place: int) -> TextRow:
        """The row at a place of :attr:`rows`."""
        _, page, index = self.rows[place]
        return self.pages[page - 1].rows[index]

    def place_of(self, page: int, row: int) -> int | None:
        """Where a row of a page stands in :attr:`rows`; ``None`` for a page's own number."""
        return self._of.get((page, row))

    def row_at(self, letter: int) -> int:
        """The place of the row in which a letter stands."""
        return bisect_right(self._starts, letter) - 1

    def page_at(self, letter: int) -> int:
        """The page of a letter."""
        return self.rows[self.row_at(letter)][1]

    def bounds(self, page: int) -> tuple[int, int] | None:
        """First letter of a page and the one after its last; ``None`` where it has none."""
        return self._bounds.get(page)

    def letter(self, place: int, sign: int) -> int:
        """The letter that is the given sign of a row."""
        return self._starts[place] + self._signs[place].index(sign)

    def letters_in(self, page: int, box: Box, *, least: float = 0.3) -> list[int]:
        """The letters whose middle lies in a box and whose row shares this much of its height with it."""
        found = []
        for index, row in enumerate(self.pages[page - 1].rows):
            if row.x1 < box[0] or row.x0 > box[2] or row.y1 < box[1] or row.y0 > box[3]:
                continue
            place = self.place_of(page, index)
            if _band(row, box) < least:
                continue
            low, high = (box[0], box[2]) if row.turn % 180 == 0 else (box[1], box[3])
            for sign, char in enumerate(row.text):
                middle = (row.stops[sign] + row.stops[sign + 1]) / 2
                if not char.isspace() and low <= middle <= high:
                    found.append(-1 if place is None else self.letter(place, sign))
        return found

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """The rows of a stretch of letters: place, first sign, sign after the last."""
        place = self.row_at(start)
        while start < end:
            first, signs = self._starts[place], self._signs[place]
            stop = min(end, first + len(signs))
            yield place, signs[start - first], signs[stop - first - 1] + 1
            start = stop
            place += 1

    def box_of(self, place: int, start: int, end: int) -> Box:
        """The box of some signs of a row."""
        return self.row(place).part(start, end)

    def boxes(self, start: int, end: int, *, whole_lines: bool) -> list[tuple[TextRow, Box]]:
        """The box of each row of a stretch; with ``whole_lines`` rows beside each other share one."""
        found: list[tuple[TextRow, Box]] = []
        for place, first, last in self.pieces(start, end):
            row, box = self.row(place), self.row(place).part(first, last)
            if whole_lines and found and _is_beside(found[-1][0], row):
                a = found[-1][1]
                box = (min(a[0], box[0]), min(a[1], box[1]), max(a[2], box[2]), max(a[3], box[3]))
                found[-1] = (found[-1][0], box)
            else:
                found.append((row, box))
        return found

    def ends_of_words(self, start: int, end: int) -> tuple[str, str]:
        """What hangs on a stretch without a blank: of the word it begins in, and of the word it ends in.

        Where the stretch begins or ends with a figure, the word beside it belongs to it: "500" is not the
        same before "triệu" and before "tỷ".
        """
        first, last = self.row_at(start), self.row_at(end - 1)
        head = self.row(first).text[: self._signs[first][start - self._starts[first]]]
        tail = self.row(last).text[self._signs[last][end - 1 - self._starts[last]] + 1 :]
        before, after = head.split(" ")[-1].lstrip(_OPENING_MARKS), tail.split(" ")[0].rstrip(_SENTENCE_MARKS)
        if self.text[start].isdigit():
            before = self._word(start - 1, -1) + before
        if self.text[end - 1].isdigit() or self.text[end - 1] == "%":
            after += self._word(end, 1)
        return before, after

    def _word(self, letter: int, step: int) -> str:
        """Four letters in a direction, fewer at the end of the text."""
        start, end = (letter, letter + 4) if step > 0 else (letter - 3, letter + 1)
        return self.text[max(start, 0) : max(end, 0)]

    def quote(self, start: int, end: int) -> str:
        """A stretch with its blanks, rows joined by one."""
        return " ".join(self.row(place).text[a:b] for place, a, b in self.pieces(start, end))

    def mates(self, start: int, end: int) -> tuple[str, ...]:
        """What else stands on the lines of a stretch: the other cells of a table's row."""
        found = []
        own = [place for place, _, _ in self.pieces(start, end)]
        for place in own:
            _, page, _ = self.rows[place]
            row = self.row(place)
            for index, other in enumerate(self.pages[page - 1].rows):
                mate = self.place_of(page, index)
                if mate is not None and mate not in own and _is_beside(row, other):
                    found.append(letters(other.text))
        return tuple(found)


def _band(row: TextRow, box: Box) -> float:
    """Share of a row's height that a box covers, or of the box's where that is flatter."""
    a, b, c, d = (row.y0, row.y1, box[1], box[3]) if row.turn % 180 == 0 else (row.x0, row.x1, box[0], box[2])
    return (min(b, d) - max(a, c)) / max(min(b - a, d - c), 0.5)


def _is_beside(row: TextRow, other: TextRow) -> bool:
    return row.turn == other.turn and _band(row, other.box) > 0.5


def shared_before(a: str, i: int, b: str, j: int, most: int) -> int:
    """Letters that two texts have in common before two places; ``most`` when both begin there."""
    count = _shared(a[max(i - most, 0) : i][::-1], b[max(j - most, 0) : j][::-1])
    return most if i == count and j == count else count


def shared_after(a: str, i: int, b: str, j: int, most: int) -> int:
    """Letters in common from two places on; ``most`` when both end there."""
    count = _shared(a[i : i + most], b[j : j + most])
    return most if i + count == len(a) and j + count == len(b) else count


def _shared(a: str, b: str) -> int:
    """Letters with which two texts begin alike."""
    least = min(len(a), len(b))
    if a[:least] == b[:least]:
        return least
    same, step = 0, 1
    while a[same : same + step] == b[same : same + step]:
        same, step = same + step, 2 * step
    while step > 1:  # they differ within the next ``step`` letters
        half = step // 2
        if a[same : same + half] == b[same : same + half]:
            same, step = same + half, step - half
        else:
            step = half
    return same
