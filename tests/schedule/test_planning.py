"""The week's way from what units ask for to what is published, changed and postponed."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from intranet.core import db
from intranet.core.errors import BadState, DomainError, Forbidden, Invalid, NotFound, Stale
from intranet.notices.models import Notice
from intranet.people.models import User
from intranet.records.models import AuditLine
from intranet.schedule import planning, weeks
from intranet.schedule.models import Change, EntryState, Week, WeekState
from intranet.schedule.permissions import access_entry
from tests.factories import Office
from tests.schedule.making import MONDAY, at, make_room, wish


def told(user: User) -> list[str]:
    """Kinds of what a person was told, in order."""
    return list(
        db.session().scalars(select(Notice.kind).where(Notice.user_id == user.id).order_by(Notice.id))
    )


def state() -> WeekState:
    """Where the week stands."""
    return db.session().scalars(select(Week.state)).one()


def approved(office: Office, **more: Any) -> int:
    """An entry of the leader's in an approved week."""
    key = planning.propose(office.officer, wish("08:00", "10:00", leader_ids=(office.leader.id,), **more))
    weeks.submit(office.clerk, MONDAY)
    weeks.approve(office.office_head, MONDAY)
    return key


def test_a_week_is_proposed_laid_before_sent_back_and_approved(office: Office) -> None:
    key = planning.propose(office.officer, wish("08:00", "10:00", leader_ids=(office.leader.id,)))
    assert access_entry(office.officer, key).state is EntryState.PROPOSED
    weeks.submit(office.clerk, MONDAY)
    assert told(office.office_head) == ["schedule.submitted"]
    weeks.send_back(office.office_head, MONDAY, "Thiếu lịch tiếp công dân")
    assert state() is WeekState.PLANNED
    weeks.submit(office.clerk, MONDAY)
    assert weeks.approve(office.office_head, MONDAY) == 1
    assert state() is WeekState.APPROVED
    assert access_entry(office.head, key).state is EntryState.APPROVED
    assert told(office.leader) == told(office.officer) == ["schedule.approved"]
    assert told(office.clerk) == ["schedule.sent_back"]
    acts = db.session().scalars(select(AuditLine.act).where(AuditLine.act.startswith("schedule.")))
    assert list(acts) == [
        "schedule.proposed",
        "schedule.submitted",
        "schedule.sent_back",
        "schedule.submitted",
        "schedule.approved",
    ]


def test_a_change_after_approval_is_marked_and_told_to_those_concerned(office: Office) -> None:
    key = approved(office, unit_id=office.sxd.id)
    seen = access_entry(office.office_head, key).version
    moved = wish("09:00", "10:00", leader_ids=(office.leader.id,), unit_id=office.sxd.id)
    planning.edit(office.office_head, key, moved, expect=seen)
    entry = access_entry(office.officer, key)
    assert (entry.change, entry.starts_at) == (Change.TIME, at("09:00"))
    assert told(office.leader) == ["schedule.approved", "schedule.changed"]
    assert told(office.other_head) == ["schedule.changed"]
    with pytest.raises(Stale, match=r"schedule\.changed"):
        planning.edit(office.office_head, key, moved, expect=seen)
    planning.call_off(office.office_head, key, "Chờ ý kiến Bộ")
    entry = access_entry(office.head, key)
    assert (entry.state, entry.reason) == (EntryState.POSTPONED, "Chờ ý kiến Bộ")
    assert told(office.officer)[-1] == "schedule.postponed"
    with pytest.raises(BadState, match=r"schedule\.over"):
        planning.edit(office.office_head, key, moved)


def test_what_is_asked_for_after_approval_waits_and_is_added_with_a_mark(office: Office) -> None:
    approved(office)
    late = planning.propose(office.officer, wish("14:00", "15:00", leader_ids=(office.leader.id,)))
    assert told(office.office_head)[-1] == "schedule.asked"
    with pytest.raises(NotFound):
        access_entry(office.head, late)
    with pytest.raises(Forbidden):
        planning.accept(office.officer, late)
    planning.accept(office.office_head, late)
    entry = access_entry(office.head, late)
    assert (entry.state, entry.change) == (EntryState.APPROVED, Change.ADDED)
    at_once = planning.propose(office.office_head, wish("16:00", "17:00", leader_ids=(office.leader.id,)))
    assert access_entry(office.head, at_once).state is EntryState.APPROVED


