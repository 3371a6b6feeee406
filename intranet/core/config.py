"""Settings of one installation: environment first, then the data folder; secrets in a 0600 file."""

import contextlib
import json
import os
import secrets as _secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_ROOT = Path(__file__).resolve().parents[2]
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_KEY_BYTES = 32


class WeakConfiguration(Exception):
    """The installation would not be safe; the start is refused. Each argument is one reason."""


@dataclass(frozen=True)
class Settings:
    """All settings, read once at the start."""

    data_dir: Path
    database_url: str
    #: The address under which browsers reach the office, without a trailing slash.
    public_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    is_sample: bool = False
    sample_password: str = "matkhau-mau-2026"  # noqa: S105 - shown on the sign-in page of sample mode
    #: True in the gevent web process, which must never wait inside SQLite.
    is_web: bool = False
    is_testing: bool = False
    #: Where the web processes of this installation share their rooms; ``None`` with one process alone.
    redis_url: str | None = None
    #: A room's event is framed once for all its tablets; off: every socket frames it by itself.
    frame_once: bool = True
    #: Other forms of our own address whose Origin is ours too.
    extra_origins: tuple[str, ...] = ()
    trusted_proxies: int = 0
    max_file_bytes: int = 100 * 1024 * 1024
    max_request_bytes: int = 200 * 1024 * 1024
    idle_minutes: int = 30
    session_hours: int = 12
    #: The mail server that takes our letters; ``None``: no letters are written.
    smtp_host: str | None = None
    smtp_port: int = 587
    #: ``starttls``, ``tls`` from the first byte, or ``none``, on loopback alone.
    smtp_tls: str = "starttls"
    smtp_user: str | None = None
    smtp_password: str | None = field(default=None, repr=False)
    #: File of the authority that signed the server's certificate, where the system does not know it.
    smtp_ca: str | None = None
    #: Sender of our letters.
    mail_from: str = ""
    #: Endings of addresses to which letters may go (``anbinh.gov.vn``); none: all.
    mail_domains: tuple[str, ...] = ()
    #: Whether browsers are told through the push servers of their makers, which needs the internet.
    push: bool = False
    #: Pushes may go to addresses that are not public; for tests, which have no others.
    push_inside: bool = False
    keys: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded default."""
        return self.database_url.startswith("sqlite")

    @property
    def is_https(self) -> bool:
        """True when browsers come over TLS."""
        return self.public_url.startswith("https://")

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins that count as ours, for forms and sockets."""
        return (self.public_url, *self.extra_origins)

    @property
    def trusted_hosts(self) -> list[str]:
        """Host names (without port) that a request may carry."""
        return [urlsplit(origin).hostname or "" for origin in self.origins]

    @property
    def file_dir(self) -> Path:
        """Where blobs lie."""
        return self.data_dir / "files"


def data_folder() -> Path:
    """Where this installation keeps everything: ``OFFICE_DATA``, else ``var``."""
    return Path(os.environ.get("OFFICE_DATA") or _ROOT / "var").resolve()


def load(**overrides: Any) -> Settings:
    """Read the settings of this process; makes the data folder (mode 0700) and its secrets if new."""
    data_dir = Path(overrides.pop("data_dir", None) or data_folder()).resolve()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    port = int(overrides.pop("port", None) or os.environ.get("PORT") or 8000)
    host = overrides.pop("host", None) or os.environ.get("OFFICE_HOST") or "127.0.0.1"
    public = overrides.pop("public_url", None) or os.environ.get("OFFICE_URL") or f"http://127.0.0.1:{port}"
    extra = (f"http://localhost:{port}",) if public == f"http://127.0.0.1:{port}" else ()
    values: dict[str, Any] = {
        "data_dir": data_dir,
        "database_url": os.environ.get("OFFICE_DATABASE_URL") or f"sqlite:///{data_dir / 'office.sqlite3'}",
        "public_url": public.rstrip("/"),
        "host": host,
        "port": port,
        "is_sample": (data_dir / "sample").exists(),
        "sample_password": os.environ.get("OFFICE_SAMPLE_PASSWORD") or "matkhau-mau-2026",
        "extra_origins": extra,
        "trusted_proxies": int(os.environ.get("OFFICE_PROXIES") or 0),
        "redis_url": os.environ.get("OFFICE_REDIS") or None,
        "frame_once": os.environ.get("OFFICE_FRAME_ONCE") != "off",
        "keys": _load_keys(data_dir / "secrets.json"),
        **_mail(),
        "push": os.environ.get("OFFICE_PUSH") == "on",
    }
    return Settings(**(values | overrides))


