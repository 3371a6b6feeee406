"""Cuts a first page into the parts of the prescribed layout: two columns of the head, then the rest."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from intranet.core.text import fold
from intranet.records.pagetext import PageText, TextLine

#: Lines looked at; a page has about 50.
MAX_LINES = 600
_ANCHORS = ("cong hoa xa hoi chu nghia viet nam", "dang cong san viet nam")
_NATIONS = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA", "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA")
_MOTTO = "doc lap tu do hanh phuc"
_NUMBER = re.compile(r"^\s*S[ốô6]\s*[:.;]?\s*(?=[\dOolI…._ /])", re.IGNORECASE)
_NUMBER_AND_DATE = re.compile(r"^S[ốô]\s*[:.]?\s*\S*\s*/\S+\s+(?=\S.*\bngày\s.*\bnăm\b)", re.IGNORECASE)
_STAMP = re.compile(
    r"^(người ký|ký bởi|signed|digitally|thời gian ký|cơ quan:|email:|ngày ký)", re.IGNORECASE
)
_RULE = re.compile(r"^[\s_\-–—=*.~…]+$")
_STOPS = re.compile(r"^(kính gửi|căn cứ|thực hiện|theo đề nghị|xét|điều \d|nơi nhận)", re.IGNORECASE)


@dataclass(frozen=True)
class Head:
    """The head of a first page.

    :param anchor: line with the nation's name; ``None`` where the page has none.
    :param edge: x that parts the two columns.
    :param left: left column from the agency down, rows joined, rules left out.
    :param right: right column below the motto.
    :param number_at: index in ``left`` of the line with the number.
    :param below: lines under the head, top down.
    :param lines: all lines of the page, rules left out.
    """

    page: PageText
    anchor: TextLine | None
    edge: float
    left: tuple[TextLine, ...]
    right: tuple[TextLine, ...]
    number_at: int | None
    below: tuple[TextLine, ...]
    lines: tuple[TextLine, ...]


def find_head(page: PageText) -> Head:
    """Find the columns and the row of the number."""
    lines = tuple(
        line
        for whole in page.lines[:MAX_LINES]
        for line in _parted(whole)
        if line.text.strip() and not _RULE.match(line.text) and not _STAMP.match(line.text)
    )
    top = [line for line in lines if line.y0 > page.height * 0.5]
    anchor = next((line for line in top if any(a in fold(line.text) for a in _ANCHORS)), None)
    edge = anchor.x0 if anchor and anchor.x0 > page.width * 0.2 else page.width * 0.45
    roof = anchor.y1 + 1.2 * anchor.size if anchor else page.height
    in_reach = [line for line in top if line.y0 < roof]
    left = _join_rows(line for line in in_reach if line.middle < edge)
    right = _join_rows(
        line
        for line in in_reach
        if line.middle >= edge and line is not anchor and _MOTTO not in fold(line.text)
    )
    number_at = next((i for i, line in enumerate(left) if is_number(line.text)), None)
    floor = _floor(left, number_at, anchor, page)
    below = tuple(line for line in lines if line.y0 < floor)
    return Head(page, anchor, edge, tuple(left), tuple(right), number_at, below, lines)


def is_number(text: str) -> bool:
    """Whether a line begins with the word of the number and something after it."""
    return bool(_NUMBER.match(text)) and "/" in text


def after_number_word(text: str) -> str:
    """What follows "Số:" on a line."""
    return _NUMBER.sub("", text, count=1).strip()


def stops(text: str) -> bool:
    """Whether a line begins the body, whatever stood before it: a small letter carries a sentence on."""
    text = text.strip()
    addressed = text.upper().startswith("KÍNH GỬI")
    return addressed or (text[:1].isupper() and not is_capitals(text) and bool(_STOPS.match(text)))


def is_capitals(text: str) -> bool:
    """Whether all its letters are capitals, of which there are at least two."""
    letters = [c for c in text if c.isalpha()]
    return len(letters) > 1 and all(c.isupper() for c in letters)


def is_centred(line: TextLine, page: PageText, *, slack: float = 0.09) -> bool:
    """Whether a line stands in the middle of the text, which lies right of the paper's middle by a few mm."""
    return abs(line.middle - page.width * 0.52) < page.width * slack


def _parted(line: TextLine) -> tuple[TextLine, ...]:
    """A line that runs over both columns, as two: nation behind agency, date behind number."""
    at = next((line.text.upper().find(name) for name in _NATIONS if name in line.text.upper()), 0)
    if numbered := _NUMBER_AND_DATE.match(line.text):
        at = numbered.end()
    if at < 3:
        return (line,)
    before = line.text[:at].rstrip()
    letter = (line.x1 - line.x0) / len(line.text)
    return (
        replace(line, text=before, x1=line.x0 + letter * len(before)),
        replace(line, text=line.text[at:], x0=line.x0 + letter * at),
    )


def _floor(left: list[TextLine], number_at: int | None, anchor: TextLine | None, page: PageText) -> float:
    if number_at is not None:
        return left[number_at].y0 - 2
    return anchor.y0 - 2 * anchor.size if anchor else page.height


def _join_rows(lines: Iterable[TextLine]) -> list[TextLine]:
    """Pieces of one row of one column as one line: a number typed into a gap stands apart from its slash."""
    rows: list[TextLine] = []
    for line in lines:
        last = rows[-1] if rows else None
        if last and abs(last.y0 - line.y0) < 0.35 * line.size and line.x0 >= last.x1 - 1:
            rows[-1] = TextLine(
                f"{last.text} {line.text}",
                last.x0,
                min(last.y0, line.y0),
                line.x1,
                max(last.y1, line.y1),
                max(last.size, line.size),
                last.bold and line.bold,
                last.italic and line.italic,
            )
        else:
            rows.append(line)
    return rows
