"""Fields that are filled in seldom: folded away, kept as typed, in the register and in the history."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from documents.models.document import CirculationMark, Document, Urgency
from documents.models.register import RegisterEntry, RegisterKind
from documents.services import catalogue, issuing, reviewing
from intranet.core import clock, db
from intranet.people.models import User
from intranet.records import pdf
from tests.documents import papers
from tests.factories import Office

ClientOf = Callable[[User], FlaskClient]
Kind = Callable[[str], Any]


@pytest.fixture
def typed(desk: Office, kind: Kind) -> dict[str, Any]:
    """What a drafter types who leaves the folded fields alone."""
    return {
        "kind_id": kind("Báo cáo").id,
        "signer_id": desk.leader.id,
        "subject": "Quyết toán ngân sách",
        "urgency": "0",
        "once": "k",
    }


def drafted(client: FlaskClient, typed: dict[str, Any], **more: Any) -> Document:
    """The draft that comes of the form."""
    answer = client.post("/documents/drafts/new", data=typed | more)
    assert answer.status_code == 302, answer.text
    return db.session().get_one(Document, int(answer.location.rpartition("/")[2]))


def numbered(desk: Office, document: Document) -> RegisterEntry:
    """The line of the draft, brought through the chain."""
    reviewing.submit(desk.officer, document.id)
    reviewing.approve_in_unit(desk.head, document.id)
    reviewing.pass_layout(desk.office_head, document.id, reviewing.LAYOUT_TICKS)
    reviewing.sign(desk.leader, document.id, reason="Bản quét bổ sung sau")
    issuing.give_number(desk.clerk, document.id, clock.today())
    with db.scope({desk.org.id}):
        entry = db.session().get_one(Document, document.id).entry
        assert entry is not None
        return entry


def test_the_copies_of_a_draft_stand_in_its_line_of_the_register(
    desk: Office, typed: dict[str, Any], client_of: ClientOf
) -> None:
    officer = client_of(desk.officer)
    assert drafted(officer, typed).copies == 1
    refused = officer.post("/documents/drafts/new", data=typed | {"copies": "0", "retained_copies": "hai"})
    assert refused.status_code == 422
    assert refused.text.count("Nhập một số từ 1 đến 99.999.") == 2
    assert 'value="hai"' in refused.text
    assert '<details class="c6 d-more" open>' in refused.text
    document = drafted(officer, typed | {"once": "k2"}, copies="12", retained_copies="2")
    changed = typed | {"copies": "15", "retained_copies": "2", "version": str(document.version), "once": "k3"}
    assert officer.post(f"/documents/drafts/{document.id}/fields", data=changed).status_code == 302
    assert "Số bản: “12” → “15”" in officer.get(f"/documents/{document.id}/history").text
    assert (numbered(desk, document).snapshot or {})["copies"] == 15
    assert "15 bản phát hành, 2 bản lưu" in client_of(desk.clerk).get(f"/documents/drafts/{document.id}").text


def test_copies_language_and_envelope_are_kept_with_what_came(
    desk: Office, client_of: ClientOf, kind: Kind
) -> None:
    (document,) = papers.drop(desk.clerk, (papers.pdf(), "mot.pdf"))
    clerk, page = client_of(desk.clerk), f"/documents/incoming/intake/{document.id}"
    saved = clerk.post(f"{page}/draft", data={"copies": "4", "language": "fr", "envelope_note": "Bì ướt"})
    assert saved.status_code == 200
    text = clerk.get(page).text
    assert 'value="4"' in text
    assert '<option selected value="fr">' in text
    assert "Bì ướt" in text
    sent: dict[str, Any] = {
        "code": "41/BTC-ĐT",
        "doc_date": f"{clock.today():%d/%m/%Y}",
        "arrival_date": f"{clock.today():%d/%m/%Y}",
        "subject": "Giải ngân",
        "issuer": "Bộ Tài chính",
        "kind_id": kind("Công văn").id,
        "urgency": "0",
        "copies": "3",
        "language": "en",
        "envelope_note": "Bì rách một góc",
        "once": "k",
    }
    sent["register_id"] = catalogue.registers(desk.org.id, RegisterKind.IN)[0].id
    assert clerk.post(page, data=sent).status_code == 302
    with db.scope({desk.org.id}):
        known = db.session().get_one(Document, document.id)
        assert (known.copies, known.language, known.envelope_note) == (3, "en", "Bì rách một góc")
    text = clerk.get(f"/documents/incoming/{document.id}").text
    assert all(words in text for words in ("Số bản nhận", "Tiếng Anh", "Bì rách một góc"))


def test_a_draft_may_be_for_an_hour_and_bear_a_mark_of_circulation(
    desk: Office, typed: dict[str, Any], client_of: ClientOf
) -> None:
    officer = client_of(desk.officer)
    wish = {"urgency": "4", "circulation_mark": "internal"}
    refused = officer.post("/documents/drafts/new", data=typed | wish)
    assert refused.status_code == 422
    assert '<details class="c6 d-more" open>' in refused.text
    document = drafted(officer, typed, **wish, urgent_time="14:00", urgent_date="25/11/2026", once="k2")
    assert (document.urgency, document.circulation_mark) == (Urgency.FLASH_TIMED, CirculationMark.INTERNAL)
    assert document.urgent_at is not None
    assert f"{clock.local(document.urgent_at):%H:%M %d/%m}" == "14:00 25/11"
    (drawn,) = [one for one in papers.files.of(document.ref) if one.role == "draft_pdf"]
    words = " ".join(pdf.all_text(papers.files.path(drawn))[0].split())
    assert "HỎA TỐC HẸN GIỜ 14:00 25/11" in words
    assert "LƯU HÀNH NỘI BỘ" in words
    changed = typed | {"urgency": "0", "version": str(document.version), "once": "k3"}
    assert officer.post(f"/documents/drafts/{document.id}/fields", data=changed).status_code == 302
    text = officer.get(f"/documents/{document.id}/history").text
    assert "Giờ hẹn: “14:00, 25/11/2026” → “(trống)”" in text
    assert "Chỉ dẫn lưu hành: “Lưu hành nội bộ” → “(trống)”" in text
