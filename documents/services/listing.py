"""Lists of documents: what the actor may read, newest line of the register first, page by key."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import aliased, selectinload

from documents.models.catalogue import DocKind, WorkField
from documents.models.document import Document, Urgency, is_urgent
from documents.models.lifecycle import IN_PREPARATION, Direction, DocState
from documents.models.register import Register, RegisterEntry
from documents.permissions import (
    NUMBER,
    REVIEW_LAYOUT,
    SIGN,
    headed_units,
    visible_to,
)
from documents.services import hits, parties
from documents.services.list_reach import Reach, reach_of
from documents.services.list_tabs import TABS
from documents.services.list_words import Box
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.text import fold
from intranet.people.models import Role, Unit, User
from intranet.tasks.permissions import person_of

PAGE = 50
#: Counts go no further; the page says 99+.
MOST_COUNTED = 99
#: Lists that are taken along have no more rows.
MOST_EXPORTED = 50_000
_AT_ONCE = 500


_NUMBER, _SUFFIX = "entry_number", "entry_suffix"
_EXPORTED = (
    "state",
    "urgency",
    "number",
    "suffix",
    "symbol",
    "doc_date",
    "register_date",
    "due_date",
    "issuer_text",
    "signer_name",
    "subject",
    "note",
)


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; empty values narrow nothing."""

    tab: str = "all"
    state: str = ""
    urgency: str = ""
    issuer: str = ""
    #: Id of the field of work.
    field: str = ""
    first: date | None = None
    last: date | None = None
    words: str = ""

    def without(self, name: str) -> "Filters":
        """The same, not narrowed by one of them."""
        nothing: dict[str, Any] = {name: None if name in ("first", "last") else ""}
        return replace(self, **nothing)

    def is_narrowed(self) -> bool:
        """True when more than the tab is chosen."""
        told = (self.state, self.urgency, self.issuer, self.field, self.first, self.last, self.words)
        return any(told)


@dataclass(frozen=True)
class Page:
    """One page of a list and the keys of its neighbours."""

    rows: Sequence[Document]
    newer: str | None = None
    older: str | None = None


#: Tabs of the incoming list, in order.
INCOMING_TABS = ("all", "to_present", "presented", "urgent", "overdue", "to_reply", "done")
OUTGOING_TABS = ("all", "this_month", "recalled")
#: In which the newest of a person's documents are soon met.
_WIDE_TABS = ("all", "done", "this_month")


def incoming(actor: Actor, filters: Filters, *, before: str = "", after: str = "") -> Page:
    """Registered incoming documents that the actor may read.

    :param before: what a page gave as its ``older``: this one goes on below it. ``after``: as its ``newer``.
    """
    return _page(actor, Direction.IN, filters, before, after)


def outgoing(actor: Actor, filters: Filters, *, before: str = "", after: str = "") -> Page:
    """Numbered outgoing documents that the actor may read."""
    return _page(actor, Direction.OUT, filters, before, after)


def every(actor: Actor, direction: Direction, filters: Filters) -> Sequence[Any]:
    """All rows of a list as plain values, one more than may be exported where there are more."""
    box = _box(actor, direction, filters)
    if box is not None:
        ids, rows = box.newest(MOST_EXPORTED + 1), []
        for start in range(0, len(ids), _AT_ONCE):
            rows += of_ids(actor, ids[start : start + _AT_ONCE])
        return rows
    query = _base(actor, direction, filters)
    query = query.order_by(Document.register_date.desc(), Document.register_entry_id.desc())
    return db.session().execute(_as_values(query).limit(MOST_EXPORTED + 1)).all()


def of_ids(actor: Actor, ids: Sequence[int]) -> list[Any]:
    """Rows of these documents as plain values, in this order; without what the actor may not read."""
    query = select(Document).where(Document.id.in_(ids), visible_to(actor, among=ids))
    found = {row.id: row for row in db.session().execute(_as_values(query))}
    return [found[key] for key in ids if key in found]


