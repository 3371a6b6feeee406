"""One entry of the schedule, from being asked for until it is held, postponed or refused."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from intranet.core import clock, db, typed
from intranet.core.actor import Actor
from intranet.core.dialect import insert_once
from intranet.core.errors import BadState, Forbidden, Invalid, Stale
from intranet.core.labels import label
from intranet.notices import services as notices
from intranet.people import directory
from intranet.people.models import Role, User
from intranet.records import audit
from intranet.schedule import booking
from intranet.schedule.booking import Subject
from intranet.schedule.models import (
    HOLDING,
    Change,
    Entry,
    EntryKind,
    EntryPerson,
    EntryState,
    Resource,
    ResourceKind,
    SubjectKind,
    Week,
    WeekState,
)
from intranet.schedule.permissions import APPROVE, PROPOSE, access_entry

#: An entry lasts no longer, and lies no further ahead or behind.
LONGEST = timedelta(days=31)
FURTHEST = timedelta(days=400)


@dataclass(frozen=True)
class Wish:
    """What an entry is to say."""

    title: str
    starts_at: datetime
    ends_at: datetime
    has_hours: bool = True
    kind: EntryKind = EntryKind.EVENT
    leader_ids: tuple[int, ...] = ()
    other_ids: tuple[int, ...] = ()
    room_id: int | None = None
    vehicle_id: int | None = None
    place: str = ""
    unit_id: int | None = None
    guests: str = ""
    is_restricted: bool = False


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def leaders_of(org_id: int) -> list[User]:
    """Whose columns the schedule of an agency has: its leaders, then the heads of its office.

    Who leads comes before the deputies.
    """
    found = {one.id: one for one in directory.with_role(org_id, Role.OFFICE_HEAD, Role.LEADER)}
    return sorted(found.values(), key=_rank)


def propose(actor: User, wish: Wish) -> int:
    """Ask for a place in the schedule, or take a room or vehicle for something without leaders.

    The room, the vehicle and the leaders are held from now on. It waits for approval with its week; where
    that is approved already, whoever approves is told, or has decided by entering it.

    :returns: its id.
    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``schedule.taken`` and what else is wrong with the wish, with its field.
    """
    if not actor.holds(PROPOSE):
        raise Forbidden("auth.no_permit")
    _check(actor, wish, is_new=True)
    with db.unit_of_work() as session:
        week = lock_week(actor.org_id, wish.starts_at)
        entry = Entry(
            org_id=actor.org_id, week_id=week.id, week=week, created_by_id=actor.id, created_at=clock.now()
        )
        _write(entry, wish)
        if not wish.leader_ids:
            entry.state = EntryState.APPROVED
        elif week.state is WeekState.APPROVED and actor.holds(APPROVE):
            entry.state = EntryState.APPROVED
            _mark(entry, Change.ADDED)
        session.add(entry)
        session.flush()
        _hold(actor, entry)
        audit.record(actor, "schedule.proposed", entry)
        if entry.state is EntryState.APPROVED:
            _tell(actor, entry, "schedule.added")
        elif week.state is WeekState.APPROVED:
            approvers = directory.ids_with_role(entry.org_id, Role.OFFICE_HEAD)
            notices.notify(approvers, "schedule.asked", entry.ref, by=actor, when=when_of(entry))
        return entry.id


def edit(actor: User, entry_id: int, wish: Wish, *, expect: int | None = None) -> None:
    """Let an entry say something else; in an approved week that is marked, and those concerned hear of it.

    :param expect: the version that the actor saw.
    :raises NotFound: ``schedule.missing``.
    :raises Forbidden: ``schedule.not_yours``.
    :raises BadState: ``schedule.over``, it was postponed, refused or withdrawn.
    :raises Stale: ``schedule.changed``.
    :raises Invalid: as :func:`propose`.
    """
    with db.unit_of_work() as session:
        entry = _changeable(actor, entry_id)
        if expect is not None and entry.version != expect:
            raise Stale("schedule.changed")
        is_moved = (entry.starts_at, entry.ends_at) != (wish.starts_at, wish.ends_at)
        _check(actor, wish, is_new=is_moved)
        if not wish.leader_ids and entry.leader_ids and not actor.holds(APPROVE):
            raise Invalid("schedule.no_leader_left", field="leader_ids")
        before, told = _facts(entry), {one.user_id for one in entry.people}
        week = lock_week(entry.org_id, wish.starts_at)
        is_new_for_leader = entry.state is EntryState.APPROVED and not entry.leader_ids
        _write(entry, wish)
        entry.week, entry.week_id = week, week.id
        entry.version += 1
        if is_new_for_leader and wish.leader_ids and not actor.holds(APPROVE):
            entry.state = EntryState.PROPOSED
        session.flush()
        _hold(actor, entry)
        audit.record(actor, "schedule.edited", entry)
        change = _change(before, _facts(entry))
        if entry.state is EntryState.APPROVED and change is not None:
            _mark(entry, change)
            _tell(actor, entry, "schedule.changed", also=told)


def call_off(actor: User, entry_id: int, reason: str) -> None:
    """Postpone an approved entry, or refuse one that waits; room, vehicle and leaders are free again.

    :raises NotFound: ``schedule.missing``.
    :raises Forbidden: ``schedule.not_yours``.
    :raises BadState: ``schedule.over``.
    :raises Invalid: ``schedule.why``.
    """
    if not reason:
        raise Invalid("schedule.why", field="reason")
    with db.unit_of_work():
        entry = _changeable(actor, entry_id)
        if not actor.holds(APPROVE) and entry.leader_ids:
            raise Forbidden("schedule.not_yours")
        is_waiting = entry.state is EntryState.PROPOSED
        entry.state = EntryState.REFUSED if is_waiting else EntryState.POSTPONED
        entry.reason, entry.changed_at = reason, clock.now()
        entry.version += 1
        booking.release(entry.ref)
        act = "refused" if is_waiting else "postponed"
        audit.record(actor, f"schedule.{act}", entry, reason=reason)
        if is_waiting:
            notices.notify(
                [entry.created_by_id], "schedule.refused", entry.ref, by=actor, when=when_of(entry)
            )
        else:
            _tell(actor, entry, "schedule.postponed")


def withdraw(actor: User, entry_id: int) -> None:
    """Take back what one asked for, before it is approved; or give a room or vehicle free.

    :raises NotFound: ``schedule.missing``.
    :raises Forbidden: ``schedule.not_yours``.
    :raises BadState: ``schedule.over``, or ``schedule.approved``: it is to be postponed.
    """
    with db.unit_of_work():
        entry = _changeable(actor, entry_id)
        if entry.state is EntryState.APPROVED and entry.leader_ids:
            raise BadState("schedule.approved")
        entry.state = EntryState.WITHDRAWN
        entry.version += 1
        booking.release(entry.ref)
        audit.record(actor, "schedule.withdrawn", entry)


def accept(actor: User, entry_id: int) -> None:
    """Take an entry that was asked for late into its approved week, marked as added.

    :raises NotFound: ``schedule.missing``.
    :raises Forbidden: ``auth.no_permit``.
    :raises BadState: ``schedule.over``, or ``schedule.week_open``: it is approved with its week.
    """
    with db.unit_of_work():
        entry = _changeable(actor, entry_id)
        if not actor.holds(APPROVE):
            raise Forbidden("auth.no_permit")
        if entry.state is not EntryState.PROPOSED:
            raise BadState("schedule.over")
        if entry.week.state is not WeekState.APPROVED:
            raise BadState("schedule.week_open")
        entry.state = EntryState.APPROVED
        entry.version += 1
        _mark(entry, Change.ADDED)
        audit.record(actor, "schedule.accepted", entry)
        _tell(actor, entry, "schedule.added", also={entry.created_by_id})


def when_of(entry: Entry) -> str:
    """When it is, in words for a notice."""
    starts = clock.local(entry.starts_at)
    hour = f"{starts:%H:%M}, " if entry.has_hours else ""
    return f"{hour}{label(f'weekday.{starts.weekday()}')} {starts:%d/%m}"


def lock_week(org_id: int, instant: datetime) -> Week:
    """The agency's week of that instant, made if there is none, kept until commit."""
    monday = monday_of(clock.local(instant).date())
    session = db.session()
    insert_once(session, Week, org_id=org_id, monday=monday, state=WeekState.PLANNED, reason="")
    query = select(Week).where(Week.org_id == org_id, Week.monday == monday).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _changeable(actor: User, entry_id: int) -> Entry:
    """An entry that still counts, its week kept, which the actor may change."""
    entry = access_entry(actor, entry_id, change=True)
    lock_week(entry.org_id, entry.starts_at)
    db.session().refresh(entry)
    access_entry(actor, entry_id, change=True)
    if entry.state not in HOLDING:
        raise BadState("schedule.over")
    return entry


