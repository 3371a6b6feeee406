"""Votes over sockets and plain HTTP: the running count, a ballot without a socket, nothing logged."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from intranet.core import db
from intranet.core.labels import label
from intranet.people.models import User
from meetings import live, live_votes
from meetings.rules.audiences import project
from meetings.rules.shares import AUDIENCES, Audience
from meetings.rules.vote_shares import hears_count
from meetings.services import ballots, journal, room, voting
from tests.factories import Office
from tests.meetings.test_live import Tablet, Tablets, cmd, tablet
from tests.meetings.voting import Chamber, make_chamber, three

__all__ = ["tablet"]


@pytest.fixture
def chamber(office: Office, guest: User) -> Chamber:
    """Six members who are there; nothing was told of any vote before."""
    live_votes.forget_told()
    return make_chamber(office, guest, 6)


def counts(of: Tablet) -> list[dict[str, Any]]:
    """What a tablet was told of ballots since the last look."""
    return [one["d"] for one in of.heard("lv") if one["key"] == "vote"]


@pytest.mark.parametrize("shown", [False, True])
def test_the_running_count_goes_to_chair_and_secretary_and_to_members_where_asked(
    chamber: Chamber, tablet: Tablets, shown: bool
) -> None:
    poll = chamber.open(three("open", show_count=shown))
    people = {
        Audience.CHAIR: tablet(chamber.chair),
        Audience.SEC: tablet(chamber.secretary),
        Audience.MEMBER: tablet(chamber.sitting.delegate),
        Audience.GUEST: tablet(chamber.sitting.guest),
    }
    for one in people.values():
        one.hello(chamber.id)
    chamber.cast(poll, "yes", "no")
    live_votes.tell_progress()
    told = {audience: counts(one) for audience, one in people.items()}
    hearing = {Audience.CHAIR, Audience.SEC, *([Audience.MEMBER] if shown else [])}
    expected = [{"id": poll, "cast": 2, "elig": 6}]
    assert told == {one: expected if one in hearing else [] for one in people}
    live_votes.tell_progress()
    assert counts(people[Audience.CHAIR]) == []
    chamber.close(poll)
    live_votes.tell_progress()
    assert counts(people[Audience.CHAIR]) == []


@pytest.mark.parametrize("is_shown", [False, True])
def test_guests_hear_no_running_count_whatever_was_asked_for(chamber: Chamber, is_shown: bool) -> None:
    told = {one for one in AUDIENCES if hears_count(one, is_shown=is_shown)}
    assert told == {Audience.CHAIR, Audience.SEC, *((Audience.MEMBER, Audience.PROJ) if is_shown else ())}
    poll = chamber.open(three(show_count=is_shown))
    chamber.cast(poll, "yes", "no", "yes")
    voting.admit_voter(chamber.chair, chamber.id, poll, chamber.members[0].id)
    with db.scope():
        shown = {one: room.snapshot(chamber.sitting.meeting, one) for one in AUDIENCES}
    assert shown.pop(Audience.GUEST)["votes"] == []
    for audience, state in shown.items():
        (vote,) = state["votes"]
        assert (vote["cast"], vote["result"]) == (None, None), audience
        assert vote["elig"] == 6


@pytest.mark.parametrize("is_void", [False, True])
def test_guests_hear_of_a_vote_when_it_is_over_and_then_hold_what_a_fresh_page_would(
    chamber: Chamber, is_void: bool
) -> None:
    poll = chamber.open(three())
    chamber.cast(poll, "yes", "no", "yes")
    voting.admit_voter(chamber.chair, chamber.id, poll, chamber.members[0].id)
    v = chamber.sitting.meeting.v
    if is_void:
        voting.void_vote(chamber.chair, chamber.id, poll, reason="Có người vắng")
    else:
        chamber.close(poll)
    lines = [line for line in journal.lines_after(chamber.id, 0) if line.kind.startswith("vote.")]
    told = [(line.v, share) for line in lines if (share := project(line.kind, line.data, Audience.GUEST))]
    assert [(at, share["id"]) for at, share in told] == [(v + 1, poll)]
    with db.scope():
        assert [share["vote"] for _, share in told] == room.snapshot(chamber.sitting.meeting, Audience.GUEST)[
            "votes"
        ]


def test_a_tablet_without_a_socket_hears_who_is_there_who_has_not_voted_and_that_its_role_is_another(
    chamber: Chamber, tablet: Tablets, client_of: Callable[[User], FlaskClient]
) -> None:
    poll = chamber.open(three("roll"))
    tablet(chamber.members[1]).hello(chamber.id)
    address = f"/api/v1/meetings/{chamber.id}/events?since={chamber.sitting.meeting.v}"
    chairs, members = client_of(chamber.chair), client_of(chamber.members[2])

    def told(browser: FlaskClient, cls: str, beside: str = "") -> dict[str, Any]:
        answer = browser.get(f"{address}&cls={cls}&beside={beside}&wait=20").get_json()
        assert (answer["mode"], answer["events"]) == ("delta", [])
        return dict(answer["lv"])

    first = told(chairs, "chair")
    (count,) = first["votes"]
    assert (count["id"], count["cast"], len(count["missing"])) == (poll, 0, 6)
    assert first["online"] == {"n": 1, "people": [chamber.members[1].id]}
    assert first["presenter"] == {"gone": False, "p": None}
    others = told(members, "member")
    assert (others["votes"], others["online"], "presenter" in others) == ([], {"n": 1}, False)
    chamber.cast(poll, "yes")
    # What was told is no more so: the wait is over at once.
    again = told(chairs, "chair", first["mark"])
    assert (again["votes"][0]["cast"], again["mark"] == first["mark"]) == (1, False)
    other = members.get(f"{address}&cls=guest").get_json()
    assert (other["mode"], other["cls"]) == ("snapshot", "member")


def test_a_ballot_tells_the_room_nothing_and_its_frame_is_answered_again(
    chamber: Chamber, tablet: Tablets
) -> None:
    poll = chamber.open(three("secret"))
    chair, voter = tablet(chamber.chair), tablet(chamber.members[2])
    for one in (chair, voter):
        one.hello(chamber.id)
    frame = cmd("ballot", "vote.cast", mid=chamber.id, id=poll, choice=["yes"])
    first, second = voter.ask("cmd", frame), voter.ask("cmd", frame)
    assert (first["ok"], "already" in first, len(first["receipt"])) == (True, False, 10)
    told = {"code": "vote.already", "msg": label("error.vote.already")}
    assert second == {"k": "ack", "cid": frame["cid"], "ok": True, "already": True, **told}
    assert chair.heard("evt") == []
    assert voter.hello(chamber.id)["me"]["votes"] == {str(poll): {"cast": True}}


def test_a_ballot_over_http_counts_the_same_and_leaves_no_word_in_the_logs(
    chamber: Chamber, client_of: Callable[[User], FlaskClient], caplog: pytest.LogCaptureFixture
) -> None:
    poll = chamber.open(three("secret"))
    voter = chamber.members[3]
    browser = client_of(voter)
    live.rooms.tablets.clear()
    body = cmd("http", "vote.cast", mid=chamber.id, id=poll, choice=["none"], receipt="ABCDEFGH23")
    with caplog.at_level(logging.DEBUG):
        answers = [
            browser.post(
                f"/api/v1/meetings/{chamber.id}/commands", json=body, headers={"Origin": "http://localhost"}
            )
            for _ in range(2)
        ]
    assert [one.json and one.json["ok"] for one in answers] == [True, True]
    assert answers[1].json is not None
    assert answers[1].json["already"] is True
    said = " ".join(json.dumps(vars(record), default=str) for record in caplog.records)
    assert "ABCDEFGH23" not in said
    assert "none" not in said.replace("None", "").split('"')
    with db.scope():
        [(_, cast, eligible, _missing)] = ballots.progress({chamber.id})
    assert (cast, eligible) == (0, 6)
    for member in chamber.members[:2]:
        ballots.cast_ballot(member, chamber.id, poll, ["yes"])
    voting.close_vote(chamber.chair, chamber.id, poll)
    assert chamber.poll(poll).result["counts"] == {"yes": 2000, "no": 0, "none": 1000}
