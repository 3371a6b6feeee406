"""When something is due, by the words of a Vietnamese sentence: plain patterns, no doubt is settled here.

``trước ngày 30/11`` names the last day. A period ("trong tuần này", "cuối quý IV") ends with its last working
day. What can be read in two ways comes back as two days.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from intranet.core.text import nfc

#: A day without its year that lies further ahead than this was perhaps meant in the past.
FAR_AHEAD = timedelta(days=180)
_FRIDAY = 4
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """The day on which the sentence is said, and the office's calendar."""

    today: date
    is_working: Callable[[date], bool]
    #: The n-th working day after a day.
    add_working: Callable[[date, int], date]

    def end_of(self, first: date, last: date) -> date:
        """The last working day of a period, its last day when none is left of it."""
        day = last
        while day > max(first, self.today) and not self.is_working(day):
            day -= _DAY
        return day if self.is_working(day) else last


@dataclass(frozen=True)
class Due:
    """Days that the sentence may mean; one and ``is_sure``: that one and no other."""

    choices: tuple[date, ...] = ()
    is_sure: bool = False


#: The sentence says nothing of it.
NO_DUE = Due()


_NUMBERS = {
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10,
    "mười lăm": 15, "hai mươi": 20, "ba mươi": 30,
}  # fmt: skip
_WEEKDAYS = {"hai": 0, "ba": 1, "tư": 2, "năm": 3, "sáu": 4, "bảy": 5} | {str(n + 2): n for n in range(6)}
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_COUNT = r"(?P<n>\d{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")(?:\s*\([^)]{1,20}\))?"
#: What may stand between the word for a deadline and its day.
_BETWEEN = (
    r"(?:[\s:,]+(?:là|vào|trong|đến|hết|hạn|cuối|chót|hoàn thành|thời điểm|cuối ngày|sáng|chiều|xong|"
    r"\d{1,2}\s*(?:giờ|h|g)(?:\s*\d{2})?(?:\s*phút)?))*[\s:]*(?:ngày\s*)?$"
)
_STRONG = re.compile(
    r"(?<!\w)(?:trước|chậm nhất|muộn nhất|không muộn hơn|không quá|hạn|xong|hoàn thành)" + _BETWEEN
)
_WEAK = re.compile(r"(?<!\w)(?<!tính )(?:đến|hết|trong|vào)" + _BETWEEN)
_BASE = re.compile(r"(?:kể|tính)\s+từ\s+(?:ngày\s*)?$")
_NOT_DUE = re.compile(
    r"(?<!\w)(?:từ|sau|tính đến|tính đến hết|số\s+\S+)\s+(?:ngày\s*)?$|"
    r"(?<!\w)(?:nghị quyết|quyết định|nghị định|công văn|tờ trình|thông báo|chỉ thị|văn bản|luật|thông tư|"
    r"kế hoạch|kết luận|phiên họp|cuộc họp|hội nghị|họp)(?:\s+số)?(?:\s+\S*\d\S*)?(?:\s+của\s+[^,;.]{2,40})?"
    r"\s*,?\s+(?:ngày\s*)?$"
)
_OFTEN = re.compile(r"(?<!\w)(?:hằng|hàng|mỗi)\s+(?:ngày|tuần|tháng|quý|năm)|(?<!\w)định kỳ")
_DATE = re.compile(
    r"(?<![\w/.,-])(?P<d>\d{1,2})\s?[/.-]\s?(?P<m>\d{1,2})(?:\s?[/.-]\s?(?P<y>\d{4}))?(?![\w/]|[.,-]\d)"
    r"|(?<!\w)ngày\s+(?P<d2>\d{1,2})\s+tháng\s+(?P<m2>\d{1,2}|này|tới|sau)(?:\s*(?:năm|/)\s*(?P<y2>\d{4}))?"
    r"|(?<!\w)ngày\s+(?P<d3>\d{1,2})(?!\s*[/.-]?\s*\d|\s+tháng|\s+ngày|\w)"
)
_CUE = (
    r"(?<!\w)(?:trước|chậm nhất|muộn nhất|hạn|xong|vào|trong|đến|hết|sáng|chiều)"
    r"(?:\s+(?:là|vào|ngày|sáng|chiều|hết))*\s+"
)
_SPAN = re.compile(
    r"(?<!\w)(?:trong|trong vòng|sau|chậm nhất|chậm nhất là|muộn nhất|không quá|thời hạn|hạn|vòng)\s+"
    r"(?:vòng\s+|thời gian\s+|thời hạn\s+)?"
    + _COUNT
    + r"\s*(?P<unit>ngày làm việc|ngày|tuần|tháng)(?!\w)(?!\s+(?:này|tới|sau|\d))"
)
_WEEK = re.compile(
    r"(?<!\w)(?P<part>đầu|giữa|cuối|trong|hết)\s+tuần(?:\s+(?P<which>này|nay|tới|sau))?(?!\w)"
    r"|(?<!thứ )(?<!\w)tuần\s+(?P<bare>này|tới|sau)(?!\w)"
)
_MONTH = re.compile(
    r"(?<!\w)(?P<part>đầu|giữa|cuối|trong|hết|trước)\s+tháng(?:\s+(?P<m>\d{1,2}|này|nay|tới|sau))?"
    r"(?:\s*(?:/|năm)\s*(?P<y>\d{4}))?(?!\w|\s*\d)"
)
_QUARTER = re.compile(
    r"(?<!\w)(?P<part>đầu|cuối|trong|hết)\s+quý(?:\s+(?P<q>iv|iii|ii|i|[1-4]|này|tới|sau))?"
    r"(?:\s*(?:/|năm)\s*(?P<y>\d{4}))?(?!\w)"
)
_YEAR = re.compile(
    r"(?<!\w)(?P<part>cuối|trong|hết)\s+năm(?:\s+(?P<y>\d{4}|nay|này|tới|sau))?(?!\s+(?:học|ngân|tài)|\w)(?!\s+ngày)"
)
_NEAR = re.compile(
    r"(?<!\w)(?P<today>hôm nay|(?:ngay )?trong ngày)(?!\s+(?:mai|kia|\d|hôm|làm|thứ))(?!\w)"
    r"|(?<!\w)(?P<tomorrow>ngày mai|sáng mai|chiều mai)(?!\w)|(?<!\w)(?P<after>ngày kia)(?!\w)"
)
_WEEKDAY = re.compile(
    _CUE + r"(?:thứ\s+(?P<w>hai|ba|tư|năm|sáu|bảy|[2-7])|(?P<sun>chủ nhật))"
    r"(?:\s+(?P<which>này|tới|sau|tuần này|tuần tới|tuần sau))?(?!\w)(?!,?\s+(?:ngày\s+)?\d)"
)


