"""The minutes of a meeting: written, read, commented on, approved; and the page of one conclusion."""

import io
from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from intranet.core import clock, refs
from intranet.core.errors import DomainError, Invalid
from intranet.core.forms import read_date
from intranet.core.web import me, needs, sentence, within
from intranet.notices import workdays
from intranet.people import directory
from intranet.people.models import User
from intranet.records import media
from meetings.forms import MinutesRoundForm
from meetings.models.conclusion import ConclusionKind
from meetings.models.meeting import Meeting, MeetingState
from meetings.permissions import ATTEND, To, access_meeting, may
from meetings.services import (
    archiving,
    conclusion_lists,
    conclusion_notice,
    conclusion_review,
    conclusions,
    life,
    listing,
    minutes,
    minutes_docx,
    minutes_facts,
    minutes_files,
    minutes_review,
    minutes_sheet,
    planning,
)

bp = Blueprint("meetings_minutes", __name__)

#: Working days that members are usually given to comment.
_ROUND_DAYS = 2


def _user() -> User:
    return cast(User, me())


@bp.get("/meetings/<int:mid>/minutes")
@needs(ATTEND)
def page(mid: int) -> ResponseReturnValue:
    """The minutes as they stand."""
    return _page(mid)


@bp.get("/meetings/<int:mid>/minutes/history/<key>")
@needs(ATTEND)
def history(mid: int, key: str) -> ResponseReturnValue:
    """Every version of a block."""
    meeting, _ = minutes.access_minutes(_user(), mid)
    found = minutes.history_of(meeting, key)
    people = directory.people({one.by_id for one in found})
    return render_template("meetings/_minutes_history.html", versions=found, people=people)


@bp.get("/meetings/<int:mid>/minutes.docx")
@needs(ATTEND)
def docx(mid: int) -> ResponseReturnValue:
    """The minutes as a Word file: as they stand, or the very file that was approved."""
    meeting, _ = minutes.access_minutes(_user(), mid)
    approved = minutes_files.approved_docx(meeting)
    if approved is not None:
        return redirect(approved.url)
    sheet = minutes_sheet.sheet_of(_user(), meeting)
    return send_file(
        io.BytesIO(minutes_docx.build_docx(sheet)),
        mimetype=media.DOCX,
        as_attachment=True,
        download_name=minutes_docx.file_name(sheet),
    )


@bp.post("/meetings/<int:mid>/minutes/files")
@needs(ATTEND)
def make_files(mid: int) -> ResponseReturnValue:
    """Let the PDF be made."""
    return _do(mid, "fresh-files", lambda: minutes_files.ask_files(_user(), mid))


@bp.post("/meetings/<int:mid>/archive")
@needs(ATTEND)
def make_archive(mid: int) -> ResponseReturnValue:
    """Let the file of the meeting be made."""
    return _do(mid, "fresh-archive", lambda: archiving.ask_archive(_user(), mid))


@bp.post("/meetings/<int:mid>/minutes/notice")
@needs(ATTEND)
def draft_notice(mid: int) -> ResponseReturnValue:
    """Draft the notice of conclusions and go to the draft."""
    try:
        ref = conclusion_notice.draft_notice(_user(), mid)
    except DomainError as refusal:
        if refusal.status in {403, 404}:
            raise
        return _page(mid, problem=sentence(refusal))
    return redirect(refs.url(ref))


@bp.post("/meetings/<int:mid>/minutes/submit")
@needs(ATTEND)
def submit(mid: int) -> ResponseReturnValue:
    """Give them to the chair."""
    return _do(mid, "top", lambda: minutes_review.submit(_user(), mid))


@bp.post("/meetings/<int:mid>/minutes/approve")
@needs(ATTEND)
def approve(mid: int) -> ResponseReturnValue:
    """The chair approves them."""
    expect = request.form.get("edition") or None
    return _do(mid, "top", lambda: minutes_review.approve(_user(), mid, expect=expect))


@bp.post("/meetings/<int:mid>/minutes/close")
@needs(ATTEND)
def close(mid: int) -> ResponseReturnValue:
    """The chair closes the meeting; its file for the archive is made."""
    return _do(mid, "fresh-archive", lambda: life.move_meeting(_user(), mid, MeetingState.CLOSED))


