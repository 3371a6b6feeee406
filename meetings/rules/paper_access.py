"""Who may do what with one paper: plain values in, plain answer out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

READ, DOWNLOAD, PRINT = "read", "download", "print"
ALL = frozenset({READ, DOWNLOAD, PRINT})
NOTHING: frozenset[str] = frozenset()
#: A substitute comes in a delegate's place, and reads what delegates read.
ROLES = ("chair", "secretary", "delegate", "guest")


@dataclass(frozen=True)
class Reader:
    """Somebody who takes part.

    :param plans: prepares the meeting, or reports on the paper's item: is never kept from it.
    """

    user_id: int
    role: str
    unit_ids: Collection[int] = ()
    plans: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The names by which a grant may mean this person."""
        role = "delegate" if self.role == "substitute" else self.role
        units = (f"unit:{key}" for key in self.unit_ids)
        return frozenset({f"user:{self.user_id}", f"role:{role}", *units})


def rights_of(reader: Reader, grants: Sequence[Mapping[str, Any]] | None) -> frozenset[str]:
    """What a reader may do: the sum of all grants that mean them.

    :param grants: ``None`` for a paper that is everybody's; with an empty list nobody else reads it.
    """
    if grants is None or reader.plans:
        return ALL
    meant = [grant for grant in grants if grant["who"] in reader.names]
    return frozenset({READ}.union(*(grant["can"] for grant in meant))) & ALL if meant else NOTHING
