"""Pages of the files that one has had made."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intranet.core.labels import label
from intranet.core.web import me, signed_in
from intranet.exports import services

bp = Blueprint("exports", __name__, url_prefix="/exports")


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """My files, newest first, and how far those are that are being made."""
    return render_template("exports/index.html", rows=services.mine(me()), days=services.KEPT.days)


@bp.post("/<int:export_id>/drop")
@signed_in
def drop(export_id: int) -> ResponseReturnValue:
    """Throw one away."""
    services.drop(me(), export_id)
    flash(label("export.dropped"), "ok")
    return redirect(url_for("exports.index"))
