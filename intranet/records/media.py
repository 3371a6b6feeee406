"""What a file is, by its first bytes and its own directory, and why it is not taken.

Everything here reads little and decodes nothing, so the web process may call it while an upload is
staged. The real parse follows in :mod:`intranet.records.parsing`.
"""

import struct
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

#: Bytes of one upload.
MAX_BYTES = 100 * 1024 * 1024
MAX_ENTRIES = 2000
#: Bytes of a zip-based file once unpacked.
MAX_UNPACKED = 300 * 1024 * 1024
#: Unpacked over packed size, for entries over 1 MB.
MAX_RATIO = 100
MAX_DIRECTORY = 4 * 1024 * 1024
MAX_IMAGE_PIXELS = 40_000_000
MAX_IMAGE_SIDE = 12_000

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
PNG, JPEG = "image/png", "image/jpeg"
#: What pictures of our own making are.
WEBP = "image/webp"

#: The list of what is taken at all.
BY_EXTENSION = {
    "pdf": PDF,
    "docx": DOCX,
    "xlsx": XLSX,
    "pptx": PPTX,
    "odt": ODT,
    "png": PNG,
    "jpg": JPEG,
    "jpeg": JPEG,
}
_MAIN_PART = {DOCX: "word/document.xml", XLSX: "xl/workbook.xml", PPTX: "ppt/presentation.xml"}
_OFFICE = {DOCX, XLSX, PPTX}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ARCHIVES = {"zip", "rar", "7z", "gz", "bz2", "xz", "tar", "tgz", "jar", "cab", "iso", "apk"}
_NESTED = {"docx", "xlsx", "pptx", "odt", "ods", "odp"}
_MACRO_PARTS = ("vbaproject.bin", "vbadata.xml", "vbaprojectsignature.bin")

#: Codes after which the bytes are thrown away; after the others the file may be kept, unread.
REFUSED = frozenset(
    {
        "file.empty",
        "file.too_large",
        "file.wrong_type",
        "file.renamed",
        "file.zip_bomb",
        "file.unsafe_zip",
        "file.macro",
        "file.dtd",
        "file.image_too_large",
        "file.secret_mark",
    }
)
#: Codes of files that may be kept though nothing could be read from them.
UNREAD = frozenset(
    {
        "file.encrypted",
        "file.truncated",
        "file.damaged",
        "file.no_pages",
        "file.no_such_page",
        "file.lost",
        "file.too_hard",
    }
)


@dataclass(frozen=True)
class Verdict:
    """Why a file is not, or not wholly, taken.

    :param code: ``file.<problem>``, one of :data:`REFUSED` or :data:`UNREAD`.
    :param data: figures for the sentence (``limit_mb``, ``extension``, ``found``).
    """

    code: str
    data: dict[str, object] = field(default_factory=dict, hash=False)

    @property
    def is_refused(self) -> bool:
        """Whether the bytes must not be stored at all."""
        return self.code in REFUSED


def extension_of(name: str) -> str:
    """The last extension of a given file name, lower case, without the dot."""
    return PurePosixPath(name.replace("\\", "/").strip().lower()).suffix.lstrip(".")


def sniff(path: Path) -> str | None:
    """The media type that the bytes speak of, ``None`` when it is none of the list."""
    with path.open("rb") as file:
        head = file.read(1024)
    if b"%PDF-" in head:
        return PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"PK\x03\x04"):
        return _sniff_zip(path)
    return None


