"""The embedded server under slow, hostile and ordinary clients, as a process of its own on a free port."""

import contextlib
import http.client
import inspect
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import pytest
from engineio import socket as engine_socket
from engineio.async_drivers import gevent as gevent_driver
from gevent import pywsgi
from simple_websocket import ws as simple_websocket
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).parents[2]


@dataclass
class Running:
    """One server process."""

    port: int
    process: subprocess.Popen[str]

    def resident(self) -> int:
        """Its memory, in bytes."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * 4096

    def peak(self) -> int:
        """The most memory it ever had, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024

    def sockets(self) -> int:
        """How many sockets it has open."""
        files = Path(f"/proc/{self.process.pid}/fd").iterdir()
        return sum(os.readlink(file).startswith("socket:") for file in files)

    def get(self, path: str) -> str:
        """The body of one page, asked over a connection of its own."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(client):
            client.request("GET", path)
            return client.getresponse().read().decode()

    def raw(self, data: bytes) -> bytes:
        """All that comes back for ``data`` until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=15) as client:
            client.sendall(data)
            answer = b""
            while piece := client.recv(65536):
                answer += piece
            return answer


@contextlib.contextmanager
def running(*args: int, **environment: str) -> Iterator[Running]:
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("small_app.py")), *map(str, args)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **environment},
    ) as process:
        try:
            assert process.stdout is not None
            yield Running(int(process.stdout.readline()), process)
        finally:
            process.kill()
            process.wait(10)


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as found:
        yield found


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def request_with(*headers: str, body: bytes = b"", line: str = "POST / HTTP/1.1") -> bytes:
    return "\r\n".join([line, "Host: localhost", *headers, "", ""]).encode() + body


@contextlib.contextmanager
def room(server: Running, **options: object) -> Iterator[ClientConnection]:
    """A Socket.IO connection without a client library of its own."""
    address = f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
    with connect(address, max_size=None, **options) as client:  # type: ignore[arg-type]  # passed on
        client.recv(timeout=5)
        client.send("40")
        assert str(client.recv(timeout=5)).startswith("40")
        yield client


def events(client: ClientConnection, count: int) -> list[int]:
    """The numbers of the next ``count`` events ``drop``, pings answered in between."""
    seen: list[int] = []
    while len(seen) < count:
        message = str(client.recv(timeout=15))
        if message == "2":
            client.send("3")
        elif message.startswith("42"):
            seen.append(json.loads(message[2:])[1]["n"])
    return seen


# The ordinary client


def test_pages_bodies_and_kept_connections_work(server: Running) -> None:
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    with contextlib.closing(client):
        for size in (0, 10, 300_000):
            client.request("POST", "/", body=b"x" * size)
            answer = client.getresponse()
            assert (answer.status, answer.read()) == (200, str(size).encode())
            assert answer.getheader("Server") is None
        client.request("POST", "/", body=iter([b"ab", b"cde"]), encode_chunked=True)
        assert client.getresponse().read() == b"5"


def test_files_go_out_in_large_pieces_and_by_range(server: Running) -> None:
    assert server.get("/wrapper") == str(256 * 1024)
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    with contextlib.closing(client):
        client.request("GET", "/file")
        assert len(client.getresponse().read()) == 8 * 1024 * 1024
        client.request("GET", "/file", headers={"Range": "bytes=100-199"})
        answer = client.getresponse()
        assert (answer.status, len(answer.read())) == (206, 100)


