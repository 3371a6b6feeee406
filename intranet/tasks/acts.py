"""The acts that pages offer on a task: which are open to whom now, what each asks, and what it does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from intranet.core.actor import Actor
from intranet.core.forms import OfficeForm
from intranet.records import staging
from intranet.tasks import forms, services
from intranet.tasks.models import PartyRole, Source, Task, TaskExtension
from intranet.tasks.parties import Party
from intranet.tasks.permissions import Standing, To, is_own, is_released, may
from intranet.tasks.states import is_possible

#: Does the act with what the form says: ``(actor, task id, form, version seen)``.
Run = Callable[[Actor, int, Any, int | None], None]


@dataclass(frozen=True)
class Act:
    """One act; its words are ``task.act.<code>`` and, once done, ``task.did.<code>``."""

    code: str
    #: Whose act it is.
    who: To
    #: Its row in the table of states.
    move: str
    icon: str
    run: Run
    #: What it asks, ``None`` when a button does it at once.
    form: type[OfficeForm] | None = None


def uploaded() -> list[str]:
    """Public ids of the files sent along with this request."""
    return [key for key in request.form.getlist("file_id") if key]


def read_uploads(actor: Actor, ids: Sequence[str]) -> None:
    """Wait until uploads are read, outside of any unit of work."""
    for public_id in ids:
        staging.wait_for(actor, public_id)


def _report(actor: Actor, task_id: int, form: Any, expect: int | None) -> None:
    services.report_progress(
        actor, task_id, form.progress.data, form.text.data or "", uploaded(), expect=expect
    )


def _block(actor: Actor, task_id: int, form: Any, expect: int | None) -> None:
    now = services.access_task(actor, task_id, To.READ).progress
    services.report_progress(
        actor, task_id, now, form.text.data or "", uploaded(), form.obstacle.data, expect=expect
    )


def _finish(actor: Actor, task_id: int, form: Any, expect: int | None) -> None:
    services.report_finished(actor, task_id, form.text.data or "", files=uploaded(), expect=expect)


def _part(actor: Actor, task_id: int, form: Any, expect: int | None) -> None:
    services.finish_part(actor, task_id, form.text.data or "", files=uploaded(), expect=expect)


def _extend(actor: Actor, task_id: int, form: Any, expect: int | None) -> None:
    services.ask_extension(actor, task_id, form.wanted(), form.reason(), expect=expect)


def _decide(actor: Actor, task_id: int, form: Any, expect: int | None) -> None:
    is_granted = form.decision.data == "grant"
    services.decide_extension(
        actor,
        task_id,
        is_granted=is_granted,
        note=form.note.data or "",
        new_due=form.new_due.data if is_granted else None,
        expect=expect,
    )


def _hand_over(actor: Actor, task_id: int, form: Any, expect: int | None) -> None:
    chosen = str(form.user_id.data)
    services.hand_over(
        actor,
        task_id,
        int(chosen) if chosen.isdigit() else 0,
        note=form.note.data or "",
        expect=expect,
    )


def _join(actor: Actor, task_id: int, form: Any, expect: int | None) -> None:
    co, info = form.parties()
    services.join(actor, task_id, co=co, info=info, text=form.text.data or "", expect=expect)


def _place(actor: Actor, task_id: int, form: Any, expect: int | None) -> None:
    services.place(actor, task_id, form.parent.data or "", form.share(), expect=expect)


def _reassign(actor: Actor, task_id: int, form: Any, expect: int | None) -> None:
    services.reassign(actor, task_id, Party.parse(form.lead.data), reason=form.reason.data, expect=expect)


#: In the order in which a page offers them; the first one open is the page's main button.
ACTS: dict[str, Act] = {
    act.code: act
    for act in (
        Act(
            "accept",
            To.JUDGE,
            "accepted",
            "circle-check",
            lambda actor, key, form, seen: services.accept_result(
                actor, key, form.note.data or "", expect=seen
            ),
            forms.NoteForm,
        ),
        Act("decide", To.JUDGE, "extension_decided", "hourglass", _decide, forms.DecideForm),
        Act(
            "start",
            To.WORK,
            "started",
            "check",
            lambda actor, key, form, seen: services.accept_work(actor, key, expect=seen),
        ),
        Act("hand-over", To.HAND_OVER, "handed_over", "user", _hand_over, forms.HandOverForm),
        Act("finish", To.WORK, "finished", "circle-check", _finish, forms.ResultForm),
        Act("report", To.WORK, "reported", "pencil", _report, forms.ReportForm),
        Act("block", To.WORK, "blocked", "alert-triangle", _block, forms.BlockForm),
        Act("extend", To.WORK, "extension_asked", "hourglass", _extend, forms.ExtendForm),
        Act(
            "withdraw-extension",
            To.WORK,
            "extension_asked",
            "arrow-back-up",
            lambda actor, key, form, seen: services.withdraw_extension(actor, key),
        ),
        Act("part", To.CONTRIBUTE, "contributed", "circle-check", _part, forms.ResultForm),
        Act(
            "take-back",
            To.WORK,
            "taken_back",
            "arrow-back-up",
            lambda actor, key, form, seen: services.take_back(actor, key, expect=seen),
        ),
        Act(
            "refuse",
            To.WORK,
            "refused",
            "x",
            lambda actor, key, form, seen: services.refuse(actor, key, form.reason.data, expect=seen),
            forms.ReasonForm,
        ),
        Act(
            "return",
            To.JUDGE,
            "sent_back",
            "arrow-back-up",
            lambda actor, key, form, seen: services.return_result(
                actor, key, form.reason.data, due_date=form.due_date.data, expect=seen
            ),
            forms.BackForm,
        ),
        Act(
            "urge",
            To.JUDGE,
            "urged",
            "bell",
            lambda actor, key, form, seen: services.urge(actor, key, form.note.data or "", expect=seen),
            forms.NoteForm,
        ),
        Act("join", To.JUDGE, "joined", "plus", _join, forms.JoinForm),
        Act("place", To.JUDGE, "placed", "sitemap", _place, forms.PlaceForm),
        Act("reassign", To.JUDGE, "reassigned", "users", _reassign, forms.ReassignForm),
        Act(
            "reopen",
            To.JUDGE,
            "reopened",
            "arrow-back-up",
            lambda actor, key, form, seen: services.reopen(
                actor, key, form.reason.data, due_date=form.due_date.data, expect=seen
            ),
            forms.BackForm,
        ),
        Act(
            "cancel",
            To.JUDGE,
            "cancelled",
            "x",
            lambda actor, key, form, seen: services.cancel(actor, key, form.reason.data, expect=seen),
            forms.ReasonForm,
        ),
    )
}


def offered(
    actor: Actor, task: Task, at: Standing, extension: TaskExtension | None, has_parts: bool
) -> list[Act]:
    """The acts that the actor may do now, the main one first."""
    if not is_released(task):
        return []
    rights = {who: may(actor, who, task, at) for who in To}
    return [
        act
        for act in ACTS.values()
        if rights[act.who]
        and is_possible(task, act.move)
        and _fits(actor, act.code, task, at, extension, has_parts)
    ]


def may_split(actor: Actor, task: Task, at: Standing) -> bool:
    """True when the actor may give parts of the task away."""
    return is_released(task) and is_possible(task, "split") and may(actor, To.WORK, task, at)


def may_undo(task: Task, at: Standing) -> bool:
    """True while the assigner may take the task back unseen."""
    return task.undone_at is None and not is_released(task) and task.assigner_id == at.user_id


def _fits(
    actor: Actor, code: str, task: Task, at: Standing, extension: TaskExtension | None, has_parts: bool
) -> bool:
    """What the table of states does not know."""
    if code in ("accept", "return"):
        return task.finished_by_id != actor.id and not is_own(actor, task)
    if code == "decide":
        return extension is not None and extension.asked_by_id != actor.id and not is_own(actor, task)
    if code in ("urge", "join", "reassign") and task.source is Source.OWN:
        return code == "urge" and not is_own(actor, task)
    if code == "withdraw-extension":
        return extension is not None
    if code == "extend":
        return extension is None and task.due_date is not None
    if code == "report":
        return not has_parts
    if code == "part":
        return any(
            p.role is PartyRole.CO
            and p.finished_at is None
            and p.left_at is None
            and (p.user_id == at.user_id or p.unit_id in at.received)
            for p in task.parties
        )
    return True
