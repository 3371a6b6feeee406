"""The log of acts, leaf by leaf, as far as one may see it (§21 and §22 of the rules for documents)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, desc, select

from intranet.auditing.permissions import READ, READ_ALL, READ_BARE
from intranet.core import clock, db, refs
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden
from intranet.core.refs import Ref
from intranet.notices.services import readable_titles, titled_together
from intranet.people import directory
from intranet.people.models import User
from intranet.records.models import AuditLine
from intranet.tasks.permissions import person_of, standing_of

PAGE = 50
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


def page_of(actor: Actor, wanted: Wanted, *, before: int | None = None, after: int | None = None) -> Page:
    """A leaf of the agency's log; ``before`` and ``after`` are places in its chain.

    :raises Forbidden: ``auth.no_permit``.
    """
    if not actor.holds(READ):
        raise Forbidden("auth.no_permit")
    scope = scope_of(actor)
    people = _whose(actor, scope, wanted.who)
    # Lines of few people are found by their index, not by a walk over the whole log.
    order = AuditLine.seq.expression if people is None else AuditLine.seq + 0
    query = select(AuditLine).where(AuditLine.org_id == actor.org_id, *_when(wanted))
    if people is not None:
        query = query.where(AuditLine.actor_id.in_(people))
    if after is not None:
        query = query.where(AuditLine.seq > after).order_by(order)
    else:
        query = query.order_by(desc(order))
        if before is not None:
            query = query.where(AuditLine.seq < before)
    rows = list(db.session().scalars(query.limit(PAGE + 1)))
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if after is not None:
        rows.reverse()
    named = {one for row in rows for one in (row.actor_id, row.acting_for_id) if one is not None}
    about = {row.of for row in rows} if scope is not Scope.BARE else set()
    titles = readable_titles(actor, {ref for ref in about if ref.kind in titled_together()})
    return Page(
        rows,
        directory.people(named),
        titles,
        {ref: refs.url(ref) for ref in titles},
        rows[0].seq if rows and (more if after is not None else before is not None) else None,
        rows[-1].seq if rows and (after is not None or more) else None,
    )


def _when(wanted: Wanted) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if wanted.first is not None:
        where.append(AuditLine.at >= clock.at_office(wanted.first, 0))
    if wanted.last is not None:
        where.append(AuditLine.at < clock.at_office(wanted.last + timedelta(days=1), 0))
    return where


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
