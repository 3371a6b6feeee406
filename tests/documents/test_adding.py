"""Directed again while it is dealt with: helpers join, a second task, another lead; taken back in time."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.document import Directive, Document, DocumentAccess
from documents.models.lifecycle import DocState
from documents.permissions import To, may
from documents.services import adding, directing, directives, registering
from documents.services.adding import How
from documents.services.directing import Direction
from documents.services.registering import Incoming
from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.notices.services import release_due
from intranet.people.models import User
from intranet.records import audit
from intranet.tasks import services as tasks
from intranet.tasks.models import PartyRole, TaskState
from tests.documents.test_bulk import told
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
ClientOf = Callable[[User], FlaskClient]
DUE = date(2026, 11, 26)
LATER = date(2026, 11, 30)


@pytest.fixture
def given(desk: Office, received: Make, fields: Fields) -> Document:
    """A document that finance deals with, told and out of reach of undo."""
    document = received()
    registering.register_incoming(desk.clerk, document.id, fields())
    directing.present(desk.clerk, document.id, desk.leader.id)
    directing.direct(desk.leader, document.id, Direction(desk.stc.id, due_date=DUE))
    wait()
    return document


def wait() -> None:
    """Ten seconds pass and everybody is told."""
    clock.advance(timedelta(seconds=11))
    release_due()


def present(document: Document) -> list[tuple[PartyRole, int | None, int | None]]:
    """Roles of those who take part in the document's first task now."""
    task = tasks.for_origin(document.ref)[0]
    return [(p.role, p.unit_id, p.user_id) for p in task.parties if p.left_at is None]


def test_helpers_join_the_task_hear_of_it_when_it_holds_and_its_lead_too(
    desk: Office, given: Document
) -> None:
    more = Direction(None, co_unit_ids=[desk.sxd.id], info_user_ids=[desk.clerk.id], text="Thêm Sở Xây dựng")
    key = adding.add(desk.leader, given.id, How.JOIN, more)
    assert present(given) == [
        (PartyRole.LEAD, desk.stc.id, None),
        (PartyRole.CO, desk.sxd.id, None),
        (PartyRole.INFO, None, desk.clerk.id),
    ]
    assert "task.joined_co" not in told(desk.other_head)
    wait()
    assert "task.joined_co" in told(desk.other_head)
    assert "task.joined_info" in told(desk.clerk)
    assert "task.directed" in told(desk.head)
    assert "task.directed" not in told(desk.other_head)
    assert may(desk.other_head, To.READ, given)
    first, second = reversed(directives.given_on(given))
    assert (second.id, second.parent_id, second.text) == (key, first.id, "Thêm Sở Xây dựng")
    assert [line.reason for line in audit.history(given.ref) if line.act == "document.add"] == [second.text]
    assert given.state is DocState.ASSIGNED
    with pytest.raises(Invalid, match=r"task.party_twice"):
        adding.add(desk.leader, given.id, How.JOIN, Direction(None, co_unit_ids=[desk.stc.id]))
    late = Direction(None, co_user_ids=[desk.officer.id], due_date=LATER)
    with pytest.raises(Invalid, match=r"task.co_due_after"):
        adding.add(desk.leader, given.id, How.JOIN, late)
    adding.add(desk.leader, given.id, How.JOIN, Direction(None, co_user_ids=[desk.clerk.id]))
    assert (PartyRole.INFO, None, desk.clerk.id) not in present(given)
    assert (PartyRole.CO, None, desk.clerk.id) in present(given)


def test_what_was_added_is_taken_back_in_time_and_the_first_direction_stays(
    desk: Office, given: Document
) -> None:
    before = present(given)
    rows = select(DocumentAccess.principal).where(DocumentAccess.document_id == given.id)
    readers = set(db.session().scalars(rows))
    key = adding.add(desk.leader, given.id, How.JOIN, Direction(None, co_unit_ids=[desk.sxd.id]))
    task_key = adding.add(desk.leader, given.id, How.TASK, Direction(desk.sxd.id, due_date=LATER))
    with pytest.raises(BadState, match=r"directive.went_on"):
        adding.undo(desk.leader, key)
    with pytest.raises(NotFound, match=r"directive.missing"):
        directing.undo_direction(desk.leader, task_key)
    assert adding.undo(desk.leader, task_key) == given.id
    adding.undo(desk.leader, key)
    wait()
    assert present(given) == before
    assert not may(desk.other_head, To.READ, given)
    assert set(db.session().scalars(rows)) == readers
    assert (given.state, given.lead_unit_id, given.due_date) == (DocState.ASSIGNED, desk.stc.id, DUE)
    assert [kind for kind in told(desk.other_head) if kind.startswith("task.")] == []
    assert len(directives.given_on(given)) == 1
    with pytest.raises(BadState, match=r"directive.too_late"):
        adding.undo(desk.leader, adding.add(desk.leader, given.id, How.LEAD, another(desk)))


