"""Lists of tasks: whose they are, how they are grouped, page by page without a number of pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.sql.elements import Case

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.labels import label
from intranet.core.text import fold
from intranet.notices import workdays
from intranet.notices.workdays import Calendar
from intranet.people import directory
from intranet.tasks import deadlines, deciding, figures, helping
from intranet.tasks.codes import codes_meant
from intranet.tasks.deadlines import Standing as Deadline
from intranet.tasks.models import PartyRole, Source, Task, TaskParty, TaskState
from intranet.tasks.parties import Shown, parties_of
from intranet.tasks.permissions import (
    Standing,
    joined_by,
    led_by,
    led_in,
    standing_of,
    visible_to,
    worked_by,
)

PAGE = 50
#: Where tasks without a deadline stand in the order.
_NEVER = date(9999, 12, 31)
_MOST_FOUND = 8
#: Longest key of a page that is one: rank, date, and a 32-bit number.
_MOST_DIGITS = 10
_MOST_KEY = len("0.9999-12-31.") + _MOST_DIGITS - 1


class Tab(StrEnum):
    """Whose tasks a list shows."""

    MINE = "mine"
    CO = "co"
    GIVEN = "given"
    UNIT = "unit"


class Show(StrEnum):
    """Which of them."""

    OPEN = "open"
    LATE = "late"
    NEAR = "near"
    ENDED = "ended"
    #: What waits for the decision of whoever looks, given by them or not.
    WAITING = "waiting"


@dataclass(frozen=True)
class Row:
    """A task as a list shows it."""

    task: Task
    assigner: str
    parties: Sequence[Shown]
    due: str
    #: Tone of the deadline: ``bad``, ``warn`` or none.
    tone: str
    #: The actor does the work and may report.
    may_work: bool
    #: Until when more time is asked for, while nobody decided.
    asked_until: date | None = None

    @property
    def asked(self) -> str:
        """The request for more time in words, empty when there is none."""
        return "" if self.asked_until is None else asked_words(self.asked_until)

    @property
    def lead(self) -> str:
        """Name of the lead, and of the official it was handed to."""
        names = [p.name for p in self.parties if p.role in (PartyRole.LEAD, PartyRole.OFFICER)]
        return ", ".join(names)


@dataclass
class Group:
    """Rows under one heading; its word is ``task.group.<code>``."""

    code: str
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Narrow:
    """What a view above the list asks for: one column, one day, one person."""

    states: tuple[TaskState, ...] = ()
    due: date | None = None
    person_id: int | None = None

    def __bool__(self) -> bool:
        return bool(self.states or self.due or self.person_id is not None)

    def where(self, tab: Tab, at: Standing, *, is_open: bool | None = None) -> list[ColumnElement[bool]]:
        """Conditions for the list and its counts alike; a day is that of whose list it is."""
        found: list[ColumnElement[bool]] = []
        if self.states:
            found.append(Task.state.in_(self.states))
        if self.due is not None:
            found.append(due_of(tab, at) == self.due)
        if self.person_id is not None:
            found.append(led_by(self.person_id, is_open=is_open))
        return found


@dataclass(frozen=True)
class Page:
    """One page of a list."""

    groups: list[Group]
    #: Key from which the next page goes on, ``None`` on the last one.
    after: str | None
    open_count: int
    late_count: int


def page(
    actor: Actor,
    tab: Tab,
    show: Show = Show.OPEN,
    *,
    unit_id: int | None = None,
    narrow: "Narrow | None" = None,
    words: str = "",
    after: str | None = None,
    limit: int = PAGE,
) -> Page:
    """The tasks of a tab in their groups, nearest deadline first; ended ones newest first."""
    at = standing_of(actor)
    is_open = show is not Show.ENDED
    mine, theirs = (
        and_(
            deciding.waits_for(at)
            if show is Show.WAITING
            else whose_tasks(actor, at, tab, unit_id, is_open=one),
            *(narrow or Narrow()).where(tab, at, is_open=one),
        )
        for one in (is_open, True)
    )
    late_from = workdays.late_from()
    late = is_late_for(tab, at, late_from)
    rank, due = _rank(tab, at, late_from), func.coalesce(due_of(tab, at), _NEVER)
    query = select(Task).where(mine, _shown(show, late, late_from), *_containing(words)).limit(limit + 1)
    if show is Show.ENDED:
        query = query.order_by(Task.id.desc())
        if after and after.isdigit() and len(after) < _MOST_DIGITS:
            query = query.where(Task.id < int(after))
    else:
        query = query.order_by(rank, due, Task.id)
        key = _read_key(after)
        if key is not None:
            bound = tuple_(literal(key[0]), literal(key[1]), literal(key[2]))
            query = query.where(tuple_(rank, due, Task.id) > bound)
    tasks = list(db.session().scalars(query))
    open_count, late_count = counts(theirs, late)
    ids = [task.id for task in tasks] if tab in (Tab.GIVEN, Tab.MINE) and show is not Show.ENDED else []
    shown = rows(
        tasks[:limit],
        at,
        workdays.calendar(),
        is_helping=tab is Tab.CO,
        asked=deciding.asked_until(ids, at, with_own=tab is Tab.MINE) if ids else None,
    )
    more = None
    if len(tasks) > limit:
        last = shown[-1]
        more = str(last.task.id) if show is Show.ENDED else _key(last, tab, at, late_from)
    return Page(_grouped(shown, tab, at, show, late_from), more, open_count, late_count)


def whose_tasks(
    actor: Actor, at: Standing, tab: Tab, unit_id: int | None = None, *, is_open: bool | None = None
) -> ColumnElement[bool]:
    """The tasks of a tab, whatever their state.

    :param is_open: whoever asks reads open tasks alone, or ended ones.
    """
    if tab is Tab.MINE:
        return worked_by(at, is_open=is_open)
    if tab is Tab.CO:
        return joined_by(at, PartyRole.CO, PartyRole.INFO, is_open=is_open)
    if tab is Tab.GIVEN:
        return and_(Task.assigner_id == at.user_id, Task.undone_at.is_(None), Task.source != Source.OWN)
    below = [] if unit_id is None else [frozenset(directory.units_below(unit_id))]
    return and_(figures.overseen(at, is_open=is_open), *(led_in(units, is_open=is_open) for units in below))


def is_late_for(tab: Tab, at: Standing, late_from: date | None = None) -> ColumnElement[bool]:
    """SQL: late for the one whose list it is: a helper by the own part, who only is to know never."""
    if tab is not Tab.CO:
        return deadlines.is_late(late_from)
    return helping.is_late(at, late_from or workdays.late_from())


def due_of(tab: Tab, at: Standing) -> ColumnElement[date | None]:
    """SQL: the deadline that counts in a tab: a helper's is that of the own part, while it is owed."""
    if tab is not Tab.CO:
        return Task.due_date.expression
    own = select(func.min(TaskParty.due_date)).where(TaskParty.task_id == Task.id, helping.own_part(at))
    return func.coalesce(own.correlate(Task).scalar_subquery(), Task.due_date)


