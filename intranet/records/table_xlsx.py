"""Tables as Excel files: one sheet, A4 on its side, as wide as the page, heads on every page.

Written straight into the package (ECMA-376): every cell is a string, or a number that the house counted, so
nothing typed by anybody is ever a formula.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.sax.saxutils import escape

from intranet.core.labels import label
from intranet.records.tables import Line, Progress, Table, plain

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_WHEN = (2020, 3, 5, 0, 0, 0)
#: Places in the list of cell formats below.
_PLAIN, _MIDDLE, _STRUCK, _STRUCK_MIDDLE, _NOTE, _TH, _NUMBER, _TITLE, _PERIOD, _CLOSING = range(10)
#: Behind them: words of a sum and of a head; counts and shares, each plain and bold.
_BOLD, _PAPER, _COUNT, _COUNT_BOLD, _SHARE, _SHARE_BOLD = range(10, 16)
#: How a count and a share are written (``1.234``, ``87,4%``); Excel shows them in the reader's own way.
_COUNTED, _SHARED = re.compile(r"\d{1,3}(?:\.\d{3})*\Z"), re.compile(r"(\d+),(\d)%\Z")
_FORMAT_OF_SHARES = 164
#: A sheet's column is measured in signs; so many make a millimetre in our type.
_SIGNS = 0.52
#: Height of a line in points; programs do not measure rows of a file that they open.
_LEADING = 15.0
_EVERY = 500

_FONTS = "".join(
    f'<font>{marks}<sz val="{size}"/><name val="Times New Roman"/></font>'
    for marks, size in (("", 11), ("<b/>", 11), ("<i/>", 11), ("<strike/>", 11), ("<b/>", 14))
)
_FORMATS = "".join(
    f'<xf numFmtId="49" fontId="{font}" fillId="0" borderId="{border}" xfId="0" applyNumberFormat="1"'
    f' applyFont="1" applyBorder="1" applyAlignment="1"><alignment horizontal="{across}" vertical="{down}"'
    f' wrapText="1"/></xf>'
    for font, border, across, down in (
        (0, 1, "left", "top"),
        (0, 1, "center", "top"),
        (3, 1, "left", "top"),
        (3, 1, "center", "top"),
        (2, 1, "left", "top"),
        (1, 1, "center", "center"),
        (2, 1, "center", "center"),
        (4, 0, "center", "center"),
        (2, 0, "center", "center"),
        (2, 0, "left", "top"),
        (1, 1, "left", "top"),
        (1, 0, "center", "center"),
    )
)
_FORMATS += "".join(
    f'<xf numFmtId="{form}" fontId="{font}" fillId="0" borderId="1" xfId="0" applyNumberFormat="1"'
    ' applyFont="1" applyBorder="1" applyAlignment="1"><alignment horizontal="center" vertical="top"/></xf>'
    for form in (3, _FORMAT_OF_SHARES)
    for font in (0, 1)
)
_EDGES = "".join(f'<{side} style="thin"/>' for side in ("left", "right", "top", "bottom"))
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="1">'
    f'<numFmt numFmtId="{_FORMAT_OF_SHARES}" formatCode="0.0%"/></numFmts><fonts count="5">{_FONTS}</fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    f"<border>{_EDGES}<diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    f'<cellXfs count="16">{_FORMATS}</cellXfs></styleSheet>'
)


def write(table: Table, progress: Progress) -> bytes:
    """The table as an Excel file; equal tables give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name, text in _frame(table).items():
            package.writestr(zipfile.ZipInfo(name, _WHEN), text, zipfile.ZIP_DEFLATED)
        entry = zipfile.ZipInfo("xl/worksheets/sheet1.xml", _WHEN)
        entry.compress_type = zipfile.ZIP_DEFLATED
        with package.open(entry, "w") as sheet:
            for piece in _sheet(table, progress):
                sheet.write(piece.encode())
    return out.getvalue()


def _frame(table: Table) -> dict[str, str]:
    """The parts of the package beside the sheet."""
    first = _first_row(table)
    heads = first - 1 if table.is_numbered else first
    kinds = (
        ("xl/workbook.xml", "sheet.main"),
        ("xl/worksheets/sheet1.xml", "worksheet"),
        ("xl/styles.xml", "styles"),
    )
    types = "".join(
        f'<Override PartName="/{name}" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in kinds
    )
    target = f'{_OFFICE}/officeDocument" Target="xl/workbook.xml'
    return {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{target}"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="So" sheetId="1" r:id="rId1"/></sheets><definedNames>'
        f'<definedName name="_xlnm.Print_Titles" localSheetId="0">So!${heads}:${first}</definedName>'
        "</definedNames></workbook>",
        "xl/styles.xml": _STYLES,
    }


def _first_row(table: Table) -> int:
    """Number of the last row of heads: above it the title, the period and what the cover says."""
    facts = 2 + len(table.cover.facts) if table.cover is not None else 0
    return facts + 3 + table.is_numbered + (3 if table.official is not None else 0)


