"""The newest rows are the same, whichever way they are found."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.models.document import Document
from documents.services import walking
from documents.services.searching import FITTING, Search
from documents.services.walking import PROBE, Stretch, newest
from intranet.people.models import User
from tests.factories import Office


@given(
    top=st.integers(0, 60_000),
    every=st.sampled_from([1, 7, 90, 400, 3_000, 70_000]),
    until=st.integers(0, 60_000),
    limit=st.integers(1, 500),
)
def test_the_newest_rows_are_found_whole_and_once_however_many_have_the_words(
    top: int, every: int, until: int, limit: int
) -> None:
    keys = [key for key in range(1, top + 1) if key % every == 0 and key <= until]
    asked: list[Stretch] = []

    def ask(stretch: Stretch, most: int) -> Sequence[int]:
        asked.append(stretch)
        first, last = stretch.first or 1, stretch.last or top
        return [key for key in reversed(keys) if first <= key <= last][:most]

    assert newest(ask, top, limit) == keys[::-1][:limit]
    assert len(asked) <= 3
    walked = sum((one.last or 0) - (one.first or 1) + 1 for one in asked if one.is_walked)
    assert walked <= top + PROBE + 1


@pytest.mark.parametrize("order", ["new", FITTING])
def test_a_search_finds_the_same_in_many_short_steps_as_in_one(
    desk: Office,
    received: Callable[..., Document],
    monkeypatch: pytest.MonkeyPatch,
    order: str,
) -> None:
    for at in range(12):
        words = "đất đai" if at % 3 else "môi trường đất đai"
        received(subject=f"Kế hoạch {words} số {at}")

    def listed(person: User) -> list[list[int]]:
        typed = ("kế hoạch", "dat dai", "môi trường", '"đất đai số"', "ke hoach -moi truong", "kế hoạch 4")
        return [Search(person, words, {}, order).keys()[0] for words in typed]

    people = [desk.clerk, desk.officer, desk.other_head]
    at_once = [listed(person) for person in people]
    assert at_once[0][0]
    monkeypatch.setattr(walking, "PROBE", 2)
    monkeypatch.setattr("documents.services.searching._FEW", 0)
    assert [listed(person) for person in people] == at_once
