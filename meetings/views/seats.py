"""Cards for the seats: the secretary's list of who has one, the sheet that is printed, and opening them."""

from typing import cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core.errors import BadState
from intranet.core.labels import label
from intranet.core.web import me, needs, sentence
from intranet.people.models import User
from meetings.permissions import ATTEND
from meetings.services import listing, seat_codes
from meetings.views.qr import qr_of

bp = Blueprint("meetings_seats", __name__)


@bp.get("/meetings/<int:mid>/seats")
@needs(ATTEND)
def index(mid: int) -> ResponseReturnValue:
    """Everybody's seat and how its card stands."""
    meeting, places = seat_codes.places(_user(), mid)
    return render_template(
        "meetings/seats.html", meeting=meeting, places=places, is_open=listing.is_door_open(meeting)
    )


@bp.post("/meetings/<int:mid>/seats/cards")
@needs(ATTEND)
def cards(mid: int) -> ResponseReturnValue:
    """Cards for all seats, shown this once; earlier ones are worth nothing from now on."""
    try:
        made = seat_codes.print_cards(_user(), mid)
    except BadState as refusal:
        flash(sentence(refusal), "info")
        return redirect(url_for("meetings_seats.index", mid=mid))
    address = f"{current_app.config['SETTINGS'].public_url}{url_for('meetings_devices.tablet', number=mid)}"
    drawn = [(card, qr_of(f"{address}#{card.code}")) for card in made]
    meeting, _ = seat_codes.places(_user(), mid)
    return render_template("meetings/seat_cards.html", meeting=meeting, cards=drawn, address=address)


@bp.post("/meetings/<int:mid>/seats/open")
@needs(ATTEND)
def open_(mid: int) -> ResponseReturnValue:
    """Let one person's card be used for five minutes, or the cards of all who are checked in."""
    person = request.form.get("person", type=int)
    try:
        n = seat_codes.open_codes(_user(), mid, None if person is None else [person])
        flash(label("meeting.seats_opened", n=n), "ok")
    except BadState as refusal:
        flash(sentence(refusal), "info")
    return redirect(url_for("meetings_seats.index", mid=mid))


def _user() -> User:
    return cast(User, me())
