"""A tablet without a browser round it: the room's protocol over one websocket."""

import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

MEETINGS = "/meetings"


class Tablet:
    """One socket in one room, hearing all the time; every frame is kept in the order in which it came."""

    def __init__(self, url: str, cookie: str, mid: int) -> None:
        self.mid = mid
        #: The room's events, and everything else the server told: (name, data).
        self.events: list[dict[str, Any]] = []
        self.told: list[tuple[str, Any]] = []
        #: Answers by number, and the code with which the socket ended.
        self.answers: dict[int, Any] = {}
        self.ended: int | None = None
        self._asked = 0
        self._news = threading.Condition()
        self._open = ExitStack()
        asked = connect(
            f"{url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket",
            additional_headers={"Cookie": cookie},
            origin=url,  # type: ignore[arg-type]  # an origin is a string
            compression=None,
        )
        self.socket = self._open.enter_context(asked)
        self.socket.recv(timeout=10)
        self.socket.send(f"40{MEETINGS},")
        self.socket.recv(timeout=10)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.welcome = self.ask("hello", {"k": "hello", "proto": 1, "mid": mid})

    def send(self, name: str, frame: Any) -> int:
        """Send an event; returns the number of its acknowledgement."""
        self._asked += 1
        self.socket.send(f"42{MEETINGS},{self._asked}{json.dumps([name, frame])}")
        return self._asked

    def ask(self, name: str, frame: Any) -> dict[str, Any]:
        """Send an event and wait for its acknowledgement."""
        key = self.send(name, frame)
        self.wait(lambda: key in self.answers, f"no answer to {name}")
        answer: dict[str, Any] = self.answers[key]
        return answer

    def command(self, name: str, **data: Any) -> dict[str, Any]:
        """Ask the room for something."""
        cid = f"test-{id(self)}-{time.perf_counter_ns():020d}"
        return self.ask("cmd", {"k": "cmd", "cid": cid, "t": name, "d": {"mid": self.mid, **data}})

    def wait(self, is_so: Callable[[], Any], otherwise: str, seconds: float = 10) -> None:
        """Wait until something is so by what this tablet has heard."""
        with self._news:
            if not self._news.wait_for(is_so, seconds):
                raise TimeoutError(otherwise)

    def versions(self) -> list[int]:
        """The versions of the room's events, as they came."""
        return [frame["v"] for frame in self.events]

    def live(self, key: str) -> list[Any]:
        """What was told under a live key, oldest first."""
        return [data["d"] for name, data in list(self.told) if name == "lv" and data["key"] == key]

    def heard(self, name: str) -> list[Any]:
        """What was told under a name, oldest first."""
        return [data for told, data in list(self.told) if told == name]

    def online(self) -> dict[str, Any]:
        """Who is in the room, as it was last told."""
        return (self.live("online") or [{}])[-1]

    def close(self) -> None:
        """Leave."""
        self._open.close()
        self._listener.join(5)

    def _listen(self) -> None:
        try:
            for text in self.socket:
                self._take(str(text))
        except ConnectionClosed:
            pass
        with self._news:
            self.ended = self.socket.close_code
            self._news.notify_all()

    def _take(self, packet: str) -> None:
        if packet == "2":
            self.socket.send("3")
            return
        found = re.match(rf"4([23]){MEETINGS},(\d*)(.*)", packet, re.S)
        if found is None:
            return
        body = json.loads(found[3])
        with self._news:
            if found[1] == "3":
                self.answers[int(found[2])] = body[0]
            elif body[0] == "evt":
                self.events.extend(body[1])
            else:
                self.told.append((body[0], body[1]))
            self._news.notify_all()
