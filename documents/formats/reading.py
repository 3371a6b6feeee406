"""What the first page of an incoming document says of itself: the values that pre-fill its form.

Rather empty than wrong: a value below :data:`FILLED` is kept as a candidate and not filled in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from documents.formats.reading_blocks import Head, find_head
from documents.formats.reading_end import read_due, read_replies, read_signer
from documents.formats.reading_head import read_date, read_issuer, read_marks, read_number
from documents.formats.reading_learned import Spelling
from documents.formats.reading_title import read_kind, read_subject
from documents.formats.reading_tones import set_right
from documents.formats.reading_values import FILLED, SURE, Found
from documents.formats.symbols import KIND_ABBREVIATIONS
from intranet.records.pagetext import PageText

#: Fields with words of offices in them, not names alone.
_OFFICE_WORDS = ("subject", "signer_title", "signer_authority")

__all__ = ["FILLED", "SURE", "Found", "Reading", "read_first_page"]


@dataclass(frozen=True)
class Reading:
    """The fields of an incoming document, each with where and how surely it was found.

    :param number: digits as printed, leading zero kept, with a letter behind them if there is one.
    :param symbol: all behind the first slash.
    :param doc_date: ISO date.
    :param parent_issuer: the agency above the issuing one.
    :param signer_authority: first line of the authority block with its prefix ("KT. CHỦ TỊCH").
    :param urgency: 1 to 4 as a digit.
    :param due_date: ISO date that the text sets, with the sentence as its ``note``.
    :param due_days: "5 working" or "10 calendar", with the sentence as its ``note``.
    :param reply_to: codes of the documents answered, separated by "; ".
    """

    number: Found | None = None
    symbol: Found | None = None
    doc_date: Found | None = None
    place: Found | None = None
    kind: Found | None = None
    issuer: Found | None = None
    parent_issuer: Found | None = None
    subject: Found | None = None
    signer_name: Found | None = None
    signer_title: Found | None = None
    signer_authority: Found | None = None
    urgency: Found | None = None
    circulation_mark: Found | None = None
    due_date: Found | None = None
    due_days: Found | None = None
    reply_to: Found | None = None

    def value(self, name: str) -> str:
        """The value to fill in, empty when nothing was found surely enough."""
        found = getattr(self, name)
        return found.value if found is not None and found.confidence >= FILLED else ""

    def to_json(self) -> dict[str, Any]:
        """The form in which the pre-fill is kept with the document, absent fields left out."""
        present = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: found.to_json() for name, found in present if found is not None}


def read_first_page(
    page: PageText,
    *,
    kinds: Iterable[str] = tuple(KIND_ABBREVIATIONS),
    known_issuers: Mapping[str, str] | None = None,
    spellings: Sequence[Spelling] = (),
    signed_page: PageText | None = None,
    today: date | None = None,
    source: str = "pdf_text",
) -> Reading:
    """Read the fields of a document off its first page, and its signature.

    :param kinds: names of the kinds that the office's catalogue has.
    :param known_issuers: agencies as the office names them, by each form in which they are written.
    :param spellings: what clerks put for issuers as papers print them.
    :param signed_page: where the signature is looked for; the first page when it is the only one.
    :param today: a later date is not believed; ``None`` believes any.
    :param source: kept with each value, as the place of the text ("pdf_text", "docx_text", "ocr").
    """
    head = find_head(page)
    number, symbol = read_number(head)
    kind, kind_line = read_kind(head, tuple(kinds), symbol)
    doc_date, place = read_date(head, today)
    issuer, parent = read_issuer(head, known_issuers or {}, spellings, slack=2 if source == "ocr" else 0)
    subject = read_subject(head, kind_line, issuer)
    urgency, circulation = read_marks(head)
    name, title, authority = read_signer(signed_page or page)
    due_date, due_days = read_due(head.below, doc_date)
    if signed_page is not None and due_date is None and due_days is None:
        due_date, due_days = read_due(signed_page.lines, doc_date, signed_page.number)
    reading = Reading(
        number=number,
        symbol=symbol,
        doc_date=doc_date,
        place=place,
        kind=kind,
        issuer=issuer,
        parent_issuer=parent,
        subject=subject,
        signer_name=name,
        signer_title=title,
        signer_authority=authority,
        urgency=urgency,
        circulation_mark=circulation,
        due_date=due_date,
        due_days=due_days,
        reply_to=read_replies(head),
    )
    return _from(source, reading)


def _from(source: str, reading: Reading) -> Reading:
    values = {f.name: getattr(reading, f.name) for f in fields(reading)}
    if source == "ocr":
        for name in _OFFICE_WORDS:
            found = values[name]
            values[name] = found and replace(found, value=set_right(found.value))
    return Reading(**{name: one.of(source) if one else None for name, one in values.items()})


def head_of(page: PageText) -> Head:
    """The parts of a page's head, for those who want to show how it was read."""
    return find_head(page)
