"""What leaves the house, for administrators: what waits, what was refused, and the switch."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core.labels import label
from intranet.core.web import me, needs
from intranet.notices import outbox_switch, outbox_watch
from intranet.notices.permissions import OUTBOX

bp = Blueprint("outbox", __name__, url_prefix="/admin/outbox")


@bp.get("")
@needs(OUTBOX)
def index() -> ResponseReturnValue:
    """How each channel stands, and letters that were given up."""
    before = request.args.get("before", type=int)
    dead, more = outbox_watch.dead_letters(before)
    return render_template(
        "notices/outbox.html",
        lines=outbox_watch.lines(),
        dead=dead,
        more=more,
        is_on=outbox_switch.is_on(),
        is_copy=outbox_switch.is_copy(),
        jumped=outbox_switch.jump(),
        is_begun=outbox_switch.is_begun(),
        late=outbox_watch.trouble()[0],
    )


@bp.post("/again")
@needs(OUTBOX)
def send_again() -> ResponseReturnValue:
    """Send one letter again, or all that were given up."""
    given = request.form.get("letter", "")
    count = outbox_watch.send_again(me(), int(given) if given.isdecimal() and len(given) < 10 else None)
    flash(label("outbox.again", n=count), "ok")
    return redirect(url_for("outbox.index"))


@bp.post("/switch")
@needs(OUTBOX)
def switch() -> ResponseReturnValue:
    """Let letters leave from here, or keep them back."""
    is_on = request.form.get("to") == "on"
    outbox_switch.turn(me(), is_on)
    flash(label("outbox.on" if is_on else "outbox.off"), "ok")
    return redirect(url_for("outbox.index"))
