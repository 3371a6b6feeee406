"""The printed register of a closed year: made by itself, kept for good, its paper signed and sealed."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pypdfium2 as pdfium
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.document import AccessLevel, Document
from documents.models.register import Register, RegisterKind, RegisterYear
from documents.services import asking, books, catalogue, printing, registering, years
from documents.services.registering import Incoming
from intranet.core import clock, db, jobs
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.exports import services as exports
from intranet.people.models import User
from intranet.records import files
from intranet.records.models import AuditLine
from tests.factories import Office
from tests.sample.filling import form_on
from tests.uploads import staged_file

Make = Callable[..., Document]
Fields = Callable[..., Incoming]
ClientOf = Callable[[User], FlaskClient]


@pytest.fixture
def closing(desk: Office, received: Make, fields: Fields) -> Register:
    """A register whose year 2026, with one open and one restricted document, waits for the leader."""
    book = catalogue.register_for(desk.org.id, RegisterKind.IN, None)
    clock.freeze(clock.at_office(date(2026, 12, 31), 9))
    for words in ("Về việc công khai", "Về việc riêng"):
        given = fields(arrival_date=date(2026, 12, 31), due_date=None, subject=words)
        registering.register_incoming(desk.clerk, received().id, given)
    with db.unit_of_work() as session:
        hidden = session.scalars(select(Document).where(Document.subject == "Về việc riêng")).one()
        hidden.access_level = AccessLevel.NAMED
    clock.freeze(clock.at_office(date(2027, 1, 4), 8))
    years.begin_closing(desk.clerk, book.id, 2026)
    return book


def close(desk: Office, book: Register) -> None:
    """The leader signs the close."""
    asking.decide(desk.leader, asking.ask_close(desk.clerk, book.id, 2026), agree=True)


def only(desk: Office, book: Register) -> printing.Shown:
    """The one print of the year."""
    with db.scope({desk.org.id}):
        (shown,) = printing.of_year(desk.clerk, book.id, 2026)
        return shown


def test_a_closed_year_is_printed_by_itself_and_stays_when_the_asked_file_is_swept(
    desk: Office, closing: Register
) -> None:
    close(desk, closing)
    assert only(desk, closing).is_waiting
    jobs.run_due()
    clock.freeze(clock.now() + exports.KEPT + timedelta(days=1))
    with db.scope({desk.org.id}):
        assert exports.sweep() == 1
    shown = only(desk, closing)
    with db.scope({desk.org.id}):
        head = db.session().get_one(RegisterYear, (closing.id, 2026)).head_hash
        assert shown.row.head_hash == head
        assert shown.row.asked_by_id == desk.leader.id
        assert shown.file is not None
        with pdfium.PdfDocument(files.read(shown.file)) as pdf:
            words = "".join(pdf[n].get_textpage().get_text_range() for n in range(len(pdf)))
        acts = db.session().scalars(select(AuditLine.act)).all()
    assert head in re.sub(r"\s", "", words)
    assert "Về việc công khai" in words
    assert "Về việc riêng" not in words
    assert "(hạn chế)" in words
    assert {"register.print_asked", "register.print_made"} <= set(acts)


def test_many_waiting_files_of_the_leader_do_not_keep_a_year_open(desk: Office, closing: Register) -> None:
    wish = books.Wish(books.Book.INCOMING, 2026, books.Format.DOCX)
    for _ in range(exports.MOST_OPEN):
        books.ask_book(desk.leader, closing.id, wish)
    close(desk, closing)
    jobs.run_due()
    assert only(desk, closing).file is not None


def test_a_print_is_made_once_and_only_of_a_closed_year(desk: Office, closing: Register) -> None:
    with pytest.raises(BadState, match="year_not_closed"):
        printing.ask_again(desk.clerk, closing.id, 2026)
    close(desk, closing)
    with pytest.raises(BadState, match="print_waiting"):
        printing.ask_again(desk.clerk, closing.id, 2026)
    with db.scope({desk.org.id}):
        (waiting,) = exports.mine(desk.leader)
        exports.drop(desk.leader, waiting.row.id)
    jobs.run_due()
    assert only(desk, closing).file is None
    printing.ask_again(desk.clerk, closing.id, 2026)
    jobs.run_due()
    assert only(desk, closing).file is not None
    with pytest.raises(BadState, match="print_kept"):
        printing.ask_again(desk.clerk, closing.id, 2026)
    with pytest.raises(Forbidden):
        printing.ask_again(desk.officer, closing.id, 2026)


def test_the_paper_is_sealed_once_by_the_clerk_on_a_day_since_the_print(
    desk: Office, closing: Register
) -> None:
    close(desk, closing)
    kept, today = only(desk, closing).row.id, clock.today()
    with pytest.raises(BadState, match="print_not_made"):
        printing.seal(desk.clerk, kept, desk.leader.id, today)
    jobs.run_due()
    with pytest.raises(Forbidden):
        printing.seal(desk.leader, kept, desk.leader.id, today)
    with pytest.raises(Invalid, match="no_signer"):
        printing.seal(desk.clerk, kept, desk.officer.id, today)
    for day in (today - timedelta(days=1), today + timedelta(days=1)):
        with pytest.raises(Invalid, match="seal_day"):
            printing.seal(desk.clerk, kept, desk.leader.id, day)
    with db.scope(desk.other_clerk.org_ids), pytest.raises(NotFound):
        printing.seal(desk.other_clerk, kept, desk.leader.id, today)
    scan = staged_file(desk.clerk)
    printing.seal(desk.clerk, kept, desk.leader.id, today, scan_id=scan)
    shown = only(desk, closing)
    assert (shown.row.signed_by_id, shown.row.sealed_on) == (desk.leader.id, today)
    assert shown.row.sealed_by_id == desk.clerk.id
    assert shown.scan is not None
    with pytest.raises(BadState, match="sealed_already"):
        printing.seal(desk.clerk, kept, desk.leader.id, today)


def test_the_page_of_the_year_offers_the_print_and_takes_its_seal(
    desk: Office, closing: Register, client_of: ClientOf
) -> None:
    close(desk, closing)
    clerk, year = client_of(desk.clerk), f"/documents/registers/{closing.id}/2026"
    assert "Đang lập" in clerk.get(year).text
    jobs.run_due()
    shown = only(desk, closing)
    assert shown.file is not None
    page = f"/documents/registers/prints/{shown.row.id}"
    told = clerk.get(year).text
    assert page in told
    assert shown.file.sha256 in told
    assert "Lập bản in lưu" not in told
    for person, answer in ((desk.office_head, 200), (desk.officer, 403), (desk.other_clerk, 404)):
        assert client_of(person).get(page).status_code == answer
    assert client_of(desk.office_head).get(shown.file.url).status_code == 200
    for person in (desk.officer, desk.other_clerk):
        assert client_of(person).get(shown.file.url).status_code == 404
    said = form_on(clerk.get(page).text, f"{page}/seal") | {"signer_id": "", "sealed_on": "31/12/2026"}
    refused = clerk.post(f"{page}/seal", data=said)
    assert refused.status_code == 422
    assert 'value="31/12/2026"' in refused.text
    said |= {"signer_id": str(desk.leader.id), "sealed_on": f"{clock.today():%d/%m/%Y}"}
    assert clerk.post(f"{page}/seal", data=said).status_code == 302
    assert "Không kèm bản quét" in clerk.get(page).text
    assert "Đã ký, đóng dấu" in clerk.get(year).text
