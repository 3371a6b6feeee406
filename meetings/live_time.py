"""When the sitting will end, told to those in the room: with what changes it, and as its minutes go by.

Pages reckon by the same arithmetic, so what would look alike to them is not told again.
"""

from typing import Any

from sqlalchemy import select

from intranet.core.db import session
from intranet.core.live import sockets
from meetings.live import room_name, rooms
from meetings.models.meeting import IN_SESSION, Meeting
from meetings.rules.shares import AUDIENCES, Audience
from meetings.services import room

_LOOK_SECONDS = 5.0
_MINUTE = 60_000
#: What each room was last told, as it looks there.
_told: dict[int, tuple[Any, ...]] = {}


@sockets.background(_LOOK_SECONDS)
def tell_forecast() -> None:
    """Tell every room that sits what is expected by now, where that is another; the wall shows none."""
    ids = {tablet.meeting_id for tablet in rooms.tablets.values()}
    found = session().scalars(select(Meeting).where(Meeting.id.in_(ids), Meeting.state.in_(IN_SESSION)))
    expected = {meeting.id: room.forecast_of(meeting) for meeting in found} if ids else {}
    for meeting_id, told in expected.items():
        if _told.get(meeting_id) == _looks(told):
            continue
        frame = {"k": "lv", "key": "forecast", "mid": meeting_id, "seq": told["at"], "d": told}
        for audience in AUDIENCES:
            if audience is not Audience.PROJ:
                sockets.emit("lv", frame, to=room_name(meeting_id, audience))
    forget_told()
    _told.update({meeting_id: _looks(told) for meeting_id, told in expected.items()})


def _looks(told: dict[str, Any]) -> tuple[Any, ...]:
    """A forecast as a page shows it: in whole minutes, and for a minute or so."""
    return told["at"] // _MINUTE, told["end"] // _MINUTE, told["drift_s"] * 1000 // _MINUTE, told["over"]


def forget_told() -> None:
    """Forget what was told; for tests, whose meetings have the same ids."""
    _told.clear()
