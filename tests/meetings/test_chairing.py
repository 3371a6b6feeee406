"""What is on the floor."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from intranet.core import clock, commands
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from meetings.models.journal import MeetingMoved
from meetings.models.meeting import ItemState, MeetingState
from meetings.services import room, undoing
from meetings.services.chairing import finish_item, start_item
from meetings.services.life import pause_meeting, resume_meeting
from meetings.services.minutes_facts import facts_of
from tests.factories import Office
from tests.meetings.conftest import Sitting, journal_of


def test_two_people_tapping_next_advance_once(
    sitting: Sitting, published: list[Any], trail: Callable[[], list[str]]
) -> None:
    first, second = sitting.agenda
    start_item(sitting.chair, sitting.id, first.id, expect=None)
    with pytest.raises(Stale, match=r"item.moved_on") as refusal:
        start_item(sitting.chair, sitting.id, second.id, expect=None)
    assert refusal.value.data["cur"] == first.id
    assert sitting.current_item_id == first.id
    assert trail() == ["item.started"]
    assert published == [MeetingMoved(sitting.id, v=1)]


def test_the_next_item_ends_the_one_before_and_keeps_its_time(sitting: Sitting) -> None:
    first, second = sitting.agenda
    start_item(sitting.chair, sitting.id, first.id, expect=None)
    clock.advance(timedelta(minutes=7))
    start_item(sitting.secretary, sitting.id, second.id, expect=first.id)
    first, second = sitting.agenda
    assert (first.state, first.spent_s, second.state) == (ItemState.DONE, 420, ItemState.LIVE)
    assert journal_of(sitting.id) == ["item.started", "item.started"]


@pytest.mark.parametrize("outcome", [ItemState.SUSPENDED, ItemState.DEFERRED])
def test_the_item_before_is_put_aside_in_the_same_command(sitting: Sitting, outcome: ItemState) -> None:
    first, second = (one.id for one in sitting.agenda)
    start_item(sitting.chair, sitting.id, first, expect=None)
    clock.advance(timedelta(minutes=2))
    asked = {"mid": sitting.id, "item": second, "expect": first, "outcome": outcome.value}
    assert commands.run(sitting.chair, {"cid": "aside-001", "t": "item.start", "d": asked})["ok"]
    assert [item.state for item in sitting.agenda] == [outcome, ItemState.LIVE]
    assert room.welcome(sitting.guest, sitting.id, 1).answer["events"][-1]["d"]["prev_st"] == outcome.value
    undoing.undo_item(sitting.chair, sitting.id, second, expect=second)
    assert [item.state for item in sitting.agenda] == [ItemState.LIVE, ItemState.PLANNED]
    wrong = {"cid": "aside-002", "t": "item.start", "d": asked | {"outcome": "live"}}
    assert commands.run(sitting.chair, wrong)["err"] == "invalid"


def test_an_item_of_an_earlier_place_may_follow_a_later_one(sitting: Sitting) -> None:
    first, second = sitting.agenda
    start_item(sitting.chair, sitting.id, second.id, expect=None)
    start_item(sitting.chair, sitting.id, first.id, expect=second.id)
    assert [item.state for item in sitting.agenda] == [ItemState.LIVE, ItemState.DONE]


def test_what_is_done_only_the_chair_takes_up_again(sitting: Sitting) -> None:
    first, second = sitting.agenda
    start_item(sitting.chair, sitting.id, first.id, expect=None)
    start_item(sitting.secretary, sitting.id, second.id, expect=first.id)
    with pytest.raises(Forbidden, match=r"item.chair_reopens"):
        start_item(sitting.secretary, sitting.id, first.id, expect=second.id)
    with pytest.raises(Invalid, match=r"item.why_again"):
        start_item(sitting.chair, sitting.id, first.id, expect=second.id)
    assert sitting.current_item_id == second.id
    start_item(sitting.chair, sitting.id, first.id, expect=second.id, reason="Có số liệu mới")
    assert sitting.current_item_id == first.id
    told = facts_of(sitting.meeting, ()).of_item(first.id)[-1]
    assert (told.text, told.note) == ("Bàn lại mục 1", "Có số liệu mới")


def test_a_pause_stops_the_clock_of_the_item(sitting: Sitting) -> None:
    first, _ = sitting.agenda
    start_item(sitting.chair, sitting.id, first.id, expect=None)
    clock.advance(timedelta(minutes=5))
    pause_meeting(sitting.chair, sitting.id)
    clock.advance(timedelta(minutes=10))
    resume_meeting(sitting.secretary, sitting.id)
    clock.advance(timedelta(minutes=1))
    finish_item(sitting.chair, sitting.id, expect=first.id, outcome=ItemState.SUSPENDED)
    first, _ = sitting.agenda
    assert (first.state, first.spent_s, sitting.current_item_id) == (ItemState.SUSPENDED, 360, None)


def test_nothing_starts_while_the_meeting_pauses(sitting: Sitting) -> None:
    pause_meeting(sitting.chair, sitting.id)
    with pytest.raises(BadState, match=r"meeting.not_live"):
        start_item(sitting.chair, sitting.id, sitting.agenda[0].id, expect=None)
    assert sitting.meeting.state is MeetingState.PAUSED


def test_delegates_and_guests_run_nothing(sitting: Sitting) -> None:
    for person in (sitting.delegate, sitting.guest):
        with pytest.raises(Forbidden, match=r"meeting.not_yours_to_run"):
            start_item(person, sitting.id, sitting.agenda[0].id, expect=None)
        with pytest.raises(Forbidden):
            finish_item(person, sitting.id)
    assert sitting.meeting.v == 0


def test_a_stranger_knows_of_no_meeting(sitting: Sitting, office: Office) -> None:
    for person in (office.stranger, office.clerk):
        with pytest.raises(NotFound, match=r"meeting.unknown"):
            start_item(person, sitting.id, sitting.agenda[0].id, expect=None)


def test_an_item_of_another_meeting_is_unknown(sitting: Sitting) -> None:
    with pytest.raises(NotFound, match=r"item.unknown"):
        start_item(sitting.chair, sitting.id, 999, expect=None)
