"""Finding a passage of a paper in its later version: by its letters and those around it."""

import difflib
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from intranet.records.page_record import letters
from meetings.rules.page_flow import Flow, shared_after, shared_before

#: Letters on each side that tell a passage from its like.
AROUND = 32
#: Letters on each side that are compared.
FARTHEST = 240
#: By how many letters more the right passage must agree than any other.
MARGIN = 16
#: Letters, its own and those around it, in which a passage must agree: more than a phrase of office prose.
ENOUGH = 110
#: Letters of the worse side, and of the better one where the worse has fewer than that.
LEAST_SIDE, ONE_SIDE = 8, 80
#: Passages beside which the other cells of the row are compared.
CELL = 40
#: Occurrences looked at; more are no passage but a word.
MOST = 500


class Doubt(Exception):
    """The place is not certain.

    :param reason: a value of :class:`meetings.rules.reanchor.Reason`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Passages:
    """The text of a paper's two versions."""

    def __init__(self, old: Flow, new: Flow) -> None:
        self.old, self.new = old, new
        self._found: dict[tuple[int, int], tuple[int, int] | Doubt] = {}

    def own_stretch(self, under: Sequence[int], quote: str) -> tuple[int, int]:
        """The stretch of the old text that a mark lies over, told by its letters and its quote.

        :raises Doubt: ``text_unsure`` where the two differ, or the letters do not follow each other.
        """
        found = sorted(set(under))
        start, end = found[0], found[-1] + 1
        said = letters(quote)
        if not said:
            if end - start != len(found):
                raise Doubt("text_unsure")
            return start, end
        low = max(start - len(said), 0)
        places = [n for n in _places(self.old.text[low : end + len(said)], said) if low + n < end]
        over = [low + n for n in places if _overlap(low + n, low + n + len(said), start, end) >= 0.6]
        if len(over) == 1:
            return over[0], over[0] + len(said)
        alike = difflib.SequenceMatcher(None, self.old.text[start:end], said, autojunk=False).ratio()
        if end - start != len(found) or alike < 0.8 or _figures(self.old.text[start:end]) != _figures(said):
            raise Doubt("text_unsure")
        return start, end

    def same_page(self, page: int, new_page: int, stretch: tuple[int, int]) -> tuple[int, int] | None:
        """The stretch at the same place of two pages that say the same; ``None`` if they do not."""
        mine, theirs = self.old.bounds(page), self.new.bounds(new_page)
        if mine is None or theirs is None or not (mine[0] <= stretch[0] and stretch[1] <= mine[1]):
            return None
        if self.old.text[slice(*mine)] != self.new.text[slice(*theirs)]:
            return None
        shift = theirs[0] - mine[0]
        return stretch[0] + shift, stretch[1] + shift

    def successor(self, start: int, end: int) -> tuple[int, int]:
        """The one stretch of the new text that is this stretch of the old.

        :raises Doubt: ``text_changed``, ``text_twice`` or ``text_unsure``.
        """
        # The rows around a mark are those around many others.
        if (start, end) not in self._found:
            try:
                self._found[start, end] = self._sought(start, end)
            except Doubt as doubt:
                self._found[start, end] = doubt
        found = self._found[start, end]
        if isinstance(found, Doubt):
            raise Doubt(found.reason)
        return found

    def _sought(self, start: int, end: int) -> tuple[int, int]:
        quote = self.old.text[start:end]
        places = list(islice(_places(self.new.text, quote), MOST + 1))
        if not places:
            raise Doubt("text_changed")
        others = [n for n in islice(_places(self.old.text, quote), MOST + 2) if n != start]
        if len(places) > MOST or len(others) > MOST:
            raise Doubt("text_twice")
        length = end - start
        agreeing = {n: self._sides(start, n, length) for n in places}
        place = max(places, key=lambda n: sum(agreeing[n]))
        agreed = agreeing.pop(place)
        rivals = chain(agreeing.values(), (self._sides(other, place, length) for other in others))
        if any(_could_be(rival, agreed) for rival in rivals):
            raise Doubt("text_twice")
        self._need_agreement(start, place, length)
        return place, place + end - start

    def _sides(self, start: int, place: int, length: int) -> tuple[int, int]:
        """Letters that agree before and after."""
        old, new = self.old.text, self.new.text
        return (
            shared_before(old, start, new, place, FARTHEST),
            shared_after(old, start + length, new, place + length, FARTHEST),
        )

    def _need_agreement(self, start: int, place: int, length: int) -> None:
        before, after = self._sides(start, place, length)
        if self.old.ends_of_words(start, start + length) != self.new.ends_of_words(place, place + length):
            raise Doubt("text_changed")
        sides = min(before, after) >= LEAST_SIDE or max(before, after) >= ONE_SIDE or length >= ENOUGH
        if not sides or before + length + after < ENOUGH:
            raise Doubt("text_unsure")
        if length < CELL:
            mine = self.old.mates(start, start + length)
            if mine != self.new.mates(place, place + length):
                raise Doubt("rows_changed")


def _could_be(rival: tuple[int, int], agreed: tuple[int, int]) -> bool:
    """Whether another passage agrees about as well, on both sides together or on either."""
    if sum(rival) > sum(agreed) - MARGIN:
        return True
    return any(mine > AROUND and mine > best + MARGIN for mine, best in zip(rival, agreed, strict=True))


def _places(text: str, part: str) -> Iterator[int]:
    """Every place of a part, overlapping ones too."""
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _overlap(a0: int, a1: int, b0: int, b1: int) -> float:
    return max(0, min(a1, b1) - max(a0, b0)) / max(a1 - a0, b1 - b0, 1)


def _figures(text: str) -> list[str]:
    return [sign for sign in text if sign.isdigit()]
