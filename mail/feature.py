"""What this wing plugs into the application."""

from flask import Flask


def plug_in(app: Flask) -> None:
    """Register pages, jobs, kinds of record and menu entries."""
