"""Marks of every kind, changed on several devices at once, kept to oneself or shared."""

from typing import Any

import pytest

from intranet.core.errors import NotFound
from intranet.people.models import User
from meetings.models.annotation import MarksShared
from meetings.services.annotating import sync
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper
from tests.meetings.marks import DATA, PHONE, TABLET, add, data, drop


@pytest.fixture
def file(sitting: Sitting) -> str:
    """Public id of a paper of three pages."""
    return add_paper(sitting.secretary, sitting, sitting.agenda[0]).public_id


def told(person: User, sitting: Sitting) -> dict[str, Any]:
    """What a new device of the person is told, by the mark's id; the last version of each first."""
    found: dict[str, Any] = {}
    for op in sync(person, sitting.id, [], {}).ops:
        found.setdefault(op["id"], []).append(op)
    return found


@pytest.mark.parametrize("kind", DATA)
def test_a_mark_of_each_kind_is_kept_as_it_was_made(sitting: Sitting, file: str, kind: str) -> None:
    assert sync(sitting.delegate, sitting.id, [add(1, 1, file, kind)], {}).rejected == []
    (op,) = sync(sitting.delegate, sitting.id, [], {}).ops
    assert op["d"] == data(kind)


@pytest.mark.parametrize(
    ("kind", "wrong", "code"),
    [
        ("highlight", {"quads": [1, 2, 3, 4]}, "malformed"),
        ("highlight", {"quads": [1.5] * 8}, "malformed"),
        ("highlight", {"pre": "x" * 33}, "too_long"),
        ("highlight", {"quads": [1] * 8 * 401}, "too_long"),
        ("note", {"text": "x" * 4001}, "too_long"),
        ("note", {"text": "a\x00"}, "malformed"),
        ("note", {"text": "\ud800"}, "malformed"),
        ("note", {"at": [1]}, "malformed"),
        ("text", {"turn": 45}, "malformed"),
        ("text", {"rect": [10, 10, 10, 20]}, "malformed"),
        ("box", {"rgb": "#fff"}, "malformed"),
        ("arrow", {"ends": [1, 2, 3]}, "malformed"),
        ("bookmark", {"label": None}, "malformed"),
        ("ink", {"tool": ["pen"]}, "malformed"),
    ],
)
def test_a_mark_that_is_not_in_its_form_is_refused_with_its_reason(
    sitting: Sitting, file: str, kind: str, wrong: dict[str, Any], code: str
) -> None:
    done = sync(sitting.delegate, sitting.id, [add(1, 1, file, kind, d=wrong), add(2, 2, file)], {})
    assert done.rejected == [{"id": f"{1:026d}", "code": f"annotation.{code}"}]
    assert done.accepted == [f"{2:026d}"]


def test_what_is_done_as_one_stands_or_falls_as_one(sitting: Sitting, file: str) -> None:
    sync(sitting.delegate, sitting.id, [add(1, 1, file), add(2, 2, file)], {})
    bad = {"pts": []}
    cut = [drop(1, 3) | {"batch": "x"}, add(3, 4, file, batch="x"), add(4, 5, file, batch="x", d=bad)]
    whole = [drop(2, 6) | {"batch": "y"}, add(5, 7, file, batch="y")]
    done = sync(sitting.delegate, sitting.id, [*cut, *whole], {})
    assert [one["id"][-1] for one in done.rejected] == ["1", "3", "4"]
    standing = {key[-1] for key, ops in told(sitting.delegate, sitting).items() if ops[0]["op"] != "del"}
    assert standing == {"1", "5"}


def test_a_later_change_wins_and_a_removal_beats_any(sitting: Sitting, file: str) -> None:
    ops = [
        add(1, 5, file, "box", PHONE, op="set", d={"w": 300}),
        add(1, 1, file, "box"),
        add(1, 4, file, "box", op="set", d={"w": 200}),
    ]
    for op in ops:
        sync(sitting.delegate, sitting.id, [op], {})
    (op,) = told(sitting.delegate, sitting)[f"{1:026d}"]
    assert op["d"]["w"] == 300
    sync(sitting.delegate, sitting.id, [drop(1, 2), add(1, 9, file, "box", op="set")], {})
    assert told(sitting.delegate, sitting)[f"{1:026d}"] == [drop(1, 2)]


