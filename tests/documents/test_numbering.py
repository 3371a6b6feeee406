"""Numbers: no gap, no double, dates that never go back, and a ledger that shows every change."""

import random
import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from documents.models.register import (
    EntryState,
    LedgerEvent,
    Register,
    RegisterEntry,
    RegisterKind,
    RegisterYear,
)
from documents.services import catalogue, numbering
from documents.services.verifying import verify_register
from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid
from intranet.people.models import User
from tests.documents.granting import grant
from tests.factories import Office

Book = tuple[Office, Register]


@pytest.fixture
def book(desk: Office) -> Book:
    """The office and its outgoing register."""
    return desk, catalogue.register_for(desk.org.id, RegisterKind.OUT, None)


def numbers(register_id: int, year: int = 2026) -> list[int]:
    """All numbers of a year, in order."""
    found = db.session().scalars(
        select(RegisterEntry.number)
        .where(RegisterEntry.register_id == register_id, RegisterEntry.year == year)
        .order_by(RegisterEntry.number)
    )
    return list(found)


def test_numbers_start_at_one_each_year_and_rise_by_one(book: Book) -> None:
    office, register = book
    assert [grant(office.clerk, register.id) for _ in range(3)] == [1, 2, 3]
    clock.freeze(clock.at_office(date(2027, 1, 4), 9))
    assert grant(office.clerk, register.id) == 1
    assert numbering.expected(register, 2027) == (2, date(2027, 1, 4))


def test_a_failure_after_the_grant_gives_the_number_back(book: Book) -> None:
    office, register = book
    grant(office.clerk, register.id)
    with pytest.raises(RuntimeError, match="after the grant"):
        grant(office.clerk, register.id, fail=True)
    assert grant(office.clerk, register.id) == 2
    assert verify_register(office.clerk, register.id) == []


def test_an_issue_date_never_goes_back_along_the_series(book: Book) -> None:
    office, register = book
    today = clock.today()
    grant(office.clerk, register.id, today)
    with pytest.raises(Invalid, match=r"register.date_before_last") as refusal:
        grant(office.clerk, register.id, today - timedelta(days=1))
    assert refusal.value.data["last"] == "13/11/2026"
    with pytest.raises(Invalid, match=r"register.date_in_future"):
        grant(office.clerk, register.id, today + timedelta(days=1))
    assert numbers(register.id) == [1]


def test_a_closed_year_gives_no_number(book: Book) -> None:
    office, register = book
    grant(office.clerk, register.id)
    with db.unit_of_work() as session:
        session.execute(update(RegisterYear).values(state="closed"))
    with pytest.raises(BadState, match=r"register.year_closed"):
        grant(office.clerk, register.id)


def test_a_cancelled_number_stays_and_is_never_given_again(book: Book) -> None:
    office, register = book
    grant(office.clerk, register.id)
    with db.unit_of_work() as session:
        entry = session.scalars(select(RegisterEntry)).one()
        with pytest.raises(Invalid, match=r"register.reason_too_short"):
            numbering.cancel(office.clerk, entry, "sai")
        numbering.cancel(office.clerk, entry, "In nhầm nội dung văn bản")
    with db.unit_of_work() as session, pytest.raises(BadState, match=r"register.entry_not_used"):
        numbering.cancel(office.clerk, session.scalars(select(RegisterEntry)).one(), "Hủy thêm lần nữa")
    assert grant(office.clerk, register.id) == 2
    states = [entry.state for entry in db.session().scalars(select(RegisterEntry).order_by(RegisterEntry.id))]
    assert states == [EntryState.CANCELLED, EntryState.USED]
    assert verify_register(office.clerk, register.id) == []


def test_an_amendment_keeps_what_stood_there_before(book: Book) -> None:
    office, register = book
    grant(office.clerk, register.id)
    with db.unit_of_work() as session:
        entry = session.scalars(select(RegisterEntry)).one()
        numbering.amend(office.clerk, entry, {"subject": "Văn bản đã sửa"}, "Sửa lỗi đánh máy trích yếu")
    last = db.session().scalars(select(LedgerEvent).order_by(LedgerEvent.id.desc())).first()
    assert last is not None
    assert last.before is not None
    assert (last.before["columns"], last.after["columns"]) == (
        {"subject": "Văn bản"},
        {"subject": "Văn bản đã sửa"},
    )
    assert verify_register(office.clerk, register.id) == []


def test_the_database_refuses_to_change_the_ledger(book: Book) -> None:
    office, register = book
    grant(office.clerk, register.id)

    def change(statement: str) -> None:
        with db.unit_of_work() as session:
            session.execute(text(statement))

    for statement in ("UPDATE ledger_event SET reason = 'khác'", "DELETE FROM ledger_event"):
        with pytest.raises(Exception, match="only grows"):
            change(statement)


