"""The life of a meeting: one table of moves, each with who may make it and what must hold."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from intranet.core import clock
from intranet.core.db import publish, unit_of_work
from intranet.core.errors import BadState, Forbidden, Invalid
from intranet.people.models import User
from intranet.records import audit
from intranet.schedule import booking
from meetings.models.meeting import OPEN_ITEMS, ItemState, Meeting, MeetingState
from meetings.models.paper import PacksChanged
from meetings.permissions import To, access_meeting, may
from meetings.services import (
    answering,
    archiving,
    attending,
    devices,
    filed,
    floor,
    holding,
    invitations,
    journal,
    polls,
    rehearsals,
)
from meetings.services.journal import ms
from meetings.services.lacking import Lack, lacks, lacks_for_ready, lacks_for_review

_S = MeetingState
#: How long after its end a meeting may be taken up again, once.
REOPEN_WITHIN = timedelta(minutes=30)
#: Seconds that a pause may be planned for: to the same hour of the next day.
LONGEST_PAUSE = 86_400
#: From these states a sitting opens for the first time.
_OPENS = frozenset({_S.PUBLISHED, _S.READY})


@dataclass(frozen=True)
class Move:
    """One way from a state to another."""

    who: To
    #: Raises :class:`BadState` when the move may not be made.
    guard: Callable[[Meeting], None] | None = None
    needs_reason: bool = False
    #: It follows from something else that is done; nobody asks for it.
    is_automatic: bool = False


def _reviewable(meeting: Meeting) -> None:
    _require_none(lacks_for_review(meeting))


def _complete(meeting: Meeting) -> None:
    _require_none(lacks(meeting))


def _provided(meeting: Meeting) -> None:
    missing = [lack for lack in lacks_for_ready(meeting) if lack.code == "no_paper"]
    if missing:
        raise BadState("meeting.papers_missing", nos=", ".join(str(lack.no) for lack in missing))
    _require_none(lacks_for_ready(meeting))


def _require_none(missing: list[Lack]) -> None:
    if missing:
        raise BadState("meeting.incomplete", n=len(missing))


def _all_dealt_with(meeting: Meeting, *, confirm: bool) -> None:
    """What is on the floor is done with the end; whatever else is left is seen and agreed to."""
    left = [
        no
        for no, one in enumerate(meeting.agenda, start=1)
        if one.state in OPEN_ITEMS and one.id != meeting.current_item_id
    ]
    if left and not confirm:
        raise BadState("meeting.open_items", n=len(left), nos=", ".join(map(str, left)))


def _in_time_to_reopen(meeting: Meeting) -> None:
    is_late = meeting.ended_at is None or clock.now() - meeting.ended_at > REOPEN_WITHIN
    if is_late or meeting.reopened_at is not None:
        raise BadState("meeting.too_late_to_reopen")


def _all_there(actor: User, meeting: Meeting, *, confirm: bool) -> None:
    """The chair is there and so are enough members, or the actor opens it all the same and that is noted.

    A chair who opens the sitting is there, whatever the list says. Nothing is voted on without a quorum.
    """
    chair, found = meeting.chair, attending.counts(meeting)
    is_there = chair is not None and (chair.user_id == actor.id or attending.is_there(meeting, chair.user_id))
    if is_there and found["ok"]:
        return
    facts = {"present": found["in"], "members": found["of"], "need": found["need"]}
    if confirm:
        audit.record(actor, "meeting.opened_short", meeting, chair=is_there, **facts)
    elif is_there:
        raise BadState("meeting.no_quorum", confirm="start", **facts)
    elif found["ok"]:
        raise BadState("meeting.chair_away", confirm="start")
    else:
        raise BadState("meeting.chair_and_quorum_away", confirm="start", **facts)


def _is_filed(meeting: Meeting) -> None:
    if not filed.is_filed(meeting):
        raise BadState("meeting.minutes_open")


def _nobody_votes(meeting: Meeting) -> None:
    polls.require_no_open_vote(meeting)


MOVES: dict[tuple[MeetingState, MeetingState], Move] = {
    (_S.DRAFT, _S.REVIEW): Move(To.SUBMIT, _reviewable),
    (_S.REVIEW, _S.DRAFT): Move(To.CHAIR, needs_reason=True),
    (_S.DRAFT, _S.PUBLISHED): Move(To.PUBLISH, _complete),
    (_S.REVIEW, _S.PUBLISHED): Move(To.PUBLISH, _complete),
    (_S.PUBLISHED, _S.READY): Move(To.SUBMIT, _provided),
    # Who must be there: :func:`_all_there`.
    (_S.PUBLISHED, _S.LIVE): Move(To.RUN),
    (_S.READY, _S.LIVE): Move(To.RUN),
    (_S.LIVE, _S.PAUSED): Move(To.RUN, _nobody_votes),
    (_S.PAUSED, _S.LIVE): Move(To.RUN),
    (_S.LIVE, _S.ENDED): Move(To.RUN, _nobody_votes),
    (_S.PAUSED, _S.ENDED): Move(To.RUN, _nobody_votes),
    (_S.ENDED, _S.LIVE): Move(To.CHAIR, _in_time_to_reopen, needs_reason=True),
    # With the minutes that the secretary submits.
    (_S.ENDED, _S.MINUTES): Move(To.PLAN, is_automatic=True),
    (_S.MINUTES, _S.CLOSED): Move(To.CHAIR, _is_filed),
    (_S.DRAFT, _S.CANCELLED): Move(To.CHAIR, needs_reason=True),
    (_S.REVIEW, _S.CANCELLED): Move(To.CHAIR, needs_reason=True),
    (_S.PUBLISHED, _S.CANCELLED): Move(To.CHAIR, needs_reason=True),
    (_S.READY, _S.CANCELLED): Move(To.CHAIR, needs_reason=True),
    (_S.PUBLISHED, _S.POSTPONED): Move(To.PLAN),
    (_S.READY, _S.POSTPONED): Move(To.PLAN),
    (_S.POSTPONED, _S.PUBLISHED): Move(To.PLAN, _complete),
}


def moves_for(actor: User, meeting: Meeting) -> list[MeetingState]:
    """Where the actor may take the meeting now, as far as roles and states say."""
    return [
        to
        for (since, to), move in MOVES.items()
        if since is meeting.state and not move.is_automatic and may(actor, move.who, meeting)
    ]


def publish_meeting(actor: User, meeting_id: int) -> int:
    """Send the invitations; from now on everybody who takes part sees agenda and papers.

    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.wrong_move``, ``meeting.incomplete``.
    """
    return move_meeting(actor, meeting_id, _S.PUBLISHED)


def start_meeting(actor: User, meeting_id: int, *, confirm: bool = False) -> int:
    """Open the sitting, or take it up again after a pause or within half an hour of its end.

    :param confirm: the actor has seen that the chair or enough members are missing; it is noted.
    :raises BadState: ``meeting.chair_away``, ``meeting.no_quorum``, ``meeting.chair_and_quorum_away``.
    """
    return move_meeting(actor, meeting_id, _S.LIVE, confirm=confirm)


def pause_meeting(actor: User, meeting_id: int, *, for_s: int | None = None) -> int:
    """Stop the clocks; asked again while it pauses, only the time at which it goes on is another.

    :param for_s: seconds from now until it is expected to go on, ``None``: nobody can say.
    :raises Invalid: ``meeting.pause_time``.
    """
    if for_s is not None and not 1 <= for_s <= LONGEST_PAUSE:
        raise Invalid("meeting.pause_time", field="at")
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        resumes = None if for_s is None else clock.now() + timedelta(seconds=for_s)
        if meeting.state is not _S.PAUSED:
            return move_meeting(actor, meeting_id, _S.PAUSED, resumes=resumes)
        if meeting.resumes_at == resumes:
            return meeting.v
        meeting.resumes_at = resumes
        return journal.append(meeting, "meeting.resumes", by=actor, resumes=ms(resumes))


def resume_meeting(actor: User, meeting_id: int) -> int:
    """Let the clocks run again."""
    return move_meeting(actor, meeting_id, _S.LIVE, since=_S.PAUSED)


def end_meeting(actor: User, meeting_id: int, *, confirm: bool = False) -> int:
    """Close the sitting; the item on the floor is done.

    :param confirm: the actor has seen that items are left.
    :raises BadState: ``meeting.open_items``: items (``n``, ``nos``) are neither done, deferred nor withdrawn.
    """
    return move_meeting(actor, meeting_id, _S.ENDED, confirm=confirm)


def move_meeting(
    actor: User,
    meeting_id: int,
    to: MeetingState,
    *,
    reason: str = "",
    since: MeetingState | None = None,
    confirm: bool = False,
    follows: bool = False,
    resumes: datetime | None = None,
) -> int:
    """Take a meeting to another state, by the table.

    :param since: the state it must be in, ``None`` for any that leads there.
    :param confirm: open it although the chair or enough members are missing; end it although items are left.
    :param follows: it follows from something else that is done now, as the automatic moves do.
    :param resumes: when a pause is expected to be over.
    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.wrong_move``, or what the move's guard says; ``rehearsal.…``.
    :raises Invalid: ``meeting.why``, the move needs a reason.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.ATTEND, lock=True)
        before = meeting.state
        move = MOVES.get((before, to))
        if move is None or (since is not None and before is not since) or move.is_automatic is not follows:
            raise BadState("meeting.wrong_move", cur=before.value)
        if not may(actor, move.who, meeting):
            raise Forbidden("meeting.not_yours_to_run")
        rehearsals.require_state(meeting, to)
        if move.guard is not None:
            move.guard(meeting)
        if to is _S.ENDED:
            _all_dealt_with(meeting, confirm=confirm)
        if to is _S.LIVE and before in _OPENS:
            attending.greet_opener(actor, meeting)
            _all_there(actor, meeting, confirm=confirm)
        if move.needs_reason and not reason:
            raise Invalid("meeting.why", field="reason")
        now = clock.now()
        meeting.state, meeting.reason, meeting.resumes_at = to, reason, resumes
        facts = _take_effect(actor, meeting, before, now)
        devices.follow_end(meeting)
        audit.record(actor, "meeting.moved", meeting, reason=reason or None, since=before.value, to=to.value)
        v = journal.append(
            meeting,
            "meeting.state",
            by=actor,
            **{"from": before.value, "to": to.value, "at": ms(now), "reason": reason, **facts},
        )
        if to is _S.CLOSED:
            publish(PacksChanged(meeting.id))
            # The last line of the journal is in it.
            archiving.enqueue_archive(meeting, actor.id)
        return v


