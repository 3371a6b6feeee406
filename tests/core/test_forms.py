"""What a clerk types into dates and times."""

from datetime import date

import pytest

from intranet.core import clock
from intranet.core.forms import read_date, read_local


@pytest.mark.parametrize(
    "typed", ["13/11/2026", "13/11", "1311", "13112026", "13-11-2026", "131126", "2026-11-13"]
)
def test_a_day_is_read_however_it_is_typed(typed: str) -> None:
    assert read_date(typed) == date(2026, 11, 13)


@pytest.mark.parametrize("typed", ["31/02/2026", "00/11", "13/13", "99999999"])
def test_a_day_that_does_not_exist_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="Không có ngày"):
        read_date(typed)


@pytest.mark.parametrize("typed", ["abc", "13", "1/2/3/4", "13 thang 11"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="Ngày viết như"):
        read_date(typed)


@pytest.mark.parametrize("typed", ["08:30", "8h30", "0830", "830", "8.30"])
def test_an_office_time_is_read_however_it_is_typed(typed: str) -> None:
    assert read_local(date(2026, 11, 13), typed) == clock.at_office(date(2026, 11, 13), 8, 30)


@pytest.mark.parametrize("typed", ["25:00", "8:75", "abc", ""])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="Giờ viết như"):
        read_local(date(2026, 11, 13), typed)
