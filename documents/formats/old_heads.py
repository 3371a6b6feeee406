"""Heads of registers as agencies write them: which column is what (Decree 30/2020/NĐ-CP, appendix IV)."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intranet.core.text import fold

#: What a column of an incoming, of an outgoing register may hold, in the order of the prescribed forms.
INCOMING = (
    "arrival_date",
    "number_in",
    "issuer",
    "code",
    "number",
    "symbol",
    "doc_date",
    "kind_subject",
    "kind",
    "subject",
    "signer",
    "receiver",
    "forwarded",
    "signed_for",
    "copies",
    "pages",
    "note",
)
OUTGOING = (
    "code",
    "number",
    "symbol",
    "doc_date",
    "kind_subject",
    "kind",
    "subject",
    "signer",
    "recipients",
    "kept_by",
    "copies",
    "pages",
    "forwarded",
    "signed_for",
    "note",
)
#: Without one of each group nothing can be imported.
NEEDED_IN = (("number_in",), ("arrival_date",), ("subject", "kind_subject"))
NEEDED_OUT = (("code", "number"), ("doc_date",), ("subject", "kind_subject"))

#: Heads, folded; the longer ones are tried first.
_HEADS: Mapping[str, tuple[str, ...]] = {
    "arrival_date": ("ngay den", "ngay thang den", "ngay nhan", "ngay vao so", "ngay dang ky"),
    "number_in": ("so den", "so vao so", "so thu tu den", "so van ban den", "stt den", "so cong van den"),
    "issuer": ("tac gia", "co quan ban hanh", "don vi ban hanh", "noi ban hanh", "co quan gui", "noi gui"),
    "code": ("so ky hieu van ban", "so ky hieu", "so va ky hieu", "so hieu van ban", "so hieu", "so kh"),
    "number": ("so van ban", "so di", "so"),
    "symbol": ("ky hieu", "ky hieu van ban"),
    "doc_date": (
        "ngay thang van ban",
        "ngay van ban",
        "ngay thang nam van ban",
        "ngay thang nam",
        "ngay ban hanh",
        "ngay ky",
        "ngay thang",
        "ngay vb",
    ),
    "kind_subject": (
        "ten loai va trich yeu noi dung",
        "ten loai va trich yeu noi dung van ban",
        "ten loai va trich yeu",
        "ten loai trich yeu noi dung",
        "ten loai trich yeu",
    ),
    "kind": ("ten loai", "loai van ban", "ten loai van ban", "the loai", "hinh thuc van ban", "loai vb"),
    "subject": ("trich yeu", "trich yeu noi dung", "noi dung", "noi dung trich yeu", "ve viec"),
    "receiver": (
        "don vi hoac nguoi nhan",
        "don vi nguoi nhan",
        "nguoi nhan",
        "don vi nhan",
        "don vi xu ly",
        "chuyen cho",
    ),
    "forwarded": ("ngay chuyen", "ngay gui"),
    "signed_for": ("ky nhan",),
    "signer": ("nguoi ky", "ho ten nguoi ky"),
    "recipients": ("noi nhan van ban", "noi nhan"),
    "kept_by": ("don vi nguoi nhan ban luu", "nguoi nhan ban luu", "noi luu", "don vi luu", "ban luu"),
    "copies": ("so luong ban", "so ban", "so luong"),
    "pages": ("so trang", "so to"),
    "note": ("ghi chu",),
}
#: Rows among which the heads are looked for.
_TOP = 40
_YEAR = re.compile(r"\bnam (\d{4})\b")
_PLACE = re.compile(r"\(?\d{1,2}\)?")


@dataclass(frozen=True)
class Layout:
    """Where a sheet's heads are and what its columns hold.

    :param first: index of the first row of lines.
    :param heads: words above each column.
    :param guessed: field by index of its column.
    :param year: the year that the sheet names above its heads.
    """

    first: int
    heads: tuple[str, ...]
    guessed: dict[int, str]
    year: int | None = None


def fields_of(*, is_incoming: bool) -> tuple[str, ...]:
    """What columns of the register may hold."""
    return INCOMING if is_incoming else OUTGOING


def missing(mapping: Mapping[int, str], *, is_incoming: bool) -> list[str]:
    """The fields of which nothing can be imported without; the first of each group names it."""
    given = set(mapping.values())
    needed = NEEDED_IN if is_incoming else NEEDED_OUT
    return [group[0] for group in needed if not given & set(group)]


def find(rows: Sequence[Sequence[str]], *, is_incoming: bool) -> Layout:
    """Find the heads among the first rows: the row, or two rows together, that names most columns."""
    best: tuple[int, int, tuple[str, ...], dict[int, str]] = (0, 0, (), {})
    for at in range(min(len(rows), _TOP)):
        for height in (1, 2):
            heads = _together(rows[at : at + height])
            guessed = guess(heads, is_incoming=is_incoming)
            # Two rows only where the second one names something of its own.
            if len(guessed) > len(best[3]):
                best = (at, at + height, heads, guessed)
    at, first, heads, guessed = best
    if len(guessed) < 2:
        at, heads = _likely(rows)
        return Layout(at, heads, {}, _year_above(rows[:at]))
    while first < len(rows) and is_numbering(rows[first]):
        first += 1
    return Layout(first, heads, guessed, _year_above(rows[:at]))


def guess(heads: Sequence[str], *, is_incoming: bool) -> dict[int, str]:
    """The field of each column that its head names; each field once."""
    allowed = fields_of(is_incoming=is_incoming)
    found: dict[int, str] = {}
    exact = {fold(head): name for name in reversed(allowed) for head in _HEADS[name]}
    if is_incoming:
        exact |= {"noi nhan": "receiver", "so thu tu": "number_in", "stt": "number_in"}
    folded = [fold(head) for head in heads]
    for column, head in enumerate(folded):
        name = exact.get(head)
        if name is not None and name not in found.values():
            found[column] = name
    held = sorted(((head, name) for head, name in exact.items() if " " in head), key=lambda one: -len(one[0]))
    for column, head in enumerate(folded):
        if column in found or not head or len(head) > 90:
            continue
        name = next((n for h, n in held if h in head and n not in found.values()), None)
        if name is not None:
            found[column] = name
    if "number_in" in found.values() and not is_incoming:
        found = {column: name for column, name in found.items() if name != "number_in"}
    return found


def fingerprint(heads: Sequence[str]) -> str:
    """The same for two sheets with the same heads: under it a mapping is remembered."""
    return hashlib.sha256("|".join(fold(head) for head in heads).encode()).hexdigest()


def is_numbering(row: Sequence[str]) -> bool:
    """True for the row of column numbers below the heads: (1), (2), …"""
    given = [cell for cell in row if cell]
    told = [cell.strip("()") for cell in given]
    is_short = len(given) >= 2 and all(_PLACE.fullmatch(cell) for cell in given)
    return is_short and told == [str(n) for n in range(int(told[0]), int(told[0]) + len(told))]


def _likely(rows: Sequence[Sequence[str]]) -> tuple[int, tuple[str, ...]]:
    """Heads that nobody knows: the first row of several words without a digit; and where the lines begin."""
    for at, row in enumerate(rows[:_TOP]):
        told = {cell for cell in row if cell}
        if len(told) > 2 and not any(c.isdigit() for cell in told for c in cell):
            return at + 1, tuple(row)
    return 0, tuple("" for _ in range(max((len(row) for row in rows[:_TOP]), default=0)))


def _together(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    width = max((len(row) for row in rows), default=0)
    heads = []
    for column in range(width):
        words = [row[column] for row in rows if column < len(row) and row[column]]
        heads.append(" ".join(dict.fromkeys(words)))
    return tuple(heads)


def _year_above(rows: Sequence[Sequence[str]]) -> int | None:
    for row in rows:
        for cell in row:
            found = _YEAR.search(fold(cell))
            if found and 1945 <= int(found.group(1)) <= 2100:
                return int(found.group(1))
    return None
