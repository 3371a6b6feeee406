"""The board, the month and the list of people: the tasks of the lists, counted alike, at a fixed cost."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from intranet.core import clock
from intranet.people.models import User
from intranet.tasks import by_person, lists, month, services, state_board
from intranet.tasks.by_person import Order
from intranet.tasks.lists import Narrow, Show, Tab
from intranet.tasks.services import Party
from tests.counting import count_queries
from tests.factories import Office, make_user
from tests.tasks.making import DUE, give

Clients = Callable[[User], FlaskClient]
NOVEMBER = date(2026, 11, 1)


def one_of_each(office: Office) -> dict[str, int]:
    """A task of finance in each column; their ids by column."""
    ids = {code: give(office, title=f"Việc {code}") for code in state_board.COLUMNS}
    services.accept_work(office.head, ids["doing"])
    services.report_progress(office.head, ids["stuck"], 10, obstacle="Sở Xây dựng")
    for code in ("waiting", "done"):
        services.report_finished(office.head, ids[code], "Xong")
    services.accept_result(office.leader, ids["done"])
    return ids


def test_each_column_holds_its_states_with_one_act_for_whoever_looks(office: Office) -> None:
    ids = one_of_each(office)
    acts = {}
    for who, tab in ((office.head, Tab.MINE), (office.leader, Tab.UNIT)):
        columns = state_board.board(who, tab)
        assert {column.code: [card.row.task.id for card in column.cards] for column in columns} == {
            code: [key] for code, key in ids.items()
        }
        acts[who.id] = [card.act.code if card.act else None for column in columns for card in column.cards]
    assert acts[office.head.id] == ["start", "finish", "report", "take-back", None]
    assert acts[office.leader.id] == ["urge", "urge", "reassign", "accept", None]
    clock.freeze(clock.at_office(date(2026, 12, 30), 9))
    assert state_board.board(office.leader, Tab.UNIT)[-1].count == 0


def test_a_column_goes_on_by_key_and_counts_what_the_list_counts(office: Office) -> None:
    for n in range(7):
        give(office, title=str(n), due=date(2026, 11, 16 + n % 3))
    give(office, due=None)
    whole = [card.row.task.id for card in state_board.board(office.head, Tab.MINE)[0].cards]
    paged: list[int] = []
    key: str | None = None
    while True:
        (column,) = state_board.board(office.head, Tab.MINE, only="new", after=key, limit=3)
        paged += [card.row.task.id for card in column.cards]
        key = column.after
        if key is None:
            break
    assert paged == whole
    assert len(paged) == column.count == 8
    listed = lists.page(office.head, Tab.MINE, narrow=Narrow(states=state_board.COLUMNS["new"]))
    assert listed.open_count == 8
    for broken in ("x", "2026-13-01.4", "2026-11-16.x", "." * 40):
        assert state_board.board(office.head, Tab.MINE, only="new", after=broken)[0].cards


def test_the_month_names_a_few_of_each_day_and_leads_to_a_list_of_the_same_count(office: Office) -> None:
    for n in range(5):
        give(office, title=f"Việc {n}")
    give(office, due=date(2026, 11, 10), is_past_confirmed=True)
    done = give(office)
    services.cancel(office.leader, done, "Thôi")
    days = {one.day: one for week in month.weeks(office.leader, Tab.UNIT, NOVEMBER) for one in week}
    assert len(days) == 42
    assert (days[DUE].count, len(days[DUE].named), days[DUE].more) == (5, 3, 2)
    assert (days[date(2026, 11, 10)].late, days[date(2026, 11, 10)].named[0].is_late) == (1, True)
    # A Saturday, and the holiday of the office.
    assert days[date(2026, 11, 14)].is_off
    assert days[date(2026, 11, 24)].is_off
    assert not days[DUE].is_off
    assert lists.page(office.leader, Tab.UNIT, narrow=Narrow(due=DUE)).open_count == 5


def test_the_month_of_a_helper_has_the_own_part_on_its_own_day(office: Office, client_of: Clients) -> None:
    own, late = Party(unit_id=office.sxd.id, due_date=DUE), date(2026, 11, 12)
    give(office, title="Phần riêng", co=[own], due=date(2026, 11, 26))
    give(office, title="Cùng hạn", co=[Party(unit_id=office.sxd.id)], due=date(2026, 11, 26))
    early = Party(unit_id=office.sxd.id, due_date=late)
    give(office, title="Đã trễ", co=[early], due=date(2026, 11, 26), is_past_confirmed=True)
    shown = {one.day: one for week in month.weeks(office.other_head, Tab.CO, NOVEMBER) for one in week}
    named = {day: [(t.title, t.is_late) for t in one.named] for day, one in shown.items() if one.count}
    assert named == {
        late: [("Đã trễ", True)],
        DUE: [("Phần riêng", False)],
        date(2026, 11, 26): [("Cùng hạn", False)],
    }
    for day, one in shown.items():
        assert lists.page(office.other_head, Tab.CO, narrow=Narrow(due=day)).open_count == one.count
    assert "Phần riêng" in client_of(office.other_head).get("/tasks/calendar?tab=co").text


@pytest.mark.parametrize("text", [None, "", "x", "2026-13", "99999-1", "2026", "1-1", "2026-00"])
def test_a_month_that_is_none_is_this_one(office: Office, text: str | None) -> None:
    assert office.org.id
    assert month.month_of(text) == NOVEMBER
    assert month.beside(NOVEMBER) == (date(2026, 10, 1), date(2026, 12, 1))


def test_each_persons_numbers_are_those_of_the_list_they_lead_to(office: Office) -> None:
    late = date(2026, 11, 10)
    give(office, lead=Party(user_id=office.officer.id), due=late, is_past_confirmed=True)
    give(office, lead=Party(user_id=office.officer.id), due=date(2026, 11, 16))
    done = give(office, lead=Party(user_id=office.officer.id))
    services.report_finished(office.officer, done, "Xong")
    shown, after = by_person.people(office.leader)
    assert after is None
    mine = next(one.load for one in shown if one.user.id == office.officer.id)
    assert (mine.open, mine.late, mine.near, mine.waiting) == (3, 1, 1, 1)
    listed = lists.page(office.leader, Tab.UNIT, narrow=Narrow(person_id=office.officer.id))
    assert (listed.open_count, listed.late_count) == (3, 1)
    near = lists.page(office.leader, Tab.UNIT, Show.NEAR, narrow=Narrow(person_id=office.officer.id))
    assert sum(len(group.rows) for group in near.groups) == 1
    # Who is most behind comes first, by name on demand.
    assert [one.user.id for one in by_person.people(office.head)[0]] == [office.officer.id, office.head.id]
    by_name = by_person.people(office.head, order=Order.NAME)[0]
    assert [one.user.id for one in by_name] == [office.head.id, office.officer.id]
    assert [one.user.id for one in by_person.people(office.leader, unit_id=office.sxd.id)[0]] == [
        office.other_head.id
    ]


@pytest.mark.parametrize("order", Order)
def test_people_are_paged_in_each_order_each_once(office: Office, order: Order) -> None:
    for n in range(4):
        make_user(f"an{n}", "Nguyễn An", office.stc, "Chuyên viên")
    give(office, lead=Party(user_id=office.officer.id), due=date(2026, 11, 10), is_past_confirmed=True)
    whole = [one.user.id for one in by_person.people(office.leader, order=order)[0]]
    paged: list[int] = []
    after: int | None = None
    while True:
        shown, after = by_person.people(office.leader, order=order, after=after, limit=3)
        paged += [one.user.id for one in shown]
        if after is None:
            break
    assert paged == whole
    assert len(set(paged)) == len(paged)


@pytest.mark.parametrize(
    "path", ["/tasks/board?tab=unit", "/tasks/calendar?tab=unit&month=2026-11", "/tasks/people"]
)
def test_pages_of_many_tasks_cost_no_more_queries_than_of_few(
    office: Office, client_of: Clients, path: str
) -> None:
    client = client_of(office.leader)
    one_of_each(office)
    give(office, lead=Party(user_id=office.officer.id))
    client.get(path)
    with count_queries() as few:
        client.get(path)
    for n in range(6):
        worker = make_user(f"w{n}", f"Phan Văn {n}", office.stc, "Chuyên viên")
        give(office, lead=Party(user_id=worker.id), title=f"Thêm {n}")
    with count_queries() as many:
        page = client.get(path).text
    assert "Thêm 5" in page or "Phan Văn 5" in page or "11 việc" in page
    assert len(many) <= len(few) + 2


def test_the_ways_to_see_tasks_lead_to_each_other(office: Office, client_of: Clients) -> None:
    ids = one_of_each(office)
    leader, officer = client_of(office.leader), client_of(office.officer)
    for path in ("/tasks", "/tasks/board", "/tasks/calendar", "/tasks/people"):
        page = leader.get(path).text
        assert page.count('aria-current="page"') >= 1, path
        for other in ("/tasks?", "/tasks/board", "/tasks/calendar", "/tasks/people"):
            assert f'href="{other}' in page, (path, other)
    board = leader.get("/tasks/board?tab=given").text
    assert re.search(rf'href="/tasks/{ids["waiting"]}/accept\?back=/tasks/board', board)
    assert "Chờ Sở Xây dựng" in board
    narrowed = leader.get("/tasks?tab=unit&due=2026-11-20&person=99999&col=waiting").text
    assert "Đến hạn ngày 20/11/2026" in narrowed
    assert "Không có việc nào khớp" in narrowed
    assert officer.get("/tasks/people").status_code == 403
    assert officer.get("/tasks/board?tab=unit").status_code == 200
    assert "/tasks/people" not in officer.get("/tasks").text
