"""A sitting that rests says until when, to everybody in the room and on the wall."""

from datetime import timedelta

import pytest

from intranet.core import clock
from intranet.core.errors import Forbidden
from meetings.rules.shares import AUDIENCES
from meetings.services import life
from meetings.services.journal import ms
from tests.meetings.conftest import Sitting, journal_of
from tests.meetings.floor_acts import state_of
from tests.meetings.test_floor_rights import send
from tests.meetings.test_room_state import snapshots


def test_everybody_is_told_when_it_goes_on_and_that_time_may_move(sitting: Sitting) -> None:
    life.pause_meeting(sitting.secretary, sitting.id, for_s=900)
    until = ms(clock.now() + timedelta(minutes=15))
    assert {audience: state["resumes"] for audience, state in snapshots(sitting.id).items()} == dict.fromkeys(
        AUDIENCES, until
    )
    clock.advance(timedelta(minutes=14))
    v = life.pause_meeting(sitting.chair, sitting.id, for_s=600)
    assert state_of(sitting, sitting.guest)["resumes"] == ms(clock.now() + timedelta(minutes=10))
    # The same hour twice is no news.
    assert life.pause_meeting(sitting.chair, sitting.id, for_s=600) == v
    life.pause_meeting(sitting.chair, sitting.id)
    assert state_of(sitting, sitting.guest)["resumes"] is None
    assert journal_of(sitting.id) == ["meeting.state", "meeting.resumes", "meeting.resumes"]


def test_a_sitting_that_goes_on_or_ends_promises_nothing_any_more(sitting: Sitting) -> None:
    for follow in (life.resume_meeting, life.end_meeting):
        life.pause_meeting(sitting.chair, sitting.id, for_s=900)
        follow(sitting.chair, sitting.id, **({"confirm": True} if follow is life.end_meeting else {}))
        assert (sitting.meeting.resumes_at, state_of(sitting, sitting.delegate)["resumes"]) == (None, None)


@pytest.mark.parametrize("for_s", [0, -60, 86_401, 2**62])
def test_an_hour_that_is_none_is_refused_in_words(sitting: Sitting, for_s: int) -> None:
    answer = send(sitting.chair, sitting, "meeting.pause", for_s=for_s)
    assert (answer["ok"], answer["code"]) == (False, "meeting.pause_time")
    assert "24 giờ" in answer["msg"]
    assert (sitting.meeting.state, sitting.meeting.v) == ("live", 0)


def test_a_delegate_moves_no_hour(sitting: Sitting) -> None:
    life.pause_meeting(sitting.chair, sitting.id)
    with pytest.raises(Forbidden, match=r"meeting\.not_yours_to_run"):
        life.pause_meeting(sitting.delegate, sitting.id, for_s=60)
