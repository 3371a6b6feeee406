"""Web push on its way: sealed for one browser (RFC 8291), handed to the server of its maker.

The address comes from a browser, that is from anybody who is signed in: nothing but https to a public address
is ever spoken to, whatever a name means by then, no redirection is followed, and the time is bounded.
"""

import contextlib
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address
from typing import Any

import requests
from pywebpush import WebPushException, webpush
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from intranet.core import db
from intranet.core.config import Settings
from intranet.core.labels import label
from intranet.core.timers import cut_after
from intranet.notices import browsers, channels, vapid
from intranet.notices.channel_models import PushSubscription
from intranet.notices.notice_letters import bare_words, notice_of
from intranet.notices.outbox import Claimed
from intranet.notices.outbox_sending import Carry, Later, Nothing, Refused, Transport, receiver_of

#: Seconds to connect, for each answer, and for all of a try.
_CONNECT, _ANSWER, _TRY = 5.0, 10.0, 60.0
#: Seconds for which the maker's server keeps what it cannot bring.
_TTL = 24 * 3600
_MOST_READ = 2000
_GONE = (404, 410)


class InsideAddress(OSError):
    """The name leads into a network that is not public."""


def transport(settings: Settings) -> Transport | None:
    """What fills the slot of web push, ``None`` where the office has it switched off."""
    if not settings.push:
        return None

    @contextmanager
    def one_round() -> Iterator[Carry]:
        key = str(vapid.key_file(settings))
        with _Outside(settings) as outside:
            yield lambda letter: _push(letter, outside, key, settings)

    return one_round


def _push(letter: Claimed, outside: "_Outside", key: str, settings: Settings) -> None:
    person = receiver_of(letter)
    browser = db.session().get(PushSubscription, letter.payload["browser"])
    if browser is None or browser.user_id != person.id:
        raise Nothing("browser_gone")
    row, _words = notice_of(person, letter.payload)
    event = channels.event_of(row.kind)
    # Kind and number alone: it is shown on locked screens, and passes through foreign hands.
    said = {"title": label(f"channel.event.{event}"), "text": bare_words(row), "url": f"/notices/{row.id}"}
    owner = f"mailto:{settings.mail_from}" if settings.mail_from else settings.public_url
    try:
        with cut_after(_TRY, outside.cut):
            webpush(
                {"endpoint": browser.endpoint, "keys": {"p256dh": browser.p256dh, "auth": browser.auth}},
                data=json.dumps(said, ensure_ascii=False),
                vapid_private_key=key,
                vapid_claims={"sub": owner},
                ttl=_TTL,
                timeout=(_CONNECT, _ANSWER),
                requests_session=outside,
            )
    except WebPushException as refusal:
        _refused(refusal, browser.id)
    except (requests.RequestException, OSError) as problem:
        if outside.was_inside:
            raise Refused("push_inside") from problem
        raise Later(type(problem).__name__) from problem


def _refused(refusal: WebPushException, browser_id: int) -> None:
    """Tell what the maker's server said."""
    status = refusal.response.status_code if refusal.response is not None else 0
    if status in _GONE:
        browsers.forget(browser_id)
        raise Nothing("browser_gone") from refusal
    if status == 429 or status >= 500:
        raise Later(f"HTTP {status}") from refusal
    raise Refused(f"HTTP {status}") from refusal


class _Outside(requests.Session):
    """A session that speaks to public addresses alone, over https."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        #: Neither proxies nor passwords from the environment.
        self.trust_env = False
        self.was_inside = False
        self._sock: socket.socket | None = None
        if not settings.push_inside:
            self.adapters.clear()
            self.mount("https://", _PublicAdapter(self))

    def post(self, url: str | bytes, data: Any = None, json: Any = None, **kw: Any) -> requests.Response:
        """The answer, of whose body the beginning is read."""
        self.was_inside = False
        answer = super().post(url, data, json, **kw, allow_redirects=False, stream=True)
        try:
            answer._content = answer.raw.read(_MOST_READ, decode_content=False)
        finally:
            answer.close()
        return answer

    def connected(self, sock: socket.socket) -> socket.socket:
        """Go on only with a public address.

        :raises InsideAddress: it is none.
        """
        address = ip_address(sock.getpeername()[0].partition("%")[0])
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if not address.is_global or address.is_multicast:
            self.was_inside = True
            sock.close()
            raise InsideAddress("not a public address")
        self._sock = sock
        return sock

    def cut(self) -> None:
        """Wait for the server no longer."""
        if self._sock is not None:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)


class _PublicAdapter(HTTPAdapter):
    """Connections of which each is looked at before a byte is sent."""

    def __init__(self, outside: _Outside) -> None:
        self._outside = outside
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kw: Any) -> None:
        """Let the pool make connections that ask."""
        super().init_poolmanager(*args, **kw)
        outside = self._outside

        class Connection(HTTPSConnection):
            """One that asks whither it leads."""

            def _new_conn(self) -> socket.socket:
                return outside.connected(super()._new_conn())

        class Pool(HTTPSConnectionPool):
            """A pool of such."""

            ConnectionCls = Connection

        self.poolmanager.pool_classes_by_scheme = {"https": Pool}
