"""Tasks as records that other packages name: titles, pages, the right to read, and who is reminded."""

from collections.abc import Collection, Mapping

from sqlalchemy import Select, select

from intranet.core import db, refs
from intranet.core.actor import Actor
from intranet.notices import channels, quiet
from intranet.notices import services as notices
from intranet.tasks import reminding
from intranet.tasks.models import Task, TaskRecurrence, TaskReport
from intranet.tasks.permissions import may_read, person_of, visible_to

_EVENTS = {
    "assigned": (
        "assigned",
        "assigned_co",
        "assigned_info",
        "joined",
        "joined_co",
        "joined_info",
        "directed",
        "handed_over",
        "taken_away",
        "reopened",
    ),
    "near_due": ("own_reminder", "part_before", "part_today"),
    "overdue": ("urged", "part_late"),
    "extension": (
        "extension_asked",
        "extension_granted",
        "extension_refused",
        "due_day_off",
        "due_recounted",
        "due_follows",
        "due_in_absence",
        "due_in_absence_alone",
    ),
    "returned": ("sent_back", "refused", "blocked", "cancelled"),
    "seen": ("seen",),
    "named": ("named",),
    "result": ("finished", "still_waiting", "accepted", "contributed"),
}


def register() -> None:
    """Make tasks and their reports known to audit, files, notices and reminders."""
    refs.register_kind("task", title=_title, url=_url, may_read=may_read)
    refs.register_kind("task_report", title=_report_title, url=_report_url, may_read=_may_read_report)
    refs.register_kind("task_recurrence", title=_recurring, url=_recurring_url, may_read=_may_read_recurring)
    notices.register_titles("task", _titles)
    notices.register_titles("task_recurrence", _recurring_titles)
    reminding.register()
    _classify()


def _classify() -> None:
    """Say which notices belong together for those who choose what comes by letter."""
    for event, kinds in _EVENTS.items():
        channels.classify(event, *(f"task.{kind}" for kind in kinds))
    channels.let_leave("task", _may_leave)
    quiet.let_through("task", _flash)


def _flash() -> Select[int]:
    """Tasks that come from a flash record."""
    return select(Task.id).where(quiet.is_flash(Task.origin_kind, Task.origin_id, but="task"))


def _may_leave(task_id: int) -> bool:
    task = db.session().get(Task, task_id)
    return task is not None and not task.is_restricted


def _title(task_id: int) -> str:
    return db.session().get_one(Task, task_id).title


def _url(task_id: int) -> str:
    return f"/tasks/{task_id}"


def _titles(actor: Actor, ids: Collection[int]) -> Mapping[int, str]:
    rows = db.session().execute(select(Task.id, Task.title).where(Task.id.in_(ids), visible_to(actor)))
    return {row.id: row.title for row in rows}


def _report_title(report_id: int) -> str:
    return _title(db.session().get_one(TaskReport, report_id).task_id)


def _report_url(report_id: int) -> str:
    return _url(db.session().get_one(TaskReport, report_id).task_id)


def _may_read_report(actor: Actor, report_id: int) -> bool:
    report = db.session().get(TaskReport, report_id)
    return report is not None and may_read(actor, report.task_id)


def _recurring(key: int) -> str:
    return db.session().get_one(TaskRecurrence, key).title


def _recurring_url(_key: int) -> str:
    return "/tasks/recurring"


def _may_read_recurring(actor: Actor, key: int) -> bool:
    row = db.session().get(TaskRecurrence, key)
    return row is not None and row.assigner_id == person_of(actor).standing.id


def _recurring_titles(actor: Actor, ids: Collection[int]) -> Mapping[int, str]:
    mine = TaskRecurrence.assigner_id == person_of(actor).standing.id
    query = select(TaskRecurrence.id, TaskRecurrence.title).where(TaskRecurrence.id.in_(ids), mine)
    return {row.id: row.title for row in db.session().execute(query)}
