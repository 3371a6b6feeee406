"""The page of the log of acts."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.auditing import proving, reading
from intranet.auditing.permissions import PROVE, READ, READ_PLACE
from intranet.auditing.reading import Wanted
from intranet.core.forms import day_of
from intranet.core.labels import label
from intranet.core.web import me, needs
from intranet.records import counting

bp = Blueprint("auditing", __name__, url_prefix="/log")


@bp.get("")
@needs(READ)
def index() -> ResponseReturnValue:
    """Who did what and when, newest first, and how far that is proved."""
    wanted = Wanted(
        request.args.get("who", "")[:100].strip(),
        day_of(request.args.get("first")),
        day_of(request.args.get("last")),
    )
    kept: dict[str, Any] = {
        name: value for name, value in request.args.items() if name in ("who", "first", "last") and value
    }
    ends = {name: request.args.get(name, type=int) for name in ("before", "after")}
    page, proof = reading.page_of(me(), wanted, **ends), proving.of(me())
    return render_template(
        "auditing/log.html",
        page=page,
        wanted=wanted,
        scope=reading.scope_of(me()).value,
        uses=reading.uses_of(me()),
        days=counting.DAYS,
        is_narrowed=wanted != Wanted(),
        proof=proof,
        is_asked=proving.is_asked(proof),
        may_prove=me().holds(PROVE),
        sees_places=me().holds(READ_PLACE),
        newer=url_for("auditing.index", after=page.newer, **kept) if page.newer else None,
        older=url_for("auditing.index", before=page.older, **kept) if page.older else None,
        newest=url_for("auditing.index", **kept) if page.newer else None,
    )


@bp.post("/prove")
@needs(PROVE)
def prove() -> ResponseReturnValue:
    """Have the whole log proved in the background."""
    proving.ask(me())
    flash(label("audit.asked"), "ok")
    return redirect(url_for("auditing.index"))
