"""Votes in the room's state: tablets agree with a fresh snapshot, nobody is told a choice too early."""

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from intranet.core import db
from intranet.core.errors import DomainError
from intranet.people.models import User
from meetings.models.meeting import PartRole
from meetings.rules.audiences import project
from meetings.rules.shares import AUDIENCES, OFFICERS, Audience
from meetings.services import ballots, journal, life, participants, room, voting
from meetings.services.polls import overlay
from tests.factories import Office
from tests.meetings.client_model import apply
from tests.meetings.conftest import Sitting
from tests.meetings.test_room_state import run_in_node, snapshots
from tests.meetings.voting import Chamber, make_chamber, one_of, three, vote_story


@pytest.fixture
def chamber(office: Office, guest: User) -> Chamber:
    """Six members who are there."""
    return make_chamber(office, guest, 6)


def _agree(past: list[dict[Audience, dict[str, Any]]], meeting_id: int) -> None:
    """From every state of the past the lines since lead to the last, here and in the browser."""
    cases = []
    lines = journal.lines_after(meeting_id, 0)
    for audience in AUDIENCES:
        frames = [frame for line in lines if (frame := journal.frame_of(line, audience)) is not None]
        for then in past:
            state = copy.deepcopy(then[audience])
            since = [frame for frame in frames if frame["v"] > state["v"]]
            for frame in since:
                apply(state, frame)
            assert state == past[-1][audience], audience
            cases.append({"from": then[audience], "frames": since, "to": past[-1][audience]})
    run_in_node(json.loads(json.dumps(cases)))


def test_tablets_follow_a_vote_from_its_preparing_to_its_end(draft: Sitting, office: Office) -> None:
    participants.invite(draft.secretary, draft.id, [office.other_head.id], PartRole.DELEGATE)
    life.publish_meeting(draft.secretary, draft.id)
    life.start_meeting(draft.chair, draft.id, confirm=True)
    past = [snapshots(draft.id)]
    for _ in vote_story(draft):
        past.append(snapshots(draft.id))
    _agree(past, draft.id)


def _random_act(chamber: Chamber, luck: random.Random) -> None:
    mid = chamber.id
    known = [one["id"] for one in snapshots(mid)[Audience.CHAIR]["votes"]] or [0]
    poll, actor = luck.choice(known), luck.choice((chamber.chair, chamber.secretary))
    mode = luck.choice(("roll", "open", "secret", "hand"))
    hands = dict.fromkeys(("yes", "no", "none"), 1)
    acts: list[Callable[[], Any]] = [
        lambda: voting.prepare_vote(actor, mid, chamber.item, three(mode)),
        lambda: voting.edit_vote(actor, mid, poll, one_of("A", "B", mode=mode)),
        lambda: voting.drop_vote(actor, mid, poll),
        lambda: voting.open_vote(actor, mid, poll),
        lambda: voting.open_vote(actor, mid, poll, seconds=luck.choice([None, 60])),
        lambda: [ballots.cast_ballot(one, mid, poll, ["yes"]) for one in luck.sample(chamber.members, 4)],
        lambda: voting.count_hands(actor, mid, poll, hands),
        lambda: voting.close_vote(actor, mid, poll),
        lambda: voting.publish_vote(actor, mid, poll),
        lambda: voting.void_vote(chamber.chair, mid, poll, reason="Nhầm"),
    ]
    try:
        luck.choice(acts)()
    except DomainError:
        return


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_to_votes_in_whatever_order_every_tablet_agrees(chamber: Chamber, seed: int) -> None:
    luck = random.Random(seed)
    past = [snapshots(chamber.id)]
    for _ in range(40):
        _random_act(chamber, luck)
        past.append(snapshots(chamber.id))
    assert chamber.sitting.meeting.v > 8
    _agree(past[::6] + past[-1:], chamber.id)


def _told(chamber: Chamber, audience: Audience) -> str:
    """Everything that an audience has been told, and its state, as text."""
    lines = journal.lines_after(chamber.id, 0)
    shares = [project(line.kind, line.data, audience) for line in lines]
    return json.dumps([shares, snapshots(chamber.id)[audience]["votes"]])


@pytest.mark.parametrize("mode", ["roll", "open", "secret"])
def test_before_publishing_only_chair_and_secretary_learn_what_came_of_it(
    chamber: Chamber, mode: str
) -> None:
    poll = chamber.prepare(three(mode))
    for audience in AUDIENCES:
        assert ("kế hoạch" in json.loads(f'"{_plain(_told(chamber, audience))}"')) is (audience in OFFICERS)
    voting.open_vote(chamber.chair, chamber.id, poll)
    chamber.cast(poll, "yes", "yes", "yes", "no", "none", "yes")
    for audience in AUDIENCES:
        assert "counts" not in _told(chamber, audience)
    chamber.close(poll)
    assert [one for one in AUDIENCES if "counts" in _told(chamber, one)] == [Audience.CHAIR, Audience.SEC]
    voting.publish_vote(chamber.secretary, chamber.id, poll)
    assert all("counts" in _told(chamber, one) for one in AUDIENCES)
    named = {one for one in AUDIENCES if '"names"' in _told(chamber, one)}
    assert named == (set(AUDIENCES) - {Audience.PROJ} if mode == "roll" else set())
    voters = {one for one in AUDIENCES if '"voters"' in _told(chamber, one)}
    assert voters == {Audience.CHAIR, Audience.SEC, Audience.MEMBER}


def _plain(text: str) -> str:
    return text.replace('"', " ")


def test_a_person_sees_their_own_ballot_and_of_a_secret_one_only_that_it_was_given(chamber: Chamber) -> None:
    roll = chamber.open()
    chamber.cast(roll, "no")
    first, second = chamber.members[:2]
    assert overlay(first, chamber.sitting.meeting) == {str(roll): {"cast": True, "choice": ["no"]}}
    assert overlay(second, chamber.sitting.meeting) == {str(roll): {"cast": False}}
    assert overlay(chamber.secretary, chamber.sitting.meeting) == {}
    chamber.close(roll)
    assert overlay(first, chamber.sitting.meeting) == {}
    secret = chamber.open(three("secret"))
    chamber.cast(secret, "no")
    with db.scope():
        me = room.welcome(first, chamber.id, None).answer["me"]
    assert (me["votes"], "vote" in me["can"]) == ({str(secret): {"cast": True}}, True)
    with db.scope():
        assert "vote" not in room.welcome(chamber.sitting.guest, chamber.id, None).answer["me"]["can"]
