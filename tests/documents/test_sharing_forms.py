"""Two people change one document's data: the second sees what changed field by field, and nothing is lost."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from flask.testing import FlaskClient

from documents.models.document import Document
from documents.models.lifecycle import Direction, DocState
from documents.permissions import give_access
from intranet.core import db
from intranet.people.models import User
from tests.factories import Office

pytestmark = pytest.mark.pages

ClientOf = Callable[[User], FlaskClient]
Make = Callable[..., Document]


@pytest.fixture
def draft(desk: Office, received: Make, kind: Callable[..., object]) -> Document:
    """A draft of the officer."""
    document = received(
        state=DocState.DRAFT,
        direction=Direction.OUT,
        kind_id=kind("Công văn").id,  # type: ignore[attr-defined]  # the fixture gives a kind
        unit_id=desk.stc.id,
        drafter_id=desk.officer.id,
        signer_id=desk.leader.id,
        subject="Về giải ngân",
        recipients=["Như trên"],
        kept_by="STC",
    )
    with db.unit_of_work():
        give_access(document, f"u:{desk.officer.id}", f"h:{desk.stc.id}", reason="drafter")
    return document


def fields_on(page: str, form: str) -> dict[str, str]:
    """What the fields of a form hold as the page shows it."""
    inside = page.split(f'action="{form}"' if form else 'id="intake-form"')[1].split("</form>")[0]
    found = {}
    for tag in re.findall(r"<input [^>]*>", inside):
        held = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if held.get("type") not in ("radio", "checkbox") or " checked" in tag:
            found[held.get("name", "")] = unescape(held.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\r?\n?([^<]*)</textarea>', inside):
        found[name] = unescape(text)
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', inside, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    return found


def fresh(document: Document) -> Document:
    """The row as it was committed last."""
    with db.scope({document.org_id}):
        return db.session().get_one(Document, document.id)


def test_the_second_of_two_sees_each_field_that_both_changed_and_chooses(
    desk: Office, draft: Document, client_of: ClientOf
) -> None:
    path = f"/documents/drafts/{draft.id}"
    officer, head = client_of(desk.officer), client_of(desk.head)
    mine, theirs = (fields_on(one.get(path).text, f"{path}/fields") for one in (officer, head))
    theirs |= {"subject": "Về giải ngân năm 2026", "kept_by": "VP"}
    assert head.post(f"{path}/fields", data=theirs).status_code == 302
    mine |= {"subject": "Về giải ngân quý IV", "recipients": "Như trên\nSở Xây dựng"}
    answer = officer.post(f"{path}/fields", data=mine)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert "Người khác vừa sửa 2 ô của văn bản này." in page
    assert "Bạn nhập: Về giải ngân quý IV" in page
    assert 'data-fix="Về giải ngân năm 2026" data-for="subject"' in page
    assert "Người khác đã đổi thành “VP”" in page
    assert fresh(draft).subject == "Về giải ngân năm 2026"
    again = fields_on(answer.text, f"{path}/fields")
    assert (again["subject"], again["kept_by"]) == ("Về giải ngân quý IV", "VP")
    assert officer.post(f"{path}/fields", data=again).status_code == 302
    kept = fresh(draft)
    assert (kept.subject, kept.kept_by, kept.recipients) == (
        "Về giải ngân quý IV",
        "VP",
        ["Như trên", "Sở Xây dựng"],
    )


def test_what_touches_no_field_of_both_is_saved_without_a_word(
    desk: Office, draft: Document, client_of: ClientOf
) -> None:
    path = f"/documents/drafts/{draft.id}"
    officer = client_of(desk.officer)
    mine = fields_on(officer.get(path).text, f"{path}/fields") | {"kept_by": "HC"}
    with db.unit_of_work() as session:
        session.get_one(Document, draft.id).version += 1
    assert officer.post(f"{path}/fields", data=mine).status_code == 302
    assert fresh(draft).kept_by == "HC"


def test_a_clerk_overwrites_nothing_that_another_clerk_typed_on_the_same_paper(
    desk: Office, received: Make, client_of: ClientOf
) -> None:
    document = received()
    path = f"/documents/incoming/intake/{document.id}"
    clerk = client_of(desk.clerk)
    here, there = (fields_on(clerk.get(path).text, "") for _ in range(2))
    first = clerk.post(f"{path}/draft", data=there | {"signer_name": "Trần Văn Ký"})
    assert first.get_json()["version"] == int(there["version"]) + 1
    lost = clerk.post(
        f"{path}/draft", data=here | {"signer_name": "Lê Văn Bé"}, headers={"Accept": "application/json"}
    )
    assert (lost.status_code, fresh(document).signer_name) == (409, "Trần Văn Ký")
    ready = {"code": "9/BTC-ĐT", "doc_date": f"{date(2026, 11, 12):%d/%m/%Y}", "issuer": "Bộ Tài chính"}
    ready |= {"kind_id": here["kind_id"] or "1", "signer_name": "Lê Văn Bé", "presented_to_id": ""}
    answer = clerk.post(path, data=here | ready)
    assert answer.status_code == 422
    assert "Đang lưu: Trần Văn Ký" in answer.text
    assert 'value="Lê Văn Bé"' in answer.text
    assert clerk.post(path, data=fields_on(answer.text, "")).status_code == 302
    assert fresh(document).signer_name == "Lê Văn Bé"
