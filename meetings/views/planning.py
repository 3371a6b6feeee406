"""Pages on which a meeting is found, prepared and read before it begins."""

from functools import partial
from typing import Any, cast

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core import clock
from intranet.core.errors import DomainError, Invalid, NotFound
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs, sentence
from intranet.people import directory
from intranet.people.models import User
from meetings.forms import (
    AnswerForm,
    BudgetForm,
    HeadForm,
    InviteForm,
    ItemForm,
    MoveForm,
    NewMeetingForm,
    PositionForm,
    WithdrawForm,
)
from meetings.models.answer import Attending
from meetings.models.meeting import UNPUBLISHED, ItemState, Meeting, MeetingState, PartRole
from meetings.permissions import ATTEND, CREATE, To, access_meeting, may
from meetings.services import (
    answering,
    bodies,
    conclusion_notice,
    conclusion_review,
    lacking,
    life,
    listing,
    minutes,
    papers,
    participants,
    placing,
    planning,
    positions,
    publishing,
    rehearsals,
    seating,
)
from meetings.views import clashes, looks, paging

bp = Blueprint("meetings", __name__)

_MOST_FOUND = 20
MOST_DROPPED = 50


def _user() -> User:
    return cast(User, me())


@bp.get("/meetings")
@needs(ATTEND)
def index() -> ResponseReturnValue:
    """Meetings that sit or are ahead, or those that are over."""
    is_past = request.args.get("tab") == "past"
    rows, older = listing.past(_user(), paging.read(request.args.get("before"))) if is_past else ([], None)
    if not is_past:
        rows = listing.coming(_user())
    return render_template(
        "meetings/index.html",
        rows=rows,
        is_past=is_past,
        older=paging.written(older),
        is_open=listing.is_door_open,
    )


@bp.route("/meetings/new", methods=["GET", "POST"])
@needs(CREATE)
def new() -> ResponseReturnValue:
    """Begin to prepare a meeting."""
    form = NewMeetingForm()
    form.offer_bodies(_user().org_id)
    if form.accepts():
        with form.refusals():
            mid = done_once(me(), form.once.data, form.as_body(), lambda: _create(form))
            clashes.warn(_user(), mid)
            return redirect(url_for("meetings.detail", mid=mid))
    form.show_chosen()
    return render_template("meetings/new.html", form=form), form.status


@bp.get("/meetings/people")
@needs(CREATE)
def people() -> ResponseReturnValue:
    """People who may be invited, by letters of name, post or unit; ``here``: of one's own agency alone."""
    own = _user().org_id
    orgs = {own} if "here" in request.args else {one.id for one in directory.orgs()}
    words = request.args.get("q", "")[:100]
    found = directory.find_people(orgs, words, _MOST_FOUND) if words.strip() else []
    return jsonify(
        [{"value": one.id, "text": one.full_name, "note": directory.place_of(one, {own})} for one in found]
    )


@bp.post("/meetings/<int:mid>/answer")
@needs(ATTEND)
def answer(mid: int) -> ResponseReturnValue:
    """Answer one's own invitation."""
    meeting = access_meeting(_user(), mid, To.ATTEND)
    if request.form.get("answer") == Attending.ATTEND.value:
        return _do(mid, "answer", lambda: answering.answer(_user(), mid, Attending.ATTEND))
    form = AnswerForm()
    form.offer(may_send=True)
    if form.accepts():
        with form.refusals():
            answering.answer(
                _user(), mid, form.answer.data, reason=form.reason.data, substitute_id=form.substitute_id.data
            )
            return _back(mid, "answer")
    return _page(meeting, answer_form=form)


@bp.post("/meetings/<int:mid>/answers/<int:user_id>/decide")
@needs(ATTEND)
def decide_substitute(mid: int, user_id: int) -> ResponseReturnValue:
    """The chair says whether somebody may come instead."""
    approve = request.form.get("approve") == "1"
    decide = partial(answering.decide_substitute, _user(), mid, user_id, approve=approve)
    return _do(mid, "answers", decide)


@bp.post("/meetings/<int:mid>/items/<int:item_id>/position")
@needs(ATTEND)
def position(mid: int, item_id: int) -> ResponseReturnValue:
    """Say what one thinks of an item before it is taken up."""
    meeting = access_meeting(_user(), mid, To.ATTEND)
    form = PositionForm()
    form.offer()
    if form.accepts():
        with form.refusals():
            positions.take_position(_user(), mid, item_id, form.stand.data, form.text.data)
            return _back(mid, f"item-{item_id}")
    return _page(meeting, position_form=form, position_of=item_id)


