"""One measured figure, what it may be at most, and the figures that were kept."""

import json
from dataclasses import dataclass
from pathlib import Path

KEPT = Path(__file__).with_name("figures.json")


@dataclass(frozen=True)
class Figure:
    """A number with its unit; smaller is better."""

    name: str
    value: float
    unit: str
    #: What must hold on two cores; ``None`` where there is no promise.
    most: float | None = None

    @property
    def is_kept(self) -> bool:
        """False when the promise is broken."""
        return self.most is None or self.value <= self.most


def kept() -> dict[str, float]:
    """The figures of the last run that was kept, by name."""
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}


def keep(figures: list[Figure]) -> None:
    """Make these the figures that later runs are compared with; others stay."""
    known = kept() | {figure.name: round(figure.value, 3) for figure in figures}
    KEPT.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
