"""What the regulation lists goes straight to its unit; how urgent documents are, many at once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from documents.models.catalogue import DocKind
from documents.models.document import AccessLevel, Document, DueSource, Urgency
from documents.models.lifecycle import DocState
from documents.permissions import To, give_access, may
from documents.services import bulk, directing, registering, transferring, urgency
from documents.services.registering import Incoming
from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.notices import reminders, workdays, yearbook
from intranet.notices.models import DayKind
from intranet.people.models import User
from intranet.records import audit
from intranet.tasks import services as tasks
from intranet.tasks.services import Party
from tests.counting import count_queries
from tests.documents.test_bulk import ids, outcome, told
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
Kind = Callable[[str], DocKind]
ClientOf = Callable[[User], FlaskClient]
DUE = date(2026, 11, 26)


@pytest.fixture
def rule(desk: Office, kind: Kind) -> int:
    """Reports go straight to finance, in the leader's name."""
    of = {"kind_id": kind("Báo cáo").id, "unit_id": desk.stc.id, "leader_id": desk.leader.id}
    return transferring.set_rule(desk.office_head, **of)


@pytest.fixture
def reports(desk: Office, rule: int, received: Make, fields: Fields, kind: Kind) -> list[Document]:
    """Two reports and a letter, registered."""
    found = [received() for _ in range(3)]
    for one, name in zip(found, ("Báo cáo", "Báo cáo", "Công văn"), strict=True):
        registering.register_incoming(desk.clerk, one.id, fields(kind_id=kind(name).id))
    return found


def test_listed_kinds_go_to_their_unit_and_others_are_told_why_not(
    desk: Office, reports: list[Document]
) -> None:
    found = outcome(desk.clerk, bulk.transfer(desk.clerk, ids(reports), DUE))
    assert [one.state for one in reports] == [DocState.ASSIGNED, DocState.ASSIGNED, DocState.REGISTERED]
    assert [(one.document.id, one.code) for one in found.refused] == [(reports[2].id, "transfer.no_rule")]
    (task,) = tasks.for_origin(reports[0].ref)
    assert (task.assigner_id, task.lead.unit_id, task.due_date) == (desk.leader.id, desk.stc.id, DUE)
    assert (reports[0].lead_unit_id, reports[0].due_source) == (desk.stc.id, DueSource.DIRECTIVE)
    assert "task.assigned" not in told(desk.head)


def test_taken_back_in_time_it_is_as_it_was(desk: Office, reports: list[Document]) -> None:
    was = reports[0].due_date
    act_id = bulk.transfer(desk.clerk, ids(reports[:2]), DUE)
    bulk.undo(desk.clerk, act_id)
    assert outcome(desk.clerk, act_id).undone == 2
    assert {one.state for one in reports} == {DocState.REGISTERED}
    assert (reports[0].due_date, reports[0].lead_unit_id, reports[0].forwarded_at) == (was, None, None)
    assert not may(desk.officer, To.READ, reports[0])
    directing.present(desk.clerk, reports[0].id, desk.leader.id)


def test_a_document_given_back_waits_for_the_leader_in_whose_name_it_went(
    desk: Office, reports: list[Document]
) -> None:
    directive_id = transferring.transfer(desk.clerk, reports[0].id)
    with pytest.raises(NotFound, match=r"directive.missing"):
        directing.undo_direction(desk.leader, directive_id)
    clock.freeze(clock.now() + timedelta(seconds=11))
    directing.give_back(desk.head, reports[0].id, "Không thuộc chức năng của Sở")
    assert reports[0].state is DocState.PRESENTED
    assert "document.given_back" in told(desk.leader)
    assert [one.id for one in directing.waiting_for(desk.leader)] == [reports[0].id]


