"""People as a sheet, with posts and roles: whoever is known by the sign-in name is kept up, others are added.

Nobody who is missing in a sheet is touched, and none of it makes or unmakes an administrator.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import select

from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.labels import label
from intranet.core.text import fold, one_line, toned
from intranet.people.models import Organisation, Post, Role, RoleGrant, Unit, User
from intranet.people.permissions import ADMIN
from intranet.people.services import accounts, keeping_up, people_changes
from intranet.people.services.accounts import Newcomer, Place
from intranet.people.services.keeping_up import Change
from intranet.people.services.people_changes import Known, Said
from intranet.people.services.signing_in import tidy_name
from intranet.records.lists import Fate, Kind, Plan, Row
from intranet.records.models import ListImport

#: What takes a list of people over.
JOB = "people.list"
_BETWEEN = re.compile(r"[;\n|]")
_LEVEL = re.compile(r"\s*[>»]\s*")
#: Roles as a sheet may name them, besides their labels.
_SHORT_ROLES = {
    "lanh dao": Role.LEADER,
    "luu tru": Role.ARCHIVIST,
    "thanh tra": Role.AUDITOR,
    "kiem tra": Role.AUDITOR,
}


@dataclass
class _Chart:
    """Agencies and their units by the names that lead to them."""

    orgs: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    org_names: dict[int, str] = field(default_factory=dict)
    #: By agency and full name; by agency and short name or letters.
    units: dict[tuple[int, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    short: dict[tuple[int, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    unit_names: dict[int, str] = field(default_factory=dict)
    forms: dict[int, set[str]] = field(default_factory=dict)
    above: dict[int, int | None] = field(default_factory=dict)

    def meant(self, org_id: int, text: str) -> set[int]:
        """Units of an agency that words may mean: a name, a short name, letters, or a way down to one."""
        found = self.units.get((org_id, toned(text))) or self.short.get((org_id, toned(text)))
        if found or not _LEVEL.search(text):
            return found or set()
        *way, last = _LEVEL.split(text)
        ends = self.units.get((org_id, toned(last))) or self.short.get((org_id, toned(last)), set())
        return {one for one in ends if self._is_below(one, [toned(name) for name in way])}

    def _is_below(self, unit_id: int, way: list[str]) -> bool:
        at = self.above.get(unit_id)
        while way and at is not None:
            if way[-1] in self.forms[at]:
                way = way[:-1]
            at = self.above.get(at)
        return not way


def plan(org_id: int, rows: Sequence[Row]) -> Plan:
    """What would become of the rows of a list of people; the agency is that of rows which name none."""
    found, chart = Plan(), _orgs()
    wanted = {row.number: _org(found, chart, org_id, row) for row in rows}
    _units(chart, {one for one in wanted.values() if one is not None})
    people = defaultdict[str, list[Said]](list)
    for row in rows:
        if (one := _said(found, chart, wanted[row.number], row)) is not None:
            people[one.name].append(one)
    known = _known(people)
    fresh, changes = [], []
    for name, said in people.items():
        if not _is_one(found, said):
            continue
        if name not in known:
            fresh.append(said)
        elif change := people_changes.decide(found, known[name], said, chart.unit_names):
            changes.append(change)
    for said in fresh:
        found.fates |= {one.row.number: Fate.FRESH for one in said}
    if fresh:
        found.acts.append(partial(_write_new, [_newcomer(said) for said in fresh]))
        bare = [said for said in fresh if not any(one.roles for one in said)]
        if bare:
            found.odd(bare[0][0].row, "no_roles", n=len(bare))
    if changes:
        found.acts.append(partial(_write_changes, changes))
    return found


def names_in(sheet: ListImport) -> list[str]:
    """Sign-in names of the people in a list."""
    columns = {name: int(at) + 1 for at, name in sheet.mapping.items() if name in ("name", "email")}
    rows = [{name: str(cells[at]) for name, at in columns.items() if at < len(cells)} for cells in sheet.rows]
    return sorted({name for row in rows if (name := _name(row.get("name", ""), row.get("email", "")))})


def _said(found: Plan, chart: _Chart, org_id: int | None, row: Row) -> Said | None:
    """What a row says, each error in it told; ``None`` when it cannot be known who or where that is."""
    name, email = _name(row["name"], row["email"]), one_line(row["email"])
    full_name, title, unit = (one_line(row[key]) for key in ("full_name", "title", "unit"))
    written = {"full_name": full_name, "name": name, "unit": unit, "title": title}
    for key in [key for key, text in written.items() if not text]:
        found.wrong(row, "lacks", field=key)
    can_be = bool(name) and accounts.can_be_name(name)
    if name and not can_be:
        found.wrong(row, "person_name", name=name)
    if email and not accounts.can_be_address(email):
        found.wrong(row, "person_email", typed=email)
    roles = _roles(row["roles"])
    if roles is None:
        found.wrong(row, "role", value=one_line(row["roles"]))
    elif Role.ADMIN in roles:
        found.wrong(row, "role_admin")
    if org_id is None or not unit:
        return None
    meant = chart.meant(org_id, unit)
    if len(meant) != 1:
        found.wrong(row, "unit_two" if meant else "unit_none", name=unit, of=chart.org_names[org_id])
        return None
    (unit_id,) = meant
    said = Said(row, name, full_name, email, org_id, unit_id, title, roles or frozenset())
    return said if can_be else None


def _is_one(found: Plan, said: Sequence[Said]) -> bool:
    """Whether rows with one sign-in name are posts of one person, and nothing in them is wrong."""
    first, units = said[0], dict[int, int]()
    for one in said:
        if (before := units.setdefault(one.unit_id, one.row.number)) != one.row.number:
            found.wrong(one.row, "double", first=before)
        if one.full_name and first.full_name and toned(one.full_name) != toned(first.full_name):
            found.wrong(one.row, "name_twice", name=one.name, first=first.row.number)
        if one.org_id != first.org_id:
            found.wrong(one.row, "two_agencies", first=first.row.number)
    return not any(one.row.number in found.fates for one in said)


def _newcomer(said: Sequence[Said]) -> Newcomer:
    places = tuple(Place(one.unit_id, one.title, tuple(sorted(one.roles))) for one in said)
    email = next((one.email for one in said if one.email), None)
    return Newcomer(said[0].name, said[0].full_name, email, places)


def _write_new(people: Sequence[Newcomer], actor: Actor) -> None:
    accounts.create_all(_official(actor), people)


def _write_changes(changes: Sequence[Change], actor: Actor) -> None:
    keeping_up.change_all(_official(actor), changes)


def _official(actor: Actor) -> User:
    """Whoever keeps accounts; the house itself does not."""
    if not isinstance(actor, User):
        raise TypeError("only officials keep accounts")
    return actor


def _name(name: str, email: str) -> str:
    """A sign-in name: what is written, else what stands before the @ of the mail address."""
    return tidy_name(one_line(name) or one_line(email).partition("@")[0])


def _roles(text: str) -> frozenset[Role] | None:
    """The roles that a cell names, none for an empty one; ``None`` when a word is no role."""
    known = {fold(label(f"role.{role}")): role for role in Role} | _SHORT_ROLES
    roles = set[Role]()
    for part in filter(fold, _BETWEEN.split(text)):
        for word in [part] if fold(part) in known else filter(fold, part.split(",")):
            if fold(word) not in known:
                return None
            roles.add(known[fold(word)])
    return frozenset(roles)


def _org(found: Plan, chart: _Chart, org_id: int, row: Row) -> int | None:
    text = one_line(row["org"])
    if not toned(text):
        return org_id
    meant = chart.orgs.get(toned(text), set())
    if len(meant) != 1:
        found.wrong(row, "org_two" if meant else "org_none", name=text)
        return None
    return next(iter(meant))


def _orgs() -> _Chart:
    chart = _Chart()
    query = select(Organisation.id, Organisation.name, Organisation.short_name, Organisation.code)
    for row in db.session().execute(query.where(Organisation.is_active)):
        chart.org_names[row.id] = row.name
        for form in filter(None, (row.name, row.short_name, row.code)):
            chart.orgs[toned(form)].add(row.id)
    return chart


def _units(chart: _Chart, org_ids: Iterable[int]) -> None:
    query = select(Unit.id, Unit.org_id, Unit.parent_id, Unit.name, Unit.short_name, Unit.letters)
    for row in db.session().execute(query.where(Unit.org_id.in_(set(org_ids)), Unit.is_active)):
        chart.units[row.org_id, toned(row.name)].add(row.id)
        for form in filter(None, (row.short_name, row.letters)):
            chart.short[row.org_id, toned(form)].add(row.id)
        chart.unit_names[row.id], chart.above[row.id] = row.name, row.parent_id
        chart.forms[row.id] = {toned(row.name), toned(row.short_name), toned(row.letters)}


def _known(names: Iterable[str]) -> dict[str, Known]:
    """Who has an account already, by sign-in name."""
    opened = db.session()
    columns = (User.id, User.name, User.full_name, User.email, User.org_id, User.is_active, User.is_robot)
    rows = opened.execute(select(*columns).where(User.name.in_(list(names)))).all()
    found = {row.id: Known(*row) for row in rows}
    posts = select(Post.user_id, Post.unit_id, Post.title).where(Post.user_id.in_(list(found)))
    for user_id, unit_id, title in opened.execute(posts.order_by(Post.id)):
        found[user_id].posts[unit_id] = title
    grants = select(RoleGrant.user_id, RoleGrant.unit_id, RoleGrant.role)
    for grant in opened.execute(grants.where(RoleGrant.user_id.in_(list(found)))):
        found[grant.user_id].roles[grant.unit_id].add(grant.role)
    return {one.name: one for one in found.values()}


PEOPLE = Kind(
    code="people",
    permit=ADMIN,
    heads={
        "full_name": ("ho va ten", "ho ten", "ho va ten can bo", "ten can bo", "can bo"),
        "name": ("ten dang nhap", "ten tai khoan", "tai khoan", "username", "user"),
        "email": ("thu dien tu", "email", "thu cong vu", "dia chi thu dien tu", "hop thu"),
        "org": ("co quan", "ten co quan", "ma co quan", "ma dinh danh co quan"),
        "unit": ("don vi", "ten don vi", "phong ban", "don vi cong tac", "phong", "ma don vi"),
        "title": ("chuc vu", "chuc danh", "chuc vu chuc danh"),
        "roles": ("vai tro", "quyen", "nhom quyen"),
    },
    sizes={"full_name": 100, "name": 60, "email": 200, "title": 100},
    needed=("full_name", "unit", "title"),
    plan=plan,
    job=JOB,
    changes=True,
)
