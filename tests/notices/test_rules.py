"""Rules of reminders in an administrator's hands."""

from collections.abc import Callable
from datetime import date, timedelta

from flask.testing import FlaskClient

from documents.models.document import Urgency
from intranet.core import clock
from intranet.core.refs import Ref
from intranet.notices import jobs, reminders, reminding, services, yearbook
from intranet.notices.models import DayKind
from intranet.people.models import User
from intranet.people.services import standing_in
from intranet.tasks import services as tasks
from tests.factories import Office
from tests.notices.arriving import arrive
from tests.tasks.making import give, look

Clients = Callable[[User], FlaskClient]


def live(task_id: int) -> list[str]:
    """Codes of the reminders of a task's deadline that are still to come."""
    rows = reminders.planned_for(Ref("task", task_id))
    return [row.rule for row in rows if row.cancelled_at is None and row.sent_at is None]


def kinds(user: User) -> list[str]:
    """Kinds of reminders told to a person, oldest first."""
    found = [line.kind for line in services.page(user)[0] if line.kind.startswith("reminder.")]
    return found[::-1]


def test_a_rule_that_is_set_or_removed_holds_for_what_is_open(office: Office, client_of: Clients) -> None:
    task_id = give(office, due=date(2026, 11, 27))
    client = client_of(office.admin)
    new = {"side": "before", "days": "5", "at": "14h30", "to": ["lead", "co"]}
    assert client.post("/admin/reminders?topic=task", data=new).status_code == 302
    assert live(task_id)[0] == "minus5@1430"
    assert "Trước 5 ngày làm việc, 14:30" in client.get("/admin/reminders").text
    answer = client.post("/admin/reminders/remove", data={"topic": "task", "rule": "minus1"})
    assert answer.status_code == 302
    assert live(task_id) == ["minus5@1430", "minus3", "due", "plus1", "plus3", "plus5"]


def test_a_rule_is_changed_where_it_stands(office: Office, client_of: Clients) -> None:
    task_id = give(office, due=date(2026, 11, 27))
    client = client_of(office.admin)
    page = client.get("/admin/reminders?topic=task&rule=plus3").text
    assert "Sửa mốc nhắc" in page
    assert 'value="3"' in page
    address, new = "/admin/reminders?topic=task&rule=plus3", {"side": "after", "days": "4", "at": "09:00"}
    taken = client.post(address, data={"side": "before", "days": "1", "at": "08:00", "to": "lead"})
    assert (taken.status_code, "Đã có mốc" in taken.text) == (422, True)
    assert client.post(address, data={**new, "to": "office_head"}).status_code == 302
    assert live(task_id) == ["minus3", "minus1", "due", "plus1", "plus4@0900", "plus5"]
    assert client.post(address, data={**new, "to": "leader"}).status_code == 422


def test_what_is_no_rule_is_refused_beside_its_field_and_kept(office: Office, client_of: Clients) -> None:
    client = client_of(office.admin)
    for wrong, words in (
        ({"days": "99", "at": "08:00", "to": "lead"}, "từ 1 đến 30"),
        ({"days": "2", "at": "21:00", "to": "lead"}, "Giờ nhắc từ 7:00"),
        ({"days": "2", "at": "mai"}, "Hãy viết giờ như 08:30."),
        ({"days": "2", "at": "08:15"}, "ít nhất một người nhận"),
        ({"days": "3", "at": "08:00", "to": "lead"}, "Đã có mốc"),
    ):
        answer = client.post("/admin/reminders?topic=task", data={"side": "before", **wrong})
        assert answer.status_code == 422
        assert words in answer.text
        assert f'value="{wrong["at"]}"' in answer.text
    assert client_of(office.leader).get("/admin/reminders").status_code == 403


def test_what_is_late_goes_up_the_line_until_it_is_finished(office: Office) -> None:
    first, second = give(office), give(office, title="Xong sau ba ngày")
    for day in range(14, 27):
        clock.freeze(clock.at_office(date(2026, 11, day), 8))
        reminding.send_due()
    assert kinds(office.office_head) == ["reminder.late", "reminder.late"]
    tasks.report_finished(office.head, second, "Xong")
    for day in range(27, 31):
        clock.freeze(clock.at_office(date(2026, 11, day), 8))
        reminding.send_due()
    assert [k for k in kinds(office.leader) if k == "reminder.late"] == ["reminder.late"]
    assert "plus5" not in live(first)


