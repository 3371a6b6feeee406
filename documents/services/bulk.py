"""One act on several documents of a list: each goes the way of a single one and stands for itself.

A row that is refused does not hold up the others and is told with its reason. For ten seconds the whole can
be taken back; what somebody went on with meanwhile stays, and is told too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from documents.models.document import Document, Urgency
from documents.models.listing import BulkAct, BulkKind, BulkLine
from documents.permissions import readable
from documents.services import directing, fields, transferring
from documents.services import urgency as degrees
from documents.services.directing import Direction
from documents.services.directives import UNDO
from documents.services.naming import term_of
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, DomainError, Invalid, NotFound
from intranet.core.once import done_once

#: As many rows as a page of a list has.
MOST = 50


@dataclass(frozen=True)
class Did:
    """What taking an act with one document back needs."""

    #: The direction that was given.
    directive_id: int | None = None
    #: What stood there before.
    was: dict[str, Any] | None = None


#: Does the act with one document, which others hear of then.
Single = Callable[[int, datetime], Did]


@dataclass(frozen=True)
class Told:
    """A document with which something did not go: the code of why, and what its sentence needs."""

    document: Document
    code: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """How an act on several documents stands now."""

    act: BulkAct
    #: Documents with which it was done, those taken back again among them.
    done: int
    refused: list[Told]
    undone: int
    kept: list[Told]
    #: Seconds in which it can be taken back, 0 when it cannot.
    seconds: int


def present(
    actor: Actor, document_ids: Sequence[int], leader_id: int | None, *, once: str | None = None
) -> int:
    """Put documents before a leader; returns the act's id.

    :raises Invalid: ``bulk.nothing_chosen``, ``document.no_such_leader``.
    :raises NotFound: ``document.missing``, the actor may see none of them.
    """

    def single(document_id: int, told_at: datetime) -> Did:
        directing.present(actor, document_id, leader_id, told_at=told_at)
        return Did()

    return _each(actor, BulkKind.PRESENT, document_ids, {"leader": leader_id}, single, once)


def direct(actor: Actor, document_ids: Sequence[int], given: Direction, *, once: str | None = None) -> int:
    """Give presented documents to the same unit; returns the act's id.

    :raises Invalid: ``bulk.nothing_chosen``, and what a direction without lead or term is refused with.
    :raises NotFound: ``document.missing``, the actor may see none of them.
    """
    directing.check(actor.org_id, given)
    return _each(
        actor,
        BulkKind.DIRECT,
        document_ids,
        {"given": str(given)},
        lambda document_id, _told_at: Did(directing.direct(actor, document_id, given)),
        once,
    )


def let_know(actor: Actor, document_ids: Sequence[int], *, once: str | None = None) -> int:
    """Note presented documents without giving work; returns the act's id.

    :raises Invalid: ``bulk.nothing_chosen``.
    :raises NotFound: ``document.missing``, the actor may see none of them.
    """
    return _each(
        actor,
        BulkKind.KNOW,
        document_ids,
        {},
        lambda document_id, _told_at: Did(directing.let_know(actor, document_id)),
        once,
    )


def transfer(
    actor: Actor, document_ids: Sequence[int], due_date: date | None = None, *, once: str | None = None
) -> int:
    """Hand registered documents to the units that the regulation lists for their kinds; returns the act's id.

    :raises Invalid: ``bulk.nothing_chosen``, ``directive.past_due``.
    :raises NotFound: ``document.missing``, the actor may see none of them.
    """
    if due_date is not None:
        term_of(due_date)
    return _each(
        actor,
        BulkKind.TRANSFER,
        document_ids,
        {"due": str(due_date)},
        lambda document_id, _told_at: Did(transferring.transfer(actor, document_id, due_date)),
        once,
    )


def set_urgency(
    actor: Actor,
    document_ids: Sequence[int],
    urgency: Urgency,
    urgent_at: datetime | None = None,
    *,
    once: str | None = None,
) -> int:
    """Say how urgent documents are; returns the act's id.

    :raises Invalid: ``bulk.nothing_chosen``.
    :raises NotFound: ``document.missing``, the actor may see none of them.
    """

    def single(document_id: int, told_at: datetime) -> Did:
        return Did(was=degrees.set_urgency(actor, document_id, urgency, urgent_at, told_at=told_at))

    asked = {"urgency": int(urgency), "at": str(urgent_at)}
    return _each(actor, BulkKind.URGENCY, document_ids, asked, single, once)


def set_field(
    actor: Actor, document_ids: Sequence[int], field_id: int | None, *, once: str | None = None
) -> int:
    """Say what documents are about; returns the act's id.

    :raises Invalid: ``bulk.nothing_chosen``, ``field_of_work.unknown``.
    :raises NotFound: ``document.missing``, the actor may see none of them.
    """
    fields.chosen(actor.org_id, field_id)

    def single(document_id: int, _told_at: datetime) -> Did:
        return Did(was=fields.set_field(actor, document_id, field_id))

    return _each(actor, BulkKind.FIELD, document_ids, {"field": field_id}, single, once)


def undo(actor: Actor, act_id: int) -> None:
    """Take an act back, within its ten seconds; what cannot be taken back any more stays and says why.

    What a lost connection left over is taken back when it is asked for again, also later.

    :raises NotFound: ``bulk.missing``, no such one, or somebody else's.
    :raises BadState: ``bulk.too_late``.
    """
    with db.unit_of_work() as session:
        act = session.get(BulkAct, act_id, with_for_update=True)
        if act is None or act.by_id != actor.id:
            raise NotFound("bulk.missing")
        if act.undone_at is None and act.release_at <= clock.now():
            raise BadState("bulk.too_late")
        act.undone_at = act.undone_at or clock.now()
        open_ = (
            BulkLine.problem.is_(None),
            BulkLine.undone_at.is_(None),
            BulkLine.kept.is_(None),
        )
        query = select(BulkLine.document_id).where(BulkLine.act_id == act_id, *open_)
        waiting = session.scalars(query.order_by(BulkLine.document_id)).all()
    for document_id in waiting:
        _take_back(actor, act_id, document_id)


def outcome(actor: Actor, act_id: int) -> Outcome | None:
    """How an act of the actor went; ``None`` for no such one, or somebody else's."""
    act = db.session().get(BulkAct, act_id)
    if act is None or act.by_id != actor.id:
        return None
    lines = db.session().scalars(select(BulkLine).where(BulkLine.act_id == act_id)).all()
    failed = [line for line in lines if line.problem or line.kept]
    known = {document.id: document for document in readable(actor, [line.document_id for line in failed])}
    rows = sorted(
        (line for line in failed if line.document_id in known),
        key=lambda line: -(known[line.document_id].register_entry_id or 0),
    )
    left = 0.0 if act.undone_at is not None else (act.release_at - clock.now()).total_seconds()
    done = sum(line.problem is None for line in lines)
    return Outcome(
        act=act,
        done=done,
        refused=[
            Told(known[line.document_id], line.problem, line.problem_data or {})
            for line in rows
            if line.problem
        ],
        undone=sum(line.undone_at is not None for line in lines),
        kept=[Told(known[line.document_id], line.kept, {}) for line in rows if line.kept],
        seconds=max(1, round(left)) if left > 0 and done else 0,
    )


