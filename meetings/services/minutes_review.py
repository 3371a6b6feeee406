"""Minutes being judged: commented on, corrected, submitted, returned, approved."""

from datetime import date

from intranet.core import clock, typed
from intranet.core.db import publish, unit_of_work
from intranet.core.errors import BadState, Invalid, NotFound, Stale
from intranet.core.text import nfc, one_line
from intranet.notices import services as notices
from intranet.notices import workdays
from intranet.people.models import User
from intranet.records import audit
from meetings.models.conclusion import ConclusionState
from meetings.models.meeting import Meeting, MeetingState, PartRole
from meetings.models.minutes import FactCorrection, Minutes, MinutesComment, MinutesMoved, MinutesState
from meetings.permissions import To, access_meeting
from meetings.services import filed, journal, life, minutes_files, minutes_sheet, polls, rehearsals
from meetings.services.conclusion_lists import conclusions_in
from meetings.services.conclusions import CONCLUDES_IN
from meetings.services.minutes import (
    OVER,
    access_minutes,
    hold,
    keys_of,
    members_of,
    rights,
    secretaries_of,
    writable,
)

#: Characters of one comment.
MOST_COMMENT = 1000


def comment(actor: User, meeting_id: int, key: str, text: str) -> None:
    """Say something of a block.

    :raises Forbidden: ``minutes.not_yet``.
    :raises BadState: ``minutes.no_comments``: they are approved, or the round is over.
    :raises NotFound: ``minutes.no_block``.
    :raises Invalid: ``minutes.comment_empty``, ``field.too_long``.
    """
    text = nfc(text).strip()
    if not text:
        raise Invalid("minutes.comment_empty", field="text")
    typed.refuse(actor, text=text)
    if len(text) > MOST_COMMENT:
        raise Invalid("field.too_long", field="text", most=MOST_COMMENT, length=len(text))
    with unit_of_work() as opened:
        meeting, _ = access_minutes(actor, meeting_id)
        held = hold(meeting)
        if not rights(actor, meeting, held).comment:
            raise BadState("minutes.no_comments")
        if key not in keys_of(meeting):
            raise NotFound("minutes.no_block")
        opened.add(MinutesComment(meeting_id=meeting_id, key=key, text=text, by_id=actor.id, at=clock.now()))
        audit.record(actor, "minutes.commented", meeting, block=key)
        publish(MinutesMoved(meeting_id, "comments", 0, actor.id))


def settle_comment(actor: User, meeting_id: int, comment_id: int) -> None:
    """A comment has been heeded; it stays with the minutes.

    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises NotFound: ``minutes.no_comment``.
    """
    with unit_of_work() as opened:
        meeting = access_meeting(actor, meeting_id, To.RUN)
        found = opened.get(MinutesComment, comment_id, with_for_update=True, populate_existing=True)
        if found is None or found.meeting_id != meeting.id:
            raise NotFound("minutes.no_comment")
        found.done_at = found.done_at or clock.now()
        publish(MinutesMoved(meeting_id, "comments", 0, actor.id))


def correct_fact(actor: User, meeting_id: int, fact: str, text: str, reason: str) -> None:
    """Say what a fact should have been; the fact stays, author and reason stand beside it.

    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``minutes.not_open``: they are approved.
    :raises NotFound: ``minutes.no_fact``.
    :raises Invalid: ``minutes.correction_empty``, ``minutes.why``.
    """
    said, why = one_line(text)[:500], one_line(reason)[:500]
    typed.refuse(actor, text=said, reason=why)
    if not said:
        raise Invalid("minutes.correction_empty", field="text")
    if not why:
        raise Invalid("minutes.why", field="reason")
    with unit_of_work() as opened:
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        if filed.is_filed(meeting) or meeting.state not in CONCLUDES_IN:
            raise BadState("minutes.not_open")
        if fact not in minutes_sheet.known_facts(actor, meeting):
            raise NotFound("minutes.no_fact")
        opened.add(
            FactCorrection(
                meeting_id=meeting_id, fact=fact, text=said, reason=why, by_id=actor.id, at=clock.now()
            )
        )
        audit.record(actor, "minutes.corrected", meeting, reason=why, fact=fact)
        journal.append(meeting, "minutes.corrected", by=actor, fact=fact, text=said, reason=why)
        publish(MinutesMoved(meeting_id, "facts", 0, actor.id))


