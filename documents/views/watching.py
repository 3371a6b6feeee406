"""The log of who looked at restricted documents."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from documents.models.document import Document
from documents.permissions import READ_ACCESS_LOG
from documents.services import watching
from documents.services.watching import Wanted
from documents.views.base import bp, key_of, show, without
from intranet.core import menu
from intranet.core.forms import day_of
from intranet.core.labels import label
from intranet.core.web import me, needs


@bp.get("/access/log")
@needs(READ_ACCESS_LOG)
def access_log() -> ResponseReturnValue:
    """Who opened, read, printed, took along or found which restricted document, newest first."""
    act = request.args.get("act", "")
    wanted = Wanted(
        act if act in watching.ACTS else "",
        key_of("doc"),
        day_of(request.args.get("first")),
        day_of(request.args.get("last")),
    )
    kept = without(request.args, "before", "after")
    page = watching.page_of(me(), wanted, before=key_of("before"), after=key_of("after"))
    menu.stand_at("incoming")
    return show(
        "access_log.html",
        page=page,
        wanted=wanted,
        acts=[(one, label(f"act.{one}")) for one in watching.ACTS],
        number_of=_number_of,
        sees_all=watching.sees_all(me()),
        is_narrowed=wanted != Wanted(),
        newer=url_for("documents.access_log", after=page.newer, **kept) if page.newer else None,
        older=url_for("documents.access_log", before=page.older, **kept) if page.older else None,
        newest=url_for("documents.access_log", **kept) if page.newer else None,
    )


def _number_of(document: Document | None) -> str:
    """A document by its number alone."""
    if document is None:
        return label("document.gone")
    number = document.entry.shown if document.entry is not None else "…"
    return label("access.title.in" if document.is_incoming else "access.title.out", number=number)
