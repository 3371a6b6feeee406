"""The command line as the operator types it: processes of their own, on a data folder of their own."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import pytest

from intranet import cli
from intranet.core import operating
from intranet.core.web import UndeclaredAccess

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Machine:
    """A data folder and what runs on it."""

    folder: Path
    port: int
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What each command is started with."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("OFFICE_")}
        return kept | {"OFFICE_DATA": str(self.folder), "PORT": str(self.port), "COLUMNS": "100"}

    def run(self, *words: str, expect: int = 0) -> str:
        """What a command says; it ends with the expected code."""
        done = subprocess.run(
            [sys.executable, "-m", "intranet", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == expect, done.stderr
        return done.stdout + done.stderr

    def serve(self, *words: str) -> subprocess.Popen[str]:
        """Start serving and wait for the line that says so."""
        process = subprocess.Popen(
            [sys.executable, "-m", "intranet", "serve", *words],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.running.append(process)
        if process.stdout is None:
            raise AssertionError("no output")
        for line in process.stdout:
            if line.startswith("Ready"):
                break
        return process

    def get(self, path: str) -> str:
        """The body of a page, whatever its status."""
        address = f"http://127.0.0.1:{self.port}{path}"
        with (
            contextlib.suppress(urllib.error.HTTPError),
            urllib.request.urlopen(address, timeout=10) as answer,
        ):
            return str(answer.read().decode())
        return ""


def children(pid: int) -> list[int]:
    """Processes that this one started and that still run."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(one) for one in found if _runs(int(one))]


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(what: object, seconds: float = 15) -> None:
    """Ask again and again until it is so."""
    deadline = time.monotonic() + seconds
    while not what():  # type: ignore[operator]  # a function without arguments
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine with an empty data folder and a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path / "office"
    made = Machine(folder, port)
    yield made
    for process in made.running:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_every_command_declares_who_may_run_it() -> None:
    declared = cli.declared()
    assert {"init", "sample", "serve", "worker", "doctor", "user add", "audit verify", "db upgrade"} <= set(
        declared
    )
    assert {"registers verify", "search rebuild"} <= set(declared)
    assert {"outbox list", "outbox retry", "outbox on", "outbox off"} <= set(declared)
    assert set(declared.values()) == {str(operating.OPERATOR)}


def test_a_command_that_declares_nothing_cannot_be_added() -> None:
    with pytest.raises(UndeclaredAccess, match="naked"):
        cli.OfficeGroup("group").add_command(click.Command("naked", callback=lambda: None))


def test_every_command_explains_itself(machine: Machine) -> None:
    said = machine.run("--help")
    for name in ("init", "sample", "serve", "worker", "doctor", "user", "audit", "registers", "search", "db"):
        assert re.search(rf"^  {name} +\w", said, re.MULTILINE), name


@pytest.mark.slow
def test_a_real_office_starts_with_a_link_and_no_account(machine: Machine) -> None:
    said = machine.run("init")
    links = re.findall(rf"http://127\.0\.0\.1:{machine.port}/start/[\w-]{{43}}", said)
    assert len(links) == 1
    again = machine.run("init")
    assert links[0] not in again
    assert "no account" not in machine.run("audit", "verify")
    assert "Every register is whole." in machine.run("registers", "verify")
    refused = machine.run(
        "user", "add", "vanthu", "--full-name", "Lê Thị Nhung", "--unit", "Văn phòng", expect=1
    )
    assert "must name one unit" in refused


@pytest.mark.slow
def test_the_doctor_names_what_is_wrong(machine: Machine) -> None:
    machine.run("init")
    said = machine.run("doctor", expect=1)
    assert "ok     database: takes writes" in said
    assert "WRONG  scheduler: has never ticked" in said
    assert "ok     LibreOffice: makes PDFs" in said
    machine.folder.chmod(0o755)
    assert "can be read by others" in machine.run("doctor", expect=1)


@pytest.mark.slow
def test_an_open_address_without_https_is_refused_in_plain_words(machine: Machine) -> None:
    said = machine.run("serve", "--host", "0.0.0.0", expect=1)
    assert "OFFICE_URL must be https" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_worker_that_dies_comes_back_and_goes_with_the_server(machine: Machine) -> None:
    server = machine.serve()
    wait_until(lambda: len(children(server.pid)) == 1)
    (first,) = children(server.pid)
    wait_until(lambda: '"ok":true' in machine.get("/readyz"))
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: children(server.pid) not in ([], [first]))
    (second,) = children(server.pid)
    server.send_signal(signal.SIGTERM)
    assert server.wait(20) == 0
    assert not _runs(second)


@pytest.mark.slow
def test_a_worker_never_outlives_a_killed_server(machine: Machine) -> None:
    server = machine.serve()
    wait_until(lambda: len(children(server.pid)) == 1)
    (worker,) = children(server.pid)
    wait_until(lambda: json.loads(machine.get("/healthz"))["ok"])
    server.kill()
    wait_until(lambda: not _runs(worker))
