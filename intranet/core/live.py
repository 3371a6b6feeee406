"""The door to sockets: one table of events, identity read again at every one, rooms, and signals.

The browser asks, the server tells. Nothing here knows what is told: a wing subscribes to its own events
with ``live=True`` and emits to rooms it named. Losing a message costs a late refresh, never a fact:
clients repair by version.

Where several web processes share rooms (``sharing.py``), each of them hears every fact and tells its own
sockets; so does whatever each does by itself in the background. Only what a handler tells goes through the
queue that the processes share.
"""

import functools
import gc
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import gevent
from flask import Flask, current_app, request, session
from flask_socketio import SocketIO, disconnect, join_room

from intranet.core import clock, db, dialect, events, fastroom, permits, signals
from intranet.core.config import Settings
from intranet.core.errors import DomainError, Forbidden, Unavailable
from intranet.core.rates import Rate
from intranet.core.sharing import SharedRooms, make_manager
from intranet.core.web import present_actor, present_person, refusal_json
from intranet.core.websocket import harden, watch

log = logging.getLogger("intranet.live")

Answer = dict[str, Any]
H = TypeVar("H", bound=Callable[..., Any])
DESK = "/desk"
MEETINGS = "/meetings"
#: The longest message that is taken, and that is sent.
MAX_FRAME_BYTES, MAX_TOLD_BYTES = 64 * 1024, 256 * 1024
#: Connections at once; one more takes the place of the oldest, which is perhaps dead and not yet known to be.
MAX_PER_PERSON, MAX_PER_DEVICE = 5, 2
#: Asks of one device a second, and at once: what it wants done; where it is, and what passes while it points
#: or draws, so that whoever presents can still turn the page. All strokes of a page are told at once.
COMMAND_RATE, _PASSING_RATES = (20.0, 40.0), {"lv": (20.0, 40.0), "eph": (20.0, 80.0)}
_LOOK_SECONDS = 0.1
#: Within so many milliseconds of a stop its clients come back, each at a moment of its own.
RETURN_MS = 3_000
#: Objects made and not yet gone after which garbage is looked for.
_COLLECT_AFTER = 50_000
#: A transaction may commit long after it wrote its signal.
_LOOK_BACK = timedelta(minutes=1)
#: True while every process does the same: each then tells its own sockets only.
_everywhere: ContextVar[bool] = ContextVar("everywhere", default=False)
_asks: ContextVar[bool] = ContextVar("asks", default=False)


@dataclass(frozen=True)
class _Seat:
    """One socket of one namespace: whose, on which signed-in device, over which connection."""

    person: int
    device: object
    connection: str
    namespace: str


class _Events(SocketIO):
    """A scope round each event: what opens its session and what it asks share one connection."""

    def _handle_event(self, handler: Any, message: str, *args: Any) -> Any:
        token = _asks.set(message not in {"connect", "disconnect"})
        try:
            with db.scope():
                return super()._handle_event(handler, message, *args)
        finally:
            _asks.reset(token)


