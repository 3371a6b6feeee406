"""Documents tied to each other by hand: shown both ways, found by whoever may read both, told to no other."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.document import AccessLevel, Document, DocumentLink, Relation
from documents.models.lifecycle import Direction, DocState
from documents.permissions import give_access
from documents.services import tying
from documents.services.capturing import set_code
from intranet.core import db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.people.models import User
from tests.factories import Office

Make = Callable[..., Document]
ClientOf = Callable[[User], FlaskClient]


@pytest.fixture
def coded(received: Make) -> Make:
    """Makes a registered document of a code."""

    def make(number: str, symbol: str, **values: object) -> Document:
        document = received(**({"state": DocState.REGISTERED} | values))
        with db.unit_of_work() as session:
            set_code(session.get_one(Document, document.id), number, symbol)
        return document

    return make


def links() -> list[tuple[int, int, Relation]]:
    """All ties, oldest first."""
    with db.scope(), db.across_orgs("the test reads what was committed"):
        rows = db.session().scalars(select(DocumentLink).order_by(DocumentLink.id))
        return [(one.from_id, one.to_id, one.relation) for one in rows]


def test_a_tie_by_hand_stands_on_both_pages_and_is_taken_back(
    desk: Office, coded: Make, client_of: ClientOf
) -> None:
    new, old = coded("52", "QĐ-UBND", subject="Bản mới"), coded("07", "QĐ-UBND", subject="Bản cũ")
    clerk = client_of(desk.clerk)
    asked = {"relation": "replaces", "code": "7 qd ubnd", "once": "a"}
    assert clerk.post(f"/documents/{new.id}/ties/new", data=asked).status_code == 302
    assert links() == [(new.id, old.id, Relation.REPLACES)]
    page = clerk.get(f"/documents/incoming/{new.id}").text
    assert "Thay thế" in page
    assert "Bản cũ" in page
    other = clerk.get(f"/documents/incoming/{old.id}").text
    assert "Được thay thế bởi" in other
    assert "Bỏ liên quan với" not in other
    link = db.session().scalars(select(DocumentLink.id)).one()
    clerk.post(f"/documents/{old.id}/ties/remove", data={"link": link})
    assert len(links()) == 1
    clerk.post(f"/documents/{new.id}/ties/remove", data={"link": link})
    assert links() == []
    assert "Bỏ văn bản liên quan" in clerk.get(f"/documents/{old.id}/history").text


def test_of_several_of_one_code_one_is_chosen(desk: Office, coded: Make, client_of: ClientOf) -> None:
    here = coded("9", "BC-STC")
    first, second = (coded("41", "BTC-ĐT", subject=f"Bản {n}") for n in (1, 2))
    clerk, path = client_of(desk.clerk), f"/documents/{here.id}/ties/new"
    asked = {"relation": "related", "code": "41/BTC-ĐT", "once": "a"}
    answer = clerk.post(path, data=asked)
    assert answer.status_code == 422
    assert "Có 2 văn bản mang số này" in answer.text
    assert 'value="41/BTC-ĐT"' in answer.text
    assert all(f'value="{one.id}"' in answer.text for one in (first, second))
    assert clerk.post(path, data=asked | {"other_id": first.id, "once": "b"}).status_code == 302
    assert links() == [(here.id, first.id, Relation.RELATED)]


def test_what_one_may_not_read_is_neither_found_nor_shown(
    desk: Office, coded: Make, client_of: ClientOf
) -> None:
    here = coded("9", "BC-STC")
    closed = coded("41", "BTC-ĐT", subject="Nhân sự chủ chốt", access_level=AccessLevel.NAMED)
    with db.unit_of_work():
        for one in (here, closed):
            give_access(one, f"u:{desk.office_head.id}", reason="named")
    clerk, head = client_of(desk.clerk), client_of(desk.office_head)
    asked = {"relation": "related", "code": "41/BTC-ĐT", "once": "a"}
    path = f"/documents/{here.id}/ties/new"
    hidden, unknown = clerk.post(path, data=asked), clerk.post(path, data=asked | {"code": "42/BTC-ĐT"})
    assert hidden.status_code == unknown.status_code == 422
    assert hidden.text.count("Không thấy văn bản 41/BTC-ĐT") == unknown.text.count(
        "Không thấy văn bản 42/BTC-ĐT"
    )
    with pytest.raises(NotFound):
        tying.tie(desk.clerk, here.id, closed.id, Relation.RELATED)
    assert head.post(path, data=asked).status_code == 302
    assert "Nhân sự chủ chốt" in head.get(f"/documents/incoming/{here.id}").text
    for page in (f"/documents/incoming/{here.id}", f"/documents/{here.id}/history"):
        text = clerk.get(page).text
        assert "Nhân sự chủ chốt" not in text
        assert "41/BTC-ĐT" not in text
    link = db.session().scalars(select(DocumentLink.id)).one()
    clerk.post(f"/documents/{here.id}/ties/remove", data={"link": link})
    assert len(links()) == 1


def test_a_tie_that_contradicts_another_is_refused(desk: Office, coded: Make) -> None:
    one, other = coded("1", "QĐ-UBND"), coded("2", "QĐ-UBND")
    out = coded("3", "UBND-VP", direction=Direction.OUT, state=DocState.ISSUED)
    tying.tie(desk.clerk, one.id, other.id, Relation.AMENDS)
    for ids, relation, problem in (
        ((one.id, other.id), Relation.AMENDS, "document.tie_known"),
        ((other.id, one.id), Relation.AMENDS, "document.tie_turned"),
        ((one.id, other.id), Relation.REPLY, "document.tie_same_way"),
        ((one.id, other.id), Relation.RECALLS, "document.tie_by_hand"),
    ):
        with pytest.raises(Invalid, match=problem):
            tying.tie(desk.clerk, *ids, relation)
    tying.tie(desk.clerk, out.id, one.id, Relation.REPLY)
    with pytest.raises(NotFound):
        tying.tie(desk.clerk, one.id, one.id, Relation.RELATED)
    with pytest.raises(Forbidden):
        tying.tie(desk.leader, one.id, out.id, Relation.RELATED)
    with db.unit_of_work() as session:
        session.get_one(Document, other.id).state = DocState.RECALLED
    with pytest.raises(BadState):
        tying.tie(desk.clerk, other.id, out.id, Relation.RELATED)
