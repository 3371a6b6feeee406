"""Who has how much: the officials whom the actor oversees, each with open, late and waiting tasks."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, or_, select

from intranet.core import db
from intranet.core.actor import Actor
from intranet.people import directory
from intranet.people.models import Post, RoleGrant, User
from intranet.tasks import load
from intranet.tasks.load import Load
from intranet.tasks.permissions import standing_of

PAGE = 50


class Order(StrEnum):
    """Who comes first; its word is ``task.order.<value>``."""

    #: Most late tasks, then most open ones.
    LATE = "late"
    OPEN = "open"
    NAME = "name"


@dataclass(frozen=True)
class Person:
    """An official with the load."""

    user: User
    load: Load


def people(
    actor: Actor,
    *,
    unit_id: int | None = None,
    order: Order = Order.LATE,
    after: int | None = None,
    limit: int = PAGE,
) -> tuple[list[Person], int | None]:
    """Officials in an order, from behind the one of an id on; the id from which the next page goes on."""
    at = standing_of(actor)
    query = select(User.id).where(User.is_active, User.org_id == at.org_id)
    if at.whole_org is None:
        query = query.where(User.id.in_(at.line_people))
    if unit_id is not None:
        query = query.where(_works_in(directory.units_below(unit_id)))
    # Everybody is counted at once: who comes first is known only then.
    ids = list(db.session().scalars(query.order_by(User.name_key, User.id)))
    counted = {} if order is Order.NAME else load.counts_of(actor, ids)
    none = (0, 0, 0, 0)
    if order is Order.LATE:
        ids.sort(key=lambda key: (-counted.get(key, none)[1], -counted.get(key, none)[0]))
    elif order is Order.OPEN:
        ids.sort(key=lambda key: -counted.get(key, none)[0])
    first = ids.index(after) + 1 if after in ids else 0
    wanted = ids[first : first + limit]
    found = {user.id: user for user in db.session().scalars(select(User).where(User.id.in_(wanted)))}
    users = [found[key] for key in wanted]
    loads = load.of_people(actor, users)
    more = wanted[-1] if wanted and len(ids) > first + limit else None
    return [Person(user, loads[user.id]) for user in users], more


def _works_in(unit_ids: set[int]) -> ColumnElement[bool]:
    return or_(
        exists().where(Post.user_id == User.id, Post.unit_id.in_(unit_ids)),
        exists().where(RoleGrant.user_id == User.id, RoleGrant.unit_id.in_(unit_ids)),
    )
