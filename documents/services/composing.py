"""Putting an official text together from the fields of a draft. Builds bytes; touches no row."""

from dataclasses import dataclass
from datetime import date, datetime

from documents.formats.layout import OfficialText, fill_reply
from documents.formats.layout_docx import build_docx
from documents.formats.layout_pdf import build_pdf
from documents.formats.symbols import pad
from documents.models.catalogue import DocKind, KindGroup
from documents.models.document import LANGUAGES, CirculationMark, Document, Urgency
from documents.models.register import Register
from intranet.core import clock
from intranet.core.text import one_line
from intranet.people.models import Organisation, Unit, User
from intranet.records import files
from intranet.records.files import Kept
from intranet.records.media import DOCX, PDF

_DEPUTY = "phó"
#: Names whose second word is small; they keep their capital behind "V/v".
_NAMES = ("Ủy ban", "Hội đồng", "Thủ tướng", "Chính phủ", "Quốc hội", "Chủ tịch", "Mặt trận")
#: Stands beside the agency, not under it.
_COUNCIL = "hội đồng nhân dân"
#: Beginnings of names of bodies, as far as a signature needs them; the first that fits counts.
_BODIES = ("Hội đồng nhân dân", "Hội đồng", "Ban Chỉ đạo", "Ban Tổ chức", "Tổ công tác", "Tổ", "Ban")
#: Titles of heads as they stand in a signature; the first that a post begins with counts.
_HEADS = ("Chủ tịch", "Giám đốc", "Cục trưởng", "Chánh Thanh tra", "Chánh Văn phòng", "Trưởng phòng")


#: Words in the box, by mark.
_BOXED = {
    CirculationMark.NONE: "",
    CirculationMark.INTERNAL: "LƯU HÀNH NỘI BỘ",
    CirculationMark.GIVE_BACK: "XEM XONG TRẢ LẠI",
}


@dataclass(frozen=True)
class DraftFields:
    """What the drafter fills in.

    :param body: paragraphs.
    :param kept_by: letters behind "Lưu: VT," of the archive line.
    """

    kind_id: int
    subject: str
    addressees: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    signer_id: int | None = None
    urgency: Urgency = Urgency.NORMAL
    #: The hour of a timed flash.
    urgent_at: datetime | None = None
    circulation_mark: CirculationMark = CirculationMark.NONE
    due_date: date | None = None
    kept_by: str = ""
    copies: int = 1
    retained_copies: int = 1
    language: str = LANGUAGES[0]
    field_id: int | None = None
    #: The register chosen for its number: that of a body in whose name it is issued.
    series_id: int | None = None


@dataclass(frozen=True)
class Sheets:
    """A draft's Word file and the picture of it as PDF, both safely on disk."""

    docx: Kept
    pdf: Kept
    subject: str


def official_text(
    fields: DraftFields,
    *,
    kind: DocKind,
    org: Organisation,
    symbol: str,
    signer: User | None,
    answered: Document | None = None,
    body: str = "",
) -> OfficialText:
    """The text of a new draft, number and date open; a reply names what it answers.

    :param body: the council, board or group in whose name it is issued under the agency's seal.
    """
    letter, is_copy = kind.is_letter, kind.group is KindGroup.COPY
    above = org.parent.name if org.parent is not None else ""
    if body:
        above = "" if body.lower().startswith(_COUNCIL) else org.name
    text = OfficialText(
        agency=body or org.name,
        parent_agency=above,
        subject=after_about(fields.subject) if letter else fields.subject,
        symbol=symbol,
        place=org.place,
        kind=None if letter or is_copy else kind.printed,
        copy_form=kind.name.removeprefix("Bản ") if is_copy else "",
        addressees=fields.addressees,
        body=fields.body,
        authority=authority_lines(org, signer, body),
        signer_name=signer.full_name if signer is not None else "",
        recipients=fields.recipients or (("Như trên",) if fields.addressees else ()),
        archive_line=f"Lưu: VT{', ' + fields.kept_by if fields.kept_by else ''}",
        urgency=int(fields.urgency),
        urgent_at=f"{clock.local(fields.urgent_at):%H:%M %d/%m}" if fields.urgent_at is not None else "",
        circulation_mark=_BOXED[fields.circulation_mark],
    )
    if answered is None or not letter:
        return text
    return fill_reply(
        text,
        own_name=body or org.short_name or org.name,
        to_agency=answered.issuer_text,
        code=answered.code,
        day=answered.doc_date,
        subject=answered.subject,
    )


def build(text: OfficialText, name: str) -> Sheets:
    """Write the text as Word file and as PDF and put both on disk; call it before the unit of work."""
    docx = files.keep(build_docx(text), f"{name}.docx", DOCX)
    pdf = files.keep(build_pdf(text), f"{name}.pdf", PDF)
    return Sheets(docx, pdf, capital(text.subject))


def symbol_of(register: Register, kind: DocKind, org: Organisation, unit: Unit | None, year: int) -> str:
    """The symbol by the register's pattern: ``QĐ-UBND``, of a letter ``UBND-VP``, of a body ``TB-HĐTS``.

    A normative document has the year in it: ``2026/QĐ-UBND`` behind the number.
    """
    letters, issuer = unit.letters if unit is not None else "", register.issuer_letters or org.letters
    if kind.is_letter and not letters:
        return issuer
    pattern = register.letter_pattern if kind.is_letter else register.symbol_pattern
    return pattern.format(kind=kind.code, org=issuer, unit=letters, year=year)


def is_deputy(person: User) -> bool:
    """True for a post that stands in for another, as its title tells: "Phó Chủ tịch"."""
    return one_line(person.title).lower().startswith(_DEPUTY)


def authority_lines(org: Organisation, signer: User | None, body: str = "") -> tuple[str, ...]:
    """The lines above a signature (Decree 30/2020/NĐ-CP, article 13), as far as a post's title tells."""
    if signer is None:
        return ()
    title = one_line(signer.title)
    if body:
        short = next((one for one in _BODIES if body.lower().startswith(one.lower())), body)
        return (f"TM. {short.upper()}", title.upper())
    head = next((one for one in _HEADS if one.lower() in title.lower()), "")
    collective = org.name.lower().startswith("ủy ban nhân dân")
    lines: list[str] = []
    if collective and head in ("Chủ tịch", ""):
        lines.append("TM. ỦY BAN NHÂN DÂN")
    elif collective:
        return ("TL. CHỦ TỊCH", head.upper())
    name = head or title
    if is_deputy(signer) and head:
        return (*lines, f"KT. {head.upper()}", f"PHÓ {head.upper()}")
    return (*lines, name.upper())


def after_about(subject: str) -> str:
    """A subject as it stands behind "V/v": with a small first letter, unless a name begins it."""
    first, _, rest = subject.partition(" ")
    is_name = subject.startswith(_NAMES) or first[1:2].isupper() or rest[:1].isupper()
    return subject if is_name else subject[:1].lower() + subject[1:]


def capital(subject: str) -> str:
    """A subject as a title of its own."""
    return subject[:1].upper() + subject[1:]


def number_words(number: int) -> str:
    """The number as printed: ``05``, ``12``."""
    return pad(number)
