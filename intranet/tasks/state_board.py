"""Tasks side by side by their state: a column for each, the nearest deadline on top, one act on each card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, func, literal, select, tuple_

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.notices import workdays
from intranet.tasks import acts, deadlines, deciding, lists
from intranet.tasks.acts import Act
from intranet.tasks.lists import Row, Tab
from intranet.tasks.models import Task, TaskState
from intranet.tasks.permissions import standing_of

S = TaskState
#: Columns and the states in each; words are ``task.column.<code>``.
COLUMNS: dict[str, tuple[TaskState, ...]] = {
    "new": (S.ASSIGNED, S.SEEN),
    "doing": (S.DOING,),
    "stuck": (S.BLOCKED, S.RETURNED),
    "waiting": (S.WAITING_ACCEPT,),
    "done": (S.DONE,),
}
#: What a card offers, the first that its reader may do.
_OFFERED = {
    "new": ("decide", "start", "hand-over", "urge"),
    "doing": ("decide", "finish", "urge"),
    "stuck": ("decide", "reassign", "report", "urge"),
    "waiting": ("accept", "take-back"),
    "done": (),
}
CARDS = 20
#: Done tasks stay so long on the board.
DONE_DAYS = timedelta(days=30)
_NEVER = date(9999, 12, 31)
_MOST_KEY = len("9999-12-31.") + 10


@dataclass(frozen=True)
class Card:
    """A task with the one act that its reader may do on the board."""

    row: Row
    act: Act | None


@dataclass(frozen=True)
class Column:
    """Tasks of the same standing."""

    code: str
    count: int
    cards: list[Card]
    #: Key from which it goes on, ``None`` when all are shown.
    after: str | None


def board(
    actor: Actor,
    tab: Tab,
    *,
    unit_id: int | None = None,
    only: str | None = None,
    after: str | None = None,
    limit: int = CARDS,
) -> list[Column]:
    """Every column of a tab, or one of them from a key on, in a fixed number of queries."""
    at = standing_of(actor)
    still = and_(lists.whose_tasks(actor, at, tab, unit_id, is_open=True), deadlines.is_open())
    recent = and_(Task.state == S.DONE, Task.accepted_at >= clock.now() - DONE_DAYS)
    ended = and_(lists.whose_tasks(actor, at, tab, unit_id, is_open=False), recent)
    counted = _counts(still) | _counts(ended)
    wanted = [only] if only in COLUMNS else list(COLUMNS)
    found = {
        code: _tasks(ended if code == "done" else still, code, after if only == code else None, limit + 1)
        for code in wanted
    }
    shown = [task for tasks in found.values() for task in tasks[:limit]]
    asked = deciding.requests_of([task.id for task in shown])
    until = {key: one.new_due_date for key, one in asked.items()}
    rows = {row.task.id: row for row in lists.rows(shown, at, workdays.calendar(), asked=until)}
    columns = []
    for code, tasks in found.items():
        cards = [
            Card(rows[task.id], _act(code, acts.offered(actor, task, at, asked.get(task.id), False)))
            for task in tasks[:limit]
        ]
        more = _key(tasks[limit - 1]) if len(tasks) > limit else None
        columns.append(Column(code, sum(counted.get(state, 0) for state in COLUMNS[code]), cards, more))
    return columns


def _counts(whose: ColumnElement[bool]) -> dict[TaskState, int]:
    query = select(Task.state, func.count()).where(whose).group_by(Task.state)
    return {state: int(n) for state, n in db.session().execute(query)}


def _tasks(whose: ColumnElement[bool], code: str, after: str | None, limit: int) -> Sequence[Task]:
    due = func.coalesce(Task.due_date, _NEVER)
    query = select(Task).where(whose, Task.state.in_(COLUMNS[code])).order_by(due, Task.id).limit(limit)
    key = _read_key(after)
    if key is not None:
        query = query.where(tuple_(due, Task.id) > tuple_(literal(key[0]), literal(key[1])))
    return db.session().scalars(query).all()


def _act(column: str, offered: Sequence[Act]) -> Act | None:
    by_code = {act.code: act for act in offered}
    return next((by_code[code] for code in _OFFERED[column] if code in by_code), None)


def _key(task: Task) -> str:
    return f"{(task.due_date or _NEVER).isoformat()}.{task.id}"


def _read_key(text: str | None) -> tuple[date, int] | None:
    """A key that :func:`_key` wrote; anything else begins anew."""
    day, _, key = (text or "")[:_MOST_KEY].partition(".")
    try:
        return (date.fromisoformat(day), int(key)) if key.isdigit() else None
    except ValueError:
        return None
