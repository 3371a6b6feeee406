"""Pages about tasks: my work, one task, a new one, and the acts on one."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core import clock
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.text import fold, one_line
from intranet.core.web import me, signed_in, wants_json
from intranet.notices import workdays
from intranet.people import directory
from intranet.tasks import acts, figures, forms, lists, load, services
from intranet.tasks.detail import about
from intranet.tasks.extending import open_extension
from intranet.tasks.lists import Show, Tab
from intranet.tasks.models import Task
from intranet.tasks.parties import Party, reachable_units, reaches
from intranet.tasks.permissions import ASSIGN, OVERSEE, To, access_task, is_released, standing_of

bp = Blueprint("tasks", __name__, url_prefix="/tasks")
E_ = TypeVar("E_", bound=StrEnum)

#: How long a new task may be taken back.
UNDO = timedelta(seconds=10)
_MOST_OFFERED = 20
_CODES = ", ".join(f'"{code}"' for code in acts.ACTS)


@bp.get("")
@signed_in
def mine() -> ResponseReturnValue:
    """My work: what is given to me, what I help with, what I gave, and the unit's."""
    actor = me()
    tabs = [Tab.MINE, Tab.CO, Tab.GIVEN, *([Tab.UNIT] if actor.holds(OVERSEE) else [])]
    tab = _one_of(tabs, request.args.get("tab"), Tab.MINE)
    show = _one_of(list(Show), request.args.get("show"), Show.OPEN)
    units = figures.units_overseen(actor) if tab is Tab.UNIT else []
    unit_id = request.args.get("unit", type=int)
    if unit_id not in {unit.id for unit in units}:
        unit_id = None
    words = one_line(request.args.get("q", ""))[:200]
    page = lists.page(actor, tab, show, unit_id=unit_id, words=words, after=request.args.get("after"))
    return render_template(
        "tasks/_list.html" if _is_part() else "tasks/mine.html",
        tab=tab,
        tabs=lists.tab_counts(actor, tabs),
        show=show,
        page=page,
        words=words,
        units=units,
        unit_choices=[(unit.id, unit.short_name) for unit in units],
        unit_id=unit_id,
        may_assign=actor.holds(ASSIGN),
    )


@bp.get("/<int:task_id>")
@signed_in
def detail(task_id: int) -> ResponseReturnValue:
    """One task with its parties, reports, parts and history."""
    actor = me()
    task = access_task(actor, task_id, To.READ)
    if is_released(task):
        services.see(actor, task_id)
    shown = about(actor, task)
    left = max(0, round((task.release_at - clock.now()).total_seconds()))
    template = "tasks/_detail.html" if _is_part() else "tasks/detail.html"
    return render_template(template, undo_seconds=left, **shown)


