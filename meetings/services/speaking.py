"""Who wants to speak, who does, and for how long; seconds spoken are kept for the minutes."""

from collections.abc import Sequence
from datetime import datetime

from intranet.core import clock
from intranet.core.db import session, unit_of_work
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.core.text import one_line
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit
from meetings.models.floor import Speech, SpeechKind, SpeechState
from meetings.models.meeting import IN_SESSION, Meeting, MeetingState, Participant, PartRole
from meetings.permissions import To, access_meeting, may
from meetings.services import journal, paper_rights, papers, speeches, turns
from meetings.services.bodies import profile_of
from meetings.services.journal import ms
from meetings.services.speeches import running_in, spoken_in, waiting_in

MOST_NOTE = 200
#: Seconds a speech may be given.
LEAST_LIMIT, MOST_LIMIT = 10, 7200
#: Seconds given unless the chair says otherwise.
USUAL_LIMIT = {
    SpeechKind.NORMAL: 300,
    SpeechKind.QUESTION: 180,
    SpeechKind.REPLY: 180,
    SpeechKind.ORDER: 60,
}
#: Who may always ask; guests where the body lets them, secretaries never.
_ASKING = frozenset({PartRole.CHAIR, PartRole.DELEGATE, PartRole.SUBSTITUTE})


def may_ask(actor: User, meeting: Meeting) -> bool:
    """True for whoever may put themselves on the list."""
    part = meeting.participant(actor.id)
    return part is not None and _may_ask(meeting, part)


def ask(
    actor: User,
    meeting_id: int,
    kind: SpeechKind = SpeechKind.NORMAL,
    *,
    note: str = "",
    person: int | None = None,
    reads: tuple[str, int] | None = None,
) -> int:
    """Ask to speak; the request goes to the end of the queue, or where the fair order puts it.

    :param note: a few words for chair and secretaries.
    :param reads: paper and page that lie before whoever asks, for chair and secretaries.
    :param person: somebody else whom chair or secretary put on the list, ``None`` for the actor.
    :returns: the request's id.
    :raises NotFound: no such meeting, or none the actor may attend; ``meeting.unknown_person``.
    :raises Forbidden: ``queue.not_yours``.
    :raises BadState: ``meeting.not_live``, ``queue.closed``, ``queue.already``.
    :raises Invalid: ``queue.note_too_long``.
    """
    note = one_line(note)
    if len(note) > MOST_NOTE:
        raise Invalid("queue.note_too_long", most=MOST_NOTE, field="note")
    with unit_of_work() as opened:
        meeting = _in_session(actor, meeting_id, To.ATTEND)
        is_own = person is None or person == actor.id
        runs = may(actor, To.RUN, meeting)
        if not is_own and not runs:
            raise Forbidden("queue.not_yours")
        part = meeting.participant(actor.id if person is None else person)
        if part is None:
            raise NotFound("meeting.unknown_person")
        if is_own and not _may_ask(meeting, part):
            raise Forbidden("queue.not_yours")
        if not meeting.queue_open and (is_own or not runs):
            raise BadState("queue.closed")
        waiting = waiting_in(meeting)
        if any(one.user_id == part.user_id for one in waiting):
            raise BadState("queue.already")
        paper, page = _place(actor, meeting, reads)
        request = Speech(
            meeting_id=meeting.id,
            user_id=part.user_id,
            item_id=meeting.current_item_id,
            kind=kind,
            note=note,
            state=SpeechState.WAITING,
            position=max((one.position for one in waiting), default=-1) + 1,
            asked_at=clock.now(),
            limit_s=0,
            paused_ms=0,
            spent_s=0,
            is_held=False,
            paper=paper,
            page=page,
        )
        opened.add(request)
        opened.flush()
        user = directory.people([part.user_id])[part.user_id]
        journal.append(meeting, "queue.asked", by=actor, **speeches.waiting_entry(request, user))
        turns.keep_fair(actor, meeting)
        return request.id


def _place(actor: User, meeting: Meeting, reads: tuple[str, int] | None) -> tuple[str | None, int | None]:
    """The page, if it still lies before whoever names it; nobody is refused for a hint out of date."""
    if reads is None:
        return None, None
    public_id, page = reads
    try:
        paper = papers.paper_of(meeting, public_id)
    except NotFound:
        return None, None
    is_there = paper_rights.may_read(actor, meeting, paper) and 1 <= page <= (paper.pages or page)
    return (public_id, page) if is_there else (None, None)


def withdraw(actor: User, meeting_id: int, request_id: int) -> int:
    """Take one's own request back.

    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend; ``queue.unknown``.
    :raises Forbidden: ``queue.not_yours``, it is somebody else's.
    :raises BadState: ``meeting.not_live``.
    """
    with unit_of_work():
        meeting = _in_session(actor, meeting_id, To.ATTEND)
        request = _waiting(meeting, request_id)
        if request.user_id != actor.id:
            raise Forbidden("queue.not_yours")
        return _leave_queue(actor, meeting, request, SpeechState.WITHDRAWN, "queue.withdrawn")


