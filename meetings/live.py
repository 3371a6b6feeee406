"""The room over sockets; where they are blocked, ``live_http.py`` gives the same.

A tablet says ``hello`` with the version it holds; it enters its audience's room first and is answered second,
so that no change falls in between. Frames of a meeting leave this process in the order of their versions.
"""

import contextlib
import json
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select

from intranet.core import clock, commands, db
from intranet.core.actor import Actor
from intranet.core.db import session
from intranet.core.errors import DomainError, Invalid, NotFound
from intranet.core.events import subscribe
from intranet.core.live import MAX_TOLD_BYTES, MEETINGS, Answer, socket_id, sockets
from intranet.people.models import User
from meetings.models.device import DeviceMoved
from meetings.models.journal import MeetingMoved, PartChanged
from meetings.models.meeting import IN_SESSION, Meeting
from meetings.models.paper import FewPapersChanged
from meetings.permissions import ATTEND, access_room, require_room
from meetings.rules.shares import AUDIENCES, OFFICERS, Audience
from meetings.services import journal, room
from meetings.services.journal import ms

#: How the screen on the wall names itself.
ON_WALL = "proj"
HEADS_SECONDS = 15.0
_PRESENCE_SECONDS = 1.0
#: Under this name the web processes tell each other who is in their rooms.
_IN_ROOMS = "meetings.online"


@dataclass
class Present:
    """One tablet in a room."""

    meeting_id: int
    user_id: int
    audience: Audience
    #: Whether the page follows the presenter, as the tablet last said; ``None`` while it presents itself.
    follows: bool | None = field(default=True, compare=False)


@dataclass
class _Rooms:
    """What this process knows of its rooms; a restart forgets it, and every tablet says hello again."""

    tablets: dict[str, Present] = field(default_factory=dict)
    #: When the last tablet of a person left a meeting, by meeting and person, until they are back.
    left_at: dict[tuple[int, int], datetime] = field(default_factory=dict)
    #: Who came into which meeting since the last look.
    arrived: set[tuple[int, int]] = field(default_factory=set)
    #: Last version told, by meeting.
    told: dict[int, int] = field(default_factory=dict)
    #: When a room was last told anything that a tablet coming in must know, in monotonic seconds.
    news_at: float = 0.0
    locks: defaultdict[int, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))
    #: Meetings whose number of people has changed since it was last told.
    counted_anew: set[int] = field(default_factory=set)
    #: Who was in the room when it was last told.
    counted: dict[int, set[int]] = field(default_factory=dict)


rooms = _Rooms()


def room_name(meeting_id: int, audience: Audience) -> str:
    """The room of an audience."""
    return f"meeting:{meeting_id}:{audience.value}"


@sockets.on("hello", needs=ATTEND)
def hello(actor: Actor, frame: Any) -> Answer:
    """Come into a room, or come back: nothing, what was missed, or the whole state."""
    if not isinstance(frame, Mapping) or not isinstance(frame.get("mid"), int):
        raise Invalid("command.payload", name="mid")
    if frame.get("proto", room.PROTO) != room.PROTO:
        raise Invalid("hello.proto", proto=room.PROTO)
    last = (frame.get("last") or {}).get("cls") if isinstance(frame.get("last"), Mapping | None) else None
    user, on_wall = cast(User, actor), frame.get("as") == ON_WALL
    try:
        meeting, audience = _come_in(user, frame["mid"], on_wall=on_wall)
        if rooms.news_at >= db.reads_since():
            # Something was told after the reading began, perhaps before the tablet was in the room.
            db.read_anew()
            meeting, audience = _come_in(user, frame["mid"], on_wall=on_wall)
    except DomainError:
        _leave(socket_id())
        raise
    if frame.get("cls") != audience.value or not isinstance(last, int):
        last = None
    answer = room.answer_to(user, meeting, audience, last) | {"clients": len(rooms.tablets)}
    rooms.told.setdefault(frame["mid"], answer["v"])
    if "state" in answer and len(answer["state"].text) > MAX_TOLD_BYTES:
        # Too long for a message: the tablet, which hears the room by now, fetches it over HTTP.
        del answer["state"]
    return answer


def _come_in(user: User, meeting_id: int, *, on_wall: bool) -> tuple[Meeting, Audience]:
    """Put the tablet into the room of whoever may be there."""
    meeting = access_room(user, meeting_id, on_wall=on_wall)
    audience = room.audience_for(user, meeting, on_wall=on_wall)
    _enter(socket_id(), Present(meeting_id, user.id, audience))
    return meeting, audience


