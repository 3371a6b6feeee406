"""Large PDFs whose pages' entries lie among the pictures: readers fetch a copy, all else the file itself."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from intranet.core import db
from intranet.records import pdf, reading_copy, store
from intranet.records.models import File
from intranet.records.views import READER
from meetings.services import packs, papers
from tests.meetings.conftest import Sitting
from tests.uploads import staged_file

PAGES = 60
#: So that nobody takes it for a scan and reads its pictures.
WORDS = b"BT /F 12 Tf 60 800 Td (Phu luc kem theo to trinh nay) Tj ET"


def scattered(*, kilobytes: int = 80) -> bytes:
    """A PDF of before 1.5: each page's entry lies beside its picture, which no compression makes smaller."""
    kids = " ".join(f"{3 + 3 * n} 0 R" for n in range(PAGES))
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {PAGES}/Kids[{kids}]>>".encode()]
    for n in range(PAGES):
        own = f"/MediaBox[0 0 {595 - n % 2} 842]/Rotate {90 * (n % 4)}/Contents {4 + 3 * n} 0 R"
        font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
        drawn = f"<</XObject<</P {5 + 3 * n} 0 R>>/Font<</F {font}>>>>"
        parts.append(f"<</Type/Page/Parent 2 0 R{own}/Resources{drawn}>>".encode())
        parts.append(stream("", b"q 400 0 0 %d 80 120 cm /P Do Q " % (40 + n) + WORDS))
        kind = f"/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8/Width 1024/Height {kilobytes}"
        parts.append(stream(kind, os.urandom(1024 * kilobytes)))
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(out))
    return bytes(out) + b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + table + end


def stream(kind: str, data: bytes) -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (kind.encode(), len(data), data)


def entries(path: Path) -> int:
    """Bytes that a reader fetches for the entries of all pages."""
    with pikepdf.open(path) as document:
        return reading_copy._asked_for(path, {page.objgen for page in document.pages})


def test_readers_and_packs_get_the_copy_and_all_else_the_file_that_was_given(
    sitting: Sitting, client_of: Callable[[Any], Any]
) -> None:
    given = scattered()
    papers.add_staged(sitting.secretary, sitting.id, None, staged_file(sitting.secretary, given, "Quét.pdf"))
    with db.scope():
        [paper] = db.session().query(File).filter_by(name="Quét.pdf").all()
        [kept] = packs.pack_of(sitting.delegate, sitting.id).files
        copy, original = store.path_of(kept.sha256), store.path_of(paper.sha256)
    assert (kept.rev, kept.pages, kept.bytes) == (paper.sha256, PAGES, copy.stat().st_size)
    assert (entries(copy), entries(original) > reading_copy.MOST_ASKED) == (0, True)
    assert pdf.render_png(copy, 3, 64) == pdf.render_png(original, 3, 64)
    reader = client_of(sitting.delegate)
    assert reader.get(kept.url, headers={READER: "1"}).data == copy.read_bytes()
    part = reader.get(kept.url, headers={READER: "1", "Range": "bytes=9-99"})
    assert (part.status_code, part.data) == (206, copy.read_bytes()[9:100])
    assert reader.get(kept.url).data == reader.get(paper.url).data == given
    copy.unlink()
    assert reader.get(kept.url, headers={READER: "1"}).data == given


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda: scattered(kilobytes=20), id="soon there whole"),
        pytest.param(lambda: saved(encryption=pikepdf.Encryption(owner="chu", user="")), id="protected"),
        pytest.param(lambda: saved(), id="together already"),
        pytest.param(lambda: b"%PDF-1.7" + bytes(reading_copy.LEAST_BYTES), id="damaged"),
    ],
)
def test_no_copy_is_made_where_it_is_of_no_use(app: Any, tmp_path: Path, data: Callable[[], bytes]) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(data())
    assert reading_copy.make(source) is None


def saved(**how: Any) -> bytes:
    """The same, written anew: its entries lie together."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(scattered())) as document:
        document.save(out, **how)
    return out.getvalue()
