"""What the assigner decides, and how the outcome stands to the deadline."""

from datetime import date

import pytest

from intranet.core import clock
from intranet.core.errors import BadState, Invalid
from intranet.core.refs import Ref
from intranet.notices import reminders
from intranet.notices import services as notices
from intranet.people.models import User
from intranet.records import audit
from intranet.tasks import services
from intranet.tasks.events import TaskAccepted, TaskCancelled
from intranet.tasks.extending import extensions_of, open_extension
from intranet.tasks.models import ExtensionState, Outcome, TaskState
from intranet.tasks.services import Party
from tests.factories import Office
from tests.tasks.making import DUE, give, look

LATER = date(2026, 11, 27)


def finish(office: Office, task_id: int, day: date, hour: int = 9, by: User | None = None) -> None:
    """Report the result at an hour and have it accepted a week later."""
    clock.freeze(clock.at_office(day, hour))
    services.report_finished(by or office.head, task_id, "Xong")
    clock.freeze(clock.at_office(date(2026, 12, 15), 9))
    services.accept_result(office.leader, task_id)


@pytest.mark.parametrize(
    ("day", "hour", "outcome", "late_days"),
    [
        (date(2026, 11, 19), 18, Outcome.EARLY, 0),
        (DUE, 8, Outcome.ON_TIME, 0),
        (DUE, 16, Outcome.ON_TIME, 0),
        (DUE, 17, Outcome.LATE, 1),
        (date(2026, 11, 21), 9, Outcome.LATE, 1),
        (date(2026, 11, 23), 9, Outcome.LATE, 1),
        (date(2026, 11, 26), 9, Outcome.LATE, 3),
    ],
)
def test_the_outcome_is_that_of_the_report_not_of_the_acceptance(
    office: Office, day: date, hour: int, outcome: Outcome, late_days: int
) -> None:
    task_id = give(office)
    finish(office, task_id, day, hour)
    task = look(office.leader, task_id)
    assert (task.outcome, task.late_days, task.state) == (outcome, late_days, TaskState.DONE)


def test_a_task_without_deadline_has_no_outcome(office: Office) -> None:
    task_id = give(office, due=None)
    finish(office, task_id, DUE)
    assert look(office.leader, task_id).outcome is None


def test_acceptance_tells_the_lead_and_the_record_it_came_from(
    office: Office, published: list[object]
) -> None:
    task_id = give(office, origin=Ref("document", 4))
    services.hand_over(office.head, task_id, office.officer.id)
    services.report_finished(office.officer, task_id, "Xong")
    services.accept_result(office.leader, task_id, "Tốt")
    assert TaskAccepted(task_id, "document:4") in published
    for user in (office.head, office.officer):
        assert notices.page(user)[0][0].kind == "task.accepted"


def test_nobody_accepts_what_they_reported_themselves(office: Office) -> None:
    task_id = give(office, lead=Party(unit_id=office.vp.id))
    services.report_finished(office.office_head, task_id, "Xong")
    with pytest.raises(Exception, match=r"task\.not_yours"):
        services.accept_result(office.office_head, task_id)
    own = give(office, by=office.office_head, lead=Party(unit_id=office.vp.id))
    services.report_finished(office.office_head, own, "Xong")
    with pytest.raises(BadState, match=r"task\.own_acceptance"):
        services.accept_result(office.office_head, own)
    services.accept_result(office.leader, own)


def test_a_returned_result_runs_again_and_both_finishings_stay_noted(office: Office) -> None:
    task_id = give(office)
    services.report_finished(office.head, task_id, "Lần một")
    told = {one.words for one in reminders.history(Ref("task", task_id))}
    assert {"Ngày đến hạn", "Sau 3 ngày làm việc, tính từ ngày báo hoàn thành"} <= told
    with pytest.raises(Invalid, match=r"task\.reason_needed"):
        services.return_result(office.leader, task_id, "")
    services.return_result(office.leader, task_id, "Thiếu số liệu quý III", due_date=LATER)
    task = look(office.leader, task_id)
    assert (task.state, task.finished_at, task.due_date) == (TaskState.DOING, None, LATER)
    assert task.first_due_date == DUE
    finish(office, task_id, LATER)
    assert look(office.leader, task_id).outcome is Outcome.ON_TIME
    acts = [line.act for line in audit.history(Ref("task", task_id))]
    assert acts.count("task.finished") == 2
    assert "finished" in audit.history(Ref("task", task_id))[acts.index("task.sent_back")].data


def test_a_task_opened_again_gets_a_new_outcome(office: Office) -> None:
    task_id = give(office)
    finish(office, task_id, date(2026, 11, 18))
    services.reopen(office.leader, task_id, "Phát sinh yêu cầu mới")
    task = look(office.leader, task_id)
    assert (task.state, task.outcome, task.accepted_at) == (TaskState.DOING, None, None)
    services.report_finished(office.head, task_id, "Xong lần hai")
    services.accept_result(office.leader, task_id)
    assert look(office.leader, task_id).outcome is Outcome.LATE


def test_cancelling_ends_the_parts_too_and_tells_everybody(office: Office, published: list[object]) -> None:
    whole = give(office, co=[Party(unit_id=office.sxd.id)])
    part = give(office, by=office.head, lead=Party(user_id=office.officer.id), parent_id=whole, due=None)
    with pytest.raises(Invalid, match=r"task\.reason_needed"):
        services.cancel(office.leader, whole, "")
    services.cancel(office.leader, whole, "Chủ trương thay đổi")
    assert look(office.leader, part).state is TaskState.CANCELLED
    assert [fact for fact in published if isinstance(fact, TaskCancelled)] == [
        TaskCancelled(part),
        TaskCancelled(whole),
    ]
    for user in (office.head, office.other_head, office.officer):
        assert notices.page(user)[0][0].kind == "task.cancelled"


