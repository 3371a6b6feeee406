"""A week of the schedule: put together, laid before, approved, and read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from intranet.core import clock, db, slots
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Forbidden, Invalid
from intranet.core.labels import label
from intranet.core.refs import Ref
from intranet.notices import services as notices
from intranet.notices import workdays
from intranet.people import directory
from intranet.people.models import Delegation, Role, User
from intranet.records import audit
from intranet.schedule.grid import Day, Shown, laid_out
from intranet.schedule.models import Entry, EntryKind, EntryState, Resource, Week, WeekState
from intranet.schedule.permissions import APPROVE, SUBMIT, may_read_all
from intranet.schedule.planning import leaders_of, lock_week, monday_of

#: Slot ``(actor, user ids, since, until) -> [Held]``: what other packages know to be held in that time in
#: which one of these people takes part, as far as the actor may know of it.
HELD = "schedule.held"
_SHOWN = (EntryState.PROPOSED, EntryState.APPROVED, EntryState.POSTPONED)
#: Saturday, counted from Monday.
_WEEKEND = 5


@dataclass(frozen=True)
class Held:
    """A meeting, or what else is held at a set hour, of another package."""

    ref: Ref
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    people: tuple[int, ...]
    url: str
    #: When it was last changed, for calendar programs.
    changed_at: datetime


@dataclass(frozen=True)
class Page:
    """A week as one reader sees it."""

    monday: date
    week: Week | None
    leaders: list[User]
    days: list[Day]
    #: Entries of the week that wait for approval, as far as the reader may see them.
    waiting: list[Entry] = field(default_factory=list)
    updated_at: datetime | None = None
    #: Days of the working week on which the office is closed.
    off: frozenset[date] = frozenset()

    @property
    def state(self) -> WeekState:
        """Where it stands; a week that nobody has begun is planned."""
        return self.week.state if self.week is not None else WeekState.PLANNED

    @property
    def is_empty(self) -> bool:
        """True when nothing at all stands in it."""
        return not any(cell.items for day in self.days for cell in (*day.morning, *day.afternoon))

    @property
    def first_day(self) -> date:
        """The first day that is shown."""
        return self.days[0].day

    @property
    def last_day(self) -> date:
        """The last day that is shown."""
        return self.days[-1].day


def bounds(monday: date) -> tuple[datetime, datetime]:
    """The instants from which and before which a week lies."""
    return clock.at_office(monday, 0), clock.at_office(monday + timedelta(days=7), 0)


def read_week(actor: User, monday: date) -> Page:
    """The schedule of the actor's agency in the week of that day, with what the actor may know of it."""
    monday = monday_of(monday)
    since, until = bounds(monday)
    org_id = actor.org_id
    session = db.session()
    week = session.scalars(select(Week).where(Week.org_id == org_id, Week.monday == monday)).first()
    entries = [one for one in _entries(org_id, since, until) if one.leader_ids]
    names, prepared = names_of(entries), _prepared_by(entries)
    leaders = leaders_of(org_id)
    known = {one.id for one in leaders}
    gone = {key for one in entries for key in one.leader_ids} - known
    leaders += sorted(directory.people(gone).values(), key=lambda one: one.id)
    shown = [item for one in entries if (item := _shown(actor, one, names, prepared)) is not None]
    held = [one for part in slots.ask(HELD, actor, [one.id for one in leaders], since, until) for one in part]
    shown += [_of_held(one) for one in held]
    shown += _absences([one.id for one in leaders], monday)
    days = laid_out(_days(monday, shown), [one.id for one in leaders], shown)
    may_see = [one for one in entries if one.state is EntryState.PROPOSED and may_read_all(actor, one)]
    stamps = [one.changed_at or one.created_at for one in entries if one.state is not EntryState.PROPOSED]
    approved = week.approved_at if week is not None and week.approved_at is not None else None
    calendar = workdays.calendar()
    return Page(
        monday,
        week,
        leaders,
        days,
        may_see,
        max([*stamps, *([approved] if approved else [])], default=None),
        frozenset(
            one.day for one in days if one.day.weekday() < _WEEKEND and not calendar.is_working_day(one.day)
        ),
    )


