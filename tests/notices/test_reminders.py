"""Reminders of deadlines, while the clock is moved over days, weekends and standstills."""

from datetime import date
from typing import Any

import pytest

from intranet.core import clock, db
from intranet.core.refs import Ref
from intranet.notices import reminders, reminding, services
from intranet.people.models import User
from intranet.tasks import services as tasks
from tests.factories import Office
from tests.tasks.making import give

DUE = date(2026, 11, 20)
LATER = date(2026, 11, 27)


def at(day: date, hour: int = 8) -> None:
    """Move the clock to an hour of the office's day and send what is due."""
    clock.freeze(clock.at_office(day, hour))
    reminding.send_due()


def told(user: User) -> list[str]:
    """Kinds of reminder in the person's list, oldest first."""
    lines, _ = services.page(user)
    return [line.kind.removeprefix("reminder.") for line in reversed(lines) if "reminder" in line.kind]


def results(task_id: int) -> dict[tuple[str, date], str | None]:
    """What became of each reminder."""
    return {
        (r.rule, r.due_date): r.result
        for r in reminders.planned_for(Ref("task", task_id))
        if r.topic == "task"
    }


def test_reminders_stand_three_and_one_working_days_before_on_the_day_and_a_day_after(office: Office) -> None:
    task_id = give(office, due=date(2026, 11, 25))
    planned = [
        (r.rule, clock.local(r.planned_at).strftime("%d/%m %H:%M"))
        for r in reminders.planned_for(Ref("task", task_id))
    ]
    assert planned == [
        ("minus3", "19/11 08:00"),
        ("minus1", "23/11 08:00"),
        ("due", "25/11 08:00"),
        ("plus1", "26/11 08:00"),
        ("plus3", "30/11 08:00"),
        ("plus5", "02/12 08:00"),
    ]


def test_each_rule_is_sent_once_on_its_morning(office: Office) -> None:
    give(office)
    at(date(2026, 11, 17), 7)
    assert told(office.head) == []
    for day in range(17, 25):
        for _ in range(3):
            at(date(2026, 11, day))
    assert told(office.head) == ["minus3", "minus1", "due", "plus1"]


def test_a_day_late_the_assigner_and_the_head_hear_of_it_too(office: Office) -> None:
    task_id = give(office)
    tasks.hand_over(office.head, task_id, office.officer.id)
    for day in (17, 19, 20, 23):
        at(date(2026, 11, day))
    assert told(office.officer) == ["minus3", "minus1", "due", "plus1"]
    assert told(office.head) == ["plus1"]
    assert told(office.leader) == ["plus1"]


def test_a_sent_reminder_never_suppresses_one_of_the_new_deadline(office: Office) -> None:
    task_id = give(office)
    at(date(2026, 11, 17))
    tasks.ask_extension(office.head, task_id, LATER, "Chờ ý kiến")
    tasks.decide_extension(office.leader, task_id, is_granted=True)
    for day in range(18, 31):
        at(date(2026, 11, day))
    assert told(office.head) == ["minus3", "minus3", "minus1", "due", "plus1"]
    assert results(task_id)["minus1", DUE] is None
    assert results(task_id)["minus3", LATER] == "sent"


def test_a_deadline_that_comes_back_is_reminded_of_again(office: Office) -> None:
    ref = Ref("task", give(office))
    with db.unit_of_work():
        reminders.plan(ref, LATER)
        reminders.plan(ref, DUE)
    live = [r for r in reminders.planned_for(ref) if r.cancelled_at is None]
    assert [(r.rule, r.due_date) for r in live] == [
        ("minus3", DUE),
        ("minus1", DUE),
        ("due", DUE),
        ("plus1", DUE),
        ("plus3", DUE),
        ("plus5", DUE),
    ]


def test_planning_twice_plans_once(office: Office) -> None:
    ref = Ref("task", give(office))
    with db.unit_of_work():
        reminders.plan(ref, DUE)
    assert len(reminders.planned_for(ref)) == 6


def test_what_lies_in_the_past_already_is_not_planned(office: Office) -> None:
    task_id = give(office, due=date(2026, 11, 16))
    assert [r.rule for r in reminders.planned_for(Ref("task", task_id))] == ["due", "plus1", "plus3", "plus5"]


def test_nobody_is_reminded_of_what_is_finished(office: Office) -> None:
    task_id = give(office)
    tasks.report_finished(office.head, task_id, "Đã báo cáo")
    for day in range(16, 25):
        at(date(2026, 11, day))
    assert told(office.head) == []
    assert set(results(task_id).values()) == {None}


