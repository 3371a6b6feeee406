"""How long something waits, in minutes of office hours, and what is usual: the same arithmetic everywhere.

Shares are taken here and not by the database, so that both engines give the same numbers.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from math import ceil

from intranet.core import clock
from intranet.notices.models import Hours
from intranet.notices.workdays import OFFICE_HOURS, Calendar

_DAY = timedelta(days=1)


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


#: Minutes of a whole working day.
DAY_MINUTES = sum(_minutes(end) - _minutes(begin) for begin, end in OFFICE_HOURS)
#: Which of the office hours are worked on a day.
_WORKED = {
    Hours.WHOLE: OFFICE_HOURS,
    Hours.MORNING: OFFICE_HOURS[:1],
    Hours.AFTERNOON: OFFICE_HOURS[1:],
    Hours.NONE: (),
}


class OfficeMinutes:
    """Counts minutes of office hours between instants; each day is looked up once."""

    def __init__(self, on: Calendar) -> None:
        self.calendar = on
        self._begun: date | None = None
        #: Minutes of all days before each day, from the first one on.
        self._before: list[int] = []

    def between(self, since: datetime, until: datetime) -> int:
        """Minutes of office hours from one instant to a later one; 0 when it is not later."""
        if until <= since:
            return 0
        return self._upto(clock.local(until)) - self._upto(clock.local(since))

    def days(self, since: datetime, until: datetime) -> float:
        """The same in working days."""
        return self.between(since, until) / DAY_MINUTES

    def _upto(self, moment: datetime) -> int:
        day = moment.date()
        passed = self._before_day(day)
        return passed + self._of_day(day, moment.hour * 60 + moment.minute)

    def _before_day(self, day: date) -> int:
        if self._begun is None:
            self._begun, self._before = day, [0]
        if day < self._begun:
            # All is counted from the first day asked for, so an earlier one stands below zero.
            return -self._whole(day, self._begun)
        place = (day - self._begun).days
        while len(self._before) <= place:
            last = self._begun + _DAY * (len(self._before) - 1)
            self._before.append(self._before[-1] + self._of_day(last))
        return self._before[place]

    def _whole(self, first: date, last: date) -> int:
        span = (last - first).days
        return sum(self._of_day(first + _DAY * n) for n in range(span))

    def _of_day(self, day: date, until: int = 24 * 60) -> int:
        """Minutes worked on a day before a minute of it."""
        return sum(
            min(max(until - _minutes(begin), 0), _minutes(end) - _minutes(begin))
            for begin, end in _WORKED[self.calendar.hours(day)]
        )


def percentile(counts: Mapping[int, int], hundredth: int) -> int | None:
    """The smallest value that so many hundredths do not exceed (nearest rank); ``None`` of nothing.

    :param counts: how often each value occurs.
    """
    total = sum(counts.values())
    if not total:
        return None
    rank, passed = max(1, ceil(total * hundredth / 100)), 0
    for value in sorted(counts):
        passed += counts[value]
        if passed >= rank:
            return value
    raise AssertionError("the rank lies within the total")


def in_days(minutes: float) -> str:
    """Minutes as working days with one decimal: 0,3; whole days from ten on."""
    days = minutes / DAY_MINUTES
    return f"{days:.0f}" if days >= 10 else f"{days:.1f}".replace(".", ",")