def test_only_those_who_keep_or_watch_registers_prove_them(book: Book) -> None:
    office, register = book
    with pytest.raises(Forbidden, match=r"auth.no_permit"):
        verify_register(office.officer, register.id)


def _gap(session: Any) -> None:
    entry = session.scalars(select(RegisterEntry).where(RegisterEntry.number == 2)).one()
    entry.number = 7


def _other_document(session: Any) -> None:
    session.scalars(select(RegisterEntry).where(RegisterEntry.number == 2)).one().document_id = 999


def _other_subject(session: Any) -> None:
    session.scalars(select(RegisterEntry).where(RegisterEntry.number == 1)).one().snapshot = {
        "subject": "Khác"
    }


def _earlier_date(session: Any) -> None:
    session.scalars(select(RegisterEntry).where(RegisterEntry.number == 3)).one().entry_date = date(
        2026, 1, 1
    )


def _counter(session: Any) -> None:
    session.scalars(select(RegisterYear)).one().last_number = 5


def _head(session: Any) -> None:
    session.scalars(select(RegisterYear)).one().head_hash = "f" * 64


def _state(session: Any) -> None:
    session.scalars(select(RegisterEntry).where(RegisterEntry.number == 3)).one().state = EntryState.CANCELLED


@pytest.mark.parametrize(
    ("tamper", "problem", "number"),
    [
        (_gap, "missing", 2),
        (_gap, "beyond", 7),
        (_other_document, "document_missing", 2),
        (_other_subject, "differs_from_ledger", 1),
        (_earlier_date, "date_went_back", 3),
        (_counter, "missing", 4),
        (_head, "head_differs", 0),
        (_state, "differs_from_ledger", 3),
    ],
)
def test_the_proof_names_what_was_tampered_with(
    book: Book, tamper: Callable[[Any], None], problem: str, number: int
) -> None:
    office, register = book
    for _ in range(3):
        grant(office.clerk, register.id)
    with db.unit_of_work() as session:
        tamper(session)
    faults = verify_register(office.clerk, register.id)
    assert (problem, number) in {(fault.problem, fault.number) for fault in faults}


def test_one_changed_byte_of_the_ledger_is_located(book: Book) -> None:
    office, register = book
    for _ in range(3):
        grant(office.clerk, register.id)
    with db.unit_of_work() as session:
        second = session.scalars(select(LedgerEvent).order_by(LedgerEvent.id).offset(1)).first()
        assert second is not None
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        if is_sqlite:
            session.execute(text("DROP TRIGGER ledger_event_no_update"))
        else:
            session.execute(text("ALTER TABLE ledger_event DISABLE TRIGGER USER"))
        session.execute(
            text("UPDATE ledger_event SET acting_for_id = :who WHERE id = :id"),
            {"who": office.leader.id, "id": second.id},
        )
    faults = verify_register(office.clerk, register.id)
    assert [(fault.problem, fault.number) for fault in faults] == [("chain_broken", 2)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(["grant", "fail", "later_day", "past_day", "cancel"]), max_size=12))
def test_whatever_happens_in_whatever_order_the_series_stays_whole(book: Book, acts: list[str]) -> None:
    office, register = book
    for act in acts:
        if act == "later_day":
            clock.advance(timedelta(hours=5))
        elif act == "cancel":
            _cancel_last(office.clerk, register.id)
        else:
            day = clock.today() - timedelta(days=3) if act == "past_day" else None
            try:
                grant(office.clerk, register.id, day, fail=act == "fail")
            except (RuntimeError, Invalid):
                continue
    assert verify_register(office.clerk, register.id) == []
    for year in {2026, clock.today().year}:
        found = numbers(register.id, year)
        assert found == list(range(1, len(found) + 1))


def _cancel_last(actor: User, register_id: int) -> None:
    with db.unit_of_work() as session:
        entry = session.scalars(
            select(RegisterEntry)
            .where(RegisterEntry.register_id == register_id, RegisterEntry.state == EntryState.USED)
            .order_by(RegisterEntry.id.desc())
        ).first()
        if entry is not None:
            numbering.cancel(actor, entry, "Hủy số vì in nhầm")


def test_many_writers_with_random_failures_leave_no_gap_and_no_double(book: Book) -> None:
    office, register = book
    clerk, register_id, org_id = office.clerk.id, register.id, office.org.id
    granted: list[int] = []
    odd: list[BaseException] = []

    def write(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(12):
            try:
                with db.scope({org_id}):
                    actor = db.session().get_one(User, clerk)
                    granted.append(grant(actor, register_id, fail=chance.random() < 0.2))
            except RuntimeError:
                continue
            except BaseException as problem:
                odd.append(problem)
                raise

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert odd == []
    assert sorted(granted) == list(range(1, len(granted) + 1))
    with db.scope({org_id}):
        assert numbers(register_id) == sorted(granted)
        assert verify_register(db.session().get_one(User, clerk), register_id) == []
