"""The agencies that this one writes to and hears from: their names, and two that are one after all.

What was registered keeps the name under which it was: an agency that gets another name, or is found to be one
with another, is remembered as an earlier name of what lasts. Choosing, counting and finding go by that one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_

from documents.models.catalogue import Channel, IssuerSpelling, Party
from documents.models.dispatch import Dispatch
from documents.models.document import Document
from documents.permissions import KEEP_LISTS, READ_CATALOGUE
from documents.services.catalogue import lasting, organisation_named
from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound, Stale
from intranet.core.text import fold, one_line, toned
from intranet.records import audit

#: Rows on one page of the list.
PAGE = 50
#: Other names that one agency may have.
MOST_ALIASES = 20
#: Exchange codes, Decision 20/2020/QĐ-TTg, and those before it.
_ORGAN_ID = re.compile(r"[A-Y]\d{2}(\.[0-9A-Z]+)*|(\d{3}\.\d{2}\.\d{2}\.|(\d{2}\.){1,2})[A-Y]\d{2}")
_EMAIL = re.compile(r"[^\s@,;]{1,100}@[^\s@,;.]+(\.[^\s@,;.]+)+")


@dataclass(frozen=True)
class PartyFields:
    """What is kept of an agency, tidy, as a form gives it."""

    name: str
    short_name: str = ""
    aliases: tuple[str, ...] = ()
    letters: str = ""
    organ_id: str = ""
    emails: tuple[str, ...] = ()
    channel: Channel = Channel.POST
    #: From when until when it exists, both days included; empty where it is not known.
    active_from: date | None = None
    active_to: date | None = None
    #: The agency above it.
    parent_id: int | None = None


@dataclass(frozen=True)
class Listed:
    """An agency in the list: how many documents came from it, and how often it was written to."""

    party: Party
    came: int
    sent: int


@dataclass(frozen=True)
class Merger:
    """What becomes of one agency's things when it is one with another."""

    source: Party
    target: Party
    #: Documents that came from it, lines of receivers, learned spellings.
    came: int
    sent: int
    learned: int
    #: Names that lead to the other one from then on, its own first.
    names: tuple[str, ...]


def listed(
    actor: Actor, typed: str = "", after: tuple[str, int] | None = None
) -> tuple[list[Listed], tuple[str, int] | None]:
    """A page of the agencies by name, and the key behind which the next one begins.

    :param typed: words of a name, a short name, symbol letters; also of what was merged into it.
    :raises Forbidden: ``auth.no_permit``.
    """
    if not actor.holds(READ_CATALOGUE):
        raise Forbidden("auth.no_permit")
    query = select(Party).where(Party.org_id == actor.org_id, Party.merged_into_id.is_(None))
    if words := fold(typed).split()[:6]:
        earlier = select(Party.merged_into_id).where(Party.merged_into_id.is_not(None), _every(words))
        plain = one_line(typed)[:100]
        short = Party.short_name.icontains(plain, autoescape=True)
        letters = Party.letters.icontains(plain, autoescape=True)
        query = query.where(or_(_every(words), short, letters, Party.id.in_(earlier)))
    if after is not None:
        query = query.where(tuple_(Party.name_key, Party.id) > tuple_(*after))
    rows = list(db.session().scalars(query.order_by(Party.name_key, Party.id).limit(PAGE + 1)))
    shown = rows[:PAGE]
    came, sent = _counted(Document.issuer_id, shown), _counted(Dispatch.party_id, shown)
    found = [Listed(row, came[row.id], sent[row.id]) for row in shown]
    return found, (shown[-1].name_key, shown[-1].id) if len(rows) > PAGE else None


def for_change(actor: Actor, party_id: int) -> Party:
    """An agency of the actor's list, to be changed; one that was merged leads to what lasts.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``party.missing``.
    """
    _need_keeper(actor)
    row = db.session().get(Party, party_id)
    if row is None or row.org_id != actor.org_id:
        raise NotFound("party.missing")
    return lasting(row)


def above(party: Party) -> Party | None:
    """The agency above it by now, if one is known."""
    if party.parent_id is None:
        return None
    found = lasting(db.session().get_one(Party, party.parent_id))
    return None if found.id == party.id else found


def earlier_names(party: Party) -> list[Party]:
    """What leads to it: agencies that were merged into it, and names that it had."""
    query = select(Party).where(Party.org_id == party.org_id, Party.merged_into_id == party.id)
    return list(db.session().scalars(query.order_by(Party.name_key)))


def add(actor: Actor, given: PartyFields) -> int:
    """An agency more; returns its id.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``party.name_taken``, ``party.alias_taken``, ``party.organ_id``.
    """
    _need_keeper(actor)
    with db.unit_of_work() as session:
        row = Party(org_id=actor.org_id, organisation_id=organisation_named(given.name))
        _set(row, given)
        session.add(row)
        session.flush()
        audit.record(actor, "party.added", row, name=row.name)
        return row.id


