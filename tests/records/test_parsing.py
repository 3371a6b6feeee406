"""The parse in a process of its own: sound files are read, hostile ones end with a verdict."""

import io
import json
import os
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from docx import Document
from PIL import Image

from intranet.records import media, parsing
from intranet.records.parsing import Limits, Parsed, parse
from intranet.records.sandbox import without_network
from intranet.records.typeset import Face, Sheet

ROOT = Path(__file__).resolve().parents[2]


def sheet_with(*lines: str) -> bytes:
    made = Sheet(title="Thử")
    for i, line in enumerate(lines):
        made.text(line, 100, 760 - 20 * i, 13, Face.BOLD)
    return made.finish()


def code(parsed: Parsed) -> str | None:
    return parsed.verdict.code if parsed.verdict else None


def test_a_sound_pdf_comes_back_with_text_places_and_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "staged-without-extension"
    path.write_bytes(sheet_with("Số: 05/QĐ-UBND", "QUYẾT ĐỊNH", "Về việc khen thưởng", "Nội dung"))
    parsed = parse(path, "Quyết định 05.pdf")
    assert parsed.verdict is None
    assert (parsed.media_type, parsed.pages, parsed.has_text, parsed.active) == (media.PDF, 1, True, ())
    assert parsed.first_page is not None
    assert parsed.first_page.lines[0].text == "Số: 05/QĐ-UBND"
    assert "khen thưởng" in parsed.text
    assert parsed.preview is not None
    assert Image.open(io.BytesIO(parsed.preview)).format == "WEBP"


