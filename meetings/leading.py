"""The presenter's rectangle and pointer on their way to those who follow, and a presenter who is gone.

Both are last values: ten a second at most, the newest wins, none is a line of the journal. The rectangle is
stored once a second at most and told again then, so that who came in between has it too; the pointer never.
The process to which the presenter is connected keeps the time; all of them tell their own tablets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import select

from intranet.core import clock, commands
from intranet.core.actor import Actor
from intranet.core.db import session
from intranet.core.errors import Invalid
from intranet.core.events import subscribe
from intranet.core.live import Answer, sockets
from intranet.people.models import User
from meetings import live_following, live_marks
from meetings.live import online, require_place, room_name, rooms
from meetings.live_few import Passing
from meetings.models.journal import MeetingMoved
from meetings.models.meeting import Meeting
from meetings.permissions import ATTEND
from meetings.rules.shares import OFFICERS
from meetings.services import presenting
from meetings.services.journal import ms
from meetings.services.presenting import Lead, View, ViewShown

#: Between two rectangles of a meeting, and between two stored ones.
SEND_EVERY = timedelta(milliseconds=100)
STORE_EVERY = timedelta(seconds=1)
#: After this long without the presenter's socket, chair and secretary are told, and again every so often.
GONE_AFTER = timedelta(seconds=20)
GONE_AGAIN = timedelta(seconds=5)
#: A rectangle that has stood still for so long is in the database alone.
FORGET_AFTER = timedelta(minutes=1)
_TICK_SECONDS = 0.1
_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class ViewFrame:
    """A rectangle as the presenter's tablet sends it."""

    page: int
    x: float
    y: float
    w: float


@dataclass(frozen=True)
class PointerFrame:
    """Where the presenter points, in fractions of the page."""

    page: int
    x: float
    y: float


@dataclass(frozen=True)
class PresenterSeen:
    """A presenter is gone, or back: for chair and secretary, whichever process they are at."""

    meeting_id: int
    frame: dict[str, Any]


@dataclass
class _Stream:
    """The rectangles of one meeting: what was sent, what waits, what is stored."""

    lead: Lead
    newest: View
    is_sent: bool = False
    is_stored: bool = False
    sent_at: datetime | None = None
    stored_at: datetime | None = None


@dataclass
class _Leading:
    """What this process knows of presenters; a restart forgets it."""

    #: Who leads what, by meeting; forgotten whenever the meeting moves.
    leads: dict[int, Lead] = field(default_factory=dict)
    streams: dict[int, _Stream] = field(default_factory=dict)
    #: Presenters who are gone, by meeting, and when that was last told.
    gone: dict[int, tuple[int, datetime]] = field(default_factory=dict)

    def clear(self) -> None:
        """Forget everything; for tests, whose meetings have the same ids."""
        self.leads.clear()
        self.streams.clear()
        self.gone.clear()


leading = _Leading()


@sockets.on("lv", needs=ATTEND)
def last_value(actor: Actor, frame: Any) -> Answer:
    """Take the presenter's rectangle, ``{mid, key: "view", d: {page, x, y, w}}``, or who follows it."""
    if isinstance(frame, Mapping) and frame.get("key") == "follow":
        return live_following.take(actor, frame)
    mid, found = _read(frame, "key", "view", ViewFrame)
    require_place(actor, mid)
    view = presenting.view_of(found.page, found.x, found.y, found.w)
    lead = _lead(actor, mid)
    if lead.page == view.page:
        _take(mid, lead, view)
    return {"ok": True}


@sockets.on("eph", needs=ATTEND)
def passing(actor: Actor, frame: Any) -> Answer:
    """Pass the presenter's pointer on, ``{mid, t: "pointer", d: {page, x, y}}``, or ink; nobody keeps it."""
    if isinstance(frame, Mapping) and frame.get("t") == "ink":
        return _ink(actor, frame)
    mid, found = _read(frame, "t", "pointer", PointerFrame)
    require_place(actor, mid)
    if not (0 <= found.x <= 1 and 0 <= found.y <= 1):
        raise Invalid("present.bad_view")
    lead = _lead(actor, mid)
    if lead.page == found.page:
        d = {"page": found.page, "x": round(found.x, 4), "y": round(found.y, 4)}
        _pass(mid, lead, "pointer", d)
    return {"ok": True}


def _ink(actor: Actor, frame: Mapping[str, Any]) -> Answer:
    if not isinstance(frame.get("mid"), int):
        raise Invalid("command.payload", name="mid")
    require_place(actor, frame["mid"])
    drawn = live_marks.ink_of(frame.get("d"))
    lead = _lead(actor, frame["mid"])
    if lead.page == drawn["page"]:
        _pass(frame["mid"], lead, "ink", drawn)
    return {"ok": True}


def _pass(mid: int, lead: Lead, what: str, d: dict[str, Any]) -> None:
    sockets.tell(Passing(mid, lead.narrow, "eph", {"k": "eph", "t": what, "mid": mid, "d": d}))


@subscribe(ViewShown)
def shown_without_socket(shown: ViewShown) -> None:
    """A rectangle that came as a command."""
    _take(shown.meeting_id, shown.lead, shown.view)


@subscribe(MeetingMoved, live=True)
def look_again(moved: MeetingMoved) -> None:
    """Whoever led may no longer, or leads another page or paper."""
    leading.leads.pop(moved.meeting_id, None)
    stream = leading.streams.get(moved.meeting_id)
    if stream is not None:
        # What waits may be of the paper before: it is told when it is stored, which asks what is shown.
        leading.streams[moved.meeting_id] = replace(stream, is_sent=True, is_stored=False)


