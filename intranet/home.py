"""The official's desk: what waits for me today. The packages put panels and figures here by slot."""

from flask import Blueprint, Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from intranet.core import clock, menu, slots
from intranet.core.text import one_line
from intranet.core.web import me, signed_in

bp = Blueprint("home", __name__)

#: Slot ``(actor) -> {template, order, context, side, script}``: a card; ``side`` true for the narrow column,
#: ``script`` an asset that it needs, if any.
PANEL = "home.panel"
#: Slot ``(actor) -> [{n, label, note, url, bad, order}]``: numbers that open their lists.
FIGURES = "home.figures"
#: Slot ``(actor) -> [{label, url, icon, order, main}]``: what one most often begins.
ACTS = "home.acts"
#: Slot ``(actor, words) -> {label, order, rows: [{title, url, note}], more}``: for the search box; best row
#: first, and ``more`` is true when not all that was found is among the rows.
SEARCH = "search"

_LONGEST_QUERY = 200


def install(app: Flask) -> None:
    """Add the desk and the search page."""
    app.register_blueprint(bp)
    menu.add(menu.Entry("home", "home.desk", "home", "mine", 0))


@bp.get("/")
@signed_in
def desk() -> ResponseReturnValue:
    """What waits for me today."""
    actor = me()
    panels = sorted(slots.ask(PANEL, actor), key=lambda panel: int(panel["order"]))
    figures = sorted(
        (one for group in slots.ask(FIGURES, actor) for one in group), key=lambda one: one["order"]
    )
    acts = sorted((one for group in slots.ask(ACTS, actor) for one in group), key=lambda one: one["order"])
    return render_template(
        "home/desk.html",
        main=[panel for panel in panels if not panel.get("side")],
        side=[panel for panel in panels if panel.get("side")],
        figures=figures[:4],
        acts=acts[:2],
        weekday=clock.today().weekday(),
    )


@bp.get("/menu/counts")
@signed_in
def menu_counts() -> ResponseReturnValue:
    """How many things wait under each entry of the rail that counts, by its code."""
    actor = me()
    return jsonify({one.code: one.count(actor) for one in menu.shown_to(actor) if one.count is not None})


@bp.get("/search")
@signed_in
def search() -> ResponseReturnValue:
    """What the packages find for a few words; nothing that the person may not see is counted."""
    words = one_line(request.args.get("q", ""))[:_LONGEST_QUERY]
    found = sorted(slots.ask(SEARCH, me(), words), key=lambda part: int(part["order"])) if words else []
    return render_template("home/search.html", words=words, found=[part for part in found if part["rows"]])
