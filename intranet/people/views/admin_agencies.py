"""The administrator's pages of agencies and their units."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from intranet.core import once
from intranet.core.web import needs
from intranet.people import listing, permissions
from intranet.people.admin_forms import OrgForm, UnitForm
from intranet.people.models import Organisation, Unit
from intranet.people.services import agencies
from intranet.people.views.base import bp, user

Choices = list[tuple[str, str]]


@bp.get("/admin/agencies")
@needs(permissions.ADMIN)
def admin_agencies() -> ResponseReturnValue:
    """The tree of agencies, with the first one open."""
    top, _orgs = listing.agency_nodes(user())
    if top:
        return redirect(url_for("people.admin_agency", org_id=top[0]["id"]))
    return redirect(url_for("people.admin_new_agency"))


@bp.get("/admin/agencies/<int:org_id>")
@needs(permissions.ADMIN)
def admin_agency(org_id: int) -> ResponseReturnValue:
    """One agency with its units."""
    top, orgs = listing.agency_nodes(user())
    org = agencies.get_org(user(), org_id)
    _give_addresses(top)
    units = listing.units_with_counts(user(), org_id)
    return render_template("people/admin_agency.html", org=org, orgs=orgs, nodes=top, units=units)


@bp.route("/admin/agencies/new", methods=["GET", "POST"])
@needs(permissions.ADMIN)
def admin_new_agency() -> ResponseReturnValue:
    """Add an agency."""
    form = OrgForm(parent_id=request.args.get("parent", ""))
    if form.accepts():
        with form.refusals():
            made = once.done_once(
                user(), form.once.data, form.as_body(), lambda: agencies.create_org(user(), form.values())
            )
            flash(_("Đã thêm cơ quan."))
            return redirect(url_for("people.admin_agency", org_id=made))
    form.parent_id.choices = _org_choices(None)
    return render_template("people/admin_agency_form.html", form=form, org=None), form.status


@bp.route("/admin/agencies/<int:org_id>/edit", methods=["GET", "POST"])
@needs(permissions.ADMIN)
def admin_edit_agency(org_id: int) -> ResponseReturnValue:
    """Change an agency."""
    org = agencies.get_org(user(), org_id)
    form = OrgForm(obj=org)
    if form.accepts():
        with form.refusals():
            agencies.edit_org(user(), org_id, form.values(), expect=form.version.data or 0)
            flash(_("Đã lưu cơ quan."))
            return redirect(url_for("people.admin_agency", org_id=org_id))
    form.parent_id.choices = _org_choices(org)
    return render_template("people/admin_agency_form.html", form=form, org=org), form.status


@bp.post("/admin/agencies/<int:org_id>/active")
@needs(permissions.ADMIN)
def admin_set_agency_active(org_id: int) -> ResponseReturnValue:
    """Close an agency or open it again."""
    agencies.set_org_active(user(), org_id, request.form.get("active") == "1")
    flash(_("Đã lưu cơ quan."))
    return redirect(url_for("people.admin_agency", org_id=org_id))


@bp.route("/admin/agencies/<int:org_id>/units/new", methods=["GET", "POST"])
@needs(permissions.ADMIN)
def admin_new_unit(org_id: int) -> ResponseReturnValue:
    """Add a unit to an agency."""
    org = agencies.get_org(user(), org_id)
    form = UnitForm(parent_id=request.args.get("parent", ""))
    if form.accepts():
        with form.refusals():
            once.done_once(
                user(),
                form.once.data,
                form.as_body(),
                lambda: agencies.create_unit(user(), org_id, form.values()),
            )
            flash(_("Đã thêm đơn vị."))
            return redirect(url_for("people.admin_agency", org_id=org_id))
    return _unit_page(form, org, None)


@bp.route("/admin/agencies/<int:org_id>/units/<int:unit_id>", methods=["GET", "POST"])
@needs(permissions.ADMIN)
def admin_edit_unit(org_id: int, unit_id: int) -> ResponseReturnValue:
    """Change a unit."""
    unit = agencies.get_unit(user(), unit_id, org_id)
    form = UnitForm(obj=unit)
    if form.accepts():
        with form.refusals():
            agencies.edit_unit(user(), unit_id, form.values(), expect=form.version.data or 0)
            flash(_("Đã lưu đơn vị."))
            return redirect(url_for("people.admin_agency", org_id=org_id))
    return _unit_page(form, unit.org, unit)


@bp.post("/admin/agencies/<int:org_id>/units/<int:unit_id>/active")
@needs(permissions.ADMIN)
def admin_set_unit_active(org_id: int, unit_id: int) -> ResponseReturnValue:
    """Close a unit or open it again."""
    agencies.get_unit(user(), unit_id, org_id)
    agencies.set_unit_active(user(), unit_id, request.form.get("active") == "1")
    flash(_("Đã lưu đơn vị."))
    return redirect(url_for("people.admin_agency", org_id=org_id))


def unit_choices(org_id: int, without: Unit | None = None) -> Choices:
    """Working units of an agency as an indented list, one and what lies below it left out."""
    choices, hidden_from = [], None
    for unit, depth, _count in listing.units_with_counts(user(), org_id):
        if hidden_from is not None and depth > hidden_from:
            continue
        hidden_from = None
        if without is not None and unit.id == without.id:
            hidden_from = depth
        elif unit.is_active:
            choices.append((str(unit.id), "\u2003" * depth + unit.name))
    return choices


def _unit_page(form: UnitForm, org: Organisation, unit: Unit | None) -> ResponseReturnValue:
    form.parent_id.choices = [("", _("Không thuộc đơn vị nào")), *unit_choices(org.id, unit)]
    form.represents_id.choices = [("", _("Không đại diện")), *_orgs_but(org)]
    return render_template("people/admin_unit_form.html", form=form, org=org, unit=unit), form.status


def _org_choices(without: Organisation | None) -> Choices:
    """Agencies as an indented list, one and what lies below it left out."""
    top, _orgs = listing.agency_nodes(user())
    choices: Choices = [("", _("Không có cơ quan cấp trên"))]

    def add(nodes: list[dict[str, Any]], depth: int) -> None:
        for node in nodes:
            if without is None or node["id"] != without.id:
                choices.append((str(node["id"]), "\u2003" * depth + node["name"]))
                add(node["children"], depth + 1)

    add(top, 0)
    return choices


def _orgs_but(org: Organisation) -> Choices:
    _top, orgs = listing.agency_nodes(user())
    return [(str(one.id), one.name) for one in orgs.values() if one.id != org.id and one.is_active]


def _give_addresses(nodes: list[dict[str, Any]]) -> None:
    for node in nodes:
        node["url"] = url_for("people.admin_agency", org_id=node["id"])
        if not node["active"]:
            node["note"] = _("ngừng")
        _give_addresses(node["children"])
