"""What a leader is offered before tapping: units that had such documents before, a term, sentences."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from documents.models.document import AccessLevel, Document, DueSource
from documents.models.lifecycle import Direction
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.notices.workdays import Calendar, calendar
from intranet.people import directory
from intranet.people.models import Unit
from intranet.tasks import load
from intranet.tasks.load import Away

#: Chips in the dock; the other units lie behind one more tap.
CHIPS = 3
#: Fewer cases than this are no habit.
LEAST_CASES = 5
_PERIOD = timedelta(days=730)
#: Working days given when neither the document nor its kind says so.
_USUAL_DAYS = 7
#: Working days offered when the term is over already.
_SOON_DAYS = 3


@dataclass(frozen=True)
class UnitOffer:
    """A unit with what one wants to know before giving it work."""

    unit: Unit
    #: Times it led among ``cases`` similar documents; 0 of 0 when there is no habit.
    times: int
    cases: int
    open: int
    late: int
    #: The head's absence until the likely term, if any.
    away: Away | None = None


@dataclass(frozen=True)
class DueOffer:
    """A term and where it comes from: the label ``document.due_source.<source>``, or empty."""

    day: date
    working_days: int
    source: str = ""


def units(actor: Actor, document: Document) -> list[UnitOffer]:
    """Working units of the agency, those that led similar documents first."""
    all_units = directory.units_of(document.org_id)
    led = _led(document)
    cases = sum(led.values())
    loads = load.of_units(actor, all_units, document.due_date)
    offers = [
        UnitOffer(
            unit,
            led[unit.id] if cases >= LEAST_CASES else 0,
            cases if cases >= LEAST_CASES else 0,
            loads[unit.id].open,
            loads[unit.id].late,
            loads[unit.id].away,
        )
        for unit in all_units
    ]
    place = {unit.id: at for at, unit in enumerate(all_units)}
    return sorted(offers, key=lambda offer: (-led[offer.unit.id], place[offer.unit.id]))


def due(document: Document) -> list[DueOffer]:
    """Terms to choose from, the likeliest first: never later than one that the document states."""
    on, today = calendar(), clock.today()
    stated = document.due_date if document.due_source is DueSource.STATED else None
    wanted = stated or document.due_date or on.add_working_days(today, _USUAL_DAYS)
    is_over = wanted < today
    first = on.add_working_days(today, _SOON_DAYS) if is_over else on.next_working_day(wanted)
    days = {first}
    days |= {on.add_working_days(today, n) for n in (1, 3, 5, 10, 15)}
    if stated is not None and stated >= today:
        days = {day for day in days if day <= stated}
    source = document.due_source.value if document.due_source is not None and not is_over else ""
    found = [_offer(on, today, day, source if day == first else "") for day in sorted(days)]
    return sorted(found, key=lambda offer: offer.day != first)


def similar(document: Document, limit: int = 5) -> Sequence[Document]:
    """Earlier documents of the same issuer, newest first."""
    if document.issuer_id is None:
        return ()
    query = select(Document).where(
        Document.org_id == document.org_id,
        Document.direction == Direction.IN,
        Document.issuer_id == document.issuer_id,
        Document.id != document.id,
        Document.register_entry_id.is_not(None),
        Document.access_level != AccessLevel.NAMED,
    )
    return db.session().scalars(query.order_by(Document.register_entry_id.desc()).limit(limit)).all()


def _led(document: Document) -> Counter[int]:
    """How often each unit led: documents of the same issuer, else of the same kind, else all."""
    ways = [
        [Document.issuer_id == document.issuer_id] if document.issuer_id is not None else None,
        [Document.kind_id == document.kind_id] if document.kind_id is not None else None,
        [],
    ]
    found: Counter[int] = Counter()
    for where in ways:
        if where is None:
            continue
        query = (
            select(Document.lead_unit_id, func.count())
            .where(
                Document.org_id == document.org_id,
                Document.direction == Direction.IN,
                Document.lead_unit_id.is_not(None),
                Document.register_date >= clock.today() - _PERIOD,
                Document.id != document.id,
                *where,
            )
            .group_by(Document.lead_unit_id)
        )
        found = Counter({unit_id: times for unit_id, times in db.session().execute(query) if unit_id})
        if sum(found.values()) >= LEAST_CASES:
            break
    return found


def _offer(on: Calendar, today: date, day: date, source: str) -> DueOffer:
    return DueOffer(day, on.working_days_between(today, day), source)
