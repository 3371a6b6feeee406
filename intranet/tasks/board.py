"""What tasks put on the boards: each condition once, for the figure and for the list that it opens."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, ScalarSelect, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from intranet.boards import figures as boards
from intranet.boards.figures import Args, Bar, Board, Chart, Figure, Listing, Row, Shape, Shown
from intranet.boards.permissions import boards_of
from intranet.core import clock, db, slots
from intranet.core.actor import Actor
from intranet.core.labels import label
from intranet.notices import workdays
from intranet.people import directory
from intranet.tasks import deadlines, deciding, figures, helping, lists
from intranet.tasks.figures import Punctuality
from intranet.tasks.models import (
    ExtensionState,
    Outcome,
    PartyRole,
    Task,
    TaskExtension,
    TaskParty,
    TaskState,
)
from intranet.tasks.permissions import Standing, led_in, released, standing_of, worked_by

Condition = Callable[[Actor, Standing, Args], ColumnElement[bool]]
#: Months of the chart of new and finished tasks, and the most reasons and people that a chart names.
_HALF_YEAR, _MOST = 6, 12
#: Months of the shares of units, the most units that it names, and hundredths from which on a share is good.
_QUARTER, _MOST_UNITS, _GOOD = 3, 30, 70
_IN_TIME = (Outcome.EARLY, Outcome.ON_TIME)


def fill() -> None:
    """Fill the slots of the boards."""
    slots.fill(boards.BOARD, of_board)
    slots.fill(boards.LISTING, listing)


def of_board(actor: Actor, board: Board) -> Shown | None:
    """Tasks on a board; the clerk's has none."""
    if board is Board.LEADER:
        return _leader(actor)
    if board is Board.OWN:
        return _own(actor)
    return _unit(actor) if board is Board.UNIT else None


def listing(actor: Actor, code: str, args: Args, after: str | None) -> Listing | None:
    """The tasks that a figure counts."""
    whose = {Board.OWN} if code in _OWN else {Board.LEADER, Board.UNIT}
    if code not in _CONDITIONS or whose.isdisjoint(boards_of(actor)):
        return None
    at = standing_of(actor)
    total, tasks, more = boards.page_of(Task, _CONDITIONS[code](actor, at, args), after, Task.due_date)
    asked = deciding.asked_until([task.id for task in tasks], at) if code == "task_accept" else {}
    shown = lists.rows(tasks, at, workdays.calendar(), asked=asked)
    return Listing(total, [row_of(row) for row in shown], more, _narrowed(code, at, args))


def this_month(actor: Actor) -> tuple[date, Punctuality, Punctuality]:
    """The present month, what was accepted in it, and what in the month before."""
    (before, month), whose = boards.months(n=2), figures.overseen(standing_of(actor))
    of_both = [figures.punctuality(whose, one, boards.end_of(one)) for one in (month, before)]
    return month, of_both[0], of_both[1]


def row_of(row: lists.Row) -> Row:
    """A task as the lists of the boards show it."""
    return Row(
        url=url_for("tasks.detail", task_id=row.task.id),
        title=row.task.title,
        code=row.task.code,
        who=row.lead,
        state=row.asked or label(f"task.state.{row.task.state.value}"),
        due=row.due,
        tone=row.tone,
    )


def _leader(actor: Actor) -> Shown:
    at = standing_of(actor)
    numbers = _count(actor, at, "task_accept", "task_due_week", "task_urgent", "task_late")
    late, shares = _by_unit(actor, at)
    late_total = numbers["task_late"]
    chart, done, in_time = _on_time(actor, at)
    return Shown(
        [
            Figure("task_accept", numbers["task_accept"], order=30),
            Figure("task_late", late_total, is_bad=late_total > 0, order=40),
            Figure("task_due_week", numbers["task_due_week"], order=50),
            Figure("task_urgent", numbers["task_urgent"], order=60),
            Figure(
                "task_on_time",
                done,
                text=boards.share(in_time, done),
                note=label("board.of_done", part=_written(in_time), whole=_written(done)),
                order=70,
            ),
        ],
        [late, shares, chart],
    )


