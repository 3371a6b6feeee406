"""Files that could not be read: listed with why, read again in the background, filling what is empty."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from documents.models.document import AccessLevel, Document
from documents.services import rereading
from intranet.core import clock, db, jobs
from intranet.core.errors import Forbidden
from intranet.people.models import User
from intranet.records import files, scans
from intranet.records.models import Blob, Reading, Scan, ScanState
from tests.documents import papers
from tests.documents.test_pages import questions
from tests.factories import Office

ClientOf = Callable[[User], FlaskClient]
Make = Callable[..., Document]


@pytest.fixture
def failed(desk: Office) -> Document:
    """A received document whose sound file was not read the first time; the clerk has typed a subject."""
    (document,) = papers.drop(desk.clerk, (papers.pdf(), "cv.pdf"))
    with db.unit_of_work() as session:
        (file,) = files.of(document.ref)
        session.get_one(Blob, file.sha256).problem = "file.too_hard"
        session.delete(session.get_one(Reading, file.sha256))
        row = session.get_one(Document, document.id)
        row.subject, row.number, row.symbol, row.symbol_key, row.doc_date = "Gõ tay", "", "", "", None
        row.prefill = {}
    return document


def test_a_file_is_read_again_and_fills_what_is_empty(
    desk: Office, failed: Document, client_of: ClientOf
) -> None:
    clerk = client_of(desk.clerk)
    page = clerk.get("/documents/incoming/unread").text
    assert "cv.pdf" in page
    assert "Đọc lại" in page
    clerk.post("/documents/incoming/unread", data={})
    assert "Chờ đọc" in clerk.get("/documents/incoming/unread").text
    assert rereading.read_again(desk.clerk) == 0
    jobs.run_due()
    with db.scope({desk.org.id}):
        row = db.session().get_one(Document, failed.id)
        assert (row.subject, row.code, row.prefill != {}) == ("Gõ tay", "9412/BTC-ĐT", True)
        assert files.of(row.ref)[0].problem is None
        assert rereading.unread(desk.clerk) == []


def test_what_is_damaged_stays_in_the_list_and_may_be_tried_again(desk: Office, client_of: ClientOf) -> None:
    papers.drop(desk.clerk, (papers.pdf()[:900], "hong.pdf"))
    page = client_of(desk.clerk).get("/documents/incoming/intake", follow_redirects=True).text
    queue = page[page.index('id="queue"') :].partition("</ul>")[0]
    assert "<b>hong.pdf</b><small>Chưa đọc được, nhập tay</small>" in queue
    for _ in range(2):
        assert rereading.read_again(desk.clerk) == 1
        jobs.run_due()
        db.read_anew()
        (one,) = rereading.unread(desk.clerk)
        assert one.progress.state == "failed"


def test_the_list_keeps_what_is_restricted_from_others_and_is_the_clerks_alone(
    desk: Office, failed: Document
) -> None:
    with pytest.raises(Forbidden):
        rereading.read_again(desk.leader)
    with db.unit_of_work() as session:
        session.get_one(Document, failed.id).access_level = AccessLevel.NAMED
    with db.scope({desk.org.id}):
        assert rereading.unread(desk.clerk) == []


def test_a_scan_whose_words_were_not_recognised_is_asked_for_again(
    desk: Office, received: Make, client_of: ClientOf
) -> None:
    papers.drop(desk.clerk, *((papers.pdf(number=str(n)), f"{n}.pdf") for n in (1, 2)))
    with db.unit_of_work() as session:
        for sha256 in session.scalars(select(Blob.sha256)):
            session.add(
                Scan(sha256=sha256, state=ScanState.FAILED, pages=1, done=0, tries=3, asked_at=clock.now())
            )
    client = client_of(desk.clerk)
    with questions() as asked:
        assert client.get("/documents/incoming/unread").text.count(".pdf</b>") == 2
    assert len(asked) <= 18
    assert rereading.read_again(desk.clerk) == 2
    with db.scope({desk.org.id}):
        keys = list(db.session().scalars(select(Scan.sha256)))
        assert {one.state for one in scans.of(keys).values()} == {ScanState.QUEUED}
