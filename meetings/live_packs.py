"""Devices and their board hear at once: of packs that changed, and of a device that stands elsewhere."""

from collections.abc import Iterable

from intranet.core.db import session
from intranet.core.events import subscribe
from intranet.core.live import DESK, person_room, sockets
from meetings.models.journal import PartChanged
from meetings.models.meeting import Meeting
from meetings.models.paper import PacksChanged
from meetings.models.readiness import DeviceReported
from meetings.permissions import RUNNING


@subscribe(DeviceReported, live=True)
def tell_board(reported: DeviceReported) -> None:
    """Tell chair, secretaries and the device's own person."""
    meeting = session().get(Meeting, reported.meeting_id)
    if meeting is None:
        return
    runners = {part.user_id for part in meeting.participants if part.role in RUNNING}
    _tell(runners | {reported.user_id}, "packs")


@subscribe(PacksChanged, live=True)
def tell_devices(changed: PacksChanged) -> None:
    """Open pages of those who take part look again at what they keep; the room's own page knows by itself."""
    meeting = session().get(Meeting, changed.meeting_id)
    if meeting is not None:
        _tell(sockets.present(part.user_id for part in meeting.participants), "kept")


@subscribe(PartChanged, live=True)
def tell_own(changed: PartChanged) -> None:
    """Whoever takes part now has a pack to keep; whoever does no longer has one to lose."""
    _tell([changed.user_id], "kept")


def _tell(people: Iterable[int], what: str) -> None:
    for user_id in people:
        sockets.emit("changed", {"what": [what]}, to=person_room(user_id), namespace=DESK)
