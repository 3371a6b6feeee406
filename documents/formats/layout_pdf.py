"""An official document as a PDF in the prescribed layout (Decree 30/2020/NĐ-CP, appendix I)."""

from dataclasses import dataclass

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
from intranet.records.typeset import BLACK, MM, RED, Face, Run, Sheet, width_of, wrap, wrap_even

#: First line of a paragraph, and the room for a signature, in points.
_INDENT = 12.7 * MM
_SIGNATURE = 62.0


@dataclass
class _Columns:
    """Middles and widths of the two columns of the head."""

    left: float
    left_width: float
    right: float
    right_width: float


def build_pdf(text: OfficialText, style: Style | None = None) -> bytes:
    """Set the document on A4 with a real text layer; equal input gives equal bytes.

    :raises FontsMissing: the built assets are absent.
    """
    style = style or Style()
    title = " ".join(part for part in (text.kind or "Công văn", text.subject) if part)
    sheet = Sheet(title=title, author=text.agency.replace("\n", " "))
    columns = _columns(sheet, style)
    if text.copied:
        sheet.text(text.copied, sheet.right, sheet.top + 6, 10, align="right")
    _head(sheet, text, style, columns)
    if text.kind:
        _kind(sheet, text, style)
    if text.addressees:
        _addressed(sheet, text, style)
    if not text.copy_form:
        _body(sheet, text, style)
    _end(sheet, text, style, columns)
    if text.address_line and sheet.page == 1:
        sheet.rule(sheet.left, sheet.right, sheet.bottom - 2)
        sheet.text(text.address_line, (sheet.left + sheet.right) / 2, sheet.bottom - 14, 11, align="center")
    return sheet.finish()


def _columns(sheet: Sheet, style: Style) -> _Columns:
    width = sheet.right - sheet.left
    need = width_of(NATION, Face.BOLD, style.small)
    left = min(width * style.left_share, width - need)
    return _Columns(sheet.left + left / 2, left - 8, sheet.left + left + (width - left) / 2, width - left)


def _head(sheet: Sheet, text: OfficialText, style: Style, columns: _Columns) -> None:
    step = style.small * 1.18
    top = sheet.top - style.small
    right = top
    if text.copy_form:
        sheet.text(text.copy_form.upper(), columns.right, right, style.small + 1, Face.BOLD, align="center")
    else:
        sheet.text(NATION, columns.right, right, style.small, Face.BOLD, align="center")
        right -= (style.small + 1) * 1.18
        sheet.text(MOTTO, columns.right, right, style.small + 1, Face.BOLD, align="center")
        half = width_of(MOTTO, Face.BOLD, style.small + 1) / 2
        right -= 5
        sheet.rule(columns.right - half, columns.right + half, right)

    left = top
    if text.parent_agency:
        for line in wrap_even(text.parent_agency.upper(), Face.REGULAR, style.small, columns.left_width):
            sheet.text(line, columns.left, left, style.small, align="center")
            left -= step
    lines = wrap_even(text.agency.upper(), Face.BOLD, style.small, columns.left_width)
    for line in lines:
        sheet.text(line, columns.left, left, style.small, Face.BOLD, align="center")
        left -= step
    left += step - 6
    quarter = min(width_of(lines[-1], Face.BOLD, style.small), columns.left_width) / 5
    sheet.rule(columns.left - quarter, columns.left + quarter, left)

    y = min(left, right) - 18
    sheet.text(number_line(text, style), columns.left, y, 13, align="center")
    dated = date_line(text)
    half = min(width_of(dated, Face.ITALIC, style.small + 1) / 2, (sheet.right - sheet.left) / 2)
    sheet.text(dated, min(columns.right, sheet.right - half), y, style.small + 1, Face.ITALIC, align="center")
    low = y
    if not text.kind and text.subject and not text.copy_form:
        low -= 6
        for line in wrap_even(f"{style.about}{text.subject}", Face.REGULAR, style.small, columns.left_width):
            low -= step
            sheet.text(line, columns.left, low, style.small, align="center")
    sheet.y = _marks(sheet, text, columns, low) - 24


