"""What chair and secretaries say to the room, and what the room asks of them: notices, a clock, calls."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from intranet.core import clock
from intranet.core.db import publish, session, unit_of_work
from intranet.core.errors import BadState, Invalid, NotFound
from intranet.core.text import one_line
from intranet.people.models import User
from intranet.records import audit
from meetings.models.floor import CallKind, NoticeTo, RoomNotice, ServiceCall
from meetings.models.journal import CallAnswered, JournalLine, Line
from meetings.models.meeting import IN_SESSION, Meeting, MeetingState
from meetings.permissions import To, access_meeting
from meetings.services import journal
from meetings.services.journal import ms

MOST_NOTICE = 300
MOST_CALL = 500
MOST_LABEL = 80
#: Seconds: a day.
LONGEST = 86_400
#: Notices that stand at a time, and calls of one person that nobody has answered yet.
MOST_NOTICES = 10
MOST_CALLS = 5
#: So long an answer is shown to whoever comes back.
REPLY_STANDS = timedelta(minutes=30)
ANSWERED = "service.answered"
WRITTEN = "msg.sent"
_ROOM_OPEN = IN_SESSION | {MeetingState.PUBLISHED, MeetingState.READY}


def send_notice(
    actor: User,
    meeting_id: int,
    words: str,
    level: str,
    for_s: int | None = None,
    *,
    to: NoticeTo = NoticeTo.ALL,
) -> int:
    """Say something to everybody in the room, or to a group; what has said enough makes way.

    :param level: ``info`` or ``warn``.
    :param for_s: seconds it stands, ``None``: until it is cleared.
    :param to: what is not for all is not told to the screen on the wall either.
    :returns: the notice's id.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.room_closed``; ``notice.too_many``.
    :raises Invalid: ``notice.empty``, ``notice.too_long``, ``notice.time``.
    """
    words = one_line(words)
    if not words:
        raise Invalid("notice.empty", field="t")
    if len(words) > MOST_NOTICE:
        raise Invalid("notice.too_long", most=MOST_NOTICE, length=len(words), field="t")
    if for_s is not None and not 1 <= for_s <= LONGEST:
        raise Invalid("notice.time", field="for_s")
    with unit_of_work() as opened:
        meeting = open_room(actor, meeting_id, To.RUN)
        now = clock.now()
        standing = notices_in(meeting)
        for old in [one for one in standing if one.until is not None and one.until <= now]:
            old.cleared_at = now
            standing.remove(old)
            _told_cleared(actor, meeting, old)
        if len(standing) >= MOST_NOTICES:
            raise BadState("notice.too_many", most=MOST_NOTICES)
        until = None if for_s is None else now + timedelta(seconds=for_s)
        notice = RoomNotice(
            meeting_id=meeting.id, by_id=actor.id, level=level, text=words, to=to, at=now, until=until
        )
        opened.add(notice)
        opened.flush()
        audit.record(actor, "meeting.notice_sent", meeting, notice=notice.id)
        journal.append(meeting, "notice.sent", by=actor, **notice_entry(notice))
        return notice.id


def clear_notice(actor: User, meeting_id: int, notice_id: int) -> int:
    """Take a notice away.

    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend; ``notice.unknown``.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.room_closed``.
    """
    with unit_of_work():
        meeting = open_room(actor, meeting_id, To.RUN)
        notice = next((one for one in notices_in(meeting) if one.id == notice_id), None)
        if notice is None:
            raise NotFound("notice.unknown")
        notice.cleared_at = clock.now()
        return _told_cleared(actor, meeting, notice)


def _told_cleared(actor: User, meeting: Meeting, notice: RoomNotice) -> int:
    return journal.append(meeting, "notice.cleared", by=actor, id=notice.id, to=notice.to.value)


def set_timer(actor: User, meeting_id: int, label: str, dur_s: int) -> int:
    """Start a clock that everybody sees, in place of the one that runs; one set in a pause runs through it.

    :param dur_s: seconds, up to a day.
    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.not_live``.
    :raises Invalid: ``timer.bad``.
    """
    label = one_line(label)
    if not 1 <= dur_s <= LONGEST or len(label) > MOST_LABEL:
        raise Invalid("timer.bad", most=MOST_LABEL)
    with unit_of_work():
        meeting = _in_session(actor, meeting_id)
        timer = {"id": meeting.v + 1, "label": label, "started": ms(clock.now()), "dur_s": dur_s}
        return _show_timer(actor, meeting, timer)


def stop_timer(actor: User, meeting_id: int) -> int:
    """Take the clock away.

    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``meeting.not_live``.
    """
    with unit_of_work():
        meeting = _in_session(actor, meeting_id)
        drop_timer(actor, meeting)
        return meeting.v


def drop_timer(actor: User, meeting: Meeting) -> None:
    """Take the clock away, if one runs, in the open unit of work."""
    if meeting.timer is not None:
        meeting.timer = None
        journal.append(meeting, "timer.stopped", by=actor)


def hold_timer(actor: User, meeting: Meeting, now: datetime) -> None:
    """The sitting pauses, in the open unit of work: so does the clock that ran until now."""
    if meeting.timer is not None and "paused_at" not in meeting.timer:
        _show_timer(actor, meeting, meeting.timer | {"paused_at": ms(now)})


def release_timer(actor: User, meeting: Meeting, now: datetime) -> None:
    """The sitting goes on, in the open unit of work: so does the clock that stood still."""
    if meeting.timer is None or "paused_at" not in meeting.timer:
        return
    timer = dict(meeting.timer)
    stood = max(0, (ms(now) or 0) - timer.pop("paused_at"))
    _show_timer(actor, meeting, timer | {"paused_ms": timer.get("paused_ms", 0) + stood})


def _show_timer(actor: User, meeting: Meeting, timer: dict[str, Any]) -> int:
    meeting.timer = timer
    return journal.append(meeting, "timer.set", by=actor, **timer)


def call_service(actor: User, meeting_id: int, kind: CallKind, words: str = "") -> int:
    """Ask chair and secretaries for something, or tell them something.

    :returns: the call's id.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises BadState: ``meeting.room_closed``; ``service.too_many``, enough calls wait already.
    :raises Invalid: ``service.empty``, a message says nothing; ``service.too_long``.
    """
    words = one_line(words)
    if kind is CallKind.COMMENT:
        raise Invalid("command.payload", name="kind")
    if kind is CallKind.MESSAGE and not words:
        raise Invalid("service.empty", field="t")
    if len(words) > MOST_CALL:
        raise Invalid("service.too_long", most=MOST_CALL, length=len(words), field="t")
    with unit_of_work():
        return keep_call(actor, open_room(actor, meeting_id, To.ATTEND), kind, words)


def keep_call(actor: User, meeting: Meeting, kind: CallKind, words: str, **more: int) -> int:
    """Put a call before chair and secretaries, in the open unit of work.

    :param more: what the journal keeps beside it.
    :returns: the call's id.
    :raises BadState: ``service.too_many``.
    """
    opened = session()
    query = select(func.count()).where(
        ServiceCall.meeting_id == meeting.id, ServiceCall.user_id == actor.id, ServiceCall.done_at.is_(None)
    )
    if (opened.scalar(query) or 0) >= MOST_CALLS:
        raise BadState("service.too_many", most=MOST_CALLS)
    part = meeting.participant(actor.id)
    call = ServiceCall(meeting_id=meeting.id, user_id=actor.id, kind=kind, text=words, at=clock.now())
    call.seat = "" if part is None else part.seat
    opened.add(call)
    opened.flush()
    journal.append(meeting, "service.called", by=actor, **call_entry(call, actor), **more)
    return call.id


def finish_call(actor: User, meeting_id: int, call_id: int) -> int:
    """What was asked for is done.

    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend; ``service.unknown``.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        call = next((one for one in calls_in(meeting) if one.id == call_id), None)
        if call is None:
            raise NotFound("service.unknown")
        return _finish(actor, meeting, call)