def read_due(sentence: str, days: Days) -> Due:
    """The days that a sentence may set as its deadline."""
    text = nfc(sentence).lower()
    strong = list(_phrases(text, days))
    weak: list[Due] = []
    bare: list[Due] = []
    is_open = bool(_OFTEN.search(text))
    for found in _DATE.finditer(text):
        before = text[: found.start()]
        if found["d2"] or found["d3"]:
            before += "ngày "
        due = _dated(found, days)
        if due is None or _BASE.search(before) or _NOT_DUE.search(before):
            continue
        (strong if _STRONG.search(before) else weak if _WEAK.search(before) else bare).append(due)
    for group in (strong, weak, bare):
        if group:
            choices = tuple(sorted({day for due in group for day in due.choices}))
            is_sure = len(choices) == 1 and all(due.is_sure for due in group) and group is not bare
            return Due(choices, is_sure and not is_open)
    return NO_DUE


def _phrases(text: str, days: Days) -> Iterator[Due]:
    """Deadlines that are no dates."""
    for found in _SPAN.finditer(text):
        yield _span(found, text, days)
    weekdays = list(_WEEKDAY.finditer(text))
    for found in _WEEK.finditer(text):
        if not any(one.start() <= found.start() < one.end() for one in weekdays):
            yield _week(found, days)
    for pattern, read in ((_MONTH, _month), (_QUARTER, _quarter), (_YEAR, _year)):
        for found in pattern.finditer(text):
            if due := read(found, days):
                yield due
    for found in _NEAR.finditer(text):
        yield _sure(days.today + _DAY * (0 if found["today"] else 1 if found["tomorrow"] else 2))
    for found in weekdays:
        yield _weekday(found, days)


def _sure(day: date) -> Due:
    return Due((day,), True)


def _dated(found: re.Match[str], days: Days) -> Due | None:
    """A day of the calendar; without its year the next one."""
    day = int(found["d"] or found["d2"] or found["d3"])
    month, year = found["m"] or found["m2"], found["y"] or found["y2"]
    if month is None or not month.isdigit():
        first = days.today.replace(day=1)
        if month in {"tới", "sau"} or (month is None and day < days.today.day):
            first = _month_after(first)
        made = _make(first.year, first.month, day)
        return None if made is None else _sure(made)
    if year is not None:
        made = _make(int(year), int(month), day)
        # What is over cannot be meant: whoever reads it is asked.
        return None if made is None else Due((made,), made >= days.today)
    return _next(days, lambda year: _make(year, int(month), day))


def _next(days: Days, of_year: Callable[[int], date | None]) -> Due | None:
    """What comes round each year; asks where the last time is nearer than the next."""
    this, next_ = of_year(days.today.year), of_year(days.today.year + 1)
    if this is not None and this >= days.today:
        return _sure(this)
    if next_ is None:
        return None if this is None else Due((this,))
    if this is not None and next_ - days.today > FAR_AHEAD:
        return Due((this, next_))
    return _sure(next_)


