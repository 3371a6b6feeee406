"""Who has how much: the officials whom the actor oversees, each with open, late and waiting tasks."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, literal, or_, select, tuple_

from intranet.core import db
from intranet.core.actor import Actor
from intranet.people import directory
from intranet.people.models import Post, RoleGrant, User
from intranet.tasks import load
from intranet.tasks.load import Load
from intranet.tasks.permissions import standing_of

PAGE = 50


@dataclass(frozen=True)
class Person:
    """An official with the load."""

    user: User
    load: Load


def people(
    actor: Actor, *, unit_id: int | None = None, after: int | None = None, limit: int = PAGE
) -> tuple[list[Person], int | None]:
    """Officials by name, from behind the one of an id on; the id from which the next page goes on."""
    at = standing_of(actor)
    query = select(User).where(User.is_active, User.org_id == at.org_id)
    if at.whole_org is None:
        query = query.where(User.id.in_(at.line_people))
    if unit_id is not None:
        query = query.where(_works_in(directory.units_below(unit_id)))
    edge = db.session().get(User, after) if after is not None and 0 < after < 2**31 else None
    if edge is not None:
        key = tuple_(literal(edge.name_key), literal(edge.id))
        query = query.where(tuple_(User.name_key, User.id) > key)
    users = list(db.session().scalars(query.order_by(User.name_key, User.id).limit(limit + 1)))
    loads = load.of_people(actor, users[:limit])
    shown = [Person(user, loads[user.id]) for user in users[:limit]]
    return shown, users[limit - 1].id if len(users) > limit else None


def _works_in(unit_ids: set[int]) -> ColumnElement[bool]:
    return or_(
        exists().where(Post.user_id == User.id, Post.unit_id.in_(unit_ids)),
        exists().where(RoleGrant.user_id == User.id, RoleGrant.unit_id.in_(unit_ids)),
    )
