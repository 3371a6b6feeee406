"""Until when a document is to be answered: entered, asked for by a directive, reminded of, found."""

from collections.abc import Callable
from datetime import date

from flask.testing import FlaskClient

from documents.models.document import Document
from documents.services import directing, directives
from documents.services.directing import Direction
from documents.services.registering import Incoming, register_incoming
from intranet.core import clock, db
from intranet.notices import jobs, services
from intranet.people.models import User
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
ClientOf = Callable[[User], FlaskClient]
#: A Saturday; the answer is due on the Monday after it.
BY = date(2026, 11, 21)


def told(user: User) -> list[tuple[str, str]]:
    """Reminders of answers that a person had: day and kind."""
    found = [line for line in services.page(user)[0] if line.kind.startswith("document.reply_")]
    return [
        (f"{clock.local(line.at):%d/%m}", line.kind.removeprefix("document.reply_")) for line in found[::-1]
    ]


def test_who_has_a_document_is_reminded_of_its_answer_until_it_is_dealt_with(
    desk: Office, received: Make, fields: Fields
) -> None:
    first, second = received(), received()
    for one in (first, second):
        register_incoming(desk.clerk, one.id, fields(reply_due_date=BY))
        directing.present(desk.clerk, one.id, desk.leader.id)
    directing.direct(desk.leader, second.id, Direction(desk.stc.id, due_date=date(2026, 11, 30)))
    for day in range(16, 26):
        clock.freeze(clock.at_office(date(2026, 11, day), 8))
        jobs.send_reminders()
        if day == 19:
            directing.let_know(desk.leader, first.id, [], "")
    assert told(desk.leader) == [("18/11", "before")]
    days = [("18/11", "before"), ("20/11", "before"), ("23/11", "today"), ("25/11", "late")]
    assert told(desk.head) == days
    assert told(desk.clerk) == [days[1], days[3]]
    assert told(desk.office_head) == [days[3]]


def test_the_term_of_an_answer_is_typed_shown_and_found(
    desk: Office, received: Make, fields: Fields, client_of: ClientOf
) -> None:
    waiting, other = received(), received()
    register_incoming(desk.clerk, waiting.id, fields(reply_due_date=BY, subject="Đề nghị góp ý dự thảo"))
    register_incoming(desk.clerk, other.id, fields(subject="Thông báo kết quả"))
    client = client_of(desk.clerk)
    listed = client.get("/documents/incoming?tab=to_reply").text
    assert "Đề nghị góp ý dự thảo" in listed
    assert "Thông báo kết quả" not in listed
    assert "Hạn trả lời" in client.get(f"/documents/incoming/{waiting.id}").text
    assert "Hạn trả lời" not in client.get(f"/documents/incoming/{other.id}").text
    third = received()
    client.post(f"/documents/incoming/intake/{third.id}/draft", data={"reply_due_date": "30/11/2026"})
    assert 'value="30/11/2026"' in client.get(f"/documents/incoming/intake/{third.id}").text


def test_a_directive_asks_for_an_answer_by_its_term_until_it_is_taken_back(
    desk: Office, received: Make, fields: Fields, client_of: ClientOf
) -> None:
    document = received()
    register_incoming(desk.clerk, document.id, fields())
    directing.present(desk.clerk, document.id, desk.leader.id)
    given = {"lead": desk.stc.id, "due_date": "27/11/2026", "reply": "y"}
    answer = client_of(desk.leader).post(f"/documents/inbox/{document.id}/direct", data=given)
    assert answer.status_code == 302
    db.read_anew()
    row = directives.last_undoable(desk.leader)
    assert row is not None
    assert db.session().get_one(Document, document.id).reply_due_date == date(2026, 11, 27)
    directing.undo_direction(desk.leader, row.id)
    db.read_anew()
    assert db.session().get_one(Document, document.id).reply_due_date is None
