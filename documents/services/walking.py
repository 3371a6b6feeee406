"""The newest of very many documents that have some words, found the shorter way.

A database guesses badly how many documents have several words, which mostly come in pairs. So the newest
documents are looked at one by one first; how many of them have the words tells whether to go on that way,
which is short for common words, or to ask the index, which is short for rare ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

#: Documents looked at first.
PROBE = 2_000
#: Finding a document by the index and reading it takes as long as so many on the way of a walk.
_INDEXED = 3
#: How much further to walk than is expected to be enough.
_SPARE = 1.5


@dataclass(frozen=True)
class Stretch:
    """Between which keys to look, and whether one by one or by the index; ``None``: to the end."""

    first: int | None
    last: int | None
    is_walked: bool


Ask = Callable[[Stretch, int], Sequence[Any]]


def newest(ask: Ask, top: int, limit: int) -> list[Any]:
    """The newest rows, at most ``limit``, newest first.

    :param ask: rows of a stretch, newest first, at most so many.
    :param top: no key is larger.
    """
    first = top - PROBE + 1
    rows = list(ask(Stretch(first, top, is_walked=True), limit))
    if len(rows) >= limit or first <= 1:
        return rows
    share, left = len(rows) / PROBE, limit - len(rows)
    if share * share * top * _INDEXED > left:
        last, first = first - 1, first - ceil(left / share * _SPARE)
        rows += ask(Stretch(first, last, is_walked=True), left)
        if len(rows) >= limit or first <= 1:
            return rows
    return rows + list(ask(Stretch(None, first - 1, is_walked=False), limit - len(rows)))
