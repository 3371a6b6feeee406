"""The life of a vote: prepared, opened, closed, published, or void.

Who may vote is settled when it opens. What came of it is counted when it closes, read by chair and secretary,
and told to the others when it is published.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select

from intranet.core import clock, db
from intranet.core.db import unit_of_work
from intranet.core.errors import BadState, Invalid
from intranet.people.models import User
from intranet.records import audit
from meetings.models.meeting import IN_SESSION, PLANNABLE, UNPUBLISHED, Meeting, MeetingState
from meetings.models.vote import Poll, PollState, PollVoter, VoteMode
from meetings.permissions import To, access_meeting
from meetings.rules.ballot_paper import Paper, check
from meetings.rules.tally import WHOLE, void_reason
from meetings.services import box, counting, electorate, filed, journal, polls, vote_watch
from meetings.services.polls import poll_of

#: A secret vote of fewer says who voted what.
LEAST_SECRET = 3
#: Below this many the chair is warned.
FEW_SECRET = 5


def prepare_vote(
    actor: User,
    meeting_id: int,
    item_id: int,
    paper: Paper,
    *,
    weights: dict[int, int] | None = None,
    proxies: dict[int, int] | None = None,
) -> int:
    """Write a question down; chair and secretaries see it.

    :param weights: thousandths by user id, where they are not 1000.
    :param proxies: user id -> who votes in their place.
    :returns: the vote's id.
    :raises NotFound: no such meeting or item, or none the actor may attend.
    :raises Forbidden: the actor neither chairs it nor is its secretary.
    :raises Invalid: what :func:`meetings.rules.ballot_paper.check` says, ``vote.bad_weights``,
        ``vote.bad_proxy``.
    :raises BadState: ``meeting.not_plannable``.
    """
    with unit_of_work() as opened:
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        _still_open(meeting)
        item = meeting.item(item_id)
        poll = Poll(meeting_id=meeting.id, item_id=item.id, prepared_by_id=actor.id)
        _write(meeting, poll, paper, weights or {}, proxies or {})
        opened.add(poll)
        opened.flush()
        audit.record(actor, "vote.prepared", meeting, vote=poll.id, item=item.id)
        journal.append(meeting, "vote.prepared", by=actor, vote=polls.entry(poll, []))
        return poll.id


def edit_vote(
    actor: User,
    meeting_id: int,
    poll_id: int,
    paper: Paper,
    *,
    weights: dict[int, int] | None = None,
    proxies: dict[int, int] | None = None,
) -> int:
    """Word a prepared vote anew.

    :param weights: ``None``: those it has.
    :param proxies: ``None``: those it has.
    :returns: the room's version.
    :raises BadState: ``vote.not_prepared``; for the rest see :func:`prepare_vote`.
    """
    with unit_of_work():
        meeting, poll = _prepared(actor, meeting_id, poll_id)
        if weights is None:
            weights = {int(p): weight for p, weight in poll.weights.items()}
        if proxies is None:
            proxies = {int(p): holder for p, holder in poll.proxies.items()}
        _write(meeting, poll, paper, weights, proxies)
        audit.record(actor, "vote.edited", meeting, vote=poll.id)
        return journal.append(meeting, "vote.edited", by=actor, vote=polls.entry(poll, []))


def drop_vote(actor: User, meeting_id: int, poll_id: int) -> int:
    """Take a prepared vote away.

    :returns: the room's version.
    :raises BadState: ``vote.not_prepared``.
    """
    with unit_of_work() as opened:
        meeting, poll = _prepared(actor, meeting_id, poll_id)
        opened.delete(poll)
        audit.record(actor, "vote.dropped", meeting, vote=poll.id)
        return journal.append(meeting, "vote.dropped", by=actor, id=poll.id)


def open_vote(actor: User, meeting_id: int, poll_id: int, *, seconds: int | None = None) -> dict[str, Any]:
    """Let those who are there vote; a secretary does so on the chair's order, and that is noted.

    :param seconds: how long, ``None`` as prepared.
    :returns: the room's version, and ``warn`` when a secret vote has so few voters that they may be guessed.
    :raises BadState: ``meeting.not_live``, ``vote.not_prepared``, ``vote.one_open``, ``vote.no_quorum``
        (``present`` of ``members``, ``need``), ``vote.too_few``, ``vote.weights_tell``.
    """
    with unit_of_work() as opened:
        meeting, poll = _prepared(actor, meeting_id, poll_id)
        if meeting.state is not MeetingState.LIVE:
            raise BadState("meeting.not_live")
        if polls.open_poll(meeting.id) is not None:
            raise BadState("vote.one_open")
        body = electorate.of(meeting)
        if not body.has_quorum:
            raise BadState(
                "vote.no_quorum",
                present=len(body.present),
                members=len(body.members),
                need=body.need,
            )
        voters = electorate.voters(poll, body)
        _check_secrecy(poll, voters, body.profile.secret_min)
        now = clock.now()
        poll.seconds = seconds or poll.seconds
        poll.state, poll.opened_at, poll.opened_by_id = PollState.OPEN, now, actor.id
        chair = meeting.chair
        poll.ordered_by_id = None if chair is None or chair.user_id == actor.id else chair.user_id
        poll.closes_at = now + timedelta(seconds=poll.seconds) if poll.seconds else None
        poll.members_weight = sum(poll.weights.get(str(one), WHOLE) for one in body.members)
        opened.flush()
        opened.execute(insert(PollVoter), voters)
        if poll.is_secret:
            box.make(poll, [one["weight"] for one in voters])
        audit.record(
            actor, "vote.opened", meeting, vote=poll.id, eligible=len(voters), ordered_by=poll.ordered_by_id
        )
        told = polls.entry(poll, [one["voter_id"] for one in voters])
        v = journal.append(meeting, "vote.opened", by=actor, vote=told)
        few = poll.is_secret and len(voters) < FEW_SECRET
        return {"v": v, "warn": "vote.few_secret"} if few else {"v": v}


def admit_voter(actor: User, meeting_id: int, poll_id: int, user_id: int) -> int:
    """Let a member vote who came after the vote had opened; the chair alone does.

    :returns: the room's version.
    :raises Forbidden: the actor does not chair it.
    :raises BadState: ``vote.not_open``.
    :raises Invalid: ``vote.not_there``: no member, or not there; ``vote.stood_in``: another votes, or has
        voted, in that place; ``vote.weights_tell``.
    """
    with unit_of_work() as opened:
        meeting = access_meeting(actor, meeting_id, To.CHAIR, lock=True)
        poll = poll_of(meeting, poll_id)
        if poll.state is not PollState.OPEN:
            raise BadState("vote.not_open")
        voters = polls.voters_of(poll)
        if user_id in voters:
            return meeting.v
        found = [one for one in electorate.voters(poll, electorate.of(meeting)) if one["voter_id"] == user_id]
        if not found:
            raise Invalid("vote.not_there")
        if electorate.other_of(meeting, user_id) in voters:
            raise Invalid("vote.stood_in")
        weights = list(opened.scalars(select(PollVoter.weight).where(PollVoter.poll_id == poll.id)))
        if poll.is_secret and found[0]["weight"] not in weights:
            raise Invalid("vote.weights_tell")
        opened.execute(insert(PollVoter), found)
        if poll.is_secret:
            box.make(poll, [found[0]["weight"]])
        audit.record(actor, "vote.admitted", meeting, vote=poll.id, person=user_id)
        changed = {"elig": len(voters) + 1, "voters": sorted([*voters, user_id])}
        return journal.append(meeting, "vote.admitted", by=actor, id=poll.id, set=changed)


def count_hands(actor: User, meeting_id: int, poll_id: int, hands: dict[str, int]) -> int:
    """Enter the raised hands as one person has counted them; two people's counts must be equal.

    :param hands: option -> hands, every option named.
    :returns: the room's version.
    :raises BadState: ``vote.not_open``: it is neither open nor closed; ``vote.not_by_hand``;
        ``minutes.filed``.
    :raises Invalid: ``vote.bad_count``: an option is missing, or there are more hands than voters.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        poll = poll_of(meeting, poll_id)
        if poll.mode is not VoteMode.HAND:
            raise BadState("vote.not_by_hand")
        if poll.state not in {PollState.OPEN, PollState.CLOSED}:
            raise BadState("vote.not_open")
        filed.require_unfiled(meeting)
        counting.check_hands(poll, hands, len(polls.voters_of(poll)))
        poll.hands = poll.hands | {str(actor.id): hands}
        changed: dict[str, Any] = {"hands": polls.counters(poll)}
        if poll.state is PollState.CLOSED:
            poll.result, poll.cast = counting.by_hand(poll)
            changed |= {"result": poll.result, "cast": poll.cast}
        audit.record(actor, "vote.counted", meeting, vote=poll.id, hands=hands)
        return journal.append(meeting, "vote.counted", by=actor, id=poll.id, set=changed)


