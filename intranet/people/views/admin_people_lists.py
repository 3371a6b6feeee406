"""People taken over from a sheet, and the links by which they come in the first time."""

import io
from typing import Any

from flask import Response, send_file, url_for
from flask.typing import ResponseReturnValue

from intranet.core import clock
from intranet.core.labels import label
from intranet.core.web import needs
from intranet.people import permissions
from intranet.people.services import first_links
from intranet.people.services.first_links import Handed
from intranet.people.services.people_lists import PEOPLE, names_in
from intranet.people.views.base import bp, own_address, user
from intranet.people.views.recent import recently_proved
from intranet.records import list_pages, lists, media, table_xlsx
from intranet.records.list_pages import Place
from intranet.records.models import ListImport, ListState
from intranet.records.tables import Column, Line, Table

_WIDTHS = {"org": 40, "unit": 45, "full_name": 45, "title": 35, "name": 30, "link": 75}


@bp.route("/admin/people/import", methods=["GET", "POST"])
@needs(permissions.ADMIN)
def admin_import_people() -> ResponseReturnValue:
    """Lists of people that were given, and where another one is."""
    return list_pages.given(_place())


@bp.route("/admin/people/import/<int:import_id>", methods=["GET", "POST"])
@needs(permissions.ADMIN)
def admin_import_people_one(import_id: int) -> ResponseReturnValue:
    """What a list comes to; it is corrected, taken over or put aside."""
    return list_pages.one(_place(), import_id)


@bp.get("/admin/people/import/<int:import_id>/problems.xlsx")
@needs(permissions.ADMIN)
def admin_import_people_problems(import_id: int) -> Response:
    """The rows of a list with something to look at."""
    return list_pages.problems_xlsx(_place(), import_id)


@bp.post("/admin/people/import/<int:import_id>/links")
@needs(permissions.ADMIN)
@recently_proved
def admin_import_people_links(import_id: int) -> ResponseReturnValue:
    """A sheet of links for whoever of a list has no password yet; it is kept nowhere."""
    found = lists.look(user(), PEOPLE, user().org_id, import_id)
    until, handed = first_links.hand_out(user(), names_in(found.row))
    words = label("links.until", until=clock.local(until).strftime("%H:%M %d/%m/%Y"))
    table = Table(
        title=label("links.title"),
        period=words,
        columns=tuple(Column(label(f"links.column.{key}"), width) for key, width in _WIDTHS.items()),
        lines=[Line(_cells(one)) for one in handed],
        foot=(label("links.title"), "", label("links.count", n=len(handed))),
    )
    data = io.BytesIO(table_xlsx.write(table, lambda _share: None))
    answer = send_file(data, media.XLSX, as_attachment=True, download_name=label("links.file"))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _cells(one: Handed) -> tuple[str, ...]:
    unit, title = ("", "") if one.post is None else (one.post.unit.name, one.post.title)
    address = own_address("people.new_password", one.token)
    return one.person.org.name, unit, one.person.full_name, title, one.person.name, address


def _more(row: ListImport) -> dict[str, Any]:
    is_done = row.state is ListState.DONE
    return {"waiting": first_links.waiting(user(), names_in(row)) if is_done else 0}


def _place() -> Place:
    return Place(
        PEOPLE,
        user().org_id,
        start=url_for("people.admin_import_people"),
        back=url_for("people.admin_people"),
        page=lambda one: url_for("people.admin_import_people_one", import_id=one),
        problems=lambda one: url_for("people.admin_import_people_problems", import_id=one),
        template="people/admin_people_list.html",
        more=_more,
    )
