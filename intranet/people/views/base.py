"""What the pages about people share."""

import re
from typing import cast
from urllib.parse import urlsplit

from flask import Blueprint, current_app, request, url_for

from intranet.core.config import Settings
from intranet.core.web import me
from intranet.people.models import User

bp = Blueprint("people", __name__)

_CONTROLS = re.compile(r"[\x00-\x20\\]")


def user() -> User:
    """Whoever is signed in, as people know them."""
    return cast(User, me())


def device() -> str:
    """What the browser calls itself, shortened."""
    return str(request.user_agent.string or "")[:200]


def own_address(endpoint: str, token: str) -> str:
    """The whole address of a link that works once, built from the configured one, never from a request."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.public_url + url_for(endpoint, token=token)


def own_path(given: str | None, otherwise: str = "/") -> str:
    """``given`` when it is a path of our own host, else the other: nobody is led away by a link."""
    if not given or not given.startswith("/") or given.startswith("//") or _CONTROLS.search(given):
        return otherwise
    parts = urlsplit(given)
    if parts.scheme or parts.netloc or parts.path.startswith("/sign-"):
        return otherwise
    return given
