"""Files that could not be read, and reading them once more."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.permissions import REGISTER
from documents.services import rereading
from documents.views.base import bp, show
from intranet.core import menu
from intranet.core.labels import label
from intranet.core.web import me, needs


@bp.get("/incoming/unread")
@needs(REGISTER)
def unread() -> ResponseReturnValue:
    """Files whose content could not be read, with why, and those that are being read again."""
    menu.stand_at("intake")
    return show("unread.html", rows=rereading.unread(me()))


@bp.post("/incoming/unread")
@needs(REGISTER)
def read_again() -> ResponseReturnValue:
    """Have one of them, or all, read again in the background."""
    named = request.form.getlist("file", type=int)
    count = rereading.read_again(me(), named or None)
    flash(label("document.flash.read_again" if count else "document.flash.nothing_to_read", n=count), "ok")
    document_id = request.form.get("document", type=int)
    if document_id is not None:
        return redirect(url_for("documents.intake_one", document_id=document_id))
    return redirect(url_for("documents.unread"))
