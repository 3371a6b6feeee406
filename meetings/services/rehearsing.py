"""Rehearsing a meeting (họp thử): the room with its agenda, papers and roles, robots in others' seats.

Chair and secretaries try the room before the day. Nothing of it counts: it is in no list, calendar, search or
figure, nobody is told of it, and no task, notice or minutes come of it.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from intranet.core import clock, db
from intranet.core.db import session, unit_of_work
from intranet.core.errors import BadState, NotFound
from intranet.people import directory
from intranet.people.models import User
from intranet.people.services import robots
from intranet.records import audit, files
from meetings.models.answer import InvitationAnswer, Standing
from meetings.models.meeting import PLANNABLE, AgendaItem, Meeting, MeetingState, Participant
from meetings.models.paper import PAPER, PaperRule
from meetings.models.vote import Poll, PollState
from meetings.permissions import RUNNING, To, access_meeting
from meetings.services import paper_rights, participants, rehearsals

#: A rehearsal that nobody threw away goes by itself.
KEPT = timedelta(days=7)
#: States of one that is not wiped.
_STANDS = (MeetingState.PUBLISHED, MeetingState.LIVE, MeetingState.PAUSED, MeetingState.ENDED)


def rehearse(actor: User, meeting_id: int) -> int:
    """Make the rehearsal of a meeting, or come back to the one there is.

    :returns: the id of the rehearsal, a meeting of its own.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``rehearsal.too_late``: it has begun, is over or was called off.
    """
    with unit_of_work():
        real = _ahead(actor, meeting_id)
        found = rehearsals.of(real.id, lock=True)
        if found is None:
            return _make(actor, real)
        part = real.participant(actor.id)
        if found.participant(actor.id) is None and part is not None:
            # Became secretary, or took the chair, after it was made.
            participants.add_person(actor, found, actor, part.role)
        return found.id


def begin_again(actor: User, meeting_id: int) -> int:
    """Wipe the rehearsal and make another from what the meeting is now; returns its id.

    :raises NotFound: as :func:`rehearse`; ``rehearsal.none``.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    :raises BadState: ``rehearsal.too_late``.
    """
    with unit_of_work():
        throw_away(actor, meeting_id)
        return _make(actor, _ahead(actor, meeting_id))


def throw_away(actor: User, meeting_id: int) -> None:
    """Wipe the rehearsal of a meeting.

    :raises NotFound: as :func:`rehearse`; ``rehearsal.none``.
    :raises Forbidden: ``meeting.not_yours_to_run``.
    """
    with unit_of_work():
        real = access_meeting(actor, meeting_id, To.RUN, lock=True)
        found = rehearsals.of(real.id, lock=True)
        if found is None:
            raise NotFound("rehearsal.none")
        audit.record(actor, "meeting.rehearsal_wiped", real, rehearsal=found.id)
        rehearsals.wipe(actor, found)


def wipe_due() -> int:
    """Wipe rehearsals of meetings that have begun or were called off, and those that are a week old."""
    real = aliased(Meeting)
    query = (
        select(Meeting.id, Meeting.rehearses_id)
        .join(real, real.id == Meeting.rehearses_id)
        .where(Meeting.state.in_(_STANDS))
        .where(real.state.not_in(PLANNABLE) | (Meeting.created_at <= clock.now() - KEPT))
    )
    due = db.session().execute(query).all()
    for key, real_id in due:
        with unit_of_work() as opened:
            found = opened.get_one(Meeting, key, with_for_update={"of": Meeting}, populate_existing=True)
            if found.state in _STANDS:
                above = opened.get_one(Meeting, real_id)
                audit.record(None, "meeting.rehearsal_wiped", above, org_id=above.org_id, rehearsal=key)
                rehearsals.wipe(None, found)
    return len(due)


def _ahead(actor: User, meeting_id: int) -> Meeting:
    real = access_meeting(actor, meeting_id, To.RUN, lock=True)
    rehearsals.require_real(real, "of_itself")
    if real.state not in PLANNABLE:
        raise BadState("rehearsal.too_late")
    return real


def _make(actor: User, real: Meeting) -> int:
    opened, now = session(), clock.now()
    made = Meeting(
        org_id=real.org_id,
        title=real.title,
        starts_at=now,
        place=real.place,
        requirements=real.requirements,
        state=MeetingState.PUBLISHED,
        secretary_publishes=real.secretary_publishes,
        heads={},
        v=0,
        body_id=real.body_id,
        created_by_id=actor.id,
        created_at=now,
        published_at=now,
        rehearses_id=real.id,
    )
    opened.add(made)
    opened.flush()
    seats = _seat_all(real, made)
    items = {
        item.id: _copy(item, meeting_id=made.id, owner_id=seats.get(item.owner_id or 0), answer_by=None)
        for item in real.agenda
    }
    opened.add_all(items.values())
    opened.flush()
    _lay_papers(actor, real, made, items, seats)
    _copy_votes(real, made, items, seats)
    audit.record(actor, "meeting.rehearsal_made", real, rehearsal=made.id)
    return made.id


def _seat_all(real: Meeting, made: Meeting) -> dict[int, int]:
    """Give everybody's seat to themselves or to a robot; returns who sits for whom."""
    opened = session()
    others = [part.user_id for part in real.participants if part.role not in RUNNING]
    stand_ins = robots.robots(real.org_id, len(others))
    seats = dict(zip(others, (one.id for one in stand_ins), strict=True))
    seats |= {part.user_id: part.user_id for part in real.participants if part.role in RUNNING}
    opened.add_all(
        Participant(
            meeting_id=made.id,
            user_id=seats[part.user_id],
            role=part.role,
            position=part.position,
            seat=part.seat,
        )
        for part in real.participants
    )
    query = select(InvitationAnswer).where(
        InvitationAnswer.meeting_id == real.id, InvitationAnswer.standing == Standing.APPROVED
    )
    # Who comes in whose place; why is nobody's concern here.
    opened.add_all(
        _copy(
            one,
            meeting_id=made.id,
            user_id=seats[one.user_id],
            substitute_id=seats[one.substitute_id or 0],
            reason="",
        )
        for one in opened.scalars(query)
        if one.user_id in seats and one.substitute_id in seats
    )
    return seats


