"""The chair of a sitting meeting is handed over by its chair, or by two secretaries together."""

from datetime import timedelta

import pytest

from intranet.core import clock
from intranet.core.errors import BadState, Forbidden, NotFound
from intranet.people.models import User
from intranet.records.audit import history
from meetings.models.meeting import PartRole
from meetings.services import handing_over, life, participants, room
from tests.factories import Office
from tests.meetings.conftest import Sitting, journal_of


@pytest.fixture
def second(office: Office, sitting: Sitting) -> User:
    """A second secretary."""
    participants.invite(sitting.secretary, sitting.id, [office.other_head.id], PartRole.SECRETARY)
    return office.other_head


def chair_of(sitting: Sitting) -> int:
    found = sitting.meeting.chair
    assert found is not None
    return found.user_id


def test_the_chair_hands_over_alone(sitting: Sitting) -> None:
    done = handing_over.hand_over(sitting.chair, sitting.id, sitting.delegate.id)
    assert done == {"v": sitting.meeting.v, "waits": False}
    assert chair_of(sitting) == sitting.delegate.id
    assert sitting.meeting.participant(sitting.chair.id).role is PartRole.DELEGATE  # type: ignore[union-attr]
    assert journal_of(sitting.id)[-1] == "role.transferred"
    assert "meeting.chair_handed_over" in [line.act for line in history(sitting.meeting.ref)]


def test_one_secretary_alone_changes_no_chair(sitting: Sitting, second: User) -> None:
    done = handing_over.hand_over(sitting.secretary, sitting.id, sitting.delegate.id)
    assert done["waits"] is True
    handing_over.hand_over(sitting.secretary, sitting.id, sitting.delegate.id)
    assert chair_of(sitting) == sitting.chair.id


def test_two_secretaries_who_say_the_same_change_it(sitting: Sitting, second: User) -> None:
    handing_over.hand_over(sitting.secretary, sitting.id, sitting.delegate.id)
    assert handing_over.hand_over(second, sitting.id, sitting.delegate.id)["waits"] is False
    assert chair_of(sitting) == sitting.delegate.id


def test_two_secretaries_who_name_two_people_change_nothing(sitting: Sitting, second: User) -> None:
    handing_over.hand_over(sitting.secretary, sitting.id, sitting.delegate.id)
    assert handing_over.hand_over(second, sitting.id, sitting.guest.id)["waits"] is True
    assert chair_of(sitting) == sitting.chair.id


def test_a_wish_waits_ten_minutes(sitting: Sitting, second: User) -> None:
    handing_over.hand_over(sitting.secretary, sitting.id, sitting.delegate.id)
    clock.advance(timedelta(minutes=10, seconds=1))
    assert handing_over.hand_over(second, sitting.id, sitting.delegate.id)["waits"] is True
    assert chair_of(sitting) == sitting.chair.id


def test_the_wish_is_seen_by_those_who_run_the_room_alone(sitting: Sitting, second: User) -> None:
    handing_over.hand_over(sitting.secretary, sitting.id, sitting.delegate.id)
    for person in (sitting.chair, sitting.secretary, second):
        assert room.welcome(person, sitting.id, None).answer["state"]["wish"]["to"] == sitting.delegate.id
    for person in (sitting.delegate, sitting.guest):
        assert "wish" not in room.welcome(person, sitting.id, None).answer["state"]


def test_a_lone_secretary_is_told_what_is_missing(sitting: Sitting) -> None:
    with pytest.raises(BadState, match=r"chair.needs_two"):
        handing_over.hand_over(sitting.secretary, sitting.id, sitting.delegate.id)
    assert room.welcome(sitting.chair, sitting.id, None).answer["state"]["wish"] is None


def test_the_only_secretary_keeps_the_minutes_and_takes_no_chair(sitting: Sitting, office: Office) -> None:
    with pytest.raises(BadState, match=r"meeting.needs_secretary"):
        handing_over.hand_over(sitting.chair, sitting.id, sitting.secretary.id)
    assert chair_of(sitting) == sitting.chair.id
    participants.invite(sitting.chair, sitting.id, [office.other_head.id], PartRole.SECRETARY)
    handing_over.hand_over(sitting.chair, sitting.id, sitting.secretary.id)
    assert chair_of(sitting) == sitting.secretary.id


def test_others_hand_over_nothing(office: Office, sitting: Sitting) -> None:
    for person in (sitting.delegate, sitting.guest):
        with pytest.raises(Forbidden):
            handing_over.hand_over(person, sitting.id, person.id)
    with pytest.raises(NotFound):
        handing_over.hand_over(office.other_leader, sitting.id, sitting.delegate.id)


def test_the_chair_goes_only_to_somebody_else_who_takes_part_while_it_sits(
    office: Office, sitting: Sitting
) -> None:
    with pytest.raises(BadState, match=r"chair.same"):
        handing_over.hand_over(sitting.chair, sitting.id, sitting.chair.id)
    with pytest.raises(NotFound, match=r"meeting.unknown_person"):
        handing_over.hand_over(sitting.chair, sitting.id, office.other_head.id)
    life.end_meeting(sitting.chair, sitting.id, confirm=True)
    with pytest.raises(BadState, match=r"meeting.not_live"):
        handing_over.hand_over(sitting.chair, sitting.id, sitting.delegate.id)
