"""Lists and figures: groups by deadline, pages by key, the same count wherever it is shown."""

from datetime import date, timedelta

import pytest

from intranet.core import clock, db
from intranet.tasks import deadlines, deciding, figures, lists, panels, services
from intranet.tasks.lists import Show, Tab
from intranet.tasks.models import TaskState
from intranet.tasks.services import Party
from tests.counting import count_queries
from tests.factories import Office
from tests.tasks.making import give, look

TODAY = date(2026, 11, 13)


def codes(page: lists.Page) -> dict[str, list[str]]:
    """Titles by group."""
    return {group.code: [row.task.title for row in group.rows] for group in page.groups}


def days_from_now(office: Office, *days: int) -> None:
    """A task for finance due so many days from today, each named after them."""
    for n in days:
        give(office, title=f"{n:+d}", due=TODAY + timedelta(days=n), is_past_confirmed=True)


def test_my_work_is_grouped_by_deadline_nearest_first(office: Office) -> None:
    days_from_now(office, 12, 3, -2, 0, 7, -8, 10)
    give(office, title="không hạn", due=None)
    page = lists.page(office.head, Tab.MINE)
    assert codes(page) == {
        "late": ["-8", "-2"],
        "today": ["+0"],
        "week": ["+3", "+7"],
        "later": ["+10", "+12"],
        "no_due": ["không hạn"],
    }
    assert (page.open_count, page.late_count) == (8, 2)


def test_at_five_what_was_due_today_is_late(office: Office) -> None:
    days_from_now(office, 0)
    clock.freeze(clock.at_office(TODAY, 17))
    page = lists.page(office.head, Tab.MINE)
    assert list(codes(page)) == ["late"]
    assert page.groups[0].rows[0].due == "Quá hạn 1 ngày"
    assert lists.late_of(office.head) == 1


def test_what_waits_for_acceptance_is_never_late(office: Office) -> None:
    days_from_now(office, 3)
    task_id = lists.page(office.head, Tab.MINE).groups[0].rows[0].task.id
    services.report_finished(office.head, task_id, "Xong")
    clock.freeze(clock.at_office(date(2026, 11, 25), 9))
    page = lists.page(office.head, Tab.MINE)
    assert list(codes(page)) == ["answer"]
    assert page.late_count == 0


def test_what_waits_for_me_stands_first_among_what_i_gave(office: Office) -> None:
    days_from_now(office, -2, 3, 10)
    page = lists.page(office.head, Tab.MINE)
    by_title = {row.task.title: row.task.id for group in page.groups for row in group.rows}
    services.report_finished(office.head, by_title["+10"], "Xong")
    services.refuse(office.head, by_title["+3"], "Không đúng chức năng")
    given = lists.page(office.leader, Tab.GIVEN)
    assert codes(given) == {"waiting": ["+10"], "returned": ["+3"], "late": ["-2"]}


def test_what_was_handed_over_leaves_the_heads_list_and_stays_on_the_units(office: Office) -> None:
    task_id = give(office)
    services.hand_over(office.head, task_id, office.officer.id)
    assert lists.page(office.head, Tab.MINE).open_count == 0
    assert lists.page(office.officer, Tab.MINE).open_count == 1
    assert lists.page(office.head, Tab.UNIT).open_count == 1
    row = lists.page(office.head, Tab.UNIT).groups[0].rows[0]
    assert row.lead == "Sở Tài chính, Phan Thu Trang"


def test_helpers_and_those_to_know_have_a_tab_of_their_own(office: Office) -> None:
    give(office, co=[Party(unit_id=office.sxd.id)], info=[Party(user_id=office.officer.id)])
    assert lists.page(office.other_head, Tab.CO).open_count == 1
    assert lists.page(office.officer, Tab.CO).open_count == 1
    assert lists.page(office.other_head, Tab.MINE).open_count == 0
    tabs = lists.tab_counts(office.other_head, [Tab.MINE, Tab.CO, Tab.GIVEN, Tab.UNIT])
    assert tabs == {Tab.MINE: 0, Tab.CO: 1, Tab.GIVEN: 0, Tab.UNIT: 0}


