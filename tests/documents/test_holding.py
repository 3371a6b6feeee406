"""Numbers held, letters behind a number, what is asked of a leader, and the year that ends."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from documents.models.asking import NumberRequest
from documents.models.catalogue import DocKind
from documents.models.document import Document
from documents.models.lifecycle import Direction, DocState
from documents.models.register import (
    EntryState,
    LedgerEvent,
    NumberHold,
    Register,
    RegisterEntry,
    RegisterKind,
    RegisterYear,
    SeriesRule,
    YearState,
)
from documents.services import asking, catalogue, holding, issuing, numbering, registering, years
from documents.services.verifying import verify_register
from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.notices.models import Notice
from tests.documents.granting import grant
from tests.factories import Office

REASON = "Giữ số cho nghị quyết kỳ họp"
Book = tuple[Office, Register]
Make = Callable[..., Document]


@pytest.fixture
def book(desk: Office) -> Book:
    """The office and its outgoing register."""
    return desk, catalogue.register_for(desk.org.id, RegisterKind.OUT, None)


@pytest.fixture
def signed(received: Make, kind: Callable[[str], DocKind]) -> Make:
    """Makes a decision that is signed and waits for its number."""

    def make(**values: Any) -> Document:
        given = {"direction": Direction.OUT, "state": DocState.SIGNED, "symbol": "QĐ-UBND"}
        return received(**(given | {"kind_id": kind("Quyết định").id} | values))

    return make


def lines(register_id: int) -> list[tuple[str, EntryState]]:
    """All lines of a register in order, as they stand now."""
    with db.scope(), db.across_orgs("the test reads what was committed"):
        found = db.session().scalars(
            select(RegisterEntry)
            .where(RegisterEntry.register_id == register_id)
            .order_by(RegisterEntry.year, RegisterEntry.number, RegisterEntry.suffix)
        )
        return [(entry.shown, entry.state) for entry in found]


def entry_id(register_id: int, number: int) -> int:
    """The key of a line."""
    found = db.session().scalar(
        select(RegisterEntry.id).where(
            RegisterEntry.register_id == register_id, RegisterEntry.number == number
        )
    )
    assert found is not None
    return found


def told(kind: str) -> set[int]:
    """Who was told this."""
    with db.scope():
        return set(db.session().scalars(select(Notice.user_id).where(Notice.kind == kind)))


def test_held_numbers_stand_in_the_register_and_are_filled_under_their_own_date(
    book: Book, signed: Make
) -> None:
    office, register = book
    held = holding.reserve(office.clerk, register.id, count=2, reason=REASON, expires_on=date(2026, 11, 20))
    assert held == [1, 2]
    clock.advance(timedelta(days=3))
    assert grant(office.clerk, register.id) == 3
    document = signed()
    assert issuing.give_held_number(office.clerk, document.id, entry_id(register.id, 2)) == 2
    with db.scope({office.org.id}):
        filled = db.session().get_one(Document, document.id)
        assert (filled.number, filled.doc_date, filled.state) == ("02", date(2026, 11, 13), DocState.NUMBERED)
    assert lines(register.id) == [
        ("1", EntryState.RESERVED),
        ("2", EntryState.USED),
        ("3", EntryState.USED),
    ]
    with pytest.raises(BadState, match=r"register.entry_not_held"):
        issuing.give_held_number(office.clerk, signed().id, entry_id(register.id, 2))
    assert verify_register(office.clerk, register.id) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"count": 0}, "register.hold_count"),
        ({"count": 21}, "register.hold_count"),
        ({"reason": "cần"}, "register.reason_too_short"),
        ({"expires_on": date(2026, 11, 23)}, "register.hold_too_long"),
        ({"expires_on": date(2026, 11, 12)}, "register.hold_too_long"),
    ],
)
def test_numbers_are_held_few_shortly_and_for_a_reason(
    book: Book, change: dict[str, Any], problem: str
) -> None:
    office, register = book
    given: dict[str, Any] = {"count": 1, "reason": REASON, "expires_on": date(2026, 11, 20)}
    with pytest.raises(Invalid, match=problem):
        holding.reserve(office.clerk, register.id, **(given | change))
    assert lines(register.id) == []


def test_an_officer_asks_and_the_clerk_holds_the_number_for_them(book: Book) -> None:
    office, register = book
    given: dict[str, Any] = {"count": 1, "reason": REASON, "expires_on": date(2026, 11, 18)}
    with pytest.raises(Forbidden):
        holding.reserve(office.officer, register.id, **given)
    with pytest.raises(Forbidden):
        asking.ask_hold(office.leader, register.id, **given)
    request = asking.ask_hold(office.officer, register.id, **given)
    for person in (office.officer, office.leader, office.office_head):
        with pytest.raises(NotFound, match=r"register.no_request"):
            asking.decide(person, request, agree=True)
    assert lines(register.id) == []
    asking.decide(office.clerk, request, agree=True)
    assert [(held.holder_id, entry.number) for entry, held in holding.held_lines(office.officer)] == [
        (office.officer.id, 1)
    ]
    assert holding.held_lines(office.head) == []
    with pytest.raises(BadState, match=r"register.decided"):
        asking.decide(office.clerk, request, agree=False)
    assert told("number.hold_granted") == {office.officer.id}


def test_a_held_number_is_struck_out_with_a_leaders_consent_alone(book: Book) -> None:
    office, register = book
    holding.reserve(office.office_head, register.id, count=1, reason=REASON, expires_on=date(2026, 11, 16))
    line = entry_id(register.id, 1)
    with pytest.raises(Forbidden):
        asking.ask_cancel_held(office.office_head, line, "Văn bản không ban hành nữa")
    request = asking.ask_cancel_held(office.clerk, line, "Văn bản không ban hành nữa")
    with pytest.raises(BadState, match=r"register.asked_already"):
        asking.ask_cancel_held(office.clerk, line, "Văn bản không ban hành nữa")
    with pytest.raises(NotFound):
        asking.decide(office.clerk, request, agree=True)
    asking.decide(office.leader, request, agree=True)
    assert lines(register.id) == [("1", EntryState.CANCELLED)]
    assert grant(office.clerk, register.id) == 2
    assert verify_register(office.clerk, register.id) == []


def test_a_refused_request_changes_nothing_and_tells_why(book: Book) -> None:
    office, register = book
    holding.reserve(office.clerk, register.id, count=1, reason=REASON, expires_on=date(2026, 11, 16))
    request = asking.ask_cancel_held(office.clerk, entry_id(register.id, 1), "Văn bản không ban hành nữa")
    asking.decide(office.leader, request, agree=False, note="Vẫn ban hành trong tuần")
    assert lines(register.id) == [("1", EntryState.RESERVED)]
    with db.scope({office.org.id}):
        assert db.session().get_one(NumberRequest, request).note == "Vẫn ban hành trong tuần"
    assert told("number.cancel_refused") == {office.clerk.id}


def test_whoever_holds_a_number_too_long_is_told_each_day_with_the_clerk(book: Book) -> None:
    office, register = book
    request = asking.ask_hold(
        office.officer, register.id, count=2, reason=REASON, expires_on=date(2026, 11, 13)
    )
    asking.decide(office.clerk, request, agree=True)
    assert holding.remind_expired() == 0
    clock.advance(timedelta(days=1))
    assert holding.remind_expired() == 1
    assert holding.remind_expired() == 0
    assert told("number.expired") == {office.officer.id, office.clerk.id}
    clock.advance(timedelta(days=1))
    assert holding.remind_expired() == 1
    assert [state for _, state in lines(register.id)] == [EntryState.RESERVED] * 2


def test_a_letter_behind_a_number_is_off_until_allowed_and_needs_a_leader(book: Book, signed: Make) -> None:
    office, register = book
    for _ in range(2):
        grant(office.clerk, register.id)
    document = signed()
    with pytest.raises(BadState, match=r"register.no_letters"):
        asking.ask_sub_number(office.clerk, document.id, 1, "Phát hành thiếu một quyết định")
    with pytest.raises(Forbidden):
        years.change_settings(
            office.clerk,
            register.id,
            symbol_pattern="{kind}-{org}",
            letter_pattern="{org}-{unit}",
            allows_suffix=True,
        )
    years.change_settings(
        office.admin,
        register.id,
        symbol_pattern="{kind}-{org}",
        letter_pattern="{org}-{unit}",
        allows_suffix=True,
    )
    with pytest.raises(Invalid, match=r"register.no_such_number"):
        asking.ask_sub_number(office.clerk, document.id, 9, "Phát hành thiếu một quyết định")
    clock.advance(timedelta(days=3))
    for expected in ("1a", "1b"):
        paper = document if expected == "1a" else signed()
        request = asking.ask_sub_number(office.clerk, paper.id, 1, "Phát hành thiếu một quyết định")
        asking.decide(office.leader, request, agree=True)
        with db.scope({office.org.id}):
            numbered = db.session().get_one(Document, paper.id)
            assert (numbered.code, numbered.doc_date) == (f"0{expected}/QĐ-UBND", date(2026, 11, 13))
    assert [shown for shown, _ in lines(register.id)] == ["1", "1a", "1b", "2"]
    assert grant(office.clerk, register.id) == 3
    assert verify_register(office.clerk, register.id) == []


def test_a_year_closes_in_three_steps_and_takes_late_lines_for_thirty_days(
    book: Book, received: Make, fields: Callable[..., Any]
) -> None:
    office, register = book
    incoming = catalogue.register_for(office.org.id, RegisterKind.IN, None)
    clock.freeze(clock.at_office(date(2026, 12, 31), 16))
    registering.register_incoming(
        office.clerk, received().id, fields(arrival_date=date(2026, 12, 31), due_date=None)
    )
    with pytest.raises(BadState, match=r"register.year_not_over"):
        years.begin_closing(office.clerk, incoming.id, 2026)
    clock.freeze(clock.at_office(date(2027, 1, 4), 8))
    assert years.begin_due() == 1
    assert years.begin_due() == 0
    late = fields(arrival_date=date(2026, 12, 31), doc_date=date(2026, 12, 30), due_date=None)
    with pytest.raises(Invalid, match=r"register.late_reason"):
        registering.register_incoming(office.clerk, received().id, late)
    late = fields(arrival_date=date(2026, 12, 31), due_date=None, note="Bưu điện giao sau giờ làm việc")
    assert registering.register_incoming(office.clerk, received().id, late) == 2
    asked = asking.ask_close(office.clerk, incoming.id, 2026)
    with pytest.raises(NotFound):
        asking.decide(office.office_head, asked, agree=True)
    asking.decide(office.leader, asked, agree=True)
    with db.scope({office.org.id}):
        closed = db.session().get_one(RegisterYear, (incoming.id, 2026))
        assert (closed.state, closed.closed_by_id) == (YearState.CLOSED, office.leader.id)
    given = fields(arrival_date=date(2026, 12, 31), due_date=None)
    assert registering.register_incoming(office.clerk, received().id, given) == 1
    with db.scope({office.org.id}):
        last = db.session().scalars(select(RegisterEntry).order_by(RegisterEntry.id.desc())).first()
        assert last is not None
        assert (last.year, "đến năm trước" in last.note) == (2027, True)
    assert verify_register(office.clerk, incoming.id) == []
    assert register.id != incoming.id


def test_after_thirty_days_the_old_year_takes_nothing_though_nobody_closed_it(book: Book) -> None:
    office, register = book
    grant(office.clerk, register.id)
    clock.freeze(clock.at_office(date(2027, 1, 4), 8))
    years.begin_due()
    clock.freeze(clock.at_office(date(2027, 2, 4), 8))
    with pytest.raises((BadState, Invalid), match=r"register.(year_closed|late_reason)"):
        grant(office.clerk, register.id, date(2026, 12, 31))
    with db.scope({office.org.id}):
        assert numbering.is_open(db.session().get_one(RegisterYear, (register.id, 2026))) is False


def test_a_year_in_which_a_number_is_held_or_that_is_not_whole_is_not_closed(book: Book) -> None:
    office, register = book
    holding.reserve(office.clerk, register.id, count=1, reason=REASON, expires_on=date(2026, 11, 16))
    clock.freeze(clock.at_office(date(2027, 1, 4), 8))
    with pytest.raises(BadState, match=r"register.year_not_closing"):
        asking.ask_close(office.clerk, register.id, 2026)
    years.begin_closing(office.clerk, register.id, 2026)
    with pytest.raises(BadState, match=r"register.still_held"):
        asking.ask_close(office.clerk, register.id, 2026)
    with db.unit_of_work() as session:
        session.get_one(RegisterYear, (register.id, 2026)).head_hash = "f" * 64
    with pytest.raises(BadState, match=r"register.not_whole"):
        asking.ask_close(office.clerk, register.id, 2026)


def test_kinds_change_their_series_from_a_year_in_which_no_number_was_given(
    book: Book, kind: Callable[[str], DocKind]
) -> None:
    office, register = book
    decision = kind("Quyết định")
    given: dict[str, Any] = {"name": "Sổ quyết định", "code": "qd", "rule": SeriesRule.LISTED}
    grant(office.clerk, register.id)
    with pytest.raises(BadState, match=r"register.series_locked"):
        years.add_register(office.admin, **given, kind_ids=[decision.id], first_year=2026)
    with pytest.raises(Forbidden):
        years.add_register(office.leader, **given, kind_ids=[decision.id], first_year=2027)
    new = years.add_register(office.admin, **given, kind_ids=[decision.id], first_year=2027)
    with pytest.raises(Invalid, match=r"register.code_taken"):
        years.add_register(office.admin, **given, kind_ids=[decision.id], first_year=2027)

    def series(year: int, name: str = "Quyết định") -> int:
        with db.scope({office.org.id}):
            return catalogue.register_for(office.org.id, RegisterKind.OUT, kind(name), year).id

    assert series(2026) == register.id
    assert (series(2027), series(2027, "Công văn")) == (new, register.id)
    years.decide_series(office.admin, new, 2028, SeriesRule.LISTED, [kind("Chỉ thị").id])
    assert (series(2027), series(2028), series(2028, "Chỉ thị")) == (new, register.id, new)
    clock.freeze(clock.at_office(date(2027, 1, 4), 9))
    assert grant(office.clerk, new) == 1
    with pytest.raises(BadState, match=r"register.series_locked"):
        years.decide_series(office.admin, new, 2027, SeriesRule.LISTED, [kind("Chỉ thị").id])


@pytest.mark.parametrize("pattern", ["{kind}", "{org} {unit}", "{nobody}-{org}", "{kind", "{org.name}"])
def test_a_pattern_that_makes_no_symbol_is_refused(book: Book, pattern: str) -> None:
    office, register = book
    with pytest.raises(Invalid, match=r"register.pattern_wrong"):
        years.change_settings(
            office.admin,
            register.id,
            symbol_pattern=pattern,
            letter_pattern="{org}-{unit}",
            allows_suffix=False,
        )


def test_registers_of_another_agency_are_not_there(book: Book) -> None:
    office, register = book
    holding.reserve(office.clerk, register.id, count=1, reason=REASON, expires_on=date(2026, 11, 16))
    line = entry_id(register.id, 1)
    request = asking.ask_cancel_held(office.clerk, line, "Văn bản không ban hành nữa")
    with db.scope({office.other.id}):
        for act in (
            lambda: holding.reserve(
                office.other_clerk, register.id, count=1, reason=REASON, expires_on=date(2026, 11, 16)
            ),
            lambda: asking.ask_cancel_held(office.other_clerk, line, "Văn bản không ban hành nữa"),
            lambda: asking.decide(office.other_leader, request, agree=True),
            lambda: years.begin_closing(office.other_clerk, register.id, 2025),
        ):
            with pytest.raises(NotFound):
                act()
    held = db.session().scalars(select(NumberHold)).all()
    events = db.session().scalars(select(LedgerEvent)).all()
    assert (len(held), len(events)) == (1, 1)
