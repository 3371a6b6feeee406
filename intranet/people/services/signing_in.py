"""Coming in, going out, and what a person may do with the own account. No administrator's work here."""

import logging
from dataclasses import dataclass

from sqlalchemy import select

from intranet.core import clock, db
from intranet.core.db import publish, unit_of_work
from intranet.core.errors import Invalid, NotFound, TooMany, Unavailable
from intranet.core.text import nfc
from intranet.people import links, passwords, sessions, throttle
from intranet.people.events import AccessChanged
from intranet.people.models import User
from intranet.people.sessions import SessionRow
from intranet.records import audit

log = logging.getLogger("intranet.security")

THEMES = ("light", "dark")
LANGUAGES = ("vi", "en")


@dataclass(frozen=True)
class SignedIn:
    """Who came in, and the token by which this browser is known again."""

    user_id: int
    device_token: str


def tidy_name(name: str) -> str:
    """An account name as it is compared: NFC, trimmed, lower case."""
    return nfc(name).strip().lower()


def sign_in(
    name: str,
    password: str,
    *,
    device: str,
    device_token: str | None,
    address: str = "",
    is_proved: bool = False,
) -> SignedIn:
    """Begin a session for whoever knows the password; the answer and its time tell nothing about names.

    :param device: what the browser calls itself.
    :param address: where the try comes from.
    :param is_proved: the browser did the work that is asked where one address tries many names.
    :raises Invalid: ``auth.wrong``; ``auth.password_expired``, only for the right temporary password.
    :raises TooMany: ``auth.wait`` with the seconds, ``auth.locked``, ``auth.prove``.
    :raises Unavailable: ``auth.busy``.
    """
    name = tidy_name(name)
    user = db.session().scalar(select(User).where(User.name == name))
    key = throttle.key_for(name, user.id if user else None, device_token)
    if not is_proved and not throttle.is_known_device(key) and throttle.tries_many_names(address):
        raise TooMany("auth.prove")
    throttle.claim(key)
    stored = user.password_hash if user is not None and user.is_active else None
    try:
        is_right = passwords.is_right(stored, password)
    except Unavailable:
        throttle.give_back(key)
        raise
    if user is None or stored is None or not is_right:
        throttle.note_name(address, name)
        log.warning("sign-in refused", extra={"counter": key[:14]})
        raise Invalid("auth.wrong")
    if user.password_until is not None and user.password_until < clock.now():
        raise Invalid("auth.password_expired")
    fresh = passwords.hash_password(password) if passwords.is_outdated(stored) else None
    with unit_of_work() as session:
        throttle.clear(key)
        mine = session.get_one(User, user.id)
        if fresh is not None:
            mine.password_hash = fresh
        token = throttle.remember_device(mine.id, device_token)
        sessions.begin(mine.id, device=device)
        audit.record(mine, "session.started", mine)
        return SignedIn(mine.id, token)


def sign_out(actor: User, row_id: int) -> None:
    """End the session in use; its cookie opens nothing from now on."""
    with unit_of_work():
        sessions.end(row_id)
        audit.record(actor, "session.ended", actor)
        publish(AccessChanged(actor.id))


def sign_out_device(actor: User, public_id: str) -> None:
    """End one session of the actor, named by its random id.

    :raises NotFound: ``session.gone``: not open, or somebody else's.
    """
    with unit_of_work() as session:
        row = session.scalar(
            select(SessionRow).where(SessionRow.public_id == public_id, SessionRow.user_id == actor.id)
        )
        if row is None or row.ended_at is not None:
            raise NotFound("session.gone")
        row.ended_at = clock.now()
        audit.record(actor, "session.ended", actor, session=row.id)
        publish(AccessChanged(actor.id))


def sign_out_others(actor: User, row_id: int | None) -> int:
    """End all sessions of the actor but the one in use, and know no browser any more; returns how many."""
    with unit_of_work():
        ended = sessions.end_all(actor.id, but=row_id)
        throttle.forget_devices(actor.id)
        audit.record(actor, "session.ended_all", actor, ended=ended)
        publish(AccessChanged(actor.id))
        return ended


def prove(actor: User, present: str) -> None:
    """Judge whether it is still the actor who sits there.

    :raises Invalid: ``password.wrong`` beside ``present``.
    :raises TooMany: too many wrong tries.
    :raises Unavailable: ``auth.busy``.
    """
    key = f"prove:{actor.id}"
    throttle.claim(key)
    try:
        is_right = passwords.is_right(actor.password_hash, present)
    except Unavailable:
        throttle.give_back(key)
        raise
    if not is_right:
        raise Invalid("password.wrong", field="present")
    with unit_of_work():
        throttle.clear(key)
        audit.record(actor, "session.proved", actor)


def change_password(actor: User, present: str, new: str, *, device: str) -> None:
    """Replace the actor's password; every session ends and this browser gets a new one.

    :raises Invalid: ``password.wrong`` beside ``present``; what :func:`passwords.require_good` refuses.
    :raises TooMany: too many wrong tries at the present one.
    """
    key = f"change:{actor.id}"
    throttle.claim(key)
    if not passwords.is_right(actor.password_hash, present):
        raise Invalid("password.wrong", field="present")
    if passwords.tidy(new) == passwords.tidy(present):
        raise Invalid("password.same", field="password")
    hashed = _good_hash(actor, new)
    with unit_of_work():
        _replace(actor.id, hashed)
        throttle.clear(key)
        sessions.begin(actor.id, device=device)
        audit.record(actor, "password.changed", actor)


def set_password_by_link(token: str, new: str) -> None:
    """Set the password of whoever was given the link; the link works no more.

    :raises NotFound: ``link.gone``.
    :raises Invalid: what :func:`passwords.require_good` refuses; the link then still works.
    """
    found = links.find(token, links.Purpose.PASSWORD)
    user = db.session().get_one(User, found.user_id or 0)
    if not user.is_active:
        raise NotFound("link.gone")
    hashed = _good_hash(user, new)
    with unit_of_work():
        links.use(found)
        _replace(user.id, hashed)
        audit.record(user, "password.changed", user, link=found.id)


def _good_hash(user: User, new: str) -> str:
    passwords.require_good(new, names=(user.name, user.full_name, user.org.name, user.org.short_name))
    return passwords.hash_password(new)


def _replace(user_id: int, hashed: str) -> None:
    """Store a lasting password in the open unit of work; every session ends, no device is known."""
    mine = db.session().get_one(User, user_id)
    mine.password_hash = hashed
    mine.must_change_password = False
    mine.password_until = None
    throttle.clear(throttle.name_key(mine.name))
    sessions.end_all(user_id)
    throttle.forget_devices(user_id)
    publish(AccessChanged(user_id))


def keep_theme(actor: User, theme: str) -> None:
    """Keep how the person wants pages to look.

    :raises Invalid: ``theme.unknown``.
    """
    if theme not in THEMES:
        raise Invalid("theme.unknown")
    with unit_of_work() as session:
        session.get_one(User, actor.id).theme = theme


def keep_language(actor: User, language: str) -> None:
    """Keep the language of the person's pages.

    :raises Invalid: ``language.unknown``.
    """
    if language not in LANGUAGES:
        raise Invalid("language.unknown")
    with unit_of_work() as session:
        session.get_one(User, actor.id).language = language
