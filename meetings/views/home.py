"""What the official's desk shows of meetings: today's, and questions that want an answer in writing."""

from typing import Any

from intranet.people.models import User
from meetings.services import listing, opinion_lists

#: Keeps the papers of the coming meetings on the device.
_KEEPER = "meetings/keeper.js"


def todays_panel(actor: User) -> dict[str, Any]:
    """The card of the desk (slot ``home.panel``)."""
    rows = listing.of_today(actor)
    context = {"rows": rows, "is_open": listing.is_door_open}
    return {
        "template": "meetings/_today.html",
        "order": 20,
        "side": True,
        "context": context,
        "script": _KEEPER,
    }


def opinions_panel(actor: User) -> dict[str, Any] | None:
    """Opinion ballots that want the actor's answer (slot ``home.panel``); nothing when none does."""
    rows = opinion_lists.waiting_for(actor)
    if not rows:
        return None
    return {"template": "meetings/opinion_panel.html", "order": 5, "context": {"rows": rows}}