@sockets.on("leave", needs=ATTEND)
def leave(actor: Actor, frame: Any) -> Answer:
    """Go out of the room and keep the socket."""
    _leave(socket_id())
    return {"ok": True}


@sockets.on("cmd", needs=ATTEND)
def cmd(actor: Actor, frame: Any) -> Answer:
    """Do what the room is asked; the answer repeats for a repeated ``cid``."""
    asked = frame.get("d") if isinstance(frame, Mapping) else None
    if isinstance(asked, Mapping) and isinstance(asked.get("mid"), int):
        require_place(actor, asked["mid"])
    return commands.run(actor, frame)


@sockets.on_leave()
def gone() -> None:
    """A tablet's socket closed."""
    _forget(socket_id())


@subscribe(MeetingMoved, live=True)
def tell_room(moved: MeetingMoved) -> None:
    """Tell each audience its share of what happened, in order, whoever committed first."""
    rooms.news_at = time.monotonic()
    with rooms.locks[moved.meeting_id]:
        told = rooms.told.get(moved.meeting_id, moved.v - 1)
        if moved.v <= told:
            return
        lines = [line for line in moved.lines if line.v > told]
        if not lines or lines[0].v != told + 1:
            # Told by another process, or somebody committed before and has not told it yet.
            lines = journal.lines_after(moved.meeting_id, told)
        for audience in AUDIENCES:
            found = [frame for line in lines if (frame := journal.frame_of(line, audience)) is not None]
            if len(json.dumps(found)) > MAX_TOLD_BYTES:
                why = {"k": "resync", "why": "size", "mid": moved.meeting_id}
                sockets.emit("resync", why, to=room_name(moved.meeting_id, audience))
            elif found:
                sockets.emit("evt", found, to=room_name(moved.meeting_id, audience))
        if lines:
            rooms.told[moved.meeting_id] = lines[-1].v


@subscribe(PartChanged, live=True)
def part_changed(changed: PartChanged) -> None:
    """Whoever lost their part leaves the room now; whoever holds another role asks anew."""
    rooms.news_at = time.monotonic()
    meeting = session().get(Meeting, changed.meeting_id)
    part = meeting.participant(changed.user_id) if meeting else None
    for sid, tablet in list(rooms.tablets.items()):
        if (tablet.meeting_id, tablet.user_id) != (changed.meeting_id, changed.user_id):
            continue
        _leave(sid)
        if part is None:
            sockets.emit("bye", {"k": "bye", "code": "removed", "mid": changed.meeting_id}, to=sid)
        else:
            sockets.emit("resync", {"k": "resync", "why": "class", "mid": changed.meeting_id}, to=sid)


@subscribe(FewPapersChanged, live=True)
def few_papers_changed(changed: FewPapersChanged) -> None:
    """Whoever is told nothing of papers for few asks anew which are theirs."""
    rooms.news_at = time.monotonic()
    for audience in (Audience.MEMBER, Audience.GUEST):
        told = {"k": "resync", "why": "papers", "mid": changed.meeting_id}
        sockets.emit("resync", told, to=room_name(changed.meeting_id, audience))


@subscribe(DeviceMoved, live=True)
def device_moved(moved: DeviceMoved) -> None:
    """The device that was replaced leaves the room and says why; the screen on the wall stays."""
    rooms.news_at = time.monotonic()
    for sid, tablet in list(rooms.tablets.items()):
        came_by = sockets.session_of(sid)
        is_theirs = (tablet.meeting_id, tablet.user_id) == (moved.meeting_id, moved.user_id)
        if not is_theirs or tablet.audience is Audience.PROJ or came_by == moved.fresh_id:
            continue
        if moved.session_id in {0, came_by}:
            _leave(sid)
            sockets.emit("bye", {"k": "bye", "code": "device.moved", "mid": moved.meeting_id}, to=sid)
    if moved.session_id:
        sockets.cut_session(moved.session_id)
    told = {
        "k": "lv",
        "key": "device",
        "mid": moved.meeting_id,
        "seq": ms(clock.now()),
        "d": {"p": moved.user_id},
    }
    sockets.emit("lv", told, to=room_name(moved.meeting_id, Audience.SEC))


