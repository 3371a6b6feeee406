"""What clerks put for an agency's name as papers print it, met again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from documents.formats.reading_names import is_near
from documents.formats.reading_values import Found
from intranet.core.text import fold, toned

#: How surely a spelling means the name put for it once, twice, and from then on.
_SURE = {1: 0.80, 2: 0.88}
_OFTEN = 0.94
#: Where clerks put different names: below what is filled in, or to be looked at when nearly all agreed.
_DISPUTED, _NEARLY = 0.55, 0.70
#: For each time that another name was put, the one put most often must have been put this often.
_MANY = 9
#: A spelling met with a letter misread.
_MISREAD = 0.75
#: Put this often, it outweighs the name of another agency that is printed.
_OUTWEIGHS = 2


@dataclass(frozen=True)
class Spelling:
    """A name as papers print it, and the one that clerks put for it most often.

    :param above: the agency above it on the paper, as printed; empty without one.
    :param times: how often they put it.
    :param others: how often they put another.
    """

    printed: str
    above: str
    name: str
    times: int
    others: int = 0

    @property
    def is_disputed(self) -> bool:
        """Whether clerks put more than one name for it."""
        return self.others > 0

    @property
    def sure(self) -> float:
        """How surely it means that name, 0 to 1."""
        if self.is_disputed:
            return _NEARLY if self.times >= _MANY * self.others else _DISPUTED
        return _SURE.get(self.times, _OFTEN)


def recall(printed: str, above: str, spellings: Sequence[Spelling], *, slack: int) -> Spelling | None:
    """The spelling that is printed: letters and marks, else, of one name only, within ``slack`` letters.

    What is printed above counts too: every district has a "Phòng Tài chính".
    """
    wanted = key_of(printed, above)
    for one in spellings:
        if key_of(one.printed, one.above) == wanted:
            return one
    if not slack:
        return None
    near = [
        one
        for one in spellings
        if is_near(fold(printed), fold(one.printed), slack) and is_near(fold(above), fold(one.above), slack)
    ]
    if len({one.name for one in near}) != 1 or any(one.is_disputed for one in near):
        return None
    return max(near, key=lambda one: one.times)


def corrected(read: Found, printed: str, above: str, is_name: bool, learned: Spelling | None) -> Found:
    """What was read of an issuer, put right as clerks did before.

    Where they did not agree it is a candidate, not a value; a slip of one of them does not rename an agency
    that stands on the paper under its own name.

    :param is_name: what is printed is itself the name of a known agency.
    """
    if learned is None:
        return read
    if learned.name == read.value:
        sure = min(read.confidence, 0.85) if learned.is_disputed else max(read.confidence, learned.sure)
        return replace(read, confidence=sure, learned=learned.times)
    if is_name and (learned.is_disputed or learned.times < _OUTWEIGHS):
        return replace(read, confidence=min(read.confidence, 0.85))
    same = key_of(printed, above) == key_of(learned.printed, learned.above)
    sure = learned.sure if same else min(learned.sure, _MISREAD)
    return replace(read, value=learned.name, confidence=sure, learned=learned.times)


def key_of(printed: str, above: str) -> str:
    """By what a spelling is known: letters and marks, not their case."""
    return f"{toned(above)}|{toned(printed)}"
