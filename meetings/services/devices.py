"""A person's place in a room goes to another device, by a code of six digits.

Whoever knows the code gets a session that reaches into this one meeting and nowhere else. What the person did
before, ballots, requests to speak, marks, is the person's and not the device's: it is there as it was.
"""

import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NoReturn

from sqlalchemy import delete, func, select, update

from intranet.core import clock, db
from intranet.core.db import publish, session, unit_of_work
from intranet.core.dialect import changed_one, insert_once
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, TooMany
from intranet.notices import services as notices
from intranet.people import directory, sessions, throttle
from intranet.people.events import AccessChanged
from intranet.people.models import User
from intranet.records import audit
from meetings.models.device import DeviceCode, DeviceMoved
from meetings.models.meeting import Meeting, MeetingState, Participant, PartRole
from meetings.permissions import To, access_meeting, has_moved
from meetings.services import listing

log = logging.getLogger("intranet.security")

#: Digits of a code that is told, and of one on a card: those lie about, and many may be open at once.
DIGITS, PRINTED_DIGITS = 6, 8
#: A code is good for so long.
LASTS = timedelta(minutes=5)
#: Codes for one person within that time.
MOST_CODES = 10
#: A code is worth nothing after so many wrong ones were tried at its meeting.
MOST_WRONG = 20
#: What is still on a tablet when the meeting ends goes out within this time.
LINGERS = timedelta(minutes=30)
#: Used and expired codes are known for so long, to say which of the two they are.
_KEEP = timedelta(days=1)
#: Why the session of the device that was replaced ended: ``session.ended.moved``.
MOVED = "moved"
OVER = frozenset(
    {
        MeetingState.ENDED,
        MeetingState.MINUTES,
        MeetingState.CLOSED,
        MeetingState.CANCELLED,
        MeetingState.POSTPONED,
    }
)


@dataclass(frozen=True)
class Issued:
    """A code as its one reader sees it."""

    code: str
    until: datetime


@dataclass(frozen=True)
class Comer:
    """The device that shows a code: from where it asks, and through whose session, if anybody's."""

    address: str
    user_id: int | None = None
    session_id: int | None = None
    #: That session's place in the room went to another device before.
    is_outside: bool = False
    device: str = ""


@dataclass(frozen=True)
class Offer:
    """For whom a code is, before it is used."""

    full_name: str
    initials: str
    title: str
    meeting: str


def issue_code(actor: User, meeting_id: int, *, person: int | None = None) -> Issued:
    """Make a code for another device; an earlier one for the same person is worth nothing from now on.

    :param person: whose place, ``None`` for the actor's own; a secretary issues for everybody.
    :raises NotFound: no such meeting, or none the actor may attend; ``meeting.unknown_person``.
    :raises Forbidden: ``device.not_yours``.
    :raises BadState: ``device.room_closed``, the room is not open.
    :raises TooMany: ``device.many_codes``.
    """
    with unit_of_work() as opened:
        meeting = access_meeting(actor, meeting_id, To.ATTEND, lock=True)
        whose = actor.id if person is None else person
        mine = meeting.participant(actor.id)
        is_secretary = mine is not None and mine.role is PartRole.SECRETARY
        if whose != actor.id and not is_secretary:
            raise Forbidden("device.not_yours")
        user = directory.people([whose]).get(whose)
        if meeting.participant(whose) is None or user is None or not user.is_active:
            raise NotFound("meeting.unknown_person")
        if not listing.is_door_open(meeting):
            raise BadState("device.room_closed")
        now = clock.now()
        is_told = DeviceCode.is_printed.is_(False)
        opened.execute(delete(DeviceCode).where(DeviceCode.issued_at < now - _KEEP, is_told))
        theirs = DeviceCode.meeting_id == meeting.id, DeviceCode.user_id == whose, is_told
        recent = select(func.count()).where(*theirs, DeviceCode.issued_at > now - LASTS)
        if (opened.scalar(recent) or 0) >= MOST_CODES:
            raise TooMany("device.many_codes", wait=int(LASTS.total_seconds()))
        still_open = DeviceCode.used_at.is_(None), DeviceCode.is_void.is_(False)
        opened.execute(update(DeviceCode).where(*theirs, *still_open).values(is_void=True))
        if is_secretary:
            # Whoever has issued codes before may be slowed down by somebody who guesses; a secretary may not.
            throttle.clear(meeting_key(meeting.id))
        code = free_code(meeting.id, whose, actor, now, until=now + LASTS)
        audit.record(actor, "meeting.device_code_issued", meeting, user=whose)
        return Issued(code, now + LASTS)


