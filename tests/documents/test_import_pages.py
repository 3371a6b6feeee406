"""Pages of old registers: given, corrected, accepted and put aside by a clerk in a browser."""

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from documents.models.document import Document
from documents.models.register import Register, RegisterKind
from documents.services import catalogue, registering
from documents.services.registering import Incoming
from intranet.core import jobs
from intranet.people.models import User
from tests.counting import count_queries
from tests.documents.old_books import csv_of, lines, taken
from tests.documents.test_bundling import zip_of
from tests.factories import Office
from tests.sample.filling import form_on
from tests.uploads import pdf_with

ClientOf = Callable[[User], FlaskClient]
Make = Callable[..., Document]
Fields = Callable[..., Incoming]


@pytest.fixture
def book(desk: Office) -> Register:
    """The register of incoming documents."""
    return catalogue.register_for(desk.org.id, RegisterKind.IN, None)


def give(client: FlaskClient, path: str, data: bytes, name: str, **more: object) -> str:
    """Send a file with the form of a page; returns where that leads."""
    sent = {"file": (io.BytesIO(data), name), **more}
    answer = client.post(path, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def test_a_clerk_gives_corrects_and_takes_over_a_register(
    desk: Office, book: Register, client_of: ClientOf
) -> None:
    clerk = client_of(desk.clerk)
    assert "/documents/registers/imports" in clerk.get("/documents/registers").text
    rows = lines(3)
    rows[2] = ("09/03/2024", "5", *rows[2][2:])
    heads = ("Ngày đến", "Thứ tự", "Tác giả", "Số, ký hiệu", "Ngày văn bản", "Trích yếu", "Ghi chú")
    page = give(clerk, "/documents/registers/imports", csv_of(rows, heads), "sổ.csv", register_id=book.id)
    assert "Đang đọc các dòng" in clerk.get(page).text
    jobs.run_due()
    shown = clerk.get(page).text
    assert "Cần chỉ thêm cột" in shown
    assert "Số đến" in shown
    said = form_on(shown, f"{page}/columns") | {"column-1": "number_in"}
    assert clerk.post(f"{page}/columns", data=said).status_code == 302
    jobs.run_due()
    shown = clerk.get(page).text
    assert "Thiếu các số từ 3 đến 4 trước dòng này." in shown
    assert "Sở Nội vụ" in shown
    refused = clerk.post(f"{page}/accept", data=form_on(shown, f"{page}/accept"))
    assert refused.status_code == 422
    assert "Hãy đánh dấu đã xem 1 lưu ý" in refused.text
    accepted = form_on(shown, f"{page}/accept") | {"seen": "y"}
    assert clerk.post(f"{page}/accept", data=accepted).status_code == 302
    jobs.run_due()
    assert "3 dòng mới vào sổ, 0 dòng đã có từ trước" in clerk.get(page).text
    assert "Về việc số 2" in clerk.get(f"/documents/registers/{book.id}/2024").text


def test_what_is_wrong_is_said_beside_the_field_and_what_was_chosen_stays(
    desk: Office, book: Register, client_of: ClientOf
) -> None:
    clerk = client_of(desk.clerk)
    sent = {"register_id": book.id, "file": (io.BytesIO(b"%PDF-1.7"), "so.pdf")}
    answer = clerk.post("/documents/registers/imports", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Chỉ nhận sổ dạng .xlsx hoặc .csv" in answer.text
    page = give(clerk, "/documents/registers/imports", csv_of(lines(2)), "so.csv", register_id=book.id)
    jobs.run_due()
    said = form_on(clerk.get(page).text, f"{page}/columns") | {"column-2": "note", "year": "20x4"}
    answer = clerk.post(f"{page}/columns", data=said)
    assert answer.status_code == 422
    assert 'value="20x4"' in answer.text
    assert re.search(r'id="column-2".*?value="note" selected', answer.text, re.DOTALL)
    assert clerk.post(f"{page}/drop").status_code == 302
    assert clerk.get(page).status_code == 404


def test_a_zip_is_given_and_a_file_put_to_its_line(desk: Office, book: Register, client_of: ClientOf) -> None:
    taken(desk.clerk, book.id, csv_of(lines(2)))
    clerk = client_of(desk.clerk)
    data = zip_of(("1.pdf", pdf_with("Một")), ("khac.pdf", pdf_with("Khác")))
    path = "/documents/registers/files"
    page = give(clerk, path, data, "tep.zip", register_id=book.id, year="2024")
    for _ in range(3):
        jobs.run_due()
    shown = clerk.get(page).text
    assert "khac.pdf" in shown
    assert "Không có dòng sổ nào mang số, ký hiệu này." in shown
    (place,) = re.findall(rf'action="({page}/pieces/\d+)"', shown)
    wrong = clerk.post(place, data={"number": "77"})
    assert wrong.status_code == 422
    assert "không có số 77" in wrong.text
    assert 'value="77"' in wrong.text
    assert clerk.post(place, data={"number": "2"}).status_code == 302
    assert "khac.pdf" not in clerk.get(page).text


def test_lists_ask_the_same_however_many_rows_they_have(
    desk: Office, book: Register, client_of: ClientOf
) -> None:
    clerk = client_of(desk.clerk)
    counted = []
    for _ in range(2):
        taken(desk.clerk, book.id, csv_of(lines(2)[: 1 + len(counted)]))
        for path in ("/documents/registers/imports", "/documents/registers/files"):
            clerk.get(path)
            with count_queries() as sent:
                clerk.get(path)
            counted.append(len(sent))
    assert counted[:2] == counted[2:]
    assert max(counted) < 25


def test_lines_of_an_old_register_stand_below_those_of_this_year(
    desk: Office, book: Register, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    for _ in range(3):
        registering.register_incoming(desk.clerk, received().id, fields())
    taken(desk.clerk, book.id, csv_of(lines(60, 2023)))
    clerk = client_of(desk.clerk)
    first = clerk.get("/documents/incoming").text
    expected = [3, 2, 1, *range(60, 0, -1)]
    assert numbers_on(first) == expected[:50]
    assert "01/03/2023" in first
    assert first.count('<tr class="new"') == 3
    second = clerk.get(link_of(first, "next")).text
    assert numbers_on(second) == expected[50:]
    assert numbers_on(clerk.get(link_of(second, "prev")).text) == expected[:50]


def test_the_button_that_takes_over_comes_before_the_rows_and_a_wrong_row_is_marked(
    desk: Office, book: Register, client_of: ClientOf
) -> None:
    clerk = client_of(desk.clerk)
    rows = lines(3)
    page = give(clerk, "/documents/registers/imports", csv_of(rows), "so.csv", register_id=book.id)
    jobs.run_due()
    shown = clerk.get(page).text
    assert shown.index("Tệp này có gì") < shown.index(">Nhập vào sổ<") < shown.index("d-preview")
    assert "d-wrong" not in shown
    rows[1] = ("31/02/2024", *rows[1][1:])
    page = give(clerk, "/documents/registers/imports", csv_of(rows), "hong.csv", register_id=book.id)
    jobs.run_due()
    shown = clerk.get(page).text
    assert shown.count("d-wrong") == 1
    assert ">Nhập vào sổ<" not in shown


def test_a_file_whose_lines_are_all_in_the_register_leads_there(
    desk: Office, book: Register, client_of: ClientOf
) -> None:
    taken(desk.clerk, book.id, csv_of(lines(2)))
    clerk = client_of(desk.clerk)
    page = give(clerk, "/documents/registers/imports", csv_of(lines(2)), "so.csv", register_id=book.id)
    jobs.run_due()
    shown = clerk.get(page).text
    assert "Mọi dòng của tệp đã có trong sổ" in shown
    assert f'href="/documents/registers/{book.id}/2024"' in shown
    assert f"{page}/accept" not in shown


def test_a_year_out_of_range_is_told_which_years_are_taken(
    desk: Office, book: Register, client_of: ClientOf
) -> None:
    clerk = client_of(desk.clerk)
    page = give(clerk, "/documents/registers/imports", csv_of(lines(2)), "so.csv", register_id=book.id)
    jobs.run_due()
    said = form_on(clerk.get(page).text, f"{page}/columns") | {"year": "1203"}
    answer = clerk.post(f"{page}/columns", data=said)
    assert answer.status_code == 422
    assert "Nhập một số từ 1945 đến 2100." in answer.text


def numbers_on(page: str) -> list[int]:
    """Numbers of the lines on a page of the list, from above."""
    return [int(one) for one in re.findall(r'"n so">(\d+)<', page)]


def link_of(page: str, rel: str) -> str:
    """Where the pager leads."""
    return page.split(f'rel="{rel}"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")


def test_nobody_but_the_clerk_opens_the_pages(desk: Office, book: Register, client_of: ClientOf) -> None:
    for person in (desk.leader, desk.officer, desk.admin, desk.office_head):
        assert client_of(person).get("/documents/registers/imports").status_code == 403
        assert client_of(person).get("/documents/registers/files").status_code == 403
