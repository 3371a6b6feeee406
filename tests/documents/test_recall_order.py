"""The document by which an issued one is recalled: named, tied to it, in its history and beside its line."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.formats.symbols import symbol_key
from documents.models.catalogue import DocKind
from documents.models.document import AccessLevel, Document, DocumentLink, Relation
from documents.models.lifecycle import Direction, DocState
from documents.models.register import LedgerAct, LedgerEvent, RegisterKind
from documents.services import catalogue, recalling
from documents.services.recalling import Order
from intranet.core import clock, db
from intranet.core.errors import Invalid
from intranet.people.models import User
from tests.documents import granting
from tests.factories import Office

ClientOf = Callable[[User], FlaskClient]
REASON = "Sai số liệu tại biểu số 2"


@pytest.fixture
def issued(desk: Office, kind: Callable[[str], DocKind]) -> list[Document]:
    """A report that went out, a letter issued after it, and one issued for named people alone."""
    register = catalogue.register_for(desk.org.id, RegisterKind.OUT, None)
    for _ in range(3):
        granting.grant(desk.clerk, register.id)
    with db.unit_of_work() as session:
        found = list(session.scalars(select(Document).order_by(Document.id)))
        for number, (one, symbol) in enumerate(zip(found, ("BC-UBND", "UBND-VP", "UBND-NS"), strict=True), 1):
            one.state, one.direction, one.subject = DocState.ISSUED, Direction.OUT, f"Văn bản {number}"
            one.kind_id, one.doc_date = kind("Báo cáo").id, clock.today()
            one.number, one.symbol = f"0{number}", symbol
            one.symbol_key = symbol_key(f"{number}/{symbol}")
        found[2].access_level = AccessLevel.NAMED
        keys = [one.id for one in found]
    return [db.session().get_one(Document, key) for key in keys]


def test_nothing_is_recalled_before_the_recalling_document_is_named(
    desk: Office, issued: list[Document]
) -> None:
    document, letter, hidden = issued
    with pytest.raises(Invalid, match=r"recall.order_unknown"):
        recalling.order_recall(desk.leader, document.id, REASON, Order("99/UBND-VP"))
    recalling.order_recall(desk.leader, document.id, REASON)
    with pytest.raises(Invalid, match=r"recall.no_order"):
        recalling.recall(desk.clerk, document.id)
    for code in (document.code, hidden.code, "2/UBND"):
        with pytest.raises(Invalid, match=r"recall.order_unknown"):
            recalling.recall(desk.clerk, document.id, Order(code))
    with pytest.raises(Invalid, match=r"document.date_in_future"):
        recalling.recall(desk.clerk, document.id, Order("9/TB", clock.today() + timedelta(days=1)))
    assert document.state is DocState.ISSUED
    with db.scope(desk.clerk.org_ids):
        assert [one.id for one in recalling.orders_for(desk.clerk, document)] == [letter.id]
    recalling.recall(desk.clerk, document.id, Order("9/TB", clock.today()))
    assert document.state is DocState.RECALLED


def test_the_recalling_document_is_tied_to_what_it_recalls(
    desk: Office, issued: list[Document], client_of: ClientOf
) -> None:
    document, letter, _ = issued
    leader, clerk, page = client_of(desk.leader), client_of(desk.clerk), f"/documents/drafts/{document.id}"
    assert f'<option value="{letter.code}">' in leader.get(page).text
    refused = leader.post(f"{page}/recall/order", data={"reason": REASON, "order_code": "88/TB", "once": "k"})
    assert refused.status_code == 422
    assert "Không thấy văn bản đi đã phát hành nào số 88/TB" in refused.text
    assert 'value="88/TB"' in refused.text
    sent = {"reason": REASON, "order_code": "2/UBND-VP", "once": "k2"}
    assert leader.post(f"{page}/recall/order", data=sent).status_code == 302
    today = f"{clock.today():%d/%m/%Y}"
    assert f"Để trống thì theo 02/UBND-VP ngày {today}." in clerk.get(page).text
    assert clerk.post(f"{page}/recall", data={"once": "k3"}).status_code == 302
    with db.scope({desk.org.id}):
        link = db.session().scalars(select(DocumentLink)).one()
        assert (link.from_id, link.to_id, link.relation) == (letter.id, document.id, Relation.RECALLS)
        line = select(LedgerEvent.reason).where(LedgerEvent.act == LedgerAct.RECALL)
        assert db.session().scalars(line).one() == f"{REASON} (theo 02/UBND-VP ngày {today})"
    assert f"Văn bản thu hồi: 02/UBND-VP ngày {today}" in clerk.get(f"/documents/{document.id}/history").text
    assert "02/UBND-VP" in clerk.get(page).text
