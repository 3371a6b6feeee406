"""Reports on incoming and outgoing documents of a span, by unit, leader, kind, field of work or issuer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true

from documents.models.catalogue import DocKind, WorkField
from documents.models.document import Document
from documents.models.lifecycle import Direction, DocState
from documents.models.stay import DocumentStay
from documents.permissions import READ_REGISTER
from documents.services import parties
from documents.services.boards import documents, seen_by
from intranet.boards.figures import Listing
from intranet.boards.periods import Period
from intranet.boards.reports import TALLY, Part, Report, Tally, cells_of, tallied, written
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.labels import label
from intranet.notices.workdays import late_from
from intranet.people.models import Unit, User

_ENDED = (DocState.DONE, DocState.NOTED)
_PARTS = ("on_time", "late", "within", "overdue", "no_due")
#: Columns of the report on outgoing documents.
_OUT = ("numbered", "issued", "not_issued", "withdrawn")
_WITHDRAWN = (DocState.CANCELLED, DocState.RECALLED)
#: Rows that a report names, the weightiest; all others stand in the sum.
_MOST = 40
_KEYS: dict[str, Any] = {
    "unit": Document.lead_unit_id,
    "own": Document.unit_id,
    "leader": Document.presented_to_id,
    "kind": Document.kind_id,
    "field": Document.field_id,
    "issuer": Document.issuer_text,
    "signer": Document.signer_id,
}
#: What a row without a name is called, where that is not "given to nobody".
_NOTHING = {"field": "report.no_field"}
_NAMES: dict[str, tuple[Any, Any]] = {
    "unit": (Unit.id, Unit.name),
    "own": (Unit.id, Unit.name),
    "leader": (User.id, User.full_name),
    "signer": (User.id, User.full_name),
    "kind": (DocKind.id, DocKind.name),
    "field": (WorkField.id, WorkField.name),
}


def incoming(actor: Actor) -> Report | None:
    """How incoming documents were dealt with."""
    if not actor.holds(READ_REGISTER):
        return None
    return Report("incoming", 10, ("unit", "leader", "field", "kind", "issuer"), TALLY, _in_rows, _in_listing)


def outgoing(actor: Actor) -> Report | None:
    """What was issued."""
    if not actor.holds(READ_REGISTER):
        return None
    return Report("outgoing", 20, ("own", "field", "kind", "signer"), _OUT, _out_rows, _out_listing)


def _in_rows(actor: Actor, period: Period, by: str) -> list[Part]:
    cells = _in_cells(period)
    sums = [_sum(cells[name]) for name in _PARTS]
    made = [
        tallied(key, name, Tally(*n))
        for key, name, n in _grouped(_in_base(actor, period), by, sums)
        if any(n)
    ]
    return [*made, tallied("", label("report.sum"), Tally(*_whole(_in_base(actor, period), sums)))]


def _out_rows(actor: Actor, period: Period, by: str) -> list[Part]:
    cells = _out_cells()
    sums = [_sum(cells[name]) for name in _OUT]

    def part(key: str, name: str, counts: Sequence[int]) -> Part:
        return Part(key, name, tuple(written(n) for n in counts), tuple(counts))

    base = _out_base(actor, period)
    rows = [part(*row) for row in _grouped(base, by, sums)]
    return [*rows, part("", label("report.sum"), _whole(base, sums))]


def _in_listing(actor: Actor, period: Period, by: str, key: str, column: str, after: str | None) -> Listing:
    cell = _in_cells(period).get(column, true())
    return documents(and_(_in_base(actor, period), cell, _row(by, key)), after)


def _out_listing(actor: Actor, period: Period, by: str, key: str, column: str, after: str | None) -> Listing:
    cell = _out_cells().get(column, true())
    return documents(and_(_out_base(actor, period), cell, _row(by, key)), after)


def _in_base(actor: Actor, period: Period) -> ColumnElement[bool]:
    """Incoming documents that there were in the span: registered by its end, not ended before."""
    begin = clock.at_office(period.first, 0)
    return and_(
        seen_by(actor),
        Document.direction == Direction.IN,
        Document.register_date <= period.last,
        Document.state.not_in(_WITHDRAWN),
        or_(Document.register_date >= period.first, ~_ended_before(begin)),
    )


def _in_cells(period: Period) -> dict[str, ColumnElement[bool]]:
    until = clock.at_office(period.last + timedelta(days=1), 0)
    seen_at = min(clock.now(), until - timedelta(seconds=1))
    has_due, is_done = Document.due_date.is_not(None), _ended_before(until)
    was_late = _end(DocumentStay.late_from > Document.due_date)
    is_overdue = func.coalesce(Document.due_date < late_from(seen_at), False)
    return cells_of(has_due, is_done, was_late, is_overdue)


def _ended_before(moment: datetime) -> ColumnElement[bool]:
    """Documents dealt with before an instant; those taken over from old registers always were."""
    return and_(Document.state.in_(_ENDED), ~_end(DocumentStay.entered_at >= moment))


def _end(when: ColumnElement[bool]) -> ColumnElement[bool]:
    """Documents that were dealt with at such a time."""
    return exists().where(
        DocumentStay.document_id == Document.id,
        DocumentStay.left_at.is_(None),
        DocumentStay.state.in_(_ENDED),
        when,
    )


def _out_base(actor: Actor, period: Period) -> ColumnElement[bool]:
    days = Document.register_date.between(period.first, period.last)
    return and_(seen_by(actor), Document.direction == Direction.OUT, days)


def _out_cells() -> dict[str, ColumnElement[bool]]:
    gone = Document.state.in_(_WITHDRAWN)
    return {
        "numbered": true(),
        "issued": Document.state == DocState.ISSUED,
        "not_issued": and_(Document.state != DocState.ISSUED, ~gone),
        "withdrawn": gone,
    }


def _grouped(
    where: ColumnElement[bool], by: str, sums: Sequence[ColumnElement[int]]
) -> list[tuple[str, str, list[int]]]:
    column = _KEYS[by]
    rows: Sequence[Any] = db.session().execute(select(column, *sums).where(where).group_by(column)).all()
    if by == "issuer":
        rows = parties.gather(rows)
    names = _names(by, [row[0] for row in rows if row[0] not in (None, "")])
    nobody = label(_NOTHING.get(by, "report.nobody"))
    found = [(str(row[0] or "-"), names.get(row[0], nobody), [int(n or 0) for n in row[1:]]) for row in rows]
    found.sort(key=lambda one: (one[0] == "-", -sum(one[2]), one[1]))
    return found[:_MOST]


def _whole(where: ColumnElement[bool], sums: Sequence[ColumnElement[int]]) -> list[int]:
    row = db.session().execute(select(*sums).select_from(Document).where(where)).one()
    return [int(n or 0) for n in row]


def _names(by: str, keys: Sequence[Any]) -> dict[Any, str]:
    if by == "issuer":
        return {key: str(key) for key in keys}
    column, name = _NAMES[by]
    rows = db.session().execute(select(column, name).where(column.in_(keys)))
    return {row[0]: row[1] for row in rows}


def _row(by: str, key: str) -> ColumnElement[bool]:
    if not key:
        return true()
    column = _KEYS[by]
    if by == "issuer":
        names = [""] if key == "-" else parties.names_of(key)
        return cast("ColumnElement[bool]", column.in_(names))
    if key == "-":
        return cast("ColumnElement[bool]", column.is_(None))
    number = int(key) if key.isdigit() and len(key) < 10 else 0
    return cast("ColumnElement[bool]", column == number)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
