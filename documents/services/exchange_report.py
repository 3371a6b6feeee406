"""The report on electronic sending and receiving: how far what was sent got, and what became of what came."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_, select, true

from documents.models.catalogue import Channel
from documents.models.dispatch import Dispatch, DispatchState
from documents.models.document import Document
from documents.models.lifecycle import Direction, DocState
from documents.permissions import READ_REGISTER
from documents.services import parties
from documents.services.boards import dispatches, documents, seen_by
from intranet.boards.figures import Listing
from intranet.boards.periods import Period
from intranet.boards.reports import Part, Report, written
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.labels import label

#: Ways of sending that are electronic; post, hand and fax are not.
ELECTRONIC = (Channel.INTERNAL, Channel.EDXML, Channel.EMAIL)
#: Columns: on the way, then the states of Decision 28/2018/QĐ-TTg, then what failed.
COLUMNS = (
    "total",
    "on_way",
    "arrived",
    "refused",
    "received",
    "assigned",
    "processing",
    "finished",
    "taken_back",
    "failed",
)
#: By what its rows may be told apart: both ways, receivers, senders, and each way by channel.
_BY = ("way", "to", "from", "to_channel", "from_channel")
#: Rows by agency: earlier names of one stand in the row of the name that lasts.
_BY_NAME = ("to", "from")
_SENT, _CAME = "sent", "came"
#: Rows that it names, the weightiest; all others stand in the sum.
_MOST = 40
Cells = Mapping[str, ColumnElement[bool]]


def offer(actor: Actor) -> Report | None:
    """The report, for those who read the registers."""
    if not actor.holds(READ_REGISTER):
        return None
    return Report("exchange", 25, _BY, COLUMNS, _rows, _listing)


def _rows(actor: Actor, period: Period, by: str) -> list[Part]:
    if by == "way":
        both = [_sum(Dispatch, _went(actor, period), _of_sent())]
        both.append(_sum(Document, _came(actor, period), _of_came()))
        ways = [_part(way, n, by) for way, n in zip((_SENT, _CAME), both, strict=True)]
        words = tuple(written(sum(pair)) for pair in zip(*both, strict=True))
        # Receivers and documents have no list in common, so that the sum opens none.
        return [*ways, Part("", label("report.sum"), words, (None,) * len(words))]
    table, where, cells = _way(actor, period, by)
    column = _column(by)
    query = select(column, *_counts(cells)).select_from(table).where(where).group_by(column)
    rows: Sequence[Any] = db.session().execute(query).all()
    if by in _BY_NAME:
        rows = parties.gather(rows)
    found = [(str(row[0] or "-"), [int(n) for n in row[1:]]) for row in rows]
    found.sort(key=lambda one: (one[0] == "-", -one[1][0], one[0]))
    named = [_part(key, n, by) for key, n in found[:_MOST]]
    return [*named, _part("", _sum(table, where, cells))]


def _listing(actor: Actor, period: Period, by: str, key: str, column: str, after: str | None) -> Listing:
    if by == "way":
        # Both ways in one list there is not; whoever asks for it by hand sees what was sent.
        table, where, cells = _way(actor, period, "from" if key == _CAME else "to")
    else:
        table, where, cells = _way(actor, period, by)
        where = and_(where, _row(by, key))
    where = and_(where, cells.get(column, true()))
    if table is Dispatch:
        return dispatches(where, after)
    return documents(where, after)


def _way(actor: Actor, period: Period, by: str) -> tuple[type[Any], ColumnElement[bool], Cells]:
    if by.startswith("from"):
        return Document, _came(actor, period), _of_came()
    return Dispatch, _went(actor, period), _of_sent()


def _went(actor: Actor, period: Period) -> ColumnElement[bool]:
    """Receivers outside the agency to whom a document was or is to be sent electronically in the span."""
    since, until = clock.at_office(period.first, 0), clock.at_office(period.last + timedelta(days=1), 0)
    seen = seen_by(actor)
    issued = and_(seen, Document.issued_at >= since, Document.issued_at < until)
    return and_(
        Dispatch.org_id.in_(actor.org_ids),
        Dispatch.unit_id.is_(None),
        Dispatch.channel.in_(ELECTRONIC),
        Dispatch.document_id.in_(select(Document.id).where(seen)),
        or_(
            and_(Dispatch.sent_at >= since, Dispatch.sent_at < until),
            and_(Dispatch.sent_at.is_(None), Dispatch.document_id.in_(select(Document.id).where(issued))),
        ),
    )


def _came(actor: Actor, period: Period) -> ColumnElement[bool]:
    """Documents that came electronically in the span."""
    return and_(
        seen_by(actor),
        Document.direction == Direction.IN,
        Document.arrival_channel.in_(ELECTRONIC),
        Document.arrival_date.between(period.first, period.last),
    )


def _of_sent() -> Cells:
    state = Dispatch.state
    return {
        "total": true(),
        "on_way": state.in_((DispatchState.QUEUED, DispatchState.SENT)),
        "arrived": state == DispatchState.ARRIVED,
        "refused": state == DispatchState.REFUSED,
        "received": state == DispatchState.RECEIVED,
        "assigned": state == DispatchState.ASSIGNED,
        "processing": state == DispatchState.PROCESSING,
        "finished": state == DispatchState.FINISHED,
        "taken_back": state.in_(
            (DispatchState.RECALL_ASKED, DispatchState.RECALL_AGREED, DispatchState.RECALL_REFUSED)
        ),
        "failed": state.in_((DispatchState.FAILED, DispatchState.FAILED_FINAL)),
    }


def _of_came() -> Cells:
    """In the words of the exchange; what the sender asks back stands there and nowhere else."""
    state, asked = Document.state, Document.recall_asked_at.is_not(None)
    taken_back = or_(state == DocState.RECALLED, asked)
    of = {
        "arrived": (DocState.RECEIVED,),
        "refused": (DocState.RETURNED,),
        "received": (DocState.REGISTERED, DocState.PRESENTED, DocState.MERGED),
        "assigned": (DocState.ASSIGNED,),
        "processing": (DocState.PROCESSING,),
        "finished": (DocState.DONE, DocState.NOTED),
    }
    cells: dict[str, ColumnElement[bool]] = {"total": true(), "on_way": false()}
    cells |= {name: and_(state.in_(states), ~asked) for name, states in of.items()}
    return cells | {"taken_back": taken_back, "failed": false()}


def _counts(cells: Cells) -> list[ColumnElement[int]]:
    return [func.coalesce(func.sum(case((cells[name], 1), else_=literal(0))), 0) for name in COLUMNS]


def _sum(table: type[Any], where: ColumnElement[bool], cells: Cells) -> list[int]:
    row = db.session().execute(select(*_counts(cells)).select_from(table).where(where)).one()
    return [int(n) for n in row]


def _part(key: str, counts: Sequence[int], by: str = "") -> Part:
    if not key:
        name = label("report.sum")
    elif by == "way":
        name = label(f"report.way.{key}")
    elif by.endswith("channel"):
        name = label(f"document.channel.{key}")
    else:
        name = label("report.unnamed") if key == "-" else key
    return Part(key, name, tuple(written(n) for n in counts), tuple(counts))


def _column(by: str) -> Any:
    return {
        "to": Dispatch.receiver_name,
        "from": Document.issuer_text,
        "to_channel": Dispatch.channel,
        "from_channel": Document.arrival_channel,
    }[by]


def _row(by: str, key: str) -> ColumnElement[bool]:
    if not key:
        return true()
    found: ColumnElement[bool]
    if by.endswith("channel"):
        channel = next((one for one in ELECTRONIC if one.value == key), None)
        found = false() if channel is None else _column(by) == channel
    else:
        found = _column(by).in_([""] if key == "-" else parties.names_of(key))
    return found
