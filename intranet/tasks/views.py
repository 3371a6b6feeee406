"""Pages about tasks: my work, one task, and the acts on one."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core import clock
from intranet.core.actor import Actor
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.text import one_line
from intranet.core.web import me, signed_in, wants_json
from intranet.notices import workdays
from intranet.people import directory
from intranet.people.models import User
from intranet.tasks import acts, deadlines, deciding, figures, forms, lists, services, state_board
from intranet.tasks.detail import about
from intranet.tasks.extending import open_extension
from intranet.tasks.lists import Narrow, Show, Tab
from intranet.tasks.models import Task
from intranet.tasks.parties import judges_of, names_of, unit_names
from intranet.tasks.permissions import ASSIGN, OVERSEE, To, access_task, is_released

bp = Blueprint("tasks", __name__, url_prefix="/tasks")
E_ = TypeVar("E_", bound=StrEnum)
#: Keys are 32-bit numbers.
_NO_KEY = 2**31

_CODES = ", ".join(f'"{code}"' for code in acts.ACTS)


@bp.get("")
@signed_in
def mine() -> ResponseReturnValue:
    """My work: what is given to me, what I help with, what I gave, and the unit's."""
    actor = me()
    tabs = [Tab.MINE, Tab.CO, Tab.GIVEN, *([Tab.UNIT] if actor.holds(OVERSEE) else [])]
    counts = lists.tab_counts(actor, tabs)
    first = (Tab.MINE, Show.OPEN) if request.args else _opens_at(actor, counts)
    tab = one_of(tabs, request.args.get("tab"), first[0])
    shows = [one for one in Show if one is not Show.WAITING or tab is Tab.GIVEN]
    show = one_of(shows, request.args.get("show"), first[1])
    units = figures.units_overseen(actor) if tab is Tab.UNIT else []
    unit_id = request.args.get("unit", type=int)
    if unit_id not in {unit.id for unit in units}:
        unit_id = None
    words = one_line(request.args.get("q", ""))[:200]
    narrow = _narrow()
    page = lists.page(
        actor, tab, show, unit_id=unit_id, narrow=narrow, words=words, after=request.args.get("after")
    )
    person = directory.people([narrow.person_id]).get(narrow.person_id) if narrow.person_id else None
    return render_template(
        "tasks/_list.html" if is_part() else "tasks/mine.html",
        tab=tab,
        tabs=counts,
        show=show,
        page=page,
        words=words,
        units=units,
        unit_choices=[(unit.id, unit.short_name) for unit in units],
        unit_id=unit_id,
        narrow=narrow,
        person=person,
        may_assign=actor.holds(ASSIGN),
        may_oversee=actor.holds(OVERSEE),
    )


@bp.get("/<int:task_id>")
@signed_in
def detail(task_id: int) -> ResponseReturnValue:
    """One task with its parties, reports, parts and history."""
    actor = me()
    task = access_task(actor, task_id, To.READ)
    if is_released(task):
        services.see(actor, task_id)
    before, after = (request.args.get(name, type=int) for name in ("before", "after"))
    shown = about(actor, task, before=before, after=after)
    left = max(0, round((task.release_at - clock.now()).total_seconds()))
    template = "tasks/_detail.html" if is_part() else "tasks/detail.html"
    return render_template(template, undo_seconds=left, **shown)


@bp.route(f"/<int:task_id>/<any({_CODES}):code>", methods=["GET", "POST"])
@signed_in
def act(task_id: int, code: str) -> ResponseReturnValue:
    """One act on a task: a sheet over the page, or a page of its own without script."""
    actor = me()
    task = access_task(actor, task_id, To.READ)
    wanted = acts.ACTS[code]
    form = (wanted.form or forms.PlainForm)()
    _fill_in(form, actor, task)
    if form.accepts():
        with form.refusals():
            acts.read_uploads(actor, acts.uploaded())
            body = {**form.as_body(), "act": code, "task": task_id, "files": acts.uploaded()}
            done_once(actor, form.once.data, body, lambda: _do(actor, wanted, task_id, form))
            return _done(task_id, code)
    if form.is_submitted() and wants_json():
        return jsonify(ok=False, err="invalid", msg=_first_word(form)), 422
    template = "tasks/_sheet.html" if is_part() else "tasks/act.html"
    shown = render_template(
        template,
        form=form,
        task=task,
        act=wanted,
        extension=open_extension(task_id),
        judge=_judge(task),
        is_after_due=deadlines.has_passed(task),
        back=_back(),
    )
    return shown, form.status


