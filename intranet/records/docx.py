"""Word files of others: checked before they are opened, then their text with what its form tells.

With :mod:`intranet.records.docx_writing` the only door to python-docx. Foreign files are opened in the
parsing child alone.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from xml.parsers import expat

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.exceptions import InvalidXmlError
from docx.oxml.ns import qn
from lxml import etree

from intranet.core.text import nfc
from intranet.records.media import check_zip
from intranet.records.pagetext import Unreadable

#: Paragraphs read at most; the longest decrees have 3000.
MAX_PARAGRAPHS = 20_000
#: Depth of elements at which a part counts as an attack.
MAX_DEPTH = 200

_CHUNK = 1 << 16


@dataclass(frozen=True)
class DocxParagraph:
    """One paragraph in reading order.

    :param cell: table, row and column from 0, or ``None`` outside tables; a table inside a cell
        belongs to the outer one.
    :param align: ``left``, ``center``, ``right`` or ``justify``.
    :param size: points of most of its words, 0 when nothing says.
    :param region: ``body``, ``box`` (a text box), ``header`` or ``footer``.
    """

    text: str
    cell: tuple[int, int, int] | None = None
    bold: bool = False
    italic: bool = False
    align: str = "left"
    size: float = 0.0
    region: str = "body"


@dataclass(frozen=True)
class DocxText:
    """What a Word file says.

    :param columns: per table the relative widths of its columns, as the file states them.
    :param blocks: tags of its named content controls, in order.
    """

    paragraphs: tuple[DocxParagraph, ...]
    columns: tuple[tuple[float, ...], ...] = ()
    blocks: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The body and the boxes in it, a line for each paragraph."""
        return "\n".join(p.text for p in self.paragraphs if p.region in {"body", "box"})


def check_package(path: Path) -> None:
    """Refuse a package whose directory or XML is hostile, before any library opens it.

    :raises Unreadable: the codes of :func:`intranet.records.media.check_zip`, ``file.dtd``,
        ``file.damaged``.
    """
    verdict = check_zip(path)
    if verdict is not None:
        raise Unreadable(verdict.code, **verdict.data)
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_xml(archive, entry)
            _check_types(archive)
    except (zipfile.BadZipFile, NotImplementedError, KeyError, EOFError, RuntimeError) as wrong:
        raise Unreadable("file.damaged") from wrong


def text_of(path: Path) -> DocxText:
    """Read a Word file, text boxes and page headers included, deleted words left out.

    :raises Unreadable: as :func:`check_package`.
    """
    check_package(path)
    try:
        document = Document(str(path))
        body = document.element.body
        reader = _Reader(document.styles.element)
        paragraphs = list(islice(reader.walk(body, None), MAX_PARAGRAPHS))
        paragraphs += list(_page_heads(document))
        return DocxText(tuple(paragraphs), tuple(reader.columns), _tags(body))
    except (PackageNotFoundError, InvalidXmlError, etree.LxmlError) as wrong:
        raise Unreadable("file.damaged") from wrong
    except (KeyError, ValueError, AttributeError, TypeError) as wrong:  # a part missing, a value unheard of
        raise Unreadable("file.damaged") from wrong


def first_page_text(text: DocxText, *, characters: int = 3500) -> DocxText:
    """The beginning, about as much as stands on one page, whole paragraphs only."""
    kept: list[DocxParagraph] = []
    used = 0
    for paragraph in text.paragraphs:
        if used > characters and paragraph.region == "body":
            break
        kept.append(paragraph)
        used += max(len(paragraph.text), 60)
    return DocxText(tuple(kept), text.columns, text.blocks)


def head_lines(text: DocxText) -> list[str]:
    """The lines among which a secret mark is looked for: boxes, headers and the first thirty paragraphs."""
    lines: list[str] = []
    body = 0
    for paragraph in text.paragraphs:
        if paragraph.region == "footer":
            continue
        if paragraph.region == "body":
            body += bool(paragraph.text.strip())
            if body > 30:
                continue
        lines += paragraph.text.splitlines()
    return lines


