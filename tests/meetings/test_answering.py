"""The invited answer; the chair approves whoever comes instead."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from intranet.core import clock, db
from intranet.core.errors import BadState, DomainError, Forbidden, Invalid, NotFound
from intranet.notices.models import Notice
from intranet.people.models import Role, User
from intranet.records.audit import history
from meetings.models.answer import Attending, InvitationAnswer, Standing
from meetings.models.meeting import Meeting, MeetingState, PartRole
from meetings.services import answering, life, participants, planning
from tests.factories import Office, make_user
from tests.meetings.conftest import Sitting, make_sitting


@pytest.fixture
def invited(office: Office, guest: User) -> Sitting:
    """A meeting whose invitations went out."""
    return make_sitting(office, guest, MeetingState.PUBLISHED)


@pytest.fixture
def colleague(office: Office, invited: Sitting) -> User:
    """Somebody of the delegate's agency who is not invited."""
    unit = office.head.posts[0].unit
    return make_user("dongnghiep", "Đỗ Thị Đồng", unit, "Chuyên viên", Role.OFFICER)


def told(kind: str) -> list[int]:
    return sorted(db.session().scalars(select(Notice.user_id).where(Notice.kind == kind)))


def count() -> int:
    return db.session().scalar(select(func.count()).select_from(InvitationAnswer)) or 0


def test_the_last_answer_counts(invited: Sitting) -> None:
    answering.answer(invited.delegate, invited.id, Attending.ABSENT, reason="Đi công tác")
    answering.answer(invited.delegate, invited.id, Attending.ATTEND)
    row = answering.mine(invited.delegate, invited.meeting)
    assert row is not None
    assert (row.answer, row.reason, count()) == (Attending.ATTEND, "", 1)
    assert told("meeting.absent") == sorted([invited.chair.id, invited.secretary.id])


def test_those_who_prepare_see_who_said_what(invited: Sitting) -> None:
    answering.answer(invited.delegate, invited.id, Attending.ABSENT, reason="Đi công tác")
    answering.answer(invited.guest, invited.id, Attending.ATTEND)
    counts = answering.answers_of(invited.meeting).counts
    assert counts == {Attending.ABSENT: 1, Attending.ATTEND: 1, None: 1}


def test_a_substitute_takes_part_once_the_chair_agrees(invited: Sitting, colleague: User) -> None:
    answering.answer(
        invited.delegate, invited.id, Attending.SUBSTITUTE, reason="Họp ở Bộ", substitute_id=colleague.id
    )
    assert invited.meeting.participant(colleague.id) is None
    assert told("meeting.substitute_asked") == sorted([invited.chair.id, invited.secretary.id])
    answering.decide_substitute(invited.chair, invited.id, invited.delegate.id, approve=True)
    part = invited.meeting.participant(colleague.id)
    assert part is not None
    assert part.role is PartRole.SUBSTITUTE
    assert told("meeting.substitute_approved") == [invited.delegate.id]
    assert told("meeting.invited") == sorted(
        [*(one.id for one in invited.everybody if one is not invited.chair), colleague.id]
    )
    assert "meeting.substitute_approved" in [line.act for line in history(invited.meeting.ref)]


def test_whoever_comes_after_all_sends_the_substitute_home(invited: Sitting, colleague: User) -> None:
    answering.answer(
        invited.delegate, invited.id, Attending.SUBSTITUTE, reason="Họp ở Bộ", substitute_id=colleague.id
    )
    answering.decide_substitute(invited.chair, invited.id, invited.delegate.id, approve=True)
    answering.answer(invited.delegate, invited.id, Attending.ATTEND)
    assert invited.meeting.participant(colleague.id) is None


def test_a_refused_substitute_does_not_take_part(invited: Sitting, colleague: User) -> None:
    answering.answer(
        invited.delegate, invited.id, Attending.SUBSTITUTE, reason="Họp ở Bộ", substitute_id=colleague.id
    )
    answering.decide_substitute(invited.chair, invited.id, invited.delegate.id, approve=False)
    row = answering.mine(invited.delegate, invited.meeting)
    assert row is not None
    assert row.standing is Standing.REFUSED
    assert invited.meeting.participant(colleague.id) is None
    with pytest.raises(NotFound, match=r"answer.unknown"):
        answering.decide_substitute(invited.chair, invited.id, invited.delegate.id, approve=True)


def test_only_the_chair_decides_on_substitutes(invited: Sitting, colleague: User) -> None:
    answering.answer(
        invited.delegate, invited.id, Attending.SUBSTITUTE, reason="Họp ở Bộ", substitute_id=colleague.id
    )
    for other in (invited.secretary, invited.delegate, invited.guest):
        with pytest.raises(Forbidden):
            answering.decide_substitute(other, invited.id, invited.delegate.id, approve=True)


