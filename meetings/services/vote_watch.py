"""Timed votes and a server that was away: whoever could not vote meanwhile gets that time back.

While a vote with a closing time is open, every web process says so again and again. Where nobody has said so
for a while, nobody could vote: such a vote does not close, and once a web process is back it is given the
time that was lost.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.db import session, unit_of_work
from intranet.core.dialect import insert_once
from intranet.core.scheduler import Lease
from intranet.people.models import User
from intranet.records import audit
from meetings.models.meeting import Meeting
from meetings.models.vote import Poll, PollState
from meetings.services import journal, polls
from meetings.services.journal import ms

#: How often a web process says that people can vote, and the silence after which they could not.
WATCH_SECONDS = 2.0
AWAY = timedelta(seconds=10)
_NAME = "votes"
_TIMED = select(Poll.id, Poll.meeting_id).where(Poll.state == PollState.OPEN, Poll.closes_at.is_not(None))


def watch() -> int:
    """Say that people can vote; returns how many open votes were given the time when they could not."""
    if session().execute(_TIMED.limit(1)).first() is None:
        return 0
    with unit_of_work() as opened:
        now = clock.now()
        insert_once(opened, Lease, name=_NAME, holder="", fence=0, until=now)
        seen = opened.get_one(Lease, _NAME, with_for_update=True, populate_existing=True)
        before, seen.until = seen.until, now
        found = opened.execute(_TIMED.order_by(Poll.id)).all()
        return sum(_give_back(meeting_id, poll_id, before, now) for poll_id, meeting_id in found)


def is_away(poll: Poll, now: datetime) -> bool:
    """True while nobody can vote, as far as is known: then a vote is not closed by its time."""
    seen = session().get(Lease, _NAME, populate_existing=True)
    return seen is not None and now - _last(poll, seen.until) > AWAY


def _last(poll: Poll, seen: datetime) -> datetime:
    """When people could vote last; whoever opened it could."""
    return max(seen, poll.opened_at or seen)


def _give_back(meeting_id: int, poll_id: int, seen: datetime, now: datetime) -> bool:
    held = select(Meeting).where(Meeting.id == meeting_id).with_for_update(of=Meeting)
    meeting = db.session().scalars(held.execution_options(populate_existing=True)).one()
    poll = polls.poll_of(meeting, poll_id)
    away = now - _last(poll, seen)
    if poll.state is not PollState.OPEN or poll.closes_at is None or away <= AWAY:
        return False
    poll.closes_at += away
    seconds = round(away.total_seconds())
    audit.record(None, "vote.extended", meeting, vote=poll.id, seconds=seconds)
    opener = session().get_one(User, poll.opened_by_id or poll.prepared_by_id)
    changed = {"closes": ms(poll.closes_at)}
    journal.append(meeting, "vote.extended", by=opener, id=poll.id, away_s=seconds, set=changed)
    return True
