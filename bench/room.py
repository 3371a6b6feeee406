"""How soon the room sees what the chair does: from the command to the event at another client."""

import json
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor

import websockets.sync.client as websocket

from bench.figures import Figure
from bench.pages import Person
from tests.serving import Server

MEETINGS = "/meetings"
TURNS = 100
TABLETS = 50
#: Milliseconds within which another browser must show a change, at the median.
MOST_MEDIAN = 300


class Tablet:
    """One socket of the room's protocol, without a browser round it: what is measured is the server."""

    def __init__(self, person: Person, mid: int) -> None:
        jar = next(one for one in person.opener.handlers if isinstance(one, HTTPCookieProcessor)).cookiejar
        self.mid, self.asked, self.answers = mid, 0, {}  # type: ignore[var-annotated]
        #: When each version arrived, on this process's clock.
        self.heard: dict[int, float] = {}
        self.news = threading.Condition()
        self.socket = websocket.connect(
            f"{person.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket",
            additional_headers={"Cookie": cookie_of(jar)},
            origin=person.url,  # type: ignore[arg-type]  # an origin is a string
            compression=None,
        )
        self.socket.recv()
        self.socket.send(f"40{MEETINGS},")
        self.socket.recv()
        threading.Thread(target=self._listen, daemon=True).start()
        self.state = self.ask("hello", {"k": "hello", "proto": 1, "mid": mid})["state"]

    def ask(self, name: str, frame: Any) -> dict[str, Any]:
        """Send an event and wait for its acknowledgement."""
        with self.news:
            self.asked += 1
            key = self.asked
            self.socket.send(f"42{MEETINGS},{key}{json.dumps([name, frame])}")
            if not self.news.wait_for(lambda: key in self.answers, 10):
                raise TimeoutError(f"no answer to {name}")
            answer: dict[str, Any] = self.answers.pop(key)
        if not answer.get("ok"):
            raise RuntimeError(f"{name} was refused: {answer}")
        return answer

    def wait(self, v: int) -> float:
        """When the version arrived."""
        with self.news:
            if not self.news.wait_for(lambda: v in self.heard, 10):
                raise TimeoutError(f"version {v} never came")
            return self.heard[v]

    def close(self) -> None:
        """Leave."""
        self.socket.close()

    def _listen(self) -> None:
        for text in self.socket:
            now = time.perf_counter()
            packet = text if isinstance(text, str) else text.decode()
            if packet == "2":
                self.socket.send("3")
                continue
            found = re.match(rf"4([23]){MEETINGS},(\d*)(.*)", packet, re.S)
            if found is None:
                continue
            body = json.loads(found[3])
            with self.news:
                if found[1] == "3":
                    self.answers[int(found[2])] = body[0]
                elif body[0] == "evt":
                    self.heard.update((frame["v"], now) for frame in body[1])
                self.news.notify_all()


def cookie_of(jar: CookieJar) -> str:
    """The cookies of a jar as one header."""
    return "; ".join(f"{one.name}={one.value}" for one in jar)


def turn_pages(chair: Tablet, others: list[Tablet], turns: int) -> list[float]:
    """Milliseconds until the last of the others knew of each page that the chair turned to."""
    papers = [file for item in chair.state["items"] for file in item["files"] if (file["pages"] or 0) > 1]
    file = papers[0]["id"]
    chair.ask("cmd", command(chair.mid, "present.start", file=file, page=1))
    waits = []
    for turn in range(turns):
        frame = command(chair.mid, "present.page", file=file, page=2 - turn % 2)
        began = time.perf_counter()
        v = chair.ask("cmd", frame)["v"]
        waits.append((max(one.wait(v) for one in others) - began) * 1000)
        time.sleep(0.02)
    chair.ask("cmd", command(chair.mid, "present.stop"))
    return waits


def command(mid: int, name: str, **data: Any) -> dict[str, Any]:
    """A command as a tablet sends it."""
    return {"k": "cmd", "cid": f"bench-{time.perf_counter_ns():020d}", "t": name, "d": {"mid": mid, **data}}


def room_of(person: Person) -> int:
    """The meeting that sits now."""
    found = re.search(r"/meetings/(\d+)/room", unescape(person.get("/meetings")))
    if found is None:
        raise RuntimeError("no meeting of the sample office sits now")
    return int(found[1])


def measure() -> Iterator[Figure]:
    """Two clients, then as many as sit in a large room."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data")
        server.start()
        try:
            chair_person = Person(server.url, "chutich")
            people = [Person(server.url, f"daibieu{number:02}") for number in range(1, 21)]
            yield from figures(chair_person, people, room_of(chair_person))
        finally:
            server.stop()


def figures(chair_person: Person, people: list[Person], mid: int) -> Iterator[Figure]:
    """The figures of one room."""
    chair = Tablet(chair_person, mid)
    tablets = [Tablet(people[0], mid)]
    for count in (1, TABLETS):
        while len(tablets) < count:
            tablets.append(Tablet(people[len(tablets) % len(people)], mid))
        waits = turn_pages(chair, tablets, TURNS)
        name = "room: chair to one other" if count == 1 else f"room: chair to the last of {count}"
        yield Figure(f"{name}, p50", statistics.median(waits), "ms", MOST_MEDIAN)
        yield Figure(f"{name}, p95", statistics.quantiles(waits, n=20)[-1], "ms")
    for tablet in (chair, *tablets):
        tablet.close()