def edit(actor: Actor, party_id: int, given: PartyFields, *, expect: int | None = None) -> None:
    """Another name, other facts; the name that it had leads to it.

    :param expect: the version that the actor saw.
    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``party.missing``.
    :raises Stale: ``party.changed``.
    :raises Invalid: ``party.name_taken``, ``party.alias_taken``, ``party.organ_id``.
    """
    with db.unit_of_work() as session:
        row = for_change(actor, party_id)
        if expect is not None and row.version != expect:
            raise Stale("party.changed")
        was = row.name
        if one_line(given.name) != was:
            _free(row, one_line(given.name))
        _set(row, given)
        row.version += 1
        session.flush()
        if row.name != was:
            session.add(Party(org_id=row.org_id, name=was, is_old_name=True, merged_into_id=row.id))
        audit.record(actor, "party.edited", row, name=[was, row.name])


def check_facts(given: PartyFields) -> None:
    """Rules that one fact breaks by itself.

    :raises Invalid: ``party.organ_id``, ``party.email``, ``party.ended_before``.
    """
    if given.organ_id and _ORGAN_ID.fullmatch(given.organ_id) is None:
        raise Invalid("party.organ_id", field="organ_id")
    if given.active_from and given.active_to and given.active_to < given.active_from:
        raise Invalid("party.ended_before", field="active_to")
    wrong = [one for one in given.emails if _EMAIL.fullmatch(one) is None]
    if wrong:
        raise Invalid("party.email", field="emails", typed=wrong[0])


def merger(actor: Actor, source_id: int, target_id: int) -> Merger:
    """What would become of one agency's things if it were one with another.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``party.missing``.
    :raises Invalid: ``party.same``, ``party.two_agencies``.
    """
    source, target = for_change(actor, source_id), for_change(actor, target_id)
    if source.id == target.id:
        raise Invalid("party.same", field="into")
    if None not in (source.organisation_id, target.organisation_id):
        raise Invalid("party.two_agencies", field="into")
    ids = family(source.id)
    names = select(Party.name).where(Party.id.in_(ids)).order_by(Party.id != source.id, Party.name_key)
    came, sent, learned = (
        db.session().scalar(select(func.count()).where(column.in_(ids))) or 0
        for column in (Document.issuer_id, Dispatch.party_id, IssuerSpelling.party_id)
    )
    return Merger(source, target, came, sent, learned, tuple(db.session().scalars(names)))


def merge(actor: Actor, source_id: int, target_id: int) -> None:
    """One agency is one with another from now on; what was registered keeps the name that it has there.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``party.missing``.
    :raises Invalid: ``party.same``, ``party.two_agencies``.
    """
    with db.unit_of_work() as session:
        found = merger(actor, source_id, target_id)
        source, target = found.source, found.target
        # One of this installation is written to within it, whichever of the two names lasts.
        if source.organisation_id is not None:
            target.organisation_id, target.channel = source.organisation_id, Channel.INTERNAL
        if source.id in _all_above(target):
            target.parent_id = source.parent_id
        source.merged_into_id = target.id
        source.version += 1
        target.version += 1
        session.flush()
        told: dict[str, Any] = {"came": found.came, "sent": found.sent, "learned": found.learned}
        audit.record(actor, "party.merged", target, source=source.id, name=source.name, **told)


def split(actor: Actor, source_id: int) -> int:
    """An agency that was merged stands by itself again, with all that was its own; returns its id.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``party.missing``.
    :raises BadState: ``party.not_merged``.
    """
    _need_keeper(actor)
    with db.unit_of_work() as session:
        row = session.get(Party, source_id)
        if row is None or row.org_id != actor.org_id:
            raise NotFound("party.missing")
        if row.merged_into_id is None or row.is_old_name:
            raise BadState("party.not_merged")
        target = session.get_one(Party, row.merged_into_id)
        if row.organisation_id is not None and target.organisation_id == row.organisation_id:
            target.organisation_id, target.channel = None, Channel.POST
        row.merged_into_id = None
        row.version += 1
        target.version += 1
        session.flush()
        audit.record(actor, "party.split", row, source=target.id, name=target.name)
        return row.id


def family(party_id: int) -> list[int]:
    """Ids of all that is the same agency as this one, what lasts first."""
    roots = _roots(_led())
    root = roots.get(party_id, party_id)
    return [root, *(key for key, to in roots.items() if to == root)]


