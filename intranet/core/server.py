"""The embedded web server of ``intranet serve``: gevent's pywsgi with deadlines and limits of its own.

Whoever sends headers or a body one byte at a time is cut, a request that two servers could read in two ways
is refused before the application sees it, and a stop lets the requests under way finish.  In production a
proxy does this work; the embedded server has to do it alone.
"""

import errno
import io
import logging
import resource
import signal
import socket
from collections.abc import Callable
from types import TracebackType
from typing import IO, Any

import gevent
from gevent.lock import BoundedSemaphore
from gevent.pool import Pool
from gevent.pywsgi import OldMessage, WSGIHandler, WSGIServer
from werkzeug.wsgi import FileWrapper

from intranet.core.wire import (
    BODY_RATE,
    MAX_CHUNKED,
    Body,
    Reader,
    check_framing,
    check_request_line,
    header_lines,
    last_answer,
)

logger = logging.getLogger("intranet.server")

#: Bytes per second a client must take of an answer, after 10 seconds.
ANSWER_RATE = 20_000
#: Bytes of a file sent at a time; smaller pieces cost a switch of greenlets each.
FILE_PIECE = 256 * 1024
#: Seconds in which what websockets are told at a stop leaves, where it has to wait its turn.
FAREWELL_SECONDS = 0.2
#: By this header a device says that nobody waits for the answer: it fetches what it keeps for later.
UNHURRIED = "HTTP_OFFICE_UNHURRIED"
#: Seconds after which such a request is looked at though one before it lasts, or the server is never at rest.
UNHURRIED_SECONDS = 5


class _Handler(WSGIHandler):
    """One connection and its requests, one after the other."""

    server: "OfficeServer"
    wsgi_input: Any

    def __init__(self, sock: Any, address: Any, server: "OfficeServer") -> None:
        self.reader = Reader(sock)
        self.served = 0
        super().__init__(sock, address, server, rfile=io.BufferedReader(self.reader))
        # An answer leaves as header and body: without this the body waits for the client's acknowledgement.
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handle_one_request(self) -> Any:
        server = self.server
        self.reader.allow(server.idle_seconds if self.served else server.header_seconds)
        server.idle.add(self)
        try:
            waiting = self.rfile.peek(1)
        except OSError:
            return None
        finally:
            server.idle.discard(self)
        if not waiting or server.stopping:
            return None
        if self.served:
            self.reader.allow(server.header_seconds)
        self.served += 1
        result = super().handle_one_request()
        if isinstance(result, tuple):
            self._refuse(result[1])
            return None
        return result

    def read_request(self, raw_requestline: str) -> bool:
        check_request_line(raw_requestline)
        return bool(super().read_request(raw_requestline))

    def MessageClass(self, rfile: IO[bytes], *args: Any) -> Any:  # noqa: N802 (gevent's name)
        lines = header_lines(rfile)
        check_framing(lines, version=self.request_version, max_body=self.server.max_body)
        # Each is a plain line by now; the parser of mails behind gevent's class would look for much more.
        message = OldMessage()
        for line in lines:
            name, _, value = line.decode("latin-1").partition(":")
            message.set_raw(name, value.strip(" \t\r\n"))
        return message

    def _connection_upgrade_requested(self) -> bool:
        # gevent looks at either header alone, and hands the application the bare connection.
        tokens = [token.strip() for token in self.headers.get("Connection", "").lower().split(",")]
        wanted = "upgrade" in tokens and self.headers.get("Upgrade", "").lower() == "websocket"
        return wanted and self.command == "GET" and not self.content_length

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        self.wsgi_input = Body(self.wsgi_input)
        if environ["wsgi.input_terminated"]:
            environ["wsgi.input"] = self.wsgi_input
        return environ

    def handle_one_response(self) -> None:
        server = self.server
        if self._connection_upgrade_requested():
            self.close_connection = True
            self.socket.settimeout(None)
            server.upgraded.add(self)
            try:
                super().handle_one_response()
            finally:
                server.upgraded.discard(self)
            return
        is_hurried = UNHURRIED not in self.environ
        if server.busy >= server.max_requests and is_hurried:
            self.close_connection = True
            self._refuse(last_answer("503", "Retry-After: 5"))
            return
        chunked = self.environ.get("HTTP_TRANSFER_ENCODING") is not None
        self.reader.allow(server.header_seconds, rate=BODY_RATE, size=MAX_CHUNKED if chunked else None)
        server.busy += is_hurried
        try:
            super().handle_one_response()
        finally:
            server.busy -= is_hurried
            # What is left of a body that was cut would be read as the next request.
            self.close_connection = self.close_connection or self.wsgi_input.failed or server.stopping

    def finalize_headers(self) -> None:
        super().finalize_headers()
        self.close_connection = self.close_connection or self.server.stopping
        if self.close_connection and not any(n.lower() == b"connection" for n, _ in self.response_headers):
            self.response_headers.append((b"Connection", b"close"))

    def _sendall(self, data: bytes) -> None:
        self.socket.settimeout(10 + len(data) / ANSWER_RATE)
        try:
            super()._sendall(data)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "the client does not read its answer") from None

    def _refuse(self, answer: bytes) -> None:
        """Send a last answer and read on for a second, so that a reset does not overtake it."""
        try:
            self.socket.settimeout(1)
            self.socket.sendall(answer)
            self.socket.shutdown(socket.SHUT_WR)
            with gevent.Timeout(1, False):
                while self.socket.recv(65536):
                    pass
        except OSError:
            return

    def cut(self) -> None:
        """End the connection whatever it waits for."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError):
            return

    def _handle_client_error(self, ex: Exception) -> tuple[str, bytes]:
        status = "408" if isinstance(ex, TimeoutError) else getattr(ex, "status", "400")
        # gevent's own messages quote the request; ours say only which rule it broke.
        logger.info("request.refused", extra={"status": int(status)})
        return status, last_answer(status)

    def _log_error(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if not issubclass(kind, gevent.GreenletExit):
            logger.error("request.failed", exc_info=(kind, error, trace))


def _in_turn(app: Any) -> Any:
    """The application; requests that nobody waits for come to it one at a time, when no other is there.

    Hundreds of tablets fetch their packs at once; without this a page would stand in line behind them all.
    """
    turn = BoundedSemaphore()

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        if UNHURRIED not in environ or "HTTP_UPGRADE" in environ:
            return app(environ, start_response)
        has_turn = turn.acquire(timeout=UNHURRIED_SECONDS)
        try:
            with gevent.Timeout(UNHURRIED_SECONDS, False):
                gevent.idle()
            return app(environ, start_response)
        finally:
            if has_turn:
                turn.release()

    return answer


class OfficeServer(WSGIServer):
    """A pywsgi server that knows its connections and can let go of them in order."""

    handler_class = _Handler

    def __init__(
        self,
        listener: tuple[str, int],
        app: Any,
        *,
        max_body: int,
        max_connections: int,
        max_requests: int,
        header_seconds: float,
        idle_seconds: float,
        on_stop: Callable[[], None] | None,
    ) -> None:
        self.max_body, self.max_requests = max_body, max_requests
        self.header_seconds, self.idle_seconds = header_seconds, idle_seconds
        self.on_stop = on_stop
        #: Connections that wait for a request, and those that became websockets.
        self.idle: set[_Handler] = set()
        self.upgraded: set[_Handler] = set()
        #: Requests the application is at work on, websockets aside.
        self.busy = 0
        self.stopping = False
        environ = {
            # Left out, gevent asks the name service, which may take seconds.
            "SERVER_NAME": listener[0],
            "wsgi.file_wrapper": lambda file, size=0: FileWrapper(file, FILE_PIECE),
        }
        super().__init__(
            listener,
            _in_turn(app),
            backlog=1024,
            spawn=Pool(max_connections),
            log=None,
            error_log=logger,
            environ=environ,
        )

    def stop(self, timeout: float | None = None) -> None:
        """Accept nothing more, say goodbye to sockets, wait up to ``timeout`` seconds for the requests."""
        self.stopping = True
        self.close()
        for handler in list(self.idle):
            handler.cut()
        if self.on_stop is not None:
            try:
                self.on_stop()
            except Exception:
                logger.exception("server.on_stop_failed")
        if self.upgraded:
            gevent.sleep(FAREWELL_SECONDS)
        for handler in list(self.upgraded):
            handler.cut()
        super().stop(timeout)


def _raise_file_limit(wanted: int) -> int:
    """Allow this process ``wanted`` open files, or as many as the system lets it; returns how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


