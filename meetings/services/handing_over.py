"""Handing over the chair while a meeting sits: its chair does it alone, or two secretaries together."""

from typing import Any

from intranet.core import clock
from intranet.core.db import session, unit_of_work
from intranet.core.errors import BadState, NotFound
from intranet.people.models import User
from intranet.records import audit
from meetings.models.handover import ChairRequest
from meetings.models.meeting import IN_SESSION, Meeting, PartRole
from meetings.permissions import To, access_meeting, may
from meetings.services import journal, participants, rehearsals, wishes


def hand_over(actor: User, meeting_id: int, user_id: int) -> dict[str, Any]:
    """Give the chair to somebody who takes part; a secretary's wish waits until a second one says the same.

    :returns: ``v``, the room's version, and ``waits``, whether a second secretary must agree.
    :raises NotFound: no such meeting, or none the actor may attend; ``meeting.unknown_person``.
    :raises Forbidden: the actor neither chairs it nor is its secretary.
    :raises BadState: ``meeting.not_live``; ``chair.same``, that person chairs it; ``chair.needs_two``, there
        is no second secretary; ``meeting.needs_secretary``, that person is the only one;
        ``rehearsal.people``.
    """
    with unit_of_work() as opened:
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        if meeting.state not in IN_SESSION:
            raise BadState("meeting.not_live")
        rehearsals.require_real(meeting, "people")
        part = meeting.participant(user_id)
        if part is None:
            raise NotFound("meeting.unknown_person")
        if part.role is PartRole.CHAIR:
            raise BadState("chair.same")
        asked = opened.get(ChairRequest, meeting_id)
        if not may(actor, To.CHAIR, meeting) and not _seconds(asked, actor, user_id):
            return {"v": _ask(actor, meeting, user_id, asked), "waits": True}
        if asked is not None:
            opened.delete(asked)
        before = meeting.chair
        participants.change_role(actor, meeting, part, PartRole.CHAIR)
        facts = {"role": "chair", "from": before.user_id if before else None, "to": user_id}
        audit.record(actor, "meeting.chair_handed_over", meeting, to=user_id)
        return {"v": journal.append(meeting, "role.transferred", by=actor, **facts), "waits": False}


def _seconds(asked: ChairRequest | None, actor: User, user_id: int) -> bool:
    if asked is None or asked.to_id != user_id or asked.by_id == actor.id:
        return False
    return clock.now() - asked.at <= wishes.WAITS


def _ask(actor: User, meeting: Meeting, user_id: int, asked: ChairRequest | None) -> int:
    if sum(one.role is PartRole.SECRETARY for one in meeting.participants) < 2:
        raise BadState("chair.needs_two")
    if asked is None:
        asked = ChairRequest(meeting_id=meeting.id)
        session().add(asked)
    asked.to_id, asked.by_id, asked.at = user_id, actor.id, clock.now()
    audit.record(actor, "meeting.chair_asked", meeting, to=user_id)
    return journal.append(
        meeting, "role.asked", by=actor, wish=wishes.entry(asked, participants.person_of(user_id))
    )
