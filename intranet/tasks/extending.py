"""More time: asked for by the lead, decided by the assigner; the first deadline stays for the reports."""

from datetime import date

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid
from intranet.notices import services as notices
from intranet.notices import workdays
from intranet.records import audit
from intranet.tasks import deadlines
from intranet.tasks.events import TaskMoved
from intranet.tasks.models import ExtensionState, Task, TaskExtension
from intranet.tasks.parties import judges_of, lead_people
from intranet.tasks.permissions import To, access_task, is_own
from intranet.tasks.reminding import plan, warn_of_absence
from intranet.tasks.states import check


def ask_extension(
    actor: Actor, task_id: int, new_due: date, reason: str, *, expect: int | None = None
) -> int:
    """More time is asked for; the present deadline counts until it is granted.

    :param new_due: a day off gives the next working day.
    :returns: the request's id.
    :raises Invalid: ``task.reason_needed``, ``task.extension_not_later``, ``task.extension_past``,
        ``task.due_after_parent``, ``task.extension_no_due``.
    :raises BadState: ``task.not_now`` (finished already), ``task.extension_open`` (one at a time).
    """
    with db.unit_of_work() as session:
        task = access_task(actor, task_id, To.WORK, lock=True)
        check(task, "extension_asked", expect)
        if not reason:
            raise Invalid("task.reason_needed", field="reason")
        if task.due_date is None:
            raise Invalid("task.extension_no_due", field="new_due")
        kept = deadlines.settle(new_due, workdays.calendar()).day
        _check_later(task, kept)
        if open_extension(task.id) is not None:
            raise BadState("task.extension_open")
        request = TaskExtension(
            task_id=task.id,
            asked_by_id=actor.id,
            asked_at=clock.now(),
            old_due_date=task.due_date,
            new_due_date=kept,
            reason=reason[:500],
            is_after_due=deadlines.has_passed(task),
        )
        session.add(request)
        task.version += 1
        session.flush()
        audit.record(
            actor,
            "task.extension_asked",
            task,
            reason=reason[:500],
            extension=request.id,
            new_due=kept,
            after_due=request.is_after_due,
        )
        notices.notify(judges_of(task), "task.extension_asked", task.ref, by=actor, due=f"{kept:%d/%m/%Y}")
        db.publish(TaskMoved(task.id))
        return request.id


def decide_extension(
    actor: Actor,
    task_id: int,
    *,
    is_granted: bool,
    note: str = "",
    new_due: date | None = None,
    expect: int | None = None,
) -> None:
    """The open request is granted, perhaps with another day, or refused.

    Granted before the deadline: the deadline moves. Granted after it: it moves too, but lateness goes on
    counting from the deadline that was missed.

    :raises Invalid: ``task.reason_needed`` for a refusal, ``task.extension_not_later``,
        ``task.extension_past``, ``task.due_after_parent``.
    :raises BadState: ``task.extension_none``, ``task.not_now``, ``task.own_acceptance``.
    """
    with db.unit_of_work():
        task = access_task(actor, task_id, To.JUDGE, lock=True)
        check(task, "extension_decided", expect)
        request = open_extension(task.id)
        if request is None:
            raise BadState("task.extension_none")
        if request.asked_by_id == actor.id or is_own(actor, task):
            raise BadState("task.own_acceptance")
        if not is_granted and not note:
            raise Invalid("task.reason_needed", field="note")
        request.decided_by_id, request.decided_at, request.note = actor.id, clock.now(), note
        if is_granted:
            on = workdays.calendar()
            kept = deadlines.settle(new_due or request.new_due_date, on).day
            _check_later(task, kept)
            if request.is_after_due and task.missed_due_date is None:
                task.missed_due_date = task.due_date
            request.state, request.new_due_date = ExtensionState.GRANTED, kept
            deadlines.move_due(task, kept, on)
            plan(task, on)
            warn_of_absence(task)
        else:
            request.state = ExtensionState.REFUSED
        task.version += 1
        word = "granted" if is_granted else "refused"
        audit.record(
            actor,
            f"task.extension_{word}",
            task,
            reason=note[:500] or None,
            extension=request.id,
            due=task.due_date,
            old_due=request.old_due_date,
        )
        notices.notify(
            {request.asked_by_id, *lead_people(task)},
            f"task.extension_{word}",
            task.ref,
            by=actor,
            due="" if task.due_date is None else f"{task.due_date:%d/%m/%Y}",
        )
        db.publish(TaskMoved(task.id))


def withdraw_extension(actor: Actor, task_id: int) -> None:
    """The lead no longer asks for more time.

    :raises BadState: ``task.extension_none``.
    """
    with db.unit_of_work():
        task = access_task(actor, task_id, To.WORK, lock=True)
        if not withdraw_open(task, actor):
            raise BadState("task.extension_none")
        task.version += 1
        audit.record(actor, "task.extension_withdrawn", task)
        db.publish(TaskMoved(task.id))


def open_extension(task_id: int) -> TaskExtension | None:
    """The request that waits for a decision."""
    query = select(TaskExtension).where(
        TaskExtension.task_id == task_id, TaskExtension.state == ExtensionState.ASKED
    )
    return db.session().scalar(query)


def extensions_of(task_id: int) -> list[TaskExtension]:
    """Every request of a task, oldest first."""
    query = select(TaskExtension).where(TaskExtension.task_id == task_id).order_by(TaskExtension.id)
    return list(db.session().scalars(query))


def _check_later(task: Task, kept: date) -> None:
    """More time ends after the present deadline, not before today, and not after the whole is due."""
    if task.due_date is not None and kept <= task.due_date:
        raise Invalid("task.extension_not_later", field="new_due", due=f"{task.due_date:%d/%m/%Y}")
    if kept < workdays.late_from():
        raise Invalid("task.extension_past", field="new_due", new_due=f"{kept:%d/%m/%Y}")
    parent = None if task.parent_id is None else db.session().get_one(Task, task.parent_id)
    deadlines.check_within(parent, kept, "new_due")


def withdraw_open(task: Task, actor: Actor) -> bool:
    """Close a request that nobody has to decide any more; returns whether there was one."""
    request = open_extension(task.id)
    if request is None:
        return False
    request.state = ExtensionState.WITHDRAWN
    request.decided_by_id, request.decided_at = actor.id, clock.now()
    return True