@bp.get("/meetings/<int:mid>")
@needs(ATTEND)
def detail(mid: int) -> ResponseReturnValue:
    """A meeting: to prepare it, or to read agenda and papers; of a rehearsal the meeting that it is of."""
    meeting = access_meeting(_user(), mid, To.ATTEND)
    return _page(meeting) if meeting.rehearses_id is None else _back(meeting.rehearses_id, "rehearsal")


@bp.route("/meetings/<int:mid>/head", methods=["GET", "POST"])
@needs(ATTEND)
def head(mid: int) -> ResponseReturnValue:
    """Change title, time and place."""
    meeting = access_meeting(_user(), mid, To.PLAN)
    local = clock.local(meeting.starts_at)
    form = HeadForm(obj=meeting, starts_date=local.date(), starts_time=f"{local:%H:%M}")
    form.offer_bodies(meeting.org_id, meeting.body_id, is_open=meeting.state in UNPUBLISHED)
    may_say = may(_user(), To.CHAIR, meeting)
    if form.accepts():
        with form.refusals():
            planning.edit_meeting(
                _user(),
                mid,
                **_head_values(form),
                secretary_publishes=form.secretary_publishes.data if may_say else None,
                expect=form.edition.data or None,
            )
            clashes.warn(_user(), mid)
            return redirect(url_for("meetings.detail", mid=mid))
    return render_template("meetings/head.html", form=form, meeting=meeting, may_say=may_say), form.status


@bp.post("/meetings/<int:mid>/participants")
@needs(ATTEND)
def invite(mid: int) -> ResponseReturnValue:
    """Add people."""
    meeting = access_meeting(_user(), mid, To.PLAN)
    form = InviteForm()
    form.offer()
    if form.accepts():
        with form.refusals():
            participants.invite(_user(), mid, form.user_ids.data, form.role.data)
            clashes.warn(_user(), mid)
            return _back(mid, "people")
    return _page(meeting, invite=form)


@bp.post("/meetings/<int:mid>/participants/<int:user_id>/role")
@needs(ATTEND)
def change_role(mid: int, user_id: int) -> ResponseReturnValue:
    """Give a participant another role, or a seat."""
    access_meeting(_user(), mid, To.PLAN)
    if (seat := request.form.get("seat")) is not None:
        return _do(mid, "people", lambda: seating.take_seat(_user(), mid, seat, person=user_id))
    try:
        role = PartRole(request.form.get("role", ""))
    except ValueError:
        raise Invalid("meeting.unknown_role") from None
    return _do(mid, "people", lambda: participants.invite(_user(), mid, [user_id], role))


@bp.post("/meetings/<int:mid>/participants/<int:user_id>/remove")
@needs(ATTEND)
def remove_participant(mid: int, user_id: int) -> ResponseReturnValue:
    """Take a person off the meeting."""
    return _do(mid, "people", lambda: participants.remove_participant(_user(), mid, user_id))


@bp.post("/meetings/<int:mid>/items")
@needs(ATTEND)
def add_item(mid: int) -> ResponseReturnValue:
    """Put an item at the end of the agenda."""
    meeting = access_meeting(_user(), mid, To.PLAN)
    form = ItemForm()
    form.offer(meeting)
    if form.accepts():
        with form.refusals():
            add = partial(planning.add_item, _user(), mid, **_item_values(form))
            made = done_once(me(), form.once.data, form.as_body(), add)
            return _back(mid, f"item-{made}")
    return _page(meeting, new_item=form)


@bp.route("/meetings/<int:mid>/items/<int:item_id>", methods=["GET", "POST"])
@needs(ATTEND)
def item(mid: int, item_id: int) -> ResponseReturnValue:
    """Change an item."""
    meeting = access_meeting(_user(), mid, To.PLAN)
    found = meeting.item(item_id)
    form = ItemForm.of(found)
    form.offer(meeting)
    if form.accepts():
        with form.refusals():
            planning.edit_item(_user(), mid, item_id, **_item_values(form), expect=form.edition.data or None)
            return _back(mid, f"item-{item_id}")
    return render_template("meetings/item.html", form=form, meeting=meeting, item=found), form.status


@bp.post("/meetings/<int:mid>/items/<int:item_id>/budget")
@needs(ATTEND)
def budget(mid: int, item_id: int) -> ResponseReturnValue:
    """Give an item its minutes."""
    meeting = access_meeting(_user(), mid, To.PLAN)
    form = BudgetForm()
    if not form.accepts():
        return _page(meeting, problem=label("error.item.minutes", most=600), wrong_item=item_id)
    minutes = form.budget_min.data
    return _do(mid, f"item-{item_id}", lambda: planning.set_budget(_user(), mid, item_id, minutes))