def _unit(actor: Actor) -> Shown:
    at = standing_of(actor)
    n = _count(actor, at, "task_open", "task_late", "task_accept", "task_blocked")
    flow, asked = _flow(at)
    given, extended = asked["task_given"], asked["task_extended"]
    return Shown(
        [
            Figure("task_open", n["task_open"], order=10),
            Figure("task_late", n["task_late"], is_bad=n["task_late"] > 0, order=20),
            Figure("task_accept", n["task_accept"], order=30),
            Figure("task_blocked", n["task_blocked"], is_bad=n["task_blocked"] > 0, order=40),
            Figure(
                "task_extended",
                extended,
                text=boards.share(extended, given),
                note=label("board.of_given", part=_written(extended), whole=_written(given)),
                order=50,
            ),
        ],
        [_load(actor, at), flow, _blocked(actor, at)],
    )


def _own(actor: Actor) -> Shown:
    """What the official has to do, alone or as a helper, and how much of it came in time."""
    at = standing_of(actor)
    n = _count(actor, at, *_OWN)
    part = boards.count_each(Task, {0: _own_done(actor, at, {"kind": "in_time"})})[0]
    whole = n["own_on_time"]
    note = label("board.of_done", part=_written(part), whole=_written(whole))
    return Shown(
        [
            Figure("own_open", n["own_open"], order=10),
            Figure("own_late", n["own_late"], is_bad=n["own_late"] > 0, order=20),
            Figure("own_week", n["own_week"], order=30),
            Figure("own_reported", n["own_reported"], order=40),
            Figure("own_parts", n["own_parts"], is_bad=n["own_parts"] > 0, order=50),
            Figure("own_on_time", whole, text=boards.share(part, whole), note=note, order=60),
        ]
    )


def _count(actor: Actor, at: Standing, *codes: str) -> dict[str, int]:
    return boards.count_each(Task, {code: _CONDITIONS[code](actor, at, {}) for code in codes})


def _by_unit(actor: Actor, at: Standing) -> tuple[Chart, Chart]:
    """What each unit has late; how much of what it finished came in time, the best first."""
    lead, args = aliased(TaskParty), {"months": str(_QUARTER)}
    in_time = func.coalesce(func.sum(case((Task.outcome.in_(_IN_TIME), 1), else_=0)), 0)

    def of_leads(where: ColumnElement[bool], *sums: ColumnElement[int]) -> Sequence[Any]:
        joined = and_(lead.task_id == Task.id, lead.role == PartyRole.LEAD, lead.left_at.is_(None))
        query = select(lead.unit_id, lead.user_id, *sums).select_from(Task).join(lead, joined).where(where)
        return db.session().execute(query.group_by(lead.unit_id, lead.user_id)).all()

    rows = [(*row, 0, 0) for row in of_leads(_late(actor, at, {}), func.count())]
    rows += [(*row[:2], 0, *row[2:]) for row in of_leads(_done(actor, at, args), func.count(), in_time)]
    units = figures.units_overseen(actor)
    summed = figures.sum_by_unit(units, rows)
    late, shares = [], []
    for unit in units:
        behind, done, timely = summed[unit.id] or (0, 0, 0)
        of = {"unit": str(unit.id)}
        if behind:
            late.append(Bar(unit.short_name, (Figure("task_late", behind, of, is_bad=True),)))
        if done:
            percent = round(100 * timely / done)
            note = label("board.of_done", part=_written(timely), whole=_written(done))
            is_bad, text = percent < _GOOD, f"{percent}%"
            one = Figure("task_on_time", done, args | of, text, note, is_bad=is_bad, percent=percent)
            shares.append(Bar(unit.short_name, (one,)))
    late.sort(key=lambda bar: -bar.figures[0].n)
    shares.sort(key=lambda bar: (-bar.figures[0].percent, -bar.figures[0].n))
    words = label("board.months", n=_QUARTER)
    return (
        Chart("late_by_unit", Shape.BARS, ("late",), late[:_MOST], order=10),
        Chart("share_by_unit", Shape.SHARES, ("in_time",), shares[:_MOST_UNITS], order=15, note=words),
    )


