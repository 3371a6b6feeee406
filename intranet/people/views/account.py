"""The own account: devices, password, stand-ins, how pages look."""

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from intranet.core import once
from intranet.core.devices import device_words
from intranet.core.errors import Forbidden, NotFound
from intranet.core.web import needs, present_actor, signed_in, wants_json
from intranet.people import directory, permissions, sessions
from intranet.people.forms import ChangePasswordForm, OwnStandInForm
from intranet.people.models import Delegation
from intranet.people.services import signing_in, standing_in
from intranet.people.views.base import bp, device, own_path, user

#: What a person with a temporary password may still open.
_OPEN_BEFORE_PASSWORD = {"people.change_password", "people.sign_out", "people.sign_in", "static"}
#: The most people that one look for a name answers.
_MOST_FOUND = 20


@bp.get("/me")
@signed_in
def account() -> ResponseReturnValue:
    """Who I am here, and where I am signed in."""
    rows = sessions.open_rows(user().id)
    devices = [(row, *device_words(row.device)) for row in rows]
    return render_template("people/account.html", devices=devices, present=sessions.present_row_id())


@bp.post("/me/devices/<public_id>/sign-out")
@signed_in
def sign_out_device(public_id: str) -> ResponseReturnValue:
    """End one of my sessions."""
    signing_in.sign_out_device(user(), public_id)
    flash(_("Đã đăng xuất thiết bị đó."))
    return redirect(url_for("people.account"))


@bp.post("/me/devices/sign-out")
@signed_in
def sign_out_others() -> ResponseReturnValue:
    """End all my other sessions."""
    ended = signing_in.sign_out_others(user(), sessions.present_row_id())
    flash(_("Đã đăng xuất %(n)s thiết bị khác.", n=ended))
    return redirect(url_for("people.account"))


@bp.route("/me/password", methods=["GET", "POST"])
@signed_in
def change_password() -> ResponseReturnValue:
    """Replace my password; all other devices are signed out."""
    form = ChangePasswordForm(next=request.args.get("next", ""))
    if form.accepts():
        with form.refusals():
            signing_in.change_password(
                user(), form.present.data or "", form.password.data or "", device=device()
            )
            return redirect(own_path(form.next.data, url_for("home.desk")))
    return render_template("people/password.html", form=form), form.status


@bp.post("/me/stand-in")
@signed_in
def switch_stand_in() -> ResponseReturnValue:
    """Act for somebody from now on, or in my own name again."""
    given = request.form.get("delegation_id", "")
    if given and not given.isdigit():
        raise NotFound("stand_in.gone")
    row_id = sessions.present_row_id()
    if row_id is not None:
        standing_in.switch(user(), row_id, int(given) if given else None, device=device())
    return redirect(url_for("home.desk"))


@bp.route("/me/stand-ins", methods=["GET", "POST"])
@needs(permissions.STAND_IN)
def stand_ins() -> ResponseReturnValue:
    """Name who acts for me while I am away."""
    mine = user()
    form = OwnStandInForm()
    if form.accepts():
        with form.refusals():
            once.done_once(
                mine,
                form.once.data,
                form.as_body(),
                lambda: standing_in.name_substitute(
                    mine,
                    mine.id,
                    form.substitute.data,
                    reason=form.reason.data or "",
                    **form.days,
                ),
            )
            flash(_("Đã cử người xử lý thay.") if form.substitute.data else _("Đã ghi ngày vắng."))
            return redirect(url_for("people.stand_ins"))
    form.substitute.choices = chosen_person(form.substitute.data)
    found = standing_in.concerning(mine.id)
    page = render_template("people/stand_ins.html", form=form, found=found, own=mine)
    return page, form.status


@bp.post("/me/stand-ins/<int:delegation_id>/end")
@needs(permissions.STAND_IN)
def end_stand_in(delegation_id: int) -> ResponseReturnValue:
    """End one of my stand-ins now."""
    standing_in.end_stand_in(user(), delegation_id)
    flash(_("Đã kết thúc."))
    return redirect(url_for("people.stand_ins"))


@bp.post("/me/theme")
@signed_in
def keep_theme() -> ResponseReturnValue:
    """Keep light or dark."""
    signing_in.keep_theme(user(), _given("theme"))
    return _done()


@bp.post("/me/language")
@signed_in
def keep_language() -> ResponseReturnValue:
    """Keep the language of my pages."""
    signing_in.keep_language(user(), _given("language"))
    return _done()


@bp.get("/people/find")
@signed_in
def find() -> ResponseReturnValue:
    """People of my agency by a part of name, post or unit, for a searchable list; of all for ``all=1``."""
    mine = user()
    org_ids = mine.org_ids
    if request.args.get("all") and mine.holds(permissions.ADMIN):
        org_ids = frozenset(org.id for org in directory.orgs())
    found = directory.find_people(org_ids, request.args.get("q", "")[:100], _MOST_FOUND)
    return jsonify(
        [
            {"value": one.id, "text": one.full_name, "note": directory.place_of(one, mine.org_ids)}
            for one in found
        ]
    )


def chosen_person(user_id: int | None) -> list[tuple[int, str]]:
    """The choices of a searchable list that shows whoever is chosen already."""
    return [(one.id, one.full_name) for one in directory.people([user_id] if user_id else []).values()]


@bp.app_template_global()
def usable_stand_ins() -> list[Delegation]:
    """The stand-ins that the personal menu offers."""
    actor = present_actor()
    return standing_in.usable_by(actor.id) if actor is not None else []


@bp.before_app_request
def _lasting_password_first() -> ResponseReturnValue | None:
    """Whoever came in with a temporary password sets a lasting one before anything else."""
    if request.endpoint is None or request.endpoint in _OPEN_BEFORE_PASSWORD:
        return None
    actor = present_actor() if request.blueprint != "health" else None
    if actor is None or actor.only is not None or not user().must_change_password:
        return None
    if request.method == "GET" and not wants_json():
        return redirect(url_for("people.change_password", next=request.full_path.rstrip("?")))
    raise Forbidden("password.change_first")


def _given(name: str) -> str:
    body = request.get_json(silent=True) or request.form
    return str(body.get(name, ""))


def _done() -> ResponseReturnValue:
    if wants_json():
        return make_response("", 204)
    return redirect(own_path(request.form.get("next"), url_for("people.account")))
