"""Words that lie in the database sealed, each owner's under a key of their own.

The key is derived (HKDF, RFC 5869) from the ``field`` secret of the data folder, which is not in the
database: whoever gets hold of the database alone reads none of it. Sealed by AES-256-GCM.
"""

import base64
import json
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from intranet.core.db import database

#: Marks a sealed value, and how it was sealed.
_HEAD = "s1:"
_NONCE = 12


class CannotOpen(Exception):
    """The value was sealed under another key, for another place, or is damaged."""


def seal(value: Any, *, owner: str, place: str) -> str:
    """Seal a value that JSON can hold.

    :param owner: whose key, as ``"user:12"``; ``place`` the row and column: it opens nowhere else.
    """
    nonce = os.urandom(_NONCE)
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    sealed = _cipher(owner).encrypt(nonce, plain, place.encode())
    return _HEAD + base64.b64encode(nonce + sealed).decode()


def opened(value: str, *, owner: str, place: str) -> Any:
    """The value that was sealed.

    :raises CannotOpen: not by this installation, for this owner and place.
    """
    try:
        raw = base64.b64decode(value.removeprefix(_HEAD), validate=True)
        return json.loads(_cipher(owner).decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()))
    except (ValueError, InvalidTag) as wrong:
        raise CannotOpen(place) from wrong


def is_sealed(value: Any) -> bool:
    """Whether a stored value is one that :func:`seal` made."""
    return isinstance(value, str) and value.startswith(_HEAD)


def _cipher(owner: str) -> AESGCM:
    return _derived(database().settings.keys["field"], owner)


@lru_cache(maxsize=4096)
def _derived(secret: str, owner: str) -> AESGCM:
    info = f"intranet.sealing:{owner}".encode()
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=info).derive(bytes.fromhex(secret)))
