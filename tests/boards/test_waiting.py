"""Waiting in office hours, what is usual, the map that is drawn from both, and spans of reports."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import ceil

import pytest

from intranet.boards import flow, periods, reports
from intranet.boards.flow import Band
from intranet.boards.reports import Tally
from intranet.boards.waiting import DAY_MINUTES, OfficeMinutes, in_days, percentile
from intranet.core import clock
from intranet.notices.models import DayKind, Hours
from intranet.notices.workdays import OFFICE_HOURS, Calendar
from tests.factories import Office


def brute(on: Calendar, since: datetime, until: datetime) -> int:
    """Minutes of office hours counted one by one."""
    n, moment = 0, clock.local(since)
    while moment < clock.local(until):
        worked = {Hours.NONE: (), Hours.MORNING: (0,), Hours.AFTERNOON: (1,), Hours.WHOLE: (0, 1)}
        halves = [OFFICE_HOURS[half] for half in worked[on.hours(moment.date())]]
        n += any(begin <= moment.time() < end for begin, end in halves)
        moment += timedelta(minutes=1)
    return n


def test_minutes_of_office_hours_are_those_that_one_counts_by_hand() -> None:
    edits = {date(2026, 11, 14): DayKind.WORKING, date(2026, 11, 17): DayKind.OFF}
    on = Calendar(edits | {date(2026, 11, 13): DayKind.AFTERNOON, date(2026, 11, 16): DayKind.MORNING})
    chance, office = random.Random(7), OfficeMinutes(on)
    start = datetime(2026, 11, 11, 17, 0, tzinfo=UTC)
    for _ in range(12):
        since = start + timedelta(minutes=chance.randrange(7000))
        until = since + timedelta(minutes=chance.randrange(5000))
        assert office.between(since, until) == brute(on, since, until), (since, until)
    assert office.between(start, start - timedelta(days=1)) == 0


def test_a_whole_working_day_is_seven_and_a_half_hours() -> None:
    office = OfficeMinutes(Calendar({}))
    friday, monday = clock.at_office(date(2026, 11, 13), 8), clock.at_office(date(2026, 11, 16), 8)
    assert office.between(friday, monday) == DAY_MINUTES == 450
    # Of a day with only a morning four hours count, of its afternoon none.
    half = OfficeMinutes(Calendar({date(2026, 11, 13): DayKind.MORNING}))
    assert half.between(friday, monday) == 240
    late_morning, evening = (clock.at_office(date(2026, 11, 13), hour) for hour in (11, 17))
    assert half.between(late_morning, evening) == 30
    assert (in_days(135), in_days(450), in_days(5400)) == ("0,3", "1,0", "12")


def test_the_nearest_rank_is_what_a_sorted_list_says() -> None:
    chance = random.Random(3)
    for size in (1, 2, 3, 10, 11, 99):
        values = [chance.randrange(30) for _ in range(size)]
        counts = {value: values.count(value) for value in values}
        for hundredth in (50, 90):
            assert percentile(counts, hundredth) == sorted(values)[max(0, ceil(size * hundredth / 100) - 1)]
    assert percentile({}, 50) is None


def test_bubbles_of_a_column_never_cover_each_other() -> None:
    waits = [(Band.SHORT, 14, 300), (Band.USUAL, 16, 310), (Band.LONG, 8, 320), (Band.LATE, 3, 5400)]
    bubbles = [flow.Bubble(band, n, m, 176 - m / 40, 12 + n / 2) for band, n, m in waits]
    placed = sorted(flow._apart(bubbles), key=lambda one: one.y)
    for above, below in pairwise(placed):
        assert below.y - above.y >= (above.r + below.r) * 0.9
    assert placed[0].y - placed[0].r >= 0


def test_the_published_figures_add_up() -> None:
    """Domain.md §5.3: 21 914 tasks, 16 051 done, 5 863 open, about 1,4 % overdue of what fell due."""
    tally = Tally(on_time=14_068, late=1_983, within=5_640, overdue=223)
    assert (tally.total, tally.done, tally.open) == (21_914, 16_051, 5_863)
    assert reports.written_share(tally.overdue_share) == "1,4%"
    assert reports.tallied("1", "Bộ", tally).shown[0] == "21.914"
    assert Tally().overdue_share is None


@pytest.mark.parametrize(
    ("code", "cutoff", "first", "last"),
    [
        ("2026-m11", 31, date(2026, 11, 1), date(2026, 11, 30)),
        ("2026-m11", 15, date(2026, 10, 16), date(2026, 11, 15)),
        ("2026-m1", 25, date(2025, 12, 26), date(2026, 1, 25)),
        ("2024-m2", 31, date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-q4", 15, date(2026, 9, 16), date(2026, 12, 15)),
        ("2026", 15, date(2025, 12, 16), date(2026, 12, 15)),
        ("2026-m13", 31, date(2026, 11, 1), date(2026, 11, 30)),
        ("năm nay", 31, date(2026, 11, 1), date(2026, 11, 30)),
    ],
)
def test_a_span_ends_with_the_cut_off_day(code: str, cutoff: int, first: date, last: date) -> None:
    period = periods.period(code, cutoff)
    assert (period.first, period.last) == (first, last)


def test_spans_follow_each_other_without_a_gap() -> None:
    for span in periods.Span:
        several = periods.last_ones(span, 20, 6)
        assert [later.first - timedelta(days=1) for later in several[:-1]] == [
            one.last for one in several[1:]
        ]
        assert all(periods.period(one.code, 20) == one for one in several)


def test_an_impossible_cut_off_day_is_refused_and_the_old_one_stays(office: Office) -> None:
    reports.set_cutoff(office.office_head, 15)
    with pytest.raises(reports.Invalid, match=r"report\.cutoff"):
        reports.set_cutoff(office.office_head, 30)
    with pytest.raises(reports.Forbidden):
        reports.set_cutoff(office.leader, 20)
    assert reports.cutoff_of(office.org.id) == 15
