"""Pages that give tasks: a new one, a part of one, an own one, one that comes again; and to whom."""

from datetime import timedelta
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core import clock
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.text import fold, one_line
from intranet.core.web import me, needs, signed_in
from intranet.directives.chips import chips_of
from intranet.notices import workdays
from intranet.people import directory
from intranet.tasks import acts, forms, load, recurring, services
from intranet.tasks.lists import Tab
from intranet.tasks.models import Every, Source, Task
from intranet.tasks.parties import Party, names_of, reachable_units, reaches, unit_names
from intranet.tasks.permissions import ASSIGN, To, access_task, person_of, standing_of
from intranet.tasks.views import bp

#: How long a new task may be taken back.
UNDO = timedelta(seconds=10)
_MOST_OFFERED = 20


@bp.route("/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    """A task without a document, or a part of another task."""
    actor = me()
    parent = _parent(actor)
    form = forms.NewTaskForm()
    chosen = [form.lead.data, form.instead.data, *(form.co.data or ()), *(form.info.data or ())]
    form.offer(workdays.calendar(), unit_names(actor) | names_of(chosen))
    if form.accepts():
        with form.refusals():
            lead, co, info = form.parties()
            often = None if parent is not None else form.often()
            if often is not None:
                return _recur(actor, form, often)
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
                    priority=form.weight_of_others(),
                    source=None if parent is not None else form.where_from(),
                    source_text=form.source_text.data or "",
                    start_date=form.start_date.data,
                ),
            )
            _say_given(actor, key, form.wanted())
            return redirect(url_for("tasks.detail", task_id=key))
    away = _away(form) if form.is_submitted() else []
    return render_template("tasks/new.html", form=form, parent=parent, away=away), form.status


@bp.route("/own", methods=["GET", "POST"])
@signed_in
def own() -> ResponseReturnValue:
    """An official's own task; whoever is above accepts its result."""
    actor = me()
    form = forms.OwnTaskForm()
    form.offer(workdays.calendar())
    if form.accepts():
        with form.refusals():
            key = done_once(
                actor,
                form.once.data,
                form.as_body(),
                lambda: services.assign_task(
                    actor,
                    title=form.title.data or "",
                    origin=None,
                    text=form.text.data or "",
                    lead=Party(user_id=person_of(actor).standing.id),
                    due_date=form.wanted(),
                    source=Source.OWN,
                    start_date=form.start_date.data,
                ),
            )
            _say_given(actor, key, form.wanted())
            return redirect(url_for("tasks.mine"))
    return render_template("tasks/own.html", form=form), form.status


@bp.get("/recurring")
@needs(ASSIGN)
def recurring_list() -> ResponseReturnValue:
    """What I let come again, and when next."""
    rows = recurring.of(me())
    leads = [Party.parse(row.lead) for row in rows]
    units = directory.units({one.unit_id for one in leads if one.unit_id is not None})
    people = directory.people({one.user_id for one in leads if one.user_id is not None})
    on = workdays.calendar()
    shown = [
        {
            "row": row,
            "lead": units[lead.unit_id].short_name
            if lead.unit_id is not None
            else people[lead.user_id or 0].full_name,
            "next": on.next_working_day(row.next_date),
        }
        for row, lead in zip(rows, leads, strict=True)
    ]
    return render_template("tasks/recurring.html", shown=shown)


@bp.post("/recurring/<int:recurrence_id>/stop")
@needs(ASSIGN)
def stop_recurring(recurrence_id: int) -> ResponseReturnValue:
    """It comes no more."""
    services.stop(me(), recurrence_id)
    flash(label("task.did.recurring_stopped"))
    return redirect(url_for("tasks.recurring_list"))


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


@bp.post("/read")
@signed_in
def read() -> ResponseReturnValue:
    """What the sentence typed so far would become, for the forms that give work: JSON."""
    asked = request.get_json(silent=True)
    text = asked.get("text") if isinstance(asked, dict) else None
    joins = isinstance(asked, dict) and asked.get("joins") is True
    org_id = person_of(me()).standing.org_id
    return jsonify(chips_of(org_id, text if isinstance(text, str) else "", asks_lead=False, joins=joins))


@bp.post("/<int:task_id>/undo")
@signed_in
def undo(task_id: int) -> ResponseReturnValue:
    """Take a new task back."""
    services.undo_assignment(me(), task_id)
    flash(label("task.did.undo"))
    return redirect(url_for("tasks.mine", tab=Tab.GIVEN))


def _parent(actor: Actor) -> Task | None:
    key = request.args.get("parent", type=int)
    if key is None:
        return None
    parent = access_task(actor, key, To.WORK)
    if not acts.may_split(actor, parent, standing_of(actor)):
        raise BadState("task.not_now")
    return parent


def _recur(actor: Actor, form: forms.NewTaskForm, often: Every) -> ResponseReturnValue:
    """Keep the task as one that comes again; its first is made by itself on its day."""
    lead, co, info = form.parties()
    done_once(
        actor,
        form.once.data,
        form.as_body(),
        lambda: services.recur(
            actor,
            title=form.title.data or "",
            text=form.text.data or "",
            lead=lead,
            co=co,
            info=info,
            often=often,
            first_date=form.start_date.data or clock.today(),
            last_date=form.last_date.data,
            due_days=form.due_days(),
            priority=form.weight_of_others(),
            source=form.where_from(),
            is_restricted=form.is_restricted.data,
        ),
    )
    flash(label("task.did.recurring"))
    return redirect(url_for("tasks.recurring_list"))


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
        code = "task.lead_away" if one.substitute else "task.lead_away_alone"
        flash(label(code, name=one.name, instead=one.substitute), "warning")
