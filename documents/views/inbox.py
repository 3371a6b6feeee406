"""The leader's desk: what waits for a direction, three taps away from the units."""

from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms_directing import DirectForm
from documents.models.document import Document
from documents.models.lifecycle import DocState
from documents.permissions import DIRECT, To, access_document
from documents.services import adding, directing, habits, phrases, reading, stamping, suggesting
from documents.views.adding import to_undo
from documents.views.base import bp, opened, show
from intranet.core.errors import DomainError
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs, sentence
from intranet.people import directory
from intranet.records import files


@bp.get("/inbox")
@needs(DIRECT)
def inbox() -> ResponseReturnValue:
    """What waits for me, the first one open; or one that was only noted and is to be directed after all."""
    waiting = directing.waiting_for(me())
    wanted = request.args.get("doc", type=int)
    document = next((one for one in waiting if one.id == wanted), None)
    if document is None and wanted is not None:
        document = directing.noted(me(), wanted)
    document = document or (waiting[0] if waiting else None)
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
            directive_id = done_once(
                me(),
                form.once.data,
                [document_id, form.as_body()],
                lambda: directing.direct(me(), document_id, form.given()),
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
        document_id = adding.undo(me(), directive_id)
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        flash(sentence(refusal), "bad")
        return redirect(url_for("documents.inbox"))
    flash(label("document.flash.undone"), "ok")
    document = access_document(me(), document_id, To.READ)
    if document.state is not DocState.PRESENTED:
        return redirect(url_for("documents.incoming_detail", document_id=document_id))
    return redirect(url_for("documents.inbox", doc=document_id))


def _page(waiting: list[Document], document: Document | None, form: DirectForm) -> str:
    values: dict[str, Any] = {"waiting": waiting, "document": document, "form": form, "undo": to_undo()}
    if document is not None:
        opened(document)
        _set_choices(form, document)
        habit = habits.habit_of(document)
        own, shared = phrases.own_and_shared(me(), document.org_id)
        used = [one for one in (*own, *shared) if one.use_count] or shared
        offers = suggesting.units(me(), document, habit)
        values |= {
            "file": stamping.shown_file(files.of(document.ref)),
            "offers": offers,
            "chips": suggesting.CHIPS,
            "dues": suggesting.due(document, habit),
            "own_phrases": own,
            "phrases": shared,
            "phrase": used[0].text if used else label("directive.act"),
            "errors": [*form.refused, *(text for texts in form.errors.values() for text in texts)],
        }
    return show("inbox.html", **values)


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
