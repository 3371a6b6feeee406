"""Web push to a server of our own, which opens what it gets as a browser would."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from sqlalchemy import delete, select

from documents.models.document import Urgency
from intranet.core import clock, db, slots
from intranet.core.errors import BadState, Invalid
from intranet.core.refs import Ref
from intranet.notices import browsers, channels, outbox_sending, pushing, services, vapid
from intranet.notices.channel_models import MailAddress, PushSubscription
from intranet.notices.outbox_models import Channel, Outbox, OutboxState
from intranet.people.models import User
from tests.factories import Office
from tests.notices.arriving import arrive
from tests.notices.letters import plug
from tests.tasks.making import give

PUSH = Channel.PUSH


class Maker(ThreadingHTTPServer):
    """The push server of a browser's maker; ``answer`` is what it says."""

    daemon_threads = True
    answer = 201
    location = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.lines = 0


class Handler(BaseHTTPRequestHandler):
    """Notes what comes."""

    server: Maker

    def do_POST(self) -> None:
        """Note it and answer as told."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.server.answer)
        self.send_header("Content-Length", "0")
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


class Browser:
    """One that subscribed: its keys open what is sent to it."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)

    @property
    def keys(self) -> dict[str, str]:
        """What it tells the office."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": _text(point), "auth": _text(self.secret)}

    def open(self, body: bytes) -> dict[str, str]:
        """What was sealed for it."""
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        found: dict[str, str] = json.loads(plain)
        return found


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture
def push_server(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Maker]:
    """A maker's server, and an office that pushes, also to addresses inside."""
    settings = replace(db.database().settings, push=True, push_inside=True, mail_from="vp@anbinh.gov.vn")
    db.database().settings = settings
    monkeypatch.setitem(slots._fillings, "outbox.push", [pushing.transport])
    server = Maker()
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def subscribe(person: User, server: Maker, name: str = "phone") -> Browser:
    """Let a browser of the person be told."""
    browser = Browser()
    endpoint = f"http://127.0.0.1:{server.server_port}/{name}"
    browsers.subscribe(person, endpoint=endpoint, device="Mozilla/5.0 Chrome/140", **browser.keys)
    return browser


def state() -> OutboxState:
    """How the newest push stands."""
    db.read_anew()
    found = db.session().query(Outbox).order_by(Outbox.id.desc()).first()
    assert found is not None
    return found.state


def test_a_push_is_sealed_for_the_browser_signed_by_our_key_and_names_kind_and_number_alone(
    office: Office, push_server: Maker
) -> None:
    browser = subscribe(office.head, push_server)
    task_id = give(office, title="Chuyện không được lộ")
    assert outbox_sending.send_due(PUSH) == 1
    path, headers, body = push_server.got[0]
    line = services.page(office.head)[0][0]
    assert browser.open(body) == {
        "title": "Giao việc, phân công",
        "text": f"Giao việc, phân công: nhiệm vụ {task_id}",
        "url": f"/notices/{line.id}",
    }
    assert path == "/phone"
    assert headers["content-encoding"] == "aes128gcm"
    assert int(headers["ttl"]) > 0
    assert Vapid02.verify(headers["authorization"])
    assert headers["authorization"].endswith(f"k={vapid.public_key(db.database().settings)}")
    assert state() is OutboxState.SENT


def test_each_browser_is_told_once_and_one_that_is_gone_is_forgotten(
    office: Office, push_server: Maker
) -> None:
    subscribe(office.head, push_server, "phone")
    subscribe(office.head, push_server, "desk")
    give(office)
    assert outbox_sending.send_due(PUSH) == 2
    assert sorted(path for path, _, _ in push_server.got) == ["/desk", "/phone"]
    push_server.answer = 410
    give(office)
    outbox_sending.send_due(PUSH)
    assert state() is OutboxState.DROPPED
    assert browsers.of(office.head.id) == []