class Sockets:
    """What a browser may ask over a socket, and how it is told."""

    def __init__(self) -> None:
        self.io: SocketIO | None = None
        self._handlers: dict[tuple[str, str], tuple[str, Callable[..., Any]]] = {}
        self._leaves: list[tuple[str, Callable[[], None]]] = []
        self._background: list[tuple[float, Callable[[], None]]] = []
        #: By event; ``""`` for all that have no limit of their own.
        self._rates = {name: Rate(*most) for name, most in {"": COMMAND_RATE, **_PASSING_RATES}.items()}
        #: By socket id, the oldest first; and those of each person.
        self._seats: dict[str, _Seat] = {}
        self._seats_of: dict[int, dict[str, _Seat]] = {}
        #: What reaches the other web processes, if there may be any.
        self._shared: SharedRooms | None = None

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
        """Tell a room, whichever process its tablets are connected to; it never waits.

        Nothing happens in a process without sockets.
        """
        if self.io is not None:
            local = {"ignore_queue": True} if self._shared is not None and _everywhere.get() else {}
            self.io.emit(name, data, to=to, namespace=namespace, **local)

    def tell(self, fact: object) -> None:
        """Tell a fact that is written nowhere to the live subscribers of every web process."""
        self._tell_all(fact)

    def say(self, name: str, value: Any) -> None:
        """Let the other web processes know something of this one, plain JSON, for as long as it lives."""
        if self._shared is not None:
            self._shared.say(name, value)

    def heard(self, name: str) -> list[Any]:
        """What every other web process says under a name; what has ended is forgotten in 16 s."""
        return [] if self._shared is None else self._shared.heard(name)

    def people(self) -> set[int]:
        """Whoever has a socket open in this process."""
        return set(self._seats_of)

    def present(self, people: Iterable[int]) -> set[int]:
        """Those of these people who have a socket open in this process; the others need not be told."""
        return self.people().intersection(people)

    def declared(self) -> dict[tuple[str, str], str]:
        """Permit by (namespace, event), for the structure tests."""
        return {key: permit for key, (permit, _) in self._handlers.items()}

    def attach(self, app: Flask, settings: Settings) -> SocketIO:
        """Give the application its sockets: gevent in the web process, threads in unit tests."""
        unknown = [name for (_, name), (permit, _) in self._handlers.items() if not permits.exists(permit)]
        if unknown:
            raise RuntimeError(f"socket events with an unknown permit: {unknown}")
        manager = make_manager(settings) if settings.is_web else None
        self._shared = manager if isinstance(manager, SharedRooms) else None
        self.io = _Events(
            app,
            async_mode="gevent" if settings.is_web else "threading",
            manage_session=False,
            cors_allowed_origins=list(settings.origins),
            transports=["websocket"] if settings.is_web else ["websocket", "polling"],
            max_http_buffer_size=MAX_FRAME_BYTES,
            http_compression=False,
            allow_upgrades=False,
            monitor_clients=not settings.is_web,
            serializer=fastroom.FilledPacket if settings.is_web else fastroom.TextPacket,
            **({} if manager is None else {"client_manager": manager}),
        )
        self.forget_seats()
        for rate in self._rates.values():
            rate.clear()
        db.tell_live_with(self._tell_all)
        if settings.is_web:
            (fastroom.install if settings.frame_once else harden)(self.io.server.eio)
        for namespace in (DESK, MEETINGS):
            self.io.on_event("connect", self._connect, namespace=namespace)
            self.io.on_event("disconnect", self._disconnecter(namespace), namespace=namespace)
        for (namespace, name), (permit, function) in self._handlers.items():
            self.io.on_event(name, self._guarded(permit, function, name), namespace=namespace)
        return self.io

    def start_background(self, app: Flask) -> None:
        """Start reading signals and the declared background work; the web process calls this once."""
        if self.io is None:
            raise RuntimeError("no sockets are attached")
        spare_the_collector()
        if self._shared is not None:
            self._shared.on_fact = functools.partial(_hear, app)
            # Before the first tablet comes, or it would miss what others tell meanwhile.
            self._server().manager_initialized = True
            self._shared.initialize()
        self.io.start_background_task(_follow_signals, app)
        self.io.start_background_task(watch, self._server().eio.sockets)
        for seconds, function in self._background:
            self.io.start_background_task(_repeat, app, seconds, function)

    def _tell_all(self, fact: object) -> None:
        """Tell a committed fact to the sockets of every process."""
        if self._shared is not None and events.has_live(type(fact)):
            data = signals.plain(fact)
            if data is not None:
                self._shared.tell_fact(type(fact).__name__, data)
        _tell_here(fact)

    def _connect(self, *_args: Any) -> bool:
        settings: Settings = current_app.config["SETTINGS"]
        if request.headers.get("Origin") not in settings.origins:
            return False
        try:
            person = present_person()
        except Exception:
            log.exception("socket was not let in")
            return False
        if person is None:
            return False
        namespace = str(request.namespace)  # type: ignore[attr-defined]  # Flask-SocketIO adds it
        connection = self._server().manager.eio_sid_from_sid(_sid(), namespace)
        seat = _Seat(person, getattr(session, "row_id", None), str(connection), namespace)
        self._seats[_sid()] = seat
        self._seats_of.setdefault(person, {})[_sid()] = seat
        self._make_room_for(seat)
        join_room(person_room(person))
        return True

    def forget_seats(self) -> None:
        """Know of no socket any more; for tests too, whose people have the same ids."""
        self._seats.clear()
        self._seats_of.clear()

    def _give_up_seat(self, sid: str) -> None:
        seat = self._seats.pop(sid, None)
        if seat is not None:
            mine = self._seats_of[seat.person]
            del mine[sid]
            if not mine:
                del self._seats_of[seat.person]

    def _make_room_for(self, new: _Seat) -> None:
        """Let the oldest connection of the device, or of the person, go when there is one too many."""
        mine = self._seats_of[new.person]
        of_device = [seat for seat in mine.values() if seat.device == new.device]
        for seats, most in ((of_device, MAX_PER_DEVICE), (list(mine.values()), MAX_PER_PERSON)):
            connections = list(dict.fromkeys(seat.connection for seat in seats))
            for connection in connections[: max(0, len(connections) - most)]:
                # The client is told, so that it does not come back by itself and push out the next.
                for sid, seat in list(mine.items()):
                    if seat.connection == connection:
                        self.emit("bye", {"k": "bye", "code": "replaced"}, to=sid, namespace=seat.namespace)
                        self._server().disconnect(sid, namespace=seat.namespace)

    def cut(self, person: int) -> None:
        """Close every connection of a person; clients that may come in still come back by themselves."""
        if self.io is None:
            return
        server = self._server()
        for sid, seat in list(self._seats_of.get(person, {}).items()):
            if seat.connection in server.eio.sockets:
                # It waits until the client has read what is on its way, which may take long.
                self.io.start_background_task(server.eio.disconnect, seat.connection)
            else:
                server.disconnect(sid, namespace=seat.namespace)

    def send_away(self) -> None:
        """Tell the clients of this process that it stops, and within how long to come back."""
        if self.io is None:
            return
        local = {} if self._shared is None else {"ignore_queue": True}
        for namespace in (DESK, MEETINGS):
            told = {"k": "bye", "code": "stopping", "retry_ms": RETURN_MS}
            self.io.emit("bye", told, namespace=namespace, **local)

    def session_of(self, sid: str) -> object:
        """Key of the signed-in session through which a socket came."""
        seat = self._seats.get(sid)
        return None if seat is None else seat.device

    def cut_session(self, row_id: int) -> None:
        """Close the connections of one signed-in device."""
        for sid, seat in list(self._seats.items()):
            if seat.device == row_id:
                self._server().disconnect(sid, namespace=seat.namespace)

    def _server(self) -> Any:
        if self.io is None:
            raise RuntimeError("no sockets are attached")
        return self.io.server

    def _disconnecter(self, namespace: str) -> Callable[..., None]:
        def gone(*_args: Any) -> None:
            for rate in self._rates.values():
                rate.forget(_sid())
            self._give_up_seat(_sid())
            for where, function in self._leaves:
                if where == namespace:
                    _safely(function)

        return gone

    def _guarded(self, permit: str, function: Callable[..., Any], name: str = "") -> Callable[..., Answer]:
        rate = self._rates.get(name, self._rates[""])

        def run(*args: Any) -> Answer:
            try:
                rate.spend(_sid())
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


