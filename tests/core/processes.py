"""Other processes of the office for tests of concurrency: ``python -m tests.core.processes WHAT URL ...``.

They share the test's database and nothing else; each says ``ready`` and begins at a line on its input.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import IO

from intranet.core import clock, db, jobs
from intranet.core.config import Settings
from intranet.core.once import done_once
from intranet.core.scheduler import Leadership
from intranet.people.models import User

ROOT = Path(__file__).resolve().parents[2]


class Other:
    """A process that waits for its start; its output is what it did."""

    def __init__(self, what: str, url: str, *more: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.core.processes", what, url, *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def __enter__(self) -> "Other":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def wait_until_ready(self) -> None:
        """Return when it stands at the start."""
        line = self._out().readline()
        if line != "ready\n":
            raise RuntimeError(f"the other process said {line!r}")

    def go(self) -> None:
        """Let it begin."""
        if self._process.stdin is None:
            raise RuntimeError("no input")
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def said(self) -> list[str]:
        """What it says until its end."""
        words = self._out().read().split()
        if self._process.wait(30):
            raise RuntimeError(f"the other process ended with {self._process.returncode}")
        return words

    def end(self) -> None:
        """Close its input: whoever runs until told ends then."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _out(self) -> IO[str]:
        if self._process.stdout is None:
            raise RuntimeError("no output")
        return self._process.stdout


def _say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def once(actor_id: str, key: str) -> None:
    """Do a keyed thing; says the answer."""
    with db.reading() as session:
        actor = session.get_one(User, int(actor_id))

        def act() -> dict[str, int]:
            now = time.monotonic_ns()
            with db.unit_of_work() as opened:
                opened.add(jobs.Job(kind="test.acted", key=str(now), payload={}, run_at=clock.now()))
                opened.flush()
                time.sleep(0.05)
            return {"at": now}

        _say(done_once(actor, key, {"a": 1}, act)["at"])


def work() -> None:
    """Do due jobs until there are none left; says the number of each."""

    def act(payload: dict[str, int]) -> None:
        _say(payload["n"])
        time.sleep(0.002)

    jobs.job("test.count")(act)
    while jobs.run_due(1):
        pass


def lead(later_seconds: str) -> None:
    """Ask for the lease for a quarter of a second, that much later; says ``led`` whenever it was got."""
    clock.advance(timedelta(seconds=float(later_seconds)))
    leadership = Leadership()
    until = time.monotonic() + 0.25
    while time.monotonic() < until:
        if leadership.renew():
            _say("led")
        time.sleep(0.01)


def enqueue(key: str) -> None:
    """Ask for one job; says its id."""
    with db.unit_of_work():
        found = jobs.enqueue("test.once", key, {}, run_at=clock.now() + timedelta(days=1))
        time.sleep(0.05)
        _say(found)


_ACTS: dict[str, Callable[..., None]] = {
    "once": once,
    "work": work,
    "lead": lead,
    "enqueue": enqueue,
}


def main() -> None:
    """Open the test's database, wait for the start, act."""
    what, url, *more = sys.argv[1:]
    clock.freeze(datetime(2026, 11, 13, 1, 30, tzinfo=UTC))
    db.open_database(Settings(data_dir=Path("/nonexistent"), database_url=url))
    _say("ready")
    sys.stdin.readline()
    _ACTS[what](*more)


if __name__ == "__main__":
    main()
