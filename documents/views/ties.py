"""What documents are to each other, said and taken back by hand."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from documents.forms_ties import TieForm
from documents.models.document import Document
from documents.permissions import TIE
from documents.services import tying
from documents.views.base import bp, do_and_tell, page_of, show
from intranet.core.errors import Invalid
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs


@bp.route("/<int:document_id>/ties/new", methods=["GET", "POST"])
@needs(TIE)
def tie(document_id: int) -> ResponseReturnValue:
    """Tie the document to another one, found by its code; where several have it, one is chosen."""
    document = tying.open_to(me(), document_id)
    form = TieForm()
    found: list[Document] = []
    if form.is_submitted():
        found = tying.named(me(), document, form.code.data or "")
        form.other_id.choices = [(one.id, _name(one)) for one in found]
    if form.accepts():
        with form.refusals():
            other = _meant(form, found)
            done_once(
                me(),
                form.once.data,
                [request.path, form.as_body()],
                lambda: tying.tie(me(), document_id, other.id, form.relation.data),
            )
            flash(label("document.flash.tied"), "ok")
            return redirect(page_of(document))
    several = found if len(found) > 1 else []
    return show("tie.html", document=document, form=form, several=several), form.status


@bp.post("/<int:document_id>/ties/remove")
@needs(TIE)
def untie(document_id: int) -> ResponseReturnValue:
    """Take back that the document is tied to another."""
    document = tying.open_to(me(), document_id)
    link = request.form.get("link", 0, type=int)
    do_and_tell(lambda: tying.untie(me(), document_id, link), "document.flash.untied")
    return redirect(page_of(document))


def _meant(form: TieForm, found: list[Document]) -> Document:
    """The document that is meant: the only one of that code, or the one chosen among several."""
    if not found:
        raise Invalid("document.no_code", field="code", given=form.code.data)
    if len(found) == 1:
        return found[0]
    chosen = next((one for one in found if one.id == form.other_id.data), None)
    if chosen is None:
        raise Invalid("document.tie_which", field="other_id", n=len(found))
    return chosen


def _name(document: Document) -> str:
    words = [document.code or label("document.unnamed"), document.issuer_text]
    if document.doc_date is not None:
        words.append(f"{document.doc_date:%d/%m/%Y}")
    return ", ".join(part for part in words if part)
