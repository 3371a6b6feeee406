"""The clerk hands a registered document straight to a unit, where the regulation lists its kind.

The work is given in the name of the leader whose order the regulation is: that leader accepts the result, and
may be given the document back.
"""

from datetime import date

from sqlalchemy import select

from documents.models.catalogue import DocKind
from documents.models.document import AccessLevel, DirectiveKind, Document, DueSource, Urgency
from documents.models.lifecycle import DocEvent, DocState
from documents.models.transferring import TransferRule
from documents.permissions import KEEP_CATALOGUE, To, access_document, give_access
from documents.services import directives
from documents.services.moving import move, require
from documents.services.naming import set_term, term_of
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.labels import label
from intranet.people import directory
from intranet.people.models import Role
from intranet.records import audit
from intranet.tasks import services as tasks
from intranet.tasks.services import Party


def rules(org_id: int) -> list[TransferRule]:
    """What the agency's regulation lists, by kind."""
    query = select(TransferRule).join(TransferRule.kind).where(TransferRule.org_id == org_id)
    return list(db.session().scalars(query.order_by(DocKind.position, DocKind.name)))


def set_rule(actor: Actor, *, kind_id: int, unit_id: int, leader_id: int) -> int:
    """Let documents of a kind go straight to a unit from now on; returns the rule's id.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``document.kind_unknown``, ``directive.unknown_unit``, ``document.no_such_leader``.
    """
    _need_keeper(actor)
    with db.unit_of_work() as session:
        kind = session.get(DocKind, kind_id)
        if kind is None or kind.org_id != actor.org_id or not kind.is_active:
            raise Invalid("document.kind_unknown", field="kind_id")
        if unit_id not in {unit.id for unit in directory.units_of(actor.org_id)}:
            raise Invalid("directive.unknown_unit", field="unit_id")
        if leader_id not in directory.ids_with_role(actor.org_id, Role.LEADER):
            raise Invalid("document.no_such_leader", field="leader_id")
        row = session.scalar(
            select(TransferRule).where(TransferRule.org_id == actor.org_id, TransferRule.kind_id == kind_id)
        )
        was = None if row is None else row.unit_id
        if row is None:
            row = TransferRule(org_id=actor.org_id, kind_id=kind_id)
            session.add(row)
        row.unit_id, row.leader_id = unit_id, leader_id
        row.set_by_id, row.set_at = actor.id, clock.now()
        session.flush()
        audit.record(
            actor, "transfer_rule.set", row, doc_kind=kind_id, unit=unit_id, leader=leader_id, was=was
        )
        return row.id


def forget_rule(actor: Actor, rule_id: int) -> None:
    """Documents of that kind go before a leader again.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``transfer.missing``.
    """
    _need_keeper(actor)
    with db.unit_of_work() as session:
        row = session.get(TransferRule, rule_id)
        if row is None or row.org_id != actor.org_id:
            raise NotFound("transfer.missing")
        audit.record(actor, "transfer_rule.forgotten", row, doc_kind=row.kind_id, unit=row.unit_id)
        session.delete(row)


def rule_for(document: Document) -> TransferRule | None:
    """The rule under which a document may be handed over, while its unit and leader are still there."""
    if document.kind_id is None:
        return None
    row = db.session().scalar(
        select(TransferRule).where(
            TransferRule.org_id == document.org_id, TransferRule.kind_id == document.kind_id
        )
    )
    if row is None or row.leader_id not in directory.ids_with_role(document.org_id, Role.LEADER):
        return None
    return row if row.unit_id in {unit.id for unit in directory.units_of(document.org_id)} else None


def transfer(actor: Actor, document_id: int, due_date: date | None = None) -> int:
    """Hand a registered document to the unit that the regulation names; returns the directive's id.

    :param due_date: the term, the document's own where it is ``None``.
    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``document.wrong_state``, ``transfer.no_rule``.
    :raises Invalid: ``directive.no_due``, ``directive.past_due``.
    """
    with db.unit_of_work():
        document = access_document(actor, document_id, To.TRANSFER, lock=True)
        require(document, DocEvent.TRANSFER)
        rule = rule_for(document)
        if rule is None:
            raise BadState("transfer.no_rule", kind=document.kind.name if document.kind else "…")
        due = term_of(due_date or document.due_date)
        text = label("transfer.sentence", unit=rule.unit.short_name, leader=rule.leader.full_name)
        directive = directives.write(actor, document, DirectiveKind.TRANSFER, text, due)
        is_named = document.access_level is AccessLevel.NAMED
        task_id = tasks.assign_task(
            actor,
            title=document.subject,
            origin=document.ref,
            text=text,
            lead=Party(unit_id=rule.unit_id),
            due_date=due,
            due_at=document.urgent_at,
            release_at=directive.release_at,
            org_id=document.org_id,
            is_restricted=is_named,
            is_urgent=document.urgency > Urgency.NORMAL,
            assigner_id=rule.leader_id,
        )
        directive.parsed = {
            "lead": rule.unit_id,
            "tasks": [task_id],
            "urgent": False,
            "for": rule.leader_id,
            **directives.term_before(document),
            "was_forwarded": document.forwarded_at is not None,
        }
        give_access(document, f"d:{rule.unit_id}", reason="directive", since=directive.release_at)
        move(actor, document, DocEvent.TRANSFER, directive=directive.id, lead=rule.unit_id)
        document.lead_unit_id = rule.unit_id
        document.forwarded_at = document.forwarded_at or directive.created_at
        set_term(document, due, DueSource.DIRECTIVE)
        return directive.id


def take_back(actor: Actor, directive_id: int) -> None:
    """Take a document from the unit again, within the seconds in which nobody was told yet.

    :raises NotFound: ``directive.missing``.
    :raises BadState: ``directive.too_late``, ``bulk.went_on``.
    """
    with db.unit_of_work():
        directive = directives.open_to_undo(actor, directive_id)
        document = access_document(actor, directive.document_id, To.TRANSFER, lock=True)
        if document.state is not DocState.ASSIGNED:
            raise BadState("bulk.went_on")
        given = directive.parsed
        for task_id in given["tasks"]:
            tasks.undo_assignment(actor, task_id, for_id=given["for"])
        directives.strike(directive, document)
        move(actor, document, DocEvent.TAKE_BACK, directive=directive.id)
        document.lead_unit_id = None
        if not given["was_forwarded"]:
            document.forwarded_at = None
        directives.restore_term(document, given)


def _need_keeper(actor: Actor) -> None:
    if not actor.holds(KEEP_CATALOGUE):
        raise Forbidden("auth.no_permit")
