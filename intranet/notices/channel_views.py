"""How I hear of what: my address, my browsers, and what comes by which of them."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet.core import db
from intranet.core.devices import device_words
from intranet.core.labels import label
from intranet.core.web import me, signed_in
from intranet.notices import addresses, browsers, channels, outbox_sending, vapid
from intranet.notices.forms import AddressForm, CodeForm
from intranet.notices.outbox_models import Channel

bp = Blueprint("channels", __name__, url_prefix="/notices/channels")


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """My address, my browsers, and what comes by which of them."""
    return _page()


@bp.post("")
@signed_in
def choose() -> ResponseReturnValue:
    """Hear of these events by these channels."""
    known = {channel.value: channel for channel in Channel}
    parts = (one.partition(":") for one in request.form.getlist("on"))
    channels.choose(me(), {(event, known[channel]) for event, _, channel in parts if channel in known})
    flash(label("channel.saved"), "ok")
    return redirect(url_for("channels.index"))


@bp.post("/address")
@signed_in
def ask_address() -> ResponseReturnValue:
    """Send a code to the address at which I want letters."""
    form = AddressForm()
    if form.accepts():
        with form.refusals():
            addresses.ask(me(), form.address.data or "")
            flash(label("channel.code_sent", address=(form.address.data or "").lower()))
            return redirect(url_for("channels.index"))
    return _page(address_form=form)


@bp.post("/address/confirm")
@signed_in
def confirm_address() -> ResponseReturnValue:
    """The code that came."""
    form = CodeForm()
    if form.accepts():
        with form.refusals():
            addresses.confirm(me(), form.code.data or "")
            flash(label("channel.confirmed", address=addresses.confirmed(me().id)), "ok")
            return redirect(url_for("channels.index"))
    return _page(code_form=form)


@bp.post("/address/forget")
@signed_in
def forget_address() -> ResponseReturnValue:
    """No letters any more."""
    addresses.forget(me())
    flash(label("channel.forgotten"))
    return redirect(url_for("channels.index"))


@bp.post("/browsers")
@signed_in
def subscribe() -> ResponseReturnValue:
    """Tell me through this browser."""
    body = request.get_json(silent=True)
    given = body if isinstance(body, dict) else {}
    keys = given.get("keys")
    keys = keys if isinstance(keys, dict) else {}
    key = browsers.subscribe(
        me(),
        endpoint=str(given.get("endpoint", "")),
        p256dh=str(keys.get("p256dh", "")),
        auth=str(keys.get("auth", "")),
        device=request.headers.get("User-Agent", ""),
    )
    return jsonify(id=key)


@bp.post("/browsers/end")
@signed_in
def end_browser() -> ResponseReturnValue:
    """Tell me through that browser no more."""
    given = request.form.get("browser", "")
    if given.isdecimal() and len(given) < 10:
        browsers.end(me(), int(given))
    flash(label("channel.browser_off"))
    return redirect(url_for("channels.index"))


def _page(address_form: AddressForm | None = None, code_form: CodeForm | None = None) -> ResponseReturnValue:
    actor = me()
    settings = db.database().settings
    row = addresses.of(actor.id)
    if address_form is None:
        address_form = AddressForm(formdata=None)
        address_form.address.data = (row and (row.asked or row.confirmed)) or getattr(actor, "email", None)
    page = render_template(
        "notices/channels.html",
        address_form=address_form,
        code_form=code_form or CodeForm(formdata=None),
        address=row,
        events=channels.EVENTS,
        chosen=channels.chosen_by(actor.id),
        channels=list(Channel),
        is_open={one: outbox_sending.transport_of(one) is not None for one in Channel},
        browsers=[(one, " ".join(filter(None, device_words(one.device)))) for one in browsers.of(actor.id)],
        push_key=vapid.public_key(settings) if settings.push else None,
    )
    return page, max(address_form.status, code_form.status if code_form else 200)
