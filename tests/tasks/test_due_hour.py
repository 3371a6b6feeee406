"""Tasks that are due at an hour, as a timed flash document asks (hỏa tốc hẹn giờ)."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient

from intranet.core import clock, db
from intranet.people.models import User
from intranet.tasks import deadlines, lists, panels, services
from intranet.tasks.lists import Show, Tab
from intranet.tasks.models import Outcome
from intranet.tasks.services import Party
from tests.factories import Office
from tests.tasks.making import look

Clients = Callable[[User], FlaskClient]
DAY = date(2026, 11, 18)


def timed(office: Office, hour: int, day: date = DAY) -> int:
    """A task of finance that is due on a day at an hour."""
    return services.assign_task(
        office.leader,
        title="Hỏa tốc",
        origin=None,
        text="",
        lead=Party(unit_id=office.stc.id),
        due_date=DAY,
        due_at=clock.at_office(day, hour, 30),
    )


def at(hour: int, minute: int = 0) -> datetime:
    """An hour of the day on which it is due."""
    return clock.at_office(DAY, hour, minute)


@pytest.mark.parametrize(
    ("hour", "in_time", "late"), [(15, at(15, 30), at(15, 31)), (19, at(19), at(19, 31))]
)
def test_it_is_late_from_its_hour_on_and_not_from_five(
    office: Office, hour: int, in_time: datetime, late: datetime
) -> None:
    key = timed(office, hour)
    for now, n in ((in_time, 0), (late, 1)):
        clock.freeze(now)
        db.read_anew()
        shown = lists.page(office.head, Tab.MINE, Show.LATE)
        assert (shown.late_count, sum(len(group.rows) for group in shown.groups)) == (n, n)
        assert lists.late_of(office.head) == n == deadlines.has_passed(look(office.head, key))
        assert len(lists.to_do(office.head, is_late=True, limit=5)) == n
        assert len(lists.to_do(office.head, is_late=False, limit=5)) == 1 - n
        assert [line.section for line in panels.this_morning(office.head)] == [("today", "late")[n]]
        (group,) = lists.page(office.head, Tab.MINE).groups
        assert (group.code, group.rows[0].due) == (
            ("late", "Quá hạn 1 ngày") if n else ("today", f"Hôm nay {hour}:30")
        )


@pytest.mark.parametrize(("minute", "outcome"), [(30, Outcome.ON_TIME), (31, Outcome.LATE)])
def test_its_outcome_goes_by_the_hour(office: Office, minute: int, outcome: Outcome) -> None:
    key = timed(office, 15)
    clock.freeze(at(15, minute))
    services.report_finished(office.head, key, "Xong")
    services.accept_result(office.leader, key)
    assert look(office.leader, key).outcome is outcome


def test_the_hour_stays_with_its_day_and_is_shown_with_it(office: Office, client_of: Clients) -> None:
    assert look(office.leader, timed(office, 15, date(2026, 11, 17))).due_at is None
    key = timed(office, 15)
    assert "18/11/2026 15:30" in client_of(office.leader).get(f"/tasks/{key}").text
    assert "18/11 15:30" in client_of(office.head).get("/tasks").text
    services.ask_extension(office.head, key, date(2026, 11, 20), "Chờ số liệu")
    services.decide_extension(office.leader, key, is_granted=True)
    moved = look(office.leader, key)
    assert (moved.due_date, moved.due_at) == (date(2026, 11, 20), None)
