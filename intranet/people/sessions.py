"""Sessions that live on the server: the browser holds 256 random bits, the table only their SHA-256.

Before sign-in there is no row: what a stranger's form needs (its CSRF token) rides in Flask's signed cookie.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, g, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, current_user
from sqlalchemy import JSON, ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import CallbackDict

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.config import Settings
from intranet.core.db import Base
from intranet.people.models import RECEIVING_ROLES, Delegation, Unit, User

_SEEN_EVERY = timedelta(minutes=1)


class SessionRow(Base):
    """One signed-in browser."""

    __tablename__ = "session"
    id: Mapped[int] = mapped_column(primary_key=True)
    #: Random name for the person's own list of devices; never the secret.
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    #: The stand-in's Delegation in use, if any.
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    #: What the browser calls itself, shortened, for the list of devices.
    device: Mapped[str] = mapped_column(String(200), default="")
    data: Mapped[Any] = mapped_column(JSON)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """The session of a signed-in browser."""

    def __init__(self, row: SessionRow) -> None:
        def changed(_: object) -> None:
            self.modified = True

        super().__init__(dict(row.data), changed)
        self.modified = False
        self.row_id = row.id
        self.seen_at = row.seen_at
        self.delegation_id = row.delegation_id


class OfficeSessions(SecureCookieSessionInterface):
    """Opens and saves sessions; only a changed one is written, and ``seen_at`` once a minute."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.sid_name = "__Host-sid" if settings.is_https else "sid"

    def get_cookie_name(self, app: Flask) -> str:
        """Name of the signed cookie of strangers."""
        return "__Host-pre" if self.settings.is_https else "pre"

    def get_cookie_secure(self, app: Flask) -> bool:
        """Over TLS only, but on loopback for trying out."""
        return self.settings.is_https

    def get_cookie_samesite(self, app: Flask) -> str:
        """Links from elsewhere may open a page; foreign forms carry no cookie."""
        return "Lax"

    def open_session(  # type: ignore[override]  # a row or the signed cookie
        self, app: Flask, request: Request
    ) -> SessionMixin | None:
        """The session that the request's cookie opens; a stranger's where it opens none."""
        token = request.cookies.get(self.sid_name)
        if token:
            with db.scope():
                row = find_row(token, self.settings)
                if row is not None:
                    return ServerSession(row)
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed; hand out or take back the cookie after sign-in and sign-out."""
        token = g.pop("session_token", None)
        if token is not None:
            response.set_cookie(
                self.sid_name,
                token,
                httponly=True,
                secure=self.settings.is_https,
                samesite="Lax",
                path="/",
            )
            response.delete_cookie(self.get_cookie_name(app), path="/", secure=self.settings.is_https)
            return
        if g.pop("session_ended", False):
            response.delete_cookie(self.sid_name, path="/", secure=self.settings.is_https)
            return
        if not isinstance(session, ServerSession):
            super().save_session(app, session, response)
            return
        now = clock.now()
        values: dict[str, Any] = {}
        if session.modified:
            values["data"] = dict(session)
        if now - session.seen_at >= _SEEN_EVERY:
            values["seen_at"] = now
        if values:
            with db.unit_of_work() as opened:
                opened.execute(update(SessionRow).where(SessionRow.id == session.row_id).values(**values))


def find_row(token: str, settings: Settings) -> SessionRow | None:
    """The row of a token that is neither ended, idle too long nor too old."""
    row = db.session().scalar(select(SessionRow).where(SessionRow.token_hash == _hash(token)))
    now = clock.now()
    if row is None or row.ended_at is not None:
        return None
    is_idle = now - row.seen_at > timedelta(minutes=settings.idle_minutes)
    is_old = now - row.created_at > timedelta(hours=settings.session_hours)
    return None if is_idle or is_old else row


def begin(user_id: int, *, device: str, delegation_id: int | None = None) -> SessionRow:
    """Make a session row in the open unit of work; its cookie goes out with this answer."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    row = SessionRow(
        public_id=secrets.token_hex(16),
        token_hash=_hash(token),
        user_id=user_id,
        delegation_id=delegation_id,
        device=device[:200],
        data={"_user_id": str(user_id), "_fresh": True, "csrf_token": secrets.token_hex(32)},
        created_at=now,
        seen_at=now,
    )
    db.session().add(row)
    g.session_token = token
    return row


def end(row_id: int) -> None:
    """End a session in the open unit of work; its cookie opens nothing from now on."""
    db.session().execute(
        update(SessionRow)
        .where(SessionRow.id == row_id, SessionRow.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def install_sessions(app: Flask) -> None:
    """Give the application its sessions and Flask-Login on top of them."""
    app.session_interface = OfficeSessions(app.config["SETTINGS"])
    manager = LoginManager()
    manager.session_protection = None
    manager.user_loader(_load_user)
    manager.init_app(app)


def load_actor() -> Actor | None:
    """Whoever is signed in, the mapped object itself; a lasting password must have been set."""
    if not current_user.is_authenticated:
        return None
    user: User = current_user._get_current_object()
    g.actor_id = user.id
    return user


def _load_user(key: str) -> User | None:
    user = db.session().get(User, int(key))
    if user is None or not user.is_active:
        return None
    if isinstance(session, ServerSession) and session.delegation_id is not None:
        user.stand_in_for(_principal(session.delegation_id, user))
    if user.has_role(*RECEIVING_ROLES):
        units = select(Unit.id).where(Unit.represents_id == user.standing.org_id)
        user.receive_for(db.session().scalars(units).all())
    return user


def _principal(delegation_id: int, substitute: User) -> User | None:
    """The principal of a stand-in that is in force today, else nobody."""
    found = db.session().get(Delegation, delegation_id)
    if found is None or found.substitute_id != substitute.id or not found.holds_on(clock.today()):
        return None
    return found.principal


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