def _check(actor: User, wish: Wish, *, is_new: bool) -> None:
    """Refuse what no schedule can hold; the database decides on what is taken."""
    typed.refuse(actor, title=wish.title, place=wish.place, guests=wish.guests)
    if wish.ends_at <= wish.starts_at:
        raise Invalid("schedule.ends_before", field="ends_time")
    if wish.ends_at - wish.starts_at > LONGEST:
        raise Invalid("schedule.too_long", field="last_date", days=LONGEST.days)
    if is_new and abs(wish.starts_at - clock.now()) > FURTHEST:
        raise Invalid("schedule.too_far", field="day")
    if is_new and wish.ends_at <= clock.at_office(clock.today(), 0) and not actor.holds(APPROVE):
        raise Invalid("schedule.past", field="day")
    if not (wish.leader_ids or wish.room_id or wish.vehicle_id):
        raise Invalid("schedule.nothing", field="leader_ids")
    known = {one.id for one in leaders_of(actor.org_id)}
    if not known.issuperset(wish.leader_ids):
        raise Invalid("schedule.unknown_person", field="leader_ids")
    others = directory.people(wish.other_ids)
    if any(key not in others or others[key].org_id != actor.org_id for key in wish.other_ids):
        raise Invalid("schedule.unknown_person", field="other_ids")
    if wish.unit_id is not None:
        unit = directory.unit(wish.unit_id)
        if unit is None or unit.org_id != actor.org_id:
            raise Invalid("schedule.unknown_unit", field="unit_id")
    _check_resource(actor, wish.room_id, ResourceKind.ROOM, "room_id")
    _check_resource(actor, wish.vehicle_id, ResourceKind.VEHICLE, "vehicle_id")


