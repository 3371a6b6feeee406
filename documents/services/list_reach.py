"""Among which documents a list is sought: all of the register, or what concerns its reader.

Who may read is decided by :func:`documents.permissions.visible_to` alone, in every query; this spares a list
of very many documents asking it of each.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Subquery, func, select
from sqlalchemy.orm import InstrumentedAttribute

from documents.models.document import Document
from documents.permissions import is_near, nearest_to, visible_to
from intranet.core import db
from intranet.core.actor import Actor

T = TypeVar("T")

#: Who is concerned by no more documents has those looked at: the shorter way in lists of up to a million, and
#: longer in a list that is not narrowed, where the newest of more are soon met.
FEW, FEW_OF_ALL = 20_000, 3_000


@dataclass(frozen=True)
class Reach:
    """What every query of a list asks of its rows, and the few documents that can meet it."""

    where: tuple[ColumnElement[bool], ...]
    few: Subquery | None = None

    def within(self, query: Select[Any]) -> Select[Any]:
        """The query on documents, within the reach of its actor."""
        if self.few is not None:
            # A join: in a list of keys to choose from, SQLite chooses to walk all documents instead.
            query = query.join(self.few, self.few.c[0] == Document.id)
        return query.where(*self.where)

    def unled(self, column: InstrumentedAttribute[T]) -> ColumnElement[T]:
        """The column to go by; of few documents an expression, so that no index of it leads."""
        return column.expression if self.few is None else func.coalesce(column, column)


def reach_of(actor: Actor, *, is_narrowed: bool = True) -> Reach:
    """Of one actor, as it is now."""
    most = FEW if is_narrowed else FEW_OF_ALL
    near, once = nearest_to(actor), nearest_to(actor, once=True)
    if near is None or once is None:
        return Reach((visible_to(actor, each=True),))
    some = near.limit(most + 1).subquery()
    if (db.session().scalar(select(func.count()).select_from(some)) or 0) <= most:
        few = once.subquery()
        # By the joined key, so that rights are asked after the join and not of what it leaves out.
        return Reach((visible_to(actor, few.c[0], each=True),), few)
    return Reach((is_near(actor, Document.id.expression), visible_to(actor, each=True)))
