"""An arrival number is struck out when a leader consents: the line stays with its reason, in print too."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from documents.models.document import Document
from documents.models.lifecycle import DocState
from documents.models.register import EntryState
from documents.services import asking, attaching, book_lines, directing, registering
from documents.services.book_lines import Span
from documents.services.verifying import verify_register
from intranet.core import db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.people.models import User
from tests.documents import papers
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., registering.Incoming]
ClientOf = Callable[[User], FlaskClient]
REASON = "Vào sổ nhầm văn bản của đơn vị khác"


@pytest.fixture
def one(desk: Office, received: Make, fields: Fields) -> Document:
    """A registered document."""
    document = received()
    registering.register_incoming(desk.clerk, document.id, fields(number="77"))
    return document


def entry_of(document: Document) -> int:
    """The id of its line."""
    assert document.register_entry_id is not None
    return document.register_entry_id


def test_with_the_leaders_consent_the_line_is_struck_and_printed_with_its_reason(
    desk: Office, one: Document, client_of: ClientOf
) -> None:
    directing.present(desk.clerk, one.id, desk.leader.id)
    clerk, path = client_of(desk.clerk), f"/documents/registers/lines/{entry_of(one)}"
    refused = clerk.post(f"{path}/strike", data={"reason": "nhầm"})
    assert refused.status_code == 422
    assert "nhầm</textarea>" in refused.text
    assert clerk.post(f"{path}/strike", data={"reason": REASON}).status_code == 302
    assert "đang chờ lãnh đạo đồng ý" in clerk.get(path).text
    assert one.state is DocState.PRESENTED
    (asked,) = asking.waiting_for(desk.leader)
    client_of(desk.leader).post(f"/documents/numbers/requests/{asked.id}", data={"agree": "yes"})
    assert one.state is DocState.CANCELLED
    assert one.entry is not None
    assert one.entry.state is EntryState.CANCELLED
    with db.scope({desk.org.id}):
        found = book_lines.find(desk.clerk, Span(one.entry.register_id, one.entry.year))
        (line,) = book_lines.incoming(found)
    assert line.is_struck
    assert any(REASON in note for note in line.notes)
    assert verify_register(desk.clerk, one.entry.register_id) == []
    page = clerk.get(f"/documents/registers/{one.entry.register_id}/{one.entry.year}").text
    assert 'class="d-struck"' in page
    assert REASON in page
    assert one.subject in clerk.get(f"/documents/incoming/{one.id}").text
    assert not attaching.takes_files(desk.clerk, one)
    with pytest.raises(BadState, match=r"document.wrong_state"):
        attaching.add_file(desk.clerk, one.id, papers.stage(desk.clerk, papers.pdf(), "b.pdf"))


def test_a_number_under_which_somebody_works_is_not_struck_not_even_meanwhile(
    desk: Office, one: Document
) -> None:
    request_id = asking.ask_strike(desk.clerk, entry_of(one), REASON)
    with pytest.raises(BadState, match=r"register.asked_already"):
        asking.ask_strike(desk.clerk, entry_of(one), REASON)
    directing.present(desk.clerk, one.id, desk.leader.id)
    given = directing.Direction(desk.stc.id, due_date=date(2026, 11, 26))
    directing.direct(desk.leader, one.id, given)
    with pytest.raises(BadState, match=r"register.struck_too_late"):
        asking.decide(desk.leader, request_id, agree=True)
    assert one.entry is not None
    assert (one.state, one.entry.state) == (DocState.ASSIGNED, EntryState.USED)


def test_who_may_not_asks_in_vain_and_the_next_paper_is_no_double(
    desk: Office,
    one: Document,
    received: Callable[..., Document],
    fields: Callable[..., registering.Incoming],
) -> None:
    with pytest.raises(Forbidden):
        asking.ask_strike(desk.leader, entry_of(one), REASON)
    with db.agencies({desk.other.id}), pytest.raises(NotFound):
        asking.ask_strike(desk.other_clerk, entry_of(one), REASON)
    request_id = asking.ask_strike(desk.clerk, entry_of(one), REASON)
    again = received()
    with pytest.raises(Invalid, match=r"document.maybe_duplicate"):
        registering.register_incoming(desk.clerk, again.id, fields(number="77"))
    asking.decide(desk.leader, request_id, agree=True)
    assert registering.register_incoming(desk.clerk, again.id, fields(number="77")) == 2
