"""A server that is away while people vote takes no time from them."""

from datetime import timedelta

import pytest

from intranet.core import clock
from intranet.people.models import User
from intranet.records.audit import history
from meetings import jobs, live_votes
from meetings.models.vote import PollState
from meetings.services import ballots, minutes_facts, vote_watch
from tests.factories import Office
from tests.meetings.conftest import journal_of
from tests.meetings.voting import Chamber, make_chamber, three


@pytest.fixture
def chamber(office: Office, guest: User) -> Chamber:
    """Six members who are there."""
    return make_chamber(office, guest, 6)


def test_a_vote_that_runs_out_while_the_server_is_away_gets_its_time_back(chamber: Chamber) -> None:
    poll = chamber.open(three(seconds=60))
    clock.advance(timedelta(seconds=20))
    live_votes.watch_votes()
    clock.advance(timedelta(minutes=5))
    # The worker is up before the web process.
    assert jobs.close_votes() == 0
    assert vote_watch.watch() == 1
    ballots.cast_ballot(chamber.members[0], chamber.id, poll, ["yes"])
    assert chamber.poll(poll).closes_at == clock.now() + timedelta(seconds=40)
    assert journal_of(chamber.id)[-1] == "vote.extended"
    assert "vote.extended" in [line.act for line in history(chamber.sitting.meeting.ref)]
    told = minutes_facts.facts_of(chamber.sitting.meeting, ()).of_item(chamber.item)[-1]
    assert (told.kind, told.note) == ("vote", "máy chủ gián đoạn 5 phút")
    for _ in range(5):
        clock.advance(timedelta(seconds=8))
        assert vote_watch.watch() == 0
    assert jobs.close_votes() == 1
    assert chamber.poll(poll).state is PollState.CLOSED


def test_a_breath_and_a_vote_without_an_end_are_no_outage(chamber: Chamber) -> None:
    poll = chamber.open(three(seconds=60))
    vote_watch.watch()
    ends = chamber.poll(poll).closes_at
    clock.advance(timedelta(seconds=9))
    assert (vote_watch.watch(), chamber.poll(poll).closes_at) == (0, ends)
    chamber.close(poll)
    clock.advance(timedelta(hours=1))
    # What nobody watched in between concerns no later vote.
    timed = chamber.open(three(seconds=30))
    assert (vote_watch.watch(), jobs.close_votes()) == (0, 0)
    chamber.close(timed)
    untimed = chamber.open(three())
    clock.advance(timedelta(hours=1))
    assert (vote_watch.watch(), chamber.poll(untimed).closes_at) == (0, None)