def counts(whose: ColumnElement[bool], late: ColumnElement[bool] | None = None) -> tuple[int, int]:
    """How many of these tasks are open, and how many of them late."""
    is_late = deadlines.is_late() if late is None else late
    query = select(func.count(), func.coalesce(func.sum(case((is_late, 1), else_=0)), 0))
    found = db.session().execute(query.select_from(Task).where(whose, deadlines.is_open())).one()
    return int(found[0]), int(found[1])


def tab_counts(actor: Actor, tabs: Sequence[Tab]) -> dict[Tab, int]:
    """How many open tasks each tab has: one query."""
    at = standing_of(actor)
    parts = [
        select(func.count())
        .select_from(Task)
        .where(whose_tasks(actor, at, tab, is_open=True), deadlines.is_open())
        .scalar_subquery()
        for tab in tabs
    ]
    found = db.session().execute(select(*parts)).one()
    return {tab: int(n) for tab, n in zip(tabs, found, strict=True)}


def late_of(actor: Actor, at: Standing | None = None) -> int:
    """How many tasks that wait for the actor's own work are late."""
    late = (
        select(func.count())
        .select_from(Task)
        .where(worked_by(at or standing_of(actor), is_open=True), deadlines.is_late())
    )
    return db.session().scalar(late) or 0


