"""Copies that say on every page who took them, whatever the pages are like."""

import io
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest

from intranet.records import pdf
from intranet.records.pagetext import Unreadable
from intranet.records.parsing import Limits
from intranet.records.watermark import marked_copy
from tests.uploads import pdf_with

WORDS = "Nguyễn Thị Ngưỡng, 08:30 13/11/2026"


def odd_paper(path: Path) -> None:
    """Pages of three sizes, one turned, one cut, with a script, a form and a file inside."""
    with pikepdf.open(io.BytesIO(pdf_with("Tờ trình"))) as document:
        for _ in range(3):
            document.pages.append(document.pages[0])
        document.pages[1].Rotate = 90
        document.pages[2].MediaBox = [-100, -50, 1500, 2000]
        document.pages[2].CropBox = [50, 40, 400, 300]
        document.pages[3].MediaBox = [0, 0, 200, 200]
        document.pages[3].Rotate = 270
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('x')")
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array())
        document.attachments["ghi chú.txt"] = b"kem theo"
        document.save(path)


def test_every_page_says_who_took_it_and_the_original_is_not_touched(tmp_path: Path) -> None:
    source, copy = tmp_path / "a.pdf", tmp_path / "copy.pdf"
    odd_paper(source)
    before = source.read_bytes()
    copy.write_bytes(marked_copy(source, WORDS))
    texts = pdf.all_text(copy)[0].split("\f")
    assert [text.count(WORDS) for text in texts] == [4] * 4
    assert "Tờ trình" in texts[0]
    for number in (1, 3):
        page = pdf.page_text(copy, number)
        foot = next(line for line in page.lines if line.text == WORDS and line.y0 < 20)
        assert 0 <= foot.x0 < foot.x1 <= page.width
    assert source.read_bytes() == before
    if shutil.which("qpdf"):
        assert subprocess.run(["qpdf", "--check", copy], capture_output=True, check=False).returncode == 0


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    with pikepdf.open(io.BytesIO(pdf_with("Tờ trình"))) as document:
        document.save(path, encryption=pikepdf.Encryption(user="khóa", owner="chủ"))
    with pytest.raises(Unreadable, match=r"file\.encrypted"):
        marked_copy(path, WORDS)
    path.write_bytes(b"%PDF-1.7\nhong\n%%EOF")
    with pytest.raises(Unreadable, match=r"file\.damaged"):
        marked_copy(path, WORDS)
    path.write_bytes(pdf_with("Tờ trình"))
    with pytest.raises(Unreadable, match=r"file\.too_hard"):
        marked_copy(path, WORDS, limits=Limits(output=1024))
