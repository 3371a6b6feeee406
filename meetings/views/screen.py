"""The screen on the wall: one page that shows and cannot be pressed."""

from typing import cast

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intranet.core.labels import label
from intranet.core.web import me, needs
from intranet.people.models import User
from meetings.permissions import ATTEND, To, access_meeting
from meetings.services import presenting, room

bp = Blueprint("meetings_screen", __name__)


@bp.get("/meetings/<int:mid>/screen")
@needs(ATTEND)
def screen(mid: int) -> ResponseReturnValue:
    """The wall's page, which chair or secretary opens once the meeting is published and until it is over."""
    user = cast(User, me())
    meeting = access_meeting(user, mid, To.RUN)
    if meeting.state not in presenting.SCREEN_IS_UP:
        flash(label("error.screen.down"), "info")
        return redirect(url_for("meetings.detail", mid=mid))
    return render_template(
        "meetings/screen.html", meeting=meeting, welcome=room.welcome(user, mid, None, on_wall=True).answer
    )
