"""Words of scanned pages: read by tesseract, at their places, found afterwards; pages may lie on a side."""

import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from intranet.core import db
from intranet.core.errors import BadState
from intranet.core.text import fold
from intranet.records import files, ocr, scans
from intranet.records.models import File, Reading, Scan, ScanState
from intranet.records.ocr import Drawn, rows_of
from intranet.records.typeset import FONTS
from meetings.services import papers
from tests.factories import Office
from tests.meetings.conftest import Sitting, make_sitting
from tests.uploads import pdf_with, staged_file

SAID = "Điều chỉnh kế hoạch vốn"
#: One word at 360 dots right and 180 down of a picture with two dots a point.
TABLE = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext",
    "4\t1\t1\t1\t1\t0\t360\t180\t100\t40\t-1\t",
    "5\t1\t1\t1\t1\t1\t360\t180\t40\t40\t96.1\tvốn",
    "5\t1\t1\t1\t1\t2\t420\t180\t40\t40\t91.0\tvay",
    "5\t1\t1\t1\t2\t1\t360\t300\t40\t40\t12.0\tmờ",
)


def scan_of(lines: list[str], turn: int = 0) -> bytes:
    """A PDF of one picture of these lines; its page lies on its side and is shown upright."""
    picture = Image.new("L", (1240, 700), 255)
    font = ImageFont.truetype(str(FONTS / "Tinos-Regular.ttf"), 44)
    for place, line in enumerate(lines):
        ImageDraw.Draw(picture).text((150, 120 + 90 * place), line, font=font, fill=0)
    out, made = io.BytesIO(), io.BytesIO()
    picture.rotate(turn, expand=True).save(out, "PDF", resolution=150)
    with pikepdf.open(out) as document:
        document.pages[0].Rotate = turn
        document.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("turn", "box"),
    [
        (0, (10 + 180, 20 + 400 - 110, 10 + 230, 20 + 400 - 90)),
        (90, (10 + 90, 20 + 180, 10 + 110, 20 + 230)),
        (180, (10 + 300 - 230, 20 + 90, 10 + 300 - 180, 20 + 110)),
        (270, (10 + 300 - 110, 20 + 400 - 230, 10 + 300 - 90, 20 + 400 - 180)),
    ],
)
def test_places_are_those_of_the_page_however_it_is_turned(turn: int, box: tuple[float, ...]) -> None:
    page = Drawn((10.0, 20.0, 310.0, 420.0), turn, 2.0)
    (row,) = rows_of(TABLE, [page])[0]
    assert (row.text, row.turn, row.box) == ("vốn vay", turn, box)
    assert len(row.stops) == len(row.text) + 1
    assert row.part(0, len(row.text)) == pytest.approx(box)


def test_pages_as_they_are_seen_tell_columns_apart_and_letters_that_look_alike() -> None:
    row = "5\t1\t1\t1\t3\t{n}\t{left}\t500\t90\t40\t90\t{said}"
    words = [
        row.format(n=n, left=left, said=said) for n, left, said in ((1, 60, "Số:"), (2, 160, "7/QĐÐ-SYT"))
    ]
    (page,) = ocr.texts_of(
        [*TABLE, *words, row.format(n=3, left=420, said="Hà")], [Drawn((0, 0, 300, 400), 0, 2.0)]
    )
    assert (page.width, page.height, page.is_seen) == (300, 400, True)
    assert [line.text for line in page.lines] == ["vốn vay", "Số: 7/QĐ-SYT", "Hà"]
    assert [(line.x0, line.y0, line.x1, line.y1, line.size) for line in page.lines[1:]] == [
        (30, 400 - 270, 125, 400 - 250, 20),
        (210, 400 - 270, 255, 400 - 250, 20),
    ]


@pytest.fixture
def sitting(office: Office) -> Sitting:
    return make_sitting(office, office.clerk)


def test_a_scanned_paper_is_read_and_found_by_its_words(sitting: Sitting) -> None:
    staged = staged_file(sitting.secretary, scan_of(["Tờ trình về việc", SAID], 90), "quet.pdf")
    plain = staged_file(sitting.secretary, pdf_with("Báo cáo tình hình kinh tế xã hội"), "chu.pdf")
    for one in (staged, plain):
        papers.add_staged(sitting.secretary, sitting.id, None, one)
    assert scans.read_next() is True
    assert scans.read_next() is False
    with db.scope():
        scan = db.session().query(Scan).one()
        assert (scan.state, scan.done, scan.pages, scan.problem) == (ScanState.DONE, 1, 1, None)
        file = db.session().query(File).filter_by(sha256=scan.sha256).one()
        (page,) = scans.lines_of(file)
        line = next(one for one in page if fold(SAID) in fold(one["t"]))
        x0, y0, x1, y1 = line["box"]
        assert x0 == pytest.approx((120 + 90) * 72 / 150, abs=8)
        assert y0 == pytest.approx(150 * 72 / 150, abs=6)
        assert y1 - y0 > 150 > x1 - x0
        assert fold(SAID) in fold(files.text_of(file))
        assert db.session().get_one(Reading, scan.sha256).is_cut is False


def test_without_tesseract_the_reason_is_kept(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    staged = staged_file(sitting.secretary, scan_of([SAID]), "quet.pdf")
    papers.add_staged(sitting.secretary, sitting.id, None, staged)
    assert scans.read_next() is True
    with db.scope():
        scan = db.session().query(Scan).one()
        assert (scan.state, scan.problem) == (ScanState.FAILED, "ocr.not_installed")
    with pytest.raises(BadState):
        ocr.read_pages(Path("none.pdf"), 1, 1)
