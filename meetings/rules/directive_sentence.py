"""Who is to do what, by the words of a Vietnamese sentence: plain patterns over the names of the directory.

A lead is sure only when one name has the lead and nothing else could have it; otherwise all that could come
back, or none, and whoever reads it is asked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from intranet.core.text import nfc
from meetings.rules.due_phrases import NO_DUE, Days, Due, read_due


@dataclass(frozen=True)
class Named:
    """A unit or person that may be given work.

    :param key: ``unit:4`` or ``user:12``.
    :param letters: short forms in capitals, found only as written ("STC").
    """

    key: str
    name: str
    others: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    is_person: bool = False


@dataclass(frozen=True)
class Directive:
    """What a sentence orders, as far as its words say.

    :param leads: whoever may have the lead; one and ``is_lead_sure``: that one and no other.
    :param co: keys of whoever works along.
    """

    leads: tuple[str, ...] = ()
    is_lead_sure: bool = False
    co: tuple[str, ...] = ()
    due: Due = NO_DUE
    is_urgent: bool = False


class _Part(Enum):
    """What a name does in the sentence."""

    CHAIRS = 1
    TOLD = 2
    SUBJECT = 3
    CO = 4
    OTHER = 5


@dataclass
class _Mention:
    start: int
    end: int
    keys: tuple[str, ...]
    is_person: bool
    part: _Part = _Part.OTHER
    #: Names joined by commas and "và" are one group.
    group: int = 0
    is_nested: bool = False
    also: list[str] = field(default_factory=list)


_FORMS = r"(?:đồng chí|đ/c|ông|bà|anh|chị)"
_TITLE = (
    r"(?:(?:đồng chí|đ/c|ông|bà|anh|chị|lãnh đạo|thủ trưởng|người đứng đầu|phó|giám đốc|chủ tịch|chánh|"
    r"trưởng|cục trưởng|đơn vị|cơ quan|các đơn vị|các cơ quan|các sở|các sở, ngành|ubnd)[\s:]+)*"
)
_CHAIRS_BEFORE = re.compile(rf"(?<!\w)(?:chủ trì|đầu mối)(?:\s+là|:)?\s+{_TITLE}$")
_CHAIRS_AFTER = re.compile(
    r"^\s*,?\s*(?:là\s+)?(?:(?:đơn vị|cơ quan)\s+)?(?:chủ trì|làm đầu mối|đầu mối)(?!\w)"
)
_HASTE = r"(?:\s+(?:khẩn trương|khẩn|gấp|ngay))?"
_TOLD = re.compile(
    r"(?<!\w)(?:giao(?:\s+nhiệm vụ)?(?:\s+cho)?|phân công|đề nghị|yêu cầu|chỉ đạo|chuyển(?:\s+cho)?|do|"
    rf"nhất trí giao|thống nhất giao|giao trách nhiệm(?:\s+cho)?|đôn đốc|nhắc){_HASTE}\s+{_TITLE}$"
)
_CO_BEFORE = re.compile(
    rf"(?<!\w)(?:phối hợp(?:\s+chặt chẽ)?(?:\s+(?:với|cùng))?|cùng(?:\s+với)?|sự tham gia của)[\s:]+{_TITLE}$"
)
_CO_AFTER = re.compile(r"^\s*,?\s*(?:cùng\s+)?(?:phối hợp|hỗ trợ)(?!\w)(?!\s+(?:với|cùng|chặt chẽ với))")
_ASIDE = re.compile(
    r"(?<!\w)(?:báo cáo|trình|gửi|gửi về|xin ý kiến|lấy ý kiến|tham mưu(?:\s+cho)?|giúp|cho|kiến nghị|của|"
    r"tại|theo|ý kiến|thống nhất với|thống nhất cùng|đồng ý với|làm việc với|qua|về|thông báo(?:\s+cho)?|"
    rf"hướng dẫn|kiểm tra|thanh tra|hỗ trợ|thay|và lãnh đạo)\s+{_TITLE}$"
)
_JOINED = re.compile(rf"^\s*(?:,|;|và|cùng|,\s*và)\s*{_TITLE}$")
_CLAUSE = re.compile(rf"(?:^|[.;:]\s*|[-–+]\s*|^\s*(?:\d+|[a-zđ])[.)]\s*|[,;]\s*)\s*{_TITLE}$")
_URGENT = re.compile(r"(?<!\w)(?:khẩn|hỏa tốc|hoả tốc|khẩn trương|ngay lập tức|thượng khẩn)(?!\w)")


def read_directive(sentence: str, names: Sequence[Named], days: Days) -> Directive:
    """Lead, those who work along and deadline of a sentence, with every doubt kept.

    :param names: whoever may be given work.
    """
    text = nfc(sentence)
    low = text.lower()
    if len(low) != len(text):
        low = text
    found = _mentions(text, low, names)
    _place(low, found)
    leads, is_sure = _leads(found)
    co = dict.fromkeys(key for one in found if one.part is _Part.CO for key in one.keys if len(one.keys) == 1)
    if is_sure:
        chairs = next(one for one in found if leads[0] in one.keys and one.part in _LEADING)
        beside = (one for one in found if one.part is _Part.TOLD and one.group == chairs.group)
        co |= dict.fromkeys(key for one in beside for key in one.keys)
    return Directive(
        leads=leads,
        is_lead_sure=is_sure,
        co=tuple(key for key in co if key not in leads),
        due=read_due(text, days),
        is_urgent=bool(_URGENT.search(low)),
    )


_LEADING = (_Part.CHAIRS, _Part.TOLD, _Part.SUBJECT)


def _leads(found: list[_Mention]) -> tuple[tuple[str, ...], bool]:
    """Whoever may have the lead, and whether it is one beyond doubt."""
    chairs = [one for one in found if one.part is _Part.CHAIRS]
    told = [one for one in found if one.part is _Part.TOLD]
    if chairs:
        groups = {one.group for one in chairs}
        # Another one who is told something in a clause of its own: two orders in one sentence.
        held = chairs + [one for one in told if one.group not in groups]
    else:
        held = told or [one for one in found if one.part is _Part.SUBJECT]
    keys = tuple(dict.fromkeys(key for one in held for key in (*one.keys, *one.also)))
    return keys, len(keys) == 1 and not any(one.is_nested for one in held)


def _place(low: str, found: list[_Mention]) -> None:
    """Say of each name what it does."""
    before: _Mention | None = None
    for number, one in enumerate(found):
        ahead, behind = low[: one.start], low[one.end :]
        one.group = number
        joined = before is not None and _JOINED.search(low[before.end : one.start])
        if _CHAIRS_AFTER.search(behind) or _CHAIRS_BEFORE.search(ahead):
            one.part = _Part.CHAIRS
            if joined and before is not None:
                one.group = before.group
        elif _CO_BEFORE.search(ahead):
            one.part = _Part.CO
        elif _CO_AFTER.search(behind) and number:
            one.part = _Part.CO
            _draw_along(found[:number], low, one)
        elif _TOLD.search(ahead):
            one.part = _Part.TOLD
        elif joined and before is not None:
            one.part, one.group = before.part, before.group
            if one.part is _Part.CHAIRS:
                one.part = _Part.TOLD
        elif _ASIDE.search(ahead):
            one.part = _Part.OTHER
        elif _CLAUSE.search(ahead):
            one.part = _Part.SUBJECT
        before = one


def _draw_along(found: list[_Mention], low: str, last: _Mention) -> None:
    """In "Sở A chủ trì, Sở B, Sở C phối hợp" those joined before the last work along too."""
    after = last
    for one in reversed(found):
        if one.part in {_Part.CHAIRS, _Part.CO} or not _JOINED.search(low[one.end : after.start]):
            return
        if _TOLD.search(low[: one.start]):
            return
        one.part = _Part.CO
        after = one


def _mentions(text: str, low: str, names: Sequence[Named]) -> list[_Mention]:
    """Where names stand: the longest of those that overlap, in order."""
    spots: dict[tuple[int, int], tuple[dict[str, None], bool]] = {}
    for one in names:
        for start, end in _spots(text, low, one):
            spots.setdefault((start, end), ({}, one.is_person))[0][one.key] = None
    found: list[_Mention] = []
    for (start, end), (keys, is_person) in sorted(
        spots.items(), key=lambda at: (at[0][0] - at[0][1], at[0][0])
    ):
        if all(end <= other.start or start >= other.end for other in found):
            found.append(_Mention(start, end, tuple(keys), is_person))
    found.sort(key=lambda one: one.start)
    return list(_without_apposition(low, found))


def _without_apposition(low: str, found: list[_Mention]) -> Iterator[_Mention]:
    """Leave out the unit of a person named with it; a part of a unit beside its whole is in doubt."""
    for number, one in enumerate(found):
        before = found[number - 1] if number else None
        after = found[number + 1] if number + 1 < len(found) else None
        if not one.is_person and after is not None and after.is_person:
            between = low[one.end : after.start]
            if re.fullmatch(rf"\s+(?:{_FORMS}\s+)?", between):
                after.start = one.start
                continue
        if not one.is_person and before is not None and before.is_person:
            between = low[before.end : one.start]
            if re.fullmatch(
                r"\s*[,(]?\s*(?:phó\s+)?(?:giám đốc|chánh|trưởng|chủ tịch|cục trưởng)\s+", between
            ):
                continue
        if not one.is_person and after is not None and low[one.end : after.start].isspace():
            after.is_nested, after.also, after.start = True, list(one.keys), one.start
            continue
        yield one


def _spots(text: str, low: str, one: Named) -> Iterator[tuple[int, int]]:
    for name in {one.name, *one.others}:
        wanted = name.lower()
        if one.is_person and " " not in name:
            # A given name alone is a person's only behind "đồng chí" and the like.
            for found in re.finditer(rf"(?<!\w){_FORMS}\s+({re.escape(wanted)})(?!\w)", low):
                if not re.match(r"\s+[A-ZĐÀ-Ỹ]", text[found.end() :]):
                    yield found.span(1)
            continue
        yield from _whole_words(low, wanted)
    for letters in one.letters:
        yield from _whole_words(text, letters)


def _whole_words(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    at = text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        is_whole = not (at and _is_part(text[at - 1])) and not (end < len(text) and _is_part(text[end]))
        if is_whole:
            yield at, end
        at = text.find(wanted, at + 1)


def _is_part(sign: str) -> bool:
    return sign.isalnum() or sign in "&_/"
