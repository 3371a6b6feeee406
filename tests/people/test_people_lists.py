"""People are taken over from a sheet: added, kept up, never doubled, and handed a link to come in by."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intranet.core import clock, db, jobs
from intranet.people.models import Role, RoleGrant, User
from intranet.people.services import accounts
from intranet.records.models import AuditLine, ListImport, ListState
from intranet.records.table_xlsx import Table, write
from tests.factories import Office, make_unit, make_user
from tests.people.browsing import PASSWORD, send, sign_in, stranger

Browser = Callable[[User], FlaskClient]
START = "/admin/people/import"
HEADS = "Họ và tên;Tên đăng nhập;Thư điện tử;Cơ quan;Đơn vị;Chức vụ;Vai trò\n"
NEW = (
    "Đặng Văn Sơn;dangvanson;son@example.gov.vn;;stc;Chuyên viên;Chuyên viên\n"
    "Hồ Thị Lan;;lan.ho@example.gov.vn;h99.20;Văn phòng Sở Y tế;Văn thư;Văn thư, Thanh tra, kiểm tra\n"
    "Đặng Văn Sơn;dangvanson;;;Văn phòng UBND tỉnh > P. HC-QT;Tổ phó;\n"
)


def give(client: FlaskClient, text: str) -> str:
    """The page of a list that was given."""
    sent = {"file": (io.BytesIO((HEADS + text).encode()), "can-bo.csv")}
    answer = client.post(START, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def take(client: FlaskClient, page: str, **more: str) -> str:
    """The page after the worker took the list over."""
    assert client.post(page, data={"act": "take", **more}).status_code == 302
    jobs.run_due()
    return client.get(page).text


def person(name: str) -> User:
    return db.session().scalars(select(User).where(User.name == name)).one()


def places(name: str) -> dict[str, tuple[str, set[Role]]]:
    """Title and roles of a person by unit."""
    one = person(name)
    return {
        post.unit.short_name: (post.title, {g.role for g in one.grants if g.unit_id == post.unit_id})
        for post in one.posts
    }


@pytest.fixture
def admin(office: Office, client_of: Browser) -> FlaskClient:
    """The administrator's browser."""
    return client_of(office.admin)


def test_people_come_with_posts_and_roles_in_the_background_and_a_second_time_adds_nobody(
    office: Office, admin: FlaskClient
) -> None:
    page = give(admin, NEW)
    shown = admin.get(page).text
    assert "3 dòng sẽ được thêm" in shown
    assert "Đổi</dt><dd>0" in shown, "among the counts, so that nobody wonders"
    admin.post(page, data={"act": "take"})
    assert "Đang nhập ở nền" in admin.get(page).text
    assert admin.post(page, data={"act": "take"}).status_code == 422
    jobs.run_due()
    assert "3 dòng mới" in admin.get(page).text
    assert places("dangvanson") == {
        "Sở Tài chính": ("Chuyên viên", {Role.OFFICER}),
        "P. HC-QT": ("Tổ phó", set()),
    }
    lan = person("lan.ho")
    assert (lan.full_name, lan.org_id, lan.password_hash) == ("Hồ Thị Lan", office.other.id, None)
    assert places("lan.ho") == {"VP Sở": ("Văn thư", {Role.CLERK, Role.AUDITOR})}
    acts = list(db.session().scalars(select(AuditLine.act).where(AuditLine.act.startswith("account."))))
    assert sorted(acts) == ["account.created", "account.created", "account.placed"]
    assert "Mọi dòng của tệp đã có" in admin.get(give(admin, NEW)).text


