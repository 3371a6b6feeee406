"""What the clerk is shown of a reading: where each value comes from, how surely, and its box on the page."""

from typing import Any, TypedDict

from documents.formats.reading_values import FILLED, SURE
from documents.models.document import Document
from intranet.core.labels import label

#: Values of the form by the name under which they were read.
READ_AS = {
    "code": ("number", "symbol"),
    "doc_date": ("doc_date",),
    "subject": ("subject",),
    "issuer": ("issuer",),
    "kind_id": ("kind",),
    "signer_name": ("signer_name",),
    "signer_title": ("signer_title",),
    "signer_authority": ("signer_authority",),
    "place": ("place",),
    "circulation_mark": ("circulation_mark",),
    "reply_to": ("reply_to",),
    "urgency": ("urgency",),
    "due_date": ("due_date", "due_days"),
}
#: Of these a value that is not sure is offered by a key; the others are lists and terms.
_TEXTS = (
    "code",
    "doc_date",
    "subject",
    "issuer",
    "signer_name",
    "signer_title",
    "signer_authority",
    "place",
    "reply_to",
)
_MOST_NOTE = 90
#: Points between letters and the line of their box.
_ROOM = 2


class Marks(TypedDict):
    """A page and the boxes on it, in the page's own points from its upper left corner."""

    number: int
    width: float
    height: float
    boxes: list[dict[str, Any]]


def evidence_of(document: Document) -> dict[str, dict[str, Any]]:
    """By field of the form: where its value comes from, and whether it should be looked at."""
    found: dict[str, dict[str, Any]] = {}
    if document.source_document_id is not None:
        words = label("document.origin.organisation")
        names = ("code", "doc_date", "subject", "issuer", "signer_name")
        return {name: {"words": words, "sure": True} for name in names}
    for name, sources in READ_AS.items():
        one = next((document.prefill[source] for source in sources if source in document.prefill), None)
        if one is None or one.get("confidence", 0) < FILLED:
            continue
        sure = one.get("confidence", 0) >= SURE
        words = _origin(one)
        found[name] = {
            "words": words if sure else label("document.origin_unsure", words=words),
            "sure": sure,
            "note": _short(one.get("note", "")),
        }
    return found


def candidates_of(document: Document) -> dict[str, str]:
    """By field of the form: what may have been read, not surely enough to fill it in."""
    found: dict[str, str] = {}
    for name in _TEXTS:
        read = [document.prefill[source] for source in READ_AS[name] if source in document.prefill]
        if read and all(one.get("value") for one in read) and min(one["confidence"] for one in read) < FILLED:
            values = [str(one["value"]) for one in read]
            found[name] = "/".join(values)
    if "doc_date" in found:
        found["doc_date"] = "/".join(reversed(found["doc_date"].split("-")))
    return found


def marks_on(document: Document, page: str = "_page") -> Marks | None:
    """Boxes on the picture of a page, by field of the form; ``None`` where nothing was read of it.

    :param page: ``_page`` for page 1, ``_signed`` for the page that is signed.
    """
    size = document.prefill.get(page)
    if not size:
        return None
    number = size.get("page", 1)
    boxes = [
        {
            "field": name,
            "x": round(x0 - _ROOM, 1),
            "y": round(size["height"] - y1 - _ROOM, 1),
            "w": round(x1 - x0 + 2 * _ROOM, 1),
            "h": round(y1 - y0 + 2 * _ROOM, 1),
        }
        for name, sources in READ_AS.items()
        for source in sources
        for x0, y0, x1, y1 in _boxes(document.prefill.get(source), number)
    ]
    return Marks(number=number, width=size["width"], height=size["height"], boxes=boxes) if boxes else None


def _boxes(one: dict[str, Any] | None, number: int) -> list[list[float]]:
    """The boxes of a value on a page, one for each line of it."""
    if not one or one.get("page", 1) != number or one.get("confidence", 0) < FILLED:
        return []
    return list(one.get("boxes") or ([one["box"]] if one.get("box") else []))


def _origin(one: dict[str, Any]) -> str:
    """Where a value comes from: the paper, on which page, or what clerks put before."""
    if one.get("learned"):
        return label("document.origin_learned", n=one["learned"])
    words = label(f"document.origin.{one.get('source') or 'pdf_text'}")
    page = one.get("page", 1)
    return label("document.origin_page", words=words, page=page) if page > 1 else words


def _short(sentence: str) -> str:
    """The end of a long sentence, where its term stands."""
    return sentence if len(sentence) <= _MOST_NOTE else f"…{sentence[-_MOST_NOTE:].partition(' ')[2]}"
