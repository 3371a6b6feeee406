"""Lists say by what they are narrowed where they are empty, and show kept searches as tabs."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from documents.models.document import Document, Urgency
from documents.services import registering, saved_searches
from documents.services.registering import Incoming
from intranet.people.models import User
from tests.factories import Office

pytestmark = pytest.mark.pages

ClientOf = Callable[[User], FlaskClient]
Make = Callable[..., Document]
Fields = Callable[..., Incoming]


@pytest.mark.parametrize("name", ["incoming", "outgoing"])
def test_an_empty_list_names_each_condition_and_drops_it_alone(
    desk: Office, client_of: ClientOf, name: str
) -> None:
    path = f"/documents/{name}"
    page = client_of(desk.clerk).get(f"{path}?tab=all&q=ng%C3%A2n&first=01/11/2026&urgency=3").text
    for words, dropped in (
        ("Có chữ “ngân”", f"{path}?tab=all&amp;first=01/11/2026&amp;urgency=3"),
        ("Từ ngày 01/11/2026", f"{path}?tab=all&amp;q=ng%C3%A2n&amp;urgency=3"),
        ("Độ khẩn: Hỏa tốc", f"{path}?tab=all&amp;q=ng%C3%A2n&amp;first=01/11/2026"),
    ):
        assert f'href="{dropped}" aria-label="Bỏ điều kiện {words}: 0 văn bản"' in page
    assert "Trạng thái:" not in page


def test_dropping_a_condition_says_how_many_documents_that_gives(
    desk: Office, received: Make, fields: Fields, client_of: ClientOf
) -> None:
    for urgency in (Urgency.URGENT, Urgency.NORMAL, Urgency.NORMAL):
        given = fields(subject="Giải ngân vốn", urgency=urgency)
        registering.register_incoming(desk.clerk, received().id, given)
    registering.register_incoming(desk.clerk, received().id, fields(subject="Sốt xuất huyết"))
    clerk = client_of(desk.clerk)
    page = clerk.get("/documents/incoming?q=giai+ngan&urgency=2").text
    for words, n in (("Có chữ “giai ngan”", 0), ("Độ khẩn: Thượng khẩn", 3)):
        assert f'aria-label="Bỏ điều kiện {words}: {n} văn bản"' in page
    assert "Bỏ điều kiện" not in clerk.get("/documents/incoming?q=giai+ngan").text


def test_kept_searches_of_a_direction_stand_beside_the_tabs_of_its_list(
    desk: Office, client_of: ClientOf
) -> None:
    for name, facets in (("Khẩn đến", {"direction": "in", "urgency": "1"}), ("Khẩn", {"urgency": "1"})):
        saved_searches.save(desk.clerk, name, "", facets, "", None)
    clerk = client_of(desk.clerk)
    page = clerk.get("/documents/incoming").text
    assert '>Khẩn đến<span class="o-n num">0</span></a>' in page
    assert ">Khẩn<span" not in page
    assert ">Khẩn đến<span" not in clerk.get("/documents/outgoing").text
    assert ">Khẩn đến<span" not in client_of(desk.leader).get("/documents/incoming").text


def test_what_a_list_is_narrowed_to_can_be_kept_where_a_search_can_be_narrowed_so(
    desk: Office, client_of: ClientOf
) -> None:
    clerk = client_of(desk.clerk)
    kept = "/documents/search?q=ng%C3%A2n&amp;direction=in&amp;urgency=1&amp;due=late"
    page = clerk.get("/documents/incoming?tab=overdue&q=ng%C3%A2n&urgency=1").text
    assert f'href="{kept}">Lưu bộ lọc</a>' in page
    for address in ("?tab=overdue", "?urgency=1&first=01/11/2026", "?tab=to_reply&urgency=1"):
        assert "Lưu bộ lọc" not in clerk.get(f"/documents/incoming{address}").text
