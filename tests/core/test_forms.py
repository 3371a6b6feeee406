"""What a clerk types into dates and times."""

from datetime import date

import pytest
from flask import Flask

from intranet.core import clock
from intranet.core.errors import DomainError, Forbidden, Invalid, NoRoom, Unavailable
from intranet.core.forms import Limit, LineField, OfficeForm, Required, read_date, read_local
from intranet.core.web import sentence


@pytest.mark.parametrize(
    "typed", ["13/11/2026", "13/11", "1311", "13112026", "13-11-2026", "131126", "2026-11-13"]
)
def test_a_day_is_read_however_it_is_typed(typed: str) -> None:
    assert read_date(typed) == date(2026, 11, 13)


@pytest.mark.parametrize("typed", ["31/02/2026", "00/11", "13/13", "99999999"])
def test_a_day_that_does_not_exist_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="Không có ngày"):
        read_date(typed)


@pytest.mark.parametrize("typed", ["abc", "13", "1/2/3/4", "13 thang 11", "1²/11", "13/11/202²"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="Ngày viết như"):
        read_date(typed)


@pytest.mark.parametrize("typed", ["08:30", "8h30", "0830", "830", "8.30"])
def test_an_office_time_is_read_however_it_is_typed(typed: str) -> None:
    assert read_local(date(2026, 11, 13), typed) == clock.at_office(date(2026, 11, 13), 8, 30)


@pytest.mark.parametrize("typed", ["25:00", "8:75", "abc", "", "²:30", "8h³"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="Giờ viết như"):
        read_local(date(2026, 11, 13), typed)


def post(app: Flask, problem: DomainError) -> OfficeForm:
    """A form whose service refused."""
    with app.test_request_context("/", method="POST", data={"title": "Tờ trình"}):
        form = Paper(meta={"csrf": False})
        assert form.accepts()
        with form.refusals():
            raise problem
        return form


class Paper(OfficeForm):
    """A form of one field."""

    title = LineField("Trích yếu", [Required(), Limit(100)])


def test_a_refusal_stands_beside_the_field_it_names_and_the_value_is_kept(app: Flask) -> None:
    form = post(app, Invalid("field.required", field="title", name="trích yếu"))
    assert form.title.errors == ["Hãy nhập “trích yếu”."]
    assert form.title.data == "Tờ trình"
    assert (form.refused, form.status) == ([], 422)


@pytest.mark.parametrize(
    ("problem", "status"), [(Unavailable("database.busy"), 503), (NoRoom("database.full"), 507)]
)
def test_what_could_not_be_written_now_stays_in_the_form(
    app: Flask, problem: DomainError, status: int
) -> None:
    form = post(app, problem)
    assert form.title.data == "Tờ trình"
    assert form.refused == [sentence(problem)]
    assert form.status == status


def test_what_one_may_not_do_is_no_matter_of_the_form(app: Flask) -> None:
    with pytest.raises(Forbidden):
        post(app, Forbidden("auth.no_permit"))
