"""What is recorded of a page, so that a later version of it can be told from it."""

import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw

from intranet.records import page_facts
from intranet.records.page_record import PageRecord
from intranet.records.pagetext import Unreadable
from intranet.records.typeset import Face, Sheet, width_of


def paper(*lines: str) -> bytes:
    """One page with these lines, 20 points apart."""
    sheet = Sheet(title="Thử")
    for n, line in enumerate(lines):
        sheet.text(line, 100, 700 - 20 * n, 13)
    return sheet.finish()


def records(data: bytes, folder: Path) -> list[PageRecord]:
    path = folder / "paper.pdf"
    path.write_bytes(data)
    return page_facts.read(path)


def changed(data: bytes, **boxes: object) -> bytes:
    """The paper with other entries in its first page."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        for name, value in boxes.items():
            document.pages[0][f"/{name}"] = value
        document.save(out)
    return out.getvalue()


def test_every_sign_has_its_place_in_user_space_however_the_page_is_shown(tmp_path: Path) -> None:
    data = paper("Kinh phí là 500 triệu đồng", "2", "Đường liên xã")
    for turn in (0, 90, 180, 270):
        shown = changed(data, Rotate=turn, CropBox=pikepdf.Array([50, 100, 545, 800]))
        (page,) = records(shown, tmp_path)
        assert (page.turn, page.crop) == (turn, (50, 100, 545, 800))
        assert [row.text for row in page.rows] == ["Kinh phí là 500 triệu đồng", "2", "Đường liên xã"]
        at = 100 + width_of("Kinh phí là ", Face.REGULAR, 13)
        x0, y0, x1, y1 = page.rows[0].part(12, 15)
        assert (x0, x1) == pytest.approx((at, at + width_of("500", Face.REGULAR, 13)), abs=0.1)
        assert y0 < 700 < y1
        assert {row.turn for row in page.rows} == {0}


@pytest.mark.parametrize(
    ("turn", "matrix"), [(90, "0 1 -1 0 500 0"), (180, "-1 0 0 -1 600 840"), (270, "0 -1 1 0 0 700")]
)
def test_text_set_sideways_is_read_along_its_own_line(tmp_path: Path, turn: int, matrix: str) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper("Hội đồng nhân dân", "Ủy ban nhân dân"))) as document:
        document.pages[0].contents_add(f"{matrix} cm\n".encode(), prepend=True)
        document.pages[0].MediaBox = pikepdf.Array([-900, -900, 900, 900])
        document.save(out)
    (page,) = records(out.getvalue(), tmp_path)
    assert [(row.text, row.turn) for row in page.rows] == [
        ("Hội đồng nhân dân", turn),
        ("Ủy ban nhân dân", turn),
    ]


def test_a_record_survives_its_storing_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    (page,) = records(paper("Tờ trình số 318", "Ngày 05/11/2026"), tmp_path)
    kept = page.to_json()
    again = PageRecord.from_json(kept)
    assert again.to_json() == kept
    assert (again.text_hash, again.picture, again.tones.data) == (
        page.text_hash,
        page.picture,
        page.tones.data,
    )
    for broken in (
        {},
        kept | {"turn": 45},
        kept | {"rows": [["a", 0, 0, 1, 1, 0, []]]},
        kept | {"tones": [5, 0, 0, 9, 9, "eJw="]},
    ):
        with pytest.raises(ValueError, match="no page record"):
            PageRecord.from_json(broken)


def test_pages_that_say_the_same_have_one_hash_whatever_their_number_and_an_empty_one_has_none(
    tmp_path: Path,
) -> None:
    def numbered(number: int) -> PageRecord:
        sheet = Sheet(title="Thử")
        sheet.text(str(number), 297, 810, 13)
        sheet.text("Điều 1. Phê duyệt dự án", 100, 700, 13)
        return records(sheet.finish(), tmp_path)[0]

    assert numbered(3).text_hash == numbered(14).text_hash != ""
    assert numbered(3).text_hash != records(paper("Điều 2. Phê duyệt dự án"), tmp_path)[0].text_hash
    assert records(paper(""), tmp_path)[0].text_hash == ""


def test_a_row_of_a_table_at_the_foot_is_no_page_number(tmp_path: Path) -> None:
    sheet = Sheet(title="Thử")
    sheet.text("Bảng phân bổ", 100, 700, 13)
    sheet.text("4", 100, 60, 13)
    sheet.text("730", 400, 60, 13)
    (page,) = records(sheet.finish(), tmp_path)
    assert page.folios == frozenset()
    assert page.said.endswith("4730")


def test_pictures_alike_have_near_hashes_and_others_far_ones() -> None:
    def drawn(shift: int) -> Image.Image:
        picture = Image.new("L", (300, 420), 255)
        ImageDraw.Draw(picture).rectangle((40 + shift, 60, 160 + shift, 300), fill=0)
        return picture

    first = page_facts.picture_hash(drawn(0))
    assert (first ^ page_facts.picture_hash(drawn(0).resize((600, 840)))).bit_count() <= 4
    assert (first ^ page_facts.picture_hash(drawn(90))).bit_count() > 12
    assert 0 <= first < 1 << 64


def test_the_child_reads_what_we_read_and_a_damaged_file_has_its_reason(tmp_path: Path) -> None:
    data = paper("Căn cứ Luật Đầu tư công")
    (page,) = page_facts.records_of_bytes(data)
    assert page.to_json() == records(data, tmp_path)[0].to_json()
    with pytest.raises(Unreadable, match=r"file\.truncated"):
        page_facts.records_of_bytes(data[:300])
    with pytest.raises(Unreadable, match=r"file\.too_hard"):
        page_facts.records_of_bytes(data, limits=page_facts.Limits(output=200))
