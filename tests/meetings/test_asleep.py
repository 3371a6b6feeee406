"""A tablet asleep for an hour, while a vote opened and closed: it comes back right, and no ballot changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from intranet.core import clock, db
from intranet.people.models import User
from intranet.people.sessions import SessionRow
from meetings.models.vote import Participation
from meetings.rules.shares import Audience
from meetings.services import ballots, voting
from tests.factories import Office
from tests.meetings.client_model import Tablet as Model
from tests.meetings.room_shares import snapshots
from tests.meetings.test_live import Tablets, cmd, tablet
from tests.meetings.voting import Chamber, make_chamber, three

__all__ = ["tablet"]

HOUR = timedelta(hours=1)


@pytest.fixture
def chamber(office: Office, guest: User) -> Chamber:
    """Six members who are there: three vote in time, one answer is lost, one ballot, one tablet sleeps."""
    return make_chamber(office, guest, 6)


def ballot(chamber: Chamber, poll: int, member: User) -> dict[str, Any]:
    """What the device sends, and sends again under the same id."""
    return cmd(f"b{member.id}", "vote.cast", mid=chamber.id, id=poll, choice=["no"])


def vote_passes(chamber: Chamber, poll: int) -> None:
    """Three vote and the fourth, whose answer is lost; the hour passes with the vote closed in its middle."""
    chamber.cast(poll, "yes", "yes", "yes")
    ballots.cast_ballot(chamber.members[3], chamber.id, poll, ["no"])
    clock.advance(HOUR / 2)
    chamber.close(poll)
    voting.publish_vote(chamber.chair, chamber.id, poll)
    clock.advance(HOUR / 2)


def nothing_moved(chamber: Chamber, poll: int) -> None:
    """Every ballot that was in is in, once, and none besides."""
    query = select(Participation.voter_id).where(Participation.poll_id == poll)
    assert sorted(db.session().scalars(query)) == sorted(one.id for one in chamber.members[:4])
    stands = chamber.poll(poll)
    assert stands.result is not None
    assert (stands.cast, stands.result["counts"]) == (4, {"yes": 3000, "no": 1000, "none": 0})


def told_late(answer: dict[str, Any]) -> bool:
    """It was refused, in words, because the vote is over."""
    return (answer["ok"], answer["code"]) == (False, "vote.too_late") and "đã kết thúc" in answer["msg"]


@pytest.mark.parametrize("mode", ["secret", "roll"])
def test_a_tablet_of_the_room_that_slept_for_an_hour(chamber: Chamber, tablet: Tablets, mode: str) -> None:
    lost, late, asleep = chamber.members[3:6]
    models = {one.id: Model() for one in (lost, late, asleep)}
    sockets = {one.id: tablet(one) for one in (lost, late, asleep)}
    with db.unit_of_work() as opened:
        # A registered tablet stays signed in to its meeting.
        opened.execute(update(SessionRow).values(only=f"meeting:{chamber.id}"))
    sleepy = models[asleep.id]
    sleepy.welcome(sockets[asleep.id].hello(chamber.id))
    sockets[asleep.id].socket.disconnect("/meetings")
    poll = chamber.open(three(mode))
    for one in (lost, late):
        models[one.id].welcome(sockets[one.id].hello(chamber.id))
        assert (models[one.id].state or {})["votes"][0]["st"] == "open"
        sockets[one.id].socket.disconnect("/meetings")
    vote_passes(chamber, poll)

    for one in (asleep, late, lost):
        awake, model = sockets[one.id], models[one.id]
        awake.socket.connect("/meetings", headers={"Origin": "http://localhost"})
        answer = awake.hello(chamber.id, model.v, model.cls)
        assert (answer["mode"], answer["me"]["votes"]) == ("delta", {})
        model.welcome(answer)
        assert model.state == snapshots(chamber.id)[Audience.MEMBER]
        assert [one["st"] for one in (model.state or {})["votes"]] == ["published"]
        again = [awake.ask("cmd", ballot(chamber, poll, one)) for _ in range(2)]
        if one is lost:
            assert [(told["ok"], told["already"]) for told in again] == [(True, True)] * 2
        else:
            assert all(map(told_late, again)), again
        nothing_moved(chamber, poll)


def test_whoever_must_sign_in_again_after_an_hour_gives_the_ballot_again_under_the_same_id(
    chamber: Chamber, client_of: Callable[[User], FlaskClient]
) -> None:
    lost, late = chamber.members[3:5]
    url = f"/api/v1/meetings/{chamber.id}"
    browsers = {one.id: client_of(one) for one in (lost, late)}
    poll = chamber.open(three("roll"))
    welcome = browsers[late.id].get(f"{url}/snapshot").get_json()
    vote_passes(chamber, poll)
    for one in (late, lost):
        assert browsers[one.id].post(f"{url}/commands", json=ballot(chamber, poll, one)).status_code == 401
        nothing_moved(chamber, poll)
        browser = client_of(one)
        since = f"{url}/snapshot?since={welcome['v']}&cls=member"
        assert browser.get(since).get_json()["me"]["votes"] == {}
        answer = browser.post(f"{url}/commands", json=ballot(chamber, poll, one)).get_json()
        assert answer.get("already") if one is lost else told_late(answer)
        nothing_moved(chamber, poll)
