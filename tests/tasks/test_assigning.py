"""Giving work away: parties, deadlines, codes, taking it back, handing it on."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.refs import Ref
from intranet.notices import services as notices
from intranet.people.models import Delegation, Unit, User
from intranet.records import audit
from intranet.tasks import services
from intranet.tasks.events import TaskAssigned, TaskUndone
from intranet.tasks.models import PartyRole, Task, TaskState
from intranet.tasks.services import Party
from tests.factories import Office, make_unit, make_user
from tests.tasks.making import give, look


def test_a_task_has_one_lead_its_helpers_and_those_to_know(office: Office, published: list[object]) -> None:
    task_id = give(office, co=[Party(unit_id=office.sxd.id)], info=[Party(user_id=office.office_head.id)])
    shown = services.parties_of([task_id])[task_id]
    assert [(p.role, p.name) for p in shown] == [
        (PartyRole.LEAD, "Sở Tài chính"),
        (PartyRole.CO, "Sở Xây dựng"),
        (PartyRole.INFO, "Trương Quốc Thái"),
    ]
    kinds = [notices.page(user)[0][0].kind for user in (office.head, office.other_head, office.office_head)]
    assert kinds == ["task.assigned", "task.assigned_co", "task.assigned_info"]
    assert TaskAssigned(task_id) in published
    assert [line.act for line in audit.history(Ref("task", task_id))] == ["task.assigned"]


def test_codes_run_without_gaps_in_each_agency_and_year(office: Office) -> None:
    codes = [look(office.leader, give(office)).code for _ in range(3)]
    assert codes == ["NV-2026-000001", "NV-2026-000002", "NV-2026-000003"]
    with pytest.raises(Invalid):
        give(office, title="")
    assert look(office.leader, give(office)).code == "NV-2026-000004"
    theirs = give(office, by=office.other_leader, lead=Party(user_id=office.stranger.id))
    assert look(office.other_leader, theirs).code == "NV-2026-000001"
    clock.freeze(clock.at_office(date(2027, 1, 4), 8))
    assert look(office.leader, give(office, due=date(2027, 1, 8))).code == "NV-2027-000001"


@pytest.mark.own_db
def test_writers_at_once_get_codes_without_gaps_or_doubles(office: Office) -> None:
    leader_id, unit_id = office.leader.id, office.stc.id

    def work() -> None:
        with db.scope():
            actor = db.session().get_one(User, leader_id)
            for _ in range(5):
                give(office, by=actor, lead=Party(unit_id=unit_id))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.scope():
        codes = sorted(db.session().scalars(select(Task.code)))
    assert codes == [f"NV-2026-{n:06d}" for n in range(1, 21)]


def test_a_deadline_on_a_day_off_moves_to_the_next_working_day_and_is_noted(office: Office) -> None:
    task_id = give(office, due=date(2026, 11, 24))
    assert look(office.leader, task_id).due_date == date(2026, 11, 25)
    data = audit.history(Ref("task", task_id))[0].data
    assert (data["moved_from"], data["due"]) == ("2026-11-24", "2026-11-25")


def test_a_deadline_that_has_passed_must_be_confirmed(office: Office) -> None:
    with pytest.raises(Invalid, match=r"task\.due_past"):
        give(office, due=date(2026, 11, 12))
    task_id = give(office, due=date(2026, 11, 12), is_past_confirmed=True)
    assert look(office.leader, task_id).due_date == date(2026, 11, 12)
    clock.freeze(clock.at_office(date(2026, 11, 13), 17))
    with pytest.raises(Invalid, match=r"task\.due_past"):
        give(office, due=date(2026, 11, 13))


def test_parties_must_be_there_and_be_named_once(office: Office) -> None:
    with pytest.raises(Invalid, match=r"task\.party_unknown"):
        give(office, lead=Party(unit_id=999))
    with pytest.raises(Invalid, match=r"task\.party_twice"):
        give(office, co=[Party(unit_id=office.stc.id)])
    with db.unit_of_work() as session:
        session.get_one(Unit, office.sxd.id).is_active = False
    with pytest.raises(Invalid, match=r"task\.party_gone"):
        give(office, lead=Party(unit_id=office.sxd.id))
    with pytest.raises(ValueError, match="unit or a person"):
        Party()


def test_nobody_gives_a_task_to_the_one_who_will_accept_it(office: Office) -> None:
    with pytest.raises(Invalid, match=r"task\.self_assigned"):
        give(office, lead=Party(user_id=office.leader.id))


def test_a_helper_is_due_with_the_lead_or_before(office: Office) -> None:
    with pytest.raises(Invalid, match=r"task\.co_due_after"):
        give(office, co=[Party(unit_id=office.sxd.id, due_date=date(2026, 11, 23))])
    task_id = give(office, co=[Party(unit_id=office.sxd.id, due_date=date(2026, 11, 18))])
    assert look(office.leader, task_id).parties[1].due_date == date(2026, 11, 18)


@pytest.mark.parametrize("who", ["officer", "clerk", "admin"])
def test_only_those_who_direct_give_tasks_by_themselves(office: Office, who: str) -> None:
    with pytest.raises(Forbidden, match=r"task\.may_not_assign"):
        give(office, by=getattr(office, who))


def test_a_unit_head_gives_to_the_own_officials_alone(office: Office) -> None:
    give(office, by=office.head, lead=Party(user_id=office.officer.id))
    for lead in (Party(unit_id=office.sxd.id), Party(user_id=office.other_head.id)):
        with pytest.raises(Forbidden, match=r"task\.out_of_reach"):
            give(office, by=office.head, lead=lead)


def test_a_unit_head_reaches_the_units_below(office: Office) -> None:
    below = make_unit(office.org, "Phòng Ngân sách", "P. Ngân sách", "NS", office.stc)
    worker = make_user("cv.ns", "Lý Văn Tám", below, "Chuyên viên")
    give(office, by=office.head, lead=Party(unit_id=below.id))
    give(office, by=office.head, lead=Party(user_id=worker.id))


def test_a_leader_does_not_reach_into_another_agency_but_a_record_may(office: Office) -> None:
    with pytest.raises(Forbidden, match=r"task\.out_of_reach"):
        give(office, lead=Party(user_id=office.stranger.id))
    give(office, lead=Party(user_id=office.stranger.id), origin=Ref("document", 5))


def test_a_unit_that_stands_for_an_agency_is_led_by_that_agency(office: Office) -> None:
    with db.unit_of_work() as session:
        unit = Unit(org_id=office.org.id, name="Sở Y tế", short_name="Sở Y tế", represents_id=office.other.id)
        session.add(unit)
        session.flush()
        key = unit.id
    task_id = give(office, lead=Party(unit_id=key))
    assert notices.unread(office.other_leader.id) == 1
    assert notices.unread(office.other_clerk.id) == 1
    services.accept_work(office.other_leader, task_id)
    services.hand_over(office.other_leader, task_id, office.stranger.id)
    services.report_finished(office.stranger, task_id, "Đã báo cáo")
    services.accept_result(office.leader, task_id)
    assert look(office.leader, task_id).state is TaskState.DONE


def test_others_see_a_task_only_after_ten_seconds(office: Office) -> None:
    task_id = give(office, release_after=10)
    assert look(office.leader, task_id).title == "Rà soát vốn đầu tư công"
    with pytest.raises(NotFound):
        look(office.head, task_id)
    with pytest.raises(NotFound):
        look(office.office_head, task_id)
    clock.advance(timedelta(seconds=10))
    assert look(office.head, task_id).id == task_id


def test_a_task_is_taken_back_before_its_release_and_nobody_hears_of_it(
    office: Office, published: list[object]
) -> None:
    task_id = give(office, release_after=10)
    services.undo_assignment(office.leader, task_id)
    clock.advance(timedelta(seconds=20))
    assert notices.release_due() == 0
    assert TaskUndone(task_id) in published
    with pytest.raises(NotFound):
        look(office.head, task_id)
    assert look(office.leader, task_id).state is TaskState.CANCELLED
    assert services.for_origin(Ref("document", 1)) == []


def test_taking_back_is_the_assigners_and_too_late_after_the_release(office: Office) -> None:
    task_id = give(office, release_after=10)
    with pytest.raises(NotFound):
        services.undo_assignment(office.head, task_id)
    clock.advance(timedelta(seconds=10))
    with pytest.raises(BadState, match=r"task\.too_late_to_undo"):
        services.undo_assignment(office.leader, task_id)
    with pytest.raises(NotFound):
        services.undo_assignment(office.head, task_id)


def test_the_head_hands_the_work_to_an_official_and_later_to_another(office: Office) -> None:
    second = make_user("cv2", "Lê Minh Quân", office.stc, "Chuyên viên")
    task_id = give(office)
    services.hand_over(office.head, task_id, office.officer.id, note="Làm trong tuần")
    services.report_progress(office.officer, task_id, 40)
    services.hand_over(office.head, task_id, second.id)
    services.report_progress(second, task_id, 60)
    with pytest.raises(Forbidden):
        services.report_progress(office.officer, task_id, 70)
    assert look(office.officer, task_id).progress == 60
    with pytest.raises(Invalid, match=r"task\.already_theirs"):
        services.hand_over(office.head, task_id, second.id)
    with pytest.raises(Invalid, match=r"task\.not_in_unit"):
        services.hand_over(office.head, task_id, office.other_head.id)


def test_another_lead_takes_over_and_the_old_one_is_told(office: Office) -> None:
    task_id = give(office, co=[Party(unit_id=office.sxd.id)])
    services.refuse(office.head, task_id, "Không đúng chức năng")
    with pytest.raises(Invalid, match=r"task\.reason_needed"):
        services.reassign(office.leader, task_id, Party(unit_id=office.sxd.id), reason="")
    with pytest.raises(Invalid, match=r"task\.already_theirs"):
        services.reassign(office.leader, task_id, Party(unit_id=office.stc.id), reason="Lại")
    services.reassign(office.leader, task_id, Party(unit_id=office.sxd.id), reason="Đúng chức năng")
    task = look(office.leader, task_id)
    assert task.state is TaskState.ASSIGNED
    assert task.lead.unit_id == office.sxd.id
    assert [p.role for p in task.parties if p.left_at is None] == [PartyRole.LEAD]
    assert notices.page(office.head)[0][0].kind == "task.taken_away"
    assert notices.page(office.other_head)[0][0].kind == "task.assigned"
    services.accept_work(office.other_head, task_id)


def test_work_of_a_record_goes_to_another_lead_only_within_the_reach_of_who_gives_it(office: Office) -> None:
    whole = give(office, org_wide=True)
    part = give(office, by=office.head, lead=Party(user_id=office.officer.id), parent_id=whole, due=None)
    for far in (Party(unit_id=office.sxd.id), Party(user_id=office.stranger.id)):
        with pytest.raises(Forbidden, match=r"task\.out_of_reach"):
            services.reassign(office.head, part, far, reason="Đúng chức năng")
    with pytest.raises(Forbidden, match=r"task\.out_of_reach"):
        services.reassign(office.leader, whole, Party(user_id=office.stranger.id), reason="Đúng chức năng")
    second = make_user("cv3", "Lê Minh Quân", office.stc, "Chuyên viên")
    services.reassign(office.head, part, Party(user_id=second.id), reason="Đúng chức năng")
    assert look(office.head, part).lead.user_id == second.id


def test_a_stand_in_gives_tasks_in_the_principals_name(office: Office) -> None:
    with db.unit_of_work() as session:
        session.add(
            Delegation(
                principal_id=office.leader.id,
                substitute_id=office.office_head.id,
                first_date=date(2026, 11, 1),
                last_date=date(2026, 11, 30),
                reason="Đi công tác",
                created_by_id=office.admin.id,
            )
        )
    office.office_head.stand_in_for(office.leader)
    task_id = give(office, by=office.office_head)
    office.office_head.stand_in_for(None)
    assert look(office.leader, task_id).assigner_id == office.leader.id
    line = audit.history(Ref("task", task_id))[0]
    assert (line.actor_id, line.acting_for_id) == (office.office_head.id, office.leader.id)