def _on_time(actor: Actor, at: Standing) -> tuple[Chart, int, int]:
    """Punctuality month by month, how many were done in all, and how many of them in time."""
    months = [f"{month:%Y-%m}" for month in boards.months()]
    kinds = ("in_time", "late")
    wanted: dict[tuple[str, str], Mapping[str, str]] = {
        (month, kind): {"month": month, "kind": kind} for month in months for kind in kinds
    }
    parts = figures.overseen_ended(at)
    counted = boards.count_each(
        Task,
        {(key, n): and_(part, _ended(args)) for key, args in wanted.items() for n, part in enumerate(parts)},
    )
    found = {key: sum(counted[key, n] for n in range(len(parts))) for key in wanted}
    bars = [
        Bar(
            f"{month[5:]}/{month[:4]}",
            tuple(Figure("task_on_time", found[month, kind], wanted[month, kind]) for kind in kinds),
        )
        for month in months
    ]
    in_time = sum(n for (_, kind), n in found.items() if kind == "in_time")
    return Chart("on_time", Shape.STACK, ("in_time", "late"), bars, order=20), sum(found.values()), in_time


def _load(actor: Actor, at: Standing) -> Chart:
    """Open tasks of each official of the units, and those that nobody was given yet."""
    who = _responsible()
    query = (
        select(who, func.count(), func.count().filter(deadlines.is_late()))
        .where(_open(actor, at, {}))
        .group_by(who)
    )
    rows = db.session().execute(query).all()
    names = directory.people({row[0] for row in rows if row[0] is not None})
    bars = []
    for key, n, late in sorted(rows, key=lambda row: (row[0] is None, -row[1])):
        args = {"person": "none" if key is None else str(key)}
        name = label("board.nobody") if key is None else names[key].full_name
        shown = (
            Figure("task_open", n - late, args | {"kind": "in_time"}),
            Figure("task_late", late, args, is_bad=True),
        )
        bars.append(Bar(name, shown))
    return Chart("load", Shape.BARS, ("open", "late"), bars[:_MOST], order=10)


def _flow(at: Standing) -> tuple[Chart, dict[str, int]]:
    """New and finished tasks by month; of what was given in a year, how much asked for more time.

    All in one look at the units' tasks, of which an old office has very many.
    """
    months = {(key := f"{month:%Y-%m}"): {"month": key} for month in boards.months(n=_HALF_YEAR)}
    either = or_(_is_given({}), _is_finished({"months": str(_HALF_YEAR)}))
    wanted = {"task_given": _is_given({}), "task_extended": and_(_is_given({}), _has_asked())}
    for month, args in months.items():
        wanted |= {f"given {month}": _is_given(args), f"finished {month}": _is_finished(args)}
    n = boards.sum_each(Task, and_(figures.overseen(at), either), wanted)
    bars = []
    for month, args in months.items():
        shown = [Figure(f"task_{word}", n[f"{word} {month}"], args) for word in ("given", "finished")]
        bars.append(Bar(f"{month[5:]}/{month[:4]}", tuple(shown)))
    return Chart("new_and_finished", Shape.COLUMNS, ("given", "finished"), bars, order=20), n


def _blocked(actor: Actor, at: Standing) -> Chart:
    query = (
        select(Task.waiting_for, func.count())
        .where(_stuck(actor, at, {}))
        .group_by(Task.waiting_for)
        .order_by(func.count().desc(), Task.waiting_for)
        .limit(_MOST)
    )
    bars = [
        Bar(why or label("board.unsaid"), (Figure("task_blocked", n, {"waits": why or "-"}, is_bad=True),))
        for why, n in db.session().execute(query)
    ]
    return Chart("blocked", Shape.BARS, ("blocked",), bars, order=30)