def skip(actor: User, meeting_id: int, request_id: int) -> int:
    """Take a request off the queue without calling it.

    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend; ``queue.unknown``.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.not_live``.
    """
    with unit_of_work():
        meeting = _in_session(actor, meeting_id, To.RUN)
        request = _waiting(meeting, request_id)
        audit.record(actor, "queue.skipped", meeting, speech=request.id)
        return _leave_queue(actor, meeting, request, SpeechState.SKIPPED, "queue.skipped")


def order_queue(
    actor: User, meeting_id: int, order: Sequence[int], *, expect: Sequence[int] | None = None
) -> int:
    """Put the queue in another order.

    :param order: ids of all that wait, in their new order.
    :param expect: the same as the actor saw them, ``None`` not to ask.
    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.not_live``.
    :raises Stale: ``queue.changed``: others wait by now (``cur``).
    """
    with unit_of_work():
        meeting = _in_session(actor, meeting_id, To.RUN)
        waiting = waiting_in(meeting)
        present = [one.id for one in waiting]
        if (expect is not None and list(expect) != present) or sorted(order) != sorted(present):
            raise Stale("queue.changed", cur=present)
        if list(order) == present:
            return meeting.v
        places = {key: place for place, key in enumerate(order)}
        for one in waiting:
            one.position = places[one.id]
        turns.note_hand(meeting)
        return journal.append(meeting, "queue.ordered", by=actor, order=list(order), rule=meeting.queue_rule)


def set_queue(actor: User, meeting_id: int, is_open: bool) -> int:
    """Let people ask to speak, or no more.

    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.not_live``.
    """
    with unit_of_work():
        meeting = _in_session(actor, meeting_id, To.RUN)
        if meeting.queue_open == is_open:
            return meeting.v
        meeting.queue_open = is_open
        return journal.append(meeting, "queue.state", by=actor, open=is_open)


def start_speech(
    actor: User, meeting_id: int, request_id: int, *, expect: int | None, limit_s: int | None = None
) -> int:
    """Call somebody who waits; the running speech ends.

    :param expect: id of the speech the actor saw running, ``None`` for none.
    :param limit_s: seconds given, ``None`` for what is usual.
    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend; ``queue.unknown``.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.not_live``.
    :raises Stale: ``speech.other``: another one (``cur``) runs by now.
    :raises Invalid: ``speech.limit``.
    """
    with unit_of_work() as opened:
        meeting = _live(actor, meeting_id)
        running = running_in(meeting)
        _expect(running, expect)
        request = _waiting(meeting, request_id)
        limit = USUAL_LIMIT[request.kind] if limit_s is None else limit_s
        _check_limit(limit)
        now = clock.now()
        if running is not None:
            _end(actor, meeting, running, now)
            # Only one speech of a meeting may run, so the old one has to be written first.
            opened.flush()
        request.state, request.started_at, request.limit_s = SpeechState.SPEAKING, now, limit
        request.item_id = meeting.current_item_id
        audit.record(actor, "speech.started", meeting, speech=request.id)
        user = directory.people([request.user_id])[request.user_id]
        return journal.append(meeting, "speech.started", by=actor, **speeches.running_entry(request, user))


def pause_speech(actor: User, meeting_id: int, *, expect: int | None = None) -> int:
    """Stop the speaker's clock.

    :param expect: id of the speech the actor means, ``None`` for whichever runs.
    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.not_live``; ``speech.none``, nobody speaks.
    :raises Stale: ``speech.other``.
    """
    with unit_of_work():
        meeting, speech = _running(actor, meeting_id, expect)
        if speech.paused_at is not None:
            return meeting.v
        return _pause(actor, meeting, speech, clock.now())


def resume_speech(actor: User, meeting_id: int, *, expect: int | None = None) -> int:
    """Let the speaker's clock run again; refusals as :func:`pause_speech`."""
    with unit_of_work():
        meeting, speech = _running(actor, meeting_id, expect)
        if speech.paused_at is None:
            return meeting.v
        return _resume(actor, meeting, speech, clock.now())


def extend_speech(actor: User, meeting_id: int, add_s: int, *, expect: int | None = None) -> int:
    """Give the speaker more seconds; refusals as :func:`pause_speech`.

    :raises Invalid: ``speech.limit``.
    """
    with unit_of_work():
        meeting, speech = _running(actor, meeting_id, expect)
        if add_s < 1:
            raise Invalid("speech.limit", least=LEAST_LIMIT, most=MOST_LIMIT, field="add_s")
        _check_limit(speech.limit_s + add_s)
        speech.limit_s += add_s
        return journal.append(meeting, "speech.extended", by=actor, rq=speech.id, limit_s=speech.limit_s)


def end_speech(actor: User, meeting_id: int, *, expect: int | None = None) -> int:
    """End the running speech; refusals as :func:`pause_speech`."""
    with unit_of_work():
        meeting, speech = _running(actor, meeting_id, expect)
        return _end(actor, meeting, speech, clock.now())


