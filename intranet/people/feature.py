"""What this package plugs into the application."""

from flask import Flask

from intranet.core import health
from intranet.people import jobs, live
from intranet.people.views import account, sign_in
from intranet.people.views.base import bp

#: Imported for what their decorators declare.
PARTS = (account, sign_in, jobs, live)


def plug_in(app: Flask) -> None:
    """Register pages, jobs, kinds of record and menu entries."""
    app.register_blueprint(health.bp)
    app.register_blueprint(bp)
