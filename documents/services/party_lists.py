"""A list of agencies as a sheet: those there are recognised and completed, others are added."""

import re
from collections.abc import Iterable, Sequence
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


@dataclass
class _Known:
    """The agencies of the catalogue by all names that lead to them."""

    by_name: dict[str, Party] = field(default_factory=dict)
    #: Whose another name is; a name of an agency counts as well.
    by_alias: dict[str, Party] = field(default_factory=dict)


def plan(org_id: int, rows: Sequence[Row]) -> Plan:
    """What would become of the rows of a list of agencies."""
    known, found = _known(org_id), Plan()
    first, seen = dict[str, int](), dict[int, int]()
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
        taken = [one for one in given.aliases if known.by_alias.get(toned(one), there) is not there]
        if taken:
            found.wrong(row, "alias_taken", alias=taken[0], of=known.by_alias[toned(taken[0])].name)
        elif there is None:
            _add(found, row, org_id, given)
        else:
            _fill(found, row, there, given)
        if there is None:
            # Nobody below may have a name of this one.
            mine = Party(name=name)
            for one in (name, *given.aliases):
                known.by_alias.setdefault(toned(one), mine)
    return found


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


def _add(found: Plan, row: Row, org_id: int, given: PartyFields) -> None:
    found.fates[row.number] = Fate.FRESH
    found.acts.append(partial(_write_new, org_id, given))


def _write_new(org_id: int, given: PartyFields, actor: Actor) -> None:
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
    audit.record(actor, "party.added", party, name=party.name)


def _fill(found: Plan, row: Row, there: Party, given: PartyFields) -> None:
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
    found.fates[row.number] = Fate.FILLED if changes else Fate.KNOWN
    if changes:
        found.acts.append(partial(_write_facts, there.id, changes))


def _write_facts(party_id: int, changes: dict[str, Any], actor: Actor) -> None:
    party = db.session().get_one(Party, party_id)
    for name, value in changes.items():
        setattr(party, name, value)
    party.version += 1
    audit.record(actor, "party.edited", party, name=[party.name, party.name])


def _known(org_id: int) -> _Known:
    found = _Known()
    for party in db.session().scalars(select(Party).where(Party.org_id == org_id).order_by(Party.id)):
        root = lasting(party)
        found.by_name[toned(party.name)] = root
        for one in (party.name, party.short_name, *party.aliases):
            if one:
                found.by_alias.setdefault(toned(one), root)
    return found


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
    },
    sizes={"name": 200, "short_name": 100, "letters": 30, "organ_id": 35},
    needed=("name",),
    plan=plan,
)
