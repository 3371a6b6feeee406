"""Logs: one JSON object a line, found by request id, and nothing of what people wrote or are called."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from intranet.core import commands, db, jobs, web
from intranet.core.errors import Invalid
from intranet.core.live import DESK, sockets
from intranet.core.logs import JsonLines, start
from intranet.people.models import User
from tests.factories import Office

Browser = Callable[[User], FlaskClient]
#: Words that stand in every field somebody can fill, and nowhere else.
SEEDS = ("Seedx1", "Seedx2", "Seedx3", "Seedx4", "Seedx5", "Seedx6", "Seedx7", "Seedx8")


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """The lines that went to standard error so far, each read back from its JSON."""
    start()
    kept: list[str] = []

    def lines() -> list[dict[str, Any]]:
        kept.extend(capsys.readouterr().err.splitlines())
        return [json.loads(line) for line in kept]

    return lines


def said(lines: list[dict[str, Any]]) -> str:
    """Everything in the lines, as text."""
    return json.dumps(lines, ensure_ascii=False)


def test_a_request_is_one_line_with_the_rule_and_not_the_address(
    office: Office, client_of: Browser, told: Callable[[], list[dict[str, Any]]]
) -> None:
    answer = client_of(office.clerk).get(
        f"/search?q={SEEDS[0]}",
        headers={
            "User-Agent": SEEDS[1],
            "Referer": f"http://localhost/{SEEDS[2]}",
            "X-Request-Id": SEEDS[3] * 2,
        },
    )
    assert answer.status_code == 200
    line = next(line for line in told() if line["event"] == "request")
    assert line["rule"] == "/search"
    assert line["actor"] == office.clerk.id
    assert line["status"] == 200
    assert line["request"] == answer.headers["X-Request-Id"]
    assert line["level"] == "info"
    assert line["ms"] >= 0
    assert not any(seed in said(told()) for seed in SEEDS)
    assert "127.0.0.1" not in said(told())


def test_an_address_that_is_none_of_ours_is_not_logged(
    office: Office, client_of: Browser, told: Callable[[], list[dict[str, Any]]]
) -> None:
    client_of(office.clerk).get(f"/{SEEDS[0]}")
    line = next(line for line in told() if line["event"] == "request")
    assert (line["rule"], line["status"]) == (None, 404)
    assert SEEDS[0] not in said(told())


def test_a_failure_tells_where_it_was_and_not_what_was_in_it(
    office: Office,
    app: Flask,
    client_of: Browser,
    told: Callable[[], list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        try:
            with db.unit_of_work() as session:
                session.execute(text("INSERT INTO nowhere VALUES (:title)"), {"title": SEEDS[0]})
        except SQLAlchemyError as problem:
            raise ValueError(f"{SEEDS[1]} {SEEDS[2]}") from problem

    monkeypatch.setitem(app.view_functions, "home.desk", web.signed_in(fail))
    monkeypatch.setitem(app.config, "TESTING", False)
    answer = client_of(office.clerk).get(f"/?q={SEEDS[3]}")
    assert answer.status_code == 500
    line = next(line for line in told() if line["event"] == "request failed")
    assert line["request"] == answer.headers["X-Request-Id"]
    assert "test_logs.py" in " ".join(line["trace"])
    assert line["trace"][-1].startswith("ValueError from ")
    assert not any(seed in said(told()) for seed in SEEDS)


def test_forms_signing_in_sockets_commands_and_jobs_leave_no_words(
    office: Office,
    app: Flask,
    client_of: Browser,
    told: Callable[[], list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(payload: Any) -> None:
        raise ValueError(str(payload))

    def refuse(actor: Any, payload: Any) -> dict[str, Any]:
        raise Invalid("command.payload", name=SEEDS[4], field=str(payload))

    stranger = app.test_client()
    stranger.post("/sign-in", data={"name": SEEDS[0], "password": SEEDS[1]}, headers={"Origin": SEEDS[2]})
    client = client_of(office.leader)
    client.post("/me/theme", data={"theme": SEEDS[3]})
    client.post(f"/me/theme?x={SEEDS[3]}", data={"theme": "dark"}, headers={"Origin": f"http://{SEEDS[5]}"})
    socket = sockets.io.test_client(  # type: ignore[union-attr]  # attached by the application
        app, namespace=DESK, flask_test_client=client, headers={"Origin": "http://localhost"}
    )
    socket.emit(SEEDS[6], {"text": SEEDS[6]}, namespace=DESK)
    commands.run(office.leader, {"cid": "0123456789", "t": SEEDS[6], "d": {"note": SEEDS[7]}})
    monkeypatch.setitem(jobs._handlers, "test.fail", fail)
    jobs.enqueue("test.fail", "a", {"title": SEEDS[7]})
    jobs.run_due()
    events = [line["event"] for line in told()]
    assert "job failed" in events
    assert "request" in events
    assert [seed for seed in SEEDS if seed in said(told())] == []


def test_what_other_packages_warn_of_is_told_without_what_they_put_in(
    told: Callable[[], list[dict[str, Any]]],
) -> None:
    other = logging.getLogger("some.package")
    other.warning("cannot read %s", SEEDS[0])
    other.info("all is well")
    assert [line["event"] for line in told()] == ["cannot read %s"]


def test_a_line_stays_one_line_whatever_it_says(told: Callable[[], list[dict[str, Any]]]) -> None:
    logging.getLogger("intranet.test").info("first\nsecond", extra={"more": "a\r\nb", "thing": object})
    assert told()[0]["event"] == "first\nsecond"
    assert len(told()) == 1


def test_a_formatter_alone_gives_the_level_and_an_aware_instant() -> None:
    record = logging.makeLogRecord({"name": "intranet", "msg": "x", "levelname": "WARNING", "created": 0})
    line = json.loads(JsonLines().format(record))
    assert (line["at"], line["level"]) == ("1970-01-01T00:00:00.000+00:00", "warning")
