"""Telling people of a meeting: once each, again when time or place change, and before it begins."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.labels import label
from intranet.notices import quiet, reminders
from intranet.notices import services as notices
from intranet.notices.reminder_rules import Due, Topic
from intranet.people.models import User
from meetings.models.meeting import Meeting, MeetingState, Participant, PartRole
from meetings.services import chasing, unanswered

#: How long before the beginning people are reminded, by kind of notice.
REMINDERS = {"meeting.tomorrow": timedelta(days=1), "meeting.soon": timedelta(minutes=30)}
#: How long before it whoever's devices have not all papers is told.
PACK_DUE = timedelta(hours=2)


def send(actor: User, meeting: Meeting) -> int:
    """Invite whoever was not invited yet, in the open unit of work; returns how many that were."""
    now = clock.now()
    fresh = [part for part in meeting.participants if part.invited_at is None]
    for part in fresh:
        part.invited_at = now
    ids = [part.user_id for part in fresh]
    if ids:
        notices.notify(
            ids, unanswered.INVITED, meeting.ref, by=actor, when=_when(meeting), place=_where(meeting)
        )
        _remind(meeting)
    return len(ids)


def tell_moved(actor: User, meeting: Meeting) -> None:
    """Tell everybody of another time or place, and remind them by the new one."""
    stop_reminders(meeting)
    ids = [part.user_id for part in meeting.participants]
    notices.notify(ids, "meeting.moved", meeting.ref, by=actor, when=_when(meeting), place=_where(meeting))
    _remind(meeting)


def tell_requirements(actor: User, meeting: Meeting) -> None:
    """Tell those invited what they are to prepare now."""
    ids = [part.user_id for part in meeting.participants if part.invited_at is not None]
    when, asks = _when(meeting), meeting.requirements
    notices.notify(ids, "meeting.requirements", meeting.ref, by=actor, when=when, asks=asks)


def tell_called_off(actor: User, meeting: Meeting, kind: str) -> None:
    """Tell everybody that it does not take place, or not then; ``kind`` of notice says which."""
    stop_reminders(meeting)
    ids = [part.user_id for part in meeting.participants if part.invited_at is not None]
    notices.notify(ids, kind, meeting.ref, by=actor, when=_when(meeting), place=meeting.place)


def tell_other_side(actor: User, meeting: Meeting) -> None:
    """Tell the chair what is to be approved, and the secretaries what comes back and why."""
    words: dict[str, Any]
    if meeting.state is MeetingState.REVIEW:
        kind, role, words = "meeting.review", PartRole.CHAIR, {"when": _when(meeting)}
    else:
        kind, role, words = "meeting.returned", PartRole.SECRETARY, {"reason": meeting.reason}
    ids = [part.user_id for part in meeting.participants if part.role is role]
    notices.notify(ids, kind, meeting.ref, by=actor, **words)


def stop_reminders(meeting: Meeting) -> None:
    """Nobody is reminded any more."""
    reminders.cancel(meeting.ref)


def _remind(meeting: Meeting) -> None:
    """A day, or a working day, before; two hours and half an hour before, always; of papers and answers."""
    if meeting.is_rehearsal:
        return
    day_before, soon = (meeting.starts_at - before for before in REMINDERS.values())
    for kind, at in zip(REMINDERS, (quiet.last_open(day_before), soon), strict=True):
        reminders.arm(meeting.ref, kind, at, topic="meeting", to=["invited"], is_exact=True)
    at = meeting.starts_at - PACK_DUE
    reminders.arm(meeting.ref, "meeting.pack_due", at, topic="meeting_pack", to=["invited"], is_exact=True)
    chasing.plan(meeting)
    unanswered.plan(meeting)


def _to_remind(wanted: Mapping[int, frozenset[str]]) -> dict[int, list[int]]:
    """Who was invited to meetings that are still to begin."""
    query = (
        select(Participant.meeting_id, Participant.user_id)
        .join(Participant.meeting)
        .where(
            Meeting.id.in_(wanted),
            Meeting.starts_at > clock.now(),
            Meeting.state.in_((MeetingState.PUBLISHED, MeetingState.READY)),
            Participant.invited_at.is_not(None),
        )
    )
    found: dict[int, list[int]] = {}
    for meeting_id, user_id in db.session().execute(query):
        found.setdefault(meeting_id, []).append(user_id)
    return found


def _words(due: Due) -> tuple[str, dict[str, Any]]:
    meeting = db.session().get_one(Meeting, due.ref_id)
    is_early = due.base == "meeting.tomorrow"
    return due.base, {"when": _when(meeting), "place": _where(meeting) if is_early else meeting.place}


#: Whoever was invited is reminded of the meeting.
REMINDED = Topic("meeting", _to_remind, words=_words)


def _where(meeting: Meeting) -> str:
    """The place and, where something is asked of those invited, what they prepare."""
    asks = meeting.requirements.rstrip(".")
    return label("meeting.where", place=meeting.place, asks=asks) if asks else meeting.place


def _when(meeting: Meeting) -> str:
    return f"{clock.local(meeting.starts_at):%H:%M, %d/%m/%Y}"