def test_urging_is_noted_and_once_a_day_is_enough(office: Office) -> None:
    task_id = give(office)
    services.urge(office.leader, task_id, "Cần trước giờ họp")
    assert notices.page(office.head)[0][0].words == (
        "Nguyễn Văn Bình đôn đốc “Rà soát vốn đầu tư công”: “Cần trước giờ họp”"
    )
    with pytest.raises(BadState, match=r"task\.urged_today"):
        services.urge(office.office_head, task_id)
    clock.freeze(clock.at_office(date(2026, 11, 16), 8))
    services.urge(office.leader, task_id)
    acts = [line.act for line in audit.history(Ref("task", task_id))]
    assert acts.count("task.urged") == 2


def test_more_time_is_asked_for_once_with_a_reason_and_a_later_day(office: Office) -> None:
    task_id = give(office)
    with pytest.raises(Invalid, match=r"task\.reason_needed"):
        services.ask_extension(office.head, task_id, LATER, "")
    for day in (DUE, date(2026, 11, 18)):
        with pytest.raises(Invalid, match=r"task\.extension_not_later"):
            services.ask_extension(office.head, task_id, day, "Chờ")
    services.ask_extension(office.head, task_id, date(2026, 11, 28), "Chờ ý kiến")
    with pytest.raises(BadState, match=r"task\.extension_open"):
        services.ask_extension(office.head, task_id, LATER, "Chờ")
    request = open_extension(task_id)
    assert request is not None
    assert (request.new_due_date, request.is_after_due) == (date(2026, 11, 30), False)
    assert look(office.head, task_id).due_date == DUE


def test_more_time_cannot_be_asked_for_what_has_no_deadline_or_is_finished(office: Office) -> None:
    with pytest.raises(Invalid, match=r"task\.extension_no_due"):
        services.ask_extension(office.head, give(office, due=None), LATER, "Chờ")
    done = give(office)
    services.report_finished(office.head, done, "Xong")
    with pytest.raises(BadState, match=r"task\.not_now"):
        services.ask_extension(office.head, done, LATER, "Chờ")


def test_time_given_before_the_deadline_moves_it_and_the_first_one_stays(office: Office) -> None:
    task_id = give(office)
    services.ask_extension(office.head, task_id, LATER, "Chờ")
    services.decide_extension(
        office.leader, task_id, is_granted=True, new_due=date(2026, 11, 26), note="Rút ngắn một ngày"
    )
    task = look(office.leader, task_id)
    assert (task.due_date, task.first_due_date, task.missed_due_date) == (date(2026, 11, 26), DUE, None)
    finish(office, task_id, date(2026, 11, 26))
    assert look(office.leader, task_id).outcome is Outcome.ON_TIME


def test_time_given_after_the_deadline_leaves_it_late_from_the_old_one(office: Office) -> None:
    task_id = give(office)
    clock.freeze(clock.at_office(date(2026, 11, 23), 9))
    services.ask_extension(office.head, task_id, LATER, "Vướng thủ tục")
    services.decide_extension(office.leader, task_id, is_granted=True)
    task = look(office.leader, task_id)
    assert (task.due_date, task.missed_due_date) == (LATER, DUE)
    finish(office, task_id, date(2026, 11, 25))
    task = look(office.leader, task_id)
    assert (task.outcome, task.late_days) == (Outcome.LATE, 2)


def test_a_refusal_of_more_time_says_why_and_keeps_the_deadline(office: Office) -> None:
    task_id = give(office)
    services.ask_extension(office.head, task_id, LATER, "Chờ")
    with pytest.raises(Invalid, match=r"task\.reason_needed"):
        services.decide_extension(office.leader, task_id, is_granted=False)
    services.decide_extension(office.leader, task_id, is_granted=False, note="Việc gấp")
    assert look(office.leader, task_id).due_date == DUE
    assert notices.page(office.head)[0][0].kind == "task.extension_refused"
    with pytest.raises(BadState, match=r"task\.extension_none"):
        services.decide_extension(office.leader, task_id, is_granted=True)
    services.ask_extension(office.head, task_id, LATER, "Xin lại")


def test_nobody_decides_the_own_request(office: Office) -> None:
    task_id = give(office, by=office.office_head, lead=Party(unit_id=office.vp.id))
    services.ask_extension(office.office_head, task_id, LATER, "Chờ")
    with pytest.raises(BadState, match=r"task\.own_acceptance"):
        services.decide_extension(office.office_head, task_id, is_granted=True)


def test_a_request_is_withdrawn_by_the_lead_or_by_finishing(office: Office) -> None:
    task_id = give(office)
    services.ask_extension(office.head, task_id, LATER, "Chờ")
    services.withdraw_extension(office.head, task_id)
    with pytest.raises(BadState, match=r"task\.extension_none"):
        services.withdraw_extension(office.head, task_id)
    services.ask_extension(office.head, task_id, LATER, "Chờ")
    services.report_finished(office.head, task_id, "Xong")
    assert [one.state for one in extensions_of(task_id)] == [ExtensionState.WITHDRAWN] * 2
