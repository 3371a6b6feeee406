"""The life of a vote, who may do what with it, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from intranet.core import clock, db
from intranet.core.errors import BadState, Forbidden, Invalid
from intranet.people.models import User
from intranet.records.audit import history
from meetings import jobs
from meetings.models.floor import Body, PresenceState
from meetings.models.meeting import ItemState, Meeting
from meetings.models.vote import NamedBallot, Participation, Poll, PollState
from meetings.rules.tally import Method, Rule, Tie, VoteBase
from meetings.services import ballots, chairing, life, voting
from tests.factories import Office
from tests.meetings.conftest import journal_of
from tests.meetings.voting import Chamber, be_there, make_chamber, one_of, three


@pytest.fixture
def chamber(office: Office, guest: User) -> Chamber:
    """Six members who are there."""
    return make_chamber(office, guest, 6)


def result(poll: Poll) -> dict[str, Any]:
    """What came of a vote."""
    assert poll.result is not None
    return dict(poll.result)


def test_a_vote_is_prepared_opened_closed_and_published(chamber: Chamber) -> None:
    poll = chamber.prepare(three(rule=Rule(VoteBase.MEMBERS, 1, 2)))
    assert voting.open_vote(chamber.chair, chamber.id, poll, seconds=90) == {"v": 2}
    opened = chamber.poll(poll)
    assert opened.closes_at == clock.now() + timedelta(seconds=90)
    chamber.cast(poll, "yes", "yes", "no", "yes", "yes")
    closed = chamber.close(poll)
    assert (closed.cast, result(closed)["adopted"]) == (5, True)
    assert result(closed)["reason"] == "Tán thành 4/6 thành viên, cần trên 1/2: thông qua"
    assert result(closed)["names"]["no"] == [chamber.members[2].id]
    voting.publish_vote(chamber.secretary, chamber.id, poll)
    assert chamber.poll(poll).state is PollState.PUBLISHED
    kinds = ["vote.prepared", "vote.opened", "vote.closed", "vote.published"]
    assert journal_of(chamber.id) == kinds
    acts = [line.act for line in reversed(history(chamber.sitting.meeting.ref))]
    assert [one for one in acts if one.startswith("vote.")] == kinds


def test_names_are_published_of_a_roll_call_alone(chamber: Chamber) -> None:
    poll = chamber.open(three("open"))
    chamber.cast(poll, "yes", "no")
    assert "names" not in result(chamber.close(poll))
    assert db.session().scalar(select(func.count()).select_from(NamedBallot)) == 2


def test_a_prepared_vote_is_worded_anew_or_dropped_and_an_open_one_is_not(chamber: Chamber) -> None:
    poll = chamber.prepare()
    voting.edit_vote(chamber.secretary, chamber.id, poll, one_of("A", "B"))
    assert (chamber.poll(poll).method, list(chamber.poll(poll).texts)) == (Method.SINGLE, ["1", "2"])
    voting.drop_vote(chamber.chair, chamber.id, poll)
    assert db.session().get(Poll, poll) is None
    other = chamber.open()
    for act in (
        lambda: voting.edit_vote(chamber.chair, chamber.id, other, three()),
        lambda: voting.drop_vote(chamber.chair, chamber.id, other),
        lambda: voting.open_vote(chamber.chair, chamber.id, other),
    ):
        with pytest.raises(BadState, match=r"vote\.not_prepared"):
            act()


def test_without_a_quorum_no_vote_opens(chamber: Chamber) -> None:
    poll = chamber.prepare()
    be_there(chamber.id, chamber.members[3:], PresenceState.OUT)
    with pytest.raises(BadState, match=r"vote\.no_quorum") as refusal:
        voting.open_vote(chamber.chair, chamber.id, poll)
    assert refusal.value.data == {"present": 3, "members": 6, "need": 4}
    assert chamber.poll(poll).state is PollState.PREPARED


def test_a_quorum_lost_at_closing_makes_the_vote_void(chamber: Chamber) -> None:
    poll = chamber.open()
    chamber.cast(poll, *["yes"] * 6)
    be_there(chamber.id, chamber.members[3:], PresenceState.OUT)
    closed = chamber.close(poll)
    assert (closed.state, closed.result) == (PollState.VOID, None)
    assert closed.reason.startswith("Lúc kết thúc chỉ còn 3/6 thành viên có mặt, cần 4")
    with pytest.raises(BadState, match=r"vote\.not_closed"):
        voting.publish_vote(chamber.chair, chamber.id, poll)


def test_who_votes_is_settled_at_opening_and_the_chair_alone_adds_somebody(chamber: Chamber) -> None:
    late = chamber.members[-1]
    be_there(chamber.id, [late], PresenceState.ABSENT)
    poll = chamber.open()
    with pytest.raises(Forbidden, match=r"vote\.not_yours"):
        ballots.cast_ballot(late, chamber.id, poll, ["yes"])
    with pytest.raises(Invalid, match=r"vote\.not_there"):
        voting.admit_voter(chamber.chair, chamber.id, poll, late.id)
    be_there(chamber.id, [late])
    with pytest.raises(Forbidden, match=r"vote\.not_yours"):
        ballots.cast_ballot(late, chamber.id, poll, ["yes"])
    with pytest.raises(Forbidden, match=r"meeting\.not_yours_to_run"):
        voting.admit_voter(chamber.secretary, chamber.id, poll, late.id)
    voting.admit_voter(chamber.chair, chamber.id, poll, late.id)
    v = chamber.sitting.meeting.v
    assert voting.admit_voter(chamber.chair, chamber.id, poll, late.id) == v
    assert ballots.cast_ballot(late, chamber.id, poll, ["yes"]) == {}
    assert result(chamber.close(poll))["counts"]["yes"] == 1000


def test_one_vote_is_open_at_a_time_and_holds_the_meeting_and_its_item(chamber: Chamber) -> None:
    item = chamber.item
    chairing.start_item(chamber.chair, chamber.id, item, expect=None)
    poll, other = chamber.open(), chamber.prepare()
    with pytest.raises(BadState, match=r"vote\.one_open"):
        voting.open_vote(chamber.chair, chamber.id, other)
    for act in (
        lambda: life.pause_meeting(chamber.chair, chamber.id),
        lambda: life.end_meeting(chamber.chair, chamber.id, confirm=True),
        lambda: chairing.finish_item(chamber.chair, chamber.id, outcome=ItemState.DONE, expect=item),
        lambda: chairing.start_item(
            chamber.chair, chamber.id, chamber.sitting.agenda[1].id, expect=chamber.sitting.current_item_id
        ),
    ):
        with pytest.raises(BadState, match=r"vote\.still_open"):
            act()
    chamber.close(poll)
    chairing.finish_item(chamber.chair, chamber.id, outcome=ItemState.DONE, expect=item)
    life.pause_meeting(chamber.chair, chamber.id)
    with pytest.raises(BadState, match=r"meeting\.not_live"):
        voting.open_vote(chamber.chair, chamber.id, other)


def test_a_vote_closes_at_its_time_though_nobody_presses(chamber: Chamber) -> None:
    poll = chamber.open(three(seconds=60))
    chamber.cast(poll, "yes")
    assert jobs.close_votes() == 0
    clock.advance(timedelta(seconds=60))
    with pytest.raises(BadState, match=r"vote\.too_late"):
        ballots.cast_ballot(chamber.members[1], chamber.id, poll, ["yes"])
    assert ballots.cast_ballot(chamber.members[0], chamber.id, poll, ["no"]) == {"already": True}
    assert (jobs.close_votes(), jobs.close_votes()) == (1, 0)
    closed = chamber.poll(poll)
    assert (closed.state, closed.cast) == (PollState.CLOSED, 1)
    line = next(one for one in history(chamber.sitting.meeting.ref) if one.act == "vote.closed")
    assert (line.actor_id, "timeout" in str(line.data)) == (None, True)


def test_a_repeated_ballot_is_answered_and_the_first_stands(chamber: Chamber) -> None:
    poll = chamber.open()
    first = chamber.members[0]
    assert ballots.cast_ballot(first, chamber.id, poll, ["yes"]) == {}
    assert ballots.cast_ballot(first, chamber.id, poll, ["no"]) == {"already": True}
    closed = chamber.close(poll)
    assert result(closed)["counts"] == {"yes": 1000, "no": 0, "none": 0}
    assert ballots.cast_ballot(first, chamber.id, poll, ["no"]) == {"already": True}
    with pytest.raises(BadState, match=r"vote\.too_late"):
        ballots.cast_ballot(chamber.members[1], chamber.id, poll, ["no"])


def test_hands_are_published_only_when_two_people_have_counted_the_same(chamber: Chamber) -> None:
    poll = chamber.open(three("hand"))
    with pytest.raises(BadState, match=r"vote\.by_hand"):
        ballots.cast_ballot(chamber.chair, chamber.id, poll, ["yes"])
    voting.count_hands(chamber.chair, chamber.id, poll, {"yes": 4, "no": 1, "none": 0})
    voting.count_hands(chamber.secretary, chamber.id, poll, {"yes": 3, "no": 2, "none": 0})
    assert chamber.close(poll).result is None
    with pytest.raises(BadState, match=r"vote\.mismatch"):
        voting.publish_vote(chamber.chair, chamber.id, poll)
    voting.count_hands(chamber.secretary, chamber.id, poll, {"yes": 4, "no": 1, "none": 0})
    voting.publish_vote(chamber.chair, chamber.id, poll)
    counted = chamber.poll(poll)
    assert (counted.cast, result(counted)["counts"]["yes"], result(counted)["adopted"]) == (5, 4000, True)


def test_a_result_says_what_part_of_all_members_agreed_and_of_those_who_were_there(
    chamber: Chamber,
) -> None:
    be_there(chamber.id, [chamber.members[5]], PresenceState.ABSENT)
    poll = chamber.open(three("open"))
    chamber.cast(poll, "yes", "yes", "none", "no")
    said = "Tán thành 33,3 % tổng số thành viên, 40 % số thành viên có mặt"
    assert result(chamber.close(poll))["shares"] == said


def test_one_person_counting_twice_is_not_two(chamber: Chamber) -> None:
    poll = chamber.open(three("hand"))
    for _ in range(2):
        voting.count_hands(chamber.chair, chamber.id, poll, {"yes": 4, "no": 1, "none": 0})
    assert chamber.close(poll).result is None


@pytest.mark.parametrize(
    "hands",
    [
        {"yes": 4},
        {"yes": 4, "no": 3, "none": 0},
        {"yes": -1, "no": 0, "none": 0},
        {"a": 1, "no": 1, "none": 1},
    ],
)
def test_hands_that_cannot_be_are_refused(chamber: Chamber, hands: dict[str, int]) -> None:
    poll = chamber.open(three("hand"))
    with pytest.raises(Invalid, match=r"vote\.bad_count"):
        voting.count_hands(chamber.chair, chamber.id, poll, hands)


def test_a_tie_follows_the_chair_where_the_body_says_so(chamber: Chamber) -> None:
    paper = three("open", rule=Rule(VoteBase.MEMBERS, 1, 2, True, Tie.CHAIR_SIDE))
    poll = chamber.open(paper)
    chamber.cast(poll, "no", "yes", "yes", "yes", "no", "no")
    assert result(chamber.close(poll))["reason"].endswith("chủ tọa không tán thành: không thông qua")
    again = chamber.open(paper)
    chamber.cast(again, "yes", "no", "yes", "yes", "no", "no")
    assert result(chamber.close(again))["adopted"] is True


def test_the_body_gives_the_rule_where_nobody_names_one(chamber: Chamber) -> None:
    roll, secret = chamber.prepare(three("roll")), chamber.prepare(three("secret"))
    assert chamber.poll(roll).rule == Rule(VoteBase.MEMBERS, 1, 2, True, Tie.CHAIR_SIDE)
    assert chamber.poll(secret).rule == Rule(VoteBase.MEMBERS, 1, 2, True, Tie.REVOTE)
    assert chamber.poll(chamber.prepare(one_of("A", "B"))).num == 0


def test_weights_count_and_of_a_secret_vote_they_may_not_tell_who(chamber: Chamber) -> None:
    heavy = {chamber.members[0].id: 3000}
    cast_rule = Rule(VoteBase.CAST, 1, 2)
    poll = chamber.open(three("open", rule=cast_rule), weights=heavy)
    chamber.cast(poll, "yes", "no", "no")
    found = result(chamber.close(poll))
    assert (found["counts"]["yes"], found["base"], found["adopted"]) == (3000, 5000, True)
    secret = chamber.prepare(three("secret"), weights=heavy)
    with pytest.raises(BadState, match=r"vote\.weights_tell"):
        voting.open_vote(chamber.chair, chamber.id, secret)
    three_heavy = dict.fromkeys([one.id for one in chamber.members[:3]], 2000)
    fair = chamber.open(three("secret", rule=cast_rule), weights=three_heavy)
    chamber.cast(fair, "yes", "yes", "no", "yes", "no", "no")
    assert result(chamber.close(fair))["counts"] == {"yes": 5000, "no": 4000, "none": 0}


@pytest.mark.parametrize("weights", [{0: 1000}, {1: 0}, {1: -5}, {1: 10**9}])
def test_weights_that_cannot_be_are_refused(chamber: Chamber, weights: dict[int, int]) -> None:
    given = {chamber.members[0].id if key else 10**6: weight for key, weight in weights.items()}
    with pytest.raises(Invalid, match=r"vote\.bad_weights"):
        chamber.prepare(three("roll"), weights=given)
    with pytest.raises(Invalid, match=r"vote\.bad_weights"):
        chamber.prepare(three("hand"), weights={chamber.members[0].id: 2000})


def test_nobody_votes_for_another_unless_the_rules_of_procedure_allow_it(chamber: Chamber) -> None:
    chair, absent = chamber.members[0], chamber.members[5]
    with pytest.raises(Invalid, match=r"vote\.bad_proxy"):
        chamber.prepare(proxies={absent.id: chair.id})
    with db.unit_of_work() as session:
        body = Body(
            org_id=chamber.sitting.meeting.org_id,
            name="Hội đồng thẩm định",
            quorum_num=2,
            quorum_den=3,
            base="members",
            tie="fail",
            proxy_limit=1,
        )
        session.add(body)
        session.flush()
        session.get_one(Meeting, chamber.id).body_id = body.id
    be_there(chamber.id, [absent], PresenceState.ABSENT)
    with pytest.raises(Invalid, match=r"vote\.bad_proxy"):
        chamber.prepare(proxies={absent.id: chair.id, chamber.members[4].id: chair.id})
    poll = chamber.open(three("secret"), proxies={absent.id: chair.id})
    assert ballots.cast_ballot(chair, chamber.id, poll, ["yes"]).keys() == {"receipt"}
    assert ballots.cast_ballot(chair, chamber.id, poll, ["no"], of=absent.id).keys() == {"receipt"}
    assert ballots.cast_ballot(chair, chamber.id, poll, ["no"], of=absent.id) == {"already": True}
    for who, whose in ((chamber.members[1], absent.id), (chair, chamber.members[1].id), (absent, None)):
        with pytest.raises(Forbidden, match=r"vote\.not_yours"):
            ballots.cast_ballot(who, chamber.id, poll, ["yes"], of=whose)
    chamber.cast(poll, "yes", "yes")
    assert result(chamber.close(poll))["counts"] == {"yes": 2000, "no": 1000, "none": 0}


def test_confidence_and_several_of_many_are_voted_on(chamber: Chamber) -> None:
    mid = chamber.id
    people = {"1": "Bà An", "2": "Ông Bình", "3": "Bà Chi"}
    paper = three("secret")
    many = chamber.open(type(paper)("Bầu hai người", "secret", Method.MANY, people, most=2))
    for member in chamber.members[:4]:
        ballots.cast_ballot(member, mid, many, ["1", "2"])
    ballots.cast_ballot(chamber.members[4], mid, many, ["3"])
    assert result(chamber.close(many))["chosen"] == ["1", "2"]
    trust = chamber.open(type(paper)("Lấy phiếu tín nhiệm", "secret", Method.CONFIDENCE, people))
    for member in chamber.members[:3]:
        ballots.cast_ballot(member, mid, trust, ["1:high", "2:mid", "3:low"])
    with pytest.raises(Invalid, match=r"vote\.bad_choice"):
        ballots.cast_ballot(chamber.members[3], mid, trust, ["1:high"])
    found = result(chamber.close(trust))
    assert (found["counts"]["2:mid"], found["adopted"]) == (3000, None)


def test_a_void_vote_has_its_reason_and_no_result(chamber: Chamber) -> None:
    poll = chamber.open()
    chamber.cast(poll, "yes", "no")
    with pytest.raises(Forbidden, match=r"meeting\.not_yours_to_run"):
        voting.void_vote(chamber.secretary, chamber.id, poll, reason="Nhầm")
    with pytest.raises(Invalid, match=r"vote\.why"):
        voting.void_vote(chamber.chair, chamber.id, poll, reason="")
    voting.void_vote(chamber.chair, chamber.id, poll, reason="Đọc nhầm câu hỏi")
    found = chamber.poll(poll)
    assert (found.state, found.result, found.reason) == (PollState.VOID, None, "Đọc nhầm câu hỏi")
    with pytest.raises(BadState, match=r"vote\.not_closed"):
        voting.void_vote(chamber.chair, chamber.id, poll, reason="Nữa")
    chamber.open()


def test_ballots_that_do_not_match_their_voters_are_never_published(chamber: Chamber) -> None:
    for mode in ("open", "secret"):
        poll = chamber.open(three(mode))
        chamber.cast(poll, "yes", "yes", "yes")
        with db.unit_of_work() as session:
            session.add(Participation(poll_id=poll, voter_id=chamber.members[5].id))
        closed = chamber.close(poll)
        assert (closed.state, closed.result) == (PollState.CLOSED, None)
        with pytest.raises(BadState, match=r"vote\.mismatch"):
            voting.publish_vote(chamber.chair, chamber.id, poll)
        voting.void_vote(chamber.chair, chamber.id, poll, reason="Số phiếu không khớp")