sockets = Sockets()


def person_room(user_id: int) -> str:
    """The room of one person's devices."""
    return f"user:{user_id}"


def is_asking() -> bool:
    """True while a socket's event is handled that acts for a person; a connection alone needs none read."""
    return _asks.get()


def socket_id() -> str:
    """The id of the socket whose event is being handled."""
    return _sid()


def disconnect_person(user_id: int) -> None:
    """Cut every socket of a person: sign-out everywhere, a role lost, an account disabled."""
    sockets.cut(user_id)


def spare_the_collector() -> None:
    """Leave what was made at the start out of every later garbage collection, and collect less often.

    It lives as long as the process, and walking through it stops every greenlet: 36 ms each time, measured
    with little loaded. Nearly all that an event makes goes by itself; looking for circles after every 700
    objects, as Python does, was a fifteenth of what a tablet's coming in costs.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 20)
    # Who began which greenlet is for the search of faults; noting it costs each of them ten frames.
    gevent.config.track_greenlet_tree = False


def leave_signals() -> None:
    """From now on this process, having no sockets, leaves rows for the web process."""
    db.leave_signals_with(signals.leave)


def read_signals(seen: set[int], since: datetime) -> None:
    """Tell the live subscribers every signal left since then that is not in ``seen``, and remember it.

    Keys are no order of commits, so all of the time since then is looked at; ``seen`` forgets what is older.
    """
    for name, data in signals.fresh(seen, since):
        kind = events.kind_of(name)
        if kind is not None:
            _safely(functools.partial(_tell, kind, data))


def _tell(kind: type, data: dict[str, Any]) -> None:
    """Make the fact anew and tell it; JSON has turned its tuples into lists."""
    plain = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    _tell_here(kind(**plain))


def _tell_here(fact: object) -> None:
    with _as_every_process():
        events.dispatch_live(fact)


def _hear(app: Flask, name: str, data: dict[str, Any]) -> None:
    """Tell this process's sockets what another process has done."""
    kind = events.kind_of(name)
    if kind is not None:
        with app.app_context():
            _safely(functools.partial(_tell, kind, data))


@contextmanager
def _as_every_process() -> Iterator[None]:
    """What is done here is done by every web process, each for its own sockets."""
    before = _everywhere.set(True)
    try:
        yield
    finally:
        _everywhere.reset(before)


def _follow_signals(app: Flask) -> None:
    seen: set[int] = set()
    started = clock.now()
    with app.app_context():
        while True:
            try:
                for _ in dialect.changes(db.database().reader, _LOOK_SECONDS, signals.Signal):
                    read_signals(seen, max(started, clock.now() - _LOOK_BACK))
            except Exception:
                log.exception("signals stopped")
                time.sleep(1)


def _repeat(app: Flask, seconds: float, function: Callable[[], None]) -> None:
    with app.app_context(), _as_every_process():
        while True:
            time.sleep(seconds)
            _safely(function)


def _safely(function: Callable[[], None]) -> None:
    """Do something nobody waits for, in a scope of its own; a failure is logged."""
    try:
        with db.scope():
            function()
    except Exception:
        log.exception("background failed", extra={"function": getattr(function, "__qualname__", "")})


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO adds it
