"""That marks were shared, told to whoever may see them, who then ask for them. And the presenter's ink."""

from collections.abc import Mapping
from typing import Any

from intranet.core import clock
from intranet.core.errors import Invalid
from intranet.core.events import subscribe
from intranet.core.live import sockets
from meetings.live import room_name, rooms
from meetings.models.annotation import MarksShared
from meetings.rules import mark_kinds
from meetings.rules.mark_kinds import is_count
from meetings.rules.shares import AUDIENCES, Audience
from meetings.services.journal import ms

#: Points of the presenter's stroke in one message.
MOST_POINTS = 200


@subscribe(MarksShared, live=True)
def tell_shared(shared: MarksShared) -> None:
    """Tell the tablets that there is something; the screen on the wall shows no marks."""
    frame = {"k": "lv", "key": "marks", "mid": shared.meeting_id, "seq": ms(clock.now()), "d": {}}
    if not shared.people:
        for audience in AUDIENCES:
            if audience is not Audience.PROJ:
                sockets.emit("lv", frame, to=room_name(shared.meeting_id, audience))
        return
    wanted = {*shared.people, shared.by_id}
    for sid, tablet in list(rooms.tablets.items()):
        if tablet.meeting_id == shared.meeting_id and tablet.user_id in wanted:
            sockets.emit("lv", frame, to=sid)


def ink_of(given: Any) -> dict[str, Any]:
    """A part of the presenter's stroke, ``{page, id, from, tool, rgb, w, pts}``; ``id`` 0 wipes all away.

    :raises Invalid: ``command.payload``.
    """
    if not isinstance(given, Mapping) or not is_count(given.get("page"), 1, 100_000):
        raise Invalid("command.payload", name="page")
    if given.get("id") == 0:
        return {"page": given["page"], "id": 0}
    points = given.get("pts")
    if not isinstance(points, list) or len(points) > MOST_POINTS * 2:
        raise Invalid("command.payload", name="pts")
    if not is_count(given.get("id"), 1, 1_000_000) or not is_count(given.get("from"), 0, 1_000_000):
        raise Invalid("command.payload", name="id")
    stroke = {"kind": "ink", **{name: given.get(name) for name in ("tool", "rgb", "w", "pts")}}
    mark_kinds.check(stroke)
    return {name: given[name] for name in ("page", "id", "from", "tool", "rgb", "w", "pts")}
