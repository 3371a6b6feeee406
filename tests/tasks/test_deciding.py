"""What waits for one person's decision: the same on the desk, in the list, on the board and in the letter."""

from collections.abc import Callable
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient

from intranet.boards import figures
from intranet.boards.figures import Board
from intranet.core import clock, db
from intranet.people.models import User
from intranet.tasks import deciding, lists, panels, services
from intranet.tasks.lists import Show, Tab
from intranet.tasks.models import Task
from intranet.tasks.services import Party
from tests.factories import Office
from tests.tasks.making import give
from tests.tasks.test_in_full import own_task

Clients = Callable[[User], FlaskClient]
LATER = date(2026, 11, 27)


def everywhere(app: Flask, actor: User, board: Board) -> set[int]:
    """How many wait, as each place says it: one number when they agree."""
    db.read_anew()
    with app.test_request_context():
        panel = panels.waiting(actor)
        opened = figures.listing(actor, "task_accept", {})
    figure = next(one for one in figures.of_board(actor, board).figures if one.code == "task_accept")
    assert opened is not None
    return {
        len(deciding.waiting_for_me(actor, 50)),
        deciding.count_for(actor),
        lists.page(actor, Tab.GIVEN, Show.WAITING).open_count,
        0 if panel is None else panel["context"]["n"],
        sum(line.section == "waiting" for line in panels.this_morning(actor)),
        figure.n,
        opened.total,
    }


def test_a_request_for_more_time_waits_beside_the_results_until_it_is_decided(
    office: Office, app: Flask
) -> None:
    give(office, title="Chỉ đang làm")
    done, asked = give(office, title="Đã xong"), give(office, title="Xin thêm ngày", due=date(2026, 11, 25))
    services.ask_extension(office.head, asked, LATER, "Chờ số liệu")
    clock.advance(timedelta(hours=1))
    services.report_finished(office.head, done, "Xong")
    assert [task.id for task in deciding.waiting_for_me(office.leader, 5)] == [asked, done]
    assert everywhere(app, office.leader, Board.LEADER) == {2}
    assert "Xin gia hạn đến 27/11/2026" in panels.this_morning(office.leader)[0].words
    groups = {group.code: len(group.rows) for group in lists.page(office.leader, Tab.GIVEN).groups}
    assert groups == {"waiting": 1, "decide": 1, "week": 1}
    # A key of each rank goes on where the page before ended.
    seen, after = [], None
    for _ in range(3):
        page = lists.page(office.leader, Tab.GIVEN, after=after, limit=1)
        after, seen = page.after, [*seen, page.groups[0].code]
    assert seen == ["waiting", "decide", "week"]
    # Who asked does not decide, nor does anybody else who may see it.
    assert deciding.waiting_for_me(office.head, 5) == deciding.waiting_for_me(office.office_head, 5) == []
    services.decide_extension(office.leader, asked, is_granted=True)
    assert everywhere(app, office.leader, Board.LEADER) == {1}


def test_own_tasks_wait_for_whoever_is_above_and_not_for_their_owner(office: Office, app: Flask) -> None:
    officers, heads = own_task(office, office.officer), own_task(office, office.head)
    for who, task_id in ((office.officer, officers), (office.head, heads)):
        services.report_finished(who, task_id, "Xong đề cương")
    more = own_task(office, office.officer, LATER)
    services.ask_extension(office.officer, more, date(2026, 12, 4), "Chờ số liệu")
    services.report_finished(office.officer, own_task(office, office.officer), "Xong bản hai")
    assert everywhere(app, office.head, Board.UNIT) == {3}
    # A head has nobody above in the unit: whoever directs the agency decides.
    assert [task.id for task in deciding.waiting_for_me(office.leader, 5)] == [heads]
    assert everywhere(app, office.leader, Board.LEADER) == {1}
    for nobody in (office.officer, office.other_head, office.other_leader, office.clerk, office.admin):
        assert deciding.count_for(nobody) == 0
    for who, task_id in ((office.head, officers), (office.leader, heads)):
        services.accept_result(who, task_id)
    assert (deciding.count_for(office.head), deciding.count_for(office.leader)) == (2, 0)


def test_the_row_of_a_request_offers_the_decision(office: Office, client_of: Clients) -> None:
    asked = give(office, lead=Party(user_id=office.officer.id))
    services.ask_extension(office.officer, asked, LATER, "Chờ số liệu")
    leader = client_of(office.leader)
    desk = leader.get("/").text
    assert "Chờ tôi quyết định" in desk
    assert 'href="/tasks?tab=given&amp;show=waiting"' in desk
    for address in ("/tasks?tab=given", "/tasks?tab=given&show=waiting"):
        page = leader.get(address).text
        assert f'href="/tasks/{asked}/decide?back=' in page, address
        assert "Xin gia hạn đến 27/11/2026" in page
    assert f"/tasks/{asked}/decide" not in client_of(office.officer).get("/tasks?tab=given&show=waiting").text


def test_whoever_asked_sees_it_and_whoever_decides_is_offered_it_wherever_they_look(
    office: Office, client_of: Clients
) -> None:
    head, leader = client_of(office.head), client_of(office.leader)
    asked, done = give(office, due=date(2026, 11, 25)), give(office)
    services.accept_work(office.head, asked)
    assert f"/tasks/{asked}/extend" in head.get("/tasks").text
    services.ask_extension(office.head, asked, LATER, "Chờ số liệu")
    mine = head.get("/tasks").text
    assert "Xin gia hạn đến 27/11/2026" in mine
    assert f"/tasks/{asked}/extend" not in mine
    services.report_finished(office.head, done, "Xong")
    # With no work of the own the list opens at what waits.
    opened = leader.get("/tasks").text
    assert f"/tasks/{asked}/decide" in opened
    assert f"/tasks/{done}/accept" in opened
    assert f"/tasks/{done}/accept" not in leader.get("/tasks?tab=mine").text
    for who, tab, is_offered in ((leader, "given", True), (leader, "unit", True), (head, "mine", False)):
        board = who.get(f"/tasks/board?tab={tab}").text
        assert "Xin gia hạn đến 27/11/2026" in board
        assert (f"/tasks/{asked}/decide" in board) is is_offered
    with db.unit_of_work() as session:
        session.get_one(Task, done).finished_by_id = office.leader.id
    given = leader.get("/tasks?tab=given").text
    assert f"/tasks/{done}/accept" not in given
    assert "Chờ người khác xác nhận" in given
