"""Who may do what in a meeting. Rights come from taking part; whoever does not, knows of nothing."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, outerjoin, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_dict, set_committed_value

from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.dialect import table_of
from intranet.core.errors import BadState, Forbidden, NotFound
from intranet.core.permits import permit
from intranet.core.refs import Ref
from intranet.core.shapes import Shape, ask
from intranet.people.models import Role, User
from meetings.models.meeting import IN_SESSION, PLANNABLE, AgendaItem, Meeting, Participant, PartRole

#: Call a meeting in the name of one's agency.
CREATE = permit("meeting.create", Role.OFFICER, Role.CLERK, Role.UNIT_HEAD, Role.OFFICE_HEAD, Role.LEADER)
#: Come near meetings at all; to which of them, taking part decides.
ATTEND = permit("meeting.attend", *Role, bounded=True)
#: Say which bodies one's agency has and under what rules they sit.
BODIES = permit("meeting.bodies", Role.ADMIN)


class To(StrEnum):
    """What somebody wants to do with a meeting."""

    #: See agenda and papers, enter the room.
    ATTEND = "attend"
    #: Prepare it: time, agenda, papers, participants.
    PLAN = "plan"
    #: Run the room: start and finish, order, present.
    RUN = "run"
    #: Publish it.
    PUBLISH = "publish"
    #: What the secretary hands in or settles: the chair decides upon it.
    SUBMIT = "submit"
    #: What the chair alone decides.
    CHAIR = "chair"


#: Those who run a meeting.
RUNNING = frozenset({PartRole.CHAIR, PartRole.SECRETARY})
_parts, _meetings = Participant.__table__.c, Meeting.__table__.c
_PART = select(_parts.role, _parts.moved_at, _meetings.published_at).where(
    _meetings.id == _parts.meeting_id,
    _meetings.id == bindparam("meeting"),
    _parts.user_id == bindparam("person"),
)
# With every command and everybody who comes in: of tables and not of objects, which cost twice as much.
_meeting, _part, _item = Shape(Meeting), Shape(Participant), Shape(AgendaItem)
_items = AgendaItem.__table__.c
_OF_MEETING = len(_meeting.columns)
_MINE = and_(_parts.meeting_id == _meetings.id, _parts.user_id == bindparam("person"))
_WITH_PART = (
    select(*_meeting.columns, *_part.columns)
    .select_from(outerjoin(table_of(Meeting), table_of(Participant), _MINE))
    .where(_meetings.id == bindparam("meeting"))
)
_HELD = select(*_meeting.columns).where(_meetings.id == bindparam("meeting")).with_for_update()
# In the order of ``Meeting.agenda``.
_AGENDA = (
    select(*_item.columns)
    .where(_items.meeting_id == bindparam("meeting"))
    .order_by(_items.position, _items.id)
)


def may(actor: User, to: To, meeting: Meeting) -> bool:
    """The one rule: asked by services, by templates and by sockets."""
    if _is_elsewhere(actor, meeting.id):
        return False
    part = meeting.participant(actor.id)
    if part is None:
        return False
    if to is To.ATTEND:
        return part.role in RUNNING or meeting.published_at is not None
    if to is To.CHAIR:
        return part.role is PartRole.CHAIR
    if to is To.SUBMIT:
        return part.role is PartRole.SECRETARY
    if to is To.PUBLISH and part.role is PartRole.SECRETARY:
        return meeting.secretary_publishes
    return part.role in RUNNING


def require_room(actor: User, meeting_id: int) -> None:
    """Refuse whoever may not be in the meeting's room, by one small question.

    :raises NotFound: ``meeting.unknown``: there is none, or none the actor may attend.
    :raises Forbidden: ``device.moved``, another device took this one's place.
    """
    found = db.session().execute(_PART, {"meeting": meeting_id, "person": actor.id}).one_or_none()
    if found is None or _is_elsewhere(actor, meeting_id):
        raise NotFound("meeting.unknown")
    if found.role not in RUNNING and found.published_at is None:
        raise NotFound("meeting.unknown")
    if has_moved(actor, found.moved_at):
        raise Forbidden("device.moved")


def access_room(actor: User, meeting_id: int, *, on_wall: bool = False) -> Meeting:
    """Load a meeting whose room this device may be in.

    :param on_wall: it is the screen on the wall, which whoever runs the meeting opened; it stays where it is.
    :raises NotFound: ``meeting.unknown``.
    :raises Forbidden: ``meeting.not_yours_to_run``; ``device.moved``, another device took this one's place.
    """
    meeting = access_meeting(actor, meeting_id, To.RUN if on_wall else To.ATTEND)
    part = meeting.participant(actor.id)
    if not on_wall and part is not None and has_moved(actor, part.moved_at):
        raise Forbidden("device.moved")
    return meeting


def has_moved(actor: User, moved_at: datetime | None) -> bool:
    """True for a device that was signed in before another one took the person's place in the room."""
    return moved_at is not None and actor.signed_in_at is not None and actor.signed_in_at < moved_at


