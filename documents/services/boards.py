"""What documents put on the boards: each condition once, for the figure and for the list that it opens."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from documents.models.copies import CopyUse, UseState
from documents.models.dispatch import Dispatch, DispatchState
from documents.models.document import Document, Urgency
from documents.models.lifecycle import OPEN_INCOMING, Direction, DocState
from documents.models.register import EntryState, RegisterEntry
from documents.models.stay import DocumentStay
from documents.permissions import (
    DIRECT,
    READ_REGISTER,
    SIGN,
    concerning,
    readable,
    reads_register,
    visible_to,
)
from intranet.boards import figures as boards
from intranet.boards.figures import Args, Bar, Board, Chart, Figure, Listing, Row, Shape, Shown
from intranet.boards.permissions import boards_of
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.labels import label
from intranet.notices.workdays import late_from
from intranet.tasks.permissions import person_of

Condition = Callable[[Actor, Args], ColumnElement[bool]]
#: Seconds without a registration that are a pause, not work.
_PAUSE = 600
#: How many days back merged doubles are counted.
_DOUBLES = 30
#: Whose boards have figures of documents.
_BOARDS = {Board.LEADER, Board.CLERK}
#: Days back for which it is counted what came back to the archive.
_BACK = 30
_NOT_THERE = (DispatchState.QUEUED, DispatchState.FAILED, DispatchState.FAILED_FINAL, DispatchState.REFUSED)


def of_board(actor: Actor, board: Board) -> Shown | None:
    """Documents on a board; the head of a unit sees tasks alone."""
    if board is Board.LEADER:
        return _leader(actor)
    if board is Board.FILES:
        return _files(actor)
    return _clerk(actor) if board is Board.CLERK else None


def listing(actor: Actor, code: str, args: Args, after: str | None) -> Listing | None:
    """What a figure of documents counts."""
    if code in _USES and Board.FILES in boards_of(actor):
        return _uses(actor, code, after)
    if _BOARDS.isdisjoint(boards_of(actor)):
        return None
    if code in _CONDITIONS:
        return documents(_CONDITIONS[code](actor, args), after, _narrowed(args))
    if code == "doc_undelivered" and actor.holds(READ_REGISTER):
        return dispatches(_missing(actor), after)
    if code == "doc_reserved" and actor.holds(READ_REGISTER):
        return _reserved(actor, after)
    return None


def documents(where: ColumnElement[bool], after: str | None, narrowed: str = "") -> Listing:
    """A leaf of the documents that meet the condition, by their terms."""
    shown = (Document.entry, Document.lead_unit, Document.unit, Document.presented_to)
    options = [selectinload(one) for one in shown]
    total, rows, more = boards.page_of(Document, where, after, Document.due_date, options)
    return Listing(total, [row_of(row) for row in rows], more, narrowed)


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Documents of the actor's own agency that the actor may read.

    For who reads the register it is said without asking of each document whose tasks come from it.
    """
    own = Document.org_id.in_(actor.org_ids)
    if not reads_register(actor):
        return and_(own, visible_to(actor))
    return and_(own, concerning(actor, Document.id.expression))


def row_of(document: Document) -> Row:
    """A document as the lists of the boards show it."""
    is_in = document.direction is Direction.IN
    is_late = document.state in OPEN_INCOMING and document.due_date is not None
    entry = document.entry
    who = (document.lead_unit or document.unit) if is_in else document.unit
    leader = document.presented_to
    return Row(
        url=f"/documents/{'incoming' if is_in else 'drafts'}/{document.id}",
        title=document.subject or label("document.unnamed"),
        code=document.code or ("" if entry is None else entry.shown),
        who=who.short_name if who is not None else (leader.full_name if leader is not None else ""),
        state=label(f"document.state.{document.state.value}"),
        due=f"{document.due_date:%d/%m/%Y}" if document.due_date else "",
        tone="bad" if is_late and document.due_date and document.due_date < late_from() else "",
    )


def _leader(actor: Actor) -> Shown:
    n = _count(actor, "doc_direct", "doc_sign", "doc_urgent")
    found = [Figure("doc_urgent", n["doc_urgent"], is_bad=n["doc_urgent"] > 0, order=65)]
    if actor.holds(DIRECT):
        found.append(Figure("doc_direct", n["doc_direct"], order=10))
    if actor.holds(SIGN):
        found.append(Figure("doc_sign", n["doc_sign"], order=20))
    months = [f"{month:%Y-%m}" for month in boards.months()]
    codes = ("doc_in", "doc_out")
    counted = boards.count_each(
        Document, {(m, code): _CONDITIONS[code](actor, {"month": m}) for m in months for code in codes}
    )
    bars = [
        Bar(
            f"{month[5:]}/{month[:4]}",
            tuple(Figure(code, counted[month, code], {"month": month}) for code in codes),
        )
        for month in months
    ]
    return Shown(found, [Chart("in_and_out", Shape.COLUMNS, ("in", "out"), bars, order=30)])


