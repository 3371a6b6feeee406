"""To which item of an agenda a dropped file belongs, by its name alone; what is doubtful is left open."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from intranet.core.text import fold, words

#: From this much likeness on a name is taken for an item's, when no other item comes near.
LIKE, APART = 0.5, 0.2
#: So alike to another item, a name is not put where its number says.
CONTRARY = 0.6

_ENDING = re.compile(r"\.[A-Za-z]{3,4}$")
# Names are compared folded: words in small letters without marks, a single blank between them.
_DATE = re.compile(r"\b(?:\d{1,2} \d{1,2} (?:19|20)\d\d|(?:19|20)\d\d ?\d\d ?\d\d)\b")
_NAMED = re.compile(r"\b(?:muc(?: so)?|noi dung(?: so)?|nd|item) ?0*(\d{1,2})(?!\d)")
#: "03_", "3.2 -", "[3]", "3)" at the beginning.
_LEADING = re.compile(r"0*(\d{1,2})(?: \d{1,2})*(?: |$)")
#: After a number: it is a document's ("05-QĐ-UBND", "3/TTr"), or a measure of something.
_NO_ITEM = re.compile(
    r"(?:qd|ttr|bc|cv|nq|kh|tb|hd|ct|gm|bb|tlc|ubnd|hdnd|vp|stc|skh|nam|thang|quy|ngay|tuan|ty|trieu)(?: |$)"
)
#: Words that nearly every paper carries in its name, folded.
_EMPTY = frozenset(
    words(
        "va ve viec cua cho cac nhung theo tai trong voi so muc noi dung nd item tai lieu hop phien du thao "
        "lan ban cuoi final copy moi sua ky to trinh bao cao phu luc pl bieu v1 v2 v3 pdf docx xlsx pptx"
    )
)


@dataclass(frozen=True)
class Place:
    """Where a file belongs.

    :param item: index in the agenda, ``None`` when that is doubtful.
    :param likely: the index that comes nearest all the same, if any does.
    """

    item: int | None
    likely: int | None = None


def place_of(name: str, titles: Sequence[str]) -> Place:
    """Find the item that a file's name speaks of: by its number in the name, else by its words.

    :param name: with or without an ending.
    :param titles: of the agenda's items in order; the first is number 1.
    """
    folded = _DATE.sub("", fold(_ENDING.sub("", name))).strip()
    likeness = _likeness(folded, titles)
    ranked = sorted(range(len(titles)), key=lambda n: (-likeness[n], n))
    best = ranked[0] if ranked and likeness[ranked[0]] > 0 else None
    number = _number(folded, len(titles))
    if number is not None:
        is_contrary = (
            best is not None and best != number and likeness[best] >= CONTRARY > 2 * likeness[number]
        )
        return Place(None, number) if is_contrary else Place(number, number)
    if best is None:
        return Place(None)
    second = likeness[ranked[1]] if len(ranked) > 1 else 0.0
    is_sure = likeness[best] >= LIKE and likeness[best] - second >= APART
    return Place(best if is_sure else None, best)


def _number(folded: str, count: int) -> int | None:
    """The index that a number in the name says, where there is such an item."""
    named = _NAMED.search(folded)
    leading = None if named else _LEADING.match(folded)
    if leading is not None and _NO_ITEM.match(folded[leading.end() :]):
        return None
    found = named or leading
    number = int(found.group(1)) if found else 0
    return number - 1 if 1 <= number <= count else None


def _likeness(folded: str, titles: Sequence[str]) -> list[float]:
    """By item how much of what is told by name and title is the same: rare words tell more; from 0 to 1."""
    told_of = [set(_words(fold(title))) for title in titles]
    spread = Counter(word for one in told_of for word in one)
    weight = {word: math.log(1 + len(titles) / times) for word, times in spread.items()}
    mine = set(_words(folded))
    told = [word for word in mine if word in weight]
    own = sum(weight[word] for word in told) + 0.35 * (len(mine) - len(told))
    found = []
    for one in told_of:
        shared = sum(weight[word] for word in mine & one)
        least = min(own, sum(weight[word] for word in one))
        found.append(shared / least if least and len(mine & one) > (1 if len(one) > 2 else 0) else 0.0)
    return found


def _words(folded: str) -> list[str]:
    return [word for word in folded.split() if word not in _EMPTY and not word.isdecimal()]
