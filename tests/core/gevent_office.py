"""A patched process as ``intranet serve`` is, without pages: what its hub and its writers feel.

``gevent_office.py URL [waits]`` prints one JSON object; another process may hold the writer's lock meanwhile.
With ``waits`` SQLite itself waits for it, as in the worker: that is what the hub is spared.
"""

from gevent import monkey

monkey.patch_all()

# Everything below has to see the patched library.
import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from contextvars import ContextVar  # noqa: E402
from datetime import UTC, datetime, timedelta  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402
from sqlalchemy import select, update  # noqa: E402

from intranet.core import clock, db, dialect, live  # noqa: E402
from intranet.core.config import Settings  # noqa: E402
from intranet.core.signals import Signal  # noqa: E402
from intranet.people.models import User  # noqa: E402

WRITERS = 12
url, *how = sys.argv[1:]
clock.freeze(datetime(2026, 11, 13, 1, 30, tzinfo=UTC))
db.open_database(Settings(data_dir=Path("/nonexistent"), database_url=url, is_web=how != ["waits"]))
stalls: list[float] = []
began: list[int] = []
waits: list[float] = []
reads: list[int] = []
mark: ContextVar[str | None] = ContextVar("mark", default=None)


def beat() -> None:
    """Note how late the hub comes back to somebody who only sleeps a millisecond."""
    while True:
        then = time.perf_counter()
        gevent.sleep(0.001)
        stalls.append(time.perf_counter() - then - 0.001)


def write(number: int) -> None:
    asked = time.perf_counter()
    with db.unit_of_work() as session:
        began.append(number)
        waits.append(time.perf_counter() - asked)
        session.execute(update(User).values(version=User.version + 1))
        gevent.sleep(0.002)


def read() -> None:
    while True:
        with db.scope():
            reads.append(len(db.session().scalars(select(User)).all()))
        gevent.sleep(0.005)


def tired() -> str:
    """Give up while waiting for one's turn; the turn must go on to the next."""
    with gevent.Timeout(0.02, False), db.unit_of_work():
        return "wrote"
    return "gave up"


def hear() -> None:
    """Follow what other processes leave, as the web process does."""
    for _ in dialect.changes(db.database().reader, 0.02, Signal):
        live.read_signals(heard, clock.now() - timedelta(minutes=1))


heard: set[int] = set()
# What is compiled and loaded once is not what this measures.
write(0)
with db.scope():
    db.session().scalars(select(User)).all()
live.read_signals(set(), clock.now())
for noted in (began, waits):
    noted.clear()
live.spare_the_collector()
sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.readline()
beating, reading = gevent.spawn(beat), gevent.spawn(read)
hearing = gevent.spawn(hear)
rounds = []
for _ in range(3):
    begun_now = len(began)
    writers = []
    for number in range(WRITERS):
        writers.append(gevent.spawn(write, number))
        gevent.sleep(0)
    gave_up = gevent.spawn(tired)
    gevent.joinall([*writers, gave_up], raise_error=True)
    rounds.append(began[begun_now:])
mark.set("mine")
with db.scope():
    has_scope = gevent.spawn(lambda: db._scope.get() is not None or mark.get() is not None).get()
gevent.sleep(0.3)
gevent.killall([beating, reading, hearing])
json.dump(
    {
        "stall_ms": max(stalls) * 1000,
        "beats": len(stalls),
        "rounds": rounds,
        "longest_wait_ms": max(waits) * 1000,
        "reads": min(reads),
        "gave_up": gave_up.value,
        "free": db.database().turns.acquire(0.1),
        "inherits": has_scope,
        "heard": len(heard),
        "checked_out": db.database().writer.pool.checkedout(),
    },
    sys.stdout,
)
