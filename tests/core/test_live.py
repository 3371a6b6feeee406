"""The door to sockets: who comes in, what is read again at every event, and signals from other processes."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_socketio import SocketIOTestClient
from sqlalchemy import select, update

from intranet.core import clock, db, dialect, events, live, permits, signals
from intranet.core.actor import Actor
from intranet.core.live import DESK, MAX_PER_DEVICE, MAX_PER_PERSON, MEETINGS, sockets
from intranet.core.signals import Signal
from intranet.people.models import User
from intranet.people.sessions import SessionRow
from tests.factories import Office

OURS = {"Origin": "http://localhost"}


@dataclass(frozen=True)
class Rang:
    """A live fact for these tests."""

    user_id: int
    others: Sequence[Any] = ()


@pytest.fixture(autouse=True)
def _nobody() -> None:
    """Earlier tests have left their sockets open."""
    sockets.forget_seats()


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


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Rang]:
    """What the live subscriber of these tests has heard."""
    heard: list[Rang] = []
    monkeypatch.setitem(events._live, Rang, [heard.append])
    monkeypatch.setitem(events._names, "Rang", Rang)
    return heard


@pytest.fixture
def silent() -> Iterator[None]:
    """This process has no sockets, for the length of a test."""
    live.leave_signals()
    yield
    db.tell_live_with(events.dispatch_live)


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


def test_one_connection_more_than_a_device_may_have_takes_the_place_of_the_oldest(
    office: Office, app: Flask, client_of: Callable[[User], FlaskClient], asked: list[Any]
) -> None:
    browser = client_of(office.leader)

    def tab() -> SocketIOTestClient:
        return sockets.io.test_client(  # type: ignore[union-attr]  # attached by the application
            app, namespace=DESK, flask_test_client=browser, headers=OURS
        )

    tabs = [tab() for _ in range(MAX_PER_DEVICE)]
    # The room over the same connection is no further connection.
    tabs[0].connect(namespace=MEETINGS, headers=OURS)
    assert [one.is_connected(DESK) for one in tabs] == [True, True]
    newest = tab()
    assert not tabs[0].is_connected(DESK)
    assert not tabs[0].is_connected(MEETINGS)
    assert tabs[1].is_connected(DESK)
    assert newest.is_connected(DESK)


def test_a_connection_that_is_replaced_is_told_so(
    office: Office, join: Joiner, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, Any]] = []
    monkeypatch.setattr(live, "MAX_PER_PERSON", 1)
    join(office.leader)
    monkeypatch.setattr(sockets, "emit", lambda name, data, **_: told.append((name, data)))
    join(office.leader)
    assert told == [("bye", {"k": "bye", "code": "replaced"})]


def test_a_person_has_so_many_connections_and_others_are_left_alone(office: Office, join: Joiner) -> None:
    other = join(office.clerk)
    mine = [join(office.leader) for _ in range(MAX_PER_PERSON + 2)]
    assert [one.is_connected(DESK) for one in mine] == [False] * 2 + [True] * MAX_PER_PERSON
    assert other.is_connected(DESK)
    assert sockets.people() == {office.leader.id, office.clerk.id}


def test_cutting_a_person_leaves_the_others(office: Office, join: Joiner) -> None:
    mine, other = join(office.leader), join(office.clerk)
    live.disconnect_person(office.leader.id)
    assert not mine.is_connected(DESK)
    assert other.is_connected(DESK)
    assert sockets.people() == {office.clerk.id}


def test_a_socket_is_forgotten_though_what_follows_its_end_fails(
    office: Office, join: Joiner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ValueError("no such room")

    monkeypatch.setattr(sockets, "_leaves", [(DESK, fail)])
    join(office.leader).disconnect(namespace=DESK)
    assert sockets.people() == set()


def test_a_process_with_sockets_tells_its_own_facts_after_commit(
    office: Office, rung: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.unit_of_work():
        db.publish(Rang(7))
        assert rung == []
    assert rung == [Rang(7)]
    assert db.session().scalars(select(Signal)).all() == []


def test_a_fact_that_cannot_be_left_does_not_undo_the_change(
    office: Office, rung: list[Any], silent: None
) -> None:
    with db.unit_of_work() as session:
        session.get_one(User, office.clerk.id).theme = "dark"
        db.publish(Rang(7, (object(),)))
    assert office.clerk.theme == "dark"
    assert db.session().scalars(select(Signal)).all() == []


def test_a_fact_comes_back_as_it_was_left(office: Office, rung: list[Any], silent: None) -> None:
    with db.unit_of_work():
        db.publish(Rang(7, (1, 2)))
    live.read_signals(set(), clock.now())
    assert rung == [Rang(7, (1, 2))]


def test_a_signal_that_commits_after_a_later_one_is_told_too(office: Office, rung: list[Any]) -> None:
    seen: set[int] = set()
    since = clock.now() - timedelta(minutes=1)
    for key in (8, 7):
        with db.unit_of_work() as session:
            session.add(Signal(id=key, at=clock.now(), name="Rang", data={"user_id": key}))
        live.read_signals(seen, since)
    assert [fact.user_id for fact in rung] == [8, 7]


def test_what_is_remembered_of_signals_does_not_grow(office: Office, rung: list[Any]) -> None:
    seen: set[int] = set()
    for _ in range(5):
        with db.unit_of_work() as session:
            session.add(Signal(at=clock.now(), name="Rang", data={"user_id": 1}))
        live.read_signals(seen, clock.now() - timedelta(minutes=1))
        clock.advance(timedelta(minutes=2))
    assert len(rung) == 5
    assert len(seen) == 1


def test_a_signal_that_nobody_can_read_stops_none_after_it(office: Office, rung: list[Any]) -> None:
    with db.unit_of_work() as session:
        session.add(Signal(id=1, at=clock.now(), name="Rang", data={"of_an_older_version": 1}))
        session.add(Signal(id=2, at=clock.now(), name="Rang", data={"user_id": 2}))
    live.read_signals(set(), clock.now())
    assert [fact.user_id for fact in rung] == [2]


def test_whoever_follows_changes_is_woken_by_a_commit(office: Office) -> None:
    woken = dialect.changes(db.database().reader, 0.01, Signal)
    next(woken)

    def leave() -> None:
        with db.unit_of_work() as session:
            session.add(Signal(at=clock.now(), name="Rang", data={}))
            session.flush()
            dialect.wake(session)

    later = threading.Timer(0.05, leave)
    later.start()
    began = time.monotonic()
    next(woken)
    assert time.monotonic() - began < 1.8  # unwoken it would have looked after two seconds
    later.join()
    woken.close()  # type: ignore[attr-defined]  # a generator


def test_a_fact_of_a_process_without_sockets_reaches_the_live_subscribers_once(
    office: Office, rung: list[Any], silent: None
) -> None:
    with db.unit_of_work():
        db.publish(Rang(7))
    assert rung == []
    seen: set[int] = set()
    live.read_signals(seen, clock.now() - timedelta(minutes=1))
    live.read_signals(seen, clock.now() - timedelta(minutes=1))
    assert rung == [Rang(7)]


def test_signals_are_swept_after_an_hour(office: Office, rung: list[Any], silent: None) -> None:
    with db.unit_of_work():
        db.publish(Rang(7))
    signals.sweep_signals()
    assert len(db.session().scalars(select(Signal)).all()) == 1
    clock.advance(timedelta(minutes=61))
    signals.sweep_signals()
    assert db.session().scalars(select(Signal)).all() == []
