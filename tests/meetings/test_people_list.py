"""The list of people, which whoever takes part may open, and what it says of the absent."""

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient

from intranet.core import clock
from intranet.people.models import Role, User
from meetings.models.answer import Attending
from meetings.models.floor import PresenceState
from meetings.models.meeting import MeetingState
from meetings.services import answering, attending, life, minutes_sheet, room
from tests.counting import count_queries
from tests.factories import Office, make_user
from tests.meetings.conftest import Sitting, make_sitting
from tests.meetings.floor_acts import state_of


def test_a_member_reads_who_is_there_who_came_late_and_in_whose_place(office: Office, guest: User) -> None:
    sitting = make_sitting(office, guest, MeetingState.PUBLISHED)
    unit = office.head.posts[0].unit
    comes = make_user("dithay", "Đỗ Văn Thay", unit, "Chuyên viên", Role.OFFICER)
    answering.answer(
        office.head, sitting.id, Attending.SUBSTITUTE, reason="Đi công tác", substitute_id=comes.id
    )
    answering.decide_substitute(sitting.chair, sitting.id, office.head.id, approve=True)
    life.start_meeting(sitting.chair, sitting.id, confirm=True)
    clock.advance(timedelta(hours=2))
    attending.set_presence(comes, sitting.id, PresenceState.IN)
    listed = {one["p"]: one for one in room.people_of(sitting.delegate, sitting.id)}
    assert listed[comes.id] == {
        "p": comes.id,
        "n": "Đỗ Văn Thay",
        "role": "substitute",
        "title": "Chuyên viên",
        "org": office.org.short_name,
        "st": "in",
        "late": True,
        "for": office.head.full_name,
    }
    assert [one["p"] for one in listed.values() if "for" in one] == [comes.id]


def test_a_guest_reads_names_and_who_is_there_and_a_stranger_nothing(
    sitting: Sitting, client_of: Callable[[User], FlaskClient], office: Office
) -> None:
    address = f"/api/v1/meetings/{sitting.id}/people"
    answer = client_of(sitting.guest).get(address).get_json()
    assert {key for one in answer["people"] for key in one} == {"p", "n", "role", "st"}
    assert [one["p"] for one in answer["people"]] == [one.id for one in sitting.everybody]
    assert client_of(office.other_head).get(address).status_code == 404


def test_the_list_asks_the_database_no_more_for_many_who_open_it(sitting: Sitting) -> None:
    room.people_of(sitting.delegate, sitting.id)
    with count_queries() as asked:
        room.people_of(sitting.delegate, sitting.id)
    assert len(asked) <= 3


def test_absence_with_or_without_leave_is_for_officers_and_for_the_minutes(draft: Sitting) -> None:
    secretary, mid, who = draft.secretary, draft.id, draft.delegate
    life.publish_meeting(secretary, mid)
    attending.set_presence(draft.chair, mid, PresenceState.IN)
    life.start_meeting(draft.chair, mid, confirm=True)
    for leave in (True, None, False):
        attending.set_presence(secretary, mid, PresenceState.ABSENT, person=who.id, leave=leave)
    told = [
        next(one for one in state_of(draft, person)["people"] if one["p"] == who.id)
        for person in (secretary, draft.guest)
    ]
    assert [(one["st"], one.get("leave", "-")) for one in told] == [("absent", False), ("absent", "-")]
    sheet = minutes_sheet.sheet_of(secretary, draft.meeting)
    assert [one.note for one in sheet.absent if one.name == who.full_name] == ["vắng không lý do"]
    said = [one.text for one in sheet.presence]
    assert said == [f"{who.full_name} được ghi vắng {how} lý do" for how in ("có", "không")]
    attending.set_presence(who, mid, PresenceState.IN)
    assert "leave" not in attending.entry_of(draft.meeting, who.id)