def _clerk(actor: Actor) -> Shown:
    n = _count(actor, "doc_today", "doc_paced", "doc_to_register", "doc_not_presented", "doc_doubles")
    opened = db.session()
    undelivered = opened.scalar(select(func.count()).select_from(Dispatch).where(_missing(actor))) or 0
    reserved = opened.scalar(select(func.count()).select_from(RegisterEntry).where(_held(actor))) or 0
    pace = _pace(actor)
    days = [clock.today() - timedelta(days=back) for back in range(13, -1, -1)]
    counted = boards.count_each(Document, {day: _registered(actor, {"day": day.isoformat()}) for day in days})
    bars = [
        Bar(f"{day:%d/%m}", (Figure("doc_today", counted[day], {"day": day.isoformat()}),)) for day in days
    ]
    return Shown(
        [
            Figure("doc_to_register", n["doc_to_register"], order=10),
            Figure("doc_today", n["doc_today"], order=20),
            Figure(
                "doc_paced",
                n["doc_paced"],
                text="–" if pace is None else label("board.seconds", n=pace),
                note=label("board.paced", n=n["doc_paced"]),
                order=30,
            ),
            Figure("doc_not_presented", n["doc_not_presented"], order=40),
            Figure("doc_undelivered", undelivered, is_bad=undelivered > 0, order=50),
            Figure("doc_doubles", n["doc_doubles"], note=label("board.days", n=_DOUBLES), order=60),
            Figure("doc_reserved", reserved, order=70),
        ],
        [Chart("registered", Shape.COLUMNS, ("in",), bars, order=10)],
    )


def _files(actor: Actor) -> Shown:
    """Kept copies: who asks for one, where they are and which should be back."""
    n = boards.count_each(CopyUse, {code: _used(actor, code) for code in _USES})
    return Shown(
        [
            Figure(code, n[code], is_bad=code == "copy_late" and n[code] > 0, order=10 * place)
            for place, code in enumerate(_USES, 1)
        ]
    )


def _used(actor: Actor, code: str) -> ColumnElement[bool]:
    return and_(CopyUse.org_id.in_(actor.org_ids), _USES[code]())


def _uses(actor: Actor, code: str, after: str | None) -> Listing:
    options = joinedload(CopyUse.document), joinedload(CopyUse.asker)
    total, rows, more = _by_key(CopyUse, _used(actor, code), after, *options)
    seen = {one.id for one in readable(actor, {row.document_id for row in rows})}
    tab = {"copy_late": "late", "copy_back": "returned"}.get(code, "open")
    return Listing(
        total,
        [
            Row(
                f"/documents/copies?tab={tab}",
                row.document.subject if row.document_id in seen else row.document.code,
                row.document.code,
                row.user_text or row.asker.full_name,
                label(f"copy.state.{row.state.value}"),
                f"{row.due_date:%d/%m/%Y}",
                "bad" if code == "copy_late" else "",
            )
            for row in rows
        ],
        more,
    )


def _count(actor: Actor, *codes: str) -> dict[str, int]:
    return boards.count_each(Document, {code: _CONDITIONS[code](actor, {}) for code in codes})


def _pace(actor: Actor) -> int | None:
    """Median seconds from one registration of the actor today to the next, pauses left out."""
    query = (
        select(func.min(DocumentStay.entered_at))
        .where(_by_me_today(actor))
        .group_by(DocumentStay.document_id)
    )
    moments = sorted(db.session().scalars(query))
    gaps = [(after - before).total_seconds() for before, after in pairwise(moments)]
    work = [gap for gap in gaps if gap <= _PAUSE]
    return round(median(work)) if work else None


def _by_me_today(actor: Actor) -> ColumnElement[bool]:
    return and_(
        DocumentStay.org_id.in_(actor.org_ids),
        DocumentStay.state == DocState.REGISTERED,
        DocumentStay.by_id == actor.id,
        DocumentStay.entered_at >= clock.at_office(clock.today(), 0),
    )


def _in_state(actor: Actor, *states: DocState) -> ColumnElement[bool]:
    return and_(seen_by(actor), Document.direction == Direction.IN, Document.state.in_(states))


def _direct(actor: Actor, _args: Args) -> ColumnElement[bool]:
    person_id = person_of(actor).standing.id
    mine = or_(Document.presented_to_id.is_(None), Document.presented_to_id == person_id)
    return and_(_in_state(actor, DocState.PRESENTED), mine)


def _sign(actor: Actor, _args: Args) -> ColumnElement[bool]:
    return and_(
        seen_by(actor),
        Document.direction == Direction.OUT,
        Document.state == DocState.TO_SIGN,
        Document.signer_id == person_of(actor).standing.id,
    )


def _urgent(actor: Actor, _args: Args) -> ColumnElement[bool]:
    return and_(_in_state(actor, *OPEN_INCOMING), Document.urgency > Urgency.NORMAL)