def _each(
    actor: Actor,
    kind: BulkKind,
    document_ids: Sequence[int],
    asked: dict[str, Any],
    single: Single,
    once: str | None,
) -> int:
    wanted = list(dict.fromkeys(document_ids))[:MOST]
    if not wanted:
        raise Invalid("bulk.nothing_chosen")
    known = sorted(document.id for document in readable(actor, wanted))
    if not known:
        raise NotFound("document.missing")
    body = {"kind": kind.value, "ids": wanted, **asked}
    act_id: int = done_once(actor, once, body, lambda: _begin(actor, kind, len(wanted) - len(known)))
    release_at = db.session().get_one(BulkAct, act_id).release_at
    for document_id in known:
        _do(act_id, document_id, release_at, single)
    return act_id


def _begin(actor: Actor, kind: BulkKind, unseen: int) -> int:
    with db.unit_of_work() as session:
        act = BulkAct(
            org_id=actor.org_id,
            by_id=actor.id,
            acting_for_id=actor.acting_for,
            kind=kind,
            created_at=clock.now(),
            release_at=clock.now() + UNDO,
            unseen=unseen,
        )
        session.add(act)
        session.flush()
        return act.id


def _do(act_id: int, document_id: int, release_at: datetime, single: Single) -> None:
    """Do it with one document and note it in the same unit of work; a repeated request passes it over."""
    try:
        with db.unit_of_work() as session:
            if session.get(BulkLine, (act_id, document_id)) is not None:
                return
            did = single(document_id, release_at)
            version = session.get_one(Document, document_id).version
            line = BulkLine(act_id=act_id, document_id=document_id, version=version)
            line.directive_id, line.was = did.directive_id, did.was
            session.add(line)
    except DomainError as refusal:
        plain = {name: value for name, value in refusal.data.items() if isinstance(value, (str, int))}
        with db.unit_of_work() as session:
            if session.get(BulkLine, (act_id, document_id)) is None:
                session.add(
                    BulkLine(
                        act_id=act_id,
                        document_id=document_id,
                        version=0,
                        problem=refusal.code,
                        problem_data=plain or None,
                    )
                )


def _take_back(actor: Actor, act_id: int, document_id: int) -> None:
    try:
        with db.unit_of_work() as session:
            line = session.get_one(BulkLine, (act_id, document_id), with_for_update=True)
            if line.undone_at is not None:
                return
            _reverse(actor, session.get_one(BulkAct, act_id).kind, line)
            line.undone_at = clock.now()
    except DomainError as refusal:
        with db.unit_of_work() as session:
            session.get_one(BulkLine, (act_id, document_id)).kept = refusal.code


def _reverse(actor: Actor, kind: BulkKind, line: BulkLine) -> None:
    if kind is BulkKind.URGENCY:
        degrees.take_back(actor, line.document_id, line.version, line.was or {})
    elif kind is BulkKind.FIELD:
        fields.take_back(actor, line.document_id, line.version, line.was or {})
    elif line.directive_id is None:
        directing.take_back(actor, line.document_id, line.version)
    elif kind is BulkKind.TRANSFER:
        transferring.take_back(actor, line.directive_id)
    else:
        directing.undo_direction(actor, line.directive_id)
