"""Browsers for tests of pages: signed in without the sign-in page, and knowing their CSRF token."""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from intranet.core import clock, db
from intranet.people.models import User
from intranet.people.sessions import SessionRow


class OfficeClient(FlaskClient):
    """A test browser that sends its CSRF token and an Origin with every unsafe request."""

    csrf = ""

    def open(self, *args: Any, **kw: Any) -> Any:
        """Send a request as a page of ours would."""
        headers = dict(kw.pop("headers", None) or {})
        headers.setdefault("Origin", "http://localhost")
        if self.csrf:
            headers.setdefault("X-CSRFToken", self.csrf)
        # Read to the end and close, as a browser does: what is written after the answer is then written.
        kw.setdefault("buffered", True)
        return super().open(*args, headers=headers, **kw)


def client_for(app: Flask, user: User) -> OfficeClient:
    """A browser in which the person is signed in; make it outside any application context."""
    token, raw = secrets.token_urlsafe(32), secrets.token_hex(32)
    with db.unit_of_work() as session:
        now = clock.now() - timedelta(seconds=1)
        session.add(
            SessionRow(
                public_id=secrets.token_hex(16),
                token_hash=sha256(token.encode()).hexdigest(),
                user_id=user.id,
                device="test",
                data={"_user_id": str(user.id), "_fresh": True, "csrf_token": raw},
                created_at=now,
                seen_at=now,
            )
        )
    client = OfficeClient(app, app.response_class)
    client.set_cookie("sid", token)
    client.csrf = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(raw)
    return client
