"""A small work for a browser, asked where one address tries many names: it slows guessing and blocks nobody.

The browser looks for a number behind the question so that the SHA-256 of both begins with zero bits. An
answer is good once and for five minutes.
"""

import secrets
from hashlib import sha256

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from intranet.core import clock, db
from intranet.core.dialect import insert_once
from intranet.people.throttle import SignInTry

#: Leading zero bits wanted: about 2 to this power hashes, under a second on a tablet.
BITS = 14
_GOOD_SECONDS = 300
_LONGEST = 200


def ask() -> str:
    """A new question."""
    return str(_signer().dumps(secrets.token_hex(8)))


def is_done(given: str) -> bool:
    """True for ``question:number`` that is right, not too old, and not used before; uses it up."""
    question, _, number = given.rpartition(":")
    if not number.isdecimal() or len(given) > _LONGEST or not is_work(given):
        return False
    try:
        _signer().loads(question, max_age=_GOOD_SECONDS)
    except BadData:
        return False
    now = clock.now()
    key = f"proof:{sha256(question.encode()).hexdigest()[:32]}"
    with db.unit_of_work() as session:
        return insert_once(session, SignInTry, key=key, fails=0, last_at=now, free_at=now)


def is_work(given: str) -> bool:
    """True when the hash begins with enough zero bits."""
    digest = sha256(given.encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - BITS) == 0


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="sign-in-proof")
