"""The prescribed layout, measured on what comes out: the lines of the PDF, the runs of the Word file."""

import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from docx.shared import Pt

from documents.formats.layout import (
    OfficialText,
    Style,
    addressee_lines,
    fill_reply,
    ground_lines,
    recipient_lines,
)
from documents.formats.layout_docx import BLOCKS, build_docx, put_number
from documents.formats.layout_pdf import build_pdf
from intranet.records import pdf
from intranet.records.docx import text_of
from intranet.records.pagetext import PageText, TextLine

MM = 72 / 25.4


@pytest.fixture
def decision() -> OfficialText:
    return OfficialText(
        agency="Ủy ban nhân dân tỉnh An Bình",
        number="05",
        symbol="QĐ-UBND",
        place="An Bình",
        doc_date=date(2026, 2, 3),
        kind="Quyết định",
        subject="Ban hành Quy chế làm việc của Ủy ban nhân dân tỉnh An Bình nhiệm kỳ 2026 - 2031",
        enactor="Ủy ban nhân dân tỉnh",
        grounds=("Căn cứ Luật Tổ chức chính quyền địa phương", "Theo đề nghị của Chánh Văn phòng"),
        resolve_word="Quyết định:",
        body=("Điều 1. Ban hành kèm theo Quyết định này Quy chế làm việc.", "Điều 2. Hiệu lực thi hành."),
        authority=("TM. Ủy ban nhân dân", "Chủ tịch"),
        signer_name="Lê Hoàng Nam",
        recipients=("Như Điều 2", "Thường trực Tỉnh ủy"),
        archive_line="Lưu: VT, TH",
        urgency=1,
    )


@pytest.fixture
def letter() -> OfficialText:
    return OfficialText(
        agency="Sở Tài chính",
        parent_agency="Ủy ban nhân dân tỉnh An Bình",
        symbol="STC-NS",
        place="An Bình",
        subject="bổ sung dự toán năm 2026",
        addressees=("Sở Xây dựng", "Sở Y tế"),
        body=("Sở Tài chính đề nghị các sở phối hợp.",),
        authority=("KT. Giám đốc", "Phó Giám đốc"),
        signer_name="Trần Quốc Việt",
        recipients=("Như trên",),
    )


def page_of(data: bytes, folder: Path) -> PageText:
    path = folder / "out.pdf"
    path.write_bytes(data)
    return pdf.page_text(path, 1)


def line(page: PageText, text: str) -> TextLine:
    return next(one for one in page.lines if one.text.startswith(text))


def test_the_cells_of_the_head_stand_where_the_decree_puts_them(
    decision: OfficialText, tmp_path: Path
) -> None:
    page = page_of(build_pdf(decision), tmp_path)
    nation, motto = line(page, "CỘNG HÒA"), line(page, "Độc lập - Tự do - Hạnh phúc")
    agency, number, dated = line(page, "ỦY BAN"), line(page, "Số: 05/QĐ-UBND"), line(page, "An Bình, ngày")
    assert nation.bold
    assert nation.size in {12, 13}
    assert motto.bold
    assert motto.size == nation.size + 1
    assert abs(nation.middle - motto.middle) < 1
    assert abs(agency.middle - number.middle) < 1
    assert agency.x1 < nation.x0
    assert abs(number.y0 - dated.y0) < 2
    assert dated.italic
    assert dated.text == "An Bình, ngày 03 tháng 02 năm 2026"
    kind = line(page, "QUYẾT ĐỊNH")
    assert kind.bold
    assert kind.y1 < number.y0
    assert min(one.x0 for one in page.lines) >= 30 * MM - 2
    assert max(one.x1 for one in page.lines) <= page.width - 15 * MM
    assert (round(page.width / MM), round(page.height / MM)) == (210, 297)


def test_a_letter_has_its_subject_after_v_v_under_the_number_and_no_kind(
    letter: OfficialText, tmp_path: Path
) -> None:
    page = page_of(build_pdf(letter), tmp_path)
    about, number = line(page, "V/v bổ sung"), line(page, "Số:")
    assert not about.bold
    assert about.y1 < number.y0 + 2
    assert about.middle < line(page, "CỘNG HÒA").x0
    parent, own = line(page, "ỦY BAN"), line(page, "SỞ TÀI CHÍNH")
    assert not parent.bold
    assert own.bold
    assert not any(one.text == "CÔNG VĂN" for one in page.lines)


def test_equal_documents_give_equal_bytes_and_the_second_page_is_numbered(
    decision: OfficialText, tmp_path: Path
) -> None:
    long = replace(decision, body=decision.body * 30)
    data = build_pdf(long)
    assert data == build_pdf(long)
    path = tmp_path / "long.pdf"
    path.write_bytes(data)
    pages = pdf.page_count(path)
    assert pages > 1
    assert pdf.page_text(path, 2).lines[0].text == "2"
    last = pdf.page_text(path, pages)
    assert any(one.text == "Lê Hoàng Nam" for one in last.lines)
    assert len([one for one in last.lines if one.y0 < last.height]) > 6