@bp.post("/meetings/<int:mid>/items/<int:item_id>/remove")
@needs(ATTEND)
def remove_item(mid: int, item_id: int) -> ResponseReturnValue:
    """Take an item off the agenda."""
    form = WithdrawForm()
    said: dict[str, Any] = {"reason": form.reason.data or "", "is_deferred": form.to.data == "deferred"}
    return _do(mid, "agenda", lambda: planning.remove_item(_user(), mid, item_id, **said))


@bp.post("/meetings/<int:mid>/items/review")
@needs(ATTEND)
def add_review(mid: int) -> ResponseReturnValue:
    """Put going through earlier conclusions on the agenda."""
    return _do(mid, "agenda", lambda: conclusion_review.put_on_agenda(_user(), mid))


@bp.post("/meetings/<int:mid>/items/order")
@needs(ATTEND)
def order_items(mid: int) -> ResponseReturnValue:
    """Put the items in another order: ``order`` names all planned ones, or ``up``/``down`` moves one."""
    meeting = access_meeting(_user(), mid, To.PLAN)
    planned = [one.id for one in meeting.agenda if one.state is ItemState.PLANNED]
    wanted = request.form.getlist("order", type=int) or _moved(planned)
    return _do(mid, "agenda", lambda: planning.reorder_items(_user(), mid, wanted))


@bp.post("/meetings/<int:mid>/files")
@needs(ATTEND)
def add_files(mid: int) -> ResponseReturnValue:
    """Take files in for the meeting, or for the item named by ``item``; each is judged for itself."""
    item_id = request.form.get("item", type=int)
    access_meeting(_user(), mid, To.ATTEND)
    given = [one for one in request.files.getlist("file") if one.filename]
    staged = request.form.getlist("staged")[:MOST_DROPPED]
    problems = [] if given or staged else [label("error.meeting.no_file")]
    for act in [
        *(partial(papers.add_paper, _user(), mid, item_id, one.stream, one.filename or "") for one in given),
        *(partial(papers.add_staged, _user(), mid, item_id, one) for one in staged),
    ]:
        try:
            act()
        except Invalid as refusal:
            problems.append(sentence(refusal))
    return _answer(mid, f"item-{item_id}" if item_id else "agenda", problems)


@bp.post("/meetings/<int:mid>/files/settle")
@needs(ATTEND)
def settle_files(mid: int) -> ResponseReturnValue:
    """Take in what was dropped and has been checked since."""
    return _do(mid, "agenda", lambda: papers.settle(_user(), mid))


@bp.post("/meetings/<int:mid>/files/<public_id>/withdraw")
@needs(ATTEND)
def withdraw_file(mid: int, public_id: str) -> ResponseReturnValue:
    """Take a paper off the table."""
    return _do(mid, "agenda", lambda: papers.withdraw_paper(_user(), mid, public_id))


@bp.post("/meetings/<int:mid>/move")
@needs(ATTEND)
def move(mid: int) -> ResponseReturnValue:
    """Take the meeting to another state."""
    form = MoveForm()
    try:
        to = MeetingState(form.to.data or "")
    except ValueError:
        raise NotFound("meeting.unknown") from None
    if not form.accepts():
        return _answer(mid, "top", [words for found in form.errors.values() for words in found])
    said: dict[str, Any] = {"reason": form.reason.data or "", "confirm": bool(form.confirm.data)}
    return _do(mid, "top", lambda: life.move_meeting(_user(), mid, to, **said))


