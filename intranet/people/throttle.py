"""Slows guessing without punishing an office behind one address.

Tries are counted per account name, known or not, and apart from that per device that signed in to the account
before, so that somebody else's tries do not lock the owner out. An address is never shut out: where it tries
many different names in vain, browsers not known there have a small work to do first. Counters live in the
database: they survive a restart and are shared by processes. Names are kept as hashes, for people type
passwords there too.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ForeignKey, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from intranet.core import clock, db
from intranet.core.db import Base
from intranet.core.dialect import insert_once
from intranet.core.errors import TooMany

#: Tries before the first wait.
FREE_TRIES = 5
#: The longest wait between two tries, in seconds.
LONGEST_WAIT = 60
#: Wrong tries in a row after which only an administrator helps (NIST SP 800-63B-4, 3.2.2).
MOST_TRIES = 100
#: Different names that may be tried in vain from one address within a minute before a proof of work is asked.
NAMES_PER_ADDRESS = 60
_ADDRESS_WINDOW = timedelta(minutes=1)
#: A counter nobody touched for so long starts anew.
_KEEP = timedelta(hours=24)
_KEEP_DEVICES = timedelta(days=180)


class SignInTry(Base):
    """Wrong tries in a row under one name, or from one known device; acts of a person that are rationed."""

    __tablename__ = "sign_in_try"
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    fails: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    #: When the next try is allowed.
    free_at: Mapped[datetime]


class KnownDevice(Base):
    """A browser from which a person signed in before; it holds the token of which this is the hash."""

    __tablename__ = "known_device"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


def key_for(name: str, user_id: int | None, device_token: str | None) -> str:
    """Under which counter a try falls: the device's own where it is known, else the name's.

    A device that is not known and a name that is not both fall under the name; nothing can be told from it.
    """
    hashed = _hash(device_token or secrets.token_hex(16))
    known = select(KnownDevice.user_id).where(
        KnownDevice.token_hash == hashed, KnownDevice.user_id == (user_id or 0)
    )
    if db.session().scalar(known) is not None:
        return f"device:{hashed[:32]}:{user_id}"
    return name_key(name)


def name_key(name: str) -> str:
    """The counter of an account name."""
    return f"name:{_hash(name)[:32]}"


def address_key(what: str, address: str) -> str:
    """The counter of what is tried from an address, where there is no name to count under."""
    return f"{what}:{_hash(address)[:24]}"


def claim(key: str, *, free: int = FREE_TRIES, most: int | None = MOST_TRIES) -> None:
    """Count a try before it is judged, so that many at once do not all pass.

    :param free: tries before the first wait.
    :param most: wrong tries in a row after which waiting helps no more; ``None``: it always does.
    :raises TooMany: ``auth.wait`` with the seconds, or ``auth.locked``.
    """
    now = clock.now()
    with db.unit_of_work() as session:
        row = _counter(session, key, now)
        if most is not None and row.fails >= most:
            raise TooMany("auth.locked", wait=3600)
        if now < row.free_at:
            seconds = int((row.free_at - now).total_seconds()) + 1
            raise TooMany("auth.wait", wait=seconds)
        row.fails += 1
        row.last_at = now
        row.free_at = now + wait_after(row.fails, free)


def pace(key: str, *, most: int, within: timedelta) -> None:
    """Let through so many acts in a stretch of time, which begins with the first of them.

    :raises TooMany: ``rate.too_many`` with the seconds to wait.
    """
    now = clock.now()
    with db.unit_of_work() as session:
        row = _counter(session, key, now)
        if not timedelta(0) <= now - row.last_at < within:
            row.fails, row.last_at = 0, now
        if row.fails >= most:
            raise TooMany("rate.too_many", wait=int((row.last_at + within - now).total_seconds()) + 1)
        row.fails += 1


def note_name(address: str, name: str) -> None:
    """Remember for a minute that this name was tried in vain from this address."""
    now = clock.now()
    prefix = _address_prefix(address)
    with db.unit_of_work() as session:
        old = SignInTry.key.startswith(prefix), SignInTry.last_at < now - _ADDRESS_WINDOW
        session.execute(delete(SignInTry).where(*old).execution_options(synchronize_session=False))
        key = f"{prefix}{_hash(name)[:32]}"
        insert_once(session, SignInTry, key=key, fails=1, last_at=now, free_at=now)


def tries_many_names(address: str) -> bool:
    """True when so many different names were tried in vain from this address within a minute."""
    recent = SignInTry.last_at >= clock.now() - _ADDRESS_WINDOW
    tried = select(func.count()).where(SignInTry.key.startswith(_address_prefix(address)), recent)
    return (db.session().scalar(tried) or 0) >= NAMES_PER_ADDRESS


def is_known_device(key: str) -> bool:
    """True for the counter of a device that signed in to the account before."""
    return key.startswith("device:")


def give_back(key: str) -> None:
    """Take a claimed try back that was never judged: the house was too busy."""
    with db.unit_of_work() as session:
        session.execute(
            update(SignInTry)
            .where(SignInTry.key == key, SignInTry.fails > 0)
            .values(fails=SignInTry.fails - 1, free_at=clock.now())
        )


def wait_after(fails: int, free: int = FREE_TRIES) -> timedelta:
    """How long after so many wrong tries the next one has to wait: 0, then 1, 2, 4 … 60 s."""
    if fails < free:
        return timedelta(0)
    return timedelta(seconds=min(LONGEST_WAIT, 2 ** min(fails - free, 10)))


def clear(key: str) -> None:
    """Forget the wrong tries of a counter, in the open unit of work."""
    db.session().execute(delete(SignInTry).where(SignInTry.key == key))


def remember_device(user_id: int, token: str | None) -> str:
    """Know this browser again for this account; returns the token it has to hold, perhaps a new one."""
    token = token if token and 20 <= len(token) <= 60 else secrets.token_urlsafe(24)
    session = db.session()
    now = clock.now()
    insert_once(session, KnownDevice, token_hash=_hash(token), user_id=user_id, seen_at=now)
    session.get_one(KnownDevice, (_hash(token), user_id)).seen_at = now
    return token


def forget_devices(user_id: int) -> None:
    """Know none of the person's browsers any more, in the open unit of work."""
    db.session().execute(delete(KnownDevice).where(KnownDevice.user_id == user_id))


def sweep() -> None:
    """Drop counters and devices that nobody touched for long, in the open unit of work."""
    now = clock.now()
    session = db.session()
    session.execute(delete(SignInTry).where(SignInTry.last_at < now - _KEEP))
    session.execute(delete(KnownDevice).where(KnownDevice.seen_at < now - _KEEP_DEVICES))


def _counter(session: Session, key: str, now: datetime) -> SignInTry:
    """The counter, made where there is none, and locked; one cleared between the two is made again."""
    while True:
        insert_once(session, SignInTry, key=key, fails=0, last_at=now, free_at=now)
        row = session.get(SignInTry, key, with_for_update=True, populate_existing=True)
        if row is not None:
            return row


def _address_prefix(address: str) -> str:
    return f"from:{_hash(address)[:24]}:"


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
