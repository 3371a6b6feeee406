"""Who takes part in a meeting: inviting, changing roles, taking off. One chairs, a secretary is there."""

from collections.abc import Collection

from intranet.core.db import publish, session, unit_of_work
from intranet.core.errors import BadState, Invalid, NotFound
from intranet.people import directory, sessions
from intranet.people.models import User
from intranet.records import audit
from meetings.models.journal import PartChanged
from meetings.models.meeting import IN_SESSION, Meeting, Participant, PartRole
from meetings.permissions import access_changeable
from meetings.services import attending, floor, holding, invitations, journal, presenting, rehearsals

MOST_PARTICIPANTS = 1_200


def invite(actor: User, meeting_id: int, user_ids: Collection[int], role: PartRole) -> int:
    """Add people, or give them another role; who is new to a published meeting is invited at once.

    :returns: how many are new.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: the actor does not prepare it.
    :raises BadState: ``meeting.not_plannable``, ``meeting.too_many_people``; ``meeting.hand_over``, the chair
        of a sitting meeting is handed over (:mod:`meetings.services.handing_over`); ``rehearsal.people``;
        ``meeting.whose_place``, a substitute is named by whoever cannot come (``services/answering.py``).
    :raises Invalid: ``meeting.unknown_person``.
    """
    with unit_of_work():
        meeting = access_changeable(actor, meeting_id)
        rehearsals.require_real(meeting, "people")
        if role is PartRole.SUBSTITUTE:
            raise BadState("meeting.whose_place")
        if role is PartRole.CHAIR and meeting.state in IN_SESSION:
            raise BadState("meeting.hand_over")
        before = len(meeting.participants)
        known = directory.people(user_ids)
        for user_id in dict.fromkeys(user_ids):
            part = meeting.participant(user_id)
            if part is None:
                add_person(actor, meeting, known.get(user_id), role)
            elif part.role is not role:
                change_role(actor, meeting, part, role)
        if role is PartRole.CHAIR:
            holding.hold(actor, meeting)
        if len(meeting.participants) > MOST_PARTICIPANTS:
            raise BadState("meeting.too_many_people", most=MOST_PARTICIPANTS)
        if meeting.published_at is not None:
            invitations.send(actor, meeting)
        return len(meeting.participants) - before


def remove_participant(actor: User, meeting_id: int, user_id: int) -> None:
    """Take a person off the meeting; their tablets leave the room at once.

    :raises NotFound: no such meeting or person, or none the actor may attend.
    :raises Forbidden: the actor does not prepare it.
    :raises BadState: ``meeting.not_plannable``; ``meeting.needs_chair``, ``meeting.needs_secretary``;
        ``rehearsal.people``.
    """
    with unit_of_work():
        meeting = access_changeable(actor, meeting_id)
        rehearsals.require_real(meeting, "people")
        part = meeting.participant(user_id)
        if part is None:
            raise NotFound("meeting.unknown_person")
        _keep_one(meeting, part)
        drop_person(actor, meeting, part)


def add_person(actor: User, meeting: Meeting, person: User | None, role: PartRole) -> None:
    """Let a person take part, in the open unit of work.

    :raises Invalid: ``meeting.unknown_person``.
    """
    user = known_person(person)
    if role is PartRole.CHAIR:
        _step_down(actor, meeting)
    place = max((one.position for one in meeting.participants), default=-1) + 1
    part = Participant(user_id=user.id, role=role, position=place)
    meeting.participants.append(part)
    audit.record(actor, "meeting.person_added", meeting, user=user.id, role=role.value)
    attending.tell_joined(actor, meeting, user, role)
    publish(PartChanged(meeting.id, user.id))


def change_role(actor: User, meeting: Meeting, part: Participant, role: PartRole) -> None:
    """Give somebody another role, in the open unit of work; whoever chaired becomes a delegate."""
    _keep_one(meeting, part)
    if role is PartRole.CHAIR:
        _step_down(actor, meeting)
    part.role = role
    _leave_rehearsal(actor, meeting, part)
    audit.record(actor, "meeting.role_changed", meeting, user=part.user_id, role=role.value)
    attending.tell_joined(actor, meeting, person_of(part.user_id), role)
    publish(PartChanged(meeting.id, part.user_id))


def _step_down(actor: User, meeting: Meeting) -> None:
    """There is one chair: whoever chaired becomes a delegate."""
    before = meeting.chair
    if before is None:
        return
    before.role = PartRole.DELEGATE
    _leave_rehearsal(actor, meeting, before)
    audit.record(actor, "meeting.role_changed", meeting, user=before.user_id, role=before.role.value)
    attending.tell_joined(actor, meeting, person_of(before.user_id), before.role)
    publish(PartChanged(meeting.id, before.user_id))


def drop_person(actor: User, meeting: Meeting, part: Participant) -> None:
    """Take somebody off, in the open unit of work; their tablets leave the room after it."""
    _leave_rehearsal(actor, meeting, part)
    floor.forget_person(actor, meeting, part.user_id)
    presenting.take_back(meeting, part.user_id, by=actor)
    meeting.participants.remove(part)
    session().delete(part)
    sessions.end_bound(str(meeting.ref), part.user_id)
    audit.record(actor, "meeting.person_removed", meeting, user=part.user_id)
    journal.append(meeting, "people.left", by=actor, p=part.user_id, **attending.counts(meeting))
    publish(PartChanged(meeting.id, part.user_id))


def _leave_rehearsal(actor: User, meeting: Meeting, part: Participant) -> None:
    """Whoever is not to be, or no more is, chair or secretary of a meeting is not in its rehearsal either."""
    rehearsal = rehearsals.of(meeting.id, lock=True)
    own = None if rehearsal is None else rehearsal.participant(part.user_id)
    if rehearsal is not None and own is not None:
        drop_person(actor, rehearsal, own)


def person_of(user_id: int) -> User:
    """Somebody who works here.

    :raises Invalid: ``meeting.unknown_person``.
    """
    return known_person(directory.people([user_id]).get(user_id))


def known_person(person: User | None) -> User:
    """The person, if there is one who works here.

    :raises Invalid: ``meeting.unknown_person``.
    """
    if person is None or not person.is_active:
        raise Invalid("meeting.unknown_person", field="user_ids")
    return person


def _keep_one(meeting: Meeting, part: Participant) -> None:
    if part.role is PartRole.CHAIR:
        raise BadState("meeting.needs_chair")
    secretaries = [one for one in meeting.participants if one.role is PartRole.SECRETARY]
    if part.role is PartRole.SECRETARY and len(secretaries) == 1:
        raise BadState("meeting.needs_secretary")
