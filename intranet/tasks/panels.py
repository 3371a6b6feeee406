"""What tasks put on the desk of an official and into the search."""

from datetime import date, timedelta
from typing import Any

from flask import url_for

from intranet.boards.figures import share
from intranet.core import clock, slots
from intranet.core.actor import Actor
from intranet.core.labels import label
from intranet.notices import digest, workdays
from intranet.people.models import User
from intranet.tasks import board, deadlines, deciding, figures, helping, lists
from intranet.tasks.lists import Show, Tab
from intranet.tasks.permissions import ASSIGN, OVERSEE, standing_of

_MOST = 6
#: Of each kind in the letter of the morning.
_MOST_TOLD = 100


def fill() -> None:
    """Fill the slots of the desk and of the search."""
    slots.fill("home.panel", late)
    slots.fill("home.panel", waiting)
    slots.fill("home.panel", soon)
    slots.fill("home.panel", units)
    slots.fill("home.figures", numbers)
    slots.fill("home.acts", begin)
    slots.fill("search", found)
    slots.fill(digest.SLOT, this_morning)


def this_morning(actor: User) -> list[digest.Line]:
    """What the letter of the morning says of tasks; of restricted ones no title leaves the house."""
    at, on, late_from = standing_of(actor), workdays.calendar(), workdays.late_from()
    sunday = clock.today() + timedelta(days=6 - clock.today().weekday())
    mine = lists.to_do(actor, is_late=True, limit=_MOST_TOLD)
    mine += lists.to_do(actor, is_late=False, limit=_MOST_TOLD)
    led = {task.id for task in mine}
    told = [
        (_section(task.due_date, deadlines.has_passed(task)), task, lists.due_words(task, on, late_from)[0])
        for task in mine
        if task.due_date is not None and task.due_date <= sunday
    ]
    told += [
        (
            _section(due, due < late_from),
            task,
            label("digest.part", due=lists.part_words(due, on, late_from)[0]),
        )
        for task, due in helping.parts_due(at, date.min, sunday, _MOST_TOLD)
        if task.id not in led
    ]
    waits = deciding.waiting_for_me(actor, _MOST_TOLD)
    asked = deciding.asked_until([task.id for task in waits], at)
    for task in waits:
        until = asked.get(task.id)
        words = lists.due_words(task, on, late_from)[0] if until is None else lists.asked_words(until)
        told.append(("waiting", task, words))
    return [
        digest.Line(
            section,
            label(
                "digest.task_withheld" if task.is_restricted else "digest.task",
                title=task.title,
                number=task.code,
                due=words,
            ),
        )
        for section, task, words in told
    ]


def _section(due: date, is_late: bool) -> str:
    if is_late:
        return "late"
    return "today" if due == clock.today() else "week"


def late(actor: Actor) -> dict[str, Any] | None:
    """Tasks of the actor that are late."""
    return _to_do(actor, "late", is_late=True, order=10)


def soon(actor: Actor) -> dict[str, Any] | None:
    """Tasks of the actor that are due within seven days."""
    return _to_do(actor, "soon", is_late=False, order=30)


def waiting(actor: Actor) -> dict[str, Any] | None:
    """Results and requests for more time that wait for the actor's decision."""
    tasks = deciding.waiting_for_me(actor, _MOST)
    if not tasks:
        return None
    at = standing_of(actor)
    asked = deciding.asked_until([task.id for task in tasks], at)
    shown = lists.rows(tasks, at, workdays.calendar(), asked=asked)
    where = url_for("tasks.mine", tab=Tab.GIVEN, show=Show.WAITING)
    n = len(tasks) if len(tasks) < _MOST else deciding.count_for(actor)
    return _panel("waiting", 20, rows=shown, url=where, code="waiting", n=n)


def units(actor: Actor) -> dict[str, Any] | None:
    """Open and late tasks of each unit that the actor oversees."""
    if not actor.holds(OVERSEE):
        return None
    overseen = figures.units_overseen(actor)
    loads = figures.by_unit(actor, overseen)
    busy = [(unit, loads[unit.id]) for unit in overseen if loads[unit.id].open]
    busy.sort(key=lambda pair: (-pair[1].late, -pair[1].open))
    if not busy:
        return None
    return _panel("units", 60, is_side=True, units=busy[:8], url=url_for("tasks.mine", tab=Tab.UNIT))


def numbers(actor: Actor) -> list[dict[str, Any]]:
    """Late tasks: of what the actor oversees, else of the own work."""
    is_overseer = actor.holds(OVERSEE)
    if is_overseer:
        counted = figures.of_agency(actor)
        open_, late_ = counted.open, counted.late
    else:
        open_, late_ = lists.counts(lists.whose_tasks(actor, standing_of(actor), Tab.MINE, is_open=True))
    tab = Tab.UNIT if is_overseer else Tab.MINE
    return [
        {
            "n": late_,
            "label": label("task.figure.late"),
            "note": label("task.figure.open", n=open_),
            "url": url_for("tasks.mine", tab=tab, show=Show.LATE),
            "bad": late_ > 0,
            "order": 30,
        },
        *([_on_time(actor)] if is_overseer else []),
    ]


def _on_time(actor: Actor) -> dict[str, Any]:
    """How much of what was accepted this month came in time, and how that stands to the month before."""
    month, now, before = board.this_month(actor)
    gain = None if now.percent is None or before.percent is None else now.percent - before.percent
    words = "" if gain is None else f"{abs(gain):.1f}".replace(".", ",")
    way = "none" if gain is None else "up" if gain > 0 else "down" if gain < 0 else "same"
    return {
        "n": share(now.in_time, now.done),
        "label": label("task.figure.on_time"),
        "note": label(f"task.figure.{way}", points=words),
        "url": url_for("boards.figure_list", figure="task_on_time", month=f"{month:%Y-%m}"),
        "bad": False,
        "order": 35,
    }


def begin(actor: Actor) -> list[dict[str, Any]]:
    """Giving a task."""
    if not actor.holds(ASSIGN):
        return []
    words = label("task.new")
    return [{"label": words, "url": url_for("tasks.new"), "icon": "plus", "order": 20, "main": True}]


def found(actor: Actor, words: str) -> dict[str, Any] | None:
    """Tasks that a search finds."""
    if not isinstance(actor, User):
        return None
    tasks = lists.find(actor, words)
    rows = [
        {
            "title": task.title,
            "url": f"/tasks/{task.id}",
            "note": f"{task.code}, {label(f'task.state.{task.state.value}')}",
        }
        for task in tasks
    ]
    return {"label": label("menu.tasks"), "order": 20, "rows": rows, "more": None}


def _to_do(actor: Actor, name: str, *, is_late: bool, order: int) -> dict[str, Any] | None:
    tasks = lists.to_do(actor, is_late=is_late, limit=_MOST)
    if not tasks:
        return None
    shown = lists.rows(tasks, standing_of(actor), workdays.calendar())
    return _panel(name, order, rows=shown, url=url_for("tasks.mine"), code=name, n=len(tasks))


def _panel(name: str, order: int, *, is_side: bool = False, **context: Any) -> dict[str, Any]:
    template = "tasks/_units.html" if name == "units" else "tasks/_panel.html"
    return {"template": template, "order": order, "side": is_side, "context": context}
