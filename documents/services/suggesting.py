"""What a leader is offered before tapping: units that had such documents before, a term, sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from documents.models.document import AccessLevel, Document, DueSource
from documents.models.lifecycle import Direction
from documents.services import parties
from documents.services.habits import Habit, days_taken, habit_of
from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.labels import label
from intranet.notices.workdays import calendar, late_from
from intranet.people import directory
from intranet.people.models import Unit
from intranet.tasks import load
from intranet.tasks.load import Away

#: Chips in the dock; the other units lie behind one more tap.
CHIPS = 3
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
    """A term and where it comes from: the label ``document.due_source.<source>``, or similar cases."""

    day: date
    working_days: int
    source: str = ""
    #: Of how many similar documents it is the median.
    cases: int = 0

    @property
    def note(self) -> str:
        """Where it comes from, else how far it is, in words."""
        if self.source:
            return label(f"document.due_source.{self.source}")
        code = "directive.due_habit" if self.cases else "directive.due_left"
        return label(code, n=self.working_days, cases=self.cases)


def units(actor: Actor, document: Document, habit: Habit | None = None) -> list[UnitOffer]:
    """Working units of the agency: those that led similar documents first, then that of its field of work."""
    all_units = directory.units_of(document.org_id)
    habit = habit or habit_of(document)
    led, cases = habit.led, habit.cases
    loads = load.of_units(actor, all_units, document.due_date)
    offers = [
        UnitOffer(
            unit,
            led[unit.id] if cases else 0,
            cases,
            loads[unit.id].open,
            loads[unit.id].late,
            loads[unit.id].away,
        )
        for unit in all_units
    ]
    place = {unit.id: at for at, unit in enumerate(all_units)}
    usual = None if document.field is None else document.field.lead_unit_id
    return sorted(offers, key=lambda o: (-led[o.unit.id], o.unit.id != usual, place[o.unit.id]))


def due(document: Document, habit: Habit | None = None) -> list[DueOffer]:
    """Terms to choose from, the likeliest first: as long as similar documents took, else what the kind gives,
    never later than one that the document states.
    """
    # Once the hours of today are over a term of today has passed.
    on, today, open_from = calendar(), clock.today(), late_from()
    stated = document.due_date if document.due_source is DueSource.STATED else None
    taken = days_taken(habit or habit_of(document), on)
    usual = None if taken is None else on.add_working_days(today, taken[0])
    wanted = stated or usual or document.due_date or on.add_working_days(today, _USUAL_DAYS)
    if usual is not None and stated is not None and open_from <= usual < stated:
        wanted = usual
    is_over = wanted < open_from
    first = on.add_working_days(today, _SOON_DAYS) if is_over else on.next_working_day(wanted)
    days = {first}
    days |= {on.add_working_days(today, n) for n in (1, 3, 5, 10, 15)}
    if stated is not None and stated >= open_from:
        days = {day for day in days if day <= stated} | {stated}
    found = []
    for day in sorted(days):
        left = on.working_days_between(today, day)
        if taken is not None and day == usual:
            found.append(DueOffer(day, left, cases=taken[1]))
        else:
            is_own = document.due_source is not None and day == document.due_date and not is_over
            source = document.due_source.value if is_own and document.due_source is not None else ""
            found.append(DueOffer(day, left, source))
    return sorted(found, key=lambda offer: offer.day != first)


def similar(document: Document, limit: int = 5) -> Sequence[Document]:
    """Earlier documents of the same issuer, newest first."""
    if document.issuer_id is None:
        return ()
    query = select(Document).where(
        Document.org_id == document.org_id,
        Document.direction == Direction.IN,
        Document.issuer_id.in_(parties.family(document.issuer_id)),
        Document.id != document.id,
        Document.register_entry_id.is_not(None),
        Document.access_level == AccessLevel.NORMAL,
    )
    return db.session().scalars(query.order_by(Document.register_entry_id.desc()).limit(limit)).all()
