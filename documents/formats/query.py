"""What is typed into the search box, taken apart: words, phrases, what is not wanted, fields and dates.

Whatever cannot be read is told in a remark, and the rest still searches: nothing typed is an error.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from documents.formats.symbols import symbol_key
from intranet.core.fulltext import ANYWHERE, BODY, SUBJECT, SYMBOL, TONED, Clause, Term
from intranet.core.text import fold, nfc, toned, words

#: Characters and parts that are read; more of it is left out, with a remark.
LONGEST, MOST_PARTS = 400, 24
#: Marks before words of the index that belong to one field: no word that anybody types begins with them.
NUMBER, LINE, ISSUER, SIGNER, END = "0s", "0n", "0i", "0k", "0e"
#: The same before words of reports, which not every reader of the document may read.
REPORT = "0r"
#: Fields that are looked up in the agency's lists before they narrow anything.
LOOKED_UP = frozenset({"cq", "loai", "lv", "phong", "hs", "trangthai", "han", "vaoso", "nv"})
_FIELDS = LOOKED_UP | {"kh", "ky"}
_PART = re.compile(r'(-?)(?:([^\W\d_]{1,12}):(?!//)\s*)?(?:"([^"]*)"|([^\s"]+))')
_NO_VALUE = re.compile(r"[^\W\d_]{1,12}:")
_DIGITS = re.compile(r"\d{1,7}[a-z]?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
#: Code of a task, whole or its number alone.
_TASK = re.compile(r"NV-(?:\d{4}-)?\d{1,6}\*?", re.IGNORECASE)
_MONTH = re.compile(r"(\d{1,2})/(\d{4})")


@dataclass(frozen=True)
class Remark:
    """Something typed that was not taken as it stands; the sentence is ``search.remark.<code>``."""

    code: str
    typed: str = ""


@dataclass(frozen=True)
class Field:
    """A field with what is looked up in it, as typed."""

    name: str
    typed: str
    is_negated: bool = False


@dataclass(frozen=True)
class Days:
    """From one day to another; an end that is open is ``None``."""

    first: date | None
    last: date | None
    is_negated: bool = False


@dataclass(frozen=True)
class Query:
    """What is looked for."""

    clauses: tuple[Clause, ...] = ()
    #: The words with their marks, in the subject; empty when nothing was typed with a mark.
    marked: tuple[Clause, ...] = ()
    #: The same words as they stand in a text, lower-case.
    exact: tuple[str, ...] = ()
    #: The whole box is this number or number and symbol.
    number: Clause | None = None
    #: All words side by side in the subject.
    side_by_side: Clause | None = None
    fields: tuple[Field, ...] = ()
    days: tuple[Days, ...] = ()
    remarks: tuple[Remark, ...] = ()
    #: Folded words and phrases to be shown where they are found.
    shown: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when nothing is asked."""
        return not (self.clauses or self.fields or self.days)


@dataclass
class _Reader:
    """Collects what the parts say."""

    today: date
    clauses: list[Clause] = field(default_factory=list)
    marked: list[Clause] = field(default_factory=list)
    exact: list[str] = field(default_factory=list)
    has_marks: bool = False
    fields: list[Field] = field(default_factory=list)
    days: list[Days] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)

    def text(self, typed: str, *, is_phrase: bool, is_negated: bool) -> None:
        """Words, or a phrase, anywhere in the document."""
        is_begun = typed.endswith("*") and not is_phrase
        folded = [word for word in fold(typed).split() if not word.startswith(REPORT)]
        if not folded:
            return
        if not is_phrase and "/" in typed and not is_begun:
            self.symbol(typed, is_negated=is_negated)
            return
        if len(folded) == 1:
            clause = Clause(_ways(folded[0], is_begun=is_begun and len(folded[0]) > 1), is_negated)
        else:
            numbered = _symbols(symbol_key(typed).split()) if _DIGITS.fullmatch(folded[0]) else ()
            clause = Clause((Term(tuple(folded)), *numbered), is_negated)
        as_typed = words(typed)
        is_marked = as_typed != folded
        if is_negated and is_marked and not is_begun:
            # With the marks it was typed with: "họp" does not bar "hợp". Only subjects are indexed with them.
            clause = Clause((Term(tuple(toned(typed).split()), TONED),), is_negated)
        self.clauses.append(clause)
        if is_negated:
            return
        self.shown.append(" ".join(folded))
        self.plain.append(typed)
        if is_marked:
            self.has_marks = True
        if not is_begun:
            self.marked.append(Clause((Term(tuple(toned(typed).split()), TONED),)))
            self.exact.append(" ".join(as_typed))

    def symbol(self, typed: str, *, is_negated: bool) -> None:
        """A number or a symbol, side by side where those stand."""
        parts = symbol_key(typed).split()
        if not parts:
            return
        self.clauses.append(Clause(_symbols(parts), is_negated))
        if not is_negated:
            self.shown.append(" ".join(parts))
            self.plain.append(typed)

    def tagged(self, tag: str, typed: str, *, is_negated: bool) -> None:
        """Words of one field."""
        parts = fold(typed).split()
        if parts:
            self.clauses.append(Clause((Term(tuple(f"{tag}{part}" for part in parts), SYMBOL),), is_negated))


