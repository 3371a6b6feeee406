"""A table that is printed or taken along: what it says, without how PDF, Word or Excel write it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from intranet.core.text import nfc

#: Told how much is done, 0 to 1.
Progress = Callable[[float], None]


class Format(StrEnum):
    """The file that a table becomes."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    #: A package of many files, made by a packer and not from a table.
    ZIP = "zip"


@dataclass(frozen=True)
class Column:
    """One column.

    :param width: in millimetres as wished; all together are stretched or pressed to the page.
    :param is_centered: dates and numbers stand in the middle.
    """

    head: str
    width: float
    is_centered: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the table.

    :param cells: as many as there are columns.
    :param is_struck: struck through, for it no longer counts.
    :param notes: sentences across all columns under it.
    """

    cells: tuple[str, ...]
    is_struck: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cover:
    """A first page: who keeps it, what it is, which lines it has."""

    above: str
    agency: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A whole printed table.

    :param period: stands under the title.
    :param foot: three texts of the foot of every page; its number is added.
    :param closing: a sentence after the last line.
    :param is_numbered: numbers of the columns stand under their heads, as the prescribed registers have them.
    """

    title: str
    period: str
    columns: tuple[Column, ...]
    lines: Sequence[Line]
    foot: tuple[str, str, str]
    closing: str = ""
    cover: Cover | None = None
    is_numbered: bool = True


def plain(text: str) -> str:
    """The text in NFC without signs that no file of words may hold; line breaks stay."""
    return "".join(c if c >= " " or c == "\n" else " " for c in nfc(text) if c not in "\ufffe\uffff")