def test_at_night_and_on_a_day_off_people_are_reminded_of_what_is_flash_alone(office: Office) -> None:
    give(office, due=date(2026, 11, 16))
    flash = Ref("document", arrive(office, clock.now(), Urgency.FLASH))
    give(office, due=date(2026, 11, 16), origin=flash)
    sent = []
    for day, hour in ((16, 20), (16, 23), (17, 6)):
        clock.freeze(clock.at_office(date(2026, 11, day), hour, 29))
        jobs.send_reminders()
        sent.append(len(kinds(office.head)))
    assert sent == [1, 1, 1]
    clock.freeze(clock.at_office(date(2026, 11, 17), 6, 30))
    jobs.send_reminders()
    assert kinds(office.head) == ["reminder.due", "reminder.due"]


def test_of_a_refused_task_whoever_gave_it_is_reminded_and_not_who_refused(office: Office) -> None:
    task_id = give(office, co=[tasks.Party(unit_id=office.sxd.id)])
    tasks.refuse(office.head, task_id, "Không thuộc chức năng")
    for day in range(16, 24):
        clock.freeze(clock.at_office(date(2026, 11, day), 8))
        reminding.send_due()
    assert kinds(office.head) == kinds(office.other_head) == []
    assert kinds(office.leader) == [f"reminder.{code}" for code in ("minus3", "minus1", "due", "plus1")]


def test_a_helper_is_reminded_of_the_own_term_and_the_lead_hears_when_it_is_missed(office: Office) -> None:
    own = [
        tasks.Party(unit_id=office.sxd.id, due_date=date(2026, 11, 18)),
        tasks.Party(user_id=office.clerk.id, due_date=date(2026, 11, 19)),
        tasks.Party(user_id=office.office_head.id),
    ]
    task_id = give(office, due=date(2026, 11, 25), co=own)
    yearbook.set_day(office.admin, date(2026, 11, 19), DayKind.OFF)
    for day in range(14, 26):
        clock.freeze(clock.at_office(date(2026, 11, day), 8))
        reminding.send_due()
        if day == 18:
            tasks.finish_part(office.clerk, task_id, "Đã góp ý")

    def parts(user: User) -> list[tuple[str, str]]:
        """Reminders of a part that a person had, by day."""
        found = [line for line in services.page(user)[0] if line.kind.startswith("task.part_")]
        return [(f"{clock.local(line.at):%d}", line.kind.removeprefix("task.part_")) for line in found[::-1]]

    assert parts(office.other_head) == [("17", "before"), ("18", "today"), ("20", "late")]
    assert parts(office.clerk) == [("16", "before"), ("18", "before")]
    assert parts(office.head) == [("20", "late")]
    assert kinds(office.office_head) == ["reminder.minus1", "reminder.due"]
    assert kinds(office.other_head) == []


def test_more_time_for_the_lead_is_more_for_helpers_of_the_same_term(office: Office) -> None:
    own = [tasks.Party(unit_id=office.sxd.id, due_date=date(2026, 11, 18))]
    task_id = give(office, co=[*own, tasks.Party(user_id=office.clerk.id)])
    tasks.ask_extension(office.head, task_id, date(2026, 11, 27), "Chờ ý kiến")
    tasks.decide_extension(office.leader, task_id, is_granted=True)
    terms = [party.due_date for party in look(office.leader, task_id).parties]
    assert [f"{day:%d}" for day in terms if day] == ["27", "18", "27"]


def test_an_absence_over_a_deadline_warns_the_assigner_and_reminds_the_stand_in(office: Office) -> None:
    task_id = give(office, due=date(2026, 11, 18))
    first = date(2026, 11, 17)
    standing_in.name_substitute(
        office.admin, office.head.id, office.officer.id, first_date=first,
        last_date=first + timedelta(days=3), reason="Nghỉ phép",
    )  # fmt: skip
    assert "task.due_in_absence" in [line.kind for line in services.page(office.leader)[0]]
    clock.freeze(clock.at_office(first, 8))
    reminding.send_due()
    assert kinds(office.officer) == kinds(office.head) == ["reminder.minus1"]
    assert reminders.history(Ref("task", task_id))[0].told == 2


def test_where_nobody_stands_in_the_assigner_hears_at_once_and_on_the_day(
    office: Office,
) -> None:
    give(office, due=date(2026, 11, 18))
    first = date(2026, 11, 17)
    standing_in.name_substitute(
        office.admin, office.head.id, None, first_date=first, last_date=first, reason="Nghỉ phép"
    )
    assert "task.due_in_absence_alone" not in [line.kind for line in services.page(office.leader)[0]]
    clock.freeze(clock.at_office(first, 8))
    reminding.send_due()
    assert kinds(office.leader) == kinds(office.head) == ["reminder.minus1"]
    standing_in.name_substitute(
        office.admin, office.head.id, None, first_date=date(2026, 11, 18), last_date=date(2026, 11, 19),
        reason="Đi công tác",
    )  # fmt: skip
    (told, *_) = services.page(office.leader)[0]
    assert told.words.endswith("chưa cử ai xử lý thay")
