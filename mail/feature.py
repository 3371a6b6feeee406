"""Official mail: so far the letters of the outbox; the pages of mailboxes will be plugged in here too."""

from flask import Flask

from intranet.core import slots
from mail.services import delivering


def plug_in(app: Flask) -> None:
    """Register how letters leave."""
    slots.fill("outbox.email", delivering.carrier(app.jinja_env))
