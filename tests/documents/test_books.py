"""Printed registers: prescribed columns from what the ledger holds, for those who may have them."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import docx
import pypdfium2 as pdfium
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.catalogue import Channel
from documents.models.dispatch import Dispatch, DispatchState
from documents.models.document import AccessLevel, Document
from documents.models.lifecycle import Direction, DocState
from documents.models.register import Register, RegisterEntry, RegisterKind
from documents.services import acknowledging, books, catalogue, directing, lines, numbering, registering
from documents.services.books import Book, Wish
from documents.services.registering import Incoming
from intranet.core import clock, db, jobs
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.exports import services as exports
from intranet.exports.models import Export, ExportState
from intranet.people.models import User
from intranet.records import files
from intranet.records.models import AuditLine
from intranet.records.tables import Format, Table
from tests.documents import granting
from tests.factories import Office
from tests.sample.filling import form_on

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
ClientOf = Callable[[User], FlaskClient]


@pytest.fixture
def book(desk: Office) -> Register:
    """The register of incoming documents."""
    return catalogue.register_for(desk.org.id, RegisterKind.IN, None)


@pytest.fixture
def three(desk: Office, received: Make, fields: Fields) -> list[Document]:
    """Three registered documents: one put before the leader, one amended, one struck out."""
    found = [received() for _ in range(3)]
    for one in found:
        registering.register_incoming(desk.clerk, one.id, fields(subject=f"Về việc {one.id}"))
    directing.present(desk.clerk, found[0].id, desk.leader.id)
    with db.unit_of_work() as session:
        entry = session.get_one(Document, found[1].id).entry
        assert entry is not None
        numbering.amend(desk.clerk, entry, {"issuer": "Bộ Y tế"}, "nhận dạng sai tên cơ quan")
        entry = session.get_one(Document, found[2].id).entry
        assert entry is not None
        numbering.cancel(desk.clerk, entry, "trùng với số đến trước")
    return found


def table(actor: User, register: Register, kind: Book, **more: Any) -> Table:
    """A book as it would be printed now."""
    asked = {"register": register.id, "book": kind.value, "year": clock.today().year, **more}
    with db.scope(actor.org_ids):
        return books.table_of(actor, asked, lambda _share: None)


def wish(register: Register, **changes: Any) -> Wish:
    """A wish for the register of this year."""
    given: dict[str, Any] = {"book": books.books_of(register)[0], "format": Format.PDF}
    given["year"] = clock.today().year
    return Wish(**(given | changes))


def test_incoming_lines_stand_in_the_prescribed_columns(
    desk: Office, book: Register, three: list[Document]
) -> None:
    made = table(desk.clerk, book, Book.INCOMING)
    heads = [column.head for column in made.columns]
    assert heads == [
        "Ngày đến",
        "Số đến",
        "Tác giả",
        "Số, ký hiệu văn bản",
        "Ngày tháng văn bản",
        "Tên loại và trích yếu nội dung",
        "Đơn vị hoặc người nhận",
        "Ngày chuyển",
        "Ký nhận",
        "Ghi chú",
    ]
    first, second, third = made.lines
    today = f"{clock.today():%d/%m}"
    assert (first.cells[0], first.cells[1], first.cells[2]) == (today, "1", "Bộ Tài chính")
    assert first.cells[5] == f"Công văn: Về việc {three[0].id}"
    assert (first.cells[6], first.cells[7]) == (desk.leader.full_name, today)
    assert second.cells[2] == "Bộ Y tế"
    assert (
        "cột Tác giả, “Bộ Tài chính” sửa thành “Bộ Y tế”. Lý do: nhận dạng sai tên cơ quan" in second.notes[0]
    )
    assert third.is_struck
    assert third.cells[9] == "Đã hủy"
    assert third.notes[0].endswith(f"({desk.clerk.full_name}). Lý do: trùng với số đến trước")
    assert made.closing == ("Kỳ này: 3 số, trong đó 2 số đã dùng, 1 số đã hủy. Các số liên tục từ 1 đến 3.")


def test_of_the_secret_register_on_paper_the_clerk_says_how_many_and_the_cover_prints_it(
    desk: Office, book: Register, three: list[Document], client_of: ClientOf
) -> None:
    clerk, page = client_of(desk.clerk), "/documents/registers/secret"
    year = clock.today().year
    assert "Sổ văn bản mật" not in str(table(desk.clerk, book, Book.INCOMING).cover)
    for n, answer in ((-1, 422), (7, 302), (12, 302)):
        given = form_on(clerk.get(page).text, page) | {"incoming": str(n), "outgoing": "0"}
        assert clerk.post(page, data=given).status_code == answer
    given = form_on(clerk.get(page).text, page) | {"year": str(year + 1), "incoming": "12", "outgoing": "0"}
    refused = clerk.post(page, data=given).text
    assert f"Ghi năm từ 1975 đến {year}." in refused
    assert 'value="12"' in refused, "what was typed stays"
    assert "Sổ văn bản mật ghi tay: 12 văn bản đến" in str(table(desk.clerk, book, Book.INCOMING).cover)
    first = clock.today().isoformat()
    assert "mật" not in str(table(desk.clerk, book, Book.INCOMING, first=first).cover), "of the year alone"


def test_who_signed_for_the_paper_is_written_down_and_printed_until_it_is_taken_back(
    desk: Office, book: Register, three: list[Document], client_of: ClientOf
) -> None:
    clerk, page = client_of(desk.clerk), f"/documents/incoming/{three[0].id}/receipt"
    given = form_on(clerk.get(page).text, page) | {"name": "Trần Thị Nhận", "on": "01/01/2020"}
    refused = clerk.post(page, data=given)
    assert refused.status_code == 422
    assert "Ngày ký nhận từ ngày chuyển" in refused.text
    assert "Trần Thị Nhận" in refused.text
    given |= {"on": f"{clock.today():%d/%m/%Y}"}
    assert clerk.post(page, data=given).status_code == 302
    assert "Trần Thị Nhận" in clerk.get(f"/documents/incoming/{three[0].id}").text
    signed = table(desk.clerk, book, Book.INCOMING).lines[0].cells[8]
    assert signed == f"Trần Thị Nhận {clock.today():%d/%m}"
    with pytest.raises(BadState):
        acknowledging.sign_for(desk.clerk, three[1].id, "Ai đó", clock.today())
    with db.scope({desk.org.id}):
        version = db.session().get_one(Document, three[0].id).version
    directing.take_back(desk.clerk, three[0].id, version)
    assert table(desk.clerk, book, Book.INCOMING).lines[0].cells[8] == ""


def test_the_receiver_as_corrected_is_printed_in_both_books(
    desk: Office, book: Register, three: list[Document]
) -> None:
    line = three[0].register_entry_id
    assert line is not None
    lines.amend(desk.clerk, line, {"receiver": "Phòng Kinh tế"}, "ghi nhầm người nhận")
    assert table(desk.clerk, book, Book.INCOMING).lines[0].cells[6] == "Phòng Kinh tế"
    assert table(desk.clerk, book, Book.FOLLOW_UP).lines[0].cells[2] == "Phòng Kinh tế"


def test_the_foot_carries_the_head_of_the_ledger(desk: Office, book: Register, three: list[Document]) -> None:
    before = table(desk.clerk, book, Book.INCOMING).foot[2]
    with db.unit_of_work() as session:
        entry = session.get_one(Document, three[0].id).entry
        assert entry is not None
        numbering.amend(desk.clerk, entry, {"issuer": "Bộ Công an"}, "ghi nhầm tên cơ quan")
        head = numbering.lock_year(book, clock.today().year).head_hash[:12].upper()
    after = table(desk.clerk, book, Book.INCOMING).foot[2]
    assert after == f"Mã đầu sổ {head[:4]} {head[4:8]} {head[8:]}"
    assert before != after


def test_a_restricted_document_keeps_its_number_and_says_no_more(
    desk: Office, book: Register, three: list[Document]
) -> None:
    with db.unit_of_work() as session:
        session.get_one(Document, three[1].id).access_level = AccessLevel.NAMED
    line = table(desk.office_head, book, Book.INCOMING).lines[1]
    assert line.cells[1] == "2"
    assert line.cells[2] == line.cells[3] == line.cells[5] == "(hạn chế)"
    assert "Bộ" not in "".join((*line.cells, *line.notes))


def test_only_the_days_asked_for_are_printed(desk: Office, book: Register, three: list[Document]) -> None:
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    made = table(desk.clerk, book, Book.INCOMING, first=tomorrow)
    assert made.lines == []
    assert made.closing == "Kỳ này không có số nào."


def test_the_follow_up_book_says_who_has_it_and_how_far_it_is(
    desk: Office, book: Register, three: list[Document]
) -> None:
    line = table(desk.clerk, book, Book.FOLLOW_UP).lines[0]
    assert line.cells[2:5] == (desk.leader.full_name, "30/11", "Chờ chỉ đạo")
    assert "Bộ Tài chính" in line.cells[1]


def test_those_who_do_not_keep_registers_may_not_print_them(
    desk: Office, book: Register, three: list[Document]
) -> None:
    with pytest.raises(Forbidden):
        books.ask_book(desk.officer, book.id, wish(book))
    with db.scope(desk.other_clerk.org_ids), pytest.raises(NotFound):
        books.ask_book(desk.other_clerk, book.id, wish(book))
    assert db.session().scalars(select(Export.id)).all() == []


def test_what_a_register_has_not_is_refused(desk: Office, book: Register, three: list[Document]) -> None:
    with pytest.raises(Invalid, match="no_such_book"):
        books.ask_book(desk.clerk, book.id, wish(book, book=Book.POST))
    with pytest.raises(NotFound, match="no_year"):
        books.ask_book(desk.clerk, book.id, wish(book, year=1999))
    day = clock.today()
    with pytest.raises(Invalid, match="days_reversed"):
        books.ask_book(desk.clerk, book.id, wish(book, first=day, last=day - timedelta(days=1)))


def test_the_page_asks_the_worker_makes_and_only_the_owner_fetches(
    desk: Office, book: Register, three: list[Document], client_of: ClientOf
) -> None:
    clerk, address = client_of(desk.clerk), f"/documents/registers/{book.id}/print"
    assert "Sổ theo dõi giải quyết văn bản đến" in clerk.get(address).text
    sent = {"book": "incoming", "year": str(clock.today().year), "month": "0", "format": "pdf", "once": "k1"}
    assert clerk.post(address, data=sent).status_code == 302
    assert "Đang lập" in clerk.get("/exports/").text
    jobs.run_due()
    assert "Mở để in" in clerk.get("/exports/").text
    with db.scope(desk.clerk.org_ids):
        (one,) = exports.mine(desk.clerk)
        assert one.file is not None
        assert (one.row.state, one.row.percent, one.row.lines) == (ExportState.DONE, 100, 3)
        with pdfium.PdfDocument(files.read(one.file)) as pdf:
            words = pdf[1].get_textpage().get_text_range()
        url = one.file.url
        acts = [line.act for line in db.session().scalars(select(AuditLine)) if "export" in line.act]
    assert "SỔ ĐĂNG KÝ VĂN BẢN ĐẾN" in words
    assert acts == ["export.asked", "export.made"]
    assert clerk.get(url).status_code == 200
    assert client_of(desk.office_head).get(url).status_code == 404
    assert "Chưa có tệp" in client_of(desk.office_head).get("/exports/").text


def test_days_that_were_typed_are_printed_whatever_the_list_of_months_says(
    desk: Office, book: Register, three: list[Document], client_of: ClientOf
) -> None:
    day, clerk = clock.today(), client_of(desk.clerk)
    days = {"first": f"{day:%d/%m/%Y}", "last": f"{day:%d/%m/%Y}"}
    for month in (0, day.month):
        sent = {"book": "incoming", "year": str(day.year), "month": str(month), "format": "xlsx", **days}
        assert clerk.post(f"/documents/registers/{book.id}/print", data=sent).status_code == 302
    jobs.run_due()
    with db.scope(desk.clerk.org_ids):
        names = [one.file.name for one in exports.mine(desk.clerk) if one.file]
    assert len(names) == 2
    assert all(f"từ {day:%d-%m} đến {day:%d-%m}" in name for name in names)


def test_a_file_is_made_with_the_rights_of_the_hour_it_is_made(
    desk: Office, book: Register, three: list[Document]
) -> None:
    made = books.ask_book(desk.clerk, book.id, wish(book))
    with db.unit_of_work() as session:
        for grant in list(session.get_one(User, desk.clerk.id).grants):
            session.delete(grant)
    jobs.run_due()
    with db.reading(), db.across_orgs("looking at a test's export"):
        row = db.session().get_one(Export, made)
        assert (row.state, row.problem) == (ExportState.FAILED, "auth.no_permit")
        assert files.of(row.ref) == []


def test_one_person_has_few_waiting_and_all_are_gone_after_a_week(
    desk: Office, book: Register, three: list[Document]
) -> None:
    for _ in range(exports.MOST_OPEN):
        books.ask_book(desk.clerk, book.id, wish(book, format=Format.DOCX))
    with pytest.raises(BadState, match="too_many"):
        books.ask_book(desk.clerk, book.id, wish(book))
    jobs.run_due()
    with db.scope(desk.clerk.org_ids):
        newest = exports.mine(desk.clerk)[0]
        assert newest.file is not None
        made = docx.Document(io.BytesIO(files.read(newest.file)))
        assert len(made.tables[0].rows) == 2 + 3 + 2
    with db.unit_of_work() as session:
        for row in session.scalars(select(Export)):
            row.asked_at = clock.now() - exports.KEPT - timedelta(hours=1)
    with db.scope(desk.clerk.org_ids):
        assert exports.sweep() == exports.MOST_OPEN
        assert exports.mine(desk.clerk) == []


def test_the_postal_book_and_copies_are_printed_from_outgoing_registers(desk: Office) -> None:
    registers = db.session().scalars(select(Register).where(Register.org_id == desk.org.id)).all()
    offered = {register.code: books.books_of(register) for register in registers}
    assert offered["di"] == (Book.OUTGOING, Book.POST, Book.COPY_USE)
    assert offered["sao"] == (Book.OUTGOING,)
    assert db.session().scalars(select(RegisterEntry.id)).all() == []


def test_outgoing_lines_and_their_envelopes_are_printed(desk: Office) -> None:
    register = catalogue.register_for(desk.org.id, RegisterKind.OUT, None)
    number = granting.grant(desk.clerk, register.id)
    with db.unit_of_work() as session:
        entry = session.scalars(select(RegisterEntry)).one()
        for channel in (Channel.POST, Channel.EMAIL):
            line = Dispatch(org_id=desk.org.id, document_id=entry.document_id, sent_at=clock.now())
            line.receiver_name, line.channel = f"Sở Nội vụ ({channel.value})", channel
            line.consignment_id, line.state = channel.value, DispatchState.SENT
            session.add(line)
    today = f"{clock.today():%d/%m}"
    (out,) = table(desk.clerk, register, Book.OUTGOING).lines
    assert out.cells[:3] == (f"0{number}", today, "Văn bản")
    (envelope,) = table(desk.clerk, register, Book.POST).lines
    assert envelope.cells[:4] == (today, f"0{number}", "Sở Nội vụ (post)", "1")


def test_how_many_envelopes_went_by_post_is_typed_beside_the_receiver(
    desk: Office, client_of: Callable[[User], FlaskClient]
) -> None:
    register = catalogue.register_for(desk.org.id, RegisterKind.OUT, None)
    granting.grant(desk.clerk, register.id)
    with db.unit_of_work() as session:
        document = session.scalars(select(Document)).one()
        document.state, document.direction, key = DocState.ISSUED, Direction.OUT, document.id
        for channel in (Channel.POST, Channel.EMAIL):
            line = Dispatch(org_id=desk.org.id, document_id=key, sent_at=clock.now(), channel=channel)
            line.receiver_name, line.consignment_id, line.state = "Sở", channel.value, DispatchState.SENT
            session.add(line)
        session.flush()
        post, mail = session.scalars(select(Dispatch.id).order_by(Dispatch.id))
    clerk, page = client_of(desk.clerk), f"/documents/drafts/{key}"
    assert clerk.get(page).text.count("Ghi số bì") == 1
    assert "1 bì" in client_of(desk.leader).get(page).text
    path = f"{page}/envelopes"
    refused = clerk.post(path, data={"line": post, "envelopes": "0", "once": "a"})
    assert refused.status_code == 422
    assert "Nhập một số từ 1 đến 99.999." in refused.text
    assert clerk.post(path, data={"line": mail, "envelopes": "3", "once": "b"}).status_code == 422
    assert clerk.post(path, data={"line": post, "envelopes": "3", "once": "c"}).status_code == 302
    (line,) = table(desk.clerk, register, Book.POST).lines
    assert line.cells[3] == "3"
    assert "Số bì: “1” → “3”" in clerk.get(f"/documents/{key}/history").text
