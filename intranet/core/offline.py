"""The service worker's script, at the root of the address: what it serves is the whole site."""

from pathlib import Path

from flask import Blueprint, Response, current_app, send_from_directory

from intranet.core.pages import built
from intranet.core.web import public

bp = Blueprint("offline", __name__)


@bp.get("/sw.js")
@public("a script of ours that holds nothing of anybody")
def worker() -> Response:
    """The script under its lasting name; browsers ask for it anew each time (``no-cache``)."""
    folder = Path(current_app.static_folder or "") / "dist"
    return send_from_directory(folder, built("sw.js"), mimetype="text/javascript", max_age=0)
