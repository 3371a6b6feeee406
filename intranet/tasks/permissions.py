"""Who may do what with a task: participation, the line of units above the parties, and the agency's leaders.

The same rule is written once for one task (:func:`may`) and once for lists (:func:`visible_to`).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, union
from sqlalchemy.orm import aliased

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, NotFound
from intranet.core.permits import permit
from intranet.core.refs import Ref
from intranet.people.models import RECEIVING_ROLES, Post, Role, RoleGrant, Unit, User
from intranet.tasks.models import PartyRole, Source, Task, TaskParty

ASSIGN = permit("task.assign", Role.LEADER, Role.OFFICE_HEAD, Role.UNIT_HEAD)
#: The list of a whole unit's or agency's tasks.
OVERSEE = permit("task.oversee", Role.LEADER, Role.OFFICE_HEAD, Role.UNIT_HEAD, Role.AUDITOR)

#: Who reads every task of the agency that is not restricted.
_AGENCY_WIDE = (Role.LEADER, Role.OFFICE_HEAD, Role.AUDITOR)
_DIRECTING = (Role.LEADER, Role.OFFICE_HEAD)
#: Keys are 32-bit numbers; the databases refuse larger ones with an error.
_NO_KEY = 2**31


class To(StrEnum):
    """What somebody may want to do with a task."""

    READ = "read"
    #: Report, finish, refuse, ask for more time, give parts of it away.
    WORK = "work"
    #: Accept, return, decide on more time, cancel, urge, give to another lead.
    JUDGE = "judge"
    #: Hand the lead unit's work to one of its officials.
    HAND_OVER = "hand_over"
    #: Finish the part of a co-operating party.
    CONTRIBUTE = "contribute"


@dataclass(frozen=True)
class Standing:
    """Where the actor stands among units, read once per page."""

    user_id: int
    org_id: int
    #: Units in which the actor works, or that stand for the actor's agency: their tasks may be read.
    member: frozenset[int]
    #: Units for which the actor receives and answers.
    received: frozenset[int]
    #: Units that the actor heads, and those below them.
    line: frozenset[int]
    #: People who work in these.
    line_people: frozenset[int]
    #: The agency whose tasks the actor may all read, if any.
    whole_org: int | None
    #: The agency whose tasks the actor may all judge, if any.
    judged_org: int | None


def standing_of(actor: Actor) -> Standing:
    """Where the actor stands now, as oneself or for the principal."""
    person = person_of(actor).standing
    own = {post.unit_id for post in person.posts} | {g.unit_id for g in person.grants if g.unit_id}
    heads = {g.unit_id for g in person.grants if g.role is Role.UNIT_HEAD and g.unit_id}
    roles = {grant.role for grant in person.grants}
    represented = roles & set(RECEIVING_ROLES)
    headed = exists().where(
        RoleGrant.unit_id == Unit.id,
        RoleGrant.role == Role.UNIT_HEAD,
        RoleGrant.user_id == User.id,
        User.is_active,
        User.org_id == Unit.org_id,
    )
    mine = and_(Unit.id.in_(own), Unit.represents_id.is_(None), or_(Unit.id.in_(heads), ~headed))
    for_agency = (Unit.represents_id == person.org_id) if represented else false()
    rows = db.session().execute(select(Unit.id, Unit.represents_id).where(or_(mine, for_agency))).all()
    received = frozenset(key for key, _ in rows)
    line = _with_those_below(heads, person.org_id) if heads else frozenset()
    people = (
        frozenset(db.session().scalars(select(Post.user_id).where(Post.unit_id.in_(line))))
        if line
        else frozenset()
    )
    return Standing(
        user_id=person.id,
        org_id=person.org_id,
        member=frozenset(own) | received,
        received=received,
        line=line,
        line_people=people,
        whole_org=person.org_id if roles & set(_AGENCY_WIDE) else None,
        judged_org=person.org_id if roles & set(_DIRECTING) else None,
    )


def person_of(actor: Actor) -> User:
    """The actor as an official.

    :raises TypeError: the house itself takes no part in tasks.
    """
    if not isinstance(actor, User):
        raise TypeError("only officials take part in tasks")
    return actor


def is_released(task: Task, now: datetime | None = None) -> bool:
    """True when others than the assigner may see it."""
    return task.undone_at is None and task.release_at <= (now or clock.now())


def may(actor: Actor, to: To, task: Task, standing: Standing | None = None) -> bool:
    """The one rule about one task, asked by services, pages and files."""
    at = standing or standing_of(actor)
    if to is To.READ:
        return _may_read(at, task)
    if not _may_read(at, task):
        return False
    if to is To.JUDGE:
        return _may_judge(at, task)
    if to is To.HAND_OVER:
        lead = task.lead
        if lead.unit_id is not None:
            return lead.unit_id in at.received
        # Nobody hands away the own lead, and an own task stays its owner's.
        is_below = lead.user_id in at.line_people and lead.user_id != at.user_id
        return is_below and not task.is_restricted and task.source is not Source.OWN
    if to is To.CONTRIBUTE:
        return any(p.role is PartyRole.CO and _acts_for(at, p) for p in task.parties)
    officer = task.officer
    return _acts_for(at, task.lead) or (officer is not None and officer.user_id == at.user_id)


def visible_to(
    actor: Actor, standing: Standing | None = None, *, is_open: bool | None = None
) -> ColumnElement[bool]:
    """The rule of :data:`To.READ` for lists, counts and search.

    :param is_open: whoever asks reads open tasks alone, or ended ones: others need not be looked at.
    """
    at = standing or standing_of(actor)
    open_ = _open(is_open)
    named = _party(TaskParty.user_id == at.user_id, open_)
    near = or_(TaskParty.unit_id.in_(at.member | at.line), TaskParty.user_id.in_(at.line_people))
    wide = [
        _party(near, open_),
        Task.org_id == at.whole_org if at.whole_org is not None else false(),
    ]
    return or_(
        Task.assigner_id == at.user_id,
        and_(
            released(),
            or_(
                named,
                _party(TaskParty.unit_id.in_(at.received), open_),
                and_(Task.is_restricted.is_(False), or_(*wide)),
            ),
        ),
    )


def led_by(user_id: int, *, is_open: bool | None = None) -> ColumnElement[bool]:
    """Tasks that a person leads now, or to whom they were handed."""
    return _party(
        _open(is_open),
        TaskParty.role.in_((PartyRole.LEAD, PartyRole.OFFICER)),
        TaskParty.left_at.is_(None),
        TaskParty.user_id == user_id,
    )


def released(now: datetime | None = None) -> ColumnElement[bool]:
    """SQL of :func:`is_released`."""
    return and_(Task.undone_at.is_(None), Task.release_at <= (now or clock.now()))


def worked_by(at: Standing, *, is_open: bool | None = None) -> ColumnElement[bool]:
    """Tasks that wait for the work of this very person: theirs, or their unit's and not handed over."""
    officer = aliased(TaskParty)
    handed = exists().where(
        officer.task_id == TaskParty.task_id, officer.role == PartyRole.OFFICER, officer.left_at.is_(None)
    )
    does = TaskParty.role.in_((PartyRole.LEAD, PartyRole.OFFICER))
    is_lead = TaskParty.role == PartyRole.LEAD
    return and_(
        released(),
        _party(
            _open(is_open),
            TaskParty.left_at.is_(None),
            or_(
                and_(TaskParty.user_id == at.user_id, does),
                and_(TaskParty.unit_id.in_(at.received), is_lead, ~handed),
            ),
        ),
    )


