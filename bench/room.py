"""A full room on one process, beside a bare broadcaster of websockets in the same run.

``OFFICE_BENCH_TABLETS`` says for how many tablets (``200,1000``). The tablets are a process of their own and
share the machine's cores with the server, so ratios say more than times.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import Figure
from tests.serving import Server, free_port

ROOT = Path(__file__).resolve().parents[1]
ROUNDS, STALLED_ROUNDS = 40, 40
STEADY_SECONDS = 8
JOIN_SECONDS = 5
_TICK = os.sysconf("SC_CLK_TCK")


class Crowd:
    """The process of the tablets."""

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        path = folder / "crowd.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.crowd", str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def do(self, what: str, **order: Any) -> dict[str, Any]:
        """Give an order and wait until it is done."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("no pipes")
        self._process.stdin.write(json.dumps({"do": what, **order}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the tablets ended at {what}")
        done: dict[str, Any] = json.loads(line)
        return done

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


@dataclass
class Run:
    """What one server did with a full room; times in ms, memory in KiB, CPU in ms."""

    join_seconds: float
    join_p95: float
    join_cpu: float
    memory: float
    fan_out: dict[str, float]
    cpu: float
    gaps: int


def cpu_ms(pid: int) -> float:
    """CPU that a process has used."""
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / _TICK * 1000


def resident_kb(pid: int) -> float:
    """Memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1024


def run(crowd: Crowd, pid: int, count: int) -> Run:
    """Join, change one after the other, then five a second."""
    cpu, memory = cpu_ms(pid), resident_kb(pid)
    joined = crowd.do("join", count=count, seconds=JOIN_SECONDS)
    join_cpu = (cpu_ms(pid) - cpu) / count
    time.sleep(2)
    memory = (resident_kb(pid) - memory) / count
    fan_out = crowd.do("rounds", count=ROUNDS)
    cpu = cpu_ms(pid)
    delivered = crowd.do("steady", seconds=STEADY_SECONDS)["delivered"]
    per_1000 = (cpu_ms(pid) - cpu) / delivered * 1000
    gaps = crowd.do("end")["gaps"]
    return Run(joined["seconds"], joined["p95_ms"], join_cpu, memory, fan_out, per_1000, gaps)


def baseline(folder: Path, count: int, size: int) -> Run:
    """The same on the bare broadcaster, with events of the same size."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "bench.broadcaster", str(port)], stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        crowd = Crowd(folder, {"port": port, "cookies": None, "size": size})
        try:
            if process.stdout is None or process.stdout.readline() != b"ready\n":
                raise RuntimeError("the broadcaster did not start")
            return run(crowd, process.pid, count)
        finally:
            crowd.close()
            process.kill()


def pid_of(server: Server) -> int:
    """The process of a server that runs."""
    if server.pid is None:
        raise RuntimeError("the server does not run")
    return server.pid


def figures(count: int) -> Iterator[Figure]:
    """The figures of one size of room."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = Server(folder / "data", sample=False)
        # Offices have no clock that tests move; looking for its file would be a twentieth of a join.
        del server.environment["OFFICE_CLOCK_FILE"]
        server.command("db", "upgrade")
        seeded = subprocess.run(
            [sys.executable, "-m", "bench.seed", str(count)],
            env=server.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        config = json.loads(seeded.stdout.splitlines()[-1])
        server.start()
        crowd = Crowd(folder, config | {"port": server.port, "origin": server.url})
        try:
            ours = run(crowd, pid_of(server), count)
            yield from _beside(ours, baseline(folder, count, int(ours.fan_out["size"])), count)
            yield from _stalled(crowd, count)
            yield from _restarted(crowd, server, count)
            yield Figure(f"room {count}: versions missed", ours.gaps + crowd.do("end")["gaps"], "", 0)
        finally:
            crowd.close()
            server.stop()


def _beside(ours: Run, bare: Run, count: int) -> Iterator[Figure]:
    """Ours, the baseline, and their ratio."""
    name = f"room {count}:"
    is_large = count >= 500
    times = 1.5 if is_large else None
    yield Figure(f"{name} all in", ours.join_seconds, "s", 10)
    yield Figure(f"{name} one joins, p95", ours.join_p95, "ms")
    for what, mine, its, unit, most in (
        ("CPU of a join", ours.join_cpu, bare.join_cpu, "ms", 6 if is_large else None),
        ("memory of a tablet", ours.memory, bare.memory, "KiB", 6 if is_large else None),
        ("a change, p50", ours.fan_out["p50"], bare.fan_out["p50"], "ms", None),
        ("a change, p95", ours.fan_out["p95"], bare.fan_out["p95"], "ms", None),
        (
            "a change, last tablet",
            ours.fan_out["last"],
            bare.fan_out["last"],
            "ms",
            1.5 if is_large else None,
        ),
        ("CPU of 1,000 deliveries", ours.cpu, bare.cpu, "ms", times),
    ):
        yield Figure(f"{name} {what}", mine, unit)
        yield Figure(f"{name} {what}, baseline", its, unit)
        yield Figure(f"{name} {what}, ratio", mine / max(its, 0.001), "x", most)
    if not is_large:
        more = ours.fan_out["last"] - bare.fan_out["last"]
        yield Figure(f"{name} last tablet after the baseline's", more, "ms", 50)


def _stalled(crowd: Crowd, count: int) -> Iterator[Figure]:
    """The others with one tablet that accepts nothing, beside the same without it."""
    before = crowd.do("rounds", count=STALLED_ROUNDS)["p99"]
    crowd.do("stall")
    after = crowd.do("rounds", count=STALLED_ROUNDS)["p99"]
    yield Figure(f"room {count}: a change, p99", before, "ms")
    yield Figure(f"room {count}: p99 with one stalled, ratio", after / before, "x", 1.5)


def _restarted(crowd: Crowd, server: Server, count: int) -> Iterator[Figure]:
    """How long after the server listens again everybody holds the right version."""
    crowd.do("watch")
    server.stop()
    server.start()
    back = crowd.do("back")
    yield Figure(f"room {count}: restart, all back after a usable page", back["seconds"], "s", 10)
    yield Figure(f"room {count}: restart, with another version", back["behind"], "", 0)


def measure() -> Iterator[Figure]:
    """Every size that is asked for."""
    for count in os.environ.get("OFFICE_BENCH_TABLETS", "200,1000").split(","):
        yield from figures(int(count))
