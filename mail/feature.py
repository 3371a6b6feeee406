"""Official mail has no pages yet; this is where the wing will plug them in."""

from flask import Flask


def plug_in(app: Flask) -> None:
    """Nothing to register so far."""
