"""All that the page of one document shows, read in a fixed number of questions."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select

from documents.formats.invitation import Invitation, read_invitation
from documents.models.dispatch import Dispatch
from documents.models.document import Directive, Document, DocumentLink, Relation
from documents.models.lifecycle import Direction, DocEvent, leads_to
from documents.permissions import To, may, visible_to
from documents.services import (
    attaching,
    directives,
    doubles,
    history,
    issuing,
    restricting,
    stamping,
    tying,
)
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.people import directory
from intranet.people.models import User
from intranet.records import files, readers, signatures
from intranet.records.models import AuditLine, File
from intranet.tasks import services as tasks
from intranet.tasks.models import Task

#: Code of the kind that invites (giấy mời).
_INVITATION = "GM"
#: Which right an event needs.
NEEDS: dict[DocEvent, To] = {
    DocEvent.REGISTER: To.REGISTER,
    DocEvent.RETURN: To.REGISTER,
    DocEvent.MERGE: To.REGISTER,
    DocEvent.PRESENT: To.PRESENT,
    DocEvent.TRANSFER: To.TRANSFER,
    DocEvent.DIRECT: To.DIRECT,
    DocEvent.KNOW: To.DIRECT,
    DocEvent.ADD: To.DIRECT,
    DocEvent.GIVE_BACK: To.GIVE_BACK,
    DocEvent.FINISH: To.FINISH,
    DocEvent.REOPEN: To.REOPEN,
    DocEvent.RECALL: To.RECALL,
    DocEvent.OPINION: To.EDIT,
    DocEvent.SUBMIT: To.EDIT,
    DocEvent.UNIT_APPROVE: To.REVIEW_UNIT,
    DocEvent.UNIT_RETURN: To.REVIEW_UNIT,
    DocEvent.LAYOUT_APPROVE: To.REVIEW_LAYOUT,
    DocEvent.LAYOUT_RETURN: To.REVIEW_LAYOUT,
    DocEvent.SIGN: To.SIGN,
    DocEvent.SIGN_RETURN: To.SIGN,
    DocEvent.NUMBER: To.NUMBER,
    DocEvent.SEAL: To.SEAL,
    DocEvent.ISSUE: To.ISSUE,
    DocEvent.CANCEL: To.CANCEL,
    DocEvent.STRIKE: To.CANCEL,
}


@dataclass(frozen=True)
class Related:
    """A document tied to this one, as this one sees it: ``from_here`` when this one says so."""

    document: Document
    relation: Relation
    from_here: bool
    link_id: int

    @property
    def is_by_hand(self) -> bool:
        """True for what may be taken back by hand."""
        return self.relation in tying.BY_HAND


@dataclass(frozen=True)
class TaskLine:
    """A task of the document with the names of its parties."""

    task: Task
    parties: list[tasks.Shown]
    parts: list["TaskLine"] = field(default_factory=list)


@dataclass(frozen=True)
class About:
    """What is known of a document."""

    document: Document
    files: list[File]
    #: Those of them that carry digital signatures.
    signed: list[signatures.Signed]
    shown: File | None
    directives: list[Directive]
    tasks: list[TaskLine]
    related: list[Related]
    dispatches: list[Dispatch]
    #: The newest leaf of what was done to it.
    history: history.Page
    #: The document's way, newest step first.
    steps: list[AuditLine]
    people: dict[int, User]
    seen: list[readers.Seen]
    #: A change of who may see it waits to be confirmed.
    is_flagged: bool
    #: The meeting that an invitation is to.
    invitation: Invitation | None

    @property
    def unseen(self) -> list[User]:
        """Others to whom it was given and who have not opened it: whoever reads this is opening it."""
        return [self.people[key] for key in self._given() if key not in {seen.user_id for seen in self.seen}]

    def _given(self) -> Collection[int]:
        return [key for key in self.receivers if key in self.people]

    receivers: tuple[int, ...] = ()


def about(actor: Actor, document: Document) -> About:
    """Everything on a document that its reader may see."""
    own = document.org_id in actor.org_ids
    given = [one for one in directives.given_on(document) if _is_shown(actor, one)] if own else []
    lines = _tasks(document, actor)
    steps = history.steps_of(document) if own else []
    seen = readers.seen_by(document.ref) if own else []
    receivers = _receivers(document, given)
    wanted = {line.actor_id for line in steps if line.actor_id} | {one.user_id for one in seen}
    wanted |= {line.acting_for_id for line in steps if line.acting_for_id} | set(receivers)
    wanted |= {one.author_id for one in given}
    done = history.page_of(document, beside=wanted) if own else history.withheld(document, wanted)
    found = files.of(document.ref)
    return About(
        document=document,
        files=found,
        signed=signatures.of(found),
        shown=stamping.shown_file(found),
        directives=given,
        tasks=lines,
        related=_related(actor, document),
        dispatches=issuing.dispatches_of(document.id) if own else [],
        history=done,
        steps=steps,
        people=done.people,
        seen=seen,
        is_flagged=own and restricting.is_flagged(document),
        invitation=_invitation(document, found),
        receivers=tuple(key for key in receivers if key != actor.id),
    )


def possible(actor: Actor, document: Document) -> frozenset[str]:
    """What the actor may do now: events, ``set_access``, ``set_field``, ``add_file``, ``tie``."""
    rights: dict[To, bool] = {}
    found = {to.value for to in (To.SET_ACCESS, To.SET_FIELD) if may(actor, to, document)}
    if attaching.takes_files(actor, document):
        found.add("add_file")
    if tying.takes_ties(actor, document):
        found.add(To.TIE.value)
    for event, to in NEEDS.items():
        if leads_to(document.direction, document.state, event) is None:
            continue
        if to not in rights:
            rights[to] = may(actor, to, document)
        if rights[to]:
            found.add(event.value)
    return frozenset(found)


def waited(earlier: datetime | None, later: datetime) -> int:
    """Minutes between two steps."""
    return 0 if earlier is None else max(0, int((later - earlier).total_seconds() // 60))


def _invitation(document: Document, found: list[File]) -> Invitation | None:
    kind = document.kind
    if not document.is_incoming or kind is None or kind.code != _INVITATION:
        return None
    main = next((file for file in found if file.role in doubles.MAIN_ROLES), None)
    return None if main is None else read_invitation(files.text_of(main), document.doc_date or clock.today())


def _is_shown(actor: Actor, directive: Directive) -> bool:
    return directive.release_at <= clock.now() or directive.author_id == actor.id


def _tasks(document: Document, actor: Actor) -> list[TaskLine]:
    given = [task for task in tasks.for_origin(document.ref) if _is_released(task, actor)]
    if not given:
        return []
    shown = tasks.parties_of([task.id for task in given])
    lines = {task.id: TaskLine(task, shown.get(task.id, [])) for task in given}
    tops: list[TaskLine] = []
    for task in given:
        above = lines.get(task.parent_id) if task.parent_id is not None else None
        (tops if above is None else above.parts).append(lines[task.id])
    return tops


def _is_released(task: Task, actor: Actor) -> bool:
    return task.release_at <= clock.now() or task.assigner_id in (actor.id, actor.acting_for)


def _related(actor: Actor, document: Document) -> list[Related]:
    links = (
        db.session()
        .scalars(
            select(DocumentLink).where(
                or_(DocumentLink.from_id == document.id, DocumentLink.to_id == document.id)
            )
        )
        .all()
    )
    ids = {link.to_id if link.from_id == document.id else link.from_id for link in links}
    if not ids:
        return []
    query = select(Document).where(Document.id.in_(ids), visible_to(actor, among=ids))
    others = {one.id: one for one in db.session().scalars(query)}
    found = []
    for link in links:
        from_here = link.from_id == document.id
        other = others.get(link.to_id if from_here else link.from_id)
        if other is not None:
            found.append(Related(other, link.relation, from_here, link.id))
    return found


def _receivers(document: Document, written: list[Directive]) -> list[int]:
    if document.direction is Direction.OUT:
        return []
    found: list[int] = []
    if document.presented_to_id is not None:
        found.append(document.presented_to_id)
    for directive in written:
        given = directive.parsed
        units = [given.get("lead"), *given.get("co", ()), *given.get("info", ())]
        for unit_id in filter(None, units):
            found += directory.receivers_of(unit_id)
    return list(dict.fromkeys(found))