def rows(
    tasks: Sequence[Task],
    at: Standing,
    on: Calendar,
    *,
    is_helping: bool = False,
    asked: Mapping[int, date] | None = None,
) -> list[Row]:
    """Tasks with the names and words a list shows: the same few queries for any number of them.

    :param is_helping: with the deadlines of the own parts.
    :param asked: until when more time is asked for, by task.
    """
    parties = parties_of([task.id for task in tasks])
    people = directory.people({task.assigner_id for task in tasks})
    late_from = workdays.late_from()
    made = []
    for task in tasks:
        due, tone = due_words(task, on, late_from)
        if is_helping:
            due, tone = _helper_words(task, at, on, late_from)
        lead, officer = task.lead, task.officer
        is_mine = lead.user_id == at.user_id or lead.unit_id in at.received
        is_handed_to_me = officer is not None and officer.user_id == at.user_id
        made.append(
            Row(
                task,
                people[task.assigner_id].full_name,
                parties[task.id],
                due,
                tone,
                is_mine or is_handed_to_me,
                (asked or {}).get(task.id),
            )
        )
    return made


def due_words(task: Task, on: Calendar, late_from: date) -> tuple[str, str]:
    """A deadline in words and its tone: how late, today, the weekday within a week, else the date."""
    if task.due_date is None:
        return label("task.standing.no_due"), ""
    stands = deadlines.standing(task, late_from)
    today = clock.today()
    if stands is Deadline.LATE:
        days = max(1, on.working_days_between(task.due_date, today))
        return label("task.due.late", days=days), "bad"
    if stands is Deadline.ENDED and task.outcome is not None:
        tone = "bad" if task.outcome.value == "late" else "ok"
        return label(f"task.outcome.{task.outcome.value}"), tone
    hour = "" if task.due_at is None else f"{clock.local(task.due_at):%H:%M}"
    if task.due_date == today:
        return label("task.due.today_at", at=hour) if hour else label("task.due.today"), "warn"
    if today < task.due_date <= today + timedelta(days=7):
        word = label(f"weekday.{task.due_date.weekday()}")
        return f"{word} {task.due_date:%d/%m} {hour}".strip(), "warn" if stands is Deadline.NEAR else ""
    form = "%d/%m" if task.due_date.year == today.year else "%d/%m/%Y"
    return f"{task.due_date.strftime(form)} {hour}".strip(), ""


def asked_words(until: date) -> str:
    """A request for more time in words."""
    return label("task.asked_until", due=f"{until:%d/%m/%Y}")


def _helper_words(task: Task, at: Standing, on: Calendar, late_from: date) -> tuple[str, str]:
    """The own part's deadline in words; without a part to do, the whole's and no tone."""
    part = helping.part_of(task, at)
    if part is None or not task.is_open:
        return due_words(task, on, late_from)[0], ""
    return part_words(part.due_date, on, late_from)


def part_words(due: date | None, on: Calendar, late_from: date) -> tuple[str, str]:
    """The deadline of a part in words, and its tone."""
    if due is not None and due < late_from:
        return label("task.due.late", days=max(1, on.working_days_between(due, clock.today()))), "bad"
    return (label("task.standing.no_due") if due is None else f"{due:%d/%m}"), ""


def find(actor: Actor, words: str, limit: int = _MOST_FOUND) -> list[Task]:
    """Tasks that the actor may read, by words of the title or by code.

    The very code first, then titles with the words side by side, then all others; of equals the newest first.
    """
    query = select(Task).where(visible_to(actor), Task.undone_at.is_(None), *_containing(words))
    together = Task.title_key.contains(" ".join(fold(words).split()), autoescape=True)
    codes = codes_meant(words.strip()) or [words.strip().upper()]
    rank = case((Task.code.in_(codes), 0), (together, 1), else_=2)
    return list(db.session().scalars(query.order_by(rank, Task.id.desc()).limit(limit)))


def to_do(actor: Actor, *, is_late: bool, limit: int) -> list[Task]:
    """Tasks for the actor's own work, nearest deadline first: the late ones, or those due within 7 days."""
    today = clock.today()
    soon = and_(deadlines.is_due_within(today, today + timedelta(days=7)), ~deadlines.is_past())
    when = deadlines.is_late() if is_late else soon
    query = select(Task).where(worked_by(standing_of(actor), is_open=True), when)
    return list(db.session().scalars(query.order_by(Task.due_date, Task.id).limit(limit)))


