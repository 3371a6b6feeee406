"""Whatever a room is sent that it should not be: a code and words of its own, and nothing else happens.

A frame too large and a thousand frames in a second need a real server: ``test_flood.py``.
"""

from collections.abc import Callable
from typing import Any

import pytest

from intranet.core import labels
from intranet.people.models import User
from meetings.services import voting
from tests.factories import Office
from tests.meetings.conftest import journal_of, make_sitting
from tests.meetings.test_live import Tablets, cmd, tablet
from tests.meetings.voting import Chamber, make_chamber, three

__all__ = ["tablet"]


@pytest.fixture
def chamber(office: Office, guest: User) -> Chamber:
    """Five members who are there."""
    return make_chamber(office, guest, 5)


Sent = tuple[str, dict[str, Any]]
#: What is sent of each kind, by whom, and the code of its refusal.
_BAD: dict[str, tuple[Callable[[Chamber, int, int, int], Sent], str, str]] = {
    "an unknown command": (
        lambda c, poll, mid, item: ("room.burn", {"mid": c.id}),
        "chair",
        "command.unknown",
    ),
    "an old version of an item": (
        lambda c, poll, mid, item: ("item.start", {"mid": c.id, "item": c.item, "expect": 999}),
        "chair",
        "item.moved_on",
    ),
    "a foreign meeting": (
        lambda c, poll, mid, item: ("item.start", {"mid": mid, "item": item, "expect": None}),
        "guest",
        "meeting.unknown",
    ),
    "a foreign item": (
        lambda c, poll, mid, item: ("item.start", {"mid": c.id, "item": item, "expect": None}),
        "chair",
        "item.unknown",
    ),
    "a text of 10,000 characters": (
        lambda c, poll, mid, item: ("item.add", {"mid": c.id, "title": "Â" * 10_000, "budget": 5}),
        "chair",
        "field.too_long",
    ),
    "a vote after closing": (
        lambda c, poll, mid, item: ("vote.cast", {"mid": c.id, "id": poll, "choice": ["yes"]}),
        "member",
        "vote.too_late",
    ),
}


@pytest.mark.parametrize("kind", sorted(_BAD))
def test_bad_input_is_refused_with_its_own_code_and_sentence_and_nobody_else_notices(
    chamber: Chamber, office: Office, tablet: Tablets, kind: str
) -> None:
    poll = chamber.open(three())
    chamber.close(poll)
    stranger = office.other_leader
    other = make_sitting(office, stranger)
    people = {"chair": chamber.chair, "member": chamber.members[2], "guest": chamber.sitting.guest}
    what, who, code = _BAD[kind]
    sender, watcher = tablet(people[who]), tablet(chamber.members[3])
    for one in (sender, watcher):
        one.hello(chamber.id)
    before = (journal_of(chamber.id), journal_of(other.id))
    name, d = what(chamber, poll, other.id, other.agenda[0].id)
    answer = sender.ask("cmd", cmd("bad", name, **d))
    assert (answer["ok"], answer["code"]) == (False, code)
    words = labels.all_labels()[f"error.{code}"].split("{")[0]
    assert answer["msg"].startswith(words), answer["msg"]
    assert (journal_of(chamber.id), journal_of(other.id)) == before
    assert watcher.heard("evt") == []
    voting.publish_vote(chamber.chair, chamber.id, poll)
    for one in (sender, watcher):
        assert [frame["t"] for frames in one.heard("evt") for frame in frames] == ["vote.published"]


def test_every_kind_of_bad_input_has_a_code_of_its_own() -> None:
    codes = [code for _, _, code in _BAD.values()]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("proto", [0, 2, "1", None])
def test_a_page_that_speaks_another_version_of_the_protocol_is_told_to_load_anew(
    chamber: Chamber, tablet: Tablets, proto: Any
) -> None:
    old, present = tablet(chamber.members[2]), tablet(chamber.chair)
    present.hello(chamber.id)
    answer = old.ask("hello", {"k": "hello", "proto": proto, "mid": chamber.id})
    assert (answer["ok"], answer["err"], answer["code"]) == (False, "invalid", "hello.proto")
    assert "Hãy tải lại trang" in answer["msg"]
    chamber.open()
    assert old.heard("evt") == []
    assert len(present.heard("evt")) == 2
    assert old.hello(chamber.id)["ok"]


def test_a_version_that_the_room_never_had_is_answered_with_the_whole_state(
    chamber: Chamber, tablet: Tablets
) -> None:
    answer = tablet(chamber.chair).hello(chamber.id, 10**9, "chair")
    assert (answer["mode"], answer["state"]["mid"]) == ("snapshot", chamber.id)


def test_a_second_ballot_is_told_that_the_first_stands(chamber: Chamber, tablet: Tablets) -> None:
    poll = chamber.open()
    voter = tablet(chamber.members[2])
    voter.hello(chamber.id)
    answers = [
        voter.ask("cmd", cmd(f"ballot-{choice}", "vote.cast", mid=chamber.id, id=poll, choice=[choice]))
        for choice in ("yes", "no")
    ]
    assert [(one["ok"], one.get("already", False)) for one in answers] == [(True, False), (True, True)]
    assert (answers[1]["code"], answers[1]["msg"]) == ("vote.already", labels.label("error.vote.already"))
    assert voter.hello(chamber.id)["me"]["votes"][str(poll)] == {"cast": True, "choice": ["yes"]}