def another(desk: Office) -> Direction:
    """Construction leads from now on."""
    return Direction(desk.sxd.id, text="Thuộc lĩnh vực xây dựng")


def test_a_second_task_has_its_own_lead_and_term_and_the_document_waits_for_both(
    desk: Office, given: Document
) -> None:
    more = Direction(desk.sxd.id, due_date=LATER, text="Giao Sở Xây dựng báo cáo riêng phần quy hoạch")
    adding.add(desk.leader, given.id, How.TASK, more)
    wait()
    first, second = tasks.for_origin(given.ref)
    assert (second.lead.unit_id, second.due_date, second.directive) == (desk.sxd.id, LATER, more.text)
    for task, head in ((first, desk.head), (second, desk.other_head)):
        assert given.state is not DocState.DONE
        tasks.accept_work(head, task.id)
        tasks.report_finished(head, task.id, "Đã xong")
        tasks.accept_result(desk.leader, task.id)
    assert given.state is DocState.DONE
    with pytest.raises(BadState, match=r"document.wrong_state"):
        adding.add(desk.leader, given.id, How.JOIN, Direction(None, text="Thêm"))


def test_one_of_two_leads_gives_the_document_back_and_the_other_works_on(
    desk: Office, given: Document
) -> None:
    adding.add(desk.leader, given.id, How.TASK, Direction(None, due_date=DUE, lead_user_id=desk.clerk.id))
    wait()
    directing.give_back(desk.head, given.id, "Không thuộc chức năng của Sở")
    first, second = tasks.for_origin(given.ref)
    assert (first.state, second.is_open, given.state) == (TaskState.RETURNED, True, DocState.PRESENTED)


def test_the_lead_changes_with_the_sentence_as_its_reason(desk: Office, given: Document) -> None:
    with pytest.raises(Invalid, match=r"task.reason_needed"):
        adding.add(desk.leader, given.id, How.LEAD, Direction(desk.sxd.id))
    adding.add(desk.leader, given.id, How.LEAD, another(desk))
    (task,) = tasks.for_origin(given.ref)
    assert (task.lead.unit_id, given.lead_unit_id) == (desk.sxd.id, desk.sxd.id)
    assert "task.taken_away" in told(desk.head)
    assert audit.history(task.ref)[0].reason == "Thuộc lĩnh vực xây dựng"
    with pytest.raises(Invalid, match=r"directive.unknown_unit"):
        adding.add(desk.leader, given.id, How.LEAD, Direction(desk.stranger.posts[0].unit_id, text="Giao"))
    with pytest.raises(Forbidden):
        adding.add(desk.clerk, given.id, How.JOIN, Direction(None, text="Thêm"))


def test_the_page_keeps_what_was_typed_and_its_undo_bar_takes_it_back(
    desk: Office, given: Document, client_of: ClientOf
) -> None:
    leader, address = client_of(desk.leader), f"/documents/incoming/{given.id}"
    assert f"{address}/more" in leader.get(address).text
    wrong = {"how": "task", "text": "Báo cáo riêng phần quy hoạch", "co": [f"unit:{desk.sxd.id}"]}
    refused = leader.post(f"{address}/more", data=wrong)
    assert refused.status_code == 422
    assert "Báo cáo riêng phần quy hoạch</textarea>" in refused.text
    assert "Hãy chọn “Chủ trì”." in refused.text
    assert "Hãy chọn hạn xử lý." in refused.text
    right = {"how": "join", "co": [f"unit:{desk.sxd.id}", f"user:{desk.officer.id}"]}
    sent = leader.post(f"{address}/more", data=right)
    said = db.session().scalars(select(Directive.text).order_by(Directive.id.desc())).first()
    assert said == f"Giao thêm Sở Xây dựng, {desk.officer.full_name} phối hợp."
    page = leader.get(sent.location).text
    undo = page.split('data-undo="')[1].split('action="')[1].split('"')[0]
    assert leader.post(undo).location.endswith(address)
    assert len(present(given)) == 1
    assert client_of(desk.clerk).get(f"{address}/more").status_code == 403
