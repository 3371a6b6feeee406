"""Units and people as leaders write them: in full, short, by letters, by title, by given name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

from intranet.core.text import nfc
from intranet.directives.words import Sentence, Word, flat

#: Words that join the parts of a name.
JOINING = frozenset({"va", "và"})
_BETWEEN = re.compile(r"[\s,.&/–-]*")
#: Words written in several ways.
_SAME: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("ủy", "ban", "nhân", "dân"), ("ubnd",), ("ub",), ("ủy", "ban")),
    (("hội", "đồng", "nhân", "dân"), ("hđnd",)),
    (("văn", "phòng"), ("vp",)),
    (("phòng",), ("p",)),
    (("phường",), ("p",)),
    (("xã",), ("x",)),
    (("trung", "tâm"), ("tt",)),
    (("thành", "phố"), ("tp",)),
    (("công", "an"), ("ca",)),
    (("sở",), ("s",)),
    (("quản", "lý", "dự", "án"), ("qlda",)),
    (("ban", "quản", "lý"), ("bql",)),
    (("phó", "chủ", "tịch"), ("pct",), ("phó", "ct")),
    (("chủ", "tịch"), ("ct",)),
    (("phó", "chánh", "văn", "phòng"), ("pcvp",), ("phó", "cvp")),
    (("chánh", "văn", "phòng"), ("cvp",)),
    (("phó", "giám", "đốc"), ("pgđ",), ("phó", "gđ")),
    (("giám", "đốc"), ("gđ",)),
    (("phó", "trưởng", "phòng"), ("phó", "phòng"), ("ptp",)),
    (("trưởng", "phòng"), ("tp",)),
)
#: Heads of names whose rest is written by its first letters ("Sở GD&ĐT").
_HEADS = ("sở", "ban", "phòng", "chi cục", "cục", "trung tâm", "hội")
#: Places at the end of a name that leaders leave out ("Công an").
_OF_PLACE = ("tỉnh", "huyện", "thành phố")
_UBND = (("ubnd",), ("ủy", "ban", "nhân", "dân"))
#: Words that may begin a title.
TITLES = (
    r"(?:phó chủ tịch|chủ tịch|pct|phó ct|ct|phó giám đốc|giám đốc|pgđ|phó gđ|gđ|phó chánh|chánh|pcvp|cvp|"
    r"phó trưởng phòng|phó trưởng|trưởng|phó phòng|phó cục trưởng|cục trưởng|phó chi cục trưởng|"
    r"chi cục trưởng|"
    r"phó viện trưởng|viện trưởng|phó hiệu trưởng|hiệu trưởng|chỉ huy trưởng|chính ủy|phó|thủ trưởng|bí thư|"
    r"chuyên viên|thư ký|kế toán trưởng)"
)
_TITLE = re.compile(rf"{TITLES}(?!\w)")
_SHORT_TITLES = {
    "pct": "phó chủ tịch", "phó ct": "phó chủ tịch", "ct": "chủ tịch", "pgđ": "phó giám đốc",
    "phó gđ": "phó giám đốc", "gđ": "giám đốc", "pcvp": "phó chánh văn phòng", "cvp": "chánh văn phòng",
    "phó phòng": "phó trưởng phòng",
}  # fmt: skip
_MOST_FORMS = 80


class Strength(IntEnum):
    """How surely a form means its name."""

    PART = 1
    FULL = 2


@dataclass(frozen=True)
class Named:
    """A unit or person that may be given work.

    :param key: ``unit:4`` or ``user:12``.
    :param short: as the office itself shortens it.
    :param letters: as in symbols ("STC").
    :param titles: of a person, one for each of ``units``.
    :param units: keys of the units in which the person works.
    """

    key: str
    name: str
    short: str = ""
    letters: str = ""
    titles: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    is_person: bool = False


@dataclass(frozen=True)
class Match:
    """A form found in the sentence, from one word up to another (its number excluded)."""

    first: int
    last: int
    keys: tuple[str, ...]
    strength: Strength


@dataclass
class _Node:
    below: dict[str, "_Node"] = field(default_factory=dict)
    #: Key, words with their marks, strength.
    ends: list[tuple[str, tuple[str, ...], Strength]] = field(default_factory=list)


class Forms:
    """Forms of names, arranged to be found in sentences."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, key: str, words: Sequence[str], strength: Strength) -> None:
        """One more form of a name."""
        node, kept = self._root, tuple(word for word in words if word not in JOINING)
        for word in kept:
            node = node.below.setdefault(flat(word), _Node())
        if kept:
            node.ends.append((key, kept, strength))

    def longest(self, said: Sentence, first: int, head: Sequence[str] = ()) -> Match | None:
        """The longest form that begins at a word; ``head`` are words thought before it."""
        node: _Node | None = self._root
        for one in head:
            node = None if node is None else node.below.get(flat(one))
        best, taken = None, list[Word]()
        for number in range(first, len(said.words)):
            word = said.words[number]
            if taken and not _BETWEEN.fullmatch(said.low[said.words[number - 1].end : word.start]):
                break
            if taken and word.low in JOINING and node is not None and word.flat not in node.below:
                continue
            node = None if node is None else node.below.get(word.flat)
            if node is None:
                break
            taken.append(word)
            if found := _ending(said, taken, node, head):
                best = Match(first, number + 1, *found)
        return best


