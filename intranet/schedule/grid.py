"""How a week is laid out: days in rows, leaders in columns, what several share in one cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from intranet.core import clock

NOON = time(12, 0)
#: What ends later than this fills the afternoon too.
AFTER_LUNCH = time(13, 30)


@dataclass(frozen=True)
class Shown:
    """One line of a cell, as the reader may see it.

    :param key: the same for the same thing in every cell.
    :param tone: ``off`` for work in the office, ``gone`` for what is postponed, ``wait`` for what waits.
    :param mark: what is new about it, in a word.
    """

    key: str
    title: str
    starts_at: datetime
    ends_at: datetime
    people: tuple[int, ...]
    hour: str = ""
    place: str = ""
    tone: str = ""
    mark: str = ""
    url: str = ""
    is_away: bool = False


@dataclass(frozen=True)
class Cell:
    """A field of the table, with how many columns and halves of a day it covers."""

    items: tuple[Shown, ...]
    columns: int = 1
    halves: int = 1

    @property
    def is_away(self) -> bool:
        """True when an absence is all that it says."""
        return bool(self.items) and all(one.is_away for one in self.items)


@dataclass(frozen=True)
class Day:
    """A day with what stands in its morning and its afternoon, column by column."""

    day: date
    morning: tuple[Cell, ...]
    afternoon: tuple[Cell, ...]


def laid_out(days: Sequence[date], columns: Sequence[int], items: Sequence[Shown]) -> list[Day]:
    """The week: what is shared by neighbours spans them, what lasts the whole day spans its halves."""
    ordered = sorted(items, key=lambda one: (one.starts_at, one.key))
    return [_day(day, columns, ordered) for day in days]


def halves_of(one: Shown, day: date) -> tuple[bool, bool]:
    """Whether it stands in the morning, and in the afternoon, of a day."""
    starts, ends = clock.local(one.starts_at), clock.local(one.ends_at)
    if not starts.date() <= day <= ends.date() or (ends.date() == day and ends.time() == time(0)):
        return False, False
    begins = starts.time() if starts.date() == day else time(0)
    stops = ends.time() if ends.date() == day else time(23, 59)
    is_morning = begins < NOON
    return is_morning, not is_morning or stops > AFTER_LUNCH


def _day(day: date, columns: Sequence[int], items: Sequence[Shown]) -> Day:
    halves: list[list[tuple[Shown, ...]]] = [[], []]
    standing = [(one, halves_of(one, day)) for one in items]
    for person in columns:
        for half, cells in enumerate(halves):
            cells.append(tuple(one for one, when in standing if when[half] and person in one.people))
    morning, afternoon = _runs(halves[0]), _runs(halves[1])
    whole = {
        start: items_
        for start, (length, items_) in morning.items()
        if items_ and afternoon.get(start) == (length, items_)
    }
    return Day(day, _cells(morning, whole, 2), _cells(afternoon, whole, 0))


def _runs(cells: Sequence[tuple[Shown, ...]]) -> Mapping[int, tuple[int, tuple[Shown, ...]]]:
    """Neighbours that say the same, by their first column; what is empty or an absence stands alone."""
    runs: dict[int, tuple[int, tuple[Shown, ...]]] = {}
    start = 0
    for at, items in enumerate(cells):
        before = cells[at - 1] if at else ()
        if at and items and items == before:
            runs[start] = (runs[start][0] + 1, items)
        else:
            start = at
            runs[start] = (1, items)
    return runs


def _cells(
    runs: Mapping[int, tuple[int, tuple[Shown, ...]]], whole: Mapping[int, object], halves: int
) -> tuple[Cell, ...]:
    """The cells of one half; those of whole days stand in the morning alone."""
    found = []
    for start, (length, items) in sorted(runs.items()):
        if start not in whole:
            found.append(Cell(items, length))
        elif halves:
            found.append(Cell(items, length, halves))
    return tuple(found)
