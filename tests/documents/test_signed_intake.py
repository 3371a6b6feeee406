"""Arriving documents with digital signatures: shown; one that does not hold asks for a reason."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from documents.services import registering
from documents.services.registering import Incoming
from documents.services.searching import Search
from intranet.core import db
from intranet.core.errors import Invalid
from intranet.people.models import User
from intranet.records import audit
from intranet.records.models import SignatureCheck, SignatureState
from tests.documents import papers
from tests.documents.test_pages import form_of
from tests.factories import Office
from tests.signing import SIGNER, altered, authority, pen


def test_a_signature_that_does_not_hold_is_shown_and_the_document_taken_in_only_with_a_reason(
    desk: Office, client_of: Callable[[User], FlaskClient], fields: Callable[..., Incoming]
) -> None:
    signed = pen(authority("CA thử nghiệm")).sign(papers.pdf())
    (changed,) = papers.drop(desk.clerk, (altered(signed), "da-sua.pdf"))
    clerk = client_of(desk.clerk)
    address = f"/documents/incoming/intake/{changed.id}"
    page = clerk.get(address).text
    assert f"Chữ ký không hợp lệ: {SIGNER}" in page
    assert "Tệp đã bị sửa sau khi ký." in page
    assert "Chứng thư do CA thử nghiệm cấp." in page
    with pytest.raises(Invalid, match=r"document\.signature_invalid") as refusal:
        registering.register_incoming(desk.clerk, changed.id, fields(signature_reason="ngắn"))
    assert refusal.value.data["field"] == "signature_reason"
    answer = clerk.post(address, data=form_of(desk, subject="Đang gõ dở"))
    assert (answer.status_code, "Đang gõ dở" in answer.text) == (422, True)
    assert "Chữ ký số trong tệp da-sua.pdf không hợp lệ." in answer.text
    reason = "Nơi gửi đã xác nhận, sẽ gửi lại bản ký đúng"
    registering.register_incoming(desk.clerk, changed.id, fields(signature_reason=reason))
    assert reason in [line.reason for line in audit.history(changed.ref)]
    detail = clerk.get(f"/documents/incoming/{changed.id}").text
    assert "Tệp đã bị sửa sau khi ký." in detail
    signed_ones = {"signed": "yes"}
    assert Search(desk.clerk, "", signed_ones).ids(5) == []
    with db.unit_of_work() as session:
        session.execute(update(SignatureCheck).values(state=SignatureState.VALID))
    assert Search(desk.clerk, "", signed_ones).ids(5) == [changed.id]
