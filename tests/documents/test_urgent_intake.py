"""An urgent paper that was read later than others stands in front of the desk, and is what opens next."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from documents.models.document import Document, Urgency
from intranet.people.models import User
from tests.factories import Office

pytestmark = pytest.mark.pages

ClientOf = Callable[[User], FlaskClient]
Make = Callable[..., Document]
DESK = "/documents/incoming/intake"


def test_the_most_urgent_paper_that_came_meanwhile_opens_next_and_only_once_by_itself(
    desk: Office, received: Make, client_of: ClientOf
) -> None:
    first, second, third = (received(number=str(n), symbol="BTC-NS").id for n in (1, 2, 3))
    clerk = client_of(desk.clerk)
    assert clerk.get(DESK).location == f"{DESK}/{first}"
    assert "chờ vào sổ, mở tiếp theo" not in clerk.get(f"{DESK}/{first}").text
    urgent, flash = (received(urgency=urgency) for urgency in (Urgency.URGENT, Urgency.FLASH))
    shown = clerk.get(f"{DESK}/{first}").text
    assert "Văn bản hỏa tốc chờ vào sổ, mở tiếp theo" in shown
    assert shown.index(f'href="{DESK}/{urgent.id}"') < shown.index(f'href="{DESK}/{second}"')
    ways = []
    at = first
    for _ in range(6):
        answer = clerk.get(f"{DESK}?after={at}")
        at = int(answer.location.rpartition("/")[2])
        ways.append(at)
        clerk.get(answer.location)
    assert ways == [flash.id, urgent.id, first, second, third, flash.id], "whoever passes them by goes on"
    assert "mở tiếp theo" not in clerk.get(f"{DESK}/{first}").text