def check(path: Path, name: str, *, max_bytes: int = MAX_BYTES) -> Verdict | None:
    """Judge a staged file by size, name, first bytes and directory; ``None`` lets it go on to the parse."""
    size = path.stat().st_size
    if size == 0:
        return Verdict("file.empty")
    if size > max_bytes:
        return Verdict("file.too_large", {"limit_mb": max_bytes // (1024 * 1024)})
    extension = extension_of(name)
    expected = BY_EXTENSION.get(extension)
    if expected is None:
        return Verdict("file.wrong_type", {"extension": extension})
    with path.open("rb") as file:
        head = file.read(8)
        if head.startswith(_OLE) and expected in _OFFICE:
            return _judge_ole(file, extension)
    if head.startswith(b"PK") and expected in {*_OFFICE, ODT}:
        verdict = check_zip(path)
        if verdict is not None:
            return verdict
    found = sniff(path)
    if found != expected:
        return Verdict("file.renamed", {"extension": extension, "found": _found_name(head, found)})
    if found in {PNG, JPEG}:
        return check_image_header(path)
    return None


def check_image_header(path: Path) -> Verdict | None:
    """Refuse a picture too large to decode, by the size its header states."""
    with path.open("rb") as file:
        size = image_size(file)
    if size is None:
        return Verdict("file.truncated")
    width, height = size
    if width == 0 or height == 0:
        return Verdict("file.damaged")
    if width * height > MAX_IMAGE_PIXELS or max(size) > MAX_IMAGE_SIDE:
        return Verdict("file.image_too_large", {"width": width, "height": height})
    return None


def image_size(file: BinaryIO) -> tuple[int, int] | None:
    """Width and height in pixels from the header of a PNG or JPEG; ``None`` when it ends too early."""
    head = file.read(33)
    if head.startswith(b"\x89PNG"):
        if len(head) < 33:
            return None
        width, height = struct.unpack(">II", head[16:24])
        return int(width), int(height)
    file.seek(2)
    while len(mark := file.read(4)) == 4 and mark[0] == 0xFF:
        kind, length = mark[1], int.from_bytes(mark[2:4], "big")
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
            frame = file.read(5)
            if len(frame) < 5:
                return None
            height, width = struct.unpack(">HH", frame[1:5])
            return int(width), int(height)
        if length < 2:
            return None
        file.seek(length - 2, 1)
    return None


def check_zip(path: Path, *, is_collection: bool = False) -> Verdict | None:
    """Judge a zip-based office file by its directory alone: nothing is unpacked.

    :param is_collection: it only carries files, each of which is judged when it is taken out.
    """
    try:
        count, length = _directory_size(path)
        if count > MAX_ENTRIES or length > MAX_DIRECTORY:
            return Verdict("file.zip_bomb", {"entries": count})
        with zipfile.ZipFile(path) as archive:
            return _judge_entries(archive.infolist(), is_collection=is_collection)
    except _CutOff:
        return Verdict("file.truncated")
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
        return Verdict("file.damaged")


class _CutOff(Exception):
    """The end of a zip's directory is not in the file."""


def _directory_size(path: Path) -> tuple[int, int]:
    """Entries and bytes of the directory as its end record states them, before anything is loaded."""
    with path.open("rb") as file:
        size = path.stat().st_size
        file.seek(max(0, size - 66_000))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise _CutOff
    _, _, _, count, length, _ = struct.unpack("<HHHHII", tail[at + 4 : at + 20])
    return int(count), int(length)


def _judge_entries(entries: list[zipfile.ZipInfo], *, is_collection: bool) -> Verdict | None:
    if len(entries) > MAX_ENTRIES:
        return Verdict("file.zip_bomb", {"entries": len(entries)})
    names: set[str] = set()
    total = 0
    for entry in entries:
        total += entry.file_size
        if total > MAX_UNPACKED:
            return Verdict("file.zip_bomb", {"unpacked_mb": total // (1024 * 1024)})
        packed = max(entry.compress_size, 1)
        if entry.file_size > 1024 * 1024 and entry.file_size / packed > MAX_RATIO:
            return Verdict("file.zip_bomb", {"ratio": entry.file_size // packed})
        if entry.flag_bits & 0x1:
            return Verdict("file.encrypted")
        low = entry.filename.lower()
        if low in names or not _is_safe(entry):
            return Verdict("file.unsafe_zip")
        names.add(low)
        if is_collection:
            continue
        if _is_macro(low):
            return Verdict("file.macro")
        if _is_nested(low):
            return Verdict("file.unsafe_zip")
    return None


def _is_safe(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    bad = name.startswith("/") or "\\" in name or ":" in name or "\x00" in entry.orig_filename
    return not (is_link or bad or ".." in PurePosixPath(name).parts)


def _is_macro(low: str) -> bool:
    first = low.split("/", 1)[0]
    return low.endswith(_MACRO_PARTS) or "/activex/" in low or first in {"basic", "scripts"}


def _is_nested(low: str) -> bool:
    """An archive inside; the sheet behind a chart (``embeddings/``) is left closed and does no harm."""
    ending = extension_of(low)
    return ending in _ARCHIVES or (ending in _NESTED and "/embeddings/" not in low)


def _sniff_zip(path: Path) -> str | None:
    try:
        count, length = _directory_size(path)
        if count > MAX_ENTRIES or length > MAX_DIRECTORY:
            return None
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                return ODT if archive.read("mimetype").strip() == ODT.encode() else None
    except (_CutOff, zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, RuntimeError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for kind, part in _MAIN_PART.items() if part in names), None)


def _judge_ole(file: BinaryIO, extension: str) -> Verdict:
    """An old compound file behind a new extension: a protected document, or the format of before 2007."""
    file.seek(0)
    seen = file.read(4 * 1024 * 1024)
    if "EncryptedPackage".encode("utf-16-le") in seen:
        return Verdict("file.encrypted")
    return Verdict("file.renamed", {"extension": extension, "found": "doc"})


def _found_name(head: bytes, found: str | None) -> str:
    """A short word for what the file really is, empty when unknown."""
    if found:
        return next(extension for extension, kind in BY_EXTENSION.items() if kind == found)
    if head.startswith((b"MZ", b"\x7fELF")):
        return "exe"
    if head.startswith((b"PK", b"Rar!", b"7z\xbc\xaf")):
        return "zip"
    return ""
