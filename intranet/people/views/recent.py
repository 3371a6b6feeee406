"""A proof of who sits there, no older than five minutes, before much leaves the house at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from intranet.core import clock
from intranet.core.labels import label
from intranet.core.web import signed_in
from intranet.people.forms import ProveForm
from intranet.people.services import signing_in
from intranet.people.sessions import ServerSession
from intranet.people.views.base import bp, own_path, user

#: How long a proof lasts.
LASTS = timedelta(minutes=5)
_AT = "proved_at"


def is_recent() -> bool:
    """True while the last proof in this session, signing in among them, is recent."""
    if not isinstance(session, ServerSession):
        return False
    proved = session.get(_AT)
    at = datetime.fromisoformat(proved) if proved else session.created_at
    return clock.now() - max(at, session.created_at) <= LASTS


def ask_for_proof() -> ResponseReturnValue:
    """Lead to the page that asks for the password, and from there back to the page of the button."""
    parts = urlsplit(request.referrer or "")
    back = f"{parts.path}?{parts.query}".rstrip("?") if parts.netloc == request.host else ""
    return redirect(url_for("people.prove", next=own_path(back, url_for("home.desk"))))


def recently_proved(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Let a view be asked only by whoever proved within five minutes who sits there."""

    @wraps(view)
    def asked(*args: Any, **kw: Any) -> ResponseReturnValue:
        return view(*args, **kw) if is_recent() else ask_for_proof()

    return asked


@bp.route("/me/prove", methods=["GET", "POST"])
@signed_in
def prove() -> ResponseReturnValue:
    """Type my password once more; it is good for five minutes in this browser."""
    form = ProveForm(next=request.args.get("next", ""))
    if form.accepts():
        with form.refusals():
            signing_in.prove(user(), form.present.data or "")
            session[_AT] = clock.now().isoformat()
            flash(label("session.proved"), "ok")
            return redirect(own_path(form.next.data, url_for("home.desk")))
    return render_template("people/prove.html", form=form, minutes=LASTS.seconds // 60), form.status
