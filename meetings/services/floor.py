"""The floor as a whole: its part of the room's state, and how it follows what happens around it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from intranet.core.db import session
from intranet.people.models import User
from meetings.models.floor import Attendance, Speech, SpeechState
from meetings.models.meeting import Meeting, MeetingState
from meetings.services import announcing, attending, bodies, speaking, speeches


def state_of(meeting: Meeting, people: Mapping[int, User], heard: Sequence[Speech]) -> dict[str, Any]:
    """The floor's keys of the whole state.

    :param people: everybody who takes part or has spoken, by id.
    :param heard: as :func:`meetings.services.speeches.speeches_in` gives them.
    """
    profile = bodies.profile_of(meeting)
    running = next((one for one in heard if one.state is SpeechState.SPEAKING), None)
    waiting = [one for one in heard if one.state is SpeechState.WAITING]
    held = [one for one in heard if one.state is SpeechState.DONE]
    return {
        "body": profile.shown(),
        "att": attending.counts(meeting, profile),
        "queue": {
            "open": meeting.queue_open,
            "rule": meeting.queue_rule,
            "cur": None if running is None else speeches.running_entry(running, people[running.user_id]),
            "wait": [speeches.waiting_entry(one, people[one.user_id]) for one in waiting],
        },
        "spoken": {str(p): seconds for p, seconds in speeches.spoken(held).items()},
        "speeches": {str(one.id): speeches.held_entry(one, people[one.user_id]) for one in held},
        "timer": meeting.timer,
        "notices": [announcing.notice_entry(one) for one in announcing.notices_in(meeting)],
        "calls": [announcing.call_entry(one, people[one.user_id]) for one in announcing.calls_in(meeting)],
    }


def follow(actor: User, meeting: Meeting, before: MeetingState, now: datetime) -> None:
    """The meeting moved on to its state, in the open unit of work: so does the floor."""
    if meeting.state in {MeetingState.PUBLISHED, MeetingState.LIVE}:
        bodies.settle(meeting)
    if meeting.state is MeetingState.LIVE and meeting.rules is None:
        bodies.keep(meeting)
    if meeting.state is MeetingState.PAUSED:
        speaking.hold(actor, meeting, now)
        announcing.hold_timer(actor, meeting, now)
    elif meeting.state is MeetingState.LIVE and before is MeetingState.PAUSED:
        speaking.release(actor, meeting, now)
        announcing.release_timer(actor, meeting, now)
    elif meeting.state is MeetingState.ENDED:
        speaking.clear(actor, meeting, now)
        announcing.drop_timer(actor, meeting)


def forget_person(actor: User, meeting: Meeting, user_id: int) -> None:
    """Somebody takes part no more, in the open unit of work: nothing on the floor is theirs."""
    speaking.forget_person(actor, meeting, user_id)
    announcing.forget_person(actor, meeting, user_id)
    opened = session()
    opened.flush()
    opened.execute(
        delete(Attendance)
        .where(Attendance.meeting_id == meeting.id, Attendance.user_id == user_id)
        .execution_options(synchronize_session="fetch")
    )
