"""Short ways to what the tests of the schedule begin with."""

from datetime import date, datetime
from typing import Any

from intranet.core import clock
from intranet.schedule import catalogue
from intranet.schedule.models import ResourceKind
from intranet.schedule.planning import Wish
from tests.factories import Office

#: The Monday after the tests' morning.
MONDAY = date(2026, 11, 16)


def at(hour: str, day: date = MONDAY) -> datetime:
    """An instant on the office's clock."""
    first, last = hour.split(":")
    return clock.at_office(day, int(first), int(last))


def wish(since: str, until: str, day: date = MONDAY, title: str = "Họp bàn", **more: Any) -> Wish:
    """An entry from one hour to another."""
    return Wish(title=title, starts_at=at(since, day), ends_at=at(until, day), **more)


def make_room(office: Office, name: str = "Phòng họp số 1") -> int:
    """A room of the agency."""
    return catalogue.add_resource(office.admin, ResourceKind.ROOM, name, seats=20)


def make_vehicle(office: Office, name: str = "Xe 7 chỗ") -> int:
    """A vehicle of the agency."""
    return catalogue.add_resource(office.admin, ResourceKind.VEHICLE, name, seats=7)
