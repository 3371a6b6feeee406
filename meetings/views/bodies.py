"""Pages of an agency's bodies and their rules of procedure."""

from typing import cast

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intranet.core.labels import label
from intranet.core.once import done_once
from intranet.core.web import me, needs
from intranet.people.models import User
from meetings.forms import BodyForm
from meetings.permissions import BODIES
from meetings.services import profiles

bp = Blueprint("meetings_bodies", __name__)


@bp.get("/admin/bodies")
@needs(BODIES)
def index() -> ResponseReturnValue:
    """The bodies of one's agency, each with its rules."""
    return render_template("meetings/bodies.html", rows=profiles.kept_bodies(_user().org_id))


@bp.route("/admin/bodies/new", methods=["GET", "POST"])
@needs(BODIES)
def new() -> ResponseReturnValue:
    """Add a body."""
    least = profiles.LEAST_SECRET
    usual = {"quorum_num": 2, "quorum_den": 3, "need_many": "over_1_2", "papers_days": 1}
    form = BodyForm(**usual, secret_min=least, remote_allowed=True, secretary_publishes=True, proxy_limit=0)
    form.offer()
    if form.accepts():
        with form.refusals():
            done_once(me(), form.once.data, form.as_body(), lambda: profiles.add_body(_user(), form.rules()))
            return _saved(form)
    return render_template("meetings/bodies_form.html", form=form, body=None), form.status


@bp.route("/admin/bodies/<int:body_id>", methods=["GET", "POST"])
@needs(BODIES)
def edit(body_id: int) -> ResponseReturnValue:
    """Change a body's name and rules."""
    body = profiles.body_for(_user(), body_id)
    form = BodyForm(obj=body, edition=profiles.edition_of(body))
    form.offer()
    if form.accepts():
        with form.refusals():
            profiles.edit_body(_user(), body_id, form.rules(), expect=form.edition.data or None)
            return _saved(form)
    return render_template("meetings/bodies_form.html", form=form, body=body), form.status


def _saved(form: BodyForm) -> ResponseReturnValue:
    flash(label("meeting.body_saved", name=form.name.data))
    return redirect(url_for("meetings_bodies.index"))


def _user() -> User:
    return cast(User, me())
