"""Who may do what with votes; what is asked wrongly is refused in words, and nothing changes."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from intranet.core import commands, db, labels
from intranet.core.errors import Forbidden, NotFound
from intranet.people.models import User
from meetings.models.vote import Participation
from meetings.services import ballots, voting
from tests.factories import Office
from tests.meetings.conftest import make_sitting
from tests.meetings.voting import Chamber, make_chamber, three


@pytest.fixture
def chamber(office: Office, guest: User) -> Chamber:
    """Six members who are there."""
    return make_chamber(office, guest, 6)


Act = Callable[[Chamber, User, int], Any]
_ACTS: dict[str, Act] = {
    "prepare": lambda c, who, _: voting.prepare_vote(who, c.id, c.item, three()),
    "edit": lambda c, who, poll: voting.edit_vote(who, c.id, poll, three()),
    "drop": lambda c, who, poll: voting.drop_vote(who, c.id, poll),
    "open": lambda c, who, poll: voting.open_vote(who, c.id, poll),
    "close": lambda c, who, poll: voting.close_vote(who, c.id, poll),
    "publish": lambda c, who, poll: voting.publish_vote(who, c.id, poll),
    "void": lambda c, who, poll: voting.void_vote(who, c.id, poll, reason="Nhầm"),
    "admit": lambda c, who, poll: voting.admit_voter(who, c.id, poll, who.id),
    "count": lambda c, who, poll: voting.count_hands(who, c.id, poll, {}),
}


@pytest.mark.parametrize("act", sorted(_ACTS))
def test_only_chair_and_secretary_run_votes_and_strangers_know_of_none(
    chamber: Chamber, office: Office, act: str
) -> None:
    poll = chamber.prepare()
    v = chamber.sitting.meeting.v
    for who in (chamber.sitting.delegate, chamber.sitting.guest):
        with pytest.raises(Forbidden, match=r"meeting\.not_yours_to_run"):
            _ACTS[act](chamber, who, poll)
    with pytest.raises(NotFound, match=r"meeting\.unknown"):
        _ACTS[act](chamber, office.stranger, poll)
    assert chamber.sitting.meeting.v == v


def test_only_whose_vote_it_is_may_cast(chamber: Chamber, office: Office) -> None:
    prepared = chamber.prepare()
    with pytest.raises(NotFound, match=r"vote\.unknown"):
        ballots.cast_ballot(chamber.chair, chamber.id, prepared, ["yes"])
    poll = chamber.open()
    for who in (chamber.secretary, chamber.sitting.guest):
        with pytest.raises(Forbidden, match=r"vote\.not_yours"):
            ballots.cast_ballot(who, chamber.id, poll, ["yes"])
    with pytest.raises(NotFound, match=r"vote\.unknown"):
        ballots.cast_ballot(office.stranger, chamber.id, poll, ["yes"])


def _ask(actor: User, name: str, **d: Any) -> dict[str, Any]:
    return commands.run(actor, {"cid": f"bad-input-{name}", "t": name, "d": d})


@pytest.mark.parametrize(
    ("name", "changes", "code"),
    [
        ("vote.cast", {"choice": ["maybe"]}, "vote.bad_choice"),
        ("vote.cast", {"choice": []}, "vote.bad_choice"),
        ("vote.cast", {"choice": ["yes", "no"]}, "vote.bad_choice"),
        ("vote.cast", {"choice": ["x" * 10_000]}, "vote.bad_choice"),
        ("vote.cast", {"choice": ["yes"] * 2000}, "command.payload"),
        ("vote.cast", {"choice": "yes"}, "command.payload"),
        ("vote.cast", {"choice": ["yes"], "id": 10**6}, "vote.unknown"),
        ("vote.cast", {"choice": ["yes"], "receipt": "AAAAAAAAAA"}, "vote.bad_receipt"),
        ("vote.cast", {"choice": ["yes"], "time": 5}, "command.payload"),
        ("vote.close", {"id": 10**6}, "vote.unknown"),
        ("vote.void", {"reason": ""}, "vote.why"),
        ("vote.void", {"reason": "x" * 10_000}, "field.too_long"),
        ("vote.publish", {}, "vote.not_closed"),
        ("vote.count", {"counts": []}, "vote.not_by_hand"),
        ("vote.open", {"secs": 0}, "vote.bad_seconds"),
        ("vote.open", {"secs": 10**7}, "vote.bad_seconds"),
        ("vote.prepare", {"q": "x" * 10_000}, "field.too_long"),
        ("vote.prepare", {"q": "  "}, "vote.needs_question"),
        ("vote.prepare", {"item": 10**6}, "item.unknown"),
        ("vote.prepare", {"opts": ["A"]}, "vote.bad_options"),
        ("vote.prepare", {"method": "single", "opts": ["A", "A"]}, "vote.bad_options"),
        ("vote.prepare", {"mode": "loud"}, "command.payload"),
        (
            "vote.prepare",
            {"rule": {"base": "cast", "num": 1, "den": 2, "tie": "chair_side"}, "mode": "secret"},
            "vote.chair_side_named",
        ),
    ],
)
def test_bad_input_has_its_own_code_and_sentence_and_changes_nothing(
    chamber: Chamber, name: str, changes: dict[str, Any], code: str
) -> None:
    poll = chamber.open()
    v = chamber.sitting.meeting.v
    d: dict[str, Any] = {"mid": chamber.id}
    if name == "vote.prepare":
        d |= {"item": chamber.item, "q": "Đồng ý?", "mode": "roll"}
    else:
        d["id"] = poll
    answer = _ask(chamber.chair, name, **(d | changes))
    assert answer["ok"] is False
    assert labels.has_label(f"error.{code}")
    words = labels.all_labels()[f"error.{code}"].split("{")[0]
    assert words in answer["msg"], answer
    assert chamber.sitting.meeting.v == v
    assert db.session().scalar(select(func.count()).select_from(Participation)) == 0


def test_a_vote_of_another_meeting_is_unknown_here(chamber: Chamber, office: Office) -> None:
    poll = chamber.open()
    other = make_sitting(office, chamber.sitting.guest)
    for act in (
        lambda: ballots.cast_ballot(other.chair, other.id, poll, ["yes"]),
        lambda: voting.close_vote(other.chair, other.id, poll),
    ):
        with pytest.raises(NotFound, match=r"vote\.unknown"):
            act()
    with pytest.raises(NotFound, match=r"item\.unknown"):
        voting.prepare_vote(chamber.chair, chamber.id, other.agenda[0].id, three())


def test_a_vote_is_held_by_commands_from_the_first_to_the_last(chamber: Chamber) -> None:
    mid = chamber.id
    made = _ask(
        chamber.secretary,
        "vote.prepare",
        mid=mid,
        item=chamber.item,
        q="Bầu ai?",
        mode="open",
        method="single",
        opts=["Bà An", "Ông Bình"],
    )
    poll = made["id"]
    assert _ask(chamber.chair, "vote.open", mid=mid, id=poll)["ok"]
    for member, choice in zip(chamber.members, "112", strict=False):
        assert _ask(member, "vote.cast", mid=mid, id=poll, choice=[choice])["ok"]
    again = _ask(chamber.members[0], "vote.cast", mid=mid, id=poll, choice=["2"])
    assert (again["ok"], again["already"]) == (True, True)
    assert _ask(chamber.chair, "vote.close", mid=mid, id=poll)["ok"]
    assert _ask(chamber.chair, "vote.publish", mid=mid, id=poll)["ok"]
    assert chamber.poll(poll).result["reason"] == ("Bà An được 2/3 phiếu hợp lệ, nhiều phiếu nhất: được chọn")


def test_a_ballot_after_closing_is_refused_with_what_to_do(chamber: Chamber) -> None:
    poll = chamber.open()
    chamber.close(poll)
    answer = _ask(chamber.members[1], "vote.cast", mid=chamber.id, id=poll, choice=["yes"])
    assert (answer["ok"], "phiếu không được ghi" in answer["msg"]) == (False, True)
