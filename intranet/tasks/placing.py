"""The place of a task among others: a part of which one, with what share in its progress."""

from sqlalchemy import select

from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.errors import Forbidden, Invalid
from intranet.records import audit
from intranet.tasks import deadlines
from intranet.tasks.events import TaskMoved
from intranet.tasks.models import Task
from intranet.tasks.permissions import To, access_task, may, visible_to
from intranet.tasks.states import check
from intranet.tasks.tree import roll_up


def place(actor: Actor, task_id: int, code: str, weight: int, *, expect: int | None = None) -> None:
    """As :func:`move_under`, with the whole named by its code; none makes the task stand by itself.

    :raises Invalid: ``task.code_unknown``, or one that the actor may not know of.
    """
    parent_id = None
    if code:
        query = select(Task.id).where(Task.code == code.upper(), visible_to(actor)).order_by(Task.id).limit(1)
        parent_id = db.session().scalar(query)
        if parent_id is None:
            raise Invalid("task.code_unknown", field="parent", given=code)
    move_under(actor, task_id, parent_id, weight, expect=expect)


def code_above(task: Task) -> str:
    """Code of the task of which it is a part, empty for none."""
    query = select(Task.code).where(Task.id == task.parent_id)
    return "" if task.parent_id is None else (db.session().scalar(query) or "")


def move_under(
    actor: Actor,
    task_id: int,
    parent_id: int | None,
    weight: int | None = None,
    *,
    expect: int | None = None,
) -> None:
    """The task becomes a part of another one, which the actor leads or judges, or stands by itself.

    :param weight: its share in the whole's progress, kept unless given.
    :raises Invalid: ``task.loop``, it would be a part of itself; ``task.due_after_parent``.
    """
    with db.unit_of_work() as session:
        task = access_task(actor, task_id, To.JUDGE, lock=True)
        check(task, "placed", expect)
        old_id = task.parent_id
        parent = None if parent_id is None else access_task(actor, parent_id, To.READ, lock=True)
        if parent is not None:
            if not (may(actor, To.WORK, parent) or may(actor, To.JUDGE, parent)):
                raise Forbidden("task.not_yours")
            check(parent, "split")
            if task.id in _line_up(parent):
                raise Invalid("task.loop", field="parent")
            deadlines.check_within(parent, task.due_date, "parent")
        task.parent_id, task.weight = parent_id, weight or task.weight
        task.version += 1
        session.flush()
        audit.record(actor, "task.moved_under", task, parent=parent_id, before=old_id, weight=task.weight)
        for key in (old_id, parent_id):
            if key is not None:
                roll_up(session.get_one(Task, key))
        db.publish(TaskMoved(task.id))


def _line_up(task: Task) -> set[int]:
    """The task and every task above it."""
    found, key = {task.id}, task.parent_id
    while key is not None and key not in found:
        found.add(key)
        key = db.session().get_one(Task, key).parent_id
    return found
