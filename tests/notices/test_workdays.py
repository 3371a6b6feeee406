"""Working days: the published calendar, what an administrator changed, and the arithmetic of deadlines."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intranet.core import clock, db
from intranet.notices import workdays, yearbook
from intranet.notices.models import DayKind
from intranet.notices.workdays import Calendar
from tests.counting import count_queries
from tests.factories import Office

PLAIN = Calendar({})
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
COUNTS = st.integers(0, 40)
EDITS = st.dictionaries(
    st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.sampled_from(list(DayKind)), max_size=20
)

#: Halves that make up a day need not be the same on the way back.
WHOLE_EDITS = st.dictionaries(
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.sampled_from([DayKind.HOLIDAY, DayKind.OFF, DayKind.WORKING]),
    max_size=20,
)


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        (date(2026, 8, 28), 5, date(2026, 9, 9)),
        (date(2026, 2, 13), 3, date(2026, 2, 25)),
        (date(2026, 11, 23), 1, date(2026, 11, 25)),
        (date(2026, 8, 21), 1, date(2026, 8, 22)),
        (date(2025, 4, 25), 2, date(2025, 4, 28)),
    ],
)
def test_known_deadlines_come_out(start: date, n: int, expected: date) -> None:
    assert PLAIN.add_working_days(start, n) == expected


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2026, 8, 22), True),
        (date(2026, 8, 29), False),
        (date(2026, 8, 31), False),
        (date(2026, 9, 1), False),
        (date(2026, 11, 24), False),
        (date(2024, 5, 4), True),
        (date(2027, 5, 3), False),
        (date(2027, 12, 31), True),
        (date(2028, 1, 3), False),
    ],
)
def test_holidays_and_swaps_of_several_years(day: date, is_working: bool) -> None:
    assert PLAIN.is_working_day(day) is is_working


@given(DAYS, COUNTS, EDITS)
def test_the_nth_working_day_is_a_working_day_n_days_on(
    day: date, n: int, edits: dict[date, DayKind]
) -> None:
    on = Calendar(edits)
    found = on.add_working_days(day, n)
    assert on.working_days_between(day, found) == n
    assert n == 0 or (found > day and on.is_working_day(found))


@given(DAYS, COUNTS, WHOLE_EDITS)
def test_going_forth_and_back_ends_where_it_began(day: date, n: int, edits: dict[date, DayKind]) -> None:
    on = Calendar(edits)
    start = on.next_working_day(day)
    assert on.add_working_days(on.add_working_days(start, n), -n) == start


@given(DAYS, st.integers(0, 30), COUNTS, EDITS)
def test_who_starts_later_is_not_due_earlier(
    day: date, later: int, n: int, edits: dict[date, DayKind]
) -> None:
    on = Calendar(edits)
    assert on.add_working_days(day, n) <= on.add_working_days(day + timedelta(days=later), n)


@given(DAYS, COUNTS)
def test_more_days_end_later(day: date, n: int) -> None:
    assert PLAIN.add_working_days(day, n) < PLAIN.add_working_days(day, n + 1)


@given(DAYS, DAYS, DAYS)
def test_working_days_add_up(first: date, second: date, third: date) -> None:
    whole = PLAIN.working_days_between(first, third)
    assert whole == PLAIN.working_days_between(first, second) + PLAIN.working_days_between(second, third)


def test_a_deadline_ends_at_five_in_the_afternoon_of_the_office(office: Office) -> None:
    assert workdays.due_moment(date(2026, 11, 20)) == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_what_is_due_today_is_late_from_five_on(office: Office) -> None:
    friday = date(2026, 11, 13)
    clock.freeze(clock.at_office(friday, 16, 59))
    assert workdays.late_from() == friday
    clock.freeze(clock.at_office(friday, 17))
    assert workdays.late_from() == friday + timedelta(days=1)


def test_a_calendar_without_working_days_is_called_wrong() -> None:
    edits = {date(2026, 1, 1) + timedelta(days=n): DayKind.OFF for n in range(365)}
    with pytest.raises(ValueError, match="no working day"):
        Calendar(edits).next_working_day(date(2026, 3, 1))


def test_a_day_that_is_edited_counts_at_once_and_afterwards(office: Office) -> None:
    day = date(2026, 11, 25)
    assert workdays.is_working_day(day)
    with db.unit_of_work():
        assert workdays.is_working_day(day)
        yearbook.set_day(office.officer, day, DayKind.HOLIDAY)
        assert not workdays.is_working_day(day)
    assert not workdays.is_working_day(day)


def test_the_calendar_is_read_once_however_often_it_is_asked(office: Office) -> None:
    with count_queries() as statements:
        for n in range(5):
            workdays.is_working_day(date(2026, 11, 23 + n))
    assert len(statements) == 1