def test_a_returned_result_arms_what_is_still_to_come(office: Office) -> None:
    task_id = give(office)
    tasks.report_finished(office.head, task_id, "Đã báo cáo")
    clock.freeze(clock.at_office(date(2026, 11, 18), 9))
    tasks.return_result(office.leader, task_id, "Thiếu số liệu")
    for day in (19, 20, 23):
        at(date(2026, 11, day))
    assert told(office.head) == ["minus1", "due", "plus1"]


def test_reminders_of_a_task_taken_back_are_gone(office: Office) -> None:
    task_id = give(office, release_after=10)
    tasks.undo_assignment(office.leader, task_id)
    for day in range(16, 25):
        at(date(2026, 11, day))
    assert told(office.head) == []


def test_an_hour_missed_by_less_than_a_day_is_caught_up_once(office: Office) -> None:
    give(office, due=date(2026, 11, 16))
    at(date(2026, 11, 17), 7)
    assert told(office.head) == ["due"]
    at(date(2026, 11, 17), 9)
    assert told(office.head) == ["due", "plus1"]


def test_several_missed_rules_of_one_record_become_one_notice(office: Office) -> None:
    task_id = give(office)
    clock.freeze(clock.at_office(date(2026, 11, 19), 7))
    with db.unit_of_work() as session:
        for row in reminders.planned_for(Ref("task", task_id)):
            found = session.get_one(reminders.Reminder, row.id)
            if found.rule == "minus3":
                found.planned_at = clock.at_office(date(2026, 11, 19), 6)
    at(date(2026, 11, 19), 9)
    assert told(office.head) == ["minus1"]
    assert results(task_id)["minus3", DUE] == "merged"
    assert results(task_id)["minus1", DUE] == "sent"


def test_after_more_than_a_day_down_each_person_gets_one_digest(office: Office) -> None:
    for n in range(3):
        give(office, title=f"Việc {n}")
    give(office, lead=tasks.Party(unit_id=office.sxd.id))
    at(date(2026, 11, 19), 10)
    assert told(office.head) == ["digest"]
    assert told(office.other_head) == ["digest"]
    lines, _ = services.page(office.head)
    assert lines[0].words == "Trong thời gian hệ thống ngừng có 3 việc đến hạn cần xem lại"
    at(date(2026, 11, 20))
    assert told(office.other_head) == ["digest", "due"]


def test_what_is_caught_up_in_steps_by_workers_that_die_is_still_one_message(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for due in (DUE, DUE, date(2026, 11, 24)):
        give(office, due=due)
    monkeypatch.setattr(reminding, "RECORDS_AT_ONCE", 1)
    clock.freeze(clock.at_office(date(2026, 11, 19), 10))
    whole, steps = reminding._catch_up_some, []

    def dies(*step: Any) -> int:
        """Two steps, then the process is gone."""
        steps.append(step)
        return whole(*step) if len(steps) < 3 else 1 // 0

    monkeypatch.setattr(reminding, "_catch_up_some", dies)
    with pytest.raises(ZeroDivisionError):
        reminding.send_due()
    assert told(office.head) == []
    monkeypatch.setattr(reminding, "_catch_up_some", whole)
    reminding.send_due()
    assert told(office.head) == ["digest"]
    assert "có 3 việc" in services.page(office.head)[0][0].words


def test_a_digest_belongs_to_its_reader_alone(office: Office) -> None:
    give(office)
    at(date(2026, 11, 19), 10)
    ref = services.page(office.head)[0][0].ref
    assert ref == Ref("desk", office.head.id)
    assert services.readable_titles(office.officer, [ref]) == {}


def mornings(task_id: int) -> list[date]:
    """Days of a task's reminders but those to the office's head and leader."""
    planned = reminders.planned_for(Ref("task", task_id))
    return [clock.local(r.planned_at).date() for r in planned if r.rule not in ("plus3", "plus5")]


def test_over_a_working_saturday_and_a_holiday_the_mornings_are_right(office: Office) -> None:
    clock.freeze(clock.at_office(date(2026, 8, 10), 9))
    over_holiday = give(office, due=date(2026, 9, 3))
    assert mornings(over_holiday) == [date(2026, 8, n) for n in (26, 28)] + [date(2026, 9, n) for n in (3, 4)]
    after_saturday = give(office, due=date(2026, 8, 24))
    assert mornings(after_saturday) == [date(2026, 8, n) for n in (20, 22, 24, 25)]


def test_over_tet_the_mornings_are_right(office: Office) -> None:
    clock.freeze(clock.at_office(date(2026, 2, 2), 9))
    task_id = give(office, due=date(2026, 2, 24))
    assert mornings(task_id) == [date(2026, 2, n) for n in (12, 23, 24, 25)]
