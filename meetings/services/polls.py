"""Votes as the room holds them, and the way to one of them."""

from typing import Any

from sqlalchemy import and_, func, select

from intranet.core import db
from intranet.core.errors import BadState, NotFound
from intranet.people.models import User
from meetings.models.meeting import Meeting
from meetings.models.vote import NamedBallot, Participation, Poll, PollState, PollVoter
from meetings.services import attending
from meetings.services.journal import ms

Entry = dict[str, Any]


def poll_of(meeting: Meeting, poll_id: int) -> Poll:
    """A vote of the meeting, held against casting and closing until the open unit of work ends.

    :raises NotFound: ``vote.unknown``.
    """
    query = select(Poll).where(Poll.id == poll_id, Poll.meeting_id == meeting.id)
    found = db.session().scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("vote.unknown")
    return found


def open_poll(meeting_id: int, item_id: int | None = None) -> int | None:
    """The id of the vote that is open, on an item or on any."""
    query = select(Poll.id).where(Poll.meeting_id == meeting_id, Poll.state == PollState.OPEN)
    return db.session().scalar(query if item_id is None else query.where(Poll.item_id == item_id))


def require_no_open_vote(meeting: Meeting, item_id: int | None = None) -> None:
    """Refuse what may not happen while people vote.

    :raises BadState: ``vote.still_open``.
    """
    if open_poll(meeting.id, item_id) is not None:
        raise BadState("vote.still_open")


def unpublished(meeting: Meeting) -> int:
    """How many votes are open or closed whose result nobody has been told."""
    waiting = (PollState.OPEN, PollState.CLOSED)
    query = select(func.count()).where(Poll.meeting_id == meeting.id, Poll.state.in_(waiting))
    return db.session().scalar(query.select_from(Poll)) or 0


def voters_of(poll: Poll) -> list[int]:
    """Whose ballots may be given, in the order of their ids; empty before it opens."""
    query = select(PollVoter.voter_id).where(PollVoter.poll_id == poll.id).order_by(PollVoter.voter_id)
    return list(db.session().scalars(query))


def entry(poll: Poll, voters: list[int]) -> Entry:
    """A vote with all that anybody may be told of it."""
    return {
        "id": poll.id,
        "item": poll.item_id,
        "q": poll.question,
        "mode": poll.mode.value,
        "method": poll.method.value,
        "opts": list(poll.options),
        "max": poll.most,
        "st": poll.state.value,
        "rule": {
            "base": poll.base.value,
            "num": poll.num,
            "den": poll.den,
            "strict": poll.is_strict,
            "tie": poll.tie.value,
        },
        "secs": poll.seconds,
        "show_count": poll.show_count,
        "may_change": poll.may_change,
        "proxies": [{"p": int(p), "by": by} for p, by in sorted(poll.proxies.items())],
        "opened": ms(poll.opened_at),
        "closes": ms(poll.closes_at),
        "elig": len(voters),
        "cast": poll.cast,
        "voters": voters,
        "hands": counters(poll),
        "result": poll.result,
        "reason": poll.reason or None,
        "ordered": poll.ordered_by_id,
    }


def counters(poll: Poll) -> list[int]:
    """Who has counted the raised hands."""
    return sorted(int(one) for one in poll.hands)


def entries(meeting: Meeting) -> list[Entry]:
    """Every vote of a meeting, the oldest first."""
    polls = db.session().scalars(select(Poll).where(Poll.meeting_id == meeting.id).order_by(Poll.id)).all()
    if not polls:
        return []
    rows = db.session().execute(
        select(PollVoter.poll_id, PollVoter.voter_id)
        .where(PollVoter.poll_id.in_([one.id for one in polls]))
        .order_by(PollVoter.voter_id)
    )
    voters: dict[int, list[int]] = {}
    for poll_id, voter_id in rows:
        voters.setdefault(poll_id, []).append(voter_id)
    return [entry(one, voters.get(one.id, [])) for one in polls]


def may_vote(actor: User, meeting: Meeting) -> bool:
    """True for a member of the sitting, and for a substitute whom its rules let vote."""
    return attending.may_vote(actor.id, meeting)


def is_voting(meeting: Meeting) -> bool:
    """True while a vote is open."""
    query = select(Poll.id).where(Poll.meeting_id == meeting.id, Poll.state == PollState.OPEN)
    return db.session().scalar(query.limit(1)) is not None


def overlay(actor: User, meeting: Meeting) -> dict[str, Entry]:
    """The open votes in which the actor has a ballot: whether it was given, and by name what it said.

    ``of`` names those whose ballots the actor gives in their place, and whether they were given; ``said``
    what those given by name say.
    """
    query = (
        select(Poll, PollVoter.voter_id, Participation.voter_id, NamedBallot.choice)
        .join(PollVoter, PollVoter.poll_id == Poll.id)
        .outerjoin(
            Participation,
            and_(Participation.poll_id == Poll.id, Participation.voter_id == PollVoter.voter_id),
        )
        .outerjoin(
            NamedBallot, and_(NamedBallot.poll_id == Poll.id, NamedBallot.voter_id == PollVoter.voter_id)
        )
        .where(Poll.meeting_id == meeting.id, Poll.state == PollState.OPEN, PollVoter.holder_id == actor.id)
        .order_by(PollVoter.voter_id)
    )
    found: dict[str, Entry] = {}
    for poll, voter, given, choice in db.session().execute(query):
        mine = found.setdefault(str(poll.id), {})
        if voter == actor.id:
            mine["cast"] = given is not None
            if choice is not None and not poll.is_secret:
                mine["choice"] = list(choice)
        else:
            mine.setdefault("of", {})[str(voter)] = given is not None
            if choice is not None and not poll.is_secret:
                mine.setdefault("said", {})[str(voter)] = list(choice)
    return found
