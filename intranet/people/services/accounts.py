"""Accounts of officials, as administrators make and change them; never a lasting password."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.db import publish, unit_of_work
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.people import links, passwords, permissions, sessions, throttle
from intranet.people.events import AccessChanged
from intranet.people.models import Delegation, Organisation, Post, Role, RoleGrant, Unit, User
from intranet.people.services.signing_in import tidy_name
from intranet.records import audit

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{1,58}[a-z0-9])")


@dataclass(frozen=True)
class Place:
    """A post in a unit, and the roles there."""

    unit_id: int
    title: str
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class Newcomer:
    """Somebody who gets an account.

    :param name: as :func:`signing_in.tidy_name` gives it.
    :param places: all in one agency; the first is the post that is shown.
    """

    name: str
    full_name: str
    email: str | None
    places: tuple[Place, ...]


def require_admin(actor: User | None) -> None:
    """Let administrators through, and the operator on the machine (``None``).

    :raises Forbidden: ``auth.no_permit``.
    """
    if actor is not None and not actor.holds(permissions.ADMIN):
        raise Forbidden("auth.no_permit")


def can_be_name(name: str) -> bool:
    """True for 3 to 60 of a-z, 0-9, dot, hyphen, underscore."""
    return _NAME.fullmatch(name) is not None


def can_be_address(text: str) -> bool:
    """True for what may be a mail address."""
    name, _at, host = text.rpartition("@")
    return bool(name) and "." in host and " " not in text and not host.startswith(".")


def require_name(name: str) -> None:
    """Refuse what cannot be an account name.

    :raises Invalid: ``account.name``: 3 to 60 of a-z, 0-9, dot, hyphen, underscore.
    """
    if not can_be_name(name):
        raise Invalid("account.name", field="name")


def get_person(actor: User | None, user_id: int, *, lock: bool = False) -> User:
    """A person's account, for whoever administers accounts.

    :raises NotFound: ``account.unknown``.
    """
    require_admin(actor)
    found = db.session().get(User, user_id, with_for_update={"of": User} if lock else None)
    if found is None or found.is_robot:
        raise NotFound("account.unknown")
    return found


def named(name: str) -> User:
    """The account of that name, for the operator.

    :raises NotFound: ``account.unknown``.
    """
    found = db.session().scalar(select(User).where(User.name == tidy_name(name), ~User.is_robot))
    if found is None:
        raise NotFound("account.unknown")
    return found


def create(
    actor: User | None,
    *,
    name: str,
    full_name: str,
    email: str | None,
    unit_id: int,
    title: str,
    roles: tuple[Role, ...],
    temporary: passwords.Temporary,
) -> int:
    """Make an account with one post, roles in the post's unit, and a temporary password; returns its id.

    :raises Invalid: ``account.name``, ``account.name_taken``, ``unit.unknown``, each beside its field.
    """
    one = Newcomer(tidy_name(name), full_name, email, (Place(unit_id, title, roles),))
    with unit_of_work():
        (user,) = create_all(actor, [one])
        _give_temporary(user, temporary)
        return user.id


def create_all(actor: User | None, people: Sequence[Newcomer]) -> list[User]:
    """Make accounts with their posts and roles; each stays shut until a link or a password opens it.

    :raises Invalid: ``account.name``, ``account.name_taken``, ``unit.unknown``, each beside its field.
    """
    require_admin(actor)
    for one in people:
        require_name(one.name)
    with unit_of_work() as session:
        names = [one.name for one in people]
        if session.scalar(select(User.id).where(User.name.in_(names)).limit(1)) is not None:
            raise Invalid("account.name_taken", field="name")
        units = {
            key: _working_unit(key, "unit") for key in {at.unit_id for one in people for at in one.places}
        }
        users = [
            User(
                name=one.name,
                full_name=one.full_name,
                email=one.email,
                org_id=units[one.places[0].unit_id].org_id,
            )
            for one in people
        ]
        session.add_all(users)
        session.flush()
        for user, one in zip(users, people, strict=True):
            for at in one.places:
                session.add(Post(user_id=user.id, unit_id=at.unit_id, title=at.title))
                session.add_all(
                    RoleGrant(user_id=user.id, unit_id=at.unit_id, role=role) for role in at.roles
                )
        session.flush()
        for user, one in zip(users, people, strict=True):
            for n, at in enumerate(one.places):
                roles = sorted(role.value for role in at.roles)
                act = "account.placed" if n else "account.created"
                audit.record(actor, act, user.ref, org_id=user.org_id, unit=at.unit_id, roles=roles)
        return users


def edit(actor: User, user_id: int, *, full_name: str, email: str | None, expect: int) -> None:
    """Change name and address of a person.

    :param expect: the version that the actor saw.
    :raises Stale: ``account.changed``, somebody else was faster.
    """
    with unit_of_work():
        user = get_person(actor, user_id, lock=True)
        if user.version != expect:
            raise Stale("account.changed")
        changed = [
            key for key, value in (("full_name", full_name), ("email", email)) if getattr(user, key) != value
        ]
        user.full_name, user.email = full_name, email
        user.version += 1
        audit.record(actor, "account.edited", user, fields=changed)


def set_active(actor: User, user_id: int, is_active: bool) -> None:
    """Disable an account or open it again; a disabled person is out at the next request.

    :raises BadState: ``account.own``, ``account.last_admin``.
    """
    with unit_of_work():
        user = get_person(actor, user_id, lock=True)
        if user.is_active == is_active:
            return
        if user.id == actor.id:
            raise BadState("account.own")
        user.is_active = is_active
        user.version += 1
        if not is_active:
            require_admin_left()
            sessions.end_all(user.id)
            tell_access_changed({user.id})
        audit.record(actor, "account.enabled" if is_active else "account.disabled", user)


def set_place(
    actor: User,
    user_id: int,
    unit_id: int,
    *,
    title: str | None,
    roles: tuple[Role, ...],
    expect: int,
    field: str = "unit",
) -> None:
    """Say what a person is in one unit of the own agency: the post's title (if any) and the roles.

    :param expect: the version of the person that the actor saw.
    :raises Stale: ``account.changed``, somebody else was faster.
    :raises Invalid: ``unit.unknown``, ``unit.other_agency``, ``place.empty``.
    :raises BadState: ``account.last_admin``.
    """
    if not title and not roles:
        raise Invalid("place.empty", field="title")
    with unit_of_work() as session:
        user = get_person(actor, user_id, lock=True)
        if user.version != expect:
            raise Stale("account.changed")
        unit = _working_unit(unit_id, field)
        if unit.org_id != user.org_id:
            raise Invalid("unit.other_agency", field=field)
        post = session.scalar(select(Post).where(Post.user_id == user_id, Post.unit_id == unit_id))
        if title and post is None:
            session.add(Post(user_id=user_id, unit_id=unit_id, title=title))
        elif title and post is not None:
            post.title = title
        elif post is not None:
            session.delete(post)
        lost = _set_roles(user_id, unit_id, set(roles))
        _after_place(actor, user, unit_id, lost, sorted(role.value for role in roles))


def leave_place(actor: User, user_id: int, unit_id: int | None) -> None:
    """Take a person's post and roles in one unit away; ``None`` for roles in the whole agency.

    :raises BadState: ``account.last_admin``.
    """
    with unit_of_work() as session:
        user = get_person(actor, user_id, lock=True)
        if unit_id is not None:
            post = session.scalar(select(Post).where(Post.user_id == user_id, Post.unit_id == unit_id))
            if post is not None:
                session.delete(post)
        lost = _set_roles(user_id, unit_id, set())
        _after_place(actor, user, unit_id, lost, [])


def reset_by_link(actor: User | None, user_id: int) -> str:
    """The token of a link by which the person sets a new password; the present one works until then."""
    with unit_of_work():
        user = get_person(actor, user_id, lock=True)
        throttle.clear(throttle.name_key(user.name))
        token = links.make(links.Purpose.PASSWORD, user.id)
        audit.record(actor, "account.reset", user.ref, org_id=user.org_id, how="link")
        return token


def reset_by_password(actor: User | None, user_id: int, temporary: passwords.Temporary) -> None:
    """Replace a person's password by a temporary one; every session of the person ends."""
    with unit_of_work():
        user = get_person(actor, user_id, lock=True)
        _give_temporary(user, temporary)
        user.version += 1
        throttle.clear(throttle.name_key(user.name))
        throttle.forget_devices(user.id)
        sessions.end_all(user.id)
        audit.record(actor, "account.reset", user.ref, org_id=user.org_id, how="password")
        publish(AccessChanged(user.id))


