"""Kept copies of issued documents: asked for, allowed by another, given, returned, printed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.catalogue import DocKind
from documents.models.copies import CopyUse, UseState
from documents.models.document import AccessLevel, Document
from documents.models.lifecycle import Direction, DocState
from documents.models.register import RegisterKind
from documents.services import books, catalogue, lending
from documents.services.books import Book
from documents.services.lending import Asking
from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.notices import services as notices
from intranet.people.models import Role, User
from tests.counting import count_queries
from tests.documents import granting
from tests.factories import Office, make_user

ClientOf = Callable[[User], FlaskClient]
PURPOSE = "Đối chiếu số liệu quyết toán"


@pytest.fixture
def issued(desk: Office, kind: Callable[[str], DocKind]) -> Document:
    """A document with its line in the register, issued, with one kept copy."""
    register = catalogue.register_for(desk.org.id, RegisterKind.OUT, None)
    granting.grant(desk.clerk, register.id)
    with db.unit_of_work() as session:
        document = session.scalars(select(Document)).one()
        document.state, document.direction = DocState.ISSUED, Direction.OUT
        document.kind_id, document.subject = kind("Báo cáo").id, "Quyết toán ngân sách"
        document.number, document.symbol, document.doc_date = "1", "BC-UBND", clock.today()
        key = document.id
    return db.session().get_one(Document, key)


@pytest.fixture
def wanted() -> Asking:
    """A use of a week."""
    return Asking(PURPOSE, clock.today() + timedelta(days=7), case_code="12/QT")


def uses(actor: User, tab: str = "all") -> list[UseState]:
    """States of the uses that the actor's list shows."""
    with db.scope(actor.org_ids):
        return [row.state for row in lending.page_of(actor, tab).rows]


def words(actor: User) -> list[str]:
    """Words of the actor's notices."""
    with db.scope(actor.org_ids):
        return [line.words for line in notices.page(actor)[0]]


def test_a_copy_is_asked_for_allowed_given_and_returned(
    desk: Office, issued: Document, wanted: Asking
) -> None:
    key = lending.ask(desk.leader, issued.id, wanted)
    assert words(desk.office_head)[0] == f"{desk.leader.full_name} xin dùng bản lưu: 1/BC-UBND"
    with pytest.raises(BadState, match=r"copy.own_request"):
        lending.decide(desk.leader, key, agree=True)
    with pytest.raises(BadState, match=r"copy.moved_on"):
        lending.give(desk.clerk, key)
    lending.decide(desk.office_head, key, agree=True)
    assert "cho phép dùng bản lưu" in words(desk.clerk)[0]
    lending.give(desk.clerk, key)
    with pytest.raises(BadState, match=r"copy.moved_on"):
        lending.decide(desk.office_head, key, agree=False, note="đổi ý")
    assert uses(desk.clerk, "open") == [UseState.GIVEN]
    lending.take_back(desk.clerk, key, "Nguyên vẹn")
    assert uses(desk.clerk, "open") == []
    assert uses(desk.leader, "returned") == [UseState.RETURNED]


def test_what_does_not_fit_is_refused(
    desk: Office, issued: Document, wanted: Asking, received: Callable[..., Document]
) -> None:
    late = Asking(PURPOSE, clock.today() - timedelta(days=1))
    with pytest.raises(Invalid, match=r"copy.due_wrong"):
        lending.ask(desk.clerk, issued.id, late)
    with pytest.raises(BadState, match=r"copy.none_kept"):
        lending.ask(desk.clerk, received().id, wanted)
    with pytest.raises(NotFound, match=r"document.missing"):
        lending.ask(desk.officer, issued.id, wanted)
    with pytest.raises(Invalid, match=r"document.secret_mark"):
        lending.ask(desk.clerk, issued.id, Asking("MẬT: đối chiếu", wanted.due_date))
    with pytest.raises(Forbidden, match=r"copy.not_for_others"):
        lending.ask(desk.leader, issued.id, Asking(PURPOSE, wanted.due_date, user_text="Ông A, Sở B"))
    key = lending.ask(desk.leader, issued.id, wanted)
    with pytest.raises(Invalid, match=r"copy.note_needed"):
        lending.decide(desk.office_head, key, agree=False)
    for refused in (desk.clerk, desk.head, desk.officer):
        with pytest.raises(Forbidden):
            lending.decide(refused, key, agree=True)
    with pytest.raises(Forbidden):
        lending.give(desk.office_head, key)
    with db.scope(desk.other_clerk.org_ids), pytest.raises(NotFound):
        lending.give(desk.other_clerk, key)


