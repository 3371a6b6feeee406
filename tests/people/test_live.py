"""Sockets of people whose access ends."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_socketio import SocketIOTestClient

from intranet.core import clock, db
from intranet.core.live import DESK, sockets
from intranet.people.live import cut_those_signed_out
from intranet.people.models import Role, RoleGrant, User
from intranet.people.services import accounts, signing_in, standing_in
from intranet.people.sessions import SessionRow
from tests.factories import Office, make_user

Browser = Callable[[User], FlaskClient]
Join = Callable[[FlaskClient], SocketIOTestClient]


@pytest.fixture
def join(app: Flask) -> Join:
    """Opens a socket from a browser."""
    return lambda browser: sockets.io.test_client(  # type: ignore[union-attr]  # attached by the application
        app, namespace=DESK, flask_test_client=browser, headers={"Origin": "http://localhost"}
    )


@pytest.fixture
def as_web(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell live subscribers at once, as the web process does."""
    monkeypatch.setattr(db.database(), "is_web", True)


@pytest.mark.usefixtures("as_web")
def test_signing_out_another_device_cuts_its_socket(office: Office, client_of: Browser, join: Join) -> None:
    client_of(office.clerk)
    there = client_of(office.clerk)
    socket, other = join(there), join(client_of(office.leader))
    assert socket.is_connected(DESK)
    keep = db.session().query(SessionRow).filter_by(user_id=office.clerk.id).order_by(SessionRow.id).first()
    signing_in.sign_out_others(office.clerk, keep.id if keep else None)
    assert not socket.is_connected(DESK)
    assert other.is_connected(DESK)
    assert not join(there).is_connected(DESK)


@pytest.mark.usefixtures("as_web")
def test_a_lost_role_cuts_the_socket_and_the_person_may_come_back(
    office: Office, client_of: Browser, join: Join
) -> None:
    browser = client_of(office.head)
    socket = join(browser)
    accounts.leave_place(office.admin, office.head.id, office.stc.id)
    assert not socket.is_connected(DESK)
    assert join(browser).is_connected(DESK)


@pytest.mark.usefixtures("as_web")
def test_a_disabled_persons_substitute_is_cut_too(office: Office, client_of: Browser, join: Join) -> None:
    second = make_user("pho", "Trịnh Văn Phó", office.stc, "Phó Trưởng phòng", Role.OFFICER)
    today = clock.today()
    standing_in.name_substitute(
        office.admin, office.head.id, second.id, first_date=today, last_date=today, reason="Nghỉ phép"
    )
    socket = join(client_of(second))
    accounts.set_active(office.admin, office.head.id, False)
    assert not socket.is_connected(DESK)


def test_sockets_end_when_the_last_session_has_been_idle_too_long(
    app: Flask, office: Office, client_of: Browser, join: Join
) -> None:
    idle, busy = join(client_of(office.clerk)), client_of(office.leader)
    clock.advance(timedelta(minutes=20))
    busy.get("/me")
    at_work = join(busy)
    clock.advance(timedelta(minutes=20))
    with app.app_context():
        cut_those_signed_out()
    assert (idle.is_connected(DESK), at_work.is_connected(DESK)) == (False, True)


def test_a_person_with_a_temporary_password_gets_no_socket(
    office: Office, client_of: Browser, join: Join
) -> None:
    browser = client_of(office.clerk)
    with db.unit_of_work() as session:
        session.get_one(User, office.clerk.id).must_change_password = True
    assert not join(browser).is_connected(DESK)


def test_an_administrator_idle_for_a_quarter_counts_as_signed_out(
    app: Flask, office: Office, client_of: Browser, join: Join
) -> None:
    socket = join(client_of(office.admin))
    clock.advance(timedelta(minutes=16))
    with app.app_context():
        cut_those_signed_out()
    assert not socket.is_connected(DESK)
    with db.unit_of_work() as session:
        assert session.query(RoleGrant).filter_by(user_id=office.admin.id).count() == 1
