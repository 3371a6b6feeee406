"""Units of an agency taken over from a sheet."""

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from intranet.core.web import needs
from intranet.people import permissions
from intranet.people.services import agencies
from intranet.people.services.unit_lists import UNITS
from intranet.people.views.base import bp, user
from intranet.records import list_pages
from intranet.records.list_pages import Place


@bp.route("/admin/agencies/<int:org_id>/units/import", methods=["GET", "POST"])
@needs(permissions.ADMIN)
def admin_import_units(org_id: int) -> ResponseReturnValue:
    """Lists of units that were given, and where another one is."""
    return list_pages.given(_place(org_id))


@bp.route("/admin/agencies/<int:org_id>/units/import/<int:import_id>", methods=["GET", "POST"])
@needs(permissions.ADMIN)
def admin_import_units_one(org_id: int, import_id: int) -> ResponseReturnValue:
    """What a list comes to; it is corrected, taken over or put aside."""
    return list_pages.one(_place(org_id), import_id)


@bp.get("/admin/agencies/<int:org_id>/units/import/<int:import_id>/problems.xlsx")
@needs(permissions.ADMIN)
def admin_import_units_problems(org_id: int, import_id: int) -> Response:
    """The rows of a list with something to look at."""
    return list_pages.problems_xlsx(_place(org_id), import_id)


def _place(org_id: int) -> Place:
    key = agencies.get_org(user(), org_id).id
    return Place(
        UNITS,
        key,
        start=url_for("people.admin_import_units", org_id=key),
        back=url_for("people.admin_agency", org_id=key),
        page=lambda one: url_for("people.admin_import_units_one", org_id=key, import_id=one),
        problems=lambda one: url_for("people.admin_import_units_problems", org_id=key, import_id=one),
    )
