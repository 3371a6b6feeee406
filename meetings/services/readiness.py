"""The board of devices: whose tablet has the papers of a meeting, and telling those whose has not."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from intranet.core import clock
from intranet.core.db import publish, session, unit_of_work
from intranet.core.dialect import insert_once
from intranet.core.errors import BadState, Invalid
from intranet.notices import services as notices
from intranet.notices.reminder_rules import Topic
from intranet.people import directory, sessions
from intranet.people.models import User
from intranet.records import audit
from meetings.models.meeting import Meeting, MeetingState
from meetings.models.readiness import WIPED, DeviceReadiness, DeviceReported, Standing
from meetings.permissions import To, access_meeting, access_room, may
from meetings.services import packs, rehearsals

#: What a device keeps ends so long after it was last heard.
KEY_LASTS = timedelta(hours=24)
#: What may stand in the way of a whole pack, as devices say it.
PROBLEMS = frozenset({"full", "most", "network", "damaged", "gone"})
#: The best first: a person is as ready as their readiest device.
ORDER = tuple(Standing)
_MOST = 2**53
_HEX = set("0123456789abcdef")


@dataclass(frozen=True)
class Device:
    """One device as the board shows it."""

    row: DeviceReadiness
    standing: Standing
    #: What its browser calls itself.
    called: str


@dataclass(frozen=True)
class Line:
    """A person of the board, and the devices that are known of them."""

    no: int
    user: User
    devices: list[Device] = field(default_factory=list)
    #: Lent ones that were given back, and said when nothing was left on them.
    wiped: list[DeviceReadiness] = field(default_factory=list)

    @property
    def standing(self) -> Standing:
        """That of the readiest device."""
        found = [one.standing for one in self.devices]
        return min(found, key=ORDER.index, default=Standing.NEVER)


@dataclass(frozen=True)
class Board:
    """All of those who take part, or the asker alone."""

    meeting: Meeting
    lines: list[Line]
    #: Whether the asker sees everybody and may remind them.
    is_whole: bool

    @property
    def counts(self) -> Mapping[Standing, int]:
        """How many people stand where."""
        found = dict.fromkeys(Standing, 0)
        for one in self.lines:
            found[one.standing] += 1
        return found


def report(actor: User, meeting_id: int, said: Mapping[str, Any]) -> None:
    """Note how the actor's device stands; a later word takes the place of an earlier one.

    :param said: ``device``, the name of its key; ``rev``; ``verified`` of ``total`` files; ``problem`` or
        ``None``; ``app``; ``free`` bytes or ``None``; ``need``, bytes that are lacking.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``device.moved``.
    :raises Invalid: ``pack.report``, it is no such word.
    """
    with unit_of_work() as opened:
        meeting = access_room(actor, meeting_id)
        values = _checked(said)
        if actor.session_id is None:
            raise Invalid("pack.report")
        known = {"meeting_id": meeting.id, "device": said["device"]}
        values |= {"session_id": actor.session_id, "at": clock.now()}
        if not insert_once(opened, DeviceReadiness, **known, user_id=actor.id, **values):
            row = opened.scalars(select(DeviceReadiness).filter_by(**known)).one()
            if row.user_id != actor.id:
                raise Invalid("pack.report")
            for name, value in values.items():
                setattr(row, name, value)
        publish(DeviceReported(meeting.id, actor.id))


def note_wiped(actor: User, meeting_id: int) -> None:
    """A lent device is given back and says that it has wiped what it kept: the receipt stays on the board.

    :raises NotFound: no such meeting, or none the actor may attend.
    :raises BadState: ``device.not_lent``, whoever signed in with a password has a device of their own.
    """
    with unit_of_work() as opened:
        meeting = access_meeting(actor, meeting_id, To.ATTEND)
        if actor.only is None or actor.session_id is None:
            raise BadState("device.not_lent")
        values = {"problem": WIPED, "verified": 0, "free": None, "need": 0, "at": clock.now()}
        known = {"meeting_id": meeting.id, "session_id": actor.session_id}
        rows = opened.scalars(select(DeviceReadiness).filter_by(**known)).all()
        for row in rows:
            for name, value in values.items():
                setattr(row, name, value)
        if not rows:
            # It never had a pack to tell of.
            device = f"{actor.session_id:032x}"
            opened.add(
                DeviceReadiness(**known, user_id=actor.id, device=device, rev="", total=0, app="", **values)
            )
        audit.record(actor, "meeting.device_wiped", meeting, session=actor.session_id)
        publish(DeviceReported(meeting.id, actor.id))


def board(actor: User, meeting_id: int) -> Board:
    """How everybody's devices stand, for chair and secretaries; for everybody else their own.

    :raises NotFound: no such meeting, or none the actor may attend.
    """
    meeting = access_meeting(actor, meeting_id, To.ATTEND)
    runs = may(actor, To.RUN, meeting)
    return _board(meeting, [part.user_id for part in meeting.participants] if runs else [actor.id], runs)


def remind(actor: User, meeting_id: int) -> int:
    """Tell those who have no ready device to open the meeting on it; returns how many.

    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``pack.not_published``, nobody else sees it yet; ``pack.all_ready``.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        if meeting.published_at is None:
            raise BadState("pack.not_published")
        rehearsals.require_real(meeting, "people")
        found = _board(meeting, [part.user_id for part in meeting.participants], True)
        late = [one.user.id for one in found.lines if one.standing is not Standing.READY]
        late = [one for one in late if one != actor.id]
        if not late:
            raise BadState("pack.all_ready")
        notices.notify(late, "meeting.pack", meeting.ref, by=actor)
        audit.record(actor, "meeting.pack_reminded", meeting, people=len(late))
        return len(late)


