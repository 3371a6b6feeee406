"""The calendar of a year as an administrator sees and edits it."""

import calendar as months
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Invalid
from intranet.core.refs import Ref
from intranet.notices import reminders, workdays
from intranet.notices.calendar_lines import Line
from intranet.notices.events import CalendarChanged
from intranet.notices.models import CalendarChange, CalendarDay, CalendarWeekday, CalendarYear, DayKind, Hours
from intranet.notices.reminder_rules import Due, Topic
from intranet.people import directory
from intranet.people.models import Role
from intranet.records import audit

#: Years that may be edited, counted from the present one.
YEARS = (-1, 2)
#: Month and day by which the calendar of the next year is loaded.
LOADED_BY = (12, 1)


@dataclass(frozen=True)
class Day:
    """One day of the year's page."""

    day: date
    hours: Hours
    #: Why it differs from its weekday, ``None`` for an ordinary day.
    kind: DayKind | None
    name: str
    #: It was changed here, and may be given back to the published calendar.
    is_edited: bool

    @property
    def is_working(self) -> bool:
        """True when some of it is worked."""
        return self.hours is not Hours.NONE


@dataclass(frozen=True)
class Month:
    """A month as weeks of seven places, empty outside of it."""

    number: int
    weeks: list[list[Day | None]]


