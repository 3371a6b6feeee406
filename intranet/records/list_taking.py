"""Taking over a list that was looked at: at once, or in the background where it is long work."""

import secrets

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid
from intranet.core.jobs import enqueue
from intranet.records.events import ListMoved
from intranet.records.lists import Kind, Look, look_at, note, ready
from intranet.records.models import ListImport, ListState


def take_over(
    actor: Actor, kind: Kind, org_id: int, import_id: int, *, warnings_seen: bool
) -> dict[str, int]:
    """Take over all that is new in a file, or nothing.

    :returns: how many rows had which fate; nothing where the worker will do it.
    :raises NotFound: ``import.missing``.
    :raises BadState: ``import.not_ready``, ``import.has_errors``, ``sheet.nothing_new``.
    :raises Invalid: ``import.warnings_unseen``.
    """
    with db.unit_of_work():
        row = ready(actor, kind, org_id, import_id)
        found = look_at(kind, row)
        if found.errors or found.lacking:
            raise BadState("import.has_errors", n=found.errors + len(found.lacking))
        if not found.plan.acts:
            raise BadState("sheet.nothing_new")
        if found.plan.problems and not warnings_seen:
            raise Invalid("import.warnings_unseen", field="seen", n=len(found.plan.problems))
        if kind.job is None:
            return _take(actor, row, found)
        row.state, row.problem = ListState.TAKING, None
        told = {"import": row.id, "by": actor.id, "for": actor.acting_for, "seen": found.fingerprint}
        enqueue(kind.job, f"{row.id}-{secrets.token_hex(6)}", told)
        return {}


def finish(actor: Actor, kind: Kind, import_id: int, seen: str) -> dict[str, int]:
    """Take over what somebody looked at, in their name; for the worker.

    :param seen: the fingerprint of what they looked at; what is another thing by now is not taken over.
    """
    with db.unit_of_work():
        row = _taking(import_id)
        if row is None:
            return {}
        found = look_at(kind, row)
        db.publish(ListMoved(actor.id))
        if not actor.holds(kind.permit) or found.fingerprint != seen:
            row.state, row.problem = ListState.READY, "sheet.changed"
            return {}
        return _take(actor, row, found)


def give_up(import_id: int) -> None:
    """Say that the worker could not take a file over; nothing of it was."""
    with db.unit_of_work():
        row = _taking(import_id)
        if row is not None:
            row.state, row.problem = ListState.READY, "sheet.failed"
            db.publish(ListMoved(row.by_id))


def _take(actor: Actor, row: ListImport, found: Look) -> dict[str, int]:
    for act in found.plan.acts:
        act(actor)
    row.state, row.done_at, row.counts = ListState.DONE, clock.now(), found.counts
    note(actor, "sheet.taken", row, **found.counts)
    return found.counts


def _taking(import_id: int) -> ListImport | None:
    query = select(ListImport).where(ListImport.id == import_id, ListImport.state == ListState.TAKING)
    locked = query.with_for_update().execution_options(populate_existing=True)
    return db.session().scalar(locked)
