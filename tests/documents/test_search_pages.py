"""The search page: what it shows, what it keeps of what was typed, and what it asks the database."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from documents.models.document import Document
from documents.models.lifecycle import DocState
from documents.services import saved_searches
from intranet.people.models import User
from tests.counting import count_queries
from tests.factories import Office

ClientOf = Callable[[User], FlaskClient]
Make = Callable[..., Document]


@pytest.fixture
def put(received: Make) -> Make:
    """Makes registered documents."""

    def make(subject: str, **values: Any) -> Document:
        given = {"state": DocState.REGISTERED, "subject": subject, "doc_date": date(2026, 11, 2)}
        return received(**given | values)

    return make


def test_the_page_tells_how_it_read_the_box_and_marks_what_it_found(
    desk: Office, put: Make, client_of: ClientOf
) -> None:
    put("Giải ngân vốn đầu tư", issuer_text="Bộ Tài chính")
    put("Giải ngân vốn vay", issuer_text="Sở Y tế")
    page = client_of(desk.clerk).get('/documents/search?q=giai+ngan+cq:"bộ tài chính"').text
    assert "1 văn bản" in page
    assert "Cơ quan ban hành: bộ tài chính" in page
    assert "<mark>Giải</mark> <mark>ngân</mark> vốn đầu tư" in page
    assert "vốn vay" not in page
    page = client_of(desk.clerk).get("/documents/search?q=giai+ngan+loai:xyz&direction=nowhere&year=x").text
    assert "Danh mục không có loại văn bản “xyz”" in page
    assert "2 văn bản" in page


def test_facets_count_and_narrow_and_are_left_again(desk: Office, put: Make, client_of: ClientOf) -> None:
    for year, issuer in ((2024, "Bộ A"), (2025, "Bộ A"), (2025, "Bộ B")):
        put(f"Báo cáo {year} {issuer}", doc_date=date(year, 5, 5), issuer_text=issuer)
    client = client_of(desk.clerk)
    page = client.get("/documents/search?q=bao+cao").text
    link = re.search(r'href="([^"]*year=2025[^"]*)"><span>2025</span><span class="num mut">2<', page)
    assert link is not None
    narrowed = client.get(link[1].replace("&amp;", "&")).text
    assert "2 văn bản" in narrowed
    assert "Báo cáo</mark>" not in narrowed
    assert "2024 Bộ A" not in narrowed
    assert 'aria-current="true"><span>2025</span>' in narrowed
    assert 'href="/documents/search?q=bao+cao"' in narrowed


@pytest.mark.parametrize("typed", ["***", '"' * 7, "x" * 5000, "%'; DROP TABLE document; --", "a:b:c", "-"])
def test_nothing_typed_is_an_error(desk: Office, client_of: ClientOf, typed: str) -> None:
    client = client_of(desk.clerk)
    assert client.get("/documents/search", query_string={"q": typed}).status_code == 200
    assert client.get("/documents/search/suggest", query_string={"q": typed}).status_code == 200
    assert client.get("/documents/search", query_string={"q": "a", "after": typed}).status_code == 200


def test_a_search_is_kept_counted_renamed_and_forgotten(desk: Office, put: Make, client_of: ClientOf) -> None:
    put("Báo cáo quý")
    client = client_of(desk.head)
    address = "/documents/search/saved?q=báo cáo&direction=in"
    body = {"name": "Báo cáo đến", "unit_id": str(desk.stc.id), "once": "mot-khoa"}
    for _ in range(2):
        answer = client.post(address, data=body)
        assert answer.status_code == 302
        assert "direction=in" in answer.location
    (row,) = saved_searches.seen_by(desk.officer)
    assert (row.name, row.query, row.facets) == ("Báo cáo đến", "báo cáo", {"direction": "in"})
    refused = client.post(address, data=body | {"once": "hai", "name": "bao cao den"})
    assert refused.status_code == 422
    assert "Bạn đã có bộ lọc tên này" in refused.text
    assert 'value="bao cao den"' in refused.text
    other = client.post(address, data=body | {"once": "ba", "name": "Khác", "unit_id": str(desk.sxd.id)})
    assert other.status_code == 422
    page = client.get("/documents/search").text
    assert re.search(r"<span>Báo cáo đến</span></a><span class=\"o-n num\">0<", page)
    edited = client.get(f"/documents/search?edit={row.id}").text
    for shown, action in ((refused.text, "/documents/search/saved?"), (edited, f'/saved/{row.id}"')):
        (form,) = [one for one in re.findall(r"<form[^>]*>", shown) if action in one]
        assert " novalidate" in form, "the message beside the field shows, not the browser's own"
    changed = {"name": "Báo cáo quý", "unit_id": "", "once": "bon"}
    assert client.post(f"/documents/search/saved/{row.id}", data=changed).status_code == 302
    assert saved_searches.seen_by(desk.officer) == []
    assert client.post(f"/documents/search/saved/{row.id}/delete", data={"once": "nam"}).status_code == 302
    assert saved_searches.seen_by(desk.head) == []


def test_the_page_asks_as_much_for_fifty_documents_as_for_five(
    desk: Office, put: Make, client_of: ClientOf
) -> None:
    client = client_of(desk.clerk)
    asked = []
    for number in range(50):
        put(f"Thông báo {number}", issuer_text=f"Sở {number % 7}", lead_unit_id=desk.stc.id)
        if number in (4, 49):
            client.get("/documents/search?q=thông báo")
            with count_queries() as sent:
                assert f"{number + 1} văn bản" in client.get("/documents/search?q=thông báo").text
            asked.append(len(sent))
    assert asked[0] == asked[1] < 45


def test_a_name_of_several_words_after_a_prefix_is_told_to_stand_in_quotes_when_nothing_is_found(
    desk: Office, put: Make, client_of: ClientOf
) -> None:
    put("Giải ngân vốn đầu tư", issuer_text="Bộ Tài chính")
    client = client_of(desk.clerk)
    hint = "Tên nhiều chữ đặt trong ngoặc kép"
    assert hint in client.get("/documents/search?q=cq:tài+thiếu").text
    assert hint not in client.get('/documents/search?q=cq:"bộ y tế"').text
    assert hint not in client.get("/documents/search?q=khongco").text
    assert hint not in client.get('/documents/search?q=cq:"bộ tài chính"').text