def _not_ready(wanted: Mapping[int, frozenset[str]]) -> dict[int, list[int]]:
    """Whoever has papers to read of a meeting that is to begin, and no device that has them all."""
    awaits = Meeting.state.in_((MeetingState.PUBLISHED, MeetingState.READY)), Meeting.starts_at > clock.now()
    found = {}
    for meeting in session().scalars(select(Meeting).where(Meeting.id.in_(wanted), *awaits)):
        invited = [part.user_id for part in meeting.participants if part.invited_at is not None]
        lines = _board(meeting, invited, True).lines
        late = [one.user for one in lines if one.standing is not Standing.READY]
        theirs = packs.packs_for(late, meeting)
        found[meeting.id] = [one.id for one in late if theirs[one.id].files]
    return found


#: Whoever would sit there without the papers hears so in time.
REMINDED = Topic("meeting_pack", _not_ready, words=lambda _: ("meeting.pack_due", {}), ref_kind="meeting")


def _board(meeting: Meeting, ids: list[int], runs: bool) -> Board:
    people = directory.people(ids)
    query = select(DeviceReadiness).where(
        DeviceReadiness.meeting_id == meeting.id, DeviceReadiness.user_id.in_(ids)
    )
    rows = session().scalars(query.order_by(DeviceReadiness.at.desc())).all()
    seen = sessions.still_signed_in([row.session_id for row in rows])
    by_person: dict[int, list[DeviceReadiness]] = defaultdict(list)
    wiped: dict[int, list[DeviceReadiness]] = defaultdict(list)
    for row in rows:
        if row.problem == WIPED:
            wiped[row.user_id].append(row)
        elif row.session_id in seen and clock.now() - max(row.at, seen[row.session_id].seen_at) < KEY_LASTS:
            by_person[row.user_id].append(row)
    theirs = packs.packs_for([people[key] for key in by_person if key in people], meeting)
    lines = []
    for no, key in enumerate((key for key in ids if key in people), 1):
        devices = [
            Device(row, _standing(row, theirs[key].rev), seen[row.session_id].device)
            for row in by_person.get(key, ())
        ]
        lines.append(Line(no, people[key], devices, wiped[key]))
    return Board(meeting, lines, runs)


def _standing(row: DeviceReadiness, rev: str) -> Standing:
    if row.rev == rev:
        return Standing.READY if row.verified == row.total and not row.problem else Standing.FAILED
    return Standing.OLD if row.verified == row.total and not row.problem else Standing.FAILED


def _checked(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a device said, if it can be so."""
    problem, free = said.get("problem"), said.get("free")
    counts = [said.get("verified"), said.get("total"), said.get("need")]
    is_well = (
        all(_is_hex(said.get(name), length) for name, length in (("device", 32), ("rev", 16), ("app", 8)))
        and (problem is None or problem in PROBLEMS)
        and (free is None or _is_count(free))
        and all(_is_count(one) for one in counts)
        and said["verified"] <= said["total"] <= 10_000
    )
    if not is_well:
        raise Invalid("pack.report")
    return {name: said[name] for name in ("rev", "verified", "total", "need", "app")} | {
        "problem": problem,
        "free": free,
    }


def _is_hex(given: Any, length: int) -> bool:
    return isinstance(given, str) and len(given) == length and _HEX.issuperset(given)


def _is_count(given: Any) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and 0 <= given < _MOST
