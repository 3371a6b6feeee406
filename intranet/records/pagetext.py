"""What a page says and where: plain values that travel from the parsing child to whoever reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Unreadable(Exception):
    """A file that its parser could not, or must not, open.

    :param code: a code of :mod:`intranet.records.media`, ``file.<problem>``.
    """

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


@dataclass(frozen=True)
class TextLine:
    """A stretch of text on one line of one column.

    Box in PDF points, origin at the lower left corner of the visible page; ``y0`` is the lower edge.

    :param size: height of the letters in points.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool = False
    italic: bool = False

    @property
    def middle(self) -> float:
        """Half way between left and right end."""
        return (self.x0 + self.x1) / 2


@dataclass(frozen=True)
class PageText:
    """The text layer of one page, lines from the top down, left before right.

    :param width: of the visible page, points.
    :param height: likewise.
    :param is_seen: the words were recognised in a picture; the file holds none.
    """

    width: float
    height: float
    lines: tuple[TextLine, ...] = ()
    is_seen: bool = False

    @property
    def text(self) -> str:
        """The lines joined by line breaks."""
        return "\n".join(line.text for line in self.lines)

    def to_json(self) -> dict[str, Any]:
        """Numbers and strings only; :meth:`from_json` is its reverse."""
        return {
            "width": round(self.width, 2),
            "height": round(self.height, 2),
            **({"seen": True} if self.is_seen else {}),
            "lines": [
                [
                    line.text,
                    *(round(v, 2) for v in (line.x0, line.y0, line.x1, line.y1, line.size)),
                    line.bold,
                    line.italic,
                ]
                for line in self.lines
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "PageText":
        """Read what :meth:`to_json` wrote.

        :raises ValueError: it has another shape.
        """
        try:
            lines = tuple(
                TextLine(str(t), float(a), float(b), float(c), float(d), float(s), bool(bold), bool(italic))
                for t, a, b, c, d, s, bold, italic in data["lines"]
            )
            return cls(float(data["width"]), float(data["height"]), lines, bool(data.get("seen", False)))
        except (KeyError, TypeError, ValueError) as wrong:
            raise ValueError("no page text") from wrong
