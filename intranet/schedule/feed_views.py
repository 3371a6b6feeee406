"""The page of one's own feed, and the feed itself."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core.config import Settings
from intranet.core.labels import label
from intranet.core.web import me, public, signed_in
from intranet.schedule import feeds, ical

bp = Blueprint("calendar_feed", __name__)


@bp.route("/me/calendar", methods=["GET", "POST"])
@signed_in
def own() -> ResponseReturnValue:
    """The address under which calendar programs read my calendar; a new one is shown once."""
    actor = me()
    address = ""
    if request.method == "POST":
        token = feeds.make(actor)
        settings: Settings = current_app.config["SETTINGS"]
        address = settings.public_url + url_for("calendar_feed.read", token=token)
    return render_template("schedule/feed.html", feed=feeds.feed_of(actor), address=address)


@bp.post("/me/calendar/revoke")
@signed_in
def revoke() -> ResponseReturnValue:
    """Close my feed."""
    feeds.revoke(me())
    flash(label("feed.did.revoked"))
    return redirect(url_for("calendar_feed.own"))


@bp.get("/calendar/<token>.ics")
@public("calendar programs have no session: the address itself is the secret, and may be revoked")
def read(token: str) -> ResponseReturnValue:
    """A person's calendar. It is asked for anew each time, and is not sent again while it says the same."""
    settings: Settings = current_app.config["SETTINGS"]
    told = feeds.told(token, urlsplit(settings.public_url).hostname or "localhost")
    response = Response(told.content, mimetype=ical.MEDIA_TYPE)
    response.headers["Content-Disposition"] = "inline; filename=lich.ics"
    response.set_etag(told.mark)
    return response.make_conditional(request)
