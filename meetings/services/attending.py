"""Who is there, and whether enough members are."""

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.db import publish, session, unit_of_work
from intranet.core.errors import BadState, Forbidden, NotFound
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit
from meetings.models.answer import InvitationAnswer, Standing
from meetings.models.floor import Attendance, Body, PresenceState
from meetings.models.journal import PartChanged
from meetings.models.meeting import IN_SESSION, Meeting, MeetingState, PartRole
from meetings.permissions import To, access_changeable, access_meeting, may
from meetings.rules import quorum
from meetings.services import bodies, filed, journal, turns
from meetings.services.bodies import Profile, profile_of
from meetings.services.journal import ms

#: What a person may say of themselves.
OWN = frozenset({PresenceState.IN, PresenceState.REMOTE, PresenceState.OUT})
_THERE = (PresenceState.IN, PresenceState.REMOTE)
#: While the door is open people check in; chair and secretaries correct the list until it is filed.
_DOOR_OPEN = IN_SESSION | {MeetingState.PUBLISHED, MeetingState.READY}
_CORRECTABLE = _DOOR_OPEN | {MeetingState.ENDED, MeetingState.MINUTES}
_CODE_LETTERS = 16
#: What whoever comes instead of another may be.
_STAND_INS = frozenset({PartRole.SUBSTITUTE, PartRole.GUEST})


def set_presence(
    actor: User,
    meeting_id: int,
    state: PresenceState,
    *,
    person: int | None = None,
    late: bool | None = None,
    leave: bool | None = None,
    via: str = "room",
) -> int:
    """Say that one is there, from afar, or has left; chair and secretaries say it of others too.

    :param person: whose presence, ``None`` for the actor's own.
    :param late: came after the beginning; ``None`` lets the clock say.
    :param leave: is absent with leave, or without; ``None``: nobody says.
    :returns: the room's version, unchanged when nothing was new.
    :raises NotFound: no such meeting, or none the actor may attend; ``meeting.unknown_person``.
    :raises Forbidden: ``att.not_yours``.
    :raises BadState: ``att.closed``, the door is not open; ``minutes.filed``, the minutes are approved.
    """
    with unit_of_work() as opened:
        meeting = access_meeting(actor, meeting_id, To.ATTEND, lock=True)
        runs = may(actor, To.RUN, meeting)
        whose = actor.id if person is None else person
        is_own = whose == actor.id
        leave = leave if state is PresenceState.ABSENT else None
        if not runs and (not is_own or state not in OWN or late is not None):
            raise Forbidden("att.not_yours")
        if meeting.participant(whose) is None:
            raise NotFound("meeting.unknown_person")
        if meeting.state not in (_CORRECTABLE if runs else _DOOR_OPEN):
            raise BadState("att.closed")
        filed.require_unfiled(meeting)
        row = opened.get(Attendance, (meeting.id, whose))
        is_said = row is not None and late in {None, row.is_late} and leave in {None, row.has_leave}
        if row is not None and row.state is state and is_said:
            return meeting.v
        now = clock.now()
        if row is None:
            row = Attendance(meeting_id=meeting.id, user_id=whose, is_late=False)
            opened.add(row)
        row.state, row.at, row.via = state, now, via if is_own else "officer"
        row.has_leave = leave
        _note_arrival(meeting, row, late, now)
        if not is_own or late is not None:
            said: dict[str, Any] = {"late": row.is_late} | ({} if leave is None else {"leave": leave})
            audit.record(actor, "meeting.presence_set", meeting, user=whose, state=state.value, **said)
        opened.flush()
        told = {"p": whose, **_entry(row), **counts(meeting)}
        journal.append(meeting, "att.changed", by=actor, **told)
        relieve_substitute(actor, meeting, whose)
        return meeting.v


def greet_opener(actor: User, meeting: Meeting) -> None:
    """Whoever opens the sitting is there, unless the list says something of them; in the open unit of work.

    Room, quorum, journal and minutes count by that one list.
    """
    if meeting.participant(actor.id) is None or entry_of(meeting, actor.id) != UNSEEN:
        return
    set_presence(actor, meeting.id, PresenceState.IN)
    audit.record(
        actor, "meeting.presence_set", meeting, user=actor.id, state=PresenceState.IN.value, late=False
    )