def test_smaller_type_gives_the_smaller_set_of_sizes(decision: OfficialText, tmp_path: Path) -> None:
    page = page_of(build_pdf(decision, Style(small=12, body=13)), tmp_path)
    sizes = [line(page, start).size for start in ("CỘNG HÒA", "Độc lập", "An Bình, ngày", "Điều 1")]
    assert sizes == [12, 13, 13, 13]


def test_lists_end_as_the_decree_has_it(letter: OfficialText) -> None:
    assert addressee_lines(letter) == ("- Sở Xây dựng;", "- Sở Y tế.")
    assert addressee_lines(replace(letter, addressees=("Sở Y tế.",))) == ("Sở Y tế",)
    assert recipient_lines(letter) == ("- Như trên;", "- Lưu: VT.")
    assert ground_lines(replace(letter, grounds=("Căn cứ A.", "Căn cứ B;"))) == ("Căn cứ A;", "Căn cứ B.")
    assert ground_lines(letter) == ()


def test_a_word_file_has_paper_margins_font_and_named_blocks(decision: OfficialText, tmp_path: Path) -> None:
    path = tmp_path / "draft.docx"
    path.write_bytes(build_docx(decision))
    document = Document(str(path))
    section = document.sections[0]
    sides = (section.page_width, section.page_height, section.top_margin, section.bottom_margin)
    sides += (section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides if side is not None] == [210, 297, 20, 20, 30, 20]
    assert section.different_first_page_header_footer
    runs = [run for cell in document.tables[0]._cells for p in cell.paragraphs for run in p.runs]
    assert all(run.font.name == "Times New Roman" for run in runs)
    text = text_of(path)
    assert set(text.blocks) == set(BLOCKS) - {"kinh_gui"}
    said = {p.text: p for p in text.paragraphs}
    assert said["QUYẾT ĐỊNH"].bold
    assert said["QUYẾT ĐỊNH"].align == "center"
    assert said["Số: 05/QĐ-UBND"].size == 13
    assert said["An Bình, ngày 03 tháng 02 năm 2026"].italic
    assert said["- Lưu: VT, TH."].size == 11
    assert document.styles["Normal"].font.size == Pt(14)


def test_number_and_date_are_written_into_a_draft_that_left_them_open(
    letter: OfficialText, tmp_path: Path
) -> None:
    path = tmp_path / "draft.docx"
    path.write_bytes(build_docx(letter))
    assert not any("2026" in p.text and "ngày" in p.text for p in text_of(path).paragraphs)
    data, missing = put_number(path, number="07", symbol="STC-NS", place="An Bình", day=date(2026, 3, 9))
    assert missing == ()
    path.write_bytes(data)
    said = {p.text: p for p in text_of(path).paragraphs}
    assert said["Số: 07/STC-NS"].size == 13
    assert said["An Bình, ngày 09 tháng 3 năm 2026"].italic
    assert "V/v bổ sung dự toán năm 2026" in said


def test_a_draft_whose_blocks_were_deleted_is_told_by_name(letter: OfficialText, tmp_path: Path) -> None:
    path = tmp_path / "draft.docx"
    bare = Document()
    bare.add_paragraph("Bản thảo tự do")
    bare.save(str(path))
    _, missing = put_number(path, number="07", symbol="STC-NS", place="An Bình", day=date(2026, 3, 9))
    assert missing == ("dia_danh_ngay", "so_ky_hieu")


def test_a_reply_names_the_document_it_answers_and_its_sender(letter: OfficialText) -> None:
    draft = replace(letter, addressees=(), subject="", recipients=(), body=("Nội dung trả lời.",))
    reply = fill_reply(
        draft,
        own_name="Sở Tài chính",
        to_agency="Ủy ban nhân dân xã Phú Thuận",
        code="12/UBND-KT",
        day=date(2026, 1, 5),
        subject="Đề nghị bổ sung dự toán.",
    )
    assert reply.addressees == ("Ủy ban nhân dân xã Phú Thuận",)
    assert "12/UBND-KT" in reply.subject
    assert reply.body[0] == (
        "Trả lời văn bản số 12/UBND-KT ngày 05/01/2026 của Ủy ban nhân dân xã Phú Thuận "
        "về việc đề nghị bổ sung dự toán, Sở Tài chính có ý kiến như sau:"
    )
    assert reply.body[1:] == draft.body
    assert reply.recipients == ("Như trên",)


def test_the_word_file_is_a_sound_package_without_parts_of_others(decision: OfficialText) -> None:
    with zipfile.ZipFile(io.BytesIO(build_docx(decision))) as package:
        assert package.testzip() is None
        facts = package.read("docProps/core.xml").decode()
    assert "python-docx" not in facts
    assert "Ban hành Quy chế" in facts
