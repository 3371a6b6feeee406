"""What is asked of registers and decided by another person: holding, striking out, a letter, the close."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from documents.models.asking import Asked, AskedState, NumberRequest
from documents.models.lifecycle import DocEvent
from documents.models.register import EntryState, Register, RegisterEntry
from documents.permissions import ASK, CANCEL, CLOSE, CONSENT, NUMBER, To, access_document
from documents.services import holding, issuing, numbering, striking, years
from documents.services.moving import require
from documents.services.secrecy import refuse_marks
from documents.services.verifying import prove
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Forbidden, Invalid, NotFound
from intranet.notices import services as notices
from intranet.people import directory
from intranet.people.models import Role
from intranet.records import audit

#: Who decides what.
DECIDES = {
    Asked.HOLD: NUMBER,
    Asked.CANCEL: CONSENT,
    Asked.STRIKE: CONSENT,
    Asked.SUB_NUMBER: CONSENT,
    Asked.CLOSE: CONSENT,
}
_TOLD = {Asked.HOLD: Role.CLERK}


def ask_hold(actor: Actor, register_id: int, *, count: int, reason: str, expires_on: date) -> int:
    """Ask the clerk to hold numbers for oneself; returns the request's id.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``register.missing``.
    :raises Invalid: as :func:`documents.services.holding.reserve`.
    """
    _need(actor, ASK)
    said = holding.check(count, reason, expires_on)
    with db.unit_of_work():
        register = holding.outgoing(register_id)
        return _ask(
            actor,
            Asked.HOLD,
            register,
            clock.today().year,
            reason=said,
            count=count,
            expires_on=expires_on,
        )


def ask_cancel_held(actor: Actor, entry_id: int, reason: str) -> int:
    """Ask a leader to let a held number be struck out; returns the request's id.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``register.line_missing``.
    :raises BadState: ``register.entry_not_held``, ``register.asked_already``.
    :raises Invalid: ``register.reason_too_short``.
    """
    _need(actor, CANCEL)
    said = numbering.need_reason(reason)
    with db.unit_of_work():
        entry = line_of(entry_id)
        numbering.lock_year(entry.register, entry.year)
        if entry.state is not EntryState.RESERVED:
            raise BadState("register.entry_not_held")
        return _ask(actor, Asked.CANCEL, entry.register, entry.year, reason=said, entry_id=entry.id)


def ask_strike(actor: Actor, entry_id: int, reason: str) -> int:
    """Ask a leader to let an arrival number be struck out; returns the request's id.

    :raises Forbidden: ``auth.no_permit``, ``document.not_allowed``.
    :raises NotFound: ``register.line_missing``, ``document.missing``.
    :raises BadState: ``register.entry_not_used``, ``register.struck_too_late``, ``register.asked_already``.
    :raises Invalid: ``register.reason_too_short``, ``document.secret_mark``.
    """
    _need(actor, CANCEL)
    said = numbering.need_reason(reason)
    refuse_marks(actor, reason=said)
    with db.unit_of_work():
        entry = line_of(entry_id)
        numbering.lock_year(entry.register, entry.year)
        striking.strikable(actor, entry)
        return _ask(actor, Asked.STRIKE, entry.register, entry.year, reason=said, entry_id=entry.id)


def is_strike_asked(entry: RegisterEntry) -> bool:
    """True while a leader has still to decide on striking the line out."""
    query = select(NumberRequest.id).where(
        NumberRequest.asked == Asked.STRIKE,
        NumberRequest.state == AskedState.ASKED,
        NumberRequest.entry_id == entry.id,
    )
    return db.session().scalar(query.limit(1)) is not None


def ask_sub_number(actor: Actor, document_id: int, number: int, reason: str) -> int:
    """Ask a leader for a number with a letter, behind an earlier one, for a signed document.

    :raises NotFound: ``document.missing``.
    :raises Forbidden: ``document.not_allowed``.
    :raises BadState: ``document.wrong_state``, ``register.no_letters``, ``register.asked_already``.
    :raises Invalid: ``register.no_such_number``, ``register.reason_too_short``.
    """
    said = numbering.need_reason(reason)
    with db.unit_of_work() as session:
        document = access_document(actor, document_id, To.NUMBER, lock=True)
        require(document, DocEvent.NUMBER)
        year = clock.today().year
        register = issuing.register_of(document, year)
        if not register.allows_suffix:
            raise BadState("register.no_letters")
        numbering.lock_year(register, year)
        base = session.scalar(
            select(RegisterEntry).where(
                RegisterEntry.register_id == register.id,
                RegisterEntry.year == year,
                RegisterEntry.number == number,
                RegisterEntry.suffix == "",
            )
        )
        if base is None:
            last = numbering.expected(register, year)[0] - 1
            fix = str(last) if last else None
            raise Invalid("register.no_such_number", field="number", number=number, fix=fix)
        return _ask(
            actor,
            Asked.SUB_NUMBER,
            register,
            year,
            reason=said,
            entry_id=base.id,
            document_id=document.id,
        )


def ask_close(actor: Actor, register_id: int, year: int) -> int:
    """Put a year before a leader to be closed: it was proved, nothing in it is held.

    :raises Forbidden: ``auth.no_permit``.
    :raises NotFound: ``register.missing``.
    :raises BadState: ``register.year_not_closing``, ``register.still_held``, ``register.not_whole``,
        ``register.asked_already``.
    """
    _need(actor, CLOSE)
    register = numbering.register_of(register_id)
    faults = prove(register.id, year) if numbering.expected(register, year)[0] > 1 else []
    if faults:
        raise BadState("register.not_whole", year=year, n=len(faults))
    with db.unit_of_work():
        register = numbering.register_of(register_id)
        years.need_closable(numbering.lock_year(register, year))
        return _ask(actor, Asked.CLOSE, register, year, reason="")


def decide(actor: Actor, request_id: int, *, agree: bool, note: str = "") -> NumberRequest:
    """Grant a request, and do what was asked, or refuse it.

    :raises NotFound: ``register.no_request``, none of the agency, or none that the actor decides.
    :raises BadState: ``register.decided``, ``register.own_request``; what stands in the way by now.
    """
    refuse_marks(actor, note=note)
    with db.unit_of_work() as session:
        asked = session.get(NumberRequest, request_id, with_for_update={"of": NumberRequest})
        if asked is None or not actor.holds(DECIDES[asked.asked]):
            raise NotFound("register.no_request")
        if asked.state is not AskedState.ASKED:
            raise BadState("register.decided")
        if asked.asked_by_id == actor.id:
            raise BadState("register.own_request")
        asked.state = AskedState.GRANTED if agree else AskedState.REFUSED
        asked.decided_by_id, asked.decided_at, asked.note = actor.id, clock.now(), note.strip()[:500]
        register = numbering.register_of(asked.register_id)
        if agree:
            _DO[asked.asked](actor, asked, register)
        audit.record(
            actor, f"number.{asked.state.value}", register, reason=asked.note or None, request=asked.id
        )
        notices.notify(
            [asked.asked_by_id], f"number.{asked.asked.value}_{asked.state.value}", asked.ref, by=actor
        )
        return asked


def waiting_for(actor: Actor) -> list[NumberRequest]:
    """Requests that the actor may decide, oldest first."""
    mine = [asked for asked, permit in DECIDES.items() if actor.holds(permit)]
    query = (
        select(NumberRequest)
        .options(joinedload(NumberRequest.register), joinedload(NumberRequest.entry))
        .where(
            NumberRequest.org_id == actor.org_id,
            NumberRequest.state == AskedState.ASKED,
            NumberRequest.asked.in_(mine),
            NumberRequest.asked_by_id != actor.id,
        )
        .order_by(NumberRequest.id)
        .limit(100)
    )
    return list(db.session().scalars(query)) if mine else []


def waiting_count(actor: Actor) -> int:
    """How many requests wait for the actor, for the menu."""
    mine = [asked for asked, permit in DECIDES.items() if actor.holds(permit)]
    if not mine:
        return 0
    few = (
        select(NumberRequest.id)
        .where(
            NumberRequest.org_id == actor.org_id,
            NumberRequest.state == AskedState.ASKED,
            NumberRequest.asked.in_(mine),
            NumberRequest.asked_by_id != actor.id,
        )
        .limit(100)
    )
    return db.session().scalar(select(func.count()).select_from(few.subquery())) or 0


def own(actor: Actor) -> list[NumberRequest]:
    """What the actor asked last, newest first."""
    query = (
        select(NumberRequest)
        .options(joinedload(NumberRequest.register), joinedload(NumberRequest.entry))
        .where(NumberRequest.org_id == actor.org_id, NumberRequest.asked_by_id == actor.id)
        .order_by(NumberRequest.id.desc())
        .limit(20)
    )
    return list(db.session().scalars(query))


def line_of(entry_id: int) -> RegisterEntry:
    """A line of the actor's own agencies.

    :raises NotFound: ``register.line_missing``.
    """
    found = db.session().get(RegisterEntry, entry_id)
    if found is None:
        raise NotFound("register.line_missing")
    return found


def _ask(
    actor: Actor,
    what: Asked,
    register: Register,
    year: int,
    *,
    reason: str,
    count: int = 1,
    expires_on: date | None = None,
    entry_id: int | None = None,
    document_id: int | None = None,
) -> int:
    opened = db.session()
    same = select(NumberRequest.id).where(
        NumberRequest.asked == what,
        NumberRequest.state == AskedState.ASKED,
        NumberRequest.register_id == register.id,
        NumberRequest.year == year,
    )
    if what in (Asked.CANCEL, Asked.STRIKE):
        same = same.where(NumberRequest.entry_id == entry_id)
    elif what is Asked.SUB_NUMBER:
        same = same.where(NumberRequest.document_id == document_id)
    if what is not Asked.HOLD and opened.scalar(same.limit(1)) is not None:
        raise BadState("register.asked_already")
    row = NumberRequest(
        org_id=register.org_id,
        asked=what,
        register_id=register.id,
        year=year,
        entry_id=entry_id,
        document_id=document_id,
        count=count,
        expires_on=expires_on,
        reason=reason,
        asked_by_id=actor.id,
        asked_at=clock.now(),
    )
    opened.add(row)
    opened.flush()
    audit.record(actor, f"number.{what.value}_asked", register, reason=reason or None, request=row.id)
    people = directory.ids_with_role(register.org_id, _TOLD.get(what, Role.LEADER))
    notices.notify(people, f"number.{what.value}_asked", row.ref, by=actor)
    return row.id


def _hold(actor: Actor, asked: NumberRequest, register: Register) -> None:
    day = max(asked.expires_on or clock.today(), clock.today())
    holding.hold(
        actor,
        register,
        count=asked.count,
        reason=asked.reason,
        expires_on=day,
        holder_id=asked.asked_by_id,
    )


def _cancel(actor: Actor, asked: NumberRequest, register: Register) -> None:
    entry = _entry(asked)
    numbering.cancel(actor, entry, asked.reason)
    audit.record(actor, "number.cancelled", register, year=entry.year, number=entry.number)


def _strike(actor: Actor, asked: NumberRequest, register: Register) -> None:
    entry = _entry(asked)
    numbering.lock_year(register, entry.year)
    striking.strike(actor, entry, asked.reason)
    audit.record(actor, "number.cancelled", register, year=entry.year, number=entry.number)


def _sub_number(actor: Actor, asked: NumberRequest, _register: Register) -> None:
    document = access_document(actor, asked.document_id or 0, To.CONSENT, lock=True)
    issuing.take_sub_number(actor, document, _entry(asked), asked.reason)


def _close(actor: Actor, asked: NumberRequest, register: Register) -> None:
    years.close(actor, register, numbering.lock_year(register, asked.year))


def _entry(asked: NumberRequest) -> RegisterEntry:
    return line_of(asked.entry_id or 0)


def _need(actor: Actor, permit: str) -> None:
    if not actor.holds(permit):
        raise Forbidden("auth.no_permit")


_DO = {
    Asked.HOLD: _hold,
    Asked.CANCEL: _cancel,
    Asked.STRIKE: _strike,
    Asked.SUB_NUMBER: _sub_number,
    Asked.CLOSE: _close,
}
