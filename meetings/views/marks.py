"""One's marks on a paper as a file."""

import io
from typing import cast

from flask import Blueprint, request, send_file
from flask.typing import ResponseReturnValue

from intranet.core.errors import Invalid
from intranet.core.web import me, needs, within
from intranet.people.models import User
from meetings.permissions import ATTEND
from meetings.services import exporting
from meetings.services.exporting import Shape, Taken, Which

bp = Blueprint("meetings_marks", __name__, url_prefix="/api/v1/meetings/<int:mid>")


@bp.get('/papers/<string(length=32):public_id>/marks.<any("pdf", "flat.pdf", "docx"):shape>')
@within("meeting:<mid>")
@needs(ATTEND)
def take_along(mid: int, public_id: str, shape: str) -> ResponseReturnValue:
    """The paper with one's marks, or a list of them; ``?which=`` mine, shared or both."""
    which = request.args.get("which", Which.MINE.value)
    if which not in set(Which):
        raise Invalid("command.payload", name="which")
    return _file(exporting.take_along(cast(User, me()), mid, public_id, Shape(shape), Which(which)))


@bp.get("/marks.docx")
@within("meeting:<mid>")
@needs(ATTEND)
def take_all(mid: int) -> ResponseReturnValue:
    """One list of one's own marks on all papers of the meeting."""
    return _file(exporting.take_all(cast(User, me()), mid))


def _file(taken: Taken) -> ResponseReturnValue:
    answer = send_file(
        io.BytesIO(taken.data), mimetype=taken.media_type, as_attachment=True, download_name=taken.name
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
