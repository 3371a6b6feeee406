"""A sentence as its patterns see it: as it was typed, lower case, and without marks where it was typed so.

Every form has the same letters at the same places, so that what is found in one is underlined in the other.
A sentence typed without marks is matched by the same patterns without theirs; in one with marks a word
without them is another word ("ngay" is not "ngày").
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from intranet.core.text import nfc

#: Share of words with marks below which a sentence counts as typed without them.
FEW_MARKED = 0.2
_WORD = re.compile(r"[^\W_]+")
#: Where the tone of two vowels at the end of a word is set: "hoà" is written "hòa" here.
_TONES = {
    nfc(pair + tone): nfc(pair[0] + tone + pair[1])
    for pair in ("oa", "oe", "uy")
    for tone in "\u0300\u0301\u0303\u0309\u0323"
}
_MISSET = re.compile(rf"(?<!q)(?:{'|'.join(_TONES)})(?!\w)")


@dataclass(frozen=True)
class Word:
    """One word of a sentence and where it stands."""

    start: int
    end: int
    low: str
    flat: str

    @property
    def is_marked(self) -> bool:
        """True when it was typed with marks."""
        return self.low != self.flat


@dataclass(frozen=True)
class Pattern:
    """A pattern in both its forms."""

    marked: re.Pattern[str]
    plain: re.Pattern[str]


def pattern(source: str, plain: str | None = None) -> Pattern:
    """Both forms of a pattern; ``plain`` where the words without marks must be told apart otherwise."""
    return Pattern(re.compile(source), re.compile(flat(source) if plain is None else plain))


class Sentence:
    """What was typed, ready to be matched."""

    def __init__(self, text: str) -> None:
        #: As it is stored: word for word.
        self.text = nfc(text)
        lowered = "".join(_lower(sign) for sign in self.text)
        self.low = _MISSET.sub(lambda found: _TONES[found[0]], lowered)
        self.flat = flat(self.low)

    @cached_property
    def words(self) -> list[Word]:
        """The words in their order."""
        return [
            Word(found.start(), found.end(), found[0], self.flat[found.start() : found.end()])
            for found in _WORD.finditer(self.low)
        ]

    @cached_property
    def is_plain(self) -> bool:
        """True when it was typed without marks."""
        letters = [word for word in self.words if word.low.isalpha()]
        return sum(word.is_marked for word in letters) <= FEW_MARKED * len(letters)

    @cached_property
    def has_capitals(self) -> bool:
        """True when capitals beyond the first word tell names from other words."""
        return any(self.text[word.start].isupper() for word in self.words[1:])

    @property
    def matched(self) -> str:
        """The form that patterns are matched against."""
        return self.flat if self.is_plain else self.low

    def find(self, wanted: Pattern, start: int = 0) -> Iterator[re.Match[str]]:
        """Where a pattern stands."""
        yield from self._of(wanted).finditer(self.matched, start)

    def ends(self, wanted: Pattern, end: int, start: int = 0) -> re.Match[str] | None:
        """The pattern right before a place."""
        return self._of(wanted).search(self.matched[start:end])

    def begins(self, wanted: Pattern, start: int) -> re.Match[str] | None:
        """The pattern right after a place."""
        return self._of(wanted).match(self.matched[start:])

    def is_capital(self, place: int) -> bool:
        """True when a capital stands at a place."""
        return place < len(self.text) and self.text[place].isupper()

    def _of(self, wanted: Pattern) -> re.Pattern[str]:
        return wanted.plain if self.is_plain else wanted.marked


def flat(text: str) -> str:
    """The text without marks, letter for letter."""
    return "".join(_flat(sign) for sign in text)


def _lower(sign: str) -> str:
    low = sign.lower()
    return low if len(low) == 1 else sign


def _flat(sign: str) -> str:
    if sign in "đĐ":
        return "d" if sign == "đ" else "D"
    first = unicodedata.normalize("NFD", sign)[0]
    return first if first.isascii() else sign
