"""A pack of 100 MB on its way to 60 tablets at once: how long the server takes, what others wait meanwhile.

Each tablet asks for the pieces of its pack as the browser does and makes the hash of every file. The air is
not here: what one access point has to carry in ten minutes is said as a figure of its own.
"""

import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import select

from bench.figures import Figure
from bench.pieces import Fetched
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
    told = {"port": server.port, "mid": mid, "cookies": cookies[1 : TABLETS + 1], "pieces": FILES * MEGABYTES}
    config = server.data.parent / "tablets.json"
    config.write_text(json.dumps(told), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "bench.pieces", str(config)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as tablets:
        waits = list(_waits(server.port, cookies[0], mid, tablets))
        said = tablets.communicate()[0]
    if tablets.returncode:
        raise RuntimeError("the tablets gave up")
    found = Fetched(**json.loads(said))
    if found.problem:
        raise RuntimeError(f"tablets are not whole, {found.problem}")
    twice = 100 * (found.came - found.needed) / found.needed
    yield Figure("packs: 100 MB to 60 tablets, all whole", found.seconds, "s", most=600)
    yield Figure("packs: what came twice after a cut, of all", twice, "%", most=1)
    yield Figure("packs: a page meanwhile, median", median(waits), "ms")
    yield Figure("packs: a page meanwhile, p95", quantiles(waits, n=20)[-1], "ms", most=500)
    yield Figure("packs: an access point carries, for ten minutes", found.needed * 8 / 600 / 1e6, "Mb/s")


def _waits(port: int, cookie: str, mid: int, tablets: "subprocess.Popen[str]") -> Iterator[float]:
    """Milliseconds for which somebody waits who looks at the meeting's page again and again."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Cookie": f"sid={cookie}", "Office-Refresh": "1"}
    while tablets.poll() is None:
        began = time.perf_counter()
        line.request("GET", f"/meetings/{mid}", headers=headers)
        answer = line.getresponse()
        answer.read()
        yield (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise RuntimeError(f"the page answers {answer.status}")
        time.sleep(_LOOK)