def _ending(
    said: Sentence, taken: list[Word], node: _Node, head: Sequence[str]
) -> tuple[tuple[str, ...], Strength] | None:
    fits: dict[Strength, dict[str, None]] = {}
    for is_exact in (False,) if said.is_plain else (True, False):
        for key, words, strength in node.ends:
            if fit(taken, words[len(head) :], is_exact=is_exact):
                fits.setdefault(strength, {})[key] = None
        if fits:
            break
    if not fits or (len(taken) == 1 and not head and not _is_letters(said, taken[0])):
        return None
    strength = max(fits)
    is_capital = any(said.is_capital(word.start) for word in taken[:2])
    if (strength is Strength.PART or head) and said.has_capitals and not is_capital:
        return None
    return tuple(fits[strength]), strength


def _is_letters(said: Sentence, word: Word) -> bool:
    """Letters count in capitals, or where no vowel makes them a word."""
    raw = said.text[word.start : word.end]
    # Letters in the symbol of a paper ("45/TTr-STC") name nobody.
    if (
        said.text[max(word.start - 1, 0) : word.start] in {"/", "-", "_"}
        or said.text[word.end : word.end + 1] == "-"
    ):
        return False
    if len(raw) > 1 and raw.isupper():
        return True
    return len(raw) > 2 and not re.search("[aeiouy]", word.flat)


