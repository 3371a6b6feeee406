"""Meetings as others name and find them: titles, addresses, lists by time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, tuple_

from intranet.core import clock
from intranet.core.actor import Actor
from intranet.core.db import session
from intranet.core.labels import label
from intranet.core.text import fold, one_line
from intranet.people import directory
from intranet.people.models import User
from meetings.models.meeting import IN_SESSION, AgendaItem, Meeting, MeetingState, Participant, PartRole
from meetings.permissions import listed_for, visible_to

PAGE = 30
_OVER = (MeetingState.ENDED, MeetingState.MINUTES, MeetingState.CLOSED, MeetingState.CANCELLED)
#: How long before its hour people are called into the room, and codes for other devices are good.
DOOR_OPENS = timedelta(minutes=30)
_MOST_FOUND = 5


@dataclass(frozen=True)
class Row:
    """A meeting in a list."""

    meeting: Meeting
    chair: User | None
    role: PartRole | None
    items: int
    people: int


def coming(actor: User) -> list[Row]:
    """Meetings that sit now, then those ahead and those being prepared, the nearest first."""
    query = select(Meeting).where(listed_for(actor), Meeting.state.not_in(_OVER))
    found = list(session().scalars(query.order_by(Meeting.starts_at, Meeting.id).limit(200)))
    found.sort(key=lambda one: (one.state not in IN_SESSION, one.starts_at))
    return _rows(actor, found)


def past(
    actor: User, before: tuple[datetime, int] | None = None
) -> tuple[list[Row], tuple[datetime, int] | None]:
    """Meetings that are over, newest first, and the key from which the next page goes on."""
    query = select(Meeting).where(listed_for(actor), Meeting.state.in_(_OVER))
    if before is not None:
        query = query.where(tuple_(Meeting.starts_at, Meeting.id) < tuple_(*before))
    found = list(
        session().scalars(query.order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(PAGE + 1))
    )
    more = (found[PAGE - 1].starts_at, found[PAGE - 1].id) if len(found) > PAGE else None
    return _rows(actor, found[:PAGE]), more


def of_today(actor: User) -> list[Row]:
    """Today's meetings, and those that still sit from yesterday."""
    day = clock.today()
    begins, ends = clock.at_office(day, 0), clock.at_office(day, 0) + timedelta(days=1)
    query = (
        select(Meeting)
        .where(listed_for(actor), Meeting.state.not_in((MeetingState.CANCELLED, MeetingState.POSTPONED)))
        .where(Meeting.starts_at.between(begins, ends) | Meeting.state.in_(IN_SESSION))
    )
    return _rows(actor, list(session().scalars(query.order_by(Meeting.starts_at, Meeting.id).limit(20))))


def is_door_open(meeting: Meeting) -> bool:
    """True while people come to sit: from half an hour before its hour until it ends."""
    if meeting.state in IN_SESSION:
        return True
    is_ahead = meeting.state in {MeetingState.PUBLISHED, MeetingState.READY}
    return is_ahead and clock.now() >= meeting.starts_at - DOOR_OPENS


def is_readable(meeting: Meeting) -> bool:
    """True while the room may be entered, to read days ahead too: once published, until it ends."""
    return meeting.state in IN_SESSION or meeting.state in {MeetingState.PUBLISHED, MeetingState.READY}


def is_open_to(actor: User, meeting_id: int) -> bool:
    """True for whoever takes part in the meeting while people come to sit."""
    meeting = session().scalar(select(Meeting).where(Meeting.id == meeting_id, visible_to(actor)))
    return meeting is not None and is_door_open(meeting)


def is_held(meeting: Meeting) -> bool:
    """True once it has been held: there is something to be read of it, and no more to be done in its room."""
    return meeting.state in {MeetingState.ENDED, MeetingState.MINUTES, MeetingState.CLOSED}


def title_of(meeting_id: int) -> str:
    """A meeting's title (``refs``)."""
    return session().scalar(select(Meeting.title).where(Meeting.id == meeting_id)) or ""


def url_of(meeting_id: int) -> str:
    """The path of a meeting's page (``refs``)."""
    return f"/meetings/{meeting_id}"


def title_of_item(item_id: int) -> str:
    """An agenda item's title (``refs``)."""
    return session().scalar(select(AgendaItem.title).where(AgendaItem.id == item_id)) or ""


def url_of_item(item_id: int) -> str:
    """The path of the meeting of an agenda item, at the item (``refs``)."""
    meeting_id = session().scalar(select(AgendaItem.meeting_id).where(AgendaItem.id == item_id))
    return f"/meetings/{meeting_id}#item-{item_id}"


def titles_for(actor: Actor, ids: Collection[int]) -> Mapping[int, str]:
    """Titles of those meetings that the actor may know of."""
    query = select(Meeting.id, Meeting.title).where(Meeting.id.in_(ids), listed_for(actor))
    return {row.id: row.title for row in session().execute(query)}


def found_for(actor: User, words: str) -> dict[str, Any] | None:
    """Meetings whose title has every word, for the search page."""
    wanted = fold(one_line(words)).split()
    query = select(Meeting).where(listed_for(actor)).order_by(Meeting.starts_at.desc()).limit(400)
    found = [one for one in session().scalars(query) if all(word in fold(one.title) for word in wanted)]
    rows = [
        {
            "title": one.title,
            "url": url_of(one.id),
            "note": f"{clock.local(one.starts_at):%H:%M %d/%m/%Y}, {one.place}",
        }
        for one in found[:_MOST_FOUND]
    ]
    return {"label": label("meeting.found"), "order": 40, "rows": rows, "more": len(found) > _MOST_FOUND}


def _rows(actor: User, found: list[Meeting]) -> list[Row]:
    """Fill in the people and figures of a list with one question each."""
    ids = [one.id for one in found]
    if not ids:
        return []
    parts = session().execute(
        select(Participant.meeting_id, Participant.user_id, Participant.role).where(
            Participant.meeting_id.in_(ids),
            (Participant.role == PartRole.CHAIR) | (Participant.user_id == actor.id),
        )
    )
    chairs: dict[int, int] = {}
    roles: dict[int, PartRole] = {}
    for meeting_id, user_id, role in parts:
        if role is PartRole.CHAIR:
            chairs[meeting_id] = user_id
        if user_id == actor.id:
            roles[meeting_id] = role
    people = directory.people(set(chairs.values()))
    items = _counts(AgendaItem.meeting_id, ids)
    sizes = _counts(Participant.meeting_id, ids)
    return [
        Row(
            one,
            people.get(chairs.get(one.id, 0)),
            roles.get(one.id),
            items.get(one.id, 0),
            sizes.get(one.id, 0),
        )
        for one in found
    ]


def _counts(column: Any, ids: list[int]) -> dict[int, int]:
    query = select(column, func.count()).where(column.in_(ids)).group_by(column)
    return {row[0]: row[1] for row in session().execute(query)}
