"""A value that was read: what, where, how surely."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from intranet.records.pagetext import TextLine

#: From here on a value is filled in; below it stays a candidate.
FILLED = 0.60
#: From here on it is shown as sure.
SURE = 0.90


@dataclass(frozen=True)
class Found:
    """One value with its evidence.

    :param source: where the text came from ("pdf_text").
    :param page: from 1.
    :param box: x0, y0, x1, y1 in PDF points, origin lower left.
    :param confidence: 0 to 1.
    :param note: the sentence around it, where that matters.
    """

    value: str
    source: str = ""
    page: int = 1
    box: tuple[float, float, float, float] | None = None
    confidence: float = 0.0
    note: str = ""

    def of(self, source: str) -> "Found":
        """The same from a named source."""
        return replace(self, source=source)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the column ``prefill``."""
        box = [round(v, 1) for v in self.box] if self.box else None
        found = {"value": self.value, "source": self.source, "page": self.page, "box": box}
        return {
            **found,
            "confidence": round(self.confidence, 2),
            **({"note": self.note} if self.note else {}),
        }


def found(
    value: str, lines: Sequence[TextLine], confidence: float, *, page: int = 1, note: str = ""
) -> Found:
    """A value read off some lines: its box is the one around them."""
    box = (
        (
            min(line.x0 for line in lines),
            min(line.y0 for line in lines),
            max(line.x1 for line in lines),
            max(line.y1 for line in lines),
        )
        if lines
        else None
    )
    return Found(value, page=page, box=box, confidence=confidence, note=note)
