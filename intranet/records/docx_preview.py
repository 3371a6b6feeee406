"""The words of a Word file set on plain A4 pages, so that they can be read beside a form.

No copy of the file's own pages: fonts, pictures and spacing are left out, tables keep their columns.
"""

from collections.abc import Iterator
from itertools import groupby

from intranet.records.docx import DocxParagraph, DocxText
from intranet.records.typeset import Face, Run, Sheet, wrap

#: Pages set at most.
MAX_PAGES = 40
#: Points; cells are set smaller, so that the nation's name stays on one line.
_SIZE, _CELL_SIZE, _SPACING = 13.0, 12.0, 1.2


def preview_pdf(text: DocxText, *, title: str = "") -> bytes:
    """Set the paragraphs on A4; equal input gives equal bytes.

    :raises FontsMissing: the built assets are absent.
    """
    sheet = Sheet(title=title)
    shown = [p for p in text.paragraphs if p.region in {"body", "box"}]
    for row, group in groupby(shown, key=lambda p: p.cell[:2] if p.cell else None):
        if sheet.page > MAX_PAGES:
            break
        if row is None:
            for paragraph in group:
                _paragraph(sheet, paragraph)
        else:
            _row(sheet, list(group), text.columns[row[0]] if row[0] < len(text.columns) else ())
    return sheet.finish()


def _paragraph(sheet: Sheet, paragraph: DocxParagraph) -> None:
    if not paragraph.text.strip():
        sheet.y -= 5
        return
    centred = paragraph.align in {"center", "right"} or paragraph.region == "box"
    for part in paragraph.text.replace("\t", " ").split("\n"):
        run = Run(part.strip(), _face(paragraph))
        indent = 0.0 if centred else 28.0
        sheet.paragraph(
            [run],
            _SIZE,
            first_indent=indent,
            align="center" if centred else "left",
            after=3,
            spacing=_SPACING,
        )


def _row(sheet: Sheet, cells: list[DocxParagraph], grid: tuple[float, ...]) -> None:
    """Set the cells of one row side by side, over several pages where it must."""
    columns = sorted({p.cell[2] for p in cells if p.cell})
    edges = _edges(sheet, columns, grid)
    stacks = {
        column: [
            (line, paragraph)
            for paragraph in cells
            if paragraph.cell and paragraph.cell[2] == column
            for line in _lines(paragraph, edges[column])
        ]
        for column in columns
    }
    step = _CELL_SIZE * _SPACING
    for depth in range(max(map(len, stacks.values()), default=0)):
        sheet.need(step)
        if sheet.page > MAX_PAGES:
            return
        for column, stack in stacks.items():
            if depth < len(stack) and stack[depth][0]:
                line, paragraph = stack[depth]
                x0, x1 = edges[column]
                centred = paragraph.align == "center"
                x = (x0 + x1) / 2 if centred else x0
                sheet.text(
                    line, x, sheet.y, _CELL_SIZE, _face(paragraph), align="center" if centred else "left"
                )
        sheet.y -= step
    sheet.y -= 4


def _lines(paragraph: DocxParagraph, edge: tuple[float, float]) -> Iterator[str]:
    yield from wrap(paragraph.text.strip(), _face(paragraph), _CELL_SIZE, max(edge[1] - edge[0], 30))


def _edges(sheet: Sheet, columns: list[int], grid: tuple[float, ...]) -> dict[int, tuple[float, float]]:
    """Left and right end of each column, by the widths that the file states, else all alike."""
    usable = len(grid) > max(columns, default=0) and sum(grid) > 0
    widths = list(grid) if usable else [1.0] * (max(columns, default=0) + 1)
    scale = (sheet.right - sheet.left) / sum(widths)
    ends = [*columns[1:], len(widths)]
    return {
        column: (sheet.left + sum(widths[:column]) * scale, sheet.left + sum(widths[:end]) * scale - 6)
        for column, end in zip(columns, ends, strict=True)
    }


def _face(paragraph: DocxParagraph) -> Face:
    return {
        (False, False): Face.REGULAR,
        (True, False): Face.BOLD,
        (False, True): Face.ITALIC,
        (True, True): Face.BOLD_ITALIC,
    }[paragraph.bold, paragraph.italic]