def parse(typed: str, today: date) -> Query:
    """Read what was typed; ``today`` gives days their year."""
    text = re.sub(r"[“”„«»]", '"', nfc(typed)).strip()
    reader = _Reader(today)
    if len(text) > LONGEST:
        text = text[:LONGEST]
        reader.remarks.append(Remark("long"))
    if text.count('"') % 2:
        at = text.rindex('"')
        text = f"{text[:at]} {text[at + 1 :]}"
        reader.remarks.append(Remark("quote"))
    previous = ""
    for count, found in enumerate(_PART.finditer(text)):
        if count == MOST_PARTS:
            reader.remarks.append(Remark("many"))
            break
        _take(reader, found, previous)
        previous = fold(found[0])
    if text and not (reader.clauses or reader.fields or reader.days or reader.remarks):
        reader.remarks.append(Remark("nothing"))
    barred = [one.is_negated for part in (reader.clauses, reader.fields, reader.days) for one in part]
    if barred and all(barred):
        reader.remarks.append(Remark("only_not"))
        reader.clauses, reader.fields, reader.days = [], [], []
    return _query(reader)


def _query(reader: _Reader) -> Query:
    whole = symbol_key(" ".join(reader.plain)).split()
    is_number = bool(whole) and len(reader.clauses) == len(reader.plain) and len(whole) < 8
    number = None
    if is_number and _DIGITS.fullmatch(whole[0]):
        ways = [Term((f"{NUMBER}{whole[0]}", *whole[1:], END), SYMBOL)]
        if len(whole) == 1:
            ways = [Term((f"{tag}{whole[0]}",), SYMBOL) for tag in (NUMBER, LINE)]
        number = Clause(tuple(ways))
    side = tuple(fold(" ".join(reader.plain)).split())
    return Query(
        clauses=tuple(reader.clauses),
        marked=tuple(reader.marked) if reader.has_marks else (),
        exact=tuple(reader.exact) if reader.has_marks else (),
        number=number,
        side_by_side=Clause((Term(side, SUBJECT),)) if len(side) > 1 else None,
        fields=tuple(reader.fields),
        days=tuple(reader.days),
        remarks=tuple(reader.remarks),
        shown=tuple(dict.fromkeys(reader.shown)),
    )


def _take(reader: _Reader, found: "re.Match[str]", previous: str) -> None:
    is_negated, is_phrase = bool(found[1]), found[3] is not None
    value = found[3] if found[3] is not None else found[4]
    if not is_phrase and _NO_VALUE.fullmatch(value) and fold(value) in _FIELDS:
        reader.remarks.append(Remark("empty", value))
    elif found[2]:
        _take_field(reader, found[2], value, is_negated=is_negated, is_phrase=is_phrase)
    elif _TASK.fullmatch(value):
        reader.fields.append(Field("nv", value.rstrip("*"), is_negated))
    elif not is_phrase and _take_days(reader, value, previous, is_negated=is_negated):
        return
    else:
        reader.text(value, is_phrase=is_phrase, is_negated=is_negated)


def _take_field(reader: _Reader, typed_name: str, value: str, *, is_negated: bool, is_phrase: bool) -> None:
    name = fold(typed_name)
    if name not in _FIELDS:
        reader.remarks.append(Remark("prefix", f"{typed_name}:"))
        reader.text(typed_name, is_phrase=False, is_negated=is_negated)
        reader.text(value, is_phrase=is_phrase, is_negated=is_negated)
    elif not fold(value):
        reader.remarks.append(Remark("empty", f"{typed_name}:"))
    elif name == "kh":
        reader.symbol(value, is_negated=is_negated)
    elif name == "ky":
        reader.tagged(SIGNER, value, is_negated=is_negated)
    else:
        reader.fields.append(Field(name, value.strip(), is_negated))