def test_at_night_only_what_comes_from_a_flash_document_or_belongs_to_the_hour_leaves_by_any_channel(
    office: Office, push_server: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(office.head, push_server)
    plug(monkeypatch)
    with db.unit_of_work() as session:
        session.add(MailAddress(user_id=office.head.id, confirmed="a@anbinh.gov.vn", fails=0))
    night = clock.at_office(date(2026, 11, 13), 21)
    clock.freeze(night)
    waiting = {give(office, origin=origin) for origin in (None, Ref("document", arrive(office, night)))}
    urgent = arrive(office, night, Urgency.VERY_URGENT)
    flash = arrive(office, night, Urgency.FLASH)
    waiting.add(give(office, origin=Ref("document", urgent)))
    passing = {give(office, origin=Ref("document", flash)), give(office, title="Họp Chủ nhật")}
    with db.unit_of_work() as session:
        session.execute(delete(Outbox).where(Outbox.ref_id == max(passing)))
        services.notify([office.head.id], "meeting.soon", Ref("task", max(passing)), is_exact=True)
    morning = clock.at_office(date(2026, 11, 16), 6, 30)
    due = {(row.ref_id, row.kind, row.due_at) for row in db.session().scalars(select(Outbox))}
    ways = (Channel.EMAIL, PUSH)
    assert due == {
        *((key, way, morning) for key in waiting for way in ways),
        *((key, way, night) for key in passing for way in ways),
    }
    assert outbox_sending.send_due(PUSH) == 2


@pytest.mark.parametrize(
    ("answer", "stands"),
    [(429, OutboxState.QUEUED), (503, OutboxState.QUEUED), (400, OutboxState.DEAD), (307, OutboxState.DEAD)],
)
def test_what_the_makers_server_says_is_told_as_what_it_means(
    answer: int, stands: OutboxState, office: Office, push_server: Maker
) -> None:
    push_server.answer, push_server.location = answer, f"http://127.0.0.1:{push_server.server_port}/elsewhere"
    subscribe(office.head, push_server)
    give(office)
    outbox_sending.send_due(PUSH)
    assert state() is stands
    assert len(push_server.got) == 1


def test_an_address_inside_is_never_spoken_to(
    office: Office, push_server: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(office.head, push_server)
    db.database().settings = replace(db.database().settings, push_inside=False)
    with db.unit_of_work() as session:
        for row in session.query(PushSubscription):
            row.endpoint = f"https://127.0.0.1:{push_server.server_port}/phone"
    give(office)
    outbox_sending.send_due(PUSH)
    assert state() is OutboxState.DEAD
    assert push_server.got == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://localhost/x",
        "https://push.example.org:8443/x",
        "https://a@push.example.org/x",
        "https://push.example.org/" + "x" * 1000,
        "file:///etc/passwd",
        "https://[x/",
        "",
    ],
)
def test_only_https_to_a_named_host_may_be_subscribed(
    endpoint: str, office: Office, push_server: Maker
) -> None:
    db.database().settings = replace(db.database().settings, push_inside=False)
    with pytest.raises(Invalid, match=r"channel\.not_a_browser"):
        browsers.subscribe(office.head, endpoint=endpoint, device="", **Browser().keys)


def test_keys_that_are_none_an_eleventh_browser_and_an_office_without_push_are_refused(
    office: Office, push_server: Maker
) -> None:
    good = "https://push.example.org/"
    with pytest.raises(Invalid):
        browsers.subscribe(office.head, endpoint=good, p256dh="AAAA", auth="!", device="")
    for n in range(browsers.MOST):
        subscribe(office.head, push_server, f"browser {n}")
    with pytest.raises(BadState, match=r"channel\.too_many_browsers"):
        subscribe(office.head, push_server, "one more")
    subscribe(office.head, push_server, "browser 0")
    db.database().settings = replace(db.database().settings, push=False)
    with pytest.raises(BadState, match=r"channel\.push_off"):
        browsers.subscribe(office.officer, endpoint=good, device="", **Browser().keys)


def test_a_browser_of_somebody_else_is_not_ended_and_a_shared_one_is_the_last_persons(
    office: Office, push_server: Maker
) -> None:
    subscribe(office.head, push_server)
    browsers.end(office.officer, browsers.of(office.head.id)[0].id)
    assert len(browsers.of(office.head.id)) == 1
    subscribe(office.officer, push_server)
    assert browsers.of(office.head.id) == []
    browsers.end(office.officer, browsers.of(office.officer.id)[0].id)
    assert browsers.of(office.officer.id) == []
    assert channels.takers([office.officer.id], "assigned", PUSH) == []


def test_the_key_is_made_once_and_read_by_nobody_else(office: Office, push_server: Maker) -> None:
    settings = db.database().settings
    first = vapid.public_key(settings)
    assert vapid.public_key(settings) == first
    assert vapid.key_file(settings).stat().st_mode & 0o777 == 0o600
    assert len(base64.urlsafe_b64decode(first + "=")) == 65
