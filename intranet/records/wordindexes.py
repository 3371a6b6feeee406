"""Indexes of words, whichever part of the house keeps them, for the operator's command."""

from collections.abc import Iterator

from intranet.core import slots

#: Filled by a wing that keeps an index: ``rebuild() -> Iterator[int]``, telling how many records are in it.
REBUILD = "words.rebuild"


def rebuild_all() -> Iterator[tuple[str, int]]:
    """Make every index anew; tells the wing and how many of its records are done, batch by batch."""
    for rebuild in slots.filled(REBUILD):
        for count in rebuild():
            yield rebuild.__module__.split(".")[0], count