@pytest.mark.parametrize(
    ("who", "said", "given", "refusal"),
    [
        ("delegate", Attending.ABSENT, {}, Invalid),
        ("delegate", Attending.SUBSTITUTE, {"reason": "x"}, Invalid),
        ("delegate", Attending.SUBSTITUTE, {"reason": "x", "substitute_id": 10**9}, Invalid),
        ("chair", Attending.SUBSTITUTE, {"reason": "x"}, BadState),
    ],
)
def test_an_answer_that_says_too_little_changes_nothing(
    invited: Sitting, who: str, said: Attending, given: dict[str, object], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        answering.answer(getattr(invited, who), invited.id, said, **given)  # type: ignore[arg-type]
    assert count() == 0


def test_a_substitute_is_a_colleague_who_is_not_invited(office: Office, invited: Sitting) -> None:
    for other in (invited.secretary, invited.guest, office.other_leader, invited.delegate):
        with pytest.raises(Invalid, match=r"answer.nobody"):
            answering.answer(
                invited.delegate, invited.id, Attending.SUBSTITUTE, reason="x", substitute_id=other.id
            )


def test_a_sitting_meeting_takes_no_answers(sitting: Sitting) -> None:
    with pytest.raises(BadState, match=r"answer.too_late"):
        answering.answer(sitting.delegate, sitting.id, Attending.ATTEND)


def test_strangers_know_of_no_invitation(office: Office, invited: Sitting) -> None:
    with pytest.raises(NotFound):
        answering.answer(office.other_head, invited.id, Attending.ATTEND)


def test_a_meeting_that_was_postponed_asks_anew(invited: Sitting) -> None:
    answering.answer(invited.delegate, invited.id, Attending.ATTEND)
    _hold_later(invited)
    assert count() == 0


def test_whoever_stood_in_goes_home_when_it_is_postponed(invited: Sitting, colleague: User) -> None:
    answering.answer(
        invited.delegate, invited.id, Attending.SUBSTITUTE, reason="Họp ở Bộ", substitute_id=colleague.id
    )
    answering.decide_substitute(invited.chair, invited.id, invited.delegate.id, approve=True)
    _hold_later(invited)
    assert invited.meeting.participant(colleague.id) is None


def test_less_than_three_working_days_is_short_notice(draft: Sitting) -> None:
    with db.unit_of_work() as session:
        session.get_one(Meeting, draft.id).starts_at = clock.now() + timedelta(days=4)
    # A Friday: Monday and Tuesday are two working days.
    assert answering.is_short_notice(draft.meeting)
    with db.unit_of_work() as session:
        session.get_one(Meeting, draft.id).starts_at = clock.now() + timedelta(days=5)
    assert not answering.is_short_notice(draft.meeting)


def test_the_page_takes_answers_and_keeps_what_was_typed(
    invited: Sitting, colleague: User, client_of: Callable[[User], FlaskClient]
) -> None:
    client = client_of(invited.delegate)
    page = client.get(f"/meetings/{invited.id}").get_data(as_text=True)
    assert "Trả lời giấy mời" in page
    wrong = client.post(f"/meetings/{invited.id}/answer", data={"answer": "substitute", "reason": "Họp ở Bộ"})
    assert wrong.status_code == 422
    said = wrong.get_data(as_text=True)
    assert "Họp ở Bộ" in said
    assert "Hãy chọn một người cùng cơ quan" in said
    right = {"answer": "substitute", "reason": "Họp ở Bộ", "substitute_id": str(colleague.id)}
    assert client.post(f"/meetings/{invited.id}/answer", data=right).status_code == 302
    chairs = client_of(invited.chair)
    assert "chờ chủ tọa đồng ý" in chairs.get(f"/meetings/{invited.id}").get_data(as_text=True)
    decided = chairs.post(
        f"/meetings/{invited.id}/answers/{invited.delegate.id}/decide", data={"approve": "1"}
    )
    assert decided.status_code == 302
    part = invited.meeting.participant(colleague.id)
    assert part is not None


def test_a_finder_for_substitutes_knows_ones_own_agency_alone(
    office: Office, invited: Sitting, client_of: Callable[[User], FlaskClient]
) -> None:
    client = client_of(office.officer)
    everywhere = client.get("/meetings/people?q=khách").get_json()
    here = client.get("/meetings/people?q=khách&here=1").get_json()
    assert [one["value"] for one in everywhere] == [invited.guest.id]
    assert here == []


def test_nobody_is_invited_as_a_substitute_in_nobodys_place(invited: Sitting, colleague: User) -> None:
    with pytest.raises(BadState, match=r"meeting.whose_place"):
        participants.invite(invited.secretary, invited.id, [colleague.id], PartRole.SUBSTITUTE)
    assert invited.meeting.participant(colleague.id) is None


@pytest.mark.parametrize("comes_as", [PartRole.SUBSTITUTE, PartRole.DELEGATE])
def test_whoever_takes_part_already_comes_for_nobody_else(
    invited: Sitting, colleague: User, comes_as: PartRole
) -> None:
    if comes_as is PartRole.SUBSTITUTE:
        _send(invited, invited.secretary, colleague)
    _send(invited, invited.delegate, colleague)
    if comes_as is PartRole.SUBSTITUTE:
        answering.decide_substitute(invited.chair, invited.id, invited.secretary.id, approve=True)
    else:
        participants.invite(invited.secretary, invited.id, [colleague.id], comes_as)
    with pytest.raises(BadState, match=r"answer.already_comes"):
        answering.decide_substitute(invited.chair, invited.id, invited.delegate.id, approve=True)
    part = invited.meeting.participant(colleague.id)
    assert part is not None
    assert part.role is comes_as
    answering.decide_substitute(invited.chair, invited.id, invited.delegate.id, approve=False)


def _hold_later(invited: Sitting) -> None:
    life.move_meeting(invited.secretary, invited.id, MeetingState.POSTPONED, reason="Bão")
    with pytest.raises(BadState, match=r"meeting.incomplete"):
        life.publish_meeting(invited.chair, invited.id)
    meeting = invited.meeting
    later = meeting.starts_at + timedelta(days=1)
    planning.edit_meeting(
        invited.secretary, meeting.id, title=meeting.title, starts_at=later, place=meeting.place
    )
    life.publish_meeting(invited.chair, invited.id)


def _send(invited: Sitting, principal: User, colleague: User) -> None:
    answering.answer(
        principal, invited.id, Attending.SUBSTITUTE, reason="Họp ở Bộ", substitute_id=colleague.id
    )
