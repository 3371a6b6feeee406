"""What is said here of the register of secret documents, which is kept by hand: how many, and no more."""

from typing import Any

from sqlalchemy import select

from documents.models.register import SecretTally
from documents.permissions import AMEND, READ_REGISTER
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, Invalid
from intranet.core.refs import Ref
from intranet.people import directory
from intranet.people.models import User
from intranet.records import audit

#: Most papers of a year, and the first year that is told of.
MOST, FIRST_YEAR = 99_999, 1975


def listed(actor: Actor) -> tuple[list[SecretTally], dict[int, User]]:
    """The years of the actor's agency, newest first, and who told of them.

    :raises Forbidden: ``auth.no_permit``.
    """
    if not actor.holds(READ_REGISTER):
        raise Forbidden("auth.no_permit")
    query = select(SecretTally).where(SecretTally.org_id == actor.org_id).order_by(SecretTally.year.desc())
    rows = list(db.session().scalars(query))
    return rows, directory.people({row.told_by_id for row in rows})


def of_year(org_id: int, year: int) -> SecretTally | None:
    """What was told of a year; nothing where no such register is kept."""
    return db.session().get(SecretTally, (org_id, year))


def tell(actor: Actor, year: int, incoming: int, outgoing: int) -> None:
    """Say how many papers the hand-kept register of a year has; what was said before is in the log.

    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``register.secret_year``.
    """
    if not actor.holds(AMEND):
        raise Forbidden("auth.no_permit")
    if not FIRST_YEAR <= year <= clock.today().year:
        raise Invalid("register.secret_year", field="year", first=FIRST_YEAR, last=clock.today().year)
    with db.unit_of_work() as session:
        row = of_year(actor.org_id, year)
        was = None if row is None else [row.incoming, row.outgoing]
        if was == [incoming, outgoing]:
            return
        if row is None:
            row = SecretTally(org_id=actor.org_id, year=year)
            session.add(row)
        row.incoming, row.outgoing = incoming, outgoing
        row.told_by_id, row.told_at = actor.id, clock.now()
        of = Ref("organisation", actor.org_id)
        told: dict[str, Any] = {"year": year, "incoming": incoming, "outgoing": outgoing, "was": was}
        audit.record(actor, "register.secret_counted", of, org_id=actor.org_id, **told)
