"""Very many tablets in a process of their own: plain sockets and no client library, so they cost little.

``python -m bench.crowd CONFIG`` reads orders from its input, a JSON object a line, and answers each with one.
The same tablets talk to the office and to the bare broadcaster; only the words they exchange differ.
"""

import asyncio
import contextlib
import json
import random
import re
import resource
import socket
import statistics
import struct
import sys
import time
from pathlib import Path
from typing import Any

MEETINGS = b"/meetings"
_VERSION = re.compile(rb'"v":(\d+)')
_WAIT = 60.0
#: What a browser's client waits before it tries again, in seconds: the first time, and at most.
_DELAY, _LONGEST = 1.0, 5.0


class Tablet(asyncio.Protocol):
    """One tablet; ``v`` is the last version it holds."""

    __slots__ = ("began", "crowd", "data", "is_in", "number", "state", "transport", "tries", "upgraded", "v")

    def __init__(self, crowd: "Crowd", number: int) -> None:
        self.crowd, self.number = crowd, number
        self.v, self.tries, self.is_in = -1, 0, False
        self.began = 0.0
        self.reset()

    def reset(self) -> None:
        """Stand before a new connection."""
        self.data, self.upgraded, self.is_in = b"", False, False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.began = time.perf_counter()
        transport.write(self.crowd.request(self.number))

    def connection_lost(self, exc: Exception | None) -> None:
        self.reset()
        self.crowd.lost(self)

    def data_received(self, data: bytes) -> None:
        self.data += data
        if not self.upgraded:
            head, found, rest = self.data.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head[:20]:
                self.crowd.refused += 1
                self.data = b""
                return
            self.upgraded, self.data = True, rest
        while len(self.data) >= 2:
            size, at = self.data[1], 2
            if size == 126:
                size, at = int.from_bytes(self.data[2:4], "big"), 4
            elif size == 127:
                size, at = int.from_bytes(self.data[2:10], "big"), 10
            if len(self.data) < at + size:
                return
            text, kind = self.data[at : at + size], self.data[0] & 15
            self.data = self.data[at + size :]
            if kind == 1:
                self.crowd.heard(self, text)

    def send(self, text: bytes) -> None:
        """Send one text frame; a mask of nothing is a mask."""
        if self.transport is None:
            return
        size = len(text)
        head = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + struct.pack("!H", size)
        self.transport.write(head + b"\0\0\0\0" + text)


