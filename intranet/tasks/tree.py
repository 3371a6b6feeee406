"""Tasks in a tree and under the record that they come from."""

from collections.abc import Collection

from sqlalchemy import select, update

from intranet.core import db
from intranet.core.refs import Ref
from intranet.tasks.models import OPEN, Task, TaskState


def for_origin(ref: Ref) -> list[Task]:
    """Tasks that come from a record, oldest first, those taken back left out. Asks no rights."""
    query = select(Task).where(
        Task.origin_kind == ref.kind, Task.origin_id == ref.id, Task.undone_at.is_(None)
    )
    return list(db.session().scalars(query.order_by(Task.id)))


def close_to_others(ref: Ref) -> list[int]:
    """Tasks of a record are for those who take part alone from now on; returns the ids of those changed.

    In the open unit of work; the package that owns the record has judged the right.
    """
    rows = db.session().scalars(
        update(Task)
        .where(Task.origin_kind == ref.kind, Task.origin_id == ref.id, Task.is_restricted.is_(False))
        .values(is_restricted=True)
        .returning(Task.id)
    )
    return sorted(rows)


def open_to_others(ref: Ref, ids: Collection[int]) -> None:
    """Take back, for some tasks of the record, what :func:`close_to_others` did."""
    db.session().execute(
        update(Task)
        .where(Task.origin_kind == ref.kind, Task.origin_id == ref.id, Task.id.in_(ids))
        .values(is_restricted=False)
    )


def parts_of(task_id: int) -> list[Task]:
    """Parts of a task, oldest first, those taken back left out. Asks no rights."""
    query = select(Task).where(Task.parent_id == task_id, Task.undone_at.is_(None))
    return list(db.session().scalars(query.order_by(Task.id)))


def open_parts(task_id: int) -> list[Task]:
    """Parts of a task that are not ended."""
    return [part for part in parts_of(task_id) if part.state in OPEN]


def counted_parts(task_id: int) -> list[Task]:
    """Parts that make up the progress of the whole: all but the cancelled."""
    return [part for part in parts_of(task_id) if part.state is not TaskState.CANCELLED]


def roll_up(task: Task) -> None:
    """Give a task, and every task above it, the mean progress of its parts by their weight.

    A task whose parts are all cancelled keeps what it had.
    """
    seen: set[int] = set()
    whole: Task | None = task
    while whole is not None and whole.id not in seen:
        seen.add(whole.id)
        db.session().flush()
        parts = counted_parts(whole.id)
        weight = sum(part.weight for part in parts)
        if weight and whole.is_open:
            whole.progress = round(sum(part.weight * part.progress for part in parts) / weight)
        whole = None if whole.parent_id is None else db.session().get_one(Task, whole.parent_id)
