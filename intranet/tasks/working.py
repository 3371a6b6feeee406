"""What the lead does with a task: see, begin, report, wait, finish, refuse; and what a helper contributes."""

from collections.abc import Sequence

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid
from intranet.core.refs import Ref
from intranet.notices import reminders, workdays
from intranet.notices import services as notices
from intranet.records import audit
from intranet.records import files as stored_files
from intranet.tasks import deadlines, reminding
from intranet.tasks.events import TaskFinished, TaskMoved, TaskReturned
from intranet.tasks.extending import withdraw_open
from intranet.tasks.models import (
    PartyRole,
    ReportKind,
    Task,
    TaskParty,
    TaskReport,
    TaskState,
)
from intranet.tasks.naming_people import tell_named
from intranet.tasks.parties import judges_of, lead_heads
from intranet.tasks.permissions import To, access_task, may, person_of, standing_of
from intranet.tasks.states import check, is_possible, move
from intranet.tasks.tree import counted_parts, open_parts, roll_up


def see(actor: Actor, task_id: int) -> None:
    """The actor's parties have seen the task; by its lead it is no longer new.

    :raises NotFound: ``task.missing``.
    """
    task = access_task(actor, task_id, To.READ)
    if not _unseen(actor, task):
        return
    with db.unit_of_work():
        task = access_task(actor, task_id, To.READ, lock=True)
        for party in _unseen(actor, task):
            party.seen_at, party.seen_by_id = clock.now(), actor.id
        if is_possible(task, "seen") and may(actor, To.WORK, task):
            move(task, "seen")
            notices.notify([task.assigner_id], "task.seen", task.ref, by=actor, is_quiet=True)
        audit.record(actor, "task.seen", task)
        notices.mark_seen(actor.id, task.ref)
        db.publish(TaskMoved(task.id))


def accept_work(actor: Actor, task_id: int, *, expect: int | None = None) -> None:
    """The lead takes the work on ("Nhận việc").

    :raises BadState: ``task.not_now``.
    """
    with db.unit_of_work():
        task = access_task(actor, task_id, To.WORK, lock=True)
        check(task, "started", expect)
        move(task, "started")
        audit.record(actor, "task.started", task)
        db.publish(TaskMoved(task.id))


def report_progress(
    actor: Actor,
    task_id: int,
    progress: int,
    text: str = "",
    files: Sequence[str] = (),
    obstacle: str | None = None,
    *,
    expect: int | None = None,
) -> int:
    """A progress report; with an obstacle the task is blocked, without one it goes on.

    :param progress: percent, 0 to 100; 100 alone does not finish the task.
    :param files: public ids of staged files.
    :param obstacle: whom or what the work waits for, ``None`` when nothing stands in the way.
    :returns: the report's id.
    :raises Invalid: ``task.progress_range``, ``task.progress_lower`` (less than before, without a word),
        ``task.progress_of_parts`` (the parts make it up), ``task.waiting_for_needed``.
    :raises BadState: ``task.not_now``.
    """
    act = "reported" if obstacle is None else "blocked"
    with db.unit_of_work():
        task = access_task(actor, task_id, To.WORK, lock=True)
        check(task, act, expect)
        if not 0 <= progress <= 100:
            raise Invalid("task.progress_range", field="progress")
        if progress != task.progress and counted_parts(task.id):
            raise Invalid("task.progress_of_parts", field="progress", progress=task.progress)
        if progress < task.progress and not text:
            raise Invalid("task.progress_lower", field="text", before=task.progress)
        if obstacle is not None and not obstacle:
            raise Invalid("task.waiting_for_needed", field="obstacle")
        before = task.progress
        task.progress, task.waiting_for = progress, obstacle or ""
        if obstacle is None and progress == 0 and task.state in (TaskState.ASSIGNED, TaskState.SEEN):
            task.version += 1
        else:
            move(task, act)
        kind = ReportKind.PROGRESS if obstacle is None else ReportKind.BLOCKED
        report = _write(actor, task, kind, text, obstacle or "", files)
        audit.record(actor, f"task.{act}", task, report=report.id, progress=progress, before=before)
        if obstacle is not None:
            notices.notify(judges_of(task), "task.blocked", task.ref, by=actor, waiting_for=obstacle)
        _roll_up_above(task)
        db.publish(TaskMoved(task.id))
        return report.id


def report_finished(
    actor: Actor,
    task_id: int,
    text: str,
    result_ref: Ref | None = None,
    *,
    files: Sequence[str] = (),
    expect: int | None = None,
) -> int:
    """The result is reported and waits for acceptance; the clock stops.

    :returns: the report's id.
    :raises Invalid: ``task.no_result``: a text, a file or a document is needed.
    :raises BadState: ``task.not_now``, ``task.open_parts``.
    """
    with db.unit_of_work():
        task = access_task(actor, task_id, To.WORK, lock=True)
        check(task, "finished", expect)
        if not text and not files and result_ref is None:
            raise Invalid("task.no_result", field="text")
        waiting = open_parts(task.id)
        if waiting:
            raise BadState("task.open_parts", n=len(waiting), first=waiting[0].code)
        task.finished_at, task.finished_by_id = clock.now(), actor.id
        task.progress, task.waiting_for = 100, ""
        if result_ref is not None:
            task.result_kind, task.result_id = result_ref.kind, result_ref.id
        move(task, "finished")
        report = _write(actor, task, ReportKind.FINISHED, text, "", files)
        reminders.cancel(task.ref)
        withdraw_open(task, actor)
        audit.record(actor, "task.finished", task, report=report.id, result=str(result_ref or "") or None)
        notices.notify(judges_of(task), "task.finished", task.ref, by=actor)
        reminders.plan(task.ref, clock.today(), topic=reminding.RESULT)
        _roll_up_above(task)
        db.publish(TaskFinished(task.id, str(task.origin or "")))
        db.publish(TaskMoved(task.id))
        return report.id


