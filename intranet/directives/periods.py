"""Deadlines told by a weekday, a week, a month, a quarter or a year: their last day."""

import re
from collections.abc import Callable, Iterator
from datetime import date

from intranet.directives.days import DAY, Days, Due, Why, last_of, month_after, sure
from intranet.directives.words import Sentence, pattern

_FRIDAY = 4
WEEKDAYS = {
    "hai": 0,
    "ba": 1,
    "tư": 2,
    "tu": 2,
    "năm": 3,
    "nam": 3,
    "sáu": 4,
    "sau": 4,
    "bảy": 5,
    "bẩy": 5,
    "bay": 5,
}
WEEKDAYS |= {str(n + 2): n for n in range(6)}
MONTHS = {
    "giêng": 1, "một": 1, "hai": 2, "ba": 3, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9,
    "mười": 10, "mười một": 11, "mười hai": 12,
}  # fmt: skip
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_MONTH_WORDS = "|".join(sorted(MONTHS, key=len, reverse=True))
_UNTIL = r"(?:trước|chậm nhất|muộn nhất|hạn|xong|hoàn thành|hoàn tất|đến|tới|hết|vào|là|trong|nội|ngay)"
_OF_YEAR = r"(?:\s*(?:/|-|,?\s+năm)\s*(?P<y>\d{4}|nay|này|sau|tới))?"
WEEKDAY_WORD = r"(?:thứ\s+(?P<w>hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])(?!\w)|(?P<sun>chủ nhật))"
_WEEKDAY = pattern(
    rf"(?<!\w)(?P<cue>(?:{_UNTIL}|cuối|sáng|chiều|ngày|giờ|{_UNTIL}[\s:]+là)[\s:]+)?{WEEKDAY_WORD}"
    r"(?:\s*,?\s+(?P<which>tuần này|tuần nay|tuần tới|tuần sau|tuần kế tiếp|này|tới|sau))?(?!\w)"
)
_BESIDE_DATE = pattern(r"[\s,(]*(?:ngày\s*)?\(?\d{1,2}(?:\s?[/.-]\s?\d|\s+tháng)")
_AFTER_DATE = pattern(r"\d{1,2}\s?[/.-]\s?\d{1,2}(?:[/.-]\d{2,4})?\s*[,(]\s*$")
_LEADING = rf"(?:(?:{_UNTIL}|ngày)[\s:]+)*?"
_WEEK = pattern(
    rf"(?<!\w){_LEADING}(?:(?P<part>đầu|giữa|cuối|trong|hết|nội|trước)\s+)?(?<!thứ )tuần"
    r"(?:\s+(?P<which>này|nay|tới|sau|kế tiếp))?(?!\w)(?!\s+(?:lễ|làm việc|trước|qua|rồi|\d))"
)
_MONTH = pattern(
    rf"(?<!\w){_LEADING}"
    r"(?P<part>đầu|giữa|cuối|trong|hết|trước|nội|xong|hoàn thành|đến|vào|chậm nhất|muộn nhất|hạn|là)[\s:]+"
    rf"tháng(?:\s+(?P<m>\d{{1,2}}|này|nay|tới|sau|{_MONTH_WORDS})(?!\w))?{_OF_YEAR}(?!\w|"
    rf"\s*\d)(?!\s+(?:qua|trước|rồi))"
)
_QUARTER = pattern(
    rf"(?<!\w){_LEADING}"
    r"(?P<part>đầu|giữa|cuối|trong|hết|trước|nội|xong|hoàn thành|thực hiện|triển khai|vào|đến|là)[\s:]+"
    rf"(?:quý|quí)(?:\s+(?P<q>iv|iii|ii|i|[1-4]|này|tới|sau)(?!\w))?{_OF_YEAR}(?!\w)(?!\s+(?:trước|qua))"
)
_YEAR = pattern(
    rf"(?<!tháng )(?<!dịp )(?<!\w){_LEADING}(?<!tháng )(?P<part>đầu|giữa|cuối|trong|hết)\s+năm"
    r"(?:\s+(?P<y>\d{4}|nay|này|tới|sau))?(?!\w)(?!\s+(?:học|ngân|tài|ngày|tháng|tuần|\d))"
)
#: Before "tháng" or "quý" alone these name none.
_NO_PERIOD = frozenset(
    (
        "truoc",
        "xong",
        "hoan thanh",
        "thuc hien",
        "trien khai",
        "den",
        "vao",
        "han",
        "cham nhat",
        "muon nhat",
        "la",
    )
)
#: What lies in a period, or is held each time, sets no deadline.
_OF_WORK = pattern(
    r"(?<!\w)(?:họp|giao ban|tổng kết|sơ kết|kiểm điểm|khen thưởng|lịch|lịch công tác|kế hoạch|"
    r"chương trình)\s+$"
)
_FIGURES = pattern(
    r"(?<!\w)(?:kết quả|tình hình|số liệu|nhiệm vụ|công việc|phát sinh|vụ việc)(?:\s+\w+){0,2}\s+$"
)
_FROM = pattern(r"(?<!\w)(?:từ|sau|kể từ|qua|tính đến)(?:\s+(?:sáng|chiều|ngày|hết))*\s+$")
_EVENT = pattern(
    r"(?<!\w)(?:họp|hội nghị|buổi làm việc|giao ban|buổi|tiếp dân|tiếp công dân|lễ|phiên|lần|lịch|nội dung|"
    r"vấn đề|đợt|người|xếp|hội thảo|làm việc)(?:\s+(?:vào|sáng|chiều|ngày))*\s*$"
)


