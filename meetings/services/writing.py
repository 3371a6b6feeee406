"""What chair or secretary writes to one person in the room first, without having been asked."""

from datetime import timedelta

from sqlalchemy import func, select

from intranet.core import clock
from intranet.core.db import publish, session, unit_of_work
from intranet.core.errors import BadState, Invalid, NotFound
from intranet.core.text import one_line
from intranet.people.models import User
from meetings.models.floor import CallKind, ServiceCall
from meetings.models.journal import CallAnswered
from meetings.permissions import To
from meetings.services import journal
from meetings.services.announcing import MOST_NOTICE, WRITTEN, open_room

#: Messages to one person in a stretch of time: the newest three are on the screen.
MOST_MESSAGES = 10
_STRETCH = timedelta(minutes=5)


def write_to(actor: User, meeting_id: int, person: int, words: str) -> int:
    """Write to somebody who takes part: the words are for that person alone.

    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend; ``meeting.unknown_person``.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.room_closed``; ``message.too_many``, in so short a time.
    :raises Invalid: ``service.empty``, ``service.too_long``; ``message.to_self``.
    """
    words = one_line(words)
    if not words:
        raise Invalid("service.empty", field="t")
    if len(words) > MOST_NOTICE:
        raise Invalid("service.too_long", most=MOST_NOTICE, length=len(words), field="t")
    if person == actor.id:
        raise Invalid("message.to_self", field="p")
    with unit_of_work() as opened:
        meeting = open_room(actor, meeting_id, To.RUN)
        if meeting.participant(person) is None:
            raise NotFound("meeting.unknown_person")
        now = clock.now()
        if _lately(meeting.id, person, actor.id) >= MOST_MESSAGES:
            raise BadState("message.too_many", most=MOST_MESSAGES)
        # Kept beside the calls, as one that is done: whoever comes back is told of both alike.
        sent = ServiceCall(meeting_id=meeting.id, user_id=person, kind=CallKind.MESSAGE, text=words, at=now)
        sent.done_at, sent.done_by_id = now, actor.id
        opened.add(sent)
        opened.flush()
        part = meeting.participant(actor.id)
        role = "" if part is None else part.role.value
        v = journal.append(meeting, WRITTEN, by=actor, id=sent.id, p=person, t=words, role=role)
        publish(CallAnswered(meeting.id, v, person))
        return v


def _lately(meeting_id: int, person: int, by_id: int) -> int:
    query = select(func.count()).where(
        ServiceCall.meeting_id == meeting_id,
        ServiceCall.user_id == person,
        ServiceCall.done_by_id == by_id,
        ServiceCall.at == ServiceCall.done_at,
        ServiceCall.at > clock.now() - _STRETCH,
    )
    return session().scalar(query) or 0
