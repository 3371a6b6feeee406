"""A real ``intranet serve`` in a process of its own, as users have it: gevent, worker, SQLite."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

#: A loaded machine takes its time to start a server.
START_SECONDS = 90


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One installation: a data folder, a port, and the process that serves it."""

    def __init__(self, data: Path, *, sample: bool = True, database_url: str | None = None) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.sample = sample
        self.clock_file = data.parent / f"{data.name}-clock"
        self.clock_file.write_text("0", encoding="ascii")
        self.log = data.parent / f"{data.name}-log"
        self.environment = {
            **os.environ,
            "OFFICE_DATA": str(data),
            "PORT": str(self.port),
            "OFFICE_CLOCK_FILE": str(self.clock_file),
        }
        self.environment.pop("OFFICE_DB", None)
        if database_url is not None:
            self.environment["OFFICE_DATABASE_URL"] = database_url
        self.database_url = database_url or f"sqlite:///{data}/office.sqlite3"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The server's process id, ``None`` while it does not run."""
        return None if self._process is None else self._process.pid

    def start(self) -> float:
        """Start and wait for a usable page; returns the seconds that took."""
        began = time.monotonic()
        command = [sys.executable, "-m", "intranet", "serve"] + (["--sample"] if self.sample else [])
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        while time.monotonic() - began < START_SECONDS:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server ended at once:\n{self.tail()}")
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(f"{self.url}/sign-in", timeout=2).close()
                return time.monotonic() - began
            time.sleep(0.05)
        raise RuntimeError(f"the server did not answer:\n{self.tail()}")

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """``kill -9`` the server; its worker ends by itself."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def move_clock(self, seconds: float) -> None:
        """Let every process of the installation see a clock that is so many seconds ahead."""
        self.clock_file.write_text(str(seconds), encoding="ascii")

    def command(self, *words: str) -> str:
        """Run ``intranet`` on the same installation; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "intranet", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(
                f"intranet {' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}"
            )
        return done.stdout

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:]
