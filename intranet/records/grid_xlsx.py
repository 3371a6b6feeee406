"""Words of one sheet of an Excel file, straight from the package (ECMA-376): no formula is computed."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from posixpath import join, normpath
from typing import IO, Any

from lxml import etree

from intranet.core.text import nfc
from intranet.records.media import check_zip
from intranet.records.pagetext import Unreadable
from intranet.records.sheet_limits import MAX_CELL, MAX_COLUMNS, MAX_ROWS

#: Cells that belong together are filled with their words this far down: heads, not lines.
_HEAD_ROWS = 40
_MOST_STRINGS = 400_000
#: Number formats that show a day, beside those of one's own that name d, m or y.
_DATES = frozenset((*range(14, 18), 22, *range(27, 37), *range(50, 59)))
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read(path: Path, index: int) -> dict[str, Any]:
    """Read one sheet.

    :raises Unreadable: the codes of :func:`intranet.records.media.check_zip`, ``file.sheet_empty``,
        ``file.sheet_damaged``.
    """
    verdict = check_zip(path)
    if verdict is not None:
        raise Unreadable(verdict.code, **verdict.data)
    try:
        with zipfile.ZipFile(path) as archive:
            sheets, is_1904 = _sheets(archive)
            if not sheets:
                raise Unreadable("file.sheet_empty")
            strings, dates = _strings(archive), _date_formats(archive)
            # Unless one is asked for, the first that holds anything.
            for at in range(min(index, len(sheets) - 1), len(sheets) if index == 0 else index + 1):
                found = _Sheet(strings, dates, date(1904, 1, 1) if is_1904 else None)
                with archive.open(sheets[min(at, len(sheets) - 1)][1]) as part:
                    found.take(part)
                if found.cells:
                    break
    except (zipfile.BadZipFile, KeyError, EOFError, RuntimeError, ValueError, etree.LxmlError) as wrong:
        raise Unreadable("file.sheet_damaged") from wrong
    return {**found.answer(), "sheets": [name for name, _ in sheets], "index": min(at, len(sheets) - 1)}


class _Sheet:
    """One sheet as it is walked through."""

    def __init__(self, strings: list[str], dates: frozenset[int], epoch: date | None) -> None:
        self.strings, self.dates, self.epoch = strings, dates, epoch
        self.cells: dict[int, dict[int, str]] = {}
        self.formulas: list[tuple[int, int]] = []
        self.is_cut = False

    def take(self, part: IO[bytes]) -> None:
        """Read rows, and which cells belong together."""
        number = 0
        for element in _walk(part, "row", "mergeCell"):
            if _name(element) == "mergeCell":
                self._merge(str(element.get("ref", "")))
            elif not self.is_cut:
                number = int(element.get("r") or number + 1)
                self._row(number, element)
            element.clear()

    def answer(self) -> dict[str, Any]:
        """What was found, rows in order."""
        rows: list[list[str]] = []
        numbers: list[int] = []
        formulas: list[tuple[int, int]] = []
        compute = set(self.formulas)
        for number in sorted(self.cells):
            cells = self.cells[number]
            if not any(cells.values()):
                continue
            row = [cells.get(column, "") for column in range(max(cells) + 1)]
            formulas += [(len(rows), column) for column in cells if (number, column) in compute]
            rows.append(row)
            numbers.append(number)
        if not rows:
            raise Unreadable("file.sheet_empty")
        return {"rows": rows, "numbers": numbers, "formulas": formulas, "is_cut": self.is_cut}

    def _row(self, number: int, element: Any) -> None:
        cells: dict[int, str] = {}
        column = -1
        for cell in element:
            if _name(cell) != "c":
                continue
            place = _PLACE.fullmatch(str(cell.get("r", "")))
            column = _column(place.group(1)) if place else column + 1
            if column >= MAX_COLUMNS:
                break
            words, computes = self._words(cell)
            if computes:
                self.formulas.append((number, column))
            if words or computes:
                cells[column] = nfc(words)[:MAX_CELL].strip()
        if not cells:
            return
        if len(self.cells) >= MAX_ROWS:
            self.is_cut = True
            return
        self.cells[number] = cells

    def _words(self, cell: Any) -> tuple[str, bool]:
        kind, value, inline, computes = cell.get("t", "n"), "", "", False
        for child in cell:
            name = _name(child)
            if name == "v":
                value = child.text or ""
            elif name == "is":
                inline = _text(child)
            elif name == "f":
                computes = True
        if kind == "s":
            return self.strings[int(value)] if value else "", computes
        if kind == "inlineStr":
            return inline, computes
        if kind in ("str", "e", "b"):
            return value, computes
        if kind == "d":
            return value[:10], computes
        return self._number(value, int(cell.get("s") or 0)), computes

    def _number(self, value: str, style: int) -> str:
        if not value:
            return ""
        amount = float(value)
        if style in self.dates and 1 <= amount < 200_000:
            # Excel counts a 29 February 1900 that never was.
            start = self.epoch or date(1899, 12, 30)
            return (start + timedelta(days=int(amount))).isoformat()
        return str(int(amount)) if amount == int(amount) and abs(amount) < 1e15 else value

    def _merge(self, ref: str) -> None:
        """Repeat the words of cells that belong together, in heads."""
        first, _, last = ref.partition(":")
        one, two = _PLACE.fullmatch(first), _PLACE.fullmatch(last)
        if one is None or two is None or int(two.group(2)) > _HEAD_ROWS:
            return
        left, right = _column(one.group(1)), min(_column(two.group(1)), MAX_COLUMNS - 1)
        words = self.cells.get(int(one.group(2)), {}).get(left, "")
        # A title runs across all columns: only what stands above each other is one head.
        if not words or (int(one.group(2)) == int(two.group(2)) and right - left > 3):
            return
        for row in range(int(one.group(2)), int(two.group(2)) + 1):
            for column in range(left, right + 1):
                self.cells.setdefault(row, {}).setdefault(column, words)


def _sheets(archive: zipfile.ZipFile) -> tuple[list[tuple[str, str]], bool]:
    """Name and part of each sheet that is not hidden, and whether days count from 1904."""
    targets = {}
    with archive.open("xl/_rels/workbook.xml.rels") as part:
        for element in _walk(part, "Relationship"):
            target = str(element.get("Target", ""))
            place = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            targets[element.get("Id")] = place
    found, is_1904 = [], False
    with archive.open("xl/workbook.xml") as part:
        for element in _walk(part, "sheet", "workbookPr"):
            if _name(element) == "workbookPr":
                is_1904 = element.get("date1904") in ("1", "true")
                continue
            place = targets.get(element.get(_RELATION), "")
            if "worksheets/" in place and element.get("state", "visible") == "visible":
                found.append((str(element.get("name", ""))[:60], place))
    return found, is_1904


def _strings(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    found: list[str] = []
    with archive.open("xl/sharedStrings.xml") as part:
        for element in _walk(part, "si"):
            if len(found) >= _MOST_STRINGS:
                raise ValueError("more strings than a register can hold")
            found.append(_text(element))
            element.clear()
    return found


def _date_formats(archive: zipfile.ZipFile) -> frozenset[int]:
    """Places in the list of cell formats that show a day."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    own, formats = set(_DATES), []
    with archive.open("xl/styles.xml") as part:
        for element in _walk(part, "numFmt", "cellXfs"):
            if _name(element) == "numFmt":
                shown = _QUOTED.sub("", str(element.get("formatCode", ""))).lower()
                if "d" in shown or "y" in shown:
                    own.add(int(element.get("numFmtId", 0)))
            else:
                formats = [int(one.get("numFmtId") or 0) for one in element]
    return frozenset(place for place, code in enumerate(formats) if code in own)


def _walk(part: IO[bytes], *names: str) -> Iterator[Any]:
    for _, element in etree.iterparse(
        part, events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    ):
        if _name(element) in names:
            yield element


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: Any) -> str:
    """Words of a string, its runs together, without the reading aids of other scripts."""
    parts = []
    for one in element.iter():
        if _name(one) == "t" and _name(one.getparent()) != "rPh":
            parts.append(one.text or "")
    return "".join(parts)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
