"""The sample office: a province and its department of finance, their units, people and accounts.

All names are invented. Every account has the same password, which sign-in shows in sample mode only.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from intranet.core import db
from intranet.people import passwords
from intranet.people.models import Organisation, Post, Role, RoleGrant, Unit, User


@dataclass(frozen=True)
class Person:
    """One official of the sample office."""

    name: str
    full_name: str
    unit: str
    title: str
    roles: tuple[Role, ...]


#: Unit: short name, letters, the unit it belongs to.
UNITS: dict[str, tuple[str, str, str | None]] = {
    "Văn phòng UBND tỉnh": ("Văn phòng", "VP", None),
    "Phòng Tổng hợp": ("P. Tổng hợp", "TH", "Văn phòng UBND tỉnh"),
    "Phòng Hành chính - Quản trị": ("P. HC-QT", "HCQT", "Văn phòng UBND tỉnh"),
    "Phòng Khoa giáo - Văn xã": ("P. KG-VX", "KGVX", "Văn phòng UBND tỉnh"),
    "Sở Nội vụ": ("Sở Nội vụ", "SNV", None),
    "Sở Tài chính": ("Sở Tài chính", "STC", None),
    "Sở Xây dựng": ("Sở Xây dựng", "SXD", None),
    "Sở Nông nghiệp và Môi trường": ("Sở NN&MT", "SNNMT", None),
    "Sở Y tế": ("Sở Y tế", "SYT", None),
    "Sở Giáo dục và Đào tạo": ("Sở GD&ĐT", "SGDĐT", None),
    "Sở Công Thương": ("Sở Công Thương", "SCT", None),
    "Sở Khoa học và Công nghệ": ("Sở KH&CN", "SKHCN", None),
    "Sở Tư pháp": ("Sở Tư pháp", "STP", None),
    "Sở Văn hóa, Thể thao và Du lịch": ("Sở VH,TT&DL", "SVHTTDL", None),
    "Thanh tra tỉnh": ("Thanh tra tỉnh", "TTT", None),
    "Công an tỉnh": ("Công an tỉnh", "CAT", None),
    "UBND phường Bình Minh": ("P. Bình Minh", "PBM", None),
    "UBND xã Phú Thuận": ("X. Phú Thuận", "XPT", None),
    "UBND xã Tân Hòa": ("X. Tân Hòa", "XTH", None),
}
#: Units of the department of finance, an agency of its own.
FINANCE_UNITS: dict[str, tuple[str, str, str | None]] = {
    "Văn phòng Sở": ("Văn phòng Sở", "VP", None),
    "Phòng Quản lý ngân sách": ("P. QLNS", "QLNS", None),
    "Phòng Quản lý giá và công sản": ("P. QLG-CS", "QLGCS", None),
}
_LEADER, _HEAD, _OFFICER = Role.LEADER, Role.UNIT_HEAD, Role.OFFICER
PEOPLE = (
    Person("quantri", "Đặng Thị Minh", "Văn phòng UBND tỉnh", "Quản trị hệ thống", (Role.ADMIN,)),
    Person("vanthu", "Lê Thị Hồng Nhung", "Phòng Hành chính - Quản trị", "Văn thư", (Role.CLERK,)),
    Person("chutich", "Nguyễn Văn Bình", "Văn phòng UBND tỉnh", "Chủ tịch UBND tỉnh", (_LEADER,)),
    Person(
        "chanhvanphong",
        "Trương Quốc Thái",
        "Văn phòng UBND tỉnh",
        "Chánh Văn phòng",
        (Role.OFFICE_HEAD, _HEAD),
    ),
    Person("truongphong", "Đỗ Thị Thanh Hà", "Phòng Tổng hợp", "Trưởng phòng", (_HEAD,)),
    Person("chuyenvien", "Phan Thu Trang", "Phòng Tổng hợp", "Chuyên viên", (_OFFICER,)),
    Person("thuky", "Vũ Hoài Nam", "Phòng Tổng hợp", "Thư ký tổng hợp", (_OFFICER,)),
    Person("daibieu01", "Lý Thị Kim Oanh", "Sở Nội vụ", "Giám đốc Sở", (_HEAD,)),
    Person("daibieu02", "Hồ Đình Phúc", "Sở Tài chính", "Phó Giám đốc Sở", (_HEAD,)),
    Person("daibieu03", "Ngô Thanh Tùng", "Sở Xây dựng", "Giám đốc Sở", (_HEAD,)),
    Person("daibieu04", "Bùi Văn Đức", "Sở Nông nghiệp và Môi trường", "Giám đốc Sở", (_HEAD,)),
    Person("daibieu05", "Trịnh Thị Mai Lan", "Sở Y tế", "Giám đốc Sở", (_HEAD,)),
    Person("daibieu06", "Đinh Công Thành", "Sở Giáo dục và Đào tạo", "Giám đốc Sở", (_HEAD,)),
    Person("daibieu07", "Võ Minh Khôi", "Sở Công Thương", "Giám đốc Sở", (_HEAD,)),
    Person("daibieu08", "Dương Thị Thu Hiền", "Sở Khoa học và Công nghệ", "Giám đốc Sở", (_HEAD,)),
    Person("daibieu09", "Mai Xuân Trường", "Sở Tư pháp", "Giám đốc Sở", (_HEAD,)),
    Person("daibieu10", "Tạ Ngọc Bảo", "Sở Văn hóa, Thể thao và Du lịch", "Giám đốc Sở", (_HEAD,)),
    Person("daibieu11", "Lương Hữu Nghĩa", "Thanh tra tỉnh", "Chánh Thanh tra", (_HEAD,)),
    Person("daibieu12", "Phùng Quang Huy", "Công an tỉnh", "Phó Giám đốc", (_HEAD,)),
    Person("daibieu13", "Cao Thị Bích Ngọc", "UBND phường Bình Minh", "Chủ tịch UBND phường", (_HEAD,)),
    Person("daibieu14", "Quách Văn Tâm", "UBND xã Phú Thuận", "Chủ tịch UBND xã", (_HEAD,)),
    Person("daibieu15", "Hà Thị Lệ Thủy", "UBND xã Tân Hòa", "Chủ tịch UBND xã", (_HEAD,)),
    Person("daibieu16", "Đoàn Trung Kiên", "Văn phòng UBND tỉnh", "Phó Chủ tịch UBND tỉnh", (_LEADER,)),
    Person("daibieu17", "Nguyễn Thị Phương Thảo", "Văn phòng UBND tỉnh", "Phó Chánh Văn phòng", (_OFFICER,)),
    Person("daibieu18", "Chu Đức Anh", "Phòng Khoa giáo - Văn xã", "Trưởng phòng", (_HEAD,)),
    Person("daibieu19", "Lê Hoàng Yến", "Sở Tài chính", "Trưởng phòng Ngân sách", (_OFFICER,)),
    Person("daibieu20", "Trần Gia Hân", "Sở Xây dựng", "Trưởng phòng Hạ tầng", (_OFFICER,)),
)
FINANCE_PEOPLE = (
    Person("vanthu.stc", "Phạm Thị Thu Hương", "Văn phòng Sở", "Văn thư", (Role.CLERK,)),
    Person("giamdoc.stc", "Hoàng Minh Sơn", "Văn phòng Sở", "Giám đốc Sở", (_LEADER, Role.OFFICE_HEAD)),
)


class SampleOffice:
    """The people and units of the sample office, for the builders of the wings."""

    def __init__(self, province_id: int, finance_id: int, units: dict[str, int]) -> None:
        self.province_id = province_id
        self.finance_id = finance_id
        #: Key by full name, of the province's units.
        self.units = units

        self._people: dict[str, User] = {}

    def person(self, name: str) -> User:
        """The official with that account name, ready to act in the open scope; read once, then kept aside."""
        if name not in self._people:
            with Session(db.database().reader) as aside:
                found = aside.scalars(select(User).where(User.name == name)).one()
                above = found.org.parent
                while above is not None:
                    above = above.parent
                self._people[name] = found
        person = self._people[name]
        db.set_agencies(person.org_ids)
        return person


def make_people(echo: Callable[[str], None]) -> SampleOffice:
    password = passwords.hash_password(current_app.config["SETTINGS"].sample_password)
    echo("Agencies, units and people ...")
    session = db.session()
    province = Organisation(
        name="Ủy ban nhân dân tỉnh An Bình",
        short_name="UBND tỉnh An Bình",
        letters="UBND",
        code="H99",
        place="An Bình",
        address="Số 1 đường Trần Phú, phường Bình Minh, tỉnh An Bình",
    )
    session.add(province)
    session.flush()
    finance = Organisation(
        name="Sở Tài chính tỉnh An Bình",
        short_name="Sở Tài chính",
        letters="STC",
        code="H99.17",
        place="An Bình",
        address="Số 12 đường Lê Lợi, phường Bình Minh, tỉnh An Bình",
        parent_id=province.id,
    )
    session.add(finance)
    session.flush()
    units = _add_units(session, province, UNITS)
    units["Sở Tài chính"].represents_id = finance.id
    _add_people(session, units, PEOPLE, password)
    _add_people(session, _add_units(session, finance, FINANCE_UNITS), FINANCE_PEOPLE, password)
    session.flush()
    return SampleOffice(province.id, finance.id, {name: unit.id for name, unit in units.items()})


def _add_units(
    session: Session, org: Organisation, given: dict[str, tuple[str, str, str | None]]
) -> dict[str, Unit]:
    made: dict[str, Unit] = {}
    for position, (name, (short_name, letters, parent)) in enumerate(given.items()):
        made[name] = Unit(
            org_id=org.id,
            name=name,
            short_name=short_name,
            letters=letters,
            position=position,
            parent_id=None if parent is None else made[parent].id,
        )
        session.add(made[name])
        session.flush()
    return made


def _add_people(
    session: Session, units: dict[str, Unit], people: tuple[Person, ...], password_hash: str
) -> None:
    for person in people:
        unit = units[person.unit]
        user = User(
            name=person.name,
            full_name=person.full_name,
            org_id=unit.org_id,
            password_hash=password_hash,
        )
        session.add(user)
        session.flush()
        session.add(Post(user_id=user.id, unit_id=unit.id, title=person.title))
        session.add_all(RoleGrant(user_id=user.id, unit_id=unit.id, role=role) for role in person.roles)
