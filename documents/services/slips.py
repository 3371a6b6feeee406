"""Papers that go with an incoming document: the routing slip, and its copy with the arrival stamp.

Decree 30/2020/NĐ-CP, appendix IV.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from documents.models.document import Document
from documents.models.lifecycle import Direction
from documents.permissions import To, access_document, readable
from documents.services import directives, stamping
from intranet.core import clock
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Forbidden, NotFound
from intranet.core.labels import label
from intranet.people import directory
from intranet.records import files
from intranet.records.docx_writing import Form, Paper
from intranet.records.models import File
from intranet.records.pagetext import PageText, Unreadable
from intranet.records.stamp import Stamp, stamped_copy
from intranet.records.typeset import Face, Run, Sheet

#: Slips that are printed at once.
MOST = 50
_BLOCKS = ("leader", "head", "officer")
#: Empty lines for writing by hand.
_BY_HAND = 4
_DOTS = "." * 162


@dataclass(frozen=True)
class Slip:
    """What the slip says before anybody writes on it."""

    agency: str
    title: str
    #: Under which it stands in the register.
    number: str
    facts: tuple[tuple[str, str], ...]
    #: Directions given in the system: the sentence, and who gave it when.
    directions: tuple[tuple[str, str], ...]


def slip_of(actor: Actor, document_id: int) -> Slip:
    """The routing slip of a registered incoming document.

    :raises NotFound: ``document.missing``.
    :raises BadState: ``document.no_number``: it stands in no register.
    """
    document = _registered(actor, document_id)
    org = directory.org(document.org_id)
    entry = document.entry
    number = f"{entry.number}{entry.suffix}" if entry is not None else ""
    day = f"{document.register_date:%d/%m/%Y}" if document.register_date else ""
    facts = {
        "arrival": label("slip.arrival", number=number, day=day),
        "document": ", ".join(
            part
            for part in (
                " ".join(filter(None, (document.kind.name if document.kind else "", document.code))),
                f"{document.doc_date:%d/%m/%Y}" if document.doc_date else "",
            )
            if part
        ),
        "issuer": document.issuer_text,
        "subject": document.subject,
        "due": f"{document.due_date:%d/%m/%Y}" if document.due_date else "",
    }
    own = document.org_id in actor.org_ids
    given = [one for one in directives.given_on(document) if one.release_at <= clock.now()] if own else []
    return Slip(
        agency=org.name.upper() if org is not None else "",
        title=label("slip.title"),
        number=number,
        facts=tuple((label(f"slip.fact.{name}"), value) for name, value in facts.items() if value),
        directions=tuple(
            (one.text, f"{one.author.full_name}, {clock.local(one.created_at):%H:%M %d/%m/%Y}")
            for one in reversed(given)
        ),
    )


def slips_of(actor: Actor, ids: Sequence[int]) -> list[Slip]:
    """Slips of several documents in their order; what has no number, or may not be read, has none.

    :raises BadState: ``document.no_number``: none of them has one.
    """
    found = {one.id: one for one in readable(actor, ids[:MOST]) if one.is_incoming and one.entry is not None}
    if not found:
        raise BadState("document.no_number")
    return [slip_of(actor, key) for key in dict.fromkeys(ids) if key in found]


def slips_pdf(slips: Sequence[Slip]) -> bytes:
    """Slips as one PDF, each on a page of its own."""
    sheet = Sheet(title=slips[0].title)
    for at, slip in enumerate(slips):
        if at:
            sheet.new_page()
        _draw(sheet, slip)
    return sheet.finish()


def _draw(sheet: Sheet, slip: Slip) -> None:
    sheet.paragraph([Run(slip.agency, Face.BOLD)], 13, align="left", after=16)
    sheet.paragraph([Run(slip.title, Face.BOLD)], 15, align="center", after=12)
    for name, value in slip.facts:
        sheet.paragraph([Run(f"{name}: ", Face.BOLD), Run(value)], 13, align="left", after=4)
    for block in _BLOCKS:
        sheet.y -= 8
        sheet.rule(sheet.left, sheet.right, sheet.y + 10)
        sheet.y -= 6
        sheet.paragraph([Run(label(f"slip.block.{block}"), Face.BOLD)], 13, align="left", after=2)
        sheet.paragraph([Run(label(f"slip.hint.{block}"), Face.ITALIC)], 11, align="left", after=4)
        told = slip.directions if block == _BLOCKS[0] else ()
        for text, who in told:
            sheet.paragraph([Run(text)], 13, after=2)
            sheet.paragraph([Run(who, Face.ITALIC)], 11, align="left", after=4)
        for _ in range(_BY_HAND - len(told)):
            sheet.need(22)
            sheet.y -= 22
            sheet.text(_DOTS, sheet.left, sheet.y, 11)
        sheet.y -= 16


def slip_docx(slip: Slip) -> bytes:
    """The slip as a Word file."""
    paper = Paper(title=slip.title, author="")
    paper.write(slip.agency, Form(size=13, bold=True, after=12))
    paper.write(slip.title, Form(size=15, bold=True, align="center", after=10))
    for name, value in slip.facts:
        paper.write(value, Form(size=13, after=4), bold_lead=f"{name}: ")
    for block in _BLOCKS:
        paper.write(label(f"slip.block.{block}"), Form(size=13, bold=True, before=12, after=2))
        paper.write(label(f"slip.hint.{block}"), Form(size=11, italic=True, after=4))
        told = slip.directions if block == _BLOCKS[0] else ()
        for text, who in told:
            paper.write(text, Form(size=13, after=2))
            paper.write(who, Form(size=11, italic=True, after=4))
        for _ in range(_BY_HAND - len(told)):
            paper.write(_DOTS, Form(size=11, after=8))
    return paper.to_bytes()


def stamped(actor: Actor, document_id: int) -> tuple[File, bytes]:
    """The file that is shown of a document, and its copy with the arrival stamp; the file stays as it is.

    :raises NotFound: ``document.missing``; ``file.none``: it has no PDF.
    :raises Forbidden: ``file.no_download``.
    :raises BadState: ``document.no_number``, or the code of why its PDF cannot be opened.
    """
    document = _registered(actor, document_id)
    file = stamping.shown_file([one for one in files.of(document.ref) if one.is_pdf])
    if file is None:
        raise NotFound("file.none")
    if "print" not in files.rights(actor, file):
        raise Forbidden("file.no_download")
    reading = files.reading(file)
    page = PageText.from_json(reading.first_page) if reading is not None and reading.first_page else None
    try:
        return file, stamped_copy(files.path(file), _stamp(document), page)
    except Unreadable as wrong:
        raise BadState(wrong.code, name=file.name) from wrong


def _stamp(document: Document) -> Stamp:
    org, entry = directory.org(document.org_id), document.entry
    values = {
        "number": f"{entry.number}{entry.suffix}" if entry is not None else "",
        "day": f"{document.register_date:%d/%m/%Y}" if document.register_date else "",
        "to": _holder(document),
        "case": "",
    }
    return Stamp(
        above=org.name.upper() if org is not None else "",
        word=label("stamp.word"),
        lines=tuple((label(f"stamp.{name}"), value) for name, value in values.items()),
    )


def _holder(document: Document) -> str:
    if document.lead_unit is not None:
        return document.lead_unit.short_name
    return document.presented_to.full_name if document.presented_to is not None else ""


def _registered(actor: Actor, document_id: int) -> Document:
    document = access_document(actor, document_id, To.READ)
    if document.direction is not Direction.IN or document.entry is None:
        raise BadState("document.no_number")
    return document
