"""What a body's profile decides: what a vote needs, who votes for the absent, and when papers are due."""

from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from intranet.core import clock, db
from intranet.core.errors import Forbidden, Invalid
from intranet.people.models import Role, User
from intranet.records.audit import history
from meetings.models.answer import Attending
from meetings.models.floor import PresenceState
from meetings.models.meeting import MeetingState
from meetings.models.vote import PollState
from meetings.rules.tally import Method, Rule, Tie, VoteBase
from meetings.services import answering, attending, ballots, bodies, life, publishing, room, voting
from meetings.services.minutes_facts import facts_of
from tests.factories import Office, make_user
from tests.meetings.conftest import Sitting, add_paper, make_sitting
from tests.meetings.floor_acts import state_of
from tests.meetings.voting import Chamber, be_there, make_chamber, one_of, three

IN, OUT = PresenceState.IN, PresenceState.OUT


def decide(sitting: Sitting, **rules: Any) -> None:
    """The body that sits has these rules."""
    with db.unit_of_work():
        bodies.settle(sitting.meeting)
        body = bodies.bodies_of(sitting.meeting.org_id)[0]
        for name, value in rules.items():
            setattr(body, name, value)


# --- What a vote needs ---


def test_a_vote_needs_what_the_body_says_of_its_kind_unless_the_question_says_otherwise(
    office: Office, guest: User
) -> None:
    chamber = make_chamber(office, guest, 6)
    decide(chamber.sitting, need_three="least_2_3", need_single="over_1_2", tie="chair_side")
    rules = [
        chamber.poll(chamber.prepare(paper)).rule
        for paper in (
            three(),
            three("secret"),
            one_of("A", "B"),
            three(rule=Rule(VoteBase.CAST, 1, 2, True)),
        )
    ]
    assert rules == [
        Rule(VoteBase.MEMBERS, 2, 3, False, Tie.CHAIR_SIDE),
        Rule(VoteBase.MEMBERS, 2, 3, False, Tie.REVOTE),
        Rule(VoteBase.MEMBERS, 1, 2, True, Tie.CHAIR_SIDE),
        Rule(VoteBase.CAST, 1, 2, True, Tie.FAIL),
    ]
    results = []
    for yes in (3, 4):
        poll = chamber.open()
        chamber.cast(poll, *["yes"] * yes, *["none"] * (6 - yes))
        results.append(chamber.close(poll).result["adopted"])
    assert results == [False, True]
    needs = state_of(chamber.sitting, chamber.secretary)["body"]["needs"]
    assert needs[Method.THREE.value] == {"base": "members", "num": 2, "den": 3, "strict": False}


# --- Who votes for the absent ---


@pytest.fixture
def stood_in(office: Office, guest: User) -> tuple[Chamber, User]:
    """Chair, three members and the substitute of the first delegate, who is away."""
    sitting = make_sitting(office, guest, MeetingState.PUBLISHED)
    comes = make_user("duthay", "Đỗ Thị Thay", sitting.delegate.posts[0].unit, "Phó phòng", Role.OFFICER)
    answering.answer(
        sitting.delegate, sitting.id, Attending.SUBSTITUTE, reason="Họp ở Bộ", substitute_id=comes.id
    )
    answering.decide_substitute(sitting.chair, sitting.id, sitting.delegate.id, approve=True)
    be_there(sitting.id, [sitting.chair, comes])
    return Chamber(sitting, [sitting.chair]), comes


def test_a_substitute_votes_only_where_the_rules_say_so(stood_in: tuple[Chamber, User]) -> None:
    chamber, comes = stood_in
    sitting = chamber.sitting
    assert attending.counts(sitting.meeting)["in"] == 1
    assert "vote" not in room.overlay(comes, sitting.meeting)["can"]
    decide(sitting, subs_vote=True)
    life.start_meeting(sitting.chair, sitting.id)
    assert attending.counts(sitting.meeting) == {"need": 2, "in": 2, "of": 2, "ok": True}
    poll = chamber.open()
    room.forget_snapshots()
    mine = room.overlay(comes, sitting.meeting)
    assert ("vote" in mine["can"], mine["votes"]) == (True, {str(poll): {"cast": False}})
    ballots.cast_ballot(comes, sitting.id, poll, ["yes"])
    ballots.cast_ballot(sitting.chair, sitting.id, poll, ["yes"])
    closed = chamber.close(poll)
    assert (closed.state, closed.cast, closed.result["names"]["yes"]) == (
        PollState.CLOSED,
        2,
        sorted([sitting.chair.id, comes.id]),
    )
    assert closed.members_weight == 2000


