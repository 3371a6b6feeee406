"""What is done about documents that wait: whoever has them is reminded."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from documents.permissions import URGE
from documents.services import steps
from documents.views.base import bp, do_and_tell
from intranet.core.web import me, needs


@bp.post("/<int:document_id>/urge")
@needs(URGE)
def urge(document_id: int) -> ResponseReturnValue:
    """Remind whoever has it."""
    do_and_tell(lambda: steps.urge(me(), document_id), "flow.urged")
    is_list = request.form.get("from") == "list"
    return redirect(url_for("boards.flow_list", band="stuck") if is_list else url_for("boards.flow_map"))