def _shown(show: Show, late: ColumnElement[bool], late_from: date) -> ColumnElement[bool]:
    if show is Show.LATE:
        return late
    if show is Show.NEAR:
        return deadlines.is_near(late_from)
    is_open = deadlines.is_open()
    return ~is_open if show is Show.ENDED else is_open


def _containing(words: str) -> list[ColumnElement[bool]]:
    """Each word in the title, marks or none; a whole code, or the number in it, finds its task."""
    wanted = words.strip()
    if wanted.upper().startswith("NV-"):
        return [Task.code.startswith(wanted.upper(), autoescape=True)]
    titled = [Task.title_key.contains(word, autoescape=True) for word in fold(wanted).split()]
    codes = codes_meant(wanted)
    return [or_(and_(*titled), Task.code.in_(codes))] if codes else titled


def _rank(tab: Tab, at: Standing, late_from: date) -> Case[int]:
    waiting = Task.state == TaskState.WAITING_ACCEPT
    if tab is Tab.GIVEN:
        is_asked = deciding.is_asked_for_more_time(at)
        return case((waiting, 0), (is_asked, 1), (Task.state == TaskState.RETURNED, 2), else_=3)
    if tab is Tab.CO:
        has_part = Task.id.in_(select(TaskParty.task_id).where(helping.own_part(at)))
        return case((and_(has_part, ~waiting), 0), else_=1)
    return case((and_(waiting, Task.due_date < late_from), 1), else_=0)


def _rank_of(row: Row, tab: Tab, at: Standing, late_from: date) -> int:
    task = row.task
    is_waiting = task.state is TaskState.WAITING_ACCEPT
    if tab is Tab.GIVEN:
        if is_waiting or row.asked_until is not None:
            return 0 if is_waiting else 1
        return 2 if task.state is TaskState.RETURNED else 3
    if tab is Tab.CO:
        return int(is_waiting or helping.part_of(task, at) is None)
    return int(is_waiting and task.due_date is not None and task.due_date < late_from)


def _due_of(task: Task, tab: Tab, at: Standing) -> date | None:
    part = helping.part_of(task, at) if tab is Tab.CO else None
    return task.due_date if part is None or part.due_date is None else part.due_date


def _key(row: Row, tab: Tab, at: Standing, late_from: date) -> str:
    due = _due_of(row.task, tab, at) or _NEVER
    return f"{_rank_of(row, tab, at, late_from)}.{due.isoformat()}.{row.task.id}"


def _read_key(text: str | None) -> tuple[int, date, int] | None:
    """A key that :func:`_key` wrote; anything else begins anew."""
    try:
        rank, day, key = (text or "")[:_MOST_KEY].split(".")
        return int(rank), date.fromisoformat(day), int(key)
    except ValueError:
        return None


def _grouped(shown: Sequence[Row], tab: Tab, at: Standing, show: Show, late_from: date) -> list[Group]:
    groups: list[Group] = []
    for row in shown:
        code = "ended" if show is Show.ENDED else _group_of(row, tab, at, late_from)
        if not groups or groups[-1].code != code:
            groups.append(Group(code))
        groups[-1].rows.append(row)
    return groups


def _group_of(row: Row, tab: Tab, at: Standing, late_from: date) -> str:
    task = row.task
    if tab is Tab.GIVEN and task.state is TaskState.WAITING_ACCEPT:
        return "waiting"
    if tab is Tab.GIVEN and row.asked_until is not None:
        return "decide"
    if tab is Tab.GIVEN and task.state is TaskState.RETURNED:
        return "returned"
    if tab is Tab.CO and _rank_of(row, tab, at, late_from):
        return "know"
    due = _due_of(task, tab, at)
    if due is None:
        return "no_due"
    is_past = due < late_from if tab is Tab.CO else deadlines.has_passed(task, late_from)
    if is_past:
        return "answer" if task.state is TaskState.WAITING_ACCEPT else "late"
    if due <= clock.today():
        return "today"
    return "week" if due <= clock.today() + timedelta(days=7) else "later"