def read_periods(said: Sentence, days: Days) -> Iterator[tuple[Due, bool]]:
    """Each deadline told by a period, and whether its words make it one beyond doubt."""
    weekdays = list(said.find(_WEEKDAY))
    for found in weekdays:
        if (due := _weekday(said, found, days)) is not None:
            yield _at(due, found), True
    for found in said.find(_WEEK):
        if any(one.start() <= found.start() < one.end() for one in weekdays):
            continue
        if found["part"] is None and found["which"] is None:
            continue
        if found["part"] is None and said.ends(_EVENT, found.start()):
            continue
        if not _is_other(said, found):
            yield _at(_week(found, days), found), True
    for wanted, read in ((_MONTH, _month), (_QUARTER, _quarter), (_YEAR, _year)):
        for found in said.find(wanted):
            if _is_other(said, found):
                continue
            due = read(found, days, said)
            if due is not None:
                is_firm = not (found["part"] == "trong" and said.ends(_FIGURES, found.start()))
                yield _at(due, found), is_firm


def _is_other(said: Sentence, found: re.Match[str]) -> bool:
    return bool(said.ends(_OF_WORK, found.start()) or said.ends(_FROM, found.start()))


def _at(due: Due, found: re.Match[str]) -> Due:
    return Due(due.choices, due.why, (found.span(),))


def _weekday(said: Sentence, found: re.Match[str], days: Days) -> Due | None:
    start = found.end("cue") if found["cue"] else found.start()
    if said.begins(_BESIDE_DATE, found.end()) or said.ends(_AFTER_DATE, start):
        return None
    if said.ends(_FROM, start) or said.ends(_EVENT, found.start()):
        return None
    which = _same(found["which"])
    if not found["cue"] and which is None and not found["sun"]:
        named = found.start("w")
        # "Lần thứ hai" is no Monday: without a word for a deadline it takes a capital or a figure.
        if not (said.is_capital(named) or said.text[named].isdigit()):
            return None
    wanted = 6 if found["sun"] else WEEKDAYS[found["w"]]
    this = days.monday + DAY * wanted
    later = this + DAY * 7
    if which in {"tuan toi", "tuan sau", "tuan ke tiep"}:
        return sure(later, days)
    if which in {"tuan nay"}:
        return sure(this, days) if this >= days.today else Due((this,), Why.PAST)
    if which == "nay":
        return sure(this, days) if this >= days.today else Due((this, later), Why.PAST)
    if which == "sau":
        return Due((this, later) if this > days.today else (later, later + DAY * 7), Why.UNSURE)
    return sure(this if this > days.today else later, days)


def _same(word: str | None) -> str | None:
    """The word without its marks."""
    return None if word is None else Sentence(word).flat


