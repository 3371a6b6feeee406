"""The side rail: entries that each package adds, shown to those who may use them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import g, request, url_for

from intranet.core.actor import Actor


@dataclass(frozen=True)
class Entry:
    """One place in the rail; its word is ``menu.<code>`` in the labels."""

    code: str
    endpoint: str
    icon: str
    #: Group code: its word is ``menu.group.<group>``.
    group: str
    order: int
    #: Permit that shows the entry, ``None`` for everybody who is signed in.
    permit: str | None = None
    #: How many things wait there; 0 shows none.
    count: Callable[[Actor], int] | None = None


_entries: dict[str, Entry] = {}


def add(entry: Entry) -> None:
    """Add an entry to the rail."""
    _entries[entry.code] = entry


def shown_to(actor: Actor) -> list[Entry]:
    """The entries that the actor may use, in order."""
    allowed = (e for e in _entries.values() if e.permit is None or actor.holds(e.permit))
    return sorted(allowed, key=lambda entry: (entry.order, entry.code))


def stand_at(code: str) -> None:
    """Say under which entry this page stands, where its address does not tell."""
    g.menu_code = code


def current(entries: Iterable[Entry]) -> Entry | None:
    """The entry that the page named, else the one whose page, or a page below it, is being shown.

    Of several the one whose address fits longest.
    """
    entries = list(entries)
    named = next((entry for entry in entries if entry.code == g.get("menu_code")), None)
    if named is not None:
        return named
    fitting = [(len(path), entry) for entry in entries if (path := url_for(entry.endpoint)) and _fits(path)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _fits(path: str) -> bool:
    return request.path == path or (path != "/" and request.path.startswith(path.rstrip("/") + "/"))
