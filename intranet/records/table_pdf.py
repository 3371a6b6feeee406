"""Tables as PDF: A4 on its side, heads on every page, page x of y in the foot, a real text layer.

Every line is broken and placed first, then drawn: only then is it known how many pages there are.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from intranet.core.labels import label
from intranet.records.tables import Line, Progress, Table
from intranet.records.typeset import MM, Face, drawable, load_fonts, width_of, wrap

_WIDE, _HIGH = landscape(A4)
_LEFT, _RIGHT = 20 * MM, _WIDE - 15 * MM
_TOP, _BOTTOM = _HIGH - 15 * MM, 18 * MM
_SIZE, _LEADING, _PAD = 11.0, 13.2, 2.6
_FOOT_SIZE = 9.0
_NOTE_INDENT = 14 * MM
_GREY = 0.35
#: Points of the head of an agency's paper, and of the place for signatures.
_HEADED, _SIGNED = 64.0, 96.0
#: Share of the work that is breaking lines.
_BREAKING = 0.5
_EVERY = 200


@dataclass(frozen=True)
class _Piece:
    """What fits under one another on one page: a line of the table or a part of it, or a note."""

    cells: tuple[tuple[str, ...], ...]
    height: float
    is_struck: bool = False
    is_note: bool = False
    is_sum: bool = False


@dataclass
class _Page:
    pieces: list[_Piece] = field(default_factory=list)
    closing: tuple[str, ...] = ()


def write(table: Table, progress: Progress) -> bytes:
    """The table as a PDF; equal tables give equal bytes.

    :raises FontsMissing: the assets were not built.
    """
    load_fonts()
    setting = _Setting(table)
    pages = setting.pages(progress)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(_WIDE, _HIGH), invariant=1, lang="vi")
    canvas.setTitle(table.title)
    canvas.setCreator("")
    if table.cover is not None:
        setting.draw_cover(canvas)
    for number, page in enumerate(pages, 1):
        setting.draw(canvas, page, number, len(pages))
        if number % 10 == 0:
            progress(_BREAKING + (1 - _BREAKING) * number / len(pages))
    canvas.save()
    return out.getvalue()


class _Setting:
    """One table being set."""

    def __init__(self, table: Table) -> None:
        self.table = table
        wished = sum(column.width for column in table.columns)
        scale = (_RIGHT - _LEFT) / wished
        self.widths = [column.width * scale for column in table.columns]
        self.edges = [_LEFT]
        for width in self.widths:
            self.edges.append(self.edges[-1] + width)
        self.heads = [
            tuple(wrap(column.head, Face.BOLD, _SIZE, width - 2 * _PAD))
            for column, width in zip(table.columns, self.widths, strict=True)
        ]
        self.head_height = max(len(head) for head in self.heads) * _LEADING + 2 * _PAD
        self.number_height = _LEADING + 1 if table.is_numbered else 0.0
        room = self._room(is_first=False)
        self.most_lines = max(int((room - 2 * _PAD) / _LEADING), 1)

    def pages(self, progress: Progress) -> list[_Page]:
        """Every piece in its place."""
        pages, left = [_Page()], self._room(is_first=True)
        for number, line in enumerate(self.table.lines):
            pieces = list(self._pieces(line))
            together = pieces[0].height + (pieces[1].height if len(pieces) == 2 else 0)
            for place, piece in enumerate(pieces):
                if (together if place == 0 else piece.height) > left and pages[-1].pieces:
                    pages.append(_Page())
                    left = self._room(is_first=False)
                pages[-1].pieces.append(piece)
                left -= piece.height
            if number % _EVERY == 0:
                progress(_BREAKING * number / max(len(self.table.lines), 1))
        closing: tuple[str, ...] = ()
        needed = _SIGNED if self._signers() else 0.0
        if self.table.closing:
            closing = tuple(wrap(self.table.closing, Face.ITALIC, _SIZE, _RIGHT - _LEFT))
            needed += len(closing) * _LEADING + 8
        if needed > left and pages[-1].pieces:
            pages.append(_Page())
        pages[-1].closing = closing
        return pages

    def _signers(self) -> tuple[tuple[str, str], ...]:
        return () if self.table.official is None else self.table.official.signers

    def _head_room(self) -> float:
        return 0.0 if self.table.official is None else _HEADED

    def _room(self, *, is_first: bool) -> float:
        title = 46.0 + self._head_room() if is_first else 0.0
        return _TOP - title - self.head_height - self.number_height - _BOTTOM - 6

    def _pieces(self, line: Line) -> Iterator[_Piece]:
        cells = tuple(
            _wrapped(text, width - 2 * _PAD) for text, width in zip(line.cells, self.widths, strict=True)
        )
        longest = max(len(cell) for cell in cells)
        for start in range(0, longest, self.most_lines):
            part = tuple(cell[start : start + self.most_lines] for cell in cells)
            height = max(len(cell) for cell in part) * _LEADING + 2 * _PAD
            yield _Piece(part, height, is_struck=line.is_struck, is_sum=line.is_sum)
        for note in line.notes:
            said = wrap(note, Face.ITALIC, _SIZE, _RIGHT - _LEFT - _NOTE_INDENT - _PAD)
            for start in range(0, len(said), self.most_lines):
                some = tuple(said[start : start + self.most_lines])
                yield _Piece((some,), len(some) * _LEADING + 2 * _PAD, is_note=True)

    def draw(self, canvas: Canvas, page: _Page, number: int, of: int) -> None:
        """One page."""
        canvas.setLineWidth(0.6)
        y = _TOP
        if number == 1:
            self._draw_official(canvas, y)
            y -= self._head_room()
            self._words(canvas, self.table.title, y - 14, 14, Face.BOLD)
            self._words(canvas, self.table.period, y - 32, 12, Face.ITALIC)
            y -= 46
        y = self._draw_heads(canvas, y)
        for piece in page.pieces:
            if piece.is_note:
                self._draw_note(canvas, piece, y)
            else:
                self._draw_line(canvas, piece, y)
            y -= piece.height
            canvas.line(_LEFT, y, _RIGHT, y)
        canvas.setFillGray(0)
        canvas.setFont(Face.ITALIC.value, _SIZE)
        for place, said in enumerate(page.closing):
            canvas.drawString(_LEFT, y - 8 - _SIZE - place * _LEADING, said)
        if number == of:
            self._draw_signers(canvas, y - 22 - len(page.closing) * _LEADING)
        self._foot(canvas, label("table.page", page=f"{number}/{of}"))
        canvas.showPage()

    def _draw_official(self, canvas: Canvas, y: float) -> None:
        """The head of an agency's paper: whose it is on the left, the State's on the right."""
        paper = self.table.official
        if paper is None:
            return
        left, right = _LEFT + (_RIGHT - _LEFT) * 0.22, _LEFT + (_RIGHT - _LEFT) * 0.76
        above = [(paper.above.upper(), Face.REGULAR)] if paper.above else []
        nation, motto = label("table.nation"), label("table.motto")
        for x, lines in (
            (left, [*above, (paper.agency.upper(), Face.BOLD)]),
            (right, [(nation, Face.BOLD), (motto, Face.BOLD)]),
        ):
            for place, (text, face) in enumerate(lines):
                _centred(canvas, text, x, y - 12 - 15 * place, 12, face)
            half = width_of(drawable(lines[-1][0]), Face.BOLD, 12) / (2 if x == right else 5)
            under = y - 17 - 15 * (len(lines) - 1)
            canvas.line(x - half, under, x + half, under)
        _centred(canvas, paper.dated, right, y - 50, 12, Face.ITALIC)

    def _draw_signers(self, canvas: Canvas, y: float) -> None:
        """Where the paper is signed: side by side, the head of the agency last."""
        signers = self._signers()
        for place, (post, hint) in enumerate(signers):
            x = _LEFT + (_RIGHT - _LEFT) * (place + 0.5) / len(signers)
            _centred(canvas, post, x, y - _SIZE, 12, Face.BOLD)
            _centred(canvas, hint, x, y - _SIZE - 15, 11, Face.ITALIC)

    def draw_cover(self, canvas: Canvas) -> None:
        """The first page, which says whose register it is."""
        cover = self.table.cover
        if cover is None:
            return
        y = _TOP - 60
        for text, face in ((cover.above, Face.REGULAR), (cover.agency, Face.BOLD)):
            for said in wrap(text, face, 14, _RIGHT - _LEFT):
                self._words(canvas, said, y, 14, face)
                y -= 20
        y = _HIGH / 2 + 40
        for said in wrap(self.table.title, Face.BOLD, 24, _RIGHT - _LEFT):
            self._words(canvas, said, y, 24, Face.BOLD)
            y -= 32
        for text in cover.facts:
            self._words(canvas, text, y, 14, Face.REGULAR)
            y -= 22
        self._foot(canvas, label("table.cover"))
        canvas.showPage()

    def _draw_heads(self, canvas: Canvas, y: float) -> float:
        canvas.setFillGray(0)
        bottom = y - self.head_height - self.number_height
        for edge in self.edges:
            canvas.line(edge, y, edge, bottom)
        for edge in (y, y - self.head_height, bottom):
            canvas.line(_LEFT, edge, _RIGHT, edge)
        for n, head in enumerate(self.heads):
            middle = (self.edges[n] + self.edges[n + 1]) / 2
            spare = (self.head_height - 2 * _PAD - len(head) * _LEADING) / 2
            canvas.setFont(Face.BOLD.value, _SIZE)
            for place, said in enumerate(head):
                canvas.drawCentredString(middle, y - _PAD - spare - _SIZE - place * _LEADING, said)
            if self.table.is_numbered:
                canvas.setFont(Face.ITALIC.value, _SIZE)
                canvas.drawCentredString(middle, bottom + 3.6, f"({n + 1})")
        return bottom

    def _draw_line(self, canvas: Canvas, piece: _Piece, y: float) -> None:
        for edge in self.edges:
            canvas.line(edge, y, edge, y - piece.height)
        canvas.setFillGray(_GREY if piece.is_struck else 0)
        face = Face.BOLD if piece.is_sum else Face.REGULAR
        canvas.setFont(face.value, _SIZE)
        for n, cell in enumerate(piece.cells):
            is_centered = self.table.columns[n].is_centered
            for place, said in enumerate(cell):
                if not said:
                    continue
                x, base = self.edges[n] + _PAD, y - _PAD - _SIZE + 1 - place * _LEADING
                wide = _width(said) if is_centered or piece.is_struck else 0.0
                if is_centered and piece.is_sum:
                    wide = width_of(said, face, _SIZE)
                if is_centered:
                    x = (self.edges[n] + self.edges[n + 1] - wide) / 2
                canvas.drawString(x, base, said)
                if piece.is_struck:
                    canvas.line(x, base + _SIZE * 0.28, x + wide, base + _SIZE * 0.28)

    def _draw_note(self, canvas: Canvas, piece: _Piece, y: float) -> None:
        for edge in (_LEFT, _RIGHT):
            canvas.line(edge, y, edge, y - piece.height)
        canvas.setFillGray(0)
        canvas.setFont(Face.ITALIC.value, _SIZE)
        for place, said in enumerate(piece.cells[0]):
            canvas.drawString(_LEFT + _NOTE_INDENT, y - _PAD - _SIZE + 1 - place * _LEADING, said)

    def _words(self, canvas: Canvas, text: str, y: float, size: float, face: Face) -> None:
        canvas.setFillGray(0)
        canvas.setFont(face.value, size)
        canvas.drawCentredString((_LEFT + _RIGHT) / 2, y, drawable(text))

    def _foot(self, canvas: Canvas, page: str) -> None:
        canvas.setFillGray(0)
        canvas.setLineWidth(0.6)
        canvas.line(_LEFT, 14 * MM, _RIGHT, 14 * MM)
        canvas.setFont(Face.REGULAR.value, _FOOT_SIZE)
        left, middle, right = (drawable(text) for text in self.table.foot)
        texts = (left, middle, right, page)
        widths = [width_of(text, Face.REGULAR, _FOOT_SIZE) for text in texts]
        gap = max((_RIGHT - _LEFT - sum(widths)) / 3, 4)
        x = _LEFT
        for text, wide in zip(texts[:3], widths, strict=False):
            canvas.drawString(x, 10 * MM, text)
            x += wide + gap
        canvas.drawRightString(_RIGHT, 10 * MM, page)


def _centred(canvas: Canvas, text: str, x: float, y: float, size: float, face: Face) -> None:
    canvas.setFillGray(0)
    canvas.setFont(face.value, size)
    canvas.drawCentredString(x, y, drawable(text))


@lru_cache(maxsize=20_000)
def _word(text: str) -> float:
    return width_of(text, Face.REGULAR, _SIZE)


def _width(text: str) -> float:
    words = text.split(" ")
    return sum(_word(word) for word in words) + (len(words) - 1) * _word(" ")


def _wrapped(text: str, width: float) -> tuple[str, ...]:
    """As :func:`intranet.records.typeset.wrap`, each word measured once for the whole table."""
    lines: list[str] = []
    space = _word(" ")
    for part in drawable(text).split("\n"):
        words, line, used = part.split(), "", 0.0
        if any(_word(word) > width for word in words):
            lines += wrap(part, Face.REGULAR, _SIZE, width)
            continue
        for word in words:
            wide = _word(word)
            if line and used + space + wide > width:
                lines.append(line)
                line, used = word, wide
            else:
                line, used = (f"{line} {word}", used + space + wide) if line else (word, wide)
        lines.append(line)
    return tuple(lines)
