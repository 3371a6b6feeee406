"""Number, date, issuer and marks: what stands in the two columns of the head."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from documents.formats import symbols
from documents.formats.reading_blocks import Head, after_number_word, is_capitals
from documents.formats.reading_learned import Spelling, corrected, recall
from documents.formats.reading_names import agency_case, begins_agency, best_match, continues_agency
from documents.formats.reading_values import Found, found, part_of
from intranet.core.text import fold, one_line, toned
from intranet.records.pagetext import TextLine

_CODE = re.compile(
    r"^([0-9OolI]{1,6}[a-zđ]?)\s*((?:/\s*[0-9A-ZĐĂÂÊÔƠƯa-zđăâêôơư&.]+\s*(?:[-–]\s*[^\s,/]+\s*)*)+)"
)
_OPEN = re.compile(r"^[\s….·_]*(/\s*[0-9A-ZĐĂÂÊÔƠƯa-zđ&.\-–/]+)")
_DATE = re.compile(
    r"^(?P<place>.{0,60}?)[,.;\s]*ngày\s*(?P<d>\d{1,2})\s*tháng\s*(?P<m>\d{1,2})\s*năm\s*(?P<y>\d{4})[\s.,;]*$",
    re.IGNORECASE,
)
_URGENCY = {"khan": 1, "thuong khan": 2, "hoa toc": 3, "hoa toc hen gio": 4}
_CIRCULATION = {"luu hanh noi bo": "LƯU HÀNH NỘI BỘ", "xem xong tra lai": "XEM XONG TRẢ LẠI"}


def read_number(head: Head) -> tuple[Found | None, Found | None]:
    """Number and symbol from the line that begins with "Số"; letters read for digits are put right."""
    if head.number_at is None:
        return None, None
    line = head.left[head.number_at]
    rest = after_number_word(line.text)
    matched = _CODE.match(rest)
    if matched is None:
        still_open = _OPEN.match(rest)
        letters = still_open.group(1).lstrip("/ ") if still_open else ""
        return None, found(letters, [line], 0.8) if symbols.parse(f"1/{letters}") else None
    printed = matched.group(1)
    start = line.text.find(rest)
    code = [part_of(line, start, start + matched.end())]
    digits = printed.translate(str.maketrans("OolI", "0011")) if not printed.isdigit() else printed
    digits = printed if symbols.parse(f"{printed}/A-B") else digits
    symbol = symbols.parse(digits + matched.group(2))
    sure = 0.97 if head.anchor else 0.85
    if symbol is None or len(symbol.symbol) > symbols.SYMBOL_MAX:
        return found(digits, [line], 0.55), None
    if digits != printed:
        sure = 0.75
    return found(f"{symbol.number}{symbol.suffix}", code, sure), found(symbol.symbol, code, sure)


def read_date(head: Head, today: date | None) -> tuple[Found | None, Found | None]:
    """Date and place from the line under the motto; one that is not a day, or still to come, stays empty."""
    row = head.left[head.number_at].y0 if head.number_at is not None else None
    for index, line in enumerate(head.right[:12]):
        texts = [(line.text, [line])]
        if index and _near(head.right[index - 1], line):
            before = head.right[index - 1]
            texts.insert(0, (f"{before.text} {line.text}", [before, line]))
        for text, lines in texts:
            matched = _DATE.match(one_line(text))
            if matched is None:
                continue
            day = _day(matched)
            if day is None or (today is not None and day > today):
                return None, None
            level = row is None or abs(row - line.y0) < 30
            sure = (0.97 if level else 0.85) if head.anchor else 0.55
            place = re.sub(r"^[\W\d_]+|[\s,.;]+$", "", matched["place"])
            where, when = _place_and_day(lines)
            named = found(place, where, sure - 0.02) if place and place[0].isupper() else None
            return found(day.isoformat(), when, sure), named
    return None, None


def _place_and_day(lines: list[TextLine]) -> tuple[list[TextLine], list[TextLine]]:
    """The lines of a place and date, cut before the day."""
    if len(lines) > 1:
        return lines[:1], lines
    at = lines[0].text.lower().find("ngày")
    return [part_of(lines[0], 0, at)], [part_of(lines[0], at, len(lines[0].text))]


def read_issuer(
    head: Head, known: Mapping[str, str], spellings: Sequence[Spelling] = (), *, slack: int = 0
) -> tuple[Found | None, Found | None]:
    """The issuing agency, above the number, and the one above it.

    Bold lines are the agency and upright ones its parent; where the type does not tell them apart,
    known names do, then the words with which a name begins. What clerks put for these letters before
    goes before both.

    :param known: names of agencies by each form in which they are written.
    :param slack: letters that may be misread in a known name; 0 for a true text layer.
    """
    lines = [line for line in head.left[: head.number_at] if head.number_at is not None]
    lines = [line for line in lines if is_capitals(line.text) or line.bold][:8]
    if not lines or not head.anchor:
        return None, None
    cut, sure = _learned_cut(lines, spellings) or _cut(lines, known)
    own, above = lines[cut:], lines[:cut]
    issuer = _agency(own, known, sure, slack)
    parent = _agency(above, known, sure - 0.05, slack) if above else None
    printed = issuer.printed, parent.printed if parent else ""
    is_name = toned(issuer.printed) in {toned(form) for form in known}
    learned = recall(*printed, spellings, slack=slack)
    return corrected(issuer, *printed, is_name, learned), parent


def read_marks(head: Head) -> tuple[Found | None, Found | None]:
    """Urgency and circulation mark: words alone on a line, in capitals, in the upper half."""
    urgency = circulation = None
    floor = head.page.height * 0.5
    for line in head.lines:
        if line.y0 < floor or not is_capitals(line.text):
            continue
        words = re.sub(r"\b\d+\b|\bgio\b(?! )|\bngay\b|\bthang\b|\bnam\b", "", fold(line.text)).strip()
        words = " ".join(words.split())
        degree = _URGENCY.get(fold(line.text)) or (4 if words.startswith("hoa toc hen") else None)
        if degree and urgency is None:
            urgency = found(str(degree), [line], 0.95)
        if words in _CIRCULATION and circulation is None:
            circulation = found(_CIRCULATION[words], [line], 0.95)
    return urgency, circulation


def _cut(lines: list[TextLine], known: Mapping[str, str]) -> tuple[int, float]:
    """Index of the agency's first line, and how surely it is known."""
    for start in range(len(lines)):
        if best_match(_joined(lines[start:]), known, slack=0) is not None:
            return start, 0.97
    bold = [line.bold for line in lines]
    if any(bold) and not all(bold):
        start = bold.index(True)
        return (start, 0.95) if all(bold[start:]) else (start, 0.5)
    starts = [i for i, line in enumerate(lines) if i == 0 or begins_agency(line.text)]
    if len(lines) == 1 or all(continues_agency(line.text) for line in lines[1:]):
        return 0, 0.93
    if len(starts) == 1:
        return 0, 0.7
    return starts[-1], 0.5  # parent and agency in one type: a candidate, not a value


def _learned_cut(lines: list[TextLine], spellings: Sequence[Spelling]) -> tuple[int, float] | None:
    """Likewise where clerks have met just these letters."""
    for start in range(len(lines)):
        if recall(_joined(lines[start:]), _joined(lines[:start]), spellings, slack=0) is not None:
            return start, 0.9
    return None


def _agency(lines: list[TextLine], known: Mapping[str, str], sure: float, slack: int) -> Found:
    name = _joined(lines)
    met = best_match(name, known, slack=slack)
    if met is None:
        return replace(found(agency_case(name), lines, sure), printed=name)
    same = toned(met) == toned(name)
    sure = max(sure, 0.95) if same else min(max(sure, 0.75), 0.85)
    return replace(found(known[met], lines, sure), printed=name)


def _joined(lines: list[TextLine]) -> str:
    return one_line(" ".join(line.text for line in lines))


def _near(above: TextLine, line: TextLine) -> bool:
    return 0 < above.y0 - line.y0 < 1.7 * line.size


def _day(matched: re.Match[str]) -> date | None:
    try:
        return date(int(matched["y"]), int(matched["m"]), int(matched["d"]))
    except ValueError:
        return None
