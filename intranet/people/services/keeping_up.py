"""Many accounts brought up to date in one step, as :mod:`accounts` does it for one person at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from intranet.core import db
from intranet.core.errors import Invalid, NotFound
from intranet.people.models import Organisation, Post, RoleGrant, Unit, User
from intranet.people.services.accounts import Place, require_admin, require_admin_left, tell_access_changed
from intranet.records import audit


@dataclass(frozen=True)
class Change:
    """What becomes of one person's account.

    :param facts: full name and mail address from now on; ``None``, as they are.
    :param places: units in which post and roles are these from now on; without title a post ends there.
    """

    user_id: int
    facts: tuple[str, str | None] | None
    places: tuple[Place, ...]


def change_all(actor: User, changes: Sequence[Change]) -> None:
    """Make all the changes or none of them.

    :raises NotFound: ``account.unknown``.
    :raises Invalid: ``unit.unknown``, ``unit.other_agency``.
    :raises BadState: ``account.last_admin``.
    """
    require_admin(actor)
    with db.unit_of_work() as session:
        ids = [one.user_id for one in changes]
        query = select(User).where(User.id.in_(ids), ~User.is_robot).with_for_update(of=User)
        fresh = query.execution_options(populate_existing=True)
        people = {one.id: one for one in session.scalars(fresh).unique()}
        if len(people) < len(set(ids)):
            raise NotFound("account.unknown")
        units = _working({at.unit_id for one in changes for at in one.places if at.title or at.roles})
        losers = set[int]()
        for one in changes:
            person = people[one.user_id]
            if one.facts is not None:
                _set_facts(actor, person, *one.facts)
            for at in one.places:
                if (at.title or at.roles) and units.get(at.unit_id) != person.org_id:
                    raise Invalid(
                        "unit.other_agency" if at.unit_id in units else "unit.unknown", field="unit"
                    )
                if _put(person, at):
                    losers.add(person.id)
                roles = sorted(role.value for role in at.roles)
                audit.record(actor, "account.placed", person, unit=at.unit_id, roles=roles)
            person.version += 1
        session.flush()
        if losers:
            require_admin_left()
            tell_access_changed(losers)


def _working(unit_ids: set[int]) -> dict[int, int]:
    """The agency of each unit that works."""
    query = select(Unit.id, Unit.org_id).join(Organisation, Organisation.id == Unit.org_id)
    query = query.where(Unit.id.in_(unit_ids), Unit.is_active, Organisation.is_active)
    return {row.id: row.org_id for row in db.session().execute(query)}


def _set_facts(actor: User, person: User, full_name: str, email: str | None) -> None:
    given = {"full_name": full_name, "email": email}
    changed = [name for name, value in given.items() if getattr(person, name) != value]
    person.full_name, person.email = full_name, email
    audit.record(actor, "account.edited", person, fields=changed)


def _put(person: User, at: Place) -> bool:
    """Post and roles in one unit; returns whether a role was lost."""
    session = db.session()
    post = next((one for one in person.posts if one.unit_id == at.unit_id), None)
    if post is None and at.title:
        session.add(Post(user_id=person.id, unit_id=at.unit_id, title=at.title))
    elif post is not None and at.title:
        post.title = at.title
    elif post is not None:
        session.delete(post)
    held = {one.role: one for one in person.grants if one.unit_id == at.unit_id}
    lost = held.keys() - set(at.roles)
    for role in lost:
        session.delete(held[role])
    new = [role for role in sorted(at.roles) if role not in held]
    session.add_all(RoleGrant(user_id=person.id, unit_id=at.unit_id, role=role) for role in new)
    return bool(lost)
