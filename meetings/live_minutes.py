"""Telling whoever may read the minutes of a meeting that something in them changed, and who is at a block."""

from intranet.core import db
from intranet.core.events import subscribe
from intranet.core.live import DESK, MEETINGS, person_room, sockets
from meetings.models.meeting import Meeting
from meetings.models.minutes import Minutes, MinutesMoved
from meetings.services import minutes


@subscribe(MinutesMoved, live=True)
def tell_readers(moved: MinutesMoved) -> None:
    """Say which part changed and who changed it; the words are asked for by whoever may read them."""
    if not sockets.people():
        return
    with db.scope():
        meeting = db.session().get(Meeting, moved.meeting_id)
        if meeting is None:
            return
        readers = minutes.readers_of(meeting, db.session().get(Minutes, moved.meeting_id))
        told = {
            "mid": moved.meeting_id,
            "key": moved.key,
            "rev": moved.rev,
            "by": moved.by_id,
            "name": minutes.name_of(moved.by_id),
        }
        for user_id in sockets.present(readers):
            for namespace in (DESK, MEETINGS):
                sockets.emit("minutes", told, to=person_room(user_id), namespace=namespace)
