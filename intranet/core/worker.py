"""The worker: a process of its own that ticks and does jobs. Threads, no gevent, no sockets.

:func:`run` is its life; :class:`Keeper` is how the web process starts it, starts it again when it dies, and
takes it along when it goes: the worker reads its standard input and ends when that ends.
"""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from types import FrameType

from intranet.core import db, scheduler

log = logging.getLogger("intranet.worker")

#: How long a stop waits for jobs under way; what is not done then is taken up again by the next worker.
STOP_SECONDS = 8.0
#: Pause before a worker that died is started again.
RESTART_SECONDS = 1.0


def run(*, tied: bool) -> None:
    """Tick until told to stop; the application of this process was made, without sockets.

    :param tied: end at the end of standard input too, so that the worker never outlives who started it.
    """
    ended = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN if tied else stop)
    if tied:
        threading.Thread(target=_wait_for_end, args=[ended], daemon=True).start()
    leadership = scheduler.Leadership()
    ticking = scheduler.start(leadership)
    log.info("worker started", extra={"leads": leadership.is_leading})
    while not ended.wait(1.0):
        pass
    _finish(ticking.shutdown, leadership)


def _wait_for_end(ended: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    ended.set()


def _finish(shut_down: Callable[[], None], leadership: scheduler.Leadership) -> None:
    """Let jobs under way end, give the lease back; a job that takes too long dies with the process."""
    waiting = threading.Thread(target=shut_down, daemon=True)
    waiting.start()
    waiting.join(STOP_SECONDS)
    with contextlib.suppress(Exception):
        leadership.give_back()
    log.info("worker stopped", extra={"cut": waiting.is_alive()})
    if waiting.is_alive():
        os._exit(0)
    db.close_database()


class Keeper:
    """Keeps one worker running beside this process."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        """Start the worker, and again whenever it dies."""
        self._process = self._spawn()
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The worker's process id."""
        return None if self._process is None else self._process.pid

    def stop(self) -> None:
        """End the worker: by the end of its input, by force when that takes too long."""
        self._stopping.set()
        with self._starting:
            process = self._process
        if process is None:
            return
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        try:
            process.wait(STOP_SECONDS + 4)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "intranet", "worker", "--tied"],
            stdin=subprocess.PIPE,
            env=self.environment,
        )

    def _keep(self) -> None:
        while not self._stopping.is_set():
            process = self._process
            if process is not None:
                status = process.wait()
                if self._stopping.is_set():
                    return
                log.warning("worker died", extra={"status": status})
            self._stopping.wait(RESTART_SECONDS)
            with self._starting:
                if not self._stopping.is_set():
                    self._process = self._spawn()
