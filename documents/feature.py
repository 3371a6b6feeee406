"""What this wing plugs into the application."""

from flask import Flask

from documents.models import catalogue, dispatch, document, draft, intake, register

#: Importing the modules makes their tables known.
MODELS = (catalogue, dispatch, document, draft, intake, register)


def plug_in(app: Flask) -> None:
    """Register pages, jobs, kinds of record and menu entries."""