def _check_resource(actor: User, key: int | None, kind: ResourceKind, field: str) -> None:
    found = None if key is None else db.session().get(Resource, key)
    if key is not None and (found is None or found.org_id != actor.org_id or found.kind is not kind):
        raise Invalid("resource.unknown", field=field)


def _write(entry: Entry, wish: Wish) -> None:
    for name in ("title", "starts_at", "ends_at", "has_hours", "kind", "room_id", "vehicle_id", "place"):
        setattr(entry, name, getattr(wish, name))
    entry.unit_id, entry.guests, entry.is_restricted = wish.unit_id, wish.guests, wish.is_restricted
    wanted = dict.fromkeys(wish.other_ids, False) | dict.fromkeys(wish.leader_ids, True)
    kept = {one.user_id: one for one in entry.people if one.user_id in wanted}
    for key, one in kept.items():
        one.is_leader = wanted[key]
    made = [EntryPerson(user_id=key, is_leader=wanted[key]) for key in wanted if key not in kept]
    entry.people = [*kept.values(), *made]


def _hold(actor: User, entry: Entry) -> None:
    if entry.kind is EntryKind.OFFICE:
        booking.take(actor, entry.ref, [], entry.starts_at, entry.ends_at)
        return
    subjects = [Subject(SubjectKind.PERSON, key, "leader_ids") for key in entry.leader_ids]
    if entry.room_id is not None:
        subjects.append(Subject(SubjectKind.ROOM, entry.room_id, "room_id"))
    if entry.vehicle_id is not None:
        subjects.append(Subject(SubjectKind.VEHICLE, entry.vehicle_id, "vehicle_id"))
    booking.take(actor, entry.ref, subjects, entry.starts_at, entry.ends_at)


_Facts = tuple[object, object, object]


def _facts(entry: Entry) -> _Facts:
    people = frozenset((one.user_id, one.is_leader) for one in entry.people)
    time = (entry.starts_at, entry.ends_at, entry.has_hours)
    place = (entry.room_id, entry.place)
    return time, place, (entry.title, entry.kind, people, entry.vehicle_id, entry.unit_id, entry.guests)


def _change(before: _Facts, now: _Facts) -> Change | None:
    for what, old, new in zip((Change.TIME, Change.PLACE, Change.OTHER), before, now, strict=True):
        if old != new:
            return what
    return None


def _mark(entry: Entry, change: Change) -> None:
    """Say what is new; what was added late and then moved was moved."""
    entry.change, entry.changed_at = change, clock.now()


def _tell(actor: Actor, entry: Entry, kind: str, also: Collection[int] = ()) -> None:
    """Those who take part or were to, whoever asked for it, and the unit that prepares it."""
    told: Iterable[int] = {one.user_id for one in entry.people} | set(also) | {entry.created_by_id}
    if entry.unit_id is not None and not entry.is_restricted:
        told = set(told) | set(directory.receivers_of(entry.unit_id))
    notices.notify(told, kind, entry.ref, by=actor, when=when_of(entry))


def _rank(one: User) -> tuple[bool, bool, int]:
    is_leader = any(grant.role is Role.LEADER for grant in one.grants)
    return not is_leader, one.title.startswith("Phó"), one.id
