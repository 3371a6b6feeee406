"""Frames made once: the seams they lean on, and that a room hears the same with them and without."""

import inspect
import json
import time
import tomllib
import weakref
from importlib.metadata import version
from pathlib import Path
from typing import Any

import engineio
import gevent
import gevent.socket
import pytest
import socketio
from engineio import packet as engine_packet
from engineio import socket as engine_socket
from engineio.async_drivers import gevent as gevent_driver
from socketio.manager import Manager
from socketio.packet import ACK, Packet
from socketio.pubsub_manager import PubSubManager
from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.events import TextMessage

from intranet.core import fanout, fastroom
from intranet.core.config import Settings
from intranet.core.sharing import SharedFrameOnceRooms, SharedRooms, make_manager
from intranet.core.websocket import Unsent, part_from_the_silent
from intranet.core.written import Written

ROOT = Path(__file__).parents[2]
#: What ``fastroom`` and ``sharing`` override or touch, and the words of its source that they count on.
SEAMS: list[tuple[Any, list[str]]] = [
    (
        engine_socket.Socket._upgrade_websocket,
        ["self.server._async['websocket'](", "self._websocket_handler"],
    ),
    (engine_socket.Socket._websocket_handler, ["ws.wait()", "ws.send(pkt.encode())", "ws.close()"]),
    (engine_socket.Socket.poll, ["self.queue.get(", "self.queue.get(block=False)", "self.queue.task_done()"]),
    (
        engine_socket.base_socket.BaseSocket.__init__,
        ["self.queue", "self.upgrading", "self.clos"],
    ),
    (engineio.Server.create_queue, ["self._async['queue']"]),
    (engine_packet.Packet.encode, ["self.encode_cache"]),
    (Manager.emit, ["self.get_participants(namespace, room)", "pkt.encode()"]),
    (Manager.get_participants, ["participants.items()"]),
    (Manager.pre_connect, ["self.basic_enter_room("]),
    (Manager.enter_room, [".basic_enter_room("]),
    (Manager.leave_room, [".basic_leave_room("]),
    (Manager.basic_disconnect, ["self.basic_leave_room("]),
    (Manager.basic_close_room, ["self.basic_leave_room("]),
    (
        PubSubManager.emit,
        ["ignore_queue", "super().emit(", "_handle_emit(message)", "_publish(message)"],
    ),
    (PubSubManager._thread, ["self._listen()", "isinstance(message, dict)", "host_id"]),
    (socketio.Server._handle_eio_connect, ["self.manager_initialized"]),
]


@pytest.mark.parametrize(("seam", "words"), SEAMS, ids=[seam.__qualname__ for seam, _ in SEAMS])
def test_the_private_names_of_the_socket_libraries_are_where_they_were(seam: Any, words: list[str]) -> None:
    source = inspect.getsource(seam)
    assert [word for word in words if word not in source] == []


def test_the_socket_libraries_are_pinned_exactly() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name in ("python-socketio", "python-engineio", "flask-socketio"):
        assert f"{name}=={version(name)}" in project["dependencies"]


def test_a_socket_of_gevent_has_the_systems_socket_inside() -> None:
    with gevent.socket.socket() as outer:
        assert callable(outer._sock.send)
        assert outer._sock.fileno() == outer.fileno()


def test_installing_leaves_other_servers_of_the_process_alone() -> None:
    before = dict(gevent_driver._async)
    server = socketio.Server(async_mode="gevent")
    fastroom.install(server.eio)
    assert server.eio._async["websocket"] is fastroom.FrameOnceWebSocket
    assert isinstance(server.eio.create_queue(), Unsent)
    assert gevent_driver._async == before


def test_threads_get_no_frames_made_once() -> None:
    with pytest.raises(ValueError, match="gevent"):
        fastroom.install(socketio.Server(async_mode="threading").eio)


@pytest.mark.parametrize("text", ["", "x" * 125, "Ủy ban nhân dân", "y" * 126, "z" * 65_536])
def test_a_frame_made_once_is_the_frame_each_socket_would_make(text: str) -> None:
    own = Connection(ConnectionType.SERVER).send(TextMessage(data=f"4{text}"))
    packet = fastroom.FramedPacket(text)
    assert packet.encode() == own
    assert packet.encode(b64=True) == f"4{text}"


