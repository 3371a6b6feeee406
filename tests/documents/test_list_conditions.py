"""Lists say by what they are narrowed where they are empty, and show kept searches as tabs."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from documents.models.document import Document, Urgency
from documents.services import registering, saved_searches
from documents.services.listing import INCOMING_TABS
from documents.services.registering import Incoming
from documents.services.searching import Search
from intranet.core import clock
from intranet.people.models import User
from tests.factories import Office

pytestmark = pytest.mark.pages

ClientOf = Callable[[User], FlaskClient]
Make = Callable[..., Document]
Fields = Callable[..., Incoming]
NAMES = ("Zeta", "Kappa", "Omega")
OF_MONTH = "/documents/outgoing?tab=this_month&q=a"


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


def test_whatever_a_list_is_narrowed_to_can_be_kept_and_finds_the_same(
    desk: Office, received: Make, fields: Fields, client_of: ClientOf
) -> None:
    clerk = client_of(desk.clerk)
    assert "Lưu bộ lọc" not in clerk.get("/documents/incoming?tab=overdue").text, "the tab is there as it is"
    today = clock.today()
    for n, name in enumerate(NAMES):
        given = fields(subject=f"Giải ngân {name}", urgency=Urgency(n), reply_due_date=today if n else None)
        registering.register_incoming(desk.clerk, received().id, given)
    day = f"{today:%d/%m/%Y}"
    asked = [f"tab={tab}&first={day}" for tab in INCOMING_TABS]
    asked += [f"tab=urgent&{more}" for more in ("urgency=1", "q=ng%C3%A2n%22", "state=registered")]
    asked += [f"tab=all&first={day}&last={day}", "tab=all&last=01/01/2026"]
    for address in asked:
        page = clerk.get(f"/documents/incoming?{address}").text
        found = clerk.get(_kept(page)).text
        assert '"d-remark"' not in found, address
        assert [name in found for name in NAMES] == [name in page for name in NAMES], address
    assert "vaoso:&#34;tháng này" in clerk.get(_kept(clerk.get(OF_MONTH).text)).text


def _kept(page: str) -> str:
    """Where what a list is narrowed to is kept."""
    (kept,) = re.findall(r'href="([^"]+)">Lưu bộ lọc</a>', page)
    return unescape(kept)


def test_days_told_by_words_go_along_with_the_calendar(desk: Office, received: Make, fields: Fields) -> None:
    registering.register_incoming(desk.clerk, received().id, fields(subject="Giải ngân vốn"))
    for words in ("hôm nay", "homnay", "tuần này", "tháng này", "năm nay"):
        assert len(Search(desk.clerk, f'vaoso:"{words}"').page().hits) == 1, words
    clock.advance(timedelta(days=400))
    for words in ("hôm nay", "tuần này", "tháng này", "năm nay"):
        assert not Search(desk.clerk, f'vaoso:"{words}"').page().hits, words
