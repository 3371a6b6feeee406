"""The kinds of document that the agency uses, and the sentences of direction that it offers its leaders."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from documents.forms_catalogue import KindForm, NewKindForm, OfficePhraseForm
from documents.permissions import KEEP_CATALOGUE, READ_CATALOGUE
from documents.services import kinds, office_phrases
from documents.views.base import bp, do_and_tell, show
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs


@bp.get("/catalogue")
@needs(READ_CATALOGUE)
def catalogue_start() -> ResponseReturnValue:
    """Lead to the first of the lists that documents are chosen from."""
    return redirect(url_for("documents.doc_kinds"))


@bp.get("/catalogue/kinds")
@needs(READ_CATALOGUE)
def doc_kinds() -> ResponseReturnValue:
    """Every kind, also those that the agency does not use."""
    return show("kinds.html", rows=kinds.in_order(me().org_id))


@bp.route("/catalogue/kinds/new", methods=["GET", "POST"])
@needs(KEEP_CATALOGUE)
def new_kind() -> ResponseReturnValue:
    """A normative kind more, the last of all unless told otherwise."""
    known = kinds.in_order(me().org_id)
    form = NewKindForm(after_id=known[-1].id if known else None)
    _behind(form.after_id, known)
    if form.accepts():
        with form.refusals():
            name = form.name.data or ""
            done_once(me(), form.once.data, form.as_body(), lambda: kinds.add(me(), name, form.given()))
            flash(label("kind.flash.added", name=name), "ok")
            return redirect(url_for("documents.doc_kinds"))
    return show("kind_form.html", form=form, one=None), form.status


@bp.route("/catalogue/kinds/<int:kind_id>", methods=["GET", "POST"])
@needs(KEEP_CATALOGUE)
def edit_kind(kind_id: int) -> ResponseReturnValue:
    """Term, place and abbreviation of a kind; whether the agency uses it."""
    one = kinds.for_change(me(), kind_id)
    known = kinds.in_order(one.org_id)
    form = KindForm(obj=one, after_id=_before(one, known))
    _behind(form.after_id, [other for other in known if other is not one])
    if form.accepts():
        with form.refusals():
            kinds.edit(me(), kind_id, form.given())
            flash(label("kind.flash.saved", name=one.name), "ok")
            return redirect(url_for("documents.doc_kinds"))
    return show("kind_form.html", form=form, one=one, is_open=kinds.is_open(one)), form.status


@bp.get("/catalogue/phrases")
@needs(READ_CATALOGUE)
def phrases() -> ResponseReturnValue:
    """Sentences of direction that all leaders are offered."""
    return show("office_phrases.html", rows=office_phrases.office_phrases(me().org_id))


@bp.route("/catalogue/phrases/new", methods=["GET", "POST"])
@needs(KEEP_CATALOGUE)
def new_phrase() -> ResponseReturnValue:
    """A sentence more, the last of all unless told otherwise."""
    known = office_phrases.office_phrases(me().org_id)
    form = OfficePhraseForm(after_id=known[-1].id if known else None)
    _behind(form.after_id, known)
    if form.accepts():
        with form.refusals():
            given = form.text.data or "", form.after_id.data
            done_once(me(), form.once.data, form.as_body(), lambda: office_phrases.add(me(), *given))
            flash(label("phrase.flash.added"), "ok")
            return redirect(url_for("documents.phrases"))
    return show("office_phrase_form.html", form=form, one=None), form.status


@bp.route("/catalogue/phrases/<int:phrase_id>", methods=["GET", "POST"])
@needs(KEEP_CATALOGUE)
def edit_phrase(phrase_id: int) -> ResponseReturnValue:
    """Other words, or another place."""
    one = office_phrases.for_change(me(), phrase_id)
    known = office_phrases.office_phrases(one.org_id)
    form = OfficePhraseForm(obj=one, after_id=_before(one, known))
    _behind(form.after_id, [other for other in known if other is not one])
    if form.accepts():
        with form.refusals():
            office_phrases.edit(me(), phrase_id, form.text.data or "", form.after_id.data)
            flash(label("phrase.flash.saved"), "ok")
            return redirect(url_for("documents.phrases"))
    return show("office_phrase_form.html", form=form, one=one), form.status


@bp.post("/catalogue/phrases/<int:phrase_id>/delete")
@needs(KEEP_CATALOGUE)
def delete_phrase(phrase_id: int) -> ResponseReturnValue:
    """Offer a sentence no more."""
    do_and_tell(lambda: office_phrases.delete(me(), phrase_id), "phrase.flash.deleted")
    return redirect(url_for("documents.phrases"))


def _behind(field: Any, known: Sequence[Any]) -> None:
    names = [(one.id, getattr(one, "name", "") or getattr(one, "text", "")) for one in known]
    field.choices = [("", label("catalogue.first")), *names]


def _before(one: Any, known: Sequence[Any]) -> int | None:
    """What stands before it."""
    at = next((at for at, other in enumerate(known) if other is one), 0)
    return known[at - 1].id if at else None