# --- What follows from other acts, in their unit of work ---


def end_running(actor: User, meeting: Meeting, now: datetime) -> None:
    """What was on the floor leaves it: whoever speaks has ended."""
    running = running_in(meeting)
    if running is not None:
        _end(actor, meeting, running, now)
        session().flush()


def hold(actor: User, meeting: Meeting, now: datetime) -> None:
    """The meeting pauses: the speaker's clock does."""
    running = running_in(meeting)
    if running is not None and running.paused_at is None:
        running.is_held = True
        _pause(actor, meeting, running, now)


def release(actor: User, meeting: Meeting, now: datetime) -> None:
    """The meeting goes on: so does the clock that stopped with it."""
    running = running_in(meeting)
    if running is not None and running.is_held:
        _resume(actor, meeting, running, now)


def clear(actor: User, meeting: Meeting, now: datetime) -> None:
    """The meeting ends: the speech does, and nobody waits any more."""
    end_running(actor, meeting, now)
    waiting = waiting_in(meeting)
    for one in waiting:
        one.state, one.ended_at = SpeechState.CLEARED, now
    if waiting:
        journal.append(meeting, "queue.cleared", by=actor)


def forget_person(actor: User, meeting: Meeting, user_id: int) -> None:
    """Somebody takes part no more: their speech ends, their request is gone."""
    running = running_in(meeting)
    if running is not None and running.user_id == user_id:
        _end(actor, meeting, running, clock.now())
    for one in waiting_in(meeting):
        if one.user_id == user_id:
            _leave_queue(actor, meeting, one, SpeechState.SKIPPED, "queue.skipped")


def _may_ask(meeting: Meeting, part: Participant) -> bool:
    if part.role is PartRole.GUEST:
        return profile_of(meeting).guests_ask
    return part.role in _ASKING


def _in_session(actor: User, meeting_id: int, to: To) -> Meeting:
    meeting = access_meeting(actor, meeting_id, to, lock=True)
    if meeting.state not in IN_SESSION:
        raise BadState("meeting.not_live")
    return meeting


def _live(actor: User, meeting_id: int) -> Meeting:
    meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
    if meeting.state is not MeetingState.LIVE:
        raise BadState("meeting.not_live")
    return meeting


def _waiting(meeting: Meeting, request_id: int) -> Speech:
    found = next((one for one in waiting_in(meeting) if one.id == request_id), None)
    if found is None:
        raise NotFound("queue.unknown")
    return found


def _running(actor: User, meeting_id: int, expect: int | None) -> tuple[Meeting, Speech]:
    meeting = _live(actor, meeting_id)
    speech = running_in(meeting)
    if speech is None:
        raise BadState("speech.none")
    if expect is not None:
        _expect(speech, expect)
    return meeting, speech


def _expect(running: Speech | None, expect: int | None) -> None:
    present = None if running is None else running.id
    if present != expect:
        raise Stale("speech.other", cur=present)


def _check_limit(limit_s: int) -> None:
    if not LEAST_LIMIT <= limit_s <= MOST_LIMIT:
        raise Invalid("speech.limit", least=LEAST_LIMIT, most=MOST_LIMIT, field="limit_s")


def _leave_queue(actor: User, meeting: Meeting, request: Speech, state: SpeechState, kind: str) -> int:
    request.state, request.ended_at = state, clock.now()
    return journal.append(meeting, kind, by=actor, rq=request.id)


def _elapsed_ms(speech: Speech, now: datetime) -> int:
    until, since = ms(speech.paused_at or now) or 0, ms(speech.started_at) or 0
    return max(0, until - since - speech.paused_ms)


def _pause(actor: User, meeting: Meeting, speech: Speech, now: datetime) -> int:
    speech.paused_at = now
    speech.spent_s = _elapsed_ms(speech, now) // 1000
    return journal.append(
        meeting, "speech.paused", by=actor, rq=speech.id, paused_at=ms(now), spent_s=speech.spent_s
    )


def _resume(actor: User, meeting: Meeting, speech: Speech, now: datetime) -> int:
    since = ms(speech.paused_at) or 0
    speech.paused_ms += max(0, (ms(now) or 0) - since)
    speech.paused_at, speech.is_held = None, False
    return journal.append(meeting, "speech.resumed", by=actor, rq=speech.id, paused_ms=speech.paused_ms)


def _end(actor: User, meeting: Meeting, speech: Speech, now: datetime) -> int:
    speech.spent_s = _elapsed_ms(speech, now) // 1000
    speech.state, speech.ended_at, speech.is_held = SpeechState.DONE, now, False
    session().flush()
    journal.append(
        meeting,
        "speech.ended",
        by=actor,
        rq=speech.id,
        p=speech.user_id,
        spent_s=speech.spent_s,
        spoken=spoken_in(meeting)[speech.user_id],
    )
    turns.keep_fair(actor, meeting)
    return meeting.v
