"""The sample office of a first start: a process of its own makes it, while this one imports the rest."""

import subprocess
import sys

from intranet.core.config import data_folder

#: What a built sample office leaves in its folder's mark; anything else was interrupted.
READY = "ready"
#: Name of the mark in the data folder.
MARK = "sample"

_making: subprocess.Popen[bytes] | None = None


def is_made() -> bool:
    """Whether the data folder holds the whole sample office."""
    mark = data_folder() / MARK
    return mark.exists() and mark.read_text(encoding="ascii").strip() == READY


def begin() -> None:
    """Begin to make the sample office unless it is there."""
    global _making
    if _making is None and not is_made():
        sys.stdout.write("Making the sample office ...\n")
        sys.stdout.flush()
        _making = subprocess.Popen([sys.executable, "-m", "intranet", "sample"])


def wait() -> None:
    """Return when the sample office is there.

    :raises SystemExit: it could not be made; why is on the error stream.
    """
    begin()
    status = _making.wait() if _making is not None else 0
    if status:
        sys.exit(status)
