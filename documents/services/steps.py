"""What waits on the way of a document and how long others waited, for the map of where things are stuck."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from documents.models.catalogue import DocKind, WorkField
from documents.models.document import Document, DocumentLink, Relation
from documents.models.lifecycle import IN_PREPARATION, OPEN_INCOMING, Direction, DocState
from documents.models.stay import DocumentStay
from documents.permissions import URGE, To, access_document, reads_register
from documents.services.boards import seen_by
from intranet.boards.flow import Acts, Step, Waiting
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState
from intranet.core.labels import label
from intranet.core.refs import Ref
from intranet.notices import services as notices
from intranet.notices.models import Notice
from intranet.people import directory
from intranet.people.models import Role, Unit, User
from intranet.records import audit
from intranet.tasks import permissions as task_rights
from intranet.tasks import services as tasks
from intranet.tasks.models import OPEN, Task
from intranet.tasks.parties import lead_people

#: In which step a document of a state waits.
STEPS = {
    DocState.RECEIVED: Step.RECEIVED,
    DocState.REGISTERED: Step.PRESENTED,
    DocState.PRESENTED: Step.ASSIGNED,
    DocState.ASSIGNED: Step.ACCEPTED,
    DocState.PROCESSING: Step.DRAFTED,
    DocState.DRAFT: Step.DRAFTED,
    DocState.UNIT_REVIEW: Step.REVIEWED,
    DocState.LAYOUT_REVIEW: Step.REVIEWED,
    DocState.TO_SIGN: Step.SIGNED,
    DocState.SIGNED: Step.NUMBERED,
    DocState.NUMBERED: Step.SENT,
    DocState.SEALED: Step.SENT,
}
#: Who has it where no unit and nobody is named: the desk of the clerks, or the leaders.
_AT_DESK = (
    DocState.RECEIVED,
    DocState.REGISTERED,
    DocState.LAYOUT_REVIEW,
    DocState.SIGNED,
    DocState.NUMBERED,
    DocState.SEALED,
)
#: Before the key of a field of work, among the keys of kinds.
_FIELD = "f"
_WITH_TASK = (DocState.ASSIGNED, DocState.PROCESSING)


def waiting(actor: Actor, kind: str) -> list[Waiting]:
    """Documents on their way that the actor may read, each in its step.

    A document in work whose reply is being drafted waits where the reply does.
    """
    lead, own = aliased(Unit), aliased(Unit)
    signer, leader, drafter = aliased(User), aliased(User), aliased(User)
    reply = aliased(Document)
    replied = exists().where(
        DocumentLink.to_id == Document.id,
        DocumentLink.relation == Relation.REPLY,
        DocumentLink.from_id == reply.id,
        reply.state.in_(IN_PREPARATION),
    )
    names: dict[str, Any] = {
        "lead": lead.short_name,
        "unit": own.short_name,
        "signer": signer.full_name,
        "leader": leader.full_name,
        "drafter": drafter.full_name,
        "since": func.coalesce(DocumentStay.entered_at, Document.created_at),
    }
    query: Any = (
        select(
            Document.id,
            Document.state,
            Document.direction,
            Document.number,
            Document.suffix,
            Document.symbol,
            Document.subject,
            Document.due_date,
            *(column.label(name) for name, column in names.items()),
        )
        .select_from(Document)
        .outerjoin(
            DocumentStay, and_(DocumentStay.document_id == Document.id, DocumentStay.left_at.is_(None))
        )
        .outerjoin(lead, lead.id == Document.lead_unit_id)
        .outerjoin(own, own.id == Document.unit_id)
        .outerjoin(signer, signer.id == Document.signer_id)
        .outerjoin(leader, leader.id == Document.presented_to_id)
        .outerjoin(drafter, drafter.id == Document.drafter_id)
        .where(
            seen_by(actor),
            or_(
                and_(Document.direction == Direction.IN, Document.state.in_(OPEN_INCOMING)),
                and_(Document.direction == Direction.OUT, Document.state.in_(IN_PREPARATION)),
            ),
            or_(Document.state != DocState.PROCESSING, ~replied),
        )
    )
    key = kind.removeprefix(_FIELD)
    if key.isdigit() and len(key) < 10:
        column = Document.field_id if kind != key else Document.kind_id
        query = query.where(column == int(key))
    found = []
    for row in db.session().execute(query):
        is_in = row.direction is Direction.IN
        head = f"{row.number}{row.suffix}"
        unit, person = _holder(row.state, row)
        found.append(
            Waiting(
                ref=Ref("document", row.id),
                step=STEPS[row.state],
                since=row.since,
                code="/".join(part for part in (head, row.symbol) if part),
                title=row.subject or label("document.unnamed"),
                url=f"/documents/{'incoming' if is_in else 'drafts'}/{row.id}",
                person=person,
                unit=unit,
                due_date=row.due_date,
            )
        )
    return found


def passed(actor: Actor, since: datetime) -> dict[Step, dict[int, int]]:
    """How many minutes documents stood in each step that they left since then, and how many did so long."""
    seen = select(Document.id).where(seen_by(actor))
    theirs = [] if reads_register(actor) else [DocumentStay.document_id.in_(seen)]
    query = (
        select(DocumentStay.state, DocumentStay.minutes, func.count())
        .where(
            DocumentStay.org_id.in_(actor.org_ids),
            DocumentStay.state.in_(STEPS),
            DocumentStay.left_at >= since,
            DocumentStay.minutes.is_not(None),
            *theirs,
        )
        .group_by(DocumentStay.state, DocumentStay.minutes)
    )
    found: dict[Step, dict[int, int]] = defaultdict(dict)
    for state, minutes, n in db.session().execute(query):
        counts, whole = found[STEPS[state]], minutes or 0
        counts[whole] = counts.get(whole, 0) + n
    return found


def kinds(actor: Actor) -> list[tuple[str, str]]:
    """Fields of work and kinds of document by which the map may be narrowed."""
    fields = select(WorkField.id, WorkField.name).where(WorkField.org_id.in_(actor.org_ids))
    query = select(DocKind.id, DocKind.name).where(DocKind.org_id.in_(actor.org_ids)).order_by(DocKind.id)
    found = [
        (f"{_FIELD}{key}", name) for key, name in db.session().execute(fields.order_by(WorkField.name_key))
    ]
    return found + [(str(key), name) for key, name in db.session().execute(query)]


def acts(actor: Actor, refs: Sequence[Ref]) -> dict[Ref, Acts]:
    """What the actor may do about documents that wait: urge whoever has them, give the work to another."""
    ids = [ref.id for ref in refs if ref.kind == "document"]
    if not ids or not actor.holds(URGE):
        return {}
    documents = db.session().scalars(select(Document).where(Document.id.in_(ids), seen_by(actor)))
    given = _open_tasks(ids)
    urged = _urged_today(ids)
    at = task_rights.standing_of(actor)
    found = {}
    for document in documents:
        task = given.get(document.id) if document.state in _WITH_TASK else None
        may_judge = task is not None and task_rights.may(actor, task_rights.To.JUDGE, task, at)
        was = document.id in urged
        if task is not None and task.urged_at is not None:
            was = clock.local(task.urged_at).date() == clock.today()
        page = f"/documents/{'incoming' if document.is_incoming else 'drafts'}/{document.id}"
        found[document.ref] = Acts(
            urge="" if was else url_for("documents.urge", document_id=document.id),
            move=url_for("tasks.act", task_id=task.id, code="reassign") if task and may_judge else page,
            urged=label("flow.urged_today") if was else "",
        )
    return found


def urge(actor: Actor, document_id: int) -> None:
    """Remind whoever has the document that it waits; once a day is enough.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``document.urged_today``, ``document.wrong_state``: it waits for nobody.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.URGE, lock=True)
        if document.state not in STEPS:
            raise BadState("document.wrong_state", state=document.state.value)
        task = _open_tasks([document.id]).get(document.id) if document.state in _WITH_TASK else None
        if task is not None and task_rights.may(actor, task_rights.To.JUDGE, task):
            tasks.urge(actor, task.id)
            return
        if _urged_today([document.id]):
            raise BadState("document.urged_today")
        audit.record(actor, "document.urged", document)
        notices.notify(_people(document, task), "document.urged", document.ref, by=actor)


