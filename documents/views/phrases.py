"""Sentences that a leader keeps, from the dock: JSON."""

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from documents.permissions import DIRECT
from documents.services import phrases
from documents.views.base import bp
from intranet.core.web import me, needs


@bp.post("/phrases")
@needs(DIRECT)
def keep_phrase() -> ResponseReturnValue:
    """A sentence of my own from now on."""
    asked = request.get_json(silent=True)
    text = asked.get("text") if isinstance(asked, dict) else None
    row = phrases.keep(me(), text if isinstance(text, str) else "")
    return jsonify(text=row.text, forget=url_for("documents.forget_phrase", phrase_id=row.id))


@bp.post("/phrases/<int:phrase_id>/forget")
@needs(DIRECT)
def forget_phrase(phrase_id: int) -> ResponseReturnValue:
    """It is no longer kept."""
    phrases.forget(me(), phrase_id)
    return jsonify(ok=True)
