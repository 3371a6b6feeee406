"""The engines behind ``core/db.py``: how SQLite is waited for without stopping anybody else, and the pools.

In the gevent web process a wait inside SQLite would stop every greenlet. So SQLite never waits there
(``busy_timeout=0``): whoever meets a lock sleeps a little and tries again. Inside the process writers stand
in one first-come queue, so that only its head tries.
"""

import random
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from intranet.core.config import Settings
from intranet.core.errors import Unavailable

#: How long a writer queues for the database before it gives up; also the longest wait of a reader.
WAIT_SECONDS = 10.0
_PAUSE = (0.002, 0.020)
#: A connection that was in use so many seconds ago is taken as it is; one that rested longer is tried first.
_FRESH = 1.0


class Turns:
    """A lock that is handed on in the order of asking, whoever runs fastest."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, timeout: float) -> bool:
        """Wait for one's turn, at most so many seconds; returns whether it came."""
        with self._guard:
            if not self._held:
                self._held = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        try:
            came = mine.acquire(timeout=timeout)
        except BaseException:  # a greenlet may be told to stop while it waits
            if not self._withdraw(mine):
                self.release()
            raise
        return came or not self._withdraw(mine)

    def release(self) -> None:
        """Hand the turn to whoever has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False

    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def _withdraw(self, mine: threading.Lock) -> bool:
        """Leave the queue; False when the turn came in that very moment and is ours."""
        with self._guard:
            if mine not in self._waiting:
                return False
            self._waiting.remove(mine)
            return True


def make(settings: Settings) -> tuple[Engine, Engine]:
    """The writing and the reading engine of this process, each with a pool of its own.

    Two pools, so that whoever writes can always read a little: out of one pool, as many writers as it holds
    would wait for each other.
    """
    if settings.is_sqlite:
        return _sqlite(settings, is_writer=True), _sqlite(settings, is_writer=False)
    common: dict[str, Any] = {"pool_use_lifo": True, "hide_parameters": True}
    # Room for the places of a word that a tenth of a million documents have.
    common["connect_args"] = {"options": "-c work_mem=16MB -c jit=off"}
    writer = create_engine(settings.database_url, pool_size=10, max_overflow=5, **common)
    reader = create_engine(settings.database_url, pool_size=15, max_overflow=10, **common)
    for engine in (writer, reader):
        _try_rested(engine)
    return writer, reader.execution_options(postgresql_readonly=True)


def _try_rested(engine: Engine) -> None:
    """Try a connection before use, unless it was in use a moment ago: a question with each act adds up.

    Whoever meets a server that went away in that moment fails, and all connections are made anew.
    """

    @event.listens_for(engine, "checkin")
    def put_back(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def take(connection: Any, record: Any, _proxy: object) -> None:
        if time.monotonic() - record.info.get("rests_since", time.monotonic()) <= _FRESH:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as problem:
            raise DisconnectionError from problem


def _sqlite(settings: Settings, *, is_writer: bool) -> Engine:
    timeout = 0.0 if settings.is_web else WAIT_SECONDS
    # The connection last used has the warmest cache.
    engine = create_engine(
        settings.database_url,
        pool_size=20,
        max_overflow=40,
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={"timeout": timeout},
    )

    def patiently(act: Callable[[], None]) -> None:
        _patiently(act, WAIT_SECONDS if settings.is_web else 0.0)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        patiently(lambda: _prepare(connection, is_writer=is_writer))

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        raw: sqlite3.Connection = connection.connection.driver_connection
        patiently((lambda: _begin_writing(raw)) if is_writer else (lambda: _begin_reading(raw)))

    return engine


def _prepare(connection: sqlite3.Connection, *, is_writer: bool) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "cache_size=-65536",
        "temp_store=MEMORY",
        f"query_only={'OFF' if is_writer else 'ON'}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_writing(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")


def _begin_reading(connection: sqlite3.Connection) -> None:
    """Begin, and take the snapshot now: it is the one moment in which a reader can meet a lock."""
    connection.execute("BEGIN")
    try:
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    except sqlite3.OperationalError:
        connection.execute("ROLLBACK")
        raise


def _patiently(act: Callable[[], None], seconds: float) -> None:
    """Try until no lock is in the way, sleeping in between, never inside SQLite.

    :raises Unavailable: ``database.busy``, the lock stayed for so many seconds.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            act()
        except sqlite3.OperationalError as problem:
            # The low byte is the kind; the rest says which of the busy cases it is.
            if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() >= deadline:
                raise Unavailable("database.busy") from problem
            time.sleep(random.uniform(*_PAUSE))  # noqa: S311 - jitter, not a secret
        else:
            return
