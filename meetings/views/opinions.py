"""Pages of opinion ballots: those that wait, a new one, and one with its answers. They need no socket."""

from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core.errors import DomainError
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs, sentence
from intranet.people.models import User
from intranet.records import files
from meetings.models.opinion import OpinionChoice
from meetings.permissions import ATTEND, CREATE
from meetings.services import opinion_lists, opinions
from meetings.services.opinion_access import ToOpinion, access_opinion
from meetings.views import paging
from meetings.views.opinion_forms import NEEDS, OpinionAnswerForm, OpinionForm, VoidOpinionForm

bp = Blueprint("meetings_opinions", __name__, url_prefix="/meetings/opinions")


def _user() -> User:
    return cast(User, me())


@bp.get("")
@needs(ATTEND)
def index() -> ResponseReturnValue:
    """Ballots that are open, or those that are over."""
    is_past = request.args.get("tab") == "past"
    rows, older = (
        opinion_lists.ended_for(_user(), paging.read(request.args.get("before"))) if is_past else ([], None)
    )
    if not is_past:
        rows = opinion_lists.open_for(_user())
    return render_template(
        "meetings/opinions.html",
        rows=rows,
        is_past=is_past,
        older=paging.written(older),
    )


@bp.route("/new", methods=["GET", "POST"])
@needs(CREATE)
def new() -> ResponseReturnValue:
    """Put a question to members in writing."""
    form = OpinionForm()
    form.offer(_user())
    if not form.is_submitted():
        wanted = request.args.get("meeting", type=int)
        if wanted in {value for value, _ in form.meeting_id.choices}:
            form.meeting_id.data = wanted
    elif form.accepts():
        with form.refusals():
            sent = [key for key in request.form.getlist("file_id") if key]
            for staged_id in sent:
                files.wait_for(me(), staged_id)
            body = form.as_body() | {"files": sent}
            made = done_once(
                me(), form.once.data, body, lambda: opinions.put_opinion(_user(), _asked(form, sent))
            )
            return redirect(url_for("meetings_opinions.detail", oid=made))
    return render_template("meetings/opinion_new.html", form=form), form.status


@bp.get("/<int:oid>")
@needs(ATTEND)
def detail(oid: int) -> ResponseReturnValue:
    """One ballot: to answer it, to follow it, or to read what came of it."""
    return _page(oid)


@bp.post("/<int:oid>/answer")
@needs(ATTEND)
def answer(oid: int) -> ResponseReturnValue:
    """Give one's opinion, or give it anew."""
    access_opinion(_user(), oid, ToOpinion.READ)
    form = OpinionAnswerForm()
    form.offer()
    if form.accepts():
        with form.refusals():
            choice = OpinionChoice(form.choice.data)
            seen, words = _count(form.seen.data), form.text.data or ""
            done_once(
                me(),
                form.once.data,
                form.as_body() | {"opinion": oid},
                lambda: opinions.answer(_user(), oid, choice, words, expect=seen),
            )
            flash(label("opinion.thanks"), "ok")
            return redirect(url_for("meetings_opinions.detail", oid=oid))
    return _page(oid, answer_form=form)


@bp.post("/<int:oid>/close")
@needs(ATTEND)
def close(oid: int) -> ResponseReturnValue:
    """Count before the deadline, once all have answered."""
    return _do(oid, lambda: opinions.close_opinion(_user(), oid))


@bp.post("/<int:oid>/publish")
@needs(ATTEND)
def publish(oid: int) -> ResponseReturnValue:
    """Tell the members what came of it."""
    return _do(oid, lambda: opinions.publish_opinion(_user(), oid))


@bp.post("/<int:oid>/void")
@needs(ATTEND)
def void(oid: int) -> ResponseReturnValue:
    """Declare that it counts for nothing."""
    access_opinion(_user(), oid, ToOpinion.CHAIR)
    form = VoidOpinionForm()
    if form.accepts():
        with form.refusals():
            opinions.void_opinion(_user(), oid, reason=form.reason.data or "")
            return redirect(url_for("meetings_opinions.detail", oid=oid))
    return _page(oid, void_form=form)


def _page(
    oid: int,
    *,
    answer_form: OpinionAnswerForm | None = None,
    void_form: VoidOpinionForm | None = None,
    problem: str | None = None,
) -> ResponseReturnValue:
    user = _user()
    sheet = opinion_lists.sheet_of(user, access_opinion(user, oid, ToOpinion.READ))
    if answer_form is None:
        answer_form = OpinionAnswerForm(formdata=None)
        answer_form.fill(sheet.mine)
    void_form = void_form or VoidOpinionForm(formdata=None)
    is_wrong = problem or answer_form.status != 200 or void_form.status != 200
    shown: dict[str, Any] = {"sheet": sheet, "ballot": sheet.ballot, "problem": problem}
    shown |= {"answer_form": answer_form, "void_form": void_form}
    return render_template("meetings/opinion.html", **shown), 422 if is_wrong else 200


def _do(oid: int, act: Any) -> ResponseReturnValue:
    """Run a service; a refusal becomes a sentence on the same page."""
    try:
        act()
    except DomainError as refusal:
        if refusal.status in {403, 404}:
            raise
        return _page(oid, problem=sentence(refusal))
    return redirect(url_for("meetings_opinions.detail", oid=oid))


def _asked(form: OpinionForm, staged_ids: list[str]) -> opinions.Question:
    return opinions.Question(
        question=form.question.data,
        text=form.text.data or "",
        days=form.days.data,
        chair_id=form.chair_id.data,
        member_ids=form.member_ids.data or (),
        meeting_id=form.meeting_id.data,
        body_id=form.body_id.data,
        need=NEEDS[form.need.data],
        silence=form.silence.data,
        may_change=form.may_change.data,
        shows_names=form.shows_names.data,
        staged_ids=staged_ids,
    )


def _count(text: str | None) -> int:
    """How often the member had answered, as the page wrote it."""
    return int(text) if text and text.isdecimal() and len(text) < 6 else 0
