"""The door to sockets: one table of events, identity read again at every one, rooms, and signals.

The browser asks, the server tells. Nothing here knows what is told: a wing subscribes to its own events
with ``live=True`` and emits to rooms it named. Losing a message costs a late refresh, never a fact:
clients repair by version.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_socketio import SocketIO, disconnect, join_room
from sqlalchemy import JSON, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from intranet.core import clock, db, dialect, events, permits
from intranet.core.actor import Actor
from intranet.core.config import Settings
from intranet.core.db import Base
from intranet.core.errors import DomainError, Forbidden, TooMany, Unavailable
from intranet.core.jobs import every
from intranet.core.web import present_actor, refusal_json
from intranet.core.websocket import harden

log = logging.getLogger("intranet.live")

Answer = dict[str, Any]
H = TypeVar("H", bound=Callable[..., Any])
DESK = "/desk"
MEETINGS = "/meetings"
MAX_FRAME_BYTES = 64 * 1024
MAX_SOCKETS_PER_PERSON = 5
_RATE, _BURST = 20.0, 40.0
_KEEP_SIGNALS = timedelta(hours=1)
_LOOK_SECONDS = 0.1


class Signal(Base):
    """A live event that a process without sockets left for the web process."""

    __tablename__ = "signal"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(80))
    data: Mapped[Any] = mapped_column(JSON)


class Sockets:
    """What a browser may ask over a socket, and how it is told."""

    def __init__(self) -> None:
        self.io: SocketIO | None = None
        self._handlers: dict[tuple[str, str], tuple[str, Callable[..., Any]]] = {}
        self._joins: list[tuple[str, Callable[[Actor], None]]] = []
        self._leaves: list[tuple[str, Callable[[], None]]] = []
        self._background: list[tuple[float, Callable[[], None]]] = []
        self._tokens: dict[str, tuple[float, float]] = {}
        self._people: dict[str, int] = {}

    def on(self, name: str, *, needs: str, namespace: str = MEETINGS) -> Callable[[H], H]:
        """Declare a handler ``(actor, frame) -> answer`` of an event and the permit it needs."""

        def register(function: H) -> H:
            self._handlers[namespace, name] = (needs, function)
            return function

        return register

    def on_leave(self, namespace: str = MEETINGS) -> Callable[[H], H]:
        """Declare what happens when a socket of the namespace goes; :func:`socket_id` names it."""

        def register(function: H) -> H:
            self._leaves.append((namespace, function))
            return function

        return register

    def background(self, seconds: float) -> Callable[[H], H]:
        """Declare something that the web process does every so many seconds, such as sending heads."""

        def register(function: H) -> H:
            self._background.append((seconds, function))
            return function

        return register

    def emit(self, name: str, data: Any, *, to: str, namespace: str = MEETINGS) -> None:
        """Tell a room; nothing happens in a process without sockets."""
        if self.io is not None:
            self.io.emit(name, data, to=to, namespace=namespace)

    def declared(self) -> dict[tuple[str, str], str]:
        """Permit by (namespace, event), for the structure tests."""
        return {key: permit for key, (permit, _) in self._handlers.items()}

    def attach(self, app: Flask, settings: Settings) -> SocketIO:
        """Give the application its sockets: gevent in the web process, threads in unit tests."""
        unknown = [name for (_, name), (permit, _) in self._handlers.items() if not permits.exists(permit)]
        if unknown:
            raise RuntimeError(f"socket events with an unknown permit: {unknown}")
        self.io = SocketIO(
            app,
            async_mode="gevent" if settings.is_web else "threading",
            manage_session=False,
            cors_allowed_origins=list(settings.origins),
            transports=["websocket"] if settings.is_web else ["websocket", "polling"],
            max_http_buffer_size=MAX_FRAME_BYTES,
            http_compression=False,
            allow_upgrades=False,
        )
        if settings.is_web:
            harden(self.io.server.eio)
        for namespace in (DESK, MEETINGS):
            self.io.on_event("connect", self._connect, namespace=namespace)
            self.io.on_event("disconnect", self._disconnecter(namespace), namespace=namespace)
        for (namespace, name), (permit, function) in self._handlers.items():
            self.io.on_event(name, self._guarded(permit, function), namespace=namespace)
        return self.io

    def start_background(self, app: Flask) -> None:
        """Start reading signals and the declared background work; the web process calls this once."""
        if self.io is None:
            raise RuntimeError("no sockets are attached")
        self.io.start_background_task(_follow_signals, app)
        for seconds, function in self._background:
            self.io.start_background_task(_repeat, app, seconds, function)

    def _connect(self, *_args: Any) -> bool:
        settings: Settings = current_app.config["SETTINGS"]
        with db.scope():
            actor = present_actor()
        if actor is None or request.headers.get("Origin") not in settings.origins:
            return False
        mine = [sid for sid, person in self._people.items() if person == actor.id]
        if len(mine) >= MAX_SOCKETS_PER_PERSON * 2:
            return False
        self._people[_sid()] = actor.id
        join_room(person_room(actor.id))
        return True

    def _disconnecter(self, namespace: str) -> Callable[..., None]:
        def gone(*_args: Any) -> None:
            for where, function in self._leaves:
                if where == namespace:
                    function()
            self._tokens.pop(_sid(), None)
            self._people.pop(_sid(), None)

        return gone

    def _guarded(self, permit: str, function: Callable[..., Any]) -> Callable[..., Answer]:
        def run(*args: Any) -> Answer:
            try:
                self._spend()
                with db.scope():
                    actor = present_actor()
                    if actor is None:
                        disconnect()
                        return {"ok": False, "err": "unauth"}
                    if not actor.holds(permit):
                        raise Forbidden("auth.no_permit")
                    db.set_agencies(actor.org_ids)
                    answer: Answer = function(actor, args[0] if args else None)
                    return answer
            except DomainError as refusal:
                return refusal_json(refusal)
            except Exception:
                log.exception("socket event failed", extra={"handler": function.__name__})
                return refusal_json(Unavailable("http.500"))

        return run

    def _spend(self) -> None:
        """Twenty events a second on one socket, bursts of forty."""
        now = time.monotonic()
        left, then = self._tokens.get(_sid(), (_BURST, now))
        left = min(_BURST, left + (now - then) * _RATE)
        if left < 1:
            raise TooMany("rate.too_fast", wait=1)
        self._tokens[_sid()] = (left - 1, now)


sockets = Sockets()


def person_room(user_id: int) -> str:
    """The room of one person's devices."""
    return f"user:{user_id}"