def answer_call(actor: User, meeting_id: int, call_id: int, words: str) -> int:
    """Answer what somebody asked for or wrote: it is done, and the words are for that person alone.

    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend; ``service.unknown``.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises Invalid: ``service.empty``, ``service.too_long``.
    """
    words = one_line(words)
    if not words:
        raise Invalid("service.empty", field="t")
    if len(words) > MOST_NOTICE:
        raise Invalid("service.too_long", most=MOST_NOTICE, length=len(words), field="t")
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        call = next((one for one in calls_in(meeting) if one.id == call_id), None)
        if call is None:
            raise NotFound("service.unknown")
        call.done_at, call.done_by_id = clock.now(), actor.id
        v = journal.append(meeting, ANSWERED, by=actor, id=call.id, p=call.user_id, t=words)
        publish(CallAnswered(meeting.id, v, call.user_id))
        return v


def reply_entry(line: Line | JournalLine) -> dict[str, Any]:
    """An answer, or what was written first, as the one it is for holds it; nobody else is told its words."""
    said = {"id": line.data["id"], "t": line.data["t"], "at": ms(line.at), "v": line.v}
    return said | {"role": line.data["role"]} if line.kind == WRITTEN else said


def answered_in(meeting: Meeting) -> frozenset[int]:
    """Whose calls were answered, or to whom something was written, ever."""
    query = select(ServiceCall.user_id).where(
        ServiceCall.meeting_id == meeting.id, ServiceCall.done_at.is_not(None)
    )
    return frozenset(session().scalars(query))


