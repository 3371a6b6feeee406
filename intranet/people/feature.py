"""What this package plugs into the application."""

from flask import Flask

from intranet.core import health


def plug_in(app: Flask) -> None:
    """Register pages, jobs, kinds of record and menu entries."""
    app.register_blueprint(health.bp)
