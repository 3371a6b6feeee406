"""A table that is printed or taken along: what it says, without how PDF, Word or Excel write it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from intranet.core.labels import label
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
    :param is_number: counts and shares, which a sheet can go on reckoning with.
    """

    head: str
    width: float
    is_centered: bool = False
    is_number: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the table.

    :param cells: as many as there are columns.
    :param is_struck: struck through, for it no longer counts.
    :param notes: sentences across all columns under it.
    :param is_sum: of all others, in bold.
    """

    cells: tuple[str, ...]
    is_struck: bool = False
    notes: tuple[str, ...] = ()
    is_sum: bool = False


@dataclass(frozen=True)
class Cover:
    """A first page: who keeps it, what it is, which lines it has."""

    above: str
    agency: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Official:
    """What makes a table a paper of an agency (Decree 30/2020/NĐ-CP, annex I): its head and who signs it.

    :param above: the agency over the one that issues, empty if none is named.
    :param dated: place and date.
    :param signers: what stands over each signature and, in brackets, under that.
    """

    above: str
    agency: str
    dated: str
    signers: tuple[tuple[str, str], ...] = ()


def dated(place: str, day: date) -> str:
    """Place and date as official papers write them: days under ten, January and February with a nought."""
    month = f"{day:%m}" if day.month < 3 else str(day.month)
    return label("table.dated", place=place, day=f"{day:%d}", month=month, year=day.year)


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
    official: Official | None = None


def plain(text: str) -> str:
    """The text in NFC without signs that no file of words may hold; line breaks stay."""
    return "".join(c if c >= " " or c == "\n" else " " for c in nfc(text) if c not in "\ufffe\uffff")
