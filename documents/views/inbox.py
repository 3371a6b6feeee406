"""The leader's desk: what waits for a direction, three taps away from the units."""

from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms import DirectForm
from documents.models.document import Directive, Document
from documents.permissions import DIRECT, To, access_document
from documents.services import catalogue, directing, directives, habits, reading, stamping, suggesting
from documents.services.directing import Direction
from documents.views.base import bp, opened, show
from intranet.core import clock
from intranet.core.errors import DomainError
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs, sentence
from intranet.people import directory
from intranet.records import files


@bp.get("/inbox")
@needs(DIRECT)
def inbox() -> ResponseReturnValue:
    """What waits for me, the first one open."""
    waiting = directing.waiting_for(me())
    wanted = request.args.get("doc", type=int)
    document = next((one for one in waiting if one.id == wanted), waiting[0] if waiting else None)
    return _page(waiting, document, DirectForm(formdata=None))


@bp.post("/inbox/<int:document_id>/direct")
@needs(DIRECT)
def direct(document_id: int) -> ResponseReturnValue:
    """Give the document to the units; the next one opens, and for ten seconds it can be taken back."""
    document = access_document(me(), document_id, To.READ)
    form = DirectForm()
    _set_choices(form, document)
    if form.accepts():
        with form.refusals():
            following = _following(document_id)
            given = Direction(
                form.lead.data,
                form.co.data or (),
                form.info.data or (),
                form.due_date.data,
                form.text.data or "",
                lead_user_id=form.lead_user.data,
                co_user_ids=form.co_user.data or (),
                info_user_ids=form.info_user.data or (),
                is_urgent=form.urgent.data,
                needs_reply=form.reply.data,
                is_absence_confirmed=form.is_absence_confirmed.data,
            )
            directive_id = done_once(
                me(),
                form.once.data,
                [document_id, form.as_body()],
                lambda: directing.direct(me(), document_id, given),
            )
            return _next(following, directive_id)
    return _page(directing.waiting_for(me()), document, form), form.status


@bp.post("/inbox/<int:document_id>/know")
@needs(DIRECT)
def let_know(document_id: int) -> ResponseReturnValue:
    """Take note without giving work; units that were tapped may read it."""
    document = access_document(me(), document_id, To.READ)
    form = DirectForm()
    _set_choices(form, document)
    if form.accepts():
        with form.refusals():
            following = _following(document_id)
            chosen = [form.lead.data] if form.lead.data else []
            units = list(dict.fromkeys([*chosen, *(form.co.data or ()), *(form.info.data or ())]))
            person = [form.lead_user.data] if form.lead_user.data else []
            people = list(dict.fromkeys([*person, *(form.co_user.data or ()), *(form.info_user.data or ())]))
            directive_id = done_once(
                me(),
                form.once.data,
                [document_id, "know", form.as_body()],
                lambda: directing.let_know(me(), document_id, units, form.text.data or "", people),
            )
            return _next(following, directive_id)
    return _page(directing.waiting_for(me()), document, form), form.status


@bp.post("/inbox/<int:document_id>/read")
@needs(DIRECT)
def read(document_id: int) -> ResponseReturnValue:
    """What the sentence typed so far would become."""
    asked = request.get_json(silent=True)
    text = asked.get("text") if isinstance(asked, dict) else None
    return jsonify(reading.read_sentence(me(), document_id, text if isinstance(text, str) else ""))


@bp.post("/directives/<int:directive_id>/undo")
@needs(DIRECT)
def undo(directive_id: int) -> ResponseReturnValue:
    """Take a direction back within its ten seconds."""
    try:
        document_id = directing.undo_direction(me(), directive_id)
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        flash(sentence(refusal), "bad")
        return redirect(url_for("documents.inbox"))
    flash(label("document.flash.undone"), "ok")
    return redirect(url_for("documents.inbox", doc=document_id))


def _page(waiting: list[Document], document: Document | None, form: DirectForm) -> str:
    values: dict[str, Any] = {"waiting": waiting, "document": document, "form": form, "undo": _undo()}
    if document is not None:
        opened(document)
        _set_choices(form, document)
        habit = habits.habit_of(document)
        offers = suggesting.units(me(), document, habit)
        values |= {
            "file": stamping.shown_file(files.of(document.ref)),
            "offers": offers,
            "chips": suggesting.CHIPS,
            "dues": suggesting.due(document, habit),
            "phrases": catalogue.phrases(document.org_id, me().id),
            "errors": [*form.refused, *(text for texts in form.errors.values() for text in texts)],
        }
    return show("inbox.html", **values)


def _undo() -> dict[str, Any] | None:
    """The direction given last, while it can be taken back.

    Also where the address does not name it: its own answer may never have been seen.
    """
    row = directives.last_undoable(me())
    if row is None:
        return None
    left = (row.release_at - clock.now()).total_seconds()
    return {"id": row.id, "seconds": max(1, round(left)), "words": _words(row)}


def _words(row: Directive) -> str:
    lead = row.parsed.get("lead")
    if lead is None:
        return label("directive.known")
    units = directory.units([lead])
    name = units[lead].short_name if lead in units else ""
    name = row.parsed.get("people", {}).get(str(row.parsed.get("lead_user")), name)
    return label("directive.given", lead=name, due=f"{row.due_date:%d/%m}" if row.due_date else "")


def _set_choices(form: DirectForm, document: Document) -> None:
    choices = [(unit.id, unit.short_name) for unit in directory.units_of(document.org_id)]
    form.lead.choices = [("", ""), *choices]
    form.co.choices = choices
    form.info.choices = choices


def _following(document_id: int) -> int | None:
    ids = [one.id for one in directing.waiting_for(me())]
    if document_id not in ids:
        return ids[0] if ids else None
    at = ids.index(document_id)
    others = ids[at + 1 :] + ids[:at]
    return others[0] if others else None


def _next(following: int | None, directive_id: int) -> ResponseReturnValue:
    return redirect(url_for("documents.inbox", doc=following, undo=directive_id))
