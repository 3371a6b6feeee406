"""Mail servers that are silent, slow, closing or full: nothing is lost, and nothing waits for ever."""

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from intranet.core import clock
from intranet.notices import outbox_sending
from intranet.notices.outbox_models import Channel, OutboxState
from mail.services import smtp
from tests.factories import Office
from tests.mail.conftest import Configure, give_address
from tests.notices.letters import row, write

EMAIL = Channel.EMAIL
PLAIN = {"greeting": "220 hi", "ehlo": "250 me", "data": "354 go on", "quit": "221 bye"}


class Server(socketserver.ThreadingTCPServer):
    """Speaks SMTP as it is told: ``says`` gives its answer to a word, ``None`` hangs up."""

    daemon_threads = True
    allow_reuse_address = True
    says: Callable[[str], str | None]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.letters: list[str] = []
        self.says = lambda _word: ""
        self.is_dripping = False

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class Talk(socketserver.StreamRequestHandler):
    """One connection."""

    server: Server

    def handle(self) -> None:
        """Answer word by word until somebody hangs up."""
        if not self._answer("greeting"):
            return
        for line in self.rfile:
            word = line.decode().split(" ")[0].strip().lower()
            if not self._answer(word) or word == "quit":
                return
            if word == "data" and (self.server.says("data") or "354").startswith("354"):
                text = ""
                while (more := self.rfile.readline().decode()) not in (".\r\n", ""):
                    text += more
                self.server.letters.append(text)
                if not self._answer("taken"):
                    return

    def _answer(self, word: str) -> bool:
        told = self.server.says(word)
        if told is None:
            return False
        text = (told or PLAIN.get(word, "250 ok")) + "\r\n"
        if self.server.is_dripping:
            for letter in text * 1000:
                try:
                    self.wfile.write(b"-" if letter in "\r\n" else letter.encode())
                except OSError:
                    return False
                time.sleep(0.05)
        self.wfile.write(text.encode())
        return True


@pytest.fixture
def server(office: Office, configure: Configure, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Such a server, to which the office's letters go; patience is short."""
    monkeypatch.setattr(smtp, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(smtp, "TAKEN_SECONDS", 0.3)
    monkeypatch.setattr(smtp, "TRY_SECONDS", 0.6)
    with Server() as told:
        threading.Thread(target=told.serve_forever, args=[0.02], daemon=True).start()
        configure(smtp_port=told.port, smtp_tls="none")
        give_address(office.head, "truongphong@anbinh.gov.vn")
        write(office.head)
        yield told
        told.shutdown()


def saying(**answers: str | None) -> Callable[[str], str | None]:
    """A server that answers some words in a way of its own."""
    return lambda word: answers.get(word, "")


@pytest.mark.parametrize(
    ("answers", "stands", "reason"),
    [
        ({"greeting": "421 too busy"}, OutboxState.QUEUED, "421 too busy"),
        ({"greeting": "554 go away"}, OutboxState.QUEUED, "554 go away"),
        ({"greeting": None}, OutboxState.QUEUED, "SMTPServerDisconnected"),
        ({"mail": "452 no room"}, OutboxState.QUEUED, "452 no room"),
        ({"rcpt": "450 box is busy"}, OutboxState.QUEUED, "450 box is busy"),
        ({"rcpt": "550 no such box"}, OutboxState.DEAD, "550 no such box"),
        ({"data": "451 later"}, OutboxState.QUEUED, "451 later"),
        ({"data": "554 spam"}, OutboxState.DEAD, "554 spam"),
        ({"taken": "452 disk is full"}, OutboxState.QUEUED, "452 disk is full"),
        ({"taken": "552 too large"}, OutboxState.DEAD, "552 too large"),
    ],
)
def test_each_refusal_is_later_or_never_in_the_servers_words(
    answers: dict[str, str | None], stands: OutboxState, reason: str, server: Server
) -> None:
    server.says = saying(**answers)
    assert outbox_sending.send_due(EMAIL) == 1
    assert row().state is stands
    assert reason in (row().reason or "")
    server.says = saying()
    clock.advance(timedelta(minutes=1))
    assert outbox_sending.send_due(EMAIL) == (1 if stands is OutboxState.QUEUED else 0)


def test_a_silent_server_is_left_and_the_letter_kept(server: Server) -> None:
    server.says = lambda _word: time.sleep(0.8) or None
    outbox_sending.send_due(EMAIL)
    assert row().state is OutboxState.QUEUED


def test_a_server_that_drips_is_cut_off(server: Server) -> None:
    server.is_dripping = True
    outbox_sending.send_due(EMAIL)
    assert row().state is OutboxState.QUEUED


def test_a_letter_whose_acceptance_was_lost_comes_again_under_the_same_message_id(server: Server) -> None:
    server.says = saying(taken=None)
    outbox_sending.send_due(EMAIL)
    assert row().state is OutboxState.QUEUED
    server.says = saying()
    clock.advance(timedelta(minutes=1))
    outbox_sending.send_due(EMAIL)
    assert row().state is OutboxState.SENT
    assert len(server.letters) == 2
    assert all(f"Message-ID: {row().message_id}" in one for one in server.letters)


def test_a_server_without_tls_is_told_nothing(server: Server, configure: Configure) -> None:
    configure(smtp_port=server.port, smtp_tls="starttls", smtp_user="a", smtp_password="b")
    outbox_sending.send_due(EMAIL)
    assert row().state is OutboxState.QUEUED
    assert "STARTTLS" in (row().reason or "")
    assert server.letters == []
