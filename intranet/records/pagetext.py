"""What a page says and where: plain values that travel from the parsing child to whoever reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from intranet.core.text import fold

#: How the block beside a signature begins (Decree 30/2020/NĐ-CP, annex I, cell 9b), folded.
_BESIDE_SIGNATURE = "noi nhan"


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
    :param number: of the page in its file, from 1.
    """

    width: float
    height: float
    lines: tuple[TextLine, ...] = ()
    is_seen: bool = False
    number: int = 1

    @property
    def is_signed(self) -> bool:
        """Whether the text ends here: the list of receivers stands beside the signature."""
        return any(_ends_text(line.text) for line in self.lines)

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
            **({"number": self.number} if self.number > 1 else {}),
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
            size, number = (float(data["width"]), float(data["height"])), int(data.get("number", 1))
            return cls(*size, lines, bool(data.get("seen", False)), number)
        except (KeyError, TypeError, ValueError) as wrong:
            raise ValueError("no page text") from wrong


def signed_page(text: str, pages: int) -> int:
    """Number of the signed page: the first with a list of receivers, for annexes follow it, else the last.

    :param text: of the whole file, form feeds between its pages.
    """
    for number, page in enumerate(text.split("\f"), 1):
        if any(_ends_text(line) for line in page.splitlines()):
            return min(number, pages)
    return pages


def _ends_text(line: str) -> bool:
    return fold(line[:40]).startswith(_BESIDE_SIGNATURE)
