"""What Engine.IO's websockets lack under a slow or hostile client.

:func:`harden` gives one Engine.IO server a websocket that sends frames whole, refuses a message over the
limit while it arrives, accepts no compression, and ends the socket of a client that leaves too much unread;
the client then comes back and catches up by version. ``fastroom.py`` does the same for less, under gevent.
"""

import functools
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import gevent
import simple_websocket
from engineio.packet import OPEN
from gevent.lock import BoundedSemaphore
from gevent.queue import Empty, JoinableQueue
from wsproto.utilities import ProtocolError

from intranet.core.written import Filled

log = logging.getLogger("intranet.websocket")

#: Messages and bytes that may wait for one client.
MAX_UNSENT = 256
MAX_UNSENT_BYTES = 512 * 1024
#: The code with which a client ends that left too much unread, and the seconds it has to hear it.
TOO_SLOW = 4008
FAREWELL_SECONDS = 5
#: Seconds one frame may take to leave; and seconds in which a client may accept nothing of it at all.
SEND_SECONDS, STALL_SECONDS = 30, 10
#: Seconds between looks at who has answered no ping.
WATCH_SECONDS = 5
#: Messages of one client that are read in a row before it is the others' turn.
TURN = 16
#: Seconds and bytes we read on after the end, so that the reason of the end is not overtaken by a reset.
LINGER_SECONDS = 1
LINGER_BYTES = 8 * 1024 * 1024


class _WholeFrames:
    """A socket whose ``send`` returns when everything is sent, one sender at a time.

    simple-websocket calls ``send`` and takes it for done; with a slow reader only a part of the frame has
    left, and the next frame begins in its middle.
    """

    def __init__(self, sock: Any, turn: Callable[[], AbstractContextManager[Any]]) -> None:
        self.raw = sock
        self._turn = turn

    def send(self, data: bytes) -> int:
        try:
            with self._turn():
                self.raw.sendall(data)
        except OSError:
            self.cut()
            raise
        return len(data)

    def cut(self) -> None:
        """End the connection both ways; whoever waits on it wakes."""
        try:
            self.raw.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def close(self) -> None:
        """Leave the socket to :meth:`WebSocket.finish`, which still reads from it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)


class WebSocket(simple_websocket.Server):
    """simple-websocket's server side, sending whole frames and always noticing its end."""

    def __init__(
        self, environ: dict[str, Any], *, turn: Callable[[], AbstractContextManager[Any]], **options: Any
    ) -> None:
        self._turn = turn
        self.waiting = 0
        self.reading_ended = False
        self._taken = 0
        super().__init__(environ, **options)

    @property
    def sock(self) -> _WholeFrames:
        return self._whole

    @sock.setter
    def sock(self, sock: Any) -> None:
        self._whole = _WholeFrames(sock, self._turn)

    def _thread(self) -> None:
        # The library leaves a reader waiting for ever when the end comes in the same moment as its wake-up.
        try:
            super()._thread()
        finally:
            self.reading_ended = True
            self.connected = False
            self.event.set()

    def receive(self, timeout: float | None = None) -> Any:
        """The next message; now and then others come first, and the answers get time to leave."""
        self._taken += 1
        if not self._taken % TURN:
            time.sleep(0)
        return super().receive(timeout)

    def close(self, reason: int | None = None, message: str | None = None) -> None:
        """Say goodbye if the other side still listens, and wake whoever waits for a message."""
        try:
            super().close(reason, message)
        except (OSError, simple_websocket.ConnectionClosed):
            pass
        finally:
            self.connected = False
            self.event.set()

    def take_now(self, packet: Any) -> bool:
        """Nothing: all that it sends goes through its queue."""
        return False

    def leave_behind(self) -> None:
        """Its queue is full: tell the client so if it reads at all, and end the socket."""
        gevent.spawn(self._leave_behind)

    def _leave_behind(self) -> None:
        with gevent.Timeout(FAREWELL_SECONDS, False):
            self.close(TOO_SLOW, "too slow")
        self._whole.cut()

    def finish(self) -> None:
        """Hear the other side out for a second, then close the socket for good."""
        self.connected = False
        whole = self._whole
        try:
            whole.raw.shutdown(socket.SHUT_WR)
            self.thread.join(LINGER_SECONDS)
            whole.raw.settimeout(LINGER_SECONDS)
            left, until = LINGER_BYTES, time.monotonic() + LINGER_SECONDS
            while self.reading_ended and left > 0 and time.monotonic() < until:
                count = len(whole.raw.recv(65536))
                left = left - count if count else 0
        except OSError:
            pass
        whole.cut()
        self.thread.join(LINGER_SECONDS)
        whole.raw.close()


class _Slow(Protocol):
    """A websocket that can be told of its queue."""

    #: How many packets the queue holds.
    waiting: int

    def leave_behind(self) -> None: ...

    def take_now(self, packet: Any) -> bool: ...


