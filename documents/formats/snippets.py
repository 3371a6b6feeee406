"""Where the words looked for stand in a text: pieces to be shown, those that were found marked."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from intranet.core.text import nfc

#: Characters around what was found, and of the whole excerpt.
_BEFORE, _WIDTH = 70, 240
_MOST_MARKS = 40


@dataclass(frozen=True)
class Piece:
    """A stretch of text; ``is_found`` where it is what was looked for."""

    text: str
    is_found: bool = False


def _bare_letters() -> dict[int, str]:
    """Each Latin letter with a mark, and each capital, as one plain small letter: no length changes."""
    table = {code: chr(code).lower() for code in range(65, 91)}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFKD", chr(code))[0].lower()
        table[code] = "d" if chr(code) in "Đđ" else base if base.isalpha() else chr(code)
    return table


_TABLE = _bare_letters()


def marked(text: str, wanted: Sequence[str]) -> list[Piece]:
    """The whole text, with what was found in it marked."""
    tidy = nfc(text)
    return _cut(tidy, _places(tidy, wanted), 0, len(tidy))


def excerpt(text: str, wanted: Sequence[str]) -> tuple[int, list[Piece]] | None:
    """The stretch with most of the words, and where they are; ``None`` where there is none."""
    tidy = nfc(text)
    places = _places(tidy, wanted)
    if not places:
        return None
    best = max(places, key=lambda place: (_weight(places, place[0]), -place[0]))
    first = max(0, best[0] - _BEFORE)
    if first:
        gap = tidy.find(" ", first, best[0])
        first = gap + 1 if gap >= 0 else first
    last = min(len(tidy), first + _WIDTH)
    if last < len(tidy):
        gap = tidy.rfind(" ", best[1], last)
        last = gap if gap > 0 else last
    pieces = _cut(re.sub(r"\s", " ", tidy), places, first, last)
    return best[0], [*([Piece("… ")] if first else []), *pieces, *([Piece(" …")] if last < len(tidy) else [])]


def holds_all(text: str, wanted: Sequence[str]) -> bool:
    """True when each word or phrase stands in the text."""
    bare = nfc(text).translate(_TABLE)
    return all(_pattern(one).search(bare) for one in wanted)


def _weight(places: list[tuple[int, int]], first: int) -> int:
    return sum(1 for begin, end in places if first <= begin and end <= first + _WIDTH - _BEFORE)


def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(r"(?<![^\W_])0*" + r"[\W_]+".join(map(re.escape, phrase.split())) + r"(?![^\W_])")


def _places(text: str, wanted: Sequence[str]) -> list[tuple[int, int]]:
    bare = text.translate(_TABLE)
    found: list[tuple[int, int]] = []
    for phrase in wanted:
        for at, place in enumerate(_pattern(phrase).finditer(bare)):
            if at == _MOST_MARKS:
                break
            found.append(place.span())
    apart: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if apart and begin < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((begin, end))
    return apart


def _cut(text: str, places: list[tuple[int, int]], first: int, last: int) -> list[Piece]:
    pieces, at = [], first
    for begin, end in places:
        if begin < first or end > last:
            continue
        if begin > at:
            pieces.append(Piece(text[at:begin]))
        pieces.append(Piece(text[begin:end], is_found=True))
        at = end
    if at < last:
        pieces.append(Piece(text[at:last]))
    return pieces
