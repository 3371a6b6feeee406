"""Pages of documents: they show what is there, keep what was typed, and do each thing once."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from documents.models.document import Directive, Document
from documents.models.lifecycle import DocState
from documents.models.register import RegisterEntry
from documents.services import capturing, catalogue, directing, registering
from documents.services.registering import Incoming
from intranet.core import clock, db, jobs
from intranet.notices.models import Notice
from intranet.people.models import Role, User
from intranet.records import files, readers
from tests.documents import papers
from tests.factories import Office, make_user

ClientOf = Callable[[User], FlaskClient]
Make = Callable[..., Document]
Fields = Callable[..., Incoming]


def form_of(desk: Office, **changes: str) -> dict[str, str]:
    """What the clerk's form sends."""
    kind = catalogue.kind_named(desk.org.id, "Công văn")
    register = catalogue.register_for(desk.org.id, catalogue.RegisterKind.IN, None)
    assert kind is not None
    return {
        "once": "mot-khoa-rieng",
        "code": "9412/BTC-ĐT",
        "doc_date": "12/11/2026",
        "subject": "Đẩy nhanh tiến độ giải ngân",
        "issuer": "Bộ Tài chính",
        "kind_id": str(kind.id),
        "register_id": str(register.id),
        "arrival_date": "13/11/2026",
        "urgency": "0",
        "presented_to_id": "",
    } | changes


@contextmanager
def questions() -> Iterator[list[str]]:
    """The statements that the reading engine is asked meanwhile."""
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    engine = db.database().reader
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def register(desk: Office, received: Make, fields: Fields, n: int) -> list[Document]:
    """Registered documents."""
    found = [received() for _ in range(n)]
    for one in found:
        registering.register_incoming(desk.clerk, one.id, fields())
    return found


def test_the_empty_desk_says_what_to_do(desk: Office, client_of: ClientOf) -> None:
    page = client_of(desk.clerk).get("/documents/incoming/intake").text
    assert "Chưa có văn bản chờ vào sổ" in page
    assert 'type="file"' in page


def test_the_form_is_filled_from_the_paper_and_marks_what_was_read(desk: Office, client_of: ClientOf) -> None:
    (document,) = papers.drop(desk.clerk, (papers.pdf(), "cv.pdf"))
    client = client_of(desk.clerk)
    answer = client.get("/documents/incoming/intake", follow_redirects=True)
    assert answer.request.path == f"/documents/incoming/intake/{document.id}"
    assert 'value="9412/BTC-ĐT"' in answer.text
    assert 'value="12/11/2026"' in answer.text
    assert 'data-mark="doc_date"' in answer.text
    assert "nhận dạng" in answer.text
    picture = files.of(document.ref)[0].picture_url
    assert picture is not None
    assert picture in answer.text
    assert client.get(picture).status_code == 200


def test_registering_grants_a_number_and_opens_the_next(
    desk: Office, client_of: ClientOf, received: Make
) -> None:
    first, second = received(), received()
    client = client_of(desk.clerk)
    answer = client.post(f"/documents/incoming/intake/{first.id}", data=form_of(desk))
    assert answer.status_code == 302
    assert answer.location == f"/documents/incoming/intake/{second.id}"
    following = client.get(answer.location).text
    assert "Đã vào sổ số đến 1." in following
    assert f'<a href="/documents/incoming/{first.id}">Vừa vào sổ: 1</a>' in following
    assert first.state is DocState.REGISTERED


def test_the_page_itself_sends_the_form_and_is_told_where_to_go_on(
    desk: Office, client_of: ClientOf, received: Make
) -> None:
    first, second = received(), received()
    client, script = client_of(desk.clerk), {"Accept": "application/json"}
    here, data = f"/documents/incoming/intake/{first.id}", form_of(desk)
    assert client.post(here, data=form_of(desk, code=""), headers=script).status_code == 422
    for _lost in range(2):
        answer = client.post(here, data=data, headers=script)
        assert answer.json == {"next": f"/documents/incoming/intake/{second.id}"}
    assert db.session().scalar(select(func.count()).select_from(RegisterEntry)) == 1


def test_registering_can_present_in_the_same_step(desk: Office, client_of: ClientOf, received: Make) -> None:
    document = received()
    data = form_of(desk, presented_to_id=str(desk.leader.id))
    client_of(desk.clerk).post(f"/documents/incoming/intake/{document.id}", data=data)
    assert document.state is DocState.PRESENTED
    assert document.presented_to_id == desk.leader.id