def _registered(actor: Actor, args: Args) -> ColumnElement[bool]:
    """Registered on a day, today unless one is named."""
    day = boards.day_of(args) or clock.today()
    return and_(seen_by(actor), Document.direction == Direction.IN, Document.register_date == day)


def _paced(actor: Actor, _args: Args) -> ColumnElement[bool]:
    mine = select(DocumentStay.document_id).where(_by_me_today(actor))
    return and_(seen_by(actor), Document.direction == Direction.IN, Document.id.in_(mine))


def _doubles(actor: Actor, _args: Args) -> ColumnElement[bool]:
    since = clock.at_office(clock.today() - timedelta(days=_DOUBLES), 0)
    return and_(_in_state(actor, DocState.MERGED), Document.created_at >= since)


def _of_months(direction: Direction) -> Condition:
    def condition(actor: Actor, args: Args) -> ColumnElement[bool]:
        month = boards.month_of(args)
        first, last = month or boards.months()[0], boards.end_of(month or clock.today())
        days = Document.register_date.between(first, last)
        return and_(seen_by(actor), Document.direction == direction, days)

    return condition


def _missing(actor: Actor) -> ColumnElement[bool]:
    """Receivers whom an issued document of the agency has not reached."""
    theirs = select(Document.id).where(seen_by(actor), Document.state == DocState.ISSUED)
    return and_(
        Dispatch.org_id.in_(actor.org_ids), Dispatch.state.in_(_NOT_THERE), Dispatch.document_id.in_(theirs)
    )


def _held(actor: Actor) -> ColumnElement[bool]:
    return and_(RegisterEntry.org_id.in_(actor.org_ids), RegisterEntry.state == EntryState.RESERVED)


def dispatches(where: ColumnElement[bool], after: str | None) -> Listing:
    """Receivers of documents whom a condition names, each with its document."""
    total, rows, more = _by_key(Dispatch, where, after)
    found = {d.id: d for d in _documents({row.document_id for row in rows})}
    shown = []
    for row in rows:
        document = row_of(found[row.document_id])
        state = label(f"dispatch.state.{row.state.value}")
        shown.append(Row(document.url, document.title, document.code, row.receiver_name, state))
    return Listing(total, shown, more)


def _reserved(actor: Actor, after: str | None) -> Listing:
    total, rows, more = _by_key(RegisterEntry, _held(actor), after, selectinload(RegisterEntry.register))
    return Listing(
        total,
        [
            Row(
                "/documents/numbers",
                label("board.held_number", number=row.shown, year=row.year),
                row.shown,
                row.register.name,
                due=f"{row.entry_date:%d/%m/%Y}",
            )
            for row in rows
        ],
        more,
    )


def _by_key(
    table: type[Any], where: ColumnElement[bool], after: str | None, *options: Any
) -> tuple[int, list[Any], str | None]:
    query = select(table).where(where).options(*options).order_by(table.id).limit(boards.PAGE + 1)
    if after is not None and after.isdigit() and len(after) < 10:
        query = query.where(table.id > int(after))
    rows = list(db.session().scalars(query))
    more = str(rows[boards.PAGE - 1].id) if len(rows) > boards.PAGE else None
    return boards.count_each(table, {0: where})[0], rows[: boards.PAGE], more


def _documents(ids: set[int]) -> Sequence[Document]:
    query = select(Document).where(Document.id.in_(ids))
    return (
        db.session().scalars(query.options(selectinload(Document.entry), selectinload(Document.unit))).all()
    )


def _narrowed(args: Args) -> str:
    if month := boards.month_of(args):
        return label("board.month", month=f"{month:%m/%Y}")
    day = boards.day_of(args)
    return f"{day:%d/%m/%Y}" if day is not None else ""


_USES: dict[str, Callable[[], ColumnElement[bool]]] = {
    "copy_waiting": lambda: CopyUse.state.in_((UseState.ASKED, UseState.ALLOWED)),
    "copy_out": lambda: CopyUse.state == UseState.GIVEN,
    "copy_late": lambda: and_(CopyUse.state == UseState.GIVEN, CopyUse.due_date < clock.today()),
    "copy_back": lambda: and_(
        CopyUse.state == UseState.RETURNED,
        CopyUse.returned_at >= clock.at_office(clock.today() - timedelta(days=_BACK), 0),
    ),
}
_CONDITIONS: dict[str, Condition] = {
    "doc_direct": _direct,
    "doc_sign": _sign,
    "doc_urgent": _urgent,
    "doc_in": _of_months(Direction.IN),
    "doc_out": _of_months(Direction.OUT),
    "doc_to_register": lambda actor, _args: _in_state(actor, DocState.RECEIVED),
    "doc_today": _registered,
    "doc_paced": _paced,
    "doc_not_presented": lambda actor, _args: _in_state(actor, DocState.REGISTERED),
    "doc_doubles": _doubles,
}
