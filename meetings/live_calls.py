"""What is one person's alone, told to that person's tablets and to nobody else.

The answer to a call, words written to one person, the positions that a member took.
"""

from typing import Any

from intranet.core.db import session
from intranet.core.events import subscribe
from intranet.core.live import sockets
from intranet.people.models import User
from meetings.live import ON_WALL, rooms
from meetings.models.journal import CallAnswered
from meetings.models.meeting import Meeting
from meetings.models.position import PositionTaken
from meetings.services import announcing, journal, positions


@subscribe(CallAnswered, live=True)
def tell_answer(answered: CallAnswered) -> None:
    """Tell it; a tablet that is away hears of it when it is back."""
    line = next(iter(journal.lines_after(answered.meeting_id, answered.v - 1, 1)), None)
    if line is None or line.v != answered.v:
        return
    _tell(answered.meeting_id, answered.user_id, "reply", answered.v, announcing.reply_entry(line))


@subscribe(PositionTaken, live=True)
def tell_author(taken: PositionTaken) -> None:
    """Tell the positions that somebody took to all of that person's tablets, wherever they were taken."""
    meeting, author = session().get(Meeting, taken.meeting_id), session().get(User, taken.user_id)
    if meeting is not None and author is not None and _of(taken.meeting_id, taken.user_id):
        mine = positions.own_entries(author, meeting)
        _tell(taken.meeting_id, taken.user_id, "mine", meeting.v, mine)


def _of(meeting_id: int, user_id: int) -> list[str]:
    """A person's tablets in a room; the screen that the person opened on the wall is none of them."""
    return [
        sid
        for sid, tablet in list(rooms.tablets.items())
        if (tablet.meeting_id, tablet.user_id) == (meeting_id, user_id) and tablet.audience.value != ON_WALL
    ]


def _tell(meeting_id: int, user_id: int, key: str, seq: int, d: Any) -> None:
    for sid in _of(meeting_id, user_id):
        sockets.emit("lv", {"k": "lv", "key": key, "mid": meeting_id, "seq": seq, "d": d}, to=sid)