def year_of(year: int) -> list[Month]:
    """The twelve months of a year."""
    edits = {row.day: row for row in db.session().scalars(select(CalendarDay))}
    week, shown = workdays.calendar().week, []
    for number in range(1, 13):
        weeks = months.Calendar().monthdatescalendar(year, number)
        shown.append(
            Month(
                number,
                [[_day(day, edits, week) if day.month == number else None for day in row] for row in weeks],
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

    A deadline on a new day off goes to the next working day, and those who keep it are told.

    :raises Invalid: ``calendar.unchanged``, ``calendar.too_far``.
    """
    _check_year(day)
    with db.unit_of_work() as session:
        row = session.scalar(select(CalendarDay).where(CalendarDay.day == day))
        if row is None and _is_as_published(day, kind):
            raise Invalid("calendar.unchanged", field="day", day=f"{day:%d/%m/%Y}")
        if row is None:
            row = CalendarDay(day=day, kind=kind, note=note, created_by_id=actor.id, created_at=clock.now())
            session.add(row)
        else:
            row.kind, row.note, row.created_by_id, row.created_at = kind, note, actor.id, clock.now()
        session.flush()
        audit.record(actor, "calendar.set", row, day=day, kind=kind.value)
        _changed(day, day)


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
        _changed(day, day)


def load_year(actor: Actor, year: int, days: Sequence[Line], basis: str = "") -> int:
    """The calendar of a year is what is published with these days, and no other; it counts as loaded.

    :param days: none confirms the published calendar.
    :returns: how many of the days differ from what is published.
    :raises Invalid: ``calendar.doubled``, ``calendar.other_year``, ``calendar.too_far``.
    """
    if year not in editable_years():
        raise Invalid("calendar.too_far", field="year")
    once: dict[date, Line] = {}
    for line in days:
        if line.day in once:
            raise Invalid(
                "calendar.doubled",
                field="lines",
                day=f"{line.day:%d/%m/%Y}",
                first=once[line.day].number,
                line=line.number,
            )
        if line.day.year != year:
            raise Invalid("calendar.other_year", field="lines", line=line.number, year=year)
        once[line.day] = line
    wanted = {day: line for day, line in once.items() if not _is_as_published(day, line.kind)}
    with db.unit_of_work() as session:
        now = clock.now()
        within = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
        held = {row.day: row for row in session.scalars(select(CalendarDay).where(within).with_for_update())}
        moved = sorted(
            {day for day in held if day not in wanted}
            | {day for day, line in wanted.items() if day not in held or held[day].kind is not line.kind}
        )
        for day, row in held.items():
            if day not in wanted:
                session.delete(row)
        for day, line in wanted.items():
            row = held.get(day) or CalendarDay(day=day)
            row.kind, row.note, row.created_by_id, row.created_at = line.kind, line.note, actor.id, now
            session.add(row)
        known = session.get(CalendarYear, year) or CalendarYear(year=year)
        known.basis, known.loaded_by_id, known.loaded_at = basis, actor.id, now
        session.add(known)
        session.flush()
        audit.record(actor, "calendar.loaded", known, year=year, days=len(wanted), basis=basis or None)
        reminders.cancel(known.ref)
        if moved:
            _changed(moved[0], moved[-1])
        return len(wanted)


def set_week(actor: Actor, week: Sequence[Hours]) -> None:
    """What is worked of each weekday from now on, Monday first.

    :raises Invalid: ``calendar.no_week``: somebody has to work on some day; ``calendar.same_week``.
    """
    if all(hours is Hours.NONE for hours in week):
        raise Invalid("calendar.no_week")
    with db.unit_of_work() as session:
        if tuple(week) == tuple(workdays.calendar().week):
            raise Invalid("calendar.same_week")
        held = {row.weekday: row for row in session.scalars(select(CalendarWeekday))}
        for weekday, hours in enumerate(week):
            row = held.get(weekday) or CalendarWeekday(weekday=weekday)
            row.hours = hours
            session.add(row)
        session.flush()
        words = ",".join(hours.value for hours in week)
        audit.record(actor, "calendar.week_set", Ref("calendar_day", 0), week=words)
        _changed(clock.today(), date.max)


def loaded(year: int) -> CalendarYear | None:
    """When the calendar of a year was loaded or confirmed, ``None`` while it was not."""
    return db.session().get(CalendarYear, year)


def missing_year() -> int | None:
    """The next year, when December has come and its calendar was not loaded."""
    today = clock.today()
    is_late = (today.month, today.day) >= LOADED_BY
    return today.year + 1 if is_late and loaded(today.year + 1) is None else None


def watch_next_year() -> None:
    """From the first of December on administrators are reminded once that next year's calendar is missing."""
    year = missing_year()
    if year is None:
        return
    ref = Ref("calendar_year", year)
    if any(row.cancelled_at is None for row in reminders.planned_for(ref)):
        return
    at = max(clock.now() + timedelta(seconds=1), clock.at_office(date(year - 1, *LOADED_BY), 8))
    with db.unit_of_work():
        reminders.arm(ref, "year_missing", at, topic="calendar_year", to=["admin"])


def _to_tell(wanted: Mapping[int, frozenset[str]]) -> dict[int, list[int]]:
    admins = directory.ids_anywhere_with_role(Role.ADMIN)
    return {year: admins for year in wanted if loaded(year) is None}


def _words(due: Due) -> tuple[str, dict[str, Any]]:
    return "calendar.year_missing", {"year": due.ref_id}


#: Administrators are reminded of a year's calendar that was not loaded.
REMINDED = Topic("calendar_year", _to_tell, words=_words)


def editable_years() -> list[int]:
    """Years that may be edited now."""
    now = clock.today().year
    return list(range(now + YEARS[0], now + YEARS[1] + 1))


def _changed(first: date, last: date) -> None:
    """Everything that counts working days between these does so by the new calendar."""
    change = CalendarChange(first=first, last=last, at=clock.now())
    db.session().add(change)
    db.session().flush()
    workdays.calendar_changed()
    reminders.replan(first, last)
    db.publish(CalendarChanged(first.isoformat(), last.isoformat()))


def _is_as_published(day: date, kind: DayKind) -> bool:
    """True when the day would be no different, also with the week as it is worked here."""
    plain = workdays.Calendar({}, workdays.calendar().week)
    return plain.hours(day) is workdays.Calendar({day: kind}).hours(day)


def _check_year(day: date) -> None:
    if day.year not in editable_years():
        raise Invalid("calendar.too_far", field="day")


def _day(day: date, edits: dict[date, CalendarDay], week: Sequence[Hours]) -> Day:
    edit = edits.get(day)
    published = workdays.published_kind(day)
    on = workdays.Calendar({} if edit is None else {day: edit.kind}, week)
    kind = published if edit is None else edit.kind
    name = (edit.note if edit is not None else "") or workdays.published_name(day) or ""
    return Day(day, on.hours(day), kind, name, edit is not None)
