"""How long a person waits for the sample office: the first time, and every time after."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from tests.serving import Server


def measure() -> Iterator[Figure]:
    """Seconds from the command to a usable page; packages and the browser's files are there."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data")
        try:
            yield Figure("start: first, with the sample office", server.start(), "s", 20)
            later = []
            for _ in range(3):
                server.stop()
                later.append(server.start())
            yield Figure("start: later, median of 3", statistics.median(later), "s", 3)
            server.kill()
            yield Figure("start: after kill -9", server.start(), "s", 10)
        finally:
            server.stop()
