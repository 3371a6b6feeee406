"""Agencies taken over from a sheet."""

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from documents.permissions import KEEP_LISTS
from documents.services.party_lists import PARTIES
from documents.views.base import bp
from intranet.core.web import me, needs
from intranet.records import list_pages
from intranet.records.list_pages import Place


@bp.route("/catalogue/parties/import", methods=["GET", "POST"])
@needs(KEEP_LISTS)
def import_parties() -> ResponseReturnValue:
    """Lists of agencies that were given, and where another one is."""
    return list_pages.given(_place())


@bp.route("/catalogue/parties/import/<int:import_id>", methods=["GET", "POST"])
@needs(KEEP_LISTS)
def import_parties_one(import_id: int) -> ResponseReturnValue:
    """What a list comes to; it is corrected, taken over or put aside."""
    return list_pages.one(_place(), import_id)


@bp.get("/catalogue/parties/import/<int:import_id>/problems.xlsx")
@needs(KEEP_LISTS)
def import_parties_problems(import_id: int) -> Response:
    """The rows of a list with something to look at."""
    return list_pages.problems_xlsx(_place(), import_id)


def _place() -> Place:
    return Place(
        PARTIES,
        me().org_id,
        start=url_for("documents.import_parties"),
        back=url_for("documents.all_parties"),
        page=lambda key: url_for("documents.import_parties_one", import_id=key),
        problems=lambda key: url_for("documents.import_parties_problems", import_id=key),
    )