def test_a_rule_whose_leader_or_right_is_gone_moves_nothing(
    desk: Office, reports: list[Document], rule: int
) -> None:
    with pytest.raises(Forbidden):
        transferring.set_rule(desk.clerk, kind_id=1, unit_id=1, leader_id=1)
    with pytest.raises(Forbidden):
        transferring.transfer(desk.office_head, reports[0].id)
    with pytest.raises(Invalid, match=r"directive.past_due"):
        bulk.transfer(desk.clerk, ids(reports), clock.today() - timedelta(days=1))
    transferring.forget_rule(desk.office_head, rule)
    with pytest.raises(BadState, match=r"transfer.no_rule"):
        transferring.transfer(desk.clerk, reports[0].id)
    assert reports[0].state is DocState.REGISTERED


def test_a_restricted_document_that_went_straight_is_for_the_head_of_the_unit_alone(
    desk: Office, reports: list[Document]
) -> None:
    with db.unit_of_work() as session:
        session.get_one(Document, reports[0].id).access_level = AccessLevel.NAMED
        give_access(reports[0], f"u:{desk.clerk.id}", reason="named")
    transferring.transfer(desk.clerk, reports[0].id)
    (task,) = tasks.for_origin(reports[0].ref)
    assert task.is_restricted
    assert not may(desk.officer, To.READ, reports[0])


def test_urgency_of_several_is_raised_told_and_taken_back(desk: Office, reports: list[Document]) -> None:
    directing.present(desk.clerk, reports[0].id, desk.leader.id)
    act_id = bulk.set_urgency(desk.clerk, ids(reports), Urgency.URGENT)
    assert {one.urgency for one in reports} == {Urgency.URGENT}
    assert audit.history(reports[0].ref)[0].data["fields"] == {"urgency": [0, 1]}
    assert "document.made_urgent" not in told(desk.leader)
    bulk.undo(desk.clerk, act_id)
    assert {one.urgency for one in reports} == {Urgency.NORMAL}
    urgency.set_urgency(desk.office_head, reports[0].id, Urgency.FLASH)
    assert "document.made_urgent" in told(desk.leader)
    with pytest.raises(BadState, match=r"document.urgency_same"):
        urgency.set_urgency(desk.office_head, reports[0].id, Urgency.FLASH)
    with pytest.raises(Invalid, match=r"document.hour_missing"):
        urgency.set_urgency(desk.clerk, reports[0].id, Urgency.FLASH_TIMED)


def test_the_dialogs_of_the_list_keep_what_was_typed_wrong(
    desk: Office, reports: list[Document], client_of: ClientOf
) -> None:
    clerk = client_of(desk.clerk)
    timed = {"id": ids(reports[:1]), "urgency": "4", "urgent_date": "25/11/2026", "urgent_time": "25h"}
    answer = clerk.post("/documents/incoming/urgency", data=timed)
    assert answer.status_code == 422
    dialog = answer.text.split('id="bulk-urgency"')[1].split("</dialog>")[0]
    assert " data-open>" in answer.text.split('id="bulk-urgency"')[1][:80]
    assert 'value="25h"' in dialog
    assert 'class="o-err"' in dialog
    sent = clerk.post("/documents/incoming/transfer?tab=all", data={"id": ids(reports[:1])})
    assert "Đã chuyển 1 văn bản đến đơn vị" in clerk.get(sent.location).text
    assert "bulk-transfer" not in client_of(desk.office_head).get("/documents/incoming?tab=all").text


def test_rules_are_listed_in_a_fixed_number_of_questions_and_a_kind_has_one(
    desk: Office, rule: int, kind: Kind, client_of: ClientOf
) -> None:
    keeper = client_of(desk.office_head)
    other = {"kind_id": kind("Báo cáo").id, "unit_id": desk.sxd.id, "leader_id": desk.leader.id}
    with count_queries() as few:
        keeper.get("/documents/transfers")
    assert keeper.post("/documents/transfers", data=other).status_code == 302
    assert keeper.post("/documents/transfers", data=other | {"unit_id": ""}).status_code == 422
    transferring.set_rule(desk.office_head, **(other | {"kind_id": kind("Thông báo").id}))
    with count_queries() as many:
        page = keeper.get("/documents/transfers").text
    assert len(many) == len(few)
    assert page.count("/forget") == 2
    assert "<td>Sở Xây dựng</td>" in page


FLASH = clock.at_office(DUE, 15, 30)