def fit(taken: Sequence[Word], words: Sequence[str], *, is_exact: bool) -> bool:
    """What is written with marks must be the word; what is not may be it."""
    return len(taken) == len(words) and all(
        one.low == word or (not is_exact and not one.is_marked and one.flat == flat(word))
        for one, word in zip(taken, words, strict=True)
    )


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name as sentences are compared."""
    return tuple(word.low for word in Sentence(name).words)


class Names:
    """Who may be given work.

    :param place: of the office, which may follow the name of any of its units ("Sở Y tế tỉnh An Bình").
    """

    def __init__(self, named: Sequence[Named], place: str = "") -> None:
        self.by_key = {one.key: one for one in named}
        self.place = words_of(place)
        self.units = _forms_of_units(tuple(one for one in named if not one.is_person))
        self.people = [one for one in named if one.is_person]
        self.full_names, self.titles = Forms(), Forms()
        self.given: dict[str, list[tuple[Named, tuple[str, ...]]]] = {}
        for one in self.people:
            words = words_of(one.name)
            if not words:
                continue
            self.full_names.add(one.key, words, Strength.FULL)
            self.given.setdefault(flat(words[-1]), []).append((one, words))
            for title in one.titles:
                for form, strength in _title_forms(title):
                    self.titles.add(one.key, form, strength)

    def with_title(self, title: str, unit_keys: Sequence[str]) -> tuple[str, ...]:
        """Whoever has such a title in one of these units."""
        low = Sentence(title).low.strip()
        wanted = _SHORT_TITLES.get(low, low)
        return tuple(
            one.key
            for one in self.people
            for held, unit in zip(one.titles, one.units, strict=False)
            if unit in unit_keys and _begins(Sentence(held), wanted)
        )


def _begins(title: Sentence, wanted: str) -> bool:
    return title.low.startswith(wanted) or (wanted == flat(wanted) and title.flat.startswith(wanted))


def _title_forms(title: str) -> Iterator[tuple[tuple[str, ...], Strength]]:
    words = words_of(title)
    # "Giám đốc Sở" is a title only together with its Sở.
    if len(words) > 1 and words[-1] not in {"sở", "xã", "phường", "ubnd"}:
        for form in _swapped(words):
            yield form, Strength.FULL
    head = _TITLE.match(Sentence(title).low)
    if head is not None and head[0] not in {"phó", "trưởng", "chánh", "phó trưởng", "phó chánh"}:
        begin = words_of(head[0])
        for form in _swapped(begin):
            if len(form) < len(words):
                yield form, Strength.PART


@lru_cache(maxsize=32)
def _forms_of_units(named: tuple[Named, ...]) -> Forms:
    forms = Forms()
    for one in named:
        for form, strength in unit_forms(one):
            forms.add(one.key, form, strength)
    return forms


def unit_forms(one: Named) -> list[tuple[tuple[str, ...], Strength]]:
    """The ways in which a unit is written, as words."""
    found: dict[tuple[str, ...], Strength] = {}
    for name in (one.name, one.short):
        words = words_of(name)
        for form in _swapped(words) if words else ():
            found.setdefault(form, Strength.FULL)
    for form in _by_letters(nfc(one.name)):
        found.setdefault(form, Strength.FULL)
    if len(one.letters) > 2:
        found.setdefault(words_of(one.letters), Strength.FULL)
    for form in _shortened(nfc(one.name)):
        for other in _swapped(form):
            found.setdefault(other, Strength.PART)
    return list(found.items())[:_MOST_FORMS]


def _swapped(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The same name with what is written in several ways written in each."""
    forms = [words]
    for first, *others in _SAME:
        for form in list(forms):
            for old in (first, others[0]):
                at = next((n for n in range(len(form)) if form[n : n + len(old)] == old), None)
                if at is None or (len(old) == 1 and len(old[0]) == 1 and form is not words):
                    continue
                for new in (first, *others):
                    made = (*form[:at], *new, *form[at + len(old) :])
                    if made not in forms:
                        forms.append(made)
                break
    return forms


def _head(name: str) -> tuple[str, str]:
    """The head of a name and its rest."""
    low = name.lower()
    head = next((one for one in _HEADS if low.startswith(f"{one} ")), "")
    return head, name[len(head) + 1 :] if head else name


def _by_letters(name: str) -> Iterator[tuple[str, ...]]:
    head, rest = _head(name)
    signs = [part[0].lower() for part in re.split(r"[\s,&-]+", rest) if part and part.lower() not in JOINING]
    if head and len(signs) > 1:
        yield (*head.split(), "".join(signs))
        # "GD&ĐT", "NN&MT": the letters of each part of the name.
        parts = re.split(r"\s*(?:,|-|&|(?<!\w)và(?!\w))\s*", rest.lower())
        yield (*head.split(), *("".join(word[0] for word in part.split()) for part in parts if part))
        # "VHTT&DL" and the like: some of the parts run together.
        groups = ["".join(word[0] for word in part.split()) for part in parts if part]
        for at in range(1, len(groups)):
            yield (*head.split(), "".join(groups[:at]), "".join(groups[at:]))


def _shortened(name: str) -> Iterator[tuple[str, ...]]:
    """Shorter ways, which may mean several names: the first parts of a name, or a name without its place."""
    head, rest = _head(name)
    if head:
        for part in re.finditer(r"\s*(?:,|-|(?<!\w)và(?!\w))\s*", rest):
            yield words_of(f"{head} {rest[: part.start()]}")
    words = words_of(name)
    for place in _OF_PLACE:
        end = tuple(place.split())
        if len(words) > len(end) + 1 and words[-len(end) :] == end:
            yield words[: -len(end)]
    for begin in _UBND:
        if words[: len(begin)] == begin and len(words) > len(begin) + 1:
            yield words[len(begin) :]
