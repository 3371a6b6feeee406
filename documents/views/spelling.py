"""What was learned of how papers print agencies' names, before those who keep the catalogue."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from documents.permissions import KEEP_CATALOGUE
from documents.services import spelling
from documents.views.base import bp, do_and_tell, key_of, show
from intranet.core import menu
from intranet.core.web import me, needs


@bp.get("/issuers/spellings")
@needs(KEEP_CATALOGUE)
def spellings() -> ResponseReturnValue:
    """Names as printed with what clerks put for them, newest first."""
    menu.stand_at("catalogue")
    rows, at_odds = spelling.page_of(me(), key_of("after"))
    return show(
        "spellings.html",
        rows=rows[: spelling.PAGE],
        at_odds=at_odds,
        following=rows[spelling.PAGE - 1].id if len(rows) > spelling.PAGE else None,
        is_first=key_of("after") is None,
    )


@bp.post("/issuers/spellings/<int:spelling_id>/forget")
@needs(KEEP_CATALOGUE)
def forget_spelling(spelling_id: int) -> ResponseReturnValue:
    """Forget one of them."""
    do_and_tell(lambda: spelling.forget(me(), spelling_id), "issuer_spelling.flash.forgotten")
    return redirect(url_for("documents.spellings"))
