"""Dropped files: each becomes one received document, is left unread, or is refused, for itself."""

import io
import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from documents.formats.symbols import KIND_ABBREVIATIONS
from documents.models.catalogue import DocKind, KindGroup
from documents.models.document import CirculationMark, Document, DueSource
from documents.models.intake import IntakeFile, IntakeState
from documents.models.lifecycle import DocState
from documents.models.register import Register, RegisterEntry
from documents.services import capturing, catalogue, doubles, registering
from documents.services.registering import Incoming
from intranet.core import clock, db, jobs
from intranet.core.errors import Forbidden, Invalid, NotFound
from intranet.notices.workdays import add_working_days
from intranet.records import files
from intranet.records.models import StagedFile, StagedState
from tests.documents import papers
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]


def test_many_files_are_read_each_for_itself(desk: Office) -> None:
    found = papers.drop(
        desk.clerk,
        (papers.pdf(number="1"), "mot.pdf"),
        (papers.docx(number="2"), "hai.docx"),
        (papers.pdf(number="3")[:700], "ba-hong.pdf"),
    )
    assert [one.code for one in found] == ["1/BTC-ĐT", "2/BTC-ĐT", ""]
    assert [files.of(one.ref)[0].role for one in found] == ["main_pdf", "main_docx", "main_pdf"]
    assert found[1].prefill["number"]["source"] == "docx_text"
    assert found[2].prefill == {}


def test_what_was_read_is_kept_with_where_it_stood(desk: Office) -> None:
    (document,) = papers.drop(desk.clerk, (papers.pdf(), "mot.pdf"))
    found = document.prefill["doc_date"]
    assert found["value"] == "2026-11-12"
    assert found["confidence"] >= 0.9
    assert len(found["box"]) == 4
    assert document.prefill["_page"]["width"] > 500


def test_only_a_clerk_receives(desk: Office) -> None:
    with pytest.raises(Forbidden):
        capturing.receive(desk.leader, io.BytesIO(papers.pdf()), "mot.pdf")
    assert db.session().scalar(select(func.count()).select_from(IntakeFile)) == 0


def test_a_refused_file_stays_on_the_desk_by_name_until_it_is_dismissed(desk: Office) -> None:
    with pytest.raises(Invalid, match=r"file.empty"):
        capturing.receive(desk.clerk, io.BytesIO(b""), "rong.pdf")
    (refused,) = capturing.waiting_files(desk.clerk)
    assert (refused.state, refused.problem, refused.name) == (IntakeState.REFUSED, "file.empty", "rong.pdf")
    assert capturing.capture_left_over() == 0
    capturing.dismiss(desk.clerk, refused.id)
    papers.drop(desk.clerk, (papers.pdf(circulation_mark="MẬT"), "x.pdf"))
    (refused,) = capturing.waiting_files(desk.clerk)
    assert (refused.state, refused.problem, refused.name) == (IntakeState.REFUSED, "file.secret_mark", "")
    capturing.dismiss(desk.clerk, refused.id)
    assert capturing.waiting_files(desk.clerk) == []
    with pytest.raises(NotFound, match=r"intake.missing"):
        capturing.dismiss(desk.clerk, refused.id)