class Unsent(JoinableQueue):
    """What waits for one client; past the limits the client is left behind instead of the memory filled."""

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        super().__init__()
        self._max_messages, self._max_bytes = max_messages, max_bytes
        self._bytes = 0
        self._is_full = False
        #: Set once the client has a websocket.
        self.websocket: _Slow | None = None

    def speaks_to(self, websocket: _Slow) -> None:
        """What waits here waits for this websocket."""
        self.websocket = websocket
        websocket.waiting = self.qsize()

    def take_opening(self) -> Any:
        """The first words to the client where they alone wait, for whoever sends them at once."""
        if self.qsize() != 1 or getattr(self.peek(False), "packet_type", None) != OPEN:
            return None
        opening = self.get()
        self.task_done()
        return opening

    @staticmethod
    def _cost(packet: Any) -> int:
        data = getattr(packet, "data", None)
        return len(data) if isinstance(data, (str, bytes, Filled)) else 0

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        # ``None`` tells the writer to end and must always get through.
        if item is not None:
            if self._is_full or (self.websocket is not None and self.websocket.take_now(item)):
                return
            self._forget_older(getattr(item, "about", None))
            if self.qsize() >= self._max_messages or (self.qsize() and self._bytes > self._max_bytes):
                self._give_up()
                return
            self._bytes += self._cost(item)
        super().put(item, block, timeout)
        if self.websocket is not None:
            self.websocket.waiting = self.qsize()

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        # Engine.IO's writer would take all that is there at once, and it would no longer count as waiting.
        if not block:
            raise Empty
        item = super().get(block, timeout)
        self._bytes -= self._cost(item)
        if self.websocket is not None:
            self.websocket.waiting = self.qsize()
        return item

    def _forget_older(self, about: object) -> None:
        """Take out what waits with a value that is about to be told anew."""
        for item in [one for one in self.queue if about is not None and getattr(one, "about", None) == about]:
            self.queue.remove(item)
            self._bytes -= self._cost(item)
            self.task_done()

    def _give_up(self) -> None:
        """Forget what waits: the client will ask for what it lacks when it is back."""
        self._is_full, self._bytes = True, 0
        while self.qsize():
            super().get(False)
            self.task_done()
        if self.websocket is not None:
            self.websocket.leave_behind()


def _turns(by_gevent: bool) -> Callable[[], AbstractContextManager[Any]]:
    """Turns of one connection to write: one at a time, and under gevent no longer than a frame may take."""
    if not by_gevent:
        lock = threading.Lock()
        return lambda: lock
    queue = BoundedSemaphore()

    @contextmanager
    def turn() -> Iterator[None]:
        with gevent.Timeout(SEND_SECONDS, TimeoutError("the client does not read")), queue:
            yield

    return turn


def _hard_driver(driver: Any, *, by_gevent: bool) -> Any:
    """The driver's websocket class with :class:`WebSocket` inside."""

    class HardWebSocketWSGI(driver):
        """What Engine.IO calls for each websocket: ``wait``, ``send``, ``close``."""

        def __init__(self, handler: Any, server: Any) -> None:
            super().__init__(handler, server)
            self.server_args["max_message_size"] = server.max_http_buffer_size
            self._engine_socket = handler.__self__

        def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
            # Without an offer nothing is negotiated: compression costs more than it saves here.
            environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
            try:
                self.ws = WebSocket(environ, turn=_turns(by_gevent), **self.server_args)
            except (ProtocolError, simple_websocket.ConnectionError):
                start_response("400 Bad Request", [("Content-Length", "0"), ("Connection", "close")])
                return [b""]
            queue = self._engine_socket.queue
            if isinstance(queue, Unsent):
                queue.speaks_to(self.ws)
            try:
                result = self.app(self)
            finally:
                self.ws.finish()
            if self.ws.mode == "gunicorn":
                raise StopIteration
            if self.ws.mode == "werkzeug":
                raise ConnectionError
            return result

    return HardWebSocketWSGI


def harden(engine: Any, *, max_unsent: int = MAX_UNSENT, max_unsent_bytes: int = MAX_UNSENT_BYTES) -> None:
    """Give one ``engineio.Server`` the websocket of this module; others of the process stay as they are.

    A message from a client may have ``max_http_buffer_size`` bytes, given when the server was made.

    :param max_unsent: messages that may wait for one client.
    :param max_unsent_bytes: and their bytes.
    """
    driver = dict(engine._async)
    by_gevent = engine.async_mode == "gevent"
    driver["websocket"] = _hard_driver(driver["websocket"], by_gevent=by_gevent)
    if by_gevent:
        driver["queue"] = functools.partial(Unsent, max_unsent, max_unsent_bytes)
    engine._async = driver


def part_from_the_silent(clients: dict[str, Any]) -> None:
    """End the Engine.IO sockets that have answered no ping, and forget those that are closed."""
    for client in list(clients.values()):
        if client.closed:
            clients.pop(client.sid, None)
        elif not client.closing:
            client.check_ping_timeout()


def watch(clients: dict[str, Any]) -> None:
    """What Engine.IO's own watch does, which wakes for each socket by itself."""
    while True:
        time.sleep(WATCH_SECONDS)
        try:
            part_from_the_silent(clients)
        except Exception:
            log.exception("the watch over silent sockets failed")
