"""The coordinates of a mark as they are stored: reading them, moving them. Hundredths of a point."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from intranet.records.page_record import Box, TextRow

Move = Callable[[float, float], tuple[float, float]]

#: Scale of letters up to which a stroke over them is drawn larger or smaller.
MOST_STRETCH = 1.4
#: Fields that hold absolute points, one after the other.
_POINTS = ("rect", "at", "ends", "from", "to")


class CannotRead(Exception):
    """The mark has no coordinates that are known here."""


def bounds(data: Mapping[str, Any]) -> Box:
    """The box around a mark, points.

    :raises CannotRead: it has no coordinates.
    """
    points = [point for stretch in _stretches(data) for point in stretch]
    if not points:
        raise CannotRead
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs), min(ys), max(xs), max(ys))


def quads_of(data: Mapping[str, Any]) -> list[Box]:
    """The boxes of a mark of text, points.

    :raises CannotRead: it has none.
    """
    given = data.get("quads")
    if not isinstance(given, list) or not given:
        raise CannotRead
    flat = [given[n : n + 8] for n in range(0, len(given), 8)] if _is_number(given[0]) else given
    boxes = []
    for quad in flat:
        if not isinstance(quad, list) or len(quad) not in {4, 8} or not all(map(_is_number, quad)):
            raise CannotRead
        xs, ys = [v / 100 for v in quad[::2]], [v / 100 for v in quad[1::2]]
        boxes.append((min(xs), min(ys), max(xs), max(ys)))
    return boxes


def quads_like(
    data: Mapping[str, Any], boxes: Sequence[Box], turns: Sequence[int], *, keep: bool
) -> list[Any]:
    """Boxes in the form in which the mark has its own: eight numbers or four each, nested or not.

    :param turns: which way each is read, for the order of its corners: upper left, upper right, lower
        left, lower right as one reads.
    """
    given: list[Any] = data["quads"]
    if keep:
        return list(given)
    is_flat = _is_number(given[0])
    size = 8 if is_flat else len(given[0])
    made = [_quad(box, turn, size) for box, turn in zip(boxes, turns, strict=True)]
    return [value for quad in made for value in quad] if is_flat else made


def _quad(box: Box, turn: int, size: int) -> list[int]:
    x0, y0, x1, y1 = (round(v * 100) for v in box)
    if size == 4:
        return [x0, y0, x1, y1]
    return {
        0: [x0, y1, x1, y1, x0, y0, x1, y0],
        90: [x0, y0, x0, y1, x1, y0, x1, y1],
        180: [x1, y0, x0, y0, x1, y1, x0, y1],
        270: [x1, y1, x1, y0, x0, y1, x0, y0],
    }[turn]


def rise(row: TextRow, letters: Box, quads: Sequence[Box]) -> tuple[float, float]:
    """How far a mark reaches below and above the letters it lies over, as shares of their height."""
    upright = row.turn % 180 == 0
    low, high = (letters[1], letters[3]) if upright else (letters[0], letters[2])
    size = max(high - low, 0.1)
    first = min(quads, key=lambda q: abs((q[1] if upright else q[0]) - low))
    a, b = (first[1], first[3]) if upright else (first[0], first[2])
    return max(min((a - low) / size, 0.5), -0.5), max(min((b - high) / size, 0.5), -0.5)


def risen(row: TextRow, letters: Box, by: tuple[float, float]) -> Box:
    """The box of a mark over letters, reaching below and above them as :func:`rise` said."""
    x0, y0, x1, y1 = letters
    if row.turn % 180 == 0:
        return (x0, y0 + by[0] * (y1 - y0), x1, y1 + by[1] * (y1 - y0))
    return (x0 + by[0] * (x1 - x0), y0, x1 + by[1] * (x1 - x0), y1)


def stretch(row: TextRow, box: Box, new_row: TextRow, new_box: Box) -> Move | None:
    """The map that brings letters over the same letters elsewhere; ``None`` where it would distort."""
    if row.turn != new_row.turn:
        return None
    across = (new_box[2] - new_box[0]) / max(box[2] - box[0], 0.1)
    up = (new_box[3] - new_box[1]) / max(box[3] - box[1], 0.1)
    if not all(1 / MOST_STRETCH <= scale <= MOST_STRETCH for scale in (across, up)):
        return None
    return lambda x, y: (new_box[0] + (x - box[0]) * across, new_box[1] + (y - box[1]) * up)


def transformed(data: Mapping[str, Any], move: Move) -> dict[str, Any]:
    """The mark with every point moved; all else is kept."""
    changed = dict(data)
    for name in _POINTS:
        if _is_points(data.get(name)):
            changed[name] = _in_order(name, [round(v * 100) for p in _pairs(data[name]) for v in move(*p)])
    if isinstance(data.get("quads"), list):
        changed["quads"] = [_moved_quad(quad, move) for quad in data["quads"]]
        if _is_number(data["quads"][0]):
            changed["quads"] = [round(v * 100) for p in _pairs(data["quads"]) for v in move(*p)]
    if _is_points(data.get("pts")):
        flat: list[int] = []
        px = py = 0
        for x, y in _walk(data["pts"]):
            nx, ny = (round(v * 100) for v in move(x, y))
            flat += [nx - px, ny - py]
            px, py = nx, ny
        changed["pts"] = flat
    return changed


def _in_order(name: str, values: list[int]) -> list[int]:
    """A rectangle keeps its lower left corner first, also when it was turned."""
    if name != "rect" or len(values) != 4:
        return values
    (x0, x1), (y0, y1) = sorted(values[::2]), sorted(values[1::2])
    return [x0, y0, x1, y1]


def _moved_quad(quad: Any, move: Move) -> Any:
    if not isinstance(quad, list):
        return quad
    values = [round(v * 100) for p in _pairs(quad) for v in move(*p)]
    return _in_order("rect", values) if len(values) == 4 else values


def _stretches(data: Mapping[str, Any]) -> list[list[tuple[float, float]]]:
    found = [_pairs(data[name]) for name in _POINTS if _is_points(data.get(name))]
    if isinstance(data.get("quads"), list):
        found += [[(box[0], box[1]), (box[2], box[3])] for box in quads_of(data)]
    if _is_points(data.get("pts")):
        found.append(_walk(data["pts"]))
    return found


def _pairs(values: Sequence[float]) -> list[tuple[float, float]]:
    return [(x / 100, y / 100) for x, y in zip(values[::2], values[1::2], strict=True)]


def _walk(steps: Sequence[float]) -> list[tuple[float, float]]:
    """The points of a stroke: the first, then each as the step from the one before."""
    x = y = 0.0
    found = []
    for dx, dy in _pairs(steps):
        x, y = x + dx, y + dy
        found.append((x, y))
    return found


def _is_points(given: Any) -> bool:
    return isinstance(given, list) and bool(given) and len(given) % 2 == 0 and all(map(_is_number, given))


def _is_number(given: Any) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool)