def close_vote(actor: User, meeting_id: int, poll_id: int) -> int:
    """Let nobody vote any more, and count.

    :returns: the room's version.
    :raises BadState: ``vote.not_open``.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        poll = poll_of(meeting, poll_id)
        if poll.state is not PollState.OPEN:
            raise BadState("vote.not_open")
        return _close(meeting, poll, actor, "chair")


def close_due() -> int:
    """Close every vote whose time is up, in the name of whoever opened it; returns how many.

    One that runs out while no web process is there waits until people can vote again (``vote_watch``).
    """
    due = (Poll.state == PollState.OPEN, Poll.closes_at <= clock.now())
    done = 0
    for poll_id, meeting_id in db.session().execute(select(Poll.id, Poll.meeting_id).where(*due)).all():
        with unit_of_work() as opened:
            held = select(Meeting).where(Meeting.id == meeting_id).with_for_update(of=Meeting)
            meeting = opened.scalars(held.execution_options(populate_existing=True)).one()
            poll = poll_of(meeting, poll_id)
            now = clock.now()
            is_due = poll.state is PollState.OPEN and poll.closes_at is not None and poll.closes_at <= now
            if is_due and not vote_watch.is_away(poll, now):
                opener = opened.get_one(User, poll.opened_by_id or poll.prepared_by_id)
                _close(meeting, poll, opener, "timeout")
                done += 1
    return done


def publish_vote(actor: User, meeting_id: int, poll_id: int) -> int:
    """Tell everybody what came of it.

    :returns: the room's version.
    :raises BadState: ``vote.not_closed``; ``vote.mismatch``: two people counted differently, or ballots and
        voters are not equally many; ``minutes.filed``.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        poll = poll_of(meeting, poll_id)
        if poll.state is not PollState.CLOSED:
            raise BadState("vote.not_closed")
        if poll.result is None:
            raise BadState("vote.mismatch")
        filed.require_unfiled(meeting)
        poll.state = PollState.PUBLISHED
        audit.record(actor, "vote.published", meeting, vote=poll.id, adopted=poll.result["adopted"])
        changed = {"st": poll.state.value, "cast": poll.cast, "result": poll.result}
        return journal.append(meeting, "vote.published", by=actor, id=poll.id, set=changed)