def joined_by(at: Standing, *roles: PartyRole, is_open: bool | None = None) -> ColumnElement[bool]:
    """Tasks in which the person, or a unit the person receives for, takes part in one of the roles."""
    return and_(
        released(),
        _party(
            _open(is_open),
            TaskParty.role.in_(roles),
            TaskParty.left_at.is_(None),
            or_(TaskParty.user_id == at.user_id, TaskParty.unit_id.in_(at.received)),
        ),
    )


def led_in(unit_ids: frozenset[int], *, is_open: bool | None = None) -> ColumnElement[bool]:
    """Tasks whose present lead is one of the units, or a person who works there.

    Each is found by an index of its own: engines go through all parties where one condition asks for both.
    """
    people = select(Post.user_id).where(Post.unit_id.in_(unit_ids))
    leads = (
        select(TaskParty.task_id)
        .where(_open(is_open), TaskParty.role == PartyRole.LEAD, TaskParty.left_at.is_(None), who)
        .correlate(None)
        for who in (TaskParty.unit_id.in_(unit_ids), TaskParty.user_id.in_(people))
    )
    return Task.id.in_(union(*leads))


def access_task(actor: Actor, task_id: int, to: To, *, lock: bool = False) -> Task:
    """The task, when the actor may do that with it.

    :param lock: keep the row until commit; needs an open unit of work.
    :raises NotFound: ``task.missing``, no such task, or none the actor may know of.
    :raises Forbidden: ``task.not_yours``.
    """
    if not 0 < task_id < _NO_KEY:
        raise NotFound("task.missing")
    task = db.session().get(Task, task_id, with_for_update=lock or None, populate_existing=lock)
    if task is None:
        raise NotFound("task.missing")
    at = standing_of(actor)
    if not may(actor, To.READ, task, at):
        raise NotFound("task.missing")
    if not may(actor, to, task, at):
        raise Forbidden("task.not_yours")
    return task


