"""Tables as PDF, Word and Excel: every line is there, struck ones struck, nothing typed is a formula."""

import io
import zipfile

import pypdfium2 as pdfium
from docx import Document
from docx.shared import Mm
from lxml import etree

from intranet.records import table_docx, table_pdf, table_xlsx
from intranet.records.tables import Column, Cover, Line, Progress, Table

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def text_of_pdf(data: bytes) -> list[str]:
    """The words of each page."""
    with pdfium.PdfDocument(data) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def nobody(_share: float) -> None:
    """Progress that nobody follows."""


def table(lines: list[Line]) -> Table:
    """A register of three columns."""
    return Table(
        title="SỔ ĐĂNG KÝ VĂN BẢN ĐẾN",
        period="Từ ngày 12/11/2026 đến ngày 13/11/2026",
        columns=(Column("Số đến", 15, True), Column("Tác giả", 40), Column("Trích yếu", 100)),
        lines=lines,
        foot=("Sổ chung năm 2026", "In lúc 16:40, Lê Thị Hồng Nhung & Văn", "Mã đầu sổ 7F3A 91C2 E05D"),
        closing="Kỳ này: 3 số.",
        cover=Cover("ỦY BAN NHÂN DÂN TỈNH AN BÌNH", "VĂN PHÒNG", ("Năm 2026",)),
    )


LINES = [
    Line(("1", "Sở Tài chính", "Bổ sung kinh phí <diễn tập> & khác")),
    Line(("2", "Bộ Y tế", "=HYPERLINK(1)"), is_struck=True, notes=("Hủy số 13/11: trùng.",)),
    Line(("3", "Sở Xây dựng", "Chủ trương\x0b đầu tư")),
]


def test_a_pdf_says_every_line_on_pages_that_know_how_many_they_are() -> None:
    many = [*LINES, *(Line((str(n), "Sở Nội vụ", "Báo cáo " * 30)) for n in range(4, 60))]
    told: list[float] = []
    pages = text_of_pdf(table_pdf.write(table(many), told.append))
    assert "Trang bìa" in pages[0]
    assert "Hủy số 13/11: trùng." in pages[1]
    assert all(f"Trang {n}/{len(pages) - 1}" in page for n, page in enumerate(pages[1:], 1))
    assert all("Mã đầu sổ 7F3A 91C2 E05D" in page and "(3)" in page for page in pages[1:])
    assert "Kỳ này: 3 số." in pages[-1]
    assert told == sorted(told)
    assert told[-1] <= 1


def test_a_line_longer_than_a_page_goes_on_over_the_next_ones() -> None:
    words = [f"từ{n}" for n in range(2000)]
    pages = text_of_pdf(table_pdf.write(table([Line(("1", "Sở", " ".join(words)))]), nobody))
    assert len(pages) > 3
    assert [word for word in " ".join(pages).split() if word.startswith("từ")] == words


def test_word_has_the_lines_with_heads_on_every_page() -> None:
    made = Document(io.BytesIO(table_docx.write(table(LINES), nobody)))
    rows = made.tables[0].rows
    assert [cell.text for cell in rows[0].cells] == ["Số đến", "Tác giả", "Trích yếu"]
    assert rows[2].cells[2].text == "Bổ sung kinh phí <diễn tập> & khác"
    assert all(row._tr.find(f"{_WORD}trPr/{_WORD}tblHeader") is not None for row in rows[:2])
    struck = [run.font.strike for cell in rows[3].cells for run in cell.paragraphs[0].runs]
    assert struck == [True] * 3
    assert rows[4].cells[0].text == "Hủy số 13/11: trùng."
    last = made.sections[-1]
    assert last.page_width is not None
    assert round(last.page_width / Mm(1)) == 297
    assert "Mã đầu sổ 7F3A 91C2 E05D" in last.footer.paragraphs[0].text


def test_excel_has_strings_alone_and_heads_on_every_page() -> None:
    data = table_xlsx.write(table(LINES), nobody)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheet = etree.fromstring(package.read("xl/worksheets/sheet1.xml"))
        book = package.read("xl/workbook.xml").decode()
        for name in package.namelist():
            etree.fromstring(package.read(name))
    cells = {cell.get("r"): cell for cell in sheet.iter(f"{_MAIN}c")}
    said = {place: "".join(map(str, cell.itertext())) for place, cell in cells.items() if len(cell)}
    assert said["A3"] == "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN"
    assert "=HYPERLINK(1)" in said.values()
    assert {cell.get("t") for cell in cells.values() if len(cell)} == {"inlineStr"}
    assert not list(sheet.iter(f"{_MAIN}f"))
    assert "So!$6:$7" in book
    assert [said[f"A{row}"] for row in (8, 9, 10, 11, 12)] == [
        "1",
        "2",
        "Hủy số 13/11: trùng.",
        "3",
        "Kỳ này: 3 số.",
    ]


def test_equal_tables_give_equal_bytes() -> None:
    for write in (table_pdf.write, table_xlsx.write):
        assert write(table(LINES), nobody) == write(table(LINES), nobody)


def test_progress_is_a_share_in_every_format() -> None:
    told: list[float] = []
    note: Progress = told.append
    for write in (table_pdf.write, table_docx.write, table_xlsx.write):
        write(table(LINES), note)
    assert told
    assert all(0 <= share <= 1 for share in told)
