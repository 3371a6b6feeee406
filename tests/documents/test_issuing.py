"""Approving, signing, numbering, issuing, cancelling and recalling: who, when, and what it leaves behind."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from documents.models.catalogue import Channel
from documents.models.dispatch import Dispatch, DispatchState, Purpose
from documents.models.document import Document
from documents.models.lifecycle import DocState
from documents.models.register import EntryState, RegisterKind
from documents.services import (
    catalogue,
    composing,
    drafting,
    issuing,
    recalling,
    registering,
    reviewing,
    stamping,
)
from documents.services.composing import DraftFields, authority_lines
from documents.services.issuing import Target
from documents.services.recalling import Order
from documents.services.registering import Incoming
from documents.services.verifying import verify_register
from intranet.core import clock, db, jobs
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.notices.models import Notice
from intranet.people.models import User
from intranet.records import docx, files
from tests.documents import papers
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]


@pytest.fixture
def draft(desk: Office) -> Callable[..., Document]:
    """Makes drafts by the officer of finance."""

    def make(kind: str = "Công văn", **changes: object) -> Document:
        found = catalogue.kind_named(desk.org.id, kind)
        assert found is not None
        values = {
            "kind_id": found.id,
            "subject": "Báo cáo giải ngân vốn đầu tư công",
            "addressees": ("Sở Y tế",),
            "signer_id": desk.leader.id,
            "body": ("Nội dung.",),
        } | changes
        fields = DraftFields(**values)  # type: ignore[arg-type]  # the test names the fields it changes
        key = drafting.create(desk.officer, drafting.prepare(desk.officer, fields))
        return db.session().get_one(Document, key)

    return make


def bring_to(desk: Office, document: Document, state: DocState) -> Document:
    """Carry a draft through the chain up to a state."""
    steps: list[tuple[DocState, Callable[[], object]]] = [
        (DocState.UNIT_REVIEW, lambda: reviewing.submit(desk.officer, document.id)),
        (DocState.LAYOUT_REVIEW, lambda: reviewing.approve_in_unit(desk.head, document.id)),
        (
            DocState.TO_SIGN,
            lambda: reviewing.pass_layout(desk.office_head, document.id, reviewing.LAYOUT_TICKS),
        ),
        (DocState.SIGNED, lambda: reviewing.sign(desk.leader, document.id, reason="Bản quét bổ sung sau")),
        (DocState.NUMBERED, lambda: issuing.give_number(desk.clerk, document.id, clock.today())),
        (DocState.SEALED, lambda: issuing.seal(desk.clerk, document.id)),
        (
            DocState.ISSUED,
            lambda: issuing.issue(desk.clerk, document.id, [Target(organisation_id=desk.other.id)]),
        ),
    ]
    for target, act in steps:
        act()
        if target is DocState.NUMBERED:
            jobs.run_due()
        if target is state:
            break
    return document


def test_the_chain_goes_step_by_step_and_each_step_has_its_person(
    desk: Office, draft: Callable[..., Document]
) -> None:
    document = draft()
    with pytest.raises(BadState):
        issuing.give_number(desk.clerk, document.id, clock.today())
    reviewing.submit(desk.officer, document.id)
    with pytest.raises(Forbidden):
        reviewing.approve_in_unit(desk.officer, document.id)
    with pytest.raises(NotFound):
        reviewing.approve_in_unit(desk.other_head, document.id)
    reviewing.approve_in_unit(desk.head, document.id)
    assert document.unit_approved_by_id == desk.head.id
    with pytest.raises(Forbidden):
        reviewing.pass_layout(desk.head, document.id, reviewing.LAYOUT_TICKS)
    with pytest.raises(Invalid, match=r"draft.layout_not_ticked"):
        reviewing.pass_layout(desk.office_head, document.id, ["paper"])
    reviewing.pass_layout(
        desk.office_head, document.id, ["paper"], override_reason="Mẫu riêng của Bộ Tài chính"
    )
    assert document.layout_report is not None
    assert document.layout_report["override"] == "Mẫu riêng của Bộ Tài chính"
    with pytest.raises(Forbidden):
        reviewing.sign(desk.clerk, document.id, reason="Bản quét bổ sung sau")
    with pytest.raises(Invalid, match=r"draft.scan_or_reason"):
        reviewing.sign(desk.leader, document.id)
    reviewing.sign(desk.leader, document.id, reason="Bản quét bổ sung sau")
    assert document.state is DocState.SIGNED


@pytest.mark.parametrize(
    ("state", "give_back"),
    [
        (
            DocState.UNIT_REVIEW,
            lambda d, key: reviewing.return_in_unit(d.head, key, "Thiếu số liệu tháng 10"),
        ),
        (
            DocState.LAYOUT_REVIEW,
            lambda d, key: reviewing.return_layout(d.office_head, key, "Sai phông chữ ở phần căn cứ"),
        ),
        (DocState.TO_SIGN, lambda d, key: reviewing.return_unsigned(d.leader, key, "Xem lại kiến nghị cuối")),
    ],
)
def test_a_draft_given_back_goes_to_its_drafter_with_the_reason(
    desk: Office,
    draft: Callable[..., Document],
    state: DocState,
    give_back: Callable[[Office, int], None],
) -> None:
    document = bring_to(desk, draft(), state)
    give_back(desk, document.id)
    assert document.state is DocState.DRAFT
    last = drafting.opinions_of(document.id)[0]
    assert len(last.text) > 10
    told = select(Notice).where(Notice.user_id == desk.officer.id, Notice.kind == "document.draft_returned")
    assert len(db.session().scalars(told).all()) == 1


def test_a_draft_without_signer_is_not_submitted(desk: Office, draft: Callable[..., Document]) -> None:
    with pytest.raises(Invalid, match=r"draft.no_signer"):
        reviewing.submit(desk.officer, draft(signer_id=None).id)


def test_number_and_date_are_written_into_the_file_after_the_grant(
    desk: Office, draft: Callable[..., Document]
) -> None:
    document = bring_to(desk, draft(), DocState.NUMBERED)
    assert document.code == "01/UBND-STC"
    file = files.of(document.ref, stamping.MAIN_DOCX)[0]
    text = docx.text_of(files.path(file)).text
    assert "Số: 01/UBND-STC" in text
    assert "An Bình, ngày 13 tháng 11 năm 2026" in text
    assert stamping.stamp(document.id) is False
    assert len(files.of(document.ref, stamping.MAIN_DOCX)) == 1


def test_nothing_is_issued_before_the_number_stands_in_its_file(
    desk: Office, draft: Callable[..., Document]
) -> None:
    document = bring_to(desk, draft(), DocState.SIGNED)
    issuing.give_number(desk.clerk, document.id, clock.today())
    issuing.seal(desk.clerk, document.id)
    with pytest.raises(BadState, match=r"document.not_stamped"):
        issuing.issue(desk.clerk, document.id, [Target(organisation_id=desk.other.id)])
    jobs.run_due()
    assert issuing.issue(desk.clerk, document.id, [Target(organisation_id=desk.other.id)]) == 1


def test_kinds_share_one_series_but_normative_ones_have_their_own(
    desk: Office, draft: Callable[..., Document]
) -> None:
    letter = bring_to(desk, draft(), DocState.NUMBERED)
    decision = bring_to(desk, draft("Quyết định"), DocState.NUMBERED)
    circular = bring_to(desk, draft("Thông tư"), DocState.NUMBERED)
    assert (letter.code, decision.code, circular.code) == ("01/UBND-STC", "02/QĐ-UBND", "01/2026/TT-UBND")


def test_two_clerks_at_once_both_succeed_with_different_numbers(
    desk: Office, draft: Callable[..., Document]
) -> None:
    documents = [bring_to(desk, draft(), DocState.SIGNED) for _ in range(4)]
    granted: list[int] = []
    keys, org_id, clerk = [one.id for one in documents], desk.org.id, desk.clerk.id

    def press(key: int) -> None:
        with db.scope({org_id}):
            actor = db.session().get_one(User, clerk)
            granted.append(issuing.give_number(actor, key, clock.today()))

    threads = [threading.Thread(target=press, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(granted) == [1, 2, 3, 4]
    register = catalogue.register_for(org_id, RegisterKind.OUT, None)
    with db.scope({org_id}):
        assert verify_register(db.session().get_one(User, clerk), register.id) == []


def test_an_issued_document_reaches_agencies_units_and_parties(
    desk: Office, draft: Callable[..., Document]
) -> None:
    document = bring_to(desk, draft(), DocState.SEALED)
    with db.unit_of_work():
        party_id = catalogue.find_or_make_party(desk.org.id, "Bộ Tài chính").id
    targets = [
        Target(organisation_id=desk.other.id),
        Target(party_id=party_id),
        Target(unit_id=desk.sxd.id),
        Target(unit_id=desk.sxd.id),
    ]
    assert issuing.issue(desk.clerk, document.id, targets) == 3
    lines = {line.receiver_name: line for line in issuing.dispatches_of(document.id)}
    assert lines["Sở Y tế tỉnh An Bình"].state is DispatchState.ARRIVED
    assert (lines["Bộ Tài chính"].state, lines["Bộ Tài chính"].channel) == (
        DispatchState.SENT,
        Channel.POST,
    )
    assert lines["Sở Xây dựng"].state is DispatchState.RECEIVED
    assert len({line.consignment_id for line in lines.values()}) == 3
    told = db.session().scalars(select(Notice.user_id).where(Notice.kind == "document.arrived")).all()
    assert told == [desk.other_clerk.id]


@pytest.mark.parametrize(
    ("targets", "code"),
    [
        ([], "dispatch.no_receiver"),
        ([Target(organisation_id=999)], "dispatch.unknown_receiver"),
        ([Target(party_id=999)], "dispatch.unknown_receiver"),
        ([Target(unit_id=999)], "dispatch.unknown_receiver"),
    ],
)
def test_a_wrong_receiver_stops_the_whole_sending(
    desk: Office, draft: Callable[..., Document], targets: list[Target], code: str
) -> None:
    document = bring_to(desk, draft(), DocState.SEALED)
    with pytest.raises(Invalid, match=code):
        issuing.issue(desk.clerk, document.id, [*targets, *targets])
    with pytest.raises(Invalid, match=r"dispatch.own_agency"):
        issuing.issue(desk.clerk, document.id, [Target(organisation_id=desk.org.id)])
    assert document.state is DocState.SEALED
    assert issuing.dispatches_of(document.id) == []


def test_what_is_sent_twice_to_an_agency_is_one_document_there_and_both_lines_hear_of_it(
    desk: Office, draft: Callable[..., Document], fields: Fields
) -> None:
    document = bring_to(desk, draft(), DocState.SEALED)
    there = desk.other.id
    targets = [Target(organisation_id=there), Target(organisation_id=there, purpose=Purpose.KNOW)]
    assert issuing.issue(desk.clerk, document.id, targets) == 2
    lines = issuing.dispatches_of(document.id)
    (received_id,) = {line.received_document_id for line in lines}
    assert received_id is not None
    assert [(line.state, line.status_code) for line in lines] == [(DispatchState.ARRIVED, "01")] * 2
    given = fields()
    with db.agencies({there}):
        kind = catalogue.kind_named(there, "Công văn")
        assert kind is not None
        registering.register_incoming(desk.other_clerk, received_id, replace(given, kind_id=kind.id))
    for line in lines:
        db.session().refresh(line)
    assert [(line.state, line.status_code) for line in lines] == [(DispatchState.RECEIVED, "03")] * 2


def test_the_receivers_states_come_back_to_the_sender(
    desk: Office, draft: Callable[..., Document], fields: Fields
) -> None:
    document = bring_to(desk, draft(), DocState.ISSUED)
    (line,) = issuing.dispatches_of(document.id)
    arrived_id = line.received_document_id
    assert arrived_id is not None
    with db.agencies({desk.other.id}):
        registering.return_document(desk.other_clerk, arrived_id, "Gửi nhầm cơ quan nhận")
    db.session().refresh(line)
    assert (line.state, line.status_code) == (DispatchState.REFUSED, "02")


def test_a_number_is_struck_out_only_with_the_leaders_consent(
    desk: Office, draft: Callable[..., Document]
) -> None:
    document = bring_to(desk, draft(), DocState.NUMBERED)
    with pytest.raises(BadState, match=r"document.nothing_asked"):
        recalling.consent_cancel(desk.leader, document.id)
    with pytest.raises(Invalid, match=r"document.reason_too_short"):
        recalling.ask_cancel(desk.clerk, document.id, "nhầm")
    recalling.ask_cancel(desk.clerk, document.id, "In nhầm phụ lục kèm theo")
    with pytest.raises(Forbidden):
        recalling.consent_cancel(desk.clerk, document.id)
    recalling.consent_cancel(desk.leader, document.id)
    assert document.state is DocState.CANCELLED
    assert document.entry is not None
    assert document.entry.state is EntryState.CANCELLED
    following = bring_to(desk, draft(), DocState.NUMBERED)
    assert following.number == "02"
    assert verify_register(desk.clerk, document.entry.register_id) == []


def test_a_refused_request_leaves_the_number_as_it_was(desk: Office, draft: Callable[..., Document]) -> None:
    document = bring_to(desk, draft(), DocState.NUMBERED)
    recalling.ask_cancel(desk.clerk, document.id, "In nhầm phụ lục kèm theo")
    recalling.refuse_request(desk.leader, document.id)
    assert (document.state, document.request) == (DocState.NUMBERED, None)


@pytest.mark.parametrize(
    ("agree", "state", "code"),
    [(True, DispatchState.RECALL_AGREED, "15"), (False, DispatchState.RECALL_REFUSED, "16")],
)
def test_a_recall_is_ordered_carried_out_and_answered(
    desk: Office, draft: Callable[..., Document], agree: bool, state: DispatchState, code: str
) -> None:
    document = bring_to(desk, draft(), DocState.ISSUED)
    with pytest.raises(BadState, match=r"document.nothing_asked"):
        recalling.recall(desk.clerk, document.id)
    recalling.order_recall(desk.leader, document.id, "Sai số liệu tại biểu số 2")
    recalling.recall(desk.clerk, document.id, Order("7/UBND-VP", clock.today()))
    assert document.state is DocState.RECALLED
    line = db.session().scalars(select(Dispatch)).one()
    assert (line.state, line.status_code) == (DispatchState.RECALL_ASKED, "13")
    assert line.received_document_id is not None
    with db.agencies({desk.other.id}):
        recalling.answer_recall(desk.other_clerk, line.received_document_id, agree=agree)
        there = db.session().get_one(Document, line.received_document_id)
        assert there.state is (DocState.RECALLED if agree else DocState.RECEIVED)
    db.session().refresh(line)
    assert (line.state, line.status_code) == (state, code)
    assert document.entry is not None
    assert document.entry.state is EntryState.RECALLED


def test_a_version_is_added_only_while_it_is_a_draft(desk: Office, draft: Callable[..., Document]) -> None:
    document = bring_to(desk, draft(), DocState.UNIT_REVIEW)
    staged = papers.stage(desk.officer, papers.docx(), "ban-2.docx")
    with pytest.raises(BadState, match=r"document.wrong_state"):
        drafting.upload_version(desk.officer, document.id, staged, "")
    reviewing.return_in_unit(desk.head, document.id, "Bổ sung số liệu tháng 10")
    assert drafting.upload_version(desk.officer, document.id, staged, "") == 2


def test_a_draft_is_its_drafters_and_his_heads(desk: Office, draft: Callable[..., Document]) -> None:
    document = draft()
    with pytest.raises(NotFound):
        drafting.give_opinion(desk.other_head, document.id, "Ý kiến")
    drafting.give_opinion(desk.head, document.id, "Nên nêu rõ nguyên nhân")
    assert drafting.opinions_of(document.id)[0].text == "Nên nêu rõ nguyên nhân"
    clock.advance(timedelta(minutes=1))
    with pytest.raises(Invalid, match=r"draft.opinion_empty"):
        drafting.give_opinion(desk.head, document.id, "  ")


@pytest.mark.parametrize(
    ("org", "title", "lines"),
    [
        ("Ủy ban nhân dân tỉnh An Bình", "Chủ tịch UBND tỉnh", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
        (
            "Ủy ban nhân dân tỉnh An Bình",
            "Phó Chủ tịch UBND tỉnh",
            ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        ),
        ("Ủy ban nhân dân tỉnh An Bình", "Chánh Văn phòng", ("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG")),
        ("Sở Y tế tỉnh An Bình", "Giám đốc", ("GIÁM ĐỐC",)),
        ("Sở Y tế tỉnh An Bình", "Phó Giám đốc Sở", ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")),
    ],
)
def test_the_lines_above_a_signature_follow_the_post(
    desk: Office, org: str, title: str, lines: tuple[str, ...]
) -> None:
    with db.unit_of_work() as session:
        person = session.get_one(User, desk.leader.id)
        person.posts[0].title = title
        agency = session.merge(desk.org)
        agency.name = org
    assert authority_lines(desk.org, desk.leader) == lines


@pytest.mark.parametrize(
    ("subject", "printed"),
    [
        ("Đẩy nhanh tiến độ", "đẩy nhanh tiến độ"),
        ("Ủy ban nhân dân các xã báo cáo", "Ủy ban nhân dân các xã báo cáo"),
        ("UBND các xã báo cáo", "UBND các xã báo cáo"),
        ("Sở Tài chính thẩm định", "Sở Tài chính thẩm định"),
    ],
)
def test_a_letters_subject_begins_small_behind_its_about_unless_it_is_a_name(
    subject: str, printed: str
) -> None:
    assert composing.after_about(subject) == printed
