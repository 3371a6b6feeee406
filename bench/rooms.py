"""Many meetings on one process: ``OFFICE_BENCH_MEETINGS`` (20) share ``OFFICE_BENCH_SOCKETS`` (1,000).

Each chair changes the agenda about once a second for ``OFFICE_BENCH_SECONDS`` (20). The tablets are a process
of their own, ``python -m bench.rooms CONFIG``, and share the machine's cores with the server.
"""

import asyncio
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.crowd import Crowd
from bench.figures import Figure
from bench.room import JOIN_SECONDS, ROOT, cpu_ms, pid_of, resident_kb
from tests.serving import Server


def measure() -> Iterator[Figure]:
    """All meetings come in and sit, once."""
    meetings = int(os.environ.get("OFFICE_BENCH_MEETINGS", "20"))
    sockets = int(os.environ.get("OFFICE_BENCH_SOCKETS", "1000"))
    with tempfile.TemporaryDirectory() as name:
        server = Server(Path(name) / "data", sample=False)
        del server.environment["OFFICE_CLOCK_FILE"]
        server.command("db", "upgrade")
        seeded = subprocess.run(
            [sys.executable, "-m", "bench.seed", str(sockets), str(meetings)],
            env=server.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        rooms = json.loads(seeded.stdout.splitlines()[-1])
        server.start()
        try:
            yield from _figures(server, Path(name), rooms, f"{meetings} meetings, {sockets} tablets:")
        finally:
            server.stop()


def _figures(server: Server, folder: Path, rooms: list[dict[str, Any]], name: str) -> Iterator[Figure]:
    """What the tablets have noted, beside what the server's process used meanwhile."""
    config = folder / "rooms.json"
    config.write_text(json.dumps([one | {"port": server.port, "origin": server.url} for one in rooms]))
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.rooms", str(config)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    pid = pid_of(server)
    try:
        joined = _said(process)
        cpu, memory, began = cpu_ms(pid), resident_kb(pid), time.monotonic()
        done = _said(process)
        busy = (cpu_ms(pid) - cpu) / (time.monotonic() - began) / 10
        grown = (resident_kb(pid) - memory) / memory * 100
    finally:
        process.kill()
        process.wait()
    yield Figure(f"{name} all in", joined["seconds"], "s", 10)
    for what in ("p50", "p95", "p99"):
        yield Figure(f"{name} a change, {what}", done[what], "ms")
    yield Figure(f"{name} changes", done["changes"], "")
    yield Figure(f"{name} deliveries", done["delivered"], "")
    yield Figure(f"{name} CPU, of a core", busy, "%", 70)
    yield Figure(f"{name} memory grown", grown, "%", 10)
    yield Figure(f"{name} versions missed", done["gaps"], "", 0)


def _said(process: subprocess.Popen[str]) -> dict[str, Any]:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError("the tablets ended")
    found: dict[str, Any] = json.loads(line)
    return found


async def _sit(crowd: Crowd, seconds: float) -> list[float]:
    """One meeting's changes, each when the last tablet has heard the one before; all times, in ms."""
    times: list[float] = []
    until = time.perf_counter() + seconds
    await asyncio.sleep(random.random())
    while time.perf_counter() < until:
        crowd.change()
        await asyncio.wait_for(crowd.all_heard.wait(), 60)
        times += [wait * 1000 for wait in crowd.waits]
        await asyncio.sleep(random.uniform(0.5, 1.5))
    return times


async def main(rooms: list[dict[str, Any]]) -> None:
    """Come in, say so; sit, and say what was noted."""
    crowds, began = [Crowd(one) for one in rooms], time.perf_counter()
    counts = [len(one["cookies"]) for one in rooms]
    await asyncio.gather(
        *(
            crowd.join({"count": count, "seconds": JOIN_SECONDS})
            for crowd, count in zip(crowds, counts, strict=True)
        )
    )
    print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)
    await asyncio.sleep(2)
    seconds = float(os.environ.get("OFFICE_BENCH_SECONDS", "20"))
    found = await asyncio.gather(*(_sit(crowd, seconds) for crowd in crowds))
    cuts = statistics.quantiles([one for times in found for one in times], n=100)
    changes = sum(len(times) // count for times, count in zip(found, counts, strict=True))
    told = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "changes": changes}
    told |= {"delivered": sum(one.delivered for one in crowds), "gaps": sum(one.gaps for one in crowds)}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
