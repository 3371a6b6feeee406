"""The sample office that browsers visit, made once for all of a run.

``python -m tests.served_sample`` makes it ahead, in ``OFFICE_TEST_SAMPLE``: the whole run does so beside its
first stages. Its papers are read there too, which the workers of all copies would else do anew.
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from intranet.app import create_app
from intranet.core import config
from intranet.records.jobs import read_kept
from tests.serving import Server

PLACE = "OFFICE_TEST_SAMPLE"


def folder(place: Path) -> Path:
    """The data folder: the one made ahead, or one made in ``place``; whoever comes meanwhile waits."""
    ahead = os.environ.get(PLACE)
    with _made(Path(ahead) if ahead else place) as data:
        return data


@contextmanager
def _made(place: Path) -> Iterator[Path]:
    """The folder, made if it is not there; nobody else takes it meanwhile."""
    place.mkdir(parents=True, exist_ok=True)
    made, data = place / "made", place / "served-sample"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            Server(data).command("sample")
            made.touch()
        yield data


def main() -> int:
    """Make it, and read its papers."""
    with _made(Path(os.environ[PLACE])) as data, create_app(config.load(data_dir=data)).app_context():
        while read_kept():
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
