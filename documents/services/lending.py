"""Kept copies of issued documents in use: asked for, allowed, given out, returned (Decree 30/2020/NĐ-CP).

The use of the paper, not of the file: whoever may read a document reads its file without asking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.orm import joinedload

from documents.models.copies import CopyUse, UseState
from documents.models.document import Document
from documents.models.lifecycle import Direction, DocState
from documents.permissions import ALLOW_COPY, ASK_COPY, LEND, READ_REGISTER, To, access_document, readable
from documents.services.secrecy import refuse_marks
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.core.labels import label
from intranet.notices import services as notices
from intranet.people import directory
from intranet.people.models import Role
from intranet.records import audit

#: Days for which a copy may be out, one page of the list.
MOST_DAYS, PAGE = 60, 50
TABS = ("open", "late", "returned", "all")
_KEPT = (DocState.ISSUED, DocState.RECALLED)
_OPEN = (UseState.ASKED, UseState.ALLOWED, UseState.GIVEN)


@dataclass(frozen=True)
class Page:
    """One page of the uses, and what of their documents the actor may see."""

    rows: Sequence[CopyUse]
    readable: frozenset[int]
    older: int | None = None


@dataclass(frozen=True)
class Asking:
    """What is wanted: why, until when, for whom from outside, from which case file."""

    purpose: str
    due_date: date
    user_text: str = ""
    case_code: str = ""


def ask(actor: Actor, document_id: int, given: Asking) -> int:
    """Ask for the kept copy of an issued document; returns the use's id.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``auth.no_permit``; ``copy.not_for_others``: only whoever lends writes down others.
    :raises BadState: ``copy.none_kept``, not issued yet.
    :raises Invalid: ``copy.due_wrong``, ``document.secret_mark``.
    """
    _need(actor, ASK_COPY)
    if given.user_text and not actor.holds(LEND):
        raise Forbidden("copy.not_for_others")
    today = clock.today()
    if not today <= given.due_date <= today + timedelta(days=MOST_DAYS):
        raise Invalid("copy.due_wrong", field="due_date", days=MOST_DAYS)
    refuse_marks(actor, purpose=given.purpose, user_text=given.user_text, case_code=given.case_code)
    with db.unit_of_work() as session:
        document = access_document(actor, document_id, To.READ)
        if document.org_id not in actor.org_ids:
            raise NotFound("document.missing")
        if document.direction is not Direction.OUT or document.state not in _KEPT:
            raise BadState("copy.none_kept")
        row = CopyUse(
            org_id=document.org_id,
            document_id=document.id,
            asked_by_id=actor.id,
            asked_at=clock.now(),
            user_text=given.user_text,
            purpose=given.purpose,
            case_code=given.case_code,
            due_date=given.due_date,
        )
        session.add(row)
        session.flush()
        audit.record(actor, "copy.asked", document, use=row.id, until=given.due_date.isoformat())
        deciding = directory.ids_with_role(document.org_id, Role.OFFICE_HEAD, Role.LEADER)
        notices.notify(deciding, "copy.asked", row.ref, by=actor)
        return row.id


def decide(actor: Actor, use_id: int, *, agree: bool, note: str = "") -> CopyUse:
    """Allow the use of a kept copy, or refuse it.

    :raises NotFound: ``copy.missing``.
    :raises Forbidden: ``auth.no_permit``.
    :raises BadState: ``copy.moved_on``; ``copy.own_request``: nobody allows oneself.
    :raises Invalid: ``copy.note_needed`` for a refusal.
    """
    _need(actor, ALLOW_COPY)
    said = note.strip()[:300]
    refuse_marks(actor, note=said)
    with db.unit_of_work():
        row = _locked(actor, use_id, UseState.ASKED)
        if row.asked_by_id == actor.id:
            raise BadState("copy.own_request")
        if not agree and not said:
            raise Invalid("copy.note_needed", field="note")
        row.state = UseState.ALLOWED if agree else UseState.REFUSED
        row.decided_by_id, row.decided_at, row.note = actor.id, clock.now(), said
        act = f"copy.{row.state.value}"
        audit.record(actor, act, row.document, reason=said or None, use=row.id)
        told = {row.asked_by_id}
        if agree:
            told |= set(directory.ids_with_role(row.org_id, Role.CLERK))
        notices.notify(told, act, row.ref, by=actor)
        return row


def give(actor: Actor, use_id: int) -> CopyUse:
    """Note that the copy was handed over.

    :raises NotFound: ``copy.missing``.
    :raises Forbidden: ``auth.no_permit``.
    :raises BadState: ``copy.moved_on``; ``copy.all_out``: as many are out as are kept.
    """
    _need(actor, LEND)
    with db.unit_of_work() as session:
        row = _locked(actor, use_id, UseState.ALLOWED)
        document = session.get_one(Document, row.document_id, with_for_update={"of": Document})
        out = session.scalar(
            select(func.count()).where(CopyUse.document_id == document.id, CopyUse.state == UseState.GIVEN)
        )
        if (out or 0) >= max(document.retained_copies, 1):
            raise BadState("copy.all_out", n=out)
        row.state, row.given_by_id, row.given_at = UseState.GIVEN, actor.id, clock.now()
        audit.record(actor, "copy.given", document, use=row.id, until=row.due_date.isoformat())
        return row


def take_back(actor: Actor, use_id: int, note: str = "") -> CopyUse:
    """Note that the copy came back.

    :raises NotFound: ``copy.missing``.
    :raises Forbidden: ``auth.no_permit``.
    :raises BadState: ``copy.moved_on``.
    """
    _need(actor, LEND)
    said = note.strip()[:300]
    refuse_marks(actor, note=said)
    with db.unit_of_work():
        row = _locked(actor, use_id, UseState.GIVEN)
        row.state, row.taken_by_id, row.returned_at = UseState.RETURNED, actor.id, clock.now()
        row.note = said or row.note
        audit.record(actor, "copy.returned", row.document, reason=said or None, use=row.id)
        return row


def page_of(actor: Actor, tab: str, before: int | None = None) -> Page:
    """Uses of kept copies, newest first: all for those who lend, allow or keep registers, else own ones."""
    query = select(CopyUse).where(CopyUse.org_id.in_(actor.org_ids), _shown_to(actor), *_in_tab(tab))
    if before is not None:
        query = query.where(CopyUse.id < before)
    query = query.order_by(CopyUse.id.desc()).limit(PAGE + 1).options(*_WITH)
    rows = list(db.session().scalars(query))
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    rows = rows[:PAGE]
    seen = readable(actor, {row.document_id for row in rows})
    return Page(rows, frozenset(one.id for one in seen), more)


def waiting_counts(actor: Actor) -> dict[str, int]:
    """How many uses wait for the actor by tab: to be allowed, to be handed over, to come back too late."""
    late = (CopyUse.state == UseState.GIVEN) & (CopyUse.due_date < clock.today())
    mine: dict[str, ColumnElement[bool]] = {}
    if actor.holds(ALLOW_COPY):
        mine["to_allow"] = (CopyUse.state == UseState.ASKED) & (CopyUse.asked_by_id != actor.id)
    if actor.holds(LEND):
        mine |= {"to_give": CopyUse.state == UseState.ALLOWED, "late": late}
    if not mine:
        return {}
    sums = [func.count(case((which, 1))) for which in mine.values()]
    query = select(*sums).where(CopyUse.org_id.in_(actor.org_ids), CopyUse.state.in_(_OPEN))
    return dict(zip(mine, db.session().execute(query).one(), strict=True))


def uses_of(document: Document) -> list[CopyUse]:
    """The uses of one document's copy, the newest first. Whoever asks may read the document."""
    query = select(CopyUse).where(CopyUse.document_id == document.id)
    return list(db.session().scalars(query.order_by(CopyUse.id.desc()).limit(PAGE).options(*_WITH)))


