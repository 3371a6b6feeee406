"""When something is due, by the words of a Vietnamese sentence. No doubt is settled here: it is asked.

``trước ngày 30/11`` names the last day; a period ends with its last day, a week with its Friday; a day
without its year is the nearest that is not over.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from intranet.directives.days import DAY, Days, Due, Span, Why, made, month_after, months_on, sure
from intranet.directives.periods import MONTHS, WEEKDAY_WORD, WEEKDAYS, read_periods
from intranet.directives.words import Sentence, flat, pattern

_NUMBERS = {
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8,
    "chín": 9, "mười": 10, "mười lăm": 15, "hai mươi": 20, "ba mươi": 30,
}  # fmt: skip
_FLAT_NUMBERS = {flat(word): n for word, n in _NUMBERS.items()}
_FLAT_MONTHS = {flat(word): n for word, n in MONTHS.items()}
_HOUR = r"\d{1,2}\s*(?:giờ|h|g)(?:\s*\d{1,2})?(?:\s*phút)?"
_FILLED = (
    r"(?:[\s:,(]+(?:là|vào|trong|đến|tới|hết|hạn|cuối|chót|chậm nhất|muộn nhất|hoàn thành|thời điểm|"
    r"cuối ngày|"
    rf"đầu giờ|sáng|chiều|tối|xong|trước|ngay|đúng|thứ\s+(?:hai|ba|tư|năm|sáu|bảy|\d)|lúc|{_HOUR}))*[\s:,(]*$"
)
#: Words that make what follows a deadline.
_STRONG = pattern(
    r"(?<!\w)(?:trước|chậm nhất|muộn nhất|không muộn hơn|không chậm hơn|không quá|thời hạn|hạn|hạn chót|"
    r"deadline|xong|hoàn thành|hoàn tất|kết thúc)" + _FILLED
)
_WEAK = pattern(r"(?<!\w)(?<!tính )(?:đến|tới|hết|trong)" + _FILLED)
#: "15/12 xong", "20/11 là hạn chót": the word behind the date.
_THEN = pattern(
    r"\s*(?:,|thì|là|phải|cần|sẽ|đã|phải có|\)|\s)*(?:xong|hoàn thành|hoàn tất|hạn(?: chót| cuối)?|"
    r"chậm nhất|trả lời|"
    r"báo cáo|trình|gửi|nộp|có kết quả)(?!\w)"
)
_SINCE = pattern(r"(?:(?:kể|tính)\s+từ|(?<!\w)từ|(?<!\w)sau)\s+(?:ngày\s+)?$")
_PAPER = (
    r"(?:nghị quyết|quyết định|nghị định|công văn|cv|qđ|tờ trình|ttr|thông báo|tb|chỉ thị|văn bản|vb|luật|"
    r"thông tư|kế hoạch|kh|kết luận|giấy mời|công điện|đơn|phiếu|phiếu chuyển|hợp đồng|biên bản|đề án|hồ sơ|"
    r"thư|ý kiến|báo cáo|hướng dẫn|dự thảo|chương trình|kiểm tra|ban hành|ký|nhận|gửi|trình)"
)
_EVENT = (
    r"(?:phiên họp|cuộc họp|buổi họp|hội nghị|họp|buổi làm việc|làm việc|buổi|lễ|lễ hội|kỳ họp|phiên|"
    r"hội thảo|"
    r"tập huấn|sự kiện|ngày hội|phát sinh|diễn ra|khai mạc|tiếp công dân|tiếp dân|chuyến|đợt mưa|đợt|lịch|"
    r"giao ban|kỷ niệm|ngày lễ)"
)
_OF_WHOM = r"(?:\s+(?:của|do|tại|về|với|thường kỳ|giao ban)\s+[^,;.]{2,60})?"
_HOLDING = rf"\s*,?\s*(?:(?:vào|lúc|{_HOUR}|sáng|chiều|tối|hôm|thứ\s+\w+,?)[\s,]+)*\(?(?:ngày\s*)?$"
#: A numbered paper, an event, or figures up to a day: no deadline.
_OTHER = pattern(
    rf"(?<!\w){_EVENT}{_OF_WHOM}{_HOLDING}"
    rf"|(?<!\w){_PAPER}(?:\s+số)?\s+[^\s,;.]*\d[^\s,;]*{_OF_WHOM}\s*,?\s*\(?(?:ngày\s*)?$"
    rf"|(?<!\w)số\s+[^\s,;]*[/-][^\s,;]*{_OF_WHOM}\s*,?\s*\(?(?:ngày\s*)?$"
    rf"|\d\w*/[\w&/-]*[a-zđ][\w&/-]*{_OF_WHOM}\s*,?\s*\(?(?:ngày\s*)?$"
    r"|(?<!\w)(?:số|mục|khoản|điều|trang|phụ lục|cv|qđ)\s+$"
    r"|(?<!\w)(?:tính|số liệu|tình hình|kết quả|luỹ kế|lũy kế)(?:\s+\w+){0,4}?"
    r"\s+(?:đến|tới)(?:\s+(?:hết|thời điểm|nay))?\s+(?:ngày\s*)?$"
)
#: A paper bears a day that is over; one that is to come may be its deadline.
_DATED = pattern(rf"(?<!\w){_PAPER}{_OF_WHOM}\s*,?\s*(?:vào\s+)?\(?(?:ngày\s*)?$")
_OFTEN = pattern(r"(?<!\w)(?:hằng|hàng|mỗi)\s+(?:ngày|tuần|tháng|quý|quí|năm)(?!\w)|(?<!\w)định kỳ")
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DATE = pattern(
    r"(?<![\w/.,-])(?:ngày\s+|mùng\s+|mồng\s+)?(?P<d>\d{1,2})\s?(?P<sep>[/.-])\s?(?P<m>\d{1,2})"
    r"(?:\s?(?P=sep)\s?(?P<y>\d{4}|\d{2}))?(?![\w/]|[.,-]\d|\s*%)"
    rf"|(?<![\w/.,-])(?:ngày\s+|mùng\s+|mồng\s+)?(?P<d2>\d{{1,2}})\s+tháng\s+(?P<m2>\d{{1,2}}|"
    rf"(?:{_MONTH})(?!\w))"
    r"(?:\s*(?:,?\s*năm|/|-)\s*(?P<y2>\d{4}|nay|này|sau|tới))?(?!\w)"
    r"|(?<!\w)(?:ngày|mùng|mồng)\s+(?P<d3>\d{1,2})\s+tháng\s+(?P<m3>này|nay|tới|sau)(?!\w)"
    r"|(?<!\w)(?:ngày|mùng|mồng)\s+(?P<d4>\d{1,2})(?!\s*[/.-]?\s*\d|\s+tháng|\s+ngày|\w|[/-])"
)
_COUNT = (
    r"(?P<n>\d{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")(?:\s*\([^)]{1,20}\))?"
    r"\s*(?P<unit>ngày làm việc|ngày|tuần|tháng|giờ|tiếng|h)(?!\w)"
)
_IN_DAYS = pattern(
    r"(?<!\w)(?:trong|vòng|sau|chậm nhất|muộn nhất|không quá|thời hạn|hạn|thời gian|tối đa)"
    r"(?:\s+(?:là|trong|vòng|thời gian|thời hạn|tối đa|không quá|sau|khoảng))*[\s:]+"
    + _COUNT + r"(?!\s+(?:này|qua|trước|đầu|cuối|\d|gần đây|vừa))"
    r"|(?<!\w)(?P<n2>\d{1,3})\s*(?P<unit2>ngày làm việc|ngày|tuần|tháng)\s+nữa(?!\w)"
)  # fmt: skip
_COUNTED_FROM = pattern(r"[\s,(]*(?:kể|tính)\s+từ\s+(?:ngày\s+|khi\s+|lúc\s+)?(?P<what>\S+)")
_NEAR = pattern(
    r"(?<!\w)(?P<today>(?:(?:trong|hết|cuối|ngay)\s+)*(?:ngày\s+)?hôm nay|"
    r"(?:trong|hết|cuối)\s+ngày(?!\s+(?:hôm|mai|kia|mốt|\d|thứ|làm|nghỉ|lễ|tết|đầu|cuối|chủ|hội|mùng|mồng))|"
    r"(?:sáng|trưa|chiều|tối|đêm)\s+nay)(?!\w)"
    r"|(?<!\w)(?P<tomorrow>(?:(?:trong|hết|cuối)\s+)?ngày mai|(?:sáng|trưa|chiều|tối|hết|trong)\s+mai)(?!\w)"
    r"|(?<!\w)(?P<after>(?:ngày|sáng|chiều)\s+(?:kia|mốt))(?!\w)"
)
#: What is held on a near day sets no deadline.
_HELD = pattern(
    r"(?<!\w)(?:cuộc họp|phiên họp|buổi họp|họp|hội nghị|buổi làm việc|buổi|lễ|giao ban|phiên|hội thảo|"
    r"sự kiện|diễn ra|"
    r"khai mạc|tiếp dân|tiếp công dân|chuyến|lịch)(?:\s+(?:vào|giao ban|thường kỳ))*\s*$"
)
#: Said of how things stand, not of when they must be done.
_STANDS = pattern(r"\s+(?:vẫn|chưa|đã|mới|còn|là)(?!\w)")
_UP_TO = pattern(r"(?<!\w)(?:đến|tới|từ)\s+$")
_VAGUE = pattern(
    r"(?<!\w)(?:trong\s+(?:ít|vài|mấy)\s+(?:ngày|hôm|tuần)(?:\s+tới)?|(?:vài|ít|mấy)\s+(?:ngày|hôm|"
    r"tuần)\s+(?:tới|nữa)|"
    r"(?:trước|sau|trong|dịp)\s+(?:dịp\s+)?(?:tết|kỳ họp|kỳ nghỉ|nghỉ lễ|lễ|phiên họp|cuộc họp|buổi họp|"
    r"đại hội|mùa|hội nghị)|"
    r"nửa tháng)(?!\w)"
)
_SHORT_FRACTION = re.compile(r"\d[/]\d")
#: What a fraction is of: "2/3 khối lượng".
_SHARE_OF = pattern(
    r"\s+(?:số|khối lượng|diện tích|tổng|kế hoạch|công việc|phần|dân số|thời gian|các|chỉ tiêu|mức|"
    r"nhiệm vụ|xã|hộ|dự án|"
    r"vốn|giá trị|đơn vị|biên chế|quân số|chặng)(?!\w)"
)


@dataclass(frozen=True)
class _Found:
    """One deadline of the sentence; ``is_firm`` when its words make it one."""

    due: Due
    is_firm: bool = True


def read_due(said: Sentence, days: Days, taken: Sequence[Span] = ()) -> Due:
    """The days that a sentence may set as its deadline.

    :param taken: where names stand, in which no deadline is looked for.
    """
    every = [*_dates(said, days), *_phrases(said, days)]
    every += [_Found(due, is_firm) for due, is_firm in read_periods(said, days)]
    every = [one for one in every if not any(_meets(a, b) for a in one.due.spans for b in taken)]
    firm = [one.due for one in every if one.is_firm]
    bare = not firm
    found = firm or [one.due for one in every]
    if not found:
        return next((Due((), Why.VAGUE, (one.span(),)) for one in said.find(_VAGUE)), Due())
    choices = tuple(sorted({day for due in found for day in due.choices}))
    why = next((due.why for due in found if due.why is not None), None)
    if why is None and len(choices) > 1:
        why = Why.TWO
    if why is None and bare:
        why = Why.UNSURE
    if any(True for _ in said.find(_OFTEN)):
        why = Why.OFTEN
    return Due(choices, why, tuple(sorted({span for due in found for span in due.spans})))


def _meets(span: Span, other: Span) -> bool:
    return span[0] < other[1] and other[0] < span[1]


def _dates(said: Sentence, days: Days) -> Iterator[_Found]:
    """Deadlines written as days of a month."""
    for found in said.find(_DATE):
        start = found.start()
        if said.ends(_SINCE, start):
            continue
        if _SHORT_FRACTION.fullmatch(found[0]) and said.begins(_SHARE_OF, found.end()):
            continue
        is_strong = bool(said.ends(_STRONG, start))
        if not is_strong and said.ends(_OTHER, start):
            continue
        is_cued = is_strong or bool(said.ends(_WEAK, start)) or bool(said.begins(_THEN, found.end()))
        if not is_cued and _is_figure(found):
            continue
        due = _agreeing(said, found, _of_date(found, days, plain=said.is_plain))
        if not is_cued and (
            due.why is Why.NEVER or (_is_over(found, due, days) and said.ends(_DATED, start))
        ):
            continue
        is_day_named = bool(said.ends(_AHEAD, start) or said.begins(_BESIDE, found.end()))
        yield _Found(replace(due, spans=(found.span(),)), is_cued or is_day_named)


def _is_over(found: re.Match[str], due: Due, days: Days) -> bool:
    """True when the day, read as one of this year, is over."""
    if due.why is Why.PAST:
        return True
    month = found["m"] or found["m2"]
    if month is None or found["y"] or found["y2"] or not month.isdigit():
        return False
    day = made(days.today.year, int(month), int(found["d"] or found["d2"]))
    return day is not None and day <= days.today


def _is_figure(found: re.Match[str]) -> bool:
    """A fraction or a range, where no word makes it a day."""
    if found["d"] is None or found["y"] is not None:
        return False
    is_named = not found[0][0].isdigit()
    return not is_named and (found["sep"] != "/" or bool(_SHORT_FRACTION.fullmatch(found[0])))


_BESIDE = pattern(r"[\s,]*\(?\s*" + WEEKDAY_WORD)
_AHEAD = pattern(r"(?<!\w)" + WEEKDAY_WORD + r"[\s,(]*$")


def _agreeing(said: Sentence, found: re.Match[str], due: Due) -> Due:
    """A weekday named beside the date must be the date's."""
    other = said.ends(_AHEAD, found.start()) or said.begins(_BESIDE, found.end())
    if other is None or not due.choices:
        return due
    weekday = 6 if other["sun"] else WEEKDAYS[other["w"]]
    is_same = any(day.weekday() == weekday for day in due.choices)
    return due if is_same or due.why else replace(due, why=Why.UNSURE)