def _mail() -> dict[str, Any]:
    """How letters leave, as the environment says."""
    tls = os.environ.get("OFFICE_SMTP_TLS") or "starttls"
    domains = (os.environ.get("OFFICE_MAIL_DOMAINS") or "").lower().split(",")
    return {
        "smtp_host": os.environ.get("OFFICE_SMTP_HOST") or None,
        "smtp_port": int(os.environ.get("OFFICE_SMTP_PORT") or (465 if tls == "tls" else 587)),
        "smtp_tls": tls,
        "smtp_user": os.environ.get("OFFICE_SMTP_USER") or None,
        "smtp_password": _secret("OFFICE_SMTP_PASSWORD"),
        "smtp_ca": os.environ.get("OFFICE_SMTP_CA") or None,
        "mail_from": (os.environ.get("OFFICE_MAIL_FROM") or "").strip(),
        "mail_domains": tuple(name.strip().lstrip("@") for name in domains if name.strip()),
    }


def _secret(name: str) -> str | None:
    """A secret from the environment, or from the file that ``<name>_FILE`` names."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip() or None
    return os.environ.get(name) or None


def needs_sandbox() -> bool:
    """Whether programs that read foreign files may run in ``bwrap`` alone (``SANDBOX=required``)."""
    return os.environ.get("SANDBOX") == "required"


def weaknesses(settings: Settings, *, is_debug: bool = False) -> list[str]:
    """Reasons to refuse the start, in English for the operator; empty when all is well."""
    found = []
    is_loopback = settings.host in _LOOPBACK
    if not is_loopback and not settings.is_https:
        found.append("the address is not loopback, so OFFICE_URL must be https")
    if not is_loopback and settings.is_sample:
        found.append("sample mode (known passwords) may listen on loopback only")
    if not is_loopback and is_debug:
        found.append("debug mode on an address other than loopback")
    if not is_loopback and os.environ.get("OFFICE_CLOCK_FILE"):
        found.append("a moved clock (OFFICE_CLOCK_FILE) on an address other than loopback")
    found += _weak_mail(settings)
    if any(len(key) < _KEY_BYTES * 2 for key in settings.keys.values()):
        found.append("a key in secrets.json is shorter than 32 bytes")
    if "*" in settings.origins:
        found.append("the origin * is not allowed")
    secrets_file = settings.data_dir / "secrets.json"
    if secrets_file.exists() and secrets_file.stat().st_mode & 0o077:
        found.append(f"{secrets_file} can be read by others; chmod 600 it")
    if settings.data_dir.stat().st_mode & 0o077:
        found.append(f"the data folder {settings.data_dir} can be read by others; chmod 700 it")
    return found


def _weak_mail(settings: Settings) -> list[str]:
    if settings.smtp_host is None:
        return []
    found = []
    if settings.smtp_tls not in {"starttls", "tls", "none"}:
        found.append("OFFICE_SMTP_TLS must be starttls, tls or none")
    if settings.smtp_tls == "none" and settings.smtp_host not in _LOOPBACK:
        found.append("OFFICE_SMTP_TLS=none is for a mail server on loopback only")
    if "@" not in settings.mail_from:
        found.append("OFFICE_SMTP_HOST is set, so OFFICE_MAIL_FROM must be the sender's address")
    if bool(settings.smtp_user) != bool(settings.smtp_password):
        found.append("OFFICE_SMTP_USER and OFFICE_SMTP_PASSWORD (or OFFICE_SMTP_PASSWORD_FILE) go together")
    return found


def require_strong(settings: Settings) -> None:
    """Refuse a weak configuration.

    :raises WeakConfiguration: with every reason.
    """
    found = weaknesses(settings)
    if found:
        raise WeakConfiguration(*found)


def _load_keys(path: Path) -> dict[str, str]:
    if not path.exists():
        fresh = {name: _secrets.token_hex(_KEY_BYTES) for name in ("signing", "audit", "field")}
        own = path.with_name(f"{path.name}.{_secrets.token_hex(4)}")
        handle = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            json.dump(fresh, stream)
            stream.flush()
            os.fsync(stream.fileno())
        # Two processes may start at once: the first file stays, and is never seen half written.
        with contextlib.suppress(FileExistsError):
            os.link(own, path)
        own.unlink()
    keys: dict[str, str] = json.loads(path.read_text(encoding="ascii"))
    return keys
