"""A small office for tests: one province with three units, one department's agency beside it."""

from dataclasses import dataclass

from sqlalchemy import select

from intranet.core import db
from intranet.people.models import Organisation, Post, Role, RoleGrant, Unit, User


@dataclass
class Office:
    """The people and units of the test office, as the test's own scope reads them."""

    org: Organisation
    #: Another agency of the same installation, to which documents may be issued.
    other: Organisation
    #: Units of ``org``: the office with its administration room, finance, construction.
    vp: Unit
    admin_room: Unit
    stc: Unit
    sxd: Unit
    admin: User
    clerk: User
    leader: User
    office_head: User
    #: Head and officer of finance; head of construction.
    head: User
    officer: User
    other_head: User
    #: Clerk and leader of the other agency; a stranger there who takes part in nothing.
    other_clerk: User
    other_leader: User
    stranger: User


def make_user(name: str, full_name: str, unit: Unit, title: str, *roles: Role) -> User:
    """An official with one post; roles are granted in the post's unit."""
    with db.unit_of_work() as session:
        user = User(name=name, full_name=full_name, org_id=unit.org_id)
        session.add(user)
        session.flush()
        session.add(Post(user_id=user.id, unit_id=unit.id, title=title))
        session.add_all(RoleGrant(user_id=user.id, unit_id=unit.id, role=role) for role in roles)
        session.flush()
        key = user.id
    return db.session().get_one(User, key)


def make_unit(org: Organisation, name: str, short: str, letters: str, parent: Unit | None = None) -> Unit:
    """A unit of an agency."""
    with db.unit_of_work() as session:
        unit = Unit(
            org_id=org.id,
            name=name,
            short_name=short,
            letters=letters,
            parent_id=None if parent is None else parent.id,
        )
        session.add(unit)
        session.flush()
        key = unit.id
    return db.session().get_one(Unit, key)


def make_org(
    name: str, short: str, letters: str, code: str, parent: Organisation | None = None
) -> Organisation:
    """An agency."""
    with db.unit_of_work() as session:
        org = Organisation(
            name=name,
            short_name=short,
            letters=letters,
            code=code,
            place="An Bình",
            parent_id=None if parent is None else parent.id,
        )
        session.add(org)
        session.flush()
        key = org.id
    return db.session().get_one(Organisation, key)


def make_office() -> Office:
    """The whole test office, as the open scope reads it."""
    org = make_org("Ủy ban nhân dân tỉnh An Bình", "UBND tỉnh", "UBND", "H99")
    other = make_org("Sở Y tế tỉnh An Bình", "Sở Y tế", "SYT", "H99.20", org)
    vp = make_unit(org, "Văn phòng UBND tỉnh", "Văn phòng", "VP")
    admin_room = make_unit(org, "Phòng Hành chính - Quản trị", "P. HC-QT", "HC", vp)
    stc = make_unit(org, "Sở Tài chính", "Sở Tài chính", "STC")
    sxd = make_unit(org, "Sở Xây dựng", "Sở Xây dựng", "SXD")
    syt = make_unit(other, "Văn phòng Sở Y tế", "VP Sở", "VP")
    make_user("quantri", "Vũ Đình Quang", vp, "Quản trị viên", Role.ADMIN)
    make_user("vanthu", "Lê Thị Hồng Nhung", admin_room, "Văn thư", Role.CLERK)
    make_user("chutich", "Nguyễn Văn Bình", vp, "Chủ tịch UBND tỉnh", Role.LEADER)
    make_user("chanhvanphong", "Trương Quốc Thái", vp, "Chánh Văn phòng", Role.OFFICE_HEAD, Role.UNIT_HEAD)
    make_user("truongphong", "Đỗ Thị Thanh Hà", stc, "Trưởng phòng", Role.UNIT_HEAD)
    make_user("chuyenvien", "Phan Thu Trang", stc, "Chuyên viên", Role.OFFICER)
    make_user("truongphong.sxd", "Ngô Thanh Tùng", sxd, "Trưởng phòng", Role.UNIT_HEAD)
    make_user("vanthu.syt", "Bùi Thị Mai", syt, "Văn thư", Role.CLERK)
    make_user("giamdoc.syt", "Hoàng Đức Minh", syt, "Giám đốc", Role.LEADER)
    make_user("chuyenvien.syt", "Trần Văn Lạ", syt, "Chuyên viên", Role.OFFICER)
    return find_office()


def find_office() -> Office:
    """The test office that was made before, as the open scope reads it."""
    session = db.session()
    with db.across_orgs("the test office has two agencies"):
        orgs = {org.letters: org for org in session.scalars(select(Organisation))}
        units = {unit.short_name: unit for unit in session.scalars(select(Unit))}
        users = {user.name: user for user in session.scalars(select(User))}
    return Office(
        org=orgs["UBND"],
        other=orgs["SYT"],
        vp=units["Văn phòng"],
        admin_room=units["P. HC-QT"],
        stc=units["Sở Tài chính"],
        sxd=units["Sở Xây dựng"],
        admin=users["quantri"],
        clerk=users["vanthu"],
        leader=users["chutich"],
        office_head=users["chanhvanphong"],
        head=users["truongphong"],
        officer=users["chuyenvien"],
        other_head=users["truongphong.sxd"],
        other_clerk=users["vanthu.syt"],
        other_leader=users["giamdoc.syt"],
        stranger=users["chuyenvien.syt"],
    )