def may_read(actor: Actor, task_id: int) -> bool:
    """True when the actor may read the task of that id."""
    task = db.session().get(Task, task_id)
    return task is not None and may(actor, To.READ, task)


def is_own(actor: Actor, task: Task) -> bool:
    """True for the owner of an own task, who does not decide on it."""
    return task.source is Source.OWN and task.assigner_id == person_of(actor).standing.id


def is_party_to(actor: Actor, origin: Ref, *, by_name: bool = False) -> bool:
    """True when the actor takes part in a task that comes from the record, and so may read the record.

    :param by_name: for a restricted record: to work in a unit that is a party is not enough.
    """
    at = standing_of(actor)
    takes_part = or_(
        Task.assigner_id == at.user_id,
        _party(or_(TaskParty.user_id == at.user_id, TaskParty.unit_id.in_(at.received))),
    )
    if not by_name:
        takes_part |= and_(Task.is_restricted.is_(False), _party(TaskParty.unit_id.in_(at.member)))
    found = select(Task.id).where(
        Task.origin_kind == origin.kind, Task.origin_id == origin.id, released(), takes_part
    )
    return db.session().scalar(found.limit(1)) is not None


def _may_read(at: Standing, task: Task) -> bool:
    if task.assigner_id == at.user_id:
        return True
    if not is_released(task):
        return False
    if any(p.user_id == at.user_id or p.unit_id in at.received for p in task.parties):
        return True
    if task.is_restricted:
        return False
    near = at.member | at.line
    return task.org_id == at.whole_org or any(
        p.unit_id in near or p.user_id in at.line_people for p in task.parties
    )


def _may_judge(at: Standing, task: Task) -> bool:
    if task.assigner_id == at.user_id:
        return True
    if task.is_restricted or _acts_for(at, task.lead):
        return False
    return task.org_id == at.judged_org or task.assigner_id in at.line_people


def _acts_for(at: Standing, party: TaskParty) -> bool:
    return party.user_id == at.user_id or party.unit_id in at.received


def _open(is_open: bool | None) -> ColumnElement[bool]:
    """Parties of open tasks, of ended ones, or of both: always said, as the second column of indexes."""
    return TaskParty.is_open.in_((True, False) if is_open is None else (is_open,))


def _party(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tasks with such a party. The parties are found first, by their index, then their tasks."""
    return Task.id.in_(select(TaskParty.task_id).where(*where).correlate(None))


def _with_those_below(unit_ids: set[int], org_id: int) -> frozenset[int]:
    below: dict[int | None, list[int]] = defaultdict(list)
    for key, parent in db.session().execute(select(Unit.id, Unit.parent_id).where(Unit.org_id == org_id)):
        below[parent].append(key)
    found, edge = set(unit_ids), set(unit_ids)
    while edge:
        edge = {child for key in edge for child in below[key]} - found
        found |= edge
    return frozenset(found)
