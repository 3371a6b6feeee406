"""The rehearsal of a meeting: made or entered, begun again, thrown away; all else is the room's."""

from collections.abc import Callable
from typing import cast

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from intranet.core.errors import BadState
from intranet.core.labels import label
from intranet.core.web import me, needs, sentence
from intranet.people.models import User
from meetings.permissions import ATTEND
from meetings.services import rehearsing

bp = Blueprint("meetings_rehearsal", __name__)


@bp.post("/meetings/<int:mid>/rehearsal")
@needs(ATTEND)
def rehearse(mid: int) -> ResponseReturnValue:
    """Make the rehearsal, or come back to it, and enter its room."""
    return _enter(mid, rehearsing.rehearse)


@bp.post("/meetings/<int:mid>/rehearsal/again")
@needs(ATTEND)
def begin_again(mid: int) -> ResponseReturnValue:
    """Begin anew, with agenda, papers and people as they are now."""
    return _enter(mid, rehearsing.begin_again)


@bp.post("/meetings/<int:mid>/rehearsal/remove")
@needs(ATTEND)
def throw_away(mid: int) -> ResponseReturnValue:
    """Wipe the rehearsal."""
    rehearsing.throw_away(cast(User, me()), mid)
    flash(label("meeting.rehearsal_wiped"), "ok")
    return redirect(url_for("meetings.detail", mid=mid))


def _enter(mid: int, act: Callable[[User, int], int]) -> ResponseReturnValue:
    try:
        made = act(cast(User, me()), mid)
    except BadState as refusal:
        flash(sentence(refusal), "info")
        return redirect(url_for("meetings.detail", mid=mid))
    return redirect(url_for("meetings_room.enter", mid=made))
