"""What is done about documents that wait: whoever has them is reminded."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.permissions import URGE, To, access_document
from documents.services import steps, unseen
from documents.views.base import bp, do_and_tell, page_of
from intranet.core.web import me, needs


@bp.post("/<int:document_id>/urge")
@needs(URGE)
def urge(document_id: int) -> ResponseReturnValue:
    """Remind whoever has it."""
    do_and_tell(lambda: steps.urge(me(), document_id), "flow.urged")
    is_list = request.form.get("from") == "list"
    return redirect(url_for("boards.flow_list", band="stuck") if is_list else url_for("boards.flow_map"))


@bp.post("/<int:document_id>/unseen")
@needs(URGE)
def remind_unseen(document_id: int) -> ResponseReturnValue:
    """Remind those to whom it was given and who have not opened it."""
    document = access_document(me(), document_id, To.READ)
    do_and_tell(lambda: unseen.remind(me(), document_id), "document.flash.unseen_reminded")
    return redirect(page_of(document))
