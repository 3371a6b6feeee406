"""Ticks of this package: forgetting what is over."""

from intranet.core.db import unit_of_work
from intranet.core.jobs import every
from intranet.people import links, sessions, throttle


@every(3600, "people.sweep")
def sweep() -> None:
    """Drop sessions, links, counters and devices that ended long ago."""
    with unit_of_work():
        sessions.sweep()
        links.sweep()
        throttle.sweep()