def _accept(_actor: Actor, at: Standing, _args: Args) -> ColumnElement[bool]:
    return deciding.waits_for(at)


def _own_open(_actor: Actor, at: Standing, _args: Args) -> ColumnElement[bool]:
    return and_(worked_by(at, is_open=True), deadlines.is_open())


def _own_late(_actor: Actor, at: Standing, _args: Args) -> ColumnElement[bool]:
    return and_(worked_by(at, is_open=True), deadlines.is_late())


def _own_week(_actor: Actor, at: Standing, _args: Args) -> ColumnElement[bool]:
    return and_(worked_by(at, is_open=True), deadlines.is_due_within(*figures.week_of(clock.today())))


def _own_reported(_actor: Actor, at: Standing, _args: Args) -> ColumnElement[bool]:
    return and_(worked_by(at, is_open=True), Task.state == TaskState.WAITING_ACCEPT)


def _own_parts(_actor: Actor, at: Standing, _args: Args) -> ColumnElement[bool]:
    return and_(released(), helping.is_late(at, workdays.late_from()))


def _own_done(_actor: Actor, at: Standing, args: Args) -> ColumnElement[bool]:
    return and_(worked_by(at), _ended(args))


def _late(actor: Actor, at: Standing, args: Args) -> ColumnElement[bool]:
    return and_(figures.overseen(at, is_open=True), deadlines.is_late(), *_of(args, is_open=True))


def _open(actor: Actor, at: Standing, args: Args) -> ColumnElement[bool]:
    in_time = [~_is_true(deadlines.is_late())] if args.get("kind") == "in_time" else []
    whose = figures.overseen(at, is_open=True)
    return and_(whose, deadlines.is_open(), *in_time, *_of(args, is_open=True))


def _due_week(actor: Actor, at: Standing, args: Args) -> ColumnElement[bool]:
    due = deadlines.is_due_within(*figures.week_of(clock.today()))
    return and_(figures.overseen(at, is_open=True), due, *_of(args, is_open=True))


def _urgent(actor: Actor, at: Standing, args: Args) -> ColumnElement[bool]:
    whose = figures.overseen(at, is_open=True)
    return and_(whose, Task.is_urgent, deadlines.is_open(), *_of(args, is_open=True))


def _done(actor: Actor, at: Standing, args: Args) -> ColumnElement[bool]:
    """Accepted with an outcome, in a month or in the last twelve."""
    return and_(figures.overseen(at, is_open=False), _ended(args), *_of(args, is_open=False))


def _ended(args: Args) -> ColumnElement[bool]:
    outcomes = {"in_time": _IN_TIME, "late": (Outcome.LATE,)}.get(args.get("kind", ""), tuple(Outcome))
    return and_(Task.state == TaskState.DONE, Task.outcome.in_(outcomes), _within(Task.accepted_at, args))


def _given(_actor: Actor, at: Standing, args: Args) -> ColumnElement[bool]:
    return and_(figures.overseen(at), _is_given(args))


def _is_given(args: Args) -> ColumnElement[bool]:
    return and_(Task.due_date.is_not(None), _within(Task.created_at, args))


def _finished(_actor: Actor, at: Standing, args: Args) -> ColumnElement[bool]:
    return and_(figures.overseen(at), _is_finished(args), *_of(args))


def _is_finished(args: Args) -> ColumnElement[bool]:
    return and_(Task.state == TaskState.DONE, _within(Task.accepted_at, args))


def _extended(actor: Actor, at: Standing, args: Args) -> ColumnElement[bool]:
    return and_(_given(actor, at, args), _has_asked())


def _has_asked() -> ColumnElement[bool]:
    """SQL: more time was asked for, and the request stood."""
    return exists().where(TaskExtension.task_id == Task.id, TaskExtension.state != ExtensionState.WITHDRAWN)