def stop_clock(meeting: Meeting, now: datetime) -> None:
    """Add the running stretch to the item on the floor."""
    if meeting.current_item_id is None or meeting.item_since is None:
        return
    item = meeting.item(meeting.current_item_id)
    item.spent_s += max(0, int((now - meeting.item_since).total_seconds()))
    meeting.item_since = None


def _take_effect(actor: User, meeting: Meeting, before: MeetingState, now: datetime) -> dict[str, Any]:
    """What a state brings with it; returns what the room's clocks need to know."""
    to = meeting.state
    floor.follow(actor, meeting, before, now)
    if to is _S.PUBLISHED:
        meeting.published_at, meeting.postponed_from = meeting.published_at or now, None
        holding.hold(actor, meeting)
        if before is _S.POSTPONED:
            answering.forget_answers(actor, meeting)
            invitations.tell_moved(actor, meeting)
        invitations.send(actor, meeting)
        publish(PacksChanged(meeting.id))
    elif to is _S.READY:
        publish(PacksChanged(meeting.id))
    elif to in {_S.REVIEW, _S.DRAFT}:
        invitations.tell_other_side(actor, meeting)
    elif to is _S.CANCELLED or to is _S.POSTPONED:
        meeting.postponed_from = meeting.starts_at if to is _S.POSTPONED else None
        invitations.tell_called_off(actor, meeting, f"meeting.{to.value}")
        booking.release(meeting.ref)
        publish(PacksChanged(meeting.id))
    elif to is _S.LIVE:
        invitations.stop_reminders(meeting)
        meeting.started_at = meeting.started_at or now
        if before is _S.ENDED:
            meeting.reopened_at, meeting.ended_at = now, None
        if meeting.current_item_id is not None:
            meeting.item_since = now
    elif to in {_S.PAUSED, _S.ENDED}:
        stop_clock(meeting, now)
    facts: dict[str, Any] = {}
    if to is _S.PAUSED:
        facts["resumes"] = ms(meeting.resumes_at)
    if to is _S.LIVE and before in _OPENS:
        # A rehearsal begins when it is begun: neither late nor early.
        begins = now if meeting.is_rehearsal else meeting.starts_at
        meeting.plan_end = begins + timedelta(minutes=meeting.minutes)
        facts["plan_end"] = ms(meeting.plan_end)
    if meeting.current_item_id is not None and to in {_S.LIVE, _S.PAUSED, _S.ENDED}:
        item = meeting.item(meeting.current_item_id)
        facts |= {"item": item.id, "spent_s": item.spent_s, "since": ms(meeting.item_since)}
    if to is _S.ENDED:
        if meeting.current_item_id is not None:
            item = meeting.item(meeting.current_item_id)
            item.state, item.ended_at = ItemState.DONE, now
        meeting.ended_at, meeting.current_item_id, meeting.presenting = now, None, None
    return facts
