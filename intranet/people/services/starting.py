"""The first administrator of a real office: a link from the command line, used once."""

from dataclasses import dataclass

from sqlalchemy import func, select

from intranet.core import db
from intranet.core.db import unit_of_work
from intranet.core.errors import BadState, NotFound
from intranet.people import links, passwords, sessions
from intranet.people.models import Organisation, Post, Role, RoleGrant, Unit, User
from intranet.people.services.accounts import require_name
from intranet.people.services.signing_in import tidy_name
from intranet.records import audit


@dataclass(frozen=True)
class FirstOffice:
    """What the first administrator says about the office and about themself."""

    org_name: str
    short_name: str
    letters: str
    place: str
    name: str
    full_name: str
    password: str


def has_people() -> bool:
    """True when somebody already administers this installation."""
    return bool(db.session().scalar(select(func.count()).select_from(User)))


def make_first_link() -> str:
    """The token of a link for the first administrator; an earlier one works no more.

    :raises BadState: ``start.done``, there are accounts already.
    """
    with unit_of_work():
        if has_people():
            raise BadState("start.done")
        return links.make(links.Purpose.FIRST)


def start_office(token: str, given: FirstOffice, *, device: str) -> int:
    """Make the agency, its office unit and the first administrator, and sign them in; returns their id.

    :raises NotFound: ``link.gone``.
    :raises Invalid: account name or password not good enough, each beside its field.
    """
    found = links.find(token, links.Purpose.FIRST)
    name = tidy_name(given.name)
    require_name(name)
    passwords.require_good(given.password, names=(name, given.full_name, given.org_name, given.short_name))
    hashed = passwords.hash_password(given.password)
    with unit_of_work() as session:
        links.use(found)
        if has_people():
            raise NotFound("link.gone")
        org = Organisation(
            name=given.org_name,
            short_name=given.short_name,
            letters=given.letters,
            place=given.place,
        )
        session.add(org)
        session.flush()
        unit = Unit(org_id=org.id, name="Văn phòng", short_name="Văn phòng", letters="VP")
        session.add(unit)
        session.flush()
        user = User(name=name, full_name=given.full_name, org_id=org.id, password_hash=hashed)
        session.add(user)
        session.flush()
        session.add(Post(user_id=user.id, unit_id=unit.id, title="Quản trị hệ thống"))
        session.add(RoleGrant(user_id=user.id, unit_id=None, role=Role.ADMIN))
        session.flush()
        sessions.begin(user.id, device=device)
        audit.record(user, "office.started", org, user=user.id)
        return user.id
