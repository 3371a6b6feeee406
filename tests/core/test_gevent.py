"""The web process under gevent: another process writes, and nobody's socket stands still."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from intranet.core import clock, db
from intranet.core.signals import Signal
from tests.factories import Office

ROOT = Path(__file__).resolve().parents[2]
#: Milliseconds the other writer holds the lock, and the longest the hub may stand still meanwhile.
HELD, STALL = 50, 25

#: Holds the lock of a SQLite file for HELD ms again and again, until its input ends.
HOLDER = """
import sqlite3, sys, threading, time
path, held = sys.argv[1], float(sys.argv[2]) / 1000
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
raw = sqlite3.connect(path, isolation_level=None, timeout=10)
while not ended.is_set():
    raw.execute("BEGIN IMMEDIATE")
    raw.execute("UPDATE user SET theme = 'dark'")
    time.sleep(held)
    raw.execute("COMMIT")
    time.sleep(0.004)
"""


@contextmanager
def holder(url: str) -> Iterator[None]:
    """Another process that writes for 50 ms at a time, where one writer keeps the others out."""
    if not url.startswith("sqlite"):
        yield
        return
    path = url.removeprefix("sqlite:///")
    process = subprocess.Popen([sys.executable, "-c", HOLDER, path, str(HELD)], stdin=subprocess.PIPE)
    try:
        yield
    finally:
        process.communicate()


def run(url: str, *how: str) -> dict[str, Any]:
    """What the patched process has measured."""
    command = [sys.executable, "-m", "tests.core.gevent_office", url, *how]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with holder(url):
            time.sleep(0.2)
            out, _ = process.communicate("go\n", timeout=60)
    assert process.returncode == 0
    measured: dict[str, Any] = json.loads(out)
    return measured


def test_the_hub_goes_on_and_every_writer_comes_in_turn(office: Office, database_url: str) -> None:
    with db.unit_of_work() as session:
        # Left by another process, to be heard by the patched one.
        session.add(Signal(at=clock.now(), name="Unknown", data={}))
    measured = run(database_url)
    assert measured["beats"] > 100
    if database_url.startswith("sqlite"):
        # On a machine that is busy with other things: far less than what a wait inside SQLite would cost.
        stall = measured["stall_ms"]
        assert stall < STALL or stall < run(database_url, "waits")["stall_ms"] / 2
        assert [sorted(order) == order and len(order) == 12 for order in measured["rounds"]] == [True] * 3
        assert measured["longest_wait_ms"] > HELD / 2, "nobody was in the way"
    assert [sorted(order) for order in measured["rounds"]] == [list(range(12))] * 3
    assert measured["longest_wait_ms"] < 10_000
    assert measured["reads"] == 10
    assert measured["free"]
    assert measured["checked_out"] == 0
    assert not measured["inherits"]
    assert measured["heard"] == 1