def _as_values(query: Select[Any]) -> Select[Any]:
    """The rows as what a file shows of them."""
    lead, own, leader = aliased(Unit), aliased(Unit), aliased(User)
    return (
        query.outerjoin(RegisterEntry, RegisterEntry.id == Document.register_entry_id)
        .outerjoin(Register, Register.id == RegisterEntry.register_id)
        .outerjoin(DocKind, DocKind.id == Document.kind_id)
        .outerjoin(WorkField, WorkField.id == Document.field_id)
        .outerjoin(lead, lead.id == Document.lead_unit_id)
        .outerjoin(own, own.id == Document.unit_id)
        .outerjoin(leader, leader.id == Document.presented_to_id)
        .with_only_columns(
            Document.id,
            Document.direction,
            RegisterEntry.number.label(_NUMBER),
            RegisterEntry.suffix.label(_SUFFIX),
            *(getattr(Document, name) for name in _EXPORTED),
            *(column.label(name) for name, column in _named(lead, own, leader).items()),
        )
    )


def counts(actor: Actor, direction: Direction, tabs: Sequence[str]) -> dict[str, int]:
    """How many documents each tab has, none counted beyond a hundred."""
    reach = reach_of(actor)
    if reach.few is None:
        return {tab: _count(reach, direction, Filters(tab=tab)) for tab in tabs}
    of_tab = [and_(true(), *TABS[tab]()) if tab in TABS else true() for tab in tabs]
    columns = [func.count(case((each, Document.id))) for each in of_tab]
    query: Any = select(*columns).select_from(Document).where(*_where(direction, Filters()))
    found = db.session().execute(reach.within(query)).one()
    return {tab: min(n, MOST_COUNTED + 1) for tab, n in zip(tabs, found, strict=True)}


def count_of(actor: Actor, direction: Direction, filters: Filters) -> int:
    """How many documents a list has, none counted beyond a hundred."""
    box = _box(actor, direction, filters)
    if box is not None:
        return box.count(MOST_COUNTED)
    return _count(reach_of(actor), direction, filters)


def _count(reach: Reach, direction: Direction, filters: Filters) -> int:
    few = reach.within(select(Document.id).where(*_where(direction, filters))).limit(MOST_COUNTED + 1)
    return db.session().scalar(select(func.count()).select_from(few.subquery())) or 0


def drafts(actor: Actor, tab: str, limit: int = 200) -> list[Document]:
    """Drafts in preparation that the actor may read: ``waiting`` for the actor, ``own`` or ``all``."""
    query = (
        select(Document)
        .where(
            Document.direction == Direction.OUT,
            Document.state.in_(IN_PREPARATION),
            visible_to(actor),
        )
        .options(selectinload(Document.drafter), selectinload(Document.unit), selectinload(Document.signer))
        .order_by(Document.urgency.desc(), Document.id.desc())
        .limit(limit)
    )
    if tab == "waiting":
        query = query.where(waits_for(actor))
    elif tab == "own":
        query = query.where(Document.drafter_id == person_of(actor).standing.id)
    return list(db.session().scalars(query))


def waits_for(actor: Actor) -> ColumnElement[bool]:
    """Drafts that cannot go on without the actor."""
    person = person_of(actor).standing
    waiting: list[ColumnElement[bool]] = [
        (Document.state == DocState.DRAFT) & (Document.drafter_id == person.id),
        (Document.state == DocState.UNIT_REVIEW) & Document.unit_id.in_(headed_units(actor)),
    ]
    # A leader may let a layout pass; it is the office that it waits for.
    if actor.holds(REVIEW_LAYOUT) and person_of(actor).has_role(Role.CLERK, Role.OFFICE_HEAD):
        waiting.append(Document.state == DocState.LAYOUT_REVIEW)
    if actor.holds(SIGN):
        waiting.append((Document.state == DocState.TO_SIGN) & (Document.signer_id == person.id))
    if actor.holds(NUMBER):
        waiting.append(Document.state.in_((DocState.SIGNED, DocState.NUMBERED, DocState.SEALED)))
    return or_(*waiting)


def in_state(actor: Actor, direction: Direction, *states: DocState, limit: int = 100) -> list[Document]:
    """Documents of the actor's agencies in these states that the actor may read, oldest first."""
    query = (
        select(Document)
        .where(Document.direction == direction, Document.state.in_(states), visible_to(actor))
        .options(selectinload(Document.drafter), selectinload(Document.unit), selectinload(Document.entry))
        .order_by(Document.urgency.desc(), Document.id)
        .limit(limit)
    )
    return list(db.session().scalars(query))


