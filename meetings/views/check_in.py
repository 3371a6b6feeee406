"""The code on the wall: the page that hangs there, and the one button of whoever scanned it."""

from typing import Any, cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core.errors import Forbidden
from intranet.core.labels import label
from intranet.core.web import me, needs
from intranet.people.models import User
from meetings.permissions import ATTEND, To, access_meeting, may
from meetings.services import attending, listing
from meetings.views.qr import qr_of

bp = Blueprint("meetings_check_in", __name__)


@bp.route("/meetings/<int:mid>/check-in", methods=["GET", "POST"])
@needs(ATTEND)
def check_in(mid: int) -> ResponseReturnValue:
    """With the code: check in. Without: the code itself for chair and secretary, else where to find it."""
    user = cast(User, me())
    meeting = access_meeting(user, mid, To.ATTEND)
    if request.method == "POST":
        attending.check_in(user, mid, request.form.get("code", ""))
        flash(label("meeting.checked_in"), "ok")
        return redirect(url_for("meetings_check_in.check_in", mid=mid, code=attending.code_for(mid)))
    code = request.args.get("code")
    if code is not None and not attending.is_code(mid, code):
        raise Forbidden("att.bad_code")
    runs = may(user, To.RUN, meeting)
    return render_template(
        "meetings/check_in.html",
        meeting=meeting,
        code=code,
        presence=attending.entry_of(meeting, user.id)["st"],
        is_open=listing.is_door_open(meeting),
        **(_on_the_wall(mid) if runs else {}),
    )


def _on_the_wall(mid: int) -> dict[str, Any]:
    """The address that hangs on the wall, and its QR code as an SVG element."""
    path = url_for("meetings_check_in.check_in", mid=mid, code=attending.code_for(mid))
    wall = f"{current_app.config['SETTINGS'].public_url}{path}"
    return {"wall": wall, "drawing": qr_of(wall, label("meeting.check_in_code"))}
