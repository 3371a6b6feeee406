"""Who is called next: whoever asked first or, by the other rule, whoever has spoken least."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden
from intranet.people.models import User
from meetings.models.floor import Body, QueueRule
from meetings.rules.queue_order import fair, minutes
from meetings.services import attending, bodies, life, speaking, turns
from meetings.services.speeches import waiting_in
from tests.meetings.conftest import Sitting
from tests.meetings.floor_acts import state_of

WAITING = st.lists(st.integers(1, 50), unique=True, max_size=8)


@given(WAITING, st.dictionaries(st.integers(1, 50), st.integers(0, 900)))
def test_the_fair_order_loses_nobody_and_keeps_equals_as_they_were(
    people: list[int], spoken: dict[int, int]
) -> None:
    waiting = [(100 + one, one) for one in people]
    order = fair(waiting, spoken)
    assert sorted(order) == sorted(request for request, _ in waiting)
    had = {request: minutes(spoken.get(one, 0)) for request, one in waiting}
    places = {request: place for place, (request, _) in enumerate(waiting)}
    assert order == sorted(order, key=lambda one: (had[one], places[one]))
    assert fair([(one, one - 100) for one in order], spoken) == order


def speak(sitting: Sitting, person: User, seconds: int) -> None:
    """Ask, be called at once, and speak so long."""
    request = speaking.ask(sitting.secretary, sitting.id, person=person.id)
    speaking.start_speech(sitting.chair, sitting.id, request, expect=None)
    clock.advance(timedelta(seconds=seconds))
    speaking.end_speech(sitting.chair, sitting.id)


def people_waiting(sitting: Sitting) -> list[int]:
    return [one.user_id for one in waiting_in(sitting.meeting)]


def test_whoever_has_spoken_less_goes_first_and_a_speech_moves_people_back(sitting: Sitting) -> None:
    chair, secretary, delegate, guest = sitting.everybody
    speak(sitting, delegate, 200)
    turns.set_rule(chair, sitting.id, QueueRule.FAIR)
    for one in (delegate, chair, guest):
        speaking.ask(secretary, sitting.id, person=one.id)
    assert people_waiting(sitting) == [chair.id, guest.id, delegate.id]
    assert state_of(sitting, delegate)["queue"]["rule"] == "fair"
    first = waiting_in(sitting.meeting)[0]
    speaking.start_speech(chair, sitting.id, first.id, expect=None)
    speaking.ask(secretary, sitting.id, person=chair.id)
    assert people_waiting(sitting) == [guest.id, chair.id, delegate.id]
    clock.advance(timedelta(minutes=9))
    speaking.end_speech(chair, sitting.id)
    assert people_waiting(sitting) == [guest.id, delegate.id, chair.id]
    # Back to the order in which they asked, whoever had said what.
    turns.set_rule(secretary, sitting.id, QueueRule.ASKED)
    assert people_waiting(sitting) == [delegate.id, guest.id, chair.id]


def test_a_hand_that_breaks_the_fair_order_ends_it_and_one_among_equals_does_not(sitting: Sitting) -> None:
    chair, secretary, delegate, guest = sitting.everybody
    speak(sitting, delegate, 200)
    turns.set_rule(chair, sitting.id, QueueRule.FAIR)
    a, b, c = (speaking.ask(secretary, sitting.id, person=one.id) for one in (chair, guest, delegate))
    speaking.order_queue(chair, sitting.id, [b, a, c])
    assert turns.rule_of(sitting.meeting) is QueueRule.FAIR
    speaking.order_queue(chair, sitting.id, [c, b, a])
    assert turns.rule_of(sitting.meeting) is QueueRule.ASKED
    assert state_of(sitting, guest)["queue"]["rule"] == "asked"


def test_the_rules_of_procedure_say_it_unless_the_room_does(sitting: Sitting) -> None:
    chair, secretary, delegate, guest = sitting.everybody
    with db.unit_of_work() as opened:
        bodies.settle(sitting.meeting)
        board = bodies.bodies_of(sitting.meeting.org_id)[2]
        opened.get_one(Body, board.id).queue_rule = "fair"
    speak(sitting, delegate, 200)
    for one in (delegate, guest):
        speaking.ask(secretary, sitting.id, person=one.id)
    assert people_waiting(sitting) == [delegate.id, guest.id]
    attending.choose_body(secretary, sitting.id, board.id)
    assert people_waiting(sitting) == [guest.id, delegate.id]
    state = state_of(sitting, delegate)
    assert (state["queue"]["rule"], state["body"]["queue_rule"]) == (None, "fair")
    turns.set_rule(chair, sitting.id, QueueRule.ASKED)
    assert people_waiting(sitting) == [delegate.id, guest.id]


def test_only_who_runs_a_sitting_that_sits_chooses_the_rule(sitting: Sitting) -> None:
    before = sitting.meeting.v
    with pytest.raises(Forbidden, match=r"meeting\.not_yours_to_run"):
        turns.set_rule(sitting.delegate, sitting.id, QueueRule.FAIR)
    assert turns.set_rule(sitting.chair, sitting.id, QueueRule.ASKED) == before
    life.end_meeting(sitting.chair, sitting.id, confirm=True)
    with pytest.raises(BadState, match=r"meeting\.not_live"):
        turns.set_rule(sitting.chair, sitting.id, QueueRule.FAIR)
