"""Vietnamese text: one form to store, one to compare.

``fold`` makes "Quyết định", "quyet dinh" and a decomposed "Quyết" equal; ``toned`` keeps the tone but
not its place, so "hòa" and "hoà" are one word. Both give plain ASCII words, so that no database engine
has anything left to decide.
"""

import re
import unicodedata
from functools import lru_cache

#: Raised whenever the normal form changes; an index made with another number is rebuilt.
NORM_VERSION = 1

_WORD = re.compile(r"[^\W_]+")
_SPACES = re.compile(r"\s+")
_SHAPES = {"̂": "1", "̆": "2", "̛": "3"}
_TONES = {"̀": "f", "́": "s", "̉": "r", "̃": "x", "̣": "j"}
_CONTROLS = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def nfc(text: str) -> str:
    """The form in which text is stored: NFC, no control or bidirectional marks, no half characters."""
    return _CONTROLS.sub("", unicodedata.normalize("NFC", text))


def one_line(text: str) -> str:
    """Stored form of a one-line field: NFC, single spaces, trimmed."""
    return _SPACES.sub(" ", nfc(text)).strip()


def words(text: str) -> list[str]:
    """The lower-case words of a text, in order, marks kept."""
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


def fold(text: str) -> str:
    """Plain ASCII words joined by single spaces: for comparing and searching without marks."""
    return " ".join(_fold_word(word) for word in words(text))


def toned(text: str) -> str:
    """As :func:`fold`, each word carrying its marks as digits and a letter (quyết: ``quye1t5s``)."""
    return " ".join(_tone_word(word) for word in words(text))


def fold_name(text: str) -> str:
    """Folded and run together: the comparable form of an account name."""
    return fold(text).replace(" ", "")


def initials(full_name: str) -> str:
    """Two letters for an avatar: the last two words of a Vietnamese name (Lê Thị Hồng Nhung: HN)."""
    parts = full_name.split()
    return "".join(part[0] for part in parts[-2:]).upper()


@lru_cache(maxsize=65536)
def _fold_word(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word).lower()
    return "".join(c for c in apart if c.isalnum() and not unicodedata.combining(c)).replace("đ", "d")


@lru_cache(maxsize=65536)
def _tone_word(word: str) -> str:
    out, tone = [], ""
    for char in unicodedata.normalize("NFKD", word):
        if char in _SHAPES:
            out.append(_SHAPES[char])
        elif char in _TONES:
            tone = "5" + _TONES[char]
        elif char == "đ":
            out.append("d4")
        elif not unicodedata.combining(char):
            out.append(char)
    return "".join(out) + tone