def gathered() -> dict[str, str]:
    """Names of agencies that lead to another one, with the name of that."""
    led = _led()
    if not led:
        return {}
    roots = _roots(led)
    rows = db.session().execute(select(Party.id, Party.name).where(Party.id.in_(set(roots.values()))))
    names = {row[0]: row[1] for row in rows}
    return {name: names[roots[key]] for key, (name, _) in led.items()}


def names_of(name: str) -> list[str]:
    """Names under which documents of an agency may have been registered: its own, and earlier ones."""
    return [name, *(old for old, new in gathered().items() if new == name)]


def gather(rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Rows of counts by an agency's name, those of earlier names added to the one which lasts."""
    led, found = gathered(), dict[Any, list[int]]()
    for name, *counts in rows:
        sums = found.setdefault(led.get(name, name), [0] * len(counts))
        sums[:] = [so_far + int(n or 0) for so_far, n in zip(sums, counts, strict=True)]
    return [(name, *sums) for name, sums in found.items()]


def _led() -> dict[int, tuple[str, int]]:
    """All that lead to another one: name, and to which."""
    query = select(Party.id, Party.name, Party.merged_into_id).where(Party.merged_into_id.is_not(None))
    return {row[0]: (row[1], row[2]) for row in db.session().execute(query) if row[2] is not None}


def _roots(led: Mapping[int, tuple[str, int]]) -> dict[int, int]:
    """Where each that leads to another one ends."""
    found = {}
    for key, (_, to) in led.items():
        end = to
        while end in led:
            end = led[end][1]
        found[key] = end
    return found


def _counted(column: Any, shown: Sequence[Party]) -> Counter[int]:
    """How many rows name each of these agencies, or one that leads to it."""
    roots = _roots(_led())
    wanted = {row.id for row in shown}
    ids = wanted | {key for key, to in roots.items() if to in wanted}
    found: Counter[int] = Counter()
    for key, n in db.session().execute(select(column, func.count()).where(column.in_(ids)).group_by(column)):
        found[roots.get(key, key)] += n
    return found


def _every(words: Sequence[str]) -> ColumnElement[bool]:
    return and_(*(Party.name_key.contains(word, autoescape=True) for word in words))


def _free(row: Party, name: str) -> None:
    """Take a name back that the agency had before."""
    session = db.session()
    for other in session.scalars(select(Party).where(Party.org_id == row.org_id, Party.name == name)):
        if other.is_old_name and lasting(other).id == row.id:
            session.delete(other)
            session.flush()


def _set(row: Party, given: PartyFields) -> None:
    name = one_line(given.name)
    own = {toned(name), toned(row.name or "")}
    aliases = [one for one in dict.fromkeys(map(one_line, given.aliases)) if one and toned(one) not in own]
    _refuse_known(row, name, aliases)
    _refuse_circle(row, given.parent_id)
    check_facts(given)
    row.parent_id = given.parent_id
    row.name, row.short_name, row.aliases = name, one_line(given.short_name), aliases[:MOST_ALIASES]
    row.letters, row.organ_id, row.emails = given.letters, given.organ_id or None, list(given.emails)
    row.active_from, row.active_to = given.active_from, given.active_to
    row.channel = Channel.INTERNAL if row.organisation_id is not None else given.channel


def _refuse_known(row: Party, name: str, aliases: Sequence[str]) -> None:
    """Names that are those of another agency; to have both, the two are merged."""
    others = [
        one for one in db.session().scalars(select(Party).where(Party.org_id == row.org_id)) if one is not row
    ]
    for other in others:
        root = lasting(other)
        if toned(other.name) == toned(name):
            raise Invalid("party.name_taken", field="name", name=name, of=root.name)
        if root is row:
            continue
        known = {toned(form) for form in (other.name, other.short_name, *other.aliases) if form}
        taken = next((one for one in aliases if toned(one) in known), None)
        if taken is not None:
            raise Invalid("party.alias_taken", field="aliases", alias=taken, of=root.name)


def _refuse_circle(row: Party, parent_id: int | None) -> None:
    """What cannot be above an agency: one of another list, itself, and whatever is below it."""
    if parent_id is None:
        return
    up = db.session().get(Party, parent_id)
    if up is None or up.org_id != row.org_id:
        raise Invalid("party.missing", field="parent_id")
    if row.id is not None and row.id in [lasting(up).id, *_all_above(lasting(up))]:
        raise Invalid("party.circle", field="parent_id", name=row.name)


def _all_above(party: Party) -> list[int]:
    """Ids of all agencies above it, the nearest first."""
    found: list[int] = []
    up = above(party)
    while up is not None and up.id not in found:
        found.append(up.id)
        up = above(up)
    return found


def _need_keeper(actor: Actor) -> None:
    if not actor.holds(KEEP_LISTS):
        raise Forbidden("auth.no_permit")
