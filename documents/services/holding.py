"""Numbers held for later (giữ số, rule N6): lines of the register at once, never silently free again."""

from datetime import date

from sqlalchemy import or_, select, update
from sqlalchemy.orm import contains_eager

from documents.models.register import (
    EntryState,
    LedgerAct,
    NumberHold,
    Register,
    RegisterEntry,
    RegisterKind,
)
from documents.permissions import NUMBER, RESERVE
from documents.services import numbering
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, Invalid
from intranet.notices import services as notices
from intranet.notices.workdays import add_working_days
from intranet.people import directory
from intranet.people.models import Role
from intranet.records import audit

#: How many numbers are held at a time, and for how many working days at most.
MOST, MOST_DAYS = 20, 5


def reserve(
    actor: Actor,
    register_id: int,
    *,
    count: int,
    reason: str,
    expires_on: date,
    holder_id: int | None = None,
) -> list[int]:
    """Hold the next numbers of this year for somebody, the actor unless named; returns them.

    :raises NotFound: ``register.missing``.
    :raises Forbidden: ``auth.no_permit``.
    :raises Invalid: ``register.hold_count``, ``register.hold_too_long``, ``register.reason_too_short``,
        ``register.only_outgoing``.
    :raises BadState: ``register.year_closed``.
    """
    if not actor.holds(RESERVE):
        raise Forbidden("auth.no_permit")
    said = check(count, reason, expires_on)
    with db.unit_of_work():
        register = outgoing(register_id)
        return hold(
            actor,
            register,
            count=count,
            reason=said,
            expires_on=expires_on,
            holder_id=holder_id or actor.acting_for or actor.id,
        )


def check(count: int, reason: str, expires_on: date) -> str:
    """The reason, tidy, of numbers that may be held so many and so long.

    :raises Invalid: ``register.hold_count``, ``register.hold_too_long``, ``register.reason_too_short``.
    """
    if not 1 <= count <= MOST:
        raise Invalid("register.hold_count", field="count", most=MOST, fix="1" if count < 1 else str(MOST))
    last = add_working_days(clock.today(), MOST_DAYS)
    if not clock.today() <= expires_on <= last:
        end = f"{last:%d/%m/%Y}"
        raise Invalid("register.hold_too_long", field="expires_on", most=MOST_DAYS, last=end, fix=end)
    return numbering.need_reason(reason)


def outgoing(register_id: int) -> Register:
    """A register whose numbers may be held.

    :raises NotFound: ``register.missing``.
    :raises Invalid: ``register.only_outgoing``.
    """
    register = numbering.register_of(register_id)
    if register.direction not in (RegisterKind.OUT, RegisterKind.INTERNAL) or not register.is_active:
        raise Invalid("register.only_outgoing", field="register_id")
    return register


def hold(
    actor: Actor, register: Register, *, count: int, reason: str, expires_on: date, holder_id: int
) -> list[int]:
    """Write the lines, in the open unit of work; who may has been asked."""
    today, opened = clock.today(), db.session()
    held = NumberHold(
        org_id=register.org_id,
        register_id=register.id,
        year=today.year,
        holder_id=holder_id,
        reason=reason,
        expires_on=expires_on,
        created_by_id=actor.id,
        created_at=clock.now(),
    )
    opened.add(held)
    opened.flush()
    counter = numbering.lock_year(register, today.year)
    numbers = [
        numbering.add_line(
            actor,
            counter,
            entry_date=today,
            act=LedgerAct.RESERVE,
            snapshot={},
            hold_id=held.id,
            reason=reason,
        ).number
        for _ in range(count)
    ]
    audit.record(actor, "number.held", register, hold=held.id, first=numbers[0], last=numbers[-1])
    return numbers


def held_lines(actor: Actor) -> list[tuple[RegisterEntry, NumberHold]]:
    """Numbers held that wait to be filled, soonest term first: one's own, or all for the clerk."""
    query = (
        select(RegisterEntry, NumberHold)
        .join(NumberHold, NumberHold.id == RegisterEntry.hold_id)
        .join(RegisterEntry.register)
        .options(contains_eager(RegisterEntry.register))
        .where(RegisterEntry.state == EntryState.RESERVED, NumberHold.org_id == actor.org_id)
        .order_by(NumberHold.expires_on, RegisterEntry.register_id, RegisterEntry.number)
    )
    if not (actor.holds(NUMBER) or actor.holds(RESERVE)):
        query = query.where(NumberHold.holder_id.in_((actor.id, actor.acting_for or actor.id)))
    return [(entry, held) for entry, held in db.session().execute(query.limit(200))]


def fitting(register: Register, year: int) -> list[RegisterEntry]:
    """Held numbers of a register's year that a document may be given, smallest first."""
    query = select(RegisterEntry).where(
        RegisterEntry.register_id == register.id,
        RegisterEntry.year == year,
        RegisterEntry.state == EntryState.RESERVED,
    )
    return list(db.session().scalars(query.order_by(RegisterEntry.number).limit(50)))


def remind_expired() -> int:
    """Tell holders and clerks, once a day, of numbers that should have been filled; returns of how many."""
    today = clock.today()
    due = (NumberHold.expires_on < today) & or_(
        NumberHold.reminded_on.is_(None), NumberHold.reminded_on < today
    )
    with db.scope(), db.across_orgs("held numbers of every agency whose term is over"):
        rows = db.session().execute(
            select(NumberHold.id, RegisterEntry.number)
            .join(RegisterEntry, RegisterEntry.hold_id == NumberHold.id)
            .where(due, RegisterEntry.state == EntryState.RESERVED)
            .order_by(NumberHold.id, RegisterEntry.number.desc())
        )
        waiting = {row.id: row.number for row in rows}
    told = 0
    for hold_id, number in waiting.items():
        with db.unit_of_work() as session, db.across_orgs("held numbers of every agency whose term is over"):
            claimed = session.execute(
                update(NumberHold)
                .where(NumberHold.id == hold_id, due)
                .values(reminded_on=today)
                .returning(NumberHold.org_id, NumberHold.holder_id)
                .execution_options(synchronize_session=False)
            ).first()
            if claimed is None:
                continue
            held = session.get_one(NumberHold, hold_id)
            people = {claimed.holder_id, *directory.ids_with_role(claimed.org_id, Role.CLERK)}
            notices.notify(people, "number.expired", held.ref, number=number)
            told += 1
    return told
