"""Marks of state secrets typed into forms: refused before anything is stored, told without the words."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from documents.models.document import Document
from documents.models.lifecycle import DocState
from documents.services import directing, drafting, registering
from documents.services.composing import DraftFields
from documents.services.secrecy import is_secret_symbol, refuse_marks
from intranet.core import db
from intranet.core.errors import Invalid
from intranet.people.models import User
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Any]
MARKED = "TỐI MẬT: Phương án bảo vệ kỳ họp"
TRAPS = (
    "Mật độ xây dựng khu dân cư Tân Hòa",
    "Tăng cường bảo mật thông tin trên mạng",
    "TĂNG CƯỜNG BẢO MẬT HỆ THỐNG",
    "Hỗ trợ hợp tác xã nuôi ong lấy mật",
    "Kiểm tra bí mật kinh doanh của doanh nghiệp",
    "Thực hiện Luật Bảo vệ bí mật nhà nước",
)


def everything(word: str) -> list[str]:
    """Tables in which the word stands, whatever the column."""
    found = []
    with db.scope(), db.across_orgs("the test looks through every table"):
        for table in db.Base.metadata.sorted_tables:
            for row in db.session().execute(text(f'SELECT * FROM "{table.name}"')):
                if word in str(tuple(row)):
                    found.append(table.name)
    return found


@pytest.mark.parametrize("field", ["subject", "note", "issuer"])
def test_a_marked_text_is_not_registered_and_leaves_no_trace_but_who_and_where(
    desk: Office, received: Make, fields: Fields, field: str, caplog: pytest.LogCaptureFixture
) -> None:
    document = received()
    with caplog.at_level(logging.WARNING), pytest.raises(Invalid, match=r"document.secret_mark") as refusal:
        registering.register_incoming(desk.clerk, document.id, fields(**{field: MARKED}))
    assert refusal.value.data["field"] == field
    assert everything("Phương án bảo vệ") == []
    (line,) = [record for record in caplog.records if record.name == "documents.secrecy"]
    assert (line.actor, line.field) == (desk.clerk.id, field)  # type: ignore[attr-defined]  # given as extra
    assert "Phương án" not in caplog.text


def test_what_is_kept_while_typing_is_refused_too(
    desk: Office, received: Make, client_of: Callable[[User], FlaskClient]
) -> None:
    document = received(subject="Về chi ngân sách")
    path = f"/documents/incoming/intake/{document.id}/draft"
    answer = client_of(desk.clerk).post(path, data={"subject": MARKED})
    assert answer.status_code == 422
    assert everything("Phương án bảo vệ") == []
    with db.scope({desk.org.id}):
        assert db.session().get_one(Document, document.id).subject == "Về chi ngân sách"


def test_the_form_comes_back_and_says_what_to_do(
    desk: Office, received: Make, fields: Fields, client_of: Callable[[User], FlaskClient]
) -> None:
    document, given = received(), fields()
    form = {
        "code": "12/BTC-ĐT",
        "doc_date": "12/11/2026",
        "arrival_date": "13/11/2026",
        "subject": "(MẬT) Báo cáo",
        "issuer": given.issuer,
        "kind_id": given.kind_id,
        "register_id": 1,
        "urgency": 0,
        "presented_to_id": "",
        "once": "k",
    }
    answer = client_of(desk.clerk).post(f"/documents/incoming/intake/{document.id}", data=form)
    assert answer.status_code == 422
    assert "Hãy vào sổ văn bản mật ghi tay" in answer.text
    with db.scope({desk.org.id}):
        assert db.session().get_one(Document, document.id).state is DocState.RECEIVED


def test_drafts_directions_and_reasons_are_refused_the_same_way(
    desk: Office, received: Make, fields: Fields
) -> None:
    document = received()
    with pytest.raises(Invalid, match=r"document.secret_mark"):
        registering.return_document(desk.clerk, document.id, MARKED)
    registering.register_incoming(desk.clerk, document.id, given := fields())
    directing.present(desk.clerk, document.id)
    asked = directing.Direction(lead_unit_id=desk.stc.id, due_date=date(2026, 11, 20), text=MARKED)
    with pytest.raises(Invalid, match=r"document.secret_mark"):
        directing.direct(desk.leader, document.id, asked)
    with pytest.raises(Invalid, match=r"document.secret_mark"):
        directing.let_know(desk.leader, document.id, text=MARKED)
    draft = DraftFields(kind_id=given.kind_id, subject="Báo cáo", body=("Kính gửi:", "TUYỆT MẬT", "Nội dung"))
    for fields_ in (draft, replace(draft, subject=MARKED, body=())):
        with pytest.raises(Invalid, match=r"document.secret_mark"):
            drafting.prepare(desk.officer, fields_)
    assert everything("Phương án bảo vệ") == []


@pytest.mark.parametrize("subject", TRAPS)
def test_words_with_the_same_letters_are_no_mark(desk: Office, subject: str) -> None:
    refuse_marks(desk.clerk, subject=subject, body=f"Kính gửi\n{subject}\nNơi nhận")


@pytest.mark.parametrize(
    ("symbol", "asks"),
    [
        ("M-UBND", True),
        ("UBND/M", True),
        ("UBND-TM", True),
        ("MTTQ-BTT", False),
        ("UBND-KTM", False),
        ("TTr-STM", False),
    ],
)
def test_a_symbol_of_a_series_for_secrets_is_asked_about(symbol: str, asks: bool) -> None:
    assert is_secret_symbol(symbol) is asks
