"""Sessions that live on the server: the browser holds 256 random bits, the table only their SHA-256.

Before sign-in there is no row: what a stranger's form needs (its CSRF token) rides in Flask's signed cookie.
"""

import functools
import hashlib
import logging
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, g, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, current_user
from sqlalchemy import JSON, ForeignKey, Row, String, bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Mapped, joinedload, lazyload, mapped_column, object_session
from sqlalchemy.orm.attributes import set_committed_value
from werkzeug.datastructures import CallbackDict
from werkzeug.http import parse_cookie

from intranet.core import clock, db
from intranet.core.actor import Actor
from intranet.core.config import Settings
from intranet.core.db import Base
from intranet.core.errors import Unavailable
from intranet.core.live import MEETINGS, is_asking
from intranet.core.shapes import Shape, ask
from intranet.people.models import RECEIVING_ROLES, Delegation, Role, RoleGrant, Unit, User

log = logging.getLogger("intranet.sessions")

#: An administrator who does nothing for so long is signed out.
ADMIN_IDLE = timedelta(minutes=15)
#: Nobody is at a tablet all the time: a session bound to one record may rest so long.
BOUND_IDLE = timedelta(hours=8)
#: Header of an answer to a browser whose session was ended on purpose: what it keeps is to be forgotten.
SESSION_STATE = "Office-Session"
#: Header of what an open page asks for by itself, which is no use of the session.
OWN_REFRESH = "Office-Refresh"
#: Where whoever is not signed in arrives.
_DOORS = frozenset({"people.sign_in", "meetings_devices.tablet"})
_SEEN_EVERY = timedelta(minutes=1)
_KEEP_ENDED = timedelta(days=30)


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
    #: Why it ended, for whoever still sits before that browser: ``session.ended.<why>``; empty: by sign-out.
    ended_why: Mapped[str | None] = mapped_column(String(20))
    #: The one record it is bound to, such as ``meeting:41``; empty for whoever signed in with a password.
    only: Mapped[str | None] = mapped_column(String(40), index=True)
    #: A bound one ends then at the latest.
    until: Mapped[datetime | None]


# Every request and socket event asks these: made once, of tables and not of objects, they cost a third.
_rows, _users, _grants = SessionRow.__table__.c, User.__table__.c, RoleGrant.__table__.c
_ASKED = (
    _rows.id,
    _rows.user_id,
    _rows.delegation_id,
    _rows.data,
    _rows.created_at,
    _rows.seen_at,
    _rows.ended_at,
    _rows.only,
    _rows.until,
    _users.is_active,
    _users.must_change_password,
)
_OPENING = select(*_ASKED).where(_rows.token_hash == bindparam("token_hash"), _users.id == _rows.user_id)
# Posts and units are read when something asks for them: in a room nothing does.
_PERSON = (
    select(User)
    .where(User.id == bindparam("user_id"))
    .options(lazyload(User.posts), joinedload(User.grants).lazyload(RoleGrant.unit))
    .execution_options(**{db.KEPT: True})
)
# Whoever asks over a socket is read along with the session: one question for both.
_person, _grant = Shape(User), Shape(RoleGrant)
_OPENING_FOR = (
    select(*_ASKED, *_person.columns, *_grant.columns)
    .join_from(SessionRow.__table__, User.__table__, _users.id == _rows.user_id)
    .outerjoin(RoleGrant.__table__, _grants.user_id == _users.id)
    .where(_rows.token_hash == bindparam("token_hash"))
    .order_by(_grants.id)
)


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """The session of a signed-in browser."""

    def __init__(self, row: Row[*tuple[Any, ...]], person: User | None = None) -> None:
        def changed(_: object) -> None:
            self.modified = True

        super().__init__(dict(row.data), changed)
        self.modified = False
        self.row_id = row.id
        self.seen_at = row.seen_at
        self.created_at = row.created_at
        self.delegation_id = row.delegation_id
        self.only = row.only
        #: The person is active, and has a password that lasts.
        self.is_active = row.is_active
        self.is_settled = not row.must_change_password
        #: Whose it is, where that was read along.
        self.person = person

    def note_seen(self) -> None:
        """Count this as use of the session; written at most once a minute, and given up when busy."""
        now = clock.now()
        if now - self.seen_at < _SEEN_EVERY:
            return
        self.seen_at = now
        try:
            with db.unit_of_work() as opened:
                opened.execute(update(SessionRow).where(SessionRow.id == self.row_id).values(seen_at=now))
        except Unavailable:
            log.warning("use of a session was not noted")


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
        """The session that the request's cookie opens; a stranger's where it opens none.

        Built files are anybody's: a page asks for a dozen of them, and none needs a look at the database.
        """
        if app.static_url_path and request.path.startswith(f"{app.static_url_path}/"):
            return self.session_class()
        token = parse_cookie(request.environ.get("HTTP_COOKIE")).get(self.sid_name)
        if token:
            rows = find_rows(token, self.settings, with_person=is_asking())
            if rows:
                return ServerSession(rows[0], _person_of(rows) if is_asking() else None)
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
        if session.modified:
            with db.unit_of_work() as opened:
                own = SessionRow.id == session.row_id
                opened.execute(update(SessionRow).where(own).values(data=dict(session), seen_at=clock.now()))
        elif OWN_REFRESH not in request.headers:
            session.note_seen()


