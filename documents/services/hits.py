"""What was found, as a page shows it: the document, its subject and a piece of its text, the words marked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import selectinload

from documents.formats import snippets
from documents.formats.snippets import Piece
from documents.models.document import Document
from documents.models.search import DocumentText
from documents.permissions import visible_to
from documents.services.narrowing import Narrowed
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.labels import label

#: Characters of a text in which a snippet is looked for.
_MOST_LOOKED = 40_000
_BODY = "body"


@dataclass(frozen=True)
class Hit:
    """One document as the page shows it."""

    document: Document
    subject: list[Piece]
    snippet: list[Piece]
    #: Name of the file that the snippet is from; ``is_seen`` when its words were recognised in a picture.
    file: str = ""
    is_seen: bool = False


def load(actor: Actor, ids: Sequence[int]) -> list[Document]:
    """The documents themselves, in this order, those that the actor may read."""
    query = (
        select(Document)
        .where(Document.id.in_(ids), visible_to(actor, among=ids))
        .options(
            selectinload(Document.entry),
            selectinload(Document.presented_to),
            selectinload(Document.lead_unit),
            selectinload(Document.unit),
        )
    )
    rows = {row.id: row for row in db.session().scalars(query)}
    return [rows[key] for key in ids if key in rows]


def shown(
    actor: Actor, ids: Sequence[int], words: Sequence[str], narrowed: Narrowed, reported: Sequence[int]
) -> list[Hit]:
    """The documents of these keys, in this order, with the words marked where they stand.

    :param reported: those of which the actor reads all reports, where that is not so of all documents.
    """
    if not ids:
        return []
    rows = {row.id: row for row in load(actor, ids)}
    poor = [key for key in ids if key in rows and not snippets.holds_all(rows[key].subject, words)]
    texts = _texts(poor, narrowed, reported) if words else {}
    return [_hit(rows[key], texts.get(key), words) for key in ids if key in rows]


def reports(of: Narrowed, reported: Collection[int] = ()) -> ColumnElement[str]:
    """What was reported on its tasks, of a text; nothing for who does not read all of that."""
    text = DocumentText.reports.expression
    if not of.has_reports:
        text = case((DocumentText.document_id.in_(reported), text), else_="") if reported else literal("")
    return text.label(DocumentText.reports.key)


def _texts(ids: Sequence[int], narrowed: Narrowed, reported: Sequence[int]) -> dict[int, Any]:
    if not ids:
        return {}
    query = select(
        DocumentText.document_id,
        func.substr(DocumentText.body, 1, _MOST_LOOKED).label(_BODY),
        DocumentText.facts,
        DocumentText.parts,
        reports(narrowed, set(reported).intersection(ids)),
    ).where(DocumentText.document_id.in_(ids))
    return {row.document_id: row for row in db.session().execute(query)}


def _hit(document: Document, text: Any, words: Sequence[str]) -> Hit:
    subject = snippets.marked(document.subject, words)
    if text is None:
        return Hit(document, subject, [])
    found = snippets.excerpt(text.body, words)
    if found is None:
        for name, other in (("", text.facts), (label("search.reports"), text.reports)):
            if (told := snippets.excerpt(other, words)) is not None:
                return Hit(document, subject, told[1], name)
        return Hit(document, subject, [])
    at, pieces = found
    part = next((one for one in reversed(text.parts) if one["at"] <= at), None)
    if part is None:
        return Hit(document, subject, pieces)
    return Hit(document, subject, pieces, part["name"], bool(part["seen"]))