def _span(found: re.Match[str], text: str, days: Days) -> Due:
    n = int(found["n"]) if found["n"].isdigit() else _NUMBERS[found["n"]]
    since, is_sure = days.today, True
    counted = re.match(r"[\s,]*(?:\(?\s*)?(?:kể|tính)\s+từ\s+(?:ngày\s+)?(\S+)", text[found.end() :])
    if counted is not None and not re.match(r"(?:hôm|nay)", counted[1]):
        begins = _DATE.search(text, found.end())
        due = None if begins is None else _dated(begins, days)
        # Counted from what nobody knows yet ("kể từ ngày ký"): from today is but a guess.
        since, is_sure = (due.choices[0], due.is_sure) if due else (since, False)
    if found["unit"] == "ngày làm việc":
        return Due((days.add_working(since, n),), is_sure)
    if found["unit"] == "tháng":
        return Due((_months_on(since, n),), is_sure)
    return Due((since + _DAY * (n * 7 if found["unit"] == "tuần" else n),), is_sure)


def _week(found: re.Match[str], days: Days) -> Due:
    which = found["which"] or found["bare"]
    monday = days.today - _DAY * days.today.weekday()
    if which in {"tới", "sau"}:
        monday += _DAY * 7
    if found["part"] in {"đầu", "giữa"}:
        day = monday + _DAY * (0 if found["part"] == "đầu" else 2)
        return _sure(day) if day >= days.today else Due((days.today, day + _DAY * 7))
    friday = monday + _DAY * _FRIDAY
    if friday < days.today:
        return Due((monday + _DAY * 6, friday + _DAY * 7))
    return _sure(days.end_of(monday, friday))


def _month(found: re.Match[str], days: Days) -> Due | None:
    named, year = found["m"], found["y"]
    if named is None and found["part"] == "trước":
        return None
    first = days.today.replace(day=1)
    if named in {"tới", "sau"}:
        return _part_of_month(found["part"], _month_after(first), days)
    if named is None or not named.isdigit():
        return _part_of_month(found["part"], first, days)
    if not 1 <= int(named) <= 12:
        return None
    if year is not None:
        return _part_of_month(found["part"], date(int(year), int(named), 1), days)
    this = _part_of_month(found["part"], date(first.year, int(named), 1), days)
    if this.choices[-1] >= days.today:
        return this
    later = _part_of_month(found["part"], date(first.year + 1, int(named), 1), days)
    is_far = later.choices[0] - days.today > FAR_AHEAD
    return Due((this.choices[-1], later.choices[-1])) if is_far else later


def _part_of_month(part: str, first: date, days: Days) -> Due:
    if part == "đầu":
        return Due((first.replace(day=5), first.replace(day=10)))
    if part == "giữa":
        return Due((first.replace(day=15),), first.replace(day=15) >= days.today)
    if part == "trước":
        before = first - _DAY
        return Due((days.end_of(before.replace(day=1), before),), before >= days.today)
    last = _month_after(first) - _DAY
    return Due((days.end_of(first, last),), last >= days.today)


def _quarter(found: re.Match[str], days: Days) -> Due | None:
    today, named, year = days.today, found["q"], found["y"]
    now = (today.month - 1) // 3 + 1
    if named in _QUARTERS:
        if year is not None:
            return _end_of_quarter(found["part"], int(year), _QUARTERS[named], days)
        return _next_quarter(found["part"], _QUARTERS[named], days)
    ahead = 1 if named in {"tới", "sau"} else 0
    return _end_of_quarter(
        found["part"], today.year + (now - 1 + ahead) // 4, (now - 1 + ahead) % 4 + 1, days
    )


def _next_quarter(part: str, quarter: int, days: Days) -> Due:
    this = _end_of_quarter(part, days.today.year, quarter, days)
    if this.choices[-1] >= days.today:
        return this
    later = _end_of_quarter(part, days.today.year + 1, quarter, days)
    is_far = later.choices[0] - days.today > FAR_AHEAD
    return Due((this.choices[-1], later.choices[-1])) if is_far else later


def _end_of_quarter(part: str, year: int, quarter: int, days: Days) -> Due:
    first = date(year, quarter * 3 - 2, 1)
    if part == "đầu":
        return Due((first.replace(day=10), days.end_of(first, _month_after(first) - _DAY)))
    last = _month_after(date(year, quarter * 3, 1)) - _DAY
    return Due((days.end_of(first, last),), last >= days.today)


def _year(found: re.Match[str], days: Days) -> Due:
    named = found["y"]
    year = days.today.year + (1 if named in {"tới", "sau"} else 0)
    if named is not None and named.isdigit():
        year = int(named)
    last = date(year, 12, 31)
    return Due((days.end_of(date(year, 12, 1), last),), last >= days.today)


def _weekday(found: re.Match[str], days: Days) -> Due:
    wanted = 6 if found["sun"] else _WEEKDAYS[found["w"]]
    monday = days.today - _DAY * days.today.weekday()
    this, which = monday + _DAY * wanted, found["which"] or ""
    later = this + _DAY * 7
    if which in {"tuần tới", "tuần sau"}:
        return _sure(later)
    if which in {"tuần này", "này"}:
        return _sure(this) if this >= days.today else Due((this, later))
    if this < days.today:
        return _sure(later)
    # "Thứ Sáu tới" said on a Monday may be this week's or the next; said on a Friday so may "thứ Sáu".
    if this == days.today and which:
        return _sure(later)
    return Due((this, later)) if which or this == days.today else _sure(this)


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_after(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _months_on(day: date, n: int) -> date:
    months = day.month - 1 + n
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
