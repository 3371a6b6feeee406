"""Proofs and heads of numbered registers, whichever part of the house keeps them."""

from collections.abc import Iterator
from dataclasses import dataclass

from intranet.core import slots

#: Filled by a wing that keeps registers: ``prove_all() -> Iterator[Proof]``.
PROOFS = "registers.proofs"
#: Likewise: ``open_heads(org_id) -> list[Head]``.
HEADS = "registers.heads"


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


@dataclass(frozen=True)
class Head:
    """Where one year of one register stands: its last number, and the hash of its ledger's last event."""

    title: str
    number: int
    hash: str


def heads_of(org_id: int) -> list[Head]:
    """Of each register-year of an agency that still takes numbers."""
    return [head for ask in slots.filled(HEADS) for head in ask(org_id)]


def prove_all() -> Iterator[Proof]:
    """Prove every register of the installation, one year after the other."""
    for prove in slots.filled(PROOFS):
        yield from prove()
