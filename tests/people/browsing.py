"""Browsers of people who are not signed in yet, and passwords for the test office."""

import re
from typing import Any

from flask import Flask

from intranet.core import db
from intranet.people import passwords
from intranet.people.models import User
from tests.clients import OfficeClient

PASSWORD = "con đường dài nhất là về nhà"


def give_password(app: Flask, *people: User, password: str = PASSWORD) -> None:
    """Let people sign in with a known password."""
    with app.app_context():
        hashed = passwords.hash_password(password)
    with db.unit_of_work() as session:
        for person in people:
            session.get_one(User, person.id).password_hash = hashed


def stranger(app: Flask) -> OfficeClient:
    """A browser in which nobody is signed in."""
    return OfficeClient(app, app.response_class)


def token_of(page: str) -> str:
    """The CSRF token of a page's form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if found is None:
        raise AssertionError("the page has no form")
    return found[1]


def send(browser: OfficeClient, path: str, **fields: Any) -> Any:
    """Open a page and send its form."""
    browser.csrf = ""
    page = browser.get(path, headers={"Accept": "text/html"})
    token = token_of(page.text)
    once = re.search(r'name="once"[^>]*value="([^"]+)"', page.text)
    version = re.search(r'name="version"[^>]*value="([^"]+)"', page.text)
    hidden = {"csrf_token": token}
    if once:
        hidden["once"] = once[1]
    if version:
        hidden["version"] = version[1]
    return browser.post(path, data=hidden | fields)


def sign_in(browser: OfficeClient, name: str, password: str = PASSWORD, **fields: Any) -> Any:
    """Sign in by the page."""
    return send(browser, "/sign-in", name=name, password=password, **fields)


def cookie(browser: OfficeClient, name: str = "sid") -> str | None:
    """The value of a cookie that the browser holds."""
    found = browser.get_cookie(name)
    return None if found is None else found.value
