"""Old registers: read as they are, taken over whole or not at all, recognised the second time."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from documents.models.document import Document
from documents.models.importing import ImportState
from documents.models.lifecycle import DocState
from documents.models.register import (
    EntryState,
    LedgerEvent,
    Register,
    RegisterEntry,
    RegisterKind,
    YearState,
)
from documents.models.search import DocumentText
from documents.services import books, catalogue, importing, indexing, numbering, registering, verifying
from documents.services.books import Book
from documents.services.registering import Incoming
from intranet.core import clock, db, jobs
from intranet.core.errors import BadState, Forbidden, Invalid
from intranet.exports import services as exports
from intranet.records import files, grid_csv, grids, store
from intranet.records.sheet_limits import MAX_ROWS
from intranet.records.tables import Format
from tests.counting import count_queries
from tests.documents.old_books import csv_of, given, lines, problems, read, taken, xlsx_of
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]


@pytest.fixture
def book(desk: Office) -> Register:
    """The register of incoming documents."""
    return catalogue.register_for(desk.org.id, RegisterKind.IN, None)


@pytest.fixture
def outgoing(desk: Office) -> Register:
    """The register of outgoing documents."""
    return next(one for one in catalogue.registers(desk.org.id, RegisterKind.OUT) if one.code == "di")


def faults(desk: Office, register: Register) -> list[tuple[str, int]]:
    """What the proof of the register finds."""
    return [(one.problem, one.number) for one in verifying.verify_register(desk.clerk, register.id)]


def test_an_old_year_enters_with_its_numbers_and_is_closed(desk: Office, book: Register) -> None:
    row = given(desk.clerk, book.id, xlsx_of(lines(3), title="SỔ ĐĂNG KÝ VĂN BẢN ĐẾN NĂM 2024"), "so.xlsx")
    assert (row.state, row.year, row.errors, row.warnings) == (ImportState.READY, 2024, 0, 0)
    assert row.report["counts"] == {"lines": 3, "fresh": 3, "known": 0, "skipped": 0}
    assert db.session().scalar(select(func.count(RegisterEntry.id))) == 0
    importing.accept(desk.clerk, row.id, warnings_seen=False)
    row = read(row.id)
    assert (row.state, row.added) == (ImportState.DONE, 3)
    document = db.session().scalars(select(Document).order_by(Document.id)).first()
    assert document is not None
    assert (document.code, document.subject, document.state) == ("101/BTC-ĐT", "Về việc số 1", DocState.DONE)
    assert (document.issuer_text, document.kind and document.kind.name) == ("Bộ Tài chính", "Công văn")
    ((_, years), *_) = [one for one in catalogue.all_registers(desk.org.id) if one[0].id == book.id]
    assert [(one.year, one.last_number, one.state) for one in years] == [(2024, 3, YearState.CLOSED)]
    assert faults(desk, book) == []


def test_this_years_numbers_go_on_where_the_old_register_ends(
    desk: Office, book: Register, received: Make, fields: Fields
) -> None:
    taken(desk.clerk, book.id, csv_of(lines(4, clock.today().year)))
    document = received()
    assert registering.register_incoming(desk.clerk, document.id, fields()) == 5
    assert faults(desk, book) == []
    row = given(desk.clerk, book.id, csv_of(lines(6, clock.today().year)))
    assert (5, "year_in_use") in problems(row) or (6, "taken") in problems(row)
    with pytest.raises(BadState, match="has_errors"):
        importing.accept(desk.clerk, row.id, warnings_seen=True)


def test_the_same_file_again_adds_nothing_and_a_longer_one_adds_the_rest(
    desk: Office, book: Register
) -> None:
    taken(desk.clerk, book.id, csv_of(lines(3)))
    row = given(desk.clerk, book.id, csv_of(lines(3)))
    assert row.report["counts"] == {"lines": 3, "fresh": 0, "known": 3, "skipped": 0}
    with pytest.raises(BadState, match="nothing_new"):
        importing.accept(desk.clerk, row.id, warnings_seen=True)
    row = taken(desk.clerk, book.id, csv_of(lines(5)))
    assert (row.added, row.known) == (2, 3)
    assert db.session().scalar(select(func.count(Document.id))) == 5
    assert faults(desk, book) == []


def test_one_bad_line_keeps_the_whole_file_out_and_is_listed_to_take_along(
    desk: Office, book: Register
) -> None:
    rows = lines(4)
    rows[1] = ("31/02/2024", "2", *rows[1][2:])
    rows[3] = (rows[3][0], "1", *rows[3][2:])
    row = given(desk.clerk, book.id, csv_of(rows))
    assert [(one["row"], one["code"]) for one in row.report["problems"] if one["is_error"]] == [
        (3, "bad_day"),
        (5, "double"),
    ]
    with pytest.raises(BadState, match="has_errors"):
        importing.accept(desk.clerk, row.id, warnings_seen=True)
    assert db.session().scalar(select(func.count(Document.id))) == 0
    (listed,) = files.of(row.ref, "problems")
    told = grids.read(files.path(listed), listed.name)
    assert ["3", "Lỗi"] in [one[:2] for one in told.rows]
    assert any("không đọc được ngày “31/02/2024”" in cell for one in told.rows for cell in one)


def test_gaps_and_days_that_go_back_are_accepted_knowingly_and_still_prove(
    desk: Office, book: Register
) -> None:
    rows = lines(6)
    rows[5] = ("01/02/2024", "9", *rows[5][2:])
    row = given(desk.clerk, book.id, csv_of(rows))
    assert problems(row) == [(7, "gap"), (7, "day_back")]
    with pytest.raises(Invalid, match="warnings_unseen"):
        importing.accept(desk.clerk, row.id, warnings_seen=False)
    importing.accept(desk.clerk, row.id, warnings_seen=True)
    assert read(row.id).state is ImportState.DONE
    assert faults(desk, book) == []
    with db.unit_of_work() as session:
        session.scalars(select(RegisterEntry).where(RegisterEntry.number == 3)).one().number = 8
    assert ("differs_from_ledger", 8) in faults(desk, book)


def test_the_imported_part_is_no_place_to_hide_a_gap_of_ones_own(
    desk: Office, book: Register, received: Make, fields: Fields
) -> None:
    taken(desk.clerk, book.id, csv_of(lines(2, clock.today().year)))
    registering.register_incoming(desk.clerk, received().id, fields())
    with db.unit_of_work():
        numbering.lock_year(book, clock.today().year).imported_to = 3
    assert ("imported_to", 2) in faults(desk, book)


def test_struck_lines_stay_struck_and_as_above_is_read(desk: Office, outgoing: Register) -> None:
    heads = ("Số, ký hiệu văn bản", "Ngày tháng văn bản", "Tên loại và trích yếu", "Nơi nhận", "Ghi chú")
    rows = [
        ("01/QĐ-UBND", "05/01/2024", "Quyết định về việc cử cán bộ", "Sở Nội vụ; Sở Y tế", ""),
        ("02/QĐ-UBND", "nt", "Quyết định ban hành quy chế", "Sở Y tế", "Đã hủy"),
        ("03", "06/01/2024", "", "", "Đã hủy"),
    ]
    row = taken(desk.clerk, outgoing.id, csv_of(rows, heads))
    assert row.added == 3
    entries = db.session().scalars(select(RegisterEntry).order_by(RegisterEntry.number)).all()
    assert [one.state for one in entries] == [EntryState.USED, EntryState.CANCELLED, EntryState.CANCELLED]
    assert [one.entry_date.day for one in entries] == [5, 5, 6]
    first = db.session().scalars(select(Document).order_by(Document.id)).first()
    assert first is not None
    assert (first.code, first.recipients, first.state) == (
        "01/QĐ-UBND",
        ["Sở Nội vụ", "Sở Y tế"],
        DocState.ISSUED,
    )
    assert faults(desk, outgoing) == []


@pytest.mark.parametrize("kind", [RegisterKind.IN, RegisterKind.OUT])
def test_a_printed_register_comes_back_cell_for_cell(
    desk: Office, book: Register, outgoing: Register, kind: RegisterKind
) -> None:
    """Printed in the prescribed form, taken over by another agency, printed again."""
    if kind is RegisterKind.IN:
        register, form = book, Book.INCOMING
        rows = [("01/03/2024", str(n), *one[2:]) for n, one in enumerate(lines(4), 1)]
        rows[2] = (*rows[2][:6], "Đã hủy; nhầm sổ")
        taken(desk.clerk, register.id, csv_of(rows))
    else:
        register, form = outgoing, Book.OUTGOING
        heads = (*books_heads(desk, outgoing),)
        taken(desk.clerk, register.id, csv_of(OUT_ROWS, heads))
    asked = {"register": register.id, "book": form.value, "year": 2024}
    with db.scope(desk.clerk.org_ids):
        books.ask_book(desk.clerk, register.id, books.Wish(form, 2024, Format.XLSX))
        jobs.run_due()
        before = books.table_of(desk.clerk, asked, lambda _share: None)
        (made,) = exports.mine(desk.clerk)
        assert made.file is not None
        data = files.read(made.file)
    theirs = next(one for one in catalogue_of(desk) if one.code == register.code)
    with db.scope(desk.other_clerk.org_ids):
        row = given(desk.other_clerk, theirs.id, data, "so.xlsx")
        assert (row.errors, row.year) == (0, 2024)
        importing.accept(desk.other_clerk, row.id, warnings_seen=True)
        assert read(row.id).state is ImportState.DONE
        after = books.table_of(desk.other_clerk, asked | {"register": theirs.id}, lambda _share: None)
    assert [(one.cells, one.is_struck) for one in after.lines] == [
        (one.cells, one.is_struck) for one in before.lines
    ]


OUT_ROWS = [
    tuple(line.split("|"))
    for line in (
        "01/QĐ-UBND|05/01/2024|Quyết định: Cử cán bộ|Nguyễn Văn Bình|Sở Y tế|VT|5|06/01/2024|HT|",
        "02/BC-UBND|07/01/2024|Báo cáo: Công tác năm|Nguyễn Văn Bình|Bộ Nội vụ|VT|2|||Đã hủy",
        "03/UBND-VP|08/01/2024|Công văn: Mời họp|Trương Quốc Thái|Sở Y tế; Sở Nội vụ|VP|9|||gấp",
    )
]


def books_heads(desk: Office, register: Register) -> list[str]:
    """Heads of the prescribed outgoing register."""
    asked = {"register": register.id, "book": "outgoing", "year": 2024}
    with db.scope(desk.clerk.org_ids):
        return [column.head for column in books.table_of(desk.clerk, asked, lambda _share: None).columns]


def catalogue_of(desk: Office) -> list[Register]:
    """Registers of the other agency."""
    with db.agencies({desk.other.id}):
        return [register for register, _ in catalogue.all_registers(desk.other.id)]


def test_what_is_said_of_the_columns_is_remembered_for_the_next_file(desk: Office, book: Register) -> None:
    heads = ("Vào ngày", "TT", "Bên gửi", "Mã", "Của ngày", "Tóm tắt", "Thêm")
    row = given(desk.clerk, book.id, csv_of(lines(2), heads))
    assert row.state is ImportState.READY
    assert "number_in" in row.report["lacking"]
    said = dict(
        enumerate(("arrival_date", "number_in", "issuer", "code", "doc_date", "kind_subject", "note"))
    )
    importing.correct(desk.clerk, row.id, said, year=2024, sheet=0)
    row = read(row.id)
    assert (row.errors, row.report["lacking"], row.report["counts"]["fresh"]) == (0, [], 2)
    again = given(desk.clerk, book.id, csv_of(lines(4), heads))
    assert (again.report["lacking"], again.report["counts"]["fresh"]) == ([], 4)
    with pytest.raises(Invalid, match="field_twice"):
        importing.correct(desk.clerk, again.id, {0: "note", 1: "note"}, year=2024, sheet=0)


def test_a_line_with_a_secret_mark_leaves_nothing_of_the_file(desk: Office, book: Register) -> None:
    rows = lines(2)
    rows[1] = (*rows[1][:5], "(TỐI MẬT) Kế hoạch", "")
    data = csv_of(rows)
    row = given(desk.clerk, book.id, data)
    assert (row.state, row.problem, files.of(row.ref)) == (ImportState.REFUSED, "import.secret_rows", [])
    assert "Kế hoạch" not in str(row.report)
    assert not store.exists(row.sha256)
    assert list(store.folder("tmp").glob("import-*")) == []


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("so.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file.not_a_sheet"),
        ("so.csv", b"", "file.empty"),
        ("so.csv", b"MZ\x90\x00", "file.renamed"),
        ("so.xlsx", b"not a zip", "file.renamed"),
        ("so.pdf", b"%PDF-1.7", "file.not_a_sheet"),
    ],
)
def test_what_is_no_sheet_is_refused_at_once(
    desk: Office, book: Register, name: str, data: bytes, code: str
) -> None:
    with pytest.raises(Invalid, match=code):
        importing.receive(desk.clerk, book.id, io.BytesIO(data), name)
    assert list(store.folder("tmp").iterdir()) == []


def test_words_of_no_spelling_are_refused_with_what_to_do(desk: Office, book: Register) -> None:
    row = given(desk.clerk, book.id, bytes(range(128, 256)) * 3)
    assert (row.state, row.problem) == (ImportState.REFUSED, "file.spelling")


def test_only_the_clerk_imports(desk: Office, book: Register) -> None:
    for person in (desk.leader, desk.officer, desk.admin):
        with pytest.raises(Forbidden):
            importing.receive(person, book.id, io.BytesIO(csv_of(lines(1))), "so.csv")


def test_a_thousand_lines_need_few_questions(desk: Office, book: Register) -> None:
    row = given(desk.clerk, book.id, csv_of(lines(1000)))
    importing.accept(desk.clerk, row.id, warnings_seen=True)
    with count_queries() as asked:
        jobs.run_due()
    assert read(row.id).added == 1000
    assert len(asked) < 50, len(asked)
    assert db.session().scalar(select(func.count(LedgerEvent.id))) == 1000


def test_a_sheet_of_twelve_thousand_lines_with_its_heads_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "so.csv"
    path.write_bytes(csv_of(lines(12_000)))
    found = grid_csv.read(path)
    assert (len(found["rows"]), found["is_cut"]) == (12_001, False)
    path.write_bytes(csv_of([("1",)] * MAX_ROWS))
    assert grid_csv.read(path)["is_cut"]


def test_whoever_writes_waits_for_the_lines_of_an_import_and_not_for_their_words(
    desk: Office, book: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    some: list[int] = []
    put = indexing.put_anew
    monkeypatch.setattr(indexing, "_SOME", 10)
    monkeypatch.setattr(
        indexing, "put_anew", lambda connection, keys: (some.append(len(keys)), put(connection, keys))
    )
    row = given(desk.clerk, book.id, csv_of(lines(25)))
    importing.accept(desk.clerk, row.id, warnings_seen=True)
    indexed = select(func.count(DocumentText.document_id))
    assert jobs.run_due(1) == 1
    assert (db.session().scalar(select(func.count(RegisterEntry.id))), db.session().scalar(indexed)) == (
        25,
        0,
    )
    row = read(row.id)
    assert (row.state, row.added, db.session().scalar(indexed)) == (ImportState.DONE, 25, 25)
    assert some == [10, 10, 5]
    assert faults(desk, book) == []
