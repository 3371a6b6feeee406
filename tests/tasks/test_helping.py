"""Parts that helpers owe, each by its own day: in the calendar, in the morning's letter, in what is late."""

from datetime import date

import pytest

from intranet.core import clock, db
from intranet.people.models import User
from intranet.schedule import personal
from intranet.tasks import lists, panels, services
from intranet.tasks.lists import Show, Tab
from intranet.tasks.services import Party
from tests.factories import Office
from tests.tasks.making import give

FIRST, LAST = date(2026, 11, 1), date(2026, 12, 31)


@pytest.fixture
def helped(office: Office) -> Office:
    """Construction helps with three tasks of finance: one part is owed, one given, one whole reported."""
    for title in ("Phối hợp", "Đã góp ý", "Đã báo cáo"):
        part = Party(unit_id=office.sxd.id, due_date=date(2026, 11, 18))
        task_id = give(office, title=title, co=[part], due=date(2026, 11, 25))
        if title == "Đã góp ý":
            services.finish_part(office.other_head, task_id, "Xong phần việc")
        if title == "Đã báo cáo":
            services.report_finished(office.head, task_id, "Xong")
    return office


def days(actor: User) -> list[tuple[str, date | None]]:
    """Deadlines in somebody's calendar."""
    db.read_anew()
    return [(one.title, one.day) for one in personal.items(actor, FIRST, LAST)]


def test_a_calendar_has_what_is_still_owed_on_the_day_it_is_owed(helped: Office) -> None:
    assert days(helped.other_head) == [("Phối hợp", date(2026, 11, 18))]
    assert days(helped.head) == [("Phối hợp", date(2026, 11, 25)), ("Đã góp ý", date(2026, 11, 25))]


@pytest.mark.parametrize(
    ("day", "hour", "heads", "helpers"),
    [(18, 16, [], []), (18, 17, [], ["co"]), (25, 16, [], ["co"]), (25, 17, ["mine"], ["co"])],
)
def test_what_is_late_in_the_calendar_is_what_the_list_it_opens_counts(
    helped: Office, day: int, hour: int, heads: list[str], helpers: list[str]
) -> None:
    clock.freeze(clock.at_office(date(2026, 11, day), hour))
    for who, expected in ((helped.head, heads), (helped.other_head, helpers)):
        found = {one.url: one.n for one in personal.late(who)}
        assert [url for url in found if url in {f"/tasks?tab={tab}&show=late" for tab in expected}] == list(
            found
        )
        assert len(found) == len(expected)
        for tab in (Tab.MINE, Tab.CO):
            shown = lists.page(who, tab, Show.LATE)
            n = sum(len(group.rows) for group in shown.groups)
            assert found.get(f"/tasks?tab={tab.value}&show=late", 0) == n == shown.late_count


def test_the_letter_of_the_morning_names_parts_by_their_own_day(helped: Office) -> None:
    told = {}
    for day in (16, 18, 19):
        clock.freeze(clock.at_office(date(2026, 11, day), 7, 30))
        told[day] = [(line.section, line.words) for line in panels.this_morning(helped.other_head)]
    assert [[section for section, _ in lines] for lines in told.values()] == [["week"], ["today"], ["late"]]
    assert "Phối hợp, NV-2026-" in told[16][0][1]
    assert told[16][0][1].endswith("phần phối hợp, 18/11")


def test_a_number_finds_the_task_of_that_number_before_titles_that_contain_it(office: Office) -> None:
    first = give(office, title="Khoản 2 của quý")
    second = give(office, title="Thống kê")
    give(office, title="Sửa 12 điểm")
    db.read_anew()
    for words in ("2", "000002", " 02 "):
        assert lists.find(office.leader, words)[0].id == second, words
    assert {task.id for task in lists.find(office.leader, "2")} >= {first, second}
    shown = lists.page(office.leader, Tab.GIVEN, words="000002")
    assert [row.task.id for group in shown.groups for row in group.rows] == [second]
    assert lists.find(office.leader, "9" * 40) == lists.find(office.leader, "000") == []
