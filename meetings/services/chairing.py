"""Running the room: what is on the floor."""

from datetime import datetime
from typing import Any

from intranet.core import clock
from intranet.core.db import unit_of_work
from intranet.core.errors import BadState, Forbidden, Invalid, Stale
from intranet.people.models import User
from intranet.records import audit
from meetings.models.meeting import AgendaItem, ItemState, Meeting, MeetingState
from meetings.permissions import To, access_meeting, may
from meetings.services import journal, polls, speaking, undoing
from meetings.services.journal import ms
from meetings.services.life import stop_clock

#: How an item may leave the floor.
OUTCOMES = frozenset({ItemState.DONE, ItemState.SUSPENDED, ItemState.DEFERRED})
_STARTABLE = frozenset({ItemState.PLANNED, ItemState.SUSPENDED, ItemState.DONE})


def start_item(
    actor: User,
    meeting_id: int,
    item_id: int,
    *,
    expect: int | None,
    reason: str = "",
    outcome: ItemState = ItemState.DONE,
) -> int:
    """Put one agenda item on the floor; the item before it is done, or leaves it as said.

    :param expect: id of the item the actor saw on the floor, ``None`` if it was empty.
    :param reason: why an item that was done is taken up again; for the minutes.
    :param outcome: how the item before it leaves the floor.
    :returns: the new version of the room, a count that rises by 1.
    :raises NotFound: no such meeting or item, or none the actor may attend.
    :raises Forbidden: the actor neither chairs it nor is its secretary; ``item.chair_reopens``, it was done.
    :raises BadState: ``meeting.not_live``; ``item.over``, it was deferred or withdrawn.
    :raises Stale: ``item.moved_on``, another item (``cur``) is on the floor by now.
    :raises Invalid: ``item.why_again``, it was done and nobody says why it is taken up again.
    """
    if outcome not in OUTCOMES:
        raise Invalid("item.no_outcome")
    with unit_of_work() as opened:
        meeting = _live(actor, meeting_id)
        _expect(meeting, expect)
        item = meeting.item(item_id)
        if item.state not in _STARTABLE:
            raise BadState("item.over")
        if item.state is ItemState.DONE and not may(actor, To.CHAIR, meeting):
            raise Forbidden("item.chair_reopens")
        is_again = item.state is ItemState.DONE
        if is_again and not reason:
            raise Invalid("item.why_again", field="reason")
        now = clock.now()
        leaving = [] if meeting.current_item_id is None else [meeting.item(meeting.current_item_id)]
        facts: dict[str, Any] = {"prev": None} | undoing.as_before(meeting, item, *leaving)
        if leaving:
            before = _leave_floor(actor, meeting, outcome, now)
            facts |= {"prev": before.id, "prev_st": before.state.value, "prev_spent_s": before.spent_s}
            # Only one item of a meeting may be live, so the old one has to be written first.
            opened.flush()
        item.state = ItemState.LIVE
        item.started_at = item.started_at or now
        meeting.current_item_id, meeting.item_since = item.id, now
        if is_again:
            facts["reason"] = reason
        audit.record(actor, "item.started", meeting, reason=facts.get("reason"), item=item.id)
        return journal.append(meeting, "item.started", by=actor, item=item.id, since=ms(now), **facts)


def finish_item(
    actor: User, meeting_id: int, *, outcome: ItemState = ItemState.DONE, expect: int | None = None
) -> int:
    """Take the item off the floor; the floor is empty then.

    :param expect: id of the item the actor saw on the floor.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: the actor neither chairs it nor is its secretary.
    :raises BadState: ``meeting.not_live``; ``item.none_live``, nothing is on the floor.
    :raises Stale: ``item.moved_on``, another item (``cur``) is on the floor by now.
    """
    if outcome not in OUTCOMES:
        raise Invalid("item.no_outcome")
    with unit_of_work():
        meeting = _live(actor, meeting_id)
        if meeting.current_item_id is None:
            raise BadState("item.none_live")
        _expect(meeting, expect)
        facts = undoing.as_before(meeting, meeting.item(meeting.current_item_id))
        item = _leave_floor(actor, meeting, outcome, clock.now())
        audit.record(actor, "item.finished", meeting, item=item.id, outcome=outcome.value)
        return journal.append(
            meeting,
            "item.finished",
            by=actor,
            item=item.id,
            outcome=outcome.value,
            spent_s=item.spent_s,
            ended=ms(item.ended_at),
            **facts,
        )


def _live(actor: User, meeting_id: int) -> Meeting:
    meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
    if meeting.state is not MeetingState.LIVE:
        raise BadState("meeting.not_live")
    return meeting


def _expect(meeting: Meeting, expect: int | None) -> None:
    if meeting.current_item_id != expect:
        raise Stale("item.moved_on", cur=meeting.current_item_id)


def _leave_floor(actor: User, meeting: Meeting, outcome: ItemState, now: datetime) -> AgendaItem:
    polls.require_no_open_vote(meeting, meeting.current_item_id)
    stop_clock(meeting, now)
    speaking.end_running(actor, meeting, now)
    item = meeting.item(meeting.current_item_id or 0)
    item.state, item.ended_at = outcome, now
    meeting.current_item_id, meeting.item_since = None, None
    return item