def is_late(row: CopyUse) -> bool:
    """True for a copy that should be back."""
    return row.state is UseState.GIVEN and row.due_date < clock.today()


def remind_late() -> int:
    """Tell users and clerks, once a day, of copies that should be back; returns of how many."""
    today = clock.today()
    due = (
        (CopyUse.state == UseState.GIVEN)
        & (CopyUse.due_date < today)
        & or_(CopyUse.reminded_on.is_(None), CopyUse.reminded_on < today)
    )
    with db.scope(), db.across_orgs("copies of every agency that should be back"):
        waiting = db.session().scalars(select(CopyUse.id).where(due)).all()
    told = 0
    for use_id in waiting:
        with db.unit_of_work() as session, db.across_orgs("copies of every agency that should be back"):
            claimed = session.execute(
                update(CopyUse)
                .where(CopyUse.id == use_id, due)
                .values(reminded_on=today)
                .returning(CopyUse.id)
                .execution_options(synchronize_session=False)
            ).first()
            if claimed is None:
                continue
            row = session.get_one(CopyUse, use_id)
            people = {row.asked_by_id, *directory.ids_with_role(row.org_id, Role.CLERK)}
            notices.notify(people, "copy.late", row.ref, due=f"{row.due_date:%d/%m/%Y}")
            told += 1
    return told


def title_of(use_id: int) -> str:
    """Which copy it is, by number and symbol alone (``refs``)."""
    row = db.session().get(CopyUse, use_id)
    return row.document.code if row is not None else label("document.gone")


def uses_url(_id: int) -> str:
    """The page on which uses stand (``refs``)."""
    return "/documents/copies"


def may_read_use(actor: Actor, use_id: int) -> bool:
    """True for whoever asked, and for those who see them all (``refs``)."""
    query = select(CopyUse.id).where(
        CopyUse.id == use_id, CopyUse.org_id.in_(actor.org_ids), _shown_to(actor)
    )
    return db.session().scalar(query) is not None


def _shown_to(actor: Actor) -> ColumnElement[bool]:
    if actor.holds(LEND) or actor.holds(ALLOW_COPY) or actor.holds(READ_REGISTER):
        return CopyUse.id.is_not(None)
    return CopyUse.asked_by_id.in_((actor.id, actor.acting_for or actor.id))


def _in_tab(tab: str) -> list[ColumnElement[bool]]:
    if tab == "open":
        return [CopyUse.state.in_(_OPEN)]
    if tab == "late":
        return [CopyUse.state == UseState.GIVEN, CopyUse.due_date < clock.today()]
    return [CopyUse.state == UseState.RETURNED] if tab == "returned" else []


def _locked(actor: Actor, use_id: int, state: UseState) -> CopyUse:
    row = db.session().scalar(
        select(CopyUse)
        .where(CopyUse.id == use_id, CopyUse.org_id.in_(actor.org_ids))
        .with_for_update(of=CopyUse)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("copy.missing")
    if row.state is not state:
        raise BadState("copy.moved_on")
    return row


def _need(actor: Actor, permit: str) -> None:
    if not actor.holds(permit):
        raise Forbidden("auth.no_permit")


_WITH = (joinedload(CopyUse.document), joinedload(CopyUse.asker))
