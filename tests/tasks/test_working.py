"""What the lead reports, and what the parts of a task make of the whole."""

from datetime import date

import pytest

from intranet.core import clock
from intranet.core.errors import BadState, Forbidden, Invalid
from intranet.core.refs import Ref
from intranet.notices import reminding
from intranet.notices import services as notices
from intranet.people.models import Role, User
from intranet.records import audit
from intranet.tasks import services
from intranet.tasks.events import TaskFinished, TaskReturned
from intranet.tasks.models import TaskState
from intranet.tasks.services import Party
from tests.factories import Office, make_user
from tests.tasks.making import give, look


def part(office: Office, whole: int, weight: int = 1, due: date | None = None) -> int:
    """A part of a task, given by the head of finance to the officer."""
    return give(
        office,
        by=office.head,
        lead=Party(user_id=office.officer.id),
        parent_id=whole,
        due=due,
        weight=weight,
    )


def test_opening_leaves_a_mark_per_party(office: Office) -> None:
    task_id = give(office, co=[Party(unit_id=office.sxd.id)])
    services.see(office.head, task_id)
    lead, helper = look(office.leader, task_id).parties
    assert (lead.seen_at, lead.seen_by_id) == (clock.now(), office.head.id)
    assert helper.seen_at is None
    services.see(office.other_head, task_id)
    assert look(office.leader, task_id).parties[1].seen_by_id == office.other_head.id
    assert look(office.leader, task_id).state is TaskState.SEEN


def test_that_the_lead_has_seen_it_is_noted_for_the_assigner_once_and_rings_no_bell(office: Office) -> None:
    task_id = give(office, co=[Party(unit_id=office.sxd.id)])
    services.see(office.other_head, task_id)
    services.see(office.head, task_id)
    services.see(office.head, task_id)
    assert [line.words for line in notices.page(office.leader)[0]] == [
        "Đỗ Thị Thanh Hà đã xem “Rà soát vốn đầu tư công”"
    ]
    assert notices.unread(office.leader.id) == 0


def test_whom_a_report_names_is_told_if_the_task_may_be_read_and_the_name_is_one_persons(
    office: Office,
) -> None:
    def told(person: User) -> list[str]:
        return [line.kind for line in notices.page(person)[0] if line.kind == "task.named"]

    task_id, secret = give(office), give(office, is_restricted=True)
    services.report_progress(office.head, task_id, 10, "Đã giao đồng chí Phan Thu Trang đối chiếu.")
    services.report_progress(office.head, secret, 10, "Số liệu của chị Lê Thị Hồng Nhung chưa khớp.")
    assert told(office.officer) == ["task.named"]
    assert told(office.clerk) == []
    make_user("trang2", "Phan Thu Trang", office.stc, "Chuyên viên", Role.OFFICER)
    services.report_progress(office.head, task_id, 20, "Phan Thu Trang đang tổng hợp.")
    assert told(office.officer) == ["task.named"]


def test_a_reader_who_is_no_party_leaves_no_mark(office: Office) -> None:
    task_id = give(office)
    services.see(office.office_head, task_id)
    services.see(office.leader, task_id)
    assert look(office.leader, task_id).state is TaskState.ASSIGNED


def test_progress_begins_the_work_and_zero_does_not(office: Office) -> None:
    task_id = give(office)
    services.report_progress(office.head, task_id, 0, "Đang nghiên cứu")
    assert look(office.head, task_id).state is TaskState.ASSIGNED
    services.report_progress(office.head, task_id, 25)
    assert look(office.head, task_id).state is TaskState.DOING


@pytest.mark.parametrize("percent", [101, -1, 1000])
def test_progress_stays_within_a_hundred_percent(office: Office, percent: int) -> None:
    task_id = give(office)
    with pytest.raises(Invalid, match=r"task\.progress_range"):
        services.report_progress(office.head, task_id, percent)


def test_less_than_before_needs_a_word(office: Office) -> None:
    task_id = give(office)
    services.report_progress(office.head, task_id, 75)
    with pytest.raises(Invalid, match=r"task\.progress_lower"):
        services.report_progress(office.head, task_id, 50)
    services.report_progress(office.head, task_id, 50, "Phải làm lại phụ lục")
    assert look(office.head, task_id).progress == 50


def test_an_obstacle_names_whom_it_waits_for_and_tells_the_assigner(office: Office) -> None:
    task_id = give(office)
    with pytest.raises(Invalid, match=r"task\.waiting_for_needed"):
        services.report_progress(office.head, task_id, 25, obstacle="")
    services.report_progress(office.head, task_id, 25, obstacle="UBND xã Phú Thuận")
    task = look(office.head, task_id)
    assert (task.state, task.waiting_for) == (TaskState.BLOCKED, "UBND xã Phú Thuận")
    words = notices.page(office.leader)[0][0].words
    assert words == ("Đỗ Thị Thanh Hà báo vướng mắc ở “Rà soát vốn đầu tư công”, chờ UBND xã Phú Thuận")
    services.report_progress(office.head, task_id, 50)
    task = look(office.head, task_id)
    assert (task.state, task.waiting_for) == (TaskState.DOING, "")


def test_a_hundred_percent_is_not_finished_until_the_result_is_reported(
    office: Office, published: list[object]
) -> None:
    task_id = give(office, origin=Ref("document", 7))
    services.report_progress(office.head, task_id, 100)
    assert look(office.head, task_id).state is TaskState.DOING
    with pytest.raises(Invalid, match=r"task\.no_result"):
        services.report_finished(office.head, task_id, "")
    services.report_finished(office.head, task_id, "", Ref("document", 9))
    task = look(office.head, task_id)
    assert (task.state, task.finished_at) == (TaskState.WAITING_ACCEPT, clock.now())
    assert task.result == Ref("document", 9)
    assert TaskFinished(task_id, "document:7") in published


