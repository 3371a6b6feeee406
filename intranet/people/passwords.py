"""Passwords: hashing by argon2id without holding anybody up, and what a lasting one must be.

Hashes take a third of a second and 64 MiB by design. At most two run at once, on the thread pool of
gevent where this process is patched, so that a morning of sign-ins never stops a meeting.
"""

import re
import secrets
import sys
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from flask import current_app

from intranet.core.errors import Invalid, Unavailable
from intranet.core.text import fold_name

T = TypeVar("T")
#: NIST SP 800-63B-4: the least length of a password that stands alone.
LEAST_LENGTH = 15
MOST_LENGTH = 128
#: Hours in which a temporary password must be replaced.
TEMPORARY_HOURS = 72
_AT_ONCE = 2
_MAX_WAITING = 50
#: No letters that are mistaken for others when read aloud or from paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LIST = Path(__file__).with_name("common_passwords.txt")


@dataclass(frozen=True)
class Temporary:
    """A password that is shown once to whoever hands it to the person, and what is stored of it."""

    password: str
    hashed: str


class _Queue:
    """How many hashes wait or run; a longer queue is refused rather than built up."""

    turn = threading.BoundedSemaphore(_AT_ONCE)
    waiting = 0


def tidy(password: str) -> str:
    """The one form in which a password is compared (NFC), however the keyboard composed it."""
    return unicodedata.normalize("NFC", password)


def hash_password(password: str) -> str:
    """The argon2id hash to store.

    :raises Unavailable: ``auth.busy``, too many sign-ins wait.
    """
    return _in_turn(lambda: _hasher().hash(tidy(password)))


def is_right(stored: str | None, password: str) -> bool:
    """Compare; with nothing stored a dummy is compared, so that the time tells nothing.

    :raises Unavailable: ``auth.busy``, too many sign-ins wait.
    """
    against = stored or _dummy(current_app.config["SETTINGS"].is_testing)

    def verify() -> bool:
        try:
            return _hasher().verify(against, tidy(password))
        except (Argon2Error, InvalidHashError):
            return False

    return _in_turn(verify) and stored is not None


def is_outdated(stored: str) -> bool:
    """True when the hash was made with smaller parameters than today's."""
    return _hasher().check_needs_rehash(stored)


def make_temporary() -> Temporary:
    """A random password of 79 bits, easy to read out, and its hash; make it before a transaction opens.

    :raises Unavailable: ``auth.busy``, too many sign-ins wait.
    """
    password = legible(4)
    return Temporary(password, hash_password(password))


def legible(groups: int) -> str:
    """Random letters in groups of four, 19.8 bits each, that are easy to read out and to type."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups))


def require_good(password: str, *, names: tuple[str, ...], field: str = "password") -> None:
    """Refuse a lasting password that is short, guessable or made of the names around it.

    :param names: account name, agency and the like; compared folded.
    :raises Invalid: ``password.too_short``, ``too_long``, ``has_name``, ``common``.
    """
    password = tidy(password)
    if len(password) < LEAST_LENGTH:
        raise Invalid("password.too_short", field=field, least=LEAST_LENGTH, length=len(password))
    if len(password) > MOST_LENGTH:
        raise Invalid("password.too_long", field=field, most=MOST_LENGTH)
    plain = fold_name(password)
    if any(len(name) >= 4 and name in plain for name in map(fold_name, names)):
        raise Invalid("password.has_name", field=field)
    if _is_common(password.lower(), plain):
        raise Invalid("password.common", field=field)


def _is_common(lower: str, plain: str) -> bool:
    is_repeated = re.fullmatch(r"(.{1,6}?)\1+.{0,5}", lower) is not None
    return is_repeated or len(set(lower)) < 5 or lower in _common() or plain in _common()


@cache
def _common() -> frozenset[str]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip())


@cache
def _hasher_of(is_testing: bool) -> PasswordHasher:
    if is_testing:
        return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    return PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=2)


def _hasher() -> PasswordHasher:
    return _hasher_of(current_app.config["SETTINGS"].is_testing)


@cache
def _dummy(is_testing: bool) -> str:
    return _hasher_of(is_testing).hash(secrets.token_hex(16))


def _in_turn(work: Callable[[], T]) -> T:
    if _Queue.waiting >= _MAX_WAITING + _AT_ONCE:
        raise Unavailable("auth.busy")
    _Queue.waiting += 1
    try:
        with _Queue.turn:
            return _off_the_hub(work)
    finally:
        _Queue.waiting -= 1


def _off_the_hub(work: Callable[[], T]) -> T:
    """Run in a real thread where greenlets would wait; argon2 releases the interpreter lock."""
    monkey: Any = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("threading"):
        return work()
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy knows it

    def in_context() -> T:
        with app.app_context():
            return work()

    result: T = sys.modules["gevent"].get_hub().threadpool.apply(in_context)
    return result