def _week(found: re.Match[str], days: Days) -> Due:
    part, which = _same(found["part"]), _same(found["which"])
    is_next = which in {"toi", "sau", "ke tiep"}
    monday = days.monday + DAY * 7 * is_next
    friday = monday + DAY * _FRIDAY
    if part in {"dau", "giua"}:
        day = monday + DAY * (0 if part == "dau" else 2)
        return Due((day if day >= days.today else day + DAY * 7,), Why.VAGUE)
    if part == "truoc":
        return Due((friday - DAY * 7,) if is_next and friday - DAY * 7 >= days.today else (), Why.UNSURE)
    if friday < days.today:
        return Due((friday + DAY * 7,), Why.PAST)
    return sure(friday, days)


def _year_of(word: str | None, days: Days) -> int | None:
    if word is None:
        return None
    if word.isdigit():
        return int(word)
    return days.today.year + (_same(word) in {"sau", "toi"})


def _month(found: re.Match[str], days: Days, said: Sentence) -> Due | None:
    part, named, year = _same(found["part"]), found["m"], _year_of(found["y"], days)
    if named is None and part in _NO_PERIOD:
        return None
    first = days.today.replace(day=1)
    flat = _same(named) or ""
    if said.is_plain and flat in {"sau", "nay"} and flat == "sau":
        # Without marks "tháng sau" and "tháng Sáu" are one.
        both = _of_month(part, month_after(first)), _of_month(part, _nearest(lambda y: date(y, 6, 1), days))
        return Due(tuple(sorted({day for due in both for day in due.choices})), Why.UNSURE)
    number = MONTHS.get(named or "") or next((n for word, n in MONTHS.items() if _same(word) == flat), None)
    if flat in {"toi", "sau"} and named not in MONTHS:
        return _checked(_of_month(part, month_after(first)), days)
    if flat in {"nay", ""} or named is None:
        return _checked(_of_month(part, first), days)
    if flat.isdigit():
        number = int(flat)
    if number is None or not 1 <= number <= 12:
        return Due((), Why.NEVER)
    if year is not None:
        return _checked(_of_month(part, date(year, number, 1)), days)
    return _checked(_of_month(part, _nearest(lambda y: date(y, number, 1), days)), days)


def _nearest(first_of: Callable[[int], date], days: Days, months: int = 1) -> date:
    """The next period of that name that is not over."""
    first = first_of(days.today.year)
    return first if last_of(first, months) >= days.today else first_of(days.today.year + 1)


def _of_month(part: str | None, first: date) -> Due:
    if part == "dau":
        return Due((first.replace(day=5), first.replace(day=10)), Why.VAGUE)
    if part == "giua":
        return Due((first.replace(day=15),), Why.VAGUE)
    if part == "truoc":
        return Due((first - DAY,))
    return Due((last_of(first),))


def _checked(due: Due, days: Days) -> Due:
    """Asked when it is over."""
    if due.why is None and due.choices and due.choices[-1] < days.today:
        return Due(due.choices, Why.PAST)
    return due


def _quarter(found: re.Match[str], days: Days, _said: Sentence) -> Due | None:
    part, named, year = _same(found["part"]), found["q"], _year_of(found["y"], days)
    now = (days.today.month - 1) // 3
    this = date(days.today.year, now * 3 + 1, 1)
    if named in _QUARTERS:
        month = _QUARTERS[named] * 3 - 2
        if year is not None:
            return _checked(_of_quarter(part, date(year, month, 1)), days)
        return _checked(_of_quarter(part, _nearest(lambda y: date(y, month, 1), days, 3)), days)
    if named is None and part in _NO_PERIOD:
        return None
    return _checked(
        _of_quarter(part, month_after(this, 3) if named and _same(named) != "nay" else this), days
    )


def _of_quarter(part: str | None, first: date) -> Due:
    if part in {"dau", "giua"}:
        return Due((last_of(first),) if part == "dau" else (last_of(first, 2),), Why.VAGUE)
    if part == "truoc":
        return Due((first - DAY,))
    return Due((last_of(first, 3),))


def _year(found: re.Match[str], days: Days, _said: Sentence) -> Due | None:
    part = _same(found["part"])
    year = _year_of(found["y"], days) or days.today.year
    if part in {"dau", "giua"}:
        return Due((), Why.VAGUE) if found["y"] else None
    return _checked(Due((date(year, 12, 31),)), days)
