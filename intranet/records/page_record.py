"""What is known of a page so that a later version of it can be told from it: plain values, no parser.

All places are PDF user space as it stands in the page (points, y up, before the page is turned), the
frame in which marks over pages are kept.
"""

import base64
import hashlib
import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Box = tuple[float, float, float, float]

#: Upper and lower strip of a page, as shares of its height, in which a number alone is the page's own.
FOLIO_STRIP = 0.12
_NUMBER = r"\d{1,4}(?:\s*(?:/|trên|of)\s*\d{1,4})?"
_FOLIO = re.compile(rf"\W*(?:(?:trang|page|tr\.)\s*)?{_NUMBER}\W*", re.IGNORECASE)
_FOLIO_INSIDE = re.compile(rf"\b(?:trang|page)\s*{_NUMBER}", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class TextRow:
    """A stretch of text on one line, with the place of every sign.

    :param turn: degrees counter-clockwise from the x axis to the way it is read: 0, 90, 180 or 270.
    :param stops: where each sign of ``text`` begins, then where the last one ends, along the axis it is
        read on (x for 0 and 180, y for 90 and 270); one more than there are signs.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    turn: int = 0
    stops: tuple[float, ...] = ()

    @property
    def box(self) -> Box:
        """Left, lower, right, upper edge."""
        return (self.x0, self.y0, self.x1, self.y1)

    @property
    def height(self) -> float:
        """Of the letters' boxes, points."""
        return self.y1 - self.y0 if self.turn % 180 == 0 else self.x1 - self.x0

    def to_json(self) -> list[Any]:
        """Strings and numbers; :meth:`from_json` is its reverse up to hundredths of a point."""
        return [self.text, *(round(v, 2) for v in self.box), self.turn, _steps(self.stops)]

    @classmethod
    def from_json(cls, given: Sequence[Any]) -> "TextRow":
        """Read what :meth:`to_json` wrote.

        :raises ValueError: it has another shape.
        """
        text, x0, y0, x1, y1, turn, stops = given
        row = cls(str(text), float(x0), float(y0), float(x1), float(y1), int(turn), _unsteps(stops))
        if len(row.stops) != len(row.text) + 1 or row.turn not in _TURNS:
            raise ValueError("stops of another text")
        return row

    def part(self, start: int, end: int) -> Box:
        """The box of the signs from ``start`` up to, not with, ``end``."""
        low, high = sorted((self.stops[start], self.stops[end]))
        return (low, self.y0, high, self.y1) if self.turn % 180 == 0 else (self.x0, low, self.x1, high)


@dataclass(frozen=True)
class Tones:
    """How bright the page is in square cells; the middle of the visible page is a corner of four of them.

    So two pages that look alike have the same cells, wherever their corner is and however they are turned.

    :param cell: side of a cell in points.
    :param x: left edge of the leftmost cells in user space; ``y`` lower edge of the lowest.
    :param data: one byte a cell, 255 is white; row by row from the lowest, each from the left.
    """

    cell: float = 5.0
    x: float = 0.0
    y: float = 0.0
    columns: int = 0
    rows: int = 0
    data: bytes = field(default=b"", repr=False)

    def to_json(self) -> list[Any]:
        """Numbers and one string."""
        packed = base64.b64encode(zlib.compress(self.data, 6)).decode()
        return [self.cell, round(self.x, 3), round(self.y, 3), self.columns, self.rows, packed]

    @classmethod
    def from_json(cls, given: Sequence[Any]) -> "Tones":
        """Read what :meth:`to_json` wrote."""
        cell, x, y, columns, rows, packed = given
        size = int(columns) * int(rows)
        data = zlib.decompressobj().decompress(base64.b64decode(packed), size + 1)
        if len(data) != size:
            raise ValueError("tones of another size")
        return cls(float(cell), float(x), float(y), int(columns), int(rows), data)


@dataclass(frozen=True)
class PageRecord:
    """One page of one version of a paper.

    :param crop: the visible part in user space.
    :param turn: degrees clockwise by which the page is shown turned: 0, 90, 180 or 270.
    :param rows: the text in the order of the file, which is that of reading in nearly all papers.
    :param picture: 64-bit perceptual hash of the page as it looks before it is turned.
    """

    crop: Box
    turn: int = 0
    rows: tuple[TextRow, ...] = ()
    picture: int = 0
    tones: Tones = field(default_factory=Tones)

    @property
    def width(self) -> float:
        """Of the visible part before it is turned, points."""
        return self.crop[2] - self.crop[0]

    @property
    def height(self) -> float:
        """Likewise."""
        return self.crop[3] - self.crop[1]

    @cached_property
    def is_bare(self) -> bool:
        """Neither text nor picture."""
        return not self.said and min(self.tones.data, default=255) > 250

    @cached_property
    def is_picture(self) -> bool:
        """A picture without a text: what it says is known only once it was read."""
        return not self.said and not self.is_bare

    @cached_property
    def folios(self) -> frozenset[int]:
        """Which rows, alone on their line, are the page's own number and no part of what it says."""
        edge = self._edge_rows()
        return frozenset(n for n in edge if _FOLIO.fullmatch(self.rows[n].text.strip()) and self._is_alone(n))

    def _is_alone(self, number: int) -> bool:
        """Whether no other row stands at the height of this one: the last row of a table has more cells."""
        middle = self._share_up(self.rows[number])
        own = self.rows[number]
        near = 0.6 * own.height / max(self.height if own.turn % 180 == 0 else self.width, 1)
        return all(n == number or abs(self._share_up(row) - middle) > near for n, row in enumerate(self.rows))

    @cached_property
    def said(self) -> str:
        """The text as it is compared: composed letters, no blanks, without the page's own number."""
        edge = self._edge_rows()
        return "".join(
            letters(_FOLIO_INSIDE.sub("", row.text) if number in edge else row.text)
            for number, row in enumerate(self.rows)
            if number not in self.folios
        )

    @cached_property
    def text_hash(self) -> str:
        """SHA-256 of :attr:`said`; empty for a page that says nothing."""
        return hashlib.sha256(self.said.encode()).hexdigest() if self.said else ""

    def _edge_rows(self) -> frozenset[int]:
        """The highest and the lowest row as one reads them, where they stand near the page's edge."""
        if not self.rows:
            return frozenset()
        places = [self._share_up(row) for row in self.rows]
        low, high = min(places), max(places)
        return frozenset(
            n
            for n, place in enumerate(places)
            if (place > high - 0.004 and place > 1 - FOLIO_STRIP)
            or (place < low + 0.004 and place < FOLIO_STRIP)
        )

    def _share_up(self, row: TextRow) -> float:
        """Height of a row's middle as one reads it, 0 at the lower edge and 1 at the upper."""
        x = ((row.x0 + row.x1) / 2 - self.crop[0]) / max(self.width, 1)
        y = ((row.y0 + row.y1) / 2 - self.crop[1]) / max(self.height, 1)
        return {0: y, 90: 1 - x, 180: 1 - y, 270: x}[row.turn]

    def to_json(self) -> dict[str, Any]:
        """Numbers and strings only; :meth:`from_json` is its reverse up to hundredths of a point."""
        return {
            "crop": [round(v, 2) for v in self.crop],
            "turn": self.turn,
            "rows": [row.to_json() for row in self.rows],
            "text": self.text_hash,
            "picture": f"{self.picture:016x}",
            "tones": self.tones.to_json(),
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "PageRecord":
        """Read what :meth:`to_json` wrote.

        :raises ValueError: it has another shape.
        """
        try:
            rows = tuple(TextRow.from_json(one) for one in given["rows"])
            x0, y0, x1, y1 = map(float, given["crop"])
            turn = int(given["turn"])
            if turn not in _TURNS:
                raise ValueError("no such turn")
            picture = int(str(given["picture"]), 16)
            return cls((x0, y0, x1, y1), turn, rows, picture, Tones.from_json(given["tones"]))
        except (KeyError, TypeError, ValueError, zlib.error) as wrong:
            raise ValueError("no page record") from wrong


_TURNS = frozenset({0, 90, 180, 270})


def letters(text: str) -> str:
    """The text without blanks, in composed form: what of it is compared."""
    return _BLANKS.sub("", unicodedata.normalize("NFC", text))


def _steps(stops: Iterable[float]) -> list[int]:
    """Hundredths of a point, each but the first as the step from the one before."""
    whole = [round(stop * 100) for stop in stops]
    return [b - a for a, b in zip([0, *whole], whole, strict=False)]


def _unsteps(steps: Iterable[int]) -> tuple[float, ...]:
    at, found = 0, []
    for step in steps:
        at += int(step)
        found.append(at / 100)
    return tuple(found)
