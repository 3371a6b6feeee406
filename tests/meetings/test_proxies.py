"""Who votes in whose place: set with the question, kept when it is worded anew, told to officers alone."""

from typing import Any

import pytest

from intranet.core import commands
from intranet.core.errors import Invalid
from intranet.people.models import User
from meetings.models.floor import PresenceState
from meetings.rules.shares import AUDIENCES, OFFICERS, Audience
from meetings.services import ballots, profiles
from meetings.services.polls import overlay
from meetings.services.profiles import Rules
from tests.factories import Office
from tests.meetings.test_room_state import snapshots
from tests.meetings.voting import Chamber, be_there, make_chamber, three


@pytest.fixture
def chamber(office: Office, guest: User) -> Chamber:
    """Six members, the last away, under rules by which one may vote for one other."""
    made = make_chamber(office, guest, 6)
    first = profiles.kept_bodies(office.org.id)[0]
    profiles.edit_body(office.admin, first.id, Rules("UBND", 2, 3, "members", "fail", proxy_limit=1))
    be_there(made.id, made.members[-1:], PresenceState.OUT)
    return made


def ask(chamber: Chamber, t: str, **d: Any) -> dict[str, Any]:
    """What the secretary's desk sends."""
    cid = f"proxies-{t}-{len(str(d))}"
    said = {"mid": chamber.id, "q": "Thông qua?", "mode": "roll"} | d
    return commands.run(chamber.secretary, {"cid": cid, "t": t, "d": said})


def test_a_question_worded_anew_keeps_its_proxies_and_weights_until_told_others(chamber: Chamber) -> None:
    away, holder = chamber.members[-1].id, chamber.members[1].id
    proxies, weights = [{"p": away, "by": holder}], [{"p": holder, "w": 2000}]
    poll = ask(chamber, "vote.prepare", item=chamber.item, proxies=proxies, weights=weights)["id"]
    assert ask(chamber, "vote.edit", id=poll, q="Thông qua kế hoạch?")["ok"]
    kept = chamber.poll(poll)
    assert (kept.question, kept.proxies, kept.weights) == (
        "Thông qua kế hoạch?",
        {str(away): holder},
        {str(holder): 2000},
    )
    told = {one: snapshots(chamber.id)[one]["votes"] for one in AUDIENCES}
    assert told[Audience.SEC][0]["proxies"] == proxies
    assert ask(chamber, "vote.edit", id=poll, proxies=[], weights=[])["ok"]
    assert (chamber.poll(poll).proxies, chamber.poll(poll).weights) == ({}, {})


def test_chair_and_secretary_alone_are_told_who_votes_for_whom(chamber: Chamber) -> None:
    away, holder = chamber.members[-1].id, chamber.members[1].id
    poll = chamber.open(proxies={away: holder})
    told = {one: snapshots(chamber.id)[one] for one in AUDIENCES}
    assert [one for one in AUDIENCES if any("proxies" in vote for vote in told[one]["votes"])] == sorted(
        OFFICERS
    )
    assert told[Audience.CHAIR]["votes"][0]["elig"] == 6
    assert told[Audience.GUEST]["body"]["proxy_limit"] == 1
    assert chamber.poll(poll).proxies == {str(away): holder}


def test_no_more_ballots_than_the_rules_allow_are_put_into_one_hand(chamber: Chamber) -> None:
    first, second, away = chamber.members[0].id, chamber.members[1].id, chamber.members[-1].id
    for wrong in ({away: first, second: first}, {away: second, second: first}, {away: 10**9}):
        with pytest.raises(Invalid, match=r"vote\.bad_proxy"):
            chamber.prepare(proxies=wrong)
    refused = ask(chamber, "vote.prepare", item=chamber.item, proxies=[{"p": away, "by": away}])
    assert (refused["ok"], refused["code"]) == (False, "vote.bad_proxy")
    assert snapshots(chamber.id)[Audience.SEC]["votes"] == []


def test_whoever_votes_for_another_sees_what_that_ballot_says_and_may_change_it(
    office: Office, chamber: Chamber
) -> None:
    rules = Rules("UBND", 2, 3, "members", "fail", proxy_limit=1, may_change=True)
    profiles.edit_body(office.admin, profiles.kept_bodies(office.org.id)[0].id, rules)
    away, holder = chamber.members[-1], chamber.members[1]
    poll = chamber.open(proxies={away.id: holder.id})
    key = str(away.id)
    assert overlay(holder, chamber.sitting.meeting)[str(poll)] == {"cast": False, "of": {key: False}}
    ballots.cast_ballot(holder, chamber.id, poll, ["yes"], of=away.id)
    assert overlay(holder, chamber.sitting.meeting)[str(poll)]["said"] == {key: ["yes"]}
    ballots.cast_ballot(holder, chamber.id, poll, ["no"], of=away.id, was=["yes"])
    told = overlay(holder, chamber.sitting.meeting)[str(poll)]
    assert told == {"cast": False, "of": {key: True}, "said": {key: ["no"]}}
    assert "said" not in overlay(chamber.members[2], chamber.sitting.meeting)[str(poll)]
    chamber.close(poll)
    secret = chamber.open(three("secret"), proxies={away.id: holder.id})
    ballots.cast_ballot(holder, chamber.id, secret, ["yes"], of=away.id)
    assert overlay(holder, chamber.sitting.meeting)[str(secret)] == {"cast": False, "of": {key: True}}