def find_rows(token: str, settings: Settings, *, with_person: bool = False) -> Sequence[Row[Any]]:
    """What a session is opened from, perhaps with whose it is; nothing where the token opens none."""
    asked = {"token_hash": _hash(token)}
    rows = ask(db.session(), _OPENING_FOR, asked) if with_person else db.rows(_OPENING, asked)
    return rows if rows and _is_open(rows[0], settings) else ()


def _person_of(rows: Sequence[Row[Any]]) -> User:
    """Whose session the rows open, with the roles: they are alike but for these."""
    opened, at = db.session(), len(_ASKED) + len(_person.columns)
    person = _person.of(opened, rows[0][len(_ASKED) : at])
    held = [row[at:] for row in rows if row[at] is not None]
    set_committed_value(person, "grants", [_grant.of(opened, values) for values in held])
    return person


def people_signed_in(user_ids: Collection[int]) -> set[int]:
    """Those of these people who have at least one open session."""
    settings = db.database().settings
    rows = db.session().scalars(
        select(SessionRow).where(SessionRow.user_id.in_(user_ids), SessionRow.ended_at.is_(None))
    )
    return {row.user_id for row in rows if _is_open(row, settings)}


def still_signed_in(row_ids: Collection[int]) -> dict[int, SessionRow]:
    """Those of these sessions that were not ended on purpose, also where they only rest."""
    query = select(SessionRow).where(SessionRow.id.in_(row_ids), SessionRow.ended_at.is_(None))
    return {row.id: row for row in db.session().scalars(query)} if row_ids else {}


def open_rows(user_id: int) -> list[SessionRow]:
    """A person's open sessions, the last used first."""
    settings = db.database().settings
    rows = db.session().scalars(
        select(SessionRow)
        .where(SessionRow.user_id == user_id, SessionRow.ended_at.is_(None))
        .order_by(SessionRow.seen_at.desc(), SessionRow.id.desc())
    )
    return [row for row in rows if _is_open(row, settings)]


def present_row_id() -> int | None:
    """Key of the session of this request, ``None`` for a stranger's."""
    return session.row_id if isinstance(session, ServerSession) else None


def begin(
    user_id: int,
    *,
    device: str,
    delegation_id: int | None = None,
    since: datetime | None = None,
    only: str | None = None,
) -> SessionRow:
    """Make a session row in the open unit of work; its cookie goes out with this answer.

    :param since: when the person proved who they are, if that was earlier; the absolute age counts from it.
    :param only: the one record it is bound to.
    """
    token = secrets.token_urlsafe(32)
    now = clock.now()
    row = SessionRow(
        public_id=secrets.token_hex(16),
        token_hash=_hash(token),
        user_id=user_id,
        delegation_id=delegation_id,
        device=device[:200],
        data={"_user_id": str(user_id), "_fresh": True, "csrf_token": secrets.token_hex(32)},
        created_at=since or now,
        seen_at=now,
        only=only,
    )
    db.session().add(row)
    g.session_token = token
    return row


def end(row_id: int, why: str | None = None) -> None:
    """End a session in the open unit of work; its cookie opens nothing from now on."""
    db.session().execute(
        update(SessionRow)
        .where(SessionRow.id == row_id, SessionRow.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_why=why)
    )


def end_bound(only: str, user_id: int, why: str | None = None, *, but: int = 0) -> None:
    """End a person's sessions bound to this record, one perhaps excepted, in the open unit of work."""
    db.session().execute(
        update(SessionRow)
        .where(SessionRow.only == only, SessionRow.user_id == user_id, SessionRow.id != but)
        .where(SessionRow.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_why=why)
        .execution_options(synchronize_session=False)
    )


def limit_bound(only: str, until: datetime | None) -> None:
    """Let the sessions bound to this record end then, ``None``: not by themselves; in the open work."""
    db.session().execute(
        update(SessionRow)
        .where(SessionRow.only == only, SessionRow.ended_at.is_(None))
        .values(until=until)
        .execution_options(synchronize_session=False)
    )


def why_ended() -> str | None:
    """Why the session whose cookie this browser still holds was ended, where a reason was kept."""
    token = request.cookies.get(OfficeSessions(db.database().settings).sid_name)
    if not token:
        return None
    return db.session().scalar(select(SessionRow.ended_why).where(SessionRow.token_hash == _hash(token)))


