"""Web processes on a test's own database, without a worker: what a browser or a tablet talks to."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from flask.testing import FlaskClient

from intranet.core import clock, config
from intranet.people.models import User
from tests.serving import START_SECONDS, free_port
from tests.tablets import Tablet


class WebProcesses:
    """One or more processes that share a database, and who comes in by which of them."""

    def __init__(
        self, processes: list["_Process"], client_of: Callable[[User], FlaskClient], stack: ExitStack
    ) -> None:
        self._processes = processes
        self._client_of, self._stack = client_of, stack

    def tablet(self, user: User, mid: int, process: int = 0) -> Tablet:
        """A person's tablet in a room, connected to one of the processes."""
        cookie = self._client_of(user).get_cookie("sid")
        if cookie is None:
            raise RuntimeError(f"{user.name} is not signed in")
        url = self._processes[process].url
        return self._stack.enter_context(_opened(url, f"sid={cookie.value}", mid))

    def kill(self, process: int = 0) -> None:
        """``kill -9`` one of them."""
        self._processes[process].kill()

    def start_again(self, process: int = 0) -> None:
        """Start it anew on the same port, database and folder."""
        self._processes[process].start()
        self._processes[process].wait_until_up()


@contextmanager
def running(
    count: int, folder: Path, url: str, client_of: Callable[[User], FlaskClient], **environment: str
) -> Iterator[WebProcesses]:
    """Start so many processes on one database and one data folder.

    They have the real clock, so the test gets it too: a session that is too old would be none.
    """
    clock.reset()
    data = folder / "office"
    config.load(data_dir=data)
    known = {**os.environ, "OFFICE_DATA": str(data), "OFFICE_DATABASE_URL": url, **environment}
    with ExitStack() as stack:
        processes = [_Process(known, folder / f"web{number}") for number in range(count)]
        for one in processes:
            stack.callback(one.kill)
            one.start()
        for one in processes:
            one.wait_until_up()
        yield WebProcesses(processes, client_of, stack)


@contextmanager
def _opened(url: str, cookie: str, mid: int) -> Iterator[Tablet]:
    tablet = Tablet(url, cookie, mid)
    try:
        yield tablet
    finally:
        tablet.close()


class _Process:
    """One web process, started and killed; what it says goes to a file."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment, self._log, self._port = environment, log, free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Let it begin."""
        command = [sys.executable, "-m", "intranet", "serve", "--no-worker", "--port", str(self._port)]
        with self._log.open("ab") as sink:
            self._process = subprocess.Popen(command, env=self._environment, stdout=sink, stderr=sink)

    def kill(self) -> None:
        """End it without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def wait_until_up(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with suppress(OSError):
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5).close()
                return
            time.sleep(0.05)
        raise RuntimeError(f"a web process did not start:\n{self._log.read_text(encoding='utf-8')[-3000:]}")
