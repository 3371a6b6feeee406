"""A meeting's place in the calendar: the room it names, its chair, and the hours for which it takes both."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select

from intranet.core.db import session
from intranet.core.labels import label
from intranet.people.models import User
from intranet.schedule import booking, clashes
from intranet.schedule.booking import Subject
from intranet.schedule.models import SubjectKind
from intranet.schedule.weeks import Held
from meetings.models.meeting import (
    OFF_AGENDA,
    AgendaItem,
    Meeting,
    MeetingState,
    Participant,
)
from meetings.permissions import visible_to
from meetings.services.listing import url_of

#: Minutes of a meeting whose agenda says nothing, and the least that any takes.
LEAST = timedelta(minutes=60)
_CALLED_OFF = (MeetingState.CANCELLED, MeetingState.POSTPONED)


def hold(actor: User, meeting: Meeting) -> None:
    """Let the meeting take its room, where its place names one of the agency's, and its chair.

    In the open unit of work, whenever its hour, its place, its agenda as published or its chair is new.

    :raises Invalid: ``schedule.taken``.
    """
    if meeting.is_rehearsal:
        return
    subjects = []
    room = booking.room_named(meeting.org_id, meeting.place)
    if room is not None:
        subjects.append(Subject(SubjectKind.ROOM, room.id, "place"))
    if meeting.chair is not None:
        subjects.append(Subject(SubjectKind.PERSON, meeting.chair.user_id, "chair_id"))
    ends_at = meeting.starts_at + max(timedelta(minutes=meeting.minutes), LEAST)
    booking.take(actor, meeting.ref, subjects, meeting.starts_at, ends_at)


def clashes_of(actor: User, meeting_id: int) -> list[str]:
    """Sentences on those invited who are wanted elsewhere in the meeting's hours."""
    meeting = session().get_one(Meeting, meeting_id)
    people = [part.user_id for part in meeting.participants]
    return clashes.of_people(
        actor, meeting.ref, people, meeting.starts_at, _ends_at(meeting, meeting.minutes)
    )


def held_by(actor: User, user_ids: Collection[int], since: datetime, until: datetime) -> list[Held]:
    """Meetings of that time in which one of these people takes part.

    Of one that the actor may not know of, only that their time is taken.
    """
    counted = AgendaItem.state.not_in(OFF_AGENDA) | AgendaItem.started_at.is_not(None)
    query = (
        select(Meeting, func.coalesce(func.sum(AgendaItem.budget_min), 0))
        .outerjoin(AgendaItem, (AgendaItem.meeting_id == Meeting.id) & counted)
        .where(
            Meeting.starts_at < until,
            Meeting.starts_at > since - timedelta(days=1),
            Meeting.state.not_in(_CALLED_OFF),
            Meeting.published_at.is_not(None),
            Meeting.rehearses_id.is_(None),
            Meeting.id.in_(select(Participant.meeting_id).where(Participant.user_id.in_(set(user_ids)))),
        )
        .group_by(Meeting.id)
    )
    found = [(one, _ends_at(one, minutes or 0)) for one, minutes in session().execute(query)]
    found = [(one, ends_at) for one, ends_at in found if ends_at > since]
    parts = select(Participant.meeting_id, Participant.user_id).where(
        Participant.meeting_id.in_([one.id for one, _ in found]), Participant.user_id.in_(set(user_ids))
    )
    people: dict[int, list[int]] = {}
    for meeting_id, user_id in session().execute(parts):
        people.setdefault(meeting_id, []).append(user_id)
    known = set(session().scalars(select(Meeting.id).where(Meeting.id.in_(people), visible_to(actor))))
    return [
        Held(
            ref=one.ref,
            title=one.title if one.id in known else label("schedule.private"),
            starts_at=one.starts_at,
            ends_at=ends_at,
            place=one.place if one.id in known else "",
            people=tuple(people[one.id]),
            url=url_of(one.id) if one.id in known else "",
            changed_at=one.published_at or one.created_at,
        )
        for one, ends_at in found
        if one.id in people
    ]


def _ends_at(meeting: Meeting, minutes: int) -> datetime:
    """When it ended, or is to end."""
    planned = meeting.starts_at + max(timedelta(minutes=minutes), LEAST)
    return meeting.ended_at if meeting.ended_at is not None else planned
