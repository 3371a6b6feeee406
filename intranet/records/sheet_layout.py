"""Sheets that are wider than paper are printed as wide as a page, not cut into strips.

LibreOffice prints a sheet as its file says; one that says nothing is cut wherever a page ends. So before it
is made a PDF, such a sheet is told to be one page wide, and to lie on its side when it is wide. A sheet whose
author chose a scale, a number of pages or page breaks stays as it is.
"""

import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from intranet.records.child import answer
from intranet.records.docx import check_package
from intranet.records.pagetext import Unreadable
from intranet.records.parsing import Limits, ask_child

#: Widths in signs, as sheets measure columns: what an upright A4 page holds, and a column that says none.
UPRIGHT_SIGNS = 96.0
COLUMN_SIGNS = 9.14
A4 = "9"
_LIMITS = Limits(cpu_seconds=30, wall_seconds=40.0, output=256 * 1024**2)
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
#: What follows a sheet's page setup (ECMA-376 part 1, 18.3.1.99).
_AFTER = "headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing"
_LATER = frozenset(_NS + name for name in (*_AFTER.split(), "legacyDrawing", "legacyDrawingHF", "tableParts"))


def fit(source: Path, made: Path) -> bool:
    """Write an XLSX whose wide sheets fit a page, read in a child process; returns whether it was written."""
    words = str(source.resolve()), str(made.resolve())
    said = ask_child("intranet.records.sheet_layout", _LIMITS, *words)
    return said.get("is_made") is True and made.is_file()


def write(source: Path, made: Path) -> bool:
    """Do it in this very process: for the child.

    :raises Unreadable: as :func:`intranet.records.docx.check_package`.
    """
    check_package(source)
    try:
        with zipfile.ZipFile(source) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
            for entry in given.infolist():
                data = given.read(entry)
                out.writestr(entry, _fitted(data) if _SHEET.fullmatch(entry.filename) else data)
    except (zipfile.BadZipFile, KeyError, EOFError, RuntimeError, ValueError, etree.LxmlError) as wrong:
        made.unlink(missing_ok=True)
        raise Unreadable("file.damaged") from wrong
    return True


def _fitted(data: bytes) -> bytes:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    sheet = etree.fromstring(data, parser)
    if sheet.tag != f"{_NS}worksheet" or _has_own_layout(sheet):
        return data
    properties = sheet.find(f"{_NS}sheetPr")
    if properties is None:
        properties = etree.Element(f"{_NS}sheetPr")
        sheet.insert(0, properties)
    asked = properties.find(f"{_NS}pageSetUpPr")
    if asked is None:
        asked = etree.SubElement(properties, f"{_NS}pageSetUpPr")
    asked.set("fitToPage", "1")
    setup = sheet.find(f"{_NS}pageSetup")
    if setup is None:
        setup = etree.Element(f"{_NS}pageSetup", paperSize=A4)
        later = next((place for place, one in enumerate(sheet) if one.tag in _LATER), len(sheet))
        sheet.insert(later, setup)
    setup.set("fitToWidth", "1")
    setup.set("fitToHeight", "0")
    if _width(sheet) > UPRIGHT_SIGNS:
        setup.set("orientation", "landscape")
    return bytes(etree.tostring(sheet, xml_declaration=True, encoding="UTF-8", standalone=True))


def _has_own_layout(sheet: Any) -> bool:
    fits = sheet.find(f"{_NS}sheetPr/{_NS}pageSetUpPr")
    setup = sheet.find(f"{_NS}pageSetup")
    is_scaled = setup is not None and setup.get("scale", "100") != "100"
    is_cut = any(sheet.find(_NS + name) is not None for name in ("rowBreaks", "colBreaks"))
    return is_scaled or is_cut or (fits is not None and fits.get("fitToPage") in {"1", "true"})


def _width(sheet: Any) -> float:
    """Of the columns up to the last one that says something, in signs."""
    last = max(_filled(sheet), default=0)
    format_ = sheet.find(f"{_NS}sheetFormatPr")
    usual = float(format_.get("defaultColWidth", COLUMN_SIGNS)) if format_ is not None else COLUMN_SIGNS
    width = usual * last
    for column in sheet.iterfind(f"{_NS}cols/{_NS}col"):
        first, to = int(column.get("min", "1")), min(int(column.get("max", "1")), last)
        own = 0.0 if column.get("hidden") in {"1", "true"} else float(column.get("width", usual))
        width += max(0, to - first + 1) * (own - usual)
    return width


def _filled(sheet: Any) -> Iterator[int]:
    """Numbers of the columns in which cells say something, from 1."""
    for row in sheet.iterfind(f"{_NS}sheetData/{_NS}row"):
        place = 0
        for cell in row:
            letters = re.match(r"[A-Z]{1,3}", cell.get("r", ""))
            place = _number(letters[0]) if letters else place + 1
            if len(cell):
                yield place


def _number(letters: str) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def main(arguments: list[str]) -> int:
    """``sheet_layout MEMORY SECONDS OUTPUT XLSX MADE``; prints a line of JSON, returns 0 when it could."""

    def look(source: str, made: str) -> dict[str, Any]:
        return {"is_made": write(Path(source), Path(made))}

    return answer(arguments, look)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
