"""The door to APScheduler. It only ticks: "look at due rows". One process holds the lease.

Correctness never rests on the lease: every tick claims rows before it acts, so two holders cause waste,
not doubles. Only the worker starts a scheduler.
"""

import logging
import os
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import String, case, or_, update
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core import clock, jobs
from intranet.core.db import Base, across_orgs, scope, session, unit_of_work
from intranet.core.dialect import changed_one, insert_once

log = logging.getLogger("intranet.scheduler")

LEASE = timedelta(seconds=15)
RENEW_SECONDS = 5.0
_JOB_SECONDS = 0.5


class Lease(Base):
    """Who leads; a fence that rises with every new holder."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    fence: Mapped[int]
    until: Mapped[datetime]


class Leadership:
    """One process's claim to lead."""

    def __init__(self, name: str = "scheduler") -> None:
        self.name = name
        self.holder = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._leads_until = float("-inf")

    @property
    def is_leading(self) -> bool:
        """True while the lease last got has not run out, by this machine's steady clock."""
        return time.monotonic() < self._leads_until

    def renew(self) -> bool:
        """Take or keep the lease; returns whether this process leads for the next fifteen seconds."""
        now, asked_at = clock.now(), time.monotonic()
        with unit_of_work() as opened:
            insert_once(opened, Lease, name=self.name, holder="", fence=0, until=now - LEASE)
            is_mine = Lease.holder == self.holder
            # A lease far longer than any we give was written by a clock that has been set back since.
            free = or_(Lease.until < now, Lease.until > now + 2 * LEASE, is_mine)
            fence = Lease.fence + case((is_mine, 0), else_=1)
            claim = update(Lease).where(Lease.name == self.name, free)
            is_got = changed_one(opened, claim.values(holder=self.holder, fence=fence, until=now + LEASE))
        self._leads_until = asked_at + LEASE.total_seconds() if is_got else float("-inf")
        return is_got

    def give_back(self) -> None:
        """Let another process lead at once."""
        with unit_of_work() as opened:
            opened.execute(
                update(Lease)
                .where(Lease.name == self.name, Lease.holder == self.holder)
                .values(until=clock.now() - LEASE)
            )
        self._leads_until = float("-inf")


def last_tick() -> datetime | None:
    """When a scheduler last held the lease (UTC), for ``/readyz``."""
    row = session().get(Lease, "scheduler")
    return None if row is None else row.until - LEASE


def run_ticks() -> None:
    """Run every declared look at due rows once: what a scheduler does in one round (tests call it)."""
    for name, (_, tick) in jobs.declared()[1].items():
        _safely(name, tick)
    jobs.run_due()


def start(leadership: Leadership) -> BackgroundScheduler:
    """Start ticking in threads of this process; the worker alone calls this."""
    ticking = BackgroundScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    ticking.add_job(_renew, "interval", seconds=RENEW_SECONDS, args=[leadership])
    for name, (seconds, tick) in jobs.declared()[1].items():
        ticking.add_job(_if_leading, "interval", seconds=seconds, args=[leadership, name, tick])
    # Three at once, of which one is never slow: a dropped folder is read ahead, and no print of a year holds
    # up the upload that a form waits for.
    for only_quick in (False, False, True):
        ticking.add_job(_run_jobs, "interval", seconds=_JOB_SECONDS, args=[only_quick])
    _renew(leadership)
    ticking.start()
    return ticking


def _renew(leadership: Leadership) -> None:
    _safely("lease", leadership.renew)


def _if_leading(leadership: Leadership, name: str, tick: jobs.Tick) -> None:
    if leadership.is_leading:
        _safely(name, tick)


def _run_jobs(only_quick: bool) -> None:
    _safely("jobs", partial(jobs.run_due, only_quick=only_quick))


def _safely(name: str, tick: Callable[[], object]) -> None:
    try:
        with scope(), across_orgs("a tick looks at due rows of the whole house"):
            tick()
    except Exception:
        log.exception("tick failed", extra={"tick": name})
