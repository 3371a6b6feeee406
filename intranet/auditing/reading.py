"""The log of acts, leaf by leaf, as far as one may see it (§21 and §22 of the rules for documents)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from intranet.auditing.permissions import READ, READ_ALL, READ_BARE
from intranet.core import refs
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden
from intranet.core.refs import Ref
from intranet.notices.services import readable_titles, titled_together
from intranet.people import directory
from intranet.people.models import User
from intranet.records import counting, leaves
from intranet.records.counting import Uses
from intranet.records.models import AuditLine
from intranet.tasks.permissions import person_of, standing_of

#: So many people of a name are looked for.
_MOST_NAMED = 50


class Scope(StrEnum):
    """Whose acts somebody sees."""

    ALL = "all"
    #: Everybody's, without what they were about.
    BARE = "bare"
    UNIT = "unit"
    OWN = "own"


@dataclass(frozen=True)
class Wanted:
    """What the log is narrowed to; empty means all."""

    who: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Page:
    """A leaf of the log, newest line on top."""

    lines: list[AuditLine]
    people: dict[int, User]
    #: Titles and addresses of records that the reader may open.
    titles: dict[Ref, str]
    urls: dict[Ref, str]
    newer: int | None
    older: int | None


def scope_of(actor: Actor) -> Scope:
    """Whose acts the actor sees."""
    if actor.holds(READ_ALL):
        return Scope.ALL
    if actor.holds(READ_BARE):
        return Scope.BARE
    return Scope.UNIT if standing_of(actor).line else Scope.OWN


def uses_of(actor: Actor) -> tuple[Uses, Uses] | None:
    """What :func:`counting.total_of` says of the agency, for those who see its whole log."""
    return counting.total_of(actor.org_id) if scope_of(actor) in (Scope.ALL, Scope.BARE) else None


def page_of(actor: Actor, wanted: Wanted, *, before: int | None = None, after: int | None = None) -> Page:
    """A leaf of the agency's log; ``before`` and ``after`` are places in its chain.

    :raises Forbidden: ``auth.no_permit``.
    """
    if not actor.holds(READ):
        raise Forbidden("auth.no_permit")
    scope = scope_of(actor)
    people = _whose(actor, scope, wanted.who)
    where = [AuditLine.org_id == actor.org_id, *leaves.within(wanted.first, wanted.last)]
    if people is not None:
        where.append(AuditLine.actor_id.in_(people))
    found = leaves.leaf(where, "seq", before=before, after=after, is_walked=people is None)
    rows = found.lines
    named = {one for row in rows for one in (row.actor_id, row.acting_for_id) if one is not None}
    about = {row.of for row in rows} if scope is not Scope.BARE else set()
    titles = readable_titles(actor, {ref for ref in about if ref.kind in titled_together()})
    return Page(
        rows,
        directory.people(named),
        titles,
        {ref: refs.url(ref) for ref in titles},
        found.newer,
        found.older,
    )


def _whose(actor: Actor, scope: Scope, name: str) -> Collection[int] | None:
    """Ids of the people whose acts are shown; ``None``: everybody's."""
    seen: set[int] | None = None
    if scope in (Scope.UNIT, Scope.OWN):
        seen = {actor.id, person_of(actor).standing.id}
    if seen is not None and scope is Scope.UNIT:
        seen |= standing_of(actor).line_people
    if not name.strip():
        return seen
    named = {one.id for one in directory.find_people({actor.org_id}, name, _MOST_NAMED)}
    return named if seen is None else named & seen