def _sheet(table: Table, progress: Progress) -> Iterator[str]:
    last = _letter(len(table.columns))
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{max(column.width * _SIGNS, 6):.1f}" customWidth="1"/>'
        for n, column in enumerate(table.columns, 1)
    )
    below = _first_row(table)
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView workbookViewId="0"><pane ySplit="{below}" topLeftCell="A{below + 1}"'
        ' activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>"
    )
    row, merged = 0, []
    signs = [column.width * _SIGNS for column in table.columns]

    def across(text: str, style: int) -> str:
        nonlocal row
        row += 1
        merged.append(f"A{row}:{last}{row}")
        return _row(row, [(text, style)], [sum(signs)])

    def halves(left: str, right: str, style: int) -> str:
        """Two texts beside one another, on the current row."""
        many = len(table.columns)
        middle = next((n for n in range(1, many) if 2 * sum(signs[:n]) >= sum(signs)), 1)
        merged.extend([f"A{row}:{_letter(middle)}{row}", f"{_letter(middle + 1)}{row}:{last}{row}"])
        cells = [("", style)] * many
        cells[0], cells[middle] = (left, style), (right, style)
        return _row(row, cells, [sum(signs)] * many)

    if table.cover is not None:
        for text in (table.cover.above, table.cover.agency):
            yield across(text, _PERIOD)
    for left, right, style in _head_of(table):
        row += 1
        yield halves(left, right, style)
    yield across(table.title, _TITLE)
    yield across(table.period, _PERIOD)
    for text in table.cover.facts if table.cover is not None else ():
        yield across(text, _PERIOD)
    row += 1
    yield _row(row, [(column.head, _TH) for column in table.columns], signs)
    if table.is_numbered:
        row += 1
        yield _row(row, [(f"({n})", _NUMBER) for n in range(1, len(table.columns) + 1)], signs)
    for number, line in enumerate(table.lines):
        row += 1
        yield _row(row, _styled(table, line), signs)
        for note in line.notes:
            row += 1
            merged.append(f"A{row}:{last}{row}")
            edges = [("", _NOTE)] * (len(table.columns) - 1)
            yield _row(row, [(note, _NOTE), *edges], [sum(signs), *signs[1:]])
        if number % _EVERY == 0:
            progress(number / max(len(table.lines), 1))
    if table.closing:
        yield across(table.closing, _CLOSING)
    if table.official is not None and len(table.official.signers) == 2:
        (first, hint), (second, under) = table.official.signers
        row += 2
        yield halves(first, second, _PAPER)
        row += 1
        yield halves(hint, under, _PERIOD)
    cells = "".join(f'<mergeCell ref="{place}"/>' for place in merged)
    left, middle, right = (escape(plain(text).replace("&", "&&")) for text in table.foot)
    yield (
        f'</sheetData><mergeCells count="{len(merged)}">{cells}</mergeCells>'
        '<pageMargins left="0.6" right="0.6" top="0.6" bottom="0.8" header="0.3" footer="0.4"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        f"<headerFooter><oddFooter>&amp;L&amp;9{left}\n{right}&amp;C&amp;9{middle}"
        f"&amp;R&amp;9{label('table.page', page='&amp;P/&amp;N')}</oddFooter></headerFooter></worksheet>"
    )


def _styled(table: Table, line: Line) -> list[tuple[str, int]]:
    middle, left = (_STRUCK_MIDDLE, _STRUCK) if line.is_struck else (_MIDDLE, _PLAIN)
    if line.is_sum:
        middle, left = _TH, _BOLD
    found = []
    for column, text in zip(table.columns, line.cells, strict=True):
        style = middle if column.is_centered else left
        if column.is_number and _COUNTED.match(text):
            style = _COUNT + line.is_sum
        elif column.is_number and _SHARED.match(text):
            style = _SHARE + line.is_sum
        found.append((text, style))
    return found


def _head_of(table: Table) -> list[tuple[str, str, int]]:
    """The head of an agency's paper: what stands left and right on each of its rows."""
    paper = table.official
    if paper is None:
        return []
    above, agency = paper.above.upper(), paper.agency.upper()
    left = (above, agency) if above else (agency, "")
    return [
        (left[0], label("table.nation"), _PAPER),
        (left[1], label("table.motto"), _PAPER),
        ("", paper.dated, _PERIOD),
    ]


def _row(row: int, cells: list[tuple[str, int]], signs: list[float]) -> str:
    """A row high enough for its words.

    :param signs: how many signs stand side by side in each cell.
    """
    told = "".join(_cell(_letter(n), row, text, style) for n, (text, style) in enumerate(cells, 1))
    lines = max(_lines(text, wide) for (text, _), wide in zip(cells, signs, strict=True))
    height = min(lines * _LEADING + 2, 400)
    return f'<row r="{row}" ht="{height:g}" customHeight="1">{told}</row>'


def _lines(text: str, signs: float) -> int:
    """About how many lines a text takes."""
    return sum(1 + int(len(part) / max(signs * 0.98, 1)) for part in text.split("\n"))


def _cell(column: str, row: int, text: str, style: int) -> str:
    if not text:
        return f'<c r="{column}{row}" s="{style}"/>'
    if style in (_COUNT, _COUNT_BOLD):
        return f'<c r="{column}{row}" s="{style}"><v>{int(text.replace(".", ""))}</v></c>'
    if style in (_SHARE, _SHARE_BOLD):
        return f'<c r="{column}{row}" s="{style}"><v>{float(text[:-1].replace(",", ".")) / 100:.4g}</v></c>'
    said = escape(plain(text))
    return f'<c r="{column}{row}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


def _letter(number: int) -> str:
    """1 is A, 26 is Z, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
