"""The room over plain HTTP, where sockets are blocked: the same commands, shares and last values."""

import json
import time
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from flask import Blueprint, current_app, jsonify, request, session
from flask.typing import ResponseReturnValue

from intranet.core import clock, commands, db, health
from intranet.core.errors import Invalid
from intranet.core.labels import label
from intranet.core.live import COMMAND_RATE, MAX_FRAME_BYTES
from intranet.core.rates import Rate
from intranet.core.web import me, needs, within
from intranet.people.models import User
from meetings.leading import gone_from
from meetings.live import ON_WALL, online, online_entry
from meetings.live_following import share_of
from meetings.live_votes import counts_for
from meetings.permissions import ATTEND, To, access_meeting, access_room
from meetings.rules.mark_kinds import is_count
from meetings.rules.shares import OFFICERS, Audience
from meetings.services import annotating, room
from meetings.services.journal import ms

bp = Blueprint("meetings_live", __name__)

#: The longest a poll waits for something to happen, and how often it looks.
MOST_WAIT = 25.0
_LOOK_SECONDS = 0.25
#: After so many looks it looks at what no line of the journal tells.
_BESIDE_LOOKS = 4
#: As over a socket, but for a person: devices without a socket are few.
over_http = Rate(*COMMAND_RATE)
#: What a device drew, apart from what it asks: ten batches a second; an hour without a network, at once.
drawn = Rate(10.0, 60.0)


@bp.post("/api/v1/meetings/<int:mid>/commands")
@within("meeting:<mid>")
@needs(ATTEND)
def cmd_over_http(mid: int) -> ResponseReturnValue:
    """A command, when the socket is down; one for another meeting is refused."""
    user = cast(User, me())
    access_room(user, mid)
    over_http.spend(str(user.id))
    if (request.content_length or 0) > MAX_FRAME_BYTES:
        raise Invalid("command.too_big", most=MAX_FRAME_BYTES // 1024)
    frame = request.get_json(silent=True)
    asked = frame.get("d") if isinstance(frame, Mapping) else None
    if not isinstance(asked, Mapping) or asked.get("mid") != mid:
        raise Invalid("command.payload", name="mid")
    return jsonify(commands.run(me(), frame))


@bp.get("/api/v1/meetings/<int:mid>/snapshot")
@within("meeting:<mid>")
@needs(ATTEND)
def snapshot_over_http(mid: int) -> ResponseReturnValue:
    """The whole state, or what was missed since ``?since=``, as a ``welcome``."""
    since, on_wall = request.args.get("since", type=int), request.args.get("as") == ON_WALL
    answer = room.welcome(cast(User, me()), mid, since, on_wall=on_wall).answer
    if since is not None and request.args.get("cls") != answer["cls"]:
        answer = room.welcome(cast(User, me()), mid, None, on_wall=on_wall).answer
    # Letters as they are, as over the socket: escaped, a full room's state is a sixth heavier.
    text = json.dumps(answer, separators=(",", ":"), ensure_ascii=False)
    return current_app.response_class(text, mimetype="application/json")


@bp.get("/api/v1/meetings/<int:mid>/people")
@within("meeting:<mid>")
@needs(ATTEND)
def people_over_http(mid: int) -> ResponseReturnValue:
    """Who takes part, for whoever opens the list."""
    return jsonify(ok=True, people=room.people_of(cast(User, me()), mid))


@bp.get("/api/v1/meetings/<int:mid>/events")
@within("meeting:<mid>")
@needs(ATTEND)
def events_over_http(mid: int) -> ResponseReturnValue:
    """What happened after ``?since=`` to the audience ``?cls=``; waits up to ``?wait=`` seconds.

    A rectangle newer than ``?seen=`` ends the wait too, and so does an answer to a call after ``?heard=``,
    another page of what is shown to few, a position that one takes elsewhere, or anything else beside the
    journal than what ``?beside=`` marks. Whoever belongs to another audience now asks for its state.
    """
    user = cast(User, me())
    access_meeting(user, mid, To.ATTEND)
    since = request.args.get("since", type=int)
    if since is None:
        raise Invalid("command.payload", name="since")
    on_wall, seen = request.args.get("as") == ON_WALL, request.args.get("seen", type=int)
    heard, own, beside, looks = request.args.get("heard", type=int), None, {}, 0
    until = time.monotonic() + min(MOST_WAIT, max(0.0, request.args.get("wait", 0.0, type=float)))
    while True:
        with db.scope(user.org_ids):
            got = room.events_since(user, mid, since, on_wall=on_wall)
            if looks % _BESIDE_LOOKS == 0:
                beside = _beside(mid, got.audience)
        looks += 1
        if got.frames is None or request.args.get("cls", got.audience.value) != got.audience.value:
            return jsonify(ok=True, cls=got.audience.value, mode="snapshot", events=[])
        view = got.lv["view"]
        is_newer = seen is not None and view is not None and view["seq"] > seen
        found = {key: got.lv.get(key) for key in ("shown", "mine")}
        own = found if own is None else own
        is_newer |= own != found or request.args.get("beside", beside["mark"]) != beside["mark"]
        is_newer |= heard is not None and any(one["v"] > heard for one in got.lv.get("replies", ()))
        if got.frames or is_newer or time.monotonic() >= until or health.is_stopping():
            told = {"mode": "delta", "events": got.frames, "lv": got.lv | beside, "now": ms(clock.now())}
            return jsonify(ok=True, cls=got.audience.value, **told)
        time.sleep(_LOOK_SECONDS)


def _beside(mid: int, audience: Audience) -> dict[str, Any]:
    """What sockets are told without a line of the journal, and a mark of it: who is there, votes that run."""
    told: dict[str, Any] = {"votes": counts_for(mid, audience)}
    if audience is not Audience.PROJ:
        told["online"] = online_entry(online(mid), audience)
    if audience in OFFICERS:
        gone = gone_from(mid)
        told |= {"following": share_of(mid), "presenter": {"gone": gone is not None, "p": gone}}
    return told | {"mark": str(zlib.crc32(json.dumps(told, sort_keys=True).encode()))}


@bp.post("/api/v1/meetings/<int:mid>/annotations/sync")
@within("meeting:<mid>")
@needs(ATTEND)
def sync_annotations(mid: int) -> ResponseReturnValue:
    """Take in a device's marks and tell what it lacks."""
    access_meeting(cast(User, me()), mid, To.ATTEND)
    drawn.spend(f"{me().id}:{getattr(session, 'row_id', None)}")
    body = request.get_json(silent=True)
    if not isinstance(body, Mapping) or not isinstance(body.get("ops", []), list):
        raise Invalid("command.payload", name="ops")
    have = body.get("have", {})
    if not isinstance(have, Mapping):
        raise Invalid("command.payload", name="have")
    seen = body.get("seen")
    if seen is not None and not is_count(seen, 0, 2**53):
        raise Invalid("command.payload", name="seen")
    done = annotating.sync(cast(User, me()), mid, body.get("ops", []), have, seen=seen)
    for one in done.rejected:
        one["msg"] = label(f"error.{one['code']}")
    return jsonify(ok=True, **asdict(done))
