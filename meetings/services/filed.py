"""What was approved does not change any more: asked before anything is done that the minutes tell of."""

from intranet.core.db import session
from intranet.core.errors import BadState
from meetings.models.meeting import Meeting
from meetings.models.minutes import Minutes, MinutesState


def is_filed(meeting: Meeting) -> bool:
    """True once the chair has approved the minutes."""
    held = session().get(Minutes, meeting.id, populate_existing=True)
    return held is not None and held.state is MinutesState.APPROVED


def require_unfiled(meeting: Meeting) -> None:
    """Let presence and votes be corrected until the minutes are approved; the meeting is held by the caller.

    :raises BadState: ``minutes.filed``.
    """
    if is_filed(meeting):
        raise BadState("minutes.filed")
