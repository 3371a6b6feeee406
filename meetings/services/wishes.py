"""A secretary's wish that somebody else takes the chair, as the room holds it."""

from datetime import timedelta
from typing import Any

from intranet.core.db import session
from intranet.people import directory
from intranet.people.models import User
from meetings.models.handover import ChairRequest
from meetings.models.meeting import Meeting
from meetings.services.journal import ms

#: How long one secretary's wish waits for another's.
WAITS = timedelta(minutes=10)


def wish_of(meeting: Meeting) -> dict[str, Any] | None:
    """The wish that waits for a second secretary, if there is one; in ``until`` when it ends."""
    asked = session().get(ChairRequest, meeting.id)
    person = None if asked is None else directory.people([asked.to_id]).get(asked.to_id)
    return None if asked is None or person is None else entry(asked, person)


def entry(asked: ChairRequest, person: User) -> dict[str, Any]:
    """A wish: for whom, by whom, until when."""
    return {"to": person.id, "n": person.full_name, "by": asked.by_id, "until": ms(asked.at + WAITS)}
