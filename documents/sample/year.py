"""A year of the sample office's documents, played through the services that its pages call.

Every act happens at its own hour of the past, in order of time, so registers, audit lines and tasks obey
the same rules as real ones.
"""

import heapq
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime, timedelta
from itertools import count
from multiprocessing import get_context

from documents.formats.layout_pdf import build_pdf
from documents.sample.acts import Clerk
from documents.sample.letters import INCOMING, OUTGOING, Letter
from intranet.core import clock, db
from intranet.notices import reminding
from intranet.notices.workdays import calendar
from intranet.people.sample import SampleOffice

ARRIVED, WRITTEN = 94, 26
#: Working days before today that are played, and how many of them are the busy last ones.
_SPAN, _LAST = 230, 8


class Diary:
    """What happens when: acts in order of time, each of which may put down later ones."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self._waiting: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()

    def put(self, at: datetime, act: Callable[[], None]) -> None:
        """Let ``act`` happen at that instant, unless it lies ahead of the present."""
        if at <= self.until:
            heapq.heappush(self._waiting, (at, next(self._order), act))

    def play(self) -> None:
        """Let everything happen, the clock standing at each instant; a day is written down in one go."""
        while self._waiting:
            day = clock.local(self._waiting[0][0]).date()
            clock.freeze(min(hour(day, 8, 1), self.until))
            reminding.send_due()
            with db.unit_of_work():
                while self._waiting and clock.local(self._waiting[0][0]).date() == day:
                    at, _, act = heapq.heappop(self._waiting)
                    clock.freeze(at)
                    act()


def build(office: SampleOffice, echo: Callable[[str], None]) -> None:
    """Fill the registers of the sample office with a year of documents and their tasks."""
    echo(f"A year of documents: {ARRIVED} incoming, {WRITTEN} outgoing ...")
    now = clock.now()
    days = working_days(clock.local(now).date(), _SPAN)
    diary = Diary(now)
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as typesetter:
        clerk = Clerk(office, diary.put, lambda text: typesetter.submit(build_pdf, text))
        for n in range(ARRIVED):
            day = days[_spread(n, ARRIVED)]
            letter = INCOMING[(n * 17) % len(INCOMING)]
            receives = clerk.receives(letter, n, day, left=ARRIVED - 1 - n)
            diary.put(min(hour(day, 7, 40 + n % 20), now), receives)
        for n in range(WRITTEN):
            day = days[_spread(n, WRITTEN)]
            letter = OUTGOING[(n * 5) % len(OUTGOING)]
            diary.put(min(hour(day, 13, 45), now), clerk.drafts(letter, n, left=WRITTEN - 1 - n))
        diary.play()


def _spread(n: int, of: int) -> int:
    """Index of the day of the n-th document: most of them over the year, a third in its last days."""
    newest = of // 3
    old = of - newest
    if n < old:
        return n * (_SPAN - _LAST) // old
    return _SPAN - _LAST + (n - old) * (_LAST - 1) // max(newest - 1, 1)


def working_days(today: date, n: int) -> list[date]:
    """The last ``n`` working days, today or the one before it last."""
    found: list[date] = []
    day = today
    known = calendar()
    while len(found) < n:
        if known.is_working_day(day):
            found.append(day)
        day -= timedelta(days=1)
    return found[::-1]


def hour(day: date, hours: int, minutes: int = 0) -> datetime:
    """The instant of an office hour, given as hour and minutes that may pass sixty."""
    return clock.at_office(day, hours) + timedelta(minutes=minutes)


__all__ = ["Letter", "build"]
