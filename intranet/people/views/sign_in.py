"""Signing in and out, and the links that work once."""

from typing import Any

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from intranet.core import db
from intranet.core.config import Settings
from intranet.core.errors import TooMany, Unavailable
from intranet.core.labels import label
from intranet.core.web import present_actor, public, sentence, signed_in, within
from intranet.people import links, proof, sessions
from intranet.people.forms import FirstOfficeForm, NewPasswordForm, SignInForm
from intranet.people.models import Organisation, User
from intranet.people.services import signing_in, starting
from intranet.people.views.base import bp, device, own_path, user

_DEVICE_SECONDS = 180 * 24 * 3600
_LOOPBACK = {"127.0.0.1", "::1"}
#: The names that the panel of the sample office shows first, in this order.
_MAIN = ("vanthu", "chutich", "chanhvanphong", "truongphong", "chuyenvien", "quantri")


@bp.get("/sign-in")
@public("whoever wants to come in is not in yet")
def sign_in() -> ResponseReturnValue:
    """The sign-in page; somebody who is in already goes on, unless a fresh proof is wanted (``?again=1``)."""
    actor = present_actor()
    if actor is not None and actor.only is None and "again" not in request.args:
        return redirect(own_path(request.args.get("next"), url_for("home.desk")))
    form = SignInForm(next=request.args.get("next", ""))
    return render_template("people/sign_in.html", form=form, why=sessions.why_ended(), **_face())


@bp.post("/sign-in")
@public("whoever wants to come in is not in yet")
def sign_in_now() -> ResponseReturnValue:
    """Judge name and password; every refusal looks the same."""
    form = SignInForm()
    status, work = 422, None
    if form.accepts():
        with form.refusals():
            try:
                came = signing_in.sign_in(
                    form.name.data or "",
                    form.password.data or "",
                    device=device(),
                    device_token=request.cookies.get(_device_cookie()),
                    address=request.remote_addr or "",
                    is_proved=proof.is_done(form.proof.data or ""),
                )
            except TooMany as too_many:
                status = too_many.status
                work = proof.ask() if too_many.code == "auth.prove" else None
                raise
            except Unavailable as busy:
                form.refused.append(sentence(busy))
                status = busy.status
            else:
                return _go_on(own_path(form.next.data, url_for("home.desk")), came.device_token)
    if form.refused:
        form.password.errors = [label("error.auth.retype")]
    return render_template("people/sign_in.html", form=form, work=work, bits=proof.BITS, **_face()), status


@bp.post("/sign-out")
@within("*")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End this session; the browser forgets what it kept of the office.

    With ``keep`` the page has done so itself, save for what others wrote on this device and is not sent yet.
    """
    row_id = sessions.present_row_id()
    if row_id is not None:
        signing_in.sign_out(user(), row_id)
    sessions.sign_out_here()
    response = make_response(redirect(url_for("people.sign_in")))
    response.headers["Clear-Site-Data"] = '"cache"' if request.form.get("keep") else '"cache", "storage"'
    return response


@bp.route("/start/<token>", methods=["GET", "POST"])
@public("the first administrator has no account yet; the link is the key")
def start(token: str) -> ResponseReturnValue:
    """Make the agency and its first administrator."""
    links.find(token, links.Purpose.FIRST)
    form = FirstOfficeForm()
    if form.accepts():
        with form.refusals():
            given = starting.FirstOffice(
                org_name=form.org_name.data or "",
                short_name=form.short_name.data or "",
                letters=form.letters.data or "",
                place=form.place.data or "",
                name=form.name.data or "",
                full_name=form.full_name.data or "",
                password=form.password.data or "",
            )
            starting.start_office(token, given, device=device())
            return redirect(url_for("people.admin_agencies"))
    return render_template("people/start.html", form=form), form.status


@bp.route("/password/<token>", methods=["GET", "POST"])
@public("whoever lost the password cannot sign in; the link is the key")
def new_password(token: str) -> ResponseReturnValue:
    """Set the password of whoever was given the link."""
    found = links.find(token, links.Purpose.PASSWORD)
    form = NewPasswordForm()
    if form.accepts():
        with form.refusals():
            signing_in.set_password_by_link(token, form.password.data or "")
            return redirect(url_for("people.sign_in"))
    name = db.session().scalar(select(User.name).where(User.id == found.user_id))
    return render_template("people/new_password.html", form=form, name=name, **_face()), form.status


def _go_on(where: str, device_token: str) -> Response:
    settings: Settings = current_app.config["SETTINGS"]
    response = make_response(redirect(where))
    response.set_cookie(
        _device_cookie(),
        device_token,
        max_age=_DEVICE_SECONDS,
        httponly=True,
        secure=settings.is_https,
        samesite="Lax",
        path="/",
    )
    return response


def _device_cookie() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return "__Host-dev" if settings.is_https else "dev"


def _face() -> dict[str, Any]:
    top = select(Organisation).where(Organisation.parent_id.is_(None)).order_by(Organisation.id).limit(1)
    org = db.session().scalar(top)
    settings: Settings = current_app.config["SETTINGS"]
    is_near = settings.is_sample and settings.host in {*_LOOPBACK, "localhost"}
    return {
        "org_name": org.name if org is not None else None,
        "trial": _trial(settings) if is_near and request.remote_addr in _LOOPBACK else None,
    }


def _trial(settings: Settings) -> dict[str, Any]:
    people = {one.name: one for one in db.session().scalars(select(User).order_by(User.id))}
    main = [people.pop(name) for name in _MAIN if name in people]
    return {"password": settings.sample_password, "main": main, "others": list(people.values())}
