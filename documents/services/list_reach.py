"""Among which documents a list is sought: all of the register, or what concerns its reader.

Who may read is decided by :func:`documents.permissions.visible_to` alone, in every query; this spares a list
of very many documents asking it of each.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, select

from documents.models.document import Document
from documents.permissions import is_near, nearest_to, visible_to
from intranet.core import db
from intranet.core.actor import Actor

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


def reach_of(actor: Actor, *, is_narrowed: bool = True) -> Reach:
    """Of one actor, as it is now."""
    most = FEW if is_narrowed else FEW_OF_ALL
    near, visible = nearest_to(actor), visible_to(actor, each=True)
    if near is None:
        return Reach((visible,))
    some = near.limit(most + 1).subquery()
    if (db.session().scalar(select(func.count()).select_from(some)) or 0) <= most:
        return Reach((visible,), near.distinct().subquery())
    return Reach((is_near(actor, Document.id.expression), visible))