@pytest.mark.parametrize("text", ["", "Ủy ban", '"}', "\\u0000here\\u0000"])
def test_what_is_written_already_is_put_in_as_it_stands(text: str) -> None:
    for long in ("", "Ô" * 100, "ộ" * 30_000):
        answer = {"ok": True, "t": text, "state": Written(v=3, title=text + long), "n": [1]}
        packet = fastroom.FilledPacket(ACK, data=[answer], namespace="/meetings", id=1)
        filled = packet.encode()
        plain = Packet(ACK, data=[answer], namespace="/meetings", id=1).encode()
        start = plain.index("[")
        assert (str(filled)[:start], json.loads(str(filled)[start:])) == (plain[:start], [answer])
        assert packet.data == [answer]
        # Whether it leaves at once or through the queue, a tablet hears the same.
        queued = engine_packet.Packet(engine_packet.MESSAGE, filled).encode()
        assert fastroom._wire_of(filled) == Connection(ConnectionType.SERVER).send(TextMessage(data=queued))


def _connected(ours: Any) -> tuple[Any, fastroom.FrameOnceWebSocket]:
    """Engine.IO's side of a client, and its websocket over this socket."""
    server = socketio.Server(async_mode="gevent")
    fastroom.install(server.eio)
    tablet = engine_socket.Socket(server.eio, "tablet")
    websocket = fastroom.FrameOnceWebSocket(tablet._websocket_handler, server.eio)
    websocket._proto, websocket._sock_ = Connection(ConnectionType.SERVER), ours
    websocket._try_send, websocket.is_open = ours._sock.send, True
    return tablet, websocket


def test_an_idle_socket_takes_a_message_at_once_and_never_before_what_waits() -> None:
    ours, theirs = gevent.socket.socketpair()
    tablet, websocket = _connected(ours)
    tablet.queue.speaks_to(websocket)
    tablet.send(engine_packet.Packet(engine_packet.MESSAGE, "first"))
    assert tablet.queue.qsize() == 0
    assert theirs.recv(100) == b"\x81\x064first"
    # Without its pings the writer would take the client for gone.
    for kind, words in ((engine_packet.PING, None), (engine_packet.MESSAGE, "third")):
        tablet.send(engine_packet.Packet(kind, words))
    assert tablet.queue.qsize() == 2
    serving = gevent.spawn(tablet._websocket_handler, websocket)
    with gevent.Timeout(5):
        heard = b""
        while len(heard) < 11:
            heard += theirs.recv(100)
        assert heard == b"\x81\x012\x81\x064third"
        theirs.close()
        serving.join()
    ours.close()


def test_a_whole_state_that_was_sent_is_held_no_longer() -> None:
    ours, theirs = gevent.socket.socketpair()
    tablet, websocket = _connected(ours)
    serving = gevent.spawn(tablet._websocket_handler, websocket)
    state = engine_packet.Packet(engine_packet.MESSAGE, "x" * fastroom.LARGE * 2)
    gone = weakref.ref(state)
    tablet.send(state)
    del state
    with gevent.Timeout(5):
        assert len(theirs.recv(10 * fastroom.LARGE)) > fastroom.LARGE
        gevent.sleep(0)
        assert gone() is None
        theirs.close()
        serving.join()
    ours.close()


def _settings(**changed: Any) -> Settings:
    values = {"data_dir": Path("/nonexistent"), "database_url": "sqlite://", "keys": {"signing": "a" * 64}}
    return Settings(**(values | changed))


def test_the_settings_choose_how_rooms_are_told() -> None:
    url = "redis://127.0.0.1:6379/0"
    assert type(make_manager(_settings())) is fanout.FrameOnceManager
    assert make_manager(_settings(frame_once=False)) is None
    assert type(make_manager(_settings(redis_url=url))) is SharedFrameOnceRooms
    assert type(make_manager(_settings(redis_url=url, frame_once=False))) is SharedRooms
    with pytest.raises(RuntimeError, match="OFFICE_REDIS"):
        make_manager(_settings(redis_url="http://127.0.0.1"))


def test_two_offices_on_one_redis_do_not_hear_each_other() -> None:
    url = "redis://127.0.0.1:6379/0"
    mine, theirs = (
        make_manager(_settings(redis_url=url, keys={"signing": key * 64})).channel for key in ("a", "b")
    )
    assert mine != theirs


class _Slow:
    """A websocket that notes that it was left behind."""

    left = waiting = 0

    def leave_behind(self) -> None:
        self.left += 1

    def take_now(self, packet: Any) -> bool:
        return False


def test_a_queue_over_its_limit_is_emptied_once_and_takes_nothing_more() -> None:
    for limits, size in (((3, 10**6), 1), ((10**6, 20), 10)):
        queue, slow = Unsent(*limits), _Slow()
        queue.speaks_to(slow)
        for _ in range(3):
            queue.put(fastroom.FramedPacket("x" * size))
        assert (slow.left, slow.waiting, queue.qsize()) == (0, 3, 3)
        queue.put(fastroom.FramedPacket("x"))
        queue.put(fastroom.FramedPacket("x"))
        assert (slow.left, queue.qsize()) == (1, 0)
        queue.put(None)
        assert queue.get() is None
        queue.task_done()
        queue.join()


