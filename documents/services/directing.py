"""From the register to the leader and on to the units: present, direct, let know, take back, give back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select

from documents.models.dispatch import DispatchState
from documents.models.document import (
    AccessLevel,
    Directive,
    DirectiveKind,
    Document,
    DocumentAccess,
    DueSource,
    Urgency,
)
from documents.models.lifecycle import DocEvent, DocState
from documents.permissions import DIRECT, To, access_document, give_access, may, visible_to
from documents.services import directives, replying, statuses
from documents.services.directives import TEXT_MAX
from documents.services.moving import move, need_reason, require
from documents.services.naming import known_people, known_units, parties, set_term, term_of, unit_of
from documents.services.secrecy import refuse_marks
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid, NotFound
from intranet.core.labels import label
from intranet.notices import services as notices
from intranet.people import directory
from intranet.people.models import Role, Unit, User
from intranet.tasks import load
from intranet.tasks import services as tasks
from intranet.tasks.models import Task, TaskState


@dataclass(frozen=True)
class Direction:
    """What a leader asks for: a lead (unit or official), others to help or to know, a term, a sentence."""

    lead_unit_id: int | None
    co_unit_ids: Sequence[int] = ()
    info_unit_ids: Sequence[int] = ()
    due_date: date | None = None
    text: str = ""
    lead_user_id: int | None = None
    co_user_ids: Sequence[int] = ()
    info_user_ids: Sequence[int] = ()
    is_urgent: bool = False
    is_absence_confirmed: bool = False
    needs_reply: bool = False


def present(
    actor: Actor, document_id: int, leader_id: int | None = None, *, told_at: datetime | None = None
) -> None:
    """Put a registered document before a leader; without a name, before all leaders of the agency.

    :param told_at: when the leader is told, now unless it can still be taken back.
    :raises NotFound: ``document.missing``.
    :raises BadState: ``document.wrong_state``.
    :raises Invalid: ``document.no_such_leader``.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.PRESENT, lock=True)
        leaders = directory.ids_with_role(document.org_id, Role.LEADER)
        if leader_id is not None and leader_id not in leaders:
            raise Invalid("document.no_such_leader", field="presented_to_id")
        move(actor, document, DocEvent.PRESENT, leader=leader_id)
        document.presented_to_id = leader_id
        document.presented_at = clock.now()
        document.forwarded_at = document.forwarded_at or document.presented_at
        told = [leader_id] if leader_id is not None else leaders
        if document.access_level is AccessLevel.NAMED:
            give_access(document, *(f"u:{one}" for one in told), reason="presented")
        kind = "document.presented_urgent" if document.urgency > Urgency.NORMAL else "document.presented"
        notices.notify(told, kind, document.ref, by=actor, at=told_at)


def take_back(actor: Actor, document_id: int, version: int) -> None:
    """Take a document from the leader again that was just put there, as long as nobody went on with it.

    :param version: of the document when it was presented.
    :raises NotFound: ``document.missing``.
    :raises BadState: ``bulk.went_on``.
    """
    with db.unit_of_work() as session:
        document = access_document(actor, document_id, To.PRESENT, lock=True)
        if document.version != version or document.state is not DocState.PRESENTED:
            raise BadState("bulk.went_on")
        if document.forwarded_at == document.presented_at:
            document.forwarded_at = None
        session.execute(
            delete(DocumentAccess).where(
                DocumentAccess.document_id == document.id,
                DocumentAccess.reason == "presented",
                DocumentAccess.since >= document.presented_at,
            )
        )
        document.presented_to_id = document.presented_at = None
        move(actor, document, DocEvent.TAKE_BACK)
        for kind in ("document.presented", "document.presented_urgent"):
            notices.withdraw(document.ref, kind)


