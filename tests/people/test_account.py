"""The own account: devices, passwords, how long a session lasts, how pages look."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intranet.core import clock, db
from intranet.people import passwords
from intranet.people.events import AccessChanged
from intranet.people.models import Role, RoleGrant, User
from intranet.people.sessions import SessionRow
from tests.factories import Office
from tests.people.browsing import PASSWORD, cookie, give_password, send, sign_in, stranger

Browser = Callable[[User], FlaskClient]
NEW = "một mật khẩu mới rất dài"


def is_in(browser: FlaskClient) -> bool:
    """True while the browser's session opens the office."""
    return browser.get("/me", headers={"Accept": "application/json"}).status_code == 200


def test_another_device_is_signed_out_by_its_owner_only(
    office: Office, client_of: Browser, published: list[Any]
) -> None:
    desk, tablet, other = client_of(office.clerk), client_of(office.clerk), client_of(office.leader)
    rows = db.session().query(SessionRow).filter_by(user_id=office.clerk.id).order_by(SessionRow.id).all()
    path = f"/me/devices/{rows[1].public_id}/sign-out"
    assert other.post(path).status_code == 404
    assert is_in(tablet)
    assert desk.post(path).status_code == 302
    assert (is_in(desk), is_in(tablet)) == (True, False)
    assert published == [AccessChanged(office.clerk.id)]
    assert desk.post(path).status_code == 404


def test_all_other_devices_are_signed_out_at_once(office: Office, client_of: Browser) -> None:
    here, there, elsewhere = (client_of(office.clerk) for _ in range(3))
    assert here.post("/me/devices/sign-out").status_code == 302
    assert [is_in(one) for one in (here, there, elsewhere)] == [True, False, False]


def test_an_idle_session_ends_after_half_an_hour_of_silence(office: Office, client_of: Browser) -> None:
    browser = client_of(office.clerk)
    for _ in range(3):
        clock.advance(timedelta(minutes=29))
        assert is_in(browser)
    clock.advance(timedelta(minutes=31))
    assert not is_in(browser)


def test_a_page_that_refreshes_itself_keeps_no_session_open(office: Office, client_of: Browser) -> None:
    browser = client_of(office.clerk)
    assert is_in(browser)
    for _ in range(2):
        clock.advance(timedelta(minutes=14))
        assert browser.get("/menu/counts", headers={"Office-Refresh": "1"}).status_code == 200
    clock.advance(timedelta(minutes=14))
    assert not is_in(browser)


def test_an_administrators_session_ends_after_a_quarter_of_an_hour(
    office: Office, client_of: Browser
) -> None:
    browser = client_of(office.admin)
    clock.advance(timedelta(minutes=14))
    assert is_in(browser)
    clock.advance(timedelta(minutes=16))
    assert not is_in(browser)


def test_no_session_lives_longer_than_twelve_hours(office: Office, client_of: Browser) -> None:
    browser = client_of(office.clerk)
    for _ in range(25):
        clock.advance(timedelta(minutes=28))
        is_in(browser)
    assert is_in(browser)
    clock.advance(timedelta(minutes=28))
    assert not is_in(browser)


def test_a_role_that_was_taken_away_is_gone_at_the_next_request(office: Office, client_of: Browser) -> None:
    browser = client_of(office.head)
    assert browser.get("/me/stand-ins").status_code == 200
    with db.unit_of_work() as session:
        session.query(RoleGrant).filter_by(user_id=office.head.id, role=Role.UNIT_HEAD).delete()
    assert browser.get("/me/stand-ins").status_code == 403


def test_a_disabled_person_is_out_at_the_next_request(office: Office, client_of: Browser) -> None:
    browser = client_of(office.clerk)
    with db.unit_of_work() as session:
        session.get_one(User, office.clerk.id).is_active = False
    assert not is_in(browser)


def test_a_new_password_ends_every_other_session_and_renews_this_one(app: Flask, office: Office) -> None:
    give_password(app, office.clerk)
    here, there = stranger(app), stranger(app)
    sign_in(here, "vanthu")
    sign_in(there, "vanthu")
    before = cookie(here)
    answer = send(here, "/me/password", present=PASSWORD, password=NEW, again=NEW)
    assert answer.status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)
    assert cookie(here) != before
    assert sign_in(stranger(app), "vanthu", NEW).status_code == 302


