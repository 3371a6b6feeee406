"""What this package plugs into the application."""

from flask import Flask

from intranet.tasks import events, kinds, live, models, permissions, services

#: Imported for what they register: tables, permits, what speaks to sockets.
REGISTERED = (events, live, models, permissions, services)


def plug_in(app: Flask) -> None:
    """Register pages, jobs, kinds of record and menu entries."""
    kinds.register()
