"""Was a mark laid where it belongs? Told from how the two papers were set, not from how they are read."""

from collections.abc import Sequence
from enum import StrEnum

from meetings.rules import mark_shapes
from meetings.rules.reanchor import TEXT_MARKS, Doubtful, Placed
from tests.meetings.replacement_pairs import Mark, Pair
from tests.meetings.replacement_papers import Paper, Place

#: Points by which a mark may miss its place.
NEAR = 1.0


class Fate(StrEnum):
    """What a mark is about, and so what should become of it."""

    #: Words that all stand there as before, with one right place for the mark.
    KEPT = "kept"
    #: The same words, but broken into other lines, so that a drawing over them has no place.
    NO_PLACE = "no place"
    CHANGED = "changed"


def fate(pair: Pair, mark: Mark) -> Fate:
    """What the construction of the pair says about a mark."""
    if mark.chart is not None:
        return Fate.KEPT if mark.chart in pair.new.charts else Fate.CHANGED
    if not _stands(pair, mark):
        return Fate.CHANGED
    return Fate.KEPT if _expected(pair, mark) is not None else Fate.NO_PLACE


def is_right(pair: Pair, mark: Mark, found: Placed) -> bool:
    """Whether a mark was laid within a point of its one place."""
    expected = _expected(pair, mark)
    if expected is None or found.page != expected[0]:
        return False
    if mark.data["kind"] in TEXT_MARKS:
        boxes = mark_shapes.quads_of(found.data)
        return len(boxes) == len(expected[1]) and all(
            abs(box[0] - x0) <= NEAR and abs(box[2] - x1) <= NEAR and box[1] - 1 <= low and high <= box[3] + 1
            for box, (x0, low, x1, high) in zip(boxes, expected[1], strict=True)
        )
    got = mark_shapes.bounds(found.data)
    return all(abs(a - b) <= NEAR for a, b in zip(got, expected[1][0], strict=True))


def outcome(pair: Pair, mark: Mark, found: Placed | Doubtful) -> str:
    """``right``, ``tray`` or ``wrong``."""
    if isinstance(found, Doubtful):
        return "tray"
    return "right" if fate(pair, mark) is not Fate.CHANGED and is_right(pair, mark, found) else "wrong"


def _stands(pair: Pair, mark: Mark) -> bool:
    """Whether the words follow each other in the new paper as they did."""
    order = list(pair.new.words)
    if any(key not in pair.new.words for key in mark.keys):
        return False
    at = order.index(mark.keys[0])
    return tuple(order[at : at + len(mark.keys)]) == mark.keys


def _lines(paper: Paper, mark: Mark) -> list[list[Place]]:
    lines: list[list[Place]] = []
    for key in mark.keys:
        at = paper.words[key]
        if lines and lines[-1][0].page == at.page and abs(lines[-1][0].base - at.base) < 0.1:
            lines[-1].append(at)
        else:
            lines.append([at])
    return lines


def _expected(pair: Pair, mark: Mark) -> tuple[int, list[tuple[float, float, float, float]]] | None:
    """Page and boxes; ``None`` where there is no one place."""
    if mark.chart is not None:
        was, now = pair.old.charts[mark.chart], pair.new.charts[mark.chart]
        return now[0], [_turned(mark_shapes.bounds(mark.data), was[1:3], now[1:3], now[3] < now[1])]
    before, after = _lines(pair.old, mark), _lines(pair.new, mark)
    if len({line[0].page for line in after}) > 1:
        return None
    if mark.data["kind"] in TEXT_MARKS:
        return after[0][0].page, [_letters(line) for line in after]
    if mark.data["kind"] == "ink" and len(after) == 1:
        return after[0][0].page, [_over(mark, before[0], after[0])]
    if len(before) != len(after) or not _is_rigid(before, after):
        return None
    a, b = before[0][0], after[0][0]
    box = mark_shapes.bounds(mark.data)
    return b.page, [_turned(box, (a.x0, a.base), (b.x0, b.base), b.x1 < b.x0)]


def _turned(
    box: tuple[float, float, float, float], a: Sequence[float], b: Sequence[float], is_turned: bool
) -> tuple[float, float, float, float]:
    """A box that goes with a point, upside down where that was turned."""
    way = -1 if is_turned else 1
    xs = sorted(b[0] + way * (x - a[0]) for x in box[::2])
    ys = sorted(b[1] + way * (y - a[1]) for y in box[1::2])
    return xs[0], ys[0], xs[1], ys[1]


def _letters(line: Sequence[Place]) -> tuple[float, float, float, float]:
    """From the left end to the right, from the baseline to the height of a small letter."""
    way = 1 if line[0].x1 >= line[0].x0 else -1
    x0, x1 = sorted((line[0].x0, line[-1].x1))
    low, high = sorted((line[0].base, line[0].base + way * 0.45 * line[0].size))
    return x0, low, x1, high


def _over(mark: Mark, before: Sequence[Place], after: Sequence[Place]) -> tuple[float, float, float, float]:
    """The bounds of a stroke drawn over the same words in their new width and size."""
    box = mark_shapes.bounds(mark.data)
    a0, a1, b0, b1 = before[0].x0, before[-1].x1, after[0].x0, after[-1].x1
    across = (b1 - b0) / (a1 - a0)
    up = after[0].size / before[0].size * (-1 if b1 < b0 else 1)
    xs = sorted(b0 + (x - a0) * across for x in box[::2])
    ys = sorted(after[0].base + (y - before[0].base) * up for y in box[1::2])
    return xs[0], ys[0], xs[1], ys[1]


def _is_rigid(before: Sequence[Sequence[Place]], after: Sequence[Sequence[Place]]) -> bool:
    """Whether all words went by one shift, in one size."""
    was = [place for line in before for place in line]
    now = [place for line in after for place in line]
    way = -1 if now[0].x1 < now[0].x0 else 1
    return all(
        abs((b.x0 - now[0].x0) - way * (a.x0 - was[0].x0)) <= NEAR / 2
        and abs((b.base - now[0].base) - way * (a.base - was[0].base)) <= NEAR / 2
        and a.size == b.size
        for a, b in zip(was, now, strict=True)
    )
