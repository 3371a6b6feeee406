"""Telling people of a meeting: once each, again when time or place change, and before it begins."""

from datetime import timedelta

from intranet.core import clock
from intranet.notices import services as notices
from intranet.people.models import User
from meetings.models.meeting import Meeting

#: How long before the beginning people are reminded, by kind of notice.
REMINDERS = {"meeting.tomorrow": timedelta(days=1), "meeting.soon": timedelta(minutes=30)}


def send(actor: User, meeting: Meeting) -> int:
    """Invite whoever was not invited yet, in the open unit of work; returns how many that were."""
    now = clock.now()
    fresh = [part for part in meeting.participants if part.invited_at is None]
    for part in fresh:
        part.invited_at = now
    ids = [part.user_id for part in fresh]
    if ids:
        notices.notify(
            ids, "meeting.invited", meeting.ref, by=actor, when=_when(meeting), place=meeting.place
        )
        _remind(meeting, ids)
    return len(ids)


def tell_moved(actor: User, meeting: Meeting) -> None:
    """Tell everybody of another time or place, and remind them by the new one."""
    stop_reminders(meeting)
    ids = [part.user_id for part in meeting.participants]
    notices.notify(ids, "meeting.moved", meeting.ref, by=actor, when=_when(meeting), place=meeting.place)
    _remind(meeting, ids)


def tell_called_off(actor: User, meeting: Meeting, kind: str) -> None:
    """Tell everybody that it does not take place, or not then; ``kind`` of notice says which."""
    stop_reminders(meeting)
    ids = [part.user_id for part in meeting.participants if part.invited_at is not None]
    notices.notify(ids, kind, meeting.ref, by=actor, when=_when(meeting), place=meeting.place)


def stop_reminders(meeting: Meeting) -> None:
    """Nobody is reminded any more."""
    for kind in REMINDERS:
        notices.withdraw(meeting.ref, kind)


def _remind(meeting: Meeting, ids: list[int]) -> None:
    for kind, before in REMINDERS.items():
        at = meeting.starts_at - before
        if at > clock.now():
            notices.notify(ids, kind, meeting.ref, at=at, when=_when(meeting), place=meeting.place)


def _when(meeting: Meeting) -> str:
    return f"{clock.local(meeting.starts_at):%H:%M, %d/%m/%Y}"
