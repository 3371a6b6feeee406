"""Frames that are made once, and the websocket that takes them without waiting.

:func:`install` gives one Engine.IO server a websocket whose writing side is ours; the handshake and all that
comes in are wsproto's. ``fanout.py`` offers a room's frame to every socket of the room.
"""

import contextlib
import functools
import json
import re
import socket
import time
from collections import deque
from typing import Any

import gevent
from engineio.packet import MESSAGE, NOOP
from engineio.packet import Packet as EnginePacket
from gevent.lock import BoundedSemaphore
from socketio.packet import Packet
from wsproto import ConnectionType, WSConnection
from wsproto.connection import Connection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Message,
    Ping,
    Request,
    TextMessage,
)
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import ProtocolError

from intranet.core.websocket import (
    FAREWELL_SECONDS,
    LINGER_BYTES,
    LINGER_SECONDS,
    MAX_UNSENT,
    MAX_UNSENT_BYTES,
    STALL_SECONDS,
    TOO_SLOW,
    TURN,
    Unsent,
)
from intranet.core.written import Filled, Written

_READ = 16 * 1024
#: Send what fits now; as a plain number, for a room sends a thousand times.
_AT_ONCE = int(socket.MSG_DONTWAIT)
#: Stands for what is written already; no text of ours holds a nought byte.
_HERE = "\0here\0"
#: Characters from which a message that was sent is worth letting go of at once: a room's whole state.
LARGE = 4 * 1024
#: What the handshake needs of a request, under its names in a WSGI environment.
_HANDSHAKE = {
    "HTTP_CONNECTION": b"Connection: ",
    "HTTP_UPGRADE": b"Upgrade: ",
    "HTTP_SEC_WEBSOCKET_KEY": b"Sec-WebSocket-Key: ",
    "HTTP_SEC_WEBSOCKET_VERSION": b"Sec-WebSocket-Version: ",
}
_BREAK = re.compile(rb"[\r\n]")
#: Makes frames for everybody: a server masks nothing and without extensions no frame depends on another.
_framer = Connection(ConnectionType.SERVER)


class TextPacket(Packet):
    """A message that is never bytes: nobody has to walk through a snapshot to see that it holds none."""

    data: Any
    uses_binary_events = False


class FilledPacket(TextPacket):
    """A message into which what is written already is put as it stands."""

    def encode(self) -> Any:
        """The message as text, or as :class:`Filled`, which Engine.IO takes as well."""
        answer = self.data[0] if isinstance(self.data, list) and len(self.data) == 1 else None
        parts = answer.items() if isinstance(answer, dict) else ()
        name = next((name for name, part in parts if isinstance(part, Written)), None)
        if answer is None or name is None:
            return super().encode()
        self.data = [answer | {name: _HERE}]
        head, _, tail = super().encode().partition(json.dumps(_HERE))
        self.data = [answer]
        return Filled(head, answer[name].text, tail)


class Wire(bytes):
    """A whole websocket frame, ready to leave."""


class FramedPacket(EnginePacket):
    """A message to a room with its frame; whoever gets it through a queue gets the same bytes.

    :param about: of what it is the last value: an older one that still waits is not sent.
    """

    def __init__(self, text: str, about: object = None) -> None:
        super().__init__(MESSAGE, text)
        self.about = about
        self.wire = Wire(_framer.send(TextMessage(data=super().encode())))

    def encode(self, b64: bool = False) -> Any:
        """The frame; the text where a poll asks for it."""
        return super().encode() if b64 else self.wire


def _wire_of(message: Filled) -> bytes:
    """Its frame, put together in one go: that it is text, how long, and Engine.IO's sign of a message."""
    size = 1 + len(message)
    head = b"\x7e" + size.to_bytes(2) if size < 65_536 else b"\x7f" + size.to_bytes(8)
    return b"".join((b"\x81", bytes((size,)) if size < 126 else head, b"4", *message.parts))


class _Rest(EnginePacket):
    """Wakes the writer: to send what is left of a frame, or to let go of what it sent."""

    wire = Wire()

    def __init__(self) -> None:
        super().__init__(NOOP)

    def encode(self, b64: bool = False) -> Any:
        return super().encode() if b64 else self.wire


