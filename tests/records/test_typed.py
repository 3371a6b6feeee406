"""Marks of state secrets in what is typed: refused by every form and command before it is kept."""

import logging
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.core import commands, db
from intranet.people.models import User
from intranet.records.secrecy import is_marked
from intranet.tasks.models import Task
from meetings.models.meeting import Meeting
from tests.factories import Office
from tests.meetings.test_pages import new_meeting
from tests.tasks.test_pages import new_task

ClientOf = Callable[[User], FlaskClient]
SAID = "Nội dung có dấu mật, không được đưa lên hệ thống"
TRAPS = (
    "Mật độ xây dựng khu dân cư Tân Hòa",
    "MẬT ĐỘ DÂN SỐ: số liệu quý III",
    "Tăng cường bảo mật thông tin trên mạng",
    "TĂNG CƯỜNG BẢO\nMẬT HỆ THỐNG",
    "TĂNG CƯỜNG BẢO\nMẬT",
    "Đổi mật khẩu định kỳ",
    "Hỗ trợ hợp tác xã nuôi ong lấy mật",
    "Mật ong rừng U Minh",
    "Kiểm tra bí mật kinh doanh (bảo mật)",
    "Thực hiện Luật Bảo vệ bí mật nhà nước",
)


@pytest.mark.parametrize("text", TRAPS)
def test_words_with_the_same_letters_are_let_through(text: str) -> None:
    assert not is_marked(text)


@pytest.mark.parametrize(
    "text",
    [
        "MẬT",
        "TỐI MẬT: Phương án bảo vệ",
        "Phương án bảo vệ (TUYỆT MẬT)",
        "Kính gửi\nMẬT\nNội dung",
        "Độ mật: Tối mật",
        "T U Y Ệ T  M Ậ T",
        "TO\u0302\u0301I MA\u0302\u0323T: Phương án",
    ],
)
def test_a_mark_is_found_however_it_is_written(text: str) -> None:
    assert is_marked(text)


def test_a_task_with_a_mark_is_refused_beside_its_field_and_nothing_is_kept(
    office: Office, client_of: ClientOf, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(office.leader)
    for field in ("title", "text"):
        sent = new_task(lead=f"unit:{office.stc.id}", **{field: "TỐI MẬT: Phương án bảo vệ kỳ họp"})
        with caplog.at_level(logging.WARNING):
            answer = client.post("/tasks/new", data=sent)
        assert answer.status_code == 422, field
        assert SAID in answer.text
    assert db.session().scalars(select(Task.id)).all() == []
    said = [record for record in caplog.records if record.name == "intranet.typed"]
    assert [(line.actor, line.field) for line in said] == [  # type: ignore[attr-defined]  # given as extra
        (office.leader.id, "title"),
        (office.leader.id, "text"),
    ]
    assert "Phương án" not in caplog.text


@pytest.mark.parametrize("trap", [trap for trap in TRAPS if "\n" not in trap])
def test_a_task_with_a_trap_in_its_title_is_assigned(office: Office, client_of: ClientOf, trap: str) -> None:
    sent = new_task(lead=f"unit:{office.stc.id}", title=trap)
    assert client_of(office.leader).post("/tasks/new", data=sent).status_code == 302
    assert db.session().scalars(select(Task.title)).all() == [trap]


def test_a_meeting_with_a_mark_in_its_title_is_not_called(office: Office, client_of: ClientOf) -> None:
    client, sent = client_of(office.officer), new_meeting(office)
    answer = client.post("/meetings/new", data=sent | {"title": "Họp kín (TUYỆT MẬT)"})
    assert answer.status_code == 422
    assert SAID in answer.text
    assert db.session().scalars(select(Meeting.id)).all() == []
    assert client.post("/meetings/new", data=sent | {"title": TRAPS[0]}).status_code == 302


def test_a_command_of_the_room_with_a_mark_is_refused_with_the_sentence(office: Office) -> None:
    data = {"mid": 1, "key": "opening", "text": "TUYỆT MẬT", "rev": 0}
    answer = commands.run(office.officer, {"cid": "typed-0001", "t": "minutes.save", "d": data})
    assert (answer["ok"], answer["err"]) == (False, "invalid")
    assert SAID in answer["msg"]
    frame = {"cid": "typed-0002", "t": "minutes.save", "d": data | {"text": TRAPS[3]}}
    trap = commands.run(office.officer, frame)
    assert SAID not in trap.get("msg", "")
