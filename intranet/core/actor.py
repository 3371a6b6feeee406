"""Whoever acts. The core knows no people: it sees this much of them."""

from collections.abc import Collection
from typing import Protocol, runtime_checkable


@runtime_checkable
class Actor(Protocol):
    """One official, perhaps standing in for another."""

    @property
    def id(self) -> int:
        """Key of the person who acts."""

    @property
    def org_id(self) -> int:
        """The agency in whose name the person acts."""

    @property
    def org_ids(self) -> Collection[int]:
        """The agencies whose own records the person may come near."""

    @property
    def acting_for(self) -> int | None:
        """Key of the person for whom this one stands in, ``None`` in one's own name."""

    @property
    def only(self) -> str | None:
        """The one record to which this actor is bound, such as ``meeting:41``; ``None``: to none."""

    def holds(self, permit: str) -> bool:
        """True when one of the actor's roles carries the permit somewhere."""