def _is_elsewhere(actor: Actor, meeting_id: int) -> bool:
    """True for a session that is bound to something else."""
    return actor.only is not None and actor.only != f"meeting:{meeting_id}"


def may_add_paper(actor: User, meeting: Meeting, item: AgendaItem | None) -> bool:
    """True for chair and secretaries, and for the owner of the item."""
    if may(actor, To.PLAN, meeting):
        return True
    return item is not None and item.owner_id == actor.id and may(actor, To.ATTEND, meeting)


def access_meeting(actor: User, meeting_id: int, to: To, *, lock: bool = False) -> Meeting:
    """Load a meeting that the actor may do this with.

    :param lock: hold the meeting until the open unit of work ends.
    :raises NotFound: ``meeting.unknown``: there is none, or none the actor may attend.
    :raises Forbidden: ``meeting.not_yours_to_run``: attends, but holds no role for this.
    """
    meeting = _held(meeting_id) if lock else _with_part(actor, meeting_id, to)
    if meeting is None or not may(actor, To.ATTEND, meeting):
        raise NotFound("meeting.unknown")
    if not may(actor, to, meeting):
        raise Forbidden("meeting.not_yours_to_run")
    return meeting


def _held(meeting_id: int) -> Meeting | None:
    """The meeting, held; who takes part is asked only then: it may have changed while this waited."""
    opened = db.session()
    rows = ask(opened, _HELD, {"meeting": meeting_id})
    if not rows:
        return None
    meeting = _meeting.of(opened, rows[0], anew=True)
    _know_agenda(opened, meeting)
    return meeting


def _know_agenda(opened: Session, meeting: Meeting) -> None:
    """Read the agenda as it is now."""
    rows = ask(opened, _AGENDA, {"meeting": meeting.id})
    set_committed_value(meeting, "agenda", [_item.of(opened, row, anew=True) for row in rows])


def _with_part(actor: User, meeting_id: int, to: To) -> Meeting | None:
    """The meeting and the actor's part in it by one question."""
    opened = db.session()
    rows = ask(opened, _WITH_PART, {"meeting": meeting_id, "person": actor.id})
    if not rows:
        return None
    found, mine = rows[0][:_OF_MEETING], rows[0][_OF_MEETING:]
    meeting = _meeting.of(opened, found)
    meeting.know(None if mine[0] is None else _part.of(opened, mine))
    if to is not To.ATTEND and "agenda" not in instance_dict(meeting):
        _know_agenda(opened, meeting)
    return meeting


def access_changeable(actor: User, meeting_id: int) -> Meeting:
    """A meeting whose agenda and participants the actor may still change; held until the unit of work ends.

    :raises NotFound: as :func:`access_meeting`.
    :raises Forbidden: as :func:`access_meeting`.
    :raises BadState: ``meeting.not_plannable``, it is over or was called off; ``rehearsal.not_planned``.
    """
    meeting = access_meeting(actor, meeting_id, To.PLAN, lock=True)
    if meeting.state not in PLANNABLE | IN_SESSION:
        raise BadState("meeting.not_plannable")
    if meeting.is_rehearsal and meeting.state not in IN_SESSION:
        raise BadState("rehearsal.not_planned")
    return meeting


def listed_for(actor: Actor) -> ColumnElement[bool]:
    """SQL: the meetings that the actor finds in lists, searches and packs: all visible ones that count."""
    return and_(visible_to(actor), Meeting.rehearses_id.is_(None))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """SQL: the meetings that the actor may know of, rehearsals too; for lists see :func:`listed_for`."""
    if actor.only is not None:
        bound = Ref.parse(actor.only)
        return and_(Meeting.id == (bound.id if bound.kind == "meeting" else 0), _taken_part(actor))
    return _taken_part(actor)


def _taken_part(actor: Actor) -> ColumnElement[bool]:
    mine = exists().where(Participant.meeting_id == Meeting.id, Participant.user_id == actor.id)
    running = exists().where(
        Participant.meeting_id == Meeting.id,
        Participant.user_id == actor.id,
        Participant.role.in_(RUNNING),
    )
    return or_(running, and_(mine, Meeting.published_at.is_not(None)))


def may_read_meeting(actor: Actor, meeting_id: int) -> bool:
    """True when the actor may attend the meeting of that id (``refs``)."""
    query = select(Meeting.id).where(Meeting.id == meeting_id, visible_to(actor))
    return db.session().scalar(query) is not None


def may_read_item(actor: Actor, item_id: int) -> bool:
    """True when the actor may attend the meeting on whose agenda the item is (``refs``)."""
    query = (
        select(Meeting.id)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .where(AgendaItem.id == item_id, visible_to(actor))
    )
    return db.session().scalar(query) is not None