# Requests that can be read in two ways


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (request_with("Content-Length: 3", "Content-Length: 5", body=b"abcde"), 400),
        (request_with("Content-Length: 3", "content-length: 3", body=b"abc"), 400),
        (request_with("Content-Length: 5", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 400),
        (request_with("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 501),
        (request_with("Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"), 501),
        (request_with("Content-Length: +3", body=b"abc"), 400),
        (request_with("Content-Length: 3, 3", body=b"abc"), 400),
        (request_with("Content-Length : 3", body=b"abc"), 400),
        (request_with("X-A: b", " Content-Length: 3", body=b"abc"), 400),
        (request_with("X-A: b\rContent-Length: 3", body=b"abc"), 400),
        (request_with("Content-Length: 99999999999"), 413),
        (request_with("Host: elsewhere"), 400),
        (request_with(line="GET /"), 400),
        (request_with(line="GET / HTTP/2.0"), 400),
        (request_with(*(f"X-{n}: y" for n in range(200))), 431),
        (request_with("X-A: " + "y" * 40_000), 431),
        (request_with(line="GET /" + "y" * 9000 + " HTTP/1.1"), 414),
    ],
)
def test_an_unclear_request_is_refused_before_the_application_sees_it(
    server: Running, data: bytes, status: int
) -> None:
    before = server.get("/reached")
    smuggled = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = server.raw(data + smuggled)
    assert status_of(answer) == status
    assert answer.count(b"HTTP/1.1 ") == 1
    assert server.get("/reached") == before


def test_a_chunked_body_without_end_is_cut(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=15) as client:
        client.sendall(request_with("Transfer-Encoding: chunked"))
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 16 * 1024 * 1024:
                client.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
                sent += 0x4000
    assert sent < 16 * 1024 * 1024


@pytest.mark.parametrize(
    "data",
    [
        request_with("Transfer-Encoding: chunked", body=b"zz\r\nab\r\n0\r\n\r\n"),
        request_with("Transfer-Encoding: chunked", body=b"3\r\nabcdef\r\n0\r\n\r\n"),
    ],
)
def test_a_broken_chunk_is_a_bad_request_and_the_last(server: Running, data: bytes) -> None:
    answer = server.raw(data + request_with(line="GET / HTTP/1.1"))
    assert status_of(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1


# Slow clients


@pytest.mark.slow
def test_150_slow_clients_are_cut_and_an_honest_one_notices_nothing(server: Running) -> None:
    head = request_with("Content-Length: 100000")
    clients = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(150)]
    began = time.monotonic()
    open_until: dict[socket.socket, float] = {}
    with selectors.DefaultSelector() as watch:
        for number, client in enumerate(clients):
            client.setblocking(False)
            if number % 2:
                client.send(head)
            watch.register(client, selectors.EVENT_READ)
        waits: list[float] = []
        sent = 0
        while len(open_until) < len(clients) and time.monotonic() - began < 25:
            asked = time.monotonic()
            assert server.get("/") == "0"
            waits.append(time.monotonic() - asked)
            if int(asked - began) > sent:
                for number, client in enumerate(clients):
                    if client not in open_until:
                        with contextlib.suppress(OSError):
                            client.send(b"x" if number % 2 else head[sent : sent + 1])
                sent += 1
            for key, _ in watch.select(max(0.0, asked + 0.1 - time.monotonic())):
                slow = key.fileobj
                assert isinstance(slow, socket.socket)
                with contextlib.suppress(ConnectionError):
                    if slow.recv(4096):
                        continue
                open_until[slow] = time.monotonic() - began
                watch.unregister(slow)
    for client in clients:
        client.close()
    assert len(open_until) == 150
    assert max(open_until.values()) <= 20
    assert min(open_until.values()) >= 8
    assert quantiles(waits, n=20)[-1] <= 1


def test_what_follows_a_body_that_was_cut_is_not_taken_for_a_request() -> None:
    with (
        running(1024, 2) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=20) as client,
    ):
        client.sendall(request_with("Content-Length: 100000", body=b"abc"))
        began = time.monotonic()
        answer = b""
        with contextlib.suppress(ConnectionError):
            while piece := client.recv(4096):
                answer += piece
                client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert 1.5 < time.monotonic() - began < 8
        assert status_of(answer) == 408
        assert answer.count(b"HTTP/1.1 ") == 1
        assert server.get("/reached") == "1"


# Sockets


def test_a_message_over_the_limit_ends_the_socket_with_1009(server: Running) -> None:
    with room(server, compression=None) as client:
        client.send("42" + json.dumps(["echo", "y" * 200_000]))
        with contextlib.suppress(ConnectionClosed):
            client.send("42" + json.dumps(["echo", "y" * 4_000_000]))
        with pytest.raises(ConnectionClosed) as ended:
            events(client, 1)
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == 1009
    assert server.get("/") == "0"


def test_compression_is_not_accepted_and_a_large_frame_costs_no_memory(server: Running) -> None:
    before = server.peak()
    with room(server) as client:
        assert not client.protocol.extensions
        with contextlib.suppress(ConnectionClosed):
            client.send("42" + json.dumps(["echo", "y" * 64_000_000]))
            client.recv(timeout=10)
    assert server.peak() - before < 40 * 1024 * 1024


