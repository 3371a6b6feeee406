"""Who looked at restricted documents: opened, read or fetched a file, printed, took along, found by a search.

The lines stand in the log of acts; here they are written and leafed through (Decree 30/2020/NĐ-CP, appendix
VI).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select

from documents.models.access import AccessChange
from documents.models.document import AccessLevel, Document
from documents.permissions import READ_ACCESS_LOG, headed_units, readable, visible_to
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden
from intranet.people import directory
from intranet.people.models import Post, Role, User
from intranet.records import access, audit, leaves
from intranet.records.counting import Use
from intranet.records.models import AuditLine
from intranet.tasks.permissions import person_of

OPENED, PRINTED, EXPORTED, FOUND = (f"document.{one}" for one in ("opened", "printed", "exported", "found"))
ACTS = (OPENED, "file.opened", "file.downloaded", PRINTED, EXPORTED, FOUND)
#: Who sees what everybody did; heads see that of their units, all others their own.
_ALL = (Role.LEADER, Role.OFFICE_HEAD, Role.ARCHIVIST, Role.AUDITOR, Role.ADMIN)


@dataclass(frozen=True)
class Wanted:
    """What the log is narrowed to; empty means all."""

    act: str = ""
    document_id: int | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Page:
    """A leaf of the log, newest line on top."""

    lines: list[AuditLine]
    people: dict[int, User]
    #: Documents of the lines; of those not in ``readable`` nothing but the number is told.
    documents: dict[int, Document]
    readable: frozenset[int]
    newer: int | None
    older: int | None


def note_later(actor: Actor, act: str, documents: Iterable[Document]) -> None:
    """Note, after the answer, that the restricted ones among the documents are shown to the actor."""
    access.note_shown_later(actor, act, [one for one in documents if is_restricted(one)])


def note_printed_later(actor: Actor, documents: Iterable[Document]) -> None:
    """Count, after the answer, that papers of the documents are printed; of restricted ones note by whom."""
    printed = list(documents)
    note_later(actor, PRINTED, printed)
    if printed:
        access.count_later(printed[0].org_id, Use.PRINTED, [one.ref for one in printed])


def note_taken(actor: Actor, act: str, document_ids: Collection[int], how: str) -> None:
    """Note that the restricted ones among the documents stand in a file that is made for the actor."""
    restricted = select(Document.id).where(
        Document.org_id.in_(actor.org_ids), Document.access_level == AccessLevel.NAMED
    )
    # Those restricted are few, what is taken along may be a whole register.
    taken = set(document_ids).intersection(db.session().scalars(restricted))
    if taken:
        with db.unit_of_work() as session:
            for document in session.scalars(select(Document).where(Document.id.in_(taken))):
                audit.record(actor, act, document, how=how)


def may_take_restricted(actor: Actor) -> bool:
    """True when a file of documents could hold restricted ones: the actor may read some."""
    query = select(Document.id).where(Document.access_level == AccessLevel.NAMED, visible_to(actor))
    return db.session().scalar(query.limit(1)) is not None


def is_restricted(document: Document) -> bool:
    """True while only those named may see it."""
    return document.access_level is AccessLevel.NAMED


def page_of(actor: Actor, wanted: Wanted, *, before: int | None = None, after: int | None = None) -> Page:
    """A leaf of the log as far as the actor may see it; ``before`` and ``after`` are ids of lines.

    :raises Forbidden: ``auth.no_permit``.
    """
    if not actor.holds(READ_ACCESS_LOG):
        raise Forbidden("auth.no_permit")
    leaf = leaves.leaf(_where(actor, wanted), "id", before=before, after=after)
    rows = leaf.lines
    people = {one for row in rows for one in (row.actor_id, row.acting_for_id) if one is not None}
    ids = {row.ref_id for row in rows}
    found = db.session().scalars(select(Document).where(Document.id.in_(ids))) if ids else ()
    return Page(
        rows,
        directory.people(people),
        {document.id: document for document in found},
        frozenset(document.id for document in readable(actor, ids)),
        leaf.newer,
        leaf.older,
    )


def sees_all(actor: Actor) -> bool:
    """True for those who see what everybody did."""
    return person_of(actor).has_role(*_ALL)


def _where(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    named = select(Document.id).where(
        Document.org_id.in_(actor.org_ids), Document.access_level == AccessLevel.NAMED
    )
    once = select(AccessChange.document_id).where(
        AccessChange.org_id.in_(actor.org_ids),
        or_(AccessChange.level_before == AccessLevel.NAMED, AccessChange.level_after == AccessLevel.NAMED),
    )
    where = [
        AuditLine.org_id.in_(actor.org_ids),
        AuditLine.ref_kind == "document",
        AuditLine.ref_id.in_(named.union(once)),
        AuditLine.act.in_([wanted.act] if wanted.act in ACTS else ACTS),
    ]
    if wanted.document_id is not None:
        where.append(AuditLine.ref_id == wanted.document_id)
    where += leaves.within(wanted.first, wanted.last)
    if not sees_all(actor):
        selves = {actor.id, person_of(actor).standing.id}
        mine: ColumnElement[bool] = or_(AuditLine.actor_id.in_(selves), AuditLine.acting_for_id.in_(selves))
        units = headed_units(actor)
        if units:
            mine = or_(mine, AuditLine.actor_id.in_(select(Post.user_id).where(Post.unit_id.in_(units))))
        where.append(mine)
    return where
