"""What each audience of a room holds, and what it may not: for tests of state and frames."""

import copy
from typing import Any

from intranet.core import db
from meetings.models.meeting import Meeting
from meetings.rules.shares import AUDIENCES, Audience
from meetings.services import room

#: Keys that never are in an audience's share, whatever happens.
FORBIDDEN = {
    Audience.PROJ: {"reason", "org", "role", "people", "pages", "rev", "size"},
    Audience.GUEST: {"org", "reason_of_item"},
    Audience.MEMBER: {"org"},
}


def keys_of(value: Any) -> set[str]:
    """All keys in a piece of JSON, however deep."""
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in keys_of(one)}
    if isinstance(value, list):
        return {key for one in value for key in keys_of(one)}
    return set()


def snapshots(meeting_id: int) -> dict[Audience, dict[str, Any]]:
    """What each audience would get now, built anew."""
    room.forget_snapshots()
    with db.scope():
        meeting = db.session().get_one(Meeting, meeting_id)
        return {one: copy.deepcopy(room.snapshot(meeting, one)) for one in AUDIENCES}
