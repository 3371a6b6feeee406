"""What a client sends, under limits: headers that can be read in one way only, bodies that come in time."""

import io
import re
import time
from collections.abc import Callable, Iterable
from typing import IO, Any

import gevent
from gevent.pywsgi import Input
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge, RequestTimeout

#: Bytes of all header lines of a request together, and how many lines.
MAX_HEADER_BYTES = 32 * 1024
MAX_HEADER_LINES = 100
#: Bytes of a chunked body with its framing; browsers send a Content-Length, so this is for odd clients only.
MAX_CHUNKED = 1024 * 1024
#: Bytes per second a body must bring after its first seconds of grace.
BODY_RATE = 50_000
#: Seconds a body may be behind at most, however much it brought before.
BODY_SLACK = 20.0
#: Bytes one client may bring before the others get their turn.
TURN = 256 * 1024

_REQUEST_LINE = re.compile(r"[A-Z]{1,20} [!-~]+ HTTP/1\.[01]\r?\n\Z")
_HEADER_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([^\0\r\n]*)\r?\n\Z")
_REASONS = {
    "400": "Bad Request",
    "408": "Request Timeout",
    "413": "Content Too Large",
    "431": "Request Header Fields Too Large",
    "501": "Not Implemented",
    "503": "Service Unavailable",
}


class Refused(ValueError):
    """The request goes no further; ``status`` is the three digits of the answer."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class _TooLong(OSError):
    """More bytes than allowed."""


class _SlowBody(RequestTimeout, TimeoutError):
    """The body did not come in time; the application answers 408 if it still can."""


class _LongBody(RequestEntityTooLarge, OSError):
    """The body is longer than allowed without a Content-Length."""


class _BrokenBody(ClientDisconnected, OSError):
    """The body ended too early or was no valid chunk."""


class Reader(io.RawIOBase):
    """The bytes of one connection, under a budget of waiting time (seconds) and of size.

    Only the time spent waiting for the client counts, and a byte that trickles in does not start it anew.
    """

    def __init__(self, sock: Any) -> None:
        #: Engine.IO finds the socket of a connection to upgrade under this name.
        self._sock = sock
        self._left = 0.0
        self._rate = 0
        self._size: int | None = None
        self._turn = 0

    def allow(self, seconds: float, *, rate: int = 0, size: int | None = None) -> None:
        """Begin a new budget: seconds, plus one for every ``rate`` bytes; at most ``size`` bytes."""
        self._left, self._rate, self._size = seconds, rate, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._size is not None and self._size <= 0:
            raise _TooLong("request too long")
        if self._left <= 0:
            raise TimeoutError("request too slow")
        self._sock.settimeout(self._left)
        began = time.monotonic()
        try:
            count: int = self._sock.recv_into(buffer)
        except TimeoutError:
            self._left = 0
            raise
        self._left -= time.monotonic() - began
        if self._rate:
            self._left = min(self._left + count / self._rate, BODY_SLACK)
        if self._size is not None:
            self._size -= count
        self._turn += count
        if self._turn >= TURN:
            self._turn = 0
            gevent.sleep(0)
        return count


class Body(Input):
    """A request's body, whose failures the application knows how to answer."""

    __slots__ = ("failed",)

    def __init__(self, body: Input) -> None:
        super().__init__(body.rfile, body.content_length, body.socket, body.chunked_input)
        #: Nothing after it on this connection can be trusted.
        self.failed = False

    def _watched(self, read: Callable[[int | None], bytes], size: int | None) -> bytes:
        try:
            return read(size)
        except OSError as error:
            self.failed = True
            if isinstance(error, TimeoutError):
                raise _SlowBody from None
            raise (_LongBody if isinstance(error, _TooLong) else _BrokenBody) from None

    def read(self, length: int | None = None) -> bytes:
        return self._watched(super().read, length)

    def readline(self, size: int | None = None) -> bytes:
        return self._watched(super().readline, size)


def check_request_line(line: str) -> None:
    """Refuse a first line that is not a method, a printable address and HTTP/1."""
    if not _REQUEST_LINE.match(line):
        raise Refused("400", "malformed request line")


def header_lines(rfile: IO[bytes]) -> list[bytes]:
    """The header lines up to the empty one, each of the plain form ``name: value``."""
    lines: list[bytes] = []
    left = MAX_HEADER_BYTES
    while True:
        line = rfile.readline(left + 1)
        left -= len(line)
        if left < 0 or len(lines) > MAX_HEADER_LINES:
            raise Refused("431", "headers too large")
        if line in (b"\r\n", b"\n"):
            return lines
        # A folded line, a space before the colon or a bare CR is read differently by different servers.
        if not _HEADER_LINE.match(line):
            raise Refused("400", "malformed header line")
        lines.append(line)


def check_framing(lines: Iterable[bytes], *, version: str, max_body: int) -> None:
    """Refuse every request whose end two servers could see at two places (RFC 9112, section 6.3)."""
    found: dict[bytes, list[bytes]] = {b"content-length": [], b"transfer-encoding": [], b"host": []}
    for line in lines:
        name, _, value = line.partition(b":")
        if name.lower() in found:
            found[name.lower()].append(value.strip())
    lengths, encodings = found[b"content-length"], found[b"transfer-encoding"]
    if len(found[b"host"]) > 1:
        raise Refused("400", "more than one Host")
    if encodings:
        if lengths:
            raise Refused("400", "Content-Length beside Transfer-Encoding")
        if version != "HTTP/1.1":
            raise Refused("400", "Transfer-Encoding before HTTP/1.1")
        if len(encodings) > 1 or encodings[0].lower() != b"chunked":
            raise Refused("501", "unknown Transfer-Encoding")
    if len(lengths) > 1:
        raise Refused("400", "more than one Content-Length")
    if lengths:
        if not re.fullmatch(rb"[0-9]{1,18}", lengths[0]):
            raise Refused("400", "Content-Length is no number")
        if int(lengths[0]) > max_body:
            raise Refused("413", "body too large")


def last_answer(status: str, *extra: str) -> bytes:
    """A bare answer after which the connection ends, with ``extra`` header lines."""
    lines = [f"HTTP/1.1 {status} {_REASONS[status]}", "Connection: close", "Content-Length: 0", *extra]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