def look_at_code(meeting_id: int, typed: str, comer: Comer) -> Offer:
    """For whom a code is; it stays good.

    :raises Invalid: beside ``code``, what is wrong with it: ``device.six_digits``, ``device.wrong``,
        ``device.wrong_often``, ``device.used``, ``device.void``, ``device.expired``.
    :raises BadState: beside ``code``: ``device.meeting_over``, ``device.removed``, ``device.same``.
    :raises TooMany: ``auth.wait`` with the seconds; ``device.locked``, only a secretary helps.
    """
    row = _judged(meeting_id, typed, comer)
    user = directory.people([row.user_id])[row.user_id]
    return Offer(user.full_name, user.initials, user.title, listing.title_of(meeting_id))


def take_place(meeting_id: int, typed: str, comer: Comer) -> None:
    """Begin a session of the code's person on this device, for this meeting alone; the code is used up.

    The device it replaces is signed out. Where nobody knows which that is, every device of the person leaves
    the room; those signed in with a password stay so, and come into the room again by signing in anew.

    :raises Invalid: as :func:`look_at_code`; of two devices one gets ``device.used``.
    :raises BadState: as :func:`look_at_code`.
    :raises TooMany: as :func:`look_at_code`.
    """
    found = _judged(meeting_id, typed, comer)
    now = clock.now()
    with unit_of_work() as opened:
        meeting = opened.get_one(Meeting, meeting_id, with_for_update=True, populate_existing=True)
        unused = DeviceCode.id == found.id, DeviceCode.used_at.is_(None), DeviceCode.is_void.is_(False)
        if not changed_one(opened, update(DeviceCode).where(*unused).values(used_at=now)):
            raise Invalid("device.used", field="code")
        row = opened.get_one(DeviceCode, found.id, populate_existing=True)
        _must_fit(row, meeting, comer)
        user = opened.get_one(User, row.user_id)
        if comer.session_id is not None and comer.user_id is not None:
            sessions.end(comer.session_id)
            publish(AccessChanged(comer.user_id))
        fresh = sessions.begin(user.id, device=comer.device, only=str(meeting.ref))
        opened.flush()
        _release(row, meeting, fresh.id, now)
        audit.record(user, "meeting.device_moved", meeting, session=fresh.id, issued_by=row.issued_by_id)
        issuer = opened.get_one(User, row.issued_by_id)
        notices.notify([user.id], "meeting.device_moved", meeting.ref, by=issuer)


def follow_end(meeting: Meeting) -> None:
    """Sessions bound to a meeting end with it, unless it is taken up again; in the open unit of work."""
    ends = clock.now() + LINGERS if meeting.state in OVER else None
    sessions.limit_bound(str(meeting.ref), ends)


def has_moved_away(actor: User, meeting_id: int) -> bool:
    """True for a device whose place in the room went to another one."""
    mine = Participant.meeting_id == meeting_id, Participant.user_id == actor.id
    return has_moved(actor, session().scalar(select(Participant.moved_at).where(*mine)))


def free_code(
    meeting_id: int, whose: int, actor: User, now: datetime, *, until: datetime, is_printed: bool = False
) -> str:
    """A code that no other of this meeting has, stored in the open unit of work."""
    digits = PRINTED_DIGITS if is_printed else DIGITS
    while True:
        code = f"{secrets.randbelow(10**digits):0{digits}d}"
        is_new = insert_once(
            session(),
            DeviceCode,
            meeting_id=meeting_id,
            user_id=whose,
            code_hash=_hash(meeting_id, code),
            issued_by_id=actor.id,
            issued_at=now,
            until=until,
            replaces_id=actor.session_id if whose == actor.id and not is_printed else None,
            wrong=0,
            is_void=False,
            used_at=None,
            is_printed=is_printed,
        )
        if is_new:
            return code


