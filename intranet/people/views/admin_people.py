"""The administrator's pages of people, their posts and roles, and of stand-ins."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from intranet.core import clock, once
from intranet.core.text import one_line
from intranet.core.web import needs
from intranet.people import directory, listing, passwords, permissions
from intranet.people.admin_forms import EditPersonForm, NewPersonForm, PlaceForm, ResetForm
from intranet.people.forms import StandInForm
from intranet.people.models import Role, User
from intranet.people.services import accounts, standing_in
from intranet.people.views.account import chosen_person
from intranet.people.views.admin_agencies import Choices, unit_choices
from intranet.people.views.base import bp, own_address, user
from intranet.records import leaves
from intranet.records.models import AuditLine


@bp.get("/admin/people")
@needs(permissions.ADMIN)
def admin_people() -> ResponseReturnValue:
    """People of all agencies, found and narrowed."""
    args = request.args
    wanted = listing.PeopleFilter(
        text=one_line(args.get("q", ""))[:100],
        org_id=args.get("org", type=int),
        role=Role(args["role"]) if args.get("role") in set(Role) else None,
        is_active={"on": True, "off": False}.get(args.get("state", "")),
    )
    page = listing.list_people(
        user(), wanted, after=args.get("after", type=int), before=args.get("before", type=int)
    )
    kept = {key: args[key] for key in ("q", "org", "role", "state") if args.get(key)}
    return render_template(
        "people/admin_people.html",
        page=page,
        wanted=wanted,
        kept=kept,
        orgs=[(org.id, org.short_name) for org in directory.orgs(only_active=False)],
        roles=[(role.value, role) for role in Role],
    )


@bp.route("/admin/people/new", methods=["GET", "POST"])
@needs(permissions.ADMIN)
def admin_new_person() -> ResponseReturnValue:
    """Make an account; its temporary password is shown once."""
    form = NewPersonForm(unit=request.args.get("unit", ""))
    if form.accepts():
        with form.refusals():
            temporary = passwords.make_temporary()
            fresh: list[int] = []

            def make() -> int:
                fresh.append(
                    accounts.create(
                        user(),
                        name=form.name.data or "",
                        full_name=form.full_name.data or "",
                        email=form.email.data or None,
                        unit_id=form.unit.data or 0,
                        title=form.title.data or "",
                        roles=form.roles.chosen(),
                        temporary=temporary,
                    )
                )
                return fresh[0]

            made = once.done_once(user(), form.once.data, form.as_body(), make)
            if fresh:
                return _secret_page(made, password=temporary.password)
            flash(_("Tài khoản này đã được tạo. Cấp lại mật khẩu nếu chưa ghi mật khẩu tạm."))
            return redirect(url_for("people.admin_person", user_id=made))
    form.unit.choices = [("", ""), *_all_unit_choices()]
    return render_template("people/admin_new_person.html", form=form), form.status


@bp.get("/admin/people/<int:user_id>")
@needs(permissions.ADMIN)
def admin_person(user_id: int) -> ResponseReturnValue:
    """One person: account, posts and roles, stand-ins, what happened to the account."""
    person = accounts.get_person(user(), user_id)
    where = [AuditLine.ref_kind == person.ref.kind, AuditLine.ref_id == person.id]
    before, after = (request.args.get(name, type=int) for name in ("before", "after"))
    log = leaves.leaf(where, "id", before=before, after=after)
    return render_template(
        "people/admin_person.html",
        person=person,
        places=_places(person),
        found=standing_in.concerning(user_id),
        log=log,
        names=directory.people({line.actor_id for line in log.lines if line.actor_id is not None}),
        is_expired=person.password_until is not None and person.password_until < clock.now(),
        reset=ResetForm(),
    )


@bp.route("/admin/people/<int:user_id>/edit", methods=["GET", "POST"])
@needs(permissions.ADMIN)
def admin_edit_person(user_id: int) -> ResponseReturnValue:
    """Change name and address of a person."""
    person = accounts.get_person(user(), user_id)
    form = EditPersonForm(obj=person)
    if form.accepts():
        with form.refusals():
            accounts.edit(
                user(),
                user_id,
                full_name=form.full_name.data or "",
                email=form.email.data or None,
                expect=form.version.data or 0,
            )
            flash(_("Đã lưu hồ sơ."))
            return redirect(url_for("people.admin_person", user_id=user_id))
    return render_template("people/admin_edit_person.html", form=form, person=person), form.status


@bp.post("/admin/people/<int:user_id>/active")
@needs(permissions.ADMIN)
def admin_set_person_active(user_id: int) -> ResponseReturnValue:
    """Disable an account or open it again."""
    is_active = request.form.get("active") == "1"
    accounts.set_active(user(), user_id, is_active)
    flash(_("Đã mở lại tài khoản.") if is_active else _("Đã khóa tài khoản."))
    return redirect(url_for("people.admin_person", user_id=user_id))


@bp.post("/admin/people/<int:user_id>/reset")
@needs(permissions.ADMIN)
def admin_reset_person(user_id: int) -> ResponseReturnValue:
    """Give a person a way in again; what is shown is shown once."""
    if request.form.get("how") == "password":
        temporary = passwords.make_temporary()
        accounts.reset_by_password(user(), user_id, temporary)
        return _secret_page(user_id, password=temporary.password)
    return _secret_page(user_id, token=accounts.reset_by_link(user(), user_id))


@bp.route("/admin/people/<int:user_id>/places/new", methods=["GET", "POST"])
@needs(permissions.ADMIN)
def admin_new_place(user_id: int) -> ResponseReturnValue:
    """Give a person a post and roles in a unit."""
    person = accounts.get_person(user(), user_id)
    form = PlaceForm(version=person.version)
    if form.accepts():
        with form.refusals():
            return _save_place(form, user_id, form.unit.data or 0)
    form.unit.choices = [("", ""), *unit_choices(person.org_id)]
    return render_template("people/admin_place.html", form=form, person=person, unit=None), form.status


@bp.route("/admin/people/<int:user_id>/places/<int:unit_id>", methods=["GET", "POST"])
@needs(permissions.ADMIN)
def admin_edit_place(user_id: int, unit_id: int) -> ResponseReturnValue:
    """Change a person's post and roles in a unit."""
    person = accounts.get_person(user(), user_id)
    unit, title, roles = _places(person).get(unit_id, (directory.unit(unit_id), "", []))
    form = PlaceForm(
        title=title, roles=[role.value for role in roles], unit=str(unit_id), version=person.version
    )
    form.unit.data = unit_id
    if form.accepts():
        with form.refusals():
            return _save_place(form, user_id, unit_id)
    return render_template("people/admin_place.html", form=form, person=person, unit=unit), form.status


