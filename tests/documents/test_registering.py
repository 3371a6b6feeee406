"""Registering incoming documents: one number each, granted last, never for a refused one."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from documents.models.document import Document, DocumentLink, Relation, Urgency
from documents.models.lifecycle import Direction, DocState
from documents.models.register import LedgerEvent, RegisterEntry, RegisterKind, RegisterYear, YearState
from documents.services import catalogue, registering
from documents.services.registering import Incoming, register_incoming
from documents.services.verifying import verify_register
from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from tests.factories import Office

Make = Callable[..., Document]
Fields = Callable[..., Incoming]


def test_the_clerk_registers_and_the_next_number_is_granted(
    desk: Office, received: Make, fields: Fields
) -> None:
    first, second = received(), received()
    assert register_incoming(desk.clerk, first.id, fields()) == 1
    assert register_incoming(desk.clerk, second.id, fields()) == 2
    entry = second.entry
    assert second.state is DocState.REGISTERED
    assert entry is not None
    assert (entry.year, entry.number, entry.entry_date) == (2026, 2, clock.today())
    assert entry.document_id == second.id
    assert second.uid is not None
    assert second.uid.startswith("H99-2026-den-2-")
    assert verify_register(desk.clerk, entry.register_id) == []


def test_a_refused_registration_consumes_no_number(desk: Office, received: Make, fields: Fields) -> None:
    document = received()
    with pytest.raises(Invalid, match=r"document.date_in_future"):
        register_incoming(desk.clerk, document.id, fields(doc_date=clock.today() + timedelta(days=1)))
    with pytest.raises(Invalid, match=r"document.kind_unknown"):
        register_incoming(desk.clerk, document.id, fields(kind_id=99999))
    assert db.session().scalar(select(func.count()).select_from(RegisterEntry)) == 0
    assert register_incoming(desk.clerk, document.id, fields()) == 1


def test_a_registered_document_gets_no_second_number(desk: Office, received: Make, fields: Fields) -> None:
    document = received()
    register_incoming(desk.clerk, document.id, fields())
    with pytest.raises(BadState, match=r"document.wrong_state"):
        register_incoming(desk.clerk, document.id, fields())
    assert db.session().scalar(select(func.count()).select_from(RegisterEntry)) == 1


def test_who_is_no_clerk_does_not_register_and_a_stranger_does_not_find_it(
    desk: Office, received: Make, fields: Fields
) -> None:
    document, given = received(), fields()
    with pytest.raises(Forbidden, match=r"document.not_allowed"):
        register_incoming(desk.leader, document.id, given)
    with pytest.raises(NotFound, match=r"document.missing"):
        register_incoming(desk.officer, document.id, given)
    with db.agencies({desk.other.id}), pytest.raises(NotFound, match=r"document.missing"):
        register_incoming(desk.other_clerk, document.id, given)


def test_a_form_made_from_an_older_version_is_refused(desk: Office, received: Make, fields: Fields) -> None:
    document = received()
    with pytest.raises(Stale, match=r"document.changed"):
        register_incoming(desk.clerk, document.id, fields(), version=document.version - 1)


def test_a_very_old_date_asks_first(desk: Office, received: Make, fields: Fields) -> None:
    document, old = received(), clock.today() - timedelta(days=900)
    with pytest.raises(Invalid, match=r"document.date_very_old"):
        register_incoming(desk.clerk, document.id, fields(doc_date=old))
    assert register_incoming(desk.clerk, document.id, fields(doc_date=old, is_old_confirmed=True)) == 1


def test_a_timed_flash_needs_its_hour(desk: Office, received: Make, fields: Fields) -> None:
    with pytest.raises(Invalid, match=r"document.hour_missing"):
        register_incoming(desk.clerk, received().id, fields(urgency=Urgency.FLASH_TIMED))


def test_the_same_code_of_the_same_issuer_in_the_same_year_asks_first(
    desk: Office, received: Make, fields: Fields
) -> None:
    first, second = received(), received()
    register_incoming(desk.clerk, first.id, fields(number="9412"))
    with pytest.raises(Invalid, match=r"document.maybe_duplicate") as refusal:
        register_incoming(desk.clerk, second.id, fields(number="9412", issuer="bộ tài chính"))
    assert refusal.value.data["number"] == 1
    again = fields(number="9412", not_duplicate_reason="Bản điều chỉnh")
    assert register_incoming(desk.clerk, second.id, again) == 2


def test_the_same_code_in_another_year_is_no_duplicate(desk: Office, received: Make, fields: Fields) -> None:
    first, second = received(), received()
    register_incoming(desk.clerk, first.id, fields(number="12"))
    assert register_incoming(desk.clerk, second.id, fields(number="12", doc_date=date(2025, 12, 30))) == 2


def test_merging_points_to_the_first_and_uses_no_number(desk: Office, received: Make, fields: Fields) -> None:
    first, second = received(), received()
    register_incoming(desk.clerk, first.id, fields())
    registering.merge_duplicate(desk.clerk, second.id, first.id)
    assert second.state is DocState.MERGED
    assert second.duplicate_of_id == first.id
    assert second.register_entry_id is None
    with pytest.raises(Invalid, match=r"document.merge_with_itself"):
        registering.merge_duplicate(desk.clerk, first.id, first.id)


def test_returning_asks_for_a_reason_and_uses_no_number(desk: Office, received: Make) -> None:
    document = received()
    with pytest.raises(Invalid, match=r"document.reason_too_short"):
        registering.return_document(desk.clerk, document.id, "sai")
    registering.return_document(desk.clerk, document.id, "Gửi nhầm cơ quan nhận")
    assert document.state is DocState.RETURNED
    assert document.register_entry_id is None


def test_late_registering_is_noted_on_the_line(desk: Office, received: Make, fields: Fields) -> None:
    document = received()
    register_incoming(desk.clerk, document.id, fields(arrival_date=clock.today() - timedelta(days=7)))
    assert document.entry is not None
    assert document.entry.note == "đăng ký chậm"


def test_an_arrival_of_last_year_goes_into_that_year_until_it_is_closed(
    desk: Office, received: Make, fields: Fields
) -> None:
    clock.freeze(clock.at_office(date(2026, 12, 31), 9))
    register_incoming(desk.clerk, received().id, fields(due_date=None))
    clock.freeze(clock.at_office(date(2027, 1, 4), 9))
    late = received()
    register_incoming(desk.clerk, late.id, fields(arrival_date=date(2026, 12, 31), due_date=None))
    assert late.entry is not None
    assert (late.entry.year, late.entry.number) == (2026, 2)
    register = catalogue.registers(desk.org.id, RegisterKind.IN)[0]
    with db.unit_of_work() as session:
        session.get_one(RegisterYear, (register.id, 2026)).state = YearState.CLOSED
    later = received()
    register_incoming(desk.clerk, later.id, fields(arrival_date=date(2026, 12, 31), due_date=None))
    assert later.entry is not None
    assert (later.entry.year, later.entry.number) == (2027, 1)
    assert later.entry.note.startswith("đến năm trước")
    assert verify_register(desk.clerk, register.id) == []


def test_an_issuer_not_met_before_becomes_known(desk: Office, received: Make, fields: Fields) -> None:
    register_incoming(desk.clerk, received().id, fields(issuer="Công ty CP Cấp nước An Bình"))
    found = catalogue.party_named(desk.org.id, "cong ty cp cap nuoc an binh")
    assert found is not None
    assert found.name == "Công ty CP Cấp nước An Bình"


def test_the_ledger_has_one_event_for_each_grant(desk: Office, received: Make, fields: Fields) -> None:
    for _ in range(3):
        register_incoming(desk.clerk, received().id, fields())
    assert db.session().scalar(select(func.count()).select_from(LedgerEvent)) == 3


def test_what_the_paper_says_it_answers_is_tied_to_our_own_document(
    desk: Office, received: Make, fields: Fields
) -> None:
    ours = received(
        direction=Direction.OUT,
        state=DocState.ISSUED,
        number="1874",
        symbol="UBND-KT",
        symbol_key="1874 ubnd kt",
    )
    document = received(reply_to="1874/UBND-KT; 5/QĐ-BTC")
    register_incoming(desk.clerk, document.id, fields())
    link = db.session().scalars(select(DocumentLink)).one()
    assert (link.from_id, link.to_id, link.relation) == (document.id, ours.id, Relation.REPLY)


def test_a_sender_met_before_is_not_written_down_again_and_a_merged_one_leads_on(desk: Office) -> None:
    with db.unit_of_work():
        first = catalogue.find_or_make_party(desk.org.id, "Bộ  Tài chính").id
        old = catalogue.find_or_make_party(desk.org.id, "Bộ Kế hoạch và Đầu tư")
        old.merged_into_id = first
    with db.unit_of_work():
        assert catalogue.find_or_make_party(desk.org.id, "BỘ TÀI CHÍNH").id == first
        assert catalogue.find_or_make_party(desk.org.id, "Bộ Kế hoạch và Đầu tư").id == first
    assert [party.id for party in catalogue.parties(desk.org.id)] == [first]
