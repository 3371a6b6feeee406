"""An official document as a Word file in the prescribed layout, its parts in named content controls."""

from datetime import date
from pathlib import Path

from documents.formats.layout import (
    ADDRESSED,
    MOTTO,
    NATION,
    RECIPIENTS,
    URGENCY_WIDTHS,
    URGENCY_WORDS,
    OfficialText,
    Style,
    addressee_lines,
    body_paragraphs,
    date_line,
    ground_lines,
    number_line,
    recipient_lines,
    split_lead,
)
from intranet.records.docx_writing import Form, Paper, fill_blocks

#: Names of the content controls, in the order of the page.
BLOCKS = (
    "co_quan",
    "so_ky_hieu",
    "quoc_hieu",
    "dia_danh_ngay",
    "ten_loai",
    "trich_yeu",
    "kinh_gui",
    "can_cu",
    "noi_dung",
    "noi_nhan",
    "chuc_vu",
    "ho_ten",
)
#: Widths of the two columns of the head and of the foot, millimetres; together the 160 between the margins.
_HEAD = (64.0, 96.0)
_FOOT = (80.0, 80.0)
#: A point of text is about this many millimetres wide for a capital letter of its size.
_LETTER = 0.25


def build_docx(text: OfficialText, style: Style | None = None) -> bytes:
    """Write the document as a Word file; every cell that is filled is a content control of :data:`BLOCKS`."""
    style = style or Style()
    paper = Paper(title=text.subject, author=text.agency.replace("\n", " "))
    _head(paper, text, style)
    if text.kind:
        _kind(paper, text)
    _addressed(paper, text, style)
    if not text.copy_form:
        _body(paper, text, style)
    _foot(paper, text, style)
    if text.address_line:
        paper.write(text.address_line, Form(size=11, align="center", before=12))
    return paper.to_bytes()


def put_number(
    path: Path, *, number: str, symbol: str, place: str, day: date
) -> tuple[bytes, tuple[str, ...]]:
    """Write number and date into a draft whose number was open.

    :returns: the new file, and those of the two blocks that the draft no longer has.
    """
    head = OfficialText(agency="", subject="", number=number, symbol=symbol, place=place, doc_date=day)
    return fill_blocks(path, {"so_ky_hieu": number_line(head), "dia_danh_ngay": date_line(head)})


def _head(paper: Paper, text: OfficialText, style: Style) -> None:
    small, larger = style.small, style.small + 1
    with paper.columns(*_HEAD, rows=2) as ((left, right), (below_left, below_right)):
        with paper.inside(left):
            plain, bold = Form(size=small, align="center"), Form(size=small, bold=True, align="center")
            lines = [("", text.parent_agency.upper(), plain)] if text.parent_agency else []
            paper.write_block("co_quan", [*lines, ("", text.agency.upper(), bold)])
            paper.line(24, 0, _HEAD[0] - 4)
        with paper.inside(below_left):
            paper.write(number_line(text, style), Form(size=13, align="center", before=8), tag="so_ky_hieu")
            if not text.kind and text.subject and not text.copy_form:
                about = Form(size=small, align="center", before=6)
                paper.write(f"{style.about}{text.subject}", about, tag="trich_yeu")
            if text.urgency:
                words = " ".join(part for part in (URGENCY_WORDS[text.urgency], text.urgent_at) if part)
                side = max((_HEAD[0] - 4 - URGENCY_WIDTHS[text.urgency]) / 2, 0)
                box = Form(size=13, bold=True, align="center", before=10, left=side, right=side, rule="box")
                paper.write(words, box)
        with paper.inside(right):
            motto = Form(size=larger, bold=True, align="center")
            nation = Form(size=small, bold=True, align="center")
            if text.copy_form:
                paper.write(text.copy_form.upper(), motto, tag="hinh_thuc_sao")
            else:
                paper.write_block("quoc_hieu", [("", NATION, nation), ("", MOTTO, motto)])
                paper.line(len(MOTTO) * larger * _LETTER * 0.66, 0, _HEAD[1] - 4)
        with paper.inside(below_right):
            dated = Form(size=larger, italic=True, align="center", before=8)
            paper.write(date_line(text), dated, tag="dia_danh_ngay")
            if text.circulation_mark:
                mark = Form(size=13, bold=True, align="center", before=10)
                paper.write(text.circulation_mark, mark)


def _kind(paper: Paper, text: OfficialText) -> None:
    centred = Form(size=14, bold=True, align="center", before=18)
    paper.write((text.kind or "").upper(), centred, tag="ten_loai")
    if text.subject:
        paper.write(text.subject, Form(size=14, bold=True, align="center"), tag="trich_yeu")
    paper.line(40, 0, 160)


def _addressed(paper: Paper, text: OfficialText, style: Style) -> None:
    lines = addressee_lines(text)
    if len(lines) == 1:
        form = Form(size=style.body, align="center", before=18, after=6)
        paper.write(f"{ADDRESSED} {lines[0]}", form, tag="kinh_gui")
    elif lines:
        first = Form(size=style.body, before=18, left=30)
        rest = Form(size=style.body, left=45)
        paper.write_block("kinh_gui", [("", ADDRESSED, first), *(("", line, rest) for line in lines)])


def _body(paper: Paper, text: OfficialText, style: Style) -> None:
    spacing = min(max(style.spacing / 1.15, 1.0), 1.5)
    plain = Form(size=style.body, align="justify", before=3, after=6, first_indent=12.7, spacing=spacing)
    slanted = Form(
        size=style.body,
        italic=True,
        align="justify",
        before=3,
        after=6,
        first_indent=12.7,
        spacing=spacing,
    )
    centred = Form(size=style.body, bold=True, align="center", before=12, after=6)
    if text.enactor:
        paper.write(text.enactor.upper(), centred)
    paper.write_block("can_cu", [("", line, slanted) for line in ground_lines(text)])
    if text.resolve_word:
        paper.write(text.resolve_word.upper(), centred)
    body = [(*split_lead(paragraph), plain) for paragraph in body_paragraphs(text)]
    paper.write_block("noi_dung", body or [("", "", plain)])


def _foot(paper: Paper, text: OfficialText, style: Style) -> None:
    paper.write("", Form(size=6))
    with paper.columns(*_FOOT) as ((left, right),):
        with paper.inside(left):
            word = Form(size=12, bold=True, italic=True)
            listed = Form(size=11)
            lines = [("", line, listed) for line in recipient_lines(text)]
            paper.write_block("noi_nhan", [("", RECIPIENTS, word), *lines])
            if text.drafter_mark:
                paper.write(text.drafter_mark, Form(size=11, before=6))
        with paper.inside(right):
            bold = Form(size=style.body, bold=True, align="center")
            authority = [("", line.upper(), bold) for line in text.authority] or [("", "", bold)]
            paper.write_block("chuc_vu", authority)
            for _ in range(4):
                paper.write("", Form(size=style.body))
            paper.write(text.signer_name, bold, tag="ho_ten")
