"""Codes on cards at the seats: printed before a sitting, and good for nothing until the secretary opens them.

A card lies on its table before anybody sits there, and whoever reads it must not vote with it (ADR 18). So a
printed code sleeps. Once the secretary sees who sits down, it is good for as long as any other, and once.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update

from intranet.core import clock
from intranet.core.db import session, unit_of_work
from intranet.core.errors import BadState, Forbidden
from intranet.people import directory, throttle
from intranet.people.models import User
from intranet.records import audit
from meetings.models.device import DeviceCode
from meetings.models.meeting import Meeting, Participant, PartRole
from meetings.permissions import To, access_meeting
from meetings.services import attending, devices, listing


class Standing(StrEnum):
    """How it stands with the card of a seat."""

    NONE = "none"
    ASLEEP = "asleep"
    OPEN = "open"
    USED = "used"


@dataclass(frozen=True)
class Card:
    """What is printed for one seat; its code is known to nobody afterwards."""

    user: User
    seat: str
    code: str


@dataclass(frozen=True)
class Place:
    """One person's line of the list."""

    user: User
    seat: str
    is_there: bool
    standing: Standing
    #: When it was used, or until when it is open.
    at: datetime | None


def places(actor: User, meeting_id: int) -> tuple[Meeting, list[Place]]:
    """Everybody who takes part, in the order of the list of people, and how their card stands.

    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``device.not_yours``.
    """
    meeting = _of_secretary(actor, meeting_id)
    here = DeviceCode.meeting_id == meeting_id, DeviceCode.is_printed, DeviceCode.is_void.is_(False)
    codes = {
        row.user_id: row for row in session().scalars(select(DeviceCode).where(*here).order_by(DeviceCode.id))
    }
    there = attending.entries(meeting)
    return meeting, [
        Place(user, part.seat, there.get(user.id, {}).get("st") == "in", *_standing(codes.get(user.id)))
        for part, user in _people(meeting)
    ]


def print_cards(actor: User, meeting_id: int) -> list[Card]:
    """Make a code for everybody's seat; earlier cards of this meeting are worth nothing from now on.

    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``device.not_yours``.
    :raises BadState: ``device.no_cards``, it is not published, or it is over.
    """
    with unit_of_work() as opened:
        meeting = _of_secretary(actor, meeting_id, lock=True)
        if meeting.published_at is None or meeting.state in devices.OVER:
            raise BadState("device.no_cards")
        now = clock.now()
        mine = DeviceCode.meeting_id == meeting_id, DeviceCode.is_printed, DeviceCode.used_at.is_(None)
        opened.execute(update(DeviceCode).where(*mine).values(is_void=True))
        cards = [
            Card(
                user,
                part.seat,
                devices.free_code(meeting_id, user.id, actor, now, until=now, is_printed=True),
            )
            for part, user in _people(meeting)
        ]
        audit.record(actor, "meeting.seat_codes_printed", meeting, count=len(cards))
        return cards


def open_codes(actor: User, meeting_id: int, people: Collection[int] | None = None) -> int:
    """Let cards be used from now on, for as long as any code; returns how many.

    :param people: whose, ``None`` for everybody who is checked in as being here.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``device.not_yours``.
    :raises BadState: ``device.room_closed``; ``device.none_asleep``, there is no card to open.
    """
    with unit_of_work() as opened:
        meeting = _of_secretary(actor, meeting_id, lock=True)
        if not listing.is_door_open(meeting):
            raise BadState("device.room_closed")
        if people is None:
            people = [key for key, entry in attending.entries(meeting).items() if entry["st"] == "in"]
        still = DeviceCode.used_at.is_(None), DeviceCode.is_void.is_(False)
        wanted = DeviceCode.meeting_id == meeting_id, DeviceCode.is_printed, DeviceCode.user_id.in_(people)
        found = list(opened.scalars(select(DeviceCode).where(*wanted, *still)))
        if not found:
            raise BadState("device.none_asleep")
        for row in found:
            row.until, row.wrong, row.issued_by_id = clock.now() + devices.LASTS, 0, actor.id
        throttle.clear(devices.meeting_key(meeting_id))
        audit.record(actor, "meeting.seat_codes_opened", meeting, users=sorted(row.user_id for row in found))
        return len(found)


def issues(actor: User, meeting: Meeting) -> bool:
    """True for a secretary of the meeting, who alone gives codes to others."""
    part = meeting.participant(actor.id)
    return part is not None and part.role is PartRole.SECRETARY


def _of_secretary(actor: User, meeting_id: int, *, lock: bool = False) -> Meeting:
    meeting = access_meeting(actor, meeting_id, To.ATTEND, lock=lock)
    if not issues(actor, meeting):
        raise Forbidden("device.not_yours")
    return meeting


def _people(meeting: Meeting) -> list[tuple[Participant, User]]:
    users = directory.people([part.user_id for part in meeting.participants])
    found = ((part, users.get(part.user_id)) for part in meeting.participants)
    return [(part, user) for part, user in found if user is not None and user.is_active]


def _standing(row: DeviceCode | None) -> tuple[Standing, datetime | None]:
    if row is None:
        return Standing.NONE, None
    if row.used_at is not None:
        return Standing.USED, row.used_at
    return (Standing.OPEN, row.until) if row.until > clock.now() else (Standing.ASLEEP, None)