def _judged(meeting_id: int, typed: str, comer: Comer) -> DeviceCode:
    """The code that was typed, if it is good; every try is counted before it is judged."""
    code = "".join(typed.split())
    if len(code) not in {DIGITS, PRINTED_DIGITS} or not code.isascii() or not code.isdecimal():
        raise Invalid("device.six_digits", field="code")
    here, there = throttle.address_key("tablet", comer.address), meeting_key(meeting_id)
    try:
        throttle.claim(here, most=None)
        throttle.claim(there, free=MOST_WRONG)
    except TooMany as slowed:
        raise TooMany(
            "device.locked" if slowed.code == "auth.locked" else slowed.code, **slowed.data
        ) from None
    row = session().scalar(select(DeviceCode).where(DeviceCode.code_hash == _hash(meeting_id, code)))
    if row is None:
        _refuse_unknown(meeting_id)
    meeting = session().get_one(Meeting, meeting_id)
    if _sleeps(row):
        # The right card too early is no guess: a table full of them must not slow anybody down.
        throttle.give_back(here)
        throttle.give_back(there)
        raise Invalid("device.asleep", field="code")
    _must_be_open(row)
    _must_fit(row, meeting, comer)
    with unit_of_work():
        throttle.clear(here)
    throttle.give_back(there)
    return row


def _refuse_unknown(meeting_id: int) -> NoReturn:
    """A code that is none also wears off those that are open at the meeting."""
    unused = DeviceCode.used_at.is_(None), DeviceCode.until > clock.now()
    with unit_of_work() as opened:
        here = DeviceCode.meeting_id == meeting_id
        opened.execute(update(DeviceCode).where(here, *unused).values(wrong=DeviceCode.wrong + 1))
    log.warning("a device code was refused", extra={"meeting": meeting_id})
    raise Invalid("device.wrong", field="code")


def _sleeps(row: DeviceCode) -> bool:
    is_waiting = row.is_printed and row.used_at is None and not row.is_void
    return is_waiting and row.until <= clock.now()


def _must_be_open(row: DeviceCode) -> None:
    if row.used_at is not None:
        raise Invalid("device.used", field="code")
    if row.is_void:
        raise Invalid("device.void", field="code")
    if row.until <= clock.now():
        raise Invalid("device.expired", field="code")
    if row.wrong >= MOST_WRONG:
        raise Invalid("device.wrong_often", field="code")


def _must_fit(row: DeviceCode, meeting: Meeting, comer: Comer) -> None:
    """The meeting is open, the person still takes part, and this is not their device already."""
    if not listing.is_door_open(meeting):
        raise BadState("device.meeting_over", field="code")
    user = directory.people([row.user_id]).get(row.user_id)
    if meeting.participant(row.user_id) is None or user is None or not user.is_active:
        raise BadState("device.removed", field="code")
    if comer.user_id == row.user_id and not comer.is_outside:
        raise BadState("device.same", field="code")


def _release(row: DeviceCode, meeting: Meeting, fresh: int, now: datetime) -> None:
    """Let go of what the new device's session replaces, in the open unit of work."""
    if row.replaces_id is not None:
        sessions.end(row.replaces_id, MOVED)
    else:
        sessions.end_bound(str(meeting.ref), row.user_id, MOVED, but=fresh)
        part = meeting.participant(row.user_id)
        if part is not None:
            part.moved_at = now
    publish(DeviceMoved(meeting.id, row.user_id, row.replaces_id or 0, fresh))


def meeting_key(meeting_id: int) -> str:
    return f"tablet:meeting:{meeting_id}"


def _hash(meeting_id: int, code: str) -> str:
    """A million codes are soon tried against a plain hash; the key lies outside of the database."""
    key = bytes.fromhex(db.database().settings.keys["signing"])
    return hmac.digest(key, f"meeting.device:{meeting_id}:{code}".encode(), sha256).hex()
