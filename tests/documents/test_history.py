"""The history of a document is whole however often it was looked at; so many questions read a leaf of it."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from documents.models.document import Document
from documents.services import directing, history, registering
from documents.services.registering import Incoming
from intranet.core import db
from intranet.people.models import User
from intranet.records import audit
from tests.counting import count_queries
from tests.factories import Office

ClientOf = Callable[[User], FlaskClient]
LOOKS = 230


@pytest.fixture
def presented(desk: Office, received: Callable[..., Document], fields: Callable[..., Incoming]) -> Document:
    """A registered document before the leader."""
    document = received()
    registering.register_incoming(desk.clerk, document.id, fields(not_duplicate_reason="bản thử nghiệm"))
    directing.present(desk.clerk, document.id, desk.leader.id)
    return document


def look(person: User, document: Document, times: int = LOOKS) -> None:
    """So many looks as were once more than the page read."""
    with db.unit_of_work():
        for _ in range(times):
            audit.record(person, "document.opened", document)


def test_steps_stay_on_the_page_and_the_first_line_is_found_on_the_last_leaf(
    desk: Office, presented: Document, client_of: ClientOf
) -> None:
    clerk, path = client_of(desk.clerk), f"/documents/{presented.id}/history"
    look(desk.clerk, presented, times=1)
    clerk.get(path)
    with count_queries() as few:
        text = clerk.get(path).text
    assert ("Vào sổ" in text, "Cũ hơn" in text) == (True, False)
    look(desk.clerk, presented)
    with count_queries() as many:
        text = clerk.get(path).text
    assert len(many) <= len(few)
    assert "Vào sổ" not in text
    leaves = 1
    while older := re.search(rf'href="({path}\?before=\d+)"', text):
        text, leaves = clerk.get(older[1]).text, leaves + 1
    assert ("Vào sổ" in text, leaves) == (True, 5)
    assert "Mới nhất" in text
    page = clerk.get(f"/documents/incoming/{presented.id}").text
    way = page[page.index('id="t-quatrinh"') : page.index('id="t-lienquan"')]
    assert "Vào sổ" in way
    assert f'href="{path}"' in page[page.index('id="t-lichsu"') :]


def test_the_whole_history_says_each_line_once_from_the_first_with_its_names(
    desk: Office, presented: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(desk.clerk, presented)
    monkeypatch.setattr(history, "_PART", 50)
    with db.scope({desk.org.id}):
        told = [(line.act, part.people[line.actor_id or 0].id) for line, part in history.whole(presented)]
        lines = audit.history(presented.ref, 1000)
    assert told == [(line.act, line.actor_id) for line in reversed(lines)]
    assert told[-1] == ("document.opened", desk.clerk.id)
