"""The last change of the item on the floor is taken back, for seconds and while nothing has followed."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from intranet.core import clock, commands
from intranet.core.errors import BadState, Forbidden, Stale
from meetings.models.meeting import ItemState
from meetings.services import speaking
from meetings.services.chairing import finish_item, start_item
from meetings.services.life import pause_meeting, resume_meeting
from meetings.services.undoing import UNDO_WITHIN, undo_item
from tests.meetings.conftest import Sitting, journal_of
from tests.meetings.floor_acts import state_of


def test_the_secretary_takes_the_next_item_back_and_its_clock_never_stopped(
    sitting: Sitting, trail: Callable[[], list[str]]
) -> None:
    first, second = (one.id for one in sitting.agenda)
    start_item(sitting.chair, sitting.id, first, expect=None)
    clock.advance(timedelta(minutes=7, microseconds=250))
    before, since = state_of(sitting, sitting.guest), sitting.meeting.item_since
    start_item(sitting.secretary, sitting.id, second, expect=first)
    clock.advance(timedelta(seconds=4))
    asked = {"mid": sitting.id, "item": second, "expect": second}
    frame = {"cid": "undo-0001", "t": "item.undo", "d": asked}
    assert [commands.run(sitting.secretary, frame)["ok"] for _ in range(2)] == [True, True]
    assert journal_of(sitting.id) == ["item.started", "item.started", "item.undone"]
    assert trail() == ["item.started", "item.started", "item.undone"]
    assert state_of(sitting, sitting.guest) == before | {"v": 3}
    assert sitting.meeting.item_since == since
    finish_item(sitting.chair, sitting.id, expect=first)
    assert [(one.state, one.spent_s) for one in sitting.agenda] == [
        (ItemState.DONE, 424),
        (ItemState.PLANNED, 0),
    ]


def test_an_item_put_aside_by_mistake_is_on_the_floor_again(sitting: Sitting) -> None:
    first = sitting.agenda[0].id
    start_item(sitting.chair, sitting.id, first, expect=None)
    clock.advance(timedelta(minutes=1))
    before = state_of(sitting, sitting.secretary)
    finish_item(sitting.chair, sitting.id, outcome=ItemState.DEFERRED, expect=first)
    undo_item(sitting.chair, sitting.id, first, expect=None)
    assert state_of(sitting, sitting.secretary) == before | {"v": 3}


def test_an_item_that_was_done_is_done_again_as_it_was(sitting: Sitting) -> None:
    first, second = (one.id for one in sitting.agenda)
    start_item(sitting.chair, sitting.id, first, expect=None)
    clock.advance(timedelta(minutes=3))
    start_item(sitting.chair, sitting.id, second, expect=first)
    before = state_of(sitting, sitting.chair)
    start_item(sitting.chair, sitting.id, first, expect=second, reason="Có số liệu mới")
    undo_item(sitting.secretary, sitting.id, first, expect=first)
    assert state_of(sitting, sitting.chair) == before | {"v": 4}


def test_what_is_long_ago_stands(sitting: Sitting) -> None:
    first = sitting.agenda[0].id
    start_item(sitting.chair, sitting.id, first, expect=None)
    clock.advance(UNDO_WITHIN + timedelta(microseconds=1))
    with pytest.raises(BadState, match=r"item\.undo_late"):
        undo_item(sitting.chair, sitting.id, first, expect=first)
    assert (sitting.current_item_id, journal_of(sitting.id)) == (first, ["item.started"])


def test_only_the_last_change_is_taken_back_and_only_once(sitting: Sitting) -> None:
    first, second = (one.id for one in sitting.agenda)
    with pytest.raises(BadState, match=r"item\.gone_on"):
        undo_item(sitting.chair, sitting.id, first, expect=None)
    start_item(sitting.chair, sitting.id, first, expect=None)
    start_item(sitting.chair, sitting.id, second, expect=first)
    with pytest.raises(Stale, match=r"item\.moved_on"):
        undo_item(sitting.secretary, sitting.id, first, expect=first)
    with pytest.raises(BadState, match=r"item\.gone_on"):
        undo_item(sitting.secretary, sitting.id, first, expect=second)
    undo_item(sitting.secretary, sitting.id, second, expect=second)
    with pytest.raises(BadState, match=r"item\.gone_on"):
        undo_item(sitting.chair, sitting.id, first, expect=first)
    assert sitting.current_item_id == first


def test_nothing_is_taken_back_once_the_room_has_gone_on(sitting: Sitting) -> None:
    first = sitting.agenda[0].id
    start_item(sitting.chair, sitting.id, first, expect=None)
    pause_meeting(sitting.chair, sitting.id)
    with pytest.raises(BadState, match=r"meeting\.not_live"):
        undo_item(sitting.chair, sitting.id, first, expect=first)
    resume_meeting(sitting.chair, sitting.id)
    with pytest.raises(BadState, match=r"item\.gone_on"):
        undo_item(sitting.chair, sitting.id, first, expect=first)
    finish_item(sitting.chair, sitting.id, expect=first)
    start_item(sitting.chair, sitting.id, first, expect=None, reason="Có số liệu mới")
    speech = speaking.ask(sitting.chair, sitting.id)
    speaking.start_speech(sitting.chair, sitting.id, speech, expect=None)
    with pytest.raises(BadState, match=r"item\.gone_on"):
        undo_item(sitting.chair, sitting.id, first, expect=first)
    assert sitting.current_item_id == first


def test_who_does_not_run_the_room_takes_nothing_back(sitting: Sitting) -> None:
    first = sitting.agenda[0].id
    start_item(sitting.chair, sitting.id, first, expect=None)
    for person in (sitting.delegate, sitting.guest):
        with pytest.raises(Forbidden, match=r"meeting\.not_yours_to_run"):
            undo_item(person, sitting.id, first, expect=first)
    assert sitting.current_item_id == first