def _page(meeting: Meeting, **more: Any) -> ResponseReturnValue:
    user = _user()
    plans = may(user, To.PLAN, meeting) and planning.may_change(meeting)
    answers = answering.answers_of(meeting) if plans else None
    people = directory.people(
        {part.user_id for part in meeting.participants}
        | {one.owner_id for one in meeting.agenda if one.owner_id}
        | {one.substitute_id for one in (answers.by_user.values() if answers else ()) if one.substitute_id}
    )
    shown: dict[str, Any] = {
        "meeting": meeting,
        "people": people,
        "files": papers.for_reader(user, meeting),
        "pending": papers.pending_of(user, meeting),
        "refused": placing.refused(user, meeting),
        "fresh": publishing.fresh_for(user, meeting),
        "part": meeting.participant(user.id),
        "is_open": listing.is_door_open(meeting),
        "is_readable": listing.is_readable(meeting),
        "is_held": listing.is_held(meeting),
        "runs": may(user, To.RUN, meeting),
        "moves": life.moves_for(user, meeting),
        "body": bodies.profile_of(meeting),
        "weekday": clock.local(meeting.starts_at).weekday(),
        "notice": conclusion_notice.standing(user, meeting),
        "review": conclusion_review.review_of(user, meeting),
        "reads_minutes": meeting.started_at is not None and minutes.may_read(user, meeting),
        **dict.fromkeys(("problem", "asks", "wrong_item")),
    }
    if plans:
        invite_form = more.pop("invite", None) or InviteForm(formdata=None)
        item_form = more.pop("new_item", None) or ItemForm(formdata=None)
        invite_form.offer()
        item_form.offer(meeting)
        shown |= {"invite": invite_form, "new_item": item_form, "lacks": lacking.lacks(meeting)}
        shown |= {"move_form": MoveForm(formdata=None), "answers": answers}
        shown["tray"] = [(one, placing.likely_item(meeting, one.name)) for one in placing.tray(meeting)]
        shown["is_short_notice"] = answering.is_short_notice(meeting)
        shown |= {"papers_due": publishing.due_day(meeting), "papers_late": publishing.is_late(meeting)}
        shown["rehearsal"] = rehearsals.of(meeting.id)
        shown["unready"] = lacking.lacks_for_ready(meeting) if meeting.published_at else []
    elif meeting.state in answering.ANSWERABLE:
        form = more.pop("answer_form", None) or AnswerForm(formdata=None)
        part = meeting.participant(user.id)
        form.offer(may_send=part is not None and part.role is not PartRole.SUBSTITUTE)
        shown |= {"answer_form": form, "mine": answering.mine(user, meeting)}
    if not plans:
        shown |= _positions(user, meeting, more.pop("position_form", None))
    shown |= more
    forms = [shown[it] for it in ("invite", "new_item", "answer_form", "position_form") if shown.get(it)]
    is_wrong = shown["problem"] or any(form.status == 422 for form in forms)
    looks.note_later(user.id, meeting.id, is_invitation=True)
    template = "meetings/plan.html" if plans else "meetings/detail.html"
    return render_template(template, **shown), 422 if is_wrong else 200


def _positions(user: User, meeting: Meeting, form: PositionForm | None) -> dict[str, Any]:
    """What a member said of the items, and the form to say it."""
    form = form or PositionForm(formdata=None)
    form.offer()
    asked = positions.asked_of(user, meeting)
    return {"position_form": form, "stands": positions.mine(user, meeting), "asked": asked}


def _do(mid: int, where: str, act: Any) -> ResponseReturnValue:
    """Run a service; a refusal becomes a sentence on the same page."""
    try:
        act()
    except DomainError as refusal:
        if refusal.status in {403, 404}:
            raise
        return _answer(mid, where, [sentence(refusal)], asks=refusal.data.get("confirm"))
    return _back(mid, where)


def _answer(mid: int, where: str, problems: list[str], asks: str | None = None) -> ResponseReturnValue:
    if not problems:
        return _back(mid, where)
    meeting = access_meeting(_user(), mid, To.ATTEND)
    return _page(meeting, problem=" ".join(problems), asks=asks)


def _back(mid: int, where: str) -> ResponseReturnValue:
    return redirect(url_for("meetings.detail", mid=mid, _anchor=where))


def _create(form: NewMeetingForm) -> int:
    return planning.create_meeting(
        _user(),
        **_head_values(form),
        chair_id=form.chair_id.data,
        delegate_ids=form.delegate_ids.data or [],
    )


def _head_values(form: HeadForm) -> dict[str, Any]:
    values = (form.title, form.place, form.requirements, form.body_id)
    return {one.name: one.data for one in values} | {"starts_at": form.starts_at}


def _item_values(form: ItemForm) -> dict[str, Any]:
    return {
        "title": form.title.data,
        "kind": form.kind.data,
        "budget_min": form.budget_min.data,
        "owner_id": form.owner_id.data,
        "without_papers": form.without_papers.data,
        "answer_by": form.answer_by,
    }


def _moved(planned: list[int]) -> list[int]:
    """The order after one item went a step up or down."""
    for name, step in (("up", -1), ("down", 1)):
        moved = request.form.get(name, type=int)
        if moved in planned:
            place = planned.index(moved)
            planned.insert(max(0, place + step), planned.pop(place))
    return planned