def serve(
    app: Any,
    *,
    host: str,
    port: int,
    max_body: int = 64 * 1024 * 1024,
    max_connections: int = 4000,
    max_requests: int = 500,
    header_seconds: float = 10,
    idle_seconds: float = 30,
    stop_seconds: float = 20,
    on_ready: Callable[[int], None] | None = None,
    on_stop: Callable[[], None] | None = None,
) -> None:
    """Serve ``app`` until SIGTERM or SIGINT; returns when the last request is answered or out of time.

    The caller has patched the standard library for gevent as its first act.

    :param port: 0 takes a free one.
    :param max_body: bytes; a longer declared body is refused with 413.  Keep it above the application's own
        limit, whose page says more.
    :param max_connections: open connections, websockets among them; further ones wait in the backlog.
    :param max_requests: requests under way at once; further ones get 503 and ``Retry-After``.
    :param header_seconds: for all headers of a request together; also the grace of a body, which then has to
        bring :data:`intranet.core.wire.BODY_RATE` bytes per second.
    :param idle_seconds: how long a connection is kept between requests.
    :param stop_seconds: how long a stop waits for requests under way.
    :param on_ready: called with the port once connections are accepted.
    :param on_stop: called at a stop before websockets are cut, to tell their clients; it must be quick.
    :raises OSError: the address is taken or not ours.
    """
    # A websocket holds two descriptors: the connection's and the one it reads from.
    files = _raise_file_limit(2 * max_connections + 512)
    server = OfficeServer(
        (host, port),
        app,
        max_body=max_body,
        max_connections=max(1, min(max_connections, (files - 256) // 2)),
        max_requests=max_requests,
        header_seconds=header_seconds,
        idle_seconds=idle_seconds,
        on_stop=on_stop,
    )
    server.start()
    signals = [gevent.signal_handler(number, server.close) for number in (signal.SIGTERM, signal.SIGINT)]
    try:
        if on_ready is not None:
            on_ready(server.server_port)
        server.serve_forever(stop_timeout=stop_seconds)
    finally:
        for watcher in signals:
            watcher.cancel()
