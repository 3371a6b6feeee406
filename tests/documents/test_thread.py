"""One document from the drop on the clerk's desk to the reply at the other agency."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from documents.models.dispatch import Dispatch, DispatchState
from documents.models.document import Document
from documents.models.lifecycle import DocState
from documents.services import capturing, catalogue, directing, drafting, issuing, registering, reviewing
from documents.services.composing import DraftFields
from documents.services.directing import Direction
from documents.services.issuing import Target
from documents.services.registering import Incoming
from intranet.core import clock, db, jobs
from intranet.core.refs import Ref
from intranet.notices.models import Notice
from intranet.notices.services import release_due
from intranet.records import files
from intranet.tasks import services as tasks
from intranet.tasks.models import Task, TaskState
from tests.documents import papers
from tests.factories import Office


def _fields(document: Document, kind_id: int) -> Incoming:
    """What the clerk confirms without changing a letter."""
    assert document.doc_date is not None
    return Incoming(
        kind_id=document.kind_id or kind_id,
        number=f"{document.number}{document.suffix}",
        symbol=document.symbol,
        doc_date=document.doc_date,
        issuer=document.issuer_text,
        subject=document.subject,
        signer_name=document.signer_name,
        arrival_date=clock.today(),
        due_date=document.due_date,
    )


def test_one_document_goes_from_the_clerks_desk_to_a_numbered_reply(
    desk: Office, published: list[Any]
) -> None:
    # The clerk drops the letter; what is read from it is filled in.
    (incoming,) = papers.drop(desk.clerk, (papers.pdf(), "cong-van-9412.pdf"))
    assert incoming.state is DocState.RECEIVED
    assert (incoming.code, incoming.doc_date) == ("9412/BTC-ĐT", date(2026, 11, 12))
    assert incoming.issuer_text == "Bộ Tài chính"
    assert incoming.kind is not None
    assert incoming.kind.name == "Công văn"
    assert "giải ngân vốn đầu tư công năm 2026" in incoming.subject
    assert incoming.due_date == date(2026, 11, 30)
    assert [file.role for file in files.of(incoming.ref)] == ["main_pdf"]

    # She confirms and presents it.
    number = registering.register_incoming(desk.clerk, incoming.id, _fields(incoming, 0))
    directing.present(desk.clerk, incoming.id, desk.leader.id)
    assert number == 1
    assert [one.id for one in directing.waiting_for(desk.leader)] == [incoming.id]

    # The leader gives it to finance; the unit sees it when ten seconds are over.
    directive_id = directing.direct(
        desk.leader,
        incoming.id,
        Direction(lead_unit_id=desk.stc.id, co_unit_ids=[desk.sxd.id], due_date=date(2026, 11, 26)),
    )
    assert incoming.state is DocState.ASSIGNED
    (task,) = tasks.for_origin(incoming.ref)
    assert task.directive == "Giao Sở Tài chính chủ trì, phối hợp Sở Xây dựng tham mưu xử lý trước 26/11."
    told = select(Notice).where(Notice.user_id == desk.head.id, Notice.released_at.is_not(None))
    assert db.session().scalars(told).all() == []
    clock.advance(timedelta(seconds=10))
    release_due()
    assert db.session().scalars(told).all() != []
    assert directive_id > 0

    # The head passes it on, the officer works.
    tasks.see(desk.head, task.id)
    received = {"name": desk.head.full_name, "on": clock.today().isoformat()}
    assert incoming.receiver_ack == received, "whoever opens the work has signed for the document"
    tasks.hand_over(desk.head, task.id, desk.officer.id)
    tasks.report_progress(desk.officer, task.id, 50, "Đã tổng hợp số liệu")
    assert incoming.state is DocState.PROCESSING

    # The officer drafts the reply and uploads a second version.
    kind = catalogue.kind_named(desk.org.id, "Công văn")
    assert kind is not None
    body = ("Đến ngày 31 tháng 10 năm 2026, tỉnh đã giải ngân 61,5% kế hoạch.",)
    fields = DraftFields(kind_id=kind.id, subject="", body=body, signer_id=desk.leader.id, kept_by="STC")
    prepared = drafting.prepare(desk.officer, fields, incoming.id)
    draft_id = drafting.create(desk.officer, prepared)
    draft = db.session().get_one(Document, draft_id)
    assert (draft.state, draft.symbol, draft.number) == (DocState.DRAFT, "UBND-STC", "")
    assert "9412/BTC-ĐT" in draft.subject
    first = drafting.versions_of(draft_id)[0]
    second = papers.stage(desk.officer, _word_of(first.file_id), "Nội dung sửa.docx")
    assert drafting.upload_version(desk.officer, draft_id, second, "Thêm số liệu tháng 10") == 2

    # Head, office, leader; the paper is signed.
    reviewing.submit(desk.officer, draft_id)
    reviewing.approve_in_unit(desk.head, draft_id)
    reviewing.pass_layout(desk.office_head, draft_id, reviewing.LAYOUT_TICKS)
    scan = papers.stage(desk.leader, papers.pdf(number=None), "ban-ky.pdf")
    reviewing.sign(desk.leader, draft_id, scan_id=scan)

    # The clerk grants number and date, seals, and issues it to the other agency.
    assert issuing.give_number(desk.clerk, draft_id, clock.today()) == 1
    jobs.run_due()
    assert draft.code == "01/UBND-STC"
    issuing.seal(desk.clerk, draft_id)
    issuing.issue(desk.clerk, draft_id, [Target(organisation_id=desk.other.id)])
    assert draft.state is DocState.ISSUED
    assert incoming.state is DocState.DONE

    # There it lies among what was received, with all fields and the files.
    with db.agencies({desk.other.id}):
        (arrived,) = capturing.received(desk.other_clerk)
        assert arrived.org_id == desk.other.id
        assert (arrived.code, arrived.subject, arrived.issuer_text) == (
            "01/UBND-STC",
            draft.subject,
            desk.org.name,
        )
        assert {file.sha256 for file in files.of(arrived.ref)} <= {
            file.sha256 for file in files.of(draft.ref)
        }
        assert registering.register_incoming(desk.other_clerk, arrived.id, _fields(arrived, 0)) == 1
    line = db.session().scalars(select(Dispatch)).one()
    db.session().refresh(line)
    assert (line.state, line.status_code) == (DispatchState.RECEIVED, "03")
    done = db.session().get_one(Task, task.id)
    assert (done.state, done.result) == (TaskState.WAITING_ACCEPT, draft.ref)


def _word_of(file_id: int) -> bytes:
    return files.read(db.session().get_one(files.File, file_id))


def test_a_direction_taken_back_in_time_leaves_nothing_behind(desk: Office) -> None:
    (incoming,) = papers.drop(desk.clerk, (papers.pdf(), "a.pdf"))
    registering.register_incoming(desk.clerk, incoming.id, _fields(incoming, 0))
    directing.present(desk.clerk, incoming.id)
    directive_id = directing.direct(
        desk.leader, incoming.id, Direction(lead_unit_id=desk.stc.id, due_date=date(2026, 11, 26))
    )
    clock.advance(timedelta(seconds=9))
    assert directing.undo_direction(desk.leader, directive_id) == incoming.id
    assert incoming.state is DocState.PRESENTED
    assert incoming.due_date == date(2026, 11, 30)
    assert [task.undone_at for task in tasks.for_origin(Ref("document", incoming.id))] == []
    clock.advance(timedelta(seconds=10))
    release_due()
    assert db.session().scalars(select(Notice).where(Notice.user_id == desk.head.id)).all() == []
