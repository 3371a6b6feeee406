"""Working days of the office: the published calendar of Vietnam with the days that an administrator changed.

Labour Code 2019, article 112, as the library ``holidays`` prints it; the Prime Minister's yearly swaps that
it does not know yet are rows of ``calendar_day``. Office hours are 07:30-11:30 and 13:30-17:00.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

import holidays
from sqlalchemy import select

from intranet.core import clock, db
from intranet.notices.models import CalendarDay, DayKind

#: Morning and afternoon on the office's clock.
OFFICE_HOURS = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))
#: A date-only deadline ends with the office hours of its day.
DUE_HOUR = OFFICE_HOURS[-1][1].hour
_DAY = timedelta(days=1)
#: Longest run of days off that is searched before the calendar is called wrong.
_MOST_DAYS_OFF = 60


@dataclass(frozen=True)
class Calendar:
    """The calendar as it stands now; read once, then plain arithmetic."""

    #: Days that differ from the published calendar.
    edits: Mapping[date, DayKind]

    def is_working_day(self, day: date) -> bool:
        """True when the office works on that day."""
        edit = self.edits.get(day)
        if edit is not None:
            return edit is DayKind.WORKING
        return _is_published_working_day(day)

    def next_working_day(self, day: date) -> date:
        """The day itself when it is a working day, else the first one after it."""
        return self._first_working(day, _DAY)

    def add_working_days(self, day: date, n: int) -> date:
        """The ``n``-th working day after the day (counting starts on the day after), or before it when
        ``n`` is negative; 0 gives the day itself.
        """
        step = _DAY if n > 0 else -_DAY
        for _ in range(abs(n)):
            day = self._first_working(day + step, step)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after ``first`` up to and with ``last``; negative when it lies before."""
        if last < first:
            return -self.working_days_between(last, first)
        span = (last - first).days
        return sum(self.is_working_day(first + timedelta(days=i)) for i in range(1, span + 1))

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
    rows = db.session().execute(select(CalendarDay.day, CalendarDay.kind))
    return Calendar({row.day: row.kind for row in rows})


def is_working_day(day: date) -> bool:
    """True when the office works on that day."""
    return calendar().is_working_day(day)


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
    """The instant (UTC) at which a deadline ends: 17:00 of its day."""
    return clock.at_office(due_date, DUE_HOUR)


def late_from(now: datetime | None = None) -> date:
    """The first date that is not late yet: what was due before it is. Today until 17:00, then tomorrow."""
    local = clock.local(now or clock.now())
    return local.date() + (_DAY if local.time() >= OFFICE_HOURS[-1][1] else timedelta(0))


def published_name(day: date) -> str | None:
    """The Vietnamese name of a public holiday, ``None`` for other days."""
    return _published(day.year).get(day)


def published_kind(day: date) -> DayKind | None:
    """How the published calendar sets the day apart from its weekday, ``None`` when it does not."""
    if day in _published(day.year):
        return DayKind.HOLIDAY
    return DayKind.WORKING if day in _published(day.year).weekend_workdays else None


def _is_published_working_day(day: date) -> bool:
    published = _published(day.year)
    if day.weekday() >= 5:
        return day in published.weekend_workdays
    return day not in published


@cache
def _published(year: int) -> holidays.HolidayBase:
    """The library's calendar around a year: a swap may lie on the other side of New Year."""
    return holidays.country_holidays("VN", years=[year - 1, year, year + 1], language="vi", expand=False)
