"""What robots do in a rehearsal, as people would: come in, vote, ask to speak now and then.

They go through the same use cases as people and follow the clock alone, so that what is tried twice is alike:
the n-th of them acts at its own time, nine of ten come, of five ballots three say the first thing offered.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import islice

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.errors import DomainError
from intranet.people.models import User
from intranet.people.services import robots
from meetings.models.answer import InvitationAnswer, Standing
from meetings.models.floor import Attendance, PresenceState, Speech
from meetings.models.meeting import Meeting, MeetingState
from meetings.models.vote import Participation, Poll, PollVoter, VoteMode
from meetings.rules.tally import LEVELS, Method
from meetings.services import attending, ballots, polls, speaking, speeches

#: So many act in one look, so that a crowd does not keep others waiting.
_AT_ONCE = 25
#: A room of any size is full, and has voted, after about so many seconds.
_WITHIN = 20
#: The last of so many stays away.
_ONE_AWAY_IN = 10
#: Which option a ballot chooses: three of five the first, one the second, one the third.
_CHOICES = (0, 0, 1, 0, 2)
#: Of one item so many ask to speak: the first after so many seconds, the next after as many more.
_SPEAKERS, _FIRST_ASKS, _NEXT_ASKS = 3, 20, 60

_Act = Callable[[], object]


def act() -> int:
    """Let the robots of every rehearsal do what it is time for; returns how much that was."""
    sits = (MeetingState.PUBLISHED, MeetingState.LIVE, MeetingState.PAUSED)
    query = select(Meeting.id).where(Meeting.state.in_(sits), Meeting.rehearses_id.is_not(None))
    return sum(_act_in(key) for key in db.session().scalars(query).all())


def _act_in(meeting_id: int) -> int:
    meeting = db.session().get_one(Meeting, meeting_id)
    known = robots.sitting([part.user_id for part in meeting.participants])
    acts = [
        *islice(_to_come(meeting, known), _AT_ONCE),
        *islice(_to_vote(meeting, known), _AT_ONCE),
        *_to_ask(meeting, known),
    ]
    return sum(_is_done(one) for one in acts)


def _is_done(act_of_one: _Act) -> bool:
    """What the room refuses by now is not done, as it would not be by a person."""
    try:
        act_of_one()
    except DomainError:
        return False
    return True


def _to_come(meeting: Meeting, known: list[User]) -> Iterator[_Act]:
    """Check in, one after the other from when the door opened; whoever is on the list already is left."""
    seen = set(db.session().scalars(select(Attendance.user_id).where(Attendance.meeting_id == meeting.id)))
    replaced = set(
        db.session().scalars(
            select(InvitationAnswer.user_id).where(
                InvitationAnswer.meeting_id == meeting.id, InvitationAnswer.standing == Standing.APPROVED
            )
        )
    )
    for no, robot in enumerate(known[: _by_now(len(known), meeting.published_at)], 1):
        if robot.id not in seen | replaced and no % _ONE_AWAY_IN:
            yield partial(attending.set_presence, robot, meeting.id, PresenceState.IN)


def _to_vote(meeting: Meeting, known: list[User]) -> Iterator[_Act]:
    """Give the robots' own ballots in the vote that is open; raised hands are counted by people."""
    poll_id = polls.open_poll(meeting.id)
    poll = None if poll_id is None else db.session().get_one(Poll, poll_id)
    if poll is None or poll.mode is VoteMode.HAND:
        return
    ids = [one.id for one in known]
    mine = select(PollVoter).where(PollVoter.poll_id == poll.id, PollVoter.voter_id.in_(ids))
    given = set(db.session().scalars(select(Participation.voter_id).where(Participation.poll_id == poll.id)))
    rows = list(db.session().scalars(mine.order_by(PollVoter.voter_id)))
    by_id = {one.id: one for one in known}
    for no, row in enumerate(rows[: _by_now(len(rows), poll.opened_at)]):
        if row.voter_id not in given and row.holder_id in by_id:
            robot, choice = by_id[row.holder_id], _choice(poll, no)
            yield partial(ballots.cast_ballot, robot, meeting.id, poll.id, choice, of=row.voter_id)


def _to_ask(meeting: Meeting, known: list[User]) -> Iterator[_Act]:
    """Ask to speak on what is on the floor, each time another one."""
    if meeting.current_item_id is None or meeting.item_since is None or not meeting.queue_open or not known:
        return
    query = select(Speech.id).where(
        Speech.meeting_id == meeting.id,
        Speech.item_id == meeting.current_item_id,
        Speech.user_id.in_([one.id for one in known]),
    )
    asked = len(db.session().scalars(query).all())
    since = (clock.now() - meeting.item_since).total_seconds()
    if asked >= _SPEAKERS or since < _FIRST_ASKS + asked * _NEXT_ASKS or speeches.waiting_in(meeting):
        return
    there = [one for one in known if attending.is_there(meeting, one.id) and speaking.may_ask(one, meeting)]
    if there:
        place = next(no for no, one in enumerate(meeting.agenda) if one.id == meeting.current_item_id)
        yield partial(speaking.ask, there[(place + asked) % len(there)], meeting.id)


def _by_now(n: int, since: datetime | None) -> int:
    """How many of ``n`` have had their turn."""
    if since is None:
        return 0
    return int((clock.now() - since).total_seconds() * max(1.0, n / _WITHIN))


def _choice(poll: Poll, no: int) -> list[str]:
    """What the ``no``-th ballot says; another vote begins elsewhere in the row."""
    step = _CHOICES[(no + poll.item_id) % len(_CHOICES)]
    options = list(poll.texts)
    if poll.method is Method.CONFIDENCE:
        return [f"{option}:{LEVELS[step]}" for option in options]
    return [options[step % len(options)]]
