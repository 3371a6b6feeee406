"""Who may do what with the schedule: the same rule for one entry (:func:`may_read`) and for lists."""

from sqlalchemy import ColumnElement, and_, exists, or_, true

from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, NotFound
from intranet.core.permits import permit
from intranet.people.models import Role
from intranet.schedule.models import Entry, EntryPerson, EntryState, Week

_WORKING = (Role.OFFICER, Role.CLERK, Role.UNIT_HEAD, Role.OFFICE_HEAD, Role.LEADER)
#: Ask for a place in the schedule, a room or a vehicle.
PROPOSE = permit("schedule.propose", *_WORKING)
#: Put a week together and lay it before whoever approves.
SUBMIT = permit("schedule.submit", Role.CLERK, Role.OFFICE_HEAD)
#: Approve a week, and change it afterwards.
APPROVE = permit("schedule.approve", Role.OFFICE_HEAD, Role.LEADER)
#: Say which rooms and vehicles there are.
CATALOGUE = permit("schedule.catalogue", Role.ADMIN)

#: What the whole agency reads.
_PUBLIC = (EntryState.APPROVED, EntryState.POSTPONED)
#: Keys are 32-bit numbers; the databases refuse larger ones with an error.
_NO_KEY = 2**31


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """SQL: entries of which the actor may read all; others of the agency see only that time is taken."""
    if actor.holds(APPROVE):
        return true()
    part = exists().where(EntryPerson.entry_id == Entry.id, EntryPerson.user_id == actor.id)
    open_ = Entry.is_restricted.is_(False)
    wide = open_ if actor.holds(SUBMIT) else and_(open_, Entry.state.in_(_PUBLIC))
    return or_(wide, Entry.created_by_id == actor.id, part)


def may_read_all(actor: Actor, entry: Entry) -> bool:
    """:func:`visible_to` for one entry that is here already."""
    if actor.holds(APPROVE) or entry.created_by_id == actor.id:
        return True
    if any(one.user_id == actor.id for one in entry.people):
        return True
    return not entry.is_restricted and (actor.holds(SUBMIT) or entry.state in _PUBLIC)


def may_change(actor: Actor, entry: Entry) -> bool:
    """True for whoever approves; for whoever asked for it until it is approved, or it takes no leader."""
    if actor.holds(APPROVE):
        return True
    is_own = entry.created_by_id == actor.id and actor.holds(PROPOSE)
    return is_own and (entry.state is EntryState.PROPOSED or not entry.leader_ids)


def access_entry(actor: Actor, entry_id: int, *, change: bool = False) -> Entry:
    """The entry, when the actor may read it, or change it.

    :raises NotFound: ``schedule.missing``, no such entry, or none the actor may know of.
    :raises Forbidden: ``schedule.not_yours``.
    """
    found = db.session().get(Entry, entry_id) if 0 < entry_id < _NO_KEY else None
    if found is None or found.org_id not in actor.org_ids or not may_read_all(actor, found):
        raise NotFound("schedule.missing")
    if change and not may_change(actor, found):
        raise Forbidden("schedule.not_yours")
    return found


def may_read(actor: Actor, entry_id: int) -> bool:
    """True when the actor may read the entry of that id (``refs``)."""
    found = db.session().get(Entry, entry_id)
    return found is not None and found.org_id in actor.org_ids and may_read_all(actor, found)


def may_read_week(actor: Actor, week_id: int) -> bool:
    """True when it is a week of the actor's agency (``refs``)."""
    found = db.session().get(Week, week_id)
    return found is not None and found.org_id in actor.org_ids
