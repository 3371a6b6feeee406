"""Columns of the lists: each person's own, remembered, and the ones that a file takes."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.document import Document
from documents.models.lifecycle import Direction
from documents.services import list_columns, list_export, registering, saved_searches
from documents.services.registering import Incoming
from intranet.core import db
from intranet.core.labels import has_label
from intranet.exports.models import Export
from intranet.people.models import User
from tests.counting import count_queries
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
ClientOf = Callable[[User], FlaskClient]
USUAL = ["Số đến", "Đến", "Cơ quan ban hành", "Số, ký hiệu", "Trích yếu", "Trạng thái, người giữ", "Hạn"]


def heads(page: str) -> list[str]:
    """The heads of the list's table, without the one of the boxes."""
    found = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page.split("<thead>")[1].split("</thead>")[0])
    return [re.sub(r"<[^>]+>", "", head).strip() for head in found]


def test_chosen_columns_are_remembered_for_one_person_and_one_list(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    registering.register_incoming(
        desk.clerk, received().id, fields(signer_name="Trần Quốc Hưng", note="Bản 2")
    )
    clerk, other = client_of(desk.clerk), client_of(desk.office_head)
    page = clerk.get("/documents/incoming").text
    assert heads(page) == USUAL
    # On a tablet held upright the issuer has no column of its own, but stands under the code.
    assert 'class="c-issuer"' in page
    assert 'class="d-from"' in page
    sent = {"column": ["note", "signer", "register", "nonsense"]}
    answer = clerk.post("/documents/incoming/columns?q=giai", data=sent)
    assert answer.location.endswith("/documents/incoming?q=giai")
    page = clerk.get("/documents/incoming").text
    assert heads(page) == ["Số đến", "Trích yếu", "Ghi chú", "Người ký", "Sổ"]
    assert "d-from" not in page
    assert "<td>Trần Quốc Hưng</td>" in page
    assert "<td>Bản 2</td>" in page
    assert heads(other.get("/documents/incoming").text) == USUAL
    assert [one.code for one in list_columns.shown(desk.clerk, Direction.OUT)] == [
        one.code for one in list_columns.usual(Direction.OUT)
    ]
    clerk.post("/documents/incoming/columns", data={"usual": "1"})
    assert heads(clerk.get("/documents/incoming").text) == USUAL


def test_a_file_takes_the_columns_of_the_screen(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    registering.register_incoming(desk.clerk, received().id, fields())
    clerk = client_of(desk.clerk)
    clerk.post("/documents/incoming/columns", data={"column": ["state_holder", "register"]})
    dialog = clerk.get("/documents/incoming").text.split('id="export"')[1]
    ticked = re.findall(r'name="column" value="(\w+)" checked', dialog)
    assert ticked == ["number_in", "subject", "urgency", "state", "holder", "register"]


def test_every_column_of_the_screen_has_its_words_and_its_column_in_a_file() -> None:
    for direction, columns in list_columns.COLUMNS.items():
        for column in columns:
            assert has_label(f"list.column.{column.code}")
            assert has_label(f"list.head.{column.code}")
        taken = {one.code for one in list_export.COLUMNS[direction]}
        assert set(list_columns.exported(columns)) == taken


def test_more_columns_and_more_rows_ask_nothing_more(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    for _ in range(2):
        registering.register_incoming(desk.clerk, received().id, fields())
    clerk = client_of(desk.clerk)
    every = [one.code for one in list_columns.COLUMNS[Direction.IN]]
    clerk.post("/documents/incoming/columns", data={"column": every})
    clerk.get("/documents/incoming")
    with count_queries() as few:
        clerk.get("/documents/incoming")
    for _ in range(5):
        registering.register_incoming(desk.clerk, received().id, fields())
    with count_queries() as many:
        page = clerk.get("/documents/incoming").text
    assert len(heads(page)) == len(every)
    assert len(many) == len(few)


def test_columns_are_put_in_order_and_files_take_them_so(
    desk: Office, client_of: ClientOf, received: Make, fields: Fields
) -> None:
    registering.register_incoming(desk.clerk, received().id, fields())
    clerk = client_of(desk.clerk)
    sent = {"column": ["number_in", "issuer", "subject", "due"]}
    answer = clerk.post("/documents/incoming/columns?q=giai&moved=x", data=sent | {"up": "due"})
    assert answer.location.endswith("/documents/incoming?q=giai&moved=up+due")
    page = clerk.get(answer.location).text
    assert heads(page) == ["Số đến", "Cơ quan ban hành", "Hạn", "Trích yếu"]
    panel = page.split('id="columns"')[1].split("</form>")[0]
    assert "data-open" in page.split('id="columns"')[1].split(">")[0]
    offered = list(dict.fromkeys(re.findall(r'name="column" value="(\w+)"', panel)))
    assert offered[:4] == ["number_in", "issuer", "due", "subject"]
    assert "moved=" not in page.split('id="columns"')[1]
    # The number stays first, and nothing goes beyond an end.
    for moved in ({"up": "issuer"}, {"up": "number_in"}, {"down": "subject"}, {"down": "nonsense"}):
        clerk.post("/documents/incoming/columns", data={"column": ["issuer", "due", "subject"]} | moved)
        assert heads(clerk.get("/documents/incoming").text) == [
            "Số đến",
            "Cơ quan ban hành",
            "Hạn",
            "Trích yếu",
        ]
    ticked = r'name="column" value="(\w+)" checked'
    dialog = clerk.get("/documents/incoming").text.split('id="export"')[1]
    order = ["number_in", "issuer", "due", "subject", "urgency"]
    assert re.findall(ticked, dialog) == order
    clerk.post("/documents/incoming/export", data={"column": ["due", "issuer"], "format": "xlsx"})
    (asked,) = db.session().scalars(select(Export.asked)).all()
    assert asked["columns"] == ["due", "issuer"]
    saved = {"name": "Giải ngân", "columns": ["due", "subject"]}
    clerk.post("/documents/search/saved?q=giai", data=saved)
    (row,) = saved_searches.seen_by(desk.clerk)
    assert row.columns == ["due", "subject"]
    opened = clerk.get(f"/documents/search?q=giai&saved={row.id}").text.split('id="export"')[1]
    assert re.findall(ticked, opened) == ["due", "subject"]