@bp.post("/meetings/<int:mid>/minutes/return")
@needs(ATTEND)
def give_back(mid: int) -> ResponseReturnValue:
    """The chair returns them."""
    reason = request.form.get("reason", "")
    return _do(mid, "top", lambda: minutes_review.return_minutes(_user(), mid, reason))


@bp.post("/meetings/<int:mid>/minutes/round")
@needs(ATTEND)
def ask_members(mid: int) -> ResponseReturnValue:
    """Let the members comment until a day."""
    form = MinutesRoundForm()
    until = form.until.data if form.accepts() else None
    if until is None:
        access_meeting(_user(), mid, To.RUN)
        return _page(mid, round_form=form)
    return _do(mid, "top", lambda: minutes_review.ask_members(_user(), mid, until))


@bp.post("/meetings/<int:mid>/minutes/comments")
@needs(ATTEND)
def comment(mid: int) -> ResponseReturnValue:
    """Say something of a block."""
    key, text = request.form.get("key", ""), request.form.get("text", "")
    return _do(mid, f"b-{key.replace(':', '-')}", lambda: minutes_review.comment(_user(), mid, key, text))


@bp.post("/meetings/<int:mid>/minutes/comments/<int:comment_id>/settle")
@needs(ATTEND)
def settle_comment(mid: int, comment_id: int) -> ResponseReturnValue:
    """A comment has been heeded."""
    return _do(mid, "top", lambda: minutes_review.settle_comment(_user(), mid, comment_id))


@bp.post("/meetings/<int:mid>/minutes/corrections")
@needs(ATTEND)
def correct(mid: int) -> ResponseReturnValue:
    """Say what a fact should have been."""
    fact, text, reason = (request.form.get(name, "") for name in ("fact", "text", "reason"))
    return _do(mid, f"f-{fact}", lambda: minutes_review.correct_fact(_user(), mid, fact, text, reason))


@bp.get("/meetings/<int:mid>/conclusions/panel")
@within("meeting:<mid>")
@needs(ATTEND)
def panel(mid: int) -> ResponseReturnValue:
    """What the room concludes with."""
    meeting = access_meeting(_user(), mid, To.RUN)
    parties = conclusion_lists.parties(meeting)
    return render_template("meetings/_conclude_room.html", parties=parties, **_concluded(meeting))


@bp.get("/meetings/<int:mid>/minutes/panel")
@within("meeting:<mid>")
@needs(ATTEND)
def beside(mid: int) -> ResponseReturnValue:
    """What stands beside the running facts in the room: breaks, the summary of the item, conclusions."""
    meeting, held = minutes.access_minutes(_user(), access_meeting(_user(), mid, To.RUN).id)
    return render_template(
        "meetings/_minutes_room.html",
        now=minutes_sheet.now_of(_user(), meeting),
        blocks=minutes.blocks_of(meeting),
        can=minutes.rights(_user(), meeting, held),
        told=minutes_facts.breaks_of(meeting),
        review=conclusion_review.review_of(_user(), meeting),
        adds=planning.may_change(meeting),
        **_concluded(meeting),
    )


def _concluded(meeting: Meeting) -> dict[str, Any]:
    """The conclusions so far, newest first, for those who run the room."""
    found = conclusion_lists.entries(conclusion_lists.conclusions_in(meeting))
    return {
        "meeting": meeting,
        "found": [one for one in found if one["state"] != "cancelled"][::-1],
        "chairs": may(_user(), To.CHAIR, meeting),
    }


@bp.post("/meetings/<int:mid>/conclusions/<int:conclusion_id>/confirm")
@needs(ATTEND)
def confirm(mid: int, conclusion_id: int) -> ResponseReturnValue:
    """The chair stands by a conclusion."""
    expect = request.form.get("version", type=int)
    act = conclusions.confirm_conclusion
    return _do(mid, f"c-{conclusion_id}", lambda: act(_user(), mid, conclusion_id, expect=expect))