def _check_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Stop at the first sign of a document type; expat never gets to see an entity's declaration."""
    depth = 0

    def refuse(*_: object) -> None:
        raise Unreadable("file.dtd", part=entry.filename[:80])

    def deeper(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise Unreadable("file.zip_bomb", depth=depth)

    def back(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = deeper
    parser.EndElementHandler = back
    try:
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as wrong:
        raise Unreadable("file.damaged", part=entry.filename[:80]) from wrong


def _check_types(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    if "[Content_Types].xml" not in names:
        return
    types = archive.read("[Content_Types].xml").lower()
    if b"macroenabled" in types or b"vbaproject" in types:
        raise Unreadable("file.macro")


def _page_heads(document: Any) -> Iterator[DocxParagraph]:
    """Words of the page headers and footers of all sections."""
    for part in document.part.package.iter_parts():
        name = str(part.partname)
        region = next((r for r in ("header", "footer") if f"/{r}" in name and name.endswith(".xml")), "")
        element = getattr(part, "element", None)
        if region and element is not None:
            for paragraph in element.iter(qn("w:p")):
                if words := _text(paragraph).strip():
                    yield DocxParagraph(words, region=region)


def _tags(body: Any) -> tuple[str, ...]:
    found = body.iter(qn("w:sdt"))
    tags = (sdt.find(f"{qn('w:sdtPr')}/{qn('w:tag')}") for sdt in found)
    return tuple(tag.get(qn("w:val"), "") for tag in tags if tag is not None)


@dataclass(frozen=True)
class _Form:
    """Bold, italic, points and alignment as one style or run states them; ``None`` says nothing."""

    bold: bool | None = None
    italic: bool | None = None
    size: float | None = None
    align: str | None = None

    def over(self, base: "_Form") -> "_Form":
        """What is stated here, else what the base states."""
        return _Form(
            base.bold if self.bold is None else self.bold,
            base.italic if self.italic is None else self.italic,
            base.size if self.size is None else self.size,
            base.align if self.align is None else self.align,
        )


class _Reader:
    """Walks a body in reading order.

    The forms are read from the XML itself: python-docx refuses values that Word writes, such as
    the alignment "end".
    """

    def __init__(self, styles: Any) -> None:
        self.columns: list[tuple[float, ...]] = []
        self._styles: dict[str, tuple[str, _Form]] = {}
        self._default = ""
        for style in styles.iterfind(qn("w:style")):
            key = style.get(qn("w:styleId"), "")
            base = style.find(qn("w:basedOn"))
            form = _form(style.find(qn("w:rPr")), style.find(qn("w:pPr")))
            self._styles[key] = (base.get(qn("w:val"), "") if base is not None else "", form)
            if style.get(qn("w:default")) in {"1", "true"} and style.get(qn("w:type")) == "paragraph":
                self._default = key
        self._base = _form(styles.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}"), None)

    def walk(self, parent: Any, cell: tuple[int, int, int] | None) -> Iterator[DocxParagraph]:
        """The paragraphs below an element; those in a table carry the cell of the outermost one."""
        for child in parent:
            if child.tag == qn("w:p"):
                yield from self._paragraph(child, cell)
            elif child.tag == qn("w:tbl"):
                yield from self._table(child, cell)
            elif child.tag == qn("w:sdt"):
                content = child.find(qn("w:sdtContent"))
                if content is not None:
                    yield from self.walk(content, cell)

    def _table(self, table: Any, cell: tuple[int, int, int] | None) -> Iterator[DocxParagraph]:
        number = len(self.columns)
        if cell is None:
            grid = table.iterfind(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")
            self.columns.append(tuple(_number(column.get(qn("w:w"))) or 0.0 for column in grid))
        for row_at, row in enumerate(_inside(table, "w:tr")):
            column = 0
            for box in _inside(row, "w:tc"):
                yield from self.walk(box, cell or (number, row_at, column))
                span = box.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
                column += int(_number(span.get(qn("w:val"))) or 1) if span is not None else 1

    def _paragraph(self, element: Any, cell: tuple[int, int, int] | None) -> Iterator[DocxParagraph]:
        properties = element.find(qn("w:pPr"))
        named = properties.find(qn("w:pStyle")) if properties is not None else None
        form = self._styled(named.get(qn("w:val"), "") if named is not None else self._default)
        run = max(element.iter(qn("w:r")), key=lambda r: len("".join(r.itertext()).strip()), default=None)
        form = _form(run.find(qn("w:rPr")) if run is not None else None, properties).over(form)
        yield DocxParagraph(
            _text(element),
            cell,
            bool(form.bold),
            bool(form.italic),
            form.align or "left",
            form.size or 0.0,
        )
        for box in element.iter(qn("w:txbxContent")):
            if any(str(up.tag).endswith("}Fallback") for up in box.iterancestors()):
                continue
            for inner in box.iter(qn("w:p")):
                if words := _text(inner).strip():
                    yield DocxParagraph(words, cell, region="box")

    def _styled(self, key: str) -> _Form:
        form = _Form()
        for _ in range(12):  # a chain of styles is short; one that turns in a circle ends here
            if key not in self._styles:
                break
            key, stated = self._styles[key]
            form = form.over(stated)
        return form.over(self._base)


def _inside(parent: Any, tag: str) -> Iterator[Any]:
    """Children of one sort, those wrapped in a content control included."""
    for child in parent:
        if child.tag == qn(tag):
            yield child
        elif child.tag == qn("w:sdt"):
            content = child.find(qn("w:sdtContent"))
            if content is not None:
                yield from _inside(content, tag)


def _text(element: Any) -> str:
    """Words of one paragraph: inserted ones count, deleted ones and those of text boxes do not."""
    out: list[str] = []

    def visit(node: Any) -> None:
        for child in node:
            if child.tag in _SILENT or str(child.tag).endswith("}Fallback"):
                continue
            if child.tag == qn("w:t"):
                out.append(child.text or "")
            elif child.tag in _SIGNS:
                out.append(_SIGNS[child.tag])
            else:
                visit(child)

    visit(element)
    return nfc("".join(out))


_SILENT = frozenset(map(qn, ("w:del", "w:txbxContent", "w:pPr", "w:rPr", "w:instrText", "w:delText")))
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_ALIGNMENTS = {
    "center": "center",
    "right": "right",
    "end": "right",
    "both": "justify",
    "distribute": "justify",
}


def _form(run: Any, paragraph: Any) -> _Form:
    """The form that a run's and a paragraph's properties state."""
    size = run.find(qn("w:sz")) if run is not None else None
    align = paragraph.find(qn("w:jc")) if paragraph is not None else None
    points = _number(size.get(qn("w:val"))) if size is not None else None
    return _Form(
        _switch(run, "w:b"),
        _switch(run, "w:i"),
        points / 2 if points else None,
        _ALIGNMENTS.get(align.get(qn("w:val"), ""), "left") if align is not None else None,
    )


def _switch(run: Any, tag: str) -> bool | None:
    found = run.find(qn(tag)) if run is not None else None
    return None if found is None else found.get(qn("w:val"), "1") not in {"0", "false", "off"}


def _number(value: str | None) -> float | None:
    try:
        return float(value) if value else None
    except ValueError:
        return None
