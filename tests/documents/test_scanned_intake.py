"""Scans on the clerk's desk: page 1 is recognised, its head fills the form, a secret mark keeps it out."""

import io
from dataclasses import replace

import pytest

from documents.models.document import Document
from documents.models.intake import IntakeState
from documents.services import capturing
from intranet.core import db, jobs
from intranet.records import files, ocr, scans, store
from tests.documents import papers
from tests.factories import Office


def drop(office: Office, data: bytes) -> list[Document]:
    """Drop a scan and let its page be recognised, after what is quick; returns what was received."""
    capturing.receive(office.clerk, io.BytesIO(data), "quet.pdf")
    jobs.run_due(only_quick=True)
    assert capturing.received(office.clerk) == []
    (waiting,) = capturing.waiting_files(office.clerk)
    assert waiting.state is IntakeState.CHECKING
    assert jobs.run_due() == 1
    with db.scope(office.clerk.org_ids):
        keys = [document.id for document in capturing.received(office.clerk)]
    return [db.session().get_one(Document, key) for key in keys]


def test_the_head_of_a_scan_fills_the_form_and_says_where_it_stood(desk: Office) -> None:
    subject = "quy hoạch mật độ dân số và bảo mật thông tin của người dân"
    (document,) = drop(desk, papers.scanned(papers.pdf(subject=subject)))
    assert (document.code, str(document.doc_date)) == ("9412/BTC-ĐT", "2026-11-12")
    assert (document.issuer_text, document.subject) == ("Bộ Tài chính", subject.capitalize())
    page = document.prefill["_page"]
    for name in ("number", "doc_date", "issuer", "subject"):
        read = document.prefill[name]
        x0, y0, x1, y1 = read["box"]
        assert read["source"] == "ocr"
        assert 0 < x0 < x1 < page["width"]
        assert page["height"] / 2 < y0 < y1 < page["height"]
    (file,) = files.of(document.ref)
    assert scans.is_scan(file)
    assert scans.of([file.sha256])


def test_a_scan_with_a_secret_mark_never_enters_the_store(desk: Office) -> None:
    data = papers.scanned(papers.pdf(circulation_mark="TUYỆT MẬT"))
    assert drop(desk, data) == []
    (refused,) = capturing.waiting_files(desk.clerk)
    assert (refused.state, refused.problem, refused.name) == (IntakeState.REFUSED, "file.secret_mark", "")
    assert list(store.stored()) == []


def test_a_scan_of_pages_with_the_stamp_of_a_signature_is_read_at_its_head_and_its_end(desk: Office) -> None:
    body = ("Ủy ban nhân dân tỉnh rà soát từng dự án và báo cáo kết quả. " * 12,) * 5
    sheets = papers.scanned(papers.pdf(body=body))
    words = "Ký bởi: Bộ Tài chính; thời gian ký 12.11.2026 10:20:33 +07:00; email: vanthu@mof.vn"
    data = papers.stamped(sheets, words)
    (document,) = drop(desk, data)
    assert (document.code, document.page_count) == ("9412/BTC-ĐT", 2)
    assert (document.signer_name, document.signer_title) == ("Trần Quốc Hưng", "THỨ TRƯỞNG")
    assert document.signer_authority == "KT. BỘ TRƯỞNG"
    name = document.prefill["signer_name"]
    assert (name["page"], name["source"], document.prefill["_signed"]["page"]) == (2, "ocr", 2)
    (file,) = files.of(document.ref)
    assert scans.is_scan(file)
    assert scans.of([file.sha256])
    reading = files.reading(file)
    assert reading is not None
    assert reading.signed_picture_sha256 is not None


def test_without_a_recogniser_a_scan_is_received_unread(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    (document,) = papers.drop(desk.clerk, (papers.scanned(papers.pdf()), "quet.pdf"))
    assert (document.code, document.prefill.keys()) == ("", {"_page"})


def test_what_cannot_be_recognised_is_received_unread(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_READING", replace(ocr._READING, wall_seconds=0.01))
    (document,) = drop(desk, papers.scanned(papers.pdf()))
    assert (document.code, document.prefill.keys()) == ("", {"_page"})
