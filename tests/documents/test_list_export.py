"""Lists taken along: the rows that the list would show this very reader, the columns that were chosen."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.document import AccessLevel, Document
from documents.models.lifecycle import Direction
from documents.services import list_export, registering, search_export
from documents.services.listing import Filters
from documents.services.registering import Incoming
from intranet.core import db, jobs
from intranet.core.errors import Invalid
from intranet.exports import services as exports
from intranet.exports.models import Export
from intranet.people.models import User
from intranet.records import files
from intranet.records.tables import Format, Table
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
ClientOf = Callable[[User], FlaskClient]


@pytest.fixture
def two(desk: Office, received: Make, fields: Fields) -> list[Document]:
    """Two registered documents of different issuers."""
    found = [received(), received()]
    for one, issuer in zip(found, ("Bộ Tài chính", "Bộ Y tế"), strict=True):
        registering.register_incoming(desk.clerk, one.id, fields(issuer=issuer, subject=f"Về việc {one.id}"))
    return found


def table(actor: User, filters: Filters, *columns: str) -> Table:
    """The list as the worker would read it."""
    with db.scope(actor.org_ids):
        list_export.ask_list(actor, Direction.IN, filters, columns, Format.XLSX)
        row = db.session().scalars(select(Export).order_by(Export.id.desc())).first()
        assert row is not None
        return list_export.table_of(actor, row.asked, lambda _share: None)


def test_the_chosen_columns_come_in_the_order_in_which_they_stand(desk: Office, two: list[Document]) -> None:
    made = table(desk.clerk, Filters(), "subject", "number_in", "issuer", "nonsense")
    assert [column.head for column in made.columns] == ["Trích yếu", "Số đến", "Cơ quan ban hành"]
    assert [line.cells[1:] for line in made.lines] == [("2", "Bộ Y tế"), ("1", "Bộ Tài chính")]
    assert made.closing == "2 văn bản"
    with pytest.raises(Invalid, match="no_column"):
        list_export.ask_list(desk.clerk, Direction.IN, Filters(), ["nonsense"], Format.PDF)


def test_the_file_is_narrowed_like_the_list_and_says_so(desk: Office, two: list[Document]) -> None:
    made = table(desk.clerk, Filters(issuer="Bộ Y tế", words="về việc"), "number_in")
    assert [line.cells for line in made.lines] == [("2",)]
    assert made.period == "Tất cả, Bộ Y tế, “về việc”"


def test_nobody_takes_along_what_the_list_would_not_show_them(desk: Office, two: list[Document]) -> None:
    with db.unit_of_work() as session:
        session.get_one(Document, two[0].id).access_level = AccessLevel.NAMED
    assert [line.cells for line in table(desk.office_head, Filters(), "number_in").lines] == [("2",)]
    assert table(desk.officer, Filters(), "number_in").lines == []
    assert table(desk.other_clerk, Filters(), "number_in").lines == []


def test_the_button_of_the_list_makes_the_file(
    desk: Office, two: list[Document], client_of: ClientOf
) -> None:
    clerk = client_of(desk.clerk)
    page = clerk.get("/documents/incoming?issuer=Bộ Y tế").text
    assert 'data-dialog="export"' in page
    sent = {"column": ["number_in", "subject"], "format": "xlsx"}
    answer = clerk.post("/documents/incoming/export?issuer=Bộ Y tế", data=sent)
    assert answer.location.endswith("/exports/")
    jobs.run_due()
    with db.scope(desk.clerk.org_ids):
        (one,) = exports.mine(desk.clerk)
        assert one.file is not None
        assert one.row.lines == 1
        assert files.read(one.file).startswith(b"PK")
    refused = clerk.post("/documents/incoming/export?tab=urgent", data={"format": "xlsx"})
    assert refused.location.endswith("/documents/incoming?tab=urgent")
    assert "Hãy chọn ít nhất một cột" in clerk.get(refused.location).text


def test_what_a_search_found_is_taken_along_by_whoever_may_read_it(
    desk: Office, two: list[Document], client_of: ClientOf
) -> None:
    clerk, officer = client_of(desk.clerk), client_of(desk.officer)
    sent = {"column": ["code", "issuer", "subject", "direction"], "format": "xlsx"}
    assert 'data-dialog="export"' in clerk.get("/documents/search?q=ve viec").text
    for client in (clerk, officer):
        answer = client.post("/documents/search/export?q=ve viec&direction=in", data=sent)
        assert answer.location.endswith("/exports/")
    with db.scope(desk.clerk.org_ids):
        rows = db.session().scalars(select(Export).order_by(Export.id)).all()
        made = search_export.table_of(desk.clerk, rows[0].asked, lambda _share: None)
        hidden = search_export.table_of(desk.officer, rows[1].asked, lambda _share: None)
    heads = ["Số, ký hiệu", "Cơ quan ban hành", "Trích yếu", "Chiều"]
    assert [column.head for column in made.columns] == heads
    assert [(line.cells[1], line.cells[3]) for line in made.lines] == [
        ("Bộ Y tế", "Văn bản đến"),
        ("Bộ Tài chính", "Văn bản đến"),
    ]
    assert made.period == "“ve viec”, Chiều: Văn bản đến"
    assert hidden.lines == []
    refused = clerk.post("/documents/search/export?q=", data=sent)
    assert "Hãy gõ điều kiện tìm trước" in clerk.get(refused.location).text
