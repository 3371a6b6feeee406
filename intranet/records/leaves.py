"""The log of acts leaf by leaf, whatever part of it somebody may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, desc, select

from intranet.core import clock, db
from intranet.records.models import AuditLine

SIZE = 50


@dataclass(frozen=True)
class Leaf:
    """Lines, the newest on top, and the keys from which newer and older ones go on, if there are any."""

    lines: list[AuditLine]
    newer: int | None
    older: int | None


def leaf(
    where: Iterable[ColumnElement[bool]],
    key: str,
    *,
    before: int | None = None,
    after: int | None = None,
    is_walked: bool = False,
) -> Leaf:
    """The newest lines that meet the conditions, older than ``before``, or those next newer than ``after``.

    :param key: the column that orders them: ``id``, or ``seq`` within the chain of one agency.
    :param is_walked: most lines meet the conditions; of few, a walk over the whole log is the slower way.
    """
    column = getattr(AuditLine, key)
    # By what is computed of the key no database walks along it.
    order = column if is_walked else column + 0
    query = select(AuditLine).where(*where)
    if after is not None:
        query = query.where(column > after).order_by(order)
    else:
        query = query.order_by(desc(order))
        if before is not None:
            query = query.where(column < before)
    rows = list(db.session().scalars(query.limit(SIZE + 1)))
    more, rows = len(rows) > SIZE, rows[:SIZE]
    if after is not None:
        rows.reverse()
    if not rows:
        return Leaf([], None, None)
    has_newer = more if after is not None else before is not None
    has_older = more or after is not None
    first, last = getattr(rows[0], key), getattr(rows[-1], key)
    return Leaf(rows, first if has_newer else None, last if has_older else None)


def within(first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    """The lines of these office days, either end open."""
    where: list[ColumnElement[bool]] = []
    if first is not None:
        where.append(AuditLine.at >= clock.at_office(first, 0))
    if last is not None:
        where.append(AuditLine.at < clock.at_office(last + timedelta(days=1), 0))
    return where