def _marks(sheet: Sheet, text: OfficialText, columns: _Columns, low: float) -> float:
    """Boxes of urgency (left) and circulation (right) below the head; returns the lowest point."""
    boxes = []
    if text.urgency:
        words = " ".join(part for part in (URGENCY_WORDS[text.urgency], text.urgent_at) if part)
        boxes.append((columns.left, words, URGENCY_WIDTHS[text.urgency] * MM, RED))
    if text.circulation_mark:
        boxes.append((columns.right, text.circulation_mark, 0.0, BLACK))
    for middle, words, wide, colour in boxes:
        half = max(wide, width_of(words, Face.BOLD, 13) + 12) / 2
        base = low - 12
        sheet.box(middle - half, base - 8 * MM, middle + half, base, colour)
        sheet.text(words, middle, base - 4 * MM - 4.5, 13, Face.BOLD, align="center", colour=colour)
    return low - 12 - 8 * MM if boxes else low


def _kind(sheet: Sheet, text: OfficialText, style: Style) -> None:
    middle, width = (sheet.left + sheet.right) / 2, sheet.right - sheet.left - 40
    sheet.text((text.kind or "").upper(), middle, sheet.y, 14, Face.BOLD, align="center")
    subject = text.subject.upper() if style.subject_capitals else text.subject
    lines = wrap_even(subject, Face.BOLD, 14, width) if subject else []
    for line in lines:
        sheet.y -= 14 * 1.2
        sheet.text(line, middle, sheet.y, 14, Face.BOLD, align="center")
    quarter = width_of(lines[-1] if lines else (text.kind or "").upper(), Face.BOLD, 14) / 5
    sheet.rule(middle - quarter, middle + quarter, sheet.y - 7)
    sheet.y -= 32


def _addressed(sheet: Sheet, text: OfficialText, style: Style) -> None:
    lines = addressee_lines(text)
    lead = sheet.left + 90
    label = width_of(f"{ADDRESSED} ", Face.REGULAR, style.body)
    sheet.text(ADDRESSED, lead, sheet.y, style.body)
    if len(lines) > 1:
        sheet.y -= style.body * style.spacing
    indent = lead + (label if len(lines) == 1 else 30)
    for line in lines:
        for part in wrap(line, Face.REGULAR, style.body, sheet.right - indent):
            sheet.text(part, indent, sheet.y, style.body)
            sheet.y -= style.body * style.spacing
    sheet.y -= 10


def _body(sheet: Sheet, text: OfficialText, style: Style) -> None:
    if text.enactor:
        sheet.paragraph([Run(text.enactor.upper(), Face.BOLD)], style.body, align="center", after=8)
    for ground in ground_lines(text):
        run = Run(ground, Face.ITALIC)
        sheet.paragraph([run], style.body, first_indent=_INDENT, spacing=style.spacing)
    if text.resolve_word:
        sheet.paragraph([Run(text.resolve_word.upper(), Face.BOLD)], style.body, align="center", after=8)
    paragraphs = body_paragraphs(text)
    for number, paragraph in enumerate(paragraphs):
        lead, rest = split_lead(paragraph)
        runs = [Run(lead, Face.BOLD), Run(rest)] if lead else [Run(rest)]
        if number == len(paragraphs) - 1:  # the signature does not stand alone on a page
            own = sheet.height_of(runs, style.body, first_indent=_INDENT, spacing=style.spacing)
            if own < 200:
                sheet.need(own + 6 + _end_height(text, style))
        sheet.paragraph(runs, style.body, first_indent=_INDENT, spacing=style.spacing)


def _end_height(text: OfficialText, style: Style) -> float:
    right = (len(text.authority) + 1) * (style.body + 3) + _SIGNATURE
    left = 16 + len(recipient_lines(text)) * 13.5
    return max(right, min(left, 400)) + 6


def _end(sheet: Sheet, text: OfficialText, style: Style, columns: _Columns) -> None:
    sheet.y -= 6
    sheet.need(_end_height(text, style))
    middle = (sheet.left + sheet.right) / 2
    y = sheet.y
    right = (middle + sheet.right) / 2 + 6
    for line in text.authority:
        for part in wrap_even(line.upper(), Face.BOLD, style.body, sheet.right - middle + 20):
            sheet.text(part, right, y, style.body, Face.BOLD, align="center")
            y -= style.body + 3
    if text.signer_name:
        sheet.text(text.signer_name, right, y - _SIGNATURE, style.body, Face.BOLD, align="center")

    sheet.text(RECIPIENTS, sheet.left, sheet.y, 12, Face.BOLD_ITALIC)
    y = sheet.y - 15
    for line in recipient_lines(text):
        for part in wrap(line, Face.REGULAR, 11, middle - sheet.left - 6):
            if y < sheet.bottom:
                sheet.new_page()
                y = sheet.y
            sheet.text(part, sheet.left, y, 11)
            y -= 13.5
    if text.drafter_mark:
        sheet.text(text.drafter_mark, sheet.left, y - 6, 11)
