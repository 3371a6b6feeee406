"""Invitations that lie unread or unanswered: the invited hear of it first, the secretaries of who is left."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from intranet.core import clock, db
from intranet.notices import quiet, reminders
from intranet.notices import services as notices
from intranet.notices.reminder_rules import Due, Topic
from intranet.people import directory
from meetings.models.answer import InvitationAnswer, Standing
from meetings.models.meeting import Meeting, MeetingState, PartRole

INVITED = "meeting.invited"
#: An invitation is read within this time after it went out, and answered so long before the beginning.
READ_WITHIN, ANSWERED_BEFORE = timedelta(hours=24), timedelta(hours=48)
#: Whoever was reminded has so long before the secretaries hear of it.
TOLD_AFTER = timedelta(hours=4)
_UNREAD, _UNANSWERED = "meeting.unread", "meeting.unanswered"
#: Names that a notice has room for.
_MOST_NAMED = 4
#: They prepare it, or came in somebody's place: nobody waits for their answer.
_NOT_ASKED = frozenset({PartRole.SECRETARY, PartRole.SUBSTITUTE})


def plan(meeting: Meeting) -> None:
    """Remind by the invitation's age and by the hour of the meeting, in the open unit of work."""
    unread = quiet.opens(clock.now() + READ_WITHIN)
    unanswered = quiet.last_open(meeting.starts_at - ANSWERED_BEFORE)
    for kind, at in ((_UNREAD, unread), (_UNANSWERED, unanswered)):
        if at <= clock.now():
            # Nobody was reminded: the secretaries are not told that somebody did not heed it.
            continue
        for rule, when in ((kind, at), (f"{kind}_told", quiet.opens(at + TOLD_AFTER))):
            if when < meeting.starts_at:
                # Each wave of invitations has its own day in which it is read.
                reminders.arm(meeting.ref, rule, when, topic=rule, is_one_of_many=kind is _UNREAD)


def _answers(meeting: Meeting) -> list[InvitationAnswer]:
    query = select(InvitationAnswer).where(InvitationAnswer.meeting_id == meeting.id)
    return list(db.session().scalars(query))


def _unread(meeting: Meeting) -> list[int]:
    """Whose invitation is old enough, was not opened, and not answered either."""
    since = clock.now() - READ_WITHIN
    waiting = notices.still_unread(INVITED, meeting.ref) - {one.user_id for one in _answers(meeting)}
    old = (one for one in meeting.participants if one.invited_at is not None and one.invited_at <= since)
    return [one.user_id for one in old if one.user_id in waiting]


def _unanswered(meeting: Meeting) -> list[int]:
    """Who was asked and has said nothing; whoever comes in somebody's place was not asked."""
    answers = _answers(meeting)
    done = {one.user_id for one in answers}
    done |= {one.substitute_id for one in answers if one.substitute_id and one.standing is Standing.APPROVED}
    asked = (one for one in meeting.participants if one.invited_at is not None and one.role not in _NOT_ASKED)
    return [one.user_id for one in asked if one.user_id not in done]


#: Whose invitations wait, by kind of notice.
_LATE: dict[str, Callable[[Meeting], list[int]]] = {_UNREAD: _unread, _UNANSWERED: _unanswered}


def _topic(kind: str, *, tells: bool) -> Topic:
    """Reminders of the invited; with ``tells`` the secretaries are told of those who are left then."""

    def to_remind(wanted: Mapping[int, frozenset[str]]) -> dict[int, list[int]]:
        awaits = Meeting.state.in_((MeetingState.PUBLISHED, MeetingState.READY))
        is_ahead = Meeting.starts_at > clock.now()
        found = {}
        for meeting in db.session().scalars(select(Meeting).where(Meeting.id.in_(wanted), awaits, is_ahead)):
            late = _LATE[kind](meeting)
            desk = [one.user_id for one in meeting.participants if one.role is PartRole.SECRETARY]
            if late:
                found[meeting.id] = desk if tells else late
        return found

    def words(due: Due) -> tuple[str, dict[str, Any]]:
        meeting = db.session().get_one(Meeting, due.ref_id)
        when = f"{clock.local(meeting.starts_at):%H:%M, %d/%m/%Y}"
        if not tells:
            return kind, {"when": when, "place": meeting.place}
        late = _LATE[kind](meeting)
        people = directory.people(late[:_MOST_NAMED])
        named = [people[one].full_name for one in late[:_MOST_NAMED] if one in people]
        names = ", ".join([*named, "…"] if len(late) > _MOST_NAMED else named)
        return f"{kind}_told", {"when": when, "n": len(late), "names": names}

    name = f"{kind}_told" if tells else kind
    return Topic(name, to_remind, words=words, ref_kind="meeting")


#: Whoever did not read or answer is reminded; then the secretaries hear who is left.
REMINDED = tuple(_topic(kind, tells=tells) for kind in _LATE for tells in (False, True))
