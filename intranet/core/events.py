"""Facts in the past, told after commit. Events are frozen dataclasses of ids and plain values.

A subscriber that fails is logged and stops neither the others nor the answer. Live subscribers speak to
sockets: they run in the web process only; another process leaves them a row of ``signal`` instead.
"""

import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
log = logging.getLogger("intranet.events")

#: Metadata of a fact's field that this process alone is told; it is no part of the fact elsewhere.
HERE = {"here": True}

_subscribers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)
_live: dict[type, list[Callable[[Any], None]]] = defaultdict(list)
_names: dict[str, type] = {}


def subscribe(kind: type[T], *, live: bool = False) -> Callable[[Callable[[T], None]], Callable[[T], None]]:
    """Register a function for a kind of event; ``live`` when it speaks to sockets."""

    def register(function: Callable[[T], None]) -> Callable[[T], None]:
        listeners = (_live if live else _subscribers)[kind]
        if function not in listeners:
            listeners.append(function)
        _names[kind.__name__] = kind
        return function

    return register


def has_live(kind: type) -> bool:
    """True when a socket waits for this kind of event."""
    return bool(_live[kind])


def kind_of(name: str) -> type | None:
    """The event class of that name, if somebody listens to it."""
    return _names.get(name)


def dispatch(event: object) -> None:
    """Run the ordinary subscribers of an event."""
    _run(_subscribers[type(event)], event)


def dispatch_live(event: object) -> None:
    """Run the subscribers that speak to sockets; the web process alone calls this."""
    _run(_live[type(event)], event)


def _run(listeners: list[Callable[[Any], None]], event: object) -> None:
    for listener in listeners:
        try:
            listener(event)
        except Exception:
            log.exception("subscriber failed", extra={"subscriber": listener.__name__})