def submit(actor: User, monday: date) -> None:
    """Lay a week before whoever approves it.

    :raises Forbidden: ``auth.no_permit``.
    :raises BadState: ``schedule.week_moved``, it was laid before already; ``schedule.week_empty``.
    """
    if not actor.holds(SUBMIT):
        raise Forbidden("auth.no_permit")
    with db.unit_of_work():
        week = _locked(actor, monday, WeekState.PLANNED)
        if not _proposed(week):
            raise BadState("schedule.week_empty")
        week.state, week.submitted_by_id, week.submitted_at = WeekState.SUBMITTED, actor.id, clock.now()
        audit.record(actor, "schedule.submitted", week)
        heads = directory.ids_with_role(week.org_id, Role.OFFICE_HEAD)
        notices.notify(heads, "schedule.submitted", week.ref, by=actor)


def approve(actor: User, monday: date) -> int:
    """Publish a week with all that stands in it; returns how many entries that are.

    :raises Forbidden: ``auth.no_permit``.
    :raises BadState: ``schedule.week_moved``, it is approved already; ``schedule.week_empty``.
    """
    if not actor.holds(APPROVE):
        raise Forbidden("auth.no_permit")
    with db.unit_of_work():
        week = _locked(actor, monday, WeekState.PLANNED, WeekState.SUBMITTED)
        entries = _proposed(week)
        if not entries:
            raise BadState("schedule.week_empty")
        week.state, week.approved_by_id, week.approved_at = WeekState.APPROVED, actor.id, clock.now()
        told = {key for one in entries for key in (*one.leader_ids, *one.other_ids, one.created_by_id)}
        for one in entries:
            one.state = EntryState.APPROVED
            one.version += 1
        audit.record(actor, "schedule.approved", week, entries=len(entries))
        notices.notify(told, "schedule.approved", week.ref, by=actor)
        return len(entries)


def send_back(actor: User, monday: date, reason: str) -> None:
    """Give a week that was laid before back to be mended, with what is wrong.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``schedule.why``.
    :raises BadState: ``schedule.week_moved``.
    """
    if not actor.holds(APPROVE):
        raise Forbidden("auth.no_permit")
    if not reason:
        raise Invalid("schedule.why", field="reason")
    with db.unit_of_work():
        week = _locked(actor, monday, WeekState.SUBMITTED)
        week.state, week.reason = WeekState.PLANNED, reason
        audit.record(actor, "schedule.sent_back", week, reason=reason)
        if week.submitted_by_id is not None:
            notices.notify([week.submitted_by_id], "schedule.sent_back", week.ref, by=actor, reason=reason)


def title_of(week_id: int) -> str:
    """A week in words (``refs``)."""
    found = db.session().get(Week, week_id)
    return "" if found is None else week_words(found.monday)


def url_of(week_id: int) -> str:
    """The path of a week's page (``refs``)."""
    found = db.session().get(Week, week_id)
    return "/schedule" if found is None else f"/schedule?week={found.monday:%Y-%m-%d}"


def week_words(monday: date) -> str:
    """Number and days of a week."""
    last = monday + timedelta(days=4)
    return label(
        "schedule.week_of", n=monday.isocalendar().week, first=f"{monday:%d/%m}", last=f"{last:%d/%m/%Y}"
    )


def names_of(entries: Sequence[Entry]) -> dict[int, str]:
    """Names of the rooms and vehicles that entries take."""
    ids = {key for one in entries for key in (one.room_id, one.vehicle_id) if key is not None}
    if not ids:
        return {}
    return {one.id: one.name for one in db.session().scalars(select(Resource).where(Resource.id.in_(ids)))}


def where_of(entry: Entry, names: dict[int, str]) -> str:
    """Room, place and vehicle of an entry in one line."""
    parts = [names.get(entry.room_id or 0, ""), entry.place, names.get(entry.vehicle_id or 0, "")]
    return ", ".join(filter(None, parts))


def _prepared_by(entries: Sequence[Entry]) -> dict[int, str]:
    """Who prepares each of the entries, in words."""
    units = directory.units({one.unit_id for one in entries if one.unit_id is not None})
    return {
        one.id: label("schedule.prepares", unit=units[one.unit_id].short_name)
        for one in entries
        if one.unit_id in units
    }


