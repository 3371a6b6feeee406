"""Answers to invitations: whoever is invited says whether they come; the chair approves who comes instead.

A substitute stands in for exactly one person, reads what that person may read and casts no ballot.
"""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import delete, select

from intranet.core import clock
from intranet.core.db import session, unit_of_work
from intranet.core.errors import BadState, Invalid, NotFound
from intranet.notices import services as notices
from intranet.notices.workdays import calendar
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit
from meetings.models.answer import Attending, InvitationAnswer, Standing
from meetings.models.meeting import Meeting, MeetingState, PartRole
from meetings.permissions import To, access_meeting
from meetings.services import attending, invitations, participants

#: Invitations go out so many working days ahead.
NOTICE_DAYS = 3
#: States in which an answer still helps whoever prepares the meeting.
ANSWERABLE = frozenset({MeetingState.PUBLISHED, MeetingState.READY})
_RUNNING = frozenset({PartRole.CHAIR, PartRole.SECRETARY})


@dataclass(frozen=True)
class Answers:
    """The answers of a meeting, by the person invited, and how many said what; ``None``: nothing yet."""

    by_user: dict[int, InvitationAnswer]
    counts: Counter[Attending | None]


def answer(
    actor: User,
    meeting_id: int,
    said: Attending,
    *,
    reason: str = "",
    substitute_id: int | None = None,
) -> None:
    """Answer one's own invitation; an earlier answer is replaced, and whoever came instead is let go.

    :raises NotFound: no such meeting, or none the actor may attend.
    :raises BadState: ``answer.too_late``, it sits, is over or was called off; ``answer.chair_comes``, the
        chair hands the chair over instead; ``answer.stands_in``, a substitute sends nobody in turn.
    :raises Invalid: ``answer.why``, no reason is given; ``answer.nobody``, no such colleague to come instead.
    """
    with unit_of_work() as opened:
        meeting = access_meeting(actor, meeting_id, To.ATTEND, lock=True)
        part = meeting.participant(actor.id)
        if meeting.state not in ANSWERABLE or part is None or meeting.is_rehearsal:
            raise BadState("answer.too_late")
        if said is not Attending.ATTEND and not reason:
            raise Invalid("answer.why", field="reason")
        if said is Attending.SUBSTITUTE:
            if part.role is PartRole.CHAIR:
                raise BadState("answer.chair_comes")
            if part.role is PartRole.SUBSTITUTE:
                raise BadState("answer.stands_in")
            _colleague(actor, meeting, substitute_id)
        row = _row(meeting_id, actor.id)
        if row is None:
            row = InvitationAnswer(meeting_id=meeting_id, user_id=actor.id)
            opened.add(row)
        elif row.standing is Standing.APPROVED:
            _let_go(actor, meeting, row)
        is_sent = said is Attending.SUBSTITUTE
        row.answer, row.reason, row.at = said, reason if said is not Attending.ATTEND else "", clock.now()
        row.substitute_id = substitute_id if is_sent else None
        row.standing = Standing.ASKED if is_sent else None
        audit.record(actor, "meeting.answered", meeting, reason=row.reason or None, answer=said.value)
        told = [one.user_id for one in meeting.participants if one.role in _RUNNING]
        if is_sent:
            notices.notify(told, "meeting.substitute_asked", meeting.ref, by=actor)
        elif said is Attending.ABSENT:
            notices.notify(told, "meeting.absent", meeting.ref, by=actor)


def decide_substitute(actor: User, meeting_id: int, user_id: int, *, approve: bool) -> None:
    """The chair lets somebody come instead of the one invited, or not.

    :param user_id: the one invited.
    :raises Forbidden: the actor does not chair it.
    :raises NotFound: no such meeting; ``answer.unknown``, nobody is waiting to be approved there.
    :raises BadState: ``answer.too_late``; ``answer.already_comes``, whoever was named takes part by now,
        perhaps for somebody else.
    """
    with unit_of_work():
        meeting = access_meeting(actor, meeting_id, To.CHAIR, lock=True)
        if meeting.state not in ANSWERABLE:
            raise BadState("answer.too_late")
        row = _row(meeting_id, user_id)
        if row is None or row.standing is not Standing.ASKED or row.substitute_id is None:
            raise NotFound("answer.unknown")
        if approve and meeting.participant(row.substitute_id) is not None:
            raise BadState("answer.already_comes", name=participants.person_of(row.substitute_id).full_name)
        row.standing = Standing.APPROVED if approve else Standing.REFUSED
        act = "meeting.substitute_approved" if approve else "meeting.substitute_refused"
        audit.record(actor, act, meeting, user=user_id, substitute=row.substitute_id)
        if approve:
            person = participants.person_of(row.substitute_id)
            participants.add_person(actor, meeting, person, PartRole.SUBSTITUTE)
            invitations.send(actor, meeting)
            attending.relieve_substitute(actor, meeting, user_id)
        notices.notify([user_id], act, meeting.ref, by=actor)


def answers_of(meeting: Meeting) -> Answers:
    """Who said what, for those who prepare the meeting; substitutes themselves are not asked."""
    query = select(InvitationAnswer).where(InvitationAnswer.meeting_id == meeting.id)
    by_user = {row.user_id: row for row in session().scalars(query)}
    come_instead = {row.substitute_id for row in by_user.values() if row.standing is Standing.APPROVED}
    roles = {PartRole.SECRETARY, PartRole.SUBSTITUTE}
    asked = [one for one in meeting.participants if one.role not in roles and one.user_id not in come_instead]
    said = (by_user.get(one.user_id) for one in asked)
    return Answers(by_user, Counter(None if row is None else row.answer for row in said))


def mine(actor: User, meeting: Meeting) -> InvitationAnswer | None:
    """What the actor answered."""
    return _row(meeting.id, actor.id)


def forget_answers(actor: User, meeting: Meeting) -> None:
    """A meeting that was postponed asks everybody anew, in the open unit of work; nobody stands in yet."""
    approved = InvitationAnswer.standing == Standing.APPROVED
    query = select(InvitationAnswer).where(InvitationAnswer.meeting_id == meeting.id, approved)
    for row in session().scalars(query).all():
        _let_go(actor, meeting, row)
    session().execute(delete(InvitationAnswer).where(InvitationAnswer.meeting_id == meeting.id))


def days_ahead(meeting: Meeting) -> int:
    """Working days from today to the day of the meeting."""
    return calendar().working_days_between(clock.today(), clock.local(meeting.starts_at).date())


def is_short_notice(meeting: Meeting) -> bool:
    """True when invitations sent today come later than the rules of work ask for."""
    return meeting.published_at is None and days_ahead(meeting) < NOTICE_DAYS


def _row(meeting_id: int, user_id: int) -> InvitationAnswer | None:
    query = select(InvitationAnswer).where(
        InvitationAnswer.meeting_id == meeting_id, InvitationAnswer.user_id == user_id
    )
    return session().scalar(query)


def _colleague(actor: User, meeting: Meeting, user_id: int | None) -> None:
    found = directory.people([user_id]).get(user_id) if user_id is not None else None
    if (
        found is None
        or not found.is_active
        or found.org_id != actor.org_id
        or meeting.participant(found.id) is not None
    ):
        raise Invalid("answer.nobody", field="substitute_id")


def _let_go(actor: User, meeting: Meeting, row: InvitationAnswer) -> None:
    part = meeting.participant(row.substitute_id or 0)
    if part is not None and part.role in {PartRole.SUBSTITUTE, PartRole.GUEST}:
        participants.drop_person(actor, meeting, part)
