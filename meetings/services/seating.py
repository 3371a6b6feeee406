"""Where in the room each person sits: whoever calls for the secretary is found by it."""

from intranet.core.db import unit_of_work
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.text import one_line
from intranet.people.models import User
from meetings.models.meeting import IN_SESSION, PLANNABLE
from meetings.permissions import To, access_meeting, may
from meetings.services import journal

MOST_SEAT = 20


def take_seat(actor: User, meeting_id: int, seat: str, *, person: int | None = None) -> int:
    """Say where one sits, as the seats are marked; whoever runs it says it of others, and beforehand.

    :param person: whose seat, ``None`` for the actor's own.
    :returns: the room's version, unchanged when nothing was new.
    :raises NotFound: no such meeting, or none the actor may attend; ``meeting.unknown_person``.
    :raises Forbidden: ``meeting.not_yours_to_run``, it is somebody else's.
    :raises BadState: ``meeting.room_closed``, it is over or was called off.
    :raises Invalid: ``seat.too_long``.
    """
    seat = one_line(seat)
    if len(seat) > MOST_SEAT:
        raise Invalid("seat.too_long", most=MOST_SEAT, field="seat")
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.ATTEND, lock=True)
        if meeting.state not in PLANNABLE | IN_SESSION:
            raise BadState("meeting.room_closed")
        whose = actor.id if person is None else person
        if whose != actor.id and not may(actor, To.RUN, meeting):
            raise Forbidden("meeting.not_yours_to_run")
        part = meeting.participant(whose)
        if part is None:
            raise NotFound("meeting.unknown_person")
        if part.seat == seat:
            return meeting.v
        part.seat = seat
        return journal.append(meeting, "people.seated", by=actor, p=whose, seat=seat)