def _opens_at(actor: Actor, counts: Mapping[Tab, int]) -> tuple[Tab, Show]:
    """Where the list opens: at the own work; with none, at what waits for a decision, or was given."""
    if counts[Tab.MINE]:
        return Tab.MINE, Show.OPEN
    if not counts[Tab.GIVEN] and deciding.count_for(actor):
        return Tab.GIVEN, Show.WAITING
    return next((tab for tab in (Tab.GIVEN, Tab.CO) if counts[tab]), Tab.MINE), Show.OPEN


def _judge(task: Task) -> User:
    """Who decides on the result, for the words of a form."""
    key = (judges_of(task) or [task.assigner_id])[0]
    return directory.people([key])[key]


def _narrow() -> Narrow:
    """What the board, the calendar or the list of people leads to."""
    column = request.args.get("col", "")
    try:
        due = date.fromisoformat(request.args.get("due", ""))
    except ValueError:
        due = None
    person_id = request.args.get("person", type=int)
    is_key = person_id is not None and 0 < person_id < _NO_KEY
    return Narrow(state_board.COLUMNS.get(column, ()), due, person_id if is_key else None)


def is_part() -> bool:
    """True when script asks for a part of the page only."""
    return "HX-Request" in request.headers


def _do(actor: Actor, wanted: acts.Act, task_id: int, form: Any) -> None:
    seen = request.form.get("version", type=int)
    wanted.run(actor, task_id, form, seen)


def _done(task_id: int, code: str) -> ResponseReturnValue:
    """Say that it was done, to a script or on the page that follows."""
    words = label(f"task.did.{code}")
    if wants_json():
        return jsonify(ok=True, msg=words)
    flash(words)
    where = _back() or url_for("tasks.detail", task_id=task_id)
    if is_part():
        return Response("", headers={"HX-Redirect": where})
    return redirect(where)


def _fill_in(form: Any, actor: Actor, task: Task) -> None:
    """Make a form offer what fits the task."""
    if isinstance(form, forms.ReportForm):
        form.offer(task.progress)
    elif isinstance(form, forms.ExtendForm):
        form.offer(task.due_date or clock.today(), workdays.calendar())
    elif isinstance(form, forms.DecideForm):
        request_ = open_extension(task.id)
        form.offer()
        if request_ is not None and not form.is_submitted():
            form.new_due.data = request_.new_due_date
    elif isinstance(form, forms.HandOverForm):
        form.offer(user for key, user in services.officials_of(task).items() if key != actor.id)
    elif isinstance(form, forms.PlaceForm):
        if not form.is_submitted():
            form.weight.data, form.parent.data = str(task.weight), services.code_above(task)
    elif isinstance(form, forms.ReassignForm):
        form.offer(unit_names(actor) | names_of([form.lead.data]))
    elif isinstance(form, forms.JoinForm):
        form.offer(unit_names(actor) | names_of([*(form.co.data or ()), *(form.info.data or ())]))


def _back() -> str | None:
    """Where to go after an act, a path of our own."""
    where = request.args.get("back", "")
    parts = urlsplit(where)
    is_ours = where.startswith("/") and not where.startswith("//") and "\\" not in where
    return where if is_ours and not parts.netloc and not parts.scheme else None


def _first_word(form: Any) -> str:
    found = [*form.refused, *(str(words[0]) for words in form.errors.values() if words)]
    return str(found[0]) if found else label("error.http.other")


def one_of(known: Sequence[E_], given: str | None, default: E_) -> E_:
    """The value that was asked for, if it is one of these."""
    return next((one for one in known if one.value == given), default)
