"""Places where one wing lets another put something, without knowing it.

The ground floor names a slot; a wing fills it in its ``feature.py``; a page shows what it finds.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

_fillings: dict[str, list[Callable[..., Any]]] = defaultdict(list)


def fill(slot: str, provider: Callable[..., Any]) -> None:
    """Let ``provider`` answer whoever asks for ``slot``; filling twice changes nothing."""
    if provider not in _fillings[slot]:
        _fillings[slot].append(provider)


def ask(slot: str, *args: Any, **kwargs: Any) -> list[Any]:
    """What every provider of the slot answers, ``None`` left out, in order of filling."""
    answers = (provider(*args, **kwargs) for provider in _fillings[slot])
    return [answer for answer in answers if answer is not None]


def filled(slot: str) -> list[Callable[..., Any]]:
    """The providers of a slot, in order of filling, to be called one by one."""
    return list(_fillings[slot])