@sockets.background(HEADS_SECONDS)
def tell_heads() -> None:
    """Tell every room that sits where its chains end, so that a lost last frame is noticed too."""
    ids = {tablet.meeting_id for tablet in rooms.tablets.values()}
    if not ids:
        return
    query = select(Meeting.id, Meeting.heads).where(Meeting.id.in_(ids), Meeting.state.in_(IN_SESSION))
    # Those of every room: all of them would come back to this process at once.
    common = {"now": ms(clock.now()), "clients": len(rooms.tablets)}
    for meeting_id, heads in session().execute(query):
        for audience in AUDIENCES:
            told = {"mid": meeting_id, "cls": heads.get(audience.value, 0), **common}
            sockets.emit("heads", told, to=room_name(meeting_id, audience))


@sockets.background(_PRESENCE_SECONDS)
def tell_presence() -> None:
    """Tell who is in each room where that changed, here or at another web process."""
    changed, rooms.counted_anew = rooms.counted_anew, set()
    mine = {meeting_id: sorted(_here(meeting_id)) for meeting_id in _meetings_here()}
    sockets.say(_IN_ROOMS, {str(meeting_id): people for meeting_id, people in mine.items()})
    rooms.counted = {key: people for key, people in rooms.counted.items() if key in mine}
    for meeting_id in mine:
        people = online(meeting_id)
        if meeting_id not in changed and people == rooms.counted.get(meeting_id):
            continue
        rooms.counted[meeting_id] = people
        for audience in AUDIENCES:
            if audience is Audience.PROJ:
                continue
            d = online_entry(people, audience)
            told = {"k": "lv", "key": "online", "mid": meeting_id, "seq": ms(clock.now()), "d": d}
            sockets.emit("lv", told, to=room_name(meeting_id, audience))


def online_entry(people: set[int], audience: Audience) -> dict[str, Any]:
    """How many are in the room; who, for chair and secretary."""
    who = {"people": sorted(people)} if audience in OFFICERS else {}
    return {"n": len(people), **who}


def require_place(actor: Actor, meeting_id: int) -> None:
    """Refuse a socket whose place in the room went to another device; asks nothing where it is in the room.

    :raises Forbidden: ``device.moved``.
    """
    tablet = rooms.tablets.get(socket_id())
    is_in = tablet is not None and (tablet.meeting_id, tablet.user_id) == (meeting_id, actor.id)
    if is_in and tablet is not None and tablet.audience is not Audience.PROJ:
        return
    # Whether they may attend at all is judged with what is asked.
    with contextlib.suppress(NotFound):
        require_room(cast(User, actor), meeting_id)


def online(meeting_id: int) -> set[int]:
    """Who is in the room now, whichever web process their tablet is connected to; the screen is nobody."""
    key = str(meeting_id)
    return _here(meeting_id).union(*(said.get(key, ()) for said in sockets.heard(_IN_ROOMS)))


def _here(meeting_id: int) -> set[int]:
    """Whose tablets in the room are connected to this process."""
    return {
        tablet.user_id
        for tablet in rooms.tablets.values()
        if tablet.meeting_id == meeting_id and tablet.audience is not Audience.PROJ
    }


def _meetings_here() -> set[int]:
    """Meetings with a tablet connected to this process."""
    return {tablet.meeting_id for tablet in rooms.tablets.values()}


def _enter(sid: str, tablet: Present) -> None:
    before = rooms.tablets.get(sid)
    if before is not None and before != tablet:
        _leave(sid)
    rooms.tablets[sid] = tablet
    if sockets.io is not None:
        sockets.io.server.enter_room(sid, room_name(tablet.meeting_id, tablet.audience), namespace=MEETINGS)
    rooms.counted_anew.add(tablet.meeting_id)
    if tablet.audience is not Audience.PROJ:
        rooms.arrived.add((tablet.meeting_id, tablet.user_id))


def _leave(sid: str) -> None:
    tablet = rooms.tablets.get(sid)
    if tablet is None:
        return
    if sockets.io is not None:
        sockets.io.server.leave_room(sid, room_name(tablet.meeting_id, tablet.audience), namespace=MEETINGS)
    _forget(sid)


def _forget(sid: str) -> None:
    tablet = rooms.tablets.pop(sid, None)
    if tablet is None:
        return
    rooms.counted_anew.add(tablet.meeting_id)
    if tablet.user_id not in online(tablet.meeting_id):
        rooms.left_at[tablet.meeting_id, tablet.user_id] = clock.now()
    if tablet.meeting_id not in _meetings_here():
        rooms.told.pop(tablet.meeting_id, None)
