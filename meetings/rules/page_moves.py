"""Where a page of the old version is in the new one, in few words: pure arithmetic over an alignment."""

from collections.abc import Sequence

from meetings.rules.page_align import Alignment

#: From an old page on, pages lie so many pages further back.
Move = tuple[int, int]


def moves_of(alignment: Alignment) -> list[Move]:
    """The moves of an alignment; a page that is gone goes as the one before it."""
    moves: list[Move] = []
    last = 0
    for match in alignment.matches:
        if match.new is None or match.new - match.old == last:
            continue
        last = match.new - match.old
        moves.append((match.old, last))
    return moves


def page_after(moves: Sequence[Sequence[int]], page: int, pages: int | None) -> int:
    """The new page of an old one, or the one that stands where it stood.

    :param pages: of the new version, where known.
    """
    by = 0
    for start, step in moves:
        if start > page:
            break
        by = step
    return max(1, min(page + by, pages or page + by))
