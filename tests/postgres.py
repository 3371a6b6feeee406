"""One PostgreSQL for a test run: started in a temporary folder, asked over a Unix socket, gone at the end.

The pytest process that starts first calls :func:`start` and :meth:`Cluster.stop`; the workers of pytest-xdist
inherit its environment and call :func:`running`.
"""

import atexit
import contextlib
import itertools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

#: Where the worker processes of a run find the cluster: the folder of its socket.
VARIABLE = "OFFICE_TEST_CLUSTER"
#: Where a cluster may lie, and the bytes that the first of them must have free.
PLACES, ROOM = (Path("/dev/shm"), Path("/tmp")), 2 * 1024**3
#: Durability is not what these tests are about; the temporary folder dies with the run.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "logging_collector": "off",
    "log_min_messages": "fatal",
}


class Missing(RuntimeError):
    """The server's programs are not on this machine."""


def programs() -> Path:
    """The folder with ``initdb`` and ``postgres``; of several versions the newest.

    :raises Missing: there is none.
    """
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found and (elsewhere := shutil.which("initdb")):
        found = [Path(elsewhere).resolve().parent]
    if not found:
        raise Missing("PostgreSQL is missing: apt-get install postgresql")
    return max(found, key=lambda path: [int(n) for n in re.findall(r"\d+", path.parent.name)])


def _as_server() -> list[str]:
    """What goes before a command: root may not run the server, and the server ends when the run is killed."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return []
    user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    return [setpriv, "--pdeathsig=INT", *user]


class Cluster:
    """A running server, seen from any process of the run."""

    def __init__(
        self, folder: Path, process: subprocess.Popen[bytes] | None = None, *, is_kept: bool = False
    ) -> None:
        self.folder = folder
        self._process = process
        self._is_kept = is_kept

    def url(self, dbname: str) -> str:
        """The address of a database for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/{dbname}?host={self.folder}"

    def create(self, dbname: str, template: str | None = None) -> str:
        """Make a database, as a copy of ``template`` if one is named; returns its address.

        Nobody may be connected to the template meanwhile.
        """
        ask = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._ask(ask.format(sql.Identifier(dbname), sql.Identifier(template or "template0")))
        return self.url(dbname)

    def drop(self, dbname: str) -> None:
        """Remove a database, and whoever is still connected to it."""
        self._ask(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(dbname)))

    def stop(self) -> None:
        """End the server and remove its folder unless it is kept.  Where it was not started: nothing."""
        process, self._process = self._process, None
        if process is None:
            return
        os.environ.pop(VARIABLE, None)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        if not self._is_kept:
            shutil.rmtree(self.folder, ignore_errors=True)

    def has(self, dbname: str) -> bool:
        """Whether there is a database of that name."""
        with psycopg.connect(self._admin()) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (dbname,))
            return found.fetchone() is not None

    def _ask(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._admin(), autocommit=True) as connection:
            connection.execute(statement)

    def _admin(self) -> str:
        return f"host={self.folder} user=postgres dbname=postgres connect_timeout=10"

    def wait_until_ready(self, seconds: float = 20) -> None:
        """Return when the server answers.

        :raises RuntimeError: it ended, or is not up in time.
        """
        until = time.monotonic() + seconds
        while True:
            try:
                psycopg.connect(self._admin()).close()
            except psycopg.OperationalError as error:
                ended = self._process is not None and self._process.poll() is not None
                if ended or time.monotonic() > until:
                    log = (self.folder / "log").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL did not start: {log}") from error
                time.sleep(0.05)
            else:
                return


def start(kept: Path | None = None) -> Cluster:
    """Start a server of our own; :meth:`Cluster.stop` ends it, the end of this process too.

    :param kept: a folder that stays, with all that an earlier run made in it.
    :raises Missing: PostgreSQL is not installed.
    """
    programs_in = programs()
    sweep()
    if kept is None:
        folder = Path(tempfile.mkdtemp(prefix="office-pg-", dir=_place()))
        (folder / "run").write_text(str(os.getpid()))
    else:
        folder = kept
        folder.mkdir(exist_ok=True)
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    initdb = [*_as_server(), str(programs_in / "initdb"), "-D", str(folder / "data"), "-U", "postgres"]
    how = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
    process = None
    try:
        with (folder / "log").open("wb") as log:
            if not (folder / "data").exists():
                subprocess.run([*initdb, *how], cwd="/", stdout=log, stderr=log, check=True)
            postgres = [*_as_server(), str(programs_in / "postgres"), "-D", str(folder / "data")]
            settings = [arg for name, value in SETTINGS.items() for arg in ("-c", f"{name}={value}")]
            process = subprocess.Popen(
                [*postgres, "-k", str(folder), *settings], cwd="/", stdout=log, stderr=log
            )
        cluster = Cluster(folder, process, is_kept=kept is not None)
        cluster.wait_until_ready()
    except BaseException:
        if process is not None:
            process.kill()
            process.wait(10)
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    os.environ[VARIABLE] = str(folder)
    atexit.register(cluster.stop)
    return cluster


def _place() -> Path:
    """In memory where it has room: a database is then there in 15 ms, on disk it took 70 to 200.

    By name: a socket's path has room for about 100 characters, and the server's user must reach it.
    """
    in_memory, on_disk = PLACES
    is_roomy = in_memory.is_dir() and shutil.disk_usage(in_memory).free > ROOM
    return in_memory if is_roomy and os.access(in_memory, os.W_OK) else on_disk


def sweep() -> None:
    """Remove what killed runs have left in the temporary folders."""
    for folder in itertools.chain.from_iterable(place.glob("office-pg-*") for place in PLACES):
        with contextlib.suppress(OSError, ValueError):
            run = int((folder / "run").read_text())
            if not Path(f"/proc/{run}").exists():
                shutil.rmtree(folder, ignore_errors=True)


def running() -> Cluster:
    """The cluster that this run has started, seen from any of its processes.

    :raises LookupError: it has started none.
    """
    folder = os.environ.get(VARIABLE)
    if folder is None:
        raise LookupError(f"no PostgreSQL of this run: {VARIABLE} is not set")
    return Cluster(Path(folder))


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """The run's cluster, or one for the length of the block."""
    if VARIABLE in os.environ:
        yield running()
        return
    started = start()
    try:
        yield started
    finally:
        started.stop()