def test_a_wrong_row_stops_the_file_and_no_sheet_makes_an_administrator(
    office: Office, admin: FlaskClient
) -> None:
    make_unit(office.org, "Tổ Một cửa", "Một cửa 1", "", office.stc)
    make_unit(office.org, "Tổ Một cửa", "Một cửa 2", "", office.sxd)
    rows = {
        "Người A;nguoi.a;;;Tổ Một cửa;Tổ viên;": "có nhiều đơn vị “Tổ Một cửa”",
        "Người B;nguoi.b;;;Phòng Lạ;Tổ viên;": "không có đơn vị “Phòng Lạ”",
        "Người C;nguoi.c;;Sở Lạ;STC;Tổ viên;": "Không có cơ quan “Sở Lạ”",
        "Người D;nguoi.d;;;STC;Tổ viên;Quản trị hệ thống": "chỉ giao bằng tay",
        "Người E;nguoi.e;;;STC;Tổ viên;Thợ điện": "Không hiểu vai trò “Thợ điện”",
        "Người G;;;;STC;Tổ viên;": "Thiếu Tên đăng nhập",
        "Người H;người h;;;STC;Tổ viên;": "không dùng làm tên đăng nhập được",
        "Người I;nguoi.i;không;;STC;Tổ viên;": "“không” không phải địa chỉ thư",
        "Người K;nguoi.l;;;STC;Tổ viên;\nNgười L;nguoi.l;;;SXD;Tổ viên;": "ở dòng 10 là của người khác",
        "Người M;vanthu;;;STC;Tổ viên;": "đang là của Lê Thị Hồng Nhung",
        "Bùi Thị Mai;vanthu.syt;;;STC;Văn thư;": "thuộc cơ quan khác",
        "Vũ Đình Quang;quantri;;;STC;Quản trị viên;": "Hãy chuyển người này bằng tay",
    }
    page = give(admin, "\n".join(rows) + "\n" + NEW)
    shown = admin.get(page).text
    assert [words for words in rows.values() if words not in shown] == []
    assert admin.post(page, data={"act": "take"}).status_code == 422
    assert admin.get(f"{page}/problems.xlsx").data.startswith(b"PK")
    assert db.session().scalar(select(func.count()).select_from(User).where(User.name == "dangvanson")) == 0


def test_all_errors_of_a_row_are_told_at_once(admin: FlaskClient) -> None:
    rows = ";người h;không;Sở Lạ;;;Thợ điện\n"
    rows += "Người A;vanthu.syt;;;STC;;Thợ điện\nNgười B;vanthu.syt;;;STC;Văn thư;\n"
    shown = admin.get(give(admin, rows)).text
    for words, times in (
        ("Thiếu Họ và tên", 1),
        ("không dùng làm tên đăng nhập được", 1),
        ("“không” không phải địa chỉ thư", 1),
        ("Không có cơ quan “Sở Lạ”", 1),
        ("Thiếu Đơn vị", 1),
        ("Thiếu Chức vụ", 2),
        ("Không hiểu vai trò “Thợ điện”", 2),
        ("Trùng với dòng 3 của tệp", 1),
        ("Tên đăng nhập “vanthu.syt” ở dòng 3 là của người khác", 1),
    ):
        assert shown.count(words) == times, words


def test_whoever_is_known_is_kept_up_and_every_change_is_told_before_it_is_made(
    office: Office, admin: FlaskClient
) -> None:
    make_user("khoa", "Người Đã Khóa", office.stc, "Chuyên viên")
    accounts.set_active(office.admin, person("khoa").id, False)
    rows = (
        "Phan Thu Trang;chuyenvien;trang@example.gov.vn;;Sở Xây dựng;Phó Trưởng phòng;\n"
        "Đỗ Thị Thanh Hà;truongphong;;;STC;Trưởng phòng;Trưởng phòng; \n"
        "Lê Thị Hồng Nhung;vanthu;;;HC;Phó phòng;Văn thư;Lưu trữ cơ quan\n"
        "Người Đã Khóa;khoa;;;SXD;Chuyên viên;\n"
        "Vũ Đình Quang;quantri;;;VP;Quản trị viên;Chuyên viên\n"
    ).replace("Văn thư;Lưu trữ", "Văn thư|Lưu trữ")
    page = give(admin, rows)
    shown = admin.get(page).text
    for words in (
        "Chuyển từ “Chuyên viên, Sở Tài chính” sang “Phó Trưởng phòng, Sở Xây dựng”.",
        "Thôi vai trò Chuyên viên ở Sở Tài chính.",
        "Đổi Chức vụ: “Văn thư” thành “Phó phòng”.",
        "Đổi Vai trò: “Văn thư” thành “Văn thư; Lưu trữ cơ quan”.",
        "Tài khoản “khoa” đang khóa; giữ nguyên.",
        "3 dòng đổi thông tin đang có",
    ):
        assert words in shown, words
    assert admin.post(page, data={"act": "take"}).status_code == 422, "the changes were not looked at"
    assert "Đã đổi 3 dòng." in take(admin, page, seen="y")
    assert places("chuyenvien") == {"Sở Xây dựng": ("Phó Trưởng phòng", set())}
    assert person("chuyenvien").email == "trang@example.gov.vn"
    assert places("vanthu") == {"P. HC-QT": ("Phó phòng", {Role.CLERK, Role.ARCHIVIST})}
    assert places("truongphong") == {"Sở Tài chính": ("Trưởng phòng", {Role.UNIT_HEAD})}
    assert places("quantri")["Văn phòng"][1] == {Role.ADMIN, Role.OFFICER}
    assert places("khoa") == {"Sở Tài chính": ("Chuyên viên", set())}


