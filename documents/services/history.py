"""What was done to one document, in words: leaf by leaf, its steps alone, or whole."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from documents.models.document import Document
from documents.models.lifecycle import DocEvent
from documents.services import telling
from intranet.core import db
from intranet.people import directory
from intranet.people.models import User
from intranet.records import leaves
from intranet.records.models import AuditLine

#: Acts of the log that are steps of the document's way, shown on its timeline.
STEPS = frozenset(
    f"document.{event.value}" for event in DocEvent if event not in (DocEvent.OPINION, DocEvent.CORRECT)
) | {"document.received", "document.drafted"}
#: Lines that are read and put into words at once where all are wanted.
_PART = 500


@dataclass(frozen=True)
class Page:
    """Lines of the log with all that their words need."""

    lines: list[AuditLine]
    people: dict[int, User]
    #: Says of a line what it changed.
    told: telling.Telling
    newer: int | None = None
    older: int | None = None


def page_of(
    document: Document, *, before: int | None = None, after: int | None = None, beside: Collection[int] = ()
) -> Page:
    """A leaf of the document's log, newest line on top. Whoever asks has checked that it may be read.

    :param before: id of a line; those older than it. ``after`` likewise: those next newer.
    :param beside: ids of other people who are wanted with the page.
    """
    where = [AuditLine.ref_kind == document.ref.kind, AuditLine.ref_id == document.id]
    leaf = leaves.leaf(where, "id", before=before, after=after)
    return _page(document, leaf.lines, beside, leaf.newer, leaf.older)


def withheld(document: Document, beside: Collection[int]) -> Page:
    """No line, for whom the log is not to read; the people beside it."""
    return _page(document, [], beside)


def steps_of(document: Document) -> list[AuditLine]:
    """The document's way, newest step first, however often it was looked at since."""
    found = select(AuditLine).where(
        AuditLine.ref_kind == document.ref.kind, AuditLine.ref_id == document.id, AuditLine.act.in_(STEPS)
    )
    return list(db.session().scalars(found.order_by(AuditLine.id.desc())))


def whole(document: Document) -> Iterator[tuple[AuditLine, Page]]:
    """Every line from the first to the last, each with the part that says it in words."""
    last = 0
    while True:
        query = select(AuditLine).where(
            AuditLine.ref_kind == document.ref.kind, AuditLine.ref_id == document.id, AuditLine.id > last
        )
        lines = list(db.session().scalars(query.order_by(AuditLine.id).limit(_PART)))
        part = _page(document, lines)
        for line in lines:
            yield line, part
        if len(lines) < _PART:
            return
        last = lines[-1].id


def _page(
    document: Document,
    lines: list[AuditLine],
    beside: Collection[int] = (),
    newer: int | None = None,
    older: int | None = None,
) -> Page:
    wanted = {one for line in lines for one in (line.actor_id, line.acting_for_id) if one is not None}
    people = directory.people(wanted | telling.people_in(lines) | set(beside))
    return Page(lines, people, telling.telling(document.direction, lines, people), newer, older)
