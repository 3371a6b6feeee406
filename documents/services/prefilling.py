"""From what a file says on its first page to the fields of a received document, before any transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from documents.formats.reading import read_first_page
from documents.formats.reading_learned import Spelling
from documents.models.catalogue import DocKind
from documents.models.document import (
    ISSUER_MAX,
    NUMBER_MAX,
    PLACE_MAX,
    REPLY_MAX,
    SUBJECT_MAX,
    SYMBOL_MAX,
    CirculationMark,
    Urgency,
)
from intranet.core import clock
from intranet.notices.workdays import add_working_days
from intranet.records.files import Staged
from intranet.records.media import DOCX

_CIRCULATION = {
    "LƯU HÀNH NỘI BỘ": CirculationMark.INTERNAL,
    "XEM XONG TRẢ LẠI": CirculationMark.GIVE_BACK,
}


@dataclass(frozen=True)
class Prefill:
    """What was read surely enough to be filled in, and the evidence of everything that was read."""

    number: str = ""
    symbol: str = ""
    doc_date: date | None = None
    kind_name: str = ""
    issuer: str = ""
    subject: str = ""
    signer_name: str = ""
    signer_title: str = ""
    signer_authority: str = ""
    place: str = ""
    urgency: Urgency = Urgency.NORMAL
    circulation_mark: CirculationMark = CirculationMark.NONE
    reply_to: str = ""
    due_date: date | None = None
    #: Per field: value, source, page, box and confidence; with the size of page 1 in ``_page``
    #: and that of the signed page in ``_signed``, where that is another.
    evidence: dict[str, Any] = field(default_factory=dict)


def prefill(
    staged: Staged,
    kinds: Sequence[DocKind],
    issuers: Mapping[str, str],
    spellings: Sequence[Spelling] = (),
) -> Prefill:
    """Read the fields of an upload; what is not sure stays empty, its candidate stays in the evidence.

    :param issuers: names of agencies by each form in which they are written.
    :param spellings: what clerks put for names as printed.
    """
    page = staged.first_page
    if page is None:
        return Prefill()
    reading = read_first_page(
        page,
        kinds=tuple(kind.name for kind in kinds) or ("Công văn",),
        known_issuers=issuers,
        spellings=spellings,
        signed_page=staged.signed_page,
        today=clock.today(),
        source="docx_text" if staged.media_type == DOCX else "ocr" if page.is_seen else "pdf_text",
    )
    evidence = reading.to_json()
    evidence["_page"] = {"width": page.width, "height": page.height}
    if (signed := staged.signed_page) is not None:
        evidence["_signed"] = {"width": signed.width, "height": signed.height, "page": signed.number}
    urgency = reading.value("urgency")
    return Prefill(
        number=reading.value("number")[:NUMBER_MAX],
        symbol=reading.value("symbol")[:SYMBOL_MAX],
        doc_date=_day(reading.value("doc_date")),
        kind_name=reading.value("kind"),
        issuer=reading.value("issuer")[:ISSUER_MAX],
        subject=_capital(reading.value("subject"))[:SUBJECT_MAX],
        signer_name=reading.value("signer_name")[:50],
        signer_title=reading.value("signer_title")[:100],
        signer_authority=reading.value("signer_authority")[:200],
        place=reading.value("place")[:PLACE_MAX],
        urgency=Urgency(int(urgency)) if urgency.isdigit() else Urgency.NORMAL,
        circulation_mark=_CIRCULATION.get(reading.value("circulation_mark"), CirculationMark.NONE),
        reply_to=reading.value("reply_to")[:REPLY_MAX],
        due_date=_due(reading.value("due_date"), reading.value("due_days")),
        evidence=evidence,
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _day(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso) if iso else None
    except ValueError:
        return None


def _due(day: str, days: str) -> date | None:
    """The stated day; of a stated span, counted from today. What lies in the past is no suggestion."""
    found = _day(day)
    number, _, unit = days.partition(" ")
    if found is None and number.isdigit() and unit == "working":
        found = add_working_days(clock.today(), int(number))
    elif found is None and number.isdigit():
        found = date.fromordinal(clock.today().toordinal() + int(number))
    return found if found is not None and found >= clock.today() else None