class Crowd:
    """All tablets of one run, and what they have noted."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.is_plain = config["cookies"] is None
        self.tablets: list[Tablet] = []
        self.refused = self.gaps = self.delivered = 0
        self.joins: list[float] = []
        self.all_in = asyncio.Event()
        #: The version that is waited for, when it was asked for, and when it came to each.
        self.waited, self.asked_at = -1, 0.0
        self.waits: list[float] = []
        self.all_heard = asyncio.Event()
        self.size = 0
        self.order: list[int] = []
        self.is_reversed = False
        self.asked = 1
        self.comes_back = False
        self.stalled: socket.socket | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    # What is exchanged

    def request(self, number: int) -> bytes:
        """The handshake."""
        lines = [
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
            f"Host: 127.0.0.1:{self.config['port']}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
        ]
        if not self.is_plain:
            lines += [f"Origin: {self.config['origin']}", f"Cookie: sid={self.config['cookies'][number]}"]
        return "\r\n".join([*lines, "", ""]).encode()

    def hello(self, tablet: Tablet) -> None:
        """Come into the room, or come back."""
        frame: dict[str, Any] = {"k": "hello", "proto": 1, "mid": self.config["mid"]}
        if tablet.v >= 0:
            frame |= {"cls": "chair" if tablet.number == 0 else "member", "last": {"cls": tablet.v}}
        tablet.send(b"42" + MEETINGS + b",1" + json.dumps(["hello", frame]).encode())

    def heard(self, tablet: Tablet, text: bytes) -> None:
        """Act on one message."""
        if self.is_plain:
            if text == b"hi":
                self.came(tablet, 0)
            else:
                self.event(tablet, int(text[: text.index(b" ")]), len(text))
        elif text.startswith(b'42/meetings,["evt"'):
            self.event(tablet, int(_VERSION.findall(text)[-1]), len(text))
        elif text == b"2":
            tablet.send(b"3")
        elif text.startswith(b"0{"):
            tablet.send(b"40" + MEETINGS + b",")
        elif text.startswith(b"40/meetings"):
            self.hello(tablet)
        elif text.startswith(b"43/meetings,1["):
            answer = json.loads(text[text.index(b"[") :])[0]
            if not answer.get("ok"):
                raise RuntimeError(f"tablet {tablet.number} was refused: {answer}")
            if tablet.number == 0 and "state" in answer:
                self.order = [item["id"] for item in answer["state"]["items"]]
            self.came(tablet, answer["head"])
        elif text.startswith(b"43/meetings,") and b'"ok":false' in text:
            raise RuntimeError(f"the chair was refused: {text[:300]!r}")

    def came(self, tablet: Tablet, v: int) -> None:
        """A tablet has its state."""
        tablet.v, tablet.is_in, tablet.tries = v, True, 0
        self.joins.append(time.perf_counter() - tablet.began)
        if all(one.is_in for one in self.tablets):
            self.all_in.set()

    def event(self, tablet: Tablet, v: int, size: int) -> None:
        """A change reached a tablet."""
        self.delivered += 1
        if v <= tablet.v:
            return
        self.gaps += v != tablet.v + 1 and not self.is_plain
        tablet.v, self.size = v, size
        if v == self.waited:
            self.waits.append(time.perf_counter() - self.asked_at)
            if len(self.waits) == len(self.tablets):
                self.all_heard.set()

    def change(self) -> None:
        """Let the chair change the agenda."""
        chair = self.tablets[0]
        self.waited, self.waits = max(chair.v, self.waited) + 1, []
        self.all_heard.clear()
        self.asked += 1
        self.asked_at = time.perf_counter()
        if self.is_plain:
            chair.send(f"{self.waited} {'x' * self.config['size']}"[: self.config["size"]].encode())
            return
        expect, self.order = self.order, self.order[::-1]
        frame = {
            "k": "cmd",
            "cid": f"bench-{time.perf_counter_ns():020d}",
            "t": "item.reorder",
            "d": {"mid": self.config["mid"], "order": self.order, "expect": expect},
        }
        chair.send(b"42" + MEETINGS + f",{self.asked}".encode() + json.dumps(["cmd", frame]).encode())

    def lost(self, tablet: Tablet) -> None:
        """Come back as a browser's client does."""
        if self.comes_back:
            self.all_in.clear()
            task = asyncio.get_running_loop().create_task(self.connect(tablet, again=True))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def connect(self, tablet: Tablet, *, again: bool = False) -> None:
        """Connect one tablet, after a client's delay when it was in before."""
        loop = asyncio.get_running_loop()
        while True:
            if again:
                delay = min(_LONGEST, _DELAY * 2**tablet.tries) * random.uniform(0.5, 1.5)
                tablet.tries += 1
                await asyncio.sleep(delay)
            with contextlib.suppress(OSError):
                await loop.create_connection(lambda: tablet, "127.0.0.1", self.config["port"])
                return
            again = True

    # Orders

    async def join(self, order: dict[str, Any]) -> dict[str, Any]:
        """Let ``count`` tablets in over so many seconds."""
        self.tablets = [Tablet(self, number) for number in range(order["count"])]
        began = time.perf_counter()
        coming = []
        for number, tablet in enumerate(self.tablets):
            ahead = began + order["seconds"] * number / order["count"] - time.perf_counter()
            if ahead > 0:
                await asyncio.sleep(ahead)
            coming.append(asyncio.ensure_future(self.connect(tablet)))
        await asyncio.gather(*coming)
        await asyncio.wait_for(self.all_in.wait(), _WAIT)
        return {"seconds": time.perf_counter() - began, "p95_ms": _p(self.joins, 95) * 1000}

    async def rounds(self, order: dict[str, Any]) -> dict[str, Any]:
        """One change after the other, each when the last tablet has heard the one before."""
        everything, last = [], []
        for _ in range(order["count"]):
            self.change()
            await asyncio.wait_for(self.all_heard.wait(), _WAIT)
            everything += self.waits
            last.append(max(self.waits))
            await asyncio.sleep(0.03)
        times = {"p50": _p(everything, 50), "p95": _p(everything, 95), "p99": _p(everything, 99)}
        times["last"] = statistics.median(last)
        return {name: value * 1000 for name, value in times.items()} | {"size": self.size}

    async def steady(self, order: dict[str, Any]) -> dict[str, Any]:
        """Five changes a second, fewer where the chair has to wait for its own."""
        before = self.delivered
        until = time.perf_counter() + order["seconds"]
        while time.perf_counter() < until:
            if self.tablets[0].v >= self.waited:
                self.change()
            await asyncio.sleep(0.2)
        await asyncio.wait_for(self.all_heard.wait(), _WAIT)
        return {"delivered": self.delivered - before}

    async def stall(self, order: dict[str, Any]) -> dict[str, Any]:
        """One more tablet, which joins and then accepts nothing."""
        loop = asyncio.get_running_loop()
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await loop.sock_connect(sock, ("127.0.0.1", self.config["port"]))
        one = Tablet(self, len(self.tablets))
        transport, _ = await loop.create_connection(lambda: one, sock=sock)
        while not one.is_in:
            await asyncio.sleep(0.01)
        transport.pause_reading()
        return {}

    async def watch(self, order: dict[str, Any]) -> dict[str, Any]:
        """From now on whoever loses the connection comes back."""
        self.comes_back, self.joins = True, []
        return {}

    async def back(self, order: dict[str, Any]) -> dict[str, Any]:
        """Wait until all are back; then one change must reach all."""
        began = time.perf_counter()
        await asyncio.wait_for(self.all_in.wait(), _WAIT)
        seconds = time.perf_counter() - began
        behind = sum(one.v != self.tablets[0].v for one in self.tablets)
        self.change()
        await asyncio.wait_for(self.all_heard.wait(), _WAIT)
        return {"seconds": seconds, "behind": behind}

    async def end(self, order: dict[str, Any]) -> dict[str, Any]:
        """What was noted over all."""
        self.comes_back = False
        return {"gaps": self.gaps, "refused": self.refused}


def _p(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1] if len(values) > 1 else values[0]


async def main(config: dict[str, Any]) -> None:
    """Do what is ordered until the input ends."""
    crowd = Crowd(config)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        print(json.dumps(await getattr(crowd, order["do"])(order)), flush=True)


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
