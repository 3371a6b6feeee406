"""A document that came before is found, and of a restricted one no more is told than that there is one."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.document import AccessLevel, Document
from documents.services import doubles, registering, restricting
from documents.services.registering import Incoming
from documents.services.restricting import Wish
from intranet.core import db
from intranet.core.errors import BadState, Invalid
from intranet.notices.models import Notice
from intranet.people.models import User
from tests.counting import count_queries
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
ClientOf = Callable[[User], FlaskClient]
CODE: dict[str, Any] = {"number": "7", "symbol": "BC-UBND", "symbol_key": "7 bc ubnd"}
DAY = date(2026, 11, 12)


def test_a_double_is_found_behind_twenty_five_namesakes(desk: Office, received: Make, fields: Fields) -> None:
    with db.unit_of_work():
        for number in range(25):
            # Half of another year, half of another agency.
            year = 2025 - number if number % 2 else 2026
            received(**CODE, doc_date=DAY.replace(year=year), issuer_text=f"Ủy ban nhân dân xã {number}")
    given = fields(number="7", symbol="BC-UBND", issuer="Sở Y tế", doc_date=DAY)
    first = received()
    registering.register_incoming(desk.clerk, first.id, given)
    again = received(**CODE, doc_date=DAY, issuer_text="SỞ Y TẾ")
    with count_queries() as asked:
        assert [one.document.id for one in doubles.duplicates_of(desk.clerk, again).seen] == [first.id]
    assert len(asked) < 10
    with pytest.raises(Invalid, match=r"document.maybe_duplicate"):
        registering.register_incoming(desk.clerk, again.id, given)


@pytest.mark.pages
def test_of_a_restricted_double_nothing_is_told_and_its_readers_are_asked(
    desk: Office, received: Make, fields: Fields, client_of: ClientOf
) -> None:
    given = fields(number="7", symbol="BC-UBND", issuer="Sở Y tế", doc_date=DAY)
    first = received(created_by_id=desk.leader.id)
    registering.register_incoming(desk.clerk, first.id, given)
    restricting.change(desk.office_head, first.id, Wish(AccessLevel.NAMED), "Liên quan đến nhân sự")
    again = received(**CODE, doc_date=DAY, issuer_text="Sở Y tế", main_sha256=first.main_sha256)
    assert doubles.duplicates_of(desk.clerk, again) == doubles.Doubles([], is_hidden=True)
    (seen,) = doubles.duplicates_of(desk.office_head, again).seen
    assert seen.document.id == first.id
    clerk, path = client_of(desk.clerk), f"/documents/incoming/intake/{again.id}"
    page = clerk.get(path).text
    assert "Có thể trùng với một văn bản hạn chế" in page
    assert "Có thể trùng văn bản" not in page
    assert f"merge-{first.id}" not in page
    with pytest.raises(Invalid, match=r"document.maybe_hidden_duplicate") as refusal:
        registering.register_incoming(desk.clerk, again.id, given)
    assert set(refusal.value.data) == {"field"}
    clerk.post(f"{path}/ask-readers")
    told = select(Notice.user_id).where(Notice.kind == "document.double", Notice.ref_id == again.id)
    assert set(db.session().scalars(told)) == {desk.office_head.id, desk.leader.id}
    with pytest.raises(BadState, match=r"document.readers_asked"):
        doubles.ask_readers(desk.clerk, again.id)
    assert registering.register_incoming(desk.clerk, again.id, fields(not_duplicate_reason="Bản khác")) == 2
