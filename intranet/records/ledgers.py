"""Proofs of numbered registers, whichever part of the house keeps them, for the operator's command."""

from collections.abc import Iterator
from dataclasses import dataclass

from intranet.core import slots

#: Filled by a wing that keeps registers: ``prove_all() -> Iterator[Proof]``.
PROOFS = "registers.proofs"


@dataclass(frozen=True)
class Proof:
    """How one year of one register stood the proof; no fault is the proof.

    :param seconds: how long it took.
    """

    title: str
    numbers: int
    events: int
    faults: tuple[str, ...]
    seconds: float


def prove_all() -> Iterator[Proof]:
    """Prove every register of the installation, one year after the other."""
    for prove in slots.filled(PROOFS):
        yield from prove()