def test_all_errors_come_at_once_and_every_value_is_kept(
    desk: Office, client_of: ClientOf, received: Make
) -> None:
    document = received()
    data = form_of(
        desk, code="", doc_date="31/02/2026", subject="x" * 600, issuer="", kind_id="", note="giữ nguyên"
    )
    answer = client_of(desk.clerk).post(f"/documents/incoming/intake/{document.id}", data=data)
    assert answer.status_code == 422
    for words in (
        "Hãy nhập “Số, ký hiệu”.",
        "Không có ngày 31/02/2026.",
        "Nhiều nhất 500 ký tự; đang có 600.",
        "Hãy nhập “Cơ quan ban hành”.",
        "Hãy chọn “Loại văn bản”.",
    ):
        assert words in answer.text
    assert "31/02/2026" in answer.text
    assert "x" * 600 in answer.text
    assert "giữ nguyên" in answer.text
    assert document.state is DocState.RECEIVED
    assert db.session().scalar(select(func.count()).select_from(RegisterEntry)) == 0


def test_a_double_click_registers_once_and_says_the_same_number(
    desk: Office, client_of: ClientOf, received: Make
) -> None:
    document, client = received(), client_of(desk.clerk)
    for _ in range(2):
        answer = client.post(f"/documents/incoming/intake/{document.id}", data=form_of(desk))
        assert answer.status_code == 302
    assert "Đã vào sổ số đến 1." in client.get(answer.location, follow_redirects=True).text
    assert db.session().scalar(select(func.count()).select_from(RegisterEntry)) == 1


def test_two_tabs_make_one_entry_and_the_second_is_told(
    desk: Office, client_of: ClientOf, received: Make
) -> None:
    document, client = received(), client_of(desk.clerk)
    client.post(f"/documents/incoming/intake/{document.id}", data=form_of(desk))
    answer = client.post(f"/documents/incoming/intake/{document.id}", data=form_of(desk, once="khoa-khac"))
    assert answer.status_code == 422
    assert "đã chuyển sang bước khác" in answer.text
    assert db.session().scalar(select(func.count()).select_from(RegisterEntry)) == 1


def test_a_bad_file_stops_none_of_the_others(desk: Office, client_of: ClientOf) -> None:
    client = client_of(desk.clerk)
    answer = client.post(
        "/documents/incoming/intake/files",
        data={
            "file": [
                (io.BytesIO(papers.pdf()), "tot.pdf"),
                (io.BytesIO(b""), "rong.pdf"),
                (io.BytesIO(b"MZ\x90\x00" + b"\x00" * 100), "gia-mao.pdf"),
            ]
        },
        headers={"Accept": "application/json"},
    )
    assert [one["state"] for one in answer.json] == ["checking", "refused", "refused"]
    assert all(one["msg"] for one in answer.json[1:])
    jobs.run_due()
    (document,) = capturing.received(desk.clerk)
    # She is at the first form by then: what was refused stands above it, by name.
    page = client.get(f"/documents/incoming/intake/{document.id}").text
    queue = page[page.index('id="queue"') : page.index("</ul>", page.index('id="queue"'))]
    assert 0 < queue.index("rong.pdf") < queue.index("gia-mao.pdf") < queue.index(document.code)
    assert all(one["msg"] in queue for one in answer.json[1:])


def test_a_marked_secret_becomes_no_document(desk: Office, client_of: ClientOf) -> None:
    secret = papers.pdf(circulation_mark="TỐI MẬT")
    assert papers.drop(desk.clerk, (secret, "cv-mat.pdf")) == []
    page = client_of(desk.clerk).get("/documents/incoming/intake").text
    assert "mật" in page.lower()
    assert "cv-mat.pdf" not in page
    assert db.session().scalar(select(func.count()).select_from(Document)) == 0


def test_an_unreadable_file_can_be_registered_by_hand(desk: Office, client_of: ClientOf) -> None:
    cut = papers.pdf()[:900]
    (document,) = papers.drop(desk.clerk, (cut, "hong.pdf"))
    client = client_of(desk.clerk)
    assert "Không đọc được nội dung" in client.get(f"/documents/incoming/intake/{document.id}").text
    assert client.post(f"/documents/incoming/intake/{document.id}", data=form_of(desk)).status_code == 302


def test_what_was_typed_is_kept_as_a_draft(desk: Office, client_of: ClientOf, received: Make) -> None:
    document, client = received(), client_of(desk.clerk)
    answer = client.post(
        f"/documents/incoming/intake/{document.id}/draft",
        data={"subject": "Gõ dở", "doc_date": "32/13", "code": "12/UBND-VX"},
    )
    assert answer.json["ok"] is True
    page = client.get(f"/documents/incoming/intake/{document.id}").text
    assert "Gõ dở" in page
    assert 'value="12/UBND-VX"' in page
    assert document.state is DocState.RECEIVED