@pytest.mark.parametrize("tab", [Tab.MINE, Tab.GIVEN, Tab.UNIT])
def test_pages_by_key_show_each_task_once_in_order(office: Office, tab: Tab) -> None:
    days_from_now(office, *(n % 9 - 3 for n in range(23)))
    give(office, due=None)
    actor = office.head if tab is Tab.MINE else office.leader
    whole = [row.task.id for group in lists.page(actor, tab).groups for row in group.rows]
    paged: list[int] = []
    key: str | None = None
    while True:
        page = lists.page(actor, tab, after=key, limit=5)
        paged += [row.task.id for group in page.groups for row in group.rows]
        key = page.after
        if key is None:
            break
    assert paged == whole
    assert len(paged) == 24


def test_ended_tasks_are_listed_newest_first_and_paged(office: Office) -> None:
    ids = [give(office, title=str(n)) for n in range(7)]
    for key in ids:
        services.cancel(office.leader, key, "Thôi")
    first = lists.page(office.leader, Tab.UNIT, Show.ENDED, limit=4)
    second = lists.page(office.leader, Tab.UNIT, Show.ENDED, after=first.after, limit=4)
    found = [row.task.id for page in (first, second) for group in page.groups for row in group.rows]
    assert found == ids[::-1]
    assert second.after is None


@pytest.mark.parametrize(
    "key", ["x", "1.2.3", "9.2026-13-01.4", "-1", "..", "1.2026-01-01.x", "0.2026-01-01." + "9" * 30]
)
def test_a_broken_key_begins_anew(office: Office, key: str) -> None:
    give(office)
    assert lists.page(office.leader, Tab.GIVEN, after=key).open_count == 1
    assert len(lists.page(office.leader, Tab.GIVEN, after=key).groups) == 1


def test_filters_show_the_late_the_near_and_the_named(office: Office) -> None:
    days_from_now(office, -2, 3, 18)
    assert codes(lists.page(office.leader, Tab.UNIT, Show.LATE)) == {"late": ["-2"]}
    assert codes(lists.page(office.leader, Tab.UNIT, Show.NEAR)) == {"week": ["+3"]}
    give(office, title="Đề cương tổng kết")
    for words in ("de cuong", "TỔNG kết", "nv-2026-000004"):
        assert codes(lists.page(office.leader, Tab.UNIT, words=words)) == {"week": ["Đề cương tổng kết"]}
    assert lists.page(office.leader, Tab.UNIT, words="%").groups[0].rows
    assert lists.page(office.leader, Tab.UNIT, words="khong co").groups == []


def test_near_is_two_working_days_or_a_fifth_of_a_long_span(office: Office) -> None:
    short = look(office.leader, give(office, due=date(2026, 11, 20)))
    assert short.near_date == date(2026, 11, 18)
    long = look(office.leader, give(office, due=date(2027, 2, 21)))
    assert long.near_date == date(2027, 2, 2)
    clock.freeze(clock.at_office(date(2026, 11, 18), 9))
    assert deadlines.standing(short) is deadlines.Standing.NEAR
    assert deadlines.standing(long) is deadlines.Standing.IN_TIME


def test_words_of_a_deadline_say_how_it_stands(office: Office) -> None:
    days_from_now(office, -2, 0, 3, 27)
    give(office, title="xa", due=date(2027, 3, 1))
    page = lists.page(office.head, Tab.MINE)
    words = {row.task.title: (row.due, row.tone) for group in page.groups for row in group.rows}
    assert words == {
        "-2": ("Quá hạn 2 ngày", "bad"),
        "+0": ("Hôm nay 17:00", "warn"),
        "+3": ("Thứ Hai 16/11", "warn"),
        "+27": ("10/12", ""),
        "xa": ("01/03/2027", ""),
    }


