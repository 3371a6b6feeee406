"""Directing a document again that is being dealt with, and what can be taken back of the last direction."""

from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from documents.forms_directing import AddForm
from documents.models.document import Directive
from documents.permissions import DIRECT, To, access_document
from documents.services import adding, directives
from documents.services.adding import How
from documents.views.base import bp, show
from intranet.core import clock
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs
from intranet.people import directory
from intranet.tasks import services as tasks
from intranet.tasks.parties import names_of, unit_names


@bp.route("/incoming/<int:document_id>/more", methods=["GET", "POST"])
@needs(DIRECT)
def direct_more(document_id: int) -> ResponseReturnValue:
    """More helpers, another task or another lead; for ten seconds it can be taken back."""
    document = access_document(me(), document_id, To.DIRECT)
    running = adding.open_tasks(document)
    form = AddForm()
    form.offer(running, unit_names(me()) | names_of(form.chosen()))
    if not form.is_submitted() and not running:
        form.how.data = How.TASK.value
    if form.accepts():
        with form.refusals():
            done_once(
                me(),
                form.once.data,
                [document_id, form.as_body()],
                lambda: adding.add(me(), document_id, form.wanted(), form.given(), form.task.data),
            )
            return redirect(url_for("documents.incoming_detail", document_id=document_id))
    return show(
        "more.html",
        document=document,
        form=form,
        given=directives.given_on(document),
        running=running,
        parties=tasks.parties_of([task.id for task in running]),
    ), form.status


def to_undo(document_id: int | None = None) -> dict[str, Any] | None:
    """The direction that I gave last, while it can be taken back.

    Also where the address does not name it: its own answer may never have been seen.

    :param document_id: only of that document.
    """
    row = directives.last_undoable(me())
    if row is None or document_id not in (None, row.document_id):
        return None
    left = (row.release_at - clock.now()).total_seconds()
    return {"id": row.id, "seconds": max(1, round(left)), "words": _words(row)}


def _words(row: Directive) -> str:
    how, lead = row.parsed.get("how"), row.parsed.get("lead")
    if how == How.JOIN:
        return label("directive.added")
    if lead is None:
        return label("directive.known")
    units = directory.units([lead])
    name = units[lead].short_name if lead in units else ""
    name = row.parsed.get("people", {}).get(str(row.parsed.get("lead_user")), name)
    return label("directive.given", lead=name, due=f"{row.due_date:%d/%m}" if row.due_date else "")