def _take_days(reader: _Reader, value: str, previous: str, *, is_negated: bool) -> bool:
    """Read a year, a month, a day or a stretch of days; returns whether it was one."""
    if _YEAR.fullmatch(value) and previous in {"nam", "quy", "thang", "so"}:
        return False  # "kế hoạch năm 2026": words of the text.
    try:
        days = days_of(value, reader.today)
    except ValueError as wrong:
        reader.remarks.append(Remark(str(wrong), value))
        return True
    if days is None:
        return False
    reader.days.append(Days(days[0], days[1], is_negated))
    return True


def days_of(typed: str, today: date) -> tuple[date | None, date | None] | None:
    """First and last day of ``2025``, ``03/2026``, ``15/03``, ``01/03..15/03``; ``None`` for something else.

    :raises ValueError: ``day``, there is no such day; ``turned``, the end lies before the beginning.
    """
    if ".." not in typed:
        return _stretch(typed, today)
    left, _, right = typed.partition("..")
    first, last = _stretch(left, today) if left else None, _stretch(right, today) if right else None
    if (first is None and left) or (last is None and right) or not (left or right):
        return None
    begin, end = first[0] if first else None, last[1] if last else None
    if begin and end and begin > end:
        if _DAY.fullmatch(left) and left.count("/") == 1:
            begin = begin.replace(year=begin.year - 1)
        if begin > end:
            raise ValueError("turned")
    return begin, end


def _stretch(typed: str, today: date) -> tuple[date, date] | None:
    if _YEAR.fullmatch(typed):
        return date(int(typed), 1, 1), date(int(typed), 12, 31)
    if (found := _MONTH.fullmatch(typed)) and 1945 <= int(found[2]) <= 2100:
        month, year = int(found[1]), int(found[2])
        if not 1 <= month <= 12:
            raise ValueError("day")
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    if found := _DAY.fullmatch(typed):
        try:
            day = date(int(found[3] or today.year), int(found[2]), int(found[1]))
        except ValueError:
            raise ValueError("day") from None
        return day, day
    return None


def tagged_ways(tag: str, names: Iterable[str]) -> tuple[Term, ...]:
    """Terms of one field, one for each name."""
    found = [tuple(f"{tag}{part}" for part in fold(name).split()) for name in names]
    return tuple(Term(parts, SYMBOL) for parts in dict.fromkeys(found) if parts)


def indexed_symbol(code: str, line: str, issuer: str, signer: str) -> str:
    """The words of a document's number, symbol, line, issuer and signer, as they are indexed."""
    parts = symbol_key(code).split()
    if parts and _DIGITS.fullmatch(parts[0]):
        parts[0] = f"{NUMBER}{parts[0]}"
    found = [*parts, END]
    if line:
        found += [f"{LINE}{fold(line).replace(' ', '')}", END]
    for tag, name in ((ISSUER, issuer), (SIGNER, signer)):
        found += [*(f"{tag}{part}" for part in fold(name).split()), END]
    return " ".join(found)


def with_reports(clause: Clause) -> Clause:
    """The same words, those of reports as well: for whoever may read these."""
    told = [
        Term(tuple(f"{REPORT}{word}" for word in term.words), BODY, term.is_begun)
        for term in clause.any_of
        if term.columns == ANYWHERE
    ]
    return replace(clause, any_of=(*clause.any_of, *told))


def indexed_reports(text: str) -> list[str]:
    """The words of reports, as they are indexed."""
    return [f"{REPORT}{word}" for word in fold(text).split()]


def _ways(word: str, *, is_begun: bool) -> tuple[Term, ...]:
    if not _DIGITS.fullmatch(word):
        return (Term((word,), is_begun=is_begun),)
    bare = word.lstrip("0") or word
    numbers = [Term((f"{tag}{bare}",), SYMBOL, is_begun) for tag in (NUMBER, LINE)]
    plain = [Term((one,), is_begun=is_begun) for one in dict.fromkeys((word, bare))]
    return (*plain, *numbers)


def _symbols(parts: list[str]) -> tuple[Term, ...]:
    if not _DIGITS.fullmatch(parts[0]):
        return (Term(tuple(parts), SYMBOL),)
    if len(parts) == 1:
        return tuple(Term((f"{tag}{parts[0]}",), SYMBOL) for tag in (NUMBER, LINE))
    return (Term((f"{NUMBER}{parts[0]}", *parts[1:]), SYMBOL),)
