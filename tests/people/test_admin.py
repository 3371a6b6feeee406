"""The administrator's pages: who may, what is refused, and that nobody's change is overwritten."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from intranet.core import clock, db
from intranet.core.labels import label
from intranet.people.events import AccessChanged
from intranet.people.models import Organisation, Post, Role, RoleGrant, Unit, User
from intranet.people.sessions import SessionRow
from intranet.records import audit
from intranet.records.models import AuditLine, ListImport
from tests.factories import Office, make_unit, make_user
from tests.people.browsing import sign_in, stranger

pytestmark = pytest.mark.pages

Browser = Callable[[User], FlaskClient]
AGENCY = {
    "name": "Sở Công Thương tỉnh An Bình",
    "short_name": "Sở Công Thương",
    "letters": "SCT",
    "place": "An Bình",
}


def version_of(person: User) -> int:
    """Which edition of a person stands now."""
    return db.session().get_one(User, person.id, populate_existing=True).version


@pytest.fixture
def admin(office: Office, client_of: Browser) -> FlaskClient:
    """The administrator's browser."""
    return client_of(office.admin)


@pytest.fixture
def queries() -> Iterator[list[str]]:
    """Every statement the reading engine runs."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    engine = db.database().reader
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def acts() -> list[str]:
    """Every act in the log, in order."""
    return [line.act for line in db.session().query(AuditLine).order_by(AuditLine.id)]


def admin_addresses(app: Flask, office: Office) -> list[tuple[str, str]]:
    """Each address of the administrator with each of its methods."""
    with db.unit_of_work() as session:
        sheets = {}
        for kind in ("unit", "people"):
            sheet = ListImport(org_id=office.org.id, kind=kind, name="tep.csv", sha256="0" * 64, mark="")
            sheet.heads, sheet.rows, sheet.mapping = ["Tên"], [[2, "Phòng Tài vụ"]], {"0": "name"}
            sheet.by_id, sheet.at = office.admin.id, clock.now()
            session.add(sheet)
            sheets[kind] = sheet
    ids = {
        "org_id": office.org.id,
        "unit_id": office.stc.id,
        "user_id": office.clerk.id,
        "delegation_id": 1,
    }
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith("people.admin_"):
                kind = "people" if "people" in rule.rule else "unit"
                known = ids | {"import_id": sheets[kind].id}
                given = {name: known[name] for name in rule.arguments}
                path = app.url_map.bind("localhost").build(rule.endpoint, given)
                found += [(path, method) for method in (rule.methods or set()) & {"GET", "POST"}]
    return found


@pytest.mark.parametrize("who", ["clerk", "leader", "office_head", "head", "officer", "other_leader"])
def test_no_other_role_opens_or_sends_anything_of_the_administrators(
    app: Flask, office: Office, client_of: Browser, who: str
) -> None:
    browser = client_of(getattr(office, who))
    answers = {
        (path, method): browser.open(path, method=method).status_code
        for path, method in admin_addresses(app, office)
    }
    assert len(answers) > 20
    assert set(answers.values()) == {403}
    assert acts() == []


def test_an_administrator_opens_every_page(app: Flask, office: Office, admin: FlaskClient) -> None:
    pages = [path for path, method in admin_addresses(app, office) if method == "GET"]
    answers = {path: admin.get(path, follow_redirects=True).status_code for path in pages}
    assert set(answers.values()) == {200}


def test_an_agency_is_added_below_another_once(office: Office, admin: FlaskClient) -> None:
    fields = AGENCY | {"parent_id": office.org.id, "once": "k-1234567", "code": "H99.21"}
    assert [admin.post("/admin/agencies/new", data=fields).status_code for _ in range(2)] == [302, 302]
    made = db.session().query(Organisation).filter_by(code="H99.21").one()
    assert made.parent_id == office.org.id
    assert acts() == ["agency.created"]


def test_all_errors_come_at_once_beside_the_fields_and_values_stay(
    office: Office, admin: FlaskClient
) -> None:
    answer = admin.post("/admin/agencies/new", data={"name": "Sở Thử", "code": "x" * 36})
    assert answer.status_code == 422
    for field in ("short_name", "letters", "place", "code"):
        assert f'id="{field}-e"' in answer.text
    assert 'id="name-e"' not in answer.text
    assert 'value="Sở Thử"' in answer.text
    assert db.session().query(Organisation).count() == 2


def test_a_code_belongs_to_one_agency(office: Office, admin: FlaskClient) -> None:
    answer = admin.post("/admin/agencies/new", data=AGENCY | {"code": "H99.20"})
    assert (answer.status_code, "Mã định danh này đã dùng" in answer.text) == (422, True)


def test_an_agency_is_not_moved_below_itself(office: Office, admin: FlaskClient) -> None:
    fields = AGENCY | {"name": office.org.name, "parent_id": office.other.id, "version": 1}
    answer = admin.post(f"/admin/agencies/{office.org.id}/edit", data=fields)
    assert (answer.status_code, "bên dưới chính nó" in answer.text) == (422, True)
    assert office.org.parent_id is None


def test_a_unit_is_not_moved_below_its_own_part(office: Office, admin: FlaskClient) -> None:
    fields = {"name": "Văn phòng", "short_name": "VP", "parent_id": office.admin_room.id, "version": 1}
    answer = admin.post(f"/admin/agencies/{office.org.id}/units/{office.vp.id}", data=fields)
    assert "bên dưới chính nó" in answer.text
    fields["parent_id"] = office.stc.id
    moved = admin.post(f"/admin/agencies/{office.org.id}/units/{office.vp.id}", data=fields)
    assert (moved.status_code, office.vp.parent_id) == (302, office.stc.id)


def test_a_unit_of_one_agency_is_not_reached_through_another(office: Office, admin: FlaskClient) -> None:
    path = f"/admin/agencies/{office.other.id}/units/{office.stc.id}"
    assert admin.get(path).status_code == 404
    assert admin.post(f"{path}/active", data={"active": "0"}).status_code == 404


def test_the_second_of_two_editors_overwrites_nothing(office: Office, client_of: Browser) -> None:
    first, second = client_of(office.admin), client_of(office.admin)
    path = f"/admin/people/{office.clerk.id}/edit"
    seen = {"version": version_of(office.clerk)}
    assert first.post(path, data=seen | {"full_name": "Lê Thị Nhung"}).status_code == 302
    late = second.post(path, data=seen | {"full_name": "Lê Nhung", "email": "nhung@anbinh.gov.vn"})
    assert (late.status_code, "Người khác vừa sửa" in late.text) == (422, True)
    assert 'value="Lê Nhung"' in late.text
    assert (office.clerk.full_name, office.clerk.name_key) == ("Lê Thị Nhung", "le thi nhung")


def test_a_place_where_people_work_is_not_closed(office: Office, admin: FlaskClient) -> None:
    path = f"/admin/agencies/{office.org.id}"
    assert admin.post(f"{path}/units/{office.stc.id}/active", data={"active": "0"}).status_code == 409
    assert admin.post(f"{path}/active", data={"active": "0"}).status_code == 409
    empty = make_unit(office.org, "Ban chỉ đạo cũ", "BCĐ", "BCD")
    assert admin.post(f"{path}/units/{empty.id}/active", data={"active": "0"}).status_code == 302
    assert db.session().get_one(Unit, empty.id).is_active is False


def new_person(office: Office, **changes: Any) -> dict[str, Any]:
    """The form of a new person."""
    return {
        "full_name": "Mai  Thị Hoa",
        "name": "Hoa.MT",
        "unit": office.stc.id,
        "title": "Chuyên viên",
        "roles": ["officer"],
        "once": "key-of-this-form",
    } | changes


def test_a_new_person_comes_in_with_the_password_shown_once(
    app: Flask, office: Office, admin: FlaskClient
) -> None:
    answer = admin.post("/admin/people/new", data=new_person(office))
    password = answer.text.split("<code>")[1].split("</code>")[0]
    made = db.session().query(User).filter_by(name="hoa.mt").one()
    assert (made.full_name, made.org_id, made.title) == ("Mai Thị Hoa", office.org.id, "Chuyên viên")
    assert made.has_role(Role.OFFICER, unit_id=office.stc.id)
    assert password not in admin.get(f"/admin/people/{made.id}").text
    assert sign_in(stranger(app), "hoa.mt", password).status_code == 302
    again = admin.post("/admin/people/new", data=new_person(office))
    assert (again.status_code, again.headers["Location"]) == (302, f"/admin/people/{made.id}")


def test_a_password_is_kept_nowhere_in_the_clear(office: Office, admin: FlaskClient) -> None:
    answer = admin.post("/admin/people/new", data=new_person(office))
    password = answer.text.split("<code>")[1].split("</code>")[0]
    for table in db.Base.metadata.sorted_tables:
        for row in db.session().execute(table.select()):
            assert password not in str(row)


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"name": "vanthu"}, "name", "đã có người dùng"),
        ({"name": "Nhung Lê"}, "name", "chữ thường không dấu"),
        ({"name": "a" * 61}, "name", "Nhiều nhất 60"),
        ({"unit": 99999}, "unit", "đơn vị đang hoạt động"),
        ({"email": "khong-phai-dia-chi"}, "email", "Địa chỉ thư"),
        ({"title": "   "}, "title", "Hãy nhập"),
    ],
)
def test_a_person_that_cannot_be_is_refused_beside_the_field(
    office: Office, admin: FlaskClient, changes: dict[str, Any], field: str, word: str
) -> None:
    before = db.session().query(User).count()
    answer = admin.post("/admin/people/new", data=new_person(office, **changes))
    assert answer.status_code == 422
    beside = answer.text.split(f'id="{field}-e"')[1].split("</p>")[0]
    assert word in beside
    assert db.session().query(User).count() == before


def test_a_disabled_person_is_out_everywhere_at_once(
    office: Office, admin: FlaskClient, client_of: Browser, published: list[Any]
) -> None:
    browser = client_of(office.clerk)
    assert admin.post(f"/admin/people/{office.clerk.id}/active", data={"active": "0"}).status_code == 302
    assert browser.get("/me", headers={"Accept": "application/json"}).status_code == 401
    assert AccessChanged(office.clerk.id) in published
    assert db.session().query(SessionRow).filter_by(user_id=office.clerk.id, ended_at=None).count() == 0


def test_the_last_administrator_stays(office: Office, admin: FlaskClient) -> None:
    own = f"/admin/people/{office.admin.id}"
    assert admin.post(f"{own}/active", data={"active": "0"}).status_code == 409
    assert admin.post(f"{own}/places/{office.vp.id}/leave").status_code == 409
    second = make_user("quantri2", "Vũ Văn Hai", office.vp, "Quản trị viên", Role.ADMIN)
    assert admin.post(f"{own}/places/{office.vp.id}/leave").status_code == 302
    assert office.admin.roles == frozenset()
    assert db.session().get_one(User, second.id).holds("people.admin")
    assert admin.get("/admin/people").status_code == 403


def test_roles_are_given_and_taken_per_unit(office: Office, admin: FlaskClient, published: list[Any]) -> None:
    path = f"/admin/people/{office.officer.id}/places"
    new = {"unit": office.sxd.id, "roles": ["unit_head"], "version": version_of(office.officer)}
    assert admin.post(f"{path}/new", data=new).status_code == 302
    assert office.officer.has_role(Role.UNIT_HEAD, unit_id=office.sxd.id)
    assert not office.officer.has_role(Role.UNIT_HEAD, unit_id=office.stc.id)
    assert published == []
    seen = version_of(office.officer)
    empty = admin.post(f"{path}/{office.sxd.id}", data={"title": "", "version": seen})
    assert (empty.status_code, "chọn ít nhất một vai trò" in empty.text) == (422, True)
    admin.post(f"{path}/{office.sxd.id}", data={"title": "Biệt phái", "version": seen})
    assert office.officer.roles == {"officer"}
    assert published == [AccessChanged(office.officer.id)]
    admin.post(f"{path}/{office.sxd.id}/leave")
    assert db.session().query(Post).filter_by(user_id=office.officer.id).count() == 1


def test_two_administrators_overwrite_no_place_of_a_person_unseen(office: Office, admin: FlaskClient) -> None:
    path = f"/admin/people/{office.officer.id}/places/{office.stc.id}"
    version = re.search(r'name="version"[^>]*value="(\d+)"', admin.get(path).text)
    assert version is not None
    seen = {"version": version[1], "roles": ["officer"]}
    assert admin.post(path, data=seen | {"title": "Phó trưởng phòng"}).status_code == 302
    late = admin.post(path, data=seen | {"title": "Kế toán trưởng"})
    assert (late.status_code, "Người khác vừa sửa tài khoản này" in late.text) == (422, True)
    assert "Kế toán trưởng" in late.text
    assert [post.title for post in office.officer.posts] == ["Phó trưởng phòng"]


def test_a_person_gets_no_place_in_another_agency(office: Office, admin: FlaskClient) -> None:
    elsewhere = office.other_clerk.posts[0].unit_id
    path = f"/admin/people/{office.officer.id}/places/new"
    given = {"unit": elsewhere, "title": "Chuyên viên", "version": version_of(office.officer)}
    answer = admin.post(path, data=given)
    assert (answer.status_code, "thuộc cơ quan khác" in answer.text) == (422, True)


def test_an_unknown_role_is_refused(office: Office, admin: FlaskClient) -> None:
    path = f"/admin/people/{office.officer.id}/places/new"
    answer = admin.post(path, data={"unit": office.sxd.id, "roles": ["emperor"]})
    assert answer.status_code == 422
    assert db.session().query(RoleGrant).filter_by(user_id=office.officer.id).count() == 1


def test_a_reset_link_works_once_and_leaves_the_old_password_until_then(
    app: Flask, office: Office, admin: FlaskClient
) -> None:
    answer = admin.post(f"/admin/people/{office.clerk.id}/reset", data={"how": "link"})
    address = answer.text.split("<code>")[1].split("</code>")[0]
    assert address.startswith("http://localhost/password/")
    path = address.removeprefix("http://localhost")
    new = "một câu nói mà ai cũng quên"
    lost = stranger(app)
    page = lost.get(path)
    token = page.text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    fields = {"csrf_token": token, "password": new, "again": new}
    weak = lost.post(path, data=fields | {"password": "ngắn", "again": "ngắn"})
    assert weak.status_code == 422
    assert lost.post(path, data=fields).status_code == 302
    assert lost.post(path, data=fields).status_code == 404
    assert lost.get(path).status_code == 404
    assert sign_in(stranger(app), "vanthu", new).status_code == 302
    assert [line.act for line in audit.history(office.clerk.ref)] == [
        "session.started",
        "password.changed",
        "account.reset",
    ]


def test_the_log_of_an_account_is_read_to_its_first_line(office: Office, admin: FlaskClient) -> None:
    person, path = office.officer.ref, f"/admin/people/{office.officer.id}"
    with db.unit_of_work():
        audit.record(office.admin, "account.created", person)
        for _ in range(50):
            audit.record(office.officer, "session.started", person)
    page = admin.get(path).text
    assert label("act.account.created") not in page
    (older,) = re.findall(r'href="([^"#]+)#log">Cũ hơn', page)
    page = admin.get(older).text
    assert label("act.account.created") in page
    assert "Cũ hơn" not in page
    (newer,) = re.findall(r'href="([^"#]+)#log">Mới hơn', page)
    assert admin.get(newer).text.count(label("act.session.started")) == 50


def test_people_are_found_by_a_part_of_the_name_without_marks(office: Office, admin: FlaskClient) -> None:
    page = admin.get("/admin/people?q=hong+nhung").text
    assert "Lê Thị Hồng Nhung" in page
    assert "Phan Thu Trang" not in page
    assert "Không có ai như vậy" in admin.get("/admin/people?q=%25&role=archivist").text
    only = admin.get(f"/admin/people?org={office.other.id}&role=clerk").text
    assert "Bùi Thị Mai" in only
    assert "Lê Thị Hồng Nhung" not in only


def test_the_list_goes_on_from_page_to_page_and_back_without_gap_or_double(
    office: Office, admin: FlaskClient
) -> None:
    for n in range(95):
        make_user(f"canbo{n:03}", f"Cán bộ {n % 7}", office.sxd, "Chuyên viên")

    def names(page: str) -> list[str]:
        return [part.split("</code>")[0] for part in page.split("<code>")[1:]]

    def step(page: str, rel: str) -> str:
        href = page.split(f'rel="{rel}" href="')[1].split('"')[0].replace("&amp;", "&")
        return admin.get(href).text

    first = admin.get("/admin/people").text
    second = step(first, "next")
    third = step(second, "next")
    every = names(first) + names(second) + names(third)
    assert len(every) == len(set(every)) == db.session().query(User).count() == 105
    assert names(step(third, "prev")) == names(second)
    assert names(step(second, "prev")) == names(first)


def test_a_longer_list_asks_no_more_questions(office: Office, admin: FlaskClient, queries: list[str]) -> None:
    def count(path: str) -> int:
        admin.get(path)
        queries.clear()
        admin.get(path)
        return len(queries)

    paths = ("/admin/people", f"/admin/agencies/{office.org.id}", "/admin/people/new")
    few = [count(path) for path in paths]
    for n in range(12):
        unit = make_unit(office.org, f"Phòng {n}", f"P{n}", f"P{n}")
        make_user(f"nguoi{n}", f"Người Thứ {n}", unit, "Chuyên viên", Role.OFFICER, Role.CLERK)
    assert [count(path) for path in paths] == few
    assert max(few) <= 16


def test_an_administrator_names_a_substitute_for_anybody(office: Office, admin: FlaskClient) -> None:
    fields = {
        "principal": office.leader.id,
        "substitute": office.office_head.id,
        "first_date": "13/11/2026",
        "last_date": "20/11/2026",
        "reason": "Công tác nước ngoài",
        "once": "key-of-this-form",
    }
    assert admin.post("/admin/stand-ins", data=fields).status_code == 302
    page = admin.get("/admin/stand-ins").text
    assert "Đang hiệu lực" in page
    assert admin.post("/admin/stand-ins/1/end").status_code == 302
    assert "Đã kết thúc" in admin.get("/admin/stand-ins").text
    assert acts() == ["stand_in.named", "stand_in.ended"]
