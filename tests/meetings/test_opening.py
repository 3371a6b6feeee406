"""Opening a sitting that is not complete, and a substitute whose principal comes after all."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from intranet.core import clock, commands
from intranet.core.errors import BadState
from intranet.people.models import Role, User
from intranet.records.audit import history
from meetings.models.answer import Attending
from meetings.models.floor import PresenceState
from meetings.models.journal import PartChanged
from meetings.models.meeting import MeetingState, PartRole
from meetings.services import answering, attending, life, minutes_sheet, participants, room
from tests.factories import Office, make_user
from tests.meetings.conftest import Sitting, journal_of, make_sitting
from tests.meetings.floor_acts import state_of

IN, OUT, REMOTE = PresenceState.IN, PresenceState.OUT, PresenceState.REMOTE


@pytest.fixture
def waiting(office: Office, guest: User) -> Sitting:
    """A published meeting of two members whom the room waits for."""
    return make_sitting(office, guest, MeetingState.PUBLISHED)


def acts(sitting: Sitting) -> list[str]:
    return [line.act for line in history(sitting.meeting.ref)]


def test_a_complete_sitting_opens_without_a_question(waiting: Sitting) -> None:
    attending.set_presence(waiting.chair, waiting.id, IN)
    attending.set_presence(waiting.delegate, waiting.id, REMOTE)
    life.start_meeting(waiting.secretary, waiting.id)
    assert waiting.meeting.state is MeetingState.LIVE
    assert "meeting.opened_short" not in acts(waiting)


@pytest.mark.parametrize(
    ("there", "who", "code"),
    [
        ([], "secretary", "meeting.chair_and_quorum_away"),
        (["chair"], "secretary", "meeting.no_quorum"),
        ([], "chair", "meeting.no_quorum"),
        (["delegate", "extra"], "secretary", "meeting.chair_away"),
    ],
)
def test_what_is_missing_is_said_and_opening_goes_through_when_confirmed(
    waiting: Sitting, office: Office, there: list[str], who: str, code: str
) -> None:
    people = vars(waiting) | {"extra": office.other_head}
    if "extra" in there:
        participants.invite(waiting.secretary, waiting.id, [office.other_head.id], PartRole.DELEGATE)
    for name in there:
        attending.set_presence(people[name], waiting.id, IN)
    before = journal_of(waiting.id)
    with pytest.raises(BadState, match=rf"^{code}"):
        life.start_meeting(people[who], waiting.id)
    with pytest.raises(BadState, match=rf"^{code}"):
        life.move_meeting(people[who], waiting.id, MeetingState.LIVE)
    assert (waiting.meeting.state, journal_of(waiting.id)) == (MeetingState.PUBLISHED, before)
    life.start_meeting(people[who], waiting.id, confirm=True)
    assert waiting.meeting.state is MeetingState.LIVE
    assert acts(waiting).count("meeting.opened_short") == 1


def test_the_browser_is_given_the_question_and_its_button(waiting: Sitting) -> None:
    frame: dict[str, Any] = {"k": "cmd", "cid": "start-0001", "t": "meeting.start", "d": {"mid": waiting.id}}
    refused = commands.run(waiting.secretary, frame)
    assert (refused["ok"], refused["code"]) == (False, "meeting.chair_and_quorum_away")
    assert refused["data"] == {"confirm": "start", "present": 0, "members": 2, "need": 2}
    assert "0 trên 2 thành viên, cần 2" in refused["msg"]
    frame = {**frame, "cid": "start-0002", "d": {"mid": waiting.id, "confirm": True}}
    assert commands.run(waiting.secretary, frame)["ok"]


def test_whoever_opens_is_there_in_the_room_the_journal_and_the_minutes(waiting: Sitting) -> None:
    life.start_meeting(waiting.chair, waiting.id, confirm=True)
    assert state_of(waiting, waiting.chair)["att"] == {"need": 2, "in": 1, "of": 2, "ok": False}
    assert journal_of(waiting.id)[:2] == ["att.changed", "meeting.state"]
    assert acts(waiting).count("meeting.presence_set") == 1
    sheet = minutes_sheet.sheet_of(None, waiting.meeting)
    assert [one.name for one in sheet.present] == [waiting.chair.full_name]
    assert waiting.secretary.full_name in [one.name for one in sheet.absent]


def test_whoever_comes_by_the_planned_time_to_a_sitting_opened_early_is_not_late(waiting: Sitting) -> None:
    life.start_meeting(waiting.chair, waiting.id, confirm=True)
    clock.advance(timedelta(minutes=1))
    attending.set_presence(waiting.delegate, waiting.id, IN)
    assert attending.entry_of(waiting.meeting, waiting.delegate.id)["late"] is False
    clock.advance(timedelta(hours=1))
    attending.set_presence(waiting.guest, waiting.id, IN)
    assert attending.entry_of(waiting.meeting, waiting.guest.id)["late"] is True


def test_a_pause_and_a_reopening_ask_nothing(sitting: Sitting) -> None:
    life.pause_meeting(sitting.secretary, sitting.id)
    life.resume_meeting(sitting.secretary, sitting.id)
    life.end_meeting(sitting.chair, sitting.id, confirm=True)
    life.move_meeting(sitting.chair, sitting.id, MeetingState.LIVE, reason="Còn một mục")
    assert sitting.meeting.state is MeetingState.LIVE


# --- A substitute ---


@pytest.fixture
def stand_in(office: Office, waiting: Sitting) -> User:
    """Comes instead of the delegate; the chair agreed."""
    unit = office.head.posts[0].unit
    person = make_user("dongnghiep", "Đỗ Thị Đồng", unit, "Chuyên viên", Role.OFFICER)
    said = {"reason": "Họp ở Bộ", "substitute_id": person.id}
    answering.answer(waiting.delegate, waiting.id, Attending.SUBSTITUTE, **said)
    answering.decide_substitute(waiting.chair, waiting.id, waiting.delegate.id, approve=True)
    return person


def role_of(sitting: Sitting, person: User) -> PartRole:
    part = sitting.meeting.participant(person.id)
    assert part is not None
    return part.role


def test_a_substitute_is_a_guest_while_the_principal_is_there(
    waiting: Sitting, stand_in: User, published: list[Any]
) -> None:
    attending.set_presence(stand_in, waiting.id, IN)
    assert role_of(waiting, stand_in) is PartRole.SUBSTITUTE
    attending.set_presence(waiting.delegate, waiting.id, IN)
    assert role_of(waiting, stand_in) is PartRole.GUEST
    assert journal_of(waiting.id)[-2:] == ["att.changed", "people.joined"]
    assert PartChanged(waiting.id, stand_in.id) in published
    told = {one["p"]: one["role"] for one in state_of(waiting, waiting.chair)["people"]}
    assert told[stand_in.id] == "guest"
    assert room.audience_for(stand_in, waiting.meeting).value == "guest"
    attending.set_presence(waiting.delegate, waiting.id, OUT)
    assert role_of(waiting, stand_in) is PartRole.SUBSTITUTE
    attending.set_presence(waiting.secretary, waiting.id, REMOTE, person=waiting.delegate.id)
    assert role_of(waiting, stand_in) is PartRole.GUEST
    assert acts(waiting).count("meeting.role_changed") == 3


def test_a_substitute_approved_when_the_principal_is_there_already_is_a_guest(
    waiting: Sitting, office: Office
) -> None:
    unit = office.head.posts[0].unit
    person = make_user("dongnghiep", "Đỗ Thị Đồng", unit, "Chuyên viên", Role.OFFICER)
    said = {"reason": "Họp ở Bộ", "substitute_id": person.id}
    answering.answer(waiting.delegate, waiting.id, Attending.SUBSTITUTE, **said)
    attending.set_presence(waiting.delegate, waiting.id, IN)
    answering.decide_substitute(waiting.chair, waiting.id, waiting.delegate.id, approve=True)
    assert role_of(waiting, person) is PartRole.GUEST
    asked = answering.answers_of(waiting.meeting).counts
    assert asked == {Attending.SUBSTITUTE: 1, None: 2}
    answering.answer(waiting.delegate, waiting.id, Attending.ATTEND)
    assert waiting.meeting.participant(person.id) is None


def test_somebody_the_secretary_made_a_delegate_stays_one(waiting: Sitting, stand_in: User) -> None:
    participants.invite(waiting.secretary, waiting.id, [stand_in.id], PartRole.DELEGATE)
    attending.set_presence(waiting.delegate, waiting.id, IN)
    assert role_of(waiting, stand_in) is PartRole.DELEGATE


def test_the_room_of_a_substitute_opens_as_a_guests(
    waiting: Sitting, stand_in: User, client_of: Callable[[User], FlaskClient]
) -> None:
    attending.set_presence(waiting.delegate, waiting.id, IN)
    answer = client_of(stand_in).get(f"/api/v1/meetings/{waiting.id}/snapshot").get_json()
    assert (answer["cls"], answer["me"]["role"]) == ("guest", "guest")
