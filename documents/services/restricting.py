"""Who may see a document: set with a reason, told to its owner and the office head, flagged until confirmed.

A change holds at once. Its author never confirms it: the owner does, and a head of the office or, where that
one made it, a leader. Files are read by whoever reads their document, so they follow it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import joinedload

from documents.models.access import AccessChange
from documents.models.document import AccessLevel, Document, DocumentAccess
from documents.models.lifecycle import DocState
from documents.permissions import (
    BY_OFFICE,
    OF_LEVEL,
    READ_ROLES,
    To,
    access_document,
    give_access,
    readable,
    visible_to,
)
from documents.services.moving import need_reason, need_version, tell, touch
from documents.services.secrecy import refuse_marks
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Invalid, NotFound
from intranet.core.labels import label
from intranet.notices import services as notices
from intranet.people import directory
from intranet.people.models import Role, User
from intranet.records import audit
from intranet.tasks import services as tasks
from intranet.tasks.permissions import person_of

#: Why somebody is named when somebody said so, and when the work made it so.
NAMED, PART = "named", "part"
MOST_SHOWN = 100
_HEADS = (Role.OFFICE_HEAD, Role.LEADER)
#: States in which a draft has not left its unit.
_IN_UNIT = (DocState.DRAFT, DocState.UNIT_REVIEW)


@dataclass(frozen=True)
class Wish:
    """What is to become of a document's access; what is not named stays as it is."""

    level: AccessLevel | None = None
    add: frozenset[int] = frozenset()
    remove: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Named:
    """Somebody who may see a restricted document, a unit whose heads may, or one in which all may."""

    principal: str
    reason: str

    @property
    def user_id(self) -> int | None:
        """The person, where it is one."""
        return int(self.principal[2:]) if self.principal.startswith("u:") else None

    @property
    def is_whole_unit(self) -> bool:
        """True where all who work in the unit may."""
        return self.principal.startswith("d:")

    @property
    def unit_id(self) -> int | None:
        """The unit, where it is one."""
        return None if self.principal.startswith("u:") else int(self.principal[2:])


def change(
    actor: Actor, document_id: int, wish: Wish, reason: str, *, version: int | None = None
) -> AccessChange | None:
    """Change who may see a document; ``None`` when it was so already.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises Invalid: ``document.reason_too_short``, ``document.secret_mark``, ``access.not_a_reader``.
    :raises Stale: ``document.changed``.
    """
    said = need_reason(reason)
    refuse_marks(actor, reason=said)
    with db.unit_of_work() as session:
        document = access_document(actor, document_id, To.SET_ACCESS, lock=True)
        need_version(document, version)
        _need_readers(document.org_id, wish.add)
        was, before = document.access_level, readers_of(document)
        level = wish.level or was
        known = {one.user_id for one in named_of(document) if one.reason == NAMED and one.user_id}
        added, removed = sorted(wish.add - known), sorted(wish.remove & known)
        if level is was and not added and not removed:
            return None
        row = AccessChange(org_id=document.org_id, document_id=document.id, reason=said, task_ids=[])
        document.access_level = level
        if level is not AccessLevel.NORMAL:
            _keep_parts(actor, document)
        _follow_level(document, was)
        give_access(document, *(f"u:{one}" for one in added), reason=NAMED)
        _forget(document, removed)
        _follow_tasks(document, was, row)
        row.level_before, row.level_after = was, level
        row.added, row.removed = added, removed
        row.readers_before, row.readers_after = len(before), len(readers_of(document))
        row.changed_by_id, row.changed_at = actor.id, clock.now()
        row.owner_id = _owner_of(document) if _owner_of(document) not in _selves(actor) else None
        session.add(row)
        session.flush()
        touch(document)
        audit.record(
            actor,
            "document.access_changed",
            document,
            reason=said,
            level=[was.value, level.value],
            added=added,
            removed=removed,
            readers=[row.readers_before, row.readers_after],
        )
        notices.notify(_told(actor, row), "access.changed", row.ref, by=actor)
        tell(document)
        return row


def change_many(
    actor: Actor, document_ids: Collection[int], wish: Wish, reason: str
) -> list[tuple[int, AccessChange | None]]:
    """Change the same attributes of several documents, all or none; what the wish does not name stays.

    :raises NotFound: ``document.missing``; and the rest as :func:`change`.
    """
    with db.unit_of_work():
        return [(key, change(actor, key, wish, reason)) for key in sorted(set(document_ids))]