def test_capturing_twice_at_once_makes_one_document(desk: Office) -> None:
    staged = papers.stage(desk.clerk, papers.pdf(), "mot.pdf")
    with db.unit_of_work() as session:
        session.add(
            IntakeFile(
                org_id=desk.org.id, staged_id=staged, name="mot.pdf", by_id=desk.clerk.id, at=clock.now()
            )
        )
    threads = [threading.Thread(target=capturing.capture_for, args=(staged, desk.clerk.id)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.scope(desk.clerk.org_ids):
        assert db.session().scalar(select(func.count()).select_from(Document)) == 1


def test_an_upload_read_while_nobody_listened_is_captured_later(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    capturing.receive(desk.clerk, io.BytesIO(papers.pdf()), "mot.pdf")
    with monkeypatch.context() as patch:
        patch.setattr(db.events, "dispatch", lambda fact: None)
        jobs.run_due()
    assert capturing.received(desk.clerk) == []
    assert capturing.capture_left_over() == 1
    assert capturing.capture_left_over() == 0
    assert len(capturing.received(desk.clerk)) == 1


def test_a_file_sent_again_under_its_key_is_taken_once(desk: Office) -> None:
    data = papers.pdf()
    first = capturing.receive(desk.clerk, io.BytesIO(data), "mot.pdf", "k1")
    again = capturing.receive(desk.clerk, io.BytesIO(data), "mot.pdf", "k1")
    assert (again.public_id, again.state) == (first.public_id, StagedState.READY), (
        "nobody waits for a verdict"
    )
    for _ in range(2):
        with pytest.raises(Invalid):
            capturing.receive(desk.clerk, io.BytesIO(b""), "rong.pdf", "k2")
    jobs.run_due(100)
    assert [one.name for one in capturing.waiting_files(desk.clerk)] == ["rong.pdf"]
    capturing.receive(desk.clerk, io.BytesIO(data), "mot.pdf", "k1")
    jobs.run_due(100)
    assert len(capturing.received(desk.clerk)) == 1
    assert db.session().scalar(select(func.count()).select_from(StagedFile)) == 1, "the others are gone"


def test_the_same_file_twice_is_seen_as_a_double(desk: Office, fields: Fields) -> None:
    first, second = papers.drop(desk.clerk, (papers.pdf(), "mot.pdf"), (papers.pdf(), "hai.pdf"))
    assert [(one.document.id, one.why) for one in doubles.duplicates_of(desk.clerk, second).seen] == [
        (first.id, "same_file")
    ]
    registering.register_incoming(desk.clerk, first.id, fields())
    with pytest.raises(Invalid, match=r"document.maybe_duplicate"):
        registering.register_incoming(desk.clerk, second.id, fields())
    registering.merge_duplicate(desk.clerk, second.id, first.id)
    assert len(files.of(first.ref)) == 1


def test_the_signature_is_read_off_the_page_that_is_signed_though_annexes_follow(desk: Office) -> None:
    body = ("Ủy ban nhân dân tỉnh rà soát từng dự án và báo cáo kết quả. " * 12,) * 5
    mark = "LƯU HÀNH NỘI BỘ"
    signed = papers.pdf(
        body=body, authority=("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), circulation_mark=mark
    )
    annex = papers.pdf(agency="Phụ lục", signer_name="Người Khác", body=("Mẫu biểu kèm theo công văn.",))
    (document,) = papers.drop(desk.clerk, (papers.joined(signed, annex), "mot.pdf"))
    assert document.page_count == 3
    assert (document.signer_name, document.signer_title) == ("Trần Quốc Hưng", "PHÓ CHỦ TỊCH")
    assert document.signer_authority == "TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH"
    assert document.circulation_mark is CirculationMark.INTERNAL
    name, page = document.prefill["signer_name"], document.prefill["_signed"]
    assert (name["page"], page["page"]) == (2, 2)
    assert page["width"] / 2 < name["box"][0] < name["box"][2] < page["width"]


def test_a_scan_counts_as_the_earlier_paper_and_an_electronic_original_takes_its_place(
    desk: Office, fields: Fields
) -> None:
    given = fields(number="9412", issuer="Bộ Tài chính", doc_date=date(2026, 11, 12))
    scan, original = papers.scanned(papers.pdf()), papers.pdf()
    (first,) = papers.drop(desk.clerk, (scan, "quet.pdf"))
    registering.register_incoming(desk.clerk, first.id, given)
    (second,) = [one for one in papers.drop(desk.clerk, (original, "goc.pdf")) if one.id != first.id]
    (double,) = doubles.duplicates_of(desk.clerk, second).seen
    assert (double.document.id, double.why, double.is_original) == (first.id, "original", True)
    numbers = select(func.count()).select_from(RegisterEntry)
    before = db.session().scalar(numbers)
    registering.merge_duplicate(desk.clerk, second.id, first.id)
    main, kept = files.of(first.ref)
    assert (main.role, main.name, files.read(main)) == ("main_pdf", "goc.pdf", original)
    assert (kept.role, kept.name, files.read(kept)) == ("scan", "quet.pdf", scan)
    assert first.main_sha256 == main.sha256
    assert db.session().scalar(numbers) == before
    (third,) = papers.drop(desk.clerk, (papers.scanned(original, -1), "quet-lai.pdf"))
    assert [one.why for one in doubles.duplicates_of(desk.clerk, third).seen] == ["same_code"]


def test_the_same_code_of_another_issuer_or_year_is_no_double(
    desk: Office, received: Make, fields: Fields
) -> None:
    first = received()
    registering.register_incoming(desk.clerk, first.id, fields(number="7", issuer="Bộ Tài chính"))
    same = {"number": "7", "symbol": "BTC-ĐT", "symbol_key": first.symbol_key, "issuer_text": "Bộ Tài chính"}
    day = first.doc_date
    assert day is not None
    found = {
        "double": received(**same, doc_date=day),
        "year": received(**same, doc_date=day.replace(year=day.year - 1)),
        "issuer": received(**(same | {"issuer_text": "Bộ Y tế"}), doc_date=day),
        "symbol": received(**(same | {"symbol_key": "7 btc khac"}), doc_date=day),
    }
    same_as_first = {
        name
        for name, one in found.items()
        if any(d.document.id == first.id for d in doubles.duplicates_of(desk.clerk, one).seen)
    }
    assert same_as_first == {"double"}


def test_a_merged_scan_gives_its_file_to_the_first(desk: Office, fields: Fields) -> None:
    first, second = papers.drop(
        desk.clerk, (papers.pdf(), "goc.pdf"), (papers.pdf(signer_name="Trần  Hưng"), "quet.pdf")
    )
    registering.register_incoming(desk.clerk, first.id, fields())
    registering.merge_duplicate(desk.clerk, second.id, first.id)
    assert [file.role for file in files.of(first.ref)] == ["main_pdf", "scan"]
    assert len(files.of(second.ref)) == 1


def test_the_term_comes_from_the_paper_else_from_the_kind(
    desk: Office, received: Make, fields: Fields, kind: Callable[[str], DocKind]
) -> None:
    stated, by_kind, none = received(), received(), received()
    registering.register_incoming(desk.clerk, stated.id, fields(due_date=date(2026, 11, 28)))
    registering.register_incoming(desk.clerk, by_kind.id, fields(due_date=None))
    registering.register_incoming(desk.clerk, none.id, fields(due_date=None, kind_id=kind("Thông báo").id))
    assert (stated.due_date, stated.due_source) == (date(2026, 11, 30), DueSource.STATED)
    assert (by_kind.due_date, by_kind.due_source) == (add_working_days(clock.today(), 10), DueSource.KIND)
    assert none.due_date is None


def test_an_agency_begins_with_the_kinds_of_the_decree(desk: Office) -> None:
    found = catalogue.kinds(desk.org.id)
    administrative = [one for one in found if one.group is KindGroup.ADMINISTRATIVE]
    assert len(administrative) == 29
    assert [one.name for one in administrative if one.is_letter] == ["Công văn", "Thư công"]
    assert {one.code for one in found if one.group is KindGroup.COPY} == {"SY", "SL", "TrS"}
    assert {one.name for one in found} >= set(KIND_ABBREVIATIONS)
    catalogue.seed(desk.org.id)
    assert len(catalogue.kinds(desk.org.id)) == len(found)
    assert db.session().scalar(select(func.count()).select_from(Register)) == 6


def test_what_was_typed_is_kept_until_it_is_registered(desk: Office, received: Make) -> None:
    document = received()
    changes = {"subject": "Gõ dở", "number": "12a", "symbol": "UBND-VX", "org_id": 5, "state": "done"}
    registering.save_draft(desk.clerk, document.id, changes)
    assert (document.subject, document.code, document.suffix) == ("Gõ dở", "12a/UBND-VX", "a")
    assert (document.org_id, document.state) == (desk.org.id, DocState.RECEIVED)
    with pytest.raises(NotFound):
        registering.save_draft(desk.officer, document.id, changes)
    assert document.created_at < clock.now() + timedelta(seconds=1)