def test_no_more_copies_are_out_than_are_kept(desk: Office, issued: Document, wanted: Asking) -> None:
    two = [lending.ask(desk.leader, issued.id, wanted) for _ in range(2)]
    for key in two:
        lending.decide(desk.office_head, key, agree=True)
    lending.give(desk.clerk, two[0])
    with pytest.raises(BadState, match=r"copy.all_out"):
        lending.give(desk.clerk, two[1])
    lending.take_back(desk.clerk, two[0])
    lending.give(desk.clerk, two[1])


def test_copies_not_back_in_time_are_listed_and_reminded_of_once_a_day(
    desk: Office, issued: Document, wanted: Asking
) -> None:
    key = lending.ask(desk.leader, issued.id, wanted)
    lending.decide(desk.office_head, key, agree=True)
    lending.give(desk.clerk, key)
    clock.advance(timedelta(days=8))
    assert uses(desk.clerk, "late") == [UseState.GIVEN]
    assert (lending.remind_late(), lending.remind_late()) == (1, 0)
    assert any(one.startswith("Bản lưu quá hạn trả") for one in words(desk.leader))
    lending.take_back(desk.clerk, key)
    clock.advance(timedelta(days=1))
    assert lending.remind_late() == 0


def test_the_register_of_uses_stands_in_the_prescribed_columns(
    desk: Office, issued: Document, wanted: Asking
) -> None:
    given, _ = (lending.ask(desk.leader, issued.id, wanted) for _ in range(2))
    lending.decide(desk.office_head, given, agree=True)
    lending.give(desk.clerk, given)
    register = catalogue.register_for(desk.org.id, RegisterKind.OUT, None)
    ask: dict[str, Any] = {"register": register.id, "book": Book.COPY_USE.value, "year": clock.today().year}

    def made() -> Any:
        with db.scope(desk.clerk.org_ids):
            return books.table_of(desk.clerk, ask, lambda _share: None)

    table = made()
    assert [column.head for column in table.columns] == [
        "Ngày tháng",
        "Họ tên người sử dụng",
        "Số, ký hiệu, ngày tháng văn bản",
        "Tên loại và trích yếu nội dung",
        "Số, ký hiệu hồ sơ",
        "Ký nhận",
        "Ngày trả",
        "Người cho phép sử dụng",
        "Ghi chú",
    ]
    today = f"{clock.today():%d/%m}"
    (line,) = table.lines
    assert line.cells[:2] == (today, desk.leader.full_name)
    assert line.cells[2] == f"1/BC-UBND, {clock.today():%d/%m/%Y}"
    assert line.cells[3:8] == (
        "Báo cáo: Quyết toán ngân sách",
        "12/QT",
        "",
        "",
        desk.office_head.full_name,
    )
    assert line.cells[8] == PURPOSE
    assert table.closing == "Kỳ này: 1 lượt sử dụng bản lưu, 1 lượt chưa trả."
    lending.take_back(desk.clerk, given)
    assert made().lines[0].cells[6] == today
    with db.unit_of_work() as session:
        session.get_one(Document, issued.id).access_level = AccessLevel.NAMED
    (hidden,) = made().lines
    assert "Quyết toán" not in "".join(hidden.cells)


