"""What the assigner does with a task: accept, return, urge, cancel, open again."""

from datetime import date
from typing import Any

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid
from intranet.notices import reminders, workdays
from intranet.notices import services as notices
from intranet.records import audit
from intranet.tasks import deadlines, reminding
from intranet.tasks.events import TaskAccepted, TaskCancelled, TaskMoved, TaskReturned
from intranet.tasks.extending import withdraw_open
from intranet.tasks.models import Task
from intranet.tasks.parties import everybody, lead_heads, lead_people
from intranet.tasks.permissions import To, access_task, is_own
from intranet.tasks.states import check, move
from intranet.tasks.tree import open_parts, roll_up
from intranet.tasks.working import resume


def accept_result(actor: Actor, task_id: int, note: str = "", *, expect: int | None = None) -> None:
    """The result is accepted ("Đạt"); the outcome is frozen as of the day it was reported.

    :raises BadState: ``task.not_now``, ``task.own_acceptance``: nobody accepts the own result.
    """
    with db.unit_of_work():
        task = access_task(actor, task_id, To.JUDGE, lock=True)
        check(task, "accepted", expect)
        if task.finished_at is None or task.finished_by_id == actor.id or is_own(actor, task):
            raise BadState("task.own_acceptance")
        task.accepted_at, task.accepted_by_id = clock.now(), actor.id
        task.outcome, task.late_days = deadlines.outcome(task, task.finished_at, workdays.calendar())
        move(task, "accepted")
        reminders.cancel(task.ref, reminding.RESULT)
        audit.record(
            actor,
            "task.accepted",
            task,
            reason=note[:500] or None,
            finished=task.finished_at,
            outcome=None if task.outcome is None else task.outcome.value,
            late_days=task.late_days,
        )
        notices.notify({*lead_people(task), *lead_heads(task)}, "task.accepted", task.ref, by=actor)
        db.publish(TaskAccepted(task.id, str(task.origin or "")))
        db.publish(TaskMoved(task.id))


def return_result(
    actor: Actor, task_id: int, reason: str, *, due_date: date | None = None, expect: int | None = None
) -> None:
    """The result is returned ("Chưa đạt"); the clock runs again, on a later deadline if one is given.

    :raises Invalid: ``task.reason_needed``, ``task.due_past``.
    :raises BadState: ``task.not_now``.
    """
    _back_to_work(actor, task_id, "sent_back", reason, due_date, expect)


def reopen(
    actor: Actor, task_id: int, reason: str, *, due_date: date | None = None, expect: int | None = None
) -> None:
    """A task that was done is worked on again; its next finishing decides the outcome anew, both stay noted.

    :raises Invalid: ``task.reason_needed``, ``task.due_past``.
    :raises BadState: ``task.not_now``.
    """
    _back_to_work(actor, task_id, "reopened", reason, due_date, expect)


def urge(actor: Actor, task_id: int, text: str = "", *, expect: int | None = None) -> None:
    """The lead is urged (đôn đốc), and it is noted.

    :raises BadState: ``task.not_now``, ``task.urged_today``: once a day is enough.
    """
    with db.unit_of_work():
        task = access_task(actor, task_id, To.JUDGE, lock=True)
        check(task, "urged", expect)
        if task.urged_at is not None and clock.local(task.urged_at).date() == clock.today():
            raise BadState("task.urged_today", at=f"{clock.local(task.urged_at):%H:%M}")
        task.urged_at = clock.now()
        move(task, "urged")
        audit.record(actor, "task.urged", task, reason=text[:500] or None)
        told = {*lead_people(task), *lead_heads(task)}
        notices.notify(told, "task.urged", task.ref, by=actor, text=f": “{text}”" if text else "")
        db.publish(TaskMoved(task.id))


def cancel(actor: Actor, task_id: int, reason: str, *, expect: int | None = None) -> None:
    """The task is not to be done any more, nor are its open parts.

    :raises Invalid: ``task.reason_needed``.
    :raises BadState: ``task.not_now``.
    """
    if not reason:
        raise Invalid("task.reason_needed", field="reason")
    with db.unit_of_work():
        task = access_task(actor, task_id, To.JUDGE, lock=True)
        check(task, "cancelled", expect)
        _cancel_with_parts(actor, task, reason)
        if task.parent_id is not None:
            roll_up(db.session().get_one(Task, task.parent_id))


def _cancel_with_parts(actor: Actor, task: Task, reason: str) -> None:
    for part in open_parts(task.id):
        _cancel_with_parts(actor, part, reason)
    told = everybody(task)
    move(task, "cancelled")
    withdraw_open(task, actor)
    notices.withdraw(task.ref)
    reminders.cancel(task.ref)
    audit.record(actor, "task.cancelled", task, reason=reason[:500])
    notices.notify(told, "task.cancelled", task.ref, by=actor)
    db.publish(TaskCancelled(task.id, str(task.origin or "")))
    db.publish(TaskMoved(task.id))


def _back_to_work(
    actor: Actor, task_id: int, act: str, reason: str, due_date: date | None, expect: int | None
) -> None:
    """The result is off the table: what was finished and how stays in the history."""
    if not reason:
        raise Invalid("task.reason_needed", field="reason")
    with db.unit_of_work():
        task = access_task(actor, task_id, To.JUDGE, lock=True)
        check(task, act, expect)
        before: dict[str, Any] = {
            "finished": task.finished_at,
            "outcome": None if task.outcome is None else task.outcome.value,
            "due": task.due_date,
        }
        if due_date is not None:
            deadlines.check_wanted(due_date, is_past_confirmed=False)
            on = workdays.calendar()
            kept = deadlines.settle(due_date, on).day
            parent = None if task.parent_id is None else db.session().get_one(Task, task.parent_id)
            deadlines.check_within(parent, kept, "due_date")
            finished = task.finished_at or clock.now()
            if deadlines.has_passed(task, now=finished):
                task.missed_due_date = task.missed_due_date or task.due_date
            deadlines.move_due(task, kept, on)
        resume(task, act)
        audit.record(actor, f"task.{act}", task, reason=reason[:500], **before)
        notices.notify({*lead_people(task), *lead_heads(task)}, f"task.{act}", task.ref, by=actor)
        db.publish(TaskReturned(task.id, str(task.origin or "")))
        db.publish(TaskMoved(task.id))