def timed(desk: Office, document: Document, at: datetime | None) -> None:
    """The document is flash by that hour, or urgent alone."""
    degree = Urgency.URGENT if at is None else Urgency.FLASH_TIMED
    urgency.set_urgency(desk.office_head, document.id, degree, at)


def test_work_due_at_the_hour_of_a_document_moves_with_it(desk: Office, reports: list[Document]) -> None:
    timed(desk, reports[0], FLASH)
    transferring.transfer(desk.clerk, reports[0].id, DUE)
    clock.advance(timedelta(seconds=11))
    (task,) = tasks.for_origin(reports[0].ref)
    by_hand = tasks.assign_task(
        desk.head,
        title="Phần việc",
        origin=None,
        text="",
        lead=Party(user_id=desk.officer.id),
        due_date=date(2026, 11, 25),
        parent_id=task.id,
    )
    timed(desk, reports[0], clock.at_office(date(2026, 11, 27), 7))
    db.read_anew()
    assert (task.due_date, task.due_at) == (date(2026, 11, 27), clock.at_office(date(2026, 11, 27), 7))
    assert reports[0].due_date == date(2026, 11, 27)
    planned = {row.rule: row for row in reminders.planned_for(task.ref) if row.cancelled_at is None}
    assert planned["due"].planned_at == clock.at_office(date(2026, 11, 27), 6)
    assert planned["minus1"].planned_at == clock.at_office(date(2026, 11, 26), 8)
    reminders.replan(date.min, date.max)
    assert planned["due"].planned_at == clock.at_office(date(2026, 11, 27), 6)
    assert "task.due_follows" in told(desk.head)
    # What somebody set by hand stays: a part with its own day, and more time that was granted.
    assert tasks.access_task(desk.head, by_hand, tasks.To.READ).due_date == date(2026, 11, 25)
    timed(desk, reports[0], None)
    assert (task.due_date, task.due_at) == (date(2026, 11, 27), None)
    tasks.ask_extension(desk.head, task.id, date(2026, 11, 30), "Chờ số liệu")
    tasks.decide_extension(desk.leader, task.id, is_granted=True)
    timed(desk, reports[0], FLASH)
    assert (task.due_date, task.due_at) == (date(2026, 11, 30), None)


def test_an_hour_taken_back_in_time_leaves_the_work_as_it_was(desk: Office, reports: list[Document]) -> None:
    transferring.transfer(desk.clerk, reports[0].id, DUE)
    clock.advance(timedelta(seconds=11))
    (task,) = tasks.for_origin(reports[0].ref)
    act = bulk.set_urgency(desk.clerk, ids(reports[:1]), Urgency.FLASH_TIMED, FLASH)
    assert task.due_at == FLASH
    bulk.undo(desk.clerk, act)
    clock.advance(timedelta(seconds=11))
    assert (task.due_date, task.due_at) == (DUE, None)
    assert "task.due_follows" not in told(desk.head)


def test_terms_before_the_work_begins_are_counted_by_the_calendar_as_it_is(
    desk: Office, reports: list[Document], kind: Kind, received: Make, fields: Fields
) -> None:
    with db.unit_of_work():
        kind("Báo cáo").default_deadline_days = 5
    counted, stated = received(), received()
    registering.register_incoming(desk.clerk, counted.id, fields(kind_id=kind("Báo cáo").id, due_date=None))
    registering.register_incoming(desk.clerk, stated.id, fields(due_date=date(2026, 11, 20)))
    before = counted.due_date
    assert before is not None
    yearbook.set_day(desk.admin, date(2026, 11, 20), DayKind.OFF)
    db.read_anew()
    assert counted.due_date == workdays.add_working_days(counted.register_date, 5) > before
    assert (stated.due_date, stated.due_source) == (date(2026, 11, 23), DueSource.STATED)
    assert counted.due_calendar == stated.due_calendar == workdays.calendar().version == 1
    assert "document.due_moved" in told(desk.clerk)
    transferring.transfer(desk.clerk, reports[0].id, DUE)
    yearbook.set_day(desk.admin, date(2026, 11, 19), DayKind.OFF)
    db.read_anew()
    assert reports[0].due_date == DUE
