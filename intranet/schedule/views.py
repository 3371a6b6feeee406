"""Pages of the weekly schedule, of one's own week, and of rooms and vehicles."""

from datetime import date, timedelta
from typing import cast

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core import clock
from intranet.core.errors import NotFound
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.text import one_line
from intranet.core.web import me, needs, signed_in
from intranet.notices import workdays
from intranet.people import directory
from intranet.people.models import User
from intranet.records.tables import Format
from intranet.schedule import catalogue, clashes, personal, planning, printing, rooms, weeks
from intranet.schedule.forms import EntryForm, ReasonForm, ResourceForm
from intranet.schedule.models import Entry, EntryState, ResourceKind, WeekState
from intranet.schedule.permissions import (
    APPROVE,
    CATALOGUE,
    PROPOSE,
    SUBMIT,
    access_entry,
    may_change,
)

bp = Blueprint("schedule", __name__)


@bp.get("/schedule")
@signed_in
def week() -> ResponseReturnValue:
    """The week of the agency's leaders."""
    actor = _user()
    page = weeks.read_week(actor, _monday())
    org = directory.org(actor.org_id)
    return render_template(
        "schedule/week.html",
        page=page,
        org=org,
        signature=printing.signature_of(page),
        reason=ReasonForm(),
        may_propose=actor.holds(PROPOSE),
        may_submit=actor.holds(SUBMIT) and page.state is WeekState.PLANNED and bool(page.waiting),
        may_approve=actor.holds(APPROVE) and page.state is not WeekState.APPROVED and bool(page.waiting),
        may_return=actor.holds(APPROVE) and page.state is WeekState.SUBMITTED,
        **_steps(page.monday, "schedule.week"),
    )


@bp.get("/schedule/mine")
@signed_in
def mine() -> ResponseReturnValue:
    """One's own week: meetings, entries of the schedule, tasks that are due."""
    actor, monday = _user(), _monday()
    days = personal.my_days(actor, monday)
    return render_template(
        "schedule/mine.html",
        days=days,
        off=workdays.days_off(one.day for one in days),
        late=personal.late(actor),
        monday=monday,
        may_propose=actor.holds(PROPOSE),
        **_steps(monday, "schedule.mine"),
    )


@bp.get("/schedule/rooms")
@signed_in
def rooms_of_week() -> ResponseReturnValue:
    """Rooms and vehicles with what takes them."""
    actor, monday = _user(), _monday()
    days, rows = rooms.read_rooms(actor, monday)
    return render_template(
        "schedule/rooms.html",
        days=days,
        off=workdays.days_off(days),
        rows=rows,
        monday=monday,
        may_propose=actor.holds(PROPOSE),
        may_keep=actor.holds(CATALOGUE),
        **_steps(monday, "schedule.rooms_of_week"),
    )