def _of_date(found: re.Match[str], days: Days, *, plain: bool) -> Due:
    """A day of the calendar; without its year the nearest one that is not over."""
    day = int(found["d"] or found["d2"] or found["d3"] or found["d4"])
    this = days.today.replace(day=1)
    if found["d3"] or found["d4"]:
        which = flat(found["m3"] or "")
        if which == "sau" and plain:
            choices = {month_after(this), date(this.year + (this.month > 6), 6, 1)}
            both = [made(one.year, one.month, day) for one in choices]
            return Due(tuple(sorted(one for one in both if one)), Why.UNSURE)
        ahead = which in {"toi", "sau"} or (not which and day < days.today.day)
        first = month_after(this) if ahead else this
        return _settled(made(first.year, first.month, day), days)
    named = found["m"] or found["m2"]
    month = int(named) if named.isdigit() else _FLAT_MONTHS[flat(named)]
    year = _year_of(found["y"] or found["y2"], days)
    if year is not None:
        return _settled(made(year, month, day), days)
    near = [made(days.today.year + n, month, day) for n in (0, 1)]
    return _settled(next((one for one in near if one is not None and one >= days.today), None), days)


def _settled(day: date | None, days: Days) -> Due:
    return Due((), Why.NEVER) if day is None else sure(day, days)