def was_ended() -> bool:
    """True when the session of this browser's cookie was ended, or its record is over; not by resting."""
    token = request.cookies.get(OfficeSessions(db.database().settings).sid_name)
    if not token:
        return False
    is_over = or_(SessionRow.ended_at.is_not(None), SessionRow.until < clock.now())
    found = select(SessionRow.id).where(SessionRow.token_hash == _hash(token), is_over)
    return db.session().scalar(found) is not None


def end_all(user_id: int, *, but: int | None = None) -> int:
    """End every session of a person in the open unit of work, one perhaps excepted; returns how many."""
    ended = db.session().execute(
        update(SessionRow)
        .where(SessionRow.user_id == user_id, SessionRow.ended_at.is_(None), SessionRow.id != (but or 0))
        .values(ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has a row count


def sign_out_here() -> None:
    """Take the cookie back with this answer."""
    g.session_ended = True


def sweep() -> None:
    """Drop rows that nobody used for a month, in the open unit of work."""
    db.session().execute(delete(SessionRow).where(SessionRow.seen_at < clock.now() - _KEEP_ENDED))


def install_sessions(app: Flask) -> None:
    """Give the application its sessions and Flask-Login on top of them."""
    app.session_interface = OfficeSessions(app.config["SETTINGS"])
    manager = LoginManager()
    manager.session_protection = None
    manager.user_loader(_load_user)
    manager.init_app(app)
    app.after_request(_say_ended)


def _say_ended(response: Response) -> Response:
    """Tell a browser with the cookie of an ended session so, wherever it is not let in or shown a door."""
    is_door = response.status_code == 401 or request.endpoint in _DOORS
    if is_door and not isinstance(session, ServerSession) and was_ended():
        response.headers[SESSION_STATE] = "ended"
    return response


def load_actor() -> Actor | None:
    """Whoever is signed in, the mapped object itself; over a socket only with a lasting password.

    What is asked in a room counts as use of the session, as a page does; the desk's own refreshing does not.
    """
    user: User = current_user._get_current_object()
    if not user.is_authenticated:
        return None
    if object_session(user) is None:
        # Read in a scope that has ended since: what is asked of it could not be read any more.
        again = _load_user(session["_user_id"])
        if again is None:
            return None
        user = g._login_user = again
    if isinstance(session, ServerSession) and hasattr(request, "sid"):
        if user.must_change_password and session.only is None:
            return None
        if getattr(request, "namespace", None) == MEETINGS:
            session.note_seen()
    g.actor_id = user.id
    return user


def load_person() -> int | None:
    """The id of whoever is signed in with a lasting password and an active account."""
    if not isinstance(session, ServerSession) or "_user_id" not in session:
        return None
    is_bound = session.only is not None
    if is_bound and getattr(request, "namespace", None) != MEETINGS:
        return None
    if not session.is_active or not (is_bound or session.is_settled):
        return None
    return int(session["_user_id"])


def _load_user(key: str) -> User | None:
    user = session.person if isinstance(session, ServerSession) else None
    if user is None or user.id != int(key) or object_session(user) is None:
        user = db.session().scalars(_PERSON, {"user_id": int(key)}).unique().one_or_none()
    if user is None or not user.is_active:
        return None
    if isinstance(session, ServerSession):
        user.come_by(session.row_id, session.created_at, session.only)
        if session.only is not None:
            return user
    if isinstance(session, ServerSession) and session.delegation_id is not None:
        user.stand_in_for(_principal(session.delegation_id, user))
    if user.has_role(*RECEIVING_ROLES):
        user.receive_for(functools.partial(_units_standing_for, user.standing.org_id))
    return user


def _units_standing_for(org_id: int) -> Collection[int]:
    return db.session().scalars(select(Unit.id).where(Unit.represents_id == org_id)).all()


def _principal(delegation_id: int, substitute: User) -> User | None:
    """The principal of a stand-in that is in force today, else nobody."""
    found = db.session().get(Delegation, delegation_id)
    if found is None or found.substitute_id != substitute.id or not found.holds_on(clock.today()):
        return None
    return found.principal if found.principal.is_active else None


def _is_open(row: SessionRow | Row[*tuple[Any, ...]], settings: Settings) -> bool:
    now = clock.now()
    idle = now - row.seen_at
    if row.ended_at is not None or now - row.created_at > timedelta(hours=settings.session_hours):
        return False
    if row.only is not None:
        return idle <= BOUND_IDLE and (row.until is None or now <= row.until)
    if idle > timedelta(minutes=settings.idle_minutes):
        return False
    return idle <= ADMIN_IDLE or not _is_admin(row.user_id)


def _is_admin(user_id: int) -> bool:
    held = exists().where(RoleGrant.user_id == user_id, RoleGrant.role == Role.ADMIN)
    return bool(db.session().scalar(select(held)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