@subscribe(PresenterSeen, live=True)
def tell_officers_here(seen: PresenterSeen) -> None:
    """Tell those of this process who run the room."""
    for audience in sorted(OFFICERS):
        sockets.emit("lv", seen.frame, to=room_name(seen.meeting_id, audience))


@sockets.background(_TICK_SECONDS)
def send_and_store() -> None:
    """Send what waited for its turn, and store the newest of each meeting once a second."""
    now = clock.now()
    for mid, stream in list(leading.streams.items()):
        if not stream.is_sent and _is_due(stream.sent_at, SEND_EVERY, now):
            _send(mid, stream, now)
        if not stream.is_stored and _is_due(stream.stored_at, STORE_EVERY, now):
            _store(mid, stream, now)
        if stream.is_sent and stream.is_stored and _is_due(stream.sent_at, FORGET_AFTER, now):
            leading.streams.pop(mid, None)


@sockets.background(_LOOK_SECONDS)
def look_for_presenters() -> None:
    """Tell chair and secretary of a presenter who has been gone for 20 seconds, and of one who is back."""
    now = clock.now()
    arrived, rooms.arrived = rooms.arrived, set()
    here = {mid: online(mid) for mid in {mid for mid, _ in arrived}}
    for mid, person in arrived:
        if person in here[mid]:
            rooms.left_at.pop((mid, person), None)
    due = {key for key, at in rooms.left_at.items() if now - at >= GONE_AFTER}
    again = {mid for mid, (_, at) in leading.gone.items() if now - at >= GONE_AGAIN}
    mids = {mid for mid, _ in due | arrived} | again
    if not mids:
        return
    rows = session().execute(select(Meeting.id, Meeting.presenting).where(Meeting.id.in_(mids)))
    by_meeting = {mid: (kept or {}).get("by") for mid, kept in rows}
    for mid, person in due:
        rooms.left_at.pop((mid, person), None)
        if by_meeting.get(mid) == person and person not in online(mid):
            _tell_gone(mid, person, now)
    for mid, person in arrived:
        if by_meeting.get(mid) == person:
            leading.gone.pop(mid, None)
            _tell_officers(mid, {"gone": False, "p": person})
    for mid in again:
        told = leading.gone.pop(mid, None)
        if told is None or by_meeting.get(mid) != told[0]:
            continue
        if told[0] in online(mid):
            # Back at another process.
            _tell_officers(mid, {"gone": False, "p": told[0]})
        else:
            _tell_gone(mid, told[0], now)


def gone_from(mid: int) -> int | None:
    """The presenter who is gone, as far as this process knows."""
    known = leading.gone.get(mid)
    return None if known is None else known[0]


def _read(frame: Any, key: str, name: str, kind: type) -> tuple[int, Any]:
    """The meeting and the body of a frame.

    :raises Invalid: ``command.payload``.
    """
    if not isinstance(frame, Mapping) or not isinstance(frame.get("mid"), int):
        raise Invalid("command.payload", name="mid")
    if frame.get(key) != name:
        raise Invalid("command.payload", name=key)
    return frame["mid"], commands.parse(kind, frame.get("d"))


def _lead(actor: Actor, mid: int) -> Lead:
    """What the actor leads; asked of the database once for a version of the room, not ten times a second."""
    known = leading.leads.get(mid)
    runs_out = known is not None and known.until is not None and (ms(clock.now()) or 0) >= known.until
    if known is None or known.by != actor.id or runs_out:
        known = leading.leads[mid] = presenting.lead_of(cast(User, actor), mid)
    return known


def _take(mid: int, lead: Lead, view: View) -> None:
    now = clock.now()
    stream = leading.streams.get(mid)
    if stream is None or stream.lead != lead:
        stream = leading.streams[mid] = _Stream(lead, view)
    seq = max(stream.newest.seq + 1, ms(now) or 0)
    stream.newest, stream.is_sent, stream.is_stored = replace(view, seq=seq), False, False
    if _is_due(stream.sent_at, SEND_EVERY, now):
        _send(mid, stream, now)


def _is_due(last: datetime | None, every: timedelta, now: datetime) -> bool:
    return last is None or now - last >= every


def _send(mid: int, stream: _Stream, now: datetime) -> None:
    stream.sent_at, stream.is_sent = now, True
    view = stream.newest
    told = {"k": "lv", "key": "view", "mid": mid, "seq": view.seq, "d": view.told()}
    sockets.tell(Passing(mid, stream.lead.narrow, "lv", told))


def _store(mid: int, stream: _Stream, now: datetime) -> None:
    # Said before: the next rectangle may come while this one is written.
    stream.stored_at, stream.is_stored = now, True
    try:
        still_leads = presenting.keep_view(mid, stream.lead, stream.newest)
    except Exception:
        stream.is_stored = False
        raise
    if leading.streams.get(mid) is not stream:
        # The room moved while this was written.
        return
    if still_leads:
        _send(mid, stream, now)
    else:
        leading.streams.pop(mid, None)


def _tell_gone(mid: int, person: int, now: datetime) -> None:
    leading.gone[mid] = (person, now)
    _tell_officers(mid, {"gone": True, "p": person})


def _tell_officers(mid: int, d: dict[str, Any]) -> None:
    sockets.tell(
        PresenterSeen(mid, {"k": "lv", "key": "presenter", "mid": mid, "seq": ms(clock.now()), "d": d})
    )