def confirm(actor: Actor, change_id: int) -> AccessChange:
    """The owner, or a head of the office, has taken note of a change and agrees.

    :raises NotFound: ``access.no_change``, none that waits for the actor.
    """
    with db.unit_of_work() as session:
        row = session.scalar(
            select(AccessChange)
            .where(AccessChange.id == change_id, _waits_for(actor))
            .with_for_update(of=AccessChange)
        )
        if row is None:
            raise NotFound("access.no_change")
        now, sides = clock.now(), []
        if row.owner_id in _selves(actor) and row.owner_confirmed_at is None:
            row.owner_confirmed_at = now
            sides.append("owner")
        if _is_head_for(actor, row) and row.head_confirmed_at is None:
            row.head_id, row.head_confirmed_at = actor.id, now
            sides.append("head")
        if row.head_confirmed_at is not None and (row.owner_id is None or row.owner_confirmed_at is not None):
            row.confirmed_at = now
        audit.record(actor, "document.access_confirmed", row.document, change=row.id, sides=sides)
        if row.confirmed_at is not None:
            notices.notify([row.changed_by_id], "access.confirmed", row.ref, by=actor)
        return row


def waiting_for(actor: Actor) -> list[AccessChange]:
    """Changes that wait for the actor's word, the oldest first."""
    query = select(AccessChange).where(_waits_for(actor)).order_by(AccessChange.id).limit(MOST_SHOWN)
    return list(db.session().scalars(query.options(*_SHOWN)))


def waiting_count(actor: Actor) -> int:
    """How many changes wait for the actor's word, none counted beyond a list's length."""
    few = select(AccessChange.id).where(_waits_for(actor)).limit(MOST_SHOWN)
    return db.session().scalar(select(func.count()).select_from(few.subquery())) or 0


def of_others(actor: Actor) -> list[AccessChange]:
    """Changes by the actor that still wait for somebody, the newest first."""
    query = select(AccessChange).where(
        AccessChange.changed_by_id == actor.id, AccessChange.confirmed_at.is_(None)
    )
    query = query.order_by(AccessChange.id.desc()).limit(MOST_SHOWN).options(*_SHOWN)
    return list(db.session().scalars(query))


def changes_of(document: Document) -> list[AccessChange]:
    """Every change of a document's access, the newest first."""
    query = select(AccessChange).where(AccessChange.document_id == document.id)
    return list(db.session().scalars(query.order_by(AccessChange.id.desc()).options(*_SHOWN)))


def is_flagged(document: Document) -> bool:
    """True while a change of the document's access waits to be confirmed."""
    query = select(AccessChange.id).where(
        AccessChange.document_id == document.id, AccessChange.confirmed_at.is_(None)
    )
    return db.session().scalar(query.limit(1)) is not None


def waits_for(actor: Actor, row: AccessChange) -> bool:
    """True when the actor may confirm the change."""
    query = select(AccessChange.id).where(AccessChange.id == row.id, _waits_for(actor))
    return db.session().scalar(query) is not None


def shown_among(actor: Actor, rows: Collection[AccessChange]) -> set[int]:
    """Ids of those of the documents that the actor may see."""
    return {document.id for document in readable(actor, {row.document_id for row in rows})}


def may_read_change(actor: Actor, change_id: int) -> bool:
    """True for whoever made it or may confirm it, and for the document's readers (``refs``)."""
    row = db.session().get(AccessChange, change_id)
    if row is None or row.org_id not in actor.org_ids:
        return False
    if {row.changed_by_id, row.owner_id} & _selves(actor) or _is_head_for(actor, row):
        return True
    query = select(Document.id).where(Document.id == row.document_id, visible_to(actor))
    return db.session().scalar(query) is not None


def title_of(change_id: int) -> str:
    """Which document it is, by its number alone: whoever confirms need not see what it says (``refs``)."""
    row = db.session().get(AccessChange, change_id)
    if row is None:
        return label("document.gone")
    number = row.document.entry.shown if row.document.entry is not None else "…"
    return label("access.title.in" if row.document.is_incoming else "access.title.out", number=number)


def changes_url(_id: int) -> str:
    """The page on which changes wait (``refs``)."""
    return "/documents/access"


def named_of(document: Document) -> list[Named]:
    """Who may see the document while it is restricted, besides whoever has a task of it in their own name.

    Of one that is for the units concerned these stand there too.
    """
    query = select(DocumentAccess.principal, DocumentAccess.reason).where(
        DocumentAccess.document_id == document.id
    )
    if document.access_level is not AccessLevel.UNIT:
        query = query.where(DocumentAccess.principal.not_like("d:%"))
    rows = db.session().execute(query.order_by(DocumentAccess.since, DocumentAccess.principal))
    return [Named(row.principal, row.reason) for row in rows]


def readers_of(document: Document) -> set[int]:
    """Persons of the agency who may see the document now, by its access alone."""
    principals = db.session().scalars(
        select(DocumentAccess.principal).where(DocumentAccess.document_id == document.id)
    )
    found: set[int] = set()
    is_named = document.access_level is AccessLevel.NAMED
    roles = BY_OFFICE[document.access_level]
    if roles:
        found |= set(directory.ids_with_role(document.org_id, *roles))
    for principal in principals.all():
        kind, key = principal[0], int(principal[2:])
        if kind == "u":
            found.add(key)
        elif kind == "h":
            found |= set(directory.ids_with_role(document.org_id, Role.UNIT_HEAD, unit_id=key))
        elif not is_named:
            found |= {person.id for person in directory.members_of(key)}
    return found


