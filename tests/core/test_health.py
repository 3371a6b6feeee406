"""What a supervisor is told."""

from collections import namedtuple
from datetime import timedelta

import pytest
from flask import Flask

from intranet.core import clock, health
from intranet.core.scheduler import Leadership
from tests.factories import Office

Usage = namedtuple("Usage", "total used free")


def answer(app: Flask) -> tuple[int, dict[str, bool]]:
    """Status and checks of the page for supervisors."""
    got = app.test_client().get("/readyz")
    checks: dict[str, bool] = got.json["checks"] if got.json else {}
    return got.status_code, checks


def test_the_process_answers_without_a_database(app: Flask) -> None:
    got = app.test_client().get("/healthz")
    assert (got.status_code, got.json) == (200, {"ok": True})


def test_it_is_ready_while_a_scheduler_ticks(app: Flask, office: Office) -> None:
    status, checks = answer(app)
    assert (status, checks["scheduler"], checks["database"]) == (503, False, True)
    Leadership().renew()
    assert answer(app)[0] == 200
    clock.advance(timedelta(seconds=61))
    assert answer(app)[1]["scheduler"] is False


def test_a_full_disk_is_not_ready(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    Leadership().renew()
    full = Usage(10**12, 10**12 - 10**8, 10**8)
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _path: full)
    status, checks = answer(app)
    assert (status, checks["disk"], checks["database"]) == (503, False, True)


def test_a_check_that_fails_says_which_and_tells_no_more(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_settings: object) -> health.Check:
        raise OSError("/secret/path is gone")

    monkeypatch.setitem(health._more, "outbox", broken)
    got = app.test_client().get("/readyz")
    assert got.status_code == 503
    assert got.json["checks"]["outbox"] is False
    assert "secret" not in got.text


def test_a_server_about_to_stop_is_not_ready(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    Leadership().renew()
    monkeypatch.setattr(health._State, "is_stopping", False)
    health.stop()
    assert answer(app)[0] == 503
