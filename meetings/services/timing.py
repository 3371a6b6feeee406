"""Time of a sitting: items still ahead get less of it than was planned."""

from collections.abc import Sequence
from dataclasses import dataclass

from intranet.core.db import unit_of_work
from intranet.core.errors import BadState, Invalid, Stale
from intranet.people.models import User
from intranet.records import audit
from meetings.models.meeting import IN_SESSION, ItemState
from meetings.permissions import To, access_meeting
from meetings.services import participants, planning

_COMING = frozenset({ItemState.PLANNED, ItemState.SUSPENDED})


@dataclass(frozen=True)
class Cut:
    """Minutes of an item: those the actor saw, and those it is to have."""

    item: int
    was: int
    to: int


def shorten_items(actor: User, meeting_id: int, cuts: Sequence[Cut]) -> int:
    """Give items that are still ahead fewer minutes, all of them or none.

    :returns: the room's version.
    :raises NotFound: no such meeting or item, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.not_live``; ``item.not_coming``, one was taken up or is over.
    :raises Stale: ``item.budget_changed``, one has other minutes (``cur``) by now.
    :raises Invalid: ``item.shorten``, nothing is shortened, or an item would keep no time.
    """
    if not cuts or len({cut.item for cut in cuts}) < len(cuts):
        raise Invalid("item.shorten")
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        if meeting.state not in IN_SESSION:
            raise BadState("meeting.not_live")
        for cut in cuts:
            item = meeting.item(cut.item)
            if item.state not in _COMING:
                raise BadState("item.not_coming")
            if (item.budget_min or 0) != cut.was:
                raise Stale("item.budget_changed", cur=item.budget_min)
            if not 1 <= cut.to < cut.was or cut.to * 60 <= item.spent_s:
                raise Invalid("item.shorten")
            item.budget_min = cut.to
            owner = None if item.owner_id is None else participants.person_of(item.owner_id)
            planning.tell_edited(actor, meeting, item, owner)
        saved = sum(cut.was - cut.to for cut in cuts)
        audit.record(actor, "item.shortened", meeting, items=[cut.item for cut in cuts], minutes=saved)
        return meeting.v
