"""The life of a task as one table: which act leads from which states to which."""

from dataclasses import dataclass

from intranet.core.errors import BadState, Stale
from intranet.tasks.models import OPEN, RUNNING, WORKABLE, Task, TaskState
from intranet.tasks.permissions import To

S = TaskState


@dataclass(frozen=True)
class Move:
    """What an act asks of a task and makes of it."""

    from_: tuple[TaskState, ...]
    #: ``None`` leaves the state as it is.
    to: TaskState | None
    who: To


#: Every act on a task after it was given.
MOVES: dict[str, Move] = {
    "seen": Move((S.ASSIGNED,), S.SEEN, To.WORK),
    "started": Move((S.ASSIGNED, S.SEEN), S.DOING, To.WORK),
    "reported": Move(WORKABLE, S.DOING, To.WORK),
    "blocked": Move(WORKABLE, S.BLOCKED, To.WORK),
    "refused": Move((S.ASSIGNED, S.SEEN, S.DOING), S.RETURNED, To.WORK),
    "extension_asked": Move(WORKABLE, None, To.WORK),
    "extension_decided": Move(OPEN, None, To.JUDGE),
    "finished": Move(WORKABLE, S.WAITING_ACCEPT, To.WORK),
    "taken_back": Move((S.WAITING_ACCEPT,), S.DOING, To.WORK),
    "accepted": Move((S.WAITING_ACCEPT,), S.DONE, To.JUDGE),
    "sent_back": Move((S.WAITING_ACCEPT,), S.DOING, To.JUDGE),
    "handed_over": Move(WORKABLE, None, To.HAND_OVER),
    "reassigned": Move(RUNNING, S.ASSIGNED, To.JUDGE),
    "joined": Move(WORKABLE, None, To.JUDGE),
    "placed": Move(OPEN, None, To.JUDGE),
    "urged": Move(WORKABLE, None, To.JUDGE),
    "cancelled": Move(OPEN, S.CANCELLED, To.JUDGE),
    "reopened": Move((S.DONE,), S.DOING, To.JUDGE),
    "split": Move(WORKABLE, None, To.WORK),
    "contributed": Move(WORKABLE, None, To.CONTRIBUTE),
}


def check(task: Task, act: str, expect: int | None = None) -> None:
    """Refuse an act that the task's state, or a change made meanwhile, does not allow.

    :param expect: the version that the actor saw, ``None`` when it does not matter.
    :raises Stale: ``task.changed``.
    :raises BadState: ``task.not_now``, with the act and the state.
    """
    if task.state not in MOVES[act].from_:
        raise BadState("task.not_now", act=act, state=task.state.value)
    if expect is not None and task.version != expect:
        raise Stale("task.changed", version=task.version)


def move(task: Task, act: str) -> None:
    """Bring the task to the act's state; its version rises."""
    to = MOVES[act].to
    if to is not None:
        task.state = to
    task.version += 1


def is_possible(task: Task, act: str) -> bool:
    """True when the state allows the act; whether the actor may is another question."""
    return task.state in MOVES[act].from_