def direct(actor: Actor, document_id: int, given: Direction) -> int:
    """Give a presented document to the units, or one that was only noted; returns the directive's id.

    Tasks exist at once and are seen by others when the ten seconds of undo are over.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``document.wrong_state``.
    :raises Invalid: ``directive.no_lead``, ``directive.unit_twice``, ``directive.unknown_unit``,
        ``directive.unknown_person``, ``directive.no_unit``, ``directive.no_due``, ``directive.past_due``,
        ``document.secret_mark``, ``task.lead_away``, ``task.lead_away_alone``.
    """
    refuse_marks(actor, text=given.text)
    with db.unit_of_work():
        document = access_document(actor, document_id, To.DIRECT, lock=True)
        require(document, DocEvent.DIRECT)
        _end_returned_tasks(actor, document)
        directive = give_work(actor, document, given)
        if document.state is DocState.NOTED:
            directive.parsed = {**directive.parsed, "was_noted": True}
        lead_id = directive.parsed["lead"]
        move(actor, document, DocEvent.DIRECT, directive=directive.id, lead=lead_id)
        document.lead_unit_id = lead_id
        set_term(document, directive.due_date, DueSource.DIRECTIVE)
        return directive.id


def give_work(actor: Actor, document: Document, given: Direction) -> Directive:
    """The directive with its task, in the open unit of work; whoever calls has judged the right.

    :raises Invalid: those of :func:`direct`.
    """
    units = _units(document.org_id, given)
    people = known_people(document.org_id, _people(given))
    due = term_of(given.due_date)
    if given.lead_user_id is None:
        lead = units[given.lead_unit_id or 0]
    else:
        own = {unit.id: unit for unit in directory.units_of(document.org_id)}
        lead = unit_of(people[given.lead_user_id], own)
    leading = parties([given.lead_unit_id], [given.lead_user_id])[0]
    load.check_there(leading, None if given.is_absence_confirmed else due, field="is_absence_confirmed")
    text = given.text.strip()[:TEXT_MAX] or sentence(given, units, due)
    directive = directives.write(actor, document, DirectiveKind.ASSIGN, text, due)
    task_id = tasks.assign_task(
        actor,
        title=document.subject,
        origin=document.ref,
        text=text,
        lead=leading,
        co=parties(given.co_unit_ids, given.co_user_ids),
        info=parties(given.info_unit_ids, given.info_user_ids),
        due_date=due,
        due_at=document.urgent_at,
        release_at=directive.release_at,
        org_id=document.org_id,
        is_restricted=document.access_level is AccessLevel.NAMED,
        is_urgent=given.is_urgent or document.urgency > Urgency.NORMAL,
    )
    directive.parsed = {
        "lead": lead.id,
        "co": list(given.co_unit_ids),
        "info": list(given.info_unit_ids),
        "due": due.isoformat(),
        "people": {str(user_id): one.full_name for user_id, one in people.items()},
        "lead_user": given.lead_user_id,
        "urgent": given.is_urgent,
        "tasks": [task_id],
        **directives.term_before(document),
    }
    let_read(document, directive, {*units, lead.id}, people)
    replying.asked_by(directive, document, due if given.needs_reply else None)
    return directive


def let_read(
    document: Document, directive: Directive, unit_ids: Iterable[int], user_ids: Iterable[int]
) -> None:
    """Those whom a directive names may read the document from when it holds."""
    readers = [*(f"d:{unit_id}" for unit_id in unit_ids), *(f"u:{user_id}" for user_id in user_ids)]
    give_access(document, *readers, reason="directive", since=directive.release_at)


