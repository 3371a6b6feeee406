"""Pages of tasks, as a browser meets them: two taps, sheets, errors beside fields, nothing typed lost."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from intranet.core import clock, db
from intranet.core.labels import label
from intranet.notices import services as notices
from intranet.notices.workdays import add_working_days
from intranet.people.models import Delegation, User
from intranet.records import audit
from intranet.tasks import services
from intranet.tasks.acts import ACTS
from intranet.tasks.models import TaskState
from intranet.tasks.services import Party
from tests.counting import count_queries
from tests.factories import Office
from tests.tasks.making import give, look

Clients = Callable[[User], FlaskClient]
JSON = {"Accept": "application/json"}


def new_task(**changed: str) -> dict[str, str]:
    """What a leader fills in for a task."""
    return {"title": "Rà soát dự án", "lead": "unit:2", "days": "5", "weight": "1"} | changed


def test_empty_tabs_say_what_will_be_there(office: Office, client_of: Clients) -> None:
    client = client_of(office.leader)
    assert "Bạn không có việc nào đang mở" in client.get("/tasks").text
    assert "Không có việc phối hợp" in client.get("/tasks?tab=co").text
    assert "Bạn chưa giao việc nào" in client.get("/tasks?tab=given").text
    assert "Đơn vị chưa có việc nào" in client.get("/tasks?tab=unit").text
    assert "Không có việc nào khớp" in client.get("/tasks?q=gì+đó").text


def test_an_official_who_oversees_nothing_has_no_units_tab(office: Office, client_of: Clients) -> None:
    page = client_of(office.officer).get("/tasks?tab=unit").text
    assert "Bạn không có việc nào đang mở" in page
    assert 'value="unit"' not in page


def test_one_step_and_its_button_report_progress(office: Office, client_of: Clients) -> None:
    task_id = give(office, lead=Party(user_id=office.officer.id))
    client = client_of(office.officer)
    assert f'action="/tasks/{task_id}/report?back=/tasks"' in client.get("/tasks").text
    answer = client.post(f"/tasks/{task_id}/report", data={"progress": "50"}, headers=JSON)
    assert answer.get_json() == {"ok": True, "msg": "Đã gửi báo cáo tiến độ"}
    assert look(office.officer, task_id).progress == 50
    assert re.search(r'value="50" aria-pressed="true"', client.get("/tasks").text)


def test_without_script_a_step_is_an_ordinary_form(office: Office, client_of: Clients) -> None:
    task_id = give(office, lead=Party(user_id=office.officer.id))
    client = client_of(office.officer)
    answer = client.post(f"/tasks/{task_id}/report?back=/tasks", data={"progress": "75"})
    assert answer.headers["Location"] == "/tasks"
    assert "Đã gửi báo cáo tiến độ" in client.get("/tasks").text


@pytest.mark.parametrize(("progress", "words"), [("101", "Tiến độ từ 0 đến 100"), ("abc", "từ 0 đến 100")])
def test_a_wrong_step_is_refused_in_words(
    office: Office, client_of: Clients, progress: str, words: str
) -> None:
    task_id = give(office)
    client = client_of(office.head)
    answer = client.post(f"/tasks/{task_id}/report", data={"progress": progress}, headers=JSON)
    assert answer.status_code == 422
    assert words in answer.get_json()["msg"]
    page = client.post(f"/tasks/{task_id}/report", data={"progress": progress, "text": "Đã làm A"})
    assert page.status_code == 422
    assert words in page.text
    assert "Đã làm A" in page.text


def test_a_sheet_is_a_part_of_the_page_and_a_page_without_script(office: Office, client_of: Clients) -> None:
    task_id = give(office)
    client = client_of(office.head)
    sheet = client.get(f"/tasks/{task_id}/extend", headers={"HX-Request": "true"}).text
    assert sheet.strip().startswith('<dialog class="o-sheet"')
    assert "Thứ Tư 25/11" in sheet
    assert "Nguyễn Văn Bình quyết định; hạn 20/11 vẫn tính" in sheet
    page = client.get(f"/tasks/{task_id}/extend").text
    assert "<!doctype html>" in page
    assert "Chờ ý kiến đơn vị phối hợp" in page


def test_more_time_in_the_sheet_is_three_days_at_one_tap(office: Office, client_of: Clients) -> None:
    task_id = give(office)
    client = client_of(office.head)
    data = {"days": "3", "why": "procedure", "note": "Chờ quy trình"}
    answer = client.post(f"/tasks/{task_id}/extend?back=/tasks", data=data, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/tasks"
    page = client_of(office.leader).get(f"/tasks/{task_id}").text
    assert "Vướng thủ tục. Chờ quy trình" in page
    assert "26/11" in page


def test_wrong_requests_for_time_keep_what_was_typed(office: Office, client_of: Clients) -> None:
    task_id = give(office)
    client = client_of(office.head)
    data = {"days": "other", "new_due": "18/11/2026", "why": "opinion", "note": "Đang chờ Sở"}
    answer = client.post(f"/tasks/{task_id}/extend", data=data)
    assert answer.status_code == 422
    assert "Hạn mới phải sau hạn hiện nay 20/11/2026" in answer.text
    assert "Đang chờ Sở" in answer.text
    assert 'value="18/11/2026"' in answer.text
    missing = client.post(f"/tasks/{task_id}/extend", data={"days": "other", "why": "other"})
    assert "Hãy chọn hạn xử lý." in missing.text
    assert "Hãy nêu lý do." in missing.text
    assert (
        "Không có ngày 31/02/2026"
        in client.post(
            f"/tasks/{task_id}/extend", data={"days": "other", "new_due": "31/02/2026", "why": "opinion"}
        ).text
    )


def test_the_assigner_decides_on_time_with_the_asked_day_filled_in(
    office: Office, client_of: Clients
) -> None:
    task_id = give(office)
    services.ask_extension(office.head, task_id, date(2026, 11, 27), "Chờ ý kiến")
    client = client_of(office.leader)
    assert 'value="27/11/2026"' in client.get(f"/tasks/{task_id}/decide").text
    refused = client.post(f"/tasks/{task_id}/decide", data={"decision": "refuse", "note": ""})
    assert refused.status_code == 422
    assert "Hãy nêu lý do." in refused.text
    answer = client.post(
        f"/tasks/{task_id}/decide", data={"decision": "grant", "new_due": "26/11/2026", "note": ""}
    )
    assert answer.status_code == 302
    assert look(office.leader, task_id).due_date == date(2026, 11, 26)


def test_the_whole_way_of_a_task_by_its_pages(office: Office, client_of: Clients) -> None:
    leader, head, officer = (client_of(u) for u in (office.leader, office.head, office.officer))
    answer = leader.post(
        "/tasks/new", data=new_task(lead=f"unit:{office.stc.id}", co=f"unit:{office.sxd.id}", text="Gấp")
    )
    where = answer.headers["Location"]
    key = int(where.rsplit("/", 1)[-1])
    assert "Hoàn tác" in leader.get(where).text
    assert head.get(where).status_code == 404
    clock.advance(timedelta(seconds=10))
    page = head.get(where).text
    assert "Phân công người thực hiện" in page
    assert "Hoàn tác" not in leader.get(where).text
    assert head.post(f"{where}/hand-over", data={"user_id": str(office.officer.id)}).status_code == 302
    assert officer.post(f"{where}/start").status_code == 302
    assert officer.post(f"{where}/block", data={"obstacle": "Bộ Tài chính"}).status_code == 302
    assert officer.post(f"{where}/report", data={"progress": "60", "text": "Xong phần A"}).status_code == 302
    assert officer.post(f"{where}/finish", data={"text": ""}).status_code == 422
    assert officer.post(f"{where}/finish", data={"text": "Đã trình"}).status_code == 302
    assert leader.post(f"{where}/return", data={"reason": ""}).status_code == 422
    assert leader.post(f"{where}/return", data={"reason": "Thiếu phụ lục"}).status_code == 302
    assert officer.post(f"{where}/finish", data={"text": "Đã bổ sung"}).status_code == 302
    assert leader.post(f"{where}/accept", data={"note": "Tốt"}).status_code == 302
    assert look(office.leader, key).state is TaskState.DONE
    page = leader.get(where).text
    for words in ("Trước hạn", "Thiếu phụ lục", "Đã bổ sung", "Chờ Bộ Tài chính", "Mở lại"):
        assert words in page


def test_a_new_task_keeps_what_was_typed_beside_its_errors(office: Office, client_of: Clients) -> None:
    client = client_of(office.leader)
    answer = client.post("/tasks/new", data=new_task(title="", lead="", text="Nội dung dài", days="3"))
    assert answer.status_code == 422
    assert "Hãy nhập “Tên nhiệm vụ”." in answer.text
    assert "Hãy chọn “Chủ trì”." in answer.text
    assert "Nội dung dài" in answer.text
    past = client.post(
        "/tasks/new", data=new_task(lead=f"unit:{office.stc.id}", days="other", due_date="01/11/2026")
    )
    assert "Hạn 01/11/2026 đã qua" in past.text
    assert "Xác nhận giao với hạn đã qua" in past.text
    no_day = client.post("/tasks/new", data=new_task(lead=f"unit:{office.stc.id}", days="other"))
    assert "Hãy chọn hạn xử lý." in no_day.text
    unknown = client.post("/tasks/new", data=new_task(lead="unit:99999"))
    assert "Không có đơn vị hoặc cá nhân này." in unknown.text
    for lead in ("x", "unit:", "user:-1", "unit:1;2", "user:99999999999999999999"):
        assert client.post("/tasks/new", data=new_task(lead=lead)).status_code == 422
    assert client.post("/tasks/new", data=new_task(lead=f"user:{office.leader.id}")).status_code == 422


def test_a_double_click_gives_one_task(office: Office, client_of: Clients) -> None:
    client = client_of(office.leader)
    data = new_task(lead=f"unit:{office.stc.id}", once="k-1")
    first, second = (client.post("/tasks/new", data=data).headers["Location"] for _ in range(2))
    assert first == second
    assert services.parts_of(0) == []
    assert look(office.leader, int(first.rsplit("/", 1)[-1])).code == "NV-2026-000001"


def test_a_deadline_on_a_day_off_and_an_absent_lead_are_said(office: Office, client_of: Clients) -> None:
    with db.unit_of_work() as session:
        session.add(
            Delegation(
                principal_id=office.head.id,
                substitute_id=office.officer.id,
                first_date=date(2026, 11, 23),
                last_date=date(2026, 11, 27),
                reason="Nghỉ phép",
                created_by_id=office.admin.id,
            )
        )
    client = client_of(office.leader)
    fields = new_task(lead=f"unit:{office.stc.id}", days="other", due_date="24/11/2026")
    assert "Giao cho Phan Thu Trang" in client.post("/tasks/new", data=fields).text
    where = client.post("/tasks/new", data=fields | {"is_absence_confirmed": "y"}).headers["Location"]
    page = client.get(where).text
    assert "Ngày 24/11/2026 là ngày nghỉ, hạn chuyển sang 25/11/2026." in page
    assert "Đỗ Thị Thanh Hà vắng mặt vào ngày đến hạn, Phan Thu Trang xử lý thay." in page


def test_the_undo_button_takes_a_new_task_back(office: Office, client_of: Clients) -> None:
    client = client_of(office.leader)
    where = client.post("/tasks/new", data=new_task(lead=f"unit:{office.stc.id}")).headers["Location"]
    assert client.post(f"{where}/undo").status_code == 302
    clock.advance(timedelta(seconds=11))
    notices.release_due()
    assert notices.unread(office.head.id) == 0
    assert client.post(f"{where}/undo").status_code == 409


def test_a_part_is_given_from_the_page_of_the_whole(office: Office, client_of: Clients) -> None:
    whole = give(office)
    client = client_of(office.head)
    assert f"/tasks/new?parent={whole}" in client.get(f"/tasks/{whole}").text
    late = client.post(
        f"/tasks/new?parent={whole}",
        data=new_task(lead=f"user:{office.officer.id}", days="other", due_date="27/11/2026"),
    )
    assert "Hạn của việc con không được sau hạn 20/11/2026 của việc chính." in late.text
    answer = client.post(
        f"/tasks/new?parent={whole}", data=new_task(lead=f"user:{office.officer.id}", days="3")
    )
    assert answer.status_code == 302
    assert "Rà soát dự án" in client.get(f"/tasks/{whole}").text
    assert client_of(office.leader).get(f"/tasks/new?parent={whole}").status_code == 403


def test_only_those_within_reach_are_offered(office: Office, client_of: Clients) -> None:
    offered = client_of(office.head).get("/tasks/parties", headers=JSON).get_json()
    assert [one["text"] for one in offered] == ["Phan Thu Trang"]
    offered = client_of(office.leader).get("/tasks/parties?q=so+tai", headers=JSON).get_json()
    # The unit of that name, then its people, who are found by it.
    assert offered[0] == {
        "value": f"unit:{office.stc.id}",
        "text": "Sở Tài chính",
        "note": "Đơn vị, 0 việc mở",
    }
    assert [one["text"] for one in offered[1:]] == ["Đỗ Thị Thanh Hà", "Phan Thu Trang"]
    assert client_of(office.stranger).get("/tasks/parties?q=trang", headers=JSON).get_json() == []


def test_a_form_of_an_older_page_says_so_and_keeps_the_text(office: Office, client_of: Clients) -> None:
    task_id = give(office)
    client = client_of(office.head)
    data = {"version": "1", "progress": "50", "text": "Đã xong phần B"}
    services.accept_work(office.head, task_id)
    answer = client.post(f"/tasks/{task_id}/report", data=data)
    assert answer.status_code == 422
    assert "vừa được người khác cập nhật" in answer.text
    assert "Đã xong phần B" in answer.text


def test_every_act_has_a_form_that_opens_with_its_words(office: Office, client_of: Clients) -> None:
    task_id = give(office, co=[Party(unit_id=office.sxd.id)])
    services.ask_extension(office.head, task_id, date(2026, 11, 27), "Chờ")
    client = client_of(office.head)
    for code in ACTS:
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(f"/tasks/{task_id}/{code}", headers=headers)
            assert answer.status_code == 200, code
            assert 'name="version"' in answer.text, code


def test_keys_that_no_database_knows_are_not_found(office: Office, client_of: Clients) -> None:
    client = client_of(office.leader)
    for key in (0, 2**31, 10**30):
        assert client.get(f"/tasks/{key}").status_code == 404
        assert client.post(f"/tasks/{key}/accept").status_code == 404
        assert client.get(f"/tasks/new?parent={key}").status_code == 404
        assert client.get(f"/notices/{key}").status_code == 404


def test_after_an_act_one_goes_back_to_our_own_pages_only(office: Office, client_of: Clients) -> None:
    task_id = give(office)
    client = client_of(office.head)
    for back in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = client.post(f"/tasks/{task_id}/report", query_string={"back": back}, data={"progress": "10"})
        assert answer.headers["Location"] == f"/tasks/{task_id}"


def test_the_page_of_a_task_asks_no_more_for_many_reports_and_parts(
    office: Office, client_of: Clients
) -> None:
    task_id = give(office)
    client = client_of(office.head)
    give(office, by=office.head, lead=Party(user_id=office.officer.id), parent_id=task_id, due=None)
    services.report_progress(office.head, task_id, 0, "Một")
    client.get(f"/tasks/{task_id}")
    with count_queries() as few:
        client.get(f"/tasks/{task_id}")
    for n in range(8):
        give(office, by=office.head, lead=Party(user_id=office.officer.id), parent_id=task_id, due=None)
        services.report_progress(office.head, task_id, 0, f"Báo cáo {n}")
    with count_queries() as many:
        page = client.get(f"/tasks/{task_id}").text
    assert "Báo cáo 7" in page
    assert len(many) <= len(few) + 2


def test_the_desk_leads_to_late_and_waiting_tasks(office: Office, client_of: Clients) -> None:
    give(office, title="Việc trễ", due=date(2026, 11, 11), is_past_confirmed=True)
    done = give(office, title="Việc xong")
    services.report_finished(office.head, done, "Xong")
    desk = client_of(office.head).get("/").text
    assert "Việc trễ" in desk
    desk = client_of(office.leader).get("/").text
    assert "Việc xong" in desk
    assert "Nhiệm vụ theo đơn vị" in desk
    found = client_of(office.leader).get("/search?q=viec+tre").text
    assert "Việc trễ" in found
    assert "Việc trễ" not in client_of(office.stranger).get("/search?q=viec+tre").text


def test_an_official_sets_reminders_of_their_own_and_takes_them_back(
    office: Office, client_of: Clients
) -> None:
    task_id = give(office, lead=Party(user_id=office.officer.id))
    client, path = client_of(office.officer), f"/tasks/{task_id}/reminders"
    assert path in client.get(f"/tasks/{task_id}").text
    past = (clock.today() - timedelta(days=1)).strftime("%d/%m/%Y")
    refused = client.post(path, data={"day": past, "at": "9h15"})
    assert refused.status_code == 422
    assert "Giờ nhắc đã qua" in refused.text
    assert past in refused.text
    assert "9h15" in refused.text
    day = add_working_days(clock.today(), 1).strftime("%d/%m/%Y")
    assert "06:30 - 20:00" in client.post(path, data={"day": day, "at": "22:00"}).text
    assert client.post(path, data={"day": day, "at": "9h15"}).status_code == 302
    page = client.get(path).text
    assert "09:15" in page
    drop = re.search(r'action="([^"]+/drop)"', page)
    assert drop is not None
    assert client_of(office.leader).post(drop[1]).status_code == 404
    assert client.post(drop[1]).status_code == 302
    assert "09:15" not in client.get(path).text


def test_the_history_of_a_task_is_read_to_its_first_line_and_old_directions_stay_above(
    office: Office, client_of: Clients
) -> None:
    task_id = give(office, lead=Party(user_id=office.officer.id))
    of = look(office.leader, task_id).ref
    with db.unit_of_work():
        audit.record(office.leader, "task.directed", of, reason="Báo cáo thêm về vốn ODA")
        for _ in range(60):
            audit.record(office.officer, "task.reported", of)
    client = client_of(office.leader)
    page = client.get(f"/tasks/{task_id}").text
    given = f"<b>{label('act.task.assigned')}</b>"
    assert "Báo cáo thêm về vốn ODA" in page
    assert given not in page
    (older,) = re.findall(r'href="([^"#]+)#qua-trinh">Cũ hơn', page)
    page = client.get(older).text
    assert given in page
    assert "Cũ hơn" not in page
