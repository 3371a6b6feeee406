"""A Redis for one test: started in a temporary folder, asked over a Unix socket, gone at the end."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import redis


class Missing(RuntimeError):
    """The server's program is not on this machine."""


class Redis:
    """A server that keeps nothing; it may be stopped and started again under the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address for ``OFFICE_REDIS``."""
        return f"unix://{self._path}"

    def start(self) -> None:
        """Return when it answers.

        :raises Missing: the program is not there.
        """
        program = shutil.which("redis-server")
        if program is None:
            raise Missing("Redis is missing: apt-get install redis-server")
        command = [program, "--port", "0", "--unixsocket", str(self._path), "--dir", str(self._folder)]
        command += ["--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(redis.ConnectionError), redis.Redis.from_url(self.url) as client:
                client.ping()
                return
            time.sleep(0.02)
        raise RuntimeError("Redis did not start")

    def stop(self) -> None:
        """End it at once; every connection to it breaks."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Redis]:
    """A Redis for the length of a block."""
    server = Redis(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
