"""Notes over pages: one person's, whatever device, whatever order."""

import random
from typing import Any

import pytest
from sqlalchemy import select

from intranet.core import db
from intranet.core.errors import Invalid, NotFound
from meetings.models.annotation import Annotation
from meetings.services import annotating
from meetings.services.annotating import sync
from tests.factories import Office
from tests.meetings.conftest import Sitting, add_paper

TABLET, PHONE = "0" * 25 + "A", "0" * 25 + "B"
STROKE = {
    "kind": "ink",
    "tool": "pen",
    "rgb": "c4161c",
    "w": 200,
    "pts": [1000, 2000, 30, -40],
    "pr": [50, 60],
}


def add(number: int, lam: int, file: str, dev: str = TABLET, **more: Any) -> dict[str, Any]:
    head = {"op": "add", "id": f"{number:026d}", "lam": lam, "dev": dev}
    return head | {"file": file, "page": 1, "d": STROKE | more}


def drop(number: int, lam: int, dev: str = TABLET) -> dict[str, Any]:
    return {"op": "del", "id": f"{number:026d}", "lam": lam, "dev": dev}


@pytest.fixture
def file(sitting: Sitting) -> str:
    """Public id of a paper of three pages."""
    return add_paper(sitting.secretary, sitting, sitting.agenda[0]).public_id


def test_a_stroke_sent_twice_is_one_and_comes_back_on_another_device(sitting: Sitting, file: str) -> None:
    op = add(1, 1, file)
    for _ in range(2):
        assert sync(sitting.delegate, sitting.id, [op], {TABLET: 1}).accepted == [op["id"]]
    back = sync(sitting.delegate, sitting.id, [], {})
    assert [one | {"rev": ""} for one in back.ops] == [op | {"rev": ""}]
    assert len(back.ops[0]["rev"]) == 64
    assert sync(sitting.delegate, sitting.id, [], {TABLET: 1}).ops == []


def test_notes_are_seen_by_their_author_alone(sitting: Sitting, file: str) -> None:
    sync(sitting.delegate, sitting.id, [add(1, 1, file)], {})
    for person in (sitting.chair, sitting.secretary, sitting.guest):
        assert sync(person, sitting.id, [], {}).ops == []
    sync(sitting.chair, sitting.id, [add(1, 1, file), drop(1, 2)], {})
    assert len(sync(sitting.delegate, sitting.id, [], {}).ops) == 1


def test_a_stroke_taken_away_stays_away_in_either_order(sitting: Sitting, file: str) -> None:
    sync(sitting.delegate, sitting.id, [drop(1, 7, PHONE)], {})
    sync(sitting.delegate, sitting.id, [add(1, 3, file)], {})
    assert sync(sitting.delegate, sitting.id, [], {}).ops == [drop(1, 7, PHONE)]


def test_two_devices_end_alike_whatever_the_order_of_sync(sitting: Sitting, file: str) -> None:
    luck = random.Random(5)
    ops = [add(n, n, file, TABLET if n % 2 else PHONE) for n in range(1, 40)]
    ops += [drop(n, 50 + n, PHONE) for n in range(3, 40, 3)]
    expected = {f"{n:026d}" for n in range(1, 40) if n % 3}
    for person in (sitting.delegate, sitting.guest):
        mixed = luck.sample(ops, len(ops)) + luck.sample(ops, 10)
        for start in range(0, len(mixed), 7):
            sync(person, sitting.id, mixed[start : start + 7], {})
        found = {one["id"] for one in sync(person, sitting.id, [], {}).ops if one["op"] == "add"}
        assert found == expected


def test_what_a_device_lacks_comes_oldest_first_so_that_no_hole_is_left(
    sitting: Sitting, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotating, "MOST_BACK", 4)
    sync(sitting.delegate, sitting.id, [add(n, 20 - n, file) for n in range(1, 11)], {})
    have: dict[str, int] = {}
    seen: list[int] = []
    for _ in range(5):
        answer = sync(sitting.delegate, sitting.id, [], have)
        for one in answer.ops:
            have[one["dev"]] = max(have.get(one["dev"], 0), one["lam"])
            seen.append(one["lam"])
        if not answer.more:
            break
    assert seen == list(range(10, 20))


@pytest.mark.parametrize(
    "wrong",
    [
        {"tool": "hammer"},
        {"rgb": "red"},
        {"w": 0},
        {"pts": []},
        {"pts": [1]},
        {"pts": [1, "2"]},
        {"pts": [1, 3_000_000]},
        {"pts": [True, False]},
        {"pr": [101, 0]},
        {"pr": [1]},
        {"kind": "note"},
        {"extra": 1},
    ],
)
def test_a_malformed_stroke_is_refused_and_the_others_are_kept(
    sitting: Sitting, file: str, wrong: dict[str, Any]
) -> None:
    done = sync(sitting.delegate, sitting.id, [add(1, 1, file, **wrong), add(2, 2, file)], {})
    assert done.rejected == [{"id": f"{1:026d}", "code": "annotation.malformed"}]
    assert done.accepted == [f"{2:026d}"]


def test_a_stroke_lies_on_a_page_of_a_paper_of_this_meeting(sitting: Sitting, file: str) -> None:
    ops: list[Any] = [
        add(1, 1, "f" * 32),
        add(2, 2, file) | {"page": 4},
        add(3, 3, file) | {"id": "x"},
        "nonsense",
        add(4, 4, file) | {"lam": 0},
    ]
    done = sync(sitting.delegate, sitting.id, ops, {})
    assert [one["code"] for one in done.rejected] == [
        "meeting.unknown_paper",
        *["annotation.malformed"] * 4,
    ]
    assert db.session().scalars(select(Annotation)).all() == []


def test_too_much_at_once_is_refused(sitting: Sitting, file: str) -> None:
    with pytest.raises(Invalid, match=r"annotation.too_many"):
        sync(sitting.delegate, sitting.id, [drop(n, n) for n in range(1, 202)], {})
    long = add(1, 1, file, pts=[1, 1] * 5001, pr=[])
    assert sync(sitting.delegate, sitting.id, [long], {}).rejected[0]["code"] == "annotation.too_long"


def test_a_stranger_syncs_nothing(sitting: Sitting, office: Office) -> None:
    with pytest.raises(NotFound):
        sync(office.stranger, sitting.id, [], {})
