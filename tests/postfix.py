"""A Postfix for tests: Debian's, in a folder of its own, on loopback, with TLS, sign-in and mailboxes.

It must be started by root, as a mail server is; what it runs then runs as ``postfix``.
"""

import base64
import contextlib
import email
import os
import pwd
import smtplib
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DOMAIN = "anbinh.gov.test"
USER, PASSWORD = "vanphong", "mat-khau-thu-9Kq"
_DAEMONS = Path("/usr/lib/postfix/sbin")
_QUEUES = (
    *("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop"),
    *("pid", "private", "public", "saved", "trace"),
)
_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = {daemons}
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{domain}
mydestination =
mynetworks =
local_transport = error:none
default_transport = error:nothing leaves this test
alias_maps =
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
smtpd_tls_cert_file = {folder}/server.pem
smtpd_tls_key_file = {folder}/server.key
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{guard}
smtpd_sasl_security_options = noanonymous
smtpd_client_restrictions = permit_sasl_authenticated, reject
smtpd_delay_reject = yes
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/answers
"""
_MASTER = """
127.0.0.1:{starttls} inet n - n - - smtpd
127.0.0.1:{tls} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
error unix - - n - - error
virtual unix - n n - - virtual
postlog unix-dgram n - n - 1 postlogd
"""


class Missing(RuntimeError):
    """The server's program is not on this machine, or we are not root."""


class Postfix:
    """A running mail server; ``read`` gives what arrived in a mailbox."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.starttls, self.tls = _free_port(), _free_port()
        self.authority = folder / "authority.pem"
        self._process: subprocess.Popen[bytes] | None = None
        self._guard = _Guard(("127.0.0.1", 0), _Asking)

    def start(self) -> None:
        """Return when it answers.

        :raises Missing: it can not be started here.
        """
        if not (_DAEMONS / "master").exists():
            raise Missing("Postfix is missing: apt-get install postfix")
        if os.geteuid() != 0:
            raise Missing("Postfix is started by root alone")
        self._configure()
        threading.Thread(target=self._guard.serve_forever, daemon=True).start()
        self._process = subprocess.Popen(
            [str(_DAEMONS / "master"), "-c", str(self.folder), "-d"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 15
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(OSError), smtplib.SMTP("127.0.0.1", self.starttls, timeout=5):
                return
            time.sleep(0.02)
        raise RuntimeError((self.folder / "log").read_text() if (self.folder / "log").exists() else "no log")

    def stop(self) -> None:
        """End it with everything it started."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None
            self._guard.shutdown()
        self._guard.server_close()

    def read(self, name: str, *message_ids: str) -> list[EmailMessage]:
        """The letters of these ids in a mailbox, once all are there, each as often as it came."""
        box = self.folder / "mail" / name / "new"
        until = time.monotonic() + 10
        while time.monotonic() < until:
            files = sorted(box.glob("*")) if box.is_dir() else []
            letters: list[EmailMessage] = [
                email.message_from_bytes(one.read_bytes(), policy=policy.default)  # type: ignore[misc]
                for one in files
            ]
            found = [one for one in letters if one["Message-ID"] in message_ids]
            if {str(one["Message-ID"]) for one in found} == set(message_ids):
                return found
            time.sleep(0.02)
        raise AssertionError(f"{name} has not got {message_ids}:\n{self.log()[-3000:]}")

    def log(self) -> str:
        """What the server noted."""
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _configure(self) -> None:
        folder = self.folder
        folder.chmod(0o755)
        account = pwd.getpwnam("postfix")
        for name in ("queue", "data", "mail"):
            (folder / name).mkdir(mode=0o755)
            os.chown(folder / name, account.pw_uid if name != "queue" else 0, account.pw_gid)
        for name in _QUEUES:
            path = folder / "queue" / name
            path.mkdir(mode=0o700)
            os.chown(path, 0 if name == "pid" else account.pw_uid, account.pw_gid)
            path.chmod(0o755 if name == "pid" else 0o710 if name == "public" else 0o700)
        _make_certificates(folder)
        names = {
            "folder": folder, "daemons": _DAEMONS, "domain": DOMAIN,
            "uid": account.pw_uid, "gid": account.pw_gid, "starttls": self.starttls, "tls": self.tls,
            "guard": self._guard.server_address[1],
        }  # fmt: skip
        (folder / "main.cf").write_text(_MAIN.format(**names))
        (folder / "master.cf").write_text(_MASTER.format(**names))
        boxes = ("truongphong", "chuyenvien", "later")
        (folder / "mailboxes").write_text("".join(f"{one}@{DOMAIN} {one}/\n" for one in boxes))
        (folder / "answers").write_text(f"later@{DOMAIN} 451 4.7.1 Hom thu dang ban\n")


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Postfix]:
    """A Postfix for the length of a block."""
    server = Postfix(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


class _Guard(socketserver.ThreadingTCPServer):
    """Judges who signs in, as Postfix asks it (the protocol of Dovecot's authentication server)."""

    daemon_threads = True
    allow_reuse_address = True


class _Asking(socketserver.StreamRequestHandler):
    """One connection of Postfix."""

    def handle(self) -> None:
        """Say what we can, then answer each question."""
        self._say("VERSION\t1\t1", "MECH\tPLAIN\tplaintext", "SPID\t1", "CUID\t1", "COOKIE\tab", "DONE")
        for line in self.rfile:
            what, *rest = line.decode().rstrip("\n").split("\t")
            if what != "AUTH":
                continue
            given = dict(one.partition("=")[::2] for one in rest[2:])
            _, user, password = base64.b64decode(given["resp"]).decode().split("\0")
            is_known = (user, password) == (USER, PASSWORD)
            self._say(f"OK\t{rest[0]}\tuser={user}" if is_known else f"FAIL\t{rest[0]}\tuser={user}")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\n" for line in lines).encode())
        self.wfile.flush()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make_certificates(folder: Path) -> None:
    """An authority of our own, and the server's certificate signed by it, for 127.0.0.1."""
    now = datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Authority of the tests")])

    def begin(name: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder(issuer, name, public, x509.random_serial_number())
        return builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))

    authority = (
        begin(issuer, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    own = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = (
        begin(name, own.public_key())
        .add_extension(alternative, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    (folder / "server.pem").write_bytes(signed.public_bytes(pem))
    (folder / "server.key").write_bytes(
        own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
