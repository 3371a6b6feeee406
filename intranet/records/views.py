"""The only door that serves files, to whoever may read their owner, and the one that takes uploads in."""

import io
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from intranet.core import slots
from intranet.core.errors import DomainError, Forbidden, Invalid, NotFound, Unavailable
from intranet.core.headers import FILE_POLICY
from intranet.core.labels import label
from intranet.core.web import me, needs, sentence, signed_in, within
from intranet.records import access, files, media, scans, staging, store
from intranet.records.models import PICTURE_NAME, SIGNED_PICTURE_NAME, StagedState
from intranet.records.names import clean_name
from intranet.records.permissions import CLEAR_MARK
from intranet.records.staging import Staged

bp = Blueprint("records", __name__, url_prefix="/files")

#: The header by which the page reader says that it fetches parts.
READER = "Office-Reader"
_ENDINGS = {media.PDF: "pdf", media.WEBP: "webp"}
#: Files of one form.
_MOST_KEPT = 50


@bp.post("/staged")
@signed_in
def stage() -> ResponseReturnValue:
    """Take in one or more files of the field ``file``; each is answered for itself."""
    given = request.files.getlist("file")
    if not given:
        raise Invalid("file.none_given", field="file")
    answers = []
    for one in given:
        name = clean_name(one.filename or "")
        try:
            answers.append(_state(files.stage(me(), one.stream, name), name))
        except DomainError as refusal:
            answers.append(
                {
                    "id": None,
                    "name": name,
                    "state": StagedState.REFUSED.value,
                    "problem": refusal.code,
                    "msg": sentence(refusal),
                }
            )
    return jsonify(answers)


@bp.get("/staged/<string(length=32):public_id>")
@signed_in
def staged(public_id: str) -> ResponseReturnValue:
    """How an upload stands."""
    return jsonify(_state(files.staged(me(), public_id), ""))


@bp.delete("/staged/<string(length=32):public_id>")
@signed_in
def drop_staged(public_id: str) -> ResponseReturnValue:
    """Throw an upload away."""
    files.drop_staged(me(), public_id)
    return "", 204


@bp.get("/staged/<string(length=32):public_id>/not-secret")
@needs(CLEAR_MARK)
def clear_mark_form(public_id: str) -> ResponseReturnValue:
    """The small form that asks why what looks like a secret mark is none."""
    staging.own_row(me(), public_id)
    return render_template("records/not_secret.html", public_id=public_id)


@bp.post("/staged/<string(length=32):public_id>/not-secret")
@needs(CLEAR_MARK)
def clear_mark(public_id: str) -> ResponseReturnValue:
    """Note that what looks like a secret mark is none; the same file may then be sent again."""
    staging.own_row(me(), public_id)
    staging.override_secret_mark(me(), public_id, request.form.get("reason", ""))
    return jsonify(ok=True)


@bp.get(f"/staged/<string(length=32):public_id>/{PICTURE_NAME}")
@signed_in
def staged_picture(public_id: str) -> ResponseReturnValue:
    """Picture of page 1 of an upload."""
    return _picture(staging.own_row(me(), public_id).picture_sha256)


@bp.get(f"/<string(length=32):public_id>/{PICTURE_NAME}")
@within("*")
@signed_in
def picture(public_id: str) -> ResponseReturnValue:
    """Picture of page 1 of a file."""
    return _picture(files.get(me(), public_id).blob.picture_sha256)


@bp.get(f"/<string(length=32):public_id>/{SIGNED_PICTURE_NAME}")
@within("*")
@signed_in
def signed_picture(public_id: str) -> ResponseReturnValue:
    """Picture of the page of a file that is signed, where that is not page 1."""
    reading = files.reading(files.get(me(), public_id))
    return _picture(reading.signed_picture_sha256 if reading else None)


@bp.get("/<string(length=32):public_id>/lines.json")
@within("*")
@signed_in
def lines(public_id: str) -> ResponseReturnValue:
    """The lines that were read of a scanned file with their boxes, page by page: to search in it."""
    return jsonify(scans.lines_of(files.get(me(), public_id)))


@bp.get("/<string(length=32):public_id>/<name>")
@within("*")
@signed_in
def file(public_id: str, name: str) -> ResponseReturnValue:
    """The bytes of a file; with ``view=1`` something that the browser can show.

    ``rev``, the beginning of a hash, asks for these very bytes: half a document is never read from another.
    The page reader, which fetches parts and says so, may get a copy made for that, page for page the same;
    whoever opens the file otherwise gets the one that was given, or a copy of their own (slot ``file.copy``).
    """
    found = files.get(me(), public_id)
    if not found.sha256.startswith(request.args.get("rev", "")):
        raise NotFound("file.none")
    is_view = request.args.get("view") == "1" and found.can_view
    if not is_view and "download" not in files.rights(me(), found):
        raise Forbidden("file.no_download")
    access.note_later(me(), found, is_view=is_view)
    is_read = is_view and (READER in request.headers or not found.is_pdf)
    for copy in () if is_read else slots.ask("file.copy", me(), found):
        return _send_made(copy, found.media_type, found.name, is_download=not is_view)
    if not is_view:
        return _send(found.sha256, found.media_type, found.name, is_download=True)
    shown = files.shown(found, to_reader=is_read)
    if shown is None:
        raise Unavailable("file.lost")
    name = found.name if found.is_pdf else f"{found.name}.{_ENDINGS[shown.media_type]}"
    return _send(shown.sha256, shown.media_type, name, is_download=False)


def kept_uploads(name: str) -> list[Staged]:
    """Uploads that came with the form of this request and are still to be attached, for showing it again."""
    found = []
    for public_id in request.form.getlist(name)[:_MOST_KEPT]:
        with suppress(NotFound):
            found.append(files.staged(me(), public_id))
    return [one for one in found if one.state is not StagedState.REFUSED]


def _picture(sha256: str | None) -> Response:
    if sha256 is None:
        raise NotFound("file.no_picture")
    return _send(sha256, media.WEBP, "page-1.webp", is_download=False)


def _send(sha256: str, media_type: str, name: str, *, is_download: bool) -> Response:
    """Bytes of the store, by ranges where asked; nothing in them runs, whatever a browser takes them for."""
    if not store.is_there(sha256):
        raise Unavailable("file.lost")
    response = send_file(
        store.path_of(sha256),
        mimetype=media_type,
        as_attachment=is_download,
        download_name=name,
        conditional=True,
        etag=sha256,
    )
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def _send_made(data: bytes, media_type: str, name: str, *, is_download: bool) -> Response:
    """A copy made for this very person, whole."""
    response = send_file(io.BytesIO(data), mimetype=media_type, as_attachment=is_download, download_name=name)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def _state(found: Staged, name: str) -> dict[str, Any]:
    """An upload as scripts see it; ``msg`` says in words how it stands."""
    code = f"error.{found.problem}" if found.problem else f"file.state.{found.state}"
    may_clear = found.problem == "file.secret_mark" and me().holds(CLEAR_MARK)
    return {
        "id": found.public_id,
        "name": found.name or name,
        "size": found.size,
        "state": found.state.value,
        "problem": found.problem,
        "msg": label(code, **found.problem_data),
        "media_type": found.media_type,
        "pages": found.pages,
        "picture": url_for(".staged_picture", public_id=found.public_id) if found.has_picture else None,
        "clear": url_for(".clear_mark_form", public_id=found.public_id) if may_clear else None,
    }
