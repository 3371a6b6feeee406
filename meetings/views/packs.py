"""What devices keep for when the network fails: packs, the key that seals them, the page of both."""

import base64
from typing import Any, cast

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core.devices import device_words
from intranet.core.errors import BadState
from intranet.core.labels import label
from intranet.core.pages import assets_for, build_id
from intranet.core.web import me, needs, public, sentence, within
from intranet.people.models import User
from meetings.permissions import ATTEND
from meetings.services import packs, readiness, seat_codes
from meetings.services.packs import Pack

bp = Blueprint("meetings_packs", __name__)

_ROOM, _KEPT = "meetings/room.js", "meetings/kept.js"


@bp.get("/meetings/<int:mid>/pack.json")
@within("meeting:<mid>")
@needs(ATTEND)
def pack(mid: int) -> ResponseReturnValue:
    """The actor's own list of what to keep of a meeting: files by hash, and built parts by address."""
    return jsonify(_told(packs.pack_of(_user(), mid)))


@bp.get("/api/v1/packs")
@needs(ATTEND)
def coming() -> ResponseReturnValue:
    """Packs of the meetings of the coming week, so that an open page keeps them up to date by itself."""
    return jsonify(p=_user().id, packs=[one.told() for one in packs.coming(_user())], app=build_id())


@bp.post("/api/v1/device-key")
@within("*")
@needs(ATTEND)
def device_key() -> ResponseReturnValue:
    """The key that seals what this person's device keeps; whoever names an earlier one gets it again."""
    body = request.get_json(silent=True)
    kid = body.get("kid") if isinstance(body, dict) else None
    name, key = packs.device_key(_user(), None if kid is None else str(kid))
    return jsonify(kid=name, key=base64.b64encode(key).decode())


@bp.post("/api/v1/meetings/<int:mid>/pack/report")
@within("meeting:<mid>")
@needs(ATTEND)
def report(mid: int) -> ResponseReturnValue:
    """A device says how its pack stands."""
    body = request.get_json(silent=True)
    readiness.report(_user(), mid, body if isinstance(body, dict) else {})
    return jsonify(ok=True)


@bp.post("/api/v1/meetings/<int:mid>/pack/wiped")
@within("meeting:<mid>")
@needs(ATTEND)
def wiped(mid: int) -> ResponseReturnValue:
    """A lent device says that nothing is left on it, before it is signed out."""
    readiness.note_wiped(_user(), mid)
    return jsonify(ok=True)


@bp.get("/meetings/<int:mid>/devices")
@needs(ATTEND)
def board(mid: int) -> ResponseReturnValue:
    """Whose devices have the papers: of everybody for chair and secretary, else one's own."""
    found = readiness.board(_user(), mid)
    return render_template(
        "meetings/devices.html",
        board=found,
        meeting=found.meeting,
        device_words=device_words,
        app=build_id(),
        has_cards=seat_codes.issues(_user(), found.meeting),
    )


@bp.post("/meetings/<int:mid>/devices/remind")
@needs(ATTEND)
def remind(mid: int) -> ResponseReturnValue:
    """Remind whoever has no ready device."""
    try:
        flash(label("pack.reminded", n=readiness.remind(_user(), mid)), "ok")
    except BadState as refusal:
        flash(sentence(refusal), "info")
    return redirect(url_for("meetings_packs.board", mid=mid))


@bp.get("/kept")
@public("nothing is in it: what it shows the device holds, sealed")
def kept() -> ResponseReturnValue:
    """What this device keeps of the office, and what it has not sent yet; it works without the network."""
    return render_template("meetings/kept.html")


def _told(found: Pack) -> dict[str, Any]:
    shell = sorted({*assets_for(_ROOM), *assets_for(_KEPT)})
    return {**found.told(), "p": _user().id, "app": build_id(), "shell": shell}


def _user() -> User:
    return cast(User, me())
