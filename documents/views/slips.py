"""Papers that go with an incoming document, to be printed: routing slip, copy with the arrival stamp."""

import io

from flask import Response, request, send_file
from flask.typing import ResponseReturnValue

from documents.permissions import READ, To, access_document, readable
from documents.services import slips, watching
from documents.views.base import bp
from intranet.core.headers import FILE_POLICY
from intranet.core.labels import label
from intranet.core.web import me, needs, signed_in
from intranet.records import access
from intranet.records.media import DOCX, PDF


@bp.get("/incoming/<int:document_id>/slip.pdf")
@signed_in
def slip_pdf(document_id: int) -> ResponseReturnValue:
    """The routing slip, to be printed."""
    slip = slips.slip_of(me(), document_id)
    _note_printed(document_id)
    return _send(slips.slips_pdf([slip]), PDF, f"{_named(slip)}.pdf", is_download=False)


@bp.get("/incoming/slips.pdf")
@needs(READ)
def slips_pdf() -> ResponseReturnValue:
    """The routing slips of the chosen rows, to be printed, each on a page of its own."""
    ids = request.args.getlist("id", type=int)
    found = slips.slips_of(me(), ids)
    watching.note_printed_later(me(), readable(me(), ids[: slips.MOST]))
    return _send(slips.slips_pdf(found), PDF, f"{label('slip.files')}.pdf", is_download=False)


@bp.get("/incoming/<int:document_id>/slip.docx")
@signed_in
def slip_docx(document_id: int) -> ResponseReturnValue:
    """The routing slip as a Word file."""
    slip = slips.slip_of(me(), document_id)
    _note_printed(document_id)
    return _send(slips.slip_docx(slip), DOCX, f"{_named(slip)}.docx", is_download=True)


@bp.get("/incoming/<int:document_id>/stamped.pdf")
@signed_in
def stamped(document_id: int) -> ResponseReturnValue:
    """A copy of the document with the arrival stamp, to be printed; noted as an opening of its file."""
    file, data = slips.stamped(me(), document_id)
    access.note_later(me(), file, is_view=True)
    _note_printed(document_id)
    return _send(data, PDF, file.name, is_download=False)


def _note_printed(document_id: int) -> None:
    watching.note_printed_later(me(), [access_document(me(), document_id, To.READ)])


def _named(slip: slips.Slip) -> str:
    return label("slip.file", number=slip.number)


def _send(data: bytes, media_type: str, name: str, *, is_download: bool) -> Response:
    response = send_file(io.BytesIO(data), mimetype=media_type, as_attachment=is_download, download_name=name)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response
