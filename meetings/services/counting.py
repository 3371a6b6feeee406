"""Counting what was given: ballots by name, the box, and raised hands."""

from typing import Any

from sqlalchemy import func, select

from intranet.core import db
from intranet.core.errors import Invalid
from intranet.core.labels import label
from meetings.models.meeting import Meeting
from meetings.models.vote import NamedBallot, Poll, PollVoter, VoteMode
from meetings.rules.tally import WHOLE, Ballot, Electorate, Method, Outcome, Tie, judge, keys_of, outcome
from meetings.services import box


def by_ballots(meeting: Meeting, poll: Poll) -> dict[str, Any] | None:
    """Count the ballots of a vote that has just closed; the box is emptied.

    :returns: ``None`` when ballots and voters are not equally many: then nothing may be published.
    """
    if poll.is_secret:
        ballots = box.filled(poll)
        if len(ballots) != poll.cast:
            return None
        found = _outcome(meeting, poll, ballots)
        receipts = box.split(poll)
        return _result(poll, found) | {"digest": box.digest(receipts, found.counts), "receipts": receipts}
    query = select(NamedBallot).where(NamedBallot.poll_id == poll.id).order_by(NamedBallot.voter_id)
    named = db.session().scalars(query).all()
    if len(named) != poll.cast:
        return None
    chair = None
    if poll.tie is Tie.CHAIR_SIDE and meeting.chair is not None:
        chair = next((one.choice for one in named if one.voter_id == meeting.chair.user_id), None)
    ballots = [Ballot(tuple(one.choice), one.weight) for one in named]
    result = _result(poll, _outcome(meeting, poll, ballots, chair))
    if poll.mode is VoteMode.ROLL:
        names: dict[str, list[int]] = {key: [] for key in result["counts"]}
        for one in named:
            for choice in one.choice:
                names[choice].append(one.voter_id)
        result["names"] = names
    return result


def check_hands(poll: Poll, hands: dict[str, int], voters: int) -> None:
    """Refuse counts that cannot be.

    :raises Invalid: ``vote.bad_count``.
    """
    keys = keys_of(poll.method, list(poll.texts))
    most = voters * poll.most if poll.method is Method.MANY else voters
    is_whole = set(hands) == set(keys) and all(0 <= one <= voters for one in hands.values())
    if not is_whole or sum(hands.values()) > most:
        raise Invalid("vote.bad_count", most=voters)


def by_hand(poll: Poll) -> tuple[dict[str, Any] | None, int | None]:
    """The outcome once two people have counted the same, and how many hands were raised.

    Whoever counted last is right or not with somebody else; two who agree are enough.
    """
    counted = list(poll.hands.values())
    agreed = next((one for one in counted if counted.count(one) > 1), None)
    if agreed is None:
        return None, None
    raised = sum(agreed.values())
    counts = {key: agreed[key] * WHOLE for key in keys_of(poll.method, list(poll.texts))}
    found = judge(
        poll.method, counts, raised * WHOLE, poll.texts, poll.rule, _electorate(poll), most=poll.most
    )
    return _result(poll, found), raised


def _outcome(meeting: Meeting, poll: Poll, ballots: list[Ballot], chair: list[str] | None = None) -> Outcome:
    return outcome(
        poll.method, ballots, poll.texts, poll.rule, _electorate(poll), chair=chair, most=poll.most
    )


def _electorate(poll: Poll) -> Electorate:
    query = select(func.coalesce(func.sum(PollVoter.weight), 0)).where(PollVoter.poll_id == poll.id)
    return Electorate(poll.members_weight, int(db.session().scalar(query) or 0))


def _result(poll: Poll, found: Outcome) -> dict[str, Any]:
    return {
        "counts": found.counts,
        "base": found.base,
        "need": found.need,
        "adopted": found.adopted,
        "chosen": found.chosen,
        "reason": found.reason,
        "shares": _shares(found.counts["yes"], _electorate(poll)) if poll.method is Method.THREE else "",
    }


def _shares(yes: int, of: Electorate) -> str:
    """What part of all members agreed, and of those who were there; in words."""
    if not of.members or not of.present:
        return ""
    return label("vote.shares", members=_percent(yes, of.members), present=_percent(yes, of.present))


def _percent(part: int, whole: int) -> str:
    """``66,7``; ``60`` where nothing is left over."""
    return f"{100 * part / whole:.1f}".removesuffix(".0").replace(".", ",")
