"""Items of a calendar as an iCalendar file (RFC 5545). Titles of what is restricted never get into one."""

from collections.abc import Iterable
from datetime import timedelta

from icalendar import Calendar, Event

from intranet.core import clock
from intranet.core.labels import label
from intranet.schedule.personal import Item

MEDIA_TYPE = "text/calendar"
#: How often a program is asked to look again.
REFRESH = timedelta(minutes=15)


def write(items: Iterable[Item], owner: str, host: str) -> bytes:
    """The file; the same items make the same bytes, whenever they are asked for.

    :param host: of the office, so that keys are its own.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Intranet//Calendar//VI")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", label("feed.name", name=owner))
    calendar.add("x-wr-timezone", str(clock.OFFICE_ZONE))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for one in items:
        calendar.add_component(_event(one, host))
    return bytes(calendar.to_ical())


def _event(one: Item, host: str) -> Event:
    event = Event()
    event.add("uid", f"{one.ref.kind}-{one.ref.id}@{host}")
    event.add("dtstamp", one.changed_at)
    event.add("last-modified", one.changed_at)
    if one.day is not None:
        event.add("dtstart", one.day)
        event.add("dtend", one.day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    elif one.starts_at is not None and one.ends_at is not None:
        event.add("dtstart", one.starts_at)
        event.add("dtend", one.ends_at)
    title = one.code if one.is_restricted else one.title
    if one.day is not None:
        title = label("feed.due", title=title)
    event.add("summary", label("feed.off", title=title) if one.is_off else title)
    event.add("status", "CANCELLED" if one.is_off else "TENTATIVE" if one.is_waiting else "CONFIRMED")
    if one.place and not one.is_restricted:
        event.add("location", one.place)
    event.add("class", "PRIVATE")
    return event