@bp.post("/meetings/<int:mid>/conclusions/<int:conclusion_id>/edit")
@needs(ATTEND)
def edit(mid: int, conclusion_id: int) -> ResponseReturnValue:
    """Word a conclusion anew."""
    expect, given = request.form.get("version", type=int), _words()
    act = conclusions.edit_conclusion
    return _do(mid, f"c-{conclusion_id}", lambda: act(_user(), mid, conclusion_id, given(), expect=expect))


@bp.post("/meetings/<int:mid>/conclusions/<int:conclusion_id>/cancel")
@needs(ATTEND)
def cancel(mid: int, conclusion_id: int) -> ResponseReturnValue:
    """A conclusion counts no more."""
    expect, reason = request.form.get("version", type=int), request.form.get("reason", "")
    act = conclusions.cancel_conclusion
    return _do(
        mid, f"c-{conclusion_id}", lambda: act(_user(), mid, conclusion_id, reason=reason, expect=expect)
    )


@bp.get("/meetings/conclusions/<int:conclusion_id>")
@needs(ATTEND)
def conclusion(conclusion_id: int) -> ResponseReturnValue:
    """One conclusion with its meeting, for whoever is to act on it."""
    found, meeting = conclusion_lists.shown(_user(), conclusion_id)
    (one,) = conclusion_lists.entries([found])
    return render_template(
        "meetings/conclusion.html",
        one=one,
        meeting=meeting,
        reads_task=one["task"] is not None and refs.may_read(me(), one["task"].ref),
        attends=refs.may_read(me(), meeting.ref),
    )


def _words() -> Callable[[], conclusions.Words]:
    """What the form of a conclusion says, judged when the act begins."""
    form = request.form

    def read() -> conclusions.Words:
        try:
            kind = ConclusionKind(form.get("kind", ""))
            due = form.get("due_date", "")
            day = read_date(due) if due else None
        except ValueError:
            raise Invalid("conclusion.bad_form") from None
        return conclusions.Words(
            text=form.get("text", ""),
            kind=kind,
            item_id=form.get("item", type=int),
            lead=form.get("lead") or None,
            co=tuple(one for one in form.getlist("co") if one),
            due_date=day,
            is_urgent="urgent" in form,
        )

    return read


def _page(mid: int, problem: str = "", round_form: MinutesRoundForm | None = None) -> ResponseReturnValue:
    user = _user()
    meeting, held = minutes.access_minutes(user, mid)
    can = minutes.rights(user, meeting, held)
    archives = may(user, To.RUN, meeting) and listing.is_held(meeting) and not meeting.is_rehearsal
    form = round_form
    if form is None:
        form = MinutesRoundForm(formdata=None)
        form.until.data = workdays.add_working_days(clock.today(), _ROUND_DAYS)
    shown: dict[str, Any] = {
        "meeting": meeting,
        "held": held,
        "can": can,
        "sheet": minutes_sheet.sheet_of(_user(), meeting),
        "blocks": minutes.blocks_of(meeting),
        "comments": minutes.comments_of(meeting),
        "round_ends": minutes.round_ends(held),
        "round_form": form,
        "made": minutes_files.made_of(meeting),
        "edition": minutes_files.edition_of(meeting) if can.decide else None,
        "archive": archiving.archive_of(meeting) if archives else None,
        "notice": conclusion_notice.standing(user, meeting),
        "closes": held is not None and MeetingState.CLOSED in life.moves_for(user, meeting),
        "problem": problem,
        "parties": conclusion_lists.parties(meeting) if can.conclude else [],
        "chairs": may(user, To.CHAIR, meeting),
    }
    is_wrong = bool(problem) or form.status == 422
    return render_template("meetings/minutes.html", **shown), 422 if is_wrong else 200


def _do(mid: int, where: str, act: Callable[[], object]) -> ResponseReturnValue:
    """Run a service; a refusal becomes a sentence on the same page."""
    try:
        act()
    except DomainError as refusal:
        if refusal.status in {403, 404}:
            raise
        return _page(mid, problem=sentence(refusal))
    return redirect(url_for("meetings_minutes.page", mid=mid, _anchor=where))
