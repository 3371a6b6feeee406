"""A small office served by a real process, and clerks who ask again when the server was killed under them."""

import http.client
import json
import secrets
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from itsdangerous import URLSafeTimedSerializer

from documents.models.document import Document
from documents.models.lifecycle import Direction, DocState
from documents.services import capturing, catalogue
from intranet.core import clock, config, db
from intranet.people.models import Role, User
from intranet.people.sessions import SessionRow
from intranet.records import audit
from tests.factories import make_org, make_unit, make_user
from tests.serving import Server

#: How long a clerk asks again before the test is given up.
PATIENCE = 120.0


@dataclass
class Desk:
    """The office of a crash test."""

    server: Server
    org_id: int
    kind_id: int
    register_id: int
    clerks: list["Clerk"]
    #: Ids of received documents.
    waiting: list[int] = field(default_factory=list)


@contextmanager
def opened(server: Server) -> Iterator[None]:
    """The database of an installation, from within the test's own process."""
    db.open_database(config.load(data_dir=server.data, database_url=server.database_url))
    try:
        with db.scope(), db.across_orgs("the test looks at the whole installation"):
            yield
    finally:
        db.close_database()


def make_desk(server: Server, *, clerks: int, documents: int) -> Desk:
    """An agency with so many clerks and received documents in an installation that does not run yet."""
    server.command("init")
    with opened(server):
        org = make_org("Ủy ban nhân dân tỉnh An Bình", "UBND tỉnh", "UBND", "H99")
        room = make_unit(org, "Phòng Hành chính - Quản trị", "P. HC-QT", "HC")
        people = [make_user(f"vanthu{n}", f"Văn Thư {n}", room, "Văn thư", Role.CLERK) for n in range(clerks)]
        catalogue.seed(org.id)
        kind = catalogue.kind_named(org.id, "Công văn")
        register = catalogue.register_for(org.id, catalogue.RegisterKind.IN, None)
        assert kind is not None
        key = json.loads((server.data / "secrets.json").read_text(encoding="ascii"))["signing"]
        hands = [Clerk(server, *_signed_in(person, key)) for person in people]
        desk = Desk(server, org.id, kind.id, register.id, hands)
        with db.unit_of_work():
            desk.waiting = [_received(people[0], n) for n in range(1, documents + 1)]
    return desk


def _received(clerk: User, n: int) -> int:
    document = Document(
        org_id=clerk.org_id,
        direction=Direction.IN,
        state=DocState.RECEIVED,
        subject=f"Báo cáo số {n}",
        created_by_id=clerk.id,
        created_at=clock.now(),
        arrival_date=clock.today(),
    )
    capturing.set_code(document, str(n), "BTC-ĐT")
    db.session().add(document)
    db.session().flush()
    audit.record(clerk, "document.received", document, channel="file")
    return document.id


def _signed_in(person: User, signing: str) -> tuple[str, str]:
    """Cookie and token of a browser in which the person is signed in."""
    token, raw = secrets.token_urlsafe(32), secrets.token_hex(32)
    now = clock.now()
    with db.unit_of_work() as session:
        session.add(
            SessionRow(
                public_id=secrets.token_hex(16),
                token_hash=sha256(token.encode()).hexdigest(),
                user_id=person.id,
                device="test",
                data={"_user_id": str(person.id), "_fresh": True, "csrf_token": raw},
                created_at=now,
                seen_at=now,
            )
        )
    return token, URLSafeTimedSerializer(signing, salt="wtf-csrf-token").dumps(raw)


class Clerk:
    """One browser: sends a request until it is answered."""

    def __init__(self, server: Server, token: str, csrf: str) -> None:
        self.server = server
        self._headers = {
            "Cookie": f"sid={token}",
            "X-CSRFToken": csrf,
            "Origin": server.url,
            "Accept": "text/html",
        }
        self.asked_again = 0

    def post(self, path: str, body: dict[str, str]) -> tuple[http.client.HTTPResponse, str]:
        """Send a form until an answer comes that was not cut off."""
        data = urllib.parse.urlencode(body).encode()
        more = {"Content-Type": "application/x-www-form-urlencoded"}
        answer, text = self._send("POST", path, data, more)
        return answer, text.decode()

    def drop(self, name: str, data: bytes) -> list[dict[str, str]]:
        """Drop a file on the desk until it is answered; returns what the last answer says of it."""
        line = f"--crash\r\nContent-Disposition: form-data; name=file; filename={name}\r\n"
        body = f"{line}Content-Type: application/pdf\r\n\r\n".encode() + data + b"\r\n--crash--\r\n"
        more = {"Content-Type": "multipart/form-data; boundary=crash", "Accept": "application/json"}
        answer, text = self._send("POST", "/documents/incoming/intake/files", body, more)
        assert answer.status == 200, (answer.status, text)
        found: list[dict[str, str]] = json.loads(text)
        return found

    def get(self, path: str) -> str:
        """The body of a page."""
        return self._send("GET", path, None, {})[1].decode()

    def _send(
        self, method: str, path: str, body: bytes | None, more: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        until = time.monotonic() + PATIENCE
        while True:
            line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
            try:
                line.request(method, path, body=body, headers=self._headers | more)
                answer = line.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException):
                self.asked_again += 1
                assert time.monotonic() < until, "nobody answers any more"
                time.sleep(0.1)
            else:
                if answer.status != 503 or time.monotonic() > until:
                    return answer, text
                time.sleep(0.1)
            finally:
                line.close()


def all_at_once(works: list[Callable[[], None]], meanwhile: Callable[[Callable[[], bool]], None]) -> None:
    """Let each work run in a thread of its own; ``meanwhile`` gets a question whether all are done."""
    faults: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as problem:
            faults.append(problem)

    threads = [threading.Thread(target=guarded, args=[work], daemon=True) for work in works]
    for thread in threads:
        thread.start()
    try:
        meanwhile(lambda: not any(thread.is_alive() for thread in threads))
    finally:
        if faults:
            raise faults[0]
    for thread in threads:
        thread.join(PATIENCE)
    if faults:
        raise faults[0]
    assert not any(thread.is_alive() for thread in threads)


def wait_until(what: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Look again and again until it is so."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)


def worker_of(server: Server) -> int | None:
    """The process id of the worker beside the server, ``None`` while there is none."""
    assert server.pid is not None
    for child in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split():
        words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        if b"worker" in words:
            return int(child)
    return None


def later(server: Server) -> None:
    """Move the installation's clock four minutes ahead: what a dead process had claimed is free again."""
    server.move_clock(float(server.clock_file.read_text(encoding="ascii")) + 240)
