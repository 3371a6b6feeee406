"""A paper that is shown to the devices of those who may read it: they are told of it, and nobody else.

What passes while something is shown goes the same ways: rectangle, pointer and ink of the presenter.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from intranet.core.db import session
from intranet.core.events import subscribe
from intranet.core.live import sockets
from meetings.live import room_name, rooms
from meetings.models.journal import MeetingMoved
from meetings.models.meeting import Meeting
from meetings.rules.present_shares import is_hidden
from meetings.rules.shares import AUDIENCES, OFFICERS
from meetings.services import presenting

_TELLING = frozenset({"present.started", "present.page"})


@dataclass(frozen=True)
class Passing:
    """Something that nobody keeps, for the tablets that see what is shown, whichever process they are at."""

    meeting_id: int
    #: As :attr:`meetings.services.presenting.Lead.narrow`.
    narrow: str
    #: Name of the socket's event, and what it carries.
    name: str
    frame: dict[str, Any]


#: By meeting the version of the room and who may see what is shown to few, as last asked.
_readers: dict[int, tuple[int, frozenset[int]]] = {}
#: By meeting the page for few that was last told here, by when it was shown.
_told: dict[int, int] = {}


@subscribe(MeetingMoved, live=True)
def tell_few(moved: MeetingMoved) -> None:
    """Tell those who may read it which page is shown; the line of the journal told them only that one is."""
    if moved.lines and not any(line.kind in _TELLING and "few" in line.data for line in moved.lines):
        return
    # Done at another process, the fact comes without its lines.
    meeting = session().get(Meeting, moved.meeting_id)
    shown = {} if meeting is None else presenting.shown(meeting)
    if "few" not in shown or (not moved.lines and _told.get(moved.meeting_id) == shown["at"]):
        return
    _told[moved.meeting_id] = shown["at"]
    told = {"k": "lv", "key": "shown", "mid": moved.meeting_id, "seq": shown["at"], "d": shown}
    for sid in _of_readers(moved.meeting_id):
        sockets.emit("lv", told, to=sid)


@subscribe(Passing, live=True)
def pass_here(passing: Passing) -> None:
    """Tell the tablets of this process; who may read a paper is asked here, for the others are never told."""
    for place in _places(passing.meeting_id, passing.narrow):
        sockets.emit(passing.name, passing.frame, to=place)


def _places(meeting_id: int, narrow: str) -> list[str]:
    """The rooms and tablets here that see what is shown: all, or those whom a paper for few is shown to.

    :param narrow: as :attr:`meetings.services.presenting.Lead.narrow`.
    """
    shown = {narrow: True} if narrow else {}
    seeing = [room_name(meeting_id, one) for one in AUDIENCES if not is_hidden(shown, one)]
    return seeing + (_of_readers(meeting_id) if narrow == "few" else [])


def _of_readers(meeting_id: int) -> list[str]:
    """Tablets here of those who may read what is shown, beside chair and secretary, who are told with all."""
    there = {
        sid: tablet.user_id
        for sid, tablet in list(rooms.tablets.items())
        if tablet.meeting_id == meeting_id
        and tablet.audience not in OFFICERS
        and tablet.audience.value != "proj"
    }
    readers = _known_readers(meeting_id, frozenset(there.values()))
    return [sid for sid, person in there.items() if person in readers]


def _known_readers(meeting_id: int, ids: frozenset[int]) -> frozenset[int]:
    """Asked of the database once for a version of the room; whose rights change, a new version tells."""
    v = session().scalar(select(Meeting.v).where(Meeting.id == meeting_id)) or 0
    known = _readers.get(meeting_id)
    if known is None or known[0] != v:
        meeting = session().get_one(Meeting, meeting_id)
        everybody = {part.user_id for part in meeting.participants}
        known = _readers[meeting_id] = (v, presenting.few_readers(meeting, everybody | ids))
    return known[1]