def test_a_likely_double_is_shown_and_can_be_merged(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    first, second = papers.drop(desk.clerk, (papers.pdf(), "mot.pdf"), (papers.pdf(), "hai.pdf"))
    registering.register_incoming(desk.clerk, first.id, fields(number="9412"))
    client = client_of(desk.clerk)
    page = client.get(f"/documents/incoming/intake/{second.id}").text
    assert "Có thể trùng văn bản số đến" in page
    assert 'Lý do không trùng<span class="req">' in page
    assert client.post(f"/documents/incoming/intake/{second.id}", data=form_of(desk)).status_code == 422
    client.post(f"/documents/incoming/intake/{second.id}/merge", data={"first": first.id})
    assert second.state is DocState.MERGED


def test_returning_needs_its_reason_on_the_page(desk: Office, client_of: ClientOf, received: Make) -> None:
    document, client = received(), client_of(desk.clerk)
    url = f"/documents/incoming/intake/{document.id}/return"
    assert client.post(url, data={"reason": "ngắn"}).status_code == 422
    assert client.post(url, data={"reason": "Gửi nhầm nơi nhận"}).status_code == 302
    assert document.state is DocState.RETURNED


def test_the_list_pages_by_key_and_asks_the_same_number_of_questions(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    register(desk, received, fields, 2)
    client = client_of(desk.clerk)
    client.get("/documents/incoming")
    with questions() as few:
        client.get("/documents/incoming")
    register(desk, received, fields, 53)
    with questions() as many:
        first = client.get("/documents/incoming").text
    assert len(many) == len(few)
    assert len(many) <= 45
    assert first.count("Chọn văn bản số đến") == 50
    assert '"n so">55<' in first
    assert '"n so">5<' not in first
    older = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = client.get(older).text
    assert '"n so">5<' in second
    assert '"n so">55<' not in second
    assert 'rel="prev"' in second


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=giai ngan", True),
        ("q=9000/btc-đt", True),
        ("q=9000 btc dt", True),
        ("q=khong co", False),
        ("urgency=1", False),
        ("state=registered", True),
        ("state=done", False),
        ("first=13/11/2026&last=13/11/2026", True),
        ("last=12/11/2026", False),
        ("issuer=Bộ Tài chính", True),
        ("tab=to_present", True),
        ("tab=overdue", False),
        ("state=bogus&urgency=99&first=99/99&tab=none", True),
    ],
)
def test_the_list_is_narrowed_by_words_dates_and_states(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields, query: str, found: bool
) -> None:
    register(desk, received, fields, 1)
    page = client_of(desk.clerk).get(f"/documents/incoming?{query}")
    assert page.status_code == 200
    assert ("BTC-ĐT" in page.text.split("<tbody>")[-1]) is found


