"""How long clerks wait for a number: fifty writers without a pause, 5 % of the tries failing; then five.

One process serves everybody, as an office runs it; every commit is on the disk before it is told.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure
from documents.models.register import RegisterKind
from documents.services import catalogue
from intranet.app import create_app
from intranet.core import config, db
from tests import databases, postgres
from tests.factories import make_office

_TRIES, _FEW_TRIES = 10_000, 1_000
#: Milliseconds that a writer may wait: the 95th of a hundred and the longest of fifty, the 95th of five.
_P95, _MAX, _P95_FEW = 150, 1000, 30


def measure() -> Iterator[Figure]:
    """Waiting times on both engines."""
    with tempfile.TemporaryDirectory(prefix="office-numbers-") as folder:
        url = f"sqlite:///{folder}/office.sqlite3"
        databases.migrate(url)
        yield from _waiting(Path(folder), url, "SQLite")
        postgres.SETTINGS.update(fsync="on", synchronous_commit="on", full_page_writes="on")
        postgres.PLACES = (Path("/tmp"), Path("/tmp"))
        cluster = postgres.start()
        try:
            url = cluster.create("numbers")
            databases.migrate(url)
            yield from _waiting(Path(folder), url, "PostgreSQL")
        finally:
            db.close_database()
            cluster.stop()


def _waiting(folder: Path, url: str, engine: str) -> Iterator[Figure]:
    settings = config.load(data_dir=folder, database_url=url, public_url="http://localhost")
    create_app(replace(settings, is_testing=True))
    db.open_database(settings)
    with db.scope():
        office = make_office()
        catalogue.seed(office.org.id)
        with db.agencies({office.org.id}):
            register = catalogue.register_for(office.org.id, RegisterKind.OUT, None)
        who = (str(folder), url, str(register.id), str(office.clerk.id))
    db.close_database()
    many, few = _play(who, 50, _TRIES), _play(who, 5, _FEW_TRIES)
    yield Figure(f"{engine}: number, 50 writers, p50", _share(many, 0.5), "ms")
    yield Figure(f"{engine}: number, 50 writers, p95", _share(many, 0.95), "ms", _P95)
    yield Figure(f"{engine}: number, 50 writers, longest", many[-1], "ms", _MAX)
    yield Figure(f"{engine}: number, 5 writers, p95", _share(few, 0.95), "ms", _P95_FEW)


def _play(who: tuple[str, ...], writers: int, tries: int) -> list[float]:
    command = [
        sys.executable,
        "-m",
        "tests.documents.number_writer",
        *who,
        "1",
        str(writers),
        str(tries),
        "web",
    ]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    times = sorted(float(line.split()[2]) for line in said.splitlines())
    if len(times) != tries:
        raise RuntimeError(f"{len(times)} of {tries} tries were told")
    return times


def _share(times: list[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))]