def test_what_has_changed_since_it_was_looked_at_is_not_taken_over(
    office: Office, admin: FlaskClient
) -> None:
    page = give(admin, NEW)
    admin.post(page, data={"act": "take"})
    make_user("dangvanson", "Đặng Văn Sơn", office.sxd, "Chuyên viên")
    jobs.run_due()
    assert "Danh mục đã thay đổi sau khi bạn xem tệp" in admin.get(page).text
    assert db.session().scalar(select(func.count()).select_from(User).where(User.name == "lan.ho")) == 0
    # Nor for somebody who may no longer.
    page = give(admin, NEW.splitlines()[1] + "\n")
    admin.post(page, data={"act": "take"})
    with db.unit_of_work() as session:
        for grant in session.scalars(select(RoleGrant).where(RoleGrant.user_id == office.admin.id)):
            grant.role = Role.OFFICER
    jobs.run_due()
    assert set(db.session().scalars(select(ListImport.state))) == {ListState.READY}


def test_each_sets_the_first_password_by_a_link_that_is_kept_nowhere(
    app: Flask, office: Office, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables: list[Table] = []
    where = "intranet.people.views.admin_people_lists.table_xlsx.write"
    monkeypatch.setattr(where, lambda table, tell: tables.append(table) or write(table, tell))
    page = give(admin, NEW)
    assert "2 người trong tệp chưa có mật khẩu" in take(admin, page)
    for _ in range(2):
        answer = admin.post(f"{page}/links")
        assert (answer.data[:2], answer.headers["Cache-Control"]) == (b"PK", "no-store")
    (first, again) = ([line.cells for line in table.lines] for table in tables)
    assert [cells[2:5] for cells in first] == [
        ("Hồ Thị Lan", "Văn thư", "lan.ho"),
        ("Đặng Văn Sơn", "Chuyên viên", "dangvanson"),
    ]
    old, link = ("/password/" + sheet[1][5].partition("/password/")[2] for sheet in (first, again))
    token = link.rpartition("/")[2]
    assert len(token) == 24
    assert stranger(app).get(old).status_code == 404, "the later sheet stands"
    assert sign_in(stranger(app), "dangvanson").status_code == 422
    assert send(stranger(app), link, password=PASSWORD, again=PASSWORD).status_code == 302
    assert stranger(app).get(link).status_code == 404, "it is good once"
    assert sign_in(stranger(app), "dangvanson").status_code == 302
    assert "1 người trong tệp chưa có mật khẩu" in admin.get(page).text
    lines = db.session().execute(select(AuditLine.act, AuditLine.data_text)).all()
    assert [act for act, _ in lines].count("account.links_made") == 2
    assert token not in repr(lines)
    # Many secrets at once leave the house only with a fresh proof of who sits there.
    clock.advance(timedelta(minutes=6))
    assert "/me/prove" in admin.post(f"{page}/links").location
    assert len(tables) == 2
