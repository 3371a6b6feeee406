"""Tones that recognition takes for others on a scan: words that offices write in one way only."""

import re
import unicodedata
from itertools import pairwise

#: In pairs, for one word alone may be another; none of them is right with any other tone.
_PAIRS = (
    "thẩm quyền", "thẩm định", "bổ sung", "sửa đổi", "giải quyết", "lĩnh vực", "thủ tục", "chủ tịch",
    "cục trưởng", "hỗ trợ", "phê duyệt", "kiểm tra", "tổ chức", "quản lý", "phát triển",
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")


def set_right(text: str) -> str:
    """The text with the tones of such pairs as they are written; letters, other words and case stay."""
    pieces, done = [], 0
    for first, second in pairwise(_WORD.finditer(text)):
        right = _BY_LETTERS.get(f"{_letters(first[0])} {_letters(second[0])}")
        if right is None or text[first.end() : second.start()] != " " or first.start() < done:
            continue
        words = zip((first[0], second[0]), right.split(), strict=True)
        pieces += [text[done : first.start()], " ".join(_as(word, tones) for word, tones in words)]
        done = second.end()
    return "".join(pieces) + text[done:]


def _letters(word: str) -> str:
    """A word without its tone; what makes another letter of one, â, ơ and đ, stays."""
    return unicodedata.normalize("NFC", _TONES.sub("", unicodedata.normalize("NFD", word.lower())))


def _as(word: str, right: str) -> str:
    if word.isupper():
        return right.upper()
    return right.capitalize() if word[:1].isupper() else right


_BY_LETTERS = {_letters(pair): pair for pair in _PAIRS}