def relieve_substitute(actor: User, meeting: Meeting, principal_id: int) -> None:
    """While the person replaced is there, the approved substitute is a guest; in the open unit of work."""
    query = select(InvitationAnswer.substitute_id).where(
        InvitationAnswer.meeting_id == meeting.id,
        InvitationAnswer.user_id == principal_id,
        InvitationAnswer.standing == Standing.APPROVED,
    )
    part = meeting.participant(session().scalar(query) or 0)
    role = PartRole.GUEST if is_there(meeting, principal_id) else PartRole.SUBSTITUTE
    if part is None or part.role not in _STAND_INS or part.role is role or meeting.state not in _DOOR_OPEN:
        return
    part.role = role
    audit.record(actor, "meeting.role_changed", meeting, user=part.user_id, role=role.value)
    tell_joined(actor, meeting, directory.people([part.user_id])[part.user_id], role)
    publish(PartChanged(meeting.id, part.user_id))


def tell_joined(actor: User, meeting: Meeting, user: User, role: PartRole) -> None:
    """The room hears that somebody takes part, or takes part as something else."""
    part = meeting.participant(user.id)
    seat = "" if part is None else part.seat
    person = person_entry(user, role.value, entry_of(meeting, user.id), seat)
    journal.append(meeting, "people.joined", by=actor, person=person, **counts(meeting))


def person_entry(
    user: User, role: str, presence: Mapping[str, Any] | None = None, seat: str = ""
) -> dict[str, Any]:
    """One who takes part, as chair and secretary see it; a seat is said where there is one."""
    said = {"p": user.id, "n": user.full_name, "role": role, "title": user.title, "org": user.org.short_name}
    said |= {"seat": seat} if seat else {}
    return said | dict(UNSEEN if presence is None else presence)


def check_in(actor: User, meeting_id: int, code: str) -> int:
    """Check in by the code on the wall.

    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``att.bad_code``.
    :raises BadState: ``att.closed``, the door is not open.
    """
    access_meeting(actor, meeting_id, To.ATTEND)
    if not is_code(meeting_id, code):
        raise Forbidden("att.bad_code")
    return set_presence(actor, meeting_id, PresenceState.IN, via="qr")


def choose_body(actor: User, meeting_id: int, body_id: int) -> int:
    """Say which body of the meeting's agency sits; its rules count from now on.

    :returns: the room's version.
    :raises NotFound: no such meeting, or none the actor may attend; ``body.unknown``.
    :raises Forbidden: the actor does not prepare it.
    :raises BadState: ``meeting.not_plannable``.
    """
    with unit_of_work() as opened:
        meeting = access_changeable(actor, meeting_id)
        body = opened.get(Body, body_id)
        if body is None or body.org_id != meeting.org_id:
            raise NotFound("body.unknown")
        if meeting.body_id == body.id:
            return meeting.v
        meeting.body_id = body.id
        if meeting.rules is not None:
            bodies.keep(meeting)
        audit.record(actor, "meeting.body_chosen", meeting, body=body.id)
        told = {"body": profile_of(meeting).shown(), **counts(meeting)}
        journal.append(meeting, "body.chosen", by=actor, **told)
        turns.keep_fair(actor, meeting)
        return meeting.v


def code_for(meeting_id: int) -> str:
    """The code that hangs on the wall of a meeting: whoever shows it has been in the room."""
    key = bytes.fromhex(db.database().settings.keys["signing"])
    made = hmac.digest(key, f"meeting.check_in:{meeting_id}".encode(), sha256)
    return base64.b32encode(made).decode("ascii")[:_CODE_LETTERS].lower()


def is_code(meeting_id: int, code: str) -> bool:
    """True for the code of that meeting."""
    return hmac.compare_digest(code_for(meeting_id).encode(), code.strip().lower().encode())


def member_roles(profile: Profile) -> frozenset[PartRole]:
    """Who counts as a member."""
    members = {PartRole.CHAIR, PartRole.DELEGATE}
    return frozenset(members | {PartRole.SECRETARY} if profile.secretary_counts else members)


def members(meeting: Meeting) -> list[int]:
    """Ids of the members of the sitting, in the order of the list."""
    roles = member_roles(profile_of(meeting))
    return [part.user_id for part in meeting.participants if part.role in roles]


def may_vote(user_id: int, meeting: Meeting) -> bool:
    """True for a member, and for whoever stands in for one where the rules let substitutes vote."""
    part = meeting.participant(user_id)
    if part is None:
        return False
    profile = profile_of(meeting)
    is_sub = part.role is PartRole.SUBSTITUTE and profile.subs_vote
    return is_sub or part.role in member_roles(profile)


