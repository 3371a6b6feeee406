"""Lines of who opened or downloaded a file, written after the answer."""

from typing import Any

from flask import Response, after_this_request, request
from werkzeug.wsgi import ClosingIterator

from intranet.core import db
from intranet.core.actor import Actor
from intranet.records import audit
from intranet.records.models import File


def note_later(actor: Actor, file: File, *, is_view: bool) -> None:
    """Note that the actor gets this file: once for a whole or first answer, never for a later range."""
    act = "file.opened" if is_view else "file.downloaded"
    line = audit.prepare(actor, act, file.owner, org_id=file.org_id, file=file.id, sha256=file.sha256)

    def write() -> None:
        with db.unit_of_work():
            db.collect_audit(line)

    @after_this_request
    def later(response: Response) -> Response:
        if request.method == "GET" and _is_first(response):
            # A file is handed to the server as it is; the server closes what it sent, not the response.
            body: Any = response.response
            response.response = ClosingIterator(body, write)
        return response


def _is_first(response: Response) -> bool:
    """True for the whole file, and for a range from its first byte."""
    return response.status_code == 200 or (
        response.status_code == 206 and response.headers.get("Content-Range", "").startswith("bytes 0-")
    )