@bp.post("/admin/people/<int:user_id>/places/<int:unit_id>/leave")
@needs(permissions.ADMIN)
def admin_leave_place(user_id: int, unit_id: int) -> ResponseReturnValue:
    """Take a person's post and roles in a unit away; unit 0 stands for the whole agency."""
    accounts.leave_place(user(), user_id, unit_id or None)
    flash(_("Đã thu hồi chức vụ, vai trò."))
    return redirect(url_for("people.admin_person", user_id=user_id))


@bp.route("/admin/stand-ins", methods=["GET", "POST"])
@needs(permissions.ADMIN)
def admin_stand_ins() -> ResponseReturnValue:
    """Who stands in for whom, and naming one more."""
    form = StandInForm()
    if form.accepts():
        with form.refusals():
            once.done_once(
                user(),
                form.once.data,
                form.as_body(),
                lambda: standing_in.name_substitute(
                    user(),
                    form.principal.data,
                    form.substitute.data,
                    reason=form.reason.data or "",
                    **form.days,
                ),
            )
            flash(_("Đã cử người xử lý thay.") if form.substitute.data else _("Đã ghi ngày vắng."))
            return redirect(url_for("people.admin_stand_ins"))
    form.principal.choices = chosen_person(form.principal.data)
    form.substitute.choices = chosen_person(form.substitute.data)
    rows, older = listing.list_stand_ins(user(), before=request.args.get("before", type=int))
    page = render_template("people/admin_stand_ins.html", form=form, found=rows, older=older)
    return page, form.status


@bp.post("/admin/stand-ins/<int:delegation_id>/end")
@needs(permissions.ADMIN)
def admin_end_stand_in(delegation_id: int) -> ResponseReturnValue:
    """End a stand-in now."""
    standing_in.end_stand_in(user(), delegation_id)
    flash(_("Đã kết thúc."))
    return redirect(url_for("people.admin_stand_ins"))


def _save_place(form: PlaceForm, user_id: int, unit_id: int) -> ResponseReturnValue:
    accounts.set_place(
        user(),
        user_id,
        unit_id,
        title=form.title.data or None,
        roles=form.roles.chosen(),
        expect=form.version.data or 0,
    )
    flash(_("Đã lưu chức vụ, vai trò."))
    return redirect(url_for("people.admin_person", user_id=user_id))


def _secret_page(user_id: int, *, password: str | None = None, token: str | None = None) -> str:
    person = accounts.get_person(user(), user_id)
    address = None if token is None else own_address("people.new_password", token)
    return render_template("people/admin_secret.html", person=person, password=password, address=address)


def _places(person: User) -> dict[int, tuple[object, str, list[Role]]]:
    """Unit, title and roles of a person by unit id; 0 stands for the whole agency."""
    found: dict[int, tuple[object, str, list[Role]]] = {
        post.unit_id: (post.unit, post.title, []) for post in person.posts
    }
    for grant in person.grants:
        place = found.setdefault(grant.unit_id or 0, (grant.unit, "", []))
        place[2].append(grant.role)
    return found


def _all_unit_choices() -> Choices:
    """Working units of every agency, each with its agency's name."""
    return [(str(unit.id), f"{unit.name} ({unit.org.short_name})") for unit in directory.all_units()]
