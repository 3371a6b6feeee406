"""Routing slip and arrival stamp: for whoever may read the document, on a copy, where nothing is written."""

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from flask.testing import FlaskClient

from documents.models.document import AccessLevel, Document
from documents.services import directing, registering, slips
from documents.services.registering import Incoming
from intranet.core import clock, db
from intranet.core.errors import BadState
from intranet.people.models import User
from intranet.records import files, pdf
from intranet.records.pagetext import Unreadable
from intranet.records.stamp import HIGH, WIDE, Stamp, place, stamped_copy
from tests.documents import papers
from tests.factories import Office

ClientOf = Callable[[User], FlaskClient]
Fields = Callable[..., Incoming]
STAMP = Stamp("VĂN PHÒNG", "ĐẾN", (("Số", "12"), ("Chuyển", "")))


@pytest.fixture
def arrived(desk: Office, fields: Fields) -> Document:
    """A registered document with its PDF, put before the leader."""
    (document,) = papers.drop(desk.clerk, (papers.pdf(), "cv.pdf"))
    registering.register_incoming(desk.clerk, document.id, fields(not_duplicate_reason="bản thử nghiệm"))
    directing.present(desk.clerk, document.id, desk.leader.id)
    return db.session().get_one(Document, document.id)


def words_of(data: bytes) -> str:
    """The words of the first page."""
    with pdfium.PdfDocument(data) as document:
        return " ".join(document[0].get_textpage().get_text_range().split())


def test_the_slip_has_three_blocks_and_what_is_known(
    desk: Office, arrived: Document, client_of: ClientOf
) -> None:
    answer = client_of(desk.clerk).get(f"/documents/incoming/{arrived.id}/slip.pdf")
    words = words_of(answer.data)
    assert "PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN" in words
    assert f"Số đến: 1, ngày {clock.today():%d/%m/%Y}" in words
    for block in ("Ý kiến của lãnh đạo cơ quan", "Ý kiến của lãnh đạo đơn vị", "Ý kiến đề xuất"):
        assert block in words
    assert client_of(desk.clerk).get(f"/documents/incoming/{arrived.id}/slip.docx").status_code == 200


def test_the_stamp_is_on_a_copy_and_covers_no_word(
    desk: Office, arrived: Document, client_of: ClientOf
) -> None:
    (file,) = files.of(arrived.ref)
    before = files.read(file)
    told = files.reading(file)
    assert told is not None
    answer = client_of(desk.clerk).get(f"/documents/incoming/{arrived.id}/stamped.pdf")
    words = words_of(answer.data)
    assert "ĐẾN" in words
    assert f"Ngày: {clock.today():%d/%m/%Y}" in words
    assert f"Chuyển: {desk.leader.full_name}"[:16] in words
    assert files.read(file) == before
    page = told.first_page
    assert page is not None
    boxes = [line[1:5] for line in page["lines"]]
    x, y = place(page["width"], page["height"], boxes)
    assert not [box for box in boxes if box[0] < x + WIDE and box[2] > x and box[1] < y + HIGH and box[3] > y]


def test_strangers_find_neither_and_what_has_no_number_has_neither(
    desk: Office, arrived: Document, client_of: ClientOf
) -> None:
    for name in ("slip.pdf", "slip.docx", "stamped.pdf"):
        assert client_of(desk.stranger).get(f"/documents/incoming/{arrived.id}/{name}").status_code == 404
    (waiting,) = papers.drop(desk.clerk, (papers.pdf(), "moi.pdf"))
    with pytest.raises(BadState, match="no_number"):
        slips.slip_of(desk.clerk, waiting.id)


def test_turned_pages_are_stamped_within_what_is_seen_and_broken_ones_named(tmp_path: Path) -> None:
    source, copy = tmp_path / "a.pdf", tmp_path / "copy.pdf"
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(842, 595))
        document.pages[0].Rotate = 90
        document.save(source)
    copy.write_bytes(stamped_copy(source, STAMP, None))
    page = pdf.page_text(copy, 1)
    stamped = [line for line in page.lines if line.text.replace(" ", "") in {"VĂNPHÒNG", "ĐẾN"}]
    assert len(stamped) == 2
    assert all(0 <= line.x0 < line.x1 <= page.width and line.y1 <= page.height for line in stamped)
    source.write_bytes(b"%PDF-1.7\nhong\n%%EOF")
    with pytest.raises(Unreadable, match=r"file\.damaged"):
        stamped_copy(source, STAMP, None)


def test_slips_of_the_chosen_rows_are_printed_each_on_its_page(
    desk: Office, arrived: Document, received: Callable[..., Document], fields: Fields, client_of: ClientOf
) -> None:
    second, closed, unnumbered = received(), received(), received()
    for one in (second, closed):
        registering.register_incoming(desk.clerk, one.id, fields())
    with db.unit_of_work() as session:
        session.get_one(Document, closed.id).access_level = AccessLevel.NAMED
    asked = [second.id, arrived.id, closed.id, unnumbered.id, 10**6]
    clerk = client_of(desk.clerk)
    answer = clerk.get("/documents/incoming/slips.pdf", query_string={"id": asked})
    assert answer.mimetype == "application/pdf"
    with pdfium.PdfDocument(answer.data) as document:
        pages = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    assert [word for page in pages for word in ("Số đến: 2", "Số đến: 1,") if word in page] == [
        "Số đến: 2",
        "Số đến: 1,",
    ]
    assert clerk.get("/documents/incoming/slips.pdf", query_string={"id": closed.id}).status_code == 409
