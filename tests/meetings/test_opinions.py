"""Opinion ballots: put, answered, changed, reminded of, closed, counted, published; and what is refused."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.core.refs import Ref
from intranet.notices import reminders, reminding, workdays
from intranet.notices.models import Notice
from intranet.people.models import User
from intranet.records.audit import history
from meetings import jobs
from meetings.models.floor import Body
from meetings.models.meeting import MeetingState
from meetings.models.opinion import OpinionChoice, OpinionState, Silence
from meetings.rules.tally import VoteBase
from meetings.services import opinion_lists, opinions
from meetings.services.opinion_access import ToOpinion, access_opinion, may_read_opinion
from tests.factories import Office
from tests.meetings.conftest import Sitting, make_sitting
from tests.meetings.opinion import Council, answer_of, ballot_of, make_council

YES, NO, OTHER = OpinionChoice.YES, OpinionChoice.NO, OpinionChoice.OTHER


@pytest.fixture
def council(office: Office) -> Council:
    """Six members."""
    return make_council(office)


def kinds_told(user: User) -> list[str]:
    """Kinds of the notices that a person was told, in order."""
    told = select(Notice.kind).where(Notice.user_id == user.id, Notice.released_at.is_not(None))
    return list(db.session().scalars(told.order_by(Notice.id)))


def acts_on(ballot_id: int) -> list[str]:
    """What the audit log says of it, oldest first."""
    return [line.act for line in reversed(history(Ref("opinion", ballot_id)))]


def test_the_letter_of_the_morning_names_ballots_until_they_are_answered(council: Council) -> None:
    ballot = council.ask()
    (line,) = opinion_lists.this_morning(council.members[1])
    assert (line.section, line.words) == (
        "waiting",
        "Thông qua quy chế chi tiêu nội bộ?, trả lời trước 17:00 20/11",
    )
    opinions.answer(council.members[1], ballot, YES, "", expect=0)
    for nobody in (council.members[1], council.secretary, council.office.stranger):
        assert opinion_lists.this_morning(nobody) == []


def expire(ballot_id: int) -> None:
    """Go to the end of the deadline and let what happens by itself happen."""
    clock.freeze(ballot_of(ballot_id).closes_at)
    jobs.close_opinions()


def add_body(office: Office, **more: Any) -> int:
    """Rules of procedure of the agency."""
    with db.unit_of_work() as session:
        body = Body(org_id=office.org.id, name="Hội đồng thi đua", **more)
        session.add(body)
        session.flush()
        return body.id


def test_a_question_is_put_answered_closed_at_its_deadline_and_published(council: Council) -> None:
    made = council.ask()
    ballot = ballot_of(made)
    assert ballot.due_date == workdays.add_working_days(clock.today(), 5) == date(2026, 11, 20)
    assert f"{clock.local(ballot.closes_at):%d/%m %H:%M}" == "20/11 17:00"
    assert {tuple(kinds_told(one)) for one in council.members} == {("opinion.asked",)}
    council.say(made, "yes", "yes", "no", "yes", "yes", "other")
    assert kinds_told(council.secretary) == ["opinion.complete"]
    clock.freeze(ballot.closes_at - timedelta(seconds=1))
    assert jobs.close_opinions() == 0
    clock.freeze(ballot.closes_at)
    assert (jobs.close_opinions(), jobs.close_opinions()) == (1, 0)
    closed = ballot_of(made)
    assert closed.state is OpinionState.CLOSED
    assert closed.result["counts"] == {"yes": 4, "no": 1, "other": 1}
    assert closed.result["reason"] == "Tán thành 4/6 thành viên, cần trên 1/2: thông qua"
    assert kinds_told(council.chair) == ["opinion.asked", "opinion.closed"]
    opinions.publish_opinion(council.secretary, made)
    assert ballot_of(made).state is OpinionState.PUBLISHED
    assert kinds_told(council.members[3])[-1] == "opinion.published"
    answered = ["opinion.answered"] * 6
    assert acts_on(made) == ["opinion.put", *answered, "opinion.closed", "opinion.published"]


def test_an_answer_may_be_changed_until_the_end_and_each_change_is_in_the_log(council: Council) -> None:
    made, member = council.ask(), council.members[2]
    assert opinions.answer(member, made, YES, expect=0) == 1
    assert opinions.answer(member, made, OTHER, "Chờ nguồn vốn", expect=1) == 2
    stands = answer_of(made, member)
    assert (stands.choice, stands.text, stands.given) == (OTHER, "Chờ nguồn vốn", 2)
    assert acts_on(made) == ["opinion.put", "opinion.answered", "opinion.changed"]
    assert history(Ref("opinion", made))[0].data == {"before": "yes", "choice": "other"}


def test_a_request_that_comes_again_overwrites_nothing(council: Council) -> None:
    made, member = council.ask(), council.members[2]
    opinions.answer(member, made, YES, expect=0)
    opinions.answer(member, made, NO, expect=1)
    with pytest.raises(Stale, match=r"opinion\.answered_elsewhere"):
        opinions.answer(member, made, YES, expect=0)
    assert opinions.answer(member, made, NO, expect=1) == 2
    assert answer_of(made, member).choice is NO
    assert acts_on(made).count("opinion.changed") == 1


def test_where_answers_may_not_be_changed_the_first_stands(council: Council) -> None:
    made, member = council.ask(may_change=False), council.members[2]
    opinions.answer(member, made, YES, expect=0)
    assert opinions.answer(member, made, YES, expect=0) == 1
    with pytest.raises(BadState, match=r"opinion\.given"):
        opinions.answer(member, made, NO, expect=1)
    assert answer_of(made, member).choice is YES


def test_nothing_lands_after_the_deadline_closed_or_not(council: Council) -> None:
    made = council.ask()
    council.say(made, "yes", "yes", "yes", "yes")
    clock.freeze(ballot_of(made).closes_at)
    with pytest.raises(BadState, match=r"opinion\.too_late"):
        opinions.answer(council.members[4], made, YES, expect=0)
    jobs.close_opinions()
    with pytest.raises(BadState, match=r"opinion\.not_open"):
        opinions.answer(council.members[4], made, YES, expect=0)
    assert ballot_of(made).result["counts"]["yes"] == 4


def test_it_closes_early_only_when_all_have_answered(council: Council) -> None:
    made = council.ask()
    council.say(made, "yes", "yes", "yes", "yes", "no")
    with pytest.raises(BadState, match=r"opinion\.not_all") as refused:
        opinions.close_opinion(council.secretary, made)
    assert refused.value.data["n"] == 1
    opinions.answer(council.members[5], made, YES, expect=0)
    opinions.close_opinion(council.secretary, made)
    assert ballot_of(made).state is OpinionState.CLOSED
    with pytest.raises(BadState, match=r"opinion\.not_open"):
        opinions.close_opinion(council.chair, made)


@pytest.mark.parametrize(
    ("said", "more", "state", "reason"),
    [
        # More than half of all agree: it does not matter that only four of six have answered.
        ("yyyy..", {}, "closed", "Tán thành 4/6 thành viên, cần trên 1/2: thông qua"),
        ("yyyn..", {}, "closed", "Tán thành 3/6 thành viên, cần trên 1/2: không thông qua"),
        # Too few have answered, and those who did settle nothing.
        ("yyn...", {}, "void", "Chỉ có 3/6 thành viên trả lời, cần 4: phiếu lấy ý kiến không có giá trị"),
        ("......", {}, "void", "Chỉ có 0/6 thành viên trả lời, cần 4: phiếu lấy ý kiến không có giá trị"),
        # Whoever says nothing agrees.
        ("nn....", {"silence": Silence.YES}, "closed", "Tán thành 4/6 thành viên, cần trên 1/2: thông qua"),
        # At least two thirds of all.
        ("yyyynn", {"need": (2, 3, False)}, "closed", "Tán thành 4/6 thành viên, cần ít nhất 2/3: thông qua"),
        # As many for as against: the chair's side, who is the first.
        (
            "yyynnn",
            {},
            "closed",
            "Tán thành 3, không tán thành 3, ngang nhau; chủ tọa tán thành: thông qua",
        ),
        (
            "nnnyyy",
            {},
            "closed",
            "Tán thành 3, không tán thành 3, ngang nhau; chủ tọa không tán thành: không thông qua",
        ),
        # One for, one against, and the others silent: no tie to be decided by the chair.
        ("yn....", {}, "void", "Chỉ có 2/6 thành viên trả lời, cần 4: phiếu lấy ý kiến không có giá trị"),
        # Another opinion is neither for nor against.
        ("yyyooo", {}, "closed", "Tán thành 3/6 thành viên, cần trên 1/2: không thông qua"),
    ],
)
def test_it_is_counted_by_the_rules_of_the_body(
    council: Council, said: str, more: dict[str, Any], state: str, reason: str
) -> None:
    made = council.ask(**more)
    words = {"y": "yes", "n": "no", "o": "other", ".": None}
    council.say(made, *(words[one] for one in said))
    expire(made)
    closed = ballot_of(made)
    assert (closed.state.value, closed.result["reason"]) == (state, reason)
    silent = 0 if closed.silence is Silence.YES else said.count(".")
    assert sum(closed.result["counts"].values()) + silent == 6


def test_a_body_that_counts_those_present_counts_those_who_answer(council: Council, office: Office) -> None:
    body = add_body(office, base="present", tie="fail", quorum_num=1, quorum_den=2)
    made = council.ask(body_id=body)
    assert ballot_of(made).base is VoteBase.CAST
    council.say(made, "yes", "yes", "no")
    expire(made)
    assert ballot_of(made).result["reason"] == "Tán thành 2/3 phiếu đã bỏ, cần trên 1/2: thông qua"


def test_members_come_from_the_meeting_it_belongs_to(office: Office, guest: User) -> None:
    sitting: Sitting = make_sitting(office, guest, MeetingState.PUBLISHED)
    asked = opinions.Question(question="Điều chỉnh vốn?", text="", days=3, meeting_id=sitting.id)
    made = opinions.put_opinion(sitting.secretary, asked)
    members = {one.member_id for one in opinions.answers_of(ballot_of(made))}
    assert members == {sitting.chair.id, sitting.delegate.id}
    assert ballot_of(made).chair_id == sitting.chair.id
    # Guests take part in the meeting, and know nothing of the ballot.
    assert not may_read_opinion(guest, made)
    with pytest.raises(Forbidden, match=r"meeting\.not_yours_to_run"):
        opinions.put_opinion(sitting.delegate, asked)
    with pytest.raises(NotFound, match=r"meeting\.unknown"):
        opinions.put_opinion(office.other_head, asked)


def test_those_who_have_not_answered_are_reminded_before_the_deadline(council: Council) -> None:
    made = council.ask()
    council.say(made, "yes", "no")
    planned = reminders.planned_for(Ref("opinion", made))
    assert [one.rule for one in planned] == ["minus3", "minus1", "due", "plus1"]
    for one in planned[:3]:
        clock.freeze(one.planned_at)
        reminding.send_due()
    silent, early = council.members[4], council.members[0]
    assert kinds_told(early) == ["opinion.asked"]
    assert kinds_told(silent)[1:] == ["reminder.minus3", "reminder.minus1", "reminder.due"]
    expire(made)
    clock.freeze(planned[3].planned_at)
    assert reminding.send_due() == 0
    assert [one.cancelled_at is not None for one in reminders.planned_for(Ref("opinion", made))][3]


def test_a_question_whose_deadline_passed_while_the_house_stood_still_closes_once(council: Council) -> None:
    made = council.ask()
    council.say(made, "yes", "yes", "yes", "yes", "yes")
    clock.freeze(ballot_of(made).closes_at + timedelta(days=3))
    assert (opinions.close_due(), opinions.close_due()) == (1, 0)
    assert acts_on(made).count("opinion.closed") == 1


def test_the_chair_alone_declares_it_void_and_says_why(council: Council) -> None:
    made = council.ask()
    with pytest.raises(Forbidden, match=r"opinion\.not_yours"):
        opinions.void_opinion(council.secretary, made, reason="Gửi nhầm")
    with pytest.raises(Invalid, match=r"opinion\.why"):
        opinions.void_opinion(council.chair, made, reason="")
    opinions.void_opinion(council.chair, made, reason="Gửi nhầm bản dự thảo")
    assert (ballot_of(made).state, ballot_of(made).reason) == (OpinionState.VOID, "Gửi nhầm bản dự thảo")
    assert kinds_told(council.members[2])[-1] == "opinion.voided"
    with pytest.raises(BadState, match=r"opinion\.is_void"):
        opinions.void_opinion(council.chair, made, reason="Lần nữa")
    with pytest.raises(BadState, match=r"opinion\.not_open"):
        opinions.answer(council.members[1], made, YES, expect=0)
    assert [one.cancelled_at for one in reminders.planned_for(Ref("opinion", made))].count(None) == 0


def test_each_reads_what_is_theirs(council: Council, office: Office) -> None:
    made, member = council.ask(), council.members[2]
    council.say(made, "yes", "yes", "no", "yes", "yes", "other")

    def sheet(who: User) -> opinion_lists.Sheet:
        return opinion_lists.sheet_of(who, access_opinion(who, made, ToOpinion.READ))

    assert len(sheet(council.secretary).answers) == len(sheet(council.chair).answers) == 6
    assert (sheet(member).answers, sheet(member).answered, sheet(member).result) == ([], None, None)
    assert sheet(member).mine is not None
    expire(made)
    assert sheet(council.chair).result is not None
    assert (sheet(member).answers, sheet(member).result) == ([], None)
    opinions.publish_opinion(council.chair, made)
    assert len(sheet(member).answers) == 6
    for stranger in (office.other_leader, office.stranger, office.clerk, office.admin):
        assert not may_read_opinion(stranger, made)
        with pytest.raises(NotFound, match=r"opinion\.unknown"):
            access_opinion(stranger, made, ToOpinion.READ)
        assert opinion_lists.titles_for(stranger, [made]) == {}


def test_without_names_members_learn_the_figures_alone(council: Council) -> None:
    made = council.ask(shows_names=False)
    council.say(made, "yes", "yes", "yes", "yes", "no", "no")
    expire(made)
    opinions.publish_opinion(council.secretary, made)
    member = council.members[3]
    shown = opinion_lists.sheet_of(member, ballot_of(made))
    assert (shown.answers, shown.result is not None) == ([], True)
    assert len(opinion_lists.sheet_of(council.secretary, ballot_of(made)).answers) == 6


def test_members_neither_close_nor_publish(council: Council) -> None:
    made, member = council.ask(), council.members[2]
    council.say(made, *["yes"] * 6)
    with pytest.raises(Forbidden, match=r"opinion\.not_yours"):
        opinions.close_opinion(member, made)
    with pytest.raises(BadState, match=r"opinion\.not_closed"):
        opinions.publish_opinion(council.secretary, made)
    opinions.close_opinion(council.secretary, made)
    with pytest.raises(Forbidden, match=r"opinion\.not_yours"):
        opinions.publish_opinion(member, made)
    with pytest.raises(Forbidden, match=r"opinion\.not_asked"):
        opinions.answer(council.secretary, made, YES, expect=0)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"question": ""}, "opinion.needs_question"),
        ({"question": "x" * 301}, "field.too_long"),
        ({"text": "x" * 4001}, "field.too_long"),
        ({"days": 0}, "opinion.bad_days"),
        ({"days": 31}, "opinion.bad_days"),
        ({"chair_id": None}, "opinion.no_chair"),
        ({"member_ids": []}, "opinion.few_members"),
        ({"member_ids": list(range(10_000, 10_400))}, "opinion.many_members"),
        ({"member_ids": [999_999]}, "meeting.unknown_person"),
        ({"body_id": 999_999}, "opinion.unknown_body"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_made(
    council: Council, wrong: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid, match=code.replace(".", r"\.")):
        council.ask(**wrong)
    assert opinion_lists.open_for(council.secretary) == []
    assert kinds_told(council.chair) == []


def test_a_body_of_another_agency_gives_no_rules(council: Council, office: Office) -> None:
    with db.unit_of_work() as session:
        body = Body(org_id=office.other.id, name="Ban", base="present", tie="fail")
        session.add(body)
        session.flush()
        key = body.id
    with pytest.raises(Invalid, match=r"opinion\.unknown_body"):
        council.ask(body_id=key)


def test_somebody_without_the_permit_asks_nobody(council: Council, office: Office) -> None:
    asked = opinions.Question("Hỏi?", "", 3, chair_id=council.chair.id, member_ids=[council.members[1].id])
    with pytest.raises(Forbidden, match=r"auth\.no_permit"):
        opinions.put_opinion(office.admin, asked)


@pytest.mark.parametrize(
    ("choice", "text", "code"),
    [(OTHER, "", "opinion.say_what"), (YES, "x" * 2001, "field.too_long")],
)
def test_an_answer_that_says_nothing_or_too_much_is_refused(
    council: Council, choice: OpinionChoice, text: str, code: str
) -> None:
    made = council.ask()
    with pytest.raises(Invalid, match=code.replace(".", r"\.")):
        opinions.answer(council.members[1], made, choice, text, expect=0)
    assert answer_of(made, council.members[1]).given == 0