def test_member_and_substitute_have_one_ballot_between_them(stood_in: tuple[Chamber, User]) -> None:
    chamber, comes = stood_in
    sitting, delegate = chamber.sitting, chamber.sitting.delegate
    decide(sitting, subs_vote=True)
    life.start_meeting(sitting.chair, sitting.id)
    poll = chamber.open()
    attending.set_presence(delegate, sitting.id, IN)
    with pytest.raises(Invalid, match=r"vote\.stood_in"):
        voting.admit_voter(sitting.chair, sitting.id, poll, delegate.id)
    with pytest.raises(Forbidden, match=r"vote\.not_yours"):
        ballots.cast_ballot(delegate, sitting.id, poll, ["no"])
    voting.void_vote(sitting.chair, sitting.id, poll, reason="Mở lại cho đúng người")
    again = chamber.open()
    with pytest.raises(Forbidden, match=r"vote\.not_yours"):
        ballots.cast_ballot(comes, sitting.id, again, ["no"])
    attending.set_presence(delegate, sitting.id, OUT)
    with pytest.raises(Invalid, match=r"vote\.stood_in"):
        voting.admit_voter(sitting.chair, sitting.id, again, comes.id)


# --- When papers are due ---


def test_papers_sent_after_their_day_are_warned_of_and_noted(
    draft: Sitting, client_of: Callable[[User], FlaskClient]
) -> None:
    clock.freeze(clock.at_office(date(2026, 11, 25), 9))
    with db.unit_of_work():
        draft.meeting.starts_at = clock.at_office(date(2026, 11, 30), 8)
    decide(draft, papers_days=2)
    add_paper(draft.secretary, draft, draft.agenda[0])
    life.publish_meeting(draft.secretary, draft.id)
    browser = client_of(draft.secretary)
    # Monday's papers go out by Thursday.
    assert (publishing.due_day(draft.meeting), publishing.is_late(draft.meeting)) == (
        date(2026, 11, 26),
        False,
    )
    assert "Hạn gửi tài liệu theo quy chế: hết ngày 26/11/2026" in unescape(
        browser.get(f"/meetings/{draft.id}/papers").get_data(as_text=True)
    )
    clock.advance(timedelta(days=2))
    browser = client_of(draft.secretary)
    for page in ("", "/papers"):
        assert "Quá hạn gửi tài liệu theo quy chế (26/11/2026)" in unescape(
            browser.get(f"/meetings/{draft.id}{page}").get_data(as_text=True)
        )
    publishing.publish_papers(draft.secretary, draft.id)
    line = next(one for one in history(draft.meeting.ref) if one.act == "meeting.papers_issued")
    assert line.data["late"] is True
    decide(draft, papers_days=0)
    assert publishing.due_day(draft.meeting) is None


# --- Papers that are missing, and who ordered a vote ---


def test_an_item_without_its_paper_keeps_the_meeting_from_being_settled_until_waived(
    draft: Sitting, client_of: Callable[[User], FlaskClient]
) -> None:
    first, second = draft.agenda
    life.publish_meeting(draft.secretary, draft.id)
    add_paper(draft.secretary, draft, first)
    browser = client_of(draft.secretary)
    move = f"/meetings/{draft.id}/move"
    refused = browser.post(move, data={"to": "ready"})
    assert (refused.status_code, "mục 2 chưa có tài liệu" in unescape(refused.get_data(as_text=True))) == (
        422,
        True,
    )
    form = {"title": second.title, "kind": "decision", "budget_min": "20", "owner_id": str(second.owner_id)}
    browser.post(f"/meetings/{draft.id}/items/{second.id}", data=form | {"without_papers": "y"})
    assert browser.post(move, data={"to": "ready"}).status_code == 302
    assert draft.meeting.state is MeetingState.READY


def test_a_secretary_opens_a_vote_on_the_chairs_order_and_the_minutes_say_so(
    office: Office, guest: User
) -> None:
    chamber = make_chamber(office, guest, 6)
    sitting, notes = chamber.sitting, []
    for opener in (sitting.secretary, sitting.chair):
        poll = chamber.prepare()
        voting.open_vote(opener, sitting.id, poll)
        ordered = chamber.poll(poll).ordered_by_id
        assert ordered == (sitting.chair.id if opener is sitting.secretary else None)
        line = next(one for one in history(sitting.meeting.ref) if one.act == "vote.opened")
        assert line.data.get("ordered_by") == ordered
        chamber.cast(poll, *["yes"] * 6)
        chamber.close(poll)
        voting.publish_vote(sitting.secretary, sitting.id, poll)
        notes.append(facts_of(sitting.meeting, ()).of_item(chamber.item)[-1].note)
    said = f"{sitting.secretary.full_name} mở biểu quyết theo lệnh của chủ tọa {sitting.chair.full_name}"
    assert [said in note for note in notes] == [True, False]
