"""What changed on the table since the papers were last published, and whether they are too heavy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MB = 1024 * 1024
#: Bytes of all papers: from here on the secretary is warned, and more than that is not published.
WARN_BYTES, MOST_BYTES = 150 * MB, 200 * MB
#: So many of the heaviest papers are named.
NAMED = 3


@dataclass(frozen=True)
class Changes:
    """Public ids of papers that are new, of another version, at another place, or gone."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether there is anything to publish."""
        return bool(self.new or self.changed or self.moved or self.gone)


def changes_of(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> Changes:
    """Compare what was published with what lies on the table.

    :param before: ``{public id: {"rev", "item", …}}`` of the last publishing, ``None`` if there was none.
    """
    old = before or {}
    both = [key for key in now if key in old]
    return Changes(
        tuple(key for key in now if key not in old),
        tuple(key for key in both if now[key]["rev"] != old[key]["rev"]),
        tuple(
            key for key in both if now[key]["rev"] == old[key]["rev"] and now[key]["item"] != old[key]["item"]
        ),
        tuple(key for key in old if key not in now),
    )


def numbered(before: Mapping[str, Any] | None, now: Mapping[str, Any], no: int) -> dict[str, Any]:
    """The table as issue ``no`` publishes it: each version keeps the number of the issue in which it came."""
    old = before or {}
    return {
        key: {**one, "no": old[key]["no"] if key in old and old[key]["rev"] == one["rev"] else no}
        for key, one in now.items()
    }


def heaviest(sizes: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """The few heaviest of named sizes, the heaviest first."""
    return sorted(sizes, key=lambda one: (-one[1], one[0]))[:NAMED]
