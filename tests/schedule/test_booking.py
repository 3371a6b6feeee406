"""Rooms, vehicles and leaders are taken once at a time, whoever asks and in whatever order."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.errors import Invalid
from intranet.core.refs import Ref
from intranet.core.web import sentence
from intranet.people.models import User
from intranet.schedule import booking, planning
from intranet.schedule.booking import Subject
from intranet.schedule.models import Booking, SubjectKind
from tests.core.test_concurrency import at_once
from tests.factories import Office
from tests.schedule.making import make_room, make_vehicle, wish


def overlaps() -> list[tuple[Any, ...]]:
    """Pairs of bookings of one thing that share an instant, as another scope sees them."""
    with db.scope():
        rows = list(db.session().scalars(select(Booking)))
    return [
        (one.ref, two.ref)
        for n, one in enumerate(rows)
        for two in rows[n + 1 :]
        if (one.subject_kind, one.subject_id) == (two.subject_kind, two.subject_id)
        and one.starts_at < two.ends_at
        and two.starts_at < one.ends_at
    ]


def test_what_ends_when_another_begins_does_not_stand_in_its_way(office: Office) -> None:
    room = make_room(office)
    planning.propose(office.officer, wish("08:00", "09:00", room_id=room))
    planning.propose(office.head, wish("09:00", "10:00", room_id=room))
    assert overlaps() == []
    with pytest.raises(Invalid, match=r"schedule\.taken"):
        planning.propose(office.head, wish("08:59", "09:01", room_id=room))


@pytest.mark.parametrize("what", ["room_id", "vehicle_id", "leader_ids"])
def test_a_second_booking_names_the_first_beside_its_field(office: Office, what: str) -> None:
    chosen: dict[str, Any] = {
        "room_id": make_room(office),
        "vehicle_id": make_vehicle(office),
        "leader_ids": (office.leader.id,),
    }
    planning.propose(office.officer, wish("08:00", "10:00", title="Giao ban", **{what: chosen[what]}))
    with pytest.raises(Invalid) as refused:
        planning.propose(office.officer, wish("09:00", "11:00", **{what: chosen[what]}))
    assert refused.value.field == what
    words = sentence(refused.value)
    assert "“Giao ban”" in words
    assert "từ 08:00 đến 10:00 16/11" in words


def test_of_a_restricted_booking_only_the_time_is_told(office: Office) -> None:
    planning.propose(
        office.leader,
        wish("08:00", "10:00", leader_ids=(office.leader.id,), title="Chuyện riêng", is_restricted=True),
    )
    with pytest.raises(Invalid) as refused:
        planning.propose(office.officer, wish("09:00", "11:00", leader_ids=(office.leader.id,)))
    assert "Chuyện riêng" not in sentence(refused.value)
    assert "lịch khác từ 08:00" in sentence(refused.value)


def test_what_is_postponed_withdrawn_or_moved_gives_its_room_free(office: Office) -> None:
    room = make_room(office)
    first = planning.propose(office.officer, wish("08:00", "10:00", room_id=room))
    planning.edit(office.officer, first, wish("14:00", "15:00", room_id=room))
    second = planning.propose(office.head, wish("08:00", "10:00", room_id=room))
    planning.withdraw(office.head, second)
    third = planning.propose(office.clerk, wish("08:00", "10:00", room_id=room))
    planning.call_off(office.office_head, third, "Hoãn sang tuần sau")
    planning.propose(office.leader, wish("08:00", "10:00", room_id=room))
    assert overlaps() == []


@pytest.mark.own_db
def test_of_many_who_want_one_room_at_once_one_has_it(office: Office) -> None:
    room = make_room(office)
    people = [one.id for one in (office.officer, office.head, office.clerk, office.other_head)]

    def ask(number: int) -> str:
        with db.scope({office.org.id}):
            try:
                person = db.session().get_one(User, people[number % 4])
                planning.propose(person, wish("08:00", "10:00", room_id=room))
            except Invalid as refused:
                return refused.code
            return "has it"

    said = at_once(8, ask)
    assert sorted(said) == ["has it", *["schedule.taken"] * 7]
    assert overlaps() == []


#: Who of three records takes or gives up which of two things, from when until when, in hours.
_STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 8), st.integers(1, 4), st.booleans()),
    min_size=2,
    max_size=12,
)


@pytest.mark.own_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(steps=_STEPS)
def test_no_order_of_taking_moving_and_giving_up_leaves_an_overlap(office: Office, steps: Any) -> None:
    """Against a list kept by hand: what fits there is taken, what does not is refused, nothing else."""
    base = datetime(2026, 12, 1, 0, 0, tzinfo=clock.now().tzinfo)
    room = booking.room_named(office.org.id, "Phòng họp số 1")
    key = make_room(office) if room is None else room.id
    things = [Subject(SubjectKind.ROOM, key), Subject(SubjectKind.PERSON, office.leader.id)]
    for one in range(3):
        booking.release(Ref("test", one))
    by_hand: dict[int, tuple[int, int, int]] = {}
    for record, thing, start, length, gives_up in steps:
        if gives_up:
            booking.release(Ref("test", record))
            by_hand.pop(record, None)
            continue
        fits = not any(
            (what == thing and begin < start + length and start < end)
            for key, (what, begin, end) in by_hand.items()
            if key != record
        )
        hours = base + timedelta(hours=start), base + timedelta(hours=start + length)
        try:
            booking.take(office.leader, Ref("test", record), [things[thing]], *hours)
            is_taken = True
            by_hand[record] = (thing, start, start + length)
        except Invalid:
            is_taken = False
        assert is_taken is fits, steps
        assert overlaps() == []
