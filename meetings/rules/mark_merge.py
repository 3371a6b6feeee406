"""How what several devices did to one mark becomes one mark, whatever the order and however often it is told.

Every version of a mark has a key ``(lam, dev)``: a Lamport counter and the device. A version may say which
versions of other devices its writer had seen, ``past``: ``{dev: lam}``; those of the same device before it
are seen in any case. What is not seen by another version stands: the highest key is the mark, and of notes
the others stand beside it as copies, for nothing written is dropped. ``static/js/lib/ink-merge.js`` says the
same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Devices of one person that a version may speak of.
MOST_DEVICES = 50


@dataclass(frozen=True)
class Version:
    """A mark as one device made it; only of a note (``text``) more than the newest is kept."""

    lam: int
    dev: str
    text: str | None = None

    @property
    def key(self) -> tuple[int, str]:
        """What decides."""
        return (self.lam, self.dev)


@dataclass(frozen=True)
class Merged:
    """The versions that stand, the highest first, and what they have seen."""

    versions: tuple[Version, ...] = ()
    past: Mapping[str, int] = field(default_factory=dict)

    @property
    def best(self) -> Version | None:
        """The mark as it is shown."""
        return self.versions[0] if self.versions else None


_NONE = Version(0, "")


def merge(held: Merged, new: Version, seen: Mapping[str, int]) -> Merged:
    """Take one more version in; one that is known already, or was seen by a later one, changes nothing."""
    past = dict(held.past)
    for dev, lam in seen.items():
        past[dev] = max(past.get(dev, 0), lam)
    newest: dict[str, Version] = {}
    for one in (*held.versions, new):
        if one.lam > past.get(one.dev, 0) and one.lam > newest.get(one.dev, _NONE).lam:
            newest[one.dev] = one
    standing = sorted(newest.values(), key=_key)
    standing.reverse()
    kept = tuple(one for n, one in enumerate(standing) if n == 0 or one.text is not None)
    return Merged(kept, past)


def is_past(given: Any, lam: int) -> bool:
    """True for what a version may say that it has seen: counters below its own."""
    return (
        isinstance(given, Mapping)
        and len(given) <= MOST_DEVICES
        and all(
            isinstance(n, int) and not isinstance(n, bool) and 0 < n < lam and isinstance(dev, str)
            for dev, n in given.items()
        )
    )


def as_rows(versions: Sequence[Version]) -> list[dict[str, Any]]:
    """Copies as they are stored."""
    return [{"lam": one.lam, "dev": one.dev, "text": one.text} for one in versions]


def _key(one: Version) -> tuple[int, str]:
    return one.key