def _entries(org_id: int, since: datetime, until: datetime) -> list[Entry]:
    query = (
        select(Entry)
        .where(
            Entry.org_id == org_id, Entry.starts_at < until, Entry.ends_at > since, Entry.state.in_(_SHOWN)
        )
        .order_by(Entry.starts_at, Entry.id)
    )
    return list(db.session().scalars(query))


def _shown(actor: Actor, entry: Entry, names: dict[int, str], prepared: dict[int, str]) -> Shown | None:
    """An entry as the actor may see it; of a restricted one that is published, that time is taken."""
    is_known = may_read_all(actor, entry)
    if not is_known and entry.state is not EntryState.APPROVED:
        return None
    is_gone, is_waiting = entry.state is EntryState.POSTPONED, entry.state is EntryState.PROPOSED
    mark = label("schedule.gone") if is_gone else label("schedule.waits") if is_waiting else ""
    if not mark and entry.change is not None:
        mark = label(f"schedule.change.{entry.change.value}")
    is_quiet = not entry.has_hours and entry.kind is not EntryKind.EVENT
    return Shown(
        key=str(entry.ref),
        title=entry.title if is_known else label("schedule.private"),
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        people=tuple(entry.leader_ids),
        hour=f"{clock.local(entry.starts_at):%H:%M}" if entry.has_hours else "",
        place=", ".join(filter(None, (where_of(entry, names), prepared.get(entry.id)))) if is_known else "",
        tone="gone" if is_gone else "wait" if is_waiting else "off" if is_quiet else "",
        mark=mark,
        url=f"/schedule/entries/{entry.id}" if is_known else "",
        is_away=entry.kind is EntryKind.AWAY and not is_gone,
    )


def _of_held(one: Held) -> Shown:
    return Shown(
        key=str(one.ref),
        title=one.title,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        people=one.people,
        hour=f"{clock.local(one.starts_at):%H:%M}",
        place=one.place,
        url=one.url,
    )


def _absences(ids: Sequence[int], monday: date) -> list[Shown]:
    """Days on which a leader is away, with who stands in."""
    sunday = monday + timedelta(days=6)
    query = select(Delegation).where(
        Delegation.principal_id.in_(ids),
        Delegation.ended_at.is_(None),
        Delegation.first_date <= sunday,
        Delegation.last_date >= monday,
    )
    found = list(db.session().scalars(query.order_by(Delegation.id)))
    names = directory.people({one.substitute_id for one in found if one.substitute_id is not None})
    return [
        Shown(
            key=f"delegation:{one.id}",
            title=one.reason or label("schedule.away"),
            starts_at=clock.at_office(max(one.first_date, monday), 0),
            ends_at=clock.at_office(min(one.last_date, sunday) + timedelta(days=1), 0),
            people=(one.principal_id,),
            place=label("schedule.stands_in", name=names[one.substitute_id].full_name)
            if one.substitute_id is not None
            else "",
            tone="off",
            is_away=True,
        )
        for one in found
    ]


def _days(monday: date, shown: Sequence[Shown]) -> list[date]:
    """Monday to Friday, and a day of the weekend on which the office works or something is held."""
    calendar = workdays.calendar()
    taken = [(clock.local(one.starts_at), clock.local(one.ends_at)) for one in shown if not one.is_away]
    days = [monday + timedelta(days=n) for n in range(7)]
    return [
        day
        for n, day in enumerate(days)
        if n < _WEEKEND
        or calendar.is_working_day(day)
        or any(starts.date() <= day <= ends.date() for starts, ends in taken)
    ]


def _locked(actor: User, monday: date, *states: WeekState) -> Week:
    week = lock_week(actor.org_id, clock.at_office(monday_of(monday), 12))
    if week.state not in states:
        raise BadState("schedule.week_moved", state=label(f"schedule.week.{week.state.value}"))
    return week


def _proposed(week: Week) -> list[Entry]:
    query = select(Entry).where(
        Entry.week_id == week.id, or_(Entry.state == EntryState.PROPOSED, Entry.state == EntryState.APPROVED)
    )
    found = db.session().scalars(query.order_by(Entry.id))
    return [one for one in found if one.leader_ids]
