"""Directing: one lead, a term, a sentence; taken back in time; given back; closed by tasks and replies."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from documents import jobs as document_jobs
from documents.events import DocumentMoved
from documents.models.dispatch import Dispatch, DispatchState
from documents.models.document import Directive, Document, DueSource, Urgency
from documents.models.lifecycle import DocState
from documents.models.register import RegisterYear
from documents.services import directing, directives, registering, suggesting, urgency
from documents.services.directing import Direction
from documents.services.registering import Incoming
from documents.subscribers import refresh_documents
from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.live import person_room, sockets
from intranet.notices.models import Notice
from intranet.tasks import services as tasks
from intranet.tasks.models import Priority, TaskState
from intranet.tasks.services import Party
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
DUE = date(2026, 11, 26)


@pytest.fixture
def presented(desk: Office, received: Make, fields: Fields) -> Callable[..., Document]:
    """Makes documents that wait for the leader."""

    def make(**changes: Any) -> Document:
        document = received()
        registering.register_incoming(desk.clerk, document.id, fields(**changes))
        directing.present(desk.clerk, document.id, desk.leader.id)
        return document

    return make


Presented = Callable[..., Document]


def given_away(desk: Office, document: Document) -> int:
    """Give a document to finance and let the ten seconds pass; returns the directive."""
    key = directing.direct(desk.leader, document.id, Direction(lead_unit_id=desk.stc.id, due_date=DUE))
    clock.advance(timedelta(seconds=11))
    return key


def test_presenting_tells_the_leader_and_only_leaders_are_presented_to(
    desk: Office, received: Make, fields: Fields
) -> None:
    document = received()
    registering.register_incoming(desk.clerk, document.id, fields())
    with pytest.raises(Invalid, match=r"document.no_such_leader"):
        directing.present(desk.clerk, document.id, desk.head.id)
    directing.present(desk.clerk, document.id, desk.leader.id)
    told = db.session().scalars(select(Notice.kind).where(Notice.user_id == desk.leader.id)).all()
    assert told == ["document.presented"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lead_unit_id": None}, "directive.no_lead"),
        ({"lead_unit_id": 999}, "directive.unknown_unit"),
        ({"due_date": None}, "directive.no_due"),
        ({"due_date": date(2026, 11, 12)}, "directive.past_due"),
        ({"co_unit_ids": "lead"}, "directive.unit_twice"),
    ],
)
def test_a_direction_without_lead_or_term_is_refused(
    desk: Office, presented: Presented, change: dict[str, Any], code: str
) -> None:
    document = presented()
    if change.get("co_unit_ids") == "lead":
        change = {"co_unit_ids": [desk.stc.id]}
    given = Direction(**({"lead_unit_id": desk.stc.id, "due_date": DUE} | change))
    with pytest.raises(Invalid, match=code):
        directing.direct(desk.leader, document.id, given)
    assert document.state is DocState.PRESENTED
    assert tasks.for_origin(document.ref) == []


def test_only_a_leader_directs_and_a_unit_of_another_agency_gets_nothing(
    desk: Office, presented: Presented
) -> None:
    document = presented()
    given = Direction(lead_unit_id=desk.stc.id, due_date=DUE)
    with pytest.raises(Forbidden):
        directing.direct(desk.clerk, document.id, given)
    with pytest.raises(NotFound):
        directing.direct(desk.head, document.id, given)
    foreign = desk.stranger.posts[0].unit_id
    with pytest.raises(Invalid, match=r"directive.unknown_unit"):
        directing.direct(desk.leader, document.id, Direction(lead_unit_id=foreign, due_date=DUE))


def test_the_sentence_is_kept_word_for_word(desk: Office, presented: Presented) -> None:
    document = presented()
    words = "Đồng chí Giám đốc Sở Tài chính trực tiếp chỉ đạo; báo cáo tôi."
    key = directing.direct(
        desk.leader, document.id, Direction(lead_unit_id=desk.stc.id, due_date=DUE, text=words)
    )
    assert db.session().get_one(Directive, key).text == words
    assert tasks.for_origin(document.ref)[0].directive == words


def test_the_term_of_a_direction_falls_on_a_working_day(desk: Office, presented: Presented) -> None:
    document = presented()
    sunday = date(2026, 11, 29)
    directing.direct(desk.leader, document.id, Direction(lead_unit_id=desk.stc.id, due_date=sunday))
    assert (document.due_date, document.due_source) == (date(2026, 11, 30), DueSource.DIRECTIVE)


def test_a_direction_is_taken_back_by_its_author_within_ten_seconds_only(
    desk: Office, presented: Presented
) -> None:
    first, second = presented(), presented()
    key = directing.direct(desk.leader, first.id, Direction(lead_unit_id=desk.stc.id, due_date=DUE))
    with pytest.raises(NotFound):
        directing.undo_direction(desk.clerk, key)
    directing.undo_direction(desk.leader, key)
    with pytest.raises(BadState, match=r"directive.too_late"):
        directing.undo_direction(desk.leader, key)
    late = given_away(desk, second)
    with pytest.raises(BadState, match=r"directive.too_late"):
        directing.undo_direction(desk.leader, late)
    assert (first.state, second.state) == (DocState.PRESENTED, DocState.ASSIGNED)


def test_to_know_can_be_taken_back_too(desk: Office, presented: Presented) -> None:
    document = presented()
    key = directing.let_know(desk.leader, document.id, [desk.stc.id])
    directing.undo_direction(desk.leader, key)
    assert document.state is DocState.PRESENTED
    told = select(Notice).where(Notice.kind == "document.to_know")
    assert db.session().scalars(told).all() == []


def test_what_was_only_noted_is_directed_after_all_and_noted_again_when_that_is_taken_back(
    desk: Office, presented: Presented
) -> None:
    document = presented()
    due = document.due_date
    directing.let_know(desk.leader, document.id, [desk.sxd.id])
    assert directing.noted(desk.clerk, document.id) is None
    assert directing.noted(desk.leader, document.id) is document
    give = Direction(lead_unit_id=desk.stc.id, due_date=DUE)
    directing.undo_direction(desk.leader, directing.direct(desk.leader, document.id, give))
    assert (document.state, document.lead_unit_id, document.due_date) == (DocState.NOTED, None, due)
    given_away(desk, document)
    assert (document.state, document.lead_unit_id) == (DocState.ASSIGNED, desk.stc.id)
    assert [task.state for task in tasks.for_origin(document.ref)][-1] is TaskState.ASSIGNED


def test_work_is_as_urgent_as_its_document_becomes_but_for_what_the_leader_called_so(
    desk: Office, presented: Presented
) -> None:
    priorities = []
    for is_said in (False, True):
        document = presented(number=f"{7 + is_said}")
        direction = Direction(lead_unit_id=desk.stc.id, due_date=DUE, is_urgent=is_said)
        directing.direct(desk.leader, document.id, direction)
        for degree in (Urgency.FLASH, Urgency.NORMAL):
            urgency.set_urgency(desk.clerk, document.id, degree)
            priorities.append(tasks.for_origin(document.ref)[0].priority)
    assert priorities == [Priority.URGENT, Priority.NORMAL, Priority.URGENT, Priority.URGENT]


def test_a_unit_gives_the_document_back_and_it_can_be_given_anew(desk: Office, presented: Presented) -> None:
    document = presented()
    given_away(desk, document)
    with pytest.raises(NotFound):
        directing.give_back(desk.other_head, document.id, "Không đúng chức năng của Sở")
    directing.give_back(desk.head, document.id, "Không đúng chức năng của Sở")
    assert (document.state, document.lead_unit_id) == (DocState.PRESENTED, None)
    directing.direct(desk.leader, document.id, Direction(lead_unit_id=desk.sxd.id, due_date=DUE))
    states = [task.state for task in tasks.for_origin(document.ref)]
    assert states == [TaskState.CANCELLED, TaskState.ASSIGNED]


def test_a_document_is_done_when_its_tasks_are_accepted(desk: Office, presented: Presented) -> None:
    document = presented()
    given_away(desk, document)
    (task,) = tasks.for_origin(document.ref)
    tasks.accept_work(desk.head, task.id)
    assert document.state is DocState.PROCESSING
    tasks.report_finished(desk.head, task.id, "Đã trả lời bằng văn bản giấy")
    assert document.state is DocState.PROCESSING
    tasks.accept_result(desk.leader, task.id)
    assert document.state is DocState.DONE
    directing.reopen(desk.leader, document.id, "Bộ yêu cầu bổ sung số liệu")
    assert document.state is DocState.PROCESSING
    directing.finish(desk.office_head, document.id)
    assert document.state is DocState.DONE


def test_work_on_a_timed_flash_is_due_at_its_hour_where_it_is_due_on_its_day(
    desk: Office, presented: Presented
) -> None:
    hour = clock.at_office(date(2026, 11, 18), 15, 30)
    for due, due_at in ((date(2026, 11, 18), hour), (DUE, None)):
        document = presented(urgency=Urgency.FLASH_TIMED, urgent_at=hour)
        directing.direct(desk.leader, document.id, Direction(lead_unit_id=desk.stc.id, due_date=due))
        (task,) = tasks.for_origin(document.ref)
        assert (task.due_date, task.due_at) == (due, due_at)


def test_work_on_an_urgent_document_is_urgent(desk: Office, presented: Presented) -> None:
    document = presented(urgency=Urgency.FLASH)
    given_away(desk, document)
    assert [task.priority for task in tasks.for_origin(document.ref)] == [Priority.URGENT]


def test_a_document_follows_its_task_to_another_lead_and_a_later_term(
    desk: Office, presented: Presented
) -> None:
    document = presented()
    given_away(desk, document)
    (task,) = tasks.for_origin(document.ref)
    later = DUE + timedelta(days=5)
    tasks.accept_work(desk.head, task.id)
    tasks.ask_extension(desk.head, task.id, later, "Chờ số liệu của các huyện")
    tasks.decide_extension(desk.leader, task.id, is_granted=True)
    assert document.due_date == task.due_date == later
    tasks.reassign(desk.leader, task.id, Party(unit_id=desk.sxd.id), reason="Thuộc lĩnh vực xây dựng")
    assert document.lead_unit_id == desk.sxd.id
    with pytest.raises(Forbidden):
        directing.give_back(desk.head, document.id, "Không đúng chức năng của Sở")
    tasks.reassign(desk.leader, task.id, Party(user_id=desk.officer.id), reason="Người đã làm việc này")
    assert document.lead_unit_id == desk.stc.id


def test_a_document_whose_work_was_all_cancelled_waits_for_the_leader_again(
    desk: Office, presented: Presented
) -> None:
    document = presented()
    given_away(desk, document)
    (task,) = tasks.for_origin(document.ref)
    tasks.accept_work(desk.head, task.id)
    tasks.cancel(desk.leader, task.id, "Giao nhầm đơn vị")
    assert (document.state, document.lead_unit_id) == (DocState.PRESENTED, None)
    directing.direct(desk.leader, document.id, Direction(lead_unit_id=desk.sxd.id, due_date=DUE))
    assert document.lead_unit_id == desk.sxd.id


def test_the_sender_hears_of_an_assignment_once_it_can_no_longer_be_taken_back(
    desk: Office, presented: Presented, received: Make
) -> None:
    source = received(org_id=desk.other.id)
    document = presented()
    with db.unit_of_work() as session, db.across_orgs("the test plays the sender"):
        session.get_one(Document, document.id).source_document_id = source.id
        session.add(
            Dispatch(
                org_id=desk.other.id,
                document_id=source.id,
                receiver_name="UBND tỉnh",
                channel="internal",
                consignment_id="c1",
                state=DispatchState.RECEIVED,
                received_document_id=document.id,
            )
        )
    directing.direct(desk.leader, document.id, Direction(lead_unit_id=desk.stc.id, due_date=DUE))

    def state() -> DispatchState:
        with db.scope(), db.across_orgs("the test plays the sender"):
            return db.session().scalars(select(Dispatch.state)).one()

    document_jobs.announce()
    assert state() is DispatchState.RECEIVED
    clock.advance(timedelta(seconds=11))
    document_jobs.announce()
    assert state() is DispatchState.ASSIGNED
    assert directives.announce_due() == 0


def test_open_pages_of_those_concerned_are_told_and_nobody_else(
    desk: Office, presented: Presented, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = presented()
    told: set[str] = set()
    monkeypatch.setattr(sockets, "emit", lambda name, data, *, to, namespace: told.add(to))
    monkeypatch.setattr(sockets, "people", lambda: set(range(1000)))

    def rooms() -> set[str]:
        told.clear()
        refresh_documents(DocumentMoved(document.id, document.org_id, document.state.value))
        return set(told)

    register = {person_room(one.id) for one in (desk.clerk, desk.leader, desk.office_head)}
    assert rooms() == register
    directing.direct(desk.leader, document.id, Direction(lead_unit_id=desk.stc.id, due_date=DUE))
    assert rooms() == register
    clock.advance(timedelta(seconds=11))
    assert rooms() == register | {person_room(desk.head.id)}


def test_units_are_offered_by_habit_and_terms_never_after_the_stated_one(
    desk: Office, presented: Presented
) -> None:
    for _ in range(5):
        given_away(desk, presented(issuer="Bộ Xây dựng"))
    document = presented(issuer="Bộ Xây dựng", due_date=date(2026, 11, 20))
    offers = suggesting.units(desk.leader, document)
    assert offers[0].unit.id == desk.stc.id
    assert (offers[0].times, offers[0].cases, offers[0].open) == (5, 5, 5)
    dues = suggesting.due(document)
    assert dues[0].day == date(2026, 11, 20)
    assert max(one.day for one in dues) == date(2026, 11, 20)
    assert all(one.day >= clock.today() for one in dues)


def test_a_broken_register_alarms_clerk_leader_and_auditor_once_a_night(
    desk: Office, presented: Presented
) -> None:
    presented()
    with db.unit_of_work() as session:
        session.scalars(select(RegisterYear)).one().head_hash = "f" * 64
    for _ in range(2):
        document_jobs.verify()
    told = db.session().scalars(select(Notice.user_id).where(Notice.kind == "register.broken")).all()
    assert sorted(told) == sorted([desk.clerk.id, desk.leader.id])


def test_the_nightly_proof_of_a_whole_register_is_silent(desk: Office, presented: Presented) -> None:
    presented()
    document_jobs.verify()
    assert db.session().scalars(select(Notice).where(Notice.kind == "register.broken")).all() == []
    assert db.session().scalars(select(RegisterYear.verified_date)).one() == clock.today()


def test_new_agencies_get_their_kinds_and_registers(office: Office) -> None:
    document_jobs.seed()
    document_jobs.seed()
    from_there = directing.directory.orgs()
    assert len(from_there) == 2
    with db.scope(), db.across_orgs("the test looks at both agencies"):
        counted = db.session().scalars(select(document_jobs.Register.org_id)).all()
    assert sorted(counted) == sorted([office.org.id] * 6 + [office.other.id] * 4)
