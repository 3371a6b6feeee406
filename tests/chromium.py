"""Where the system's Chromium lies, for browser tests and benches."""

import os
import shutil

#: The one without windows first: it starts sooner.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")


def program(*names: str) -> str:
    """The path of a browser: what ``CHROMIUM`` in the environment names, else the first one installed.

    :param names: which to look for, all by default.
    :raises RuntimeError: there is none.
    """
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names or NAMES)), None)
    if found is None:
        raise RuntimeError("no Chromium on the PATH: make test installs it as root")
    return found
