"""The cheap checks of an upload: size, name, first bytes, the directory of a zip."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from intranet.records import media
from intranet.records.media import REFUSED, UNREAD, Verdict, check, sniff

TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def package(path: Path, entries: dict[str, bytes], *, main: str = "word/document.xml") -> Path:
    """A small office package with these entries beside the two that make it one."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr(main, "<a/>")
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def png(width: int, height: int) -> bytes:
    """The beginning of a PNG that states these sides, and nothing to decode."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head)) + b"\0" * 40
    )


def code(path: Path, name: str = "") -> str | None:
    verdict = check(path, name or path.name)
    return verdict.code if verdict else None


@pytest.mark.parametrize(
    ("name", "main", "kind"),
    [
        ("a.docx", "word/document.xml", media.DOCX),
        ("a.xlsx", "xl/workbook.xml", media.XLSX),
        ("a.pptx", "ppt/presentation.xml", media.PPTX),
    ],
)
def test_office_files_are_known_by_their_main_part(tmp_path: Path, name: str, main: str, kind: str) -> None:
    path = package(tmp_path / name, {}, main=main)
    assert sniff(path) == kind
    assert code(path) is None
    assert code(path, "Văn bản.pdf") == "file.renamed"


def test_opendocument_pictures_and_pdf_are_known(tmp_path: Path) -> None:
    odt = tmp_path / "a.odt"
    with zipfile.ZipFile(odt, "w") as archive:
        archive.writestr("mimetype", media.ODT)
        archive.writestr("content.xml", "<a/>")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n%%EOF")
    Image.new("RGB", (30, 20)).save(tmp_path / "a.png")
    Image.new("RGB", (30, 20)).save(tmp_path / "a.jpg")
    for name in ("a.odt", "a.pdf", "a.png", "a.jpg"):
        assert code(tmp_path / name) is None
    assert code(tmp_path / "a.jpg", "A.JPEG") is None
    with (tmp_path / "a.jpg").open("rb") as file:
        assert media.image_size(file) == (30, 20)


def test_an_empty_file_and_one_too_large_are_refused_before_anything_else(tmp_path: Path) -> None:
    path = tmp_path / "a.exe"
    path.write_bytes(b"")
    assert code(path) == "file.empty"
    path.write_bytes(b"MZ" + b"\0" * 5000)
    assert check(path, "a.pdf", max_bytes=4096) == Verdict("file.too_large", {"limit_mb": 0})


@pytest.mark.parametrize(
    "name", ["a.exe", "a.html", "a.svg", "a.doc", "a.docm", "a.zip", "a", "pdf", "a.pdf.js", ""]
)
def test_a_type_that_is_not_on_the_list_is_refused_by_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "staged"
    path.write_bytes(b"%PDF-1.7 %%EOF")
    assert code(path, name or "   ") == "file.wrong_type"


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("a.pdf", b"MZ\x90\0" + b"\0" * 100, "exe"),
        ("a.docx", b"MZ\x90\0" + b"\0" * 100, "exe"),
        ("a.png", b"\x7fELF" + b"\0" * 100, "exe"),
        ("a.docx", b"%PDF-1.7\n", "pdf"),
        ("a.pdf", b"<html><script>alert(1)</script>", ""),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "doc"),
    ],
)
def test_a_renamed_file_is_refused_and_told_what_it_is(
    tmp_path: Path, name: str, data: bytes, found: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    verdict = check(path, name)
    assert verdict is not None
    assert (verdict.code, verdict.data["found"], verdict.is_refused) == ("file.renamed", found, True)


def test_a_word_file_with_a_password_is_kept_unread_and_not_called_renamed(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    )
    verdict = check(path, path.name)
    assert verdict is not None
    assert verdict.code == "file.encrypted"
    assert not verdict.is_refused


def test_a_zip_bomb_is_refused_by_its_directory_without_unpacking(tmp_path: Path) -> None:
    assert code(package(tmp_path / "ratio.docx", {"word/big.xml": b"\0" * (20 << 20)})) == "file.zip_bomb"
    many = {f"word/p{i}.xml": b"x" for i in range(media.MAX_ENTRIES + 1)}
    assert code(package(tmp_path / "many.docx", many)) == "file.zip_bomb"
    small = package(tmp_path / "small.docx", {"word/blank.xml": b"\0" * (900 << 10)})
    assert code(small) is None


def test_the_sum_of_all_entries_is_bounded_by_what_the_directory_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "MAX_UNPACKED", 1000)
    assert code(package(tmp_path / "a.docx", {"word/x.xml": bytes(range(256)) * 4})) == "file.zip_bomb"


@pytest.mark.parametrize(
    "entry",
    [
        "/etc/passwd",
        "../outside.xml",
        "word/../../x.xml",
        "C:/x.xml",
        "word/inner.zip",
        "word/a.docx",
        "b.jar",
    ],
)
def test_a_zip_that_reaches_outside_or_hides_an_archive_is_refused(tmp_path: Path, entry: str) -> None:
    assert code(package(tmp_path / "a.docx", {entry: b"x"})) == "file.unsafe_zip"


def test_the_sheet_behind_a_chart_is_let_through(tmp_path: Path) -> None:
    path = package(tmp_path / "a.docx", {"word/embeddings/Microsoft_Excel_Sheet1.xlsx": b"x"})
    assert code(path) is None


def test_a_name_that_stands_twice_and_a_link_are_refused(tmp_path: Path) -> None:
    path = package(tmp_path / "a.docx", {})
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("word/document.xml", "<b/>")
    assert code(path) == "file.unsafe_zip"
    path = package(tmp_path / "b.docx", {})
    link = zipfile.ZipInfo("word/link.xml")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert code(path) == "file.unsafe_zip"


@pytest.mark.parametrize("entry", ["word/vbaProject.bin", "word/vbaData.xml", "word/activeX/activeX1.xml"])
def test_macros_are_refused_whatever_the_extension_says(tmp_path: Path, entry: str) -> None:
    assert code(package(tmp_path / "a.docx", {entry: b"x"})) == "file.macro"


def test_a_zip_that_was_cut_off_is_kept_unread(tmp_path: Path) -> None:
    path = package(tmp_path / "a.docx", {"word/x.xml": bytes(range(256)) * 50})
    path.write_bytes(path.read_bytes()[:-300])
    assert code(path) == "file.truncated"


def test_a_directory_that_claims_to_be_huge_is_not_even_loaded(tmp_path: Path) -> None:
    path = package(tmp_path / "a.docx", {})
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x05\x06")
    struct.pack_into("<HHI", data, at + 8, 60000, 60000, 400_000_000)
    path.write_bytes(data)
    assert code(path) == "file.zip_bomb"


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (12_001, 10), (10_000, 10_000), (2**31, 1)])
def test_a_picture_too_large_to_decode_is_refused_by_its_header(
    tmp_path: Path, width: int, height: int
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(width, height))
    assert code(path) == "file.image_too_large"


def test_a_picture_within_bounds_passes_and_one_without_its_header_does_not(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(6000, 6000))
    assert code(path) is None
    path.write_bytes(png(6000, 6000)[:20])
    assert code(path) == "file.truncated"
    path.write_bytes(png(0, 10))
    assert code(path) == "file.damaged"
    jpeg = io.BytesIO()
    Image.new("RGB", (30, 20)).save(jpeg, "JPEG")
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg.getvalue()[:30])
    assert code(path) == "file.truncated"


def test_a_code_is_either_refused_or_kept_unread_and_never_both() -> None:
    assert not REFUSED & UNREAD
    assert not Verdict("file.truncated").is_refused
    assert Verdict("file.secret_mark").is_refused