def test_the_pages_ask_allow_and_give_and_each_sees_what_is_hers(
    desk: Office, issued: Document, client_of: ClientOf
) -> None:
    clerk, path = client_of(desk.clerk), f"/documents/{issued.id}/copy"
    assert "Xin dùng bản lưu" in clerk.get(f"/documents/drafts/{issued.id}").text
    sent = {
        "purpose": PURPOSE,
        "due_date": "01/01/2020",
        "case_code": "",
        "user_text": "Ông Trần A",
        "once": "k",
    }
    refused = clerk.post(path, data=sent)
    assert refused.status_code == 422
    assert "Ngày hẹn trả phải từ hôm nay" in refused.text
    assert PURPOSE in refused.text
    day = clock.today() + timedelta(days=3)
    assert clerk.post(path, data=sent | {"due_date": f"{day:%d/%m/%Y}"}).status_code == 302
    key = db.session().scalars(select(CopyUse.id)).one()
    assert client_of(desk.officer).post(f"/documents/copies/{key}/decide").status_code == 403
    assert PURPOSE not in client_of(desk.officer).get("/documents/copies").text
    head = client_of(desk.office_head)
    assert "Ông Trần A" in head.get("/documents/copies").text
    assert head.post(f"/documents/copies/{key}/decide", data={"agree": "yes"}).status_code == 302
    assert clerk.post(f"/documents/copies/{key}/give").status_code == 302
    assert "Đang dùng" in clerk.get("/documents/copies").text
    assert clerk.post(f"/documents/copies/{key}/return", data={"note": "Nguyên vẹn"}).status_code == 302
    assert "Nguyên vẹn" in clerk.get("/documents/copies?tab=returned").text
    assert "Giao bản lưu" in clerk.get(f"/documents/{issued.id}/history").text


def test_a_longer_list_asks_no_more_questions(
    desk: Office, issued: Document, wanted: Asking, client_of: ClientOf
) -> None:
    head, asked = client_of(desk.office_head), []
    lending.ask(desk.leader, issued.id, wanted)
    head.get("/documents/copies")
    for _ in range(2):
        with count_queries() as statements:
            assert head.get("/documents/copies").status_code == 200
        asked.append(len(statements))
        for _ in range(6):
            lending.ask(desk.leader, issued.id, wanted)
    assert asked[0] == asked[1]


def test_a_refusal_without_reason_is_told_beside_its_field(
    desk: Office, issued: Document, wanted: Asking, client_of: ClientOf
) -> None:
    key = lending.ask(desk.leader, issued.id, wanted)
    head = client_of(desk.office_head)
    answer = head.post(f"/documents/copies/{key}/decide", data={"agree": "no", "note": " "})
    assert answer.status_code == 422
    assert f'id="note-{key}-e"' in answer.text
    assert uses(desk.leader) == [UseState.ASKED]


def test_the_desk_leads_to_what_others_ask_of_the_reader(
    desk: Office, issued: Document, wanted: Asking, client_of: ClientOf
) -> None:
    asked, allowed = "Đề nghị dùng bản lưu chờ cho phép", "Bản lưu đã cho phép, chờ giao"
    key = lending.ask(desk.leader, issued.id, wanted)
    assert asked in client_of(desk.office_head).get("/").text
    assert asked not in client_of(desk.leader).get("/").text
    assert allowed not in client_of(desk.clerk).get("/").text
    lending.decide(desk.office_head, key, agree=True)
    assert asked not in client_of(desk.office_head).get("/").text
    assert allowed in client_of(desk.clerk).get("/").text


def test_the_archive_sees_what_is_out_and_each_number_opens_its_list(
    desk: Office, issued: Document, wanted: Asking, client_of: ClientOf
) -> None:
    keeper = make_user("luutru", "Đào Thị Kho", desk.admin_room, "Lưu trữ", Role.ARCHIVIST)
    keys = [lending.ask(desk.leader, issued.id, wanted) for _ in range(2)]
    lending.decide(desk.office_head, keys[0], agree=True)
    lending.give(desk.clerk, keys[0])
    clock.advance(timedelta(days=8))
    client = client_of(keeper)
    assert client.get("/boards").location.endswith("/boards/files")
    board = client.get("/boards/files").text
    for code, n in (("waiting", 1), ("out", 1), ("late", 1), ("back", 0)):
        assert f'href="/boards/lists/copy_{code}"' in board
        listed = client.get(f"/boards/lists/copy_{code}").text
        assert (f'data-total="{n}"' in listed, desk.leader.full_name in listed) == (True, n > 0)
    assert client_of(desk.clerk).get("/boards/lists/copy_out").status_code == 404
