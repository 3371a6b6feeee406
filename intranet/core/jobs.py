"""Work in the background: rows that a worker claims one by one, each in its own transactions.

A job is known by ``(kind, key)``: asking for it twice is asking once. A worker that dies leaves a lease
that ends; the next one takes the row over.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from intranet.core import clock
from intranet.core.db import Base, ValueEnum, across_orgs, publish, scope, session, unit_of_work
from intranet.core.dialect import changed_one, insert_once
from intranet.core.errors import DomainError, Unavailable

log = logging.getLogger("intranet.jobs")

LEASE = timedelta(minutes=3)
MAX_TRIES = 4
_BACKOFF_SECONDS = 5


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """One piece of work for the worker."""

    __tablename__ = "job"
    __table_args__ = (UniqueConstraint("kind", "key"), Index("ix_job_due", "state", "run_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(120))
    payload: Mapped[Any] = mapped_column(JSON)
    state: Mapped[JobState] = mapped_column(ValueEnum(JobState), default=JobState.WAITING)
    run_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    result: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    #: Code of the last failure; never a text with content of a file.
    problem: Mapped[str | None] = mapped_column(String(200))


@dataclass(frozen=True)
class JobFinished:
    """A job ended, well or not."""

    job_id: int
    kind: str
    key: str
    state: str


Handler = Callable[[Any], Any]
Tick = Callable[[], object]
_handlers: dict[str, Handler] = {}
_ticks: dict[str, tuple[float, Tick]] = {}
_slow: set[str] = set()


def job(kind: str, *, is_slow: bool = False) -> Callable[[Handler], Handler]:
    """Declare who does jobs of a kind: a function of the payload that returns a JSON-able result.

    Jobs act for the house, not for a person: the function checks what the payload asks itself.

    :param is_slow: one takes many seconds and nobody waits before a form: they leave room for the others.
    """

    def register(function: Handler) -> Handler:
        if _handlers.get(kind, function) is not function:
            raise ValueError(f"two handlers for job {kind}")
        _handlers[kind] = function
        if is_slow:
            _slow.add(kind)
        return function

    return register


def every(seconds: float, name: str) -> Callable[[Tick], Tick]:
    """Declare a look at due rows, done every so many seconds by the process that holds the lease.

    The function must be right when run twice at once or late: it claims rows before it acts on them.
    """

    def register(function: Tick) -> Tick:
        _ticks[name] = (seconds, function)
        return function

    return register


def declared() -> tuple[dict[str, Handler], dict[str, tuple[float, Tick]]]:
    """All job handlers and ticks, for the scheduler and the structure tests."""
    return dict(_handlers), dict(_ticks)


def enqueue(kind: str, key: str, payload: Any, *, run_at: datetime | None = None) -> int:
    """Ask the worker for a job, within the open unit of work; the same kind and key is the same job.

    :returns: the job's id.
    """
    with unit_of_work() as opened:
        insert_once(opened, Job, kind=kind, key=key, payload=payload, run_at=run_at or clock.now())
        return opened.scalars(select(Job.id).where(Job.kind == kind, Job.key == key)).one()


def state_of(kind: str, key: str) -> tuple[JobState, Any] | None:
    """State and result of a job, ``None`` when nobody asked for it."""
    row = session().execute(select(Job.state, Job.result).where(Job.kind == kind, Job.key == key)).first()
    return None if row is None else (row[0], row[1])


def run_due(limit: int = 20, *, only_quick: bool = False) -> int:
    """Claim and do due jobs, oldest first; returns how many were done or failed.

    :param only_quick: leave those of slow kinds to others.
    """
    done = 0
    for _ in range(limit):
        claimed = _claim(only_quick=only_quick)
        if claimed is None:
            break
        _do(*claimed)
        done += 1
    return done


def _claim(*, only_quick: bool = False) -> tuple[int, str, Any, int] | None:
    now = clock.now()
    # A lease far longer than any we give was written by a clock that has been set back since.
    is_left = or_(Job.lease_until < now, Job.lease_until > now + 2 * LEASE)
    due = or_(
        (Job.state == JobState.WAITING) & (Job.run_at <= now), (Job.state == JobState.RUNNING) & is_left
    )
    if only_quick:
        due = due & Job.kind.not_in(_slow)
    with scope():
        waiting = session().scalars(select(Job.id).where(due).order_by(Job.run_at, Job.id).limit(8)).all()
    for job_id in waiting:
        with unit_of_work() as opened:
            begun = {"state": JobState.RUNNING, "lease_until": now + LEASE, "tries": Job.tries + 1}
            if changed_one(opened, update(Job).where(Job.id == job_id, due).values(begun)):
                row = opened.get_one(Job, job_id)
                if row.tries <= MAX_TRIES:
                    return row.id, row.kind, row.payload, row.tries
                # Each try so far took its worker along.
                _end(row, JobState.FAILED, problem="job.deadly")
    return None


def _do(job_id: int, kind: str, payload: Any, tries: int) -> None:
    result, problem, is_final = None, None, tries >= MAX_TRIES
    try:
        with scope(), across_orgs("a job acts for the house; its handler checks what it touches"):
            result = _handlers[kind](payload)
    except DomainError as refusal:
        # A rule refuses again; what was only busy may not be.
        problem, is_final = refusal.code, is_final or not isinstance(refusal, Unavailable)
    except Exception as failure:
        log.exception("job failed", extra={"job_kind": kind, "job_id": job_id})
        problem = type(failure).__name__
    with unit_of_work() as opened:
        row = opened.get_one(Job, job_id, with_for_update=True)
        if row.state is not JobState.RUNNING or row.tries != tries:
            log.warning("job was taken over meanwhile", extra={"job_kind": kind, "job_id": job_id})
        elif problem is None:
            _end(row, JobState.DONE, result=result)
        elif is_final:
            _end(row, JobState.FAILED, problem=problem)
        else:
            row.state, row.lease_until, row.problem = JobState.WAITING, None, problem
            row.run_at = clock.now() + timedelta(seconds=_BACKOFF_SECONDS * 2**tries)


def _end(row: Job, state: JobState, *, result: Any = None, problem: str | None = None) -> None:
    row.state, row.lease_until, row.result, row.problem = state, None, result, problem
    publish(JobFinished(row.id, row.kind, row.key, state.value))
