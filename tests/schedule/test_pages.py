"""Pages of the schedule as a browser sees them."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from docx import Document
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.errors import Invalid
from intranet.people.models import User
from intranet.schedule import booking, planning, weeks
from meetings.models.meeting import Meeting, MeetingState
from meetings.services import life
from meetings.services import planning as meetings
from tests.counting import count_queries
from tests.factories import Office
from tests.schedule.making import MONDAY, at, make_room, make_vehicle, wish

pytestmark = pytest.mark.pages

Clients = Callable[[User], FlaskClient]
WEEK = f"?week={MONDAY.isoformat()}"


def test_an_empty_week_says_who_fills_it(office: Office, client_of: Clients) -> None:
    page = client_of(office.officer).get(f"/schedule{WEEK}").text
    assert "Tuần này chưa có lịch" in page
    assert "Nguyễn Văn Bình" in page
    assert "Ngày nghỉ" not in page
    assert client_of(office.officer).get("/schedule?week=2026-11-23").text.count("Ngày nghỉ") == 1
    assert "Chưa có phòng họp, xe nào" in client_of(office.officer).get("/schedule/rooms").text
    assert "Tuần này bạn chưa có lịch" in client_of(office.officer).get("/schedule/mine").text


def test_a_clerk_asks_for_a_place_and_a_leader_approves_the_week(office: Office, client_of: Clients) -> None:
    clerk, head = client_of(office.clerk), client_of(office.office_head)
    body = {
        "title": "Tiếp công dân",
        "kind": "event",
        "part": "hours",
        "day": "16/11/2026",
        "starts_time": "8h",
        "ends_time": "",
        "leader_ids": [office.leader.id],
    }
    assert clerk.post("/schedule/new", data=body).headers["Location"] == f"/schedule{WEEK}"
    assert "Trình duyệt" in clerk.get(f"/schedule{WEEK}").text
    assert clerk.post("/schedule/submit", data={"week": MONDAY.isoformat()}).status_code == 302
    assert "Duyệt lịch tuần" in head.get(f"/schedule{WEEK}").text
    assert head.post("/schedule/approve", data={"week": MONDAY.isoformat()}).status_code == 302
    page = client_of(office.officer).get(f"/schedule{WEEK}").text
    assert "Tiếp công dân" in page
    assert "dự thảo" not in page
    with db.scope({office.org.id}):
        (entry,) = weeks.read_week(office.leader, MONDAY).days[0].morning[0].items
    assert clock.local(entry.ends_at).strftime("%H:%M") == "11:30"


def test_a_refused_form_says_why_beside_the_field_and_keeps_everything(
    office: Office, client_of: Clients
) -> None:
    room = make_room(office)
    planning.propose(office.head, wish("08:00", "10:00", room_id=room, title="Giao ban phòng"))
    body = {
        "title": "Họp tổ công tác",
        "kind": "event",
        "part": "hours",
        "day": "16/11/2026",
        "starts_time": "09:00",
        "ends_time": "11:00",
        "room_id": room,
        "guests": "Ba chuyên gia",
    }
    answer = client_of(office.officer).post("/schedule/new", data=body)
    assert answer.status_code == 422
    beside = answer.text.split('id="room_id-e"')[1].split("</p>")[0]
    assert "Phòng họp số 1 đã có “Giao ban phòng” từ 08:00 đến 10:00" in beside
    assert 'value="Ba chuyên gia"' in answer.text
    bad = body | {"starts_time": "25:99", "day": "31/02"}
    wrong = client_of(office.officer).post("/schedule/new", data=bad)
    assert 'id="day-e"' in wrong.text
    assert 'id="starts_time-e"' in wrong.text


def test_a_meeting_takes_the_room_that_it_names_and_its_chair(office: Office, client_of: Clients) -> None:
    make_room(office)
    planning.propose(office.head, wish("08:00", "10:00", leader_ids=(office.leader.id,), title="Đi cơ sở"))
    body = {
        "title": "Họp giao ban",
        "starts_date": "16/11/2026",
        "starts_time": "09:00",
        "place": "Phòng họp số 1",
        "chair_id": office.leader.id,
    }
    client = client_of(office.officer)
    refused = client.post("/meetings/new", data=body)
    assert refused.status_code == 422
    assert "Nguyễn Văn Bình đã có lịch khác từ 08:00 đến 10:00" in refused.text
    assert client.post("/meetings/new", data=body | {"starts_time": "10:00"}).status_code == 302
    rooms = client_of(office.officer).get(f"/schedule/rooms{WEEK}").text
    assert "Họp giao ban" in rooms
    assert "Họp giao ban" not in client_of(office.other_head).get(f"/schedule/rooms{WEEK}").text
    morning = {"title": "x", "kind": "event", "part": "morning", "day": "16/11/2026"}
    taken = client.post("/schedule/new", data=morning | {"leader_ids": [office.leader.id]})
    assert taken.status_code == 422


@pytest.mark.parametrize(
    ("place", "held"),
    [
        ("PHÒNG HỌP SỐ 1", "Phòng họp số 1"),
        ("P. họp 01, tầng 2 nhà A", "Phòng họp số 1"),
        ("Phòng họp số 10", "Phòng họp số 10"),
        ("Phòng họp số 11", None),
        ("Hội trường lớn", "Hội trường"),
    ],
)
def test_a_room_is_known_by_its_name_among_others(office: Office, place: str, held: str | None) -> None:
    for name in ("Phòng họp số 1", "Phòng họp số 10", "Hội trường"):
        make_room(office, name)
    found = booking.room_named(office.org.id, place)
    assert (None if found is None else found.name) == held


def test_who_is_invited_elsewhere_is_told_of_and_nobody_is_kept_from_it(
    office: Office, client_of: Clients
) -> None:
    make_room(office)
    secretary, clerk = client_of(office.officer), client_of(office.clerk)
    assert '<option value="Phòng họp số 1">' in secretary.get("/meetings/new").text
    planning.propose(office.clerk, wish("08:00", "10:00", leader_ids=(office.leader.id,), title="Đi cơ sở"))
    body = {
        "title": "Họp giao ban",
        "starts_date": "16/11/2026",
        "starts_time": "09:00",
        "place": "Phòng họp số 1",
        "chair_id": office.office_head.id,
        "delegate_ids": [office.leader.id],
    }
    answer = secretary.post("/meetings/new", data=body, follow_redirects=True)
    assert "Nguyễn Văn Bình còn có lịch khác từ 08:00 đến 10:00 16/11" in answer.text
    meeting = db.session().scalars(select(Meeting)).one()
    meetings.add_item(office.officer, meeting.id, title="Mở đầu", budget_min=30, owner_id=office.leader.id)
    life.publish_meeting(office.officer, meeting.id)
    week = clerk.get(f"/schedule{WEEK}").text
    assert "Đã có lịch" in week
    assert "Họp giao ban" not in week
    asked = {"title": "Tiếp khách", "kind": "event", "part": "hours", "day": "16/11/2026"}
    hours = {"starts_time": "10:00", "ends_time": "11:00", "leader_ids": [office.leader.id]}
    meetings.edit_meeting(
        office.officer, meeting.id, title="Họp giao ban", starts_at=at("10:30"), place="Phòng họp số 1"
    )  # fmt: skip
    warned = clerk.post("/schedule/new", data=asked | hours, follow_redirects=True)
    assert "Nguyễn Văn Bình còn có lịch khác từ 10:30" in warned.text


def test_a_meeting_called_off_gives_its_room_and_its_chair_free(office: Office) -> None:
    room = make_room(office)
    key = meetings.create_meeting(
        office.officer, title="Họp", starts_at=at("08:00"), place="Phòng họp số 1", chair_id=office.leader.id
    )
    both = wish("08:30", "09:00", room_id=room, leader_ids=(office.leader.id,))
    with pytest.raises(Invalid, match=r"schedule\.taken"):
        planning.propose(office.head, both)
    life.move_meeting(office.leader, key, MeetingState.CANCELLED, reason="Không cần họp nữa")
    planning.propose(office.head, both)


@pytest.mark.parametrize("path", ["/schedule", "/schedule/rooms", "/schedule/mine"])
def test_a_page_asks_as_much_for_many_entries_as_for_few(
    office: Office, client_of: Clients, path: str
) -> None:
    asked = []
    for many in (2, 14):
        fill_office_week(office, many)
        client = client_of(office.leader)
        client.get(f"{path}{WEEK}")
        with count_queries() as sent:
            assert client.get(f"{path}{WEEK}").status_code == 200
        asked.append(len(sent))
    assert asked[0] == asked[1]
    assert asked[1] <= 26


def fill_office_week(office: Office, many: int) -> None:
    """More entries in the week, whatever it has; approved if it is not yet."""
    start = 0 if many == 2 else 2
    for n in range(start, many):
        day = MONDAY + timedelta(days=n // 6)
        more = {
            "leader_ids": (office.leader.id,),
            "room_id": make_room(office, f"Phòng {n}"),
            "unit_id": (office.sxd if n % 2 else office.stc).id,
        }
        hours = (f"{8 + n % 6:02d}:00", f"{8 + n % 6:02d}:40")
        planning.propose(office.office_head, wish(*hours, day, title=f"Việc {n}", **more))
    if start == 0:
        weeks.approve(office.office_head, MONDAY)


def test_the_week_is_taken_along_as_pdf_word_and_excel(office: Office, client_of: Clients) -> None:
    vehicle = make_vehicle(office)
    both = (office.leader.id, office.office_head.id)
    wanted = wish("08:00", "09:00", leader_ids=both, vehicle_id=vehicle, title="Kiểm tra đê")
    planning.propose(office.officer, wanted)
    weeks.approve(office.office_head, MONDAY)
    client = client_of(office.officer)
    files = {one: client.get(f"/schedule/export{WEEK}&format={one}") for one in ("pdf", "docx", "xlsx")}
    assert {one.status_code for one in files.values()} == {200}
    head, table, *_signatures = Document(io.BytesIO(files["docx"].data)).tables
    assert "Độc lập - Tự do - Hạnh phúc" in head.rows[0].cells[1].text
    assert [cell.text for cell in table.rows[1].cells][2:] == ["08:00 Kiểm tra đê\nXe 7 chỗ"] * 2
    assert files["pdf"].data.startswith(b"%PDF")
    assert client.get(f"/schedule/export{WEEK}&format=exe").status_code == 404
    assert "filename=lich-tuan-47-2026.pdf" in files["pdf"].headers["Content-Disposition"]


def test_an_administrator_keeps_the_rooms_and_nobody_else(office: Office, client_of: Clients) -> None:
    admin = client_of(office.admin)
    body = {"kind": "room", "name": "Phòng họp A", "seats": "20"}
    assert admin.post("/admin/rooms/new", data=body).status_code == 302
    again = admin.post("/admin/rooms/new", data=body | {"name": "phong hop a"})
    assert again.status_code == 422
    assert "Danh mục đã có" in again.text
    assert admin.post("/admin/rooms/new", data=body | {"name": "B", "seats": "0"}).status_code == 422
    assert admin.post("/admin/rooms/1", data={"name": "Phòng họp B", "seats": ""}).status_code == 302
    assert "Ngừng sử dụng" in admin.get("/admin/rooms").text
    assert client_of(office.office_head).get("/admin/rooms").status_code == 403


def test_a_broken_or_distant_week_is_this_week(office: Office, client_of: Clients) -> None:
    client = client_of(office.officer)
    for given in ("abc", "2026-13-45", "9999-12-31", "0001-01-01", "%00"):
        answer = client.get(f"/schedule?week={given}")
        assert answer.status_code in (200, 400)
        if answer.status_code == 200:
            assert "Tuần 46" in answer.text