def present_members(meeting: Meeting) -> list[int]:
    """Ids of the members who are there and count for the quorum, in the order of the list.

    Where the rules let substitutes vote, a member whose substitute is there counts as well.
    """
    return _present(meeting, profile_of(meeting))


def stand_ins(meeting: Meeting, profile: Profile) -> dict[int, int]:
    """Absent member -> the approved substitute who is there and votes; nobody unless the rules allow it."""
    if not profile.subs_vote:
        return {}
    query = select(Attendance.user_id).where(
        Attendance.meeting_id == meeting.id, Attendance.state.in_(_counting(profile))
    )
    there, roles = set(session().scalars(query)), member_roles(profile)
    held = {part.user_id: part.role for part in meeting.participants}
    return {
        member: comes
        for member, comes in approved_substitutes(meeting).items()
        # While the member is there, whoever came instead is a guest.
        if comes in there and held.get(comes) is PartRole.SUBSTITUTE and held.get(member) in roles
    }


def approved_substitutes(meeting: Meeting) -> dict[int, int]:
    """Member -> whoever the chair let come instead."""
    query = select(InvitationAnswer.user_id, InvitationAnswer.substitute_id).where(
        InvitationAnswer.meeting_id == meeting.id, InvitationAnswer.standing == Standing.APPROVED
    )
    return {member: comes for member, comes in session().execute(query) if comes is not None}


def is_there(meeting: Meeting, user_id: int) -> bool:
    """True for somebody who is in the room or takes part from afar."""
    with session().no_autoflush:
        row = session().get(Attendance, (meeting.id, user_id))
    return row is not None and row.state in _THERE


def counts(meeting: Meeting, profile: Profile | None = None) -> dict[str, Any]:
    """Members needed, present and all, and whether those present are enough.

    :param profile: the meeting's, where it was read already.
    """
    # Many may be invited in one unit of work: what each adds need not be written before the next is counted.
    with session().no_autoflush:
        profile = profile or profile_of(meeting)
        present = len(_present(meeting, profile))
    roles = member_roles(profile)
    of = sum(1 for part in meeting.participants if part.role in roles)
    num, den = profile.quorum_num, profile.quorum_den
    return {
        "need": quorum.needed(of, num, den),
        "in": present,
        "of": of,
        "ok": quorum.is_met(present, of, num, den),
    }


def entries(meeting: Meeting) -> Mapping[int, dict[str, Any]]:
    """What the list of people says of each one's presence, by person; ``UNSEEN`` for whoever is not in it."""
    rows = session().scalars(select(Attendance).where(Attendance.meeting_id == meeting.id))
    return {row.user_id: _entry(row) for row in rows}


def entry_of(meeting: Meeting, user_id: int) -> dict[str, Any]:
    """The same of one person."""
    with session().no_autoflush:
        row = session().get(Attendance, (meeting.id, user_id))
    return dict(UNSEEN) if row is None else _entry(row)


#: What the list says of somebody of whom nobody has said anything.
UNSEEN: Mapping[str, Any] = {"st": None, "at": None, "via": None, "late": False}


def _entry(row: Attendance) -> dict[str, Any]:
    said = {"st": row.state.value, "at": ms(row.at), "via": row.via, "late": row.is_late}
    return said if row.has_leave is None else said | {"leave": row.has_leave}


def _present(meeting: Meeting, profile: Profile) -> list[int]:
    if meeting.published_at is None:
        return []
    query = select(Attendance.user_id).where(
        Attendance.meeting_id == meeting.id, Attendance.state.in_(_counting(profile))
    )
    there = set(session().scalars(query)) | stand_ins(meeting, profile).keys()
    roles = member_roles(profile)
    return [part.user_id for part in meeting.participants if part.role in roles and part.user_id in there]


def _counting(profile: Profile) -> tuple[PresenceState, ...]:
    return _THERE if profile.remote_allowed else (PresenceState.IN,)


def _note_arrival(meeting: Meeting, row: Attendance, late: bool | None, now: datetime) -> None:
    if row.state in _THERE and row.first_at is None:
        row.first_at = now
        # A sitting opened before its time makes nobody late who comes by that time.
        began = meeting.started_at
        row.is_late = began is not None and now > max(began, meeting.starts_at)
    if late is not None:
        row.is_late = late
