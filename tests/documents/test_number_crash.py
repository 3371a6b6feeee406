"""Fifty writers, failures on purpose, processes killed in mid-act: the series stays whole all the same.

In full with ``OFFICE_PROOFS=full`` (``make proofs``): 10,000 tries, 5 % of them failing after the grant; else
the same with fewer. How long they wait is measured by ``python -m bench numbers``.
"""

import os
import queue
import random
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from documents.models.register import Register, RegisterEntry, RegisterKind, RegisterYear
from documents.services import catalogue
from documents.services.verifying import verify_register
from intranet.core import db
from intranet.people.models import User
from tests.factories import Office

_FULL = os.environ.get("OFFICE_PROOFS") == "full"
_TRIES = 10_000 if _FULL else 160
_WRITERS = 50 if _FULL else 8
_ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Writers:
    """Processes of writers on one register, and what they told."""

    data_dir: str
    url: str
    register_id: int
    clerk_id: int
    told: list[tuple[int, str, float]] = field(default_factory=list)
    killed: int = 0

    def play(self, kinds: list[str], writers: int, tries: int, kills: int, seed: int = 1) -> None:
        """Let the processes use the tries up, killing ``kills`` of them in mid-act and starting them anew."""
        chance = random.Random(seed)
        kill_after = sorted(chance.randrange(tries // 8, tries * 3 // 4) for _ in range(kills))
        each = [writers // len(kinds) + (n < writers % len(kinds)) for n in range(len(kinds))]
        shares = [tries * count // writers for count in each]
        lines: queue.SimpleQueue[tuple[int, str | None]] = queue.SimpleQueue()
        running: dict[int, subprocess.Popen[str]] = {}
        place_of: dict[int, int] = {}

        def start(place: int) -> None:
            key = len(place_of)
            place_of[key] = place
            running[key] = self._process(kinds[place], key, each[place], shares[place])
            threading.Thread(target=self._listen, args=(key, running[key], lines), daemon=True).start()

        for place in range(len(kinds)):
            start(place)
        while running:
            key, line = lines.get(timeout=120)
            if line is None:
                process = running.pop(key)
                code = process.wait(timeout=10)
                if code == -signal.SIGKILL:
                    start(place_of[key])
                else:
                    assert code == 0
                continue
            number, day, waited = line.split()
            self.told.append((int(number), day, float(waited)))
            shares[place_of[key]] -= 1
            if kill_after and len(self.told) >= kill_after[0] and running[key].poll() is None:
                kill_after.pop(0)
                running[key].send_signal(signal.SIGKILL)
                self.killed += 1

    def _process(self, kind: str, seed: int, writers: int, tries: int) -> subprocess.Popen[str]:
        who = (self.data_dir, self.url, str(self.register_id), str(self.clerk_id))
        how = (str(seed), str(writers), str(max(tries, 0)), kind)
        return subprocess.Popen(
            [sys.executable, "-m", "tests.documents.number_writer", *who, *how],
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            env=dict(os.environ),
        )

    @staticmethod
    def _listen(
        key: int, process: subprocess.Popen[str], lines: "queue.SimpleQueue[tuple[int, str | None]]"
    ) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                if line.endswith("\n"):
                    lines.put((key, line))
        lines.put((key, None))


@pytest.fixture
def book(desk: Office) -> tuple[Office, Register]:
    """The office and its outgoing register."""
    return desk, catalogue.register_for(desk.org.id, RegisterKind.OUT, None)


@pytest.fixture
def writers(book: tuple[Office, Register], database_url: str, app: Flask) -> Writers:
    """Writers on that register."""
    office, register = book
    return Writers(str(app.config["SETTINGS"].data_dir), database_url, register.id, office.clerk.id)


def _is_whole(office: Office, writers: Writers) -> int:
    """Hold what the database keeps against what the writers were told; returns the last number."""
    with db.scope({office.org.id}):
        # The writers live by the machine's clock, not by the test's.
        rows = db.session().execute(
            select(RegisterEntry.number, RegisterEntry.entry_date, RegisterEntry.year)
            .where(RegisterEntry.register_id == writers.register_id)
            .order_by(RegisterEntry.year, RegisterEntry.number)
        )
        found = [(number, day) for number, day, _ in rows]
        assert [number for number, _ in found] == list(range(1, len(found) + 1))
        days = [day for _, day in found]
        assert days == sorted(days)
        told = [(number, day) for number, day, _ in writers.told if number]
        assert len(set(told)) == len(told)
        assert set(told) <= {(number, day.isoformat()) for number, day in found}
        clerk = db.session().get_one(User, office.clerk.id)
        assert verify_register(clerk, writers.register_id) == []
        assert db.session().scalars(select(RegisterYear.last_number)).all() == [len(found)]
    return len(found)


@pytest.mark.own_db
@pytest.mark.slow
def test_killed_processes_and_failures_leave_no_gap_no_double_and_dates_in_order(
    book: tuple[Office, Register], writers: Writers, database_url: str
) -> None:
    # On SQLite one process serves everybody and one works beside it; on PostgreSQL there may be several.
    kinds = ["web", "worker"] if database_url.startswith("sqlite") else ["web", "web", "web", "worker"]
    kills = 12 if _FULL else 2
    writers.play(kinds, _WRITERS, _TRIES, kills)
    last = _is_whole(book[0], writers)
    granted = sum(1 for number, _, _ in writers.told if number)
    assert writers.killed == kills
    assert len(writers.told) >= _TRIES
    assert any(number == 0 for number, _, _ in writers.told)
    # Whoever was killed may have been granted one number more than was told, each of its writers.
    assert 0 <= last - granted <= kills * _WRITERS
