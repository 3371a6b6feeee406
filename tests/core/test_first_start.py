"""The sample office of a first start is made by one process, whoever asks for it meanwhile."""

import fcntl
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from intranet.core import first_start


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that were begun, none of which does anything."""
    commands: list[list[str]] = []

    class Idle:
        def __init__(self, command: list[str], **_known: Any) -> None:
            commands.append(command)

        def wait(self) -> int:
            return 3

    monkeypatch.setenv("OFFICE_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(first_start, "_making", None)
    monkeypatch.setattr(subprocess, "Popen", Idle)
    return commands


def test_a_second_start_waits_for_the_office_that_another_process_makes(
    begun: list[list[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with (folder / first_start.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = threading.Thread(target=first_start.wait, daemon=True)
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        (folder / first_start.MARK).write_text(first_start.READY, encoding="ascii")
    waiting.join(10)
    assert not waiting.is_alive()
    assert begun == []


def test_a_maker_that_fails_ends_the_start_with_its_status(begun: list[list[str]]) -> None:
    with pytest.raises(SystemExit) as ended:
        first_start.wait()
    assert ended.value.code == 3
    assert [command[-1] for command in begun] == ["sample"]


def test_an_office_that_is_there_is_not_made_again(begun: list[list[str]], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / first_start.MARK).write_text(first_start.READY, encoding="ascii")
    first_start.wait()
    assert begun == []
