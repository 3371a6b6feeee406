"""The calendar against the published tables, against counting by hand, and as an administrator loads it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from intranet.core import clock, db
from intranet.core.errors import Invalid
from intranet.core.refs import Ref
from intranet.notices import calendar_lines, reminders, reminding, services, workdays, yearbook
from intranet.notices.models import DayKind, Hours
from intranet.notices.workdays import Calendar
from intranet.people.models import User
from intranet.tasks import services as tasks
from tests.factories import Office
from tests.tasks.making import give, look

Clients = Callable[[User], FlaskClient]


def days(year: int, text: str) -> set[date]:
    """Days written as in the published tables: ``16-20/02`` is five of them."""
    found = set()
    for part in text.split():
        span, _, month = part.partition("/")
        first, _, last = span.partition("-")
        found |= {date(year, int(month), n) for n in range(int(first), int(last or first) + 1)}
    return found


#: Days off from Monday to Friday, and Saturdays that are worked (Labour Code 2019, article 112, and swaps).
PUBLISHED = {
    2024: ("01/01 08-09/02 12-14/02 18/04 29/04 30/04 01/05 02-03/09", "04/05"),
    2025: ("01/01 27-31/01 07/04 30/04 01/05 02/05 01-02/09", "26/04"),
    2026: ("01/01 16-20/02 27/04 30/04 01/05 31/08 01-02/09 24/11", "22/08"),
    2027: ("01/01 04-05/02 08-10/02 16/04 30/04 03/05 02-03/09 24/11", ""),
    2028: ("03/01 24-28/01 04/04 01/05 02/05 01/09 04/09 24/11", ""),
}
OFF = set().union(*(days(year, off) for year, (off, _) in PUBLISHED.items()))
WORKED = set().union(*(days(year, worked) for year, (_, worked) in PUBLISHED.items()))


@pytest.mark.parametrize("year", PUBLISHED)
def test_a_whole_year_is_as_it_was_published(year: int) -> None:
    every = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    every = [day for day in every if day.year == year]
    on = Calendar({})
    assert {d for d in every if d.weekday() < 5 and not on.is_working_day(d)} == days(
        year, PUBLISHED[year][0]
    )
    assert {d for d in every if d.weekday() >= 5 and on.is_working_day(d)} == days(year, PUBLISHED[year][1])


def halves(day: date, edits: dict[date, DayKind], week: list[Hours]) -> int:
    """Half days worked, read off the published tables alone."""
    if day in edits:
        return {DayKind.WORKING: 2, DayKind.MORNING: 1, DayKind.AFTERNOON: 1}.get(edits[day], 0)
    if day in WORKED:
        return 2
    if day in OFF:
        return 0
    return {"whole": 2, "none": 0}.get(week[day.weekday()].value, 1)


@settings(deadline=None, max_examples=60)
@given(
    st.dates(date(2024, 2, 20), date(2028, 9, 30)).filter(lambda d: d.year > 2025),
    st.integers(0, 40),
    st.dictionaries(
        st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.sampled_from(list(DayKind)), max_size=20
    ),
    st.lists(st.sampled_from(list(Hours)), min_size=3, max_size=3),
)
def test_terms_are_those_of_counting_half_days_by_hand(
    start: date, n: int, edits: dict[date, DayKind], part: list[Hours]
) -> None:
    # Holidays on a Saturday or Sunday are not in the tables: the other days of the week vary.
    week = [*part, Hours.WHOLE, Hours.WHOLE, Hours.NONE, Hours.NONE]
    on = Calendar(edits, week)
    day, left = start, 2 * n
    while left > 0:
        day += timedelta(days=1)
        left -= halves(day, edits, week)
    assert on.add_working_days(start, n) == day
    span = [start + timedelta(days=i) for i in range(1, (day - start).days + 1)]
    assert on.working_days_between(start, day) == sum(halves(d, edits, week) for d in span) // 2
    back, left = start, 2 * n
    while left > 0:
        back -= timedelta(days=1)
        left -= halves(back, edits, week)
    assert on.add_working_days(start, -n) == back


def test_two_half_days_make_one_of_a_term_and_a_deadline_ends_with_its_morning(office: Office) -> None:
    yearbook.set_day(office.admin, date(2026, 11, 18), DayKind.MORNING, "Nghỉ chiều họp mặt")
    yearbook.set_day(office.admin, date(2026, 11, 19), DayKind.AFTERNOON)
    assert workdays.add_working_days(date(2026, 11, 17), 1) == date(2026, 11, 19)
    assert workdays.due_moment(date(2026, 11, 18)) == clock.at_office(date(2026, 11, 18), 11, 30)
    assert workdays.due_moment(date(2026, 11, 19)) == clock.at_office(date(2026, 11, 19), 17)
    for day, hour, first in ((18, 11, 18), (18, 12, 19), (19, 12, 19), (20, 12, 20)):
        clock.freeze(clock.at_office(date(2026, 11, day), hour, 45 if hour == 12 else 0))
        assert workdays.late_from() == date(2026, 11, first)


def test_an_office_that_works_on_saturday_mornings_counts_them(office: Office) -> None:
    week = [*[Hours.WHOLE] * 5, Hours.MORNING, Hours.NONE]
    yearbook.set_week(office.admin, week)
    assert workdays.is_working_day(date(2026, 11, 21))
    assert workdays.add_working_days(date(2026, 11, 20), 1) == date(2026, 11, 23)
    with pytest.raises(Invalid, match=r"calendar\.same_week"):
        yearbook.set_week(office.admin, week)
    with pytest.raises(Invalid, match=r"calendar\.no_week"):
        yearbook.set_week(office.admin, [Hours.NONE] * 7)


def test_a_week_that_is_worked_less_moves_deadlines_and_leaves_outcomes(office: Office) -> None:
    done, open_ = give(office, due=date(2026, 11, 20)), give(office, due=date(2026, 11, 20), title="Còn mở")
    tasks.report_finished(office.head, done, "Xong")
    tasks.accept_result(office.leader, done)
    yearbook.set_week(office.admin, [*[Hours.WHOLE] * 4, Hours.NONE, Hours.NONE, Hours.NONE])
    assert look(office.leader, open_).due_date == date(2026, 11, 23)
    assert look(office.leader, open_).first_due_date == date(2026, 11, 23)
    kept = look(office.leader, done)
    assert (kept.due_date, kept.outcome, kept.late_days) == (date(2026, 11, 20), "early", 0)
    live = [r for r in reminders.planned_for(Ref("task", open_)) if r.cancelled_at is None]
    assert {r.due_date for r in live} == {date(2026, 11, 23)}


def test_a_year_is_loaded_as_a_whole_and_a_doubled_day_is_refused(office: Office) -> None:
    yearbook.set_day(office.admin, date(2027, 3, 1), DayKind.OFF, "Bỏ sau")
    text = "02/01/2027; làm bù; Theo Thông báo 9\n\n09/04/2027;nghỉ\n01/01/2027; nghỉ lễ\n31/12/2027; sáng"
    lines, faults = calendar_lines.read(text, 2027)
    assert faults == []
    assert yearbook.load_year(office.admin, 2027, lines, "Thông báo 9/TB-VPCP") == 3
    assert workdays.is_working_day(date(2027, 1, 2))
    assert not workdays.is_working_day(date(2027, 4, 9))
    assert workdays.is_working_day(date(2027, 3, 1))
    _, faults = calendar_lines.read(text + "\n9/4/2027; làm bù\n5/2026\nlễ 30/4", 2027)
    assert [(f.code, f.data["line"]) for f in faults] == [
        ("calendar.doubled", 6),
        ("calendar.line_day", 7),
        ("calendar.line_day", 8),
    ]
    doubled = [*lines, calendar_lines.Line(9, date(2027, 4, 9), DayKind.WORKING, "")]
    with pytest.raises(Invalid, match=r"calendar\.doubled"):
        yearbook.load_year(office.admin, 2027, doubled)
    assert not workdays.is_working_day(date(2027, 4, 9))


def test_in_december_a_calendar_that_is_missing_is_told_once(office: Office) -> None:
    clock.freeze(clock.at_office(date(2026, 11, 30), 9))
    yearbook.watch_next_year()
    assert reminders.planned_for(Ref("calendar_year", 2027)) == []
    for day, hour in ((1, 7), (1, 8), (1, 9), (2, 8)):
        clock.freeze(clock.at_office(date(2026, 12, day), hour))
        yearbook.watch_next_year()
        reminding.send_due()
    assert [line.kind for line in services.page(office.admin)[0]] == ["calendar.year_missing"]
    assert yearbook.missing_year() == 2027
    yearbook.load_year(office.admin, 2027, [])
    assert yearbook.missing_year() is None
    assert db.session().get(yearbook.CalendarYear, 2027) is not None


def test_the_page_refuses_a_doubled_day_and_keeps_what_was_pasted(office: Office, client_of: Clients) -> None:
    client = client_of(office.admin)
    pasted = "09/04/2027; nghỉ\n10/04/2027; làm bù\n9/4/2027; nghỉ lễ"
    answer = client.post("/admin/calendar/load?year=2027", data={"lines": pasted, "basis": "Thông báo 9"})
    assert answer.status_code == 422
    assert "Ngày 09/04/2027 có hai dòng: dòng 1 và dòng 3" in answer.text
    assert "10/04/2027; làm bù" in answer.text
    clean = {"lines": pasted.rpartition("\n")[0], "basis": "Thông báo 9"}
    assert client.post("/admin/calendar/load?year=2027", data=clean).status_code == 302
    assert workdays.is_working_day(date(2027, 4, 10))


def test_the_administrator_sets_what_is_worked_of_each_weekday(office: Office, client_of: Clients) -> None:
    client, path = client_of(office.admin), "/admin/calendar/week"
    days = {f"day{n}": "whole" if n < 5 else "none" for n in range(7)}
    assert "vốn đã như vậy" in client.post(path, data=days).text
    assert client.post(path, data=days | {"day0": "always"}).status_code == 422
    assert client.post(path, data=days | {"day5": "morning"}).status_code == 302
    assert workdays.calendar().week[5] is Hours.MORNING
    assert client_of(office.officer).get(path).status_code == 403
