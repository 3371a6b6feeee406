"""Signer, stated deadline and the documents answered: what stands in the text and at its end."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from documents.formats import symbols
from documents.formats.reading_blocks import Head, is_capitals
from documents.formats.reading_values import Found, found, part_of
from intranet.core.text import fold, one_line
from intranet.records.pagetext import PageText, TextLine

#: Between the lines of an authority: "TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH".
AUTHORITY_JOIN = " / "
_PREFIX = re.compile(r"^(TM|KT|TL|TUQ|Q)\s*\.\s*", re.IGNORECASE)
_POSTS = (
    "chu tich",
    "pho chu tich",
    "giam doc",
    "pho giam doc",
    "bo truong",
    "thu truong",
    "cuc truong",
    "pho cuc truong",
    "chanh van phong",
    "pho chanh van phong",
    "truong",
    "pho truong",
    "vu truong",
    "chanh thanh tra",
    "thu tuong",
    "pho thu tuong",
    "hieu truong",
    "vien truong",
    "tong giam doc",
    "chanh",
    "pho",
    "chu nhiem",
    "bi thu",
)
_NAME = re.compile(r"^(?:[A-ZĐÀ-Ỹ][a-zđà-ỹ]*\.?\s+){1,5}[A-ZĐÀ-Ỹ][a-zđà-ỹ]+$")
_TITLES = re.compile(r"^((GS|PGS|TS|ThS|BS|KS|CN|Ths|Bs)\.?\s*)+", re.IGNORECASE)
_DAY = r"(\d{1,2})\s*(?:/|-|\.|\s+tháng\s+)\s*(\d{1,2})(?:\s*(?:/|-|\.|\s+năm\s+)\s*(\d{4}))?"
_BY_DAY = re.compile(
    rf"(?:trước|chậm nhất(?: là)?(?: vào)?(?: đến)?(?: trước)?|muộn nhất(?: là)?|hạn cuối(?: cùng)?(?: là)?)"
    rf"\s*(?:\d{{1,2}}\s*(?:giờ|h)\s*\d{{0,2}}\s*,?\s*)?(?:ngày\s*)?{_DAY}",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"trong (?:thời hạn|vòng|thời gian)\s*(\d{1,3})\s*(?:\([^)]{1,20}\)\s*)?ngày(\s*làm việc)?", re.IGNORECASE
)
_REPLY = re.compile(
    r"(?:trả lời|phúc đáp)\s+(?:các\s+)?"
    r"(?:công văn|văn bản|tờ trình|báo cáo|công điện|phiếu chuyển)?\s*số\s*:?\s*"
    r"([0-9]{1,6}[a-zđ]?\s*/\s*[0-9A-ZĐĂÂÊÔƠƯa-zđ&.\-–/]+)",
    re.IGNORECASE,
)


def read_signer(page: PageText) -> tuple[Found | None, Found | None, Found | None]:
    """Name, title and authority line from the block at the right of "Nơi nhận"."""
    start = next((line for line in page.lines if fold(line.text).startswith("noi nhan")), None)
    if start is None:
        return None, None, None
    middle = page.width * 0.42
    block = [
        line
        for line in page.lines
        if line.middle > middle and line.y0 < start.y0 + 2.2 * start.size and line.x0 > middle * 0.8
    ]
    posts = [line for line in block if is_capitals(line.text) and _is_post(line.text)]
    if not posts:
        return None, None, None
    own, number = posts[-1], page.number
    title = found(one_line(_PREFIX.sub("", own.text)), [own], 0.9 if own.bold else 0.75, page=number)
    prefixed = [line for line in posts if _PREFIX.match(line.text)]
    said = AUTHORITY_JOIN.join(one_line(line.text) for line in prefixed)
    sure = 0.9 if own.bold else 0.75
    authority = found(said, prefixed, sure, page=number) if prefixed else None
    return _signer_name(block, own, number), title, authority


def read_due(
    lines: Sequence[TextLine], doc_date: Found | None, page: int = 1
) -> tuple[Found | None, Found | None]:
    """The deadline that the text itself sets, as a day or as a number of days; always to be looked at."""
    written = date.fromisoformat(doc_date.value) if doc_date else None
    text, owners = _flow(lines)
    for matched in _BY_DAY.finditer(text):
        day = _day(matched, written)
        if day is not None and (written is None or written <= day <= written + timedelta(days=730)):
            near = _lines_at(owners, matched.start(), matched.end())
            return found(day.isoformat(), near, 0.8, page=page, note=_sentence(text, matched)), None
    for matched in _WITHIN.finditer(text):
        count = int(matched.group(1))
        if 1 <= count <= 365:
            near = _lines_at(owners, matched.start(), matched.end())
            unit = "working" if matched.group(2) else "calendar"
            return None, found(f"{count} {unit}", near, 0.7, page=page, note=_sentence(text, matched))
    return None, None


def read_replies(head: Head) -> Found | None:
    """Codes of the documents that this one says it answers."""
    text, owners = _flow(head.below)
    codes: list[str] = []
    near: list[TextLine] = []
    for matched in _REPLY.finditer(text):
        symbol = symbols.parse(matched.group(1))
        if symbol is not None and symbol.code not in codes:
            codes.append(symbol.code)
            near += _lines_at(owners, matched.start(), matched.end())
    return found("; ".join(codes), near, 0.9) if codes else None


def _is_post(text: str) -> bool:
    bare = fold(_PREFIX.sub("", text.strip()))
    return bool(_PREFIX.match(text)) or any(bare == post or bare.startswith(f"{post} ") for post in _POSTS)


def _signer_name(block: list[TextLine], own: TextLine, number: int) -> Found | None:
    for line in block:
        if line.y0 >= own.y0 - 0.5 * own.size or is_capitals(line.text):
            continue
        bare = one_line(_TITLES.sub("", line.text))
        if _NAME.match(bare) and len(bare) <= 50 and "(" not in line.text:
            return found(bare, [line], 0.92 if line.bold else 0.7, page=number)
    return None


def _flow(lines: Sequence[TextLine]) -> tuple[str, list[tuple[int, TextLine]]]:
    """The lines as running text, and at which character each begins."""
    parts: list[str] = []
    owners: list[tuple[int, TextLine]] = []
    at = 0
    for line in lines:
        owners.append((at, line))
        part = one_line(line.text)
        parts.append(part)
        at += len(part) + 1
    return " ".join(parts), owners


def _lines_at(owners: list[tuple[int, TextLine]], start: int, end: int) -> list[TextLine]:
    """The lines between two characters of the text, the first and last of them only in part."""
    ends = [at for at, _ in owners[1:]] + [1 << 30]
    return [
        part_of(line, start - at, end - at)
        for (at, line), after in zip(owners, ends, strict=True)
        if at < end and after > start
    ]


def _sentence(text: str, matched: re.Match[str]) -> str:
    """The sentence around a match, at most 300 characters."""
    start = max(text.rfind(". ", 0, matched.start()) + 1, text.rfind("; ", 0, matched.start()) + 1, 0)
    stop = re.search(r"[.;](\s|$)", text[matched.end() :])
    end = matched.end() + (stop.start() + 1 if stop else 120)
    return text[start:end].strip()[:300]


def _day(matched: re.Match[str], written: date | None) -> date | None:
    day, month, year = (int(group) if group else 0 for group in matched.groups())
    if not year and written is None:
        return None
    try:
        if year:
            return date(year, month, day)
        first = date(written.year if written else 1, month, day)
        return first if written is None or first >= written else date(first.year + 1, month, day)
    except ValueError:
        return None
