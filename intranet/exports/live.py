"""Open pages of whoever asked for a file follow its making."""

from intranet.core.events import subscribe
from intranet.core.live import DESK, person_room, sockets
from intranet.exports.events import ExportMoved


@subscribe(ExportMoved, live=True)
def tell_owner(moved: ExportMoved) -> None:
    """Let the list of files be read again."""
    sockets.emit("changed", {"what": ["exports"]}, to=person_room(moved.user_id), namespace=DESK)