def void_vote(actor: User, meeting_id: int, poll_id: int, *, reason: str) -> int:
    """Declare that a vote counts for nothing; the chair alone does.

    :returns: the room's version.
    :raises Forbidden: the actor does not chair it.
    :raises BadState: ``vote.not_closed``: it is only prepared, or void already; ``minutes.filed``.
    :raises Invalid: ``vote.why``.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.CHAIR, lock=True)
        poll = poll_of(meeting, poll_id)
        if poll.state in {PollState.PREPARED, PollState.VOID}:
            raise BadState("vote.not_closed")
        filed.require_unfiled(meeting)
        if not reason:
            raise Invalid("vote.why", field="reason")
        was_open = poll.state is PollState.OPEN
        if was_open:
            poll.closed_at, poll.cast = clock.now(), box.participants(poll)
        audit.record(actor, "vote.voided", meeting, reason=reason, vote=poll.id)
        return _void(meeting, poll, actor, reason, is_boxed=was_open or poll.result is None)


def _still_open(meeting: Meeting) -> None:
    if meeting.state not in (PLANNABLE - UNPUBLISHED) | IN_SESSION:
        raise BadState("meeting.not_plannable")


def _prepared(actor: User, meeting_id: int, poll_id: int) -> tuple[Meeting, Poll]:
    meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
    poll = poll_of(meeting, poll_id)
    if poll.state is not PollState.PREPARED:
        raise BadState("vote.not_prepared")
    return meeting, poll


def _write(
    meeting: Meeting, poll: Poll, paper: Paper, weights: dict[int, int], proxies: dict[int, int]
) -> None:
    check(paper)
    body = electorate.of(meeting)
    electorate.check_weights(paper, weights, body)
    electorate.check_proxies(proxies, body)
    poll.question, poll.mode, poll.method = paper.question, VoteMode(paper.mode), paper.method
    poll.options = [{"id": key, "t": text} for key, text in paper.options.items()]
    poll.most, poll.seconds, poll.show_count = paper.most, paper.seconds, paper.show_count
    rule = paper.rule or body.rule(paper)
    poll.base, poll.num, poll.den = rule.base, rule.num, rule.den
    poll.is_strict, poll.tie = rule.strict, rule.tie
    poll.may_change = body.profile.may_change and poll.mode is VoteMode.ROLL
    poll.state, poll.hands, poll.reason = PollState.PREPARED, {}, ""
    poll.members_weight = 0
    poll.weights = {str(key): weight for key, weight in weights.items()}
    poll.proxies = {str(key): holder for key, holder in proxies.items()}


def _check_secrecy(poll: Poll, voters: list[dict[str, int]], least: int) -> None:
    if not poll.is_secret:
        return
    least = max(LEAST_SECRET, least)
    if len(voters) < least:
        raise BadState("vote.too_few", n=len(voters), least=least)
    weights = [one["weight"] for one in voters]
    if any(weights.count(one) < LEAST_SECRET for one in weights):
        raise BadState("vote.weights_tell")


def _close(meeting: Meeting, poll: Poll, actor: User, by: str) -> int:
    """Close, test the quorum once more, count, and empty the box."""
    poll.state, poll.closed_at = PollState.CLOSED, clock.now()
    poll.cast = box.participants(poll)
    body = electorate.of(meeting)
    acting = actor if by == "chair" else None
    if not body.has_quorum:
        need = body.need
        reason = void_reason("no_quorum", present=len(body.present), members=len(body.members), need=need)
        audit.record(acting, "vote.closed", meeting, vote=poll.id, cast=poll.cast, by=by, void="quorum")
        return _void(meeting, poll, actor, reason, is_boxed=True)
    if poll.is_secret and 0 < poll.cast < LEAST_SECRET:
        audit.record(acting, "vote.closed", meeting, vote=poll.id, cast=poll.cast, by=by, void="few")
        reason = void_reason("few_secret", n=poll.cast, least=LEAST_SECRET)
        return _void(meeting, poll, actor, reason, is_boxed=True)
    if poll.mode is VoteMode.HAND:
        poll.result, poll.cast = counting.by_hand(poll)
    else:
        poll.result = counting.by_ballots(meeting, poll)
    counts = None if poll.result is None else poll.result["counts"]
    audit.record(acting, "vote.closed", meeting, vote=poll.id, cast=poll.cast, by=by, counts=counts)
    changed = {"st": poll.state.value, "cast": poll.cast, "result": poll.result}
    told = polls.entry(poll, polls.voters_of(poll))
    return journal.append(meeting, "vote.closed", by=actor, id=poll.id, how=by, set=changed, vote=told)


def _void(meeting: Meeting, poll: Poll, actor: User, reason: str, *, is_boxed: bool) -> int:
    poll.state, poll.reason, poll.result = PollState.VOID, reason, None
    if poll.is_secret:
        if is_boxed:
            box.destroy(poll)
        box.forget(poll)
    changed = {"st": poll.state.value, "reason": reason, "cast": poll.cast, "result": None}
    told = polls.entry(poll, polls.voters_of(poll))
    return journal.append(meeting, "vote.voided", by=actor, id=poll.id, set=changed, vote=told)
