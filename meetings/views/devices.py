"""The page on which another device takes a person's place in a room: a code, whose it is, and one button."""

from typing import cast

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, StringField

from intranet.core.forms import Limit, OfficeForm, Required
from intranet.core.web import present_actor, public
from intranet.people import sessions
from intranet.people.models import User
from meetings.services import devices, listing, rehearsals
from meetings.services.devices import Comer

bp = Blueprint("meetings_devices", __name__)


class TabletForm(OfficeForm):
    """The code, and whether its person was seen and agreed to."""

    code = StringField(_("Mã 6 hoặc 8 chữ số"), [Required(), Limit(20)])
    agreed = HiddenField()


@bp.route("/tablet/<int:number>", methods=["GET", "POST"])
@public("a fresh tablet has nobody signed in; the code is the key")
def tablet(number: int) -> ResponseReturnValue:
    """Type a code, see whose it is, agree; then the room. The page is the same for every number."""
    mid = number
    user = cast("User | None", present_actor())
    is_outside = user is not None and devices.has_moved_away(user, mid)
    form, offer = TabletForm(), None
    if form.accepts():
        comer = Comer(
            address=request.remote_addr or "",
            user_id=None if user is None else user.id,
            session_id=None if user is None else user.session_id,
            is_outside=is_outside,
            device=str(request.user_agent.string or ""),
        )
        typed = form.code.data or ""
        with form.refusals():
            if form.agreed.data == "1":
                devices.take_place(mid, typed, comer)
                return redirect(url_for("meetings_room.enter", mid=mid))
            offer = devices.look_at_code(mid, typed, comer)
    form.agreed.data = ""
    is_bound = user is not None and user.only == f"meeting:{mid}"
    page = render_template(
        "meetings/tablet.html",
        form=form,
        offer=offer,
        mid=mid,
        user=user,
        why="moved" if is_outside else sessions.why_ended() if user is None else None,
        is_bound=is_bound,
        # Nobody else is told which numbers are meetings.
        is_rehearsal=(is_bound or offer is not None) and rehearsals.is_silent(mid),
        is_open=user is not None and user.only is not None and listing.is_open_to(user, mid),
    )
    return page, form.status
