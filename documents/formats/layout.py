"""An official document as plain values, and what Decree 30/2020/NĐ-CP, appendix I, says of its lines."""

from dataclasses import dataclass, replace
from datetime import date

from documents.formats.symbols import compose, date_words

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
ADDRESSED = "Kính gửi:"
RECIPIENTS = "Nơi nhận:"
#: Words in the box, by degree of urgency (0 has no box).
URGENCY_WORDS = ("", "KHẨN", "THƯỢNG KHẨN", "HỎA TỐC", "HỎA TỐC HẸN GIỜ")
#: Width of the box in millimetres, by degree; all are 8 mm high (the last one is ours, for the hour inside).
URGENCY_WIDTHS = (0, 20, 40, 30, 48)


@dataclass(frozen=True)
class OfficialText:
    """All that stands on an official document, cell by cell of appendix I.

    :param agency: the issuing agency; a line break inside is kept.
    :param parent_agency: the agency above it, empty when none is printed.
    :param number: digits as printed; ``None`` leaves room for the clerk's number.
    :param doc_date: ``None`` leaves day and month blank.
    :param kind: name of the kind ("Quyết định"); ``None`` makes an official letter with "V/v".
    :param enactor: who decides, centred above the grounds ("CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH").
    :param resolve_word: the line between grounds and articles ("QUYẾT ĐỊNH:").
    :param body: paragraphs; one that begins with "Điều n." gets that part bold.
    :param authority: lines above the signature in order ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH").
    :param recipients: without hyphen and semicolon, which are set here.
    :param archive_line: "Lưu: VT, KGVX"; empty leaves it out.
    :param urgency: 0 to 4, as :data:`URGENCY_WORDS`.
    :param urgent_at: words of the hour for degree 4.
    :param circulation_mark: "LƯU HÀNH NỘI BỘ" or "XEM XONG TRẢ LẠI", boxed.
    :param copy_form: "Sao y", "Sao lục" or "Trích sao" makes the sheet of a copy (appendix I, part II): no
        nation, no kind and no body.
    :param copied: the line at the very top right of an electronic copy, 10 pt (cell 14).
    """

    agency: str
    subject: str
    parent_agency: str = ""
    number: str | None = None
    symbol: str = ""
    place: str = ""
    doc_date: date | None = None
    kind: str | None = None
    addressees: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    enactor: str = ""
    resolve_word: str = ""
    body: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()
    signer_name: str = ""
    recipients: tuple[str, ...] = ()
    archive_line: str = "Lưu: VT"
    urgency: int = 0
    urgent_at: str = ""
    circulation_mark: str = ""
    drafter_mark: str = ""
    address_line: str = ""
    copied: str = ""
    copy_form: str = ""


@dataclass(frozen=True)
class Style:
    """The choices that the decree leaves open, and two habits seen in practice.

    :param small: 12 or 13, size of the nation's name in points; motto and date are one larger.
    :param body: 13 or 14, size of the text.
    :param spacing: height of a line as a multiple of its size, 1.0 to 1.5 times single spacing.
    :param left_share: part of the width that the agency's column takes.
    :param subject_capitals: the subject in capitals, as many agencies print it.
    :param number_word: "Số:" with what follows it.
    :param about: the word before a letter's subject.
    :param nbsp: unused blanks between number and slash while the number is open.
    """

    small: int = 13
    body: int = 14
    spacing: float = 1.2
    left_share: float = 0.40
    subject_capitals: bool = False
    number_word: str = "Số: "
    about: str = "V/v "
    nbsp: int = 10


def number_line(text: OfficialText, style: Style = Style()) -> str:
    """The line under the agency: ``Số: 05/QĐ-UBND``, or with room for the number."""
    code = compose(text.number, text.symbol) if text.number else " " * style.nbsp + f"/{text.symbol}"
    return f"{style.number_word}{code}"


def date_line(text: OfficialText) -> str:
    """The line under the motto: ``Hà Nội, ngày 05 tháng 01 năm 2020``, or with day and month open."""
    words = date_words(text.doc_date) if text.doc_date else "ngày      tháng      năm          "
    return f"{text.place}, {words}" if text.place else words


def addressee_lines(text: OfficialText) -> tuple[str, ...]:
    """Lines after "Kính gửi:": one stands bare on its line, several get "- …;" and a full stop."""
    if len(text.addressees) < 2:
        return tuple(a.strip().rstrip(" .;") for a in text.addressees)
    return _listed(text.addressees)


def recipient_lines(text: OfficialText) -> tuple[str, ...]:
    """Lines under "Nơi nhận:", the archive line last."""
    return _listed((*text.recipients, *((text.archive_line,) if text.archive_line else ())))


def ground_lines(text: OfficialText) -> tuple[str, ...]:
    """Legal bases, each ended with a semicolon, the last with a full stop."""
    *first, last = [g.rstrip(" .;,") for g in text.grounds] or [""]
    return (*(f"{g};" for g in first), f"{last}.") if last else ()


def body_paragraphs(text: OfficialText) -> tuple[str, ...]:
    """The paragraphs, the last one closed with "./."."""
    *first, last = [p.strip() for p in text.body] or [""]
    return (*first, last if last.endswith("./.") else last.rstrip(" .;") + "./.") if last else ()


def split_lead(paragraph: str) -> tuple[str, str]:
    """The bold opening of a paragraph ("Điều 1.") and the rest."""
    head, stop, rest = paragraph.partition(".")
    words = head.split()
    if stop and len(words) == 2 and words[0] in {"Điều", "Chương", "Mục"} and words[1][:1].isalnum():
        return f"{head}.", rest
    return "", paragraph


def fill_reply(
    draft: OfficialText,
    *,
    own_name: str,
    to_agency: str,
    code: str,
    day: date | None,
    subject: str,
) -> OfficialText:
    """The draft of an official letter that answers another document.

    Addressee, subject and the opening sentence are filled from the document answered; what the
    caller's draft already has of them stays.

    :param own_name: the answering agency as written in a sentence ("Sở Tài chính").
    :param code: number and symbol of the document answered, as printed.
    """
    dated = f" ngày {day.day:02d}/{day.month:02d}/{day.year}" if day else ""
    about = subject.strip().rstrip(".")
    about = about if about[:2].isupper() else about[:1].lower() + about[1:]
    asked = f"Trả lời văn bản số {code}{dated} của {to_agency} về việc {about}"
    opening = f"{asked}, {own_name} có ý kiến như sau:"
    return replace(
        draft,
        kind=None,
        addressees=draft.addressees or (to_agency,),
        subject=draft.subject or f"trả lời văn bản số {code} của {to_agency}",
        body=(opening, *draft.body),
        recipients=draft.recipients or ("Như trên",),
    )


def _listed(lines: tuple[str, ...]) -> tuple[str, ...]:
    clean = [line.strip().lstrip("-").strip().rstrip(" .;") for line in lines]
    return tuple(f"- {line}{';' if i < len(clean) else '.'}" for i, line in enumerate(clean, 1))
