"""Preparing a meeting: its head and what is on the agenda."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm.attributes import set_committed_value

from intranet.core import clock
from intranet.core.db import session, unit_of_work
from intranet.core.dialect import table_of
from intranet.core.errors import BadState, Forbidden, Invalid, Stale
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit, files
from intranet.records.models import File
from meetings.models.meeting import (
    IN_SESSION,
    OPEN_ITEMS,
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
from meetings.models.paper import PAPER
from meetings.permissions import CREATE, To, access_changeable, access_meeting
from meetings.services import attending, holding, invitations, journal, participants
from meetings.services.journal import ms
from meetings.services.room import item_entry, owner_entry

#: More would be no agenda, and its snapshot too large for a frame.
MOST_ITEMS = 60
_items = table_of(AgendaItem)
_PLACE = update(_items).where(_items.c.id == bindparam("item")).values(position=bindparam("place"))


@dataclass(frozen=True)
class Lack:
    """What stands in the way of publishing: ``meeting.lack.<code>``, and where to mend it."""

    code: str
    item_id: int | None = None
    #: Place on the agenda, from 1.
    no: int | None = None


def create_meeting(
    actor: User,
    *,
    title: str,
    starts_at: datetime,
    place: str,
    chair_id: int,
    delegate_ids: Collection[int] = (),
    secretary_publishes: bool = True,
    body_id: int | None = None,
) -> int:
    """Begin to prepare a meeting of the actor's agency; the actor is its secretary, or chairs it.

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
            secretary_publishes=secretary_publishes,
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
        holding.hold(actor, meeting)
        return meeting.id


def edit_meeting(
    actor: User,
    meeting_id: int,
    *,
    title: str,
    starts_at: datetime,
    place: str,
    secretary_publishes: bool,
    body_id: int | None = None,
    expect: str | None = None,
) -> None:
    """Change the head of a meeting; those invited hear of a new time or place.

    :param body_id: the body that sits, while the meeting is not published; ``None`` for no change.
    :param expect: the edition that the actor saw, ``None`` when it does not matter.
    :raises Stale: ``meeting.changed``.
    :raises NotFound: no such meeting, or none the actor may attend.
    :raises Forbidden: the actor does not prepare it.
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
        meeting.secretary_publishes = secretary_publishes
        if body_id is not None and body_id != meeting.body_id and meeting.state in UNPUBLISHED:
            attending.choose_body(actor, meeting.id, body_id)
        if is_moved and meeting.state is not MeetingState.POSTPONED:
            holding.hold(actor, meeting)
        audit.record(actor, "meeting.edited", meeting)
        journal.append(meeting, "meeting.edited", by=actor, title=title, place=place, starts=ms(starts_at))
        if is_moved and meeting.published_at is not None:
            invitations.tell_moved(actor, meeting)


def add_item(
    actor: User,
    meeting_id: int,
    *,
    title: str,
    kind: ItemKind = ItemKind.DISCUSSION,
    budget_min: int | None = None,
    owner_id: int | None = None,
    without_papers: bool = False,
    after: int | None = None,
) -> int:
    """Put an item on the agenda, at its end or after another one; while the room sits too.

    :param budget_min: minutes, 1 to 600.
    :param without_papers: nobody need send a paper for it.
    :param after: id of the item before it.
    :returns: its id.
    :raises NotFound: no such meeting or item, or none the actor may attend.
    :raises Forbidden: the actor does not prepare it.
    :raises BadState: ``meeting.not_plannable``, ``meeting.too_many_items``.
    :raises Invalid: ``meeting.unknown_person``.
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
    expect: str | None = None,
) -> None:
    """Change what an item says.

    :param expect: the edition that the actor saw, ``None`` when it does not matter.
    :raises Stale: ``item.changed``.
    :raises NotFound: no such meeting or item, or none the actor may attend.
    :raises Forbidden: the actor does not prepare it.
    :raises BadState: ``meeting.not_plannable``.
    :raises Invalid: ``meeting.unknown_person``.
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


def lacks(meeting: Meeting) -> list[Lack]:
    """What stands in the way of publishing, in the order of the page."""
    found = []
    if _is_past(meeting):
        found.append(Lack("past"))
    if meeting.chair is None:
        found.append(Lack("no_chair"))
    if not any(one.role is PartRole.SECRETARY for one in meeting.participants):
        found.append(Lack("no_secretary"))
    if len(meeting.participants) < 2:
        found.append(Lack("nobody"))
    counted = [one for one in meeting.agenda if one.state in OPEN_ITEMS]
    if not counted:
        found.append(Lack("no_item"))
    if has_staged(meeting):
        found.append(Lack("staged"))
    for no, item in enumerate(meeting.agenda, start=1):
        if item not in counted:
            continue
        if not item.budget_min:
            found.append(Lack("no_budget", item.id, no))
        if item.owner_id is None:
            found.append(Lack("no_owner", item.id, no))
    return found


def lacks_for_review(meeting: Meeting) -> list[Lack]:
    """What the chair cannot judge without; minutes and owners may still be missing."""
    return [lack for lack in lacks(meeting) if lack.code in {"past", "no_chair", "no_item"}]


def lacks_for_ready(meeting: Meeting) -> list[Lack]:
    """What stands in the way of settling the papers: items whose paper is missing and not waived."""
    ids = [item.id for item in meeting.agenda]
    query = select(File.ref_id).where(
        File.role == PAPER, File.ref_kind == "agenda_item", File.ref_id.in_(ids)
    )
    provided = set(session().scalars(query))
    found = [
        Lack("no_paper", item.id, no)
        for no, item in enumerate(meeting.agenda, start=1)
        if item.state in OPEN_ITEMS
        and item.kind is not ItemKind.INFO
        and not item.without_papers
        and item.id not in provided
    ]
    return found + ([Lack("staged")] if has_staged(meeting) else [])


def has_staged(meeting: Meeting) -> bool:
    """Whether files that were dropped on the agenda are still being checked."""
    query = select(PendingPaper.id).where(
        PendingPaper.meeting_id == meeting.id, PendingPaper.problem.is_(None)
    )
    return session().scalar(query.limit(1)) is not None


def _is_past(meeting: Meeting) -> bool:
    """True when nobody could come any more: its day is over, or it was postponed and has no new time."""
    if meeting.state is MeetingState.POSTPONED:
        return meeting.starts_at < clock.now()
    return meeting.state in UNPUBLISHED and clock.local(meeting.starts_at).date() < clock.today()


def _plannable(actor: User, meeting_id: int) -> Meeting:
    meeting = access_meeting(actor, meeting_id, To.PLAN, lock=True)
    if meeting.state not in PLANNABLE:
        raise BadState("meeting.not_plannable")
    return meeting


def _check_future(starts_at: datetime) -> None:
    if starts_at < clock.now():
        raise Invalid("meeting.in_the_past", field="starts_time")


def _note_late(meeting: Meeting, item: AgendaItem) -> None:
    """Whoever was asked beforehand was asked of something else than is put before the room now."""
    if meeting.state in IN_SESSION:
        item.late_at = clock.now()


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
    )


def may_change(meeting: Meeting) -> bool:
    """True while agenda and participants may change."""
    return meeting.state in PLANNABLE | IN_SESSION
