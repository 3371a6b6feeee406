"""Tablets that fetch their packs, in a process of their own: it takes nothing from whoever reads meanwhile.

``python -m bench.pieces CONFIG`` fetches as ``meetings/static/lib/pack.js`` does: file after file, a few
pieces at once, each over a line of its own; it prints what came as JSON.
"""

import asyncio
import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

#: Bytes of a piece, and how many are asked for at once.
PIECE, AT_ONCE = 2**20, 4
#: What the browser's pages say when they fetch a piece.
_SAYS = ("Office-Reader: 1", "Office-Unhurried: 1")
#: Machines beside the office's own have processors beside its own.
_NICE = 15


@dataclass
class Fetched:
    """Bytes that came, bytes of the packs, seconds until the last tablet was whole, and what went wrong."""

    came: int = 0
    needed: int = 0
    seconds: float = 0
    problem: str = ""


class _Line:
    """A tablet's connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.cookie = port, cookie
        self.ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, address: str, part: str | None = None) -> int:
        """Ask for an address, or for some of its bytes; returns how many come."""
        if self.ends is None:
            self.ends = await asyncio.open_connection("127.0.0.1", self.port, limit=2 * PIECE)
        head = [f"GET {address} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Cookie: sid={self.cookie}"]
        head += ["Office-Refresh: 1", *([f"Range: bytes={part}", *_SAYS] if part else [])]
        self.ends[1].write("\r\n".join([*head, "", ""]).encode())
        said = (await self.ends[0].readuntil(b"\r\n\r\n")).decode().split("\r\n")
        if said[0].split()[1] not in {"200", "206"}:
            raise RuntimeError(said[0])
        return next(int(one.split(":")[1]) for one in said if one.lower().startswith("content-length:"))

    async def read(self, size: int) -> bytes:
        """What was asked for."""
        if self.ends is None:
            raise RuntimeError("nothing was asked for")
        return await self.ends[0].readexactly(size)

    def cut(self) -> None:
        """The line is gone."""
        if self.ends is not None:
            self.ends[1].transport.abort()
        self.ends = None


class _Tablet:
    """One tablet: its line is cut once in the midst of a piece, and it goes on with that piece."""

    def __init__(self, config: dict[str, Any], number: int) -> None:
        self.mid, self.fetched = config["mid"], Fetched()
        self.lines = [_Line(config["port"], config["cookies"][number]) for _ in range(AT_ONCE)]
        self.cut = random.Random(number).randrange(config["pieces"] // 2)

    async def run(self) -> Fetched:
        """Fetch all of the pack."""
        size = await self.lines[0].ask(f"/meetings/{self.mid}/pack.json")
        for file in json.loads(await self.lines[0].read(size))["files"]:
            if await self._bring(file) != file["sha256"]:
                self.fetched.problem = "another hash"
        return self.fetched

    async def _bring(self, file: dict[str, Any]) -> str:
        made, ahead, size = hashlib.sha256(), dict[int, bytes](), file["bytes"]
        starts = iter(range(0, size, PIECE))
        at = 0

        async def some(line: _Line, starts: Iterator[int]) -> None:
            nonlocal at
            for start in starts:
                ahead[start] = await self._piece(line, file["url"], start, min(size, start + PIECE))
                while at in ahead:
                    data = ahead.pop(at)
                    made.update(data)
                    at += len(data)

        await asyncio.gather(*(some(line, starts) for line in self.lines))
        self.fetched.needed += size
        return made.hexdigest()

    async def _piece(self, line: _Line, url: str, start: int, end: int) -> bytes:
        size = await line.ask(url, f"{start}-{end - 1}")
        self.cut -= 1
        if self.cut == 0:
            self.fetched.came += len(await line.read(size // 2))
            line.cut()
            size = await line.ask(url, f"{start}-{end - 1}")
        data = await line.read(size)
        self.fetched.came += len(data)
        return data


async def fetch(config: dict[str, Any]) -> Fetched:
    """Let every tablet have its pack."""
    began = time.perf_counter()
    tablets = [_Tablet(config, number) for number in range(len(config["cookies"]))]
    found = await asyncio.gather(*(one.run() for one in tablets))
    wrong = [one.problem for one in found if one.problem]
    came, needed = sum(one.came for one in found), sum(one.needed for one in found)
    return Fetched(came, needed, time.perf_counter() - began, f"{len(wrong)}: {wrong[0]}" if wrong else "")


if __name__ == "__main__":
    os.nice(_NICE)
    print(json.dumps(asdict(asyncio.run(fetch(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))))
