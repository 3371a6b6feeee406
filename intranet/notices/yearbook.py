"""The calendar of a year as an administrator sees and edits it."""

import calendar as months
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Invalid
from intranet.notices import reminders, workdays
from intranet.notices.events import CalendarChanged
from intranet.notices.models import CalendarDay, DayKind
from intranet.records import audit

#: Years that may be edited, counted from the present one.
YEARS = (-1, 2)


@dataclass(frozen=True)
class Day:
    """One day of the year's page."""

    day: date
    is_working: bool
    #: Why it differs from its weekday, ``None`` for an ordinary day.
    kind: DayKind | None
    name: str
    #: It was changed here, and may be given back to the published calendar.
    is_edited: bool


@dataclass(frozen=True)
class Month:
    """A month as weeks of seven places, empty outside of it."""

    number: int
    weeks: list[list[Day | None]]


def year_of(year: int) -> list[Month]:
    """The twelve months of a year."""
    edits = {row.day: row for row in db.session().scalars(select(CalendarDay))}
    shown = []
    for number in range(1, 13):
        weeks = months.Calendar().monthdatescalendar(year, number)
        shown.append(
            Month(
                number,
                [[_day(day, edits) if day.month == number else None for day in week] for week in weeks],
            )
        )
    return shown


def special_days(months_: list[Month]) -> list[Day]:
    """The days of a year that differ from their weekday, in order."""
    return [day for month in months_ for week in month.weeks for day in week if day and day.kind]


def swaps_known(year: int) -> bool:
    """True when a working Saturday of the year is known, by the published calendar or by an edit here.

    A year without one may be right; the page only asks to look.
    """
    return any(day.kind is DayKind.WORKING for day in special_days(year_of(year)))


def set_day(actor: Actor, day: date, kind: DayKind, note: str = "") -> None:
    """A day differs from the published calendar from now on; reminders are planned anew.

    Deadlines are dates and stay; who has one on a day that is off now is told.

    :raises Invalid: ``calendar.unchanged``, ``calendar.too_far``.
    """
    _check_year(day)
    is_working = kind is DayKind.WORKING
    with db.unit_of_work() as session:
        row = session.scalar(select(CalendarDay).where(CalendarDay.day == day))
        if row is None and workdays.Calendar({}).is_working_day(day) == is_working:
            raise Invalid("calendar.unchanged", field="day", day=f"{day:%d/%m/%Y}")
        if row is None:
            row = CalendarDay(day=day, kind=kind, note=note, created_by_id=actor.id, created_at=clock.now())
            session.add(row)
        else:
            row.kind, row.note, row.created_by_id, row.created_at = kind, note, actor.id, clock.now()
        session.flush()
        workdays.calendar_changed()
        audit.record(actor, "calendar.set", row, day=day, kind=kind.value)
        reminders.replan()
        db.publish(CalendarChanged(day.isoformat()))


def clear_day(actor: Actor, day: date) -> None:
    """A day is again what the published calendar says.

    :raises Invalid: ``calendar.not_edited``.
    """
    with db.unit_of_work() as session:
        row = session.scalar(select(CalendarDay).where(CalendarDay.day == day))
        if row is None:
            raise Invalid("calendar.not_edited", field="day", day=f"{day:%d/%m/%Y}")
        audit.record(actor, "calendar.cleared", row, day=day, kind=row.kind.value)
        session.delete(row)
        session.flush()
        workdays.calendar_changed()
        reminders.replan()
        db.publish(CalendarChanged(day.isoformat()))


def editable_years() -> list[int]:
    """Years that may be edited now."""
    now = clock.today().year
    return list(range(now + YEARS[0], now + YEARS[1] + 1))


def _check_year(day: date) -> None:
    if day.year not in editable_years():
        raise Invalid("calendar.too_far", field="day")


def _day(day: date, edits: dict[date, CalendarDay]) -> Day:
    edit = edits.get(day)
    published = workdays.published_kind(day)
    on = workdays.Calendar({} if edit is None else {day: edit.kind})
    kind = published if edit is None else edit.kind
    name = (edit.note if edit is not None else "") or workdays.published_name(day) or ""
    return Day(day, on.is_working_day(day), kind, name, edit is not None)
