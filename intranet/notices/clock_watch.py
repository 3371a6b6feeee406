"""A clock that jumps far ahead makes due what is not: then nothing is sent until the operator says so.

The worker asks before each round of sending. In its own memory lies what the clock showed last and how much
time has passed since, by a count that nobody sets.
"""

import logging
from datetime import datetime, timedelta
from threading import Lock

from intranet.core import clock, db
from intranet.notices import outbox_switch, services
from intranet.people import directory
from intranet.people.models import Role

log = logging.getLogger("intranet.clock")

#: Further than this ahead sending stops; further back it is noted.
AHEAD, BACK = timedelta(minutes=10), timedelta(seconds=2)


class Watch:
    """What one process saw of the clock last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: tuple[datetime, float] | None = None

    def look(self, now: datetime, steady: float) -> None:
        """Compare the clock with the time that has passed; nobody else goes on until a pause is noted."""
        with self._lock:
            last, self._last = self._last, (now, steady)
            if last is None:
                return
            jump = now - last[0] - timedelta(seconds=steady - last[1])
            if jump > AHEAD:
                _stop(jump)
            elif jump < -BACK:
                log.warning("clock set back", extra={"seconds": round(-jump.total_seconds())})


_watch = Watch()


def may_send() -> bool:
    """False while sending waits because the clock has jumped."""
    if not clock.is_moved():
        _watch.look(clock.now(), clock.steady())
    with db.scope():
        return outbox_switch.jump() is None


def _stop(jump: timedelta) -> None:
    minutes = round(jump.total_seconds() / 60)
    log.error("clock jumped ahead, sending stopped", extra={"minutes": minutes})
    with db.unit_of_work():
        outbox_switch.note_jump(jump)
        told = [key for org in directory.orgs() for key in directory.ids_with_role(org.id, Role.ADMIN)]
        services.notify(told, "outbox.clock_jumped", outbox_switch.OUTBOX, minutes=minutes)
