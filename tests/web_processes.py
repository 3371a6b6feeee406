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

    def __init__(self, urls: list[str], client_of: Callable[[User], FlaskClient], stack: ExitStack) -> None:
        self.urls = urls
        self._client_of, self._stack = client_of, stack

    def tablet(self, user: User, mid: int, process: int = 0) -> Tablet:
        """A person's tablet in a room, connected to one of the processes."""
        cookie = self._client_of(user).get_cookie("sid")
        if cookie is None:
            raise RuntimeError(f"{user.name} is not signed in")
        return self._stack.enter_context(_opened(self.urls[process], f"sid={cookie.value}", mid))


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
    logs = [folder / f"web{number}" for number in range(count)]
    with ExitStack() as stack:
        urls = [stack.enter_context(_process(known, log)) for log in logs]
        for address, log in zip(urls, logs, strict=True):
            _wait_until_up(address, log)
        yield WebProcesses(urls, client_of, stack)


@contextmanager
def _opened(url: str, cookie: str, mid: int) -> Iterator[Tablet]:
    tablet = Tablet(url, cookie, mid)
    try:
        yield tablet
    finally:
        tablet.close()


@contextmanager
def _process(environment: dict[str, str], log: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "intranet", "serve", "--no-worker", "--port", str(port)]
    with log.open("ab") as sink:
        process = subprocess.Popen(command, env=environment, stdout=sink, stderr=sink)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(10)


def _wait_until_up(url: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with suppress(OSError):
            urllib.request.urlopen(f"{url}/healthz", timeout=5).close()
            return
        time.sleep(0.05)
    raise RuntimeError(f"a web process did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")
