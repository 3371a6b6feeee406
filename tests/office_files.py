"""Small sheets and slides as Excel and PowerPoint write them, part by part."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument"
_SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_SLIDE = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    f'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="{_REL}"'
)


def xlsx_with(*rows: Sequence[str | float], setup: str = "") -> bytes:
    """A sheet of these rows.

    :param setup: what the sheet says of its pages, as XML.
    """
    lines = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    sheet, book = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
    listed = '<sheets><sheet name="Dự toán" sheetId="1" r:id="r1"/></sheets>'
    parts = {
        book: f'<workbook {_SHEET} xmlns:r="{_REL}">{listed}</workbook>',
        "xl/_rels/workbook.xml.rels": _rels("worksheet", "worksheets/sheet1.xml"),
        sheet: f"<worksheet {_SHEET}><sheetData>{lines}</sheetData>{setup}</worksheet>",
    }
    return _packed(book, parts, {book: "spreadsheetml.sheet.main", sheet: "spreadsheetml.worksheet"})


def pptx_with(*slides: str) -> bytes:
    """Slides of 10 by 5.6 inches, each with one line."""
    show, names = "ppt/presentation.xml", [f"slides/slide{n}.xml" for n, _ in enumerate(slides, 1)]
    listed = "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n, _ in enumerate(slides, 1))
    size = '<p:sldSz cx="9144000" cy="5143500"/><p:notesSz cx="6858000" cy="9144000"/>'
    parts = {
        show: f"<p:presentation {_SLIDE}><p:sldIdLst>{listed}</p:sldIdLst>{size}</p:presentation>",
        "ppt/_rels/presentation.xml.rels": _rels("slide", *names),
        **{f"ppt/{name}": _slide(words) for name, words in zip(names, slides, strict=True)},
    }
    kinds = {f"ppt/{name}": "presentationml.slide" for name in names}
    return _packed(show, parts, kinds | {show: "presentationml.presentation.main"})


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def _slide(words: str) -> str:
    place = '<a:xfrm><a:off x="500000" y="500000"/><a:ext cx="8000000" cy="1500000"/></a:xfrm>'
    named = '<p:nvSpPr><p:cNvPr id="2" name="T"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
    form = f'<p:spPr>{place}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>'
    run = f'<a:r><a:rPr lang="vi-VN" sz="2800"/><a:t>{escape(words)}</a:t></a:r>'
    shape = f"<p:sp>{named}{form}<p:txBody><a:bodyPr/><a:p>{run}</a:p></p:txBody></p:sp>"
    group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    return f"<p:sld {_SLIDE}><p:cSld><p:spTree>{group}{shape}</p:spTree></p:cSld></p:sld>"


def _rels(kind: str, *targets: str) -> str:
    found = "".join(
        f'<Relationship Id="r{number}" Type="{_REL}/{kind}" Target="{target}"/>'
        for number, target in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{found}</Relationships>'


def _packed(main: str, parts: dict[str, str], kinds: dict[str, str]) -> bytes:
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    types = f'<Default Extension="rels" ContentType="{rels}"/>' + "".join(
        f'<Override PartName="/{name}" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in kinds.items()
    )
    first = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{types}</Types>',
        "_rels/.rels": _rels("officeDocument", main),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (first | parts).items():
            archive.writestr(name, _HEAD + text)
    return out.getvalue()
