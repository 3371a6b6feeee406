"""What this wing does when something happened elsewhere."""

from intranet.core.events import subscribe
from intranet.records.events import FileConverted
from meetings.services import originals


@subscribe(FileConverted)
def paper_converted(converted: FileConverted) -> None:
    """Tell the room of a paper whose PDF was made, or could not be."""
    originals.tell_converted(converted.file_id)