def test_whoever_enters_a_room_is_told_from_then_on_and_whoever_leaves_no_more() -> None:
    server = socketio.Server(
        async_mode="threading", client_manager=fanout.FrameOnceManager(), monitor_clients=False
    )
    manager, clients = server.manager, server.eio.sockets
    clients |= {name: engine_socket.Socket(server.eio, name) for name in ("a", "b")}
    a, b = (manager.connect(name, "/") for name in clients)

    def told(**options: Any) -> list[int]:
        manager.emit("evt", 1, "/", room="room", **options)
        return [client.queue.qsize() for client in clients.values()]

    manager.enter_room(a, "/", "room")
    assert told() == [1, 0]
    manager.enter_room(b, "/", "room")
    assert told() == [2, 1]
    assert told(skip_sid=a) == [2, 2]
    manager.leave_room(a, "/", "room")
    assert told() == [2, 3]
    clients["b"].closed = True
    assert told() == [2, 3]


def test_what_passes_is_lost_to_a_slow_reader_before_anything_else_is() -> None:
    server = socketio.Server(
        async_mode="threading", client_manager=fanout.FrameOnceManager(), monitor_clients=False
    )
    slow = server.eio.sockets["slow"] = engine_socket.Socket(server.eio, "slow")
    server.manager.enter_room(server.manager.connect("slow", "/"), "/", "room")
    for name in ("evt", "eph", "evt", *["eph"] * 30, *["lv", "evt"] * 20):
        server.manager.emit(name, 1, "/", room="room")
    waiting = [slow.queue.get().data for _ in range(slow.queue.qsize())]
    heard = [name for text in waiting for name in ("evt", "eph", "lv") if name in text]
    assert [heard.count(name) for name in ("evt", "lv")] == [22, 20]
    assert heard[:3] == ["evt", "eph", "evt"]
    assert 1 < heard.count("eph") < 10


def test_of_last_values_a_slow_reader_gets_the_newest_in_its_turn() -> None:
    server = socketio.Server(
        async_mode="gevent", client_manager=fanout.FrameOnceManager(), monitor_clients=False
    )
    slow = server.eio.sockets["slow"] = engine_socket.Socket(server.eio, "slow")
    slow.queue = Unsent(8, 1_000)
    server.manager.enter_room(server.manager.connect("slow", "/"), "/", "room")
    for n in range(100):
        for key in ("view", "vote"):
            server.manager.emit("lv", {"mid": 1, "key": key, "seq": n}, "/", room="room")
        if n == 50:
            server.manager.emit("evt", {"v": 7}, "/", room="room")
    server.manager.emit("lv", {"mid": 2, "key": "view", "seq": 5}, "/", room="room")
    waiting = [json.loads(slow.queue.get().data.removeprefix("2"))[1] for _ in range(slow.queue.qsize())]
    assert [(one.get("mid"), one.get("key"), one.get("seq", one.get("v"))) for one in waiting] == [
        (None, None, 7),
        (1, "view", 99),
        (1, "vote", 99),
        (2, "view", 5),
    ]
    assert slow.queue._bytes == 0


def test_a_client_may_be_slow_and_one_that_accepts_nothing_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    size = 128 * 1024
    for is_slow, most in ((True, 1.0), (False, 0.2)):
        monkeypatch.setattr(fastroom, "STALL_SECONDS", most)
        ours, theirs = gevent.socket.socketpair()
        ours.setsockopt(gevent.socket.SOL_SOCKET, gevent.socket.SO_SNDBUF, 4096)
        _, websocket = _connected(ours)
        writing = gevent.spawn(websocket.send, fastroom.Wire(b"x" * size))
        with gevent.Timeout(20):
            heard, began = 0, time.monotonic()
            while is_slow and heard < size:
                heard += len(theirs.recv(size // 64))
                gevent.sleep(0.02)
            # All of it took longer than a client may accept nothing.
            assert not is_slow or time.monotonic() - began > most
            writing.join()
        assert writing.successful() is is_slow
        assert isinstance(writing.exception, TimeoutError) is not is_slow
        for one in (ours, theirs):
            one.close()


def test_whoever_answers_no_ping_is_parted_from_and_forgotten() -> None:
    server = socketio.Server(async_mode="threading", monitor_clients=False)
    clients = {name: engine_socket.Socket(server.eio, name) for name in ("silent", "waiting", "new")}
    clients["silent"].last_ping = time.time() - server.eio.ping_timeout - 1
    clients["waiting"].last_ping = time.time() - 1
    part_from_the_silent(clients)
    assert [client.closed for client in clients.values()] == [True, False, False]
    part_from_the_silent(clients)
    assert list(clients) == ["waiting", "new"]
