"""Office documents become PDFs by LibreOffice: shut in, with limits, and a plain reason where that fails."""

import shutil
import socket
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from intranet.core import db, refs
from intranet.core.errors import BadState, DomainError, Invalid
from intranet.core.refs import Ref
from intranet.records import conversions, files, office_pdf, pdf, sandbox, sheet_layout
from intranet.records.models import Conversion, ConversionState, File
from intranet.records.sandbox import Bounds
from tests.factories import Office
from tests.office_files import pptx_with, xlsx_with
from tests.uploads import docx_with, staged_file

OWNER = Ref("thing", 7)
SAID = "Ủy ban nhân dân tỉnh: ngưỡng cửa, thuở ấy, kỹ sư, Đặng Hữu Nghĩa"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")


@pytest.fixture(autouse=True)
def _things() -> Iterator[None]:
    before = dict(refs._kinds)
    refs.register_kind(
        "thing", title=str, url=lambda key: f"/things/{key}", may_read=lambda actor, _: actor.org_id == 1
    )
    yield
    refs._kinds.clear()
    refs._kinds.update(before)


@pytest.fixture
def no_bwrap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without bubblewrap."""
    real = shutil.which
    sandbox._way.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "bwrap" else real(name))
    yield
    sandbox._way.cache_clear()


def attached(office: Office, data: bytes, name: str) -> File:
    """A file of a record whose PDF was asked for."""
    staged = staged_file(office.clerk, data, name)
    with db.unit_of_work():
        made = files.attach(office.clerk, staged, OWNER, org_id=office.org.id, role="paper")
        conversions.ask_for(made, role="original")
        conversions.ask_for(made, role="original")
        key = made.id
    return now(key)


def now(key: int) -> File:
    """The file as it stands."""
    db.session().expire_all()
    return db.session().get_one(File, key)


def refusal(source: Path, bounds: Bounds = office_pdf.BOUNDS) -> str:
    """The code with which a document is refused."""
    with pytest.raises(DomainError) as refused:
        office_pdf.to_pdf(source, source.name, bounds=bounds)
    return refused.value.code


def test_a_word_file_becomes_its_pdf_and_the_original_stays_beside_it(office: Office) -> None:
    file = attached(office, docx_with(SAID), "Tờ trình.docx")
    key, public_id, original = file.id, file.public_id, file.sha256
    assert conversions.convert_next() is True
    assert conversions.convert_next() is False
    file = now(key)
    assert (file.public_id, file.name, file.is_pdf, file.pages) == (public_id, "Tờ trình.pdf", True, 1)
    assert SAID in pdf.all_text(files.path(file))[0]
    beside = files.of(OWNER, "original")
    assert [(one.sha256, one.name) for one in beside] == [(original, "Tờ trình.docx")]
    row = db.session().get_one(Conversion, file.id)
    assert (row.state, row.original_id, row.problem) == (ConversionState.DONE, beside[0].id, None)


def test_a_wide_sheet_becomes_pages_as_wide_as_it_is_and_slides_a_page_each(office: Office) -> None:
    heads = [f"Cột số {n:02}" for n in range(1, 25)]
    rows = [[f"Dòng {n}", *range(23)] for n in range(60)]
    given = {
        "Dự toán.xlsx": xlsx_with(heads, *rows),
        "Trình bày.pptx": pptx_with("Nhu cầu vốn: 1.250 tỷ đồng", "Kiến nghị & đề xuất", "Lời cảm ơn"),
    }
    made = {}
    for name, data in given.items():
        key = attached(office, data, name).id
        assert conversions.convert_next() is True
        made[name] = now(key)
    sheet, slides = made.values()
    assert [one.name for one in made.values()] == ["Dự toán.pdf", "Trình bày.pdf"]
    first = pdf.page_text(files.path(sheet), 1)
    said = " ".join(line.text for line in first.lines)
    assert first.width > first.height
    assert all(head in said for head in (*heads, "Dòng 0"))
    assert "Dòng 59" in pdf.all_text(files.path(sheet))[0]
    assert (sheet.pages or 0) < 5
    assert slides.pages == 3
    assert "Kiến nghị & đề xuất" in " ".join(line.text for line in pdf.page_text(files.path(slides), 2).lines)


def test_a_sheet_keeps_the_pages_that_its_author_chose(tmp_path: Path) -> None:
    source, made = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    wide, narrow = [["x" * 9] * 20], [["x"] * 3]
    chosen = '<pageSetup scale="60" orientation="portrait"/>'
    laid = []
    for data in (xlsx_with(*wide, setup=chosen), xlsx_with(*wide), xlsx_with(*narrow)):
        source.write_bytes(data)
        assert sheet_layout.fit(source, made)
        with zipfile.ZipFile(made) as archive:
            said = archive.read("xl/worksheets/sheet1.xml").decode()
        laid.append((chosen in said, 'fitToWidth="1"' in said, "landscape" in said))
    assert laid == [(True, False, False), (False, True, True), (False, True, False)]
    source.write_bytes(b"PK")
    assert not sheet_layout.fit(source, tmp_path / "c.xlsx")


def test_a_document_that_cannot_be_made_a_pdf_stays_as_it_is_and_says_why(office: Office) -> None:
    file = attached(office, OLE, "Dự toán.xlsx")
    key, before = file.id, file.sha256
    assert conversions.convert_next() is True
    assert now(key).sha256 == before
    row = db.session().get_one(Conversion, key)
    assert (row.state, row.problem) == (ConversionState.FAILED, "convert.encrypted")
    assert files.of(OWNER, "original") == []


def test_what_cannot_be_converted_is_refused_with_its_own_code(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, data in {
        "a.docx": docx_with("Một"),
        "b.docx": docx_with("Hai")[:900],
        "c.docx": OLE,
        "d.pdf": b"%PDF-1.7",
    }.items():
        (tmp_path / name).write_bytes(data)
    codes = [refusal(tmp_path / name) for name in ("b.docx", "c.docx", "d.pdf")]
    assert codes == ["convert.failed", "convert.encrypted", "convert.wrong_type"]
    assert refusal(tmp_path / "a.docx", Bounds(wall_seconds=0.05)) == "convert.too_long"
    assert refusal(tmp_path / "a.docx", Bounds(memory=64 * 1024**2)) == "convert.failed"
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert refusal(tmp_path / "a.docx") == "convert.not_installed"


def test_a_program_that_is_shut_in_sees_neither_the_house_nor_the_network(tmp_path: Path) -> None:
    """Where bwrap works: no file but the system's programs and the one folder, and no way to this machine."""
    secret = tmp_path / "secrets.json"
    secret.write_text("khóa", encoding="utf-8")
    with sandbox.box() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        look = (
            f"cat {secret} && echo read >> seen; touch /usr/x && echo wrote >> seen; id -u >> seen; "
            f"(exec 3<>/dev/tcp/127.0.0.1/{port}) && echo reached >> seen; ulimit -v >> seen"
        )
        assert sandbox.run(folder, lambda _: ["bash", "-c", look], Bounds(memory=1 << 30)) == 0
        assert (folder / "seen").read_text().split() == ["65534", str(1 << 20)]
        assert sandbox.run(folder, lambda _: ["sleep", "9"], Bounds(wall_seconds=0.1)) is None


def test_without_bwrap_programs_still_run_unless_the_sandbox_is_required(
    no_bwrap: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sandbox.box() as folder:
        assert sandbox.run(folder, lambda seen: ["test", "-d", seen], Bounds(processes=4096)) == 0
        monkeypatch.setenv("SANDBOX", "required")
        with pytest.raises(BadState, match=r"sandbox\.required"):
            sandbox.run(folder, lambda seen: ["true"], Bounds())


def test_bytes_that_are_no_whole_pdf_are_not_taken_for_one(tmp_path: Path) -> None:
    for data in (b"", b"%PDF-1.7\n", b"<html>%%EOF"):
        (tmp_path / "source.pdf").write_bytes(data)
        with pytest.raises(Invalid, match=r"convert\.failed"):
            office_pdf._made(tmp_path / "source.pdf", "a.docx")
