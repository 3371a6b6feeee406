"""What one person has before them: meetings, entries of the schedule, and tasks with their deadlines."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, exists, or_, select

from intranet.core import clock, db, slots
from intranet.core.labels import label
from intranet.core.refs import Ref
from intranet.notices.workdays import late_from
from intranet.people.models import User
from intranet.schedule.models import Entry, EntryPerson, EntryState
from intranet.schedule.weeks import HELD, names_of, where_of
from intranet.tasks import deadlines, helping, lists
from intranet.tasks.lists import Show, Tab
from intranet.tasks.models import Task
from intranet.tasks.permissions import standing_of, worked_by

#: What is still to be held, and what is not held though it was told.
_TOLD = (EntryState.PROPOSED, EntryState.APPROVED, EntryState.POSTPONED)
_MOST_TASKS = 500


@dataclass(frozen=True)
class Item:
    """Something in one person's calendar.

    :param day: of a deadline, which has no hour.
    :param is_restricted: its title is for pages alone, not for what leaves the office.
    """

    ref: Ref
    title: str
    url: str
    changed_at: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    has_hours: bool = True
    day: date | None = None
    place: str = ""
    is_restricted: bool = False
    is_off: bool = False
    is_waiting: bool = False
    #: The deadline of a part, before the whole's.
    is_part: bool = False
    #: What stands in place of a restricted title.
    code: str = ""

    @property
    def first_day(self) -> date:
        """The office day on which it stands, or begins."""
        if self.day is not None:
            return self.day
        return clock.local(self.starts_at).date() if self.starts_at is not None else date.max


@dataclass(frozen=True)
class Late:
    """How much is late, in words, and the list of it."""

    n: int
    words: str
    url: str


@dataclass(frozen=True)
class DayOfMine:
    """One day with what is in it."""

    day: date
    items: tuple[Item, ...]


def my_days(actor: User, monday: date) -> list[DayOfMine]:
    """The actor's week; Saturday and Sunday only where something is in them."""
    found = items(actor, monday, monday + timedelta(days=6))
    days = [monday + timedelta(days=n) for n in range(7)]
    filled = [DayOfMine(day, tuple(one for one in found if _is_on(one, day))) for day in days]
    return [one for n, one in enumerate(filled) if n < 5 or one.items]


def items(actor: User, first: date, last: date) -> list[Item]:
    """Everything of the actor in these office days, in order of time; deadlines lead their day."""
    since, until = clock.at_office(first, 0), clock.at_office(last + timedelta(days=1), 0)
    found = [*_tasks(actor, first, last), *_entries(actor, since, until), *_held(actor, since, until)]
    never = datetime.max.replace(tzinfo=since.tzinfo)
    found.sort(key=lambda one: (one.first_day, one.day is None, one.starts_at or never, str(one.ref)))
    return found


def late(actor: User) -> list[Late]:
    """What of the actor's work is late, each number with the list of the same count."""
    at = standing_of(actor)
    counted = ((Tab.MINE, lists.late_of(actor, at)), (Tab.CO, helping.late_of(at, late_from())))
    return [
        Late(n, label(f"schedule.late.{tab.value}", n=n), f"/tasks?tab={tab.value}&show={Show.LATE.value}")
        for tab, n in counted
        if n
    ]


def _tasks(actor: User, first: date, last: date) -> list[Item]:
    """Deadlines of what the actor still has to do: as lead the whole's, as helper the own part's."""
    at = standing_of(actor)
    is_mine = and_(worked_by(at, is_open=True), deadlines.is_due_within(first, last))
    mine = db.session().scalars(select(Task).where(is_mine).order_by(Task.due_date).limit(_MOST_TASKS)).all()
    led = {one.id for one in mine}
    parts = [pair for pair in helping.parts_due(at, first, last, _MOST_TASKS) if pair[0].id not in led]
    return [
        Item(
            ref=one.ref,
            title=one.title,
            url=f"/tasks/{one.id}",
            changed_at=one.created_at,
            day=due,
            is_part=due != one.due_date,
            is_restricted=one.is_restricted,
            code=label("schedule.task_code", name=one.code),
        )
        for one, due in [*((task, task.due_date) for task in mine), *parts]
    ]


def _entries(actor: User, since: datetime, until: datetime) -> list[Item]:
    part = exists().where(EntryPerson.entry_id == Entry.id, EntryPerson.user_id == actor.id)
    no_people = ~exists().where(EntryPerson.entry_id == Entry.id)
    query = select(Entry).where(
        Entry.starts_at < until,
        Entry.ends_at > since,
        Entry.state.in_(_TOLD),
        or_(part, no_people & (Entry.created_by_id == actor.id)),
    )
    entries = list(db.session().scalars(query.order_by(Entry.starts_at, Entry.id)))
    names = names_of(entries)
    return [
        Item(
            ref=one.ref,
            title=one.title,
            url=f"/schedule/entries/{one.id}",
            changed_at=one.changed_at or one.created_at,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            has_hours=one.has_hours,
            place=where_of(one, names),
            is_restricted=one.is_restricted,
            is_off=one.state is EntryState.POSTPONED,
            is_waiting=one.state is EntryState.PROPOSED,
            code=label("schedule.private"),
        )
        for one in entries
    ]


def _held(actor: User, since: datetime, until: datetime) -> list[Item]:
    return [
        Item(
            ref=one.ref,
            title=one.title,
            url=one.url,
            changed_at=one.changed_at,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            place=one.place,
        )
        for part in slots.ask(HELD, actor, [actor.id], since, until)
        for one in part
    ]


def _is_on(one: Item, day: date) -> bool:
    if one.day is not None or one.starts_at is None or one.ends_at is None:
        return one.day == day
    return one.first_day <= day and one.ends_at > clock.at_office(day, 0)