def replies_to(actor: User, meeting: Meeting) -> list[dict[str, Any]]:
    """What the actor was answered or written lately, the oldest first."""
    since = clock.now() - REPLY_STANDS
    query = select(ServiceCall.id).where(
        ServiceCall.meeting_id == meeting.id, ServiceCall.user_id == actor.id, ServiceCall.done_at >= since
    )
    mine = set(session().scalars(query))
    if not mine:
        return []
    answered = select(JournalLine).where(
        JournalLine.meeting_id == meeting.id,
        JournalLine.kind.in_((ANSWERED, WRITTEN)),
        JournalLine.at >= since,
    )
    lines = session().scalars(answered.order_by(JournalLine.v))
    return [reply_entry(line) for line in lines if line.data["id"] in mine]


def forget_person(actor: User, meeting: Meeting, user_id: int) -> None:
    """Somebody takes part no more: what they asked for is over."""
    for call in calls_in(meeting):
        if call.user_id == user_id:
            _finish(actor, meeting, call)


def notices_in(meeting: Meeting) -> list[RoomNotice]:
    """Notices that nobody has cleared, the oldest first."""
    query = select(RoomNotice).where(RoomNotice.meeting_id == meeting.id, RoomNotice.cleared_at.is_(None))
    return list(session().scalars(query.order_by(RoomNotice.id)))


def calls_in(meeting: Meeting) -> list[ServiceCall]:
    """Calls that nobody has answered, the oldest first."""
    query = select(ServiceCall).where(ServiceCall.meeting_id == meeting.id, ServiceCall.done_at.is_(None))
    return list(session().scalars(query.order_by(ServiceCall.id)))


def notice_entry(notice: RoomNotice) -> dict[str, Any]:
    """A notice as the room holds it."""
    said = {"id": notice.id, "lvl": notice.level, "t": notice.text, "until": ms(notice.until)}
    return said if notice.to is NoticeTo.ALL else said | {"to": notice.to.value}


def call_entry(call: ServiceCall, user: User) -> dict[str, Any]:
    """A call as chair and secretaries hold it."""
    return {
        "id": call.id,
        "p": user.id,
        "n": user.full_name,
        "seat": call.seat,
        "kind": call.kind.value,
        "t": call.text,
        "at": ms(call.at),
    }


def _finish(actor: User, meeting: Meeting, call: ServiceCall) -> int:
    call.done_at, call.done_by_id = clock.now(), actor.id
    return journal.append(meeting, "service.done", by=actor, id=call.id)


def open_room(actor: User, meeting_id: int, to: To) -> Meeting:
    """The meeting, held, of a room that takes words.

    :raises BadState: ``meeting.room_closed``.
    """
    meeting = access_meeting(actor, meeting_id, to, lock=True)
    if meeting.state not in _ROOM_OPEN:
        raise BadState("meeting.room_closed")
    return meeting


def _in_session(actor: User, meeting_id: int) -> Meeting:
    meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
    if meeting.state not in IN_SESSION:
        raise BadState("meeting.not_live")
    return meeting