def test_a_sound_word_file_comes_back_with_a_preview_and_its_text(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("CÔNG VĂN về việc nghỉ lễ")
    path = tmp_path / "a.docx"
    document.save(str(path))
    parsed = parse(path, path.name)
    assert parsed.verdict is None
    assert parsed.preview_pdf is not None
    assert parsed.preview_pdf.startswith(b"%PDF")
    assert parsed.first_page is not None
    assert parsed.first_page.lines[0].text == "CÔNG VĂN về việc nghỉ lễ"
    assert "nghỉ lễ" in parsed.text


def test_a_picture_is_made_anew_without_its_hidden_data(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[0x010E] = "nơi chụp bí mật"
    Image.new("RGB", (2000, 1000), "white").save(path, exif=exif)
    parsed = parse(path, path.name)
    assert parsed.verdict is None
    assert parsed.preview is not None
    picture = Image.open(io.BytesIO(parsed.preview))
    assert picture.size == (1600, 800)
    assert not picture.getexif()


def test_words_of_sheets_and_open_documents_are_found(tmp_path: Path) -> None:
    sheet = tmp_path / "a.xlsx"
    with zipfile.ZipFile(sheet, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(
            "xl/sharedStrings.xml", "<sst xmlns='x'><si><t>Dự </t><t>toán</t></si><si><t>2026</t></si></sst>"
        )
    assert parse(sheet, sheet.name).text == "Dự toán\n2026"
    odt = tmp_path / "a.odt"
    with zipfile.ZipFile(odt, "w") as archive:
        archive.writestr("mimetype", media.ODT)
        archive.writestr(
            "content.xml", "<d xmlns:t='t'><t:h>Tiêu đề</t:h><t:p>Nội <t:span>dung</t:span></t:p></d>"
        )
    assert parse(odt, odt.name).text == "Tiêu đề\nNội dung"


@pytest.fixture
def hostile(tmp_path: Path) -> dict[str, Path]:
    """Files that a clerk may drop by mistake, and some that nobody drops by mistake."""
    sound = sheet_with(*(f"Dòng {i}" for i in range(30)))
    made = {
        name: tmp_path / name for name in ("empty.pdf", "cut.pdf", "locked.pdf", "renamed.pdf", "noise.pdf")
    }
    made["empty.pdf"].write_bytes(b"")
    made["cut.pdf"].write_bytes(sound[: len(sound) * 2 // 3])
    made["renamed.pdf"].write_bytes(b"MZ" + os.urandom(3000))
    made["noise.pdf"].write_bytes(b"%PDF-1.7\n" + os.urandom(5000) + b"\n%%EOF\n")
    with pikepdf.open(io.BytesIO(sound)) as document:
        document.save(made["locked.pdf"], encryption=pikepdf.Encryption(user="khóa", owner="chủ"))
    for name in ("bomb.docx", "dtd.docx", "macro.docx"):
        made[name] = tmp_path / name
        document = Document()
        document.add_paragraph("Chào")
        document.save(str(made[name]))
    with zipfile.ZipFile(made["bomb.docx"], "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/a.xml", b"\0" * (30 << 20))
    with zipfile.ZipFile(made["dtd.docx"], "a") as archive:
        archive.writestr("customXml/item9.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")
    with zipfile.ZipFile(made["macro.docx"], "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    made["half.png"] = tmp_path / "half.png"
    picture = io.BytesIO()
    Image.frombytes("RGB", (200, 200), os.urandom(120_000)).save(picture, "PNG")
    made["half.png"].write_bytes(picture.getvalue()[:50_000])
    return made


def test_every_file_of_a_hostile_drop_gets_its_own_verdict_and_the_others_go_on(
    hostile: dict[str, Path],
) -> None:
    want = {
        "empty.pdf": "file.empty",
        "cut.pdf": "file.truncated",
        "locked.pdf": "file.encrypted",
        "renamed.pdf": "file.renamed",
        "noise.pdf": "file.damaged",
        "bomb.docx": "file.zip_bomb",
        "dtd.docx": "file.dtd",
        "macro.docx": "file.macro",
        "half.png": "file.truncated",
    }
    assert {name: code(parse(path, name)) for name, path in hostile.items()} == want
    assert all(code in media.REFUSED | media.UNREAD for code in want.values())


def test_a_secret_mark_on_a_pdf_or_in_a_word_text_box_is_a_verdict(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(sheet_with("TỐI MẬT", "Số: 05/BC-CAT", "BÁO CÁO"))
    parsed = parse(path, path.name)
    assert code(parsed) == "file.secret_mark"
    assert parsed.marks[0].word == "TỐI MẬT"
    assert parsed.marks[0].page == 1
    path.write_bytes(sheet_with("Số: 05/BC-CAT", "Báo cáo công tác bảo mật, mật khẩu, mật độ dân cư"))
    assert parse(path, path.name).verdict is None
    word = tmp_path / "a.docx"
    document = Document()
    document.add_paragraph("MẬT")
    document.save(str(word))
    assert code(parse(word, word.name)) == "file.secret_mark"


def test_a_file_that_needs_more_memory_or_time_than_allowed_ends_only_its_own_process(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(sheet_with("Nội dung"))
    assert code(parse(path, path.name, limits=Limits(memory=60 << 20))) == "file.too_hard"
    before = time.monotonic()
    assert code(parse(path, path.name, limits=Limits(wall_seconds=0.01))) == "file.too_hard"
    assert time.monotonic() - before < 5
    assert parse(path, path.name).verdict is None


def test_an_answer_larger_than_allowed_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(sheet_with("Nội dung"))
    assert code(parse(path, path.name, limits=Limits(output=2000))) == "file.too_hard"


def test_the_child_says_what_it_found_as_json_and_bounds_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(sheet_with("Nội dung"))
    command = [
        sys.executable,
        "-m",
        "intranet.records.parse_child",
        str(1 << 31),
        "20",
        str(1 << 24),
    ]
    bad = tmp_path / "b.pdf"
    bad.write_bytes(b"%PDF-1.7 and nothing\n%%EOF")
    files = [word for one in (bad, path) for word in (media.PDF, str(one))]
    ran = subprocess.run([*command, *files], capture_output=True, cwd=ROOT, check=True, timeout=60)
    refused, sound = json.loads(ran.stdout)["all"]
    assert refused["code"] == "file.damaged"
    assert sound["pages"] == 1
    probe = (
        "import resource as r; from intranet.records.child import limit_self; "
        "limit_self(memory=1 << 31, seconds=9, output=1 << 20); "
        "print(*(r.getrlimit(w)[0] for w in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE)))"
    )
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, cwd=ROOT, check=True, timeout=60)
    assert ran.stdout.split() == [str(1 << 31).encode(), b"9", str(1 << 20).encode()]


def test_files_of_our_own_that_are_too_much_together_are_read_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = []
    for name in ("mot", "hai"):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(sheet_with(name))
        files.append((path, media.PDF))
    together, asked = parsing.ask_child, []

    def strained(module: str, limits: parsing.Limits, *words: str) -> dict[str, Any]:
        asked.append(len(words) // 2)
        return {"code": "file.too_hard"} if len(words) > 2 else together(module, limits, *words)

    monkeypatch.setattr(parsing, "ask_child", strained)
    assert ["mot" in one.text for one in parsing.parse_own(files)] == [True, False]
    assert asked == [2, 1, 1]


def test_where_the_system_allows_it_the_child_has_no_network(tmp_path: Path) -> None:
    """The words put in front of the child leave it without a way to a server on this very machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        reach = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
        free = subprocess.run([sys.executable, "-c", reach], capture_output=True, check=False, timeout=30)
        cut = subprocess.run(
            [*without_network(), sys.executable, "-c", reach], capture_output=True, check=False, timeout=30
        )
    assert free.returncode == 0
    assert (cut.returncode != 0) == bool(without_network())
