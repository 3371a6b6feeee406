"""Days that words may mean, and why one must be asked."""

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

#: From one letter of the sentence up to another.
Span = tuple[int, int]
DAY = timedelta(days=1)


class Why(StrEnum):
    """Why a deadline must be asked."""

    PAST = "past"
    #: There is no such day.
    NEVER = "never"
    TWO = "two"
    VAGUE = "vague"
    #: It comes round again and again.
    OFTEN = "often"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Days:
    """The day on which a sentence is said, and the office's calendar."""

    today: date
    #: The n-th working day after a day.
    add_working: Callable[[date, int], date]

    @property
    def monday(self) -> date:
        """The first day of this week."""
        return self.today - DAY * self.today.weekday()


@dataclass(frozen=True)
class Due:
    """Days that a sentence may mean. Without ``why`` there is one and no other, or it says nothing of it."""

    choices: tuple[date, ...] = ()
    why: Why | None = None
    spans: tuple[Span, ...] = ()

    @property
    def is_sure(self) -> bool:
        """True when the sentence sets one day beyond doubt."""
        return len(self.choices) == 1 and self.why is None


#: The sentence says nothing of it.
NO_DUE = Due()


def sure(day: date, days: Days) -> Due:
    """That one day, asked when it is over."""
    return Due((day,), Why.PAST if day < days.today else None)


def made(year: int, month: int, day: int) -> date | None:
    """A day of the calendar, ``None`` where it has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_after(first: date, n: int = 1) -> date:
    """The first of the n-th month after."""
    months = first.month - 1 + n
    return date(first.year + months // 12, months % 12 + 1, 1)


def last_of(first: date, n: int = 1) -> date:
    """The last day of the n months that begin with a first."""
    return month_after(first, n) - DAY


def months_on(day: date, n: int) -> date:
    """The same day n months later, or the last of that month."""
    first = month_after(day.replace(day=1), n)
    return first.replace(day=min(day.day, calendar.monthrange(first.year, first.month)[1]))