def count(actor: Actor, *where: ColumnElement[bool]) -> int:
    """How many documents meet the condition, none counted beyond a hundred; for the menu."""
    few = select(Document.id).where(visible_to(actor), *where).limit(MOST_COUNTED + 1)
    return db.session().scalar(select(func.count()).select_from(few.subquery())) or 0


def _named(lead: Any, own: Any, leader: Any) -> dict[str, Any]:
    return {
        "kind": DocKind.name,
        "field": WorkField.name,
        "register": Register.name,
        "lead": lead.short_name,
        "unit": own.short_name,
        "leader": leader.full_name,
    }


def _page(actor: Actor, direction: Direction, filters: Filters, before: str, after: str) -> Page:
    box = _box(actor, direction, filters)
    if box is not None:
        ids, newer, older = box.turned_to(before or after)
        return Page(hits.load(actor, ids), newer, older)
    return _newest_lines(actor, direction, filters, _key(before), _key(after))


def _key(given: str) -> int | None:
    """The key of a line; ``None`` for something else."""
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None


def _newest_lines(
    actor: Actor, direction: Direction, filters: Filters, before: int | None, after: int | None
) -> Page:
    key = Document.register_entry_id
    reach = _reach(actor, filters)
    day = reach.unled(Document.register_date)
    query = reach.within(select(Document).where(*_where(direction, filters))).options(
        selectinload(Document.entry),
        selectinload(Document.presented_to),
        selectinload(Document.lead_unit),
        selectinload(Document.unit),
    )
    if after is not None:
        rows = list(
            db.session().scalars(
                query.where(_beside(day, after, newer=True)).order_by(day, key).limit(PAGE + 1)
            )
        )
        has_newer, has_older = len(rows) > PAGE, True
        rows = rows[:PAGE][::-1]
    else:
        if before is not None:
            query = query.where(_beside(day, before, newer=False))
        rows = list(db.session().scalars(query.order_by(day.desc(), key.desc()).limit(PAGE + 1)))
        has_newer, has_older = before is not None, len(rows) > PAGE
        rows = rows[:PAGE]
    if not rows:
        return Page(())
    first, last = rows[0].register_entry_id, rows[-1].register_entry_id
    return Page(rows, str(first) if has_newer else None, str(last) if has_older else None)


def _beside(day: ColumnElement[Any], line: int, *, newer: bool) -> ColumnElement[bool]:
    """Lines above or below one in a list: by their day, then in the order in which they were written.

    Lines of an old register were written after those of this year, and stand below them all the same.
    """
    key = Document.register_entry_id
    there = select(RegisterEntry.entry_date).where(RegisterEntry.id == line).scalar_subquery()
    # The first condition is all that an index by day needs.
    if newer:
        return and_(day >= there, or_(day > there, key > line))
    return and_(day <= there, or_(day < there, key < line))


def _base(actor: Actor, direction: Direction, filters: Filters) -> Select[Any]:
    return _reach(actor, filters).within(select(Document).where(*_where(direction, filters)))


def _reach(actor: Actor, filters: Filters) -> Reach:
    return reach_of(actor, is_narrowed=filters.is_narrowed() or filters.tab not in _WIDE_TABS)


def _where(direction: Direction, filters: Filters) -> list[ColumnElement[bool]]:
    """To what a list is narrowed, but for the words."""
    where: list[ColumnElement[bool]] = [
        Document.direction == direction,
        Document.register_entry_id.is_not(None),
    ]
    tab = TABS.get(filters.tab)
    if tab is not None:
        where += tab()
    if filters.state:
        where.append(Document.state == DocState(filters.state))
    if filters.urgency:
        where.append(Document.urgency == Urgency(int(filters.urgency)))
        where += [is_urgent()] if filters.urgency != "0" else []
    if filters.issuer:
        where.append(Document.issuer_text.in_(parties.names_of(filters.issuer)))
    if filters.field:
        where.append(Document.field_id == int(filters.field))
    if filters.first is not None:
        where.append(Document.register_date >= filters.first)
    if filters.last is not None:
        where.append(Document.register_date <= filters.last)
    return where


def _box(actor: Actor, direction: Direction, filters: Filters) -> Box | None:
    """The words of the box; ``None`` where it says nothing."""
    return Box(actor, filters.words, _where(direction, filters)) if fold(filters.words) else None
