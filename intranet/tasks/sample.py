"""Tasks of the sample office that come from no document: given in the office itself, in every state."""

from collections.abc import Callable
from datetime import time, timedelta

from intranet.core import clock, db
from intranet.notices.workdays import add_working_days, is_working_day
from intranet.people.sample import SampleOffice
from intranet.tasks import reminding
from intranet.tasks import services as tasks
from intranet.tasks.models import Every, Source

#: Title, working days ago when it was given, working days it may take, how far it has come.
_GIVEN: tuple[tuple[str, int, int, str], ...] = (
    ("Tổng hợp báo cáo tuần của các phòng", 1, 4, "new"),
    ("Rà soát quy trình tiếp nhận văn bản điện tử", 1, 7, "seen"),
    ("Chuẩn bị tài liệu phiên họp thường kỳ", 3, 5, "half"),
    ("Rà soát danh mục hồ sơ năm nay", 6, 15, "quarter"),
    ("Cập nhật số liệu giải ngân trên bảng điều hành", 9, 4, "late"),
    ("Dự thảo lịch công tác tuần sau", 4, 3, "finished"),
    ("Kiểm tra việc thực hiện kết luận phiên họp trước", 16, 8, "accepted"),
    ("Soạn bài phát biểu khai mạc tuần văn hóa", 2, 6, "stuck"),
    ("Góp ý quy chế làm việc của Văn phòng", 11, 5, "accepted"),
)


def build(office: SampleOffice, echo: Callable[[str], None]) -> None:
    """Give the head of the general room some tasks and let an officer come a way with each."""
    echo(f"{len(_GIVEN)} tasks without a document ...")
    now, given = clock.now(), {}
    for title, ago, days, fate in _GIVEN:
        day = clock.local(now).date()
        left = ago
        while left or not is_working_day(day):
            day -= timedelta(days=1)
            left -= bool(left) and is_working_day(day)
        clock.freeze(min(clock.at_office(day, 9), now))
        given[fate] = task_id = _give(office, title, days)
        clock.freeze(min(clock.at_office(day, 15), now))
        _work(office, task_id, fate)
    clock.freeze(now)
    _enter(office)
    day = add_working_days(clock.today(), 1)
    reminding.remind_on(office.person("chanhvanphong"), given["half"], day, time(9))


def _enter(office: SampleOffice) -> None:
    """A report that comes each week, and a task that an officer entered by herself."""
    giver, officer = office.person("chanhvanphong"), office.person("chuyenvien")
    tasks.recur(
        giver,
        title="Báo cáo công tác tuần",
        text="Tổng hợp kết quả tuần này, nhiệm vụ tuần sau.",
        lead=tasks.Party(unit_id=office.units["Phòng Tổng hợp"]),
        often=Every.WEEK,
        first_date=clock.today() + timedelta(days=7),
        due_days=3,
    )
    tasks.assign_task(
        officer,
        title="Xây dựng mẫu báo cáo số liệu dùng chung",
        origin=None,
        text="Một mẫu cho các phòng, dùng từ quý sau.",
        lead=tasks.Party(user_id=officer.id),
        due_date=add_working_days(clock.today(), 10),
        source=Source.OWN,
    )


def _give(office: SampleOffice, title: str, days: int) -> int:
    giver, unit_id = office.person("chanhvanphong"), office.units["Phòng Tổng hợp"]
    with db.unit_of_work():
        return tasks.assign_task(
            giver,
            title=title,
            origin=None,
            text=f"Giao Phòng Tổng hợp: {title.lower()}.",
            lead=tasks.Party(unit_id=unit_id),
            due_date=add_working_days(clock.today(), days),
        )


def _work(office: SampleOffice, task_id: int, fate: str) -> None:
    if fate == "new":
        return
    head, officer = office.person("truongphong"), office.person("chuyenvien")
    tasks.see(head, task_id)
    if fate == "seen":
        return
    tasks.hand_over(head, task_id, officer.id, note="Làm trong tuần này.")
    tasks.accept_work(officer, task_id)
    if fate == "stuck":
        tasks.report_progress(officer, task_id, 25, "Đã có đề cương.", obstacle="chương trình của Sở Văn hóa")
        return
    tasks.report_progress(
        officer, task_id, {"half": 50, "quarter": 25, "late": 75}.get(fate, 75), "Đang làm."
    )
    if fate in {"finished", "accepted"}:
        tasks.report_finished(officer, task_id, "Đã xong, sản phẩm gửi kèm trong hồ sơ công việc.")
    if fate == "accepted":
        tasks.accept_result(office.person("chanhvanphong"), task_id)