def test_a_broken_handshake_is_a_bad_request(server: Running) -> None:
    answer = server.raw(
        request_with(
            "Connection: Upgrade",
            "Upgrade: websocket",
            line="GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
        )
    )
    assert status_of(answer) == 400


def test_an_upgrade_elsewhere_than_the_socket_address_is_refused(server: Running) -> None:
    address = f"ws://127.0.0.1:{server.port}/reached"
    with pytest.raises(InvalidStatus) as refused, connect(address):
        pass
    assert refused.value.response.status_code == 400


@pytest.mark.parametrize("header", ["Connection: upgrade", "Upgrade: websocket"])
def test_half_an_upgrade_is_an_ordinary_request(server: Running, header: str) -> None:
    after = request_with("Connection: close", line="GET /wrapper HTTP/1.1")
    answer = server.raw(request_with(header, "Content-Length: 3", body=b"abc" + after))
    assert answer.count(b"HTTP/1.1 200") == 2
    assert answer.endswith(b"262144")


@pytest.mark.slow
def test_a_reader_that_stops_for_seconds_sees_every_event_in_order() -> None:
    with running(64 * 1024 * 1024, 10) as server, room(server, max_queue=1, compression=None) as client:
        client.send("42" + json.dumps(["pour", 200, 100_000]))
        time.sleep(4)
        client.ping()
        assert events(client, 200) == list(range(200))


def test_a_reader_that_leaves_too_much_is_cut_and_holds_nobody_up(server: Running) -> None:
    with room(server, max_queue=1, compression=None) as stalled, room(server, compression=None) as other:
        stalled.send("42" + json.dumps(["pour", 200, 100_000]))
        time.sleep(1)
        other.send("42" + json.dumps(["pour", 5, 10]))
        assert events(other, 5) == list(range(5))
        with pytest.raises(ConnectionClosed):
            events(stalled, 200)
        assert server.resident() < 300 * 1024 * 1024


# The end


def test_what_nobody_waits_for_lets_a_page_go_first_and_is_answered_all_the_same() -> None:
    with running() as server, contextlib.ExitStack() as open_:
        clients = [
            open_.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=15))
            for _ in range(32)
        ]
        first, *waiting, last = clients
        head = b"GET /work/%d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n"
        # While the server is at the first, all others come, and the page after them.
        first.sendall(head % (400, b""))
        for one in waiting:
            one.sendall(head % (4, b"Office-Unhurried: 1\r\n"))
        last.sendall(head % (0, b""))
        answers = [one.makefile("rb").read() for one in clients]
        before = [int(answer.rpartition(b"\n")[2]) for answer in answers]
    assert sorted(before) == list(range(32))
    assert before[-1] <= 3


def test_a_stop_answers_what_is_under_way_and_takes_nothing_more() -> None:
    with running() as server, room(server) as client, contextlib.ExitStack() as stack:
        idle = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        busy = stack.enter_context(
            contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10))
        )
        busy.request("GET", "/long")
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        assert idle.recv(1) == b""
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=5)
        with pytest.raises(ConnectionRefusedError):
            server.get("/")
        answer = busy.getresponse()
        assert (answer.read(), answer.getheader("Connection")) == (b"done", "close")
        assert server.process.wait(5) == 0


# Names of other packages that the server leans on


def test_the_private_names_we_build_on_are_still_there() -> None:
    handler = pywsgi.WSGIHandler
    for name in (
        "MessageClass",
        "read_request",
        "handle_one_request",
        "handle_one_response",
        "finalize_headers",
        "_connection_upgrade_requested",
        "_handle_client_error",
        "_log_error",
        "_sendall",
    ):
        assert callable(getattr(handler, name))
    assert pywsgi.Input.read
    assert pywsgi.Input.readline
    assert {"websocket", "queue"} <= set(gevent_driver._async)
    assert callable(simple_websocket.Base._thread)
    assert "self.queue.get(block=False)" in inspect.getsource(engine_socket.Socket.poll)
    assert "self._async" in Path(sys.modules["engineio.base_server"].__file__ or "").read_text()