def test_a_room_without_leaders_is_had_at_once_and_given_free_by_whoever_took_it(office: Office) -> None:
    key = planning.propose(office.officer, wish("08:00", "10:00", room_id=make_room(office)))
    assert access_entry(office.head, key).state is EntryState.APPROVED
    with pytest.raises(Forbidden):
        planning.withdraw(office.head, key)
    planning.withdraw(office.officer, key)


Act = Callable[[Office, int], Any]
#: Who may not do what, and what they are told.
_REFUSED: list[tuple[str, Act, type[DomainError]]] = [
    ("auditor's kin", lambda o, k: planning.propose(o.admin, wish("08:00", "09:00")), Forbidden),
    ("officer submits", lambda o, k: weeks.submit(o.officer, MONDAY), Forbidden),
    ("clerk approves", lambda o, k: weeks.approve(o.clerk, MONDAY), Forbidden),
    ("clerk sends back", lambda o, k: weeks.send_back(o.clerk, MONDAY, "Sửa"), Forbidden),
    ("another reads what waits", lambda o, k: access_entry(o.head, k), NotFound),
    ("stranger reads", lambda o, k: access_entry(o.stranger, k), NotFound),
    ("stranger's leader calls off", lambda o, k: planning.call_off(o.other_leader, k, "Hoãn"), NotFound),
    ("clerk changes", lambda o, k: planning.edit(o.clerk, k, wish("14:00", "15:00")), Forbidden),
    ("owner refuses", lambda o, k: planning.call_off(o.officer, k, "Thôi"), Forbidden),
    ("approving nothing", lambda o, k: weeks.approve(o.leader, MONDAY.replace(day=2)), BadState),
]


@pytest.mark.parametrize("given", _REFUSED, ids=[one[0] for one in _REFUSED])
def test_whoever_may_not_is_refused(office: Office, given: tuple[str, Act, type[DomainError]]) -> None:
    key = planning.propose(office.officer, wish("08:00", "10:00", leader_ids=(office.leader.id,)))
    with pytest.raises(given[2]):
        given[1](office, key)
    assert access_entry(office.officer, key).state is EntryState.PROPOSED


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("leader_ids", {}),
        ("leader_ids", {"leader_ids": (1_000_000,)}),
        ("room_id", {"room_id": 77}),
        ("unit_id", {"unit_id": 77, "room_id": None, "leader_ids": "leader"}),
        ("ends_time", {"ends_at": at("07:00"), "leader_ids": "leader"}),
        ("day", {"starts_at": at("08:00").replace(year=2020), "ends_at": at("09:00").replace(year=2020)}),
        ("title", {"title": "Tối mật", "leader_ids": "leader"}),
    ],
)
def test_a_wish_that_cannot_be_names_its_field(office: Office, field: str, more: dict[str, Any]) -> None:
    made = {**wish("08:00", "10:00").__dict__, **more}
    if made["leader_ids"] == "leader":
        made["leader_ids"] = (office.leader.id,)
    with pytest.raises(Invalid) as refused:
        planning.propose(office.officer, planning.Wish(**made))
    assert refused.value.field in {field, "last_date"}


def test_others_see_of_a_restricted_entry_that_time_is_taken(office: Office) -> None:
    approved(office, title="Làm việc về cán bộ", is_restricted=True)

    def cells(actor: User) -> set[tuple[str, str]]:
        page = weeks.read_week(actor, MONDAY)
        return {(one.title, one.url) for day in page.days for cell in day.morning for one in cell.items}

    assert cells(office.head) == {("Đã có lịch", "")}
    assert {title for title, _ in cells(office.leader)} == {"Làm việc về cán bộ"}
    assert cells(office.stranger) == set()


def test_nobody_reads_another_agencys_week(office: Office) -> None:
    approved(office)
    db.set_agencies({office.other.id})
    page = weeks.read_week(office.stranger, MONDAY)
    assert page.is_empty
    assert page.state is WeekState.PLANNED
    assert [one.id for one in page.leaders] == [office.other_leader.id]
