"""What a room may be asked: refused before it runs when it is malformed, answered once when repeated."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

import pytest

from intranet.core import commands, permits
from intranet.core.actor import Actor
from intranet.core.errors import Invalid, Stale, Unavailable
from tests.factories import Office


@dataclass
class Move:
    """Payload of these tests' command."""

    mid: int
    note: str | None = None


@pytest.fixture
def moved() -> Iterator[list[int]]:
    """Where the command of these tests was asked to go."""
    seen: list[int] = []
    permits.permit("test.move", "leader")

    @commands.command("test.move", needs="test.move")
    def move(actor: Actor, d: Move) -> commands.Answer:
        if d.mid < 0:
            raise Stale("once.other_body")
        seen.append(d.mid)
        return {"v": len(seen)}

    yield seen
    commands._commands.pop("test.move")
    permits._roles_by_permit.pop("test.move")


def frame(cid: str = "0123456789", **d: object) -> dict[str, object]:
    """A command frame."""
    return {"k": "cmd", "cid": cid, "t": "test.move", "d": d}


def test_a_repeated_cid_gets_the_first_answer_and_acts_once(office: Office, moved: list[int]) -> None:
    first = commands.run(office.leader, frame(mid=5))
    assert first == {"k": "ack", "cid": "0123456789", "ok": True, "v": 1}
    assert commands.run(office.leader, frame(mid=5)) == first
    assert moved == [5]


def test_a_repeated_cid_that_was_refused_is_refused_again_in_the_same_words(
    office: Office, moved: list[int]
) -> None:
    office_is = {"closed": True}

    @commands.command("test.enter", needs="test.move")
    def enter(actor: Actor, d: Move) -> commands.Answer:
        if office_is["closed"]:
            raise Unavailable("database.busy") if d.mid == 0 else Stale("item.moved_on", cur=d.mid)
        return {"v": d.mid}

    asked = frame(mid=5) | {"t": "test.enter"}
    busy = frame("busy-office", mid=0) | {"t": "test.enter"}
    try:
        first = commands.run(office.leader, asked)
        assert (first["ok"], first["err"], first["data"]) == (False, "stale", {"cur": 5})
        assert commands.run(office.leader, busy)["err"] == "retry"
        office_is["closed"] = False
        assert commands.run(office.leader, asked) == first
        # Whoever was told to try again is judged when they do; another person's id is another's.
        assert commands.run(office.leader, busy)["ok"]
        assert commands.run(office.leader, asked | {"cid": "another-ask"})["v"] == 5
        other = commands.run(office.leader, frame(mid=6) | {"t": "test.enter"})
        assert other["code"] == "once.other_body"
    finally:
        commands._commands.pop("test.enter")


def test_an_unknown_command_has_its_own_code_and_words(office: Office) -> None:
    answer = commands.run(office.leader, frame() | {"t": "meeting.burn"})
    assert (answer["err"], answer["code"]) == ("not_found", "command.unknown")
    assert answer["msg"] == "Không có lệnh này. Hãy tải lại trang rồi thử lại."


@pytest.mark.parametrize(
    "d", [{}, {"mid": "5"}, {"mid": True}, {"mid": 5, "more": 1}, {"mid": 5, "note": 7}, {"mid": None}]
)
def test_a_malformed_payload_is_refused_with_the_fields_name(
    office: Office, moved: list[int], d: dict[str, object]
) -> None:
    answer = commands.run(office.leader, frame(**d))
    assert answer["ok"] is False
    assert answer["code"] == "command.payload"
    assert moved == []


@pytest.mark.parametrize(
    "given", [None, 7, "cmd", [], {"cid": "short", "t": "test.move"}, {"cid": "0123456789"}]
)
def test_anything_that_is_no_command_is_answered_not_raised(
    office: Office, moved: list[int], given: object
) -> None:
    assert commands.run(office.leader, given)["ok"] is False


class Colour(StrEnum):
    """What a field may be."""

    RED = "red"


@dataclass
class Everything:
    """Fields of every kind that payloads use."""

    n: int = 0
    x: float = 0.0
    words: str = ""
    pair: tuple[int, str] = (0, "")
    many: tuple[int, ...] = ()
    rows: list[Move] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    either: int | str | None = None
    one: Literal[1, "a"] = 1
    colour: Colour = Colour.RED


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"x": 2}, {"x": 2.0}),
        ({"pair": [1, "a"]}, {"pair": (1, "a")}),
        ({"many": [1, 2, 3]}, {"many": (1, 2, 3)}),
        ({"rows": [{"mid": 1}]}, {"rows": [Move(1)]}),
        ({"more": {"a": [1]}}, {"more": {"a": [1]}}),
        ({"either": "a"}, {"either": "a"}),
        ({"either": 7}, {"either": 7}),
        ({"colour": "red"}, {"colour": Colour.RED}),
    ],
)
def test_a_payload_is_read_by_its_annotations(given: dict[str, Any], kept: dict[str, Any]) -> None:
    read = commands.parse(Everything, given)
    assert {name: getattr(read, name) for name in kept} == kept


@pytest.mark.parametrize(
    "given",
    [
        {"n": 2**63},
        {"n": 1.0},
        {"x": float("nan")},
        {"x": float("inf")},
        {"x": 10**400},
        {"words": "a\0b"},
        {"words": "\ud800"},
        {"pair": [1]},
        {"pair": ["a", 1]},
        {"many": [1, "a"]},
        {"many": [0] * 1001},
        {"rows": [{"mid": 1, "more": 2}]},
        {"more": [1]},
        {"either": 1.5},
        {"one": True},
        {"one": [1]},
        {"colour": "blue"},
        {"colour": {}},
    ],
)
def test_what_a_database_cannot_take_is_refused_before_anything_runs(given: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=r"command.payload"):
        commands.parse(Everything, given)


def test_whoever_lacks_the_permit_is_refused(office: Office, moved: list[int]) -> None:
    assert commands.run(office.officer, frame(mid=5))["err"] == "forbidden"
    assert moved == []


def test_a_refusal_says_in_vietnamese_what_happened(office: Office, moved: list[int]) -> None:
    answer = commands.run(office.leader, frame(mid=-1))
    assert answer["err"] == "stale"
    assert "tải lại trang" in answer["msg"]
