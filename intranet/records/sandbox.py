"""Where programs of others read foreign files: no network, nothing of the house in sight, and limits.

Inside ``bwrap`` a program sees the system's programs, read only, and the one folder made for it. Where that
does not work it runs without network as another user with the same limits; ``SANDBOX=required`` forbids that.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from intranet.core import config
from intranet.core.errors import BadState

_PLACE = "/work"
_NOBODY = 65534
_SYSTEM = ("/etc/fonts", "/etc/libreoffice", "/etc/passwd", "/etc/ld.so.cache", "/etc/alternatives")


@dataclass(frozen=True)
class Bounds:
    """What one run may use: bytes of memory and of a written file, seconds, processes and threads."""

    memory: int = 2 * 1024**3
    file_bytes: int = 500 * 1024**2
    cpu_seconds: int = 60
    wall_seconds: float = 90.0
    processes: int = 64


@dataclass(frozen=True)
class _Way:
    """How a program is shut in on this machine.

    :param words: stand before the program.
    :param is_bwrap: it sees nothing of the house.
    :param is_other: it runs as a user without any right, to whom the folder must be given.
    :param starts_other: it is started as that user; else its words see to it.
    """

    words: tuple[str, ...]
    is_bwrap: bool = False
    is_other: bool = False
    starts_other: bool = False


@contextmanager
def box() -> Iterator[Path]:
    """A folder for one run: the program reads what was put there, and writes into it."""
    with tempfile.TemporaryDirectory(prefix="box-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def run(folder: Path, words: Callable[[str], Sequence[str]], bounds: Bounds) -> int | None:
    """Run a program of the system over a folder of :func:`box`; whatever it started ends with it.

    :param words: the program and its arguments, given the path under which it sees the folder.
    :returns: its exit code, ``None`` when it was ended for taking too long.
    :raises BadState: ``sandbox.required``, there is no ``bwrap`` that works and nothing less is allowed.
    """
    way = _way()
    if not way.is_bwrap and config.needs_sandbox():
        raise BadState("sandbox.required")
    seen = _PLACE if way.is_bwrap else str(folder)
    shut_in = [*way.words, "--bind", str(folder), _PLACE, "--chdir", _PLACE] if way.is_bwrap else [*way.words]
    if way.is_other:
        _give_away(folder)
    user = _NOBODY if way.starts_other else None
    command = [*shut_in, *_limits(bounds), *words(seen)]
    child = subprocess.Popen(  # noqa: S603 - programs of the system, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=_environment(seen),
        start_new_session=True,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
    try:
        return child.wait(timeout=bounds.wall_seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def found() -> str:
    """Which way programs are shut in here, in words for the operator."""
    way = _way()
    if way.is_bwrap:
        return "bwrap works"
    kept = "without network" if without_network() else "WITH network"
    return f"no bwrap that works: programs run {kept}{', as nobody' if way.is_other else ''}"


def has_bwrap() -> bool:
    """Whether programs see nothing of the house on this machine."""
    return _way().is_bwrap


@lru_cache(maxsize=1)
def without_network() -> tuple[str, ...]:
    """The words that start a command without network, empty where the system does not allow it."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    ways = ((unshare, "-n", "--"), (unshare, "-r", "-n", "--"))
    return next((words for words in ways if _works(_Way(words))), ())


@lru_cache(maxsize=1)
def _way() -> _Way:
    bwrap = shutil.which("bwrap")
    is_root = os.geteuid() == 0
    if bwrap is not None:
        shut = (bwrap, *_bwrap_words())
        ways = [_Way(shut, True, True, True)] if is_root else []
        for way in (*ways, _Way(shut, is_bwrap=True)):
            if _works(way):
                return way
    if not is_root:
        return _Way(without_network())
    other = (f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--no-new-privs", "--")
    return _Way((*without_network(), "setpriv", *other), is_other=True)


def _bwrap_words() -> Iterator[str]:
    yield from ("--unshare-all", "--unshare-user", "--uid", str(_NOBODY), "--gid", str(_NOBODY))
    yield from ("--die-with-parent", "--new-session", "--cap-drop", "ALL", "--ro-bind", "/usr", "/usr")
    for top in ("bin", "sbin", "lib", "lib64", "lib32"):
        path = Path("/", top)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))
    for path in map(Path, _SYSTEM):
        yield from ("--ro-bind-try", str(path), str(path))
    yield from ("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp")  # noqa: S108 - the program's own


def _works(way: _Way) -> bool:
    user = _NOBODY if way.starts_other else None
    try:
        tried = subprocess.run(  # noqa: S603 - programs of the system, no shell
            [*way.words, "true"],
            capture_output=True,
            timeout=10,
            check=False,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


def _limits(bounds: Bounds) -> list[str]:
    return [
        "prlimit",
        f"--as={bounds.memory}",
        f"--cpu={bounds.cpu_seconds}",
        f"--fsize={bounds.file_bytes}",
        f"--nproc={bounds.processes}",
        "--core=0",
        "--",
    ]


def _environment(seen: str) -> dict[str, str]:
    home = f"{seen}/home"
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": home, "TMPDIR": home, "OMP_THREAD_LIMIT": "1"}


def _give_away(folder: Path) -> None:
    """Let the user without rights read and write the folder, and nobody else."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, _NOBODY, _NOBODY)
