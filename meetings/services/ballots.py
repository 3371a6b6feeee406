"""Giving a ballot: once for each voter, whatever is sent again, and never after closing.

The vote's row is held while a ballot is given, by all who give one together; closing waits for them and then
holds it alone. So no ballot lands after closing and none is lost before it. What is here writes no line to
journal, audit or logs: of a secret ballot nothing but its place in the box may be kept. A roll-call alone may
let its voters change what they said, if the body's rules do; then the audit log says what was changed.
"""

import re
import secrets
from typing import Any

from sqlalchemy import bindparam, func, select

from intranet.core import clock, db
from intranet.core.db import unit_of_work
from intranet.core.dialect import insert_once
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.people.models import User
from intranet.records import audit
from meetings.models.meeting import IN_SESSION, Meeting
from meetings.models.vote import NamedBallot, Participation, Poll, PollState, PollVoter, VoteMode
from meetings.permissions import visible_to
from meetings.rules.tally import is_fit, shown_count
from meetings.services import box

_RECEIPT = re.compile(r"[A-Z2-7]{10}")
# Asked every second of every room: made once.
_polls = Poll.__table__.c
_ANY_OPEN_IN = (
    select(_polls.id)
    .where(_polls.meeting_id.in_(bindparam("meetings", expanding=True)), _polls.state == PollState.OPEN)
    .limit(1)
)
_OPEN_IN = (
    select(Poll)
    .join(Meeting, Meeting.id == Poll.meeting_id)
    .where(
        Poll.meeting_id.in_(bindparam("meetings", expanding=True)),
        Poll.state == PollState.OPEN,
        Meeting.state.in_(IN_SESSION),
    )
    .execution_options(populate_existing=True, **{db.KEPT: True})
)


def cast_ballot(
    actor: User,
    meeting_id: int,
    poll_id: int,
    choice: list[str],
    *,
    receipt: str | None = None,
    of: int | None = None,
    was: list[str] | None = None,
) -> dict[str, Any]:
    """Give one ballot; the first stands, a repeated one changes nothing, unless it says what it replaces.

    :param choice: ids of options; ``option:level`` for each person in a vote of confidence.
    :param receipt: made by the device, secret votes only; without one the server makes one.
    :param of: whose ballot, when the actor gives it in another's place.
    :param was: what the ballot says that this one is to replace, as the voter saw it.
    :returns: ``{"already": True}`` for a repeated one, ``{"changed": True}`` for one that replaces another;
        else the receipt, if the vote is secret.
    :raises NotFound: ``vote.unknown``: no such vote in this meeting, or none the actor may attend.
    :raises Forbidden: ``vote.not_yours``: not among those who vote.
    :raises BadState: ``vote.too_late``, it was closed before; ``vote.not_open``, it is void;
        ``vote.by_hand``: hands are raised, not ballots;
        ``vote.no_change``: the first ballot stands in this vote.
    :raises Stale: ``vote.changed_elsewhere``: the ballot says something else than ``was`` by now.
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
        is_given = opened.get(Participation, (poll.id, mine.voter_id)) is not None
        old = _to_replace(poll, mine, choice, was) if is_given and was is not None else None
        if poll.state is not PollState.OPEN:
            if is_given and old is None:
                return {"already": True}
            raise BadState("vote.not_open" if poll.state is PollState.VOID else "vote.too_late")
        if poll.mode is VoteMode.HAND:
            raise BadState("vote.by_hand")
        is_late = poll.closes_at is not None and clock.now() >= poll.closes_at
        if is_late and (old is not None or not is_given):
            raise BadState("vote.too_late")
        if not is_fit(poll.method, list(poll.texts), poll.most, choice):
            raise Invalid("vote.bad_choice")
        if receipt is not None and not (poll.is_secret and _RECEIPT.fullmatch(receipt)):
            raise Invalid("vote.bad_receipt")
        if old is not None and was is not None:
            return _change(actor, poll, old, choice, was)
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


def _to_replace(poll: Poll, mine: PollVoter, choice: list[str], was: list[str]) -> NamedBallot | None:
    """The ballot that says something else and is to be given anew; ``None`` when it says this already.

    :raises BadState: ``vote.no_change``.
    """
    if not poll.may_change or poll.mode is not VoteMode.ROLL:
        raise BadState("vote.no_change")
    key = (poll.id, mine.voter_id)
    old = db.session().get(NamedBallot, key, with_for_update=True, populate_existing=True)
    return None if old is None or old.choice == sorted(choice) else old


def _change(actor: User, poll: Poll, old: NamedBallot, choice: list[str], was: list[str]) -> dict[str, Any]:
    """Let a ballot say something else; it stays the one ballot of its voter."""
    if old.choice != sorted(was):
        raise Stale("vote.changed_elsewhere")
    meeting = db.session().get_one(Meeting, poll.meeting_id)
    before, old.choice = old.choice, sorted(choice)
    audit.record(
        actor, "vote.changed", meeting, vote=poll.id, person=old.voter_id, before=before, choice=old.choice
    )
    return {"changed": True}


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
    reader = db.session()
    # Asked every second, and nearly always in vain: of keys first, which costs a third.
    if not meeting_ids or reader.scalar(_ANY_OPEN_IN, {"meetings": sorted(meeting_ids)}) is None:
        return []
    found = []
    for poll in reader.scalars(_OPEN_IN, {"meetings": sorted(meeting_ids)}):
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
