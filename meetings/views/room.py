"""The room: one page, whose script does the rest."""

from collections.abc import Collection
from typing import cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core.errors import Forbidden
from intranet.core.labels import label
from intranet.core.web import me, needs, within
from intranet.people.models import User
from meetings.permissions import ATTEND, To, may
from meetings.services import conclusion_review, listing, publishing, room
from meetings.views import looks

bp = Blueprint("meetings_room", __name__)

#: Sizes of the room's text in percent; which one a person has on a device is kept there.
TEXT_SIZES = ("100", "125", "150")


@bp.get("/meetings/<int:mid>/room")
@within("meeting:<mid>")
@needs(ATTEND)
def enter(mid: int) -> ResponseReturnValue:
    """The room, once the meeting is published until its end; for chair and secretary longer."""
    user = cast(User, me())
    try:
        found = room.welcome(user, mid, None)
    except Forbidden:
        return redirect(url_for("meetings_devices.tablet", number=mid))
    meeting = found.meeting
    runs = may(user, To.RUN, meeting)
    is_held = listing.is_held(meeting)
    is_early = meeting.published_at is not None and meeting.ended_at is None
    if not listing.is_readable(meeting) and not (runs and (is_early or is_held)):
        if user.only is not None:
            return redirect(url_for("meetings_devices.tablet", number=mid))
        flash(label("meeting.door_shut" if is_held else "meeting.door_closed"), "info")
        return redirect(url_for("meetings.detail", mid=mid))
    fresh = publishing.fresh_for(user, meeting)
    looks.note_later(user.id, mid)
    return _page(user, found, fresh)


@bp.get("/meetings/<int:mid>/pack/room")
@within("meeting:<mid>")
@needs(ATTEND)
def keep(mid: int) -> ResponseReturnValue:
    """The room's page as a device keeps it for when the network fails; the door need not be open."""
    user = cast(User, me())
    return _page(user, room.welcome(user, mid, None))


def _page(user: User, found: room.Welcome, fresh: Collection[str] = ()) -> str:
    meeting = found.meeting
    return render_template(
        "meetings/room.html",
        meeting=meeting,
        runs=may(user, To.RUN, meeting),
        chairs=may(user, To.CHAIR, meeting),
        part=meeting.participant(user.id),
        welcome=found.answer,
        fresh=fresh,
        text_size=_text_size(user),
        slim=request.cookies.get(f"rail-{user.id}") == "slim",
        reviews=conclusion_review.is_on_agenda(meeting) and user.only is None,
    )


def _text_size(user: User) -> str:
    held = request.cookies.get(f"text-{user.id}", "")
    return held if held in TEXT_SIZES else TEXT_SIZES[0]
