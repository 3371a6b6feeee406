"""Who is named in a sentence, whatever they do in it: units and people, alone or beside each other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from intranet.directives.names import TITLES, Match, Names, Strength, fit
from intranet.directives.strangers import (
    GOES_ON,
    HEAD_WORDS,
    HONORIFIC,
    capital_run,
    general_words,
    unknown_names,
)
from intranet.directives.words import Sentence, pattern

#: Titles of whoever stands at the head of a unit: where nobody is listed the unit is meant.
_HEAD_TITLE = pattern(
    r"(?<!phó )(?<!\w)(?:giám đốc|gđ|chủ tịch|ct|chánh|trưởng|thủ trưởng|cục trưởng|chi cục trưởng|"
    r"viện trưởng|hiệu trưởng|chỉ huy trưởng)[\s:]+$"
)
_TITLE_AHEAD = pattern(rf"(?<!\w)(?P<title>{TITLES})(?:\s+(?:của\s+)?)$")
_TITLED = pattern(rf"(?<!\w)(?:{HONORIFIC}|{TITLES}|{TITLES}\s+sở|trưởng phòng|phó phòng)[\s:.]+$")
_POLITE = pattern(rf"(?<!\w)(?:{HONORIFIC}|lãnh đạo|người đứng đầu|tập thể|cơ quan|đơn vị)[\s:]+$")
_OWN_PLACE = pattern(r"\s+tỉnh(?!\w)(?!\s+(?:ủy|đoàn))")
#: One head word for several names.
_SHARED = pattern(
    r"(?<!\w)(?:(?P<ub>ubnd|ub|ủy ban nhân dân|công an|ca|văn phòng)\s+)?"
    r"(?:các|hai|ba|bốn|năm|\d+|0\d)\s+(?P<heads>(?:sở|phòng|ban|chi cục|cục|trung tâm|phường|xã|p\.|x\.)"
    r"(?:\s*[,-]\s*(?:ban|ngành|xã|phường))*)\s*[:.]?\s*(?=\w)"
)
_CHAIN = re.compile(r"\s*(?:[,;&+]|(?:,\s*)?(?<!\w)(?:và|va|cùng|cung)(?!\w))\s*")
#: An office of the place, not its committee: "Công an xã Phú Thuận".
_OFFICE_OF = pattern(
    rf"(?<!\w)(?P<head>{HEAD_WORDS}|đảng bộ|nhân dân|cán bộ|mttq|y tế|chi bộ)(?:\s+\w+){{0,2}}\s+$"
)


@dataclass
class Mention:
    """A name in the sentence; without ``keys`` one that nobody bears.

    :param head: where the words begin that only introduce it ("đồng chí", "Giám đốc").
    """

    start: int
    end: int
    keys: tuple[str, ...] = ()
    is_person: bool = False
    is_title: bool = False
    #: To be asked even with one key.
    is_doubtful: bool = False
    is_general: bool = False
    head: int = -1
    #: Names joined by commas and "và" are one group.
    group: int = 0
    part: str = ""

    def __post_init__(self) -> None:
        if self.head < 0:
            self.head = self.start

    @property
    def is_sure(self) -> bool:
        """True when it means one and no other."""
        return len(self.keys) == 1 and not self.is_doubtful

    @property
    def is_asked(self) -> bool:
        """True when whoever reads it must say whom it means."""
        return not self.is_sure and not self.is_general


def find_mentions(said: Sentence, names: Names) -> list[Mention]:
    """Everybody named, in order; of names that overlap the longest."""
    found = list(_scan(said, names))
    found = _settled(said, names, found)
    found = _with_unknown(said, names, found)
    found = _beside(said, names, found)
    for one in found:
        while ahead := said.ends(_POLITE, one.head):
            one.head = ahead.start()
    return found


def _scan(said: Sentence, names: Names) -> Iterator[Mention]:
    number, titled, words = 0, 0, said.words
    last: tuple[Mention, tuple[str, ...]] | None = None
    shared = {
        at: (one, next((n for n, word in enumerate(words) if word.start >= one.end()), len(words)))
        for one in said.find(_SHARED)
        for at in range(*one.span())
    }
    while number < len(words):
        word = words[number]
        if word.start in shared:
            many = list(_shared(said, names, *shared[word.start]))
            if many:
                yield from (one for one, _ in many)
                number, last = many[-1][1], None
                continue
        match = names.units.longest(said, number)
        person = names.full_names.longest(said, number)
        if person and (match is None or person.last > match.last):
            yield _mention(said, person, is_person=True)
            number, last = person.last, None
            continue
        if match is not None:
            last, number = (_mention(said, match), (word.low,)), match.last
            yield last[0]
            continue
        title = names.titles.longest(said, number)
        if title is not None:
            # "Trưởng phòng Tổng hợp": its unit begins inside the title.
            inner = (names.units.longest(said, at) for at in range(number + 1, title.last))
            cut = next((one for one in inner if one is not None and one.last > title.last), None)
            title = title if cut is None else replace(title, last=cut.first)
            yield replace(_mention(said, title, is_person=True), is_title=True)
            titled = said.words[title.last - 1].end
            number, last = title.last, None
            continue
        beside = last is not None and said.ends(_TITLE_AHEAD, last[0].start) is not None
        after = last[0].end if last is not None and beside else titled
        is_titled = 0 < after <= word.start and not said.low[after : word.start].strip()
        if (given := _given_name(said, names, number, is_titled=is_titled)) is not None:
            yield given
            number, last = number + 1, None
            continue
        if last is not None and said.has_capitals and said.is_capital(word.start):
            between = said.low[last[0].end : word.start]
            one_more = names.units.longest(said, number, last[1]) if _CHAIN.fullmatch(between) else None
            if one_more is not None and one_more.strength is Strength.FULL:
                number, last = one_more.last, (_mention(said, one_more), last[1])
                yield last[0]
                continue
        number += 1


def _mention(said: Sentence, match: Match, *, is_person: bool = False) -> Mention:
    words = said.words
    return Mention(words[match.first].start, words[match.last - 1].end, match.keys, is_person)


def _shared(said: Sentence, names: Names, found: re.Match[str], number: int) -> Iterator[tuple[Mention, int]]:
    """The names that share one head word: "các Sở: Tài chính, Tư pháp"."""
    heads = [tuple(re.findall(r"\w+", one)) for one in re.split(r"\s*[,-]\s*", found["heads"])]
    if found["ub"]:
        heads = [(*re.findall(r"\w+", found["ub"]), *one) for one in heads]
    begin = found.start()
    while number < len(said.words):
        heard = (names.units.longest(said, number, head) for head in heads)
        match = next((name for name in heard if name is not None), None)
        if match is None:
            return
        one = _mention(said, match)
        one.head, begin = (begin, -1) if begin >= 0 else (one.start, -1)
        yield one, match.last
        number = match.last
        if number >= len(said.words) or not _CHAIN.fullmatch(said.low[one.end : said.words[number].start]):
            if number < len(said.words) and said.words[number].flat == "va":
                number += 1
                continue
            return


def _given_name(said: Sentence, names: Names, number: int, *, is_titled: bool) -> Mention | None:
    word = said.words[number]
    bearers = names.given.get(word.flat)
    has_capital = said.is_capital(word.start)
    if bearers is None or (said.has_capitals and not has_capital):
        return None
    if has_capital and (after := re.match(r"\s(\w)", said.text[word.end :])) and after[1].isupper():
        return None
    for length in (3, 2, 1):
        taken = said.words[max(number - length + 1, 0) : number + 1]
        if len(taken) < length or any(said.low[a.end : b.start] != " " for a, b in pairwise(taken)):
            continue
        if not (said.ends(_TITLED, taken[0].start) or (is_titled and length == 1)):
            continue
        for is_exact in (False,) if said.is_plain else (True, False):
            keys = [one.key for one, words in bearers if fit(taken, words[-length:], is_exact=is_exact)]
            if keys:
                return Mention(taken[0].start, word.end, tuple(dict.fromkeys(keys)), is_person=True)
    return None


def _settled(said: Sentence, names: Names, found: list[Mention]) -> list[Mention]:
    """Titles put together with the names and units beside them."""
    kept: list[Mention] = []
    for one in found:
        before = kept[-1] if kept else None
        between = said.low[before.end : one.start] if before is not None else ""
        is_name = one.is_person and not one.is_title
        is_beside = re.fullmatch(rf"\s*[:,]?\s*(?:{HONORIFIC}\s+)?", between)
        if before is not None and before.is_title and is_name and is_beside:
            both = tuple(key for key in one.keys if key in before.keys)
            kept[-1] = replace(one, keys=both or one.keys, head=before.head)
            continue
        if before is not None and before.is_title and not one.is_person and not between.strip():
            kept[-1] = _head_of(said, names, one, before.start)
            continue
        if not one.is_person and (ahead := said.ends(_TITLE_AHEAD, one.start)):
            kept.append(_head_of(said, names, one, ahead.start("title")))
            continue
        if one.is_title and re.search(r"(?<!\w)ph[óo]\s+$", said.low[: one.start]):
            one = replace(one, keys=(), is_doubtful=True)
        kept.append(one)
    return kept


def _head_of(said: Sentence, names: Names, unit: Mention, start: int) -> Mention:
    """Whoever has the title in the unit, the unit itself where nobody at its head is listed."""
    title = said.low[start : unit.start].removesuffix("của ").strip()
    people = names.with_title(title, unit.keys)
    if people:
        return replace(unit, start=start, head=start, keys=people, is_person=True, is_title=True)
    is_head = bool(said.ends(_HEAD_TITLE, unit.start))
    return replace(unit, head=start, is_doubtful=unit.is_doubtful or not is_head)


def _with_unknown(said: Sentence, names: Names, found: list[Mention]) -> list[Mention]:
    """Names that go on are others; and names that nobody bears are told too."""
    starts = {one.start for one in found}
    kept: list[Mention] = []
    for number, one in enumerate(found):
        if kept and one.start < kept[-1].end:
            continue
        after = found[number + 1] if number + 1 < len(found) else None
        is_of_place = after is not None and not one.is_person and _is_place(said, after)
        if after is not None and is_of_place and said.low[one.end : after.start].isspace():
            kept.append(Mention(one.start, after.end))
            continue
        if not one.is_person or one.is_title:
            one = _longer(said, names, one, starts)
            if _is_place(said, one) and (ahead := said.ends(_OFFICE_OF, one.start)):
                start = ahead.start("head")
                one = Mention(start, one.end)
        kept.append(one)
    spans = [(one.head, one.end) for one in kept]
    strangers = [Mention(*span, is_general=True) for span in general_words(said)]
    strangers += [Mention(start, end, is_person=is_person) for start, end, is_person in unknown_names(said)]
    for unknown in strangers:
        if all(unknown.end <= start or unknown.start >= end for start, end in spans):
            kept.append(unknown)
            spans.append((unknown.start, unknown.end))
    return sorted(kept, key=lambda one: one.start)


def _is_place(said: Sentence, one: Mention) -> bool:
    """A ward or commune without its committee: "phường Bình Minh"."""
    return bool(re.match(r"(?:phường|xã|phuong|xa|p\.|x\.)\s*\w", said.low[one.start : one.end]))


def _longer(said: Sentence, names: Names, one: Mention, starts: set[int]) -> Mention:
    after = re.match(r"\s+", said.text[one.end :])
    if after is None or one.end + after.end() in starts:
        return one
    if own := said.begins(_OWN_PLACE, one.end):
        place = " ".join(names.place)
        rest = said.low[one.end + own.end() :].lstrip()
        if rest.startswith(place) and place:
            return replace(one, end=said.low.index(place, one.end) + len(place))
        if not (rest and said.text[one.end + own.end() :].lstrip()[0].isupper() and said.has_capitals):
            return one
    run = capital_run(said, one.end + after.end())
    if (
        run
        and said.has_capitals
        and not re.fullmatch(r"(?:[IVX]+|UBND|BC|KT|TM)", said.text[one.end : run].strip())
    ):
        return replace(one, keys=(), end=run)
    if found := said.begins(GOES_ON, one.end):
        end = one.end + found.end()
        return replace(one, keys=(), end=capital_run(said, end + 1) or end)
    return one


_APPOSED = re.compile(r"\s*(?P<sign>[,(–-]|)\s*(?:(?:thuộc|của|ở|thuoc|cua)\s+)?")


def _beside(said: Sentence, names: Names, found: list[Mention]) -> list[Mention]:
    """A title or unit beside a name tells namesakes apart, and is no party itself."""
    kept: list[Mention] = []
    for one in found:
        before = kept[-1] if kept else None
        if before is None or one.is_general or before.is_general:
            kept.append(one)
            continue
        between = said.low[before.end : one.head]
        honoured = re.fullmatch(rf"\s*[,(–-]?\s*(?:{HONORIFIC}[\s:]+)?", said.low[before.end : one.start])
        if before.is_person and one.is_title and _APPOSED.fullmatch(between):
            both = tuple(key for key in before.keys if key in one.keys)
            if both:
                kept[-1] = replace(before, keys=both, end=one.end)
                continue
        if before.is_person and not one.is_person and _APPOSED.fullmatch(between):
            both = tuple(key for key in before.keys if _works_in(names, key, one.keys))
            if both:
                kept[-1] = replace(before, keys=both, end=one.end)
                continue
        if not before.is_person and one.is_person and not one.is_title and honoured:
            both = tuple(key for key in one.keys if _works_in(names, key, before.keys))
            if both and ("," not in said.low[before.end : one.start] or len(one.keys) > 1):
                kept[-1] = replace(one, keys=both, start=before.start, head=before.head)
                continue
        kept.append(one)
    return kept


def _works_in(names: Names, key: str, unit_keys: tuple[str, ...]) -> bool:
    return any(unit in unit_keys for unit in names.by_key[key].units)
