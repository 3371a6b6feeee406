"""ZIPs of PDFs: each file looked through, put to its line by number or symbol, and none of them lost."""

import io
import zipfile

import pytest

from documents.formats.file_names import Target, Targets, true_name
from documents.models.importing import BundleState, FileBundle, PieceState
from documents.models.register import Register, RegisterKind
from documents.services import bundling, catalogue
from intranet.core import db, jobs
from intranet.core.errors import Forbidden, Invalid
from intranet.records import files, store
from intranet.records.models import AuditLine
from tests.documents import old_books
from tests.factories import Office
from tests.uploads import pdf_with


@pytest.fixture
def book(desk: Office) -> Register:
    """An incoming register with four lines of 2024."""
    register = catalogue.register_for(desk.org.id, RegisterKind.IN, None)
    old_books.taken(desk.clerk, register.id, old_books.csv_of(old_books.lines(4)))
    return register


def zip_of(*given: tuple[str, bytes]) -> bytes:
    """A ZIP of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in given:
            archive.writestr(name, data)
    return out.getvalue()


def put(desk: Office, register: Register, *given: tuple[str, bytes]) -> FileBundle:
    """Give a ZIP and let the worker do all of it."""
    data = zip_of(*given)
    bundle_id = bundling.receive(desk.clerk, register.id, 2024, io.BytesIO(data), "van-ban.zip")
    for _ in range(4):
        jobs.run_due()
        bundling.settle_left_over()
    return db.session().get_one(FileBundle, bundle_id, populate_existing=True)


def test_files_go_to_their_lines_by_number_and_by_symbol_and_the_rest_is_kept(
    desk: Office, book: Register
) -> None:
    pdfs = [pdf_with(f"Văn bản {n}") for n in range(4)]
    bundle = put(
        desk,
        book,
        ("thang 3/1.pdf", pdfs[0]),
        ("thang 3/102-BTC-ĐT.pdf", pdfs[1]),
        ("phu luc khong so.pdf", pdfs[2]),
        ("__MACOSX/._1.pdf", b"x"),
        ("anh.exe", b"MZ"),
        ("gia.pdf", b"MZ\x90"),
        ("hong.pdf", b"%PDF-1.4 nothing"),
    )
    counts = bundling.counts(bundle)
    assert bundle.state is BundleState.DONE
    assert counts == {PieceState.MATCHED: 2, PieceState.UNMATCHED: 2, PieceState.REFUSED: 2}
    assert [one.name for one in files.of(bundle.ref)] == ["phu luc khong so.pdf", "hong.pdf"]
    assert {piece.name: piece.problem for piece, _ in bundling.left(bundle)} == {
        "phu luc khong so.pdf": "bundle.no_match",
        "hong.pdf": "bundle.no_match",
        "anh.exe": "bundle.not_pdf",
        "gia.pdf": "file.renamed",
    }
    assert list(store.folder("tmp").iterdir()) == []


def test_the_same_zip_again_doubles_nothing(desk: Office, book: Register) -> None:
    given = ("2.pdf", pdf_with("Hai"))
    put(desk, book, given)
    again = put(desk, book, given)
    assert bundling.counts(again) == {PieceState.KNOWN: 1}


def test_what_belongs_to_no_line_is_put_to_one_by_hand(desk: Office, book: Register) -> None:
    bundle = put(desk, book, ("quet.pdf", pdf_with("Quét")))
    ((piece, file),) = bundling.left(bundle)
    assert file is not None
    with pytest.raises(Invalid, match="no_line"):
        bundling.place(desk.clerk, piece.id, 99)
    assert bundling.place(desk.clerk, piece.id, 3) == "103/BTC-ĐT"
    assert bundling.left(bundle) == []
    assert files.of(bundle.ref) == []
    acts = [line.act for line in db.session().query(AuditLine).order_by(AuditLine.id)]
    assert "bundle.placed" in acts


def test_a_secret_mark_inside_is_refused_and_its_name_forgotten(desk: Office, book: Register) -> None:
    bundle = put(desk, book, ("1.pdf", pdf_with("TỐI MẬT")), ("2.pdf", pdf_with("Hai")))
    assert bundling.counts(bundle) == {PieceState.MATCHED: 1, PieceState.REFUSED: 1}
    ((piece, file),) = bundling.left(bundle)
    assert (piece.name, piece.problem, file) == ("", "file.secret_mark", None)


def _linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("1.pdf")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zip_of(("../1.pdf", b"x")), "file.unsafe_zip"),
        (zip_of(("/1.pdf", b"x")), "file.unsafe_zip"),
        (zip_of(("1.pdf", bytes(30 * 1024 * 1024))), "file.zip_bomb"),
        (_linked(), "file.unsafe_zip"),
        (zip_of(*((f"{n}.pdf", b"") for n in range(2001))), "file.zip_bomb"),
        (b"PK\x03\x04 cut off", "bundle.damaged"),
        (b"", "bundle.damaged"),
    ],
)
def test_bombs_ways_out_and_links_are_refused_whole(
    desk: Office, book: Register, data: bytes, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        bundling.receive(desk.clerk, book.id, 2024, io.BytesIO(data), "x.zip")
    assert list(store.folder("tmp").iterdir()) == []


def test_only_a_zip_for_a_year_that_is_there_and_only_from_the_clerk(desk: Office, book: Register) -> None:
    data = zip_of(("1.pdf", b"x"))
    with pytest.raises(Invalid, match="not_a_zip"):
        bundling.receive(desk.clerk, book.id, 2024, io.BytesIO(data), "x.rar")
    with pytest.raises(Invalid, match="no_year"):
        bundling.receive(desk.clerk, book.id, 2019, io.BytesIO(data), "x.zip")
    with pytest.raises(Forbidden):
        bundling.receive(desk.leader, book.id, 2024, io.BytesIO(data), "x.zip")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("1.pdf", [11]),
        ("a/001.pdf", [11]),
        ("so den 2 - cong van.pdf", [12]),
        ("0101_BTC-ĐT ký.pdf", [11]),
        ("102 btc dt.pdf", [12, 13]),
        ("12a.pdf", [14]),
        ("2024.pdf", []),
        ("bao cao quy 1 nam 2024.pdf", []),
    ],
)
def test_names_speak_of_numbers_and_symbols(name: str, found: list[int]) -> None:
    targets = Targets(
        (
            Target(11, 1, "", "101 btc dt"),
            Target(12, 2, "", "102 btc dt"),
            Target(13, 3, "", "102 btc dt"),
            Target(14, 12, "a", "7 bc stc"),
        )
    )
    assert targets.find(name) == found


def test_names_in_utf8_are_read_though_the_zip_does_not_say_so() -> None:
    written = "101-BTC-ĐT.pdf".encode().decode("cp437")
    assert true_name(written, is_utf8=False) == "101-BTC-ĐT.pdf"
