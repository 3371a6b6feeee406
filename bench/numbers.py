"""How long clerks wait for a number: fifty writers without a pause, 5 % of the tries failing; then five.

One process serves everybody, as an office runs it; every commit is on the disk before it is told.
"""

import subprocess
import sys
from collections.abc import Iterator

from bench import engines
from bench.figures import Figure
from documents.models.register import RegisterKind
from intranet.core import db

_TRIES, _FEW_TRIES = 10_000, 1_000
#: Milliseconds that a writer may wait: the 95th of a hundred and the longest of fifty, the 95th of five.
_P95, _MAX, _P95_FEW = 150, 1000, 30


def measure() -> Iterator[Figure]:
    """Waiting times on both engines."""
    for place in engines.each(RegisterKind.OUT):
        db.close_database()
        who = (str(place.folder), place.url, str(place.register_id), str(place.clerk_id))
        many, few = _play(who, 50, _TRIES), _play(who, 5, _FEW_TRIES)
        yield Figure(f"{place.engine}: number, 50 writers, p50", _share(many, 0.5), "ms")
        yield Figure(f"{place.engine}: number, 50 writers, p95", _share(many, 0.95), "ms", _P95)
        yield Figure(f"{place.engine}: number, 50 writers, longest", many[-1], "ms", _MAX)
        yield Figure(f"{place.engine}: number, 5 writers, p95", _share(few, 0.95), "ms", _P95_FEW)


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
