"""A room with a reader that stops: it misses nothing or is ended, and nobody else waits for it."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from intranet.core.websocket import MAX_UNSENT_BYTES, TOO_SLOW
from tests.core.test_server import Running, events, room, running

pytestmark = pytest.mark.slow
EVENTS, SIZE = 200, 100_000
LARGE = 64 * 1024 * 1024


@pytest.fixture(params=["on", "off"])
def frame_once(request: pytest.FixtureRequest) -> str:
    """Frames made once, and every socket making its own."""
    return str(request.param)


@contextlib.contextmanager
def member(server: Running, **options: object) -> Iterator[ClientConnection]:
    """Somebody in the room."""
    with room(server, compression=None, **options) as client:
        client.send("420" + json.dumps(["join"]))
        while not str(client.recv(timeout=5)).startswith("430"):
            pass
        yield client


class Reader(threading.Thread):
    """Reads one member's events as they come, and when the last of them came."""

    def __init__(self, client: ClientConnection) -> None:
        super().__init__(daemon=True)
        self.client, self.seen, self.at = client, list[int](), 0.0
        self.start()

    def run(self) -> None:
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            while len(self.seen) < EVENTS:
                self.seen += events(self.client, 1)
        self.at = time.monotonic()


def test_whoever_stops_reading_for_seconds_sees_every_event_in_order(frame_once: str) -> None:
    with (
        running(LARGE, 10, OFFICE_FRAME_ONCE=frame_once) as server,
        member(server, max_queue=1) as stalled,
        member(server) as other,
    ):
        reader = Reader(other)
        other.send("42" + json.dumps(["tell", EVENTS, SIZE, 0]))
        time.sleep(3)
        resumed = time.monotonic()
        stalled.ping()
        assert events(stalled, EVENTS) == list(range(EVENTS))
        reader.join(10)
        assert reader.seen == list(range(EVENTS))
        assert reader.at < resumed, "the other waited for the one that stopped"


def test_whoever_leaves_too_much_unread_is_told_so_and_the_room_goes_on(frame_once: str) -> None:
    with (
        running(MAX_UNSENT_BYTES, 10, OFFICE_FRAME_ONCE=frame_once) as server,
        member(server, max_queue=1) as stalled,
        member(server) as other,
    ):
        reader = Reader(other)
        other.send("42" + json.dumps(["tell", EVENTS, SIZE, 8]))
        time.sleep(2.5)
        late = Reader(stalled)
        late.join(10)
        assert late.seen == list(range(len(late.seen)))
        assert len(late.seen) < EVENTS
        assert stalled.close_code == TOO_SLOW
        reader.join(10)
        assert reader.seen == list(range(EVENTS))
        assert server.resident() < 300 * 1024 * 1024


def test_whoever_never_reads_again_is_cut(frame_once: str) -> None:
    with (
        running(MAX_UNSENT_BYTES, 10, OFFICE_FRAME_ONCE=frame_once) as server,
        member(server, max_queue=1, close_timeout=0.1),
        member(server) as other,
    ):
        before = server.sockets()
        reader = Reader(other)
        other.send("42" + json.dumps(["tell", EVENTS, SIZE, 8]))
        reader.join(10)
        assert reader.seen == list(range(EVENTS))
        until = time.monotonic() + 8
        while server.sockets() >= before and time.monotonic() < until:
            time.sleep(0.1)
        assert server.sockets() < before
