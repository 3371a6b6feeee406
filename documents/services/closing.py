"""An incoming document follows its lead tasks: who leads, the term, and when all of it is dealt with."""

from sqlalchemy import select

from documents.models.dispatch import DispatchState
from documents.models.document import Document, DocumentLink, DueSource, Relation
from documents.models.lifecycle import DocEvent, DocState
from documents.services import acknowledging, statuses
from documents.services.moving import move
from documents.services.naming import set_term
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.labels import label
from intranet.core.refs import Ref
from intranet.people import directory
from intranet.tasks import services as tasks
from intranet.tasks.models import WORKABLE, Task, TaskState

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
        _report_result(document, reply)


def _report_result(document: Document, reply: Document) -> None:
    """The reply is the result of its drafter's work on the document (sản phẩm); its assigner accepts it."""
    if reply.drafter is None:
        return
    said = label("document.reply_issued", number=reply.code)
    for task in tasks.for_origin(document.ref):
        is_theirs = task.state in WORKABLE and tasks.may(reply.drafter, tasks.To.WORK, task)
        if is_theirs and not tasks.open_parts(task.id):
            tasks.report_finished(reply.drafter, task.id, said, reply.ref)


def follow_task(origin: Ref) -> None:
    """Let a document follow the tasks that come from it: their lead and term, taken on, then all accepted.

    With nothing left of them, for all were cancelled, it waits for the leader again. Called after a task
    moved; the house itself acts.
    """
    if origin.kind != "document":
        return
    with db.unit_of_work(), db.across_orgs("a document follows its own tasks"):
        document = db.session().scalar(
            select(Document).where(Document.id == origin.id).with_for_update(of=Document)
        )
        if document is None or document.state not in (DocState.ASSIGNED, DocState.PROCESSING):
            return
        whole = [task for task in tasks.for_origin(origin) if task.parent_id is None]
        given = [task for task in whole if task.state is not TaskState.CANCELLED]
        if whole and not given:
            move(None, document, DocEvent.GIVE_BACK, reason=label("document.work_cancelled"))
            # What the clerk had passed on herself is for all leaders now.
            document.presented_at = document.presented_at or clock.now()
            document.lead_unit_id = None
            return
        _follow_lead_and_term(document, given)
        if given:
            acknowledging.note_opened(document, given[0])
        if any(task.state in _STARTED for task in given):
            _start(None, document)
        if given and all(task.state is TaskState.DONE for task in given):
            move(None, document, DocEvent.FINISH)
            statuses.answer_sender(None, document, DispatchState.FINISHED)


def _follow_lead_and_term(document: Document, given: list[Task]) -> None:
    """The lead is that of the first task still open, the term the last of those open."""
    still_open = [task for task in given if task.is_open]
    if not still_open:
        return
    lead = still_open[0].lead
    if lead.unit_id is not None:
        document.lead_unit_id = lead.unit_id
    elif lead.user_id is not None:
        own = [post.unit_id for post in directory.people([lead.user_id])[lead.user_id].standing.posts]
        if own and document.lead_unit_id not in own:
            document.lead_unit_id = own[0]
    terms = [task.due_date for task in still_open if task.due_date is not None]
    if terms and max(terms) != document.due_date:
        set_term(document, max(terms), DueSource.DIRECTIVE)


def _start(actor: Actor | None, document: Document) -> None:
    if document.state is DocState.ASSIGNED:
        move(actor, document, DocEvent.ACCEPT)
        statuses.answer_sender(actor, document, DispatchState.PROCESSING)
