"""The key by which the servers of the browsers' makers know our pushes (VAPID, RFC 8292).

It lies beside the other secrets and stays: browsers subscribe to this key, with another one all of them would
have to do so again.
"""

import base64
import contextlib
import os
import secrets
from pathlib import Path

from py_vapid import Vapid02

from intranet.core.config import Settings


def key_file(settings: Settings) -> Path:
    """Where the private key lies, readable by its owner only; made if there is none."""
    path = settings.data_dir / "vapid.pem"
    if not path.exists():
        fresh = Vapid02()
        fresh.generate_keys()
        own = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        handle = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(fresh.private_pem())
            stream.flush()
            os.fsync(stream.fileno())
        # Two processes may come at once: the first key stays.
        with contextlib.suppress(FileExistsError):
            os.link(own, path)
        own.unlink()
    return path


def public_key(settings: Settings) -> str:
    """What a browser subscribes to: the public point, base64url."""
    numbers = Vapid02.from_file(key_file(settings)).public_key.public_numbers()
    point = b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()
