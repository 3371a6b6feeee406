"""A directive on a document: written down with what stood before, taken back in time, told when it holds."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from documents.models.dispatch import DispatchState
from documents.models.document import Directive, DirectiveKind, Document, DocumentAccess, DueSource
from documents.services import phrases, statuses
from documents.services.moving import tell
from documents.services.naming import set_term
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, NotFound
from intranet.records import audit

#: How long a direction can be taken back.
UNDO = timedelta(seconds=10)
TEXT_MAX = 1000


def write(
    actor: Actor,
    document: Document,
    kind: DirectiveKind,
    text: str,
    due: date | None,
    *,
    is_final: bool = False,
) -> Directive:
    """A new directive in the open unit of work; others see it when it can no longer be taken back.

    :param is_final: it holds at once.
    """
    now = clock.now()
    row = Directive(
        org_id=document.org_id,
        document_id=document.id,
        author_id=actor.id,
        acting_for_id=actor.acting_for,
        kind=kind,
        text=text,
        due_date=due,
        created_at=now,
        release_at=now if is_final else now + UNDO,
    )
    opened = db.session()
    opened.add(row)
    opened.flush()
    if kind is not DirectiveKind.TRANSFER:
        phrases.count_use(actor, document.org_id, text)
        audit.record(actor, "directive.given", document, directive=row.id, directive_kind=kind.value)
    return row


def open_to_undo(actor: Actor, directive_id: int) -> Directive:
    """The actor's own directive, locked, as long as it can be taken back.

    :raises NotFound: ``directive.missing``, no such one, or somebody else's.
    :raises BadState: ``directive.too_late``; ``directive.went_on``, another one was written since.
    """
    directive = db.session().get(Directive, directive_id, with_for_update=True)
    if directive is None or directive.author_id != actor.id:
        raise NotFound("directive.missing")
    if directive.undone_at is not None or directive.release_at <= clock.now():
        raise BadState("directive.too_late")
    later = select(Directive.id).where(
        Directive.document_id == directive.document_id,
        Directive.id > directive.id,
        Directive.undone_at.is_(None),
    )
    if db.session().scalar(later.limit(1)) is not None:
        raise BadState("directive.went_on")
    return directive


def strike(directive: Directive, document: Document) -> None:
    """It was never given: nobody reads the document by it."""
    db.session().execute(
        delete(DocumentAccess).where(
            DocumentAccess.document_id == document.id,
            DocumentAccess.reason == "directive",
            DocumentAccess.since == directive.release_at,
        )
    )
    directive.undone_at = clock.now()


def term_before(document: Document) -> dict[str, str | None]:
    """The document's term as a directive keeps it, to be put back by :func:`restore_term`."""
    return {
        "was_due": document.due_date.isoformat() if document.due_date else None,
        "was_source": document.due_source.value if document.due_source else None,
    }


def restore_term(document: Document, given: Mapping[str, Any]) -> None:
    """The document's term is what it was before the directive."""
    was, source = given.get("was_due"), given.get("was_source")
    set_term(document, date.fromisoformat(was) if was else None, DueSource(source) if source else None)


def announce_due() -> int:
    """Tell what can no longer be taken back: to the sender, and to lists that are open; returns how many.

    Each directive is claimed once, whoever else does the same.
    """
    due = (
        Directive.announced_at.is_(None)
        & Directive.undone_at.is_(None)
        & (Directive.release_at <= clock.now())
    )
    with db.across_orgs("telling of directions whose ten seconds are over"):
        waiting = (
            db.session().scalars(select(Directive.id).where(due).order_by(Directive.id).limit(200)).all()
        )
    told = 0
    for directive_id in waiting:
        with db.unit_of_work() as session, db.across_orgs("telling of directions whose ten seconds are over"):
            claimed = session.execute(
                update(Directive)
                .where(Directive.id == directive_id, due)
                .values(announced_at=clock.now())
                .returning(Directive.document_id, Directive.kind)
                .execution_options(synchronize_session=False)
            ).first()
            if claimed is None:
                continue
            document = session.get_one(Document, claimed[0])
            if claimed[1] is not DirectiveKind.KNOW:
                statuses.answer_sender(None, document, DispatchState.ASSIGNED)
            tell(document)
            told += 1
    return told


def given_on(document: Document) -> list[Directive]:
    """Directions on a document, newest first, those taken back left out; the author alone sees one that
    can still be taken back.
    """
    query = select(Directive).where(Directive.document_id == document.id, Directive.undone_at.is_(None))
    return list(db.session().scalars(query.order_by(Directive.id.desc())))


def last_undoable(actor: Actor) -> Directive | None:
    """The actor's last direction, as long as it can be taken back."""
    query = select(Directive).where(
        Directive.author_id == actor.id, Directive.undone_at.is_(None), Directive.release_at > clock.now()
    )
    return db.session().scalar(query.order_by(Directive.id.desc()).limit(1))