def submit(actor: User, meeting_id: int) -> None:
    """The secretary gives the minutes to the chair.

    :raises Forbidden: ``minutes.secretary_writes``.
    :raises BadState: ``minutes.not_over``: the sitting is not over; ``minutes.not_open``;
        ``rehearsal.no_minutes``.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN, lock=True)
        if meeting.state not in OVER:
            raise BadState("minutes.not_over")
        rehearsals.require_real(meeting, "no_minutes")
        _, held = writable(actor, meeting_id)
        held.state, held.submitted_by_id, held.submitted_at = MinutesState.SUBMITTED, actor.id, clock.now()
        held.reason, held.round_until = "", None
        audit.record(actor, "minutes.submitted", meeting)
        if meeting.state is MeetingState.ENDED:
            life.move_meeting(actor, meeting_id, MeetingState.MINUTES, follows=True)
        chairs = [one.user_id for one in meeting.participants if one.role is PartRole.CHAIR]
        notices.notify(chairs, "minutes.submitted", meeting.ref, by=actor)
        publish(MinutesMoved(meeting_id, "state", 0, actor.id))


def ask_members(actor: User, meeting_id: int, until: date) -> None:
    """Let the members read and comment until the end of a day; chair or secretary asks.

    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``minutes.not_submitted``.
    :raises Invalid: ``minutes.round_past``.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.RUN)
        held = hold(meeting)
        if held.state is not MinutesState.SUBMITTED:
            raise BadState("minutes.not_submitted")
        ends = workdays.due_moment(until)
        if ends <= clock.now():
            raise Invalid("minutes.round_past", field="until")
        held.round_until = ends
        audit.record(actor, "minutes.members_asked", meeting, until=until)
        notices.notify(
            members_of(meeting), "minutes.comment", meeting.ref, by=actor, until=f"{until:%d/%m/%Y}"
        )
        publish(MinutesMoved(meeting_id, "state", 0, actor.id))


def return_minutes(actor: User, meeting_id: int, reason: str) -> None:
    """The chair gives the minutes back to be written on.

    :raises Forbidden: ``meeting.not_yours_to_run``, the actor does not chair it.
    :raises BadState: ``minutes.not_submitted``.
    :raises Invalid: ``minutes.why``.
    """
    why = one_line(reason)[:500]
    typed.refuse(actor, reason=why)
    if not why:
        raise Invalid("minutes.why", field="reason")
    with unit_of_work():
        meeting, held = _submitted(actor, meeting_id)
        held.state, held.reason, held.round_until = MinutesState.WRITING, why, None
        held.decided_by_id, held.decided_at = actor.id, clock.now()
        audit.record(actor, "minutes.returned", meeting, reason=why)
        notices.notify(secretaries_of(meeting), "minutes.returned", meeting.ref, by=actor, reason=why)
        publish(MinutesMoved(meeting_id, "state", 0, actor.id))


def approve(actor: User, meeting_id: int, *, expect: str | None = None) -> None:
    """The chair approves the minutes as they stand; the members may read them, and nothing in them changes
    any more: their Word file is kept with its hash.

    :param expect: the edition that the chair read (:func:`minutes_files.edition_of`).
    :raises Forbidden: ``meeting.not_yours_to_run``, the actor does not chair it.
    :raises BadState: ``minutes.not_submitted``; ``minutes.conclusions_wait``: so many (``n``) are neither
        confirmed nor cancelled; ``minutes.votes_wait``: so many votes are closed and not published.
    :raises Stale: ``minutes.moved_on``: something in them changed since they were read.
    """
    mark, docx = minutes_files.write(access_meeting(actor, meeting_id, To.CHAIR))
    with unit_of_work():
        meeting, held = _submitted(actor, meeting_id)
        for code, waiting in (("conclusions", _unconfirmed(meeting)), ("votes", polls.unpublished(meeting))):
            if waiting:
                raise BadState(f"minutes.{code}_wait", n=waiting)
        if minutes_files.edition_of(meeting) != mark or expect not in {None, mark}:
            raise Stale("minutes.moved_on")
        held.state, held.round_until = MinutesState.APPROVED, None
        held.decided_by_id, held.decided_at = actor.id, clock.now()
        audit.record(actor, "minutes.approved", meeting, sha256=docx.sha256)
        journal.append(meeting, "minutes.approved", by=actor, sha256=docx.sha256)
        minutes_files.keep_approved(actor, meeting, docx)
        told = {*secretaries_of(meeting), *members_of(meeting)}
        notices.notify(told, "minutes.approved", meeting.ref, by=actor)
        publish(MinutesMoved(meeting_id, "state", 0, actor.id))


def _unconfirmed(meeting: Meeting) -> int:
    return sum(one.state is ConclusionState.DRAFT for one in conclusions_in(meeting))


def _submitted(actor: User, meeting_id: int) -> tuple[Meeting, Minutes]:
    meeting = access_meeting(actor, meeting_id, To.CHAIR, lock=True)
    held = hold(meeting)
    if held.state is not MinutesState.SUBMITTED:
        raise BadState("minutes.not_submitted")
    return meeting, held
