"""A list of agencies as a sheet: those there are recognised and completed, others are added."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import select

from documents.models.catalogue import Channel, Party
from documents.permissions import KEEP_LISTS
from documents.services import parties
from documents.services.catalogue import lasting, organisation_named
from documents.services.parties import MOST_ALIASES, PartyFields
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Invalid
from intranet.core.labels import label
from intranet.core.text import fold, one_line, toned
from intranet.records import audit
from intranet.records.lists import Fate, Kind, Plan, Row

#: Ways by which an agency is written to, as a sheet may name them.
_WAYS = (Channel.POST, Channel.HAND, Channel.EMAIL, Channel.FAX, Channel.EDXML)
_WORDS = {"buu chinh": Channel.POST, "email": Channel.EMAIL, "lien thong": Channel.EDXML}
_BETWEEN = re.compile(r"[;\n|]")
#: What is filled in where it is empty; a name that is there stays.
_FACTS = ("short_name", "letters", "organ_id")
#: An agency of the catalogue by its id, or a row of the file by its number.
_Node = tuple[str, int]
_Nodes = defaultdict[str, set[_Node]]


@dataclass
class _Known:
    """The agencies of the catalogue by all names that lead to them."""

    by_name: dict[str, Party] = field(default_factory=dict)
    #: Whose another name is; a name of an agency counts as well.
    by_alias: dict[str, Party] = field(default_factory=dict)
    #: Those that last, by id.
    by_id: dict[int, Party] = field(default_factory=dict)


@dataclass(frozen=True)
class _Settled:
    """A row, what it says, and the agency that it is already, if it is one."""

    row: Row
    given: PartyFields
    there: Party | None

    @property
    def node(self) -> _Node:
        """What it is in the tree of agencies and rows."""
        return _row_node(self.row) if self.there is None else _node(self.there)


def plan(org_id: int, rows: Sequence[Row]) -> Plan:
    """What would become of the rows of a list of agencies."""
    known, found = _known(org_id), Plan()
    first, seen, settled = dict[str, int](), dict[int, int](), list[_Settled]()
    for row in rows:
        name = one_line(row["name"])
        if not name:
            found.wrong(row, "no_name")
            continue
        key = toned(name)
        if (before := first.setdefault(key, row.number)) != row.number:
            found.wrong(row, "double", first=before)
            continue
        given = _given(found, row, name)
        if given is None:
            continue
        there = known.by_name.get(key) or known.by_alias.get(key)
        if there is not None and (before := seen.setdefault(id(there), row.number)) != row.number:
            found.wrong(row, "double", first=before)
            continue
        settled.append(_Settled(row, given, there))
        taken = [one for one in given.aliases if known.by_alias.get(toned(one), there) is not there]
        if taken:
            found.wrong(row, "alias_taken", alias=taken[0], of=known.by_alias[toned(taken[0])].name)
        if there is None:
            # Nobody below may have a name of this one.
            mine = Party(name=name)
            seen[id(mine)] = row.number
            for one in (name, *given.aliases):
                known.by_alias.setdefault(toned(one), mine)
    _decide(found, known, org_id, settled)
    return found


def _decide(found: Plan, known: _Known, org_id: int, settled: Sequence[_Settled]) -> None:
    """What is to be done: new agencies first, then what is above them, then what is filled in."""
    above = _all_above(found, known, settled)
    made: dict[_Node, int] = {_node(one): one.id for one in known.by_id.values()}
    fresh = [one for one in settled if one.there is None and one.row.number not in found.fates]
    for one in fresh:
        found.fates[one.row.number] = Fate.FRESH
        found.acts.append(partial(_write_new, org_id, one, made))
    below = [one.node for one in fresh if one.node in above]
    found.acts += [partial(_write_above, node, above[node], made) for node in below]
    for one in settled:
        if one.there is not None and one.row.number not in found.fates:
            _fill(found, one.row, one.there, one.given, above.get(one.node), made)


def _given(found: Plan, row: Row, name: str) -> PartyFields | None:
    """The facts of a row, ``None`` when one of them is wrong."""
    ways = {fold(label(f"document.channel.{one.value}")): one for one in _WAYS} | _WORDS
    channel = ways.get(fold(row["channel"])) if row["channel"] else Channel.POST
    if channel is None:
        found.wrong(row, "channel", value=row["channel"])
        return None
    aliases = [one for one in _parts(row["aliases"]) if toned(one) != toned(name)]
    given = PartyFields(
        name=name,
        short_name=one_line(row["short_name"]),
        aliases=tuple(dict.fromkeys(aliases)),
        letters=one_line(row["letters"]),
        organ_id=one_line(row["organ_id"]).upper(),
        emails=tuple(_parts(row["emails"].replace(",", ";"))),
        channel=channel,
    )
    try:
        parties.check_facts(given)
    except Invalid as refusal:
        data = {name: value for name, value in refusal.data.items() if name != "field"}
        found.wrong(row, refusal.code.partition(".")[2], **data)
        return None
    return given


def _write_new(org_id: int, settled: _Settled, made: dict[_Node, int], actor: Actor) -> None:
    given = settled.given
    organisation_id = organisation_named(given.name)
    party = Party(
        org_id=org_id,
        name=given.name,
        short_name=given.short_name,
        aliases=list(given.aliases[:MOST_ALIASES]),
        letters=given.letters,
        organ_id=given.organ_id or None,
        emails=list(given.emails),
        organisation_id=organisation_id,
        channel=Channel.INTERNAL if organisation_id is not None else given.channel,
    )
    db.session().add(party)
    db.session().flush()
    made[settled.node] = party.id
    audit.record(actor, "party.added", party, name=party.name)


def _write_above(node: _Node, above: _Node, made: dict[_Node, int], _actor: Actor) -> None:
    db.session().get_one(Party, made[node]).parent_id = made[above]


def _fill(
    found: Plan, row: Row, there: Party, given: PartyFields, above: _Node | None, made: dict[_Node, int]
) -> None:
    """Fill in what is empty; what differs is told and stays as it is in the catalogue."""
    changes: dict[str, Any] = {}
    for name in _FACTS:
        new, old = getattr(given, name), getattr(there, name) or ""
        if new and not old:
            changes[name] = new
        elif new and fold(new) != fold(old):
            found.odd(row, "kept", field=name, old=old, new=new)
    own = {toned(one) for one in (there.name, there.short_name, *there.aliases) if one}
    aliases = [one for one in given.aliases if toned(one) not in own]
    emails = [one for one in given.emails if one.lower() not in {old.lower() for old in there.emails}]
    if aliases:
        changes["aliases"] = [*there.aliases, *aliases][:MOST_ALIASES]
    if emails:
        changes["emails"] = [*there.emails, *emails]
    is_fuller = bool(changes or above)
    found.fates[row.number] = Fate.FILLED if is_fuller else Fate.KNOWN
    if is_fuller:
        found.acts.append(partial(_write_facts, there.id, changes, above, made))


def _write_facts(
    party_id: int, changes: dict[str, Any], above: _Node | None, made: dict[_Node, int], actor: Actor
) -> None:
    party = db.session().get_one(Party, party_id)
    if above is not None:
        party.parent_id = made[above]
    for name, value in changes.items():
        setattr(party, name, value)
    party.version += 1
    audit.record(actor, "party.edited", party, name=[party.name, party.name])


def _known(org_id: int) -> _Known:
    found = _Known()
    for party in db.session().scalars(select(Party).where(Party.org_id == org_id).order_by(Party.id)):
        root = lasting(party)
        found.by_id[root.id] = root
        found.by_name[toned(party.name)] = root
        for one in (party.name, party.short_name, *party.aliases):
            if one:
                found.by_alias.setdefault(toned(one), root)
    return found


def _all_above(found: Plan, known: _Known, settled: Sequence[_Settled]) -> dict[_Node, _Node]:
    """What the file puts each agency below, where the catalogue says nothing yet; circles are errors."""
    names, others = _named(known, settled)
    ups = {_node(one): _node(up) for one in known.by_id.values() if (up := parties.above(one)) is not None}
    fresh = dict[_Node, _Node]()
    for one in settled:
        text = one_line(one.row["parent"])
        key = toned(text)
        if not key:
            continue
        meant = names[key] or others[key]
        if len(meant) != 1:
            found.wrong(one.row, "above_two" if meant else "above_none", name=text)
            continue
        (node,) = meant
        old = None if one.there is None else parties.above(one.there)
        if old is None:
            fresh[one.node] = ups[one.node] = node
        elif _node(old) != node:
            found.odd(one.row, "kept", field="parent", old=old.name, new=text)
    for one in settled:
        if one.node in fresh and _leads_back(one.node, ups):
            found.wrong(one.row, "above_circle", name=one.row["parent"])
    return fresh


def _named(known: _Known, settled: Sequence[_Settled]) -> tuple[_Nodes, _Nodes]:
    """Agencies and rows by their full names, and by short names, letters, codes and other names."""
    names, others = _Nodes(set), _Nodes(set)
    for key, party in known.by_name.items():
        names[key].add(_node(party))
    for party in known.by_id.values():
        for form in (party.short_name, party.letters, party.organ_id or "", *party.aliases):
            others[toned(form)].add(_node(party))
    for one in settled:
        names[toned(one.given.name)].add(one.node)
        given = one.given
        for form in (given.short_name, given.letters, given.organ_id, *given.aliases):
            others[toned(form)].add(one.node)
    return names, others


def _leads_back(start: _Node, ups: Mapping[_Node, _Node]) -> bool:
    seen, at = set[_Node](), ups.get(start)
    while at is not None and at != start and at not in seen:
        seen.add(at)
        at = ups.get(at)
    return at == start


def _node(party: Party) -> _Node:
    return "party", party.id


def _row_node(row: Row) -> _Node:
    return "row", row.number


def _parts(text: str) -> Iterable[str]:
    return [one for part in _BETWEEN.split(text) if (one := one_line(part))]


PARTIES = Kind(
    code="party",
    permit=KEEP_LISTS,
    heads={
        "name": ("ten co quan", "ten day du", "ten don vi", "co quan", "ten", "co quan don vi"),
        "short_name": ("ten goi tat", "ten tat", "ten ngan"),
        "aliases": ("ten goi khac", "ten khac"),
        "letters": ("chu viet tat", "viet tat", "ky hieu"),
        "organ_id": ("ma dinh danh", "ma co quan", "ma don vi", "ma lien thong"),
        "emails": ("thu dien tu", "email", "hop thu", "dia chi thu dien tu"),
        "channel": ("cach gui", "hinh thuc gui", "kenh gui"),
        "parent": ("co quan cap tren", "ten co quan cap tren", "cap tren", "co quan chu quan", "truc thuoc"),
    },
    sizes={"name": 200, "short_name": 100, "letters": 30, "organ_id": 35},
    needed=("name",),
    plan=plan,
)
