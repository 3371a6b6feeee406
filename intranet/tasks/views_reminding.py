"""The page on which an official sets dates of their own on which a task comes to mind."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, signed_in
from intranet.tasks import forms, reminding
from intranet.tasks.models import RUNNING
from intranet.tasks.permissions import To, access_task
from intranet.tasks.views import bp


@bp.route("/<int:task_id>/reminders", methods=["GET", "POST"])
@signed_in
def remind(task_id: int) -> ResponseReturnValue:
    """Reminders of one's own, and another one."""
    actor = me()
    task = access_task(actor, task_id, To.READ)
    form = forms.ReminderForm()
    if form.accepts() and form.day.data is not None:
        with form.refusals():
            day, at, is_for_lead = form.day.data, form.hour(), form.is_for_lead.data
            done_once(
                actor,
                form.once.data,
                {**form.as_body(), "task": task_id},
                lambda: reminding.remind_on(actor, task_id, day, at, is_for_lead=is_for_lead),
            )
            flash(label("task.did.remind"))
            return redirect(url_for("tasks.remind", task_id=task_id))
    shown = render_template(
        "tasks/reminders.html",
        task=task,
        form=form,
        waiting=reminding.own_waiting(actor, task),
        may_remind_lead=reminding.may_remind_lead(actor, task),
        is_running=task.state in RUNNING,
    )
    return shown, form.status


@bp.post("/<int:task_id>/reminders/<int:reminder_id>/drop")
@signed_in
def drop_reminder(task_id: int, reminder_id: int) -> ResponseReturnValue:
    """A reminder that is not wanted any more."""
    reminding.drop(me(), task_id, reminder_id)
    flash(label("task.did.drop_reminder"))
    return redirect(url_for("tasks.remind", task_id=task_id))