def test_two_edits_of_a_note_at_once_are_both_kept_until_one_has_seen_the_other(
    sitting: Sitting, file: str
) -> None:
    def words(person: User) -> list[str]:
        ops = told(person, sitting)[f"{1:026d}"]
        return [op["d"]["text"] for op in sorted(ops, key=lambda op: (-op["lam"], op["dev"]))]

    first = add(1, 1, file, "note")
    here = add(1, 2, file, "note", op="set", past={TABLET: 1}, d={"text": "viết trên máy tính bảng"})
    there = add(1, 3, file, "note", PHONE, op="set", past={TABLET: 1}, d={"text": "viết trên điện thoại"})
    for person, order in (
        (sitting.delegate, [first, here, there]),
        (sitting.guest, [there, first, here, there]),
    ):
        for op in order:
            sync(person, sitting.id, [op], {})
        assert words(person) == ["viết trên điện thoại", "viết trên máy tính bảng"]
    joined = add(1, 4, file, "note", op="set", past={PHONE: 3}, d={"text": "gộp cả hai"})
    sync(sitting.delegate, sitting.id, [joined, here], {})
    assert words(sitting.delegate) == ["gộp cả hai"]


def test_nobody_is_told_of_marks_that_were_not_shared_with_them(sitting: Sitting, file: str) -> None:
    everybody, chosen = add(2, 2, file, "note", layer="all", source=f"{1:026d}"), add(3, 3, file, "box")
    chosen |= {"layer": "group", "people": [sitting.chair.id]}
    done = sync(sitting.delegate, sitting.id, [add(1, 1, file, "note"), everybody, chosen], {})
    assert done.rejected == []

    def seen(person: User) -> list[str]:
        return [one["id"][-1] for one in sync(person, sitting.id, [], {}, seen=0).shared["marks"]]

    assert {person.id: seen(person) for person in sitting.everybody} == {
        sitting.chair.id: ["2", "3"],
        sitting.secretary.id: ["2"],
        sitting.delegate.id: [],
        sitting.guest.id: ["2"],
    }
    (mark, _) = sync(sitting.chair, sitting.id, [], {}, seen=0).shared["marks"]
    assert (mark["by"], mark["n"], mark["layer"]) == (sitting.delegate.id, sitting.delegate.full_name, "all")


def test_what_was_shared_changes_and_goes_for_others_too_while_the_private_mark_stays(
    sitting: Sitting, file: str
) -> None:
    sync(sitting.delegate, sitting.id, [add(1, 1, file, "box"), add(2, 2, file, "box", layer="all")], {})
    seq = sync(sitting.chair, sitting.id, [], {}, seen=0).shared["seq"]
    sync(sitting.delegate, sitting.id, [add(2, 3, file, "box", op="set", d={"w": 400})], {})
    newer = sync(sitting.chair, sitting.id, [], {}, seen=seq).shared
    assert [one["d"]["w"] for one in newer["marks"]] == [400]
    sync(sitting.delegate, sitting.id, [drop(2, 4)], {})
    gone = sync(sitting.chair, sitting.id, [], {}, seen=newer["seq"]).shared
    assert gone["marks"] == [{"id": f"{2:026d}", "by": sitting.delegate.id, "gone": True}]
    assert sync(sitting.chair, sitting.id, [], {}, seen=gone["seq"]).shared["marks"] == []
    assert told(sitting.delegate, sitting)[f"{1:026d}"][0]["op"] == "add"


def test_a_private_mark_never_becomes_a_shared_one(
    sitting: Sitting, file: str, published: list[object]
) -> None:
    sync(sitting.delegate, sitting.id, [add(1, 1, file)], {})
    sync(sitting.delegate, sitting.id, [add(1, 2, file, op="set", layer="all")], {})
    assert sync(sitting.chair, sitting.id, [], {}, seen=0).shared["marks"] == []
    assert [one for one in published if isinstance(one, MarksShared)] == []
    sync(sitting.delegate, sitting.id, [add(2, 3, file, layer="group", people=[sitting.guest.id])], {})
    (fact,) = [one for one in published if isinstance(one, MarksShared)]
    assert (fact.by_id, fact.people) == (sitting.delegate.id, (sitting.guest.id,))


def test_marks_are_shared_with_people_of_the_meeting_alone(
    sitting: Sitting, file: str, office: Office
) -> None:
    wrong: list[dict[str, Any]] = [
        {"layer": "group", "people": [office.stranger.id]},
        {"layer": "group"},
        {"layer": "all", "people": [sitting.chair.id]},
        {"layer": "present"},
    ]
    for number, more in enumerate(wrong, 1):
        done = sync(sitting.delegate, sitting.id, [add(number, number, file, **more)], {})
        assert len(done.rejected) == 1
    with pytest.raises(NotFound):
        sync(office.stranger, sitting.id, [], {}, seen=0)
