"""Today's meetings on the official's desk."""

from typing import Any

from intranet.people.models import User
from meetings.services import listing


def todays_panel(actor: User) -> dict[str, Any]:
    """The card of the desk (slot ``home.panel``)."""
    rows = listing.of_today(actor)
    context = {"rows": rows, "is_open": listing.is_door_open}
    return {"template": "meetings/_today.html", "order": 20, "side": True, "context": context}
