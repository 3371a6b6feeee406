"""How a week is laid out in cells."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from intranet.schedule.grid import Day, Shown, laid_out
from tests.schedule.making import MONDAY, at


def shown(key: str, since: str, until: str, *people: int, **more: Any) -> Shown:
    """Something of the Monday."""
    return Shown(key, key, at(since), at(until), people, **more)


def spans(items: list[Shown], columns: int = 3) -> tuple[list[Any], list[Any]]:
    """Morning and afternoon as (keys, columns, halves)."""
    (day,) = laid_out([MONDAY], range(columns), items)
    return tuple(
        [("".join(one.key for one in cell.items), cell.columns, cell.halves) for cell in half]
        for half in (day.morning, day.afternoon)
    )  # type: ignore[return-value]  # two of them


def test_what_neighbours_share_spans_their_columns() -> None:
    morning, afternoon = spans([shown("a", "08:00", "10:00", 0, 1), shown("b", "14:00", "15:00", 0, 2)])
    assert morning == [("a", 2, 1), ("", 1, 1)]
    assert afternoon == [("b", 1, 1), ("", 1, 1), ("b", 1, 1)]


def test_what_one_of_them_has_besides_parts_their_cells() -> None:
    morning, _ = spans([shown("a", "08:00", "10:00", 0, 1), shown("b", "10:00", "11:00", 1)])
    assert morning == [("a", 1, 1), ("ab", 1, 1), ("", 1, 1)]


def test_what_lasts_the_whole_day_spans_both_halves() -> None:
    morning, afternoon = spans([shown("a", "07:30", "17:00", 1, is_away=True)])
    assert morning == [("", 1, 1), ("a", 1, 2), ("", 1, 1)]
    assert afternoon == [("", 1, 1), ("", 1, 1)]


def test_a_meeting_over_noon_stands_in_the_afternoon_only_when_it_lasts_beyond_lunch() -> None:
    assert spans([shown("a", "11:00", "12:30", 0)])[1][0] == ("", 1, 1)
    assert spans([shown("a", "11:00", "14:00", 0)])[0][0] == ("a", 1, 2)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(1, 12), st.sets(st.integers(0, 3), min_size=1)), max_size=6
    )
)
def test_every_row_of_the_table_has_a_field_for_every_leader(given_: Any) -> None:
    items = [
        Shown(
            str(n),
            "",
            at("00:00") + timedelta(hours=start),
            at("00:00") + timedelta(hours=start + length),
            tuple(who),
        )
        for n, (start, length, who) in enumerate(given_)
    ]
    days: list[Day] = laid_out([MONDAY, MONDAY + timedelta(days=1)], range(4), items)
    for day in days:
        whole = sum(cell.columns for cell in day.morning if cell.halves == 2)
        assert sum(cell.columns for cell in day.morning) == 4
        assert sum(cell.columns for cell in day.afternoon) + whole == 4
