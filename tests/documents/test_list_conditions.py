"""Lists say by what they are narrowed where they are empty, and show kept searches as tabs."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from documents.services import saved_searches
from intranet.people.models import User
from tests.factories import Office

pytestmark = pytest.mark.pages

ClientOf = Callable[[User], FlaskClient]


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
        assert f'href="{dropped}" aria-label="Bỏ điều kiện {words}"' in page
    assert "Trạng thái:" not in page


def test_kept_searches_of_a_direction_stand_beside_the_tabs_of_its_list(
    desk: Office, client_of: ClientOf
) -> None:
    for name, facets in (("Khẩn đến", {"direction": "in", "urgency": "1"}), ("Khẩn", {"urgency": "1"})):
        saved_searches.save(desk.clerk, name, "", facets, "", None)
    clerk = client_of(desk.clerk)
    page = clerk.get("/documents/incoming").text
    assert ">Khẩn đến</a>" in page
    assert ">Khẩn</a>" not in page
    assert ">Khẩn đến</a>" not in clerk.get("/documents/outgoing").text
    assert ">Khẩn đến</a>" not in client_of(desk.leader).get("/documents/incoming").text
