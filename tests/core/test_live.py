"""The door to sockets: who comes in, what is read again at every event, and signals from other processes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_socketio import SocketIOTestClient
from sqlalchemy import select, update

from intranet.core import clock, db, events, live, permits
from intranet.core.actor import Actor
from intranet.core.live import DESK, Signal, sockets
from intranet.people.models import User
from intranet.people.sessions import SessionRow
from tests.factories import Office

OURS = {"Origin": "http://localhost"}


@dataclass(frozen=True)
class Rang:
    """A live fact for these tests."""

    user_id: int


@pytest.fixture
def asked() -> Iterator[list[Any]]:
    """What the handler of these tests was asked."""
    seen: list[Any] = []
    permits.permit("test.ring", "leader")

    def ring(actor: Actor, frame: Any) -> dict[str, Any]:
        seen.append((actor.id, frame))
        return {"ok": True, "n": len(seen)}

    sockets.io.on_event("ring", sockets._guarded("test.ring", ring), namespace=DESK)  # type: ignore[union-attr]
    yield seen
    permits._roles_by_permit.pop("test.ring")


Joiner = Callable[..., SocketIOTestClient]


@pytest.fixture
def join(app: Flask, client_of: Callable[[User], FlaskClient]) -> Joiner:
    """Opens a socket as a person, with the Origin given."""

    def opened(user: User | None, headers: dict[str, str] | None = None) -> SocketIOTestClient:
        browser = client_of(user) if user is not None else app.test_client()
        return sockets.io.test_client(  # type: ignore[union-attr]  # attached by the application
            app, namespace=DESK, flask_test_client=browser, headers=OURS if headers is None else headers
        )

    return opened


def test_a_signed_in_person_comes_in_and_is_answered(office: Office, join: Joiner, asked: list[Any]) -> None:
    socket = join(office.leader)
    assert socket.is_connected(DESK)
    assert socket.emit("ring", {"a": 1}, namespace=DESK, callback=True) == {"ok": True, "n": 1}
    assert asked == [(office.leader.id, {"a": 1})]


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://localhost.evil.example",
        "https://localhost",
        "http://localhost:81",
        "null",
        "",
    ],
)
def test_a_foreign_origin_stays_outside(office: Office, join: Joiner, origin: str) -> None:
    assert not join(office.leader, {"Origin": origin}).is_connected(DESK)


def test_a_missing_origin_stays_outside(office: Office, join: Joiner) -> None:
    assert not join(office.leader, {}).is_connected(DESK)


def test_a_stranger_stays_outside(office: Office, join: Joiner) -> None:
    assert not join(None).is_connected(DESK)


def test_whoever_lacks_the_permit_gets_a_refusal_as_answer(
    office: Office, join: Joiner, asked: list[Any]
) -> None:
    answer = join(office.officer).emit("ring", {}, namespace=DESK, callback=True)
    assert answer["err"] == "forbidden"
    assert asked == []


def test_an_event_without_its_argument_is_answered_too(
    office: Office, join: Joiner, asked: list[Any]
) -> None:
    assert join(office.leader).emit("ring", namespace=DESK, callback=True)["ok"] is True


def test_a_session_that_ended_is_noticed_at_the_next_event(
    office: Office, join: Joiner, asked: list[Any]
) -> None:
    socket = join(office.leader)
    with db.unit_of_work() as session:
        session.execute(update(SessionRow).values(ended_at=clock.now()))
    answer = socket.emit("ring", {}, namespace=DESK, callback=True)
    assert answer == {"ok": False, "err": "unauth"}
    assert asked == []


def test_too_many_events_in_a_moment_are_refused(office: Office, join: Joiner, asked: list[Any]) -> None:
    socket = join(office.leader)
    answers = [socket.emit("ring", {}, namespace=DESK, callback=True) for _ in range(60)]
    assert answers[0]["ok"] is True
    assert any(answer.get("err") == "rate" for answer in answers)
    assert len(asked) < 60


def test_a_fact_of_a_process_without_sockets_reaches_the_live_subscribers_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    monkeypatch.setitem(events._live, Rang, [lambda fact: rung.append(fact.user_id)])
    monkeypatch.setitem(events._names, "Rang", Rang)
    live.leave_signals()
    with db.unit_of_work():
        db.publish(Rang(7))
    assert rung == []
    seen: set[int] = set()
    live.read_signals(seen, clock.now() - timedelta(minutes=1))
    live.read_signals(seen, clock.now() - timedelta(minutes=1))
    assert rung == [7]


def test_signals_are_swept_after_an_hour(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(events._live, Rang, [lambda fact: None])
    live.leave_signals()
    with db.unit_of_work():
        db.publish(Rang(7))
    live.sweep_signals()
    assert len(db.session().scalars(select(Signal)).all()) == 1
    clock.advance(timedelta(minutes=61))
    live.sweep_signals()
    assert db.session().scalars(select(Signal)).all() == []
