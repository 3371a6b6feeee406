"""Parts of a direction as a leader names them: officials and the units in which they work, the term."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from documents.models.document import Document, DueSource
from intranet.core import clock
from intranet.core.errors import Invalid
from intranet.notices.workdays import calendar, next_working_day
from intranet.people import directory
from intranet.people.models import Unit, User
from intranet.tasks.services import Party

#: What the tables can hold as a key; more comes from no page of ours.
_MOST_ID = 2**31 - 1


def known_units(org_id: int, wanted: Iterable[int]) -> dict[int, Unit]:
    """The agency's own units by id.

    :raises Invalid: ``directive.unknown_unit``.
    """
    known = {unit.id: unit for unit in directory.units_of(org_id)}
    ids = list(wanted)
    if any(unit_id not in known for unit_id in ids):
        raise Invalid("directive.unknown_unit", field="lead")
    return {unit_id: known[unit_id] for unit_id in ids}


def known_people(org_id: int, ids: Collection[int]) -> dict[int, User]:
    """The agency's own officials by id.

    :raises Invalid: ``directive.unknown_person``.
    """
    found = directory.people([one for one in ids if 0 < one <= _MOST_ID])
    known = {user_id: one for user_id, one in found.items() if one.is_active and one.org_id == org_id}
    if len(known) < len(set(ids)):
        raise Invalid("directive.unknown_person", field="lead")
    return known


def parties(unit_ids: Iterable[int | None], user_ids: Iterable[int | None]) -> list[Party]:
    """Units and officials as parties of a task."""
    units = [Party(unit_id=one) for one in unit_ids if one is not None]
    return units + [Party(user_id=one) for one in user_ids if one is not None]


def unit_of(person: User, units: Mapping[int, Unit]) -> Unit:
    """The unit in which an official answers for work.

    :raises Invalid: ``directive.no_unit``.
    """
    own = next((units[post.unit_id] for post in person.posts if post.unit_id in units), None)
    if own is None:
        raise Invalid("directive.no_unit", field="lead", name=person.full_name)
    return own


def term_of(due: date | None) -> date:
    """The working day on which a direction falls due.

    :raises Invalid: ``directive.no_due``, ``directive.past_due``.
    """
    if due is None:
        raise Invalid("directive.no_due", field="due_date")
    if due < clock.today():
        raise Invalid("directive.past_due", field="due_date")
    return next_working_day(due)


def set_term(document: Document, due: date | None, source: DueSource | None) -> None:
    """Give a document its term, with the version of the calendar by which it was counted."""
    document.due_date, document.due_source = due, source
    document.due_calendar = None if due is None else calendar().version
