"""What this package plugs into the application."""

from flask import Flask

from intranet.core import refs
from intranet.core.actor import Actor
from intranet.notices import events, jobs, live, models
from intranet.notices.reminders import DIGEST

#: Imported for what they register: tables, ticks, what speaks to sockets.
REGISTERED = (events, jobs, live, models)


def plug_in(app: Flask) -> None:
    """Register pages, jobs, kinds of record and menu entries."""
    refs.register_kind(DIGEST, title=lambda _: "", url=lambda _: "/", may_read=_is_own_desk)


def _is_own_desk(actor: Actor, user_id: int) -> bool:
    return actor.id == user_id
