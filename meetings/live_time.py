"""When the sitting will end, told to those in the room: with what changes it, and as its minutes go by."""

from sqlalchemy import select

from intranet.core.db import session
from intranet.core.live import sockets
from meetings.live import room_name, rooms
from meetings.models.meeting import IN_SESSION, Meeting
from meetings.rules.shares import AUDIENCES, Audience
from meetings.services import room

_LOOK_SECONDS = 5.0
#: Of which version and when (ms) the forecast was reckoned that each room was last told.
_told: dict[int, tuple[int, int]] = {}


@sockets.background(_LOOK_SECONDS)
def tell_forecast() -> None:
    """Tell every room that sits what is expected by now, where it was reckoned anew; the wall shows none."""
    ids = {tablet.meeting_id for tablet in rooms.tablets.values()}
    found = session().scalars(select(Meeting).where(Meeting.id.in_(ids), Meeting.state.in_(IN_SESSION)))
    expected = {meeting.id: room.forecast_of(meeting) for meeting in found} if ids else {}
    for meeting_id, told in expected.items():
        if _told.get(meeting_id) == (told["v"], told["at"]):
            continue
        frame = {"k": "lv", "key": "forecast", "mid": meeting_id, "seq": told["at"], "d": told}
        for audience in AUDIENCES:
            if audience is not Audience.PROJ:
                sockets.emit("lv", frame, to=room_name(meeting_id, audience))
    forget_told()
    _told.update({meeting_id: (told["v"], told["at"]) for meeting_id, told in expected.items()})


def forget_told() -> None:
    """Forget what was told; for tests, whose meetings have the same ids."""
    _told.clear()
