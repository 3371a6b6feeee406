"""A month of deadlines: what is due on each day, the first few by name and the rest by number."""

from calendar import Calendar as Weeks
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import case, func, select

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.notices import workdays
from intranet.tasks import deadlines, lists
from intranet.tasks.lists import Tab
from intranet.tasks.models import Task
from intranet.tasks.permissions import standing_of

#: Named on a day; the others are a number that opens the list of the day.
NAMED = 3
YEARS = (2000, 2100)


@dataclass(frozen=True)
class Due:
    """One task on its day."""

    id: int
    title: str
    is_late: bool


@dataclass(frozen=True)
class Day:
    """A day of the month's weeks."""

    day: date
    is_inside: bool
    is_off: bool
    is_today: bool
    count: int = 0
    late: int = 0
    named: list[Due] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.named)


def month_of(text: str | None) -> date:
    """The first day of a month written ``2026-11``; of this one for anything else."""
    year, _, month = (text or "").partition("-")
    try:
        first = date(int(year[:5]), int(month[:2]), 1)
    except ValueError:
        return clock.today().replace(day=1)
    return first if YEARS[0] <= first.year <= YEARS[1] else clock.today().replace(day=1)


def beside(first: date) -> tuple[date, date]:
    """First days of the months before and after."""
    return (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)


def weeks(actor: Actor, tab: Tab, first: date, *, unit_id: int | None = None) -> list[list[Day]]:
    """The weeks of a month from Monday on, with the open tasks due on each day: two queries for all.

    Whoever helps has them on the day on which the own part is due.
    """
    found = Weeks().monthdatescalendar(first.year, first.month)
    at = standing_of(actor)
    whose, due = lists.whose_tasks(actor, at, tab, unit_id, is_open=True), lists.due_of(tab, at)
    late = case((lists.is_late_for(tab, at), 1), else_=0)
    shown = (
        select(Task.id, Task.title, due.label(name="due"), late.label(name="late"))
        .where(whose, due.between(found[0][0], found[-1][-1]), deadlines.is_open())
        .subquery()
    )
    counting = select(shown.c.due, func.count(), func.sum(shown.c.late)).group_by(shown.c.due)
    counted = {row[0]: (int(row[1]), int(row[2])) for row in db.session().execute(counting)}
    order = (shown.c.late.desc(), shown.c.id)
    place = func.row_number().over(partition_by=shown.c.due, order_by=order).label(name="place")
    ranked = select(shown, place).subquery()
    rows = db.session().execute(select(ranked).where(ranked.c.place <= NAMED).order_by(ranked.c.place)).all()
    named: dict[date, list[Due]] = {}
    for row in rows:
        named.setdefault(row.due, []).append(Due(row.id, row.title, bool(row.late)))
    on, today = workdays.calendar(), clock.today()
    return [
        [
            Day(
                day,
                day.month == first.month,
                not on.is_working_day(day),
                day == today,
                *counted.get(day, (0, 0)),
                named.get(day, []),
            )
            for day in week
        ]
        for week in found
    ]
