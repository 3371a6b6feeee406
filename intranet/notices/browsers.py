"""Browsers that a person lets be told: subscribed on a page, ended there or when they are gone."""

import base64
import binascii
import ipaddress
from hashlib import sha256
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.errors import BadState, Invalid
from intranet.core.refs import Ref
from intranet.core.text import one_line
from intranet.notices.channel_models import PushSubscription
from intranet.records import audit

#: Browsers of one person.
MOST = 10
_POINT, _SECRET = 65, 16


def of(user_id: int) -> list[PushSubscription]:
    """The person's browsers, newest first."""
    query = select(PushSubscription).where(PushSubscription.user_id == user_id)
    return list(db.session().scalars(query.order_by(PushSubscription.id.desc())))


def subscribe(actor: Actor, *, endpoint: str, p256dh: str, auth: str, device: str) -> int:
    """Tell the actor through this browser from now on; a browser that comes again is the same one.

    :raises BadState: ``channel.push_off`` or ``channel.too_many_browsers``.
    :raises Invalid: ``channel.not_a_browser``, the address or a key is none.
    """
    if not db.database().settings.push:
        raise BadState("channel.push_off")
    if not (_is_address(endpoint) and _is_key(p256dh, _POINT) and _is_key(auth, _SECRET)):
        raise Invalid("channel.not_a_browser")
    hashed = sha256(endpoint.encode()).hexdigest()
    with db.unit_of_work() as session:
        row = session.scalar(select(PushSubscription).where(PushSubscription.endpoint_hash == hashed))
        if row is None or row.user_id != actor.id:
            count = select(func.count()).where(PushSubscription.user_id == actor.id)
            if (session.scalar(count) or 0) >= MOST:
                raise BadState("channel.too_many_browsers", most=MOST)
        if row is None:
            row = PushSubscription(endpoint=endpoint, endpoint_hash=hashed)
            session.add(row)
        row.user_id, row.p256dh, row.auth = actor.id, p256dh, auth
        row.device, row.created_at = one_line(device)[:300], clock.now()
        session.flush()
        audit.record(actor, "push.subscribed", Ref("user", actor.id), browser=row.id)
        return row.id


def end(actor: Actor, browser_id: int) -> None:
    """Tell the actor through that browser no more; somebody else's stays as it is."""
    with db.unit_of_work() as session:
        mine = (PushSubscription.id == browser_id) & (PushSubscription.user_id == actor.id)
        gone = session.scalar(delete(PushSubscription).where(mine).returning(PushSubscription.id))
        if gone is not None:
            audit.record(actor, "push.ended", Ref("user", actor.id), browser=gone)


def forget(browser_id: int) -> None:
    """Its maker's server says that there is no such browser any more."""
    with db.unit_of_work() as session:
        session.execute(delete(PushSubscription).where(PushSubscription.id == browser_id))


def _is_address(endpoint: str) -> bool:
    """True for https to a named host; whether that is a public one is seen when it is connected to."""
    if len(endpoint) > 1000 or not endpoint.isascii():
        return False
    if db.database().settings.push_inside:
        return True
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return parts.scheme == "https" and port in (None, 443) and "." in host and "@" not in parts.netloc
    return False


def _is_key(text: str, length: int) -> bool:
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return False
    return len(found) == length and (length != _POINT or found[0] == 4)
