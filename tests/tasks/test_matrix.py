"""Tasks and dashboards of the permission matrix (documents.md §21), cell by cell, over HTTP."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from intranet.people.models import Role, User
from intranet.tasks import services
from intranet.tasks.models import TaskState
from intranet.tasks.services import Party
from tests.factories import Office, make_user
from tests.tasks.making import give, look
from tests.tasks.test_pages import new_task

pytestmark = pytest.mark.pages

Clients = Callable[[User], FlaskClient]
LATER = date(2026, 11, 27)
#: Which boards each role has; whoever has none may not even ask.
BOARDS: dict[str, set[str]] = {
    "clerk": {"clerk"},
    "leader": {"leader"},
    "office_head": {"leader", "unit"},
    "head": {"unit"},
    "officer": {"own"},
    "archivist": {"files"},
    "auditor": {"leader"},
    "admin": {"usage"},
}
#: One figure of each board, and on whose boards it stands.
FIGURES = {
    "task_late": {"leader", "office_head", "head", "auditor"},
    "doc_in": {"leader", "office_head", "clerk", "auditor"},
    "own_open": {"officer"},
    "usage_today": {"admin"},
    "copy_out": {"archivist"},
}
DONE, REFUSED, UNKNOWN = 302, 403, 404
#: What each role is answered. The leader's task is finance's, handed to its officer, as is the head's.
TASKS: dict[str, dict[str, int]] = {
    "read": dict.fromkeys(("leader", "office_head", "head", "officer", "auditor"), 200),
    "assign to a unit": {
        **dict.fromkeys(("leader", "office_head"), DONE),
        **dict.fromkeys(("clerk", "head", "officer", "archivist", "auditor", "admin"), REFUSED),
    },
    "assign to an official of finance": {
        **dict.fromkeys(("leader", "office_head", "head"), DONE),
        **dict.fromkeys(("clerk", "officer", "archivist", "auditor", "admin"), REFUSED),
    },
    "give a part away": {
        **dict.fromkeys(("head", "officer"), DONE),
        **dict.fromkeys(("leader", "office_head", "auditor"), REFUSED),
    },
    "ask for more time": {
        **dict.fromkeys(("head", "officer"), DONE),
        **dict.fromkeys(("leader", "office_head", "auditor"), REFUSED),
    },
    "decide on more time": {
        **dict.fromkeys(("leader", "office_head"), DONE),
        **dict.fromkeys(("head", "officer", "auditor"), REFUSED),
    },
    "accept": {
        **dict.fromkeys(("leader", "office_head"), DONE),
        **dict.fromkeys(("head", "officer", "auditor"), REFUSED),
    },
    "accept the head's": {
        **dict.fromkeys(("leader", "office_head", "head"), DONE),
        **dict.fromkeys(("officer", "auditor"), REFUSED),
    },
}


def people(office: Office) -> dict[str, User]:
    """One official of each role."""
    return {
        "archivist": make_user("luutru", "Đặng Thị Lan", office.vp, "Lưu trữ", Role.ARCHIVIST),
        "auditor": make_user("thanhtra", "Cao Văn Hùng", office.vp, "Thanh tra", Role.AUDITOR),
        **{name: getattr(office, name) for name in BOARDS if name not in ("archivist", "auditor")},
    }


def ask(office: Office, client: FlaskClient, act: str) -> int:
    """Try an act on a task of its own; returns what was answered."""
    by = office.head if act == "accept the head's" else office.leader
    key = give(office, by=by, lead=Party(user_id=office.officer.id) if by is office.head else None)
    if by is office.leader:
        services.hand_over(office.head, key, office.officer.id)
    if act.startswith("accept"):
        services.report_finished(office.officer, key, "Xong")
    if act == "decide on more time":
        services.ask_extension(office.officer, key, LATER, "Chờ số liệu")
    colleague = make_user(f"moi{key}", "Lý Văn Mới", office.stc, "Chuyên viên", Role.OFFICER)
    to_unit, to_person = (
        new_task(lead=f"unit:{office.sxd.id}"),
        new_task(lead=f"user:{colleague.id}", days="3"),
    )
    more_time = {"days": "3", "why": "procedure"}
    asked = {
        "read": lambda: client.get(f"/tasks/{key}"),
        "assign to a unit": lambda: client.post("/tasks/new", data=to_unit),
        "assign to an official of finance": lambda: client.post("/tasks/new", data=to_person),
        "give a part away": lambda: client.post(f"/tasks/new?parent={key}", data=to_person),
        "ask for more time": lambda: client.post(f"/tasks/{key}/extend", data=more_time),
        "decide on more time": lambda: client.post(f"/tasks/{key}/decide", data={"decision": "grant"}),
    }
    answer = asked.get(act, lambda: client.post(f"/tasks/{key}/accept", data={}))()
    if act.startswith("accept"):
        is_done = look(office.leader if by is office.leader else office.head, key).state is TaskState.DONE
        assert is_done == (answer.status_code == DONE)
    return answer.status_code


@pytest.mark.parametrize("act", list(TASKS))
def test_each_role_does_with_tasks_what_the_matrix_says(office: Office, client_of: Clients, act: str) -> None:
    answers = {who: ask(office, client_of(user), act) for who, user in people(office).items()}
    assert answers == {who: TASKS[act].get(who, UNKNOWN) for who in BOARDS}


def test_each_role_has_the_dashboards_of_the_matrix_and_no_others(office: Office, client_of: Clients) -> None:
    for who, user in people(office).items():
        client, mine = client_of(user), BOARDS[who]
        missing = UNKNOWN if mine else REFUSED
        for board in ("leader", "unit", "clerk", "own", "files", "usage"):
            expected = 200 if board in mine else missing
            assert client.get(f"/boards/{board}").status_code == expected, (who, board)
        for figure, whose in FIGURES.items():
            expected = 200 if who in whose else missing
            assert client.get(f"/boards/lists/{figure}").status_code == expected, (who, figure)


def test_the_board_of_an_official_counts_the_own_work_alone(office: Office, client_of: Clients) -> None:
    give(office, title="Của đơn vị khác", lead=Party(unit_id=office.sxd.id))
    give(office, title="Của tôi", lead=Party(user_id=office.officer.id))
    late = date(2026, 11, 11)
    give(office, title="Đã trễ", lead=Party(user_id=office.officer.id), due=late, is_past_confirmed=True)
    client = client_of(office.officer)
    board = client.get("/boards").headers["Location"]
    page = client.get(board).text
    assert 'href="/boards/lists/own_open" data-figure="2"' in page
    assert 'href="/boards/lists/own_late" class="bad" data-figure="1"' in page
    assert "Của đơn vị khác" not in client.get("/boards/lists/own_open").text
    assert "Đã trễ" in client.get("/boards/lists/own_late").text


def test_the_administrators_board_counts_people_and_no_record(office: Office, client_of: Clients) -> None:
    give(office, title="Nội dung không để lộ")
    client_of(office.officer).get("/tasks")
    admin = client_of(office.admin)
    page = admin.get("/boards/usage").text
    assert counted(page, "usage_people") == 7
    assert counted(page, "usage_today") == 2
    assert counted(page, "usage_never") == 5
    listed = admin.get("/boards/lists/usage_today").text
    assert "Phan Thu Trang" in listed
    assert "Nguyễn Văn Bình" not in listed
    assert "Nội dung không để lộ" not in page + listed


def counted(page: str, code: str) -> int:
    """The number beside a figure's address."""
    return int(page.split(f'/boards/lists/{code}"', 1)[1].split('data-figure="', 1)[1].split('"', 1)[0])
