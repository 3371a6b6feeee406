"""The sample office, put together: people first, then what each package adds by the slot ``sample``."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import update

from intranet.core import clock, db, slots
from intranet.notices.models import Notice
from intranet.people.sample import make_people
from intranet.schedule.sample import make_rooms

#: Slot ``(SampleOffice, echo) -> None``: what a package adds to the sample office.
SLOT = "sample"


def build(echo: Callable[[str], None]) -> None:
    """Fill an empty database with the sample office; the clock walks through its year."""
    started = clock.now()
    try:
        with db.scope():
            with db.unit_of_work():
                office = make_people(echo)
                # Before the meetings, which take the rooms that they name.
                make_rooms(office)
            # Documents come last (by name of package): their days also send the reminders of what the others
            # made, and their newest files are the first that the worker reads.
            for add in sorted(slots.filled(SLOT), key=lambda one: one.__module__, reverse=True):
                clock.freeze(started)
                add(office, echo)
    finally:
        clock.reset()
    _settle_notices(started)


def _settle_notices(now: datetime) -> None:
    """What was told in the past was told then; what is older than three days has been read."""
    with db.unit_of_work() as session:
        due = update(Notice).where(Notice.released_at.is_(None), Notice.due_at <= now)
        session.execute(due.values(released_at=Notice.due_at))
        old = update(Notice).where(Notice.due_at < now - timedelta(days=3))
        session.execute(old.values(read_at=Notice.due_at))
