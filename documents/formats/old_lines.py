"""Lines of an old register as somebody typed them: read, and what is wrong with each said by a code."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from documents.formats.symbols import NUMBER_MAX, SYMBOL_MAX, kind_of, parse
from intranet.core.text import fold, one_line
from intranet.records.secrecy import mark_in_title

#: Longest words that the register keeps.
MOST = {"subject": 500, "issuer": 200, "receiver": 300, "signer": 50, "kept_by": 150, "note": 300}
#: "As above" in books written by hand.
_DITTO = frozenset(('"', "''", "“", "”", "nt", "-nt-", "- nt -", "như trên", "-"))
_STRUCK = re.compile(r"^(?:da huy|huy so|so huy|bo so|giu so)\b|^huy$")
#: How the state of a line stands before its own note.
_STATE = re.compile(
    r"(?:đã (?:hủy|huỷ)|(?:hủy|huỷ|bỏ|giữ) số|hủy|huỷ|đã thu hồi)\s*(?:[;,.:]\s*|$)", re.IGNORECASE
)
_RECALLED = re.compile(r"^(da thu hoi|thu hoi)\b")
#: Sentences that our own printed registers have below a line.
_BELOW = ("Đính chính ", "Hủy số ", "Thu hồi ")
_NUMBER = re.compile(r"(?:số\s*)?0*(\d{1,7})\s*([a-zđ]?)", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+[a-zđ]?")
_WORDS_OF_DAY = re.compile(r"ngay (\d{1,2}) thang (\d{1,2}) nam (\d{4})")
_FIRST_DAY, _EXCEL = date(1945, 9, 2), date(1899, 12, 30)
_NAMES_OF_KIND = re.compile(r"^[\s:.,\-–—]+")


@dataclass(frozen=True)
class Problem:
    """Something about a line of the file.

    :param row: its number in the file.
    :param code: its sentence is the label ``import.problem.<code>``.
    :param is_error: nothing is imported while there is one; else it has only to be looked at.
    """

    row: int
    code: str
    data: dict[str, Any] = field(default_factory=dict)
    is_error: bool = True


@dataclass
class OldLine:
    """One line of an old register, tidy."""

    row: int
    number: int = 0
    suffix: str = ""
    entry_date: date | None = None
    doc_number: str = ""
    symbol: str = ""
    code: str = ""
    doc_date: date | None = None
    issuer: str = ""
    kind: str = ""
    subject: str = ""
    receiver: str = ""
    forwarded: date | None = None
    signed_for: str = ""
    signer: str = ""
    recipients: tuple[str, ...] = ()
    kept_by: str = ""
    copies: int | None = None
    pages: int | None = None
    note: str = ""
    is_struck: bool = False
    is_recalled: bool = False
    #: Sentences below it.
    below: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """Its number as the register shows it."""
        return f"{self.number}{self.suffix}"


@dataclass
class Read:
    """What a sheet came to."""

    lines: list[OldLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    #: Rows that are no lines: titles between, sums, signatures.
    skipped: list[tuple[int, str]] = field(default_factory=list)


class Reader:
    """Reads rows one after the other; some lean on the one above."""

    def __init__(
        self, mapping: Mapping[int, str], kinds: Sequence[str], *, is_incoming: bool, year: int, today: date
    ) -> None:
        self.mapping = {column: name for column, name in mapping.items() if name}
        self.is_incoming, self.year, self.today = is_incoming, year, today
        self.kinds = sorted(((fold(kind), kind) for kind in kinds), key=lambda one: -len(one[0]))
        self.above: OldLine | None = None
        self.found = Read()

    def take(self, row: int, cells: Sequence[str], computing: frozenset[int] = frozenset()) -> None:
        """Read one row; ``computing`` are columns whose words a formula gave."""
        given = {
            name: one_line(cells[column]) for column, name in self.mapping.items() if column < len(cells)
        }
        if any(mark_in_title(cell) for cell in cells):
            self._say(row, "mark")
            return
        if self._is_no_line(row, cells, given):
            return
        line = OldLine(row)
        self._number(line, given)
        self._dates(line, given)
        self._words(line, given)
        for column in sorted(computing & set(self.mapping)):
            empty = column >= len(cells) or not cells[column]
            self._say(row, "formula_empty" if empty else "formula", is_error=empty, column=column + 1)
        self.found.lines.append(line)
        self.above = line

    def _is_no_line(self, row: int, cells: Sequence[str], given: Mapping[str, str]) -> bool:
        told = list(dict.fromkeys(cell for cell in cells if cell))
        if len(told) > 1 and any(given.values()):
            key = "number_in" if self.is_incoming else "code"
            is_bare = not any(given.get(name) for name in (key, "number", "arrival_date", "doc_date"))
            if not is_bare or given.get("subject") or given.get("kind_subject"):
                return False
        words = " ".join(told)
        if self.above is not None and words.startswith(_BELOW):
            self.above.below.append(words[:500])
        elif words:
            self.found.skipped.append((row, words[:120]))
        return True

    def _number(self, line: OldLine, given: Mapping[str, str]) -> None:
        code = given.get("code", "")
        if not code and given.get("number"):
            symbol = given.get("symbol", "")
            code = f"{given['number']}/{symbol}" if symbol else given["number"]
        code = re.sub(r"^(?:số|so)\s*[:.]?\s*", "", code, flags=re.IGNORECASE)
        line.code = code
        parsed = parse(code)
        if parsed is not None:
            line.doc_number, line.symbol = f"{parsed.number}{parsed.suffix}", parsed.symbol
        elif code:
            head, _, rest = code.partition("/")
            is_head = head.strip()[:1].isdigit()
            line.doc_number, line.symbol = (head.strip(), rest.strip()) if is_head else ("", code)
        own = given.get("number_in", "") if self.is_incoming else line.doc_number
        found = _number_of(own)
        if not own:
            self._say(line.row, "no_number")
        elif found is None or found[0] == 0:
            self._say(line.row, "bad_number", value=own[:40])
        else:
            line.number, line.suffix = found
        line.doc_number, line.symbol = line.doc_number[:NUMBER_MAX], line.symbol[:SYMBOL_MAX]

    def _dates(self, line: OldLine, given: Mapping[str, str]) -> None:
        line.doc_date = self._day(line, "doc_date", given)
        line.forwarded = self._day(line, "forwarded", given)
        own = "arrival_date" if self.is_incoming else "doc_date"
        line.entry_date = self._day(line, own, given) if self.is_incoming else line.doc_date
        written = given.get(own, "")
        if line.entry_date is None and self.above is not None and (not written or written in _DITTO):
            line.entry_date = self.above.entry_date
            self._say(line.row, "day_from_above", is_error=False)
            if not self.is_incoming:
                line.doc_date = line.entry_date
        if line.entry_date is None:
            if not written:
                self._say(line.row, "no_day")
            return
        if line.entry_date > self.today:
            self._say(line.row, "day_ahead", day=f"{line.entry_date:%d/%m/%Y}")
        elif line.entry_date.year != self.year:
            near = self.is_incoming and abs(line.entry_date.year - self.year) == 1
            self._say(
                line.row, "other_year", is_error=not near, day=f"{line.entry_date:%d/%m/%Y}", year=self.year
            )

    def _day(self, line: OldLine, name: str, given: Mapping[str, str]) -> date | None:
        written = given.get(name, "")
        if not written or written in _DITTO:
            return None
        try:
            return day_of(written, self.year)
        except ValueError:
            self._say(line.row, "bad_day", value=written[:40], field=name)
            return None

    def _words(self, line: OldLine, given: Mapping[str, str]) -> None:
        for name in ("issuer", "receiver", "signer", "kept_by", "signed_for"):
            words = given.get(name, "")
            if words in _DITTO and words and self.above is not None:
                words = getattr(self.above, name)
            setattr(line, name, words)
        line.note = given.get("note", "")
        line.kind, line.subject = self._kind(given, line.symbol)
        is_bare = fold(line.subject) in ("huy", "da huy", "so huy", "bo so")
        line.is_struck = is_bare or bool(_STRUCK.match(fold(line.note)))
        line.is_recalled = not line.is_struck and bool(_RECALLED.match(fold(line.note)))
        if line.is_struck or line.is_recalled:
            line.note = _STATE.sub("", line.note, count=1)
        if not line.subject and not line.is_struck:
            self._say(line.row, "no_subject")
        elif line.subject and not line.kind and not line.is_struck:
            self._say(line.row, "no_kind", is_error=False)
        recipients = re.split(r"\s*[;\n]\s*", given.get("recipients", ""))
        line.recipients = tuple(one[:200] for one in recipients if one)
        line.copies, line.pages = _count(given.get("copies", "")), _count(given.get("pages", ""))
        for name, most in MOST.items():
            words = getattr(line, name)
            if len(words) > most:
                self._say(line.row, "too_long", field=name, most=most, length=len(words))

    def _kind(self, given: Mapping[str, str], symbol: str) -> tuple[str, str]:
        kind, subject = given.get("kind", ""), given.get("subject", "")
        whole = given.get("kind_subject", "")
        if whole and not subject:
            kind_in, subject = self._split(whole)
            kind = kind or kind_in
        known = next((name for key, name in self.kinds if key == fold(kind)), kind)
        if not known and symbol:
            # A symbol without a kind in front is that of a letter.
            known = kind_of(symbol) or "Công văn"
        return known[:100], subject

    def _split(self, whole: str) -> tuple[str, str]:
        head, colon, rest = whole.partition(":")
        folded = fold(head)
        if colon and rest.strip() and any(key == folded for key, _ in self.kinds):
            return head, rest.strip()
        words = whole.split(" ")
        for key, name in self.kinds:
            length = len(key.split())
            if fold(" ".join(words[:length])) == key:
                rest = _NAMES_OF_KIND.sub("", " ".join(words[length:]))
                return (name, rest) if rest else (name, whole)
        return "", whole

    def _say(self, row: int, code: str, *, is_error: bool = True, **data: Any) -> None:
        self.found.problems.append(Problem(row, code, data, is_error))


def among(lines: Sequence[OldLine], say: Callable[[Problem], None]) -> None:
    """What is wrong between lines: doubles, gaps, days that go back."""
    first: dict[tuple[int, str], int] = {}
    for line in lines:
        key = (line.number, line.suffix)
        if line.number and key in first:
            say(Problem(line.row, "double", {"number": line.shown, "first": first[key]}))
        first.setdefault(key, line.row)
    ordered = sorted((line for line in lines if line.number), key=lambda one: (one.number, one.suffix))
    above: OldLine | None = None
    for line in ordered:
        if above is not None:
            if line.number > above.number + 1:
                gap = {"first": above.number + 1, "last": line.number - 1}
                code = "gap_one" if gap["first"] == gap["last"] else "gap"
                say(Problem(line.row, code, gap, is_error=False))
            if line.entry_date and above.entry_date and line.entry_date < above.entry_date:
                say(Problem(line.row, "day_back", {"number": above.shown}, is_error=False))
        above = line


def day_of(written: str, year: int) -> date:
    """The day that somebody wrote: 05/03/2024, 5-3-24, 05/03 of the register's year, 2024-03-05, 45356.

    :raises ValueError: no day, or none of our time.
    """
    words = written.strip()
    told = _WORDS_OF_DAY.search(fold(words))
    if told:
        found = date(int(told.group(3)), int(told.group(2)), int(told.group(1)))
    elif re.fullmatch(r"\d{5}(\.\d+)?", words):
        found = _EXCEL + timedelta(days=int(float(words)))
    elif re.match(r"\d{4}-\d{1,2}-\d{1,2}(?:$|[T ])", words):
        found = date(*map(int, re.split(r"[T ]", words)[0].split("-")))
    else:
        parts = re.split(r"\s*[/.\-]\s*", words.split(" ")[0] if ":" in words else words)
        if len(parts) not in (2, 3) or not all(part.isdecimal() for part in parts):
            raise ValueError(written)
        last = int(parts[2]) if len(parts) == 3 else year
        last += 2000 if last < 70 and len(parts) == 3 else 1900 if last < 100 else 0
        found = date(last, int(parts[1]), int(parts[0]))
    if found < _FIRST_DAY:
        raise ValueError(written)
    return found


def _number_of(written: str) -> tuple[int, str] | None:
    words = written.strip()
    if _THOUSANDS.fullmatch(words):
        words = words.replace(".", "")
    words = re.sub(r"\.0+$", "", words)
    found = _NUMBER.fullmatch(words)
    return (int(found.group(1)), found.group(2).lower()) if found else None


def _count(written: str) -> int | None:
    found = re.match(r"0*(\d{1,5})", written)
    return int(found.group(1)) if found else None
