"""When an incoming document is dealt with: its lead tasks are accepted, or its reply is issued."""

from sqlalchemy import select

from documents.models.dispatch import DispatchState
from documents.models.document import Document, DocumentLink, Relation
from documents.models.lifecycle import DocEvent, DocState
from documents.services import statuses
from documents.services.moving import move
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.refs import Ref
from intranet.tasks import services as tasks
from intranet.tasks.models import TaskState

_STARTED = (TaskState.DOING, TaskState.BLOCKED, TaskState.WAITING_ACCEPT, TaskState.DONE)


def after_reply(actor: Actor, reply: Document) -> None:
    """The documents of the agency that an issued one answers are done, in the open unit of work."""
    answered = db.session().scalars(
        select(Document)
        .join(DocumentLink, DocumentLink.to_id == Document.id)
        .where(
            DocumentLink.from_id == reply.id,
            DocumentLink.relation == Relation.REPLY,
            Document.org_id == reply.org_id,
        )
        .with_for_update(of=Document)
    )
    for document in answered.all():
        _start(actor, document)
        if document.state is DocState.PROCESSING:
            move(actor, document, DocEvent.FINISH, reply=reply.id)
            statuses.answer_sender(actor, document, DispatchState.FINISHED)


def follow_task(origin: Ref) -> None:
    """Let a document follow the tasks that come from it: taken on, then all accepted.

    Called after a task moved; the house itself acts.
    """
    if origin.kind != "document":
        return
    with db.unit_of_work(), db.across_orgs("a document follows its own tasks"):
        document = db.session().scalar(
            select(Document).where(Document.id == origin.id).with_for_update(of=Document)
        )
        if document is None or document.state not in (DocState.ASSIGNED, DocState.PROCESSING):
            return
        given = [
            task
            for task in tasks.for_origin(origin)
            if task.parent_id is None and task.state is not TaskState.CANCELLED
        ]
        if any(task.state in _STARTED for task in given):
            _start(None, document)
        if given and all(task.state is TaskState.DONE for task in given):
            move(None, document, DocEvent.FINISH)
            statuses.answer_sender(None, document, DispatchState.FINISHED)


def _start(actor: Actor | None, document: Document) -> None:
    if document.state is DocState.ASSIGNED:
        move(actor, document, DocEvent.ACCEPT)
        statuses.answer_sender(actor, document, DispatchState.PROCESSING)