@pytest.mark.parametrize(
    ("password", "again", "word"),
    [
        ("ngắn quá", "ngắn quá", "ít nhất 15"),
        (NEW, NEW + "!", "chưa giống nhau"),
        ("tôi là vanthu của cơ quan", "tôi là vanthu của cơ quan", "không được chứa tên"),
        ("LÊ THỊ HỒNG NHUNG văn thư", "LÊ THỊ HỒNG NHUNG văn thư", "không được chứa tên"),
        ("matkhau123456789", "matkhau123456789", "dễ đoán"),
        ("abcabcabcabcabcabc", "abcabcabcabcabcabc", "dễ đoán"),
        (PASSWORD, PASSWORD, "phải khác"),
        ("x" * 129, "x" * 129, "dài nhất"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(
    app: Flask, office: Office, password: str, again: str, word: str
) -> None:
    give_password(app, office.clerk)
    browser = stranger(app)
    sign_in(browser, "vanthu")
    answer = send(browser, "/me/password", present=PASSWORD, password=password, again=again)
    assert answer.status_code == 422
    assert word in answer.text
    assert sign_in(stranger(app), "vanthu").status_code == 302


def test_a_password_is_the_same_however_the_keyboard_composed_its_marks(app: Flask, office: Office) -> None:
    give_password(app, office.clerk, password="mật khẩu có dấu của tôi")
    decomposed = "mật khẩu có dấu của tôi"
    assert sign_in(stranger(app), "vanthu", decomposed).status_code == 302


def test_a_temporary_password_opens_only_the_page_that_replaces_it(app: Flask, office: Office) -> None:
    give_password(app, office.clerk)
    with db.unit_of_work() as session:
        user = session.get_one(User, office.clerk.id)
        user.must_change_password = True
        user.password_until = clock.now() + timedelta(hours=72)
    browser = stranger(app)
    sign_in(browser, "vanthu")
    led = browser.get("/me")
    assert led.headers["Location"].startswith("/me/password?next=")
    refused = browser.get("/people/find", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json["code"]) == (403, "password.change_first")
    send(browser, "/me/password", present=PASSWORD, password=NEW, again=NEW)
    assert browser.get("/me").status_code == 200


def test_a_temporary_password_ends_after_three_days(app: Flask, office: Office) -> None:
    with app.app_context():
        temporary = passwords.make_temporary()
    with db.unit_of_work() as session:
        user = session.get_one(User, office.clerk.id)
        user.password_hash, user.must_change_password = temporary.hashed, True
        user.password_until = clock.now() + timedelta(hours=72)
    clock.advance(timedelta(hours=73))
    answer = sign_in(stranger(app), "vanthu", temporary.password)
    assert (answer.status_code, "quá 72 giờ" in answer.text) == (422, True)


def test_light_or_dark_is_kept_with_the_person(office: Office, client_of: Browser) -> None:
    browser = client_of(office.clerk)
    headers = {"Accept": "application/json"}
    assert browser.post("/me/theme", data={"theme": "dark"}, headers=headers).status_code == 204
    assert 'data-theme="dark"' in browser.get("/me").text
    assert browser.post("/me/theme", json={"theme": "pink"}, headers=headers).status_code == 422


def test_a_name_is_found_in_ones_own_agency_only(office: Office, client_of: Browser) -> None:
    found = client_of(office.clerk).get("/people/find?q=tran").json
    assert "Phan Thu Trang" in [one["text"] for one in found]
    assert client_of(office.clerk).get("/people/find?q=hoang+duc&all=1").json == []
    assert len(client_of(office.admin).get("/people/find?q=hoang+duc&all=1").json) == 1


def test_one_context_for_two_requests_reads_its_person_anew(
    app: Flask, office: Office, client_of: Browser
) -> None:
    browsers = [client_of(office.clerk), client_of(office.leader)]
    with app.app_context():
        pages = [browser.get("/me").text for browser in browsers]
    assert [office.clerk.full_name in page for page in pages] == [True, False]
    assert office.leader.full_name in pages[1]
