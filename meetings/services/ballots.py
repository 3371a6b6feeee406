"""Giving a ballot: once for each voter, whatever is sent again, and never after closing.

The vote's row is held while a ballot is given, by all who give one together; closing waits for them and then
holds it alone. So no ballot lands after closing and none is lost before it. What is here writes no line to
journal, audit or logs: of a secret ballot nothing but its place in the box may be kept.
"""

import re
import secrets
from typing import Any

from sqlalchemy import func, select

from intranet.core import clock, db
from intranet.core.db import unit_of_work
from intranet.core.dialect import insert_once
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.people.models import User
from meetings.models.meeting import IN_SESSION, Meeting
from meetings.models.vote import NamedBallot, Participation, Poll, PollState, PollVoter, VoteMode
from meetings.permissions import visible_to
from meetings.rules.tally import is_fit, shown_count
from meetings.services import box

_RECEIPT = re.compile(r"[A-Z2-7]{10}")


def cast_ballot(
    actor: User,
    meeting_id: int,
    poll_id: int,
    choice: list[str],
    *,
    receipt: str | None = None,
    of: int | None = None,
) -> dict[str, Any]:
    """Give one ballot; the first stands, a repeated one changes nothing.

    :param choice: ids of options; ``option:level`` for each person in a vote of confidence.
    :param receipt: made by the device, secret votes only; without one the server makes one.
    :param of: whose ballot, when the actor gives it in another's place.
    :returns: ``{"already": True}`` for a repeated one; else the receipt, if the vote is secret.
    :raises NotFound: ``vote.unknown``: no such vote in this meeting, or none the actor may attend.
    :raises Forbidden: ``vote.not_yours``: not among those who vote.
    :raises BadState: ``vote.not_open``, ``vote.too_late``; ``vote.by_hand``: hands are raised, not ballots.
    :raises Invalid: ``vote.bad_choice``, ``vote.bad_receipt``.
    """
    with unit_of_work() as opened:
        poll = _held(actor, meeting_id, poll_id)
        mine = opened.get(PollVoter, (poll.id, of or actor.id))
        if poll.state is PollState.PREPARED:
            # Whoever does not prepare it knows nothing of it yet.
            raise NotFound("vote.unknown")
        if mine is None or mine.holder_id != actor.id:
            raise Forbidden("vote.not_yours")
        if poll.state is not PollState.OPEN:
            if opened.get(Participation, (poll.id, mine.voter_id)) is not None:
                return {"already": True}
            raise BadState("vote.not_open")
        if poll.mode is VoteMode.HAND:
            raise BadState("vote.by_hand")
        is_late = poll.closes_at is not None and clock.now() >= poll.closes_at
        if is_late and opened.get(Participation, (poll.id, mine.voter_id)) is None:
            raise BadState("vote.too_late")
        if not is_fit(poll.method, list(poll.texts), poll.most, choice):
            raise Invalid("vote.bad_choice")
        if receipt is not None and not (poll.is_secret and _RECEIPT.fullmatch(receipt)):
            raise Invalid("vote.bad_receipt")
        if not insert_once(opened, Participation, poll_id=poll.id, voter_id=mine.voter_id):
            return {"already": True}
        if poll.is_secret:
            receipt = receipt or box.receipt_of(poll.id, secrets.token_bytes(16))
            box.fill(poll, sorted(choice), receipt, mine.weight)
            return {"receipt": receipt}
        opened.add(
            NamedBallot(poll_id=poll.id, voter_id=mine.voter_id, choice=sorted(choice), weight=mine.weight)
        )
        return {}


def _held(actor: User, meeting_id: int, poll_id: int) -> Poll:
    """The vote, held against closing together with all who give a ballot now."""
    query = (
        select(Poll)
        .join(Meeting, Meeting.id == Poll.meeting_id)
        .where(Poll.id == poll_id, Poll.meeting_id == meeting_id, visible_to(actor))
        .with_for_update(read=True, of=Poll)
        .execution_options(populate_existing=True)
    )
    found = db.session().scalar(query)
    if found is None:
        raise NotFound("vote.unknown")
    return found


def progress(meeting_ids: set[int]) -> list[tuple[Poll, int, int, list[int]]]:
    """Of each open vote of these meetings: ballots that may be said to be in, of how many, who is missing.

    Who is missing is told of roll-calls alone.
    """
    if not meeting_ids:
        return []
    reader = db.session()
    query = (
        select(Poll)
        .join(Meeting, Meeting.id == Poll.meeting_id)
        .where(Poll.meeting_id.in_(meeting_ids), Poll.state == PollState.OPEN, Meeting.state.in_(IN_SESSION))
    )
    found = []
    for poll in reader.scalars(query.execution_options(populate_existing=True)):
        given = select(Participation.voter_id).where(Participation.poll_id == poll.id)
        voters = select(PollVoter.voter_id).where(PollVoter.poll_id == poll.id)
        eligible = reader.scalar(select(func.count()).select_from(voters.subquery())) or 0
        missing: list[int] = []
        if poll.mode is VoteMode.ROLL:
            missing = list(
                reader.scalars(voters.where(PollVoter.voter_id.not_in(given)).order_by(PollVoter.voter_id))
            )
            cast = eligible - len(missing)
        else:
            cast = box.participants(poll)
        found.append((poll, shown_count(cast, eligible, is_secret=poll.is_secret), eligible, missing))
    return found
