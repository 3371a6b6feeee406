"""Word files that we make: paragraphs of stated form inside named content controls, and filling those again.

With :mod:`intranet.records.docx` the only door to python-docx.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from intranet.core.labels import label
from intranet.core.text import nfc

FONT = "Times New Roman"
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
_RED = "FF0000"
_SIGNS = {"\n": "w:br", "\t": "w:tab"}


@dataclass(frozen=True)
class Form:
    """How a paragraph looks; sizes and gaps in points, indents in millimetres.

    :param spacing: height of a line as a multiple of single spacing.
    :param rule: ``below`` draws a line under it, ``box`` a frame around it in red.
    """

    size: float = 14
    bold: bool = False
    italic: bool = False
    align: str = "left"
    before: float = 0
    after: float = 0
    first_indent: float = 0
    left: float = 0
    right: float = 0
    spacing: float = 1.0
    rule: str = ""


class Paper:
    """A Word file being written: A4 upright, Times New Roman, page numbers from the second page on.

    :param margins: top, right, bottom, left in millimetres.
    """

    def __init__(
        self, *, title: str, author: str, margins: tuple[float, float, float, float] = (20, 20, 20, 30)
    ) -> None:
        self._document = Document()
        top, right, bottom, left = margins
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.right_margin = Mm(top), Mm(right)
        section.bottom_margin, section.left_margin = Mm(bottom), Mm(left)
        section.header_distance = section.footer_distance = Mm(10)
        section.different_first_page_header_footer = True
        _number_pages(section.header.paragraphs[0])
        normal = self._document.styles["Normal"]
        normal.font.name, normal.font.size = FONT, Pt(14)
        _name_fonts(normal.element.get_or_add_rPr())
        facts = self._document.core_properties
        facts.title, facts.author, facts.language, facts.comments = title[:255], author[:255], "vi-VN", ""
        facts.created = facts.modified = datetime(2020, 3, 5, tzinfo=UTC)
        self._into: Any = self._document

    @contextmanager
    def columns(self, *widths: float, rows: int = 1) -> Iterator[list[list[Any]]]:
        """Rows of cells without borders, widths in millimetres; write into a cell with :meth:`inside`."""
        table = self._document.add_table(rows=rows, cols=len(widths))
        table.autofit = False
        cells = [list(row.cells) for row in table.rows]
        for row in cells:
            for cell, width in zip(row, widths, strict=True):
                cell.width = Mm(width)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        yield cells
        for cell in (cell for row in cells for cell in row):  # a cell is born with one empty paragraph
            first = cell._element.find(qn("w:p"))
            if first is not None and len(cell._element.findall(f".//{qn('w:p')}")) > 1:
                cell._element.remove(first)

    @contextmanager
    def inside(self, container: Any) -> Iterator[None]:
        """What is written goes into this cell."""
        before, self._into = self._into, container
        try:
            yield
        finally:
            self._into = before

    def write(self, text: str, form: Form, *, bold_lead: str = "", tag: str = "") -> None:
        """Add a paragraph; line breaks are kept.

        :param bold_lead: words in front, bold.
        :param tag: name of the content control around it.
        """
        self._wrap(tag, [self._paragraph(text, form, bold_lead)])

    def write_block(self, tag: str, lines: Sequence[tuple[str, str, Form]]) -> None:
        """Add paragraphs (bold lead, text, form) in one content control; nothing when there are none."""
        if lines:
            self._wrap(tag, [self._paragraph(text, form, lead) for lead, text, form in lines])

    def heading(self, text: str, level: int) -> None:
        """Add a heading of a real style, which Word lists in its outline; levels 1 and 2."""
        paragraph = self._into.add_paragraph()
        # By its key: python-docx looks through all styles for a name.
        paragraph._p.get_or_add_pPr().get_or_add_pStyle().val = f"Heading{level}"
        run = paragraph.add_run(nfc(text))
        run.font.name, run.font.size = FONT, Pt(14)
        run.bold, run.italic = True, level > 2
        run.font.color.rgb = RGBColor.from_string("000000")
        _name_fonts(run._element.get_or_add_rPr())
        shape = paragraph.paragraph_format
        shape.space_before, shape.space_after = Pt(12 if level == 1 else 8), Pt(4)
        shape.keep_with_next = True

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        size: float = 12,
    ) -> None:
        """Add a table with borders; its first row stands on every page it reaches.

        :param widths: of the columns, millimetres.
        """
        table = self._document._body.add_table(1, len(heads), Mm(sum(widths)))
        table.autofit = False
        body = table._tbl
        body.tblPr.style = "TableGrid"
        for cell, text, width in zip(table.rows[0].cells, heads, widths, strict=True):
            _fill_cell(cell._element, text, width, size, bold=True)
        head = table.rows[0]._tr.get_or_add_trPr()
        head.append(OxmlElement("w:tblHeader"))
        # Copies of one bare row: python-docx walks the whole table for each row it adds itself.
        bare = deepcopy(table.rows[0]._tr)
        for properties in bare.findall(qn("w:trPr")):
            bare.remove(properties)
        for row in rows:
            fresh = deepcopy(bare)
            for element, text, width in zip(fresh.findall(qn("w:tc")), row, widths, strict=True):
                _fill_cell(element, text, width, size)
            body.append(fresh)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        self._paragraph("", Form(size=6), "")

    def line(self, length: float, middle: float, width: float) -> None:
        """Draw a short level line: its length, the middle and width of the column, in millimetres."""
        side = max((width - length) / 2, 0)
        self._paragraph("", Form(size=2, left=side + middle, right=side - middle, rule="below"), "")

    def to_bytes(self) -> bytes:
        """The file."""
        out = io.BytesIO()
        self._document.save(out)
        return out.getvalue()

    def _paragraph(self, text: str, form: Form, lead: str) -> Any:
        paragraph = self._into.add_paragraph()
        shape = paragraph.paragraph_format
        shape.alignment = _ALIGN[form.align]
        shape.space_before, shape.space_after = Pt(form.before), Pt(form.after)
        shape.line_spacing = form.spacing if form.size > 2 else Pt(3)
        shape.first_line_indent = Mm(form.first_indent) if form.first_indent else None
        shape.left_indent = Mm(form.left) if form.left else None
        shape.right_indent = Mm(form.right) if form.right else None
        if form.rule:
            _border(paragraph, form.rule)
        for words, bold in ((lead, True), (nfc(text), form.bold)):
            if words or not (lead or text):
                run = paragraph.add_run()
                _add_words(run._element, words)
                run.bold, run.italic = bold, form.italic
                run.font.size = Pt(form.size)
                run.font.name = FONT
                run.font.color.rgb = RGBColor.from_string(_RED if form.rule == "box" else "000000")
                _name_fonts(run._element.get_or_add_rPr())
        return paragraph._element

    def _wrap(self, tag: str, elements: list[Any]) -> None:
        if not tag:
            return
        control = OxmlElement("w:sdt")
        properties = OxmlElement("w:sdtPr")
        for name in ("w:alias", "w:tag"):
            properties.append(_valued(name, tag))
        content = OxmlElement("w:sdtContent")
        control.append(properties)
        control.append(content)
        elements[0].addprevious(control)
        for element in elements:
            content.append(element)


class Landscape:
    """A Word file of one wide table: A4 on its side, a line of facts and page x of y in every foot.

    :param foot: three texts of the foot; the number of the page follows them.
    """

    def __init__(self, *, title: str, foot: tuple[str, str, str]) -> None:
        self._document = Document()
        self._foot = foot
        self._lay(self._document.sections[0], "PAGE", "NUMPAGES")
        normal = self._document.styles["Normal"]
        normal.font.name, normal.font.size = FONT, Pt(12)
        _name_fonts(normal.element.get_or_add_rPr())
        facts = self._document.core_properties
        facts.title, facts.author, facts.language, facts.comments = title[:255], "", "vi-VN", ""
        facts.created = facts.modified = datetime(2020, 3, 5, tzinfo=UTC)

    def cover(self, above: Sequence[str], title: str, facts: Sequence[str]) -> None:
        """Write a page of its own in front; call it first."""
        for place, text in enumerate(above):
            self._say(text, 14, bold=place > 0, before=30 if place == 0 else 0)
        self._say(title, 24, bold=True, before=110, after=12)
        for text in facts:
            self._say(text, 14, after=6)
        section = self._document.add_section(WD_SECTION.NEW_PAGE)
        section.footer.is_linked_to_previous = False
        self._lay(section, "PAGE", "NUMPAGES")
        first = self._document.sections[0]
        for paragraph in first.footer.paragraphs:
            paragraph.clear()
            _write_foot(paragraph, (*self._foot, label("table.cover")))

    def headline(self, title: str, period: str, *, before: float = 0) -> None:
        """Write title and period above the table, so many points under what is there."""
        self._say(title, 14, bold=True, before=before)
        self._say(period, 12, italic=True, after=6)

    def insert(self, table: str) -> None:
        """Put a table in, given as the XML of its element."""
        body = self._document.element.body
        body.insert_element_before(parse_xml(table), "w:sectPr")

    def closing(self, text: str) -> None:
        """Write a sentence under the table."""
        self._say(text, 12, italic=True, before=6, align="left")

    def to_bytes(self) -> bytes:
        """The file."""
        out = io.BytesIO()
        self._document.save(out)
        return out.getvalue()

    def _say(
        self,
        text: str,
        size: float,
        *,
        bold: bool = False,
        italic: bool = False,
        before: float = 0,
        after: float = 0,
        align: str = "center",
    ) -> None:
        paragraph = self._document.add_paragraph()
        paragraph.alignment = _ALIGN[align]
        paragraph.paragraph_format.space_before = Pt(before)
        paragraph.paragraph_format.space_after = Pt(after)
        run = paragraph.add_run(nfc(text))
        run.bold, run.italic, run.font.size = bold, italic, Pt(size)

    def _lay(self, section: Any, *fields: str) -> None:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.top_margin, section.right_margin = Mm(15), Mm(15)
        section.bottom_margin, section.left_margin = Mm(18), Mm(20)
        section.header_distance = section.footer_distance = Mm(8)
        _write_foot(section.footer.paragraphs[0], (*self._foot, label("table.page", page="")), fields)


def _write_foot(paragraph: Any, texts: Sequence[str], fields: Sequence[str] = ()) -> None:
    """Texts of a foot at equal distances, and after the last one the page and how many there are."""
    stops = paragraph.paragraph_format.tab_stops
    stops.clear_all()
    for place, align in ((90, "LEFT"), (180, "LEFT"), (262, "RIGHT")):
        stops.add_tab_stop(Mm(place), WD_TAB_ALIGNMENT[align])
    properties = paragraph._element.get_or_add_pPr()
    style = properties.find(qn("w:pStyle"))
    if style is not None:
        properties.remove(style)
    run = paragraph.add_run()
    _add_words(run._element, "\t".join(nfc(text) for text in texts))
    run.font.size = Pt(9)
    for place, name in enumerate(fields):
        if place:
            paragraph.add_run("/").font.size = Pt(9)
        for kind, words in (("begin", ""), ("", name), ("end", "")):
            part = paragraph.add_run()
            part.font.size = Pt(9)
            mark = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                mark.set(qn("w:fldCharType"), kind)
            else:
                mark.text = words
            part._element.append(mark)


def fill_blocks(path: Path, values: Mapping[str, str]) -> tuple[bytes, tuple[str, ...]]:
    """Put new words into named content controls, each in the form of its first words.

    :param path: a Word file already found sound by :func:`intranet.records.docx.check_package`.
    :returns: the new file, and the names for which the file has no control.
    """
    document = Document(str(path))
    missing = set(values)
    for control in document.element.body.iter(qn("w:sdt")):
        tag = control.find(f"{qn('w:sdtPr')}/{qn('w:tag')}")
        name = tag.get(qn("w:val"), "") if tag is not None else ""
        content = control.find(qn("w:sdtContent"))
        if name in values and content is not None and _replace_words(content, nfc(values[name])):
            missing.discard(name)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue(), tuple(sorted(missing))


def _replace_words(content: Any, words: str) -> bool:
    paragraphs = list(content.iter(qn("w:p")))
    if not paragraphs:
        return False
    first = paragraphs[0]
    model = next((r for r in first.iter(qn("w:r"))), None)
    form = deepcopy(model.find(qn("w:rPr"))) if model is not None else None
    for child in list(first):
        if child.tag != qn("w:pPr"):
            first.remove(child)
    for extra in paragraphs[1:]:
        extra.getparent().remove(extra)
    run = OxmlElement("w:r")
    if form is not None:
        run.append(form)
    for number, line in enumerate(words.split("\n")):
        if number:
            run.append(OxmlElement("w:br"))
        text = OxmlElement("w:t")
        text.text = line
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        run.append(text)
    first.append(run)
    return True


def _add_words(run: Any, words: str) -> None:
    """Put words into a run, breaks and tabs kept; python-docx would look at every letter."""
    for part in re.split(r"([\n\t])", words):
        if part in _SIGNS:
            run.append(OxmlElement(_SIGNS[part]))
        elif part:
            text = OxmlElement("w:t")
            text.text = part
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            run.append(text)


def _fill_cell(element: Any, text: str, width: float, size: float, *, bold: bool = False) -> None:
    """Write lines into a cell of a table, in place of what stood there."""
    for old in element.findall(qn("w:p")):
        element.remove(old)
    properties = element.find(qn("w:tcPr"))
    if properties is not None and properties.find(qn("w:tcW")) is not None:
        properties.find(qn("w:tcW")).set(qn("w:w"), str(Mm(width).twips))
    for line in nfc(text).split("\n"):
        paragraph, run = OxmlElement("w:p"), OxmlElement("w:r")
        form, words = OxmlElement("w:rPr"), OxmlElement("w:t")
        fonts = OxmlElement("w:rFonts")
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), FONT)
        form.append(fonts)
        if bold:
            form.append(OxmlElement("w:b"))
        form.append(_valued("w:sz", str(int(size * 2))))
        words.text = line
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        for child in (form, words):
            run.append(child)
        paragraph.append(run)
        element.append(paragraph)


def _valued(name: str, value: str) -> Any:
    element = OxmlElement(name)
    element.set(qn("w:val"), value)
    return element


def _name_fonts(properties: Any) -> None:
    fonts = properties.get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), FONT)


def _border(paragraph: Any, rule: str) -> None:
    borders = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right") if rule == "box" else ("bottom",):
        edge = OxmlElement(f"w:{side}")
        for name, value in (
            ("w:val", "single"),
            ("w:sz", "8" if rule == "box" else "6"),
            ("w:space", "3" if rule == "box" else "1"),
            ("w:color", _RED if rule == "box" else "000000"),
        ):
            edge.set(qn(name), value)
        borders.append(edge)
    properties = paragraph._element.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _number_pages(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        run.font.size, run.font.name = Pt(14), FONT
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = words
        run._element.append(mark)
