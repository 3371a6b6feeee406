"""Who has which room and which vehicle in a week, as far as the reader may know of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from intranet.core import clock, refs
from intranet.core.actor import Actor
from intranet.core.labels import label
from intranet.notices import workdays
from intranet.notices.services import readable_titles
from intranet.schedule import booking
from intranet.schedule.catalogue import resources
from intranet.schedule.models import Booking, Resource, ResourceKind, SubjectKind
from intranet.schedule.weeks import bounds

_WEEKEND = 5
_KINDS = ((ResourceKind.ROOM, SubjectKind.ROOM), (ResourceKind.VEHICLE, SubjectKind.VEHICLE))


@dataclass(frozen=True)
class Taken:
    """A stretch of time in which something is taken."""

    starts_at: datetime
    ends_at: datetime
    title: str
    #: Where it leads; nowhere for whoever may not know what it is.
    url: str


@dataclass(frozen=True)
class Row:
    """A room or vehicle with what takes it, day by day."""

    resource: Resource
    days: tuple[tuple[Taken, ...], ...]


def read_rooms(actor: Actor, monday: date) -> tuple[list[date], list[Row]]:
    """The days of a week, and every room and vehicle of the agency in use or taken in it.

    Saturday and Sunday only where the office works or something is taken.
    """
    since, until = bounds(monday)
    known = resources(actor.org_id, all_=True)
    taken: dict[int, list[Booking]] = {}
    for kind, subject in _KINDS:
        taken |= booking.between(subject, [one.id for one in known if one.kind is kind], since, until)
    on = workdays.calendar()
    held = {day for found in taken.values() for one in found for day in _days(one)}
    week = [monday + timedelta(days=n) for n in range(7)]
    days = [day for day in week if day.weekday() < _WEEKEND or on.is_working_day(day) or day in held]
    titles = readable_titles(actor, {one.ref for found in taken.values() for one in found})
    rows = []
    for one in known:
        if one.is_active or taken[one.id]:
            shown = [
                Taken(
                    each.starts_at,
                    each.ends_at,
                    titles.get(each.ref, label("schedule.private")),
                    refs.url(each.ref) if each.ref in titles else "",
                )
                for each in taken[one.id]
            ]
            rows.append(Row(one, tuple(_on(day, shown) for day in days)))
    return days, rows


def _days(one: Booking) -> list[date]:
    first, last = clock.local(one.starts_at).date(), clock.local(one.ends_at).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _on(day: date, taken: list[Taken]) -> tuple[Taken, ...]:
    since, until = clock.at_office(day, 0), clock.at_office(day + timedelta(days=1), 0)
    return tuple(one for one in taken if one.starts_at < until and one.ends_at > since)
