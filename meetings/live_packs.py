"""The board of devices moves: whoever runs the meeting reads it anew."""

from intranet.core.db import session
from intranet.core.events import subscribe
from intranet.core.live import DESK, person_room, sockets
from meetings.models.meeting import Meeting
from meetings.models.readiness import DeviceReported
from meetings.permissions import RUNNING


@subscribe(DeviceReported, live=True)
def tell_board(reported: DeviceReported) -> None:
    """Tell chair, secretaries and the device's own person."""
    meeting = session().get(Meeting, reported.meeting_id)
    if meeting is None:
        return
    runners = {part.user_id for part in meeting.participants if part.role in RUNNING}
    for user_id in runners | {reported.user_id}:
        sockets.emit("changed", {"what": ["packs"]}, to=person_room(user_id), namespace=DESK)