def _holder(state: DocState, row: object) -> tuple[str, str]:
    """Unit and person that have a document of a state, as they are called."""
    desk = label("flow.desk")
    if state in _AT_DESK:
        return desk, desk
    if state is DocState.PRESENTED:
        leaders = label("flow.leaders")
        return leaders, getattr(row, "leader", None) or leaders
    if state is DocState.TO_SIGN:
        return label("flow.leaders"), getattr(row, "signer", None) or label("flow.leaders")
    unit = getattr(row, "lead" if state in _WITH_TASK else "unit", None) or label("flow.nobody")
    if state is DocState.DRAFT:
        return unit, getattr(row, "drafter", None) or unit
    return unit, label("flow.head_of", unit=unit) if state is DocState.UNIT_REVIEW else unit


def _people(document: Document, task: Task | None) -> set[int]:
    """Who is to be reminded."""
    if task is not None:
        return set(lead_people(task))
    if document.state is DocState.PRESENTED:
        one = document.presented_to_id
        return {one} if one else set(directory.ids_with_role(document.org_id, Role.LEADER))
    if document.state is DocState.TO_SIGN and document.signer_id:
        return {document.signer_id}
    if document.state is DocState.DRAFT and document.drafter_id:
        return {document.drafter_id}
    if document.state is DocState.UNIT_REVIEW and document.unit_id:
        return set(directory.ids_with_role(document.org_id, Role.UNIT_HEAD, unit_id=document.unit_id))
    if document.state in _WITH_TASK and document.lead_unit_id:
        return set(directory.receivers_of(document.lead_unit_id))
    return set(directory.ids_with_role(document.org_id, Role.CLERK))


def _open_tasks(document_ids: Sequence[int]) -> dict[int, Task]:
    """The task that each document gave rise to and that is still open."""
    query = select(Task).where(
        Task.origin_kind == "document",
        Task.origin_id.in_(document_ids),
        Task.state.in_(OPEN),
        Task.parent_id.is_(None),
    )
    return {task.origin_id: task for task in db.session().scalars(query) if task.origin_id is not None}


def _urged_today(document_ids: Sequence[int]) -> set[int]:
    """Those of the documents of which somebody was reminded today."""
    query = select(Notice.ref_id).where(
        Notice.ref_kind == "document",
        Notice.ref_id.in_(document_ids),
        Notice.kind == "document.urged",
        Notice.created_at >= clock.at_office(clock.today(), 0),
    )
    return set(db.session().scalars(query))
