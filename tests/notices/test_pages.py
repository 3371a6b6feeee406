"""The bell and its list, as a browser sees them."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from intranet.notices import services
from intranet.people.models import User
from tests.factories import Office
from tests.tasks.making import give

pytestmark = pytest.mark.pages

Clients = Callable[[User], FlaskClient]


def test_a_person_without_notices_reads_what_will_be_there(office: Office, client_of: Clients) -> None:
    page = client_of(office.officer).get("/notices").text
    assert "Chưa có thông báo nào" in page
    assert "nhắc hạn sẽ hiện ở đây" in page


def test_opening_a_notice_reads_it_and_leads_to_its_record(office: Office, client_of: Clients) -> None:
    task_id = give(office)
    client = client_of(office.head)
    assert "data-bell>1</span>" in client.get("/notices").text
    line = services.page(office.head)[0][0]
    answer = client.get(f"/notices/{line.id}")
    assert answer.headers["Location"] == f"/tasks/{task_id}"
    assert services.unread(office.head.id) == 0
    assert "data-bell hidden>0</span>" in client.get("/notices").text


def test_all_are_read_with_one_button_and_one_by_itself(office: Office, client_of: Clients) -> None:
    for _ in range(3):
        give(office)
    client = client_of(office.head)
    line = services.page(office.head)[0][0]
    assert client.post(f"/notices/{line.id}/read").status_code == 302
    assert services.unread(office.head.id) == 2
    assert client.post("/notices/read").status_code == 302
    assert services.unread(office.head.id) == 0
    assert "Không còn thông báo chưa đọc" in client.get("/notices?only=unread").text


def test_more_than_99_are_shown_as_99_and_more(office: Office, client_of: Clients) -> None:
    for _ in range(101):
        give(office)
    client = client_of(office.head)
    first = client.get("/notices").text
    assert "data-bell>99+</span>" in first
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert client.get(older).status_code == 200
    assert "Cũ hơn" in client.get(older).text


def test_a_strangers_notice_and_a_broken_key_are_harmless(office: Office, client_of: Clients) -> None:
    give(office)
    line = services.page(office.head)[0][0]
    client = client_of(office.stranger)
    assert client.get(f"/notices/{line.id}").status_code == 404
    assert client.post(f"/notices/{line.id}/read").status_code == 404
    for key in ("x", "1-", "nan-3", "1e400-1", "-5"):
        assert client.get(f"/notices?after={key}").status_code == 200