@pytest.mark.parametrize("tab", list(Tab))
def test_a_long_list_asks_no_more_than_a_short_one(office: Office, tab: Tab) -> None:
    actor = {Tab.MINE: office.head, Tab.CO: office.other_head}.get(tab, office.leader)
    helpers = [Party(unit_id=office.sxd.id)]
    give(office, co=helpers)
    with count_queries() as few:
        lists.page(actor, tab)
    for n in range(15):
        give(office, title=str(n), co=helpers)
    with count_queries() as many:
        page = lists.page(actor, tab)
    assert page.open_count == 16
    assert len(many) <= len(few) + 2


def test_figures_lists_and_units_count_alike(office: Office) -> None:
    days_from_now(office, -2, -1, 0, 3, 20)
    give(office, lead=Party(unit_id=office.sxd.id), due=date(2026, 11, 10), is_past_confirmed=True)
    done = give(office, title="xong")
    services.report_finished(office.head, done, "Xong")
    counted = figures.of_agency(office.leader)
    assert counted.open == lists.page(office.leader, Tab.UNIT).open_count == 7
    assert counted.late == lists.page(office.leader, Tab.UNIT).late_count == 3
    assert counted.waiting_accept == 1
    assert counted.due_this_week == 4
    units = figures.by_unit(office.leader, [office.stc, office.sxd, office.vp])
    assert (units[office.stc.id].open, units[office.stc.id].late) == (6, 2)
    assert (units[office.sxd.id].open, units[office.sxd.id].late) == (1, 1)
    assert units[office.vp.id] == figures.Figures()
    give(office, lead=Party(user_id=office.officer.id))
    give(office, lead=Party(unit_id=office.admin_room.id))
    units = figures.by_unit(office.leader, [office.stc, office.sxd, office.vp])
    for unit in (office.stc, office.sxd, office.vp):
        page = lists.page(office.leader, Tab.UNIT, unit_id=unit.id)
        assert (page.open_count, page.late_count) == (units[unit.id].open, units[unit.id].late)
    assert (units[office.stc.id].open, units[office.vp.id].open) == (7, 1)
    assert lists.page(office.leader, Tab.UNIT, unit_id=office.sxd.id).open_count == 1
    assert figures.of_agency(office.head).open == 7


def test_punctuality_counts_what_was_accepted_in_the_span(office: Office) -> None:
    for day in (date(2026, 11, 16), date(2026, 11, 20)):
        task_id = give(office, due=day)
        clock.freeze(clock.at_office(date(2026, 11, 18), 9))
        services.report_finished(office.head, task_id, "Xong")
        services.accept_result(office.leader, task_id)
        clock.freeze(clock.at_office(date(2026, 11, 13), 9))
    whole = lists.whose_tasks(office.leader, lists.standing_of(office.leader), Tab.UNIT)
    clock.freeze(clock.at_office(date(2026, 12, 1), 9))
    counted = figures.punctuality(whole, date(2026, 11, 1), date(2026, 11, 30))
    assert (counted.done, counted.in_time, counted.percent) == (2, 1, 50.0)
    assert figures.punctuality(whole, date(2026, 12, 1), date(2026, 12, 31)).percent is None


def test_the_desk_shows_what_waits_and_leads_to_lists_of_the_same_count(office: Office) -> None:
    days_from_now(office, -2, 3)
    done = give(office, title="xong")
    services.report_finished(office.head, done, "Xong")
    with db.session().no_autoflush:
        assert deciding.waiting_for_me(office.leader, 6)[0].title == "xong"
    assert [task.title for task in lists.to_do(office.head, is_late=True, limit=6)] == ["-2"]
    assert [task.title for task in lists.to_do(office.head, is_late=False, limit=6)] == ["+3"]
    assert look(office.leader, done).state is TaskState.WAITING_ACCEPT
    assert panels.found(office.leader, "xong") is not None