@bp.route("/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    """A task without a document, or a part of another task."""
    actor = me()
    parent = _parent(actor)
    form = forms.NewTaskForm()
    chosen = [form.lead.data, form.instead.data, *(form.co.data or ()), *(form.info.data or ())]
    form.offer(workdays.calendar(), _unit_names(actor) | _names_of(chosen))
    if form.accepts():
        with form.refusals():
            lead, co, info = form.parties()
            key = done_once(
                actor,
                form.once.data,
                form.as_body(),
                lambda: services.assign_task(
                    actor,
                    title=form.title.data or "",
                    origin=None,
                    text=form.text.data or "",
                    lead=lead,
                    co=co,
                    info=info,
                    due_date=form.wanted(),
                    parent_id=None if parent is None else parent.id,
                    release_at=clock.now() + UNDO,
                    weight=form.share(),
                    is_past_confirmed=form.is_past_confirmed.data,
                    is_restricted=form.is_restricted.data,
                    is_absence_confirmed=form.is_absence_confirmed.data,
                ),
            )
            _say_given(actor, key, form.wanted())
            return redirect(url_for("tasks.detail", task_id=key))
    away = _away(form) if form.is_submitted() else []
    return render_template("tasks/new.html", form=form, parent=parent, away=away), form.status


@bp.get("/parties")
@signed_in
def offer_parties() -> ResponseReturnValue:
    """Units and people to whom the actor may give work, for the searchable lists: JSON."""
    actor = me()
    words = one_line(request.args.get("q", ""))[:100]
    at = standing_of(actor)
    named = [
        unit
        for unit in reachable_units(actor)
        if all(word in fold(unit.name) for word in fold(words).split())
    ][:_MOST_OFFERED]
    found = directory.find_people([at.org_id], words, _MOST_OFFERED)
    people = [user for user in found if user.id != at.user_id and reaches(at, user)]
    of_units, of_people = load.of_units(actor, named), load.of_people(actor, people)
    units_offered = [
        {"value": str(Party(unit_id=unit.id)), "text": unit.name, "note": _note("", of_units[unit.id])}
        for unit in named
    ]
    people_offered = [
        {
            "value": str(Party(user_id=user.id)),
            "text": user.full_name,
            "note": _note(user.title, of_people[user.id]),
        }
        for user in people
    ]
    return jsonify(units_offered + people_offered)


@bp.post("/<int:task_id>/undo")
@signed_in
def undo(task_id: int) -> ResponseReturnValue:
    """Take a new task back."""
    services.undo_assignment(me(), task_id)
    flash(label("task.did.undo"))
    return redirect(url_for("tasks.mine", tab=Tab.GIVEN))


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
    template = "tasks/_sheet.html" if _is_part() else "tasks/act.html"
    shown = render_template(
        template,
        form=form,
        task=task,
        act=wanted,
        extension=open_extension(task_id),
        judge=directory.people([task.assigner_id])[task.assigner_id],
        is_after_due=task.due_date is not None and task.due_date < workdays.late_from(),
        back=_back(),
    )
    return shown, form.status


def _is_part() -> bool:
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
    if _is_part():
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
    elif isinstance(form, forms.ReassignForm):
        form.offer(_unit_names(actor) | _names_of([form.lead.data]))


def _parent(actor: Actor) -> Task | None:
    key = request.args.get("parent", type=int)
    if key is None:
        return None
    parent = access_task(actor, key, To.WORK)
    if not acts.may_split(actor, parent, standing_of(actor)):
        raise BadState("task.not_now")
    return parent


def _unit_names(actor: Actor) -> dict[str, str]:
    return {str(Party(unit_id=unit.id)): unit.name for unit in reachable_units(actor)}


def _names_of(values: Sequence[str | None]) -> dict[str, str]:
    """Names of the people among parties that a form sent."""
    ids = set()
    for value in values:
        kind, _, key = (value or "").partition(":")
        if kind == "user" and key.isdigit() and len(key) < 10:
            ids.add(int(key))
    return {str(Party(user_id=key)): user.full_name for key, user in directory.people(ids).items()}


def _note(post: str, has: load.Load) -> str:
    """The second line of a candidate: what it is, and how much it has to do."""
    return f"{post or label('task.a_unit')}, {has.words}"


def _away(form: forms.NewTaskForm) -> list[load.Away]:
    """Who is away on the day the task would be due, and may be replaced by whoever stands in."""
    wanted = form.wanted()
    if wanted is None or not form.lead.data or form.is_absence_confirmed.data:
        return []
    try:
        party = Party.parse(form.lead.data)
    except Invalid:
        return []
    return load.away_on(party, workdays.next_working_day(wanted))


def _say_given(actor: Actor, task_id: int, wanted: Any) -> None:
    """What the assigner should know about the deadline that was kept."""
    task = access_task(actor, task_id, To.READ)
    if task.due_date is not None and wanted is not None and task.due_date != wanted:
        flash(
            label("task.due_moved", wanted=f"{wanted:%d/%m/%Y}", due=f"{task.due_date:%d/%m/%Y}"), "warning"
        )
    lead = Party(unit_id=task.lead.unit_id, user_id=task.lead.user_id)
    for one in load.away_on(lead, task.due_date) if task.due_date is not None else ():
        flash(label("task.lead_away", name=one.name, instead=one.substitute), "warning")


def _back() -> str | None:
    """Where to go after an act, a path of our own."""
    where = request.args.get("back", "")
    parts = urlsplit(where)
    is_ours = where.startswith("/") and not where.startswith("//") and "\\" not in where
    return where if is_ours and not parts.netloc and not parts.scheme else None


def _first_word(form: Any) -> str:
    found = [*form.refused, *(str(words[0]) for words in form.errors.values() if words)]
    return str(found[0]) if found else label("error.http.other")


def _one_of(known: Sequence[E_], given: str | None, default: E_) -> E_:
    return next((one for one in known if one.value == given), default)
