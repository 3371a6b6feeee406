"""Taking back: for some seconds the room may stand again as before an item was started or finished."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from intranet.core import clock
from intranet.core.db import session, unit_of_work
from intranet.core.errors import BadState, Stale
from intranet.people.models import User
from intranet.records import audit
from meetings.models.journal import JournalLine
from meetings.models.meeting import AgendaItem, ItemState, Meeting, MeetingState
from meetings.permissions import To, access_meeting
from meetings.services import journal, polls
from meetings.services.journal import ms

#: How long a change of the item on the floor may be taken back; longer than the bar that offers it stands.
UNDO_WITHIN = timedelta(seconds=10)
_UNDOABLE = frozenset({"item.started", "item.finished"})
#: Lines after which the room has gone on: what was before the last of them stands.
_MOVES_ON = (
    *sorted(_UNDOABLE),
    "item.undone",
    "item.dropped",
    "consent.adopted",
    "meeting.state",
    "vote.opened",
    "speech.started",
)


def as_before(meeting: Meeting, *items: AgendaItem) -> dict[str, Any]:
    """What the line of a change keeps for whoever takes it back, and tells nobody.

    :param items: those that will change, the one that comes to the floor first.
    """
    was = [
        {
            "id": item.id,
            "st": item.state.value,
            "spent_s": item.spent_s,
            "started": _written(item.started_at),
            "ended": _written(item.ended_at),
        }
        for item in items
    ]
    return {"was": was, "was_since": _written(meeting.item_since)}


def undo_item(actor: User, meeting_id: int, item_id: int, *, expect: int | None) -> int:
    """Take the last start or finish of an item back: agenda and clocks stand as if it had not been.

    :param item_id: the item that was started or finished.
    :param expect: id of the item the actor saw on the floor since, ``None`` if it was empty.
    :returns: the new version of the room.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: the actor neither chairs it nor is its secretary.
    :raises BadState: ``meeting.not_live``; ``item.gone_on``, somebody has spoken, voted or decided since;
        ``item.undo_late``, it is longer ago than :data:`UNDO_WITHIN`; ``vote.still_open``.
    :raises Stale: ``item.moved_on``, another item (``cur``) is on the floor by now.
    """
    with unit_of_work() as opened:
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        if meeting.state is not MeetingState.LIVE:
            raise BadState("meeting.not_live")
        if meeting.current_item_id != expect:
            raise Stale("item.moved_on", cur=meeting.current_item_id)
        last = _last_move(meeting)
        if last is None or last.kind not in _UNDOABLE or last.data["item"] != item_id:
            raise BadState("item.gone_on")
        if clock.now() - last.at > UNDO_WITHIN:
            raise BadState("item.undo_late")
        polls.require_no_open_vote(meeting, item_id)
        told = []
        meeting.current_item_id, meeting.item_since = None, None
        for was in last.data["was"]:
            item = meeting.item(was["id"])
            item.state, item.spent_s = ItemState(was["st"]), was["spent_s"]
            item.started_at, item.ended_at = _read(was["started"]), _read(was["ended"])
            if item.state is ItemState.LIVE:
                meeting.current_item_id, meeting.item_since = item.id, _read(last.data["was_since"])
            told.append(_entry(item))
            # Only one item of a meeting may be live: the one that leaves the floor is written first.
            opened.flush()
        cur = meeting.current_item_id
        audit.record(actor, "item.undone", meeting, item=item_id, change=last.kind, floor=cur)
        floor = None if cur is None else {"item": cur, "since": ms(meeting.item_since)}
        return journal.append(meeting, "item.undone", by=actor, items=told, cur=floor)


def _last_move(meeting: Meeting) -> JournalLine | None:
    query = select(JournalLine).where(JournalLine.meeting_id == meeting.id, JournalLine.kind.in_(_MOVES_ON))
    return session().scalar(query.order_by(JournalLine.v.desc()).limit(1))


def _entry(item: AgendaItem) -> dict[str, Any]:
    """What the room is told of an item that stands again as it stood."""
    return {
        "id": item.id,
        "st": item.state.value,
        "spent_s": item.spent_s,
        "started": ms(item.started_at),
        "ended": None if item.state is ItemState.LIVE else ms(item.ended_at),
    }


def _written(instant: datetime | None) -> str | None:
    """An instant in full; ``ms`` would round it."""
    return None if instant is None else instant.isoformat()


def _read(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)
