"""Preparing a meeting: its head and what is on the agenda."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, update
from sqlalchemy.orm.attributes import set_committed_value

from intranet.core import clock
from intranet.core.db import session, unit_of_work
from intranet.core.dialect import table_of
from intranet.core.errors import BadState, Forbidden, Invalid, Stale
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit, files
from meetings.models.meeting import (
    IN_SESSION,
    PLANNABLE,
    UNPUBLISHED,
    AgendaItem,
    ItemKind,
    ItemState,
    Meeting,
    MeetingState,
    PartRole,
    PendingPaper,
)
from meetings.permissions import CREATE, To, access_changeable, access_meeting, may
from meetings.services import attending, bodies, holding, invitations, journal, participants, rehearsals
from meetings.services.journal import ms
from meetings.services.room import item_entry, owner_entry

#: More would be no agenda, and its snapshot too large for a frame.
MOST_ITEMS = 60
_items = table_of(AgendaItem)
_PLACE = update(_items).where(_items.c.id == bindparam("item")).values(position=bindparam("place"))


def create_meeting(
    actor: User,
    *,
    title: str,
    starts_at: datetime,
    place: str,
    requirements: str = "",
    chair_id: int,
    delegate_ids: Collection[int] = (),
    body_id: int | None = None,
) -> int:
    """Begin to prepare a meeting of the actor's agency; the actor is its secretary, or chairs it.

    :param requirements: what those invited are to prepare and bring.
    :param body_id: the body that sits, ``None`` for the agency's first.
    :returns: its id.
    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``body.unknown``.
    :raises Invalid: ``meeting.in_the_past``, ``meeting.unknown_person``; ``schedule.taken``, its room or its
        chair is taken in that time.
    """
    if not actor.holds(CREATE):
        raise Forbidden("auth.no_permit")
    _check_future(starts_at)
    with unit_of_work() as opened:
        meeting = Meeting(
            org_id=actor.org_id,
            title=title,
            starts_at=starts_at,
            place=place,
            requirements=requirements,
            heads={},
            v=0,
            created_by_id=actor.id,
            created_at=clock.now(),
        )
        opened.add(meeting)
        opened.flush()
        audit.record(actor, "meeting.created", meeting)
        delegates = dict.fromkeys(delegate_ids, PartRole.DELEGATE)
        # The first word of each stays: the chair chairs, whoever prepares it is its secretary.
        parts = (
            {chair_id: PartRole.CHAIR} | delegates | {actor.id: PartRole.SECRETARY, chair_id: PartRole.CHAIR}
        )
        known = directory.people(parts)
        for user_id, role in parts.items():
            participants.add_person(actor, meeting, known.get(user_id), role)
        if body_id is not None:
            attending.choose_body(actor, meeting.id, body_id)
        meeting.secretary_publishes = bodies.profile_of(meeting).secretary_publishes
        holding.hold(actor, meeting)
        return meeting.id


def edit_meeting(
    actor: User,
    meeting_id: int,
    *,
    title: str,
    starts_at: datetime,
    place: str,
    requirements: str | None = None,
    secretary_publishes: bool | None = None,
    body_id: int | None = None,
    expect: str | None = None,
) -> None:
    """Change the head of a meeting; those invited hear of a new time or place, and of what they prepare.

    :param requirements: what those invited are to prepare and bring, ``None`` for no change.
    :param secretary_publishes: the chair's word on who sends the invitations, ``None`` for no change.
    :param body_id: the body that sits, while the meeting is not published; ``None`` for no change.
    :param expect: the edition that the actor saw, ``None`` when it does not matter.
    :raises Stale: ``meeting.changed``.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: the actor does not prepare it; ``meeting.chairs_word``, who publishes says the chair.
    :raises BadState: ``meeting.not_plannable``, it has begun or was called off.
    :raises Invalid: ``meeting.in_the_past``, ``schedule.taken``.
    """
    with unit_of_work():
        meeting = _plannable(actor, meeting_id)
        if expect is not None and meeting.edition != expect:
            raise Stale("meeting.changed")
        is_moved = meeting.starts_at != starts_at or meeting.place != place
        if meeting.starts_at != starts_at:
            _check_future(starts_at)
        meeting.title, meeting.starts_at, meeting.place = title, starts_at, place
        asks_more = requirements not in {None, "", meeting.requirements}
        meeting.requirements = meeting.requirements if requirements is None else requirements
        if secretary_publishes is not None and secretary_publishes != meeting.secretary_publishes:
            if not may(actor, To.CHAIR, meeting):
                raise Forbidden("meeting.chairs_word")
            meeting.secretary_publishes = secretary_publishes
        if body_id is not None and body_id != meeting.body_id and meeting.state in UNPUBLISHED:
            attending.choose_body(actor, meeting.id, body_id)
        if is_moved and meeting.state is not MeetingState.POSTPONED:
            holding.hold(actor, meeting)
        audit.record(actor, "meeting.edited", meeting)
        journal.append(meeting, "meeting.edited", by=actor, title=title, place=place, starts=ms(starts_at))
        if is_moved and meeting.published_at is not None:
            invitations.tell_moved(actor, meeting)
        elif asks_more and meeting.published_at is not None:
            invitations.tell_requirements(actor, meeting)


def add_item(
    actor: User,
    meeting_id: int,
    *,
    title: str,
    kind: ItemKind = ItemKind.DISCUSSION,
    budget_min: int | None = None,
    owner_id: int | None = None,
    without_papers: bool = False,
    answer_by: datetime | None = None,
    after: int | None = None,
) -> int:
    """Put an item on the agenda, at its end or after another one; while the room sits too.

    :param budget_min: minutes, 1 to 600.
    :param without_papers: nobody need send a paper for it.
    :param answer_by: until when members may object to an item for adoption without debate.
    :param after: id of the item before it.
    :returns: its id.
    :raises NotFound: no such meeting or item, or none the actor may attend.
    :raises Forbidden: the actor does not prepare it.
    :raises BadState: ``meeting.not_plannable``, ``meeting.too_many_items``.
    :raises Invalid: ``meeting.unknown_person``, ``item.answer_past``.
    """
    with unit_of_work() as opened:
        meeting = access_changeable(actor, meeting_id)
        if len(meeting.agenda) >= MOST_ITEMS:
            raise BadState("meeting.too_many_items", most=MOST_ITEMS)
        owner = None if owner_id is None else participants.person_of(owner_id)
        place = len(meeting.agenda) if after is None else meeting.agenda.index(meeting.item(after)) + 1
        item = AgendaItem(
            meeting_id=meeting.id,
            title=title,
            kind=kind,
            state=ItemState.PLANNED,
            budget_min=budget_min,
            owner_id=owner_id,
            spent_s=0,
            reason="",
            without_papers=without_papers,
        )
        _note_late(meeting, item)
        _set_answer_by(item, answer_by)
        meeting.agenda.insert(place, item)
        _number(meeting)
        opened.flush()
        audit.record(actor, "item.added", meeting, item=item.id)
        before = meeting.agenda[place - 1].id if place else None
        entry = item_entry(item, owner, [])
        journal.append(meeting, "item.added", by=actor, item=entry, after=before)
        return item.id


def edit_item(
    actor: User,
    meeting_id: int,
    item_id: int,
    *,
    title: str,
    kind: ItemKind,
    budget_min: int | None,
    owner_id: int | None,
    without_papers: bool = False,
    answer_by: datetime | None = None,
    expect: str | None = None,
) -> None:
    """Change what an item says.

    :param answer_by: as :func:`add_item`; one that is over when the item says something else holds no more.
    :param expect: the edition that the actor saw, ``None`` when it does not matter.
    :raises Stale: ``item.changed``.
    :raises NotFound: no such meeting or item, or none the actor may attend.
    :raises Forbidden: the actor does not prepare it.
    :raises BadState: ``meeting.not_plannable``.
    :raises Invalid: ``meeting.unknown_person``, ``item.answer_past``.
    """
    with unit_of_work():
        meeting = access_changeable(actor, meeting_id)
        item = meeting.item(item_id)
        if expect is not None and item.edition != expect:
            raise Stale("item.changed")
        owner = None if owner_id is None else participants.person_of(owner_id)
        if item.kind is not kind or item.title != title:
            item.kind, item.title = kind, title
            _note_late(meeting, item)
            is_over = item.answer_by is not None and item.answer_by <= clock.now()
            if is_over and answer_by == item.answer_by:
                # It was for what the item said before.
                answer_by = None
        _set_answer_by(item, answer_by)
        item.budget_min, item.owner_id, item.without_papers = budget_min, owner_id, without_papers
        audit.record(actor, "item.edited", meeting, item=item.id)
        tell_edited(actor, meeting, item, owner)


def set_budget(actor: User, meeting_id: int, item_id: int, minutes: int | None) -> None:
    """Give an item its minutes.

    :raises NotFound: no such meeting or item, or none the actor may attend.
    :raises Forbidden: the actor does not prepare it.
    :raises BadState: ``meeting.not_plannable``.
    """
    with unit_of_work():
        meeting = access_changeable(actor, meeting_id)
        item = meeting.item(item_id)
        if item.budget_min == minutes:
            return
        item.budget_min = minutes
        audit.record(actor, "item.edited", meeting, item=item.id)
        owner = None if item.owner_id is None else participants.person_of(item.owner_id)
        tell_edited(actor, meeting, item, owner)


def remove_item(
    actor: User, meeting_id: int, item_id: int, *, reason: str = "", is_deferred: bool = False
) -> None:
    """Take an item off the agenda: gone before publishing, withdrawn or deferred with its reason after.

    :param is_deferred: the next sitting takes it up.

    :raises NotFound: no such meeting or item, or none the actor may attend.
    :raises Forbidden: the actor does not prepare it.
    :raises BadState: ``item.not_planned``, it was on the floor already; ``meeting.not_plannable``.
    :raises Invalid: ``item.why_withdrawn``, a published item is withdrawn without a reason.
    """
    with unit_of_work() as opened:
        meeting = access_changeable(actor, meeting_id)
        item = meeting.item(item_id)
        if item.state is not ItemState.PLANNED:
            raise BadState("item.not_planned")
        if meeting.state in UNPUBLISHED:
            audit.record(actor, "item.removed", meeting, item=item.id)
            for paper in files.of(item.ref):
                files.remove(actor, paper)
            opened.execute(delete(PendingPaper).where(PendingPaper.item_id == item_id))
            meeting.agenda.remove(item)
            opened.delete(item)
            _number(meeting)
            journal.append(meeting, "item.removed", by=actor, item=item_id)
            return
        if not reason:
            raise Invalid("item.why_withdrawn", field="reason")
        item.state, item.reason = ItemState.DEFERRED if is_deferred else ItemState.WITHDRAWN, reason
        act = "item.deferred" if is_deferred else "item.withdrawn"
        audit.record(actor, act, meeting, reason=reason, item=item.id)
        journal.append(meeting, "item.dropped", by=actor, item=item.id, st=item.state.value, reason=reason)


def reorder_items(
    actor: User, meeting_id: int, order: Sequence[int], *, expect: Sequence[int] | None = None
) -> int:
    """Put the planned items in another order; what was dealt with keeps its place.

    :param order: the ids of all planned items, in their new order.
    :param expect: the whole agenda as the actor saw it, ``None`` not to ask.
    :returns: the room's version.
    :raises NotFound: no such meeting or item, or none the actor may attend.
    :raises Forbidden: the actor does not run it.
    :raises BadState: ``meeting.not_plannable``.
    :raises Stale: ``item.order_changed``: another agenda by now (``cur``).
    """
    with unit_of_work():
        meeting = access_changeable(actor, meeting_id)
        present = [item.id for item in meeting.agenda]
        planned = [item for item in meeting.agenda if item.state is ItemState.PLANNED]
        if (expect is not None and list(expect) != present) or sorted(order) != sorted(
            item.id for item in planned
        ):
            raise Stale("item.order_changed", cur=present)
        if list(order) == [item.id for item in planned]:
            return meeting.v
        wanted = iter(order)
        places = {
            (next(wanted) if item.state is ItemState.PLANNED else item.id): place
            for place, item in enumerate(meeting.agenda)
        }
        _place(meeting, places)
        audit.record(actor, "item.reordered", meeting)
        return journal.append(meeting, "item.reordered", by=actor, order=[item.id for item in meeting.agenda])


def _place(meeting: Meeting, places: Mapping[int, int]) -> None:
    """Give items their places: all rows by one statement, where a flush would look at each object."""
    moved = [item for item in meeting.agenda if item.position != places[item.id]]
    session().connection().execute(_PLACE, [{"item": one.id, "place": places[one.id]} for one in moved])
    for item in moved:
        set_committed_value(item, "position", places[item.id])
    set_committed_value(meeting, "agenda", sorted(meeting.agenda, key=lambda item: item.position))


def _plannable(actor: User, meeting_id: int) -> Meeting:
    meeting = access_meeting(actor, meeting_id, To.PLAN, lock=True)
    if meeting.state not in PLANNABLE:
        raise BadState("meeting.not_plannable")
    rehearsals.require_real(meeting, "not_planned")
    return meeting


def _check_future(starts_at: datetime) -> None:
    if starts_at < clock.now():
        raise Invalid("meeting.in_the_past", field="starts_time")


def _note_late(meeting: Meeting, item: AgendaItem) -> None:
    """Whoever was asked beforehand was asked of something else than is put before the room now."""
    if meeting.state in IN_SESSION:
        item.late_at = clock.now()


def _set_answer_by(item: AgendaItem, until: datetime | None) -> None:
    until = until if item.kind is ItemKind.CONSENT else None
    if until is not None and until != item.answer_by and until <= clock.now():
        raise Invalid("item.answer_past", field="answer_time")
    item.answer_by = until


def _number(meeting: Meeting) -> None:
    for place, item in enumerate(meeting.agenda):
        item.position = place


def tell_edited(actor: User, meeting: Meeting, item: AgendaItem, owner: User | None) -> None:
    """The room hears what an item says now."""
    journal.append(
        meeting,
        "item.edited",
        by=actor,
        item=item.id,
        t=item.title,
        kind=item.kind.value,
        budget_s=(item.budget_min or 0) * 60,
        owner=owner_entry(owner),
        late=item.late_at is not None,
        until=ms(item.answer_by),
    )


def may_change(meeting: Meeting) -> bool:
    """True while agenda and participants may change."""
    return meeting.state in PLANNABLE | IN_SESSION