def let_know(
    actor: Actor,
    document_id: int,
    unit_ids: Sequence[int] = (),
    text: str = "",
    user_ids: Sequence[int] = (),
) -> int:
    """Note a presented document without giving work; those named may read it. Returns the directive's id.

    :raises BadState: ``document.wrong_state``.
    :raises Invalid: ``directive.unknown_unit``.
    """
    refuse_marks(actor, text=text)
    with db.unit_of_work():
        document = access_document(actor, document_id, To.DIRECT, lock=True)
        units, people = known_units(document.org_id, unit_ids), known_people(document.org_id, user_ids)
        directive = directives.write(actor, document, DirectiveKind.KNOW, text.strip()[:TEXT_MAX], None)
        directive.parsed = {"info": list(units)}
        move(actor, document, DocEvent.KNOW, directive=directive.id)
        let_read(document, directive, units, people)
        told = {*people} | {user_id for unit_id in units for user_id in directory.receivers_of(unit_id)}
        notices.notify(told, "document.to_know", document.ref, by=actor, at=directive.release_at)
        return directive.id


def undo_direction(actor: Actor, directive_id: int) -> int:
    """Take a direction back within its ten seconds; returns the document's id.

    :raises NotFound: ``directive.missing``, no such one, or somebody else's.
    :raises BadState: ``directive.too_late``, ``directive.went_on``, ``document.wrong_state``.
    """
    with db.unit_of_work():
        directive = directives.open_to_undo(actor, directive_id)
        if "for" in directive.parsed or "how" in directive.parsed:
            raise NotFound("directive.missing")
        document = access_document(actor, directive.document_id, To.DIRECT, lock=True)
        for task_id in directive.parsed.get("tasks", ()):
            tasks.undo_assignment(actor, task_id)
        notices.withdraw(document.ref, "document.to_know")
        directives.strike(directive, document)
        was_noted = "was_noted" in directive.parsed
        move(actor, document, DocEvent.UNDO_NOTED if was_noted else DocEvent.UNDO, directive=directive.id)
        document.lead_unit_id = None
        if directive.kind is DirectiveKind.ASSIGN:
            directives.restore_term(document, directive.parsed)
            replying.taken_back(directive, document)
        return document.id


def give_back(actor: Actor, document_id: int, reason: str) -> None:
    """The lead unit gives the document back to the leader, with its reason; its open tasks end.

    :raises Invalid: ``document.reason_too_short``.
    :raises BadState: ``document.wrong_state``.
    """
    said = need_reason(reason)
    with db.unit_of_work() as session:
        document = access_document(actor, document_id, To.GIVE_BACK, lock=True)
        move(actor, document, DocEvent.GIVE_BACK, reason=said, unit=document.lead_unit_id)
        last = session.scalar(
            select(Directive)
            .where(Directive.document_id == document.id, Directive.undone_at.is_(None))
            .order_by(Directive.id.desc())
            .limit(1)
        )
        for task in tasks.for_origin(document.ref):
            if task.is_open and _is_led_by(task, document.lead_unit_id):
                tasks.refuse(actor, task.id, said)
        document.lead_unit_id = None
        if last is not None:
            giver = last.parsed.get("for", last.author_id)
            notices.notify([giver], "document.given_back", document.ref, by=actor)


def finish(actor: Actor, document_id: int) -> None:
    """A leader calls the document dealt with.

    :raises BadState: ``document.wrong_state``.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.FINISH, lock=True)
        move(actor, document, DocEvent.FINISH)
        statuses.answer_sender(actor, document, DispatchState.FINISHED)


def reopen(actor: Actor, document_id: int, reason: str) -> None:
    """Take up a document that was done.

    :raises Invalid: ``document.reason_too_short``.
    :raises BadState: ``document.wrong_state``.
    """
    said = need_reason(reason)
    with db.unit_of_work():
        document = access_document(actor, document_id, To.REOPEN, lock=True)
        move(actor, document, DocEvent.REOPEN, reason=said)


def sentence(given: Direction, units: dict[int, Unit], due: date | None) -> str:
    """The sentence of a direction put together from what was tapped."""
    if given.lead_unit_id is None:
        return label("directive.act")
    lead = units[given.lead_unit_id].short_name
    helpers = ", ".join(units[unit_id].short_name for unit_id in given.co_unit_ids)
    code = "directive.sentence" + ("_co" if helpers else "") + ("_due" if due else "")
    return label(code, lead=lead, co=helpers, due=f"{due:%d/%m}" if due else "", act=label("directive.act"))


def waiting_for(actor: Actor, limit: int = 50) -> list[Document]:
    """Documents that wait for the actor's direction: urgent and due first."""
    if not actor.holds(DIRECT):
        return []
    query = (
        select(Document)
        .where(Document.state == DocState.PRESENTED, Document.org_id.in_(actor.org_ids))
        .where(_mine(actor), visible_to(actor))
        .order_by(
            Document.urgency.desc(), Document.due_date.is_(None), Document.due_date, Document.presented_at
        )
        .limit(limit)
    )
    return list(db.session().scalars(query))


