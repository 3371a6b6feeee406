"""Dated stand-ins: naming a substitute, ending it, and acting for somebody (ủy quyền xử lý)."""

from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from intranet.core import clock, db
from intranet.core.db import publish, unit_of_work
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.people import permissions, sessions
from intranet.people.events import AccessChanged, StandInNamed
from intranet.people.models import Delegation, User
from intranet.people.sessions import SessionRow
from intranet.records import audit

#: A stand-in is for an absence, not for ever.
LONGEST = timedelta(days=366)


def name_substitute(
    actor: User,
    principal_id: int,
    substitute_id: int | None,
    *,
    first_date: date,
    last_date: date,
    reason: str,
) -> int:
    """An official is away in these days, and another may act meanwhile; returns the stand-in's id.

    An administrator may name anybody's, a leader or head the own one.

    :param substitute_id: ``None`` where nobody stands in; whoever gives work is warned of the absence.

    :raises Forbidden: ``stand_in.not_yours``.
    :raises Invalid: ``stand_in.self``, ``no_person``, ``other_agency``, ``dates``, ``past``, ``too_long``,
        ``overlap``, each beside its field.
    """
    _require_right(actor, principal_id)
    with unit_of_work() as session:
        principal = session.get(User, principal_id, with_for_update={"of": User})
        substitute = None if substitute_id is None else session.get(User, substitute_id)
        if principal is None or not principal.is_active:
            raise Invalid("stand_in.no_person", field="principal")
        if substitute_id is not None:
            _require_fit(principal, substitute)
        _require_days(first_date, last_date)
        _require_free(principal, first_date, last_date)
        made = Delegation(
            principal_id=principal.id,
            substitute_id=substitute_id,
            first_date=first_date,
            last_date=last_date,
            reason=reason,
            created_by_id=actor.id,
        )
        session.add(made)
        session.flush()
        audit.record(
            actor,
            "stand_in.named",
            principal,
            stand_in=made.id,
            substitute=substitute_id,
            first=first_date.isoformat(),
            last=last_date.isoformat(),
        )
        publish(StandInNamed(principal.id, first_date.isoformat(), last_date.isoformat()))
        return made.id


def end_stand_in(actor: User, delegation_id: int) -> None:
    """End a stand-in now; whoever acts under it is back in the own name at the next request.

    :raises NotFound: ``stand_in.gone``: none the actor may know of.
    :raises BadState: ``stand_in.ended``.
    """
    with unit_of_work() as session:
        found = session.get(Delegation, delegation_id, with_for_update=True)
        if found is None or not _may_change(actor, found.principal_id):
            raise NotFound("stand_in.gone")
        if found.ended_at is not None or found.last_date < clock.today():
            raise BadState("stand_in.ended")
        found.ended_at = clock.now()
        audit.record(actor, "stand_in.ended", found.principal, stand_in=found.id)
        if found.substitute_id is not None:
            publish(AccessChanged(found.substitute_id))


def usable_by(user_id: int) -> list[Delegation]:
    """The stand-ins under which a person may act today, for the personal menu."""
    today = clock.today()
    query = (
        select(Delegation)
        .join(User, User.id == Delegation.principal_id)
        .where(
            Delegation.substitute_id == user_id,
            Delegation.ended_at.is_(None),
            Delegation.first_date <= today,
            Delegation.last_date >= today,
            User.is_active,
        )
        .order_by(Delegation.first_date, Delegation.id)
    )
    return list(db.session().scalars(query))


def concerning(user_id: int) -> list[Delegation]:
    """Stand-ins that a person named, was named in, or will be; those of the last year, newest first."""
    since = clock.today() - LONGEST
    query = (
        select(Delegation)
        .where(
            or_(Delegation.principal_id == user_id, Delegation.substitute_id == user_id),
            Delegation.last_date >= since,
        )
        .order_by(Delegation.first_date.desc(), Delegation.id.desc())
        .limit(100)
    )
    return list(db.session().scalars(query))


def switch(actor: User, row_id: int, delegation_id: int | None, *, device: str) -> None:
    """Act for somebody from now on, or in the own name again, under a new session.

    :raises NotFound: ``stand_in.gone``: not one the actor may act under today.
    """
    allowed = {found.id: found for found in usable_by(actor.id)}
    if delegation_id is not None and delegation_id not in allowed:
        raise NotFound("stand_in.gone")
    with unit_of_work() as session:
        old = session.get_one(SessionRow, row_id)
        since: datetime = old.created_at
        sessions.end(row_id)
        sessions.begin(actor.id, device=device, delegation_id=delegation_id, since=since)
        if delegation_id is None:
            audit.record(actor, "stand_in.left", actor)
        else:
            principal = allowed[delegation_id].principal_id
            audit.record(actor, "stand_in.taken", actor, stand_in=delegation_id, principal=principal)
        publish(AccessChanged(actor.id))


def _may_change(actor: User, principal_id: int) -> bool:
    is_own = actor.id == principal_id and actor.acting_for is None and actor.holds(permissions.STAND_IN)
    return is_own or actor.holds(permissions.ADMIN)


def _require_right(actor: User, principal_id: int) -> None:
    if not _may_change(actor, principal_id):
        raise Forbidden("stand_in.not_yours")


def _require_fit(principal: User, substitute: User | None) -> None:
    if substitute is None or not substitute.is_active:
        raise Invalid("stand_in.no_person", field="substitute")
    if principal.id == substitute.id:
        raise Invalid("stand_in.self", field="substitute")
    if principal.org_id != substitute.org_id:
        raise Invalid("stand_in.other_agency", field="substitute")


def _require_days(first: date, last: date) -> None:
    if last < first:
        raise Invalid("stand_in.dates", field="last_date")
    if first < clock.today():
        raise Invalid("stand_in.past", field="first_date")
    if last - first > LONGEST:
        raise Invalid("stand_in.too_long", field="last_date")


def _require_free(principal: User, first: date, last: date) -> None:
    """One substitute at a time, so that it is always clear who acts for whom."""
    taken = db.session().scalar(
        select(Delegation)
        .where(
            Delegation.principal_id == principal.id,
            Delegation.ended_at.is_(None),
            Delegation.first_date <= last,
            Delegation.last_date >= first,
        )
        .limit(1)
    )
    if taken is not None:
        raise Invalid(
            "stand_in.overlap",
            field="first_date",
            first=taken.first_date.strftime("%d/%m/%Y"),
            last=taken.last_date.strftime("%d/%m/%Y"),
        )
