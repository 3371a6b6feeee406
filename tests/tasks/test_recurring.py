"""Tasks that come again: each of their days exactly once, days off passed over, nothing made too late."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.errors import Forbidden, Invalid, NotFound
from intranet.core.refs import Ref
from intranet.notices import services as notices
from intranet.notices.workdays import calendar
from intranet.people.models import Unit, User
from intranet.records import audit
from intranet.tasks import recurring, services
from intranet.tasks.models import Every, Source, Task, TaskRecurrence
from intranet.tasks.services import Party
from tests.factories import Office

Clients = Callable[[User], FlaskClient]


def again(
    office: Office,
    often: Every,
    first: date,
    *,
    days: int = 2,
    last: date | None = None,
    by: User | None = None,
) -> int:
    """A report that finance writes again and again."""
    return services.recur(
        by or office.leader,
        title="Báo cáo giải ngân",
        text="Theo mẫu.",
        lead=Party(unit_id=office.stc.id),
        often=often,
        first_date=first,
        last_date=last,
        due_days=days,
    )


def morning(day: date) -> int:
    """Let the tick look at half past seven of a day; how many tasks it made."""
    clock.freeze(clock.at_office(day, 7, 30))
    return recurring.make_due()


def made() -> list[tuple[date | None, date | None]]:
    """For which day each task was made, and when it is due."""
    return [(t.recurrence_date, t.due_date) for t in db.session().scalars(select(Task).order_by(Task.id))]


def test_a_weekly_task_is_made_each_week_in_the_name_of_whoever_entered_it(office: Office) -> None:
    again(office, Every.WEEK, date(2026, 11, 16))
    assert morning(date(2026, 11, 15)) == 0
    assert [morning(date(2026, 11, 16)) for _ in range(3)] == [1, 0, 0]
    assert morning(date(2026, 11, 23)) == 1
    assert made()[0] == (date(2026, 11, 16), date(2026, 11, 18))
    task = db.session().scalars(select(Task).limit(1)).one()
    assert (task.assigner_id, task.source) == (office.leader.id, Source.DIRECT)
    assert notices.page(office.head)[0][0].kind == "task.assigned"
    clock.freeze(clock.at_office(date(2026, 11, 30), 6))
    assert recurring.make_due() == 0


def test_a_day_off_gives_the_next_working_day_and_a_daily_one_passes_it_over(office: Office) -> None:
    # Tuesday the 24th is a holiday of the office.
    again(office, Every.WEEK, date(2026, 11, 24))
    again(office, Every.WORKDAY, date(2026, 11, 20), days=0)
    days = [date(2026, 11, day) for day in (20, 21, 23, 24, 25)]
    assert [morning(day) for day in days] == [1, 0, 1, 0, 2]
    assert made() == [
        (date(2026, 11, 20), date(2026, 11, 20)),
        (date(2026, 11, 23), date(2026, 11, 23)),
        (date(2026, 11, 24), date(2026, 11, 27)),
        (date(2026, 11, 25), date(2026, 11, 25)),
    ]


def test_the_last_of_each_month_stays_the_last(office: Office) -> None:
    row = TaskRecurrence(every=Every.MONTH, first_date=date(2026, 10, 31))
    days, day = [], date(2026, 10, 31)
    for _ in range(5):
        day = recurring.after(row, day, calendar())
        days.append(day)
    assert days == [
        date(2026, 11, 30),
        date(2026, 12, 31),
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
    ]
    row.every = Every.QUARTER
    assert recurring.after(row, date(2026, 11, 30), calendar()) == date(2027, 2, 28)
    row.every, row.first_date = Every.YEAR, date(2028, 2, 29)
    assert recurring.after(row, date(2028, 2, 29), calendar()) == date(2029, 2, 28)


def test_after_a_standstill_only_what_can_still_be_done_in_time_is_made(office: Office) -> None:
    key = again(office, Every.WEEK, date(2026, 11, 16), days=5)
    assert morning(date(2026, 12, 8)) == 1
    assert made() == [(date(2026, 12, 7), date(2026, 12, 14))]
    acts = [line.act for line in audit.history(Ref("task_recurrence", key))]
    assert acts.count("task.recurrence_skipped") == 3


def test_it_ends_after_its_last_day_or_when_it_is_stopped(office: Office) -> None:
    again(office, Every.WEEK, date(2026, 11, 16), last=date(2026, 11, 23))
    key = again(office, Every.WEEK, date(2026, 11, 16))
    assert morning(date(2026, 11, 16)) == 2
    with pytest.raises(NotFound, match=r"task\.recurrence_missing"):
        services.stop(office.office_head, key)
    services.stop(office.leader, key)
    assert morning(date(2026, 11, 23)) == 1
    assert morning(date(2026, 11, 30)) == 0
    assert recurring.of(office.leader) == []


def test_what_cannot_be_given_any_more_stops_and_says_so_once(office: Office) -> None:
    key = again(office, Every.WEEK, date(2026, 11, 16))
    with db.unit_of_work() as session:
        session.get_one(Unit, office.stc.id).is_active = False
    assert morning(date(2026, 11, 16)) == 0
    assert morning(date(2026, 11, 23)) == 0
    row = db.session().get_one(TaskRecurrence, key, populate_existing=True)
    assert row.problem == "task.party_gone"
    assert [one.kind for one in notices.page(office.leader)[0]] == ["task.recurrence_stopped"]


def test_only_those_who_direct_let_tasks_come_again_and_not_from_the_past(office: Office) -> None:
    with pytest.raises(Forbidden, match=r"task\.may_not_assign"):
        again(office, Every.WEEK, date(2026, 11, 16), by=office.officer)
    with pytest.raises(Forbidden, match=r"task\.out_of_reach"):
        again(office, Every.WEEK, date(2026, 11, 16), by=office.other_head)
    with pytest.raises(Invalid, match=r"task\.first_past"):
        again(office, Every.WEEK, date(2026, 11, 12))
    with pytest.raises(Invalid, match=r"task\.last_before_first"):
        again(office, Every.WEEK, date(2026, 11, 16), last=date(2026, 11, 15))
    with pytest.raises(Invalid, match=r"task\.due_days_range"):
        again(office, Every.WEEK, date(2026, 11, 16), days=251)


def test_it_is_entered_listed_and_stopped_by_its_pages(office: Office, client_of: Clients) -> None:
    client = client_of(office.leader)
    assert "Chưa có việc định kỳ" in client.get("/tasks/recurring").text
    fields = {"title": "Báo cáo tháng", "lead": f"unit:{office.stc.id}", "days": "3", "every": "month"}
    wrong = client.post("/tasks/new", data=fields | {"days": "other", "due_date": "20/11/2026"})
    assert "Hãy chọn một số ngày ở trên" in wrong.text
    past = client.post("/tasks/new", data=fields | {"start_date": "01/11/2026"})
    assert "Ngày bắt đầu đã qua" in past.text
    assert 'value="01/11/2026"' in past.text
    assert client.post("/tasks/new", data=fields).headers["Location"] == "/tasks/recurring"
    page = client.get("/tasks/recurring").text
    assert "Hằng tháng, mỗi lần 3 ngày làm việc" in page
    assert client_of(office.officer).get("/tasks/recurring").status_code == 403
    (row,) = recurring.of(office.leader)
    assert client_of(office.head).post(f"/tasks/recurring/{row.id}/stop").status_code == 404
    assert client.post(f"/tasks/recurring/{row.id}/stop").status_code == 302
    assert "Chưa có việc định kỳ" in client.get("/tasks/recurring").text


@pytest.mark.own_db
def test_workers_that_look_at_once_make_each_task_once(office: Office) -> None:
    for often in (Every.WORKDAY, Every.WEEK, Every.MONTH):
        again(office, often, date(2026, 11, 16), days=5)
    clock.freeze(clock.at_office(date(2026, 11, 18), 8))
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(recurring.make_due())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.scope():
        keys = [(t.recurrence_id, t.recurrence_date) for t in db.session().scalars(select(Task))]
    assert len(keys) == len(set(keys)) == sum(found) == 5
