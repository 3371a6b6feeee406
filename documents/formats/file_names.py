"""Which line of a register a file's name speaks of: its number, or number and symbol of the document."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from documents.formats.symbols import symbol_key
from intranet.core.text import fold, nfc

#: A name that is a number alone, or begins with what says that it is one.
_NUMBER = re.compile(r"(?:(?:so|van ban|vb|cv|cong van)?\s*(?:den|di)?\s*)?0*(\d{1,7})\s?([a-z]?)$")
_SAID = re.compile(r"^(?:so|vb|cv|van ban|cong van)?\s*(?:den|di)\s*(?:so)?\s*0*(\d{1,7})\s?([a-z]?)(?:\s|$)")
#: What programs put into a ZIP that nobody asked for.
_JUNK = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Target:
    """A line that files may belong to."""

    document_id: int
    number: int
    suffix: str
    #: Number and symbol, as :func:`documents.formats.symbols.symbol_key` gives them.
    key: str


class Targets:
    """The lines of a register's year, to be found by names of files."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self.by_key: dict[str, list[int]] = {}
        self.by_number: dict[tuple[int, str], int] = {}
        for one in targets:
            self.by_number[one.number, one.suffix] = one.document_id
            # A key of one word is a number, and found as one.
            if " " in one.key:
                self.by_key.setdefault(one.key, []).append(one.document_id)
        self.longest = max((len(key.split()) for key in self.by_key), default=0)

    def find(self, name: str) -> list[int]:
        """Documents that the name may speak of: one is a match."""
        stem = fold(PurePosixPath(nfc(name)).stem)
        words = [symbol_key(word) for word in stem.split()]
        for length in range(min(self.longest, len(words)), 1, -1):
            found: set[int] = set()
            for start in range(len(words) - length + 1):
                found |= set(self.by_key.get(" ".join(words[start : start + length]), ()))
            if found:
                return sorted(found)
        said = _NUMBER.fullmatch(stem) or _SAID.match(stem)
        if said is None:
            return []
        one = self.by_number.get((int(said.group(1)), said.group(2)))
        return [one] if one is not None else []


def is_junk(name: str) -> bool:
    """True for what no person put into the ZIP."""
    low = name.lower()
    return low.startswith(_JUNK[0]) or low.rsplit("/", 1)[-1] in _JUNK[1:]


def true_name(name: str, *, is_utf8: bool) -> str:
    """The name as it was given: programs write it in UTF-8 without saying so."""
    if is_utf8:
        return nfc(name)
    try:
        return nfc(name.encode("cp437").decode("utf-8"))
    except (UnicodeEncodeError, UnicodeDecodeError):
        return nfc(name)