class FrameOnceWebSocket:
    """What Engine.IO calls for one websocket: ``wait``, ``send``, ``close``; for gevent alone.

    The handler's own greenlet reads. One greenlet at a time writes; what stands between (``rest``) is sent
    before anything else.
    """

    __slots__ = (
        "_handler",
        "_max_bytes",
        "_parts",
        "_proto",
        "_queue",
        "_ready",
        "_size",
        "_sock_",
        "_taken",
        "_try_send",
        "_turn",
        "is_open",
        "is_over",
        "rest",
        "waiting",
        "writers",
    )

    def __init__(self, handler: Any, server: Any) -> None:
        self._handler = handler
        self._queue: Any = handler.__self__.queue
        self._max_bytes: int = server.max_http_buffer_size
        self._turn = BoundedSemaphore()
        self._ready: deque[str | bytes] = deque()
        self._parts: list[str | bytes] = []
        self._size = self._taken = 0
        #: The tail of a frame of which the socket took a part.
        self.rest = b""
        #: How many write or wait for their turn to, and how many packets the queue holds.
        self.writers = self.waiting = 0
        #: Messages may be sent; and nothing more will be read.
        self.is_open, self.is_over = False, False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Serve one connection to its end, as a WSGI application."""
        try:
            self._proto, hello = _shake_hands(environ)
        except ProtocolError:
            start_response("400 Bad Request", [("Content-Length", "0"), ("Connection", "close")])
            return [b""]
        self._sock_, server = _socket_of(environ)
        # Below gevent's socket a send raises BlockingIOError; it never waits.
        self._try_send = self._sock_._sock.send
        with contextlib.suppress(OSError):
            self._sock_.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.is_open = True
        if isinstance(self._queue, Unsent):
            # Through the queue the opening of a fresh connection would wake the writer for itself alone.
            opening = self._queue.take_opening()
            hello += b"" if opening is None else _framer.send(TextMessage(data=opening.encode()))
            self._queue.speaks_to(self)
        try:
            self._write(hello)
            result = self._handler(self)
        except OSError:
            result = []
        finally:
            self._finish()
        if server == "gunicorn":
            raise StopIteration
        if server == "werkzeug":
            raise ConnectionError
        return result

    def take_now(self, packet: Any) -> bool:
        """Let the socket take a message to this client alone, as :meth:`offer` does a room's frame.

        Through the queue it would wake the writer, with two switches of greenlets and a timer. Pings keep to
        the queue: a writer that was given nothing for 45 s would end the socket.
        """
        is_idle = self.is_open and not (self.waiting or self.writers or self.rest)
        if not is_idle or packet.packet_type != MESSAGE or packet.binary:
            return False
        if isinstance(packet.data, Filled):
            return self.offer(_wire_of(packet.data))
        message = packet.encode()
        return self.offer(message if isinstance(message, Wire) else _framer.send(TextMessage(data=message)))

    def offer(self, wire: bytes) -> bool:
        """Let the socket take a frame now; ``False``: it has to wait its turn in the queue."""
        if self.waiting or self.writers or self.rest or not self.is_open:
            return False
        try:
            sent = self._try_send(wire, _AT_ONCE)
        except BlockingIOError:
            return False
        except OSError:
            # Whoever reads from it notices, and closes.
            return True
        if sent < len(wire):
            self.rest = wire[sent:]
            self._queue.put(_Rest())
        return True

    def send(self, message: str | bytes) -> None:
        """Send one message of the queue whole, however long the client takes, up to a limit.

        :raises OSError: the socket is closed, or the client does not read.
        """
        if not self.is_open:
            raise OSError("the websocket is closed")
        if isinstance(message, Wire):
            self._write(message)
        else:
            event = TextMessage if isinstance(message, str) else BytesMessage
            self._write(self._proto.send(event(data=message)))  # type: ignore[arg-type]  # one of the two
        if len(message) > LARGE and not self._queue.qsize():
            # Engine.IO's writer holds what it sent last until something follows, at worst the next ping.
            self._queue.put(_Rest())

    def wait(self) -> str | bytes | None:
        """The next message, ``None`` when there will be none."""
        self._taken += 1
        if not self._taken % TURN:
            # Who sends without a pause is read without one: let the answers leave, and others be heard.
            gevent.sleep(0)
        try:
            while not self._ready:
                if self.is_over:
                    return None
                data = self._sock_.recv(_READ)
                if not data:
                    self.is_over = True
                    return None
                self._take(data)
        except (OSError, ProtocolError):
            self.is_over = True
            return None
        return self._ready.popleft()

    def close(self, code: int = CloseReason.NORMAL_CLOSURE, reason: str | None = None) -> None:
        """Say goodbye; a client that does not answer within a second is cut."""
        if not self.is_open:
            return
        self.is_open = False
        with contextlib.suppress(OSError, ProtocolError):
            self._write(self._proto.send(CloseConnection(code, reason)))
        if not self.is_over:
            gevent.spawn_later(LINGER_SECONDS, self.cut)

    def leave_behind(self) -> None:
        """Its queue is full: tell the client so if it reads at all, and end the socket."""
        gevent.spawn(self._leave_behind)

    def cut(self) -> None:
        """End the connection both ways; whoever waits on it wakes."""
        with contextlib.suppress(OSError):
            self._sock_.shutdown(socket.SHUT_RDWR)

    def _leave_behind(self) -> None:
        with gevent.Timeout(FAREWELL_SECONDS, False):
            self.close(TOO_SLOW, "too slow")
            return
        self.cut()

    def _write(self, data: bytes) -> None:
        """Send the rest of an earlier frame, then these bytes; nothing comes in between."""
        self.writers += 1
        try:
            with self._turn:
                if self.rest:
                    data, self.rest = self.rest + data, b""
                if not data:
                    return
                try:
                    sent = self._try_send(data, _AT_ONCE)
                except BlockingIOError:
                    sent = 0
                left = memoryview(data)[sent:]
                while left:
                    # A slow client may take its time, one that accepts nothing may not.
                    with gevent.Timeout(STALL_SECONDS, TimeoutError("the client does not read")):
                        left = left[self._sock_.send(left) :]
        except OSError:
            self.cut()
            raise
        finally:
            self.writers -= 1

    def _take(self, data: bytes) -> None:
        """Let wsproto read what came, and act on it."""
        self._proto.receive_data(data)
        for event in self._proto.events():
            if isinstance(event, Message):
                if self.is_open:
                    self._collect(event)
            elif isinstance(event, Ping):
                if self.is_open:
                    self._write(self._proto.send(event.response()))
            elif isinstance(event, CloseConnection):
                # The client's, or wsproto's own for what is no frame.
                self._end(event.response())
            if self.is_over:
                return

    def _collect(self, part: Any) -> None:
        """Keep a part of a message; a message over the limit ends the socket while it arrives."""
        self._size += len(part.data)
        if self._size > self._max_bytes:
            self._end(CloseConnection(CloseReason.MESSAGE_TOO_BIG, "Message is too big"))
            return
        self._parts.append(part.data)
        if part.message_finished:
            parts, self._parts, self._size = self._parts, [], 0
            whole = parts[0] if len(parts) == 1 else type(parts[0])().join(parts)  # type: ignore[arg-type]
            self._ready.append(whole if isinstance(whole, str) else bytes(whole))

    def _end(self, farewell: CloseConnection) -> None:
        self.is_over = True
        if self.is_open:
            self.is_open = False
            self._write(self._proto.send(farewell))

    def _finish(self) -> None:
        """Hear the other side out for a second, so that a reset does not overtake our last words."""
        self.is_open = False
        try:
            self._sock_.shutdown(socket.SHUT_WR)
            self._sock_.settimeout(LINGER_SECONDS)
            left, until = LINGER_BYTES, time.monotonic() + LINGER_SECONDS
            while left > 0 and time.monotonic() < until:
                count = len(self._sock_.recv(65536))
                left = left - count if count else 0
        except OSError:
            pass
        self.cut()
        self._sock_.close()


def install(engine: Any, *, max_unsent: int = MAX_UNSENT, max_unsent_bytes: int = MAX_UNSENT_BYTES) -> None:
    """Give one ``engineio.Server`` the websocket of this module; others of the process stay as they are.

    :param max_unsent: messages that may wait for one client.
    :param max_unsent_bytes: and their bytes.
    :raises ValueError: the server is not gevent's; threads would need a lock for every frame.
    """
    if engine.async_mode != "gevent":
        raise ValueError("frames are made once under gevent alone")
    engine._async = dict(engine._async) | {
        "websocket": FrameOnceWebSocket,
        "queue": functools.partial(Unsent, max_unsent, max_unsent_bytes),
    }


def _shake_hands(environ: dict[str, Any]) -> tuple[Connection, bytes]:
    """Read the request as a handshake; the connection and the answer to send.

    No extension is offered to wsproto, so none is agreed on: compression costs more than it saves here.

    :raises ProtocolError: it is none.
    """
    asked = WSConnection(ConnectionType.SERVER)
    lines = [b"GET / HTTP/1.1", b"Host: office"]
    lines += [name + environ[key].encode("latin-1") for key, name in _HANDSHAKE.items() if key in environ]
    if any(_BREAK.search(line) for line in lines):
        raise ProtocolError("no header")
    asked.receive_data(b"\r\n".join([*lines, b"", b""]))
    for event in asked.events():
        if isinstance(event, Request):
            answer = asked.send(AcceptConnection())
            if asked.connection is not None:
                return asked.connection, answer
    raise ProtocolError("no handshake")


def _socket_of(environ: dict[str, Any]) -> tuple[Any, str]:
    """The connection's socket and the server it came from."""
    for server in ("gunicorn", "werkzeug"):
        if f"{server}.socket" in environ:
            return environ[f"{server}.socket"], server
    body = environ["wsgi.input"]
    return (body if hasattr(body, "raw") else body.rfile).raw._sock, "gevent"
