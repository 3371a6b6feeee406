"""What uploads and lists tell a person's devices."""

from intranet.core.events import subscribe
from intranet.core.live import DESK, person_room, sockets
from intranet.records.events import FileRead, ListMoved


@subscribe(FileRead, live=True)
def tell_owner(read: FileRead) -> None:
    """Tell whoever uploaded a file that it was read."""
    sockets.emit(
        "staged",
        {"id": read.staged_public_id, "state": read.state},
        to=person_room(read.user_id),
        namespace=DESK,
    )


@subscribe(ListMoved, live=True)
def tell_giver(moved: ListMoved) -> None:
    """Let the page of the list be read again."""
    sockets.emit("changed", {"what": ["lists"]}, to=person_room(moved.user_id), namespace=DESK)
