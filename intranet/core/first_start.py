"""The sample office of a first start: one process makes it, while others import the rest."""

import fcntl
import subprocess
import sys

from intranet.core.config import data_folder

#: What a built sample office leaves in its folder's mark; anything else was interrupted.
READY = "ready"
#: Name of the mark in the data folder.
MARK = "sample"
#: Name of the file that is locked as long as a process makes the sample office.
LOCK = "sample.lock"

_making: subprocess.Popen[bytes] | None = None


def is_made() -> bool:
    """Whether the data folder holds the whole sample office."""
    mark = data_folder() / MARK
    return mark.exists() and mark.read_text(encoding="ascii").strip() == READY


def begin() -> None:
    """Begin to make the sample office unless it is there, or is being made by another process."""
    global _making
    if _making is not None or is_made():
        return
    data_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data_folder() / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        sys.stdout.write("Making the sample office ...\n")
        sys.stdout.flush()
        # The lock goes with the process: whoever waits for it sees its end, and its death too.
        _making = subprocess.Popen([sys.executable, "-m", "intranet", "sample"], pass_fds=[lock.fileno()])


def wait() -> None:
    """Return when the sample office is there, whoever made it.

    :raises SystemExit: it could not be made; why is on the error stream.
    """
    while not is_made():
        begin()
        with (data_folder() / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
        if _making is not None and not is_made():
            sys.exit(_making.wait() or 1)
