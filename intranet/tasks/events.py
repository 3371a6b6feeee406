"""Facts about tasks, told after commit. ``origin`` is ``str(Ref)`` of the record it comes from, or empty."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TaskAssigned:
    """A task was given; others see it from its ``release_at`` on."""

    task_id: int
    origin: str = ""


@dataclass(frozen=True)
class TaskUndone:
    """The assigner took a task back before anybody saw it."""

    task_id: int
    origin: str = ""


@dataclass(frozen=True)
class TaskFinished:
    """The lead reported the result; it waits for acceptance."""

    task_id: int
    origin: str = ""


@dataclass(frozen=True)
class TaskAccepted:
    """The assigner accepted the result; the task is done."""

    task_id: int
    origin: str = ""


@dataclass(frozen=True)
class TaskReturned:
    """The assigner returned the result, or the lead refused the task."""

    task_id: int
    origin: str = ""


@dataclass(frozen=True)
class TaskCancelled:
    """The assigner cancelled the task."""

    task_id: int
    origin: str = ""


@dataclass(frozen=True)
class TaskMoved:
    """Something changed that lists of tasks show."""

    task_id: int