def test_a_result_taken_back_has_the_progress_of_the_last_report(office: Office) -> None:
    task_id = give(office)
    services.report_progress(office.head, task_id, 60)
    services.report_finished(office.head, task_id, "Xong")
    services.take_back(office.head, task_id)
    task = look(office.head, task_id)
    assert (task.state, task.progress, task.finished_at) == (TaskState.DOING, 60, None)


def test_a_refused_task_goes_back_and_its_clock_runs_on(office: Office, published: list[object]) -> None:
    task_id = give(office)
    with pytest.raises(Invalid, match=r"task\.reason_needed"):
        services.refuse(office.head, task_id, "")
    services.refuse(office.head, task_id, "Thuộc chức năng Sở Xây dựng")
    assert look(office.leader, task_id).state is TaskState.RETURNED
    assert TaskReturned(task_id) in published
    assert notices.page(office.leader)[0][0].kind == "task.refused"
    line = audit.history(Ref("task", task_id))[0]
    assert (line.act, line.reason) == ("task.refused", "Thuộc chức năng Sở Xây dựng")


def test_the_assigner_is_reminded_of_a_result_after_three_working_days(office: Office) -> None:
    task_id = give(office)
    services.report_finished(office.head, task_id, "Xong")
    clock.freeze(clock.at_office(date(2026, 11, 18), 7))
    reminding.send_due()
    assert notices.unread(office.leader.id) == 1
    clock.freeze(clock.at_office(date(2026, 11, 18), 8))
    reminding.send_due()
    assert notices.page(office.leader)[0][0].kind == "task.still_waiting"


def test_an_answer_in_time_needs_no_such_reminder(office: Office) -> None:
    task_id = give(office)
    services.report_finished(office.head, task_id, "Xong")
    services.accept_result(office.leader, task_id)
    clock.freeze(clock.at_office(date(2026, 11, 30), 8))
    assert reminding.send_due() == 0


def test_a_helper_finishes_the_own_part_once_and_the_lead_hears_of_it(office: Office) -> None:
    task_id = give(office, co=[Party(unit_id=office.sxd.id)])
    with pytest.raises(Invalid, match=r"task\.no_result"):
        services.finish_part(office.other_head, task_id, "")
    services.finish_part(office.other_head, task_id, "Đã gửi số liệu")
    assert notices.page(office.head)[0][0].kind == "task.contributed"
    with pytest.raises(BadState, match=r"task\.part_finished"):
        services.finish_part(office.other_head, task_id, "Lần nữa")
    with pytest.raises(Forbidden):
        services.report_progress(office.other_head, task_id, 50)


def test_the_whole_is_the_weighted_mean_of_its_parts(office: Office) -> None:
    whole = give(office)
    light, heavy = part(office, whole), part(office, whole, weight=3)
    services.report_progress(office.officer, light, 100)
    assert look(office.head, whole).progress == 25
    services.report_progress(office.officer, heavy, 50)
    assert look(office.head, whole).progress == 62
    services.cancel(office.head, heavy, "Không cần")
    assert look(office.head, whole).progress == 100


def test_the_progress_of_a_whole_is_not_reported_by_hand(office: Office) -> None:
    whole = give(office)
    part(office, whole)
    with pytest.raises(Invalid, match=r"task\.progress_of_parts"):
        services.report_progress(office.head, whole, 80)


def test_the_whole_cannot_finish_before_its_parts(office: Office) -> None:
    whole = give(office)
    one = part(office, whole)
    with pytest.raises(BadState, match=r"task\.open_parts"):
        services.report_finished(office.head, whole, "Xong")
    services.report_finished(office.officer, one, "Xong")
    with pytest.raises(BadState, match=r"task\.open_parts"):
        services.report_finished(office.head, whole, "Xong")
    services.accept_result(office.head, one)
    services.report_finished(office.head, whole, "Xong")


def test_a_part_is_due_with_the_whole_or_before_and_shares_its_origin(office: Office) -> None:
    whole = give(office, origin=Ref("document", 3))
    with pytest.raises(Invalid, match=r"task\.due_after_parent"):
        part(office, whole, due=date(2026, 11, 23))
    one = look(office.head, part(office, whole))
    assert (one.due_date, one.origin) == (date(2026, 11, 20), Ref("document", 3))


def test_progress_climbs_through_every_level(office: Office) -> None:
    whole = give(office)
    middle = give(office, by=office.head, lead=Party(user_id=office.officer.id), parent_id=whole, due=None)
    # The officer gives a part of the part back to a colleague of the same unit.
    leaf = give(office, by=office.officer, lead=Party(user_id=office.head.id), parent_id=middle, due=None)
    services.report_progress(office.head, leaf, 80)
    assert look(office.head, middle).progress == 80
    assert look(office.head, whole).progress == 80


def test_a_task_is_never_a_part_of_itself(office: Office) -> None:
    whole = give(office)
    middle = part(office, whole)
    for key, above in ((whole, middle), (whole, whole), (middle, middle)):
        with pytest.raises(Invalid, match=r"task\.loop"):
            services.move_under(office.leader, key, above)


def test_a_task_moves_under_another_and_out_again(office: Office) -> None:
    whole, other = give(office), give(office)
    one = part(office, whole)
    services.report_progress(office.officer, one, 50)
    services.move_under(office.leader, one, other)
    assert [look(office.leader, key).progress for key in (whole, other)] == [50, 50]
    services.move_under(office.leader, one, None)
    assert look(office.leader, one).parent_id is None
    foreign = give(office, lead=Party(unit_id=office.sxd.id), co=[Party(unit_id=office.stc.id)])
    with pytest.raises(Forbidden):
        services.move_under(office.head, one, foreign)