def _year_of(word: str | None, days: Days) -> int | None:
    if word is None:
        return None
    if word.isdigit():
        return int(word) + (2000 if len(word) == 2 else 0)
    return days.today.year + (flat(word) in {"sau", "toi"})


def _phrases(said: Sentence, days: Days) -> Iterator[_Found]:
    """Deadlines counted from today, and near ones."""
    for found in said.find(_IN_DAYS):
        if _is_hour(found):
            continue
        yield _Found(replace(_counted(said, found, days), spans=(found.span(),)))
    for found in said.find(_NEAR):
        is_state = said.ends(_UP_TO, found.start()) and said.begins(_STANDS, found.end())
        if is_state or said.ends(_HELD, found.start()) or said.ends(_SINCE, found.start()):
            continue
        ahead = 0 if found["today"] else 1 if found["tomorrow"] else 2
        yield _Found(Due((days.today + DAY * ahead,), spans=(found.span(),)))


def _is_hour(found: re.Match[str]) -> bool:
    """An hour of the clock: "chậm nhất 10 giờ"."""
    if flat(found["unit"] or "") not in {"gio", "h"}:
        return False
    return (
        not re.match(r"(?:trong|vong|vòng|sau|thoi gian|thời gian)", found[0])
        and int(found["n"] if found["n"].isdigit() else 0) < 24
    )


def _counted(said: Sentence, found: re.Match[str], days: Days) -> Due:
    word, unit = found["n"] or found["n2"], flat(found["unit"] or found["unit2"])
    n = int(word) if word.isdigit() else _FLAT_NUMBERS[flat(word)]
    since, why = days.today, None
    counted = said.begins(_COUNTED_FROM, found.end())
    if counted is not None and flat(counted["what"]).rstrip(",.;") not in {"hom", "nay", "mai"}:
        begins = next(said.find(_DATE, found.end()), None)
        due = _of_date(begins, days, plain=said.is_plain) if begins is not None else Due()
        # Counted from what nobody knows yet ("kể từ ngày ký"): from today is but a guess.
        since, why = (due.choices[0], due.why) if due.choices else (since, Why.UNSURE)
    if n == 0:
        return Due((), Why.NEVER)
    if unit in {"gio", "tieng", "h"}:
        day = since + DAY * (n // 24)
        return Due((day,), why if n % 24 == 0 else Why.UNSURE)
    if unit == "ngay lam viec":
        return Due((days.add_working(since, n),), why)
    if unit == "thang":
        return Due((months_on(since, n),), why)
    return Due((since + DAY * (n * 7 if unit == "tuan" else n),), why)
