"""Where tasks come from and whose result it is: own tasks, helpers' terms, places, hand-overs."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.refs import Ref
from intranet.notices import services as notices
from intranet.people.models import User
from intranet.tasks import deciding, lists, services
from intranet.tasks.lists import Show, Tab
from intranet.tasks.models import Outcome, PartyRole, Priority, Source, Task, TaskState
from intranet.tasks.services import Party
from tests.factories import Office, make_user
from tests.tasks.making import DUE, give, look

Clients = Callable[[User], FlaskClient]


def own_task(office: Office, who: User, due: date = DUE) -> int:
    """A task that somebody enters for the own work."""
    return services.assign_task(
        who,
        title="Xây dựng đề cương",
        origin=None,
        text="",
        lead=Party(user_id=who.id),
        due_date=due,
        source=Source.OWN,
    )


@pytest.mark.parametrize(
    ("origin", "source"),
    [
        (None, Source.DIRECT),
        (Ref("document", 1), Source.DOCUMENT),
        (Ref("conclusion", 1), Source.MEETING),
        (Ref("mail", 1), Source.MAIL),
    ],
)
def test_a_task_knows_where_it_comes_from(office: Office, origin: Ref | None, source: Source) -> None:
    assert look(office.leader, give(office, origin=origin)).source is source


def test_an_officials_own_task_is_accepted_by_the_head_and_by_no_means_by_its_owner(office: Office) -> None:
    task_id = own_task(office, office.officer)
    assert lists.page(office.officer, Tab.MINE).open_count == 1
    assert lists.page(office.officer, Tab.GIVEN).open_count == 0
    services.report_finished(office.officer, task_id, "Xong đề cương")
    assert notices.page(office.head)[0][0].kind == "task.finished"
    assert [task.id for task in deciding.waiting_for_me(office.head, 5)] == [task_id]
    assert deciding.waiting_for_me(office.officer, 5) == []
    with pytest.raises(BadState, match=r"task\.own_acceptance"):
        services.accept_result(office.officer, task_id)
    services.accept_result(office.head, task_id)
    assert look(office.officer, task_id).state is TaskState.DONE


def test_more_time_for_an_own_task_is_the_heads_to_give(office: Office) -> None:
    task_id = own_task(office, office.officer)
    services.ask_extension(office.officer, task_id, date(2026, 11, 27), "Chờ số liệu")
    assert notices.page(office.head)[0][0].kind == "task.extension_asked"
    with pytest.raises(BadState, match=r"task\.own_acceptance"):
        services.decide_extension(office.officer, task_id, is_granted=True)
    services.decide_extension(office.head, task_id, is_granted=True)
    assert look(office.officer, task_id).due_date == date(2026, 11, 27)


def test_an_own_task_gives_nobody_else_work(office: Office) -> None:
    with pytest.raises(Invalid, match=r"task\.own_lead"):
        services.assign_task(
            office.officer,
            title="Việc",
            origin=None,
            text="",
            lead=Party(user_id=office.head.id),
            due_date=DUE,
            source=Source.OWN,
        )
    with pytest.raises(Forbidden, match=r"task\.may_not_assign"):
        services.assign_task(
            office.officer,
            title="Việc",
            origin=None,
            text="",
            lead=Party(user_id=office.officer.id),
            co=[Party(user_id=office.head.id)],
            due_date=DUE,
            source=Source.OWN,
        )


def test_pages_enter_own_and_planned_tasks_with_priority_and_a_day_to_begin(
    office: Office, client_of: Clients
) -> None:
    officer, leader = client_of(office.officer), client_of(office.leader)
    assert "Việc tự đăng ký" in officer.get("/tasks").text
    bad = officer.post("/tasks/own", data={"title": "Đề cương", "days": "other", "due_date": "31/02/2026"})
    assert bad.status_code == 422
    assert "Không có ngày 31/02/2026" in bad.text
    assert 'value="Đề cương"' in bad.text
    assert officer.post("/tasks/own", data={"title": "Đề cương", "days": "5"}).status_code == 302
    page = officer.get("/tasks").text
    assert "Đề cương" in page
    assert "Tự đăng ký" in page
    fields = {
        "title": "Tổng kết chương trình",
        "lead": f"unit:{office.stc.id}",
        "co": f"unit:{office.sxd.id}",
        "days": "10",
        "co_due": "20/11/2026",
        "priority": "high",
        "source": "plan",
        "source_text": "Chương trình công tác 2026, mục 12",
        "start_date": "01/12/2026",
    }
    late = leader.post("/tasks/new", data=fields)
    assert "Ngày bắt đầu không được sau hạn" in late.text
    assert "mục 12" in late.text
    where = leader.post("/tasks/new", data=fields | {"start_date": "16/11/2026"}).headers["Location"]
    page = leader.get(where).text
    for words in ("Chương trình, kế hoạch, Chương trình công tác 2026, mục 12", "Ưu tiên", "16/11/2026"):
        assert words in page
    task = look(office.leader, int(where.rsplit("/", 1)[-1]))
    assert (task.source, task.priority, task.is_urgent) == (Source.PLAN, Priority.HIGH, False)
    assert [p.due_date for p in task.parties] == [task.due_date, date(2026, 11, 20)]
    fields |= {"start_date": "16/11/2026", "source": "mail", "source_text": "Thư của Sở Y tế, 12/11/2026"}
    where = leader.post("/tasks/new", data=fields).headers["Location"]
    assert "Thư điện tử, Thư của Sở Y tế, 12/11/2026" in leader.get(where).text


def test_a_helper_has_a_term_and_an_outcome_of_its_own_and_who_only_knows_is_never_late(
    office: Office,
) -> None:
    early = Party(unit_id=office.sxd.id, due_date=date(2026, 11, 16))
    task_id = give(office, co=[early], info=[Party(user_id=office.officer.id)])
    clock.freeze(clock.at_office(date(2026, 11, 18), 9))
    page = lists.page(office.other_head, Tab.CO)
    assert (page.late_count, [group.code for group in page.groups]) == (1, ["late"])
    assert page.groups[0].rows[0].due == "Quá hạn 2 ngày"
    assert lists.page(office.other_head, Tab.CO, Show.LATE).groups
    services.finish_part(office.other_head, task_id, "Đã gửi")
    part = next(p for p in look(office.leader, task_id).parties if p.role is PartyRole.CO)
    assert (part.outcome, part.late_days) == (Outcome.LATE, 2)
    page = lists.page(office.other_head, Tab.CO)
    assert (page.late_count, [group.code for group in page.groups]) == (0, ["know"])
    clock.freeze(clock.at_office(date(2026, 12, 1), 9))
    page = lists.page(office.officer, Tab.CO)
    assert (page.late_count, [group.code for group in page.groups]) == (0, ["know"])
    assert page.groups[0].rows[0].tone == ""
    assert lists.page(office.head, Tab.MINE).late_count == 1


def test_pages_of_helped_tasks_by_key_follow_the_helpers_own_terms(office: Office) -> None:
    for n in range(9):
        own = Party(unit_id=office.sxd.id, due_date=date(2026, 11, 16 + n % 4)) if n % 3 else None
        give(
            office, co=[own] if own else [], info=[] if own else [Party(unit_id=office.sxd.id)], title=str(n)
        )
    whole = [row.task.id for group in lists.page(office.other_head, Tab.CO).groups for row in group.rows]
    paged: list[int] = []
    key: str | None = None
    while True:
        page = lists.page(office.other_head, Tab.CO, after=key, limit=2)
        paged += [row.task.id for group in page.groups for row in group.rows]
        key = page.after
        if key is None:
            break
    assert paged == whole
    assert len(paged) == 9


def test_what_is_under_way_is_urged_from_the_list_of_what_was_given(
    office: Office, client_of: Clients
) -> None:
    task_id = give(office)
    client = client_of(office.leader)
    assert f"/tasks/{task_id}/urge?back=/tasks" in client.get("/tasks?tab=given").text
    assert client.post(f"/tasks/{task_id}/urge", data={"note": "Trước giờ họp"}).status_code == 302
    assert notices.page(office.head)[0][0].kind == "task.urged"


def test_a_part_gets_no_more_time_than_the_whole_and_none_that_has_passed(office: Office) -> None:
    whole = give(office)
    part = give(
        office, by=office.head, lead=Party(user_id=office.officer.id), parent_id=whole, due=date(2026, 11, 17)
    )
    with pytest.raises(Invalid, match=r"task\.due_after_parent"):
        services.ask_extension(office.officer, part, date(2026, 11, 23), "Chờ")
    services.ask_extension(office.officer, part, date(2026, 11, 19), "Chờ")
    with pytest.raises(Invalid, match=r"task\.due_after_parent"):
        services.decide_extension(office.head, part, is_granted=True, new_due=date(2026, 11, 27))
    clock.freeze(clock.at_office(date(2026, 11, 20), 9))
    with pytest.raises(Invalid, match=r"task\.extension_past"):
        services.decide_extension(office.head, part, is_granted=True)
    services.report_finished(office.officer, part, "Xong")
    with pytest.raises(Invalid, match=r"task\.due_after_parent"):
        services.return_result(office.head, part, "Thiếu", due_date=date(2026, 11, 30))


def test_a_result_that_came_late_stays_late_when_it_is_returned_with_more_time(office: Office) -> None:
    task_id = give(office)
    clock.freeze(clock.at_office(date(2026, 11, 23), 9))
    services.report_finished(office.head, task_id, "Lần một")
    services.return_result(office.leader, task_id, "Thiếu", due_date=date(2026, 11, 30))
    services.report_finished(office.head, task_id, "Lần hai")
    services.accept_result(office.leader, task_id)
    assert look(office.leader, task_id).outcome is Outcome.LATE


def test_a_task_opened_again_shows_both_finishings(office: Office, client_of: Clients) -> None:
    task_id = give(office)
    services.report_finished(office.head, task_id, "Lần một")
    services.accept_result(office.leader, task_id)
    services.reopen(office.leader, task_id, "Phát sinh")
    clock.freeze(clock.at_office(date(2026, 11, 25), 9))
    services.report_finished(office.head, task_id, "Lần hai")
    services.accept_result(office.leader, task_id)
    page = client_of(office.leader).get(f"/tasks/{task_id}").text
    assert "đã báo hoàn thành, trước hạn. Mở lại nhiệm vụ" in page
    assert "Trễ hạn" in page


def test_a_task_is_put_under_another_by_its_code_and_never_under_itself(
    office: Office, client_of: Clients
) -> None:
    whole, part = give(office, title="Việc chính"), give(office, title="Việc con", due=date(2026, 11, 18))
    client = client_of(office.leader)
    wrong = client.post(f"/tasks/{part}/place", data={"parent": "NV-2026-009999", "weight": "3"})
    assert "Không có nhiệm vụ mã NV-2026-009999" in wrong.text
    assert (
        client.post(f"/tasks/{part}/place", data={"parent": "nv-2026-000001", "weight": "3"}).status_code
        == 302
    )
    task = look(office.leader, part)
    assert (task.parent_id, task.weight) == (whole, 3)
    services.report_progress(office.head, part, 50)
    assert look(office.leader, whole).progress == 50
    loop = client.post(f"/tasks/{whole}/place", data={"parent": task.code, "weight": "1"})
    assert loop.status_code == 422
    assert "không thể là việc con của chính nó" in loop.text
    with pytest.raises(BadState, match=r"task\.open_parts"):
        services.report_finished(office.head, whole, "Xong")
    services.place(office.leader, part, "", 1)
    assert look(office.leader, part).parent_id is None


def test_the_head_gives_a_persons_work_to_another_with_a_reason(office: Office) -> None:
    second = make_user("cv2", "Lê Minh Quân", office.stc, "Chuyên viên")
    task_id = give(office, lead=Party(user_id=office.officer.id))
    with pytest.raises(NotFound):
        services.hand_over(office.other_head, task_id, second.id, note="Đổi")
    with pytest.raises(Invalid, match=r"task\.reason_needed"):
        services.hand_over(office.head, task_id, second.id)
    services.hand_over(office.head, task_id, second.id, note="Đồng chí Trang đi học")
    task = look(office.leader, task_id)
    assert task.lead.user_id == second.id
    assert [p.user_id for p in task.parties if p.left_at is not None] == [office.officer.id]
    assert notices.page(office.officer)[0][0].kind == "task.taken_away"
    services.report_progress(second, task_id, 30)


def test_an_official_gives_what_was_handed_over_back_to_the_head(office: Office) -> None:
    task_id = give(office)
    services.hand_over(office.head, task_id, office.officer.id)
    services.refuse(office.officer, task_id, "Không phụ trách lĩnh vực này")
    task = look(office.leader, task_id)
    assert (task.state, task.officer, task.lead.unit_id) == (TaskState.SEEN, None, office.stc.id)
    assert notices.page(office.head)[0][0].kind == "task.given_back"
    assert notices.unread(office.leader.id) == 0
    services.refuse(office.head, task_id, "Không đúng chức năng")
    assert look(office.leader, task_id).state is TaskState.RETURNED


def test_urgent_is_the_highest_priority_also_for_the_database(office: Office) -> None:
    task_id = give(office)
    give(office)
    with db.unit_of_work() as session:
        session.get_one(Task, task_id).priority = Priority.URGENT
    assert look(office.leader, task_id).is_urgent
    assert db.session().scalars(select(Task.id).where(Task.is_urgent)).all() == [task_id]
