"""Ballots of roll-calls given anew before closing, where the body's rules allow it."""

from typing import Any

import pytest
from sqlalchemy import func, select

from intranet.core import clock, commands, db
from intranet.core.errors import BadState, Invalid, Stale
from intranet.people.models import User
from intranet.records.audit import history
from meetings.models.floor import Body
from meetings.models.meeting import Meeting
from meetings.models.vote import NamedBallot, Participation
from meetings.services import ballots, voting
from meetings.services.polls import overlay
from tests.factories import Office
from tests.meetings.conftest import journal_of
from tests.meetings.voting import Chamber, make_chamber, three


def allow(chamber: Chamber) -> None:
    """Let the chamber sit under rules that allow it."""
    with db.unit_of_work() as session:
        body = Body(org_id=chamber.sitting.meeting.org_id, name="Ban chỉ đạo", may_change=True)
        session.add(body)
        session.flush()
        session.get_one(Meeting, chamber.id).body_id = body.id


@pytest.fixture
def chamber(office: Office, guest: User) -> Chamber:
    """Six members who may change their ballots."""
    made = make_chamber(office, guest, 6)
    allow(made)
    return made


def choice_of(poll: int, voter: User) -> list[str]:
    """What a ballot says now."""
    return db.session().get_one(NamedBallot, (poll, voter.id), populate_existing=True).choice


def changes(chamber: Chamber) -> list[Any]:
    """What the audit log says was changed, oldest first."""
    lines = reversed(history(chamber.sitting.meeting.ref))
    return [line.data for line in lines if line.act == "vote.changed"]


def test_a_ballot_is_given_anew_stays_one_and_the_log_says_so(chamber: Chamber) -> None:
    poll, voter = chamber.open(), chamber.members[2]
    told = journal_of(chamber.id)
    chamber.cast(poll, "yes", "no", "yes", "yes")
    changed = ballots.cast_ballot(voter, chamber.id, poll, ["no"], was=["yes"])
    assert changed == {"changed": True}
    assert choice_of(poll, voter) == ["no"]
    assert journal_of(chamber.id) == told
    for table in (NamedBallot, Participation):
        assert db.session().scalar(select(func.count()).select_from(table)) == 4
    assert changes(chamber) == [{"vote": poll, "person": voter.id, "before": ["yes"], "choice": ["no"]}]
    assert overlay(voter, chamber.sitting.meeting)[str(poll)]["choice"] == ["no"]
    closed = chamber.close(poll)
    assert closed.result["counts"] == {"yes": 2000, "no": 2000, "none": 0}
    assert closed.cast == 4


def test_a_repeated_change_and_a_late_first_ballot_change_nothing(chamber: Chamber) -> None:
    poll, voter = chamber.open(), chamber.members[2]
    ballots.cast_ballot(voter, chamber.id, poll, ["yes"])
    ballots.cast_ballot(voter, chamber.id, poll, ["no"], was=["yes"])
    # The change comes again, then the first ballot, sent long ago by another device.
    assert ballots.cast_ballot(voter, chamber.id, poll, ["no"], was=["yes"]) == {"already": True}
    assert ballots.cast_ballot(voter, chamber.id, poll, ["yes"]) == {"already": True}
    assert choice_of(poll, voter) == ["no"]
    with pytest.raises(Stale, match=r"vote\.changed_elsewhere"):
        ballots.cast_ballot(voter, chamber.id, poll, ["none"], was=["yes"])
    assert (choice_of(poll, voter), len(changes(chamber))) == (["no"], 1)


@pytest.mark.parametrize("mode", ["open", "secret"])
def test_only_ballots_of_a_roll_call_are_changed(chamber: Chamber, mode: str) -> None:
    poll, voter = chamber.open(three(mode)), chamber.members[2]
    ballots.cast_ballot(voter, chamber.id, poll, ["yes"])
    with pytest.raises(BadState, match=r"vote\.no_change"):
        ballots.cast_ballot(voter, chamber.id, poll, ["no"], was=["yes"])
    assert changes(chamber) == []


def test_without_the_bodys_rule_the_first_ballot_stands(office: Office, guest: User) -> None:
    chamber = make_chamber(office, guest, 6)
    poll, voter = chamber.open(), chamber.members[2]
    ballots.cast_ballot(voter, chamber.id, poll, ["yes"])
    with pytest.raises(BadState, match=r"vote\.no_change"):
        ballots.cast_ballot(voter, chamber.id, poll, ["no"], was=["yes"])
    # The rule that was told at the preparing holds, whatever the body's is by now.
    allow(chamber)
    with pytest.raises(BadState, match=r"vote\.no_change"):
        ballots.cast_ballot(voter, chamber.id, poll, ["no"], was=["yes"])
    assert choice_of(poll, voter) == ["yes"]


def test_nothing_is_changed_after_its_time_or_after_closing(chamber: Chamber) -> None:
    poll, voter = chamber.prepare(), chamber.members[2]
    voting.open_vote(chamber.chair, chamber.id, poll, seconds=60)
    chamber.cast(poll, "yes", "yes", "yes", "yes")
    with pytest.raises(Invalid, match=r"vote\.bad_choice"):
        ballots.cast_ballot(voter, chamber.id, poll, ["maybe"], was=["yes"])
    closes = chamber.poll(poll).closes_at
    assert closes is not None
    clock.freeze(closes)
    with pytest.raises(BadState, match=r"vote\.too_late"):
        ballots.cast_ballot(voter, chamber.id, poll, ["no"], was=["yes"])
    voting.close_due()
    with pytest.raises(BadState, match=r"vote\.too_late"):
        ballots.cast_ballot(voter, chamber.id, poll, ["no"], was=["yes"])
    assert ballots.cast_ballot(voter, chamber.id, poll, ["yes"], was=["no"]) == {"already": True}
    assert choice_of(poll, voter) == ["yes"]


def test_the_room_is_told_that_a_ballot_may_be_changed(chamber: Chamber) -> None:
    poll, voter = chamber.open(), chamber.members[2]
    cast = {"mid": chamber.id, "id": poll, "choice": ["yes"]}
    assert commands.run(voter, {"cid": "cast-0001", "t": "vote.cast", "d": cast})["ok"]
    anew = cast | {"choice": ["no"], "was": ["yes"]}
    answer = commands.run(voter, {"cid": "cast-0002", "t": "vote.cast", "d": anew})
    assert (answer["ok"], answer["changed"]) == (True, True)
    wrong = commands.run(voter, {"cid": "cast-0003", "t": "vote.cast", "d": anew | {"was": "yes"}})
    assert (wrong["ok"], wrong["err"]) == (False, "invalid")
    assert chamber.poll(poll).may_change
