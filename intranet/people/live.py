"""Cuts sockets of people whose access ended; whoever still may come in comes back at once."""

from intranet.core.events import subscribe
from intranet.core.live import disconnect_person, sockets
from intranet.people.events import AccessChanged
from intranet.people.sessions import people_signed_in


@subscribe(AccessChanged, live=True)
def cut(changed: AccessChanged) -> None:
    """End a person's sockets; their rooms are judged anew when they come back."""
    disconnect_person(changed.user_id)


@sockets.background(60)
def cut_those_signed_out() -> None:
    """End the sockets of people none of whose sessions is open any more (idle too long, too old)."""
    connected = sockets.people()
    if connected:
        for user_id in connected - people_signed_in(connected):
            disconnect_person(user_id)
