"""Working days of the office: the published calendar of Vietnam with the days that an administrator changed.

Labour Code 2019, article 112, as the library ``holidays`` prints it; the Prime Minister's yearly swaps that
it does not know yet are rows of ``calendar_day``. Office hours are 07:30-11:30 and 13:30-17:00.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

import holidays
from sqlalchemy import Date, Integer, String, cast, func, null, select, union_all

from intranet.core import clock, db
from intranet.notices.models import CalendarChange, CalendarDay, CalendarWeekday, DayKind, Hours

#: Morning and afternoon on the office's clock.
OFFICE_HOURS = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))
#: A date-only deadline ends with the office hours of its day.
DUE_HOUR = OFFICE_HOURS[-1][1].hour
#: Monday to Friday.
USUAL_WEEK = (*[Hours.WHOLE] * 5, Hours.NONE, Hours.NONE)
#: Half days that are worked.
HALVES = {Hours.WHOLE: 2, Hours.MORNING: 1, Hours.AFTERNOON: 1, Hours.NONE: 0}
_HOURS_OF = {
    DayKind.HOLIDAY: Hours.NONE,
    DayKind.OFF: Hours.NONE,
    DayKind.WORKING: Hours.WHOLE,
    DayKind.MORNING: Hours.MORNING,
    DayKind.AFTERNOON: Hours.AFTERNOON,
}
_DAY = timedelta(days=1)
#: Longest run of days off that is searched before the calendar is called wrong.
_MOST_DAYS_OFF = 60


@dataclass(frozen=True)
class Calendar:
    """The calendar as it stands now; read once, then plain arithmetic.

    A half day is a working day on which half of one is worked: two of them make up one of the days that a
    term grants, so nobody is given less time than the term says.
    """

    #: Days that differ from the published calendar.
    edits: Mapping[date, DayKind]
    #: What is worked of each weekday, Monday first.
    week: Sequence[Hours] = USUAL_WEEK
    #: Number of the last edit, kept with every deadline that is counted by it; 0 as published.
    version: int = 0

    def hours(self, day: date) -> Hours:
        """What of the day is worked."""
        edit = self.edits.get(day)
        if edit is not None:
            return _HOURS_OF[edit]
        published = _published(day.year)
        if day in published:
            return Hours.NONE
        return Hours.WHOLE if day in published.weekend_workdays else self.week[day.weekday()]

    def is_working_day(self, day: date) -> bool:
        """True when the office works on that day, or on half of it."""
        return self.hours(day) is not Hours.NONE

    def next_working_day(self, day: date) -> date:
        """The day itself when it is a working day, else the first one after it."""
        return self._first_working(day, _DAY)

    def add_working_days(self, day: date, n: int) -> date:
        """The ``n``-th working day after the day (counting starts on the day after), or before it when
        ``n`` is negative; 0 gives the day itself.
        """
        step = _DAY if n > 0 else -_DAY
        halves = 2 * abs(n)
        while halves > 0:
            day = self._first_working(day + step, step)
            halves -= HALVES[self.hours(day)]
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many whole working days lie after ``first`` up to and with ``last``; negative if before."""
        if last < first:
            return -self.working_days_between(last, first)
        span = (last - first).days
        return sum(HALVES[self.hours(first + timedelta(days=i))] for i in range(1, span + 1)) // 2

    def closes(self, day: date) -> time:
        """When the office hours of the day end: at noon where only the morning is worked."""
        return OFFICE_HOURS[0][1] if self.hours(day) is Hours.MORNING else OFFICE_HOURS[-1][1]

    def _first_working(self, day: date, step: timedelta) -> date:
        for _ in range(_MOST_DAYS_OFF):
            if self.is_working_day(day):
                return day
            day += step
        raise ValueError(f"the calendar has no working day near {day}")


def calendar() -> Calendar:
    """The calendar as it stands now, read once."""
    return db.remembered(_read)


def _read() -> Calendar:
    days = select(CalendarDay.day, cast(null(), Integer), cast(CalendarDay.kind, String))
    week = select(cast(null(), Date), CalendarWeekday.weekday, cast(CalendarWeekday.hours, String))
    last = select(cast(null(), Date), func.max(CalendarChange.id), cast(null(), String))
    edits: dict[date, DayKind] = {}
    worked = list(USUAL_WEEK)
    version = 0
    for day, number, word in db.session().execute(union_all(days, week, last)):
        if day is not None:
            edits[day] = DayKind(word)
        elif word is not None:
            worked[number] = Hours(word)
        else:
            version = number or 0
    return Calendar(edits, tuple(worked), version)


def is_working_day(day: date) -> bool:
    """True when the office works on that day."""
    return calendar().is_working_day(day)


def days_off(days: Iterable[date]) -> frozenset[date]:
    """Those of the days on which the office is closed."""
    on = calendar()
    return frozenset(day for day in days if not on.is_working_day(day))


def next_working_day(day: date) -> date:
    """The day itself when it is a working day, else the first one after it."""
    return calendar().next_working_day(day)


def add_working_days(day: date, n: int) -> date:
    """The ``n``-th working day after the day, before it when ``n`` is negative; 0 gives the day itself."""
    return calendar().add_working_days(day, n)


def working_days_between(first: date, last: date) -> int:
    """How many working days lie after ``first`` up to and with ``last``; negative when it lies before."""
    return calendar().working_days_between(first, last)


def calendar_changed() -> None:
    """The open unit of work has edited a day: the calendar is read anew."""
    db.forget(_read)


def due_moment(due_date: date) -> datetime:
    """The instant (UTC) at which a deadline ends: 17:00 of its day, 11:30 of a day with only a morning."""
    ends = calendar().closes(due_date)
    return clock.at_office(due_date, ends.hour, ends.minute)


def late_from(now: datetime | None = None) -> date:
    """The first date that is not late yet: what was due before it is. Tomorrow once its hours are over."""
    local = clock.local(now or clock.now())
    today, at = local.date(), local.time()
    # Before noon and after five it is the same whatever the day: nobody needs to read the calendar.
    if at < OFFICE_HOURS[0][1]:
        return today
    is_over = at >= OFFICE_HOURS[-1][1] or at >= calendar().closes(today)
    return today + _DAY if is_over else today


def published_name(day: date) -> str | None:
    """The Vietnamese name of a public holiday, ``None`` for other days."""
    return _published(day.year).get(day)


def published_kind(day: date) -> DayKind | None:
    """How the published calendar sets the day apart from its weekday, ``None`` when it does not."""
    if day in _published(day.year):
        return DayKind.HOLIDAY
    return DayKind.WORKING if day in _published(day.year).weekend_workdays else None


@cache
def _published(year: int) -> holidays.HolidayBase:
    """The library's calendar around a year: a swap may lie on the other side of New Year."""
    return holidays.country_holidays("VN", years=[year - 1, year, year + 1], language="vi", expand=False)
