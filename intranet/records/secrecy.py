"""Marks of state secrets on a page: words that stop a file before it is stored.

A mark is MẬT, TỐI MẬT or TUYỆT MẬT alone on a line of its own, or in a box, in the area of the head
(Law on the protection of state secrets; Decree 30/2020/NĐ-CP, appendix I, cell 10a). The same letters
inside running text ("bảo mật", "mật khẩu", "mật độ", "bí mật kinh doanh") are no mark.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from intranet.core.text import nfc
from intranet.records.pagetext import PageText, TextLine

MARKS = ("MẬT", "TỐI MẬT", "TUYỆT MẬT")
#: The part of the page, from the top, where a mark is looked for.
HEAD_SHARE = 0.5

_COMPACT = {mark.replace(" ", ""): mark for mark in MARKS}
_TITLE = re.compile(
    r"^\W*[(\[]\s*(?P<a>TUYỆT MẬT|TỐI MẬT|MẬT)\s*[)\]]"
    r"|[(\[]\s*(?P<b>TUYỆT MẬT|TỐI MẬT|MẬT)\s*[)\]]\W*$"
    r"|^\W*(?P<c>TUYỆT MẬT|TỐI MẬT|MẬT)\s*[:\-–—]"
)
_LABEL = re.compile(r"^(ĐỘ|MỨC ĐỘ|ĐỘ BẢO|DẤU(?: CHỈ)? ĐỘ)\s*MẬT\s*[:\-–]\s*")
#: A line that ends so is continued by "MẬT" on the next.
_OPEN_WORDS = (" BẢO", " BÍ", " CƠ")
#: Without one of them there is no mark; most of what is typed is let through by this alone.
_LETTERS = ("ậ", "Ậ", "\u0323", "\u0302")
_EDGES = re.compile(r"^[\W_\d]+|[\W_\d]+$")


@dataclass(frozen=True)
class Mark:
    """A mark that was found.

    :param word: one of :data:`MARKS`.
    :param page: from 1; 0 where the text has no pages.
    :param box: x0, y0, x1, y1 in PDF points, or nothing where the text has no places.
    """

    word: str
    page: int = 0
    box: tuple[float, float, float, float] | None = None


def mark_of(line: str) -> str | None:
    """The mark that a line is, if it is nothing else; letters may be spaced, small letters alone are none."""
    clean = unicodedata.normalize("NFC", nfc(line)).strip()
    if clean == clean.lower():
        return None
    bare = _LABEL.sub("", clean.upper())
    return _COMPACT.get(re.sub(r"[\s.]+", "", _EDGES.sub("", bare)))


def marks_on(page: PageText, number: int = 1) -> tuple[Mark, ...]:
    """The marks in the head area of a page."""
    floor = page.height * (1 - HEAD_SHARE)
    head = [line for line in page.lines if line.y0 >= floor]
    return tuple(
        Mark(word, number, (line.x0, line.y0, line.x1, line.y1))
        for line in head
        if (word := mark_of(line.text)) and not any(_runs_on(above, line) for above in head)
    )


def marks_in_lines(lines: Iterable[str]) -> tuple[Mark, ...]:
    """The marks among lines that have no place on a page; give only those of the head."""
    return tuple(Mark(word) for line in lines if (word := mark_of(line)))


def _runs_on(above: TextLine, line: TextLine) -> bool:
    """Whether a line only ends the sentence above it ("… BẢO" / "MẬT")."""
    step = above.y0 - line.y0
    meets = above.x0 < line.x1 and line.x0 < above.x1
    return 0 < step < 2 * line.size and meets and above.text.upper().endswith(_OPEN_WORDS)


def mark_in_title(title: str) -> str | None:
    """The mark that a subject or file name carries: alone, in brackets at an end, or before a colon."""
    clean = unicodedata.normalize("NFC", nfc(title)).strip()
    alone = mark_of(clean)
    if alone and clean.upper() == clean:
        return alone
    found = _TITLE.search(clean)
    return next((word for word in found.groups() if word), None) if found else None


def is_marked(typed: str) -> bool:
    """True for typed words that carry a mark: as a title does, or alone on a line of their own."""
    if not any(letter in typed for letter in _LETTERS):
        return False
    lines = nfc(typed).splitlines()
    alone = any(
        mark_of(line) and not (at and lines[at - 1].upper().rstrip().endswith(_OPEN_WORDS))
        for at, line in enumerate(lines)
    )
    return alone or mark_in_title(typed) is not None
