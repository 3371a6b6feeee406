"""A value that was read: what, where, how surely."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from intranet.records.pagetext import TextLine

#: x0, y0, x1, y1 in PDF points, origin lower left.
Box = tuple[float, float, float, float]
#: From here on a value is filled in; below it stays a candidate.
FILLED = 0.60
#: From here on it is shown as sure.
SURE = 0.90


@dataclass(frozen=True)
class Found:
    """One value with its evidence.

    :param source: where the text came from ("pdf_text").
    :param page: from 1.
    :param box: around all of it.
    :param confidence: 0 to 1.
    :param note: the sentence around it, where that matters.
    :param boxes: one for each line that it stands on, where there are several.
    :param printed: an agency as the paper prints it, where the value is its name.
    :param learned: how often a clerk put this value for what is printed.
    """

    value: str
    source: str = ""
    page: int = 1
    box: Box | None = None
    confidence: float = 0.0
    note: str = ""
    boxes: tuple[Box, ...] = ()
    printed: str = ""
    learned: int = 0

    def of(self, source: str) -> "Found":
        """The same from a named source."""
        return replace(self, source=source)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the column ``prefill``."""
        box = _rounded(self.box) if self.box else None
        found = {"value": self.value, "source": self.source, "page": self.page, "box": box}
        more = {
            "note": self.note,
            "boxes": [_rounded(one) for one in self.boxes],
            "printed": self.printed,
            "learned": self.learned,
        }
        return {
            **found,
            "confidence": round(self.confidence, 2),
            **{name: value for name, value in more.items() if value},
        }


def found(
    value: str, lines: Sequence[TextLine], confidence: float, *, page: int = 1, note: str = ""
) -> Found:
    """A value read off some lines: its box is the one around them."""
    boxes: tuple[Box, ...] = tuple((line.x0, line.y0, line.x1, line.y1) for line in lines)
    if not boxes:
        return Found(value, page=page, confidence=confidence, note=note)
    left, bottom, right, top = zip(*boxes, strict=True)
    box = (min(left), min(bottom), max(right), max(top))
    several = boxes if len(boxes) > 1 else ()
    return Found(value, page=page, box=box, confidence=confidence, note=note, boxes=several)


def part_of(line: TextLine, start: int, end: int) -> TextLine:
    """The letters of a line from one place to another, with about the box that they fill, rather too wide."""
    wide = (line.x1 - line.x0) / max(1, len(line.text))
    first, last = max(0, start), min(len(line.text), end)
    x0, x1 = line.x0 + wide * (first - 0.7), line.x0 + wide * (last + 0.7)
    return replace(line, text=line.text[first:last], x0=max(line.x0, x0), x1=min(line.x1, x1))


def _rounded(box: Box) -> list[float]:
    return [round(value, 1) for value in box]
