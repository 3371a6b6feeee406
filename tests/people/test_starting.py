"""The first administrator of a real office."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from intranet.core import clock, db
from intranet.core.errors import BadState
from intranet.people.models import Organisation, Unit, User
from intranet.people.services import starting
from tests.clients import OfficeClient
from tests.factories import Office
from tests.people.browsing import send, stranger

PASSWORD = "đường về quê có hàng cau"
FIELDS = {
    "org_name": "Ủy ban nhân dân xã Tân Hòa",
    "short_name": "UBND xã Tân Hòa",
    "letters": "UBND",
    "place": "Tân Hòa",
    "full_name": "Hà Thị Lệ Thủy",
    "name": "thuy.htl",
    "password": PASSWORD,
    "again": PASSWORD,
}


@pytest.fixture
def path(app: Flask) -> str:
    """The path of a link for the first administrator of an empty installation."""
    with app.app_context(), db.scope():
        return f"/start/{starting.make_first_link()}"


def start(browser: OfficeClient, path: str, **changes: Any) -> Any:
    """Fill the first page in."""
    return send(browser, path, **(FIELDS | changes))


def test_the_link_makes_agency_unit_and_administrator_and_leads_in(app: Flask, path: str) -> None:
    browser = stranger(app)
    assert start(browser, path).headers["Location"] == "/admin/agencies"
    page = browser.get("/admin/agencies", follow_redirects=True)
    assert (page.status_code, "Ủy ban nhân dân xã Tân Hòa" in page.text) == (200, True)
    with db.reading() as session:
        assert session.query(Organisation).one().letters == "UBND"
        assert session.query(Unit).one().name == "Văn phòng"
        assert session.query(User).one().roles == {"admin"}


def test_the_link_used_twice_is_refused(app: Flask, path: str) -> None:
    first = stranger(app)
    page = first.get(path)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    second = stranger(app)
    start(second, path)
    late = first.post(path, data=FIELDS | {"csrf_token": token[1] if token else ""})
    assert late.status_code == 404
    assert stranger(app).get(path).status_code == 404
    with db.reading() as session:
        assert session.query(User).count() == 1


def test_the_link_ends_after_a_day(app: Flask, path: str) -> None:
    clock.advance(timedelta(hours=25))
    assert stranger(app).get(path).status_code == 404


def test_a_newer_link_ends_the_older(app: Flask, path: str) -> None:
    with app.app_context(), db.scope():
        newer = starting.make_first_link()
    assert stranger(app).get(path).status_code == 404
    assert stranger(app).get(f"/start/{newer}").status_code == 200


def test_a_weak_password_leaves_the_link_as_it_was(app: Flask, path: str) -> None:
    answer = start(stranger(app), path, password="ngắn", again="khác", letters="")
    assert answer.status_code == 422
    assert 'id="letters-e"' in answer.text
    assert 'id="again-e"' in answer.text
    short = start(stranger(app), path, password="ngắn", again="ngắn")
    assert "ít nhất 15" in short.text
    named = start(
        stranger(app), path, password="xã tân hòa của ta", again="xã tân hòa của ta", short_name="Tân Hòa"
    )
    assert "không được chứa tên" in named.text
    assert start(stranger(app), path).status_code == 302


def test_an_office_with_people_gets_no_first_link(office: Office) -> None:
    with pytest.raises(BadState, match=r"start\.done"):
        starting.make_first_link()


def test_a_guessed_link_opens_nothing(app: Flask, path: str) -> None:
    assert stranger(app).get("/start/" + "A" * 43).status_code == 404
    assert stranger(app).get("/password/" + path.removeprefix("/start/")).status_code == 404
