"""A paper is entered by hand; a file is added to a document."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.forms import AddFileForm
from documents.models.document import Document
from documents.models.lifecycle import DocState
from documents.permissions import READ, REGISTER, To, access_document
from documents.services import attaching, one_package
from documents.views.base import bp, do_and_tell, page_of, show, uploaded
from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs


@bp.post("/incoming/intake/paper")
@needs(REGISTER)
def intake_paper() -> ResponseReturnValue:
    """The form of a paper that has no file."""
    return redirect(url_for("documents.intake_one", document_id=attaching.enter_paper(me())))


@bp.route("/<int:document_id>/files/new", methods=["GET", "POST"])
@needs(READ)
def add_file(document_id: int) -> ResponseReturnValue:
    """Choose a file for a document; then its page again."""
    document = attaching.open_to(me(), document_id)
    form = AddFileForm()
    if form.accepts():
        with form.refusals():
            staged_id = uploaded()
            key = [request.path, staged_id]
            done_once(me(), form.once.data, key, lambda: attaching.add_file(me(), document_id, staged_id))
            flash(label("document.flash.file_added"), "ok")
            return redirect(_page_of(document))
    return show("add_file.html", document=document, form=form, back=_page_of(document)), form.status


@bp.post("/<int:document_id>/package")
@needs(READ)
def pack_one(document_id: int) -> ResponseReturnValue:
    """Have the document packed with its files, history and checksums; it is made in the background."""
    document = access_document(me(), document_id, To.READ)
    if do_and_tell(lambda: one_package.ask(me(), document_id), "export.asked"):
        return redirect(url_for("exports.index"))
    return redirect(_page_of(document))


def _page_of(document: Document) -> str:
    """Where it is worked on: what is not registered yet lies on the clerk's desk."""
    if document.state is DocState.RECEIVED:
        return url_for("documents.intake_one", document_id=document.id)
    return page_of(document)