def _give_temporary(user: User, temporary: passwords.Temporary) -> None:
    user.password_hash = temporary.hashed
    user.must_change_password = True
    user.password_until = clock.now() + timedelta(hours=passwords.TEMPORARY_HOURS)


def _working_unit(unit_id: int, field: str) -> Unit:
    unit = db.session().get(Unit, unit_id)
    if unit is None or not unit.is_active or not db.session().get_one(Organisation, unit.org_id).is_active:
        raise Invalid("unit.unknown", field=field)
    return unit


def _set_roles(user_id: int, unit_id: int | None, wanted: set[Role]) -> bool:
    """Make the roles in one unit these; returns whether one was lost."""
    session = db.session()
    where = RoleGrant.unit_id == unit_id if unit_id is not None else RoleGrant.unit_id.is_(None)
    held = {
        grant.role: grant
        for grant in session.scalars(select(RoleGrant).where(RoleGrant.user_id == user_id, where))
    }
    for role in held.keys() - wanted:
        session.delete(held[role])
    session.add_all(
        RoleGrant(user_id=user_id, unit_id=unit_id, role=role) for role in sorted(wanted - held.keys())
    )
    session.flush()
    return bool(held.keys() - wanted)


def _after_place(actor: User, user: User, unit_id: int | None, lost: bool, roles: list[str]) -> None:
    db.session().flush()
    if lost:
        require_admin_left()
        tell_access_changed({user.id})
    user.version += 1
    audit.record(actor, "account.placed", user, unit=unit_id, roles=roles)


def require_admin_left() -> None:
    """Refuse to leave the installation without an administrator, in the open unit of work.

    :raises BadState: ``account.last_admin``.
    """
    held = (
        select(User.id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.role == Role.ADMIN, User.is_active)
        .limit(1)
    )
    db.session().flush()
    if db.session().scalar(held) is None:
        raise BadState("account.last_admin")


def tell_access_changed(user_ids: Collection[int]) -> None:
    """Cut these people's sockets, and those of whoever acts for them."""
    today = clock.today()
    substitutes = select(Delegation.substitute_id).where(
        Delegation.principal_id.in_(user_ids),
        Delegation.ended_at.is_(None),
        Delegation.first_date <= today,
        Delegation.last_date >= today,
    )
    for one in (*user_ids, *filter(None, db.session().scalars(substitutes))):
        publish(AccessChanged(one))