def _lay_papers(
    actor: User, real: Meeting, made: Meeting, items: dict[int, AgendaItem], seats: dict[int, int]
) -> None:
    """Lay the same papers on the table: the bytes are kept once, marks and rights are its own."""
    rules = paper_rights.rules_of(real.id)
    people = directory.people(seats)
    pairs = [(real.ref, made.ref), *((item.ref, items[item.id].ref) for item in real.agenda)]
    for old, new in pairs:
        for file in files.of(old, PAPER):
            copy = files.attach_copy(actor, file, new, org_id=real.org_id, role=PAPER)
            rule = rules.get(file.id)
            if rule is not None:
                grants = _granted(rule, seats, people)
                session().add(_copy(rule, file_id=copy.id, meeting_id=made.id, grants=grants))


def _granted(rule: PaperRule, seats: dict[int, int], people: dict[int, User]) -> list[dict[str, Any]]:
    """What a rule grants, said of those who sit in the rehearsal: a robot has no unit of its own."""
    found = []
    for grant in rule.grants:
        kind, _, key = grant["who"].partition(":")
        if kind == "role":
            found.append(grant)
            continue
        meant = [
            seats[user_id]
            for user_id, person in people.items()
            if user_id == int(key) or (kind == "unit" and int(key) in person.unit_ids)
        ]
        found += [{**grant, "who": f"user:{one}"} for one in meant]
    return found


def _copy_votes(real: Meeting, made: Meeting, items: dict[int, AgendaItem], seats: dict[int, int]) -> None:
    """The questions that were written down already may be tried too."""
    opened = session()
    query = select(Poll).where(Poll.meeting_id == real.id, Poll.state == PollState.PREPARED)
    for poll in opened.scalars(query.order_by(Poll.id)):
        weights = {str(seats[int(key)]): one for key, one in poll.weights.items() if int(key) in seats}
        proxies = {
            str(seats[int(key)]): seats[one]
            for key, one in poll.proxies.items()
            if int(key) in seats and one in seats
        }
        said = {"meeting_id": made.id, "item_id": items[poll.item_id].id}
        opened.add(_copy(poll, **said, weights=weights, proxies=proxies))


def _copy(row: Any, **other: Any) -> Any:
    """Another row that says the same but for what is named."""
    names = {one.key for one in type(row).__mapper__.column_attrs} - {"id"}
    return type(row)(**{name: getattr(row, name) for name in names} | other)
