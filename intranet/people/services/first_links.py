"""First passwords of many: each person gets a link that works once, the house keeps only its fingerprint.

The tokens are made while the sheet is fetched and stand nowhere else; fetching it again makes new ones for
whoever has not come yet, and the earlier ones work no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnExpressionArgument, func, select
from sqlalchemy.orm import selectinload

from intranet.core import clock, db
from intranet.core.errors import BadState
from intranet.people import links, passwords
from intranet.people.models import Post, User
from intranet.people.services.accounts import require_admin
from intranet.records import audit

#: As long as a temporary password.
LIFE = timedelta(hours=passwords.TEMPORARY_HOURS)


@dataclass(frozen=True)
class Handed:
    """What one person is handed: the token of the link by which they set their password."""

    person: User
    post: Post | None
    token: str


def waiting(actor: User, names: Sequence[str]) -> int:
    """How many of these accounts nobody has ever set a password for."""
    require_admin(actor)
    return db.session().scalar(select(func.count()).select_from(User).where(*_waiting(names))) or 0


def hand_out(actor: User, names: Sequence[str]) -> tuple[datetime, list[Handed]]:
    """Make a link for everybody among them who has no password; returns until when they work, unit by unit.

    :raises BadState: ``links.nobody``.
    """
    require_admin(actor)
    with db.unit_of_work() as session:
        query = select(User).where(*_waiting(names)).options(selectinload(User.posts).joinedload(Post.unit))
        people = list(session.scalars(query.with_for_update(of=User)).unique())
        if not people:
            raise BadState("links.nobody")
        tokens = links.make_legible(links.Purpose.PASSWORD, [one.id for one in people], LIFE)
        for one in people:
            audit.record(actor, "account.reset", one.ref, org_id=one.org_id, how="list")
        audit.record(actor, "account.links_made", actor, people=len(people))
        handed = [Handed(one, next(iter(one.posts), None), tokens[one.id]) for one in people]
    return clock.now() + LIFE, sorted(handed, key=_order)


def _waiting(names: Sequence[str]) -> tuple[ColumnExpressionArgument[bool], ...]:
    return User.name.in_(names), User.password_hash.is_(None), User.is_active, ~User.is_robot


def _order(one: Handed) -> tuple[str, int, str, str]:
    unit = None if one.post is None else one.post.unit
    place = (unit.position, unit.name) if unit is not None else (0, "")
    return one.person.org.name, *place, one.person.name_key