def may_be_named(org_id: int) -> Sequence[User]:
    """Whom a document may be shown to by name."""
    return directory.with_role(org_id, *READ_ROLES)


def _need_readers(org_id: int, ids: Collection[int]) -> None:
    if ids and not set(ids) <= set(directory.ids_with_role(org_id, *READ_ROLES)):
        raise Invalid("access.not_a_reader", field="names")


def parts_of(actor: Actor, document: Document, principals: Iterable[str], level: AccessLevel) -> set[str]:
    """Under which names whoever has a part in a document goes on seeing it: its people, heads of its units.

    What left its unit is in the hands of the clerks, also when it is for the units concerned alone.

    :param principals: those that the document concerns now.
    :param level: that which it gets.
    """
    parts: set[int | None] = {
        *_selves(actor),
        document.created_by_id,
        document.drafter_id,
        document.signer_id,
        document.presented_to_id,
        document.unit_approved_by_id,
    }
    heads = {f"h:{principal[2:]}" for principal in principals if principal.startswith("d:")}
    if document.lead_unit_id is not None:
        heads.add(f"h:{document.lead_unit_id}")
    if level is AccessLevel.UNIT and not document.is_incoming and document.state not in _IN_UNIT:
        parts |= set(directory.ids_with_role(document.org_id, Role.CLERK))
    return heads | {f"u:{one}" for one in parts if one is not None}


def units_of(document: Document) -> set[str]:
    """Under which names all of the units concerned see it: of that which drafts it, of that which leads."""
    return {f"d:{one}" for one in (document.unit_id, document.lead_unit_id) if one is not None}


def _follow_level(document: Document, was: AccessLevel) -> None:
    if document.access_level is AccessLevel.UNIT:
        give_access(document, *sorted(units_of(document)), reason=OF_LEVEL)
    elif was is AccessLevel.UNIT:
        of_level = DocumentAccess.document_id == document.id, DocumentAccess.reason == OF_LEVEL
        db.session().execute(delete(DocumentAccess).where(*of_level))


def _keep_parts(actor: Actor, document: Document) -> None:
    units = db.session().scalars(
        select(DocumentAccess.principal).where(
            DocumentAccess.document_id == document.id, DocumentAccess.principal.like("d:%")
        )
    )
    parts = parts_of(actor, document, units, document.access_level)
    give_access(document, *sorted(parts), reason=PART)


def _forget(document: Document, ids: Collection[int]) -> None:
    db.session().execute(
        delete(DocumentAccess).where(
            DocumentAccess.document_id == document.id,
            DocumentAccess.principal.in_([f"u:{one}" for one in ids]),
            DocumentAccess.reason == NAMED,
        )
    )


def _follow_tasks(document: Document, was: AccessLevel, row: AccessChange) -> None:
    """Tasks carry the subject: they close and open with their document."""
    if document.access_level is was:
        return
    if document.access_level is AccessLevel.NAMED:
        row.task_ids = tasks.close_to_others(document.ref)
    elif was is AccessLevel.NAMED:
        closed = db.session().scalars(
            select(AccessChange.task_ids).where(AccessChange.document_id == document.id)
        )
        tasks.open_to_others(document.ref, {one for ids in closed for one in ids})


def _told(actor: Actor, row: AccessChange) -> set[int]:
    heads = set(directory.ids_with_role(row.org_id, Role.OFFICE_HEAD)) - _selves(actor)
    told = heads or set(directory.ids_with_role(row.org_id, Role.LEADER))
    return told | ({row.owner_id} if row.owner_id is not None else set())


def _owner_of(document: Document) -> int:
    return document.drafter_id or document.created_by_id


def _selves(actor: Actor) -> set[int | None]:
    return {actor.id, person_of(actor).standing.id}


def _is_head_for(actor: Actor, row: AccessChange) -> bool:
    if row.changed_by_id in _selves(actor) or row.org_id not in actor.org_ids:
        return False
    return person_of(actor).has_role(*_HEADS)


def _waits_for(actor: Actor) -> ColumnElement[bool]:
    """SQL of who may confirm a change."""
    person = person_of(actor)
    sides: list[ColumnElement[bool]] = [
        and_(AccessChange.owner_id == person.standing.id, AccessChange.owner_confirmed_at.is_(None))
    ]
    if person.has_role(*_HEADS):
        sides.append(AccessChange.head_confirmed_at.is_(None))
    return and_(
        AccessChange.confirmed_at.is_(None),
        AccessChange.org_id.in_(actor.org_ids),
        AccessChange.changed_by_id.not_in([one for one in _selves(actor) if one is not None]),
        or_(*sides),
    )


_SHOWN = (
    joinedload(AccessChange.document).joinedload(Document.entry),
    joinedload(AccessChange.changed_by),
)
