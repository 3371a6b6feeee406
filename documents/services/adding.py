"""Directed again while it is being dealt with: more helpers, another task beside the first, another lead.

What was directed before stays. Each is a directive of its own, word for word, and can be taken back like the
first; only the lead changes at once, with the sentence as its reason.
"""

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum
from typing import Any

from documents.models.document import Directive, DirectiveKind, Document
from documents.models.lifecycle import DocEvent
from documents.permissions import To, access_document
from documents.services import closing, directing, directives, replying
from documents.services.directing import Direction, let_read
from documents.services.directives import TEXT_MAX
from documents.services.moving import move, require
from documents.services.naming import known_people, known_units, parties
from documents.services.secrecy import refuse_marks
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid
from intranet.core.labels import label
from intranet.people.models import Unit, User
from intranet.tasks import services as tasks
from intranet.tasks.models import WORKABLE, Task


class How(StrEnum):
    """What is directed again; its word is ``directive.how.<value>``."""

    #: Units and officials join the task, or its people are told more.
    JOIN = "join"
    #: A task of its own beside the first.
    TASK = "task"
    #: The task gets another lead.
    LEAD = "lead"


def add(actor: Actor, document_id: int, how: How, given: Direction, task_id: int | None = None) -> int:
    """Direct a document again that is being dealt with; returns the directive's id.

    :param task_id: which of its tasks is meant, the newest unless given.
    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``, ``task.not_yours``.
    :raises BadState: ``document.wrong_state``, ``directive.no_task``, ``task.not_now``.
    :raises Invalid: what a direction is refused with; ``task.nobody_joins``, ``task.party_twice``,
        ``task.co_due_after``, ``task.reason_needed``, ``task.already_theirs``.
    """
    refuse_marks(actor, text=given.text)
    with db.unit_of_work():
        document = access_document(actor, document_id, To.DIRECT, lock=True)
        require(document, DocEvent.ADD)
        earlier = directives.given_on(document)
        given = replace(given, text=given.text.strip()[:TEXT_MAX])
        if how is How.TASK:
            directive = directing.give_work(actor, document, given)
        elif how is How.JOIN:
            directive = _join(actor, document, given, task_of(document, task_id))
        else:
            directive = _lead(actor, document, given, task_of(document, task_id))
        directive.parsed = {**directive.parsed, "how": how.value}
        directive.parent_id = earlier[0].id if earlier else None
        move(actor, document, DocEvent.ADD, reason=directive.text, directive=directive.id)
        return directive.id


def undo(actor: Actor, directive_id: int) -> int:
    """Take a direction back within its ten seconds, the first or a further one; returns the document's id.

    :raises NotFound: ``directive.missing``, no such one, or somebody else's.
    :raises BadState: ``directive.too_late``, ``directive.went_on``, ``document.wrong_state``.
    """
    with db.unit_of_work():
        directive = directives.open_to_undo(actor, directive_id)
        given = directive.parsed
        if "how" not in given:
            return directing.undo_direction(actor, directive_id)
        document = access_document(actor, directive.document_id, To.DIRECT, lock=True)
        for task_id in given.get("tasks", ()):
            tasks.undo_assignment(actor, task_id)
        if "joined" in given:
            tasks.let_go(actor, tasks.Joined(**given["joined"]))
        directives.strike(directive, document)
        replying.taken_back(directive, document)
        move(actor, document, DocEvent.ADD_UNDONE, directive=directive.id)
        if given["how"] == How.TASK:
            directives.restore_term(document, given)
            closing.follow_task(document.ref)
        return document.id


def open_tasks(document: Document) -> list[Task]:
    """Tasks of the document on which work goes on, newest first."""
    found = [task for task in tasks.for_origin(document.ref) if task.parent_id is None]
    return [task for task in reversed(found) if task.state in WORKABLE]


def task_of(document: Document, task_id: int | None) -> Task:
    """The task that is meant, the newest on which work goes on unless it is named.

    :raises BadState: ``directive.no_task``.
    """
    found = [task for task in open_tasks(document) if task_id in (None, task.id)]
    if not found:
        raise BadState("directive.no_task")
    return found[0]


def _join(actor: Actor, document: Document, given: Direction, task: Task) -> Directive:
    units = known_units(document.org_id, [*given.co_unit_ids, *given.info_unit_ids])
    people = known_people(document.org_id, [*given.co_user_ids, *given.info_user_ids])
    if not units and not people and not given.text:
        raise Invalid("task.nobody_joins", field="co")
    text = given.text or _words(given, units, people)
    directive = directives.write(actor, document, DirectiveKind.ASSIGN, text, given.due_date)
    joined = tasks.join(
        actor,
        task.id,
        co=[replace(one, due_date=given.due_date) for one in parties(given.co_unit_ids, given.co_user_ids)],
        info=parties(given.info_unit_ids, given.info_user_ids),
        text=given.text,
        told_at=directive.release_at,
    )
    directive.parsed = {**_parties(given, people), "joined": joined.as_data()}
    let_read(document, directive, units, people)
    return directive


def _lead(actor: Actor, document: Document, given: Direction, task: Task) -> Directive:
    leads = parties([given.lead_unit_id], [given.lead_user_id])
    if len(leads) != 1:
        raise Invalid("directive.no_lead", field="lead")
    units = known_units(document.org_id, [leads[0].unit_id] if leads[0].unit_id else [])
    people = known_people(document.org_id, [leads[0].user_id] if leads[0].user_id else [])
    if not given.text:
        raise Invalid("task.reason_needed", field="text")
    directive = directives.write(
        actor, document, DirectiveKind.ASSIGN, given.text, task.due_date, is_final=True
    )
    tasks.reassign(actor, task.id, leads[0], reason=given.text)
    directive.parsed = {**_parties(given, people), "lead": given.lead_unit_id}
    let_read(document, directive, units, people)
    return directive


def _parties(given: Direction, people: dict[int, User]) -> dict[str, Any]:
    return {
        "co": list(given.co_unit_ids),
        "info": list(given.info_unit_ids),
        "people": {str(user_id): one.full_name for user_id, one in people.items()},
        "lead_user": given.lead_user_id,
    }


def _words(given: Direction, units: dict[int, Unit], people: dict[int, User]) -> str:
    """The sentence of a directive of which nothing was typed."""

    def names(unit_ids: Collection[int], user_ids: Collection[int]) -> str:
        named = [units[one].short_name for one in unit_ids] + [people[one].full_name for one in user_ids]
        return ", ".join(named)

    said = (
        ("directive.joins_co", names(given.co_unit_ids, given.co_user_ids)),
        ("directive.joins_info", names(given.info_unit_ids, given.info_user_ids)),
    )
    return " ".join(label(code, names=who) for code, who in said if who)
