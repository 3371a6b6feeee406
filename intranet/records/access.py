"""Lines of who opened or downloaded a file, or was shown a record, written after the answer."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from flask import Response, after_this_request, has_request_context, request
from werkzeug.wsgi import ClosingIterator

from intranet.core import db
from intranet.core.actor import Actor
from intranet.core.refs import Ref, Referable
from intranet.records import audit, counting
from intranet.records.counting import Use
from intranet.records.models import File


def note_later(actor: Actor, file: File, *, is_view: bool) -> None:
    """Note that the actor gets this file: once for a whole or first answer, never for a later range."""
    act = "file.opened" if is_view else "file.downloaded"
    line = audit.prepare(actor, act, file.owner, org_id=file.org_id, file=file.id, sha256=file.sha256)

    org_id, use, ref = file.org_id, Use.VIEWED if is_view else Use.DOWNLOADED, file.ref

    def write() -> None:
        with db.unit_of_work():
            counting.count(org_id, use, [ref])
            db.collect_audit(line)

    @after_this_request
    def later(response: Response) -> Response:
        if request.method == "GET" and _is_first(response):
            _write_after(response, write)
        return response


def note_shown_later(actor: Actor, act: str, records: Iterable[Referable]) -> None:
    """Note that records are shown to the actor, one line each; not when a part of a page is read again."""
    if not has_request_context() or "HX-Request" in request.headers:
        return
    lines = [audit.prepare(actor, act, record) for record in records]
    if not lines:
        return

    def write() -> None:
        with db.unit_of_work():
            for line in lines:
                db.collect_audit(line)

    _write_once_answered(write)


def count_later(org_id: int, use: Use, refs: Collection[Ref]) -> None:
    """Count one use of each record more, once this request was answered."""

    def write() -> None:
        with db.unit_of_work():
            counting.count(org_id, use, refs)

    _write_once_answered(write)


def _write_once_answered(write: Callable[[], None]) -> None:
    @after_this_request
    def later(response: Response) -> Response:
        if response.direct_passthrough:
            _write_after(response, write)
        else:
            response.call_on_close(write)
        return response


def _write_after(response: Response, write: Callable[[], None]) -> None:
    """Of a file: the server is handed it as it is, and closes what it sent, not the response."""
    body: Any = response.response
    response.response = ClosingIterator(body, write)


def _is_first(response: Response) -> bool:
    """True for the whole file, and for a range from its first byte."""
    return response.status_code == 200 or (
        response.status_code == 206 and response.headers.get("Content-Range", "").startswith("bytes 0-")
    )