def _stuck(actor: Actor, at: Standing, args: Args) -> ColumnElement[bool]:
    waits = args.get("waits")
    why = [] if waits is None else [Task.waiting_for == ("" if waits == "-" else waits)]
    return and_(figures.overseen(at, is_open=True), Task.state == TaskState.BLOCKED, *why)


def _of(args: Args, *, is_open: bool | None = None) -> list[ColumnElement[bool]]:
    """What a list is narrowed to: the lead's unit, the official who does the work."""
    found = []
    unit_id, person = boards.number_of(args, "unit"), args.get("person", "")
    if unit_id is not None:
        found.append(led_in(frozenset(directory.units_below(unit_id)), is_open=is_open))
    if person == "none":
        found.append(_responsible().is_(None))
    elif person:
        found.append(_responsible() == (boards.number_of(args, "person") or 0))
    return found


def _responsible() -> ScalarSelect[int | None]:
    """The official to whom the work was handed, else the person who leads; none for a whole unit."""
    party = aliased(TaskParty)
    return (
        select(func.max(party.user_id))
        .where(
            party.task_id == Task.id,
            party.left_at.is_(None),
            party.role.in_((PartyRole.LEAD, PartyRole.OFFICER)),
        )
        .correlate(Task)
        .scalar_subquery()
    )


def _within(column: InstrumentedAttribute[Any], args: Args) -> ColumnElement[bool]:
    """SQL: an instant in the month of the list, in its last months, or in the last twelve."""
    month = boards.month_of(args)
    first = month or boards.months(n=boards.months_of(args) or boards.MONTHS)[0]
    last = boards.end_of(month or clock.today())
    since, until = clock.at_office(first, 0), clock.at_office(last + timedelta(days=1), 0)
    return and_(column >= since, column < until)


def _is_true(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition that is false, not unknown, where a date is missing."""
    return func.coalesce(condition, False)


def _narrowed(code: str, at: Standing, args: Args) -> str:
    words: list[str] = []
    unit_id, person_id = boards.number_of(args, "unit"), boards.number_of(args, "person")
    unit = directory.unit(unit_id) if unit_id is not None else None
    if unit is not None and unit.org_id == at.org_id:
        words.append(unit.name)
    people = directory.people([person_id]) if person_id is not None else {}
    words += [person.full_name for person in people.values() if person.org_id == at.org_id]
    if args.get("person") == "none":
        words.append(label("board.nobody"))
    if month := boards.month_of(args):
        words.append(label("board.month", month=f"{month:%m/%Y}"))
    elif months := boards.months_of(args):
        words.append(label("board.months", n=months))
    elif code in _OF_A_YEAR:
        words.append(label("board.months", n=boards.MONTHS))
    if args.get("kind") in ("in_time", "late"):
        is_open = code == "task_open" and args["kind"] == "in_time"
        words.append(label("board.series.open" if is_open else f"board.series.{args['kind']}"))
    if args.get("waits"):
        words.append(args["waits"] if args["waits"] != "-" else label("board.unsaid"))
    return ", ".join(words)


def _written(n: int) -> str:
    return f"{n:,}".replace(",", ".")


_CONDITIONS: dict[str, Condition] = {
    "task_accept": _accept,
    "task_late": _late,
    "task_open": _open,
    "task_due_week": _due_week,
    "task_urgent": _urgent,
    "task_on_time": _done,
    "task_given": _given,
    "task_finished": _finished,
    "task_extended": _extended,
    "task_blocked": _stuck,
    "own_open": _own_open,
    "own_late": _own_late,
    "own_week": _own_week,
    "own_reported": _own_reported,
    "own_parts": _own_parts,
    "own_on_time": _own_done,
}
#: Figures that look so many months back unless a month is named.
_OF_A_YEAR = ("task_on_time", "task_extended", "own_on_time")
_OWN = tuple(code for code in _CONDITIONS if code.startswith("own_"))
