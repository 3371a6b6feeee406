"""Finding units, people and whoever receives for them."""

from intranet.core import db
from intranet.people import directory
from intranet.people.models import Role, RoleGrant, Unit, User
from tests.factories import Office, make_unit, make_user


def names(ids: list[int]) -> list[str]:
    return [person.name for person in directory.people(ids).values()]


def test_units_come_in_the_order_of_the_tree(office: Office) -> None:
    names = [unit.name for unit in directory.units_of(office.org.id)]
    assert names.index("Phòng Hành chính - Quản trị") == names.index("Văn phòng UBND tỉnh") + 1
    assert len(names) == 4


def test_a_units_head_receives_for_it(office: Office) -> None:
    assert names(directory.receivers_of(office.stc.id)) == ["truongphong"]


def test_all_members_receive_for_a_unit_without_a_head(office: Office) -> None:
    with db.unit_of_work() as session:
        session.query(RoleGrant).filter_by(user_id=office.head.id).delete()
    assert set(names(directory.receivers_of(office.stc.id))) == {"truongphong", "chuyenvien"}


def test_an_agencys_leaders_and_clerks_receive_for_the_unit_that_stands_for_it(office: Office) -> None:
    unit = make_unit(office.org, "Sở Y tế", "Sở Y tế", "SYT")
    with db.unit_of_work() as session:
        session.get_one(Unit, unit.id).represents_id = office.other.id
    assert set(names(directory.receivers_of(unit.id))) == {"vanthu.syt", "giamdoc.syt"}
    assert [one.id for one in directory.units_for(office.other.id)] == [unit.id]


def test_people_are_found_without_marks_and_only_in_the_agencies_named(office: Office) -> None:
    assert [p.name for p in directory.find_people([office.org.id], "hong nhung")] == ["vanthu"]
    assert directory.find_people([office.other.id], "Hồng Nhung") == []
    assert directory.find_people([office.org.id], "%") == directory.find_people([office.org.id], "")


def test_people_are_found_by_post_and_unit_too_and_those_so_named_come_first(office: Office) -> None:
    def found(text: str) -> list[str]:
        return [p.name for p in directory.find_people([office.org.id], text)]

    assert found("chu tich") == ["chutich"]
    assert found("truong phong xay dung") == ["truongphong.sxd"]
    assert found("giám đốc") == []  # The one there is sits in another agency.
    make_user("chanh", "Vũ Tài Xuân", office.sxd, "Chuyên viên", Role.OFFICER)
    assert found("tai")[0] == "chanh"
    assert set(found("tai")) == {"chanh", "truongphong", "chuyenvien"}


def test_the_line_under_a_name_is_post_and_own_unit_and_of_other_agencies_their_name(office: Office) -> None:
    near = {office.org.id}
    assert directory.place_of(office.head, near) == "Trưởng phòng, Sở Tài chính"
    assert directory.place_of(office.leader, near) == "Chủ tịch UBND tỉnh, UBND tỉnh"
    assert directory.place_of(office.other_leader, near) == "Giám đốc, Sở Y tế"
    assert directory.place_of(office.stranger, near) == "Chuyên viên, Văn phòng Sở Y tế, Sở Y tế"


def test_a_disabled_person_receives_nothing_but_keeps_a_name(office: Office) -> None:
    with db.unit_of_work() as session:
        session.get_one(User, office.head.id).is_active = False
    assert "truongphong" not in [person.name for person in directory.members_of(office.stc.id)]
    assert directory.people([office.head.id])[office.head.id].full_name == "Đỗ Thị Thanh Hà"


def test_a_role_in_one_unit_is_not_a_role_in_another(office: Office) -> None:
    make_user("truongphong.hc", "Lý Văn Hai", office.admin_room, "Trưởng phòng", Role.UNIT_HEAD)
    found = directory.with_role(office.org.id, Role.UNIT_HEAD, unit_id=office.admin_room.id)
    assert [person.name for person in found] == ["truongphong.hc"]


def test_a_post_is_told_with_its_unit_save_of_whoever_leads_the_agency(office: Office) -> None:
    assert directory.post_of(office.leader) == office.leader.title
    assert directory.post_of(office.officer) == f"{office.officer.title}, {office.officer.posts[0].unit.name}"
    assert directory.post_of(User(full_name="Không chức vụ", posts=[], grants=[])) == ""
