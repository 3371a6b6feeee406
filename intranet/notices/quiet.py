"""Quiet hours: from 20:00 to 06:30 and on days off nobody is disturbed, but for what is flash and theirs.

A package says which of its records are flash ("hỏa tốc"); what is told of them leaves at any hour, by every
channel.
"""

from collections.abc import Callable, Collection
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_

from intranet.core import clock, db
from intranet.core.refs import Ref
from intranet.notices.workdays import Calendar, calendar

#: On the office's clock.
BEGINS, ENDS = time(20, 0), time(6, 30)
#: What was to come on a day off or late in the evening, and must not come after it, comes when work ends.
_EVENING = time(17, 0)
_DAY = timedelta(days=1)

#: Ids of the flash records of a kind.
Flash = Callable[[], Select[int]]
_flash: dict[str, Flash] = {}


def let_through(kind: str, flash: Flash) -> None:
    """Say which records of a kind are told of at any hour."""
    _flash[kind] = flash


def is_flash(kind: Any, key: Any, *, but: str = "") -> ColumnElement[bool]:
    """SQL: the record that two columns name is flash.

    :param but: a kind that they never name.
    """
    known = (and_(kind == name, key.in_(flash())) for name, flash in _flash.items() if name != but)
    return or_(false(), *known)


def flash_among(refs: Collection[Ref]) -> set[Ref]:
    """Which of these records are flash."""
    found: set[Ref] = set()
    for kind, flash in _flash.items():
        ids = {ref.id for ref in refs if ref.kind == kind}
        if ids:
            query = flash()
            (column,) = query.selected_columns
            found |= {Ref(kind, key) for key in db.session().scalars(query.where(column.in_(ids)))}
    return found


def is_quiet(at: datetime | None = None, on: Calendar | None = None) -> bool:
    """True when people are left alone at that instant (now)."""
    local = clock.local(at or clock.now())
    is_night = local.time() >= BEGINS or local.time() < ENDS
    return is_night or not (on or calendar()).is_working_day(local.date())


def opens(at: datetime, on: Calendar | None = None) -> datetime:
    """The instant itself, or the end of the quiet hours in which it lies."""
    on = on or calendar()
    if not is_quiet(at, on):
        return at
    local = clock.local(at)
    is_morning = local.time() < ENDS
    day = on.next_working_day(local.date() if is_morning else local.date() + _DAY)
    if not on.is_working_day(local.date()):
        day = on.next_working_day(local.date())
    return clock.at_office(day, ENDS.hour, ENDS.minute)


def last_open(at: datetime, on: Calendar | None = None) -> datetime:
    """The instant itself, or the same hour of the last working day before: for what is of no use later."""
    on = on or calendar()
    if not is_quiet(at, on):
        return at
    local = clock.local(at)
    hour, day = local.time(), local.date()
    if hour < ENDS:
        day -= _DAY
    if not ENDS <= hour < BEGINS:
        hour = _EVENING
    while not on.is_working_day(day):
        day -= _DAY
    return clock.at_office(day, hour.hour, hour.minute)
