"""Handing letters to a mail server: always over TLS, in bounded time, each answer told as what it means.

A server that says 250 has the letter. One moment allows a double: the server took the letter and its 250 did
not reach us. RFC 5321 (4.5.3.2.6) asks for ten minutes of patience there; we give a third of our lease, and
the Message-ID stays the same, by which mailboxes and people know the second for the first.
"""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator
from types import TracebackType

from intranet.core.config import Settings
from intranet.core.timers import cut_after
from intranet.notices.outbox_sending import Later, Refused, Unreachable

#: Seconds for one answer, for the answer to the whole letter, and for a try from the first byte to the last.
ANSWER_SECONDS = 20.0
TAKEN_SECONDS = 90.0
TRY_SECONDS = 150.0
_CLOSING = 421


class Server:
    """The mail server of this installation, for one round of letters over one connection."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: smtplib.SMTP | None = None

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def hand_over(self, sender: str, to: str, letter: bytes) -> None:
        """The server has taken the letter.

        :raises Unreachable: nothing can be sent now.
        :raises Later: this letter can not be taken now (4xx).
        :raises Refused: it never will (5xx).
        """
        with self._reached(), cut_after(TRY_SECONDS, self._cut):
            client = self._ready()
            self._hand_over(client, sender, to, letter)

    def _hand_over(self, client: smtplib.SMTP, sender: str, to: str, letter: bytes) -> None:
        _expect(client.mail(sender, [f"size={len(letter)}"] if client.has_extn("size") else []))
        _expect(client.rcpt(to))
        _set_patience(client, TAKEN_SECONDS)
        try:
            answer = client.data(letter)
        except smtplib.SMTPDataError as refusal:
            answer = (refusal.smtp_code, _bytes(refusal.smtp_error))
        _set_patience(client, ANSWER_SECONDS)
        _expect(answer)

    def _ready(self) -> smtplib.SMTP:
        """A connection that answers and is clear of the letter before."""
        if self._client is not None:
            try:
                if self._client.rset()[0] == 250:
                    return self._client
            except (OSError, smtplib.SMTPException):
                pass
            self._leave()
        self._client = self._connect()
        return self._client

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        host, port = settings.smtp_host or "", settings.smtp_port
        context = ssl.create_default_context(cafile=settings.smtp_ca)
        # Asking the network for our own name takes long where nobody answers.
        own = settings.mail_from.rpartition("@")[2]
        client: smtplib.SMTP
        if settings.smtp_tls == "tls":
            client = smtplib.SMTP_SSL(local_hostname=own, timeout=ANSWER_SECONDS, context=context)
        else:
            client = smtplib.SMTP(local_hostname=own, timeout=ANSWER_SECONDS)
        # Set by the constructor only when that connects; the certificate is checked against it.
        client._host = host  # type: ignore[attr-defined]  # the library's own
        self._client = client
        greeting = client.connect(host, port)
        if greeting[0] != 220:
            raise Unreachable(_said(greeting))
        if settings.smtp_tls == "starttls":
            client.starttls(context=context)
        client.ehlo_or_helo_if_needed()
        if settings.smtp_user:
            client.login(settings.smtp_user, settings.smtp_password or "")
        return client

    @contextlib.contextmanager
    def _reached(self) -> Iterator[None]:
        """Whatever breaks below an answer means that nothing can be sent now."""
        try:
            yield
        except Unreachable:
            self._leave()
            raise
        except smtplib.SMTPResponseException as refusal:
            # Greeting, STARTTLS or signing in: the letter itself was not spoken of.
            self._leave()
            raise Unreachable(_said((refusal.smtp_code, _bytes(refusal.smtp_error)))) from refusal
        except (OSError, smtplib.SMTPException) as problem:
            self._leave()
            raise Unreachable(f"{type(problem).__name__}: {problem}") from problem

    def _cut(self) -> None:
        client = self._client
        if client is not None and client.sock is not None:
            with contextlib.suppress(OSError):
                client.sock.shutdown(socket.SHUT_RDWR)

    def _leave(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        if client.sock is not None:
            with contextlib.suppress(OSError):
                client.sock.settimeout(2.0)
        with contextlib.suppress(OSError, smtplib.SMTPException):
            client.quit()
        client.close()


def _expect(answer: tuple[int, bytes]) -> None:
    """Go on after a 2xx; say what any other answer means."""
    code = answer[0]
    if 200 <= code < 300:
        return
    if code == _CLOSING or code < 400:
        raise Unreachable(_said(answer))
    raise (Later if code < 500 else Refused)(_said(answer))


def _said(answer: tuple[int, bytes]) -> str:
    return f"{answer[0]} {answer[1].decode('utf-8', 'replace')}"


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _set_patience(client: smtplib.SMTP, seconds: float) -> None:
    if client.sock is not None:
        client.sock.settimeout(seconds)
