"""The schedule of the sample office: last week, this one and the next, rooms and vehicles."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from intranet.core import clock, db, slots
from intranet.core.errors import Invalid
from intranet.core.text import fold
from intranet.notices.workdays import is_working_day
from intranet.people.sample import SampleOffice
from intranet.schedule import catalogue, planning, weeks
from intranet.schedule.models import EntryKind, Resource, ResourceKind
from intranet.schedule.permissions import access_entry
from intranet.schedule.planning import Wish

_ROOMS = (
    ("Phòng họp số 1", 60, "Tầng 2, màn hình lớn, họp trực tuyến"),
    ("Phòng họp số 2", 30, "Tầng 2"),
    ("Phòng họp số 3", 16, "Tầng 3"),
    ("Phòng họp trực tuyến", 40, "Tầng 1, kết nối Chính phủ và các xã, phường"),
    ("Hội trường UBND tỉnh", 250, "Nhà B"),
)
_VEHICLES = (
    ("Xe 7 chỗ, 80A-001.26", 7, "Lái xe Trần Văn Lộc"),
    ("Xe 16 chỗ, 80A-002.58", 16, "Lái xe Phan Hữu Dư"),
)
_ALL = ("chutich", "daibieu16", "chanhvanphong")
#: Day of the week, hours ("" for the half or whole day that follows), what, who, room, vehicle, place, unit.
_WEEK: tuple[tuple[int, str, str, tuple[str, ...], str, str, str, str], ...] = (
    (0, "08:00-09:30", "Họp Ban Thường vụ Tỉnh ủy", ("chutich",), "", "", "Hội trường Tỉnh ủy", ""),
    (0, "08:00-10:00", "Giao ban khối kinh tế", ("daibieu16",), "Phòng họp số 2", "", "", "Phòng Tổng hợp"),
    (
        0,
        "07:30-08:30",
        "Giao ban Văn phòng",
        ("chanhvanphong",),
        "Phòng họp số 3",
        "",
        "",
        "Phòng Hành chính - Quản trị",
    ),
    (
        0,
        "14:00-16:00",
        "Nghe báo cáo tiến độ đường ven sông Tiền",
        ("chutich", "daibieu16"),
        "Phòng họp số 1",
        "",
        "",
        "Sở Xây dựng",
    ),
    (
        0,
        "14:00-15:30",
        "Rà soát chuẩn bị phiên họp thường kỳ",
        ("chanhvanphong",),
        "Phòng họp số 3",
        "",
        "",
        "Phòng Tổng hợp",
    ),
    (
        1,
        "07:30-11:00",
        "Kiểm tra công trường cầu Tân Hòa",
        ("chutich", "daibieu16"),
        "",
        "Xe 7 chỗ, 80A-001.26",
        "Xã Tân Hòa",
        "Sở Xây dựng",
    ),
    (
        1,
        "09:00-11:00",
        "Làm việc với Sở Nội vụ về biên chế",
        ("chanhvanphong",),
        "Phòng họp số 3",
        "",
        "",
        "Sở Nội vụ",
    ),
    (
        1,
        "14:00-16:30",
        "Tiếp công dân định kỳ",
        ("chutich", "chanhvanphong"),
        "",
        "",
        "Trụ sở Tiếp công dân tỉnh",
        "Thanh tra tỉnh",
    ),
    (
        1,
        "14:00-16:00",
        "Họp giải phóng mặt bằng các dự án chậm",
        ("daibieu16",),
        "Phòng họp số 2",
        "",
        "",
        "Sở Xây dựng",
    ),
    (2, "away", "Công tác tại Hà Nội", ("chutich",), "", "", "Ủy quyền Phó Chủ tịch Đoàn Trung Kiên", ""),
    (
        2,
        "08:00-10:30",
        "Họp Ban Chỉ đạo các công trình trọng điểm",
        ("daibieu16",),
        "Phòng họp số 1",
        "",
        "",
        "Sở Xây dựng",
    ),
    (
        2,
        "14:00-16:00",
        "Duyệt phương án điều chỉnh vốn đầu tư",
        ("daibieu16",),
        "Phòng họp số 2",
        "",
        "",
        "Sở Tài chính",
    ),
    (
        2,
        "14:30-16:30",
        "Kiểm tra công tác văn thư",
        ("chanhvanphong",),
        "",
        "Xe 16 chỗ, 80A-002.58",
        "UBND phường Bình Minh",
        "Phòng Hành chính - Quản trị",
    ),
    (
        3,
        "08:00-11:00",
        "Hội nghị trực tuyến Chính phủ với địa phương",
        _ALL,
        "Phòng họp trực tuyến",
        "",
        "cùng giám đốc các sở",
        "Phòng Tổng hợp",
    ),
    (
        3,
        "14:00-15:30",
        "Làm việc với Tập đoàn Điện lực",
        ("chutich",),
        "Phòng họp số 1",
        "",
        "",
        "Sở Công Thương",
    ),
    (
        3,
        "14:00-15:30",
        "Họp quy hoạch mỏ cát",
        ("daibieu16",),
        "Phòng họp số 2",
        "",
        "",
        "Sở Nông nghiệp và Môi trường",
    ),
    (3, "office-pm", "Làm việc tại phòng, xử lý văn bản", ("chanhvanphong",), "", "", "", ""),
    (
        4,
        "09:30-11:00",
        "Gặp mặt nhà giáo tiêu biểu",
        ("daibieu16",),
        "Hội trường UBND tỉnh",
        "",
        "",
        "Sở Giáo dục và Đào tạo",
    ),
    (
        4,
        "14:30-16:00",
        "Chuẩn bị lịch tuần sau",
        ("chanhvanphong",),
        "Phòng họp số 3",
        "",
        "",
        "Phòng Tổng hợp",
    ),
    (
        4,
        "15:00-16:30",
        "Họp xét nông thôn mới nâng cao",
        ("daibieu16",),
        "Phòng họp số 2",
        "",
        "",
        "Sở Nông nghiệp và Môi trường",
    ),
)
#: What of these was postponed, and what moved by half an hour, once the week was approved.
_POSTPONED, _MOVED = "Họp quy hoạch mỏ cát", "Họp xét nông thôn mới nâng cao"


def make_rooms(office: SampleOffice) -> None:
    """The rooms and vehicles of the province."""
    org_id = office.province_id
    for kind, given in ((ResourceKind.ROOM, _ROOMS), (ResourceKind.VEHICLE, _VEHICLES)):
        for name, seats, note in given:
            one = Resource(org_id=org_id, kind=kind, name=name, name_key=fold(name), seats=seats, note=note)
            db.session().add(one)
    db.session().flush()


def build(office: SampleOffice, echo: Callable[[str], None]) -> None:
    """Fill three weeks: one held, the present one approved and changed since, the next still being made."""
    echo("Three weeks of the leaders' schedule ...")
    now = clock.now()
    monday = planning.monday_of(clock.local(now).date())
    for ahead in (-7, 0, 7):
        first = monday + timedelta(days=ahead)
        clock.freeze(min(now, clock.at_office(first - timedelta(days=3), 14)))
        made = _propose(office, first, next_week=ahead > 0)
        if ahead <= 0:
            weeks.submit(office.person("vanthu"), first)
            clock.advance(timedelta(minutes=40))
            weeks.approve(office.person("chanhvanphong"), first)
        if ahead == 0:
            clock.freeze(now)
            _change(office, made)
    clock.freeze(now)


def _propose(office: SampleOffice, monday: date, *, next_week: bool) -> dict[str, int]:
    """Ask for everything, but on days off; what the office's meetings have taken already is left out."""
    made: dict[str, int] = {}
    secretary = office.person("thuky")
    keys = {one.name: one.id for one in catalogue.resources(office.province_id)}
    for day, hours, title, people, room, vehicle, place, unit in _WEEK:
        if next_week and day > 2:
            continue
        if not is_working_day(monday + timedelta(days=day)):
            continue
        starts, ends = _hours(monday + timedelta(days=day), hours)
        wish = Wish(
            title=title,
            starts_at=starts,
            ends_at=ends,
            has_hours=hours[:2].isdigit(),
            kind={"away": EntryKind.AWAY, "office-pm": EntryKind.OFFICE}.get(hours, EntryKind.EVENT),
            leader_ids=tuple(office.person(name).id for name in people),
            room_id=keys.get(room),
            vehicle_id=keys.get(vehicle),
            place=place,
            unit_id=office.units.get(unit),
        )
        if any(slots.ask(weeks.HELD, secretary, wish.leader_ids, starts, ends)):
            continue
        try:
            with db.unit_of_work():
                made[title] = planning.propose(secretary, wish)
        except Invalid:
            continue
    return made


def _change(office: SampleOffice, made: dict[str, int]) -> None:
    head = office.person("chanhvanphong")
    if _POSTPONED in made:
        planning.call_off(head, made[_POSTPONED], "Chờ ý kiến Bộ Nông nghiệp và Môi trường.")
    if _MOVED in made:
        entry = access_entry(head, made[_MOVED])
        wish = Wish(
            title=entry.title,
            starts_at=entry.starts_at + timedelta(minutes=30),
            ends_at=entry.ends_at + timedelta(minutes=30),
            leader_ids=tuple(entry.leader_ids),
            room_id=entry.room_id,
            unit_id=entry.unit_id,
        )
        planning.edit(head, entry.id, wish)


def _hours(day: date, hours: str) -> tuple[datetime, datetime]:
    given = {"away": "07:30-17:00", "office-pm": "13:30-17:00"}.get(hours, hours)
    first, last = (tuple(map(int, one.split(":"))) for one in given.split("-"))
    return clock.at_office(day, *first), clock.at_office(day, *last)