def take_back(actor: Actor, task_id: int, *, expect: int | None = None) -> None:
    """The lead takes a reported result back before it is judged; the clock runs again.

    :raises BadState: ``task.not_now``.
    """
    with db.unit_of_work():
        task = access_task(actor, task_id, To.WORK, lock=True)
        check(task, "taken_back", expect)
        resume(task, "taken_back")
        audit.record(actor, "task.taken_back", task)
        db.publish(TaskMoved(task.id))


def refuse(actor: Actor, task_id: int, reason: str, *, expect: int | None = None) -> None:
    """The lead says that the task is not its function; it goes back to the assigner, the clock runs on.

    An official to whom the unit's head handed it gives it back to the head.

    :raises Invalid: ``task.reason_needed``.
    :raises BadState: ``task.not_now``.
    """
    if not reason:
        raise Invalid("task.reason_needed", field="reason")
    with db.unit_of_work():
        task = access_task(actor, task_id, To.WORK, lock=True)
        check(task, "refused", expect)
        officer = task.officer
        if officer is not None and officer.user_id == person_of(actor).standing.id:
            _give_back(actor, task, officer, reason)
            return
        move(task, "refused")
        withdraw_open(task, actor)
        audit.record(actor, "task.refused", task, reason=reason[:500])
        notices.notify([task.assigner_id], "task.refused", task.ref, by=actor)
        db.publish(TaskReturned(task.id, str(task.origin or "")))
        db.publish(TaskMoved(task.id))


def _give_back(actor: Actor, task: Task, officer: TaskParty, reason: str) -> None:
    """The unit has the work again; who had it stays in the history."""
    officer.left_at = clock.now()
    task.state = TaskState.SEEN
    task.version += 1
    audit.record(actor, "task.given_back", task, reason=reason[:500], before=officer.user_id)
    notices.notify(lead_heads(task), "task.given_back", task.ref, by=actor)
    db.publish(TaskMoved(task.id))


def finish_part(
    actor: Actor, task_id: int, text: str, *, files: Sequence[str] = (), expect: int | None = None
) -> int:
    """A co-operating party has given its part; the lead is told.

    :returns: the report's id.
    :raises Invalid: ``task.no_result``.
    :raises BadState: ``task.not_now``, ``task.part_finished``.
    """
    if not text and not files:
        raise Invalid("task.no_result", field="text")
    with db.unit_of_work():
        task = access_task(actor, task_id, To.CONTRIBUTE, lock=True)
        check(task, "contributed", expect)
        at = standing_of(actor)
        mine = [
            p
            for p in task.parties
            if p.role is PartyRole.CO and (p.user_id == at.user_id or p.unit_id in at.received)
        ]
        if all(p.finished_at is not None for p in mine):
            raise BadState("task.part_finished")
        on = workdays.calendar()
        for party in mine:
            if party.finished_at is None:
                now = clock.now()
                party.finished_at = now
                party.outcome, party.late_days = deadlines.outcome_of(party.due_date, now, on)
        reminding.plan(task, on)
        move(task, "contributed")
        report = _write(actor, task, ReportKind.PART, text, "", files)
        audit.record(actor, "task.contributed", task, report=report.id)
        notices.notify(lead_heads(task), "task.contributed", task.ref, by=actor)
        db.publish(TaskMoved(task.id))
        return report.id


def resume(task: Task, act: str) -> None:
    """The result is off the table again: progress as last reported, reminders of the deadline planned."""
    task.finished_at, task.finished_by_id = None, None
    task.accepted_at, task.accepted_by_id = None, None
    task.outcome, task.late_days = None, 0
    task.result_kind, task.result_id = None, None
    move(task, act)
    task.progress = min(_last_progress(task), 99)
    reminders.cancel(task.ref, reminding.RESULT)
    reminding.plan(task, workdays.calendar())
    reminders.rearm(task.ref, reminding.OWN)
    roll_up(task)


def _unseen(actor: Actor, task: Task) -> list[TaskParty]:
    at = standing_of(actor)
    return [
        p
        for p in task.parties
        if p.seen_at is None and p.left_at is None and (p.user_id == at.user_id or p.unit_id in at.received)
    ]


def _write(
    actor: Actor, task: Task, kind: ReportKind, text: str, waiting_for: str, files: Sequence[str]
) -> TaskReport:
    """The report's row and its files."""
    report = TaskReport(
        task_id=task.id,
        author_id=actor.id,
        kind=kind,
        progress=task.progress,
        text=text,
        waiting_for=waiting_for,
        at=clock.now(),
    )
    opened = db.session()
    opened.add(report)
    opened.flush()
    for public_id in files:
        stored_files.attach(actor, public_id, report.ref, org_id=task.org_id, role="report")
    # Whoever judges is told of an obstacle and of a result, whether the words name them or not.
    tell_named(actor, task, text, but=() if kind is ReportKind.PROGRESS else judges_of(task))
    return report


def _last_progress(task: Task) -> int:
    """Percent of the last report before the result."""
    query = (
        select(TaskReport.progress)
        .where(
            TaskReport.task_id == task.id,
            TaskReport.kind.in_((ReportKind.PROGRESS, ReportKind.BLOCKED)),
        )
        .order_by(TaskReport.id.desc())
        .limit(1)
    )
    return db.session().scalar(query) or 0


def _roll_up_above(task: Task) -> None:
    if task.parent_id is not None:
        roll_up(db.session().get_one(Task, task.parent_id))
