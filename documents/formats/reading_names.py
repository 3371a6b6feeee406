"""Names of agencies: printed in capitals, written in sentences, met again with a letter misread."""

from collections.abc import Mapping

from intranet.core.text import fold, one_line, toned

#: Words with which the name of an agency begins, folded.
_HEADS = (
    "uy ban",
    "ubnd",
    "hoi dong",
    "hdnd",
    "bo",
    "so",
    "tong cuc",
    "chi cuc",
    "cuc",
    "vu",
    "ban",
    "van phong",
    "vien",
    "truong",
    "trung tam",
    "thanh tra",
    "cong an",
    "bo chi huy",
    "phong",
    "dai hoc",
    "hoc vien",
    "benh vien",
    "kho bac",
    "bao hiem",
    "ngan hang",
    "toa an",
    "vien kiem sat",
    "thue tinh",
    "thue thanh pho",
    "hai quan",
    "doan",
    "hoi",
    "lien doan",
    "mat tran",
    "dang uy",
    "tinh uy",
    "thanh uy",
    "cong ty",
    "tap doan",
    "chu tich",
    "thong tan xa",
    "dai",
)
#: Words that carry a name on: nothing is an agency by itself that begins so.
_TAILS = (
    "tinh",
    "thanh pho",
    "tp",
    "quan",
    "huyen",
    "thi xa",
    "thi tran",
    "xa",
    "phuong",
    "dac khu",
    "viet nam",
    "va",
    "nhan dan",
    "khu vuc",
)
#: Beginnings after which the next word is written large; those of one word count only in front.
_LARGE_NEXT = (
    "tổng cục",
    "chi cục",
    "trung tâm",
    "thanh tra",
    "văn phòng",
    "học viện",
    "bệnh viện",
    "công ty",
    "tập đoàn",
    "kho bạc",
    "bảo hiểm",
    "công an",
    "thủ tướng",
    "cục",
    "bộ",
    "sở",
    "vụ",
    "ban",
    "viện",
    "phòng",
    "trường",
    "hội",
)
_COUNCILS = ("ủy ban nhân dân", "uỷ ban nhân dân", "hội đồng nhân dân", "chủ tịch")
_PLACES = ("thành phố", "thị xã", "thị trấn", "đặc khu", "tỉnh", "tp.", "tp", "quận", "huyện", "xã", "phường")
_ABBREVIATIONS = {"ubnd", "hđnd", "đđbqh", "tnhh", "mtv", "ubmttq", "tw", "tp", "tp."}


def begins_agency(text: str) -> bool:
    """Whether a line may be the first of an agency's name; one word alone ends one ("MÔI / TRƯỜNG")."""
    folded = fold(text)
    return " " in folded and _starts(folded, _HEADS)


def continues_agency(text: str) -> bool:
    """Whether a line can only carry a name on ("TỈNH BẮC NINH")."""
    return _starts(fold(text), _TAILS)


def agency_case(name: str) -> str:
    """A name in capitals as it is written in a sentence; one that is not in capitals stays.

    >>> agency_case("ỦY BAN NHÂN DÂN TỈNH BẮC NINH")
    'Ủy ban nhân dân tỉnh Bắc Ninh'
    """
    name = one_line(name)
    if name != name.upper():
        return name
    words = name.lower().split(" ")
    out: list[str] = []
    large, kind = "", "start"
    while words:
        length, kind = _phrase(words, first=kind in {"start", "head"} and words[:2] != ["sở", "hữu"])
        phrase, words = words[:length], words[length:]
        if kind == "place" and words:
            return _sentence([*out, *phrase, *(word.title() for word in words)])
        if kind in {"head", "council"}:
            out += [phrase[0].capitalize(), *phrase[1:]]
            large = kind
            continue
        word = phrase[0]
        out.append(word.upper() if word in _ABBREVIATIONS else word.capitalize() if large == "head" else word)
        large = "head" if word == "và" or word.endswith(",") else "word"
    return _sentence(out)


def best_match(name: str, known: Mapping[str, str], *, slack: int) -> str | None:
    """The one known form that a printed name is: equal, equal without marks, or within ``slack`` letters.

    Marks tell Tân Hòa from Tân Hóa and digits one ward from the next, so a name that two known ones
    could be is none of them, and digits must agree.

    :param known: names of agencies by each form in which they are written.
    """
    wanted, exact = fold(name), toned(name)
    if not wanted:
        return None
    by_form: dict[str, str] = {}
    for candidate in known:
        by_form.setdefault(toned(candidate), candidate)
    if exact in by_form:
        return by_form[exact]
    folded = [(fold(candidate), candidate) for candidate in by_form.values()]
    plain = [candidate for key, candidate in folded if key == wanted]
    met = plain or [candidate for key, candidate in folded if slack and is_near(wanted, key, slack)]
    return met[0] if len({known[form] for form in met}) == 1 else None


def is_near(a: str, b: str, slack: int) -> bool:
    """Whether two folded names are one with letters misread: one in a word, ``slack`` in all, digits none.

    One letter in each word only: "tinh Ha Nam" is not "tinh Ha Noi". Spaces not seen are no letters.
    """
    if a.replace(" ", "") == b.replace(" ", ""):
        return True
    words, others = a.split(), b.split()
    if len(words) != len(others) or len(a) <= 8:
        return False
    apart = [(x, y) for x, y in zip(words, others, strict=True) if x != y]
    if len(apart) > slack or any(word.isdigit() or len(word) < 2 for pair in apart for word in pair):
        return False
    return all(_distance(x, y, 1) <= 1 for x, y in apart)


def _phrase(words: list[str], *, first: bool) -> tuple[int, str]:
    """How many words in front belong together, and what they are: place, council, head or a plain word."""
    text = " ".join(words) + " "
    for kind, phrases in (("council", _COUNCILS), ("head", _LARGE_NEXT), ("place", _PLACES)):
        for phrase in phrases:
            if text.startswith(f"{phrase} ") and (first or kind != "head" or " " in phrase):
                return phrase.count(" ") + 1, kind
    return 1, ""


def _sentence(words: list[str]) -> str:
    text = " ".join(words).replace("chính phủ", "Chính phủ").replace("Công thương", "Công Thương")
    return text[:1].upper() + text[1:]


def _starts(folded: str, heads: tuple[str, ...]) -> bool:
    return any(folded == head or folded.startswith(f"{head} ") for head in heads)


def _distance(a: str, b: str, most: int) -> int:
    """Letters to change, put in or leave out; stops counting above ``most``."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
        if min(row) > most:
            return most + 1
    return row[-1]
