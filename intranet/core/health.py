"""Whether this installation can work: for a supervisor that asks over HTTP, and for the operator."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import update

from intranet.core import clock, db, scheduler, schema
from intranet.core.config import Settings
from intranet.core.dialect import insert_once
from intranet.core.web import public

bp = Blueprint("health", __name__)

#: A scheduler that has not ticked for longer is taken for dead.
TICK_WITHIN = timedelta(seconds=60)
#: Below this much room on the disk nothing more is accepted.
DISK_LEAST_BYTES = 200 * 1024 * 1024
#: Below either of these the operator is warned.
DISK_LOW_BYTES = 1024**3
DISK_LOW_SHARE = 0.05
_REMEMBER_SECONDS = 1.0


@dataclass(frozen=True)
class Check:
    """One thing that must hold, and what was found, in words for the operator."""

    name: str
    is_well: bool
    found: str
    #: While it is not well, no work may be sent here; else it is an alarm and the pages go on.
    stops: bool = True


Look = Callable[[Settings], Check]
_more: dict[str, Look] = {}


class _State:
    """What this process remembers between two questions."""

    is_stopping = False
    asked_at = float("-inf")
    checks: tuple[Check, ...] = ()


def check(name: str) -> Callable[[Look], Look]:
    """Declare a further check of readiness, such as the age of the oldest letter that waits."""

    def register(look: Look) -> Look:
        _more[name] = look
        return look

    return register


def stop() -> None:
    """Answer "not ready" from now on: the process is about to go."""
    _State.is_stopping = True


def is_stopping() -> bool:
    """True when the process is about to go: whoever waits for something answers now."""
    return _State.is_stopping


def checks(settings: Settings) -> list[Check]:
    """Everything that must hold for work to go on; never raises."""
    looks: dict[str, Look] = {
        "database": _database,
        "schema": _schema,
        "disk": _disk,
        "scheduler": _scheduler,
        **_more,
    }
    return [_look(name, look, settings) for name, look in looks.items()]


@bp.get("/healthz")
@public("a supervisor asks whether the process answers")
def alive() -> ResponseReturnValue:
    """The process answers; nothing else is asked."""
    return jsonify(ok=True)


@bp.get("/readyz")
@public("a supervisor or proxy asks whether work may be sent here; it learns names of checks only")
def ready() -> ResponseReturnValue:
    """200 when all that stops work is well, else 503; asked often it answers from the last second."""
    settings: Settings = current_app.config["SETTINGS"]
    if time.monotonic() - _State.asked_at > _REMEMBER_SECONDS or settings.is_testing:
        _State.checks = tuple(checks(settings))
        _State.asked_at = time.monotonic()
    answer = {one.name: one.is_well for one in _State.checks}
    is_well = not any(one.stops and not one.is_well for one in _State.checks) and not _State.is_stopping
    response = jsonify(ok=is_well, stopping=_State.is_stopping, checks=answer)
    response.status_code = 200 if is_well else 503
    if not is_well:
        response.headers["Retry-After"] = "5"
    return response


def _look(name: str, look: Look, settings: Settings) -> Check:
    try:
        with db.scope():
            return look(settings)
    except Exception as problem:
        return Check(name, False, f"could not be looked at: {type(problem).__name__}")


def _database(settings: Settings) -> Check:
    with db.unit_of_work() as opened:
        now = clock.now()
        insert_once(opened, scheduler.Lease, name="readyz", holder="", fence=0, until=now)
        opened.execute(update(scheduler.Lease).where(scheduler.Lease.name == "readyz").values(until=now))
    return Check("database", True, "takes writes")


def _schema(settings: Settings) -> Check:
    is_current = schema.is_current(db.database().reader)
    found = "is that of this code" if is_current else "is not that of this code: run intranet db upgrade"
    return Check("schema", is_current, found)


def _disk(settings: Settings) -> Check:
    usage = shutil.disk_usage(settings.data_dir)
    found = f"{usage.free // 1024**2} MiB free of {usage.total // 1024**2}"
    if usage.free < DISK_LOW_BYTES or usage.free < usage.total * DISK_LOW_SHARE:
        found += ", which is low"
    return Check("disk", usage.free >= DISK_LEAST_BYTES, found)


def _scheduler(settings: Settings) -> Check:
    last = scheduler.last_tick()
    if last is None:
        return Check("scheduler", False, "has never ticked: is a worker running?")
    age = clock.now() - last
    return Check("scheduler", age <= TICK_WITHIN, f"ticked {max(0, round(age.total_seconds()))} s ago")
