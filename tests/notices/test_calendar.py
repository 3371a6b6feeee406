"""The working calendar in an administrator's hands."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.errors import Invalid
from intranet.core.refs import Ref
from intranet.notices import reminders, services, workdays, yearbook
from intranet.notices.models import DayKind
from intranet.people.models import User
from intranet.records import audit
from intranet.tasks import recurring
from intranet.tasks import services as tasks
from intranet.tasks.models import Every, Task
from intranet.tasks.services import Party
from tests.factories import Office
from tests.tasks.making import give, look

FRIDAY = date(2026, 11, 20)
Clients = Callable[[User], FlaskClient]


def test_a_swap_decided_late_makes_a_friday_off_and_a_saturday_working(office: Office) -> None:
    yearbook.set_day(office.admin, FRIDAY, DayKind.OFF, "Hoán đổi")
    yearbook.set_day(office.admin, date(2026, 11, 28), DayKind.WORKING, "Làm bù")
    assert workdays.add_working_days(date(2026, 11, 19), 1) == date(2026, 11, 23)
    assert workdays.is_working_day(date(2026, 11, 28))
    assert workdays.next_working_day(FRIDAY) == date(2026, 11, 23)


def test_a_day_given_back_is_what_the_published_calendar_says(office: Office) -> None:
    yearbook.set_day(office.admin, FRIDAY, DayKind.OFF)
    yearbook.clear_day(office.admin, FRIDAY)
    assert workdays.is_working_day(FRIDAY)
    with pytest.raises(Invalid, match=r"calendar\.not_edited"):
        yearbook.clear_day(office.admin, FRIDAY)


def test_a_holiday_may_be_worked_when_it_was_swapped(office: Office) -> None:
    yearbook.set_day(office.admin, date(2026, 8, 31), DayKind.WORKING)
    assert workdays.is_working_day(date(2026, 8, 31))


def test_what_changes_nothing_or_lies_too_far_is_refused(office: Office) -> None:
    with pytest.raises(Invalid, match=r"calendar\.unchanged"):
        yearbook.set_day(office.admin, FRIDAY, DayKind.WORKING)
    with pytest.raises(Invalid, match=r"calendar\.unchanged"):
        yearbook.set_day(office.admin, date(2026, 11, 21), DayKind.OFF)
    with pytest.raises(Invalid, match=r"calendar\.too_far"):
        yearbook.set_day(office.admin, date(2031, 1, 2), DayKind.OFF)


def test_an_edit_plans_reminders_anew_and_leaves_deadlines_alone(office: Office) -> None:
    task_id = give(office, due=date(2026, 11, 25))
    yearbook.set_day(office.admin, date(2026, 11, 23), DayKind.OFF)
    mornings = {r.rule: clock.local(r.planned_at).date() for r in reminders.planned_for(Ref("task", task_id))}
    assert mornings["minus1"] == date(2026, 11, 20)
    assert mornings["minus3"] == date(2026, 11, 18)
    assert look(office.leader, task_id).due_date == date(2026, 11, 25)


def test_who_has_a_deadline_on_a_new_day_off_is_told(office: Office) -> None:
    give(office, due=FRIDAY)
    yearbook.set_day(office.admin, FRIDAY, DayKind.OFF)
    words = services.page(office.head)[0][0].words
    assert words == (
        "Ngày 20/11/2026, hạn của “Rà soát vốn đầu tư công”, đã thành ngày nghỉ theo lịch mới; "
        "hạn chuyển sang 23/11/2026"
    )
    assert services.page(office.leader)[0][0].kind == "task.due_day_off"


def test_an_edit_keeps_the_outcome_of_what_was_accepted(office: Office) -> None:
    task_id = give(office, due=FRIDAY)
    tasks.report_finished(office.head, task_id, "Xong")
    tasks.accept_result(office.leader, task_id)
    yearbook.set_day(office.admin, date(2026, 11, 13), DayKind.OFF)
    assert look(office.leader, task_id).outcome == "early"


def test_a_deadline_keeps_the_version_of_the_calendar_that_counted_it(office: Office) -> None:
    done, open_ = give(office, due=FRIDAY), give(office, due=FRIDAY)
    assert look(office.leader, open_).due_calendar == 0
    tasks.report_finished(office.head, done, "Xong")
    tasks.accept_result(office.leader, done)
    yearbook.set_day(office.admin, FRIDAY, DayKind.OFF)
    later = give(office, due=date(2026, 11, 25))
    yearbook.clear_day(office.admin, FRIDAY)
    kept = [look(office.leader, key).due_calendar for key in (done, open_, later)]
    assert (kept, workdays.calendar().version) == ([0, 2, 2], 2)
    assert look(office.leader, done).due_date == FRIDAY


def test_work_that_comes_again_is_due_after_as_many_working_days_as_before(office: Office) -> None:
    lead = Party(unit_id=office.stc.id)
    key = tasks.recur(
        office.leader,
        title="Báo cáo tuần",
        text="",
        lead=lead,
        often=Every.WEEK,
        first_date=date(2026, 11, 16),
        due_days=5,
    )
    clock.freeze(clock.at_office(date(2026, 11, 16), 8))
    recurring.make_due()
    task = db.session().scalars(select(Task).where(Task.recurrence_id == key)).one()
    assert task.due_date == date(2026, 11, 23)
    yearbook.set_day(office.admin, date(2026, 11, 18), DayKind.OFF)
    db.read_anew()
    assert task.due_date == task.first_due_date == date(2026, 11, 25)
    assert "tính lại thành 25/11/2026" in services.page(office.head)[0][0].words


def test_every_edit_is_in_the_log(office: Office) -> None:
    yearbook.set_day(office.admin, FRIDAY, DayKind.OFF)
    key = audit.history(Ref("calendar_day", 1))
    assert [line.act for line in key] == ["calendar.set"]
    assert key[0].data == {"day": "2026-11-20", "kind": "off"}


def test_the_year_page_shows_holidays_swaps_and_edits(office: Office, client_of: Clients) -> None:
    yearbook.set_day(office.admin, FRIDAY, DayKind.OFF, "Theo Thông báo 123")
    page = client_of(office.admin).get("/admin/calendar?year=2026").text
    assert "Giao thừa Tết Nguyên Đán" in page
    assert "Theo Thông báo 123" in page
    assert "Làm bù" in page
    assert "Tháng 12" in page


def test_the_form_keeps_what_was_typed_beside_its_error(office: Office, client_of: Clients) -> None:
    client = client_of(office.admin)
    answer = client.post("/admin/calendar", data={"day": "31/02/2026", "kind": "off", "note": "Căn cứ số 5"})
    assert answer.status_code == 422
    assert "Không có ngày 31/02/2026." in answer.text
    assert "Căn cứ số 5" in answer.text
    assert client.post("/admin/calendar", data={"day": "2011", "kind": "off"}).status_code == 302
    assert not workdays.is_working_day(FRIDAY)
    assert client.post("/admin/calendar/clear", data={"day": "20/11/2026"}).status_code == 302
    assert workdays.is_working_day(FRIDAY)
    assert client.post("/admin/calendar/clear", data={"day": "khi nào"}).status_code == 422


def test_the_calendar_is_the_administrators_alone(office: Office, client_of: Clients) -> None:
    for user in (office.leader, office.clerk, office.head, office.officer):
        client = client_of(user)
        assert client.get("/admin/calendar").status_code == 403
        assert client.post("/admin/calendar", data={"day": "20/11/2026"}).status_code == 403
