"""Pages of outgoing documents: drafting, each person's step, the desks and lists."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.document import Document
from documents.models.lifecycle import Direction, DocState
from documents.services import catalogue, directing, drafting, issuing, registering, reviewing
from documents.services import desk as desk_lines
from documents.services.composing import DraftFields
from documents.services.registering import Incoming
from intranet.core import clock, db, jobs
from intranet.people.models import Role, User
from tests.documents import papers
from tests.factories import Office, make_user

pytestmark = pytest.mark.pages

ClientOf = Callable[[User], FlaskClient]
Make = Callable[..., Document]
Fields = Callable[..., Incoming]


def _draft(desk: Office, reply_to: int | None = None) -> Document:
    kind = catalogue.kind_named(desk.org.id, "Công văn")
    assert kind is not None
    fields = DraftFields(
        kind_id=kind.id,
        subject="trả lời về giải ngân vốn đầu tư công",
        addressees=("Sở Y tế tỉnh An Bình",),
        signer_id=desk.leader.id,
        body=("Nội dung trả lời.",),
    )
    key = drafting.create(desk.officer, drafting.prepare(desk.officer, fields, reply_to))
    return db.session().get_one(Document, key)


def test_the_letter_of_the_morning_tells_whoever_reviews_a_draft_and_nobody_else(desk: Office) -> None:
    draft = _draft(desk)

    def told() -> list[str]:
        db.read_anew()
        people = ("officer", "head", "other_head", "office_head", "leader", "clerk", "stranger")
        morning = "1 dự thảo chờ duyệt"
        return [
            who
            for who in people
            if morning in [line.words for line in desk_lines.this_morning(getattr(desk, who))]
        ]

    assert told() == []
    reviewing.submit(desk.officer, draft.id)
    assert told() == ["head"]
    reviewing.approve_in_unit(desk.head, draft.id)
    assert "office_head" in told()
    assert not {"officer", "head", "other_head", "stranger"} & set(told())
    reviewing.pass_layout(desk.office_head, draft.id, list(reviewing.LAYOUT_TICKS))
    assert told() == []


def test_a_reply_is_begun_from_the_document_with_its_words_filled_in(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    make_user("pho", "Bùi An", desk.vp, "Phó Chủ tịch", Role.LEADER)
    document = received()
    registering.register_incoming(desk.clerk, document.id, fields())
    directing.present(desk.clerk, document.id, desk.leader.id)
    directing.direct(
        desk.leader, document.id, directing.Direction(lead_unit_id=desk.stc.id, due_date=date(2026, 11, 26))
    )
    clock.advance(timedelta(seconds=11))
    client = client_of(desk.officer)
    url = f"/documents/drafts/new?reply_to={document.id}"
    page = client.get(url).text
    assert f"Trả lời văn bản số {document.code} của Bộ Tài chính" in page
    assert f'<option selected value="{desk.leader.id}">' in page
    kind = catalogue.kind_named(desk.org.id, "Công văn")
    assert kind is not None
    data = {
        "once": "k2",
        "kind_id": str(kind.id),
        "signer_id": str(desk.leader.id),
        "urgency": "0",
        "addressees": "Bộ Tài chính",
        "body": "Một đoạn.",
    }
    for _ in range(2):
        answer = client.post(url, data=data)
        assert answer.status_code == 302
    draft = db.session().scalars(select(Document).where(Document.direction == Direction.OUT)).one()
    assert answer.location == f"/documents/drafts/{draft.id}"
    shown = client.get(answer.location).text
    assert "Cấp khi phát hành" in shown
    assert "Trình duyệt" in shown


def test_each_person_sees_the_step_that_is_theirs(desk: Office, client_of: ClientOf) -> None:
    draft = _draft(desk)
    url = f"/documents/drafts/{draft.id}"
    officer, head, office = client_of(desk.officer), client_of(desk.head), client_of(desk.office_head)
    leader, clerk = client_of(desk.leader), client_of(desk.clerk)
    assert "Trình duyệt" in officer.get(url).text
    officer.post(f"{url}/submit", data={"once": "a1"})
    assert "Duyệt nội dung" in head.get(url).text
    assert head.post(f"{url}/unit-return", data={"once": "a2", "reason": "x"}).status_code == 422
    head.post(f"{url}/unit-approve", data={"once": "a3"})
    page = office.get(url).text
    assert "Thể thức đạt" in page
    answer = office.post(f"{url}/layout-pass", data={"once": "a4", "ticks": ["paper"]})
    assert answer.status_code == 422
    assert "Còn 8 mục chưa đạt" in answer.text
    office.post(f"{url}/layout-pass", data={"once": "a5", "ticks": list(reviewing.LAYOUT_TICKS)})
    assert "Đã ký bản giấy" in leader.get(url).text
    assert leader.post(f"{url}/sign", data={"once": "a6"}).status_code == 422
    leader.post(f"{url}/sign", data={"once": "a7", "reason": "Máy quét hỏng, bổ sung sau"})
    assert "01/UBND-STC" in clerk.get(url).text
    assert "Dự kiến" in clerk.get(url).text
    answer = clerk.post(f"{url}/number", data={"once": "a8", "doc_date": "14/11/2026"})
    assert answer.status_code == 422
    assert "Ngày ban hành không được sau hôm nay." in answer.text
    clerk.post(f"{url}/number", data={"once": "a9", "doc_date": "13/11/2026"})
    numbered = clerk.get(url).text
    code = db.session().get_one(Document, draft.id, populate_existing=True).code
    assert code.startswith("01/")
    assert f"Đã cấp số {code}." in numbered
    assert f"Đang ghi số {code} vào văn bản" in numbered
    assert "data-reader" not in numbered
    clerk.post(f"{url}/seal", data={"once": "b1"})
    refused = clerk.post(f"{url}/issue", data={"once": "b0", "organisations": [str(desk.other.id)]}).text
    assert re.search(r'id="stamping" data-refresh.*<button [^>]*disabled', refused)
    assert f'<link rel="canonical" href="{url}">' in refused
    jobs.run_due()
    page = clerk.get(url).text
    assert 'id="stamping">' in page
    assert "Sở Y tế tỉnh An Bình" in page
    assert re.search(rf'<input checked [^>]*name="organisations"[^>]*value="{desk.other.id}"', page)
    assert clerk.post(f"{url}/issue", data={"once": "b2"}).status_code == 422
    clerk.post(f"{url}/issue", data={"once": "b3", "organisations": [str(desk.other.id)]})
    assert draft.state is DocState.ISSUED
    assert "Đã đến" in clerk.get(url).text


def test_the_menu_stands_where_a_draft_waits(desk: Office, client_of: ClientOf) -> None:
    draft = _draft(desk)
    url = f"/documents/drafts/{draft.id}"

    def place(person: User) -> str:
        shown = re.search(r'<a href="([^"]+)" aria-current="page"', client_of(person).get(url).text)
        assert shown is not None
        return shown[1]

    assert place(desk.officer) == "/documents/drafts"
    reviewing.submit(desk.officer, draft.id)
    reviewing.approve_in_unit(desk.head, draft.id)
    reviewing.pass_layout(desk.office_head, draft.id, list(reviewing.LAYOUT_TICKS))
    assert (place(desk.leader), place(desk.officer)) == ("/documents/signing", "/documents/drafts")
    reviewing.sign(desk.leader, draft.id, reason="Máy quét hỏng, bổ sung sau")
    assert (place(desk.clerk), place(desk.officer)) == ("/documents/outgoing/desk", "/documents/drafts")


def test_a_second_version_comes_with_its_note(desk: Office, client_of: ClientOf) -> None:
    draft, client = _draft(desk), client_of(desk.officer)
    url = f"/documents/drafts/{draft.id}/versions"
    staged = papers.stage(desk.officer, papers.docx(), "ban-2.docx")
    for _ in range(2):
        answer = client.post(url, data={"once": "v1", "file_id": staged, "note": "Thêm số liệu"})
        assert answer.status_code == 302
    page = client.get(f"/documents/drafts/{draft.id}").text
    assert "Thêm số liệu" in page
    assert len(drafting.versions_of(draft.id)) == 2
    wrong = papers.stage(desk.officer, papers.pdf(), "ban-3.pdf")
    answer = client.post(url, data={"once": "v2", "file_id": wrong})
    assert answer.status_code == 422
    assert "không phải Word" in answer.text
    assert client.post(url, data={"once": "v3"}).status_code == 422


def test_the_outgoing_desk_and_list_show_what_they_should(desk: Office, client_of: ClientOf) -> None:
    draft = _draft(desk)
    reviewing.submit(desk.officer, draft.id)
    reviewing.approve_in_unit(desk.head, draft.id)
    reviewing.pass_layout(desk.clerk, draft.id, reviewing.LAYOUT_TICKS)
    reviewing.sign(desk.leader, draft.id, reason="Chưa có máy quét ở phòng")
    clerk = client_of(desk.clerk)
    assert draft.subject in clerk.get("/documents/outgoing/desk").text
    assert "Chưa có văn bản đi" in clerk.get("/documents/outgoing").text
    issuing.give_number(desk.clerk, draft.id, clock.today())
    assert "01/UBND-STC" in clerk.get("/documents/outgoing").text
    assert client_of(desk.officer).get("/documents/outgoing/desk").status_code == 403


def test_registers_are_shown_and_proved_on_demand(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    registering.register_incoming(desk.clerk, received().id, fields())
    client = client_of(desk.clerk)
    page = client.get("/documents/registers").text
    assert "Sổ đăng ký văn bản đến" in page
    register = catalogue.register_for(desk.org.id, catalogue.RegisterKind.IN, None)
    answer = client.post(f"/documents/registers/{register.id}/verify", follow_redirects=True)
    assert "không thiếu, không trùng" in answer.text
    with db.unit_of_work() as session:
        session.get_one(catalogue.RegisterYear, (register.id, 2026)).last_number = 3
    answer = client.post(f"/documents/registers/{register.id}/verify", follow_redirects=True)
    assert "Năm 2026, số 2: thiếu số." in answer.text
    assert client_of(desk.officer).get("/documents/registers").status_code == 403
    assert client_of(desk.other_clerk).post(f"/documents/registers/{register.id}/verify").status_code == 404
