"""What this package plugs into the application."""

from flask import Flask

from intranet.core import refs
from intranet.exports import events, jobs, live, models, services, views

#: Imported for what they declare: tables, jobs, what speaks to sockets.
DECLARING = (events, jobs, live, models)


def plug_in(app: Flask) -> None:
    """Register pages, jobs and kinds of record."""
    app.register_blueprint(views.bp)
    refs.register_kind(
        "export", title=services.title_of, url=lambda _: "/exports/", may_read=services.may_read
    )
