"""Spans of reports: a month, a quarter, a year, each ending with the agency's cut-off day."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from intranet.boards.models import LAST_DAY
from intranet.core import clock
from intranet.core.labels import label

_WRITTEN = re.compile(r"(\d{4})(?:-(?:m(\d{1,2})|q([1-4])))?\Z")
#: Months that a quarter and a year have.
_QUARTER, _YEAR = 3, 12


class Span(StrEnum):
    """How long a report's span is; its word is ``report.span.<value>``."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class Period:
    """A span with its first and last day."""

    span: Span
    year: int
    #: 1 to 12 of a month, 1 to 4 of a quarter, 0 of a year.
    n: int
    first: date
    last: date

    @property
    def code(self) -> str:
        """As addresses have it: ``2026``, ``2026-q3``, ``2026-m11``."""
        return f"{self.year}" if self.span is Span.YEAR else f"{self.year}-{self.span.value[0]}{self.n}"

    @property
    def name(self) -> str:
        """As people call it, without its days."""
        return label(f"report.period.{self.span.value}", n=self.n, year=self.year)

    @property
    def words(self) -> str:
        """As pages and files have it."""
        return label(
            "report.days", name=self.name, first=f"{self.first:%d/%m/%Y}", last=f"{self.last:%d/%m/%Y}"
        )


def period(code: str, cutoff: int) -> Period:
    """The span of a code; whatever is none gives the present month."""
    found = _WRITTEN.match(code)
    year = int(found[1]) if found else 0
    if found is None or not 2000 <= year <= 2100 or (found[2] and not 1 <= int(found[2]) <= _YEAR):
        return present(Span.MONTH, cutoff)
    if found[2]:
        return _of(Span.MONTH, year, int(found[2]), cutoff)
    return _of(Span.QUARTER, year, int(found[3]), cutoff) if found[3] else _of(Span.YEAR, year, 0, cutoff)


def present(span: Span, cutoff: int) -> Period:
    """The span in which today lies."""
    today = clock.today()
    month = (
        today if today <= _end(today.year, today.month, cutoff) else today.replace(day=1) + timedelta(days=31)
    )
    if span is Span.MONTH:
        return _of(span, month.year, month.month, cutoff)
    if span is Span.QUARTER:
        return _of(span, month.year, (month.month - 1) // _QUARTER + 1, cutoff)
    return _of(span, month.year, 0, cutoff)


def last_ones(span: Span, cutoff: int, n: int) -> list[Period]:
    """The present span and those before it, newest first."""
    found = [present(span, cutoff)]
    while len(found) < n:
        found.append(_before(found[-1], cutoff))
    return found


def _before(later: Period, cutoff: int) -> Period:
    if later.span is Span.YEAR:
        return _of(Span.YEAR, later.year - 1, 0, cutoff)
    most = _YEAR if later.span is Span.MONTH else _YEAR // _QUARTER
    return (
        _of(later.span, later.year, later.n - 1, cutoff)
        if later.n > 1
        else _of(later.span, later.year - 1, most, cutoff)
    )


def _of(span: Span, year: int, n: int, cutoff: int) -> Period:
    begin, end = {
        Span.MONTH: (n, n),
        Span.QUARTER: ((n - 1) * _QUARTER + 1, n * _QUARTER),
        Span.YEAR: (1, _YEAR),
    }[span]
    before = (year, begin - 1) if begin > 1 else (year - 1, _YEAR)
    return Period(span, year, n, _end(*before, cutoff) + timedelta(days=1), _end(year, end, cutoff))


def _end(year: int, month: int, cutoff: int) -> date:
    """The last day of a month of reports."""
    if cutoff < LAST_DAY:
        return date(year, month, cutoff)
    return (date(year, month, 1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