def socket_id() -> str:
    """The id of the socket whose event is being handled."""
    return _sid()


def disconnect_person(user_id: int) -> None:
    """Cut every socket of a person: sign-out everywhere, a role lost, an account disabled."""
    if sockets.io is None:
        return
    for namespace in (DESK, MEETINGS):
        for sid in [sid for sid, person in sockets._people.items() if person == user_id]:
            sockets.io.server.disconnect(sid, namespace=namespace)


def leave_signals() -> None:
    """From now on this process, having no sockets, leaves rows for the web process."""
    db.leave_signals_with(_leave)


@every(600, "signals.sweep")
def sweep_signals() -> None:
    """Forget signals older than an hour."""
    with db.unit_of_work() as opened:
        opened.execute(delete(Signal).where(Signal.at < clock.now() - _KEEP_SIGNALS))


def read_signals(seen: set[int], since: datetime) -> None:
    """Tell the live subscribers every signal left since then that is not in ``seen``, and remember it."""
    with db.scope():
        rows = db.session().scalars(select(Signal).where(Signal.at >= since).order_by(Signal.id)).all()
        fresh = [(row.id, row.name, row.data) for row in rows if row.id not in seen]
    for row_id, name, data in fresh:
        seen.add(row_id)
        kind = events.kind_of(name)
        if kind is not None:
            with db.scope():
                events.dispatch_live(kind(**data))


def _leave(opened: Session, fact: object) -> None:
    opened.add(Signal(at=clock.now(), name=type(fact).__name__, data=dict(vars(fact))))
    dialect.wake(opened)


def _follow_signals(app: Flask) -> None:
    seen: set[int] = set()
    counts: dict[str, int] = defaultdict(int)
    started = clock.now()
    with app.app_context():
        while True:
            try:
                for _ in dialect.changes(db.database().reader, _LOOK_SECONDS):
                    since = max(started, clock.now() - timedelta(minutes=1))
                    read_signals(seen, since)
                    if len(seen) > 100_000:
                        seen.clear()
                        started = clock.now()
            except Exception:
                counts["failed"] += 1
                log.exception("signals stopped", extra=dict(counts))
                time.sleep(1)


def _repeat(app: Flask, seconds: float, function: Callable[[], None]) -> None:
    while True:
        time.sleep(seconds)
        try:
            with app.app_context(), db.scope():
                function()
        except Exception:
            log.exception("background failed", extra={"function": function.__name__})


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO adds it