def test_several_documents_are_presented_at_once(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    found = register(desk, received, fields, 3)
    data = {"id": [str(one.id) for one in found], "leader": str(desk.leader.id)}
    answer = client_of(desk.clerk).post("/documents/incoming/present", data=data)
    assert answer.status_code == 302
    assert {one.state for one in found} == {DocState.PRESENTED}
    left = client_of(desk.clerk).get("/documents/incoming?tab=to_present").text
    assert "Không còn văn bản ở mục này" in left
    assert "Chưa có văn bản đến" not in left


def test_three_taps_give_a_document_away_and_it_can_be_taken_back(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    first, second = register(desk, received, fields, 2)
    for one in (first, second):
        directing.present(desk.clerk, one.id, desk.leader.id)
    client = client_of(desk.leader)
    page = client.get(f"/documents/inbox?doc={first.id}").text
    assert f'data-unit="{desk.stc.id}"' in page
    data = {
        "once": "k1",
        "lead": str(desk.stc.id),
        "co": [str(desk.sxd.id)],
        "due_date": "26/11/2026",
        "text": "Giao Sở Tài chính chủ trì tham mưu trả lời trước 26/11.",
    }
    answer = client.post(f"/documents/inbox/{first.id}/direct", data=data)
    assert answer.status_code == 302
    directive = db.session().scalars(select(Directive)).one()
    assert answer.location == f"/documents/inbox?doc={second.id}&undo={directive.id}"
    assert directive.text == data["text"]
    shown = client.get(answer.location).text
    assert "Đã giao Sở Tài chính chủ trì, hạn 26/11." in shown
    assert "Hoàn tác" in shown
    client.post(f"/documents/directives/{directive.id}/undo")
    assert first.state is DocState.PRESENTED


def test_a_direction_without_lead_or_with_a_past_term_is_refused_on_the_page(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    (document,) = register(desk, received, fields, 1)
    directing.present(desk.clerk, document.id)
    client = client_of(desk.leader)
    url = f"/documents/inbox/{document.id}/direct"
    answer = client.post(url, data={"lead": "", "due_date": "26/11/2026"})
    assert answer.status_code == 422
    assert "Hãy chọn một đơn vị chủ trì." in answer.text
    answer = client.post(url, data={"lead": str(desk.stc.id), "due_date": "01/11/2026"})
    assert answer.status_code == 422
    assert "Hạn xử lý không được trước hôm nay." in answer.text
    assert document.state is DocState.PRESENTED


def test_know_only_gives_no_task(desk: Office, client_of: ClientOf, received: Make, fields: Fields) -> None:
    (document,) = register(desk, received, fields, 1)
    directing.present(desk.clerk, document.id)
    client_of(desk.leader).post(f"/documents/inbox/{document.id}/know", data={"lead": str(desk.stc.id)})
    assert document.state is DocState.NOTED
    officer = client_of(desk.officer)
    assert officer.get(f"/documents/incoming/{document.id}").status_code == 404
    clock.advance(timedelta(seconds=11))
    assert officer.get(f"/documents/incoming/{document.id}").status_code == 200


def test_the_document_page_shows_direction_way_and_readers(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    (document,) = register(desk, received, fields, 1)
    directing.present(desk.clerk, document.id)
    given = directing.Direction(lead_unit_id=desk.stc.id, due_date=date(2026, 11, 26))
    directing.direct(desk.leader, document.id, given)
    clock.advance(timedelta(seconds=11))
    client = client_of(desk.head)
    page = client.get(f"/documents/incoming/{document.id}").text
    assert "Giao Sở Tài chính chủ trì" in page
    assert "Vào sổ" in page
    assert "NV-2026-" in page
    assert "Đỗ Thị Thanh Hà" in client.get(f"/documents/incoming/{document.id}").text


@pytest.mark.parametrize(
    "path",
    [
        "/documents/incoming",
        "/documents/drafts",
        "/documents/outgoing",
        "/documents/signing",
        "/documents/inbox",
    ],
)
def test_lists_without_anything_say_so(desk: Office, client_of: ClientOf, path: str) -> None:
    answer = client_of(desk.leader).get(path)
    assert answer.status_code == 200
    assert "o-empty" in answer.text


def test_the_desk_shows_what_waits_for_whom(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    received(subject="Văn bản chưa vào sổ")
    registered, presented = register(desk, received, fields, 2)
    directing.present(desk.clerk, presented.id, desk.leader.id)
    clerk = client_of(desk.clerk).get("/").text
    assert "Văn bản chưa vào sổ" in clerk
    assert "Chờ trình lãnh đạo" in clerk
    leader = client_of(desk.leader).get("/").text
    assert f"/documents/inbox?doc={presented.id}" in leader
    assert f"/documents/incoming/{registered.id}" not in leader


def test_what_was_not_read_surely_is_one_key_away_and_not_filled_in(
    desk: Office, client_of: ClientOf, received: Make
) -> None:
    weak = {"value": "2026-11-12", "confidence": 0.5, "box": None, "page": 1, "source": "pdf_text"}
    document = received(prefill={"doc_date": weak, "_page": {"width": 595, "height": 842}})
    page = client_of(desk.clerk).get(f"/documents/incoming/intake/{document.id}").text
    assert 'data-candidate="12/11/2026"' in page
    assert "Alt+↓: 12/11/2026" in page
    assert 'value="12/11/2026"' not in page


def test_opening_a_document_reads_what_was_told_about_it(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    (document,) = register(desk, received, fields, 1)
    directing.present(desk.clerk, document.id, desk.leader.id)
    client_of(desk.leader).get(f"/documents/incoming/{document.id}")
    with db.scope({desk.org.id}):
        told = db.session().scalars(select(Notice).where(Notice.user_id == desk.leader.id)).one()
        assert told.read_at is not None
        assert readers.first_seen(document.ref, desk.leader.id) is not None


def test_the_next_document_goes_before_the_same_leader_unless_changed(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    other = make_user("phochutich", "Đoàn Trung Kiên", desk.vp, "Phó Chủ tịch UBND tỉnh", Role.LEADER)
    (document,) = register(desk, received, fields, 1)
    following = received()
    client = client_of(desk.clerk)
    for leader in (desk.leader, other):
        with db.unit_of_work() as session:
            session.get_one(Document, document.id).presented_to_id = leader.id
        page = client.get(f"/documents/incoming/intake/{following.id}").text
        assert f'<option selected value="{leader.id}">' in page
