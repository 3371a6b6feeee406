"""A list of agencies, and of units, is taken over from a sheet whole or not at all, and never twice."""

import io
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import func, select

from documents.models.catalogue import Channel, Party
from documents.services import catalogue
from intranet.core import db
from intranet.people.models import Unit, User
from intranet.records.models import ListImport, ListState
from tests.factories import Office

ClientOf = Callable[[User], FlaskClient]
START = "/documents/catalogue/parties/import"
HEADS = "Tên cơ quan;Viết tắt;Email;Cách gửi;Người đứng đầu\n"


def give(client: FlaskClient, start: str, text: str, name: str = "danh-sach.csv") -> str:
    """The page of a list that was given."""
    sent = {"file": (io.BytesIO(text.encode()), name)}
    answer = client.post(start, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def party(name: str) -> Party:
    return db.session().scalars(select(Party).where(Party.name == name)).one()


def test_agencies_are_added_what_is_lacking_is_filled_in_and_a_second_time_adds_nothing(
    desk: Office, client_of: ClientOf
) -> None:
    with db.unit_of_work():
        catalogue.find_or_make_party(desk.org.id, "Sở Y tế")
    admin = client_of(desk.admin)
    text = f"Danh sách năm 2026\n{HEADS}Sở Nội vụ;SNV;snv@example.gov.vn;Thư điện tử;Ông A\nsở  y tế;SYT;;;\n"
    page = give(admin, START, text)
    shown = admin.get(page).text
    assert "1 dòng sẽ được thêm, 1 dòng được bổ sung chỗ còn trống." in shown
    assert db.session().scalar(select(func.count()).select_from(Party).where(Party.name == "Sở Nội vụ")) == 0
    admin.post(page, data={"act": "take"})
    made = party("Sở Nội vụ")
    assert (made.letters, made.emails, made.channel) == ("SNV", ["snv@example.gov.vn"], Channel.EMAIL)
    assert party("Sở Y tế").letters == "SYT"
    assert "Đã nhập xong" in admin.get(page).text
    again = give(admin, START, text)
    assert "Mọi dòng của tệp đã có trong danh mục." in admin.get(again).text
    assert admin.post(again, data={"act": "take"}).status_code == 422
    admin.post(again, data={"act": "drop"})
    assert admin.get(again).status_code == 404
    # Nobody else comes near it.
    for person in (desk.clerk, desk.other_clerk):
        assert client_of(person).get(page).status_code in (403, 404)


def test_one_wrong_row_stops_the_file_and_stands_in_a_sheet_to_take_along(
    desk: Office, client_of: ClientOf
) -> None:
    admin = client_of(desk.admin)
    rows = "Sở Công Thương;SCT;không phải thư;;\nSở Tư pháp;STP;;bồ câu;\n;SXX;;;\n"
    rows += "Sở Xây dựng;;;;\nsở xây dựng;;;;\n"
    page = give(admin, START, HEADS + rows)
    shown = admin.get(page).text
    for words in ("“không phải thư” không phải địa chỉ thư", "bồ câu", "Thiếu tên.", "Trùng với dòng 5"):
        assert words in shown, words
    assert admin.post(page, data={"act": "take"}).status_code == 422
    assert db.session().scalar(select(func.count()).select_from(Party).where(Party.name == "Sở Tư pháp")) == 0
    listed = admin.get(f"{page}/problems.xlsx")
    assert listed.data.startswith(b"PK")
    secret = {"file": (io.BytesIO(f"{HEADS}Sở A;;;;TUYỆT MẬT\n".encode()), "a.csv")}
    refused = admin.post(START, data=secret, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "dấu chỉ độ mật (dòng 2)" in refused.text
    assert db.session().scalar(select(func.count()).select_from(ListImport)) == 1


def test_what_was_said_of_columns_is_remembered_for_the_next_file(desk: Office, client_of: ClientOf) -> None:
    admin = client_of(desk.admin)
    text = "Nơi ấy;Chữ\nSở Dân tộc;SDT\n"
    page = give(admin, START, text)
    assert "Chưa biết cột nào là: Tên cơ quan." in admin.get(page).text
    twice = admin.post(page, data={"column-0": "name", "column-1": "name"})
    assert twice.status_code == 422
    admin.post(page, data={"column-0": "name", "column-1": "letters"})
    assert "1 dòng sẽ được thêm" in admin.get(page).text
    assert "1 dòng sẽ được thêm" in admin.get(give(admin, START, text)).text


def test_units_are_added_below_each_other_in_any_order_and_are_known_the_second_time(
    desk: Office, client_of: ClientOf
) -> None:
    admin, start = client_of(desk.admin), f"/admin/agencies/{desk.org.id}/units/import"
    text = (
        "STT,Tên đơn vị,Tên gọi tắt,Viết tắt,Thuộc đơn vị\n"
        "1,Tổ Một cửa,Một cửa,MC,Ban Tiếp dân\n"
        f"2,Ban Tiếp dân,BTD,BTD,\n3,Tổ Xe,,TX,{desk.vp.name}\n"
    )
    page = give(admin, start, text)
    assert "3 dòng sẽ được thêm" in admin.get(page).text
    admin.post(page, data={"act": "take"})
    found = {unit.name: unit for unit in db.session().scalars(select(Unit))}
    assert found["Tổ Một cửa"].parent_id == found["Ban Tiếp dân"].id
    assert found["Ban Tiếp dân"].parent_id is None
    assert (found["Tổ Xe"].parent_id, found["Tổ Xe"].short_name) == (desk.vp.id, "Tổ Xe")
    again = give(admin, start, text)
    assert "Mọi dòng của tệp đã có trong danh mục." in admin.get(again).text
    wrong = "Tên đơn vị,Thuộc đơn vị\nTổ A,Tổ B\nTổ B,Tổ A\nTổ C,Không có\n"
    shown = admin.get(give(admin, start, wrong)).text
    assert "Đơn vị nằm dưới chính nó." in shown
    assert "Không có đơn vị “Không có”" in shown
    assert db.session().scalars(select(ListImport.state)).all().count(ListState.DONE) == 1
    assert client_of(desk.clerk).get(start).status_code == 403


def test_the_agency_above_is_a_row_further_down_or_one_of_the_list_and_no_circle_enters(
    desk: Office, client_of: ClientOf
) -> None:
    with db.unit_of_work():
        top = catalogue.find_or_make_party(desk.org.id, "Bộ Y tế")
        top.organ_id = "G17"
        catalogue.find_or_make_party(desk.org.id, "Sở Y tế")
    admin = client_of(desk.admin)
    heads = "Tên cơ quan;Mã định danh;Cơ quan cấp trên\n"
    rows = "Trạm Y tế số 1;;Sở Y tế\nBệnh viện A;;Cục Bệnh viện\nCục Bệnh viện;G17.9;G17\nSở Y tế;;bộ y tế\n"
    page = give(admin, START, heads + rows)
    assert "3 dòng sẽ được thêm, 1 dòng được bổ sung chỗ còn trống." in admin.get(page).text
    admin.post(page, data={"act": "take"})
    above = {
        "Trạm Y tế số 1": "Sở Y tế",
        "Bệnh viện A": "Cục Bệnh viện",
        "Cục Bệnh viện": "Bộ Y tế",
        "Sở Y tế": "Bộ Y tế",
    }
    assert {name: party(name).parent_id for name in above} == {k: party(v).id for k, v in above.items()}
    assert "Mọi dòng của tệp đã có" in admin.get(give(admin, START, heads + rows)).text
    wrong = "Cơ quan B;;Cơ quan C\nCơ quan C;;Cơ quan B\nBộ Y tế;;Trạm Y tế số 1\nCơ quan D;;Chưa có\n"
    page = give(admin, START, f"{heads}{wrong}Sở Y tế;;Cục Bệnh viện\n")
    shown = admin.get(page).text
    for words in ("“Cơ quan C” lên lại gặp", "“Cơ quan B” lên", "“Trạm Y tế số 1” lên", "cơ quan “Chưa có”"):
        assert words in shown, words
    assert "danh mục đang ghi “Bộ Y tế”, tệp ghi “Cục Bệnh viện”" in shown
    assert admin.post(page, data={"act": "take"}).status_code == 422
    # By hand it is corrected, and no circle enters either.
    form = {"name": "Bộ Y tế", "channel": "post", "parent_id": party("Trạm Y tế số 1").id}
    refused = admin.post(f"/documents/catalogue/parties/{party('Bộ Y tế').id}", data=form)
    assert refused.status_code == 422
    assert "Bộ Y tế không thể nằm dưới chính mình" in refused.text
    form = {"name": "Trạm Y tế số 1", "channel": "post", "parent_id": party("Bộ Y tế").id}
    kept = admin.post(f"/documents/catalogue/parties/{party('Trạm Y tế số 1').id}", data=form)
    assert kept.status_code == 302
    assert party("Trạm Y tế số 1").parent_id == party("Bộ Y tế").id
