"""PDFs: text with its places, pictures, what could act, and what does not open."""

import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from intranet.records import pdf
from intranet.records.pagetext import PageText, TextLine, Unreadable
from intranet.records.typeset import Face, Run, Sheet


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    made = Sheet(title="Thử")
    made.text("Cộng hòa", 100, 700, 13, Face.BOLD)
    made.text("Hà Nội, ngày 05", 300, 700, 14, Face.ITALIC)
    made.y = 650
    made.paragraph([Run("Điều 1.", Face.BOLD), Run(" Đường ướt, trời rét. " * 12)], 14)
    made.new_page()
    made.text("Trang sau", 100, 700, 13)
    path = tmp_path / "sheet.pdf"
    path.write_bytes(made.finish())
    return path


def changed(path: Path, change: object) -> Path:
    """The same file after a change to its structure."""
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        change(document)  # type: ignore[operator]
        document.save(path)
    return path


def test_lines_come_with_text_place_size_and_face(sheet: Path) -> None:
    page = pdf.page_text(sheet, 1)
    first, second = page.lines[0], page.lines[1]
    assert (first.text, first.bold, first.italic, first.size) == ("Cộng hòa", True, False, 13)
    assert (second.text, second.bold, second.italic) == ("Hà Nội, ngày 05", False, True)
    assert first.x0 == pytest.approx(100, abs=1.5)
    assert first.y0 < 700 < first.y1
    assert page.width == pytest.approx(595.3, abs=0.5)
    body = " ".join(line.text for line in page.lines[2:])
    assert body.startswith("Điều 1. Đường ướt, trời rét. Đường ướt")


def test_a_turned_page_and_a_moved_page_box_give_the_places_one_sees(sheet: Path) -> None:
    def turn(document: pikepdf.Pdf) -> None:
        document.pages[0].Rotate = 90

    page = pdf.page_text(changed(sheet, turn), 1)
    assert page.width > page.height
    assert all(0 <= line.x0 <= page.width and 0 <= line.y0 <= page.height for line in page.lines)

    def move(document: pikepdf.Pdf) -> None:
        document.pages[0].Rotate = 0
        document.pages[0].CropBox = [50, 100, 545, 800]

    page = pdf.page_text(changed(sheet, move), 1)
    assert page.lines[0].x0 == pytest.approx(50, abs=1.5)


def test_pages_are_counted_read_and_drawn(sheet: Path) -> None:
    assert pdf.page_count(sheet) == 2
    assert pdf.page_text(sheet, 2).lines[0].text == "2"
    text, cut = pdf.all_text(sheet)
    assert "Cộng hòa" in text
    assert "Trang sau" in text
    assert not cut
    assert pdf.all_text(sheet, limit=20) == (text[:20], True)
    picture = Image.open(io.BytesIO(pdf.render_png(sheet, 1, 300)))
    assert picture.format == "PNG"
    assert picture.width == pytest.approx(300, abs=1)
    assert picture.convert("L").getextrema()[0] < 100
    with pytest.raises(Unreadable, match=r"file\.no_such_page"):
        pdf.page_text(sheet, 3)


def test_a_plain_file_has_nothing_that_acts(sheet: Path) -> None:
    assert pdf.inspect(sheet) == pdf.PdfFacts(
        pages=2, encrypted=False, has_text=True, is_pictured=False, active=()
    )


def script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def launch(document: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    document.pages[0].Annots = pikepdf.Array([document.make_indirect(link)])


def attach(document: pikepdf.Pdf) -> None:
    document.attachments["a.txt"] = b"x"


def xfa(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pikepdf.Stream(document, b"<xdp/>"))


def send(document: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.SubmitForm, F="http://example.org")
    document.pages[0].AA = pikepdf.Dictionary(O=action)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (script, "javascript"),
        (launch, "launch"),
        (attach, "embedded_files"),
        (xfa, "xfa"),
        (send, "remote"),
    ],
)
def test_acting_parts_are_found_inside_packed_object_streams_too(
    sheet: Path, change: object, word: str
) -> None:
    with pikepdf.open(sheet, allow_overwriting_input=True) as document:
        change(document)  # type: ignore[operator]
        document.save(sheet, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert pdf.inspect(sheet).active == (word,)


def test_a_link_to_the_web_is_not_called_acting(sheet: Path) -> None:
    def link(document: pikepdf.Pdf) -> None:
        action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.org")
        document.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=action)])

    assert pdf.inspect(changed(sheet, link)).active == ()


def test_a_locked_file_is_told_from_one_that_only_forbids_printing(sheet: Path, tmp_path: Path) -> None:
    with pikepdf.open(sheet) as document:
        document.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(user="khóa", owner="chủ"))
        document.save(tmp_path / "bound.pdf", encryption=pikepdf.Encryption(user="", owner="chủ"))
    for read in (pdf.inspect, pdf.page_count):
        with pytest.raises(Unreadable, match=r"file\.encrypted"):
            read(tmp_path / "locked.pdf")
    facts = pdf.inspect(tmp_path / "bound.pdf")
    assert facts.encrypted
    assert facts.has_text


def test_empty_cut_off_and_senseless_files_are_named(sheet: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").write_bytes(b"")
    (tmp_path / "cut.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Cat")
    (tmp_path / "noise.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20 + b"\n%%EOF")
    for name, code in (("empty", "file.empty"), ("cut", "file.truncated"), ("noise", "file.damaged")):
        with pytest.raises(Unreadable) as told:
            pdf.inspect(tmp_path / f"{name}.pdf")
        assert told.value.code == code
    half = tmp_path / "half.pdf"
    half.write_bytes(sheet.read_bytes()[: sheet.stat().st_size // 2])
    assert pdf.is_cut_off(half)
    assert not pdf.is_cut_off(sheet)


def test_page_text_travels_as_json_and_refuses_another_shape() -> None:
    page = PageText(595, 842, (TextLine("Số: 05", 1.5, 2, 3, 4, 13, True, False),))
    assert PageText.from_json(page.to_json()) == page
    for wrong in ({}, {"width": 1, "height": 2, "lines": [["x"]]}, {"width": "a", "height": 2, "lines": []}):
        with pytest.raises(ValueError, match="no page text"):
            PageText.from_json(wrong)
