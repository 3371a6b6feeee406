"""Word files: refused before they are opened when hostile, read with their form when sound."""

import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.shared import Pt

from intranet.records.docx import check_package, first_page_text, head_lines, text_of
from intranet.records.docx_preview import preview_pdf
from intranet.records.docx_writing import Form, Paper, fill_blocks
from intranet.records.pagetext import Unreadable
from intranet.records.pdf import page_count, page_text

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]><w:document>&j;</w:document>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE w SYSTEM "file:///etc/passwd"><w/>'


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    document = Document()
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text = "SỞ TÀI CHÍNH"
    table.rows[0].cells[1].text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    centred = document.add_paragraph()
    centred.alignment = 1
    run = centred.add_run("QUYẾT ĐỊNH")
    run.bold, run.font.size = True, Pt(14)
    document.add_paragraph("Điều 1.\tNội dung")
    document.sections[0].header.paragraphs[0].text = "Đầu trang"
    path = tmp_path / "plain.docx"
    document.save(str(path))
    return path


def with_part(path: Path, name: str, data: str) -> Path:
    """The same package with one part replaced or added."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    parts[name] = data.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(Unreadable) as told:
        text_of(path)
    return told.value.code


def test_paragraphs_come_in_reading_order_with_cell_form_and_region(plain: Path) -> None:
    text = text_of(plain)
    first, second, title, body, header = text.paragraphs
    assert (first.text, first.cell) == ("SỞ TÀI CHÍNH", (0, 0, 0))
    assert second.cell == (0, 0, 1)
    assert (title.bold, title.align, title.size, title.cell) == (True, "center", 14, None)
    assert body.text == "Điều 1.\tNội dung"
    assert (header.text, header.region) == ("Đầu trang", "header")
    assert len(text.columns[0]) == 2
    assert "Đầu trang" not in text.text


@pytest.mark.parametrize(
    "part", ["word/document.xml", "word/styles.xml", "docProps/app.xml", "_rels/.rels", "x.xml"]
)
@pytest.mark.parametrize("data", [BOMB, OUTSIDE])
def test_a_document_type_in_any_part_is_refused_before_the_file_is_opened(
    plain: Path, part: str, data: str
) -> None:
    assert refused(with_part(plain, part, data)) == "file.dtd"


def test_a_document_type_in_another_encoding_is_seen_too(plain: Path) -> None:
    with_part(plain, "word/x.xml", "")
    data = OUTSIDE.replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16")
    with zipfile.ZipFile(plain) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    parts["word/x.xml"] = data
    with zipfile.ZipFile(plain, "w") as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)
    assert refused(plain) == "file.dtd"


def test_a_macro_declared_in_the_types_is_refused_without_its_usual_name(plain: Path) -> None:
    with zipfile.ZipFile(plain) as archive:
        types = archive.read("[Content_Types].xml").decode()
    changed = types.replace("document.main+xml", "document.macroEnabled.main+xml")
    assert refused(with_part(plain, "[Content_Types].xml", changed)) == "file.macro"


def test_elements_without_end_below_each_other_are_refused(plain: Path) -> None:
    assert refused(with_part(plain, "word/document.xml", "<a>" * 5000 + "</a>" * 5000)) == "file.zip_bomb"


@pytest.mark.parametrize("data", ["", "<a>", "not xml", "<w:document/>", "<document/>"])
def test_a_document_part_that_is_no_document_is_called_damaged(plain: Path, data: str) -> None:
    assert refused(with_part(plain, "word/document.xml", data)) == "file.damaged"


def test_a_package_without_its_parts_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "hollow.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert refused(path) == "file.damaged"


def test_deleted_words_are_left_out_inserted_ones_and_text_boxes_are_read_once(plain: Path) -> None:
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = "<w:txbxContent><w:p><w:r><w:t>TỐI MẬT</w:t></w:r></w:p></w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>giữ </w:t></w:r><w:ins><w:r><w:t>thêm</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>bỏ</w:delText></w:r></w:del></w:p>"
        f"<w:p><w:r><mc:AlternateContent><mc:Choice Requires='x'>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    document = f"<w:document xmlns:w='{w}' xmlns:mc='{mc}'><w:body>{body}</w:body></w:document>"
    text = text_of(with_part(plain, "word/document.xml", document))
    assert text.paragraphs[0].text == "giữ thêm"
    boxes = [p.text for p in text.paragraphs if p.region == "box"]
    assert boxes == ["TỐI MẬT"]
    assert "TỐI MẬT" in head_lines(text)


def test_the_first_page_ends_with_a_whole_paragraph(tmp_path: Path) -> None:
    paper = Paper(title="", author="")
    for i in range(50):
        paper.write(f"Đoạn {i} " + "nội dung " * 20 + "hết", Form())
    path = tmp_path / "long.docx"
    path.write_bytes(paper.to_bytes())
    first = first_page_text(text_of(path)).paragraphs
    assert 10 < len(first) < 30
    assert all(paragraph.text.endswith("hết") for paragraph in first)


def test_a_named_block_is_filled_in_its_own_form_and_the_rest_stays(tmp_path: Path) -> None:
    paper = Paper(title="Dự thảo", author="Sở Tài chính")
    paper.write("Số:      /STC", Form(size=13, italic=True), tag="so_ky_hieu")
    paper.write_block("noi_dung", [("Điều 1.", " Một", Form()), ("", "Hai", Form())])
    paper.write("Tự do", Form())
    path = tmp_path / "a.docx"
    path.write_bytes(paper.to_bytes())
    assert text_of(path).blocks == ("so_ky_hieu", "noi_dung")
    data, missing = fill_blocks(
        path, {"so_ky_hieu": "Số: 05/STC", "noi_dung": "Một dòng\nhai dòng", "ho_ten": "Nam"}
    )
    assert missing == ("ho_ten",)
    path.write_bytes(data)
    number, body, free = text_of(path).paragraphs[:3]
    assert (number.text, number.size, number.italic) == ("Số: 05/STC", 13, True)
    assert body.text == "Một dòng\nhai dòng"
    assert free.text == "Tự do"


def test_a_preview_keeps_the_columns_of_a_table_and_all_words(plain: Path, tmp_path: Path) -> None:
    text = text_of(plain)
    assert first_page_text(text, characters=10).paragraphs[0].text == "SỞ TÀI CHÍNH"
    assert len(first_page_text(text, characters=10).paragraphs) < len(text.paragraphs)
    path = tmp_path / "preview.pdf"
    path.write_bytes(preview_pdf(text, title="plain"))
    assert page_count(path) == 1
    lines = {line.text: line for line in page_text(path, 1).lines}
    left, right = lines["SỞ TÀI CHÍNH"], next(line for t, line in lines.items() if t.startswith("CỘNG HÒA"))
    assert left.x1 < right.x0
    assert lines["QUYẾT ĐỊNH"].bold
    check_package(plain)


def test_a_word_without_a_blank_wider_than_the_page_is_broken_in_the_preview(tmp_path: Path) -> None:
    paper = Paper(title="", author="")
    paper.write("." * 400, Form())
    path = tmp_path / "a.docx"
    path.write_bytes(paper.to_bytes())
    out = tmp_path / "a.pdf"
    out.write_bytes(preview_pdf(text_of(path)))
    page = page_text(out, 1)
    assert max(line.x1 for line in page.lines) < page.width - 40