@bp.get("/schedule/export")
@signed_in
def export() -> ResponseReturnValue:
    """The week as PDF, Word or Excel."""
    actor, monday = _user(), _monday()
    wanted = {one.value: one for one in printing.MEDIA}.get(request.args.get("format", ""))
    if wanted is None:
        raise NotFound("schedule.no_format")
    page = weeks.read_week(actor, monday)
    name = f"lich-tuan-{monday.isocalendar().week}-{monday:%Y}.{wanted.value}"
    return Response(
        printing.as_file(actor, page, Format(wanted)),
        mimetype=printing.MEDIA[wanted],
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


@bp.route("/schedule/new", methods=["GET", "POST"])
@needs(PROPOSE)
def new() -> ResponseReturnValue:
    """Ask for a place in the schedule, or take a room or vehicle."""
    actor = _user()
    form = _entry_form(actor, None)
    if not form.is_submitted():
        _begin(form)
    if form.accepts():
        with form.refusals():
            key = done_once(
                actor, form.once.data, form.as_body(), lambda: planning.propose(actor, form.wish())
            )
            entry = access_entry(actor, key)
            flash(label(f"schedule.did.{entry.state.value}" if entry.leader_ids else "schedule.did.booked"))
            _warn_of_absence(entry)
            _warn_of_clashes(entry)
            return _back_to(entry)
    form.show_chosen()
    return render_template("schedule/entry_form.html", form=form, entry=None, back=_own_back()), form.status


@bp.get("/schedule/entries/<int:entry_id>")
@signed_in
def entry(entry_id: int) -> ResponseReturnValue:
    """One entry."""
    actor = _user()
    found = access_entry(actor, entry_id)
    is_open = found.state in (EntryState.PROPOSED, EntryState.APPROVED)
    is_waiting = found.state is EntryState.PROPOSED
    changes = is_open and may_change(actor, found)
    return render_template(
        "schedule/entry.html",
        entry=found,
        where=weeks.where_of(found, weeks.names_of([found])),
        people=directory.people({one.user_id for one in found.people} | {found.created_by_id}),
        unit=directory.unit(found.unit_id) if found.unit_id is not None else None,
        when=planning.when_of(found),
        may_edit=changes,
        may_call_off=changes and (actor.holds(APPROVE) if found.leader_ids else not is_waiting),
        may_withdraw=changes and (is_waiting or not found.leader_ids) and found.created_by_id == actor.id,
        may_accept=is_waiting and actor.holds(APPROVE) and found.week.state is WeekState.APPROVED,
        back=_of_week(found),
    )


@bp.route("/schedule/entries/<int:entry_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(entry_id: int) -> ResponseReturnValue:
    """Let an entry say something else."""
    actor = _user()
    found = access_entry(actor, entry_id, change=True)
    form = _entry_form(actor, found)
    if not form.is_submitted():
        form.show(found)
    if form.accepts():
        seen = int(form.version.data) if str(form.version.data or "").isdigit() else None
        with form.refusals():
            planning.edit(actor, entry_id, form.wish(), expect=seen)
            flash(label("schedule.did.edited"))
            found = access_entry(actor, entry_id)
            _warn_of_absence(found)
            _warn_of_clashes(found)
            return _back_to(found)
    form.show_chosen()
    back = url_for("schedule.entry", entry_id=entry_id)
    return render_template("schedule/entry_form.html", form=form, entry=found, back=back), form.status


@bp.route("/schedule/entries/<int:entry_id>/call-off", methods=["GET", "POST"])
@signed_in
def call_off(entry_id: int) -> ResponseReturnValue:
    """Postpone an entry, or refuse one that waits."""
    actor = _user()
    found = access_entry(actor, entry_id, change=True)
    form = ReasonForm()
    if form.accepts():
        with form.refusals():
            planning.call_off(actor, entry_id, form.reason.data or "")
            flash(label("schedule.did.called_off"))
            return redirect(_of_week(found))
    return render_template("schedule/call_off.html", form=form, entry=found), form.status


@bp.post("/schedule/entries/<int:entry_id>/withdraw")
@signed_in
def withdraw(entry_id: int) -> ResponseReturnValue:
    """Take back what one asked for."""
    found = access_entry(_user(), entry_id, change=True)
    where = _of_week(found)
    planning.withdraw(_user(), entry_id)
    flash(label("schedule.did.withdrawn"))
    return redirect(where)


@bp.post("/schedule/entries/<int:entry_id>/accept")
@signed_in
def accept(entry_id: int) -> ResponseReturnValue:
    """Take a late entry into its week."""
    planning.accept(_user(), entry_id)
    flash(label("schedule.did.accepted"))
    return redirect(url_for("schedule.entry", entry_id=entry_id))


@bp.post("/schedule/submit")
@needs(SUBMIT)
def submit() -> ResponseReturnValue:
    """Lay a week before whoever approves it."""
    monday = _monday()
    weeks.submit(_user(), monday)
    flash(label("schedule.did.submitted"))
    return redirect(url_for("schedule.week", week=monday.isoformat()))


@bp.post("/schedule/approve")
@needs(APPROVE)
def approve() -> ResponseReturnValue:
    """Publish a week."""
    monday = _monday()
    count = weeks.approve(_user(), monday)
    flash(label("schedule.did.week_approved", n=count))
    return redirect(url_for("schedule.week", week=monday.isoformat()))


@bp.route("/schedule/return", methods=["GET", "POST"])
@needs(APPROVE)
def send_back() -> ResponseReturnValue:
    """Give a week back to be mended."""
    monday = _monday()
    form = ReasonForm()
    if form.accepts():
        with form.refusals():
            weeks.send_back(_user(), monday, form.reason.data or "")
            flash(label("schedule.did.sent_back"))
            return redirect(url_for("schedule.week", week=monday.isoformat()))
    return render_template("schedule/send_back.html", form=form, monday=monday), form.status


@bp.get("/admin/rooms")
@needs(CATALOGUE)
def resources() -> ResponseReturnValue:
    """The rooms and vehicles of the agency."""
    rows = catalogue.resources(_user().org_id, all_=True)
    return render_template("schedule/resources.html", rows=rows)


@bp.route("/admin/rooms/new", methods=["GET", "POST"])
@needs(CATALOGUE)
def new_resource() -> ResponseReturnValue:
    """A room or vehicle more."""
    actor, form = _user(), ResourceForm()
    form.offer()
    if form.accepts():
        with form.refusals():
            done_once(
                actor,
                form.once.data,
                form.as_body(),
                lambda: catalogue.add_resource(
                    actor,
                    ResourceKind(form.kind.data),
                    form.name.data or "",
                    seats=form.seats.data,
                    note=form.note.data or "",
                ),
            )
            flash(label("schedule.did.resource", name=form.name.data))
            return redirect(url_for("schedule.resources"))
    return render_template("schedule/resource_form.html", form=form, one=None), form.status


@bp.route("/admin/rooms/<int:resource_id>", methods=["GET", "POST"])
@needs(CATALOGUE)
def edit_resource(resource_id: int) -> ResponseReturnValue:
    """Another name, other facts, or out of use."""
    actor = _user()
    one = catalogue.resource_for(actor, resource_id)
    form = ResourceForm(obj=one)
    form.offer()
    if form.accepts():
        seen = int(form.version.data) if str(form.version.data or "").isdigit() else None
        with form.refusals():
            catalogue.edit_resource(
                actor,
                resource_id,
                name=form.name.data or "",
                seats=form.seats.data,
                note=form.note.data or "",
                is_active=bool(form.is_active.data),
                expect=seen,
            )
            flash(label("schedule.did.resource", name=form.name.data))
            return redirect(url_for("schedule.resources"))
    return render_template("schedule/resource_form.html", form=form, one=one), form.status


def _user() -> User:
    return cast(User, me())


def _monday() -> date:
    """The week that the address or the form names by one of its days; this one otherwise."""
    given = request.values.get("week", "")
    try:
        day = date.fromisoformat(given[:10])
    except ValueError:
        day = clock.today()
    is_near = abs(day - clock.today()) <= timedelta(days=365 * 20)
    return planning.monday_of(day if is_near else clock.today())


def _steps(monday: date, endpoint: str) -> dict[str, str]:
    """Addresses of the weeks around, and of this one."""
    week_ = timedelta(days=7)
    return {
        "before": url_for(endpoint, week=(monday - week_).isoformat()),
        "after": url_for(endpoint, week=(monday + week_).isoformat()),
        "this": url_for(endpoint),
        "week_words": weeks.week_words(monday),
    }


def _entry_form(actor: User, entry_: Entry | None) -> EntryForm:
    form = EntryForm()
    form.offer(
        planning.leaders_of(actor.org_id),
        catalogue.resources(actor.org_id, all_=True),
        directory.units_of(actor.org_id),
        entry_,
    )
    return form


def _begin(form: EntryForm) -> None:
    """Fill in what the address names: a day, a room, a vehicle, and what an invitation says."""
    try:
        form.day.data = date.fromisoformat(request.args.get("day", "")[:10])
    except ValueError:
        form.day.data = clock.today()
    for field, name, most in (
        (form.title, "title", 300),
        (form.starts_time, "starts", 5),
        (form.place, "place", 200),
    ):
        field.data = request.args.get(name, "")[:most] or field.data
    form.is_restricted.data = "restricted" in request.args
    for field, name in ((form.room_id, "room"), (form.vehicle_id, "vehicle")):
        key = request.args.get(name, type=int)
        if key in {choice[0] for choice in field.choices}:
            field.data = key
    if form.room_id.data is None and form.vehicle_id.data is None:
        form.leader_ids.data = []


def _warn_of_absence(entry_: Entry) -> None:
    """Say which leaders are away on that day, and who stands in for them."""
    day = clock.local(entry_.starts_at).date()
    away = directory.absences(entry_.leader_ids, day, day)
    names = directory.people(away)
    for key, (one, *_more) in away.items():
        code = "schedule.leader_away" if one.instead else "schedule.leader_away_alone"
        flash(label(code, name=names[key].full_name, instead=one_line(one.instead)), "warning")


def _warn_of_clashes(entry_: Entry) -> None:
    """Say who of those concerned is invited elsewhere at the same time."""
    if entry_.has_hours:
        people = [*entry_.leader_ids, *entry_.other_ids]
        for words in clashes.of_people(_user(), entry_.ref, people, entry_.starts_at, entry_.ends_at):
            flash(one_line(words), "warning")


def _of_week(entry_: Entry) -> str:
    """The page on which the entry stands: the schedule, or the rooms."""
    endpoint = "schedule.week" if entry_.leader_ids else "schedule.rooms_of_week"
    return url_for(endpoint, week=f"{clock.local(entry_.starts_at):%Y-%m-%d}")


def _back_to(entry_: Entry) -> ResponseReturnValue:
    return redirect(_of_week(entry_))


def _own_back() -> str:
    """Where a new entry was begun."""
    is_booking = "room" in request.args or "vehicle" in request.args
    return url_for("schedule.rooms_of_week" if is_booking else "schedule.week")
