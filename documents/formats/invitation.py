"""What an invitation says of its meeting: the day, the hour, the place and who is to come."""

import re
from dataclasses import dataclass
from datetime import date

from intranet.core.text import one_line

#: Longest place and list of people that are taken over, characters.
_MOST_PLACE, _MOST_WHO = 200, 300
_HOUR = r"\b(?P<hour>\d{1,2})\s*(?:giờ|h|g|:)\s*(?P<minute>\d{2})?\s*(?:phút)?"
_DAY = (
    r"ngày\s+(?P<day>\d{1,2})\s*(?:/|-|\.|\s+tháng\s+)\s*(?P<month>\d{1,2})"
    r"(?:\s*(?:/|-|\.|\s*,?\s*năm\s+)\s*(?P<year>\d{4}))?"
)
_BETWEEN = r"(?:thứ\s*\d|[^.;\d]){0,60}?"
_WHEN = (
    re.compile(rf"{_HOUR}{_BETWEEN}{_DAY}", re.IGNORECASE),
    re.compile(rf"{_DAY}{_BETWEEN}{_HOUR}", re.IGNORECASE),
)
_HEADED = re.compile(r"^\W*(?:\d+\W+)?thời gian\b", re.IGNORECASE)
_PLACE = re.compile(r"^\W*(?:\d+\W+)?địa điểm(?: họp| tổ chức)?\s*:\s*(.+)$", re.IGNORECASE)
_WHO = re.compile(r"^\W*(?:\d+\W+)?thành phần(?: mời| tham dự| dự họp)?\s*:\s*(.+)$", re.IGNORECASE)
#: A line of this form begins something else.
_NEXT = re.compile(r"^\W*(?:\d+\s*[.)]\s*\S|[^:]{2,40}:\s|[-+•*]\s)|^\s*$")


@dataclass(frozen=True)
class Invitation:
    """When and where; what could not be read for sure is empty."""

    day: date
    #: ``HH:MM``, empty where only the day is said.
    starts: str
    place: str
    who: str


def read_invitation(text: str, today: date) -> Invitation | None:
    """The meeting that the text invites to; ``None`` where no hour and day stand together.

    A line that begins "Thời gian" goes before other hours in the text. A day without a year is the next one.
    """
    lines = text.replace("\f", "\n").splitlines()
    headed = [_with_next(lines, at) for at, line in enumerate(lines) if _HEADED.match(line)]
    for words in (*headed, one_line(text)):
        found = _when(words, today)
        if found is not None:
            place, who = _told(lines, _PLACE, _MOST_PLACE), _told(lines, _WHO, _MOST_WHO)
            return Invitation(*found, place.rstrip(" .;/"), who.rstrip(" .;/"))
    return None


def _when(words: str, today: date) -> tuple[date, str] | None:
    places = [found for pattern in _WHEN for found in [pattern.search(words)] if found is not None]
    for found in sorted(places, key=lambda one: one.start()):
        hour, minute = int(found["hour"]), int(found["minute"] or 0)
        day = _day(found, today)
        if day is not None and hour < 24 and minute < 60:
            return day, f"{hour:02d}:{minute:02d}"
    return None


def _day(found: re.Match[str], today: date) -> date | None:
    day, month, year = int(found["day"]), int(found["month"]), found["year"]
    try:
        named = date(int(year) if year else today.year, month, day)
        return named if year or named >= today else date(today.year + 1, month, day)
    except ValueError:
        return None


def _told(lines: list[str], pattern: re.Pattern[str], most: int) -> str:
    for at, line in enumerate(lines):
        found = pattern.match(line)
        if found is not None:
            rest = _with_next(lines, at)
            return rest[rest.index(":") + 1 :].strip()[:most]
    return ""


def _with_next(lines: list[str], at: int) -> str:
    """A line with the next one, where its sentence goes on there."""
    line = lines[at].strip()
    following = lines[at + 1] if at + 1 < len(lines) else ""
    goes_on = not line.endswith((".", ";")) and not _NEXT.match(following)
    return one_line(f"{line} {following}") if goes_on else one_line(line)
