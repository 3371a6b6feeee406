"""Keeping the bodies of an agency: which there are, and the rules of procedure each sits under."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from intranet.core.db import session, unit_of_work
from intranet.core.errors import Forbidden, Invalid, NotFound, Stale
from intranet.core.refs import Ref
from intranet.core.text import one_line
from intranet.people.models import User
from intranet.records import audit
from meetings.models.floor import Body, QueueRule
from meetings.models.meeting import PLANNABLE, Meeting
from meetings.permissions import BODIES
from meetings.rules.thresholds import METHODS, needs_of
from meetings.services import attending, bodies, journal

#: Of whom a majority is counted, and what an equal vote means, in the order they are offered.
BASES = ("members", "present", "cast", "valid")
TIES = ("fail", "chair_side", "revote")
#: In what order people who wait to speak are called.
QUEUE_RULES = tuple(one.value for one in QueueRule)
MOST_NAME = 60
#: A quorum is a fraction of small whole numbers; fewer than three cannot vote in secret at all.
MOST_PART = 100
LEAST_SECRET = 3
MOST_SECRET = 1_000
#: Whoever votes for more than these is an assembly of their own.
MOST_PROXIES = 5
#: Papers asked for earlier than this would be asked for before anybody is invited.
MOST_PAPERS_DAYS = 30


@dataclass(frozen=True)
class Rules:
    """What an agency decides about one of its bodies; the names are those of the table ``body``."""

    name: str
    quorum_num: int
    quorum_den: int
    base: str
    tie: str
    secret_min: int = LEAST_SECRET
    remote_allowed: bool = True
    secretary_counts: bool = False
    guests_ask: bool = False
    proxy_limit: int = 0
    may_change: bool = False
    need_three: str = "over_1_2"
    need_single: str = "most"
    need_many: str = "over_1_2"
    subs_vote: bool = False
    papers_days: int = 1
    queue_rule: str = "asked"
    secretary_publishes: bool = True


_FIELDS = tuple(field.name for field in fields(Rules))


def kept_bodies(org_id: int) -> list[Body]:
    """The bodies of an agency, the first of which sits unless another is chosen; never none."""
    found = bodies.bodies_of(org_id)
    if found:
        return found
    with unit_of_work():
        bodies.stock(org_id)
    return bodies.bodies_of(org_id)


def body_for(actor: User, body_id: int) -> Body:
    """A body whose rules the actor may change.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``body.unknown``, there is none of that id in the actor's agency.
    """
    if not actor.holds(BODIES):
        raise Forbidden("auth.no_permit")
    found = session().get(Body, body_id)
    if found is None or found.org_id != actor.org_id:
        raise NotFound("body.unknown")
    return found


def add_body(actor: User, rules: Rules) -> int:
    """Add a body to the actor's agency.

    :returns: its id.
    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``body.name``, ``body.taken``, ``body.quorum``, ``body.secret``, ``body.proxies``,
        ``body.papers``, ``body.choice``.
    """
    if not actor.holds(BODIES):
        raise Forbidden("auth.no_permit")
    with unit_of_work() as opened:
        bodies.stock(actor.org_id)
        values = _checked(actor.org_id, rules)
        body = Body(org_id=actor.org_id, **values)
        opened.add(body)
        opened.flush()
        audit.record(actor, "body.added", ref_of(body), org_id=body.org_id, **_noted(values))
        return body.id


def edit_body(actor: User, body_id: int, rules: Rules, *, expect: str | None = None) -> None:
    """Change the name or the rules of a body; rooms that will sit under them are told.

    A sitting that has begun goes on, and ends, under the rules it opened under.

    :param expect: the edition that the actor saw, ``None`` when it does not matter.
    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``body.unknown``.
    :raises Stale: ``body.changed``, somebody else changed it meanwhile.
    :raises Invalid: as :func:`add_body`.
    """
    with unit_of_work() as opened:
        body = body_for(actor, body_id)
        query = select(Body).where(Body.id == body.id).with_for_update()
        body = opened.scalars(query.execution_options(populate_existing=True)).one()
        if expect is not None and edition_of(body) != expect:
            raise Stale("body.changed")
        values = _checked(body.org_id, rules, body)
        changed = {name: value for name, value in values.items() if getattr(body, name) != value}
        if not changed:
            return
        for name, value in changed.items():
            setattr(body, name, value)
        opened.flush()
        audit.record(actor, "body.edited", ref_of(body), org_id=body.org_id, **_noted(changed))
        for meeting in _meetings_under(body):
            told = {"body": bodies.profile_of(meeting).shown(), **attending.counts(meeting)}
            journal.append(meeting, "body.chosen", by=actor, **told)


def edition_of(body: Body) -> str:
    """A mark of what its rules are now; a form made from another edition is refused."""
    return sha256(repr([getattr(body, name) for name in _FIELDS]).encode()).hexdigest()[:16]


def ref_of(body: Body) -> Ref:
    """Its name for audit lines."""
    return Ref("body", body.id)


def title_of(body_id: int) -> str:
    """Its name, for ``refs``."""
    found = session().get(Body, body_id)
    return "" if found is None else found.name


def _checked(org_id: int, rules: Rules, body: Body | None = None) -> dict[str, Any]:
    values = asdict(rules) | {"name": one_line(rules.name)}
    if not 1 <= len(values["name"]) <= MOST_NAME:
        raise Invalid("body.name", most=MOST_NAME, field="name")
    if not 1 <= rules.quorum_num <= rules.quorum_den <= MOST_PART:
        raise Invalid("body.quorum", most=MOST_PART, field="quorum_num")
    if not LEAST_SECRET <= rules.secret_min <= MOST_SECRET:
        raise Invalid("body.secret", least=LEAST_SECRET, most=MOST_SECRET, field="secret_min")
    if not 0 <= rules.proxy_limit <= MOST_PROXIES:
        raise Invalid("body.proxies", most=MOST_PROXIES, field="proxy_limit")
    if not 0 <= rules.papers_days <= MOST_PAPERS_DAYS:
        raise Invalid("body.papers", most=MOST_PAPERS_DAYS, field="papers_days")
    if rules.base not in BASES or rules.tie not in TIES or rules.queue_rule not in QUEUE_RULES:
        raise Invalid("body.choice")
    if any(getattr(rules, f"need_{one}") not in needs_of(one) for one in METHODS):
        raise Invalid("body.choice")
    wanted = values["name"].casefold()
    others = [one for one in bodies.bodies_of(org_id) if body is None or one.id != body.id]
    if any(one.name.casefold() == wanted for one in others):
        raise Invalid("body.taken", name=values["name"], field="name")
    return values


def _noted(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the audit log keeps: figures and codes; a name may hold anything."""
    return {key: value for key, value in values.items() if key != "name"} | (
        {"renamed": True} if "name" in values else {}
    )


def _meetings_under(body: Body) -> list[Meeting]:
    """Meetings yet to open that will sit under these rules, held until the open unit of work ends."""
    is_first = bodies.bodies_of(body.org_id)[0].id == body.id
    chosen = Meeting.body_id == body.id
    if is_first:
        chosen |= Meeting.body_id.is_(None) & (Meeting.org_id == body.org_id)
    query = select(Meeting).where(chosen, Meeting.state.in_(PLANNABLE)).order_by(Meeting.id)
    query = query.with_for_update(of=Meeting).execution_options(populate_existing=True)
    return list(session().scalars(query))
