"""Tables as Word files: A4 on its side, a cover, heads on every page, page x of y in the foot."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from intranet.core.labels import label
from intranet.records.docx_writing import FONT, Landscape
from intranet.records.tables import Line, Official, Progress, Table, plain

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_WIDTH_TWIPS = round(262 / 25.4 * 1440)
_EVERY = 500
#: Half points.
_TEXT = 22
#: Twips over and under a line.
_CLOSE = 20
#: How much of the width the agency and the State have in the head of a paper.
_HEAD_SHARES = [0.44, 0.56]


def write(table: Table, progress: Progress) -> bytes:
    """The table as a Word file."""
    paper = Landscape(title=table.title, foot=table.foot)
    if table.cover is not None:
        paper.cover((table.cover.above, table.cover.agency), table.title, table.cover.facts)
    if table.official is not None:
        paper.insert(_side_by_side(_head_of(table.official), _HEAD_SHARES))
    paper.headline(table.title, table.period, before=0 if table.official is None else 10)
    paper.insert("".join(_table(table, progress)))
    if table.closing:
        paper.closing(table.closing)
    if table.official is not None and table.official.signers:
        signers = [[(post, "<w:b/>"), (hint, "<w:i/>")] for post, hint in table.official.signers]
        paper.insert(_side_by_side(signers, [1 / len(signers)] * len(signers), before=160))
    return paper.to_bytes()


def _head_of(paper: Official) -> list[list[tuple[str, str]]]:
    """The head of an agency's paper: whose it is, and the State's with place and date."""
    above = [(paper.above.upper(), "")] if paper.above else []
    state = [(label("table.nation"), "<w:b/>"), (label("table.motto"), '<w:b/><w:u w:val="single"/>')]
    return [[*above, (paper.agency.upper(), "<w:b/>")], [*state, (paper.dated, "<w:i/>")]]


def _side_by_side(blocks: list[list[tuple[str, str]]], shares: list[float], *, before: int = _CLOSE) -> str:
    """Blocks of lines beside one another without edges; each line with its looks.

    :param before: twips over the first line.
    """
    widths = [round(_WIDTH_TWIPS * share) for share in shares]
    cells = []
    for lines, width in zip(blocks, widths, strict=True):
        above = [before, *[_CLOSE] * (len(lines) - 1)]
        cell = "".join(
            _paragraph(text, "center", form, before=room)
            for (text, form), room in zip(lines, above, strict=True)
        )
        cells.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{cell}</w:tc>')
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl xmlns:w="{_W}"><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{_row(cells)}</w:tbl>'
    )


def _table(table: Table, progress: Progress) -> Iterator[str]:
    wished = sum(column.width for column in table.columns)
    widths = [round(column.width * _WIDTH_TWIPS / wished) for column in table.columns]
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    yield (
        f'<w:tbl xmlns:w="{_W}"><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f"<w:tblBorders>{edges}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="60" w:type="dxa"/>'
        f'<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    )
    yield _row(
        [_cell(c.head, w, "center", "<w:b/>") for c, w in zip(table.columns, widths, strict=True)], True
    )
    if table.is_numbered:
        yield _row([_cell(f"({n})", w, "center", "<w:i/>") for n, w in enumerate(widths, 1)], True)
    for number, line in enumerate(table.lines):
        yield _line(table, line, widths)
        if number % _EVERY == 0:
            progress(number / max(len(table.lines), 1))
    yield "</w:tbl>"


def _line(table: Table, line: Line, widths: list[int]) -> str:
    form = '<w:strike/><w:color w:val="595959"/>' if line.is_struck else "<w:b/>" if line.is_sum else ""
    cells = [
        _cell(text, width, "center" if column.is_centered else "left", form)
        for text, width, column in zip(line.cells, widths, table.columns, strict=True)
    ]
    notes = "".join(
        _row([_cell(note, sum(widths), "left", "<w:i/>", span=len(widths), indent=800)])
        for note in line.notes
    )
    return _row(cells) + notes


def _row(cells: list[str], is_head: bool = False) -> str:
    properties = "<w:cantSplit/><w:tblHeader/>" if is_head else "<w:cantSplit/>"
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(text: str, width: int, align: str, form: str, *, span: int = 1, indent: int = 0) -> str:
    spans = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spans}</w:tcPr>'
        f"{_paragraph(text, align, form, indent=indent)}</w:tc>"
    )


def _paragraph(text: str, align: str, form: str, *, indent: int = 0, before: int = _CLOSE) -> str:
    indented = f'<w:ind w:left="{indent}"/>' if indent else ""
    said = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in plain(text).split("\n")
    )
    # In the order of the schema: fonts, bold, italic, strike, colour, size.
    size, under = f'<w:sz w:val="{_TEXT}"/>', '<w:u w:val="single"/>'
    if under in form:
        form, size = form.replace(under, ""), f"{size}{under}"
    looks = f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}"/>{form}{size}'
    run = f"<w:r><w:rPr>{looks}</w:rPr>{said}</w:r>" if text else ""
    spaced = f'<w:spacing w:before="{before}" w:after="{_CLOSE}"/>'
    return f'<w:p><w:pPr>{spaced}{indented}<w:jc w:val="{align}"/></w:pPr>{run}</w:p>'
