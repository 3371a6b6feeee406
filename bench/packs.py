"""A pack of 100 MB on its way to 60 tablets at once: how long the server takes, what others wait meanwhile.

Each tablet asks for the pieces of its pack as the browser does and makes the hash of every file; its line is
cut once in the midst of a piece, and it goes on with that piece. The air is not here: what one access point
has to carry in ten minutes is said as a figure of its own.
"""

import hashlib
import http.client
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import select

from bench.figures import Figure
from bench.room import ROOT
from intranet.app import create_app
from intranet.core import config, db, jobs
from intranet.people.models import User
from intranet.records import files
from meetings.models.meeting import Meeting, PartRole
from meetings.services import papers
from tests.browser.laying import heavy_paper
from tests.serving import Server

TABLETS, FILES, MEGABYTES, PAGES = 60, 10, 10, 20
_PIECE = 2**20
#: Seconds between two looks of somebody who turns pages meanwhile.
_LOOK = 0.25


def measure() -> Iterator[Figure]:
    """Seconds until all have all of it, and milliseconds that a page takes meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data", sample=False)
        server.command("db", "upgrade")
        words = [sys.executable, "-m", "bench.seed", str(TABLETS + 1)]
        seeded = subprocess.run(
            words, env=server.environment, cwd=ROOT, capture_output=True, text=True, check=True
        )
        found = json.loads(seeded.stdout.splitlines()[-1])
        _lay(server.data, found["mid"])
        server.start()
        try:
            yield from _measured(server, found["mid"], found["cookies"])
        finally:
            server.stop()


def _lay(data: Path, mid: int) -> None:
    """Papers that no program makes smaller on the table of the meeting."""
    app = create_app(config.load(data_dir=data))
    with app.app_context(), db.scope(), db.across_orgs("the bench lays papers on the table"):
        meeting = db.session().get_one(Meeting, mid)
        chair = next(one.user_id for one in meeting.participants if one.role is PartRole.CHAIR)
        person = db.session().scalars(select(User).where(User.id == chair)).one()
        with db.agencies(person.org_ids):
            for n in range(FILES):
                paper = BytesIO(heavy_paper(MEGABYTES, PAGES, f"Phụ lục {n}"))
                staged = files.stage(person, paper, f"Phụ lục {n}.pdf")
                jobs.run_due()
                papers.add_staged(person, mid, None, staged.public_id)
    db.close_database()


def _measured(server: Server, mid: int, cookies: list[str]) -> Iterator[Figure]:
    tablets = [_Tablet(server.port, cookie, mid, n) for n, cookie in enumerate(cookies[1 : TABLETS + 1])]
    reader = _Reader(server.port, cookies[0], mid)
    began = time.perf_counter()
    for one in (*tablets, reader):
        one.start()
    for tablet in tablets:
        tablet.join()
    took = time.perf_counter() - began
    reader.is_done = True
    reader.join()
    if wrong := [one.problem for one in tablets if one.problem]:
        raise RuntimeError(f"{len(wrong)} tablets are not whole: {wrong[0]}")
    came, needed = sum(one.came for one in tablets), sum(one.size for one in tablets)
    yield Figure("packs: 100 MB to 60 tablets, all whole", took, "s", most=600)
    yield Figure("packs: what came twice after a cut, of all", 100 * (came - needed) / needed, "%", most=1)
    yield Figure("packs: a page meanwhile, p95", quantiles(reader.waits, n=20)[-1], "ms", most=500)
    yield Figure("packs: an access point carries, for ten minutes", needed * 8 / 600 / 1e6, "Mb/s")


class _Line(threading.Thread):
    """Somebody's connection to the office."""

    def __init__(self, port: int, cookie: str) -> None:
        super().__init__(daemon=True)
        self.port, self.cookie = port, cookie
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, address: str, part: str | None = None) -> http.client.HTTPResponse:
        """Ask for an address, or for some of its bytes."""
        headers = {"Cookie": f"sid={self.cookie}", "Office-Reader": "1", "Office-Refresh": "1"}
        self.http.request("GET", address, headers=headers | ({"Range": f"bytes={part}"} if part else {}))
        return self.http.getresponse()


class _Tablet(_Line):
    """One tablet, and what it has of its pack."""

    def __init__(self, port: int, cookie: str, mid: int, number: int) -> None:
        super().__init__(port, cookie)
        self.mid, self.cut = mid, random.Random(number).randrange(FILES * MEGABYTES // 2)
        #: Bytes that came, and bytes of the pack.
        self.came = self.size = 0
        self.problem = ""

    def run(self) -> None:
        try:
            pack: dict[str, Any] = json.loads(self.ask(f"/meetings/{self.mid}/pack.json").read())
            for one in pack["files"]:
                self._bring(one)
        except Exception as wrong:
            self.problem = repr(wrong)

    def _bring(self, file: dict[str, Any]) -> None:
        made = hashlib.sha256()
        for start in range(0, file["bytes"], _PIECE):
            made.update(self._piece(file["url"], start, min(file["bytes"], start + _PIECE)))
        self.size += file["bytes"]
        if made.hexdigest() != file["sha256"]:
            self.problem = "another hash"

    def _piece(self, url: str, start: int, end: int) -> bytes:
        answer = self.ask(url, f"{start}-{end - 1}")
        self.cut -= 1
        if self.cut == 0:
            self.came += len(answer.read((end - start) // 2))
            self.http.close()
            answer = self.ask(url, f"{start}-{end - 1}")
        data = answer.read()
        self.came += len(data)
        return data


class _Reader(_Line):
    """Somebody who looks at the meeting's page again and again."""

    def __init__(self, port: int, cookie: str, mid: int) -> None:
        super().__init__(port, cookie)
        self.mid, self.waits, self.is_done = mid, list[float](), False

    def run(self) -> None:
        while not self.is_done:
            began = time.perf_counter()
            self.ask(f"/meetings/{self.mid}").read()
            self.waits.append((time.perf_counter() - began) * 1000)
            time.sleep(_LOOK)