def noted(actor: Actor, document_id: int) -> Document | None:
    """The document, when it was only noted and the actor may direct it after all."""
    document = db.session().scalar(select(Document).where(Document.id == document_id, visible_to(actor)))
    if document is None or document.state is not DocState.NOTED or not may(actor, To.DIRECT, document):
        return None
    return document


def leaders_of(org_id: int) -> list[User]:
    """The agency's leaders; the one before whom the last document was put comes first."""
    usual = _last_presented_to(org_id)
    return sorted(directory.with_role(org_id, Role.LEADER), key=lambda leader: leader.id != usual)


def _last_presented_to(org_id: int) -> int | None:
    query = select(Document.presented_to_id).where(
        Document.org_id == org_id, Document.presented_to_id.is_not(None)
    )
    return db.session().scalar(query.order_by(Document.register_entry_id.desc()).limit(1))


def waiting_count(actor: Actor, most: int) -> int:
    """How many documents wait for the actor's direction, none counted beyond ``most`` and one."""
    if not actor.holds(DIRECT):
        return 0
    few = (
        select(Document.id)
        .where(Document.state == DocState.PRESENTED, Document.org_id.in_(actor.org_ids), _mine(actor))
        .where(visible_to(actor))
        .limit(most + 1)
    )
    return db.session().scalar(select(func.count()).select_from(few.subquery())) or 0


def _mine(actor: Actor) -> Any:
    person_id = actor.acting_for or actor.id
    return Document.presented_to_id.is_(None) | (Document.presented_to_id == person_id)


def check(org_id: int, given: Direction) -> None:
    """Refuse a direction that no document could be given with.

    :raises Invalid: ``directive.no_lead``, ``directive.unit_twice``, ``directive.unknown_unit``,
        ``directive.no_due``, ``directive.past_due``.
    """
    _units(org_id, given)
    term_of(given.due_date)


def _units(org_id: int, given: Direction) -> dict[int, Unit]:
    leads = [one for one in (given.lead_unit_id, given.lead_user_id) if one is not None]
    if len(leads) != 1:
        raise Invalid("directive.no_lead", field="lead")
    wanted = [
        one for one in (given.lead_unit_id, *given.co_unit_ids, *given.info_unit_ids) if one is not None
    ]
    if len(set(wanted)) < len(wanted) or len(set(_people(given))) < len(_people(given)):
        raise Invalid("directive.unit_twice", field="lead")
    return known_units(org_id, wanted)


def _people(given: Direction) -> list[int]:
    named = (given.lead_user_id, *given.co_user_ids, *given.info_user_ids)
    return [one for one in named if one is not None]


def _is_led_by(task: Task, unit_id: int | None) -> bool:
    """The unit leads, or somebody who works in it."""
    if task.lead.user_id is None:
        return task.lead.unit_id == unit_id
    person = directory.people([task.lead.user_id])[task.lead.user_id]
    return unit_id in {post.unit_id for post in person.posts}


def _end_returned_tasks(actor: Actor, document: Document) -> None:
    """Tasks that a unit gave back make way for the new ones."""
    for task in tasks.for_origin(document.ref):
        if task.state is TaskState.RETURNED:
            tasks.cancel(actor, task.id, label("directive.given_anew"))
